# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchTable: measures rows by turns, prints them, and compares them round by round.
# The primary figure is microseconds of the server's processor time by request.
package BenchTable;
use strict;
use warnings;
use Exporter qw(import);
use File::Temp ();
use List::Util qw(min sum0);
use POSIX ();

our @EXPORT_OK = qw(faults fault floor_of has_row keep_round measure more_cpu paired
    measure_anew print_head rate rounds row_names times_cpu times_rate turns value);

use constant ROUNDS_A_START => 3;

# A row that it matches is profiled.
my $PROFILE = $ENV{SERVE_PROFILE} // '';

my (%row, @faults);

sub faults { return @faults }
sub fault  { push @faults, @_; return }
sub has_row { my ($name) = @_; return defined $name && exists $row{$name} }
sub floor_of { my ($name) = @_; return has_row($name) ? $row{$name}{floor} : undef }
sub row_names { return sort keys %row }

sub median {
    my @sorted = sort { $a <=> $b } grep { defined } @_;
    return @sorted ? $sorted[ @sorted / 2 ] : undef;
}

# What a row takes is also what the one before it left in the processor's caches, and
# the machine becomes faster or slower meanwhile: so each round begins one row later,
# and every second one goes backwards. A row stays near its floor, but is behind it as
# often as ahead.
sub turns {
    my ($round, @rows) = @_;
    push @rows, splice @rows, 0, $round % @rows;
    return $round % 2 ? reverse @rows : @rows;
}

sub keep_round {
    my ($name, $floor, $load) = @_;
    $row{$name}{floor} = $floor;
    push @{ $row{$name}{rounds} }, $load;
    return;
}

# One row once. A row is [NAME, SERVER, LOAD, FLOOR-ROW].
sub run_row {
    my ($seconds, $name, $server, $load) = @_;
    my $before = $server->processor_time;
    my $got    = $load->($seconds);
    die "$name: no answers\n" if !$got->{requests};
    $got->{cpu} = ($server->processor_time - $before) / $got->{requests};
    push @faults, "$name: $got->{errors} errors" if $got->{errors};
    return $got;
}

# Every row of a group in turn, and that ROUNDS times, after once in vain; rows of
# servers that are not there are left out.
sub measure {
    my ($rounds, $seconds, @rows) = @_;
    @rows = grep { $_->[1] } @rows;
    run_row(1, @$_) for @rows;
    measure_on($rounds, $seconds, @rows);
    print_rows($seconds, @rows);
    return;
}

# The same with servers that start anew for each three rounds: where the kernel puts their
# memory is chance, and decides what is in each other's way in the processor's caches.
# Rounds of one start share that, whatever their quartiles are.
sub measure_anew {
    my ($rounds, $seconds, @rows) = @_;
    @rows = grep { $_->[1] } @rows;
    my %servers = map { $_->[1]{pid} => $_->[1] } @rows;
    for (my $done = 0; $done < $rounds; $done += ROUNDS_A_START) {
        $_->restart for $done ? values %servers : ();
        run_row(1, @$_) for @rows;
        measure_on(min(ROUNDS_A_START, $rounds - $done), $seconds, @rows);
    }
    print_rows($seconds, @rows);
    return;
}

sub measure_on {
    my ($rounds, $seconds, @rows) = @_;
    my $before = () = rounds($rows[0][0]);
    for my $round ($before + 1 .. $before + $rounds) {
        keep_round(@$_[0, 3], run_row($seconds, @$_)) for turns($round, @rows);
    }
    return;
}

sub print_rows {
    my ($seconds, @rows) = @_;
    for (@rows) {
        print_row($_->[0]);
        profile(@$_[0 .. 2], $seconds) if $PROFILE ne '' && $_->[0] =~ /$PROFILE/;
    }
    return;
}

# Where the microseconds of a row go, by perf: what each program file took of them,
# and each function that took half a hundredth.
sub profile {
    my ($name, $server, $load, $seconds) = @_;
    my $data = File::Temp->new(TEMPLATE => 'ocsp-perf-XXXXXX', TMPDIR => 1);
    my $pids = join ',', keys %{ $server->processes };
    my $pid  = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec('perf', 'record', '-q', '-e', 'cpu-clock', '-F', 4999, '-p', $pids,
            '-o', "$data", '--', 'sleep', $seconds) or POSIX::_exit(127);
    }
    $load->($seconds);
    waitpid $pid, 0;
    for my $by ('dso', 'dso,symbol') {
        open my $pipe, '-|', "perf report -i $data --stdio --no-children -q "
            . "--percent-limit 0.5 --sort $by 2>/dev/null" or die "perf: $!\n";
        while (<$pipe>) {
            my ($percent, $what) = /^\s*([\d.]+)%\s+(.*?)[-\s]*$/ or next;
            printf "    %7.2f us  %s\n", value($name, 'cpu') * $percent / 100, $what;
        }
        print "\n";
    }
    return;
}

# Of a row, the median of a value; and of the quotient with another row's, round by
# round, since the machine is not always as fast.
sub rounds { my ($name) = @_; return $row{$name} ? @{ $row{$name}{rounds} } : () }

sub value {
    my ($name, $what) = @_;
    return median(map { $_->{$what} } rounds($name));
}

sub rate { my ($load) = @_; return $load->{requests} / $load->{seconds} }

# by_round(A, B, SUB): SUB(load of A, load of B) of each round; paired: the median.
sub by_round {
    my ($first, $second, $sub) = @_;
    my ($as, $bs) = map { [rounds($_)] } $first, $second;
    return map { $sub->($as->[$_], $bs->[$_]) } 0 .. min($#$as, $#$bs);
}
sub paired { return median(by_round(@_)) }

sub times_cpu {
    return paired(@_, sub { $_[1]{cpu} ? $_[0]{cpu} / $_[1]{cpu} : undef });
}
sub times_rate { return paired(@_, sub { rate($_[0]) / rate($_[1]) }) }

# Microseconds that the first takes beyond the second: median, quartiles.
sub more_cpu {
    my @more    = sort { $a <=> $b } by_round(@_, sub { $_[0]{cpu} - $_[1]{cpu} });
    my $quarter = int(@more / 4);
    return (median(@more), @more[$quarter, -1 - $quarter]);
}

sub print_head {
    my ($title) = @_;
    printf "\n%-40s %8s %8s %7s %7s %7s %7s\n", $title, 'CPU us', 'req/s', 'p50 us',
        'p99 us', 'x floor', 'x rate';
    return;
}

sub print_row {
    my ($name) = @_;
    my $floor  = $row{$name}{floor};
    my $rate   = median(map { rate($_) } @{ $row{$name}{rounds} });
    my @ratios = defined $floor && $floor ne $name && $row{$floor}
        ? (map { sprintf '%.2f', $_ } times_cpu($floor, $name),
            times_rate($name, $floor))
        : ('', '');
    my $mark   = value($name, 'busy') > 0.9 ? ' *' : '';
    my $closed = sum0 map { $_->{closed} } rounds($name);
    $mark .= " $closed connections closed" if $closed;
    my ($wrong, $seen) = map { my $what = $_; sum0 map { $_->{$what} } rounds($name) }
        qw(wrong seen);
    $mark .= " $wrong of $seen not so" if $wrong;
    printf "%-40s %8.1f %8.0f %7.0f %7.0f %7s %7s%s\n", $name, value($name, 'cpu'),
        $rate, value($name, 'p50'), value($name, 'p99'), @ratios, $mark;
    return;
}

1;
