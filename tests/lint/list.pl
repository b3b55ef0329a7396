# list.pl - the files of the tree, for the checks beside it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every check says `ok` or `not ok` of each file it looks at, so that one that
# looks at nothing is seen to.
use strict;
use warnings;

# Files that are or could be committed, in a checkout; all of them in what a
# release unpacks to.
sub files {
    my ($pattern) = @_;
    my @all = -e '.git'
        ? qx(git ls-files --cached --others --exclude-standard)
        : qx(find . -type f -not -path './build*' | sed 's|^\\./||');
    chomp @all;
    return sort grep { -f $_ && $_ =~ $pattern } @all;
}

sub lines {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    return <$in>;
}

# C without comments, strings and characters; each becomes blanks, so that
# line numbers stay.
sub code {
    my $text = join '', lines(@_);
    my $blank = sub { my $t = shift; $t =~ s/[^\n]/ /g; $t };
    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|('(?:\\.|[^'\\\n])+')}
              {defined $1 ? $blank->($1)
               : defined $2 ? '"' . $blank->(substr $2, 2) . '"'
               : "'" . $blank->(substr $3, 2) . "'"}gse;
    return split /^/, $text;
}

# Runs `look` on each file; it returns what is wrong, a line each.
sub check {
    my ($look, @files) = @_;
    my ($number, $failed) = (0, 0);

    printf "1..%d\n", scalar @files;
    for my $file (@files) {
        my @wrong = $look->($file);
        chomp @wrong;
        printf "%sok %d - %s\n", @wrong ? 'not ' : '', ++$number, $file;
        print STDERR map { "#   $_\n" } @wrong;
        $failed = 1 if @wrong;
    }
    die "there is nothing to look at\n" unless @files;
    exit $failed;
}

1;
