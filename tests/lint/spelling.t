#!/usr/bin/perl
# Spelling, where codespell is installed.
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
require './tests/lint/list.pl';

if (system 'command -v codespell >/dev/null') {
    print "1..0 # SKIP no codespell\n";
    exit 0;
}

my @files = grep { -T $_ } files(qr{^(?!COPYING$|tests/streams/.*\.mig
    |tests/fuzz/corpus/|tests/fuzz/regressions/)}x);
# Words that are right here are in tests/lint/words.
open my $said, '-|', 'codespell', '-I', 'tests/lint/words', @files
    or die "codespell: $!\n";
my @said = <$said>;
check(sub {
    my ($file) = @_;
    return grep { /^\Q$file\E:/ } @said;
}, @files);
