# CRLs as CAs in the field publish them: files and extensions of AD CS, large CRLs with
# all that an entry can have, CRLs by reason of revocation, PEM files of several CRLs.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

use constant ENTRIES => 30_000;

my $dir = scratch_dir('crl-shapes');

# The CRL of a CA with these revocations: serial number => [UTCTime, reason].
sub crl {
    my ($file, $ca, $exts, %revoked) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$file", exts => $exts, der => 1,
        revoked => \%revoked);
    return "$dir/$file";
}

# The section of a CA with these CRLs instead of its usual one.
sub named {
    my ($ca, @files) = @_;
    my $names = join ' ', map { qq("$_") } @files;
    return issuer_section($ca) =~ s/^(\s*OCSPCRLFile ).*/$1$names/mr;
}

sub in_directory {
    my ($ca, $path) = @_;
    return issuer_section($ca) =~ s/^(\s*)OCSPCRLFile .*/$1OCSPCRLPath "$path"/mr;
}

sub says {
    my ($httpd, $when, $ca, %want) = @_;
    is $httpd->says($ca, $_), $want{$_}, "$when: $ca: $_ is $want{$_}"
        for sort keys %want;
    return;
}

# --- AD CS: a CRL for each key of the CA, named by the CA and the number of the key ------

my @superseded = ('261101000000Z', 'superseded');
mkdir "$dir/CertEnroll" or die $!;
OCSPTest::PKI::make_more(map { $_ => ['P-256', 'P-256', 'Example (North)'] } qw(ad_0 ad_1));
OCSPTest::PKI::make_more(reasons => ['P-256', 'P-256'], half => ['P-256', 'P-256'],
    large => ['RSA', 'P-256']);
my @ad = (crl('CertEnroll/Example (North).crl', 'ad_0', 'adcs', '6001' => [@superseded]),
    crl('CertEnroll/Example (North)(1).crl', 'ad_1', 'adcs', '6002' => [@superseded]));

# --- a large one: serial numbers of all lengths, entries with and without extensions -----

my @kinds = (undef, 'keyCompromise', 'superseded', 'keyTime,20250101000000Z',
    'holdInstruction,holdInstructionReject', 'cessationOfOperation');
my @serials = map { sprintf $_ % 3 ? '%06X' : '7F%030X', 0x100000 + $_ * 7 } 1 .. ENTRIES;
my $large = crl('large.crl', 'large', 'expired_too',
    map { $serials[$_] => ['260102030405Z', $kinds[$_ % @kinds]] } 0 .. $#serials);

# --- CRLs by reason -------------------------------------------------------------------------

my @reasons = map { crl("$_->[0]-$_->[1].crl", @$_, $_->[2] => ['260102030405Z', $_->[3]]) }
    ['reasons', 'compromise', '6001', 'keyCompromise'],
    ['reasons', 'others',     '6002', 'superseded'],
    ['half',    'others',     '6002', 'superseded'];

my $httpd = OCSPTest::Httpd->start('crl-shapes', join '', named('ad_0', @ad[0, 1]),
    in_directory('ad_1', "$dir/CertEnroll"), named('large', $large),
    named('reasons', @reasons[0, 1]), named('half', $reasons[2]));
my $log = $httpd->log_since(0);

is $httpd->says('ad_0', '6001'), 'tryLater',
    'AD CS: OCSPCRLFile with the CRL of another key of the CA: tryLater'; # C6
says($httpd, 'AD CS: names with spaces and parentheses', 'ad_1', '6002' => 'revoked',
    '6001' => 'good');

is $httpd->issuer(2)->{Entries}, ENTRIES, 'a large CRL: all its entries';
says($httpd, 'a large CRL', 'large', (map { $_ => 'revoked' } @serials[0 .. 11, -6 .. -1]),
    '100008' => 'good', '2001' => 'good'); # R149
unlike $log, qr/ocsp:(?:warn|error).*CA large/, 'a large CRL: nothing to warn of';

says($httpd, 'R143: all reasons', 'reasons', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
unlike $log, qr/ocsp:(?:warn|error).*CA reasons/, 'R143: all reasons: nothing to warn of';
says($httpd, 'R143: some reasons', 'half', '6002' => 'revoked', '2001' => 'tryLater');
like $log, qr/
    ocsp:warn\].*OCSP208:\ CN=OCSP\ Test\ CA\ half,\S+:\ \Q$reasons[2]\E:\ .*
    issuingDistributionPoint:\ onlySomeReasons\)
    .*set\ OCSPCRLCoverage\ complete/x, 'R143: some reasons: how it is good is said';
