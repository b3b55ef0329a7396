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

# Each gives what the last of the words can become.
sub said_by {
    open my $out, '-|', @_ or die "$_[0]: $!\n";
    my @found = grep { length } map { chomp; s/ +$//r } <$out>;
    return \@found;
}
sub quoted {
    return join ' ', map { "'$_'" } @_;
}
sub bash {
    return said_by('bash', '-c', <<"END");
. completions/qevm.bash
COMP_WORDS=(@{[quoted(@_)]}) COMP_CWORD=$#_ COMP_LINE='@_' COMP_POINT=\${#COMP_LINE}
_qevm
printf '%s\\n' "\${COMPREPLY[@]}"
END
}
sub zsh {
    return said_by('zsh', '-fc', <<"END");
compadd() { print -rl -- \${(P)@[-1]} }
_files() { : }
words=(@{[quoted(@_)]}) CURRENT=${\scalar @_} PREFIX='$_[-1]'
. completions/qevm.zsh
END
}
sub fish {
    return [map { s/\t.*//r } @{ said_by('fish', '-c', <<"END") }];
source completions/qevm.fish
complete -C '@_'
END
}
my %shells = (bash => \&bash, zsh => \&zsh, fish => \&fish);

for my $shell (sort keys %shells) {
    my $complete = $shells{$shell};
    result(!system($shell, '-n', "completions/qevm.$shell"), "qevm.$shell parses");
    my $first = $complete->('qevm', '');
    same("$shell completes commands", $shell,
         [grep { !/^-/ } @$first], \@first);
    same("$shell completes after help", $shell,
         $complete->('qevm', 'help', ''), [@first, 'findings', @findings]);
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

# What a stream on the line has in it, and files where nothing else fits.
for my $shell (sort keys %shells) {
    my $complete = $shells{$shell};

    same("$shell completes sections", $shell,
         [map { s/.*?(timer)/$1/r } @{ $complete->('qevm', 'get', $stream, 'tim') }], ['timer//']);
    same("$shell completes fields", $shell,
         $complete->('qevm', 'get', $stream, 'timer//cpu_t'), ['timer//cpu_ticks_offset']);
    same("$shell completes formats", $shell,
         $complete->('qevm', 'show', '--format', ''), [qw(text json analyze)]);
}
for my $shell (sort keys %shells) {
    same("$shell completes targets", $shell,
         $shells{$shell}->('qevm', 'check', '--against', 'qemu-10.0/x86'), ['qemu-10.0/x86_64']);
}
same('bash completes files', 'bash', bash('qevm', 'info', 'man/qevm-r'), ['man/qevm-rules.5']);
same('fish completes files', 'fish', fish('qevm', 'info', 'man/qevm-r'), ['man/qevm-rules.5']);
same('bash leaves what colons divide', 'bash',
     bash('qevm', 'get', $stream, '0000:00:03.0/e1000//rxbuf_s'), ['03.0/e1000//rxbuf_size']);

print "1..$number\n";
exit $failed;
