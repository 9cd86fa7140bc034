# OCSPSignLimit: while more is to be signed than may be at once, everybody gets an
# answer that is right, and nobody's turn is lost: not another issuer's, nor for ever
# that of a process which dies while it signs. Nor do signatures take the processor from
# what is cached.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max min sum0 uniq);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Crowd;
use OCSPTest::Httpd;
use OCSPTest::Quick;
use OCSPTest::SlowKey;

use constant {
    SINGLES => 10, # of another issuer, during a flood
    FLOOD   => 20, # requests of each client, in a flood
    PATIENT_S => OCSPTest::Httpd::PATIENT_S,
    WAIT_S  => 0.95, # a request waits so long before it has to try later
    LOOK_S  => 0.2, # in which somebody signs, if anybody can
    LOOKS   => 7, # at most: after 2 s a place is free again in any case
    TRIES   => 80, # to stop a process while it signs
    BUSY_S  => 1.5,
    BUSY    => 6, # times at most
    OTHERS  => 0.1, # of the processors may be somebody else's, while it is measured
    REST    => 0.08, # of the time, if a place rests
    HERDS   => 3, # of first requests
};
my ($first, $kept, $never) = map { sprintf '2A%02X', $_ } 1 .. 3;

my $dir = scratch_dir('gate');
make_slow_key("$dir/slow.key");
OCSPTest::PKI::issue(ca('fresh'), "$dir/slow.pem", "$dir/slow.key", 'Slow', '51',
    'delegate');
my $httpd = OCSPTest::Httpd->start('gate', "OCSPSignLimit 1\nOCSPRefresh off\n"
    . OCSPTest::Httpd::who_log('gate') . "KeepAlive on\nMaxKeepAliveRequests 0\n"
    . issuer_section('fresh', signer => "$dir/slow.pem", signer_key => "$dir/slow.key")
    . issuer_section('a'),
    processes => 3, threads => 8, prefork => 12);
my @at  = (port => $httpd->{port}, path => '/');
my $who = OCSPTest::vars()->{t_logs} . '/gate.who';

# --- nonces ----------------------------------------------------------------------------

my $oid = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
my $nonces = 0;

# A request with a nonce that nobody had, and the extension.
sub with_nonce {
    my ($ca, $serial) = @_;
    my $value = der(0x30, $oid, der(0x04, der(0x04, pack 'NNN a4', $$, time, ++$nonces,
        'salt')));
    return (build_request(certids => [certid($ca, $serial)], extensions => [$value]),
        $value);
}

# What came of it: signed, cached (an answer without the nonce), tryLater, or what is
# none of these.
sub kind {
    my ($res, $ca, $serial, $nonce) = @_;
    return "HTTP$res->{code}" if $res->{code} != 200;
    return 'tryLater' if is_error($res, TRY_LATER);
    my $word = quick_word($res->{body}, $ca, $serial);
    return "said_$word" if $word ne 'good';
    return 'signed' if index($res->{body}, $nonce) >= 0;
    return index($res->{body}, $oid) < 0 ? 'cached' : 'a_nonce_of_another';
}

# Clients that ask for new signatures all the time.
my @kinds = qw(signed cached tryLater);
sub flooder {
    my ($serial) = @_;
    return sub {
        my ($client) = @_;
        my ($der, $nonce) = with_nonce('fresh', $serial);
        my $res = $client->answer(OCSPTest::Swarm::message('POST', '/', $der)) // return;
        my $kind = kind($res, 'fresh', $serial, $nonce);
        $client->count($kind);
        $client->trouble($kind) if !grep { $_ eq $kind } @kinds;
        $client->count('octets_' . sha256_hex($res->{body})) if $kind eq 'cached';
        sleep 0.005 if $kind ne 'signed';
    };
}

sub single {
    my ($ca, $serial) = @_;
    my ($der, $nonce) = with_nonce($ca, $serial);
    return kind(post($der, @at), $ca, $serial, $nonce);
}

