#!/bin/sh
# The fuzz targets over their corpus, and over what they once found.
# In a build without sanitizers they have an eye on the memory it takes, too.
# SPDX-License-Identifier: GPL-2.0-or-later
cd "$(dirname "$0")/../.." || exit 2
number=0
failed=0
for file in tests/fuzz/corpus/*/* tests/fuzz/regressions/*/*; do
    target=${file%/*}
    target=$BUILD/tests/fuzz/fuzz-${target##*/}
    number=$((number + 1))
    if said=$("$target" "$file" 2>&1); then
        echo "ok $number - $file"
    else
        echo "not ok $number - $file"
        echo "$said" | sed 's/^/# /' >&2
        failed=1
    fi
done
[ $number -gt 0 ] || failed=1
echo "1..$number"
exit $failed
