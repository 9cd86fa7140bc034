# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchGoals: what t/bench/serve has measured, held against what it must reach.
package BenchGoals;
use strict;
use warnings;
use Exporter qw(import);
use List::Util qw(max min sum0);

use BenchTable qw(fault has_row paired rounds times_rate value);
use BenchVerdict qw(judge judge_near judge_peer judge_times);

our @EXPORT_OK = qw(judge_serving);

# What the floors that are not bare have httpd do: t/bench/floor.c.
my $WALK       = 'ap_location_walk and ap_if_walk';
my $PROCESS    = 'the floor as an ordinary handler: ap_process_request_internal';
my $CONDITIONS = ' and ap_meets_conditions';
my %WALK       = (POST => $WALK, GET => "ap_location_walk, ap_if_walk$CONDITIONS");
my %PROCESS    = (POST => $PROCESS, GET => $PROCESS . $CONDITIONS);

# No more between processes and threads than of a bare handler.
sub judge_shapes {
    my ($shapes) = @_;
    my %spread;
    for my $what ('floor, GET', 'mod_ocsp cached GET, quick') {
        my @cpu = map { value("$what, $_->[1] x $_->[2]", 'cpu') } @$shapes;
        return if grep { !defined } @cpu;
        $spread{$what} = max(@cpu) / (min(@cpu) || 1);
    }
    my ($floor, $ours) = map { $spread{$_} } sort keys %spread;
    judge($ours <= $floor + 0.05, '2 x 25, 1 x 50, 50 x 1', sprintf
        'differ by %.2f, the floor by %.2f', $ours, $floor);
    return;
}

sub judge_flood {
    my ($flood) = @_;
    my ($alone, $flooded) = ('mod_ocsp cached GET, alone',
        'mod_ocsp cached GET, flood of nonces');
    return if !has_row($flooded);
    my $keep = times_rate($flooded, $alone);
    my $p99  = paired($flooded, $alone, sub { $_[0]{p99} / ($_[1]{p99} || 1) });
    my $wrong = ($flood->{wrong} // 0) + sum0 map { $_->{wrong} } rounds($flooded);
    judge($keep >= 0.8, 'flood: rate of cached answers', sprintf
        '%.2f of it kept, at least 0.80', $keep);
    judge($p99 <= 5, 'flood: p99 of cached answers', sprintf
        '%.1f x, at most 5', $p99);
    judge($wrong == 0, 'flood: wrong answers', $wrong);
    fault("flood: $wrong wrong answers") if $wrong;
    return;
}

# judge_serving([shapes as [MPM, processes, threads]], [kinds of keys], {flood})
sub judge_serving {
    my ($shapes, $kinds, $flood) = @_;
    print "\nDESIGN section 5, serving: processor time, median (quartiles) of the rounds\n",
        "(httpd's: not met, and what is beyond is in calls of httpd's own)\n";
    for my $mpm (qw(event prefork)) {
        for my $method (qw(GET POST)) {
            judge_near("mod_ocsp cached $method, quick, $mpm",
                "floor and location, $method, $mpm", $WALK{$method});
            judge_times("mod_ocsp cached $method, handler, $mpm",
                "floor, $method, $mpm", 0.85, "floor as handler, $method, $mpm",
                $PROCESS{$method});
        }
    }
    judge_times('mod_ocsp cached GET, quick, event', 'httpd file, GET', 2);
    for my $mpm (qw(event prefork)) {
        judge_near("mod_ocsp nonce POST, $_, $mpm", "floor and location, $_, $mpm",
            $WALK{POST}) for @$kinds;
        judge_peer("mod_ocsp nonce POST, P-256, $mpm",
            "openssl ocsp, P-256, beside $mpm", 2.2);
    }
    judge_shapes($shapes);
    judge_flood($flood);
    return;
}

1;
