# OCSPSignLimit 1: a process is stopped (SIGSTOP) while it signs, and so holds the only
# place. Others must get it within seconds, and the process that goes on later does no
# harm. OCSP_TEST_LONG=1: with a limit of 3 s.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Crowd;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Quick;
use OCSPTest::SlowKey;

use constant {
    TRIES   => 40,  # to stop a process while it signs
    STALLS  => 2,   # that must be seen
    STALL_S => 1,   # nobody signs for so long: the place was held
    WAIT_S  => 60,
};
my $long    = $ENV{OCSP_TEST_LONG};
my $limit_s = $long ? 3 : 12;

my $dir = scratch_dir('sign-stopped');
make_slow_key("$dir/slow.key");
OCSPTest::PKI::issue(ca('fresh'), "$dir/slow.pem", "$dir/slow.key", 'Slow', '52',
    'delegate');
my $httpd = debian_start('sign-stopped', "OCSPSignLimit 1\nOCSPRefresh off\n"
    . issuer_section('fresh', signer => "$dir/slow.pem", signer_key => "$dir/slow.key")
    . issuer_section('a'));
my $port = $httpd->{port};

# A request with a nonce that nobody had, which only a new signature answers.
my $nonces = 0;
sub with_nonce {
    my $value = der(0x30, der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"),
        der(0x04, der(0x04, pack 'NNNN', $$, time, ++$nonces, rand 2**32)));
    return OCSPTest::Httpd::message('POST', '/', body => build_request(
        certids => [certid('fresh', serial_good)], extensions => [$value]));
}

# How many signatures were made so far, by all processes.
sub signatures {
    my $res = among_others($port, OCSPTest::Httpd::message('GET', '/server-status?auto'));
    return $res->{body} =~ /^OCSPSignatures: (\d+)$/m ? $1 : die "server-status: $res->{body}";
}

certid('fresh', serial_good); # which clients then need not ask openssl
my $crowd = OCSPTest::Crowd->start($port, (sub {
    my ($client) = @_;
    my $res = $client->answer(with_nonce() =~ s/Connection: close\r\n//r) // return;
    $client->count(quick_word($res->{body}, 'fresh', serial_good));
    sleep 0.01;
}) x 4);
ok wait_for(WAIT_S, sub { signatures() > 0 }), 'at the start: signed';

my @stalls;
my ($lag, $tries) = (0, 0);
while (@stalls < STALLS && $tries < TRIES) {
    $tries++;
    my @there = children($httpd->{pid});
    my $pid   = $there[rand @there];
    stop_process($pid);
    my $since  = time;
    my $before = signatures();
    wait_for(WAIT_S, sub {
        my $at = time;
        # the crowd's connections may all be the stopped process's
        my @asked = map { OCSPTest::Httpd::begin($port, with_nonce()) } 1 .. 4;
        sleep 0.2;
        my $now = signatures();
        $lag = max($lag, time - $at);
        return $now > $before;
    }) or fail('nobody signs any more');
    my $took = time - $since;
    kill 'CONT', $pid;
    push @stalls, $took if $took >= STALL_S;
    sleep 0.03 * ($tries % 4);
}
diag sprintf 'stopped %d times; nobody signed for %s; server-status took up to %.1f s',
    $tries, join(', ', map { sprintf '%.1f s', $_ } @stalls) || 'no time', $lag;
cmp_ok scalar @stalls, '>=', 1, 'a process is stopped while it holds the place';
my @too_long = grep { $_ > $limit_s + $lag } @stalls;
is scalar @too_long, 0, "others sign within $limit_s s";
my $sum = $crowd->stop;
cmp_ok $sum->{good} // 0, '>', 0, 'the others were answered';
delete @$sum{qw(good tryLater failed closed trouble)};
is join(' ', %$sum), '', 'and nobody was told anything else';
my $status;
ok wait_for(WAIT_S, sub {
    $status = $httpd->status;
    return $status->{OCSPSigning} == 0 && $status->{OCSPSignWaiting} == 0;
}), 'in the end: no place is held';
is $httpd->says('fresh', serial_compromised), 'revoked', 'in the end: revoked';
is $httpd->says('a', serial_good), 'good', 'in the end: good';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
