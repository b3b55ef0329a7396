#!/usr/bin/perl
# Do the scripts parse, do Python's find what they take from each other, and what does shellcheck say where there is one?
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
require './tests/lint/list.pl';

my $shellcheck = !system 'command -v shellcheck >/dev/null';

check(sub {
    my ($file) = @_;
    my $first = (lines($file))[0];

    if ($first =~ /perl/) {
        my @said = qx(perl -Itests/lint -c '$file' 2>&1);
        return $? ? @said : ();
    }
    if ($first =~ /python/ || $file =~ /\.py$/) {
        return qx(python3 tests/lint/modules.py '$file' 2>&1);
    }
    if ($first =~ /make/) {
        my @said = qx(make -nf '$file' clean 2>&1);
        return $? ? @said : ();
    }
    my $shell = $first =~ /bash/ ? 'bash' : 'sh';
    my @said = qx($shell -n '$file' 2>&1);
    push @said, qx(shellcheck -f gcc '$file' 2>&1) if $shellcheck;
    return @said;
}, grep { (lines($_))[0] // '' =~ /./ and (lines($_))[0] =~ /^#!/ || /\.py$/ }
   files(qr{(^|/)[^.]+(\.(t|sh|pl|py))?$}));
