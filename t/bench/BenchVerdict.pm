# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchVerdict: whether a row of BenchTable reaches what it is to reach. A verdict is
# one of three:
#
#   met       held against the bare floor
#   httpd's   not met, but as near as it must be to a floor that has httpd make the
#             same calls: what is beyond belongs to them. The text says which
#   NOT MET   neither, or there is no such floor
package BenchVerdict;
use strict;
use warnings;
use Exporter qw(import);
use List::Util qw(max);

use BenchTable qw(floor_of has_row more_cpu times_cpu value);

our @EXPORT_OK = qw(judge judge_near judge_peer judge_times);

# How much processor time more than a floor's is allowed: the larger of these.
use constant ALLOWED_PART => 0.05;
use constant ALLOWED_US   => 2.5;

my %WORD = (met => 'met', httpd => "httpd's", not => 'NOT MET');

sub print_verdict {
    my ($state, $what, @lines) = @_;
    printf "%-8s  %-44s %s\n", $WORD{$state}, $what, join ";\n" . ' ' x 12, @lines;
    return $state;
}

# judge(MET, WHAT, IS): of two states.
sub judge {
    my ($met, @what) = @_;
    return print_verdict($met ? 'met' : 'not', @what);
}

# Of a row beside a floor: whether it is as near as it must be, and how near it is,
# "+3.0 us (2.1 to 4.4)" with the quartiles of the rounds.
sub near {
    my ($name, $floor) = @_;
    my ($more, $low, $high) = more_cpu($name, $floor);
    my $limit = max(ALLOWED_PART * value($floor, 'cpu'), ALLOWED_US);
    return ($more <= $limit, sprintf('%+.1f us (%.1f to %.1f)', $more, $low, $high),
        sprintf 'at most %.1f', $limit);
}

# judge_near(ROW, FLOOR-WITH-CALLS, CALLS)
sub judge_near {
    my ($name, $same, $calls) = @_;
    my $floor = floor_of($name);
    return if !has_row($floor);
    my ($met, $is, $limit) = near($name, $floor);
    my @lines = "$is to the floor, $limit";
    return print_verdict('met', $name, @lines) if $met;
    return print_verdict('not', $name, @lines) if !has_row($same);
    my ($theirs, $then, $then_limit) = near($name, $same);
    return print_verdict($theirs ? 'httpd' : 'not', $name, @lines,
        "$then to it with $calls, $then_limit");
}

# judge_times(ROW, OTHER, LEAST, FLOOR-WITH-CALLS, WHICH): how many times less
# processor time than something else; the last two only where that is the floor.
sub judge_times {
    my ($name, $other, $least, $same, $which) = @_;
    return if !has_row($name) || !has_row($other);
    my $x     = times_cpu($other, $name);
    my @lines = sprintf '%.2f x %s, at least %.2f', $x, $other, $least;
    return print_verdict('met', $name, @lines) if $x >= $least;
    return print_verdict('not', $name, @lines) if !has_row($same);
    my $then = times_cpu($same, $name);
    return print_verdict($then >= $least ? 'httpd' : 'not', $name, @lines,
        sprintf '%.2f x %s', $then, $which);
}

# judge_peer(ROW, PEER, LEAST): the same beside another responder. What the row's own
# floor misses as well is not ours, if the row is near to that floor.
sub judge_peer {
    my ($name, $peer, $least) = @_;
    return if !has_row($name) || !has_row($peer);
    my $x     = times_cpu($peer, $name);
    my @lines = sprintf '%.2f x %s, at least %.2f', $x, $peer, $least;
    return print_verdict('met', $name, @lines) if $x >= $least;
    my $floor = floor_of($name);
    return print_verdict('not', $name, @lines) if !has_row($floor);
    my $itself = times_cpu($peer, $floor);
    my ($near, $is, $limit) = near($name, $floor);
    return print_verdict($near && $itself < $least ? 'httpd' : 'not', $name, @lines,
        sprintf 'the floor itself %.2f x; %s to it, %s', $itself, $is, $limit);
}

1;
