#!/bin/sh
# Random rules on every stream of tests/streams but the largest.
# SPDX-License-Identifier: GPL-2.0-or-later
for file in "$STREAMS"/*.mig; do
    if [ "$(stat -c %s "$file")" -lt 2000000 ]; then
        set -- "$@" "$file"
    fi
done
exec "$BUILD/tests/hostile/property" "$@"
