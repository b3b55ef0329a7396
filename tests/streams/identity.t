#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shipped stream, rewritten by nothing, is the same bytes."""
import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
import identity  # noqa: E402

streams = sorted(glob.glob(os.path.join(os.environ["STREAMS"], "*.mig")))
assert len(streams) >= 15, streams
identity.main(streams)
