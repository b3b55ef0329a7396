#!/bin/sh
# Does the Debian package build, is lintian content, and does what it installs
# work?
# SPDX-License-Identifier: GPL-2.0-or-later
#
# It is built in a copy of the tree, without its own tests, which the others
# are, and unpacked without being installed.
# Functions are called by name.
# shellcheck disable=SC2317
set -u
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# What a command prints is told if it fails.
ok() {
    what=$1
    shift
    number=$((number + 1))
    if "$@" >"$work/said" 2>&1; then
        echo "ok $number - $what"
    else
        echo "not ok $number - $what"
        echo "# $what: $*" >&2
        sed 's/^/#   /' "$work/said" | tail -n 40 >&2
        failed=1
    fi
}
finish() {
    echo "1..$number"
    exit $failed
}
quiet() {
    said=$("$@" 2>&1)
    printf '%s\n' "$said"
    [ -z "$said" ]
}
says() {
    wanted=$1
    shift
    "$@" 2>&1 | tee "$work/line" | grep -qF -e "$wanted" ||
        { cat "$work/line"; return 1; }
}

# ---- building ----

mkdir "$work/qevm"
# What another build left is not part of it.
tar -C "$here" -cf - --exclude=./.git --exclude='./build*' --exclude=__pycache__ . |
    tar -C "$work/qevm" -xf -
build() {
    cd "$work/qevm" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
        dpkg-buildpackage -us -uc -b
}
ok 'dpkg-buildpackage builds it' build
version=$(dpkg-parsechangelog -l debian/changelog -S Version)
deb=$(ls "$work"/qevm_"${version}"_*.deb 2>/dev/null)
[ -n "$deb" ] || finish
ok 'lintian has nothing to say' quiet lintian -i -I --pedantic \
    --allow-root "$work"/qevm_*.changes

# ---- what it installs ----

root=$work/root
ok 'it can be unpacked' dpkg -x "$deb" "$root"
qevm=$root/usr/bin/qevm
stream=$STREAMS/7.2-pc-i440fx-6.2.mig
ok 'the version is that of the package' says "qevm $version" "$qevm" --version
ok 'info' says 'QEMU 6.2 to 8.1' "$qevm" info "$stream"
ok 'show reads by the descriptions that were installed' \
    says 'vendor_id' "$qevm" show "$stream" 0000:00:01.3/piix4_pm
ok 'show does not without them' sh -c "! QEVM_SCHEMAS=/nowhere '$qevm' show \
    '$stream' 0000:00:01.3/piix4_pm | grep vendor_id"
ok 'check takes a target that was installed' says '0 errors' \
    "$qevm" check "$stream" --against qemu-10.0/x86_64
ok 'a stream without a vmdesc is described' says 'descriptions are borrowed' \
    "$qevm" info "$STREAMS/5.2-pc-i440fx-2.0.mig"
ok 'explain has causes' says 'footer' \
    "$qevm" explain 'Missing section footer for x'
ok 'report has its style and script' "$qevm" report "$stream" -o "$work/r.html"
ok 'report is a page' python3 "$here/tests/cli/report/page" "$work/r.html"

for page in qevm.1 qevm-rules.5 qevm-schema.5 qevm-stream.7; do
    ok "man finds $page" says "/$page.gz" \
        man -M "$root/usr/share/man" -w "${page##*.}" "${page%.*}"
done
changed=$(dpkg-parsechangelog -l debian/changelog -S Date)
ok 'the page has the version of the package' says "qevm $version" \
    zcat "$root/usr/share/man/man1/qevm.1.gz"
ok 'the page has the date of the package' \
    says ".Dd $(LC_ALL=C date -ud "$changed" '+%B %-d, %Y')" \
    zcat "$root/usr/share/man/man1/qevm.1.gz"

share=$root/usr/share
complete() {
    # shellcheck disable=SC2016
    PATH=$root/usr/bin:$PATH bash -c '. "$1"; COMP_WORDS=(qevm rep) COMP_CWORD=1
        _qevm; echo "${COMPREPLY[@]}"' - "$share/bash-completion/completions/qevm"
}
ok 'bash completes commands' says report complete
ok 'fish completes commands' says report env PATH="$root/usr/bin:$PATH" \
    fish -c "source $share/fish/vendor_completions.d/qevm.fish
             complete -C 'qevm rep'"
ok 'zsh has its file' says '#compdef qevm' \
    head -n 1 "$share/zsh/vendor-completions/_qevm"
ok 'nothing is in it but what it says' sh -c "! find '$root' -type f \
    -not -path '$root/usr/bin/qevm' -not -path '$root/usr/share/*' | grep ."
finish
