# Requests that a process has just seen are recognised by their octets, before they
# are read. Nobody can tell by what is said: it is what would be said anyway, to each
# of whom it is asked, at every moment.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(uniq);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Quick;

use constant TIMES => 40;

my $dir = scratch_dir('recall');
my $later = '3101';

sub crl {
    my (%more) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/a.crl",
        revoked => OCSPTest::PKI::revoked_and(%more));
    return;
}
crl();

my %port = map { $_ => free_port() } qw(short index);
OCSPTest::PKI::spew("$dir/b.index", "V\t491231235959Z\t\t2001\tunknown\t/CN=2001\n");
my $own = with('a') =~ s/"\S+\.crl"/"$dir\/a.crl"/r;
my $httpd = OCSPTest::Httpd->start('recall', "OCSPRefresh 1s\n$own"
        . issuer_section('b')
        . vhost($port{short}, "OCSPNextUpdate 1h\nOCSPHTTPMaxAge 10min\n")
        . vhost($port{index}, with('b', qq(OCSPIndexFile "$dir/b.index"))
            =~ s/^\s*OCSPCRLFile.*\n//mr),
    processes => 1, threads => 8, prefork => 4);
my @at = (port => $httpd->{port}, path => '/');

sub body_of { return quick_word($_[0]->{body}, $_[1], $_[2]) }

# Asked in one connection after the other, as quickly as it goes.
sub repeat {
    my ($der, $n, @where) = @_;
    return map { post($der, @where) } 1 .. $n;
}

# --- one and the same -------------------------------------------------------------

my $good = quick_request('a', serial_good);
repeat($good, 2, @at);
my %before = %{ $httpd->status };
my @answers = repeat($good, TIMES, @at);
my %after = %{ $httpd->status };
is scalar(grep { body_of($_, 'a', serial_good) eq 'good' } @answers), TIMES,
    'asked again and again: answered';
is scalar(uniq(map { $_->{body} } @answers)), 1, 'with the same octets';
for my $name (qw(ETag Expires Last-Modified Content-Type Content-Length)) {
    is scalar(uniq(map { header($_, $name) // 'none' } @answers)), 1, "and the same $name";
}
like header($answers[-1], 'Cache-Control'), qr/^max-age=\d+, public/, 'and may be kept';
is $after{OCSPGood} - $before{OCSPGood}, TIMES, 'each is counted as good';
is $after{OCSPCacheHits} - $before{OCSPCacheHits}, TIMES, 'and as one from the cache';
is $after{OCSPSignatures} - $before{OCSPSignatures}, 0, 'none was signed';
my @root = (port => $httpd->{port}, path => '');
my $got = get($good, @root);
is $got->{body}, $answers[-1]{body}, 'by GET the same octets';
is header($got, 'ETag'), header($answers[-1], 'ETag'), 'and the same ETag';
my $unchanged = get($good, @root, headers => ['If-None-Match' => header($got, 'ETag')]);
is $unchanged->{code}, 304, 'who has it is told so';

# --- nearly the same --------------------------------------------------------------

# one octet, one host, one octet more: in turn
my $revoked = quick_request('a', serial_compromised);
my $unlisted = quick_request('b', '2002');
my %want = (
    'good'          => [$good, $httpd->{port}, 'a', serial_good, 'good'],
    'revoked'       => [$revoked, $httpd->{port}, 'a', serial_compromised, 'revoked'],
    'in the CRL'    => [$unlisted, $httpd->{port}, 'b', '2002', 'good'],
    'in the index'  => [$unlisted, $port{index}, 'b', '2002', 'unknown'],
);
my %said;
for (1 .. TIMES) {
    for my $name (sort keys %want) {
        my ($der, $port, $ca, $serial) = @{ $want{$name} };
        $said{$name}{ body_of(post($der, port => $port, path => '/'), $ca, $serial) }++;
    }
}
is join(', ', keys %{ $said{$_} }), $want{$_}[4], "$_, between others: as it is"
    for sort keys %want;
my %ages;
for (1 .. TIMES) {
    my ($long, $short) = map { header(post($good, port => $_, path => '/'),
        'Cache-Control') =~ /max-age=(\d+)/ } $httpd->{port}, $port{short};
    $ages{long}++ if $long > 600;
    $ages{short}++ if $short <= 600;
}
is_deeply \%ages, { long => TIMES, short => TIMES }, 'each host has its own max-age';
my $tail = post($good . "\0", @at);
ok is_error($tail, MALFORMED), 'with an octet more: malformed';
$tail = post(substr($good, 0, -1), @at);
ok is_error($tail, MALFORMED), 'with one less: malformed';

# what is a target when asked by GET is no OCSPRequest when it is sent
my $target = '/' . get_path($good);
my @by_get = map { get($good, @root) } 1 .. 5;
is scalar(grep { body_of($_, 'a', serial_good) eq 'good' } @by_get), 5, 'by GET: good';
ok is_error(post($target, @at), MALFORMED), 'its target as a body: malformed';

# --- a body that takes its time (R161) ----------------------------------------------

# The response is made after the request with the slow body has begun, and so is younger
# than that one's Date: its Last-Modified has to be the Date, also where the response is
# remembered, which it is within its second. True if all of it was in one second.
sub ask_slowly {
    my ($serial) = @_;
    my $der  = quick_request('a', $serial);
    my $sock = OCSPTest::Httpd::begin($httpd->{port}, OCSPTest::Httpd::message('POST', '/',
        body => '', fields => ['Expect: 100-continue'])
            =~ s/^(Content-Length:) 0/"$1 " . length $der/mer);
    local $SIG{ALRM} = sub { die 'no answer within ' . DEADLINE_S . " s\n" };
    alarm DEADLINE_S;
    my $interim = do { local $/ = "\r\n\r\n"; <$sock> };
    alarm 0;
    like $interim, qr{\AHTTP/1\.1 100 }, "$serial: the body is waited for";
    my $begun = int time;
    sleep 0.02 while int time == $begun;
    my $second = int time;
    my $last = post($der, @at);
    repeat($der, 3, @at);
    print {$sock} $der;
    my $answer = OCSPTest::Httpd::answer_of($sock);
    my $took = int(time) - $second;
    is body_of($answer, 'a', $serial), 'good', "$serial: a body that came slowly: answered";
    is header($answer, 'Last-Modified'), header($answer, 'Date'),
        "$serial: it has changed no later than its Date";
    isnt header($last, 'Last-Modified'), header($answer, 'Last-Modified'),
        "$serial: as it had for others";
    return $took == 0;
}

my $tries = 0;
ok wait_for(DEADLINE_S, sub { ask_slowly(sprintf '41%02X', $tries++) }),
    'a body that came slowly: once in the second in which the response was remembered';

# --- what changes meanwhile ---------------------------------------------------------

# Asked without a pause, so that it is remembered when the CRL comes.
my $der = quick_request('a', $later);
is body_of(post($der, @at), 'a', $later), 'good', 'before it is revoked';
crl($later => ['260101000000Z']);
my ($changes, $is, $first) = (0, 'good');
my $until = time + DEADLINE_S;
while (time < $until) {
    my $now = body_of(post($der, @at), 'a', $later);
    $changes++ if $now ne $is;
    $is = $now;
    $first //= time if $is eq 'revoked';
    last if defined $first && time > $first + 2.2; # two seconds begin
}
is $is, 'revoked', 'revoked: it is said';
is $changes, 1, 'and never good again';

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/ocsp:(?:error|crit)\]/, 'and complained of nothing';
done_testing;
