#!/bin/sh
# Every stream of tests/streams, cut at 500 places and with 2000 bytes changed.
# Without the sanitizers it is about memory, which differs less: a fifth of it.
# SPDX-License-Identifier: GPL-2.0-or-later
if [ "$BUILD" != "${SAN_BUILD-}" ]; then
    set -- --cuts 100 --flips 400
fi
exec "$BUILD/tests/hostile/sweep" --jobs "$(nproc)" --keep "$BUILD" "$@" \
    "$STREAMS"/*.mig
