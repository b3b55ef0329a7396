#!/usr/bin/perl
# Includes go one way: cli -> rewrite -> parser. And only cli/ prints, exits,
# reads the environment or starts a process.
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
require './tests/lint/list.pl';

my %below = (parser => [qw(parser)], rewrite => [qw(rewrite parser)],
             cli => [qw(cli rewrite parser)]);
my $cli_only = qr/(?<![\w.>])(printf|puts|putchar|vprintf|g_print|g_printerr
    |exit|_exit|abort|getenv|g_getenv|isatty|fork|system|popen
    |g_spawn_\w+|execv[pe]*|execl[pe]*|stdout|stderr)\b/x;

check(sub {
    my ($file) = @_;
    my ($dir) = split m{/}, $file;
    my @wrong;
    my $number = 0;

    # Strings are blank in the code; names of headers are in the lines.
    my @lines = lines($file);
    for my $code (code($file)) {
        my $line = $lines[$number++];
        if ($code =~ /^#\s*include\s+"/ && $line =~ /"([^"]*)"/) {
            my $name = $1;
            my ($to) = $name =~ m{^(\w+)/};
            push @wrong, "$file:$number: \"$name\" is not a path from the root"
                unless defined $to && -f $name;
            push @wrong, "$file:$number: $dir does not include $to\n"
                if defined $to && !grep { $_ eq $to } @{ $below{$dir} };
        }
        push @wrong, "$file:$number: only cli/ uses $1\n"
            if $dir ne 'cli' && $code =~ $cli_only;
    }
    return @wrong;
}, files(qr{^(parser|rewrite|cli)/.*\.[ch]$}));
