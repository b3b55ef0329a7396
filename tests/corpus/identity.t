#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every stream of the corpus, rewritten by nothing, is the same bytes."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
import identity  # noqa: E402
from corpus_files import streams  # noqa: E402

identity.main([s.path for s in streams()])
