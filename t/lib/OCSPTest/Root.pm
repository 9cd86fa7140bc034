# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# For the suites that root runs: Apache::Test refuses to, so what they know of the
# httpd comes from t/bin/run-suite. They see the CAs that were made before.
package OCSPTest::Root;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest ();
use Test::More ();

our @EXPORT = qw(directory owned user user_lines shared_octets left_out);

my $stage = $ENV{OCSP_TEST_STAGE} or die "t/bin/run-suite runs this, as root\n";
die "not root\n" if $> != 0;

my %vars = (
    httpd      => $ENV{OCSP_TEST_HTTPD},
    serverroot => "$stage/t",
    t_conf     => "$stage/t/conf",
    t_logs     => "$stage/root",
);

{
    no warnings 'redefine';
    *OCSPTest::vars = sub { return \%vars };
}

# Whom httpd's workers run as: (name, uid, gid)
sub user {
    my ($name, undef, $uid, $gid) = getpwnam $ENV{OCSP_TEST_USER}
        or die "no user $ENV{OCSP_TEST_USER}";
    return ($name, $uid, $gid);
}

sub user_lines {
    my ($name, undef, $gid) = user();
    return "User $name\nGroup \"#$gid\"\n";
}

sub directory {
    my ($name, $mode) = @_;
    my $dir = "$vars{t_logs}/$name";
    mkdir $dir or die "$dir: $!";
    chmod $mode, $dir or die "$dir: $!";
    return $dir;
}

# owned(FILE, FROM, MODE, [uid, gid]): a copy of a file that is nobody else's
sub owned {
    my ($file, $from, $mode, $ids) = @_;
    OCSPTest::PKI::spew($file, OCSPTest::slurp($from));
    chown @{ $ids // [0, 0] }, $file or die "$file: $!";
    chmod $mode, $file or die "$file: $!";
    return $file;
}

# Octets of shared memory without a name that a process has and the system keeps
# pages for, whichever process wrote them.
sub shared_octets {
    my ($pid) = @_;
    my %octets;
    for my $map (glob "/proc/$pid/map_files/*") {
        next if (readlink($map) // '') ne '/dev/zero (deleted)';
        my @stat = stat $map or next;
        $octets{"$stat[0] $stat[1]"} = 512 * $stat[12];
    }
    my $sum = 0;
    $sum += $_ for values %octets;
    return $sum;
}

# End a suite for which this system lacks something; said, and counted as a test, since
# run-suite takes whatever is skipped for a failure.
sub left_out {
    my ($why) = @_;
    Test::More::diag("LEFT OUT: $why");
    Test::More::pass("left out: $why");
    Test::More::done_testing();
    exit 0;
}

1;