sub count_of { return map { $_ => $_[0]{$_} // 0 } @kinds }

# --- first requests, all at once (R182) ------------------------------------------------

for my $ca ('a', 'fresh') {
    my $before = $httpd->status;
    my ($bodies, $missed) = $httpd->reach($ca, $first);
    my $processes = children($httpd->{pid});
    my $signed = $httpd->grown($before, 'OCSPSignatures');
    my %words;
    $words{ quick_word($_, $ca, $first) }++ for @$bodies;
    diag sprintf '%s: %d first requests at once in %d processes: %d signatures, %s', $ca,
        scalar @$bodies, $processes, $signed,
        join ', ', map { "$words{$_} $_" } sort keys %words;
    is "@$missed", '', "$ca, first requests: every process was asked";
    cmp_ok $signed, '>=', 1, "$ca, first requests: signed";
    cmp_ok $signed, '<=', $processes, "$ca, first requests: once a process at most";
    cmp_ok $words{good} // 0, '>=', 1, "$ca, first requests: good";
    is $signed, 1, "$ca, first requests: once, where one signs at a time" if $ca eq 'fresh';
    delete @words{qw(good tryLater)}; # R76: where too many wait
    is join(' ', %words), '', "$ca, first requests: and nothing else";
    my $settled = $httpd->status;
    is $httpd->everyone($ca, $first), 'good', "$ca, first requests: then every process has it";
    is $httpd->grown($settled, 'OCSPSignatures'), 0, "$ca, first requests: and signs no more";
}

# Threads wait for each other's signature, and more of them than may wait for their own.
# However long it takes, none has to try later at once.
if (($ENV{OCSP_MPM} // '') ne 'prefork') {
    for my $n (1 .. HERDS) {
        my $serial = sprintf '2B%02X', $n;
        my ($answers) = $httpd->spread(OCSPTest::Httpd::message('POST', '/',
            body => quick_request('fresh', $serial)));
        my @refused = grep { quick_word($_->{body}, 'fresh', $serial) ne 'good' } @$answers;
        my @soon = grep { $_->{took} < WAIT_S } @refused;
        diag sprintf 'herd %d: %d of %d had to try later, the last answer after %.2f s', $n,
            scalar @refused, scalar @$answers, max(map { $_->{took} } @$answers);
        is scalar @soon, 0, "first requests, herd $n: nobody is refused without waiting";
    }
}

# --- a flood about what is cached (R116) -----------------------------------------------

my $plain = post(quick_request('fresh', $kept), @at)->{body};
is quick_word($plain, 'fresh', $kept), 'good', 'what is asked for: good';
is $httpd->says('fresh', $kept), 'good', 'what is asked for: verified';

# A flood about a serial number, and the code meanwhile, until some were signed and some
# refused: what came of it
sub flood {
    my ($serial, $meanwhile) = @_;
    my $before = $httpd->status;
    my $crowd  = OCSPTest::Crowd->start($httpd->{port}, (flooder($serial)) x 12);
    $crowd->wait_for_more(1);
    $meanwhile->() if $meanwhile;
    $crowd->wait_for_more(FLOOD);
    wait_for(PATIENT_S, sub {
        my %more = map { $_ => $httpd->grown($before, "OCSP$_") } qw(Signatures SignRefused);
        return $more{Signatures} >= SINGLES + 3 && $more{SignRefused} >= 3;
    });
    my $sum = $crowd->stop;
    $sum->{refused} = $httpd->grown($before, 'OCSPSignRefused');
    $sum->{signatures} = $httpd->grown($before, 'OCSPSignatures');
    return $sum;
}

my (%single, @plain, @signing);
my $sum = flood($kept, sub {
    for (1 .. SINGLES) {
        $single{ single('a', serial_good) }++;
        push @plain, post(quick_request('fresh', $kept), @at)->{body};
        push @signing, $httpd->status->{OCSPSigning};
    }
    wait_for(PATIENT_S, sub {
        push @signing, $httpd->status->{OCSPSigning};
        return $signing[-1];
    });
});
my %count = count_of($sum);
diag sprintf 'cached: %d signed, %d from the cache, %d tryLater; of another issuer %s', @count{@kinds},
    join ', ', map { "$single{$_} $_" } sort keys %single;
is join('; ', @{ $sum->{trouble} }), '', 'cached: nothing but answers';
is $sum->{failed}, 0, 'cached: no request failed';
cmp_ok $count{signed}, '>=', 1, 'cached: some are signed';
cmp_ok $count{cached}, '>=', 1, 'cached: some are answered without their nonce';
is $count{tryLater}, 0, 'cached: nobody has to try later';
is join(' ', grep { /^octets_/ } keys %$sum), 'octets_' . sha256_hex($plain),
    'cached: by what every request without a nonce is answered';
is join(' ', uniq map { sha256_hex($_) } @plain), sha256_hex($plain),
    'cached: as all of those meanwhile were';
is max(@signing), 1, 'server-status: one signs, and never more than one';
cmp_ok $single{signed} // 0, '>=', SINGLES / 2, 'another issuer has its turn all the time';
is $sum->{refused}, $count{cached} + $count{tryLater} + SINGLES - ($single{signed} // 0),
    'cached: OCSPSignRefused grows by one for each that got no signature of its own';
is $sum->{signatures}, $count{signed} + ($single{signed} // 0),
    'cached: OCSPSignatures grows by one for each that got one';

# --- the same while the cache is busy ---------------------------------------------------

# Clock ticks that the processors have spent on something, and those that these
# processes have.
sub ticks {
    my (@pids) = @_;
    my ($all) = (eval { OCSPTest::slurp('/proc/stat') } // '') =~ /^cpu +(.*)/;
    # user, nice, system, idle, iowait, irq, softirq, steal
    my @all = split ' ', $all // '';
    my $ours = sum0 map {
        (eval { OCSPTest::slurp("/proc/$_/stat") } // '') =~ /.*\) \S (?:\S+ ){10}(\d+) (\d+)/s
            ? $1 + $2 : 0;
    } @pids;
    return (sum0(@all[grep { $_ != 3 && $_ != 4 } 0 .. min(7, $#all)]), sum0(@all), $ours);
}

# How often nobody signed while some waited for it, of so many looks, while so many
# clients ask for what is cached; and what part of the processors went to others.
sub resting {
    my ($clients) = @_;
    my ($rests, $looks) = (0, 0);
    my $crowd = OCSPTest::Crowd->start($httpd->{port}, (flooder($kept)) x 6, (sub {
        my ($client) = @_;
        my $res = $client->answer(OCSPTest::Swarm::message('POST', '/',
            quick_request('fresh', $kept))) // return;
        $client->trouble('another answer') if $res->{body} ne $plain;
    }) x $clients);
    my @pids   = ($$, children($$), $httpd->{pid}, children($httpd->{pid}));
    my @before = ticks(@pids);
    my $end    = time + BUSY_S;
    while (time < $end) {
        my $now = $httpd->status;
        $looks++;
        $rests++ if !$now->{OCSPSigning} && $now->{OCSPSignWaiting};
        sleep 0.02;
    }
    my @after = ticks(@pids);
    my $sum = $crowd->stop;
    is join('; ', @{ $sum->{trouble} }), '', 'busy: nothing but answers';
    my ($spent, $all, $ours) = map { $after[$_] - $before[$_] } 0 .. 2;
    my $others = ($spent - $ours) / ($all || 1);
    diag sprintf '%d others ask: in %d of %d looks nobody signed, %d signed; %.0f %% of the '
        . 'processors went to other processes', $clients, $rests, $looks, $sum->{signed} // 0,
        100 * $others;
    return ($rests / ($looks || 1), $others);
}

# How long a place rests is measured by what a signature has to share its processor with:
# that can be judged only where other processes take no part of it.
for my $case (
    [4, 'signatures leave the processor to what is cached', sub { $_[0] >= REST }],
    [0, 'and where nothing is, they do not wait',           sub { $_[0] < REST }],
) {
    my ($clients, $name, $is_right) = @$case;
    my (@right, @wrong);
    for (1 .. BUSY) {
        my ($share, $others) = resting($clients);
        push @{ $is_right->($share) ? \@right : \@wrong }, $others;
        last if @right;
    }
    my $judged = grep { $_ < OTHERS } @wrong;
    ok @right || $judged < BUSY / 2, "busy: $name";
    diag "busy: $name: not judged, as other processes keep the processors busy"
        if !@right && $judged < BUSY / 2;
}

# --- a flood about what is not (R76, R116) ---------------------------------------------

$sum   = flood($never);
%count = count_of($sum);
diag sprintf 'not cached: %d signed, %d from the cache, %d tryLater', @count{@kinds};
is join('; ', @{ $sum->{trouble} }), '', 'not cached: nothing but answers';
is $sum->{failed}, 0, 'not cached: no request failed';
cmp_ok $count{signed}, '>=', 1, 'not cached: some are signed';
cmp_ok $count{tryLater}, '>=', 1, 'not cached: some are to try later';
is $count{cached}, 0, 'not cached: nothing that was signed with a nonce is said without';
is $sum->{refused}, $count{tryLater},
    'not cached: OCSPSignRefused grows by one for each that has to try later';
my $quiet = $httpd->status;
is $quiet->{"OCSP$_"}, 0, "afterwards, server-status: OCSP$_" for qw(Signing SignWaiting);
# a place may rest after what was signed last
ok wait_for(PATIENT_S, sub { $httpd->quick('fresh', $never) eq 'good' }), 'afterwards: good';

# --- a process that dies while it signs ------------------------------------------------

# An answer while a process is stopped: that one may be whom the system wakes up for a
# connection, so there are more of them.
sub among_others {
    my ($bytes) = @_;
    my @socks = map { OCSPTest::Httpd::begin($httpd->{port}, $_) } $bytes, ('') x 3;
    return OCSPTest::Httpd::answer_of($socks[0]);
}

sub single_among_others {
    my ($ca, $serial) = @_;
    my ($der, $nonce) = with_nonce($ca, $serial);
    return kind(among_others(OCSPTest::Httpd::message('POST', '/', body => $der)), $ca,
        $serial, $nonce);
}

# How many sign, and how many signatures there are
sub signing {
    my $page = among_others(OCSPTest::Httpd::message('GET', '/server-status?auto'))->{body};
    return map { $page =~ /^$_: (\d+)/m ? $1 : die "no $_" } qw(OCSPSigning OCSPSignatures);
}

# Whether the only place is somebody's who does not go on, for longer than signatures
# take here.
sub is_stuck {
    my ($looks) = @_;
    for (1 .. $looks) {
        my ($one, $before) = signing();
        return 0 if $one != 1;
        sleep LOOK_S;
        return 0 if (signing())[1] != $before;
    }
    return 1;
}

# The processes that have answered since then.
sub busy {
    my ($mark) = @_;
    my %there = map { $_ => 1 } children($httpd->{pid});
    return uniq grep { $there{$_} } map { $_->[0] }
        OCSPTest::Httpd::answered_since($who, $mark);
}

my @workers = children($httpd->{pid});
my $longest = max(map {
    my $start = time;
    single('fresh', $never);
    time - $start;
} 1 .. 4);
my $looks = min(LOOKS, 2 + int 8 * $longest / LOOK_S);
# few enough that each of them often is the one
my $crowd = OCSPTest::Crowd->start($httpd->{port}, (flooder($kept)) x 4);
my ($mark, $victim) = (-s $who);
for my $try (1 .. TRIES) {
    wait_for(PATIENT_S, sub { busy($mark) });
    my @busy = busy($mark) or last;
    my $pid  = $busy[$try % @busy];
    $mark = -s $who;
    stop_process($pid);
    if (is_stuck($looks)) {
        $victim = $pid;
        last;
    }
    kill 'CONT', $pid;
    sleep 0.02 * ($try % 3);
}
ok $victim, 'a process is stopped while it signs';
is single_among_others('a', serial_good), 'signed',
    'meanwhile: but what is signed in no time, which is not counted';
is sha256_hex(among_others(OCSPTest::Httpd::message('POST', '/',
    body => quick_request('fresh', $kept)))->{body}), sha256_hex($plain),
    'meanwhile: what is cached is said';
my $killed = time;
$httpd->kill_child($victim) if $victim;
ok wait_for(PATIENT_S, sub { single('fresh', $never) eq 'signed' }),
    'it is killed: another one signs';
diag sprintf 'killed while it signed: its place was free after %.1f s', time - $killed;
$sum = $crowd->stop;
%count = count_of($sum);
cmp_ok $sum->{failed}, '<=', 4, 'killed: one request a connection failed at most';
is join('; ', grep { !/^(?:closed|read: )/ } @{ $sum->{trouble} }), '',
    'killed: the others have their answers';
ok wait_for(PATIENT_S, sub { single('fresh', $never) eq 'signed' }), 'in the end: signed';
ok wait_for(PATIENT_S, sub { children($httpd->{pid}) >= 3 }), 'in the end: as many processes';
is join(' ', grep { $_ ne ($victim // 0) } $httpd->lost(@workers)), '',
    'in the end: no other process was lost';

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost but the one';
done_testing;
