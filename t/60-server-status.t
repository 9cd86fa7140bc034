# server-status: what each issuer is answered from, and counters that add up over
# all processes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::Local qw(timegm);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

# A server of this suite's own: nobody else is counted there. Its issuers in the order of
# the configuration, those of virtual hosts behind.
my @order = qw(a b c1 c2 nocrl expired badsig nokey fresh vhost);
my %self  = (signer => ca('c1')->{cert}, signer_key => ca('c1')->{key});
my %sections = map { $_ => issuer_section($_, $_ eq 'c1' ? %self : ()) } @order;
my $vhost_port = free_port();
my $began = time;
my $httpd = OCSPTest::Httpd->start('status', join('', @sections{ @order[0 .. 8] })
    . vhost($vhost_port, $sections{vhost}), processes => 4);

sub page   { return http('GET', "/server-status$_[0]", port => $httpd->{port}) }
sub status { return $httpd->status }
use OCSPTest::X509;

my $time = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;

is page('?auto')->{code}, 200, 'server-status?auto';
my $status = status();

# one issuer by its number: {Subject => ..., Entries => ...}
sub issuer {
    my ($n) = @_;
    return { map { /\AOCSPIssuer\[\Q$n\E\](.*)\z/ ? ($1 => $status->{$_}) : () }
            keys %$status };
}

for my $n (0 .. $#order) {
    my ($ca, $is) = ($order[$n], issuer($n));
    is $is->{Subject}, ca($ca)->{subject}, "issuer $n is $ca";
    is join(',', sort keys %$is),
        join(',', sort qw(Answered Entries Issued LastLoad LastLoadAge LastResult
            LastResultOK NextUpdate Port Server Signer Subject ThisUpdate),
            $ca eq 'badsig' || $ca eq 'nocrl' ? () : qw(DataEndsIn NextUpdateIn),
            $ca eq 'nokey' ? () : 'SignerEndsIn'),
        "$ca: everything is said of it";
    like $is->{LastLoad}, qr/\A$time\z/, "$ca: last load";
    is $is->{Server}, $ca eq 'vhost' ? "p$vhost_port.example.com" : 'ocsp.example.com',
        "$ca: its server";
    # the main server listens on both
    like $is->{Port}, $ca eq 'vhost' ? qr/\A$vhost_port\z/
        : qr/\A(?:$vhost_port|$httpd->{port})\z/, "$ca: its port";
}
is_deeply issuer(scalar @order), {}, 'and no issuer more';

# RFC 5280 dates of a CRL as the page writes them
sub crl_time {
    my ($ca, $which) = @_;
    return POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime crl_of(ca($ca)->{crl})->{$which});
}

for my $n (0 .. 3, 5, 9) {
    my ($ca, $is) = ($order[$n], issuer($n));
    is $is->{Entries}, 4, "$ca: four entries";
    is $is->{Issued}, 0, "$ca: nothing is known of what was issued";
    is $is->{ThisUpdate}, crl_time($ca, 'this_update'), "$ca: thisUpdate";
    is $is->{NextUpdate}, crl_time($ca, 'next_update'), "$ca: nextUpdate";
    is $is->{LastResult}, 'ok', "$ca: last result" if $ca ne 'expired';
    is $is->{Answered}, $ca eq 'expired' ? 0 : 1, "$ca: whether it is answered";
    is $is->{LastResultOK}, $is->{Answered}, "$ca: last result, as a number";
    like $is->{Signer}, qr/\Aok until $time \((?:P-256|RSA 2048) with SHA-256\)\z/, "$ca: signer";
}

my $badsig = issuer(6);
is $badsig->{ThisUpdate}, '-', 'a CRL not taken: no thisUpdate';
is $badsig->{NextUpdate}, '-', 'a CRL not taken: no nextUpdate';
is $badsig->{Entries},    0,   'a CRL not taken: no entries';
like $badsig->{LastResult}, qr/\Q${\ ca('badsig')->{crl}}\E.*the signature is not by the key/,
    'a CRL not taken: file and cause';
my $nokey = issuer(7);
like $nokey->{Signer}, qr/\Q${\ ca('nokey')->{signer_key}}\E/,
    'a key that is not there: its file';
like $nokey->{LastResult}, qr/\Afailed: a signer's .*OCSP202.*; clients get tryLater\z/,
    'a key that is not there: failed';
is $nokey->{Entries}, 4, 'but its CRL is all right: four entries';

# W1: what a monitor wants is there as a number, with one colon in the line
my %number = map { $_ => 1 } qw(NextUpdateIn DataEndsIn SignerEndsIn LastLoadAge
    LastResultOK Answered Entries Issued Port);
my $text  = page('?auto')->{body};
my $asked = time;
my @lines = grep { /\AOCSPIssuer\[\d+\](\w+)/ && $number{$1} } split /\n/, $text;
is scalar(grep { !/\A[^:]+: -?\d+\z/ } @lines), 0, 'numbers are numbers'
    or diag join "\n", @lines;
my $good = issuer(0);
# the page was asked for at some time since the start, and until now
my %at = (NextUpdateIn => crl_of(ca('a')->{crl})->{next_update},
    DataEndsIn => crl_of(ca('a')->{crl})->{next_update},
    SignerEndsIn => certificate_of(ca('a')->{signer})->{not_after});
