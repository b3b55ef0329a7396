#!/usr/bin/perl
# Run what the manual pages show.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every display that begins with `$ ` is a terminal session: its commands run
# in one directory a page, and each must exit with 0, or with N where the line
# before the display is the comment `.\" exit N`. Every display that begins
# with {"qevm-rules" is a rules file: it must apply to vm.mig.
use strict;
use warnings;
use File::Copy qw(copy);
use File::Temp qw(tempdir);

# What the files in the pages are: copies of the shipped streams.
my %files = ('vm.mig' => '7.2-pc-i440fx-6.2.mig',
             'ram.mig' => '7.2-pc-i440fx-6.2-whole.mig',
             'other.mig' => '10.0-pc-i440fx-10.0.mig',
             'old.mig' => '5.2-pc-i440fx-2.3.mig',
             'undescribed.mig' => '5.2-pc-i440fx-2.0.mig');

# Examples that the pages have at least; fewer, and they are not found.
my $least = 24;

# What roff makes of a line in a literal display.
sub plain {
    my ($line) = @_;
    $line =~ s/\\&//g;
    $line =~ s/\\-/-/g;
    $line =~ s/\\\(dq/"/g;
    $line =~ s/\\e/\\/g;
    return $line;
}

# The displays of a page: { line, exit, lines }.
sub displays {
    my ($page) = @_;
    my (@found, $display);
    my $exit = 0;

    open my $in, '<', $page or die "$page: $!\n";
    while (my $line = <$in>) {
        chomp $line;
        if ($line =~ /^\.\\" exit (\d)$/) {
            $exit = $1;
        } elsif ($line =~ /^\.Bd -literal/) {
            $display = { line => $., exit => $exit, lines => [] };
        } elsif ($line =~ /^\.Ed/) {
            push @found, $display;
            ($display, $exit) = (undef, 0);
        } elsif ($display) {
            push @{ $display->{lines} }, plain($line);
        } elsif ($line =~ /^\.Dl (.*)/) {
            push @found,
                { line => $., exit => $exit, lines => [plain($1)] };
            $exit = 0;
        }
    }
    return @found;
}

# The commands of a session; `> ` goes on with the one before.
sub commands {
    my @commands;
    for (@_) {
        if (/^\$ (.*)/) {
            push @commands, $1;
        } elsif (/^> ?(.*)/ && @commands) {
            $commands[-1] .= "\n$1";
        }
    }
    return @commands;
}

my $streams = $ENV{STREAMS} // die "STREAMS is not set: make man\n";
my ($number, $failed) = (0, 0);
sub result {
    my ($ok, $what, $said) = @_;
    printf "%sok %d - %s\n", $ok ? '' : 'not ', ++$number, $what;
    return if $ok;
    $failed = 1;
    print STDERR "# $what\n", map { "#   $_\n" } split /\n/, $said;
}

for my $page (sort glob 'man/*.[1-9]') {
    my $dir = tempdir('qevm-man-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    for my $name (sort keys %files) {
        copy("$streams/$files{$name}", "$dir/$name")
            or die "$streams/$files{$name}: $!\n";
    }
    for my $display (displays($page)) {
        my $first = $display->{lines}[0];
        my @commands = commands(@{ $display->{lines} });
        if ($first =~ /^\{"qevm-rules"/) {
            open my $out, '>', "$dir/page.json" or die "$dir: $!\n";
            print $out map { "$_\n" } @{ $display->{lines} };
            close $out;
            @commands = ('qevm rewrite --dry-run -r page.json vm.mig');
        }
        for my $command (@commands) {
            my ($title) = split /\n/, $command;
            $title =~ s/#/\\#/g;
            local $ENV{LC_ALL} = 'C';
            open my $script, '>', "$dir/command" or die "$dir: $!\n";
            print $script "cd '$dir' || exit 99\n$command\n";
            close $script;
            my $said = qx(sh '$dir/command' 2>&1 </dev/null);
            my $code = $? >> 8;
            result($code == $display->{exit}, "$page:$display->{line}: $title",
                   "exit $code, not $display->{exit}\n$said");
        }
    }
}
my $shown = $number;
result($shown >= $least, "there are at least $least examples",
       "found $shown; is the markup another one?");
print "1..$number\n";
exit $failed;
