#!/usr/bin/perl
# Functions that nobody needs, and reads of untrusted bytes past the cursor.
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
use List::Util qw(max);
require './tests/lint/list.pl';

my %instead = (
    (map { $_ => 'g_strlcpy() or g_strdup()' } qw(strcpy strncpy stpcpy)),
    (map { $_ => 'GString' } qw(strcat strncat)),
    (map { $_ => 'g_strdup_printf()' } qw(sprintf vsprintf)),
    (map { $_ => 'g_ascii_string_to_unsigned()' }
        qw(atoi atol atoll atof sscanf)),
    (map { $_ => 'g_strsplit()' } qw(strtok strtok_r)),
    (map { $_ => 'a checked size' } qw(alloca g_alloca g_newa gets)),
    (map { $_ => 'g_mkstemp()' } qw(mktemp tempnam tmpnam)),
    (map { $_ => 'g_autoptr' } qw(goto)),
);
my $banned = join '|', sort keys %instead;

# In parser/, bytes of a stream are read by these files alone; the last two
# carry them without looking. Elsewhere a comment `bounds: why` on the line or
# right above it says what makes sure of them.
my $readers = qr{^parser/(cursor|value|prim|source|flow)\.c$};

# GLib's macros evaluate an argument twice.
my $twice = qr/\b(MIN|MAX|ABS|CLAMP)\s*(\((?:[^()]++|(?-1))*\))/;

check(sub {
    my ($file) = @_;
    my $number = 0;
    my @wrong;

    my @lines = lines($file);
    my $code = join '', code($file);
    while ($code =~ /$twice/g) {
        my ($macro, $args, $at) = ($1, $2, $-[0]);
        next unless $args =~ /\b(?!sizeof|strc?spn|strlen)([a-z]\w+)\s*\(/;
        push @wrong, sprintf "%s:%d: %s() evaluates %s() twice\n", $file,
            1 + (substr($code, 0, $at) =~ tr/\n//), $macro, $1;
    }
    for my $line (code($file)) {
        $number++;
        while ($line =~ /(?<![\w.>])($banned)\b(?=\s*\(|\s+\w+;)/g) {
            push @wrong, "$file:$number: $1: use $instead{$1}\n";
        }
        my $near = join '', @lines[max(0, $number - 3) .. $number - 1];
        if ($file =~ m{^parser/} && $file !~ $readers && $near !~ /bounds: /) {
            push @wrong, "$file:$number: $1 outside the cursor\n"
                if $line =~ /\b(memcpy|memmove)\s*\(/;
            # A pointer to bytes that a cursor or a source handed out.
            push @wrong, "$file:$number: $1\[] outside the cursor\n"
                if $line =~ /\b(?!pdata)(\w*(?:bytes|data|payload|wire))\s*\[(?!\])/;
        }
    }
    return @wrong;
}, files(qr{^(parser|rewrite|cli|tests)/.*\.[ch]$}));
