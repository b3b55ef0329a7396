#!/usr/bin/perl
# Does mandoc like the manual pages?
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;
require './tests/lint/list.pl';

check(sub {
    my ($file) = @_;
    return qx(mandoc -Tlint -W warning '$file' 2>&1);
}, files(qr{^man/.*\.[1-9]$}));
