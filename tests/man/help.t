#!/usr/bin/perl
# Are the commands and options that qevm knows in the manual page, and the
# other way round? Does completion offer all of them?
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;

my ($number, $failed) = (0, 0);
sub result {
    my ($ok, $what, $said) = @_;
    printf "%sok %d - %s\n", $ok ? '' : 'not ', ++$number, $what;
    return if $ok;
    $failed = 1;
    print STDERR "# $what\n", map { "#   $_\n" } split /\n/, $said // '';
}
sub same {
    my ($what, $from, $got, $wanted) = @_;
    my %got = map { $_ => 1 } @$got;
    my %wanted = map { $_ => 1 } @$wanted;
    my @less = grep { !$got{$_} } sort keys %wanted;
    my @more = grep { !$wanted{$_} } sort keys %got;
    result(!@less && !@more, $what,
           join '', (map { "$_ is not in $from\n" } @less),
                    (map { "$_ is in $from only\n" } @more));
}

# ---- what qevm says ----

my $qevm = $ENV{QEVM} // 'build/qevm';
my %letters;
sub listed {
    my ($help) = @_;
    return map { /^  ([a-z][a-z-]*) +\S/ ? $1 : () } qx('$qevm' help $help);
}
my @first = listed('');
my %subcommands = map { $_ => [listed($_)] } @first;
# What can be run: `schema extract`, not `schema`.
my @commands = map {
    my $command = $_;
    my @found = map { "$command $_" } @{ $subcommands{$command} };
    @found ? @found : $command;
} @first;
my %options = map {
    my $command = $_;
    my @found;
    for (qx('$qevm' help $command)) {
        next unless /^  (?:-(.), |    )(--[a-z-]+)/;
        push @found, $2;
        $letters{$2} = $1 if defined $1;
    }
    ($command => \@found);
} @commands;
my %all = map { $_ => 1 } map { @$_ } values %options;
result(@commands >= 9, 'qevm help lists commands', "found: @commands");

for my $command (@commands, grep { @{ $subcommands{$_} } } @first) {
    result(join('', qx('$qevm' help $command)) eq
               join('', qx('$qevm' $command --help)),
           "qevm $command --help is qevm help $command");
}

my @findings = listed('findings');

# The commands of the shell, which have a table of their own. It says nothing
# of them unless it has a stream.
my $stream = ($ENV{STREAMS} // 'build/streams') . '/7.2-pc-i440fx-6.2.mig';
sub in_shell {
    return qx('$qevm' shell '$stream' -c '@_');
}
my @inner = map { /^  ([a-z]+) / ? $1 : () } in_shell('help');
my %inner = map {
    my $command = $_;
    ($command => [map { /^ +(?:-., )?(--[a-z-]+)/ ? $1 : () } in_shell("help $command")]);
} @inner;
result(@inner >= 17, 'the shell lists its commands', "found: @inner");

# ---- the manual page ----

my ($part, $title) = ('', '');
my (%synopsis, %described, %found, %inside);
my $inside = '';
open my $page, '<', 'man/qevm.1' or die "man/qevm.1: $!\n";
while (<$page>) {
    if (/^\.Sh (.*)/) {
        ($part, $title) = ($1, '');
    } elsif (/^\.Ss (.*)/) {
        $title = $1;
        $synopsis{$title} = [] if $part eq 'COMMANDS';
    } elsif ($part eq 'COMMANDS' && $title && /^\.(?:Op )?Fl -([a-z-]+)/) {
        push @{ $synopsis{$title} }, "--$1";
    } elsif ($part eq 'OPTIONS' && /^\.It Fl (?:(\S) , )?-([a-z-]+)/) {
        $described{"--$2"} = $1 // '';
    } elsif ($part eq 'SHELL' && /^\.(?:It )?Ic ([a-z]+)(?: Oo Fl -([a-z-]+))?/) {
        next unless $1 ne 'cat';
        $inside = $1;
        $inside{$inside} = $2 ? ["--$2"] : [];
    } elsif ($part eq 'SHELL' && /^\.Op Fl -([a-z-]+)/) {
        push @{ $inside{$inside} }, "--$1";
    } elsif ($part eq 'FINDINGS' && /^\.It Li ([a-z-]+) No \(/) {
        $found{$1} = 1;
    }
}
same('commands in qevm(1)', 'qevm(1)', [keys %synopsis], \@commands);
for my $command (@commands) {
    same("options of $command in qevm(1)", 'qevm(1)',
         $synopsis{$command} // [], $options{$command});
}
same('commands of the shell in qevm(1)', 'qevm(1)', [keys %inside], \@inner);
for my $command (@inner) {
    same("options of the shell's $command in qevm(1)", 'qevm(1)',
         $inside{$command} // [], $inner{$command});
}
same('options that qevm(1) describes', 'qevm(1)', [keys %described],
     [keys %all]);
same('findings that qevm(1) lists', 'qevm(1)', [keys %found], \@findings);
for my $option (sort keys %all) {
    result(($described{$option} // '') eq ($letters{$option} // ''),
           "letter of $option", "qevm: " . ($letters{$option} // 'none'));
}

# ---- completion ----

sub bash {
    my @words = @_;
    my $quoted = join ' ', map { "'$_'" } @words;
    open my $out, '-|', 'bash', '-c', <<"END" or die "bash: $!\n";
. completions/qevm.bash
COMP_WORDS=($quoted) COMP_CWORD=$#words
_qevm
printf '%s\\n' "\${COMPREPLY[@]}"
END
    my @found = grep { length } map { chomp; $_ } <$out>;
    return \@found;
}
sub fish {
    my $line = join ' ', @_;
    my @found = qx(fish -c "source completions/qevm.fish; complete -C '$line'");
    return [map { /^(\S+)/ ? $1 : () } @found];
}
my %shells = (bash => \&bash);
$shells{fish} = \&fish unless system 'command -v fish >/dev/null';

for my $shell (sort keys %shells) {
    my $complete = $shells{$shell};
    my $first = $complete->('qevm', '');
    same("$shell completes commands", $shell,
         [grep { !/^-/ } @$first], \@first);
    same("$shell completes after help", $shell,
         $complete->('qevm', 'help', ''), \@first);
    for my $command (grep { @{ $subcommands{$_} } } @first) {
        for (["qevm", $command, ''], ["qevm", "help", $command, '']) {
            same("$shell completes @$_", $shell, $complete->(@$_),
                 $subcommands{$command});
        }
    }
    for my $command (@commands) {
        same("$shell completes options of $command", $shell,
             $complete->('qevm', split(/ /, $command), '--'),
             ['--help', @{ $options{$command} }]);
    }
}

print "1..$number\n";
exit $failed;
