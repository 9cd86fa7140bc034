# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchLoad: what t/bench/serve sends with wrk, ab and t/bench/flood, from the other
# core, and what they say. A load is a hash: requests, seconds, p50 and p99 in
# microseconds, errors, closed (connections, by the server), seen and wrong (answers
# looked at, and wrong ones), busy (how much of its core the generator took).
package BenchLoad;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use Time::HiRes qw(time);

use BenchServer qw(on_core);

our @EXPORT_OK = qw(wrk ab start_flood end_flood signatures);

use constant CORE => 1;

my $here = dirname(abs_path(__FILE__));

# What a command prints, and how many seconds of processor time it took.
sub output {
    my (@command) = @_;
    my @before = times;
    open my $pipe, '-|', @command or die "$command[0]: $!\n";
    local $/;
    my $said = <$pipe> // '';
    close $pipe or die "@command failed:\n$said";
    my @after = times;
    return ($said, $after[2] + $after[3] - $before[2] - $before[3]);
}

# wrk(URL, CONNECTIONS, SECONDS, WORDS-OF-load.lua...)
sub wrk {
    my ($url, $connections, $seconds, @words) = @_;
    my ($said, $cpu) = output(on_core(CORE, 'wrk', '-t', 1, '-c', $connections,
        '-d', "${seconds}s", '-s', "$here/load.lua", $url, '--', @words));
    my @values = $said =~ /^serve\t(.*)/m ? split /\t/, $1 : die "wrk:\n$said";
    my %load;
    @load{qw(requests seconds p50 p99 errors closed seen wrong)} = @values;
    $load{seconds} /= 1e6;
    $load{busy} = $cpu / $load{seconds};
    return \%load;
}

# ab([PREFIX], URL, CONNECTIONS, REQUESTS, FILE): a connection for each request. By
# number, not by time: `openssl ocsp` spins after one that it gets no request on.
sub ab {
    my ($prefix, $url, $connections, $requests, $file) = @_;
    my ($said, $cpu) = output(@$prefix, on_core(CORE, 'ab', '-q', '-n', $requests,
        '-c', $connections, '-p', $file, '-T', 'application/ocsp-request', $url));
    my %load = (seen => 0, wrong => 0, errors => 0, closed => 0);
    ($load{requests}) = $said =~ /^Complete requests:\s+(\d+)/m or die "ab:\n$said";
    ($load{seconds})  = $said =~ /^Time taken for tests:\s+([\d.]+)/m;
    ($load{"p$_"})    = map { 1000 * $_ } $said =~ /^\s*$_%\s+(\d+)/m for 50, 99;
    # the length of an ECDSA signature is not always the same
    $load{errors} += $_
        for $said =~ /\(Connect: (\d+), Receive: (\d+),.*Exceptions: (\d+)\)/,
        $said =~ /^Non-2xx responses:\s+(\d+)/m;
    $load{busy} = $cpu / $load{seconds};
    return \%load;
}

sub start_flood {
    my (@words) = @_;
    my $pid = open my $pipe, '-|', on_core(CORE, "$here/flood", @words)
        or die "flood: $!\n";
    return $pipe;
}

# {sent, signed, plain, later, wrong, closed, dropped}, when it is over.
sub end_flood {
    my ($pipe) = @_;
    local $/;
    my $said = <$pipe> // '';
    close $pipe or die "flood failed\n";
    my %flood;
    @flood{qw(sent signed plain later wrong closed dropped)}
        = $said =~ /^flood\t(.*)/m ? split /\t/, $1 : die "flood:\n$said";
    return \%flood;
}

# Microseconds of processor time of a bare signature, by `openssl speed`.
sub signatures {
    my ($seconds) = @_;
    my ($said) = output('sh', '-c', 'exec "$@" 2>/dev/null', 'sh', on_core(0,
        'openssl', 'speed', '-mr', '-seconds', $seconds, 'rsa2048', 'rsa4096',
        'ecdsap256', 'ed25519'));
    my %rate;
    ($rate{"RSA-$_"}) = $said =~ /^\+F2:\d+:$_:([\d.]+):/m for 2048, 4096;
    ($rate{'P-256'})   = $said =~ /^\+F4:\d+:256:([\d.]+):/m;
    ($rate{'Ed25519'}) = $said =~ /^\+F6:\d+:\d+:[^:]*:([\d.]+):/m;
    # a number a second, or seconds for one, by version
    return { map { $_ => $rate{$_} > 1 ? 1e6 / $rate{$_} : 1e6 * $rate{$_} }
        grep { $rate{$_} } keys %rate };
}

1;