for my $name (sort keys %at) {
    cmp_ok $good->{$name}, '<=', $at{$name} - $began, "$name: seconds, not too many";
    cmp_ok $good->{$name}, '>=', $at{$name} - $asked, "$name: nor too few";
}
cmp_ok $good->{LastLoadAge}, '>=', 0, 'LastLoadAge: not before it';
cmp_ok $good->{LastLoadAge}, '<=', $asked - $began, 'LastLoadAge: since the start';
is join(' ', @{$status}{map { "OCSPIssuers$_" } '', 'Failed', 'Unanswered'}), '10 4 4',
    'how many issuers there are, have failed or are stale, and get tryLater';
is $status->{OCSPCheckOK}, 1, 'OCSPCheckOK';
is $status->{OCSPStateDirOK}, 1, 'OCSPStateDirOK';
is $status->{OCSPStateDirState}, 'ok', 'OCSPStateDirState';
like $status->{OCSPStateDir}, qr{\A/.*\.state\z}, 'OCSPStateDir';
# U15
my ($version) = OCSPTest::slurp(OCSPTest::vars()->{top_dir} . '/src/httpd/runtime/version.h')
    =~ /^#define OCSP_VERSION "(\d+\.\d+\.\d+)"$/m;
ok $version, 'there is a version';
is $status->{OCSPVersion}, $version, 'server-status has it';
like page('')->{body}, qr/mod_ocsp \Q$version\E/, 'and its page for people';
is scalar(() = $httpd->log_since(0) =~ /:notice\] .*OCSP261: mod_ocsp \Q$version\E /g), 1,
    'the start is logged with it';
like((config_test(issuer_section('a'), '-D', 'DUMP_OCSP'))[1],
    qr/^mod_ocsp \Q$version\E$/m, 'and DUMP_OCSP has it');
is $status->{"OCSPIssuer[$_->[0]]Answered"}, 0, "$_->[1]: is not answered"
    for [4, 'nocrl'], [6, 'badsig'], [7, 'nokey'];

# the same for people
my $html = page('')->{body};
for my $ca (@order) {
    my $subject = ca($ca)->{subject};
    like $html, qr/\Q$subject\E/, "the page for people names $ca";
}
# U16: a row each, which names its server; what has failed is seen
$html =~ s/\r\n[[:xdigit:]]+\r\n//g; # chunks
my @rows = split /\n/, ($html =~ /<th>Server<\/th>.*?\n(.*?)<\/table>/s)[0] // '';
is scalar @rows, 10, 'the page for people: a row for each issuer';
like $rows[0], qr/\A<tr><td>0<\/td><td>ocsp\.example\.com:\d+<\/td>/, 'its server, no colour';
like $rows[0], qr/<td>ok<\/td><td>4<\/td><td>-<\/td>/, 'nothing of what a CRL does not say';
like $rows[$_], qr/\A<tr style="background-color: #\w+">.*<b>NOT ANSWERED<\/b>/,
    "row $_: not answered, in colour and bold" for 4, 5, 6, 7;
like $rows[9], qr/<td>p$vhost_port\.example\.com:$vhost_port<\/td>/, 'a virtual host\'s';
like $html, qr/<table [^>]*white-space: nowrap[^>]*><tr><th><\/th><th>Server<\/th>/,
    'dates stay on one line';
like $html, qr/<th>Revocations<\/th><th>Issued<\/th>/, 'and counts what was issued';
unlike $html, qr/OCSPIssuer\[/, 'the page for people has no lines for machines';

# R186: counters. Each request is a connection of its own, so they are spread
# over the processes; the sum must be right whoever is asked for it.
my @counters = map { "OCSP$_" } qw(Good Revoked Unknown MalformedRequest
    InternalError TryLater Unauthorized);
like $status->{$_}, qr/\A\d+\z/, "$_ is a number" for @counters;

my $before = status();
my %ask = (
    OCSPGood             => [31, request('a', [serial_good])],
    OCSPRevoked          => [23, request('b', [serial_compromised])],
    OCSPMalformedRequest => [19, 'nonsense'],
    OCSPTryLater         => [17, request('badsig', [serial_good])],
    OCSPUnauthorized     => [13, request('foreign', [serial_good])],
);
my @by_post = (port => $httpd->{port}, path => '/');
my @by_get  = (port => $httpd->{port}, path => '');
for my $counter (sort keys %ask) {
    my ($times, $der) = @{ $ask{$counter} };
    $_ % 2 ? post($der, @by_post) : get($der, @by_get) for 1 .. $times;
}
# one request for three certificates counts three times
post(request('a', [serial_good, serial_compromised, serial_held]), @by_post);
my %want = (map({ $_ => 0 } @counters), map { $_ => $ask{$_}[0] } keys %ask);
$want{OCSPGood}    += 1;
$want{OCSPRevoked} += 2;

# By how much each counter has grown: {OCSPGood => ...}
sub growth {
    my ($since) = @_;
    my $now = status();
    return { map { $_ => $now->{$_} - $since->{$_} } @counters };
}
for my $try (1 .. 8) {
    my $got = growth($before);
    is_deeply $got, \%want, "every counter has grown as it should (asked $try)"
        or diag explain $got;
}

# what never was an OCSP request counts as such; OPTIONS nowhere
my $then = status();
http($_, '/', port => $httpd->{port}) for qw(PUT OPTIONS);
post('x' x 200_000, @by_post);
push @counters, 'OCSPHTTPError';
is_deeply growth($then), { map({ $_ => 0 } @counters), OCSPHTTPError => 2 },
    'a 405 and a 413 are two HTTP errors, and nothing else is counted';
ok $httpd->stop, 'it ends when told to';

done_testing;
