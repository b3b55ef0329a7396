#!/usr/bin/perl
# Is the C formatted as .clang-format says, with braces everywhere?
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
require './tests/lint/list.pl';

my $parens = qr/(\((?:[^()]++|(?-1))*\))/;

# Where a body without braces begins; clang-format sees to them from 15 on.
sub bare {
    my ($file) = @_;
    my $code = join '', code($file);
    my @wrong;

    $code =~ s/^\s*#(?:.*\\\n)*.*$/ "\n" x ($& =~ tr{\n}{}) /gme;
    while ($code =~ /\b(?:(?:if|for|while|switch)\s*$parens|else\b)\s*+(?=(.?.?))/gs) {
        my ($next, $at) = ($2, $-[0]);
        my $number = 1 + (substr($code, 0, $at) =~ tr/\n//);
        next if $next =~ /^\{/ || substr($code, $at, 4) eq 'else'
            && substr($code, $at) =~ /^else\s+if\b/;
        # The end of do { } while ();
        next if $next =~ /^;/ && substr($code, 0, $at) =~ /\}\s*$/;
        push @wrong, "$file:$number: no braces\n";
    }
    return @wrong;
}

check(sub {
    my ($file) = @_;
    my @said = grep { /error:/ }
        qx(clang-format --dry-run -Werror '$file' 2>&1);
    return bare($file), @said
        ? sprintf("%s: %d places: clang-format -i %s\n",
                  $said[0] =~ /^([^:]*:\d+)/, scalar @said, $file) : ();
}, files(qr/\.[ch]$/));
