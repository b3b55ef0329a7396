#!/usr/bin/perl
# Are the operations of rules, their members and what they cost in the manual
# page as the table in rewrite/rule.c has them, and no others?
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
sub text {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in>;
}
sub sorted { return join ' ', sort @_ }

# ---- the table: name => members, required ones with a !, and the class ----

my $source = text('rewrite/rule.c');
my ($table) = $source =~ /QevmOpInfo ops\[\] = \{(.*?)\n\};/s
    or die "rewrite/rule.c: no table of operations\n";
my %ops;
while ($table =~ /\{ QEVM_OP_\w+, "([a-z-]+)",\s*"[^"]*",\s*"([^"]*)",\s*QEVM_LOSS_(\w+) \}/g) {
    my ($name, $members, $class) = ($1, $2, lc $3);
    $members =~ s/!(\S+)/$1!/g;
    $ops{$name} = { members => sorted(split ' ', $members), class => $class };
}
my $rows = () = $table =~ /QEVM_OP_/g;
result($rows > 20 && keys %ops == $rows, 'the table can be read',
       "$rows rows, " . keys(%ops) . " understood");
my ($common) = $source =~ /#define COMMON_MEMBERS "([^"]+)"/
    or die "rewrite/rule.c: no members that all have\n";

# ---- the page ----

my $page = text('man/qevm-rules.5');
my ($section) = $page =~ /^\.Sh OPERATIONS\n(.*?)^\.Sh /ms;
my %shown;
for (split /\n/, $section) {
    next unless /^\.It Li ([a-z-]+)(?: No : (.*?))? Pq ([a-z]+)$/;
    my ($name, $members, $class) = ($1, $2 // '', $3);
    $members =~ s/\\&//g;
    $shown{$name} = { members => sorted(split ' ', $members), class => $class };
}
for my $name (sort keys %ops) {
    my ($op, $told) = ($ops{$name}, $shown{$name});
    result($told && $told->{members} eq $op->{members}
               && $told->{class} eq $op->{class}, $name,
           $told ? "table: $op->{members} ($op->{class})\n"
                 . "page:  $told->{members} ($told->{class})"
                 : 'is not in the page');
}
my @more = grep { !$ops{$_} } sort keys %shown;
push @more, grep { !$ops{$_} && !$shown{$_} }
    $section =~ /^\.It Li ([a-z-]+)(?: No :| Pq|$)/mg;
result(!@more, 'the page has no other operation', join "\n", @more);

# ---- the members ----

my %members = map { s/!//r => 1 } split ' ',
    join ' ', 'op', $common, map { $_->{members} } values %ops;
my ($grammar) = $page =~ /^member     = (.*?)^path-value/ms;
my %known = map { $_ => 1 } ($grammar // '') =~ /'"([a-z-]+)"'/g;
result(sorted(keys %known) eq sorted(grep { $_ ne 'op' } keys %members),
       'the grammar has every member, and no other',
       "rules:   " . sorted(keys %members) . "\n"
       . "grammar: " . sorted(keys %known));
my ($intro) = $page =~ /^A rule is an object:\n(.*?)^All other members/ms;
for my $name ('op', 'at', 'when', split ' ', $common) {
    result(($intro // '') =~ /^\.It Li \Q$name\E$/m, "\"$name\" is explained");
}

print "1..$number\n";
exit $failed;
