# Three hundred issuers by a glob, their CRLs by a directory, their signers by a pool
# with one key: each is answered from its own data, and one's troubles are no
# other's.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(sha1);
use POSIX ();
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;

use constant MANY         => 300;
use constant REVOKED_FROM => 1748736000; # t/bench/make_cas.c

my $vars = OCSPTest::vars();
my $dir  = "$vars->{t_logs}/many";
my ($made, $why) = run("$FindBin::Bin/bench/make_cas", $dir, MANY, 10);
is $made, 0, MANY . ' CAs' or BAIL_OUT($why);
chmod 0600, "$dir/responders/responder.key" or die $!;

# --- requests without a process for each -------------------------------------------------

sub name { return sprintf 'ca-%04d', $_[0] }

# The CertID of a serial number of CA n, by its certificate.
my %hashes;
sub certid_of {
    my ($n, $serial) = @_;
    $hashes{$n} //= do {
        my ($pem) = OCSPTest::slurp("$dir/cas/" . name($n) . '.pem')
            =~ /BEGIN CERTIFICATE-----(.*?)-----END/s;
        my ($cert) = der_children(MIME::Base64::decode_base64($pem));
        my ($tbs)  = der_children($cert->{content});
        my @fields = der_children($tbs->{content});
        # [0] version, serialNumber, signature, issuer, validity, subject, key
        my ($algorithm, $bits) = der_children($fields[6]{content});
        [sha1($fields[5]{element}), sha1(substr $bits->{content}, 1)];
    };
    my $sha1 = der(0x30, pack('H*', '06052b0e03021a0500'));
    return der(0x30, $sha1, map({ der(0x04, $_) } @{ $hashes{$n} }),
        der(0x02, pack 'n', $serial));
}

# What CA n must say of a serial number of its, to the octet.
sub expected {
    my ($n, $serial) = @_;
    return certid_of($n, $serial) . der(0x80) if $serial < 0x1001 || $serial > 0x100a;
    my $time = POSIX::strftime('%Y%m%d%H%M%SZ', gmtime REVOKED_FROM + 60 * $n);
    return certid_of($n, $serial) . der(0xa1, der(0x18, $time),
        $serial % 2 ? der(0xa0, der(0x0a, "\1")) : '');
}

# --- the run ----------------------------------------------------------------------------

my $pool = join "\n", map { "OCSPCertificateFile \"$dir/responders/"
    . name($_) . '.pem"' } 1 .. MANY;
my $text = <<"END";
OCSPRefresh off
<OCSPIssuer "$dir/cas/*.pem">
</OCSPIssuer>
OCSPCRLPath "$dir/crls"
$pool
OCSPCertificateKeyFile "$dir/responders/responder.key"
END
# a list's file is trusted to be what it was only when it is a few seconds old
wait_for(60, sub { !grep { time - (stat)[10] < 4 } glob "$dir/crls/*" });
my $httpd = OCSPTest::Httpd->start('many', $text);
my @at    = (port => $httpd->{port}, path => '/');
my $log   = $httpd->log_since(0);
is scalar(() = $log =~ /OCSP205: /g), MANY, 'a table for each';
unlike $log, qr/ocsp:(?:warn|error|crit)\]/, 'nothing to complain of';

sub ask {
    my ($n, $serial) = @_;
    return post(build_request(certids => [certid_of($n, $serial)]), @at)->{body};
}

# right(WHEN, [serials], not these): how many issuers answer what they must
sub right {
    my ($when, $serials, @but) = @_;
    my %but   = map { $_ => 1 } @but;
    my @wrong = grep {
        my $n = $_;
        !$but{$n} && grep { index(ask($n, $_), expected($n, $_)) < 0 } @$serials;
    } 1 .. MANY;
    is "@wrong", '', "$when: every issuer answers by its own data";
    return;
}

right('at the start', [0x2001, 0x1001, 0x100a]);
for my $n (1, 2, 37, 150, 299, MANY) {
    my $body = ask($n, 0x1002);
    OCSPTest::PKI::spew("$dir/response", $body);
    my $ca = "$dir/cas/" . name($n) . '.pem';
    my ($status, $said) = run('openssl', 'ocsp', '-respin', "$dir/response",
        '-no_nonce', '-CAfile', $ca, '-issuer', $ca, '-serial', '0x1002');
    like $said, qr/^Response verify OK\n.*^0x1002: revoked\n/ms,
        "issuer $n: openssl ocsp verifies";
    is signer_of($body), sprintf('Responder %04d', $n), "issuer $n: by its own signer";
}

# certificates of two of them in one request have no signer in common (R58)
ok is_error(post(build_request(certids => [map { certid_of($_, 0x2001) } 7, 8]), @at),
    UNAUTHORIZED), 'two CAs in one request: unauthorized';

ok defined($log = $httpd->graceful), 'graceful with nothing changed';
is scalar(() = $log =~ /OCSP207: /g), MANY, 'no CRL is read again';
ok $log !~ /OCSP205|ocsp:(?:warn|error|crit)\]/, 'and nothing said';
right('nothing changed', [0x2001, 0x1001]);

# in the place of one CRL is that of a stranger; one is gone; one is new
my ($stolen, $gone, $changed) = (11, 22, 33);
OCSPTest::PKI::spew("$dir/crls/" . name($stolen) . '.crl',
    OCSPTest::slurp(ca('a')->{crl}));
unlink "$dir/crls/" . name($gone) . '.crl' or die $!;
my %config = (dir => $dir, cert => "$dir/cas/" . name($changed) . '.pem',
    key => "$dir/keys/" . name($changed) . '.key', config => "$dir/openssl.cnf");
OCSPTest::PKI::make_config(\%config);
# its certificate has no subjectKeyIdentifier
OCSPTest::PKI::spew($config{config},
    OCSPTest::slurp($config{config}) =~ s/^crl_extensions.*\n//mr);
OCSPTest::PKI::spew("$dir/index.txt",
    "R\t491231235959Z\t260102030405Z\t1001\tunknown\t/CN=x\n");
OCSPTest::PKI::spew("$dir/crlnumber", "4000\n");
OCSPTest::PKI::must('openssl', 'ca', '-config', $config{config}, '-gencrl', '-out',
    "$dir/crls/" . name($changed) . '.crl');

ok defined($log = $httpd->graceful), 'graceful with three CRLs changed';
is scalar(() = $log =~ /OCSP205: /g), 1, 'one table is new';
my @lines = grep { /ocsp:(?:warn|error|crit)\]/ } split /\n/, $log;
is scalar @lines, 3, 'three complaints' or diag join "\n", @lines;
like $log, qr/:warn\].*OCSP208: CN=CA \Q${\ sprintf '%04d', $changed}\E: .*more than half/,
    'one has lost most of what it listed: said';
like $log, qr/:error\].*OCSP206: CN=CA \Q${\ sprintf '%04d', $_}\E/,
    "issuer $_ has no CRL: said" for $stolen, $gone;
# those that lost theirs go on with what was good
right('three changed', [0x2001, 0x1001], $changed);
ok index(ask($changed, 0x1001), certid_of($changed, 0x1001)
    . der(0xa1, der(0x18, '20260102030405Z'))) > 0, 'the new CRL is answered from';
ok index(ask($changed, 0x1002), certid_of($changed, 0x1002) . der(0x80)) > 0,
    'and what it does not list is good';

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, 'no process was lost';
done_testing;
