# What make bench says of its figures: each verdict from made-up rounds, on both sides
# of each limit. Most of all that nothing is called httpd's which is not near to a
# floor that has httpd do the same.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib abs_path(dirname(__FILE__) . '/../bench');
use BenchGoals qw(judge_serving);
use BenchTable qw(keep_round turns);
use BenchVerdict qw(judge_near judge_peer judge_times);

# A row of so many microseconds in each round; its name.
my $count = 0;
sub row {
    my ($floor, @cpu) = @_;
    my $name = 'row ' . ++$count;
    keep_round($name, $floor, { cpu => $_ }) for @cpu;
    return $name;
}

sub said {
    my ($sub, @args) = @_;
    my $said = '';
    open my $out, '>', \$said or die $!;
    my $before = select $out;
    $sub->(@args);
    select $before;
    return $said;
}

# --- beside a floor: the larger of 5 % and 2.5 us ------------------------------------

for (
    # floor, the floor with calls, ours, what is said
    [30,  32,    32.4,  qr/^met  /],
    [30,  32,    32.6,  qr/^httpd's  /],
    [30,  32,    34.4,  qr/^httpd's  /],
    [30,  32,    34.6,  qr/^NOT MET  /],
    [30,  30,    32.6,  qr/^NOT MET  /],
    [30,  undef, 32.6,  qr/^NOT MET  /],
    [30,  undef, 32.4,  qr/^met  /],
    [30,  20,    32.4,  qr/^met  /],
    [100, 110,   104.9, qr/^met  /],
    [100, 110,   105.1, qr/^httpd's  /],
    [100, 110,   115.4, qr/^httpd's  /],
    [100, 110,   115.6, qr/^NOT MET  /],
) {
    my ($floor, $calls, $ours, $like) = @$_;
    my $base = row(undef, ($floor) x 3);
    my $same = defined $calls ? row($base, ($calls) x 3) : undef;
    like said(\&judge_near, row($base, ($ours) x 3), $same, 'calls'), $like,
        "$ours us, the floor $floor, with calls " . ($calls // 'not measured');
}

# Quartiles are of differences, round by round: the machine's pace is no spread.
my $base = row(undef, 30, 60, 30, 60, 30, 60, 30, 60, 30);
my $same = row($base, 32, 62, 32, 62, 32, 62, 32, 62, 32);
my $ours = row($base, map { 30 * (1 + $_ % 2) + (1, 2, 2.1, 2.9, 3, 3.1, 4.4, 5, 9)[$_] }
    0 .. 8);
is said(\&judge_near, $ours, $same, 'a call'),
    sprintf("httpd's   %-44s +3.0 us (2.1 to 4.4) to the floor, at most 2.5;\n", $ours)
    . ' ' x 12 . "+1.0 us (0.1 to 2.4) to it with a call, at most 2.5\n",
    'both figures, their quartiles and the call';
like said(\&judge_near, row($base, map { 5 + $_ } 30, 60, 30), $same, 'a call'),
    qr/^NOT MET .*\+5\.0 us .* to the floor, .*;\n +\+3\.0 us .* with a call, /,
    'both figures when neither is reached';
unlike said(\&judge_near, row($base, 30, 60, 30), $same, 'a call'), qr/a call/,
    'the bare floor alone when that is reached';
is said(\&judge_near, 'no such row', $same, 'a call'), '', 'nothing of no row';

# --- so many times a floor ------------------------------------------------------------

for (
    # floor, the floor as a handler, ours, what is said
    [85, 90,    99.9,  qr/^met  /],
    [85, 90,    100.1, qr/^httpd's .* 0\.85 x row \d+, at least 0\.85;\n +0\.90 x it so\n/],
    [85, 90,    105.8, qr/^httpd's  /],
    [85, 90,    106,   qr/^NOT MET .* 0\.80 x row \d+, at least 0\.85;\n +0\.85 x it so\n/],
    [85, undef, 100.1, qr/^NOT MET  /],
) {
    my ($floor, $handler, $is, $like) = @$_;
    my $bare = row(undef, ($floor) x 3);
    my $slow = defined $handler ? row($bare, ($handler) x 3) : 'no such row';
    like said(\&judge_times, row($bare, ($is) x 3), $bare, 0.85, $slow, 'it so'), $like,
        "$is us, the floor $floor, as a handler " . ($handler // 'not measured');
}

# What is not a floor is no excuse.
like said(\&judge_times, row(undef, 60), row(undef, 100), 2), qr/^NOT MET  /,
    '1.67 x a file';

# --- beside a peer --------------------------------------------------------------------

for (
    # peer, floor, ours, what is said
    [222, 97,  100, qr/^met  /],
    [219, 97,  100, qr/^NOT MET .* 2\.19 x .*;\n +the floor itself 2\.26 x; \+3\.0 us /],
    [200, 96,  100, qr/^httpd's .* 2\.00 x .*;\n +the floor itself 2\.08 x; \+4\.0 us /],
    [200, 95.3, 100, qr/^httpd's  /],
    [200, 95.1, 100, qr/^NOT MET  /],
    [200, 91,  100, qr/^NOT MET  /],
) {
    my ($peer, $floor, $is, $like) = @$_;
    my $bare = row(undef, ($floor) x 3);
    like said(\&judge_peer, row($bare, ($is) x 3), row($bare, ($peer) x 3), 2.2), $like,
        "$is us, the floor $floor, a peer $peer";
}
like said(\&judge_peer, row(undef, 100), row(undef, 200), 2.2), qr/^NOT MET  /,
    'no floor, no excuse';

# --- which row is held against which ------------------------------------------------

# Rows as serve names them: ours 4 us beyond the bare floor, and 2 beyond the other.
for my $mpm (qw(event prefork)) {
    for my $what ('GET', 'POST') {
        keep_round(@$_) for
            ["floor, $what, $mpm", undef, { cpu => 30 }],
            ["floor and location, $what, $mpm", "floor, $what, $mpm", { cpu => 32 }],
            ["floor as handler, $what, $mpm", "floor, $what, $mpm", { cpu => 36 }],
            ["mod_ocsp cached $what, quick, $mpm", "floor, $what, $mpm", { cpu => 34 }],
            ["mod_ocsp cached $what, handler, $mpm", "floor, $what, $mpm", { cpu => 40 }];
    }
    my $signs = "floor and a signature, P-256, $mpm";
    keep_round(@$_) for
        [$signs, undef, { cpu => 50 }],
        ["floor and location, P-256, $mpm", $signs, { cpu => 52 }],
        ["mod_ocsp nonce POST, P-256, $mpm", $signs, { cpu => 54 }],
        ["openssl ocsp, P-256, beside $mpm", $signs, { cpu => 100 }];
}
my $all = said(\&judge_serving, [['event', 2, 25]], ['P-256'], {});

sub says {
    my ($state, $what, $first, $second) = @_;
    like $all, qr/^\Q$state\E +\Q$what\E +\Q$first\E .*;\n +\Q$second\E/m, $what;
    return;
}

my $more     = '+2.0 us (2.0 to 2.0) to it with ap_location_walk';
my $internal = '0.90 x the floor as an ordinary handler: ap_process_request_internal';
my $and      = ' and ap_meets_conditions';
for my $mpm (qw(event prefork)) {
    for (['cached GET, quick', "$more, ap_if_walk$and, at most"],
        ['cached POST, quick', "$more and ap_if_walk, at most"],
        ['nonce POST, P-256',  "$more and ap_if_walk, at most"]) {
        my ($what, $then) = @$_;
        says("httpd's", "mod_ocsp $what, $mpm", '+4.0 us (4.0 to 4.0)', $then);
    }
    for (['GET', "$internal$and\n"], ['POST', "$internal\n"]) {
        my ($method, $then) = @$_;
        says("httpd's", "mod_ocsp cached $method, handler, $mpm",
            "0.75 x floor, $method, $mpm,", $then);
    }
    says('NOT MET', "mod_ocsp nonce POST, P-256, $mpm", '1.85 x openssl ocsp, P-256,',
        'the floor itself 2.00 x; +4.0 us (4.0 to 4.0) to it, at most 2.5');
}

# --- turns ---------------------------------------------------------------------------

for my $n (1 .. 5) {
    my %behind;
    my $last;
    for my $round (0 .. 8) {
        my @turn = turns($round, 1 .. $n);
        is_deeply [sort @turn], [1 .. $n], "$n rows: each once in round $round";
        for (@turn) {
            $behind{$_}{$last}++ if defined $last;
            $last = $_;
        }
    }
    is_deeply [grep { keys %{ $behind{$_} } < 2 } sort keys %behind], [],
        "$n rows: none always behind the same" if $n > 2;
    is_deeply [grep { $behind{$_}{$_} } sort keys %behind], [],
        "$n rows: none behind itself" if $n > 1;
}

done_testing;