ok $httpd->stop, 'it ends when told to';

# --- a CRL of the other reasons comes ---------------------------------------------------------

mkdir "$dir/half" or die $!;
rename $reasons[2], "$dir/half/others.crl" or die $!;
$httpd = OCSPTest::Httpd->start('crl-reasons', in_directory('half', "$dir/half"));
says($httpd, 'R143: some reasons, found', 'half', '6002' => 'revoked', '2001' => 'tryLater');
crl('half/compromise.crl', 'half', 'compromise', '6001' => ['260102030405Z', 'CACompromise']);
$httpd->graceful;
says($httpd, 'R143: the others are there', 'half', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
is $httpd->issuer(0)->{Answered}, 1, 'R143: the others are there: server-status: answered';
ok $httpd->stop, 'it ends when told to';

# --- a PEM file with the CRLs of several CAs --------------------------------------------------

sub pem {
    my ($ca, $serial) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.pem",
        revoked => { $serial => [@superseded] });
    return OCSPTest::slurp("$dir/$ca.pem");
}

# what each CA lists, with its certificate before the CRL, as some stores have them
sub bundle {
    my (%lists) = @_;
    return join '', "CRLs of all CAs\n",
        map { OCSPTest::slurp(ca($_)->{cert}) . "\n" . pem($_, $lists{$_}) } sort keys %lists;
}

my $bundle = "$dir/all/bundle.pem";
mkdir "$dir/all" or die $!;
OCSPTest::PKI::spew($bundle, bundle(a => '6001', b => '6002', foreign => '6003'));
$httpd = OCSPTest::Httpd->start('crl-bundle', named('a', $bundle) . in_directory('b', "$dir/all")
    . named('fresh', $bundle));
$log = $httpd->log_since(0);
says($httpd, 'R134: a bundle, named', 'a', '6001' => 'revoked', '6002' => 'good');
says($httpd, 'R134: a bundle, found', 'b', '6002' => 'revoked', '6003' => 'good');
is $httpd->says('fresh', '2001'), 'tryLater', 'a bundle without a CRL of the CA: tryLater';
like $log, qr/OCSP206: CN=OCSP Test CA fresh,.*\Q$bundle\E: is the CRL of another CA/,
    'a bundle without a CRL of the CA: said';
unlike $log, qr/ocsp:(?:warn|error).*CA [ab],/, 'a bundle: nothing to warn of';

my $whole = bundle(a => '6004', b => '6005');
OCSPTest::PKI::spew($bundle, substr $whole, 0, -40);
$log = $httpd->graceful;
says($httpd, 'R141: a bundle cut off, named', 'a', '6001' => 'revoked', '6004' => 'good');
says($httpd, 'R141: a bundle cut off, found', 'b', '6002' => 'revoked', '6005' => 'good');
like $log, qr/OCSP206: CN=OCSP Test CA a,.*\Q$bundle\E: RFC 7468 .*cut off/,
    'R141: a bundle cut off, named: said';
like $log, qr/OCSP219: .*\Q$bundle\E: RFC 7468 .*cut off/, 'R141: a bundle cut off, found: said';
OCSPTest::PKI::spew($bundle, $whole);
$httpd->graceful;
says($httpd, 'the whole bundle', 'a', '6004' => 'revoked', '6001' => 'good');
says($httpd, 'the whole bundle', 'b', '6005' => 'revoked', '6002' => 'good');
ok $httpd->stop, 'it ends when told to';

done_testing;
