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

# The CRL of a CA with these revocations: {serial number => [UTCTime, reason]}.
sub crl {
    my ($file, $ca, $exts, $revoked, %opt) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$file", exts => $exts, der => 1,
        revoked => $revoked, %opt);
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

# --- AD CS: a CRL for each key of the CA, named by the CA and the number of the key, and a
# delta CRL with a "+"

my @superseded = ('261101000000Z', 'superseded');
mkdir "$dir/CertEnroll" or die $!;
OCSPTest::PKI::make_more(map { $_ => ['P-256', 'P-256', 'Example (North)'] } qw(ad_0 ad_1));
OCSPTest::PKI::make_more(reasons => ['P-256', 'P-256'], half => ['P-256', 'P-256'],
    large => ['RSA', 'P-256']);
my @ad;
for my $n (0, 1) {
    my $name = 'CertEnroll/Example (North)' . ('', '(1)')[$n];
    push @ad, crl("$name.crl", "ad_$n", 'adcs', { "600$n" => [@superseded] },
            number => '0A', last => OCSPTest::PKI::utc(time - 5000)),
        crl("$name+.crl", "ad_$n", 'adcs_delta', { "601$n" => [@superseded] },
            number => '0B', base => '0A', last => OCSPTest::PKI::utc(time - 1000));
}

# --- a large one: serial numbers of all lengths, entries with and without extensions -----

my @kinds = (undef, 'keyCompromise', 'superseded', 'keyTime,20250101000000Z',
    'holdInstruction,holdInstructionReject', 'cessationOfOperation');
my @serials = map { sprintf $_ % 3 ? '%06X' : '7F%030X', 0x100000 + $_ * 7 } 1 .. ENTRIES;
my $large = crl('large.crl', 'large', 'expired_too',
    { map { $serials[$_] => ['260102030405Z', $kinds[$_ % @kinds]] } 0 .. $#serials });

# --- CRLs by reason -------------------------------------------------------------------------

my @reasons = map {
    crl("$_->[0]-$_->[1].crl", @$_[0, 1], { $_->[2] => ['260102030405Z', $_->[3]] }) }
    ['reasons', 'compromise', '6001', 'keyCompromise'],
    ['reasons', 'others',     '6002', 'superseded'],
    ['half',    'others',     '6002', 'superseded'];

my $httpd = OCSPTest::Httpd->start('crl-shapes', join '', named('ad_0', @ad[0, 1]),
    in_directory('ad_1', "$dir/CertEnroll"), named('large', $large),
    named('reasons', @reasons[0, 1]), named('half', $reasons[2]));
my $log = $httpd->log_since(0);

says($httpd, 'AD CS, named', 'ad_0', '6000' => 'revoked', '6010' => 'revoked',
    '2001' => 'good');
says($httpd, 'AD CS, found beside those of another key', 'ad_1', '6001' => 'revoked',
    '6011' => 'revoked', '2001' => 'good');
unlike $log, qr/ocsp:(?:warn|error).*CA Example/, 'AD CS: nothing to warn of';

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
crl('half/compromise.crl', 'half', 'compromise', { '6001' => ['260102030405Z', 'CACompromise'] });
$httpd->graceful;
says($httpd, 'R143: the others are there', 'half', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
is $httpd->issuer(0)->{Answered}, 1, 'R143: the others are there: server-status: answered';
ok $httpd->stop, 'it ends when told to';

# --- a PEM file with the CRLs of several CAs --------------------------------------------------

sub pem {
    my ($ca, $serial, $number, $age, @more) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.pem", number => $number,
        last => OCSPTest::PKI::utc(time - $age), revoked => { $serial => [@superseded] }, @more);
    return OCSPTest::slurp("$dir/$ca.pem");
}

# what each CA lists, with its certificate before the CRL, as some stores have them
sub bundle {
    my ($number, $age, %lists) = @_;
    return join '', "CRLs of all CAs\n", map {
        OCSPTest::slurp(ca($_)->{cert}) . "\n" . pem($_, $lists{$_}, $number, $age)
    } sort keys %lists;
}

my $bundle = "$dir/all/bundle.pem";
mkdir "$dir/all" or die $!;
OCSPTest::PKI::spew($bundle, bundle('20', 5000, a => '6001', b => '6002', foreign => '6003')
    . pem('b', '6012', '21', 1000, base => '20'));
$httpd = OCSPTest::Httpd->start('crl-bundle', named('a', $bundle) . in_directory('b', "$dir/all")
    . named('fresh', $bundle));
$log = $httpd->log_since(0);
says($httpd, 'R134: a bundle, named', 'a', '6001' => 'revoked', '6002' => 'good');
says($httpd, 'R134: a bundle, found', 'b', '6002' => 'revoked', '6003' => 'good');
is $httpd->says('b', '6012'), 'revoked', 'R134: a delta CRL in it';
is $httpd->says('fresh', '2001'), 'tryLater', 'a bundle without a CRL of the CA: tryLater';
like $log, qr/OCSP206: CN=OCSP Test CA fresh,.*\Q$bundle\E \(CRL 1\): is the CRL of another CA/,
    'a bundle without a CRL of the CA: said';
unlike $log, qr/ocsp:(?:warn|error).*: CN=OCSP Test CA [ab],/, 'a bundle: nothing to warn of';

my $whole = bundle('22', 500, a => '6004', b => '6005');
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
