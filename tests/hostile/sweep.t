#!/bin/sh
# Every stream of tests/streams, cut at 500 places and with 2000 bytes changed.
# SPDX-License-Identifier: GPL-2.0-or-later
exec "$BUILD/tests/hostile/sweep" --jobs "$(nproc)" --keep "$BUILD" \
    "$STREAMS"/*.mig
