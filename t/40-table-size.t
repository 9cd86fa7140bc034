# OCSPTableSize: too small for a table, larger and smaller at graceful; what is loaded
# stays and is not read again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Load;

my $dir = scratch_dir('tablesize');

# A CRL whose table takes more than a megabyte: serial numbers of 20 octets and six
# for each. Its entries need no index of openssl's, only one signature.
my $entries = 60_000;
my $big     = "$dir/big.crl";
sub make_big {
    my ($count) = @_;
    my %list = map { sprintf('7A%038X', $_) => ['260101000000Z', undef] } 1 .. $count;
    OCSPTest::PKI::sign_crl('fresh', file => $big, revoked => { %list });
    return;
}
make_big($entries);
my $listed = sprintf '7A%038X', $entries;

my $issuers = issuer_section('a') . issuer_section('b')
    . issuer_section('fresh', crl => $big);
# files that changed within the last seconds count as changing: they are read again
wait_for(60, sub { time - (stat $big)[10] >= 4 });

sub says {
    my ($httpd, $when, $fresh) = @_;
    for my $ca (qw(a b)) {
        is $httpd->says($ca, serial_good), 'good', "$when: $ca answers good";
        is $httpd->says($ca, serial_compromised), 'revoked',
            "$when: $ca answers revoked";
    }
    is $httpd->says('fresh', $listed),
        $fresh ? 'revoked' : 'tryLater', "$when: what the large one lists";
    is $httpd->says('fresh', serial_good),
        $fresh ? 'good' : 'tryLater', "$when: what the large one does not list";
    return;
}

# Which issuers' sources were not read again.
sub unchanged {
    my ($log) = @_;
    return join ' ', sort map { /OCSP207: CN=OCSP Test CA (\w+)/ ? $1 : () }
        lines_of('OCSP207', $log);
}

# --- too small ---------------------------------------------------------------------------

my $httpd = OCSPTest::Httpd->start('tablesize', "OCSPTableSize 1m\n$issuers");
my @said  = grep { /ocsp:(?:error|crit|warn)/ } split /\n/, $httpd->log_since(0);
is scalar @said, 1, 'too small at start: one line' or diag "@said";
my ($octets, $wanted) = ($said[0] // '') =~ /
    OCSP206:\ CN=OCSP\ Test\ CA\ fresh,.*?(\d+)\ octets
    .*OCSPTableSize\ to\ at\ least\ (\d+\w)\b.*answered\ tryLater/x;
ok $wanted, 'too small at start: issuer, directive and the size to set'
    or diag "@said";
cmp_ok $octets // 0, '>', $entries * 26, 'too small at start: what the table takes';
says($httpd, 'too small at start', 0);
my $status = $httpd->issuer(2);
like $status->{LastResult}, qr/^failed: .*OCSPTableSize/,
    'too small at start: server-status says why';

# httpd -t says so beforehand, with a size that leaves room for the next CRL too
my ($exit, $checked) = config_test("OCSPTableSize 1m\n$issuers", '-D',
    'OCSP_STRICT');
is $exit, 1, 'too small: httpd -t, strict: exits 1';
my ($enough) = $checked =~
    /OCSP226: .*the status data takes \d+ octets.*set OCSPTableSize to at least (\d+\w)/;
ok $enough, 'too small: httpd -t names a size' or diag $checked;
($exit, $checked) = config_test('OCSPTableSize ' . ($enough // '1m') . "\n$issuers", '-D',
    'OCSP_STRICT');
is $exit, 0, 'the size that httpd -t names: taken by it' or diag $checked;
unlike $checked, qr/OCSP226/, 'the size that httpd -t names: nothing to say';

# --- the size that was named does --------------------------------------------------------

$httpd->configure('OCSPTableSize ' . ($wanted // '64m') . "\n$issuers");
my $log = $httpd->graceful;
unlike $log, qr/ocsp:(?:error|crit|warn)\] (?!.*OCSP244)/,
    'the size that was named: nothing is wrong any more';
like $log, qr/OCSP244: CN=OCSP Test CA fresh/, 'the size that was named: logged as mended';
says($httpd, 'the size that was named', 1);
is unchanged($log), 'a b', 'the size that was named: the others are not read again';
is $httpd->issuer(2)->{Entries}, $entries, 'the size that was named: all entries';

# --- larger, smaller, none: tables go over as they are -----------------------------------

for my $case (['larger', "OCSPTableSize 64m\n"], ['smaller', "OCSPTableSize 8m\n"],
    ['not said', ''], ['said again', "OCSPTableSize 16m\n"],
    ['the same', "OCSPTableSize 16384k\n"]) {
    my ($name, $line) = @$case;
    $httpd->configure("$line$issuers");
    $log = $httpd->graceful;
    is unchanged($log), 'a b fresh', "$name: no source is read again" or diag $log;
    unlike $log, qr/OCSP2(?:05|06|10)|ocsp:(?:error|crit|warn)/, "$name: nothing is wrong";
    says($httpd, $name, 1);
}

# --- a new CRL needs room beside the old table -------------------------------------------

my $mark = length $httpd->log_since(0); # it may be seen at once
make_big($entries + 10);
$httpd->graceful;
like $httpd->log_since($mark),
    qr/OCSP205: CN=OCSP Test CA fresh,\S+ status data loaded from \S+: ${\ ($entries + 10)} /,
    'a new CRL: published';
is $httpd->says('fresh', sprintf '7A%038X', $entries + 10), 'revoked',
    'a new CRL: answered from';

# --- too small at graceful ---------------------------------------------------------------

$httpd->configure("OCSPTableSize 1m\n$issuers");
$log = $httpd->graceful;
like $log, qr/ocsp:(?:error|warn).*OCSPTableSize to at least \d+/,
    'too small at graceful: the size to set is said';
for my $ca (qw(a b)) {
    is $httpd->says($ca, serial_good), 'good', "too small at graceful: $ca: good";
    is $httpd->says($ca, serial_compromised), 'revoked',
        "too small at graceful: $ca: revoked";
}
my $fresh = $httpd->says('fresh', $listed);
like $fresh, qr/^(?:revoked|tryLater)$/, 'too small at graceful: never good';
is $httpd->says('fresh', serial_good), $fresh eq 'revoked' ? 'good' : 'tryLater',
    'too small at graceful: of one mind';

# --- under load --------------------------------------------------------------------------

my $load = OCSPTest::Load->start($httpd->{port}, ['a']);
for my $size (32, 1, 24) {
    $httpd->configure("OCSPTableSize ${size}m\n$issuers");
    isnt $httpd->graceful, undef, "under load: $size megabytes";
    ok $load->wait_for_rounds(2), "under load: answers with $size megabytes";
}
my $sum = $load->stop;
diag "under load: $sum->{right}{a} right answers, $sum->{failed} requests failed, and "
    . "$sum->{control} of the control";
diag $_ for @{ $sum->{trouble} };
is $sum->{wrong}, 0, 'under load: no answer is wrong';
cmp_ok $sum->{failed}, '<=', $sum->{control},
    'under load: no more requests fail than without the module';
is $sum->{unverified}, 0, 'under load: what was looked at verifies';
says($httpd, 'after load', 1);

ok $httpd->stop, 'it ends when told to';

done_testing;
