# Requests about ever new serial numbers, known and unknown, and with ever new nonces,
# against a cache that is small, while others ask for a few hundred certificates again
# and again: these stay in the cache, and the memory stays what it was (R183).
# OCSP_TEST_LONG=1: a minute of it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Crowd;
use OCSPTest::Httpd;
use OCSPTest::Quick;

use constant {
    HIT_RATE     => 0.95,
    ANON_GROWTH  => 24_576, # KB of all processes: what threads that begin to serve take
    SHMEM_GROWTH => 512,    # KB
};
my $long = $ENV{OCSP_TEST_LONG};
my ($warm_s, $run_s, $at_most_s) = $long ? (5, 60, 900) : (1, 3, 600);

my $dir = scratch_dir('flood');
OCSPTest::PKI::spew("$dir/vhost.index", "V\t491231235959Z\t\t2001\tunknown\t/CN=2001\n");
my $httpd = OCSPTest::Httpd->start('flood', "OCSPCacheSize 1m\nOCSPRefresh off\n"
    . "KeepAlive on\nMaxKeepAliveRequests 0\nOCSPQuickHandler on\n"
    . issuer_section('a') . issuer_section('b')
    . (with('vhost', qq(OCSPIndexFile "$dir/vhost.index")) =~ s/^\s*OCSPCRLFile.*\n//mr),
    processes => 3, threads => 6, prefork => 12, sign_limit => 'default');
# A response may be in any of a few places only: what is hot must not take most of all.
my $hot    = 200;
my $places = $httpd->status->{OCSPCachePlaces} // 0;
cmp_ok $places, '>=', 2 * $hot, 'there is room for what is hot';

# --- clients --------------------------------------------------------------------------------

sub ask_for {
    my ($client, $ca, $serial, @extensions) = @_;
    return $client->answer(OCSPTest::Swarm::message('POST', '/', build_request(
        certids => [certid($ca, $serial)],
        @extensions ? (extensions => \@extensions) : ())));
}

# Whether an answer is what it has to be.
sub is_right {
    my ($client, $res, $ca, $serial, $want, $octets) = @_;
    my $word = $res->{code} != 200 ? "HTTP $res->{code}"
        : quick_word($res->{body}, $ca, $serial);
    # when more is to be signed than may be
    if ($word eq 'tryLater') {
        $client->count('later');
        return 0;
    }
    $word = 'another nonce' if $word eq $want && index($res->{body}, $octets) < 0
        && index($res->{body}, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02") >= 0;
    return 1 if $word eq $want;
    $client->count('wrong');
    $client->trouble("$ca $serial: $word, not $want");
    return 0;
}

sub hot {
    my ($client) = @_;
    my $serial = sprintf '4B%04X', rand $hot;
    my $res = ask_for($client, 'a', $serial) // return;
    $client->count('hot_asked');
    is_right($client, $res, 'a', $serial, 'good', '');
    return;
}

sub new_serial { return join '', map { sprintf '%04X', rand 65_536 } 1 .. 8 }

my $oid = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
sub flood {
    my ($client) = @_;
    my ($dice, $serial) = (rand, '6' . new_serial());
    my ($ca, $want, @nonce) = ('a', 'good');
    if ($dice < 0.15) {
        ($ca, $want) = ('vhost', 'unknown');
    }
    elsif ($dice < 0.25) {
        $ca = 'b'; # of RSA, and longer
    }
    elsif ($dice < 0.4) {
        $serial = serial_good if $dice < 0.35;
        @nonce = der(0x30, $oid, der(0x04, der(0x04, pack 'H*', new_serial())));
    }
    my $res = ask_for($client, $ca, $serial, @nonce) // return;
    $client->count('flood_asked');
    $client->count('flood_signed')
        if is_right($client, $res, $ca, $serial, $want, $nonce[0] // '');
    return;
}

# KB of all processes, their own and what they share, of which each has its part; undef
# if this system does not say.
sub memory {
    my %kb;
    for my $pid ($httpd->{pid}, children($httpd->{pid})) {
        my $text = eval { OCSPTest::slurp("/proc/$pid/smaps_rollup") } // return undef;
        $kb{$1} += $2 while $text =~ /^Pss_(Anon|Shmem): +(\d+) kB/mg;
    }
    return %kb ? \%kb : undef;
}

# Each does both, so that however slow one of them is, there are as many of the one as
# of the other.
sub crowd {
    my $both = sub { rand() < 0.34 ? hot($_[0]) : flood($_[0]) };
    return OCSPTest::Crowd->start($httpd->{port}, ($both) x 6);
}

# --- until it is full, and then ---------------------------------------------------------------

my @workers = children($httpd->{pid});
my $crowd = crowd();
sleep $warm_s;
my $full = wait_for($at_most_s, sub {
    my $now = $httpd->status;
    return $now->{OCSPCacheEvicted} > 0 && $now->{OCSPCacheHits} >= 10 * $hot;
});
my $warm = $crowd->stop;
ok $full, 'the cache is full, some had to go for others, and what is hot is known';
is $warm->{wrong} // 0, 0, 'until it is full: no answer is wrong';

my $before = $httpd->status;
my $memory = memory();
my $start  = time;
$crowd = crowd();
my @entries;
# longer where the machine is slow
my $enough = 0;
while (time < $start + $run_s || !$enough && time < $start + $at_most_s) {
    my $status = $httpd->status;
    push @entries, $status->{OCSPCacheEntries};
    my ($hits, $made) = map { $status->{"OCSP$_"} - $before->{"OCSP$_"} } qw(CacheHits
        Signatures);
    $enough = $hits >= 11 * $hot && $made >= 11 * $places;
    sleep 0.25;
}
my $now = memory();
my $sum = $crowd->stop;
# All of the flood is signed: what was signed besides was not in the cache.
my ($asked, $flood, $signed) = map { $sum->{$_} // 0 } qw(hot_asked flood_asked flood_signed);
my $misses = $httpd->grown($before, 'OCSPSignatures') - $signed;
my $rate = 1 - $misses / ($asked || 1);
diag sprintf '%d places, %d of them hot: %d hot requests, %.2f %% of them answered from the '
    . 'cache; %d others; %d told to try later; the server: %d hits, %d misses, %d evicted',
    $places, $hot, $asked, 100 * $rate, $flood, $sum->{later} // 0,
    map { $httpd->grown($before, "OCSP$_") } qw(CacheHits CacheMisses CacheEvicted);
is join('; ', @{ $sum->{trouble} }), '', 'no answer is wrong, and none is missing';
is $sum->{wrong} // 0, 0, 'none at all';
is $sum->{failed}, 0, 'no request failed';
cmp_ok $flood, '>=', 10 * $places, 'there was a flood';
cmp_ok $asked, '>=', 10 * $hot, 'and what is hot was asked for';
cmp_ok $rate, '>=', HIT_RATE, 'what is hot stays in the cache';
is scalar(grep { $_ > $places } @entries), 0, 'there are never more entries than places';
cmp_ok $httpd->grown($before, 'OCSPCacheEvicted'), '>', 0, 'the cache was full all the time';

if (defined $memory && defined $now) {
    diag sprintf 'memory of all processes: %d KB and %d KB shared, before; %d and %d after',
        map { @$_{qw(Anon Shmem)} } $memory, $now;
    cmp_ok $now->{Shmem} - $memory->{Shmem}, '<=', SHMEM_GROWTH,
        'memory that is shared: constant';
    # a sanitizer keeps what was freed
    cmp_ok $now->{Anon} - $memory->{Anon}, '<=', ANON_GROWTH, 'memory that is not: constant'
        if OCSPTest::vars()->{httpd} !~ /asan/;
}

# --- in the end -----------------------------------------------------------------------------------

is $httpd->says('a', serial_good), 'good', 'in the end: good';
is $httpd->says('a', serial_compromised), 'revoked', 'in the end: revoked';
is $httpd->says('vhost', '7777'), 'unknown', 'in the end: unknown';
my $quiet = $httpd->status;
is $quiet->{"OCSP$_"}, 0, "in the end: OCSP$_" for qw(Signing SignWaiting);
is join(' ', $httpd->lost(@workers)), '', 'no process was lost';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'nor does the log say so';
done_testing;
