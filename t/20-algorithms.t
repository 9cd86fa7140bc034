# Keys of every kind under CAs of other kinds, and the forms that they come in:
# `openssl ocsp` verifies what they sign, `openssl verify` their certificates.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf qw(dump_of);
use OCSPTest::Httpd;
use OCSPTest::Response;

my $dir = OCSPTest::vars()->{t_logs} . '/algorithms';
mkdir $dir or die "$dir: $!";

# name => [key of the CA, key of the delegate]
my %cas = (
    al_pss     => ['RSA',     'RSA-PSS'],
    al_p384    => ['RSA-PSS', 'P-384'],
    al_ed      => ['P-256',   'Ed25519'],
    al_p256    => ['Ed25519', 'P-256'],
    al_rsa     => ['P-384',   'RSA'],
    al_p521    => ['Ed448',   'P-521'],
    al_ed448   => ['P-521',   'Ed448'],
    al_bp256   => ['brainpoolP512r1', 'brainpoolP256r1'],
    al_bp384   => ['brainpoolP256r1', 'brainpoolP384r1'],
    al_own_ed  => ['Ed25519', undef],
    al_own_448 => ['Ed448',   undef],
    al_own_bp  => ['brainpoolP512r1', undef],
    al_own_pss => ['RSA-PSS', undef],
    al_own_rsa => ['RSA',     undef],
);
OCSPTest::PKI::make_more(%cas);

# Curves of one length sign with one algorithm (RFC 5758 section 3.2).
my %same = (brainpoolP256r1 => 'P-256', brainpoolP384r1 => 'P-384',
    brainpoolP512r1 => 'P-521');

sub file {
    my ($name, @content) = @_;
    OCSPTest::PKI::spew("$dir/$name", join '', @content);
    return "$dir/$name";
}

sub convert {
    my ($name, @command) = @_;
    my ($status, $said) = run('openssl', @command, '-out', "$dir/$name");
    die "openssl @command: $said" if $status != 0;
    return "$dir/$name";
}

# --- forms of files -------------------------------------------------------------

# A section without signers: lines to follow.
sub section {
    my ($ca, @lines) = @_;
    return join "\n    ", "<OCSPIssuer \"" . ca($ca)->{cert} . '">',
        'OCSPCRLFile "' . ca($ca)->{crl} . '"', @lines, "\n</OCSPIssuer>\n";
}

sub cert { return "OCSPCertificateFile \"$_[0]\"" }
sub key  { return "OCSPCertificateKeyFile \"$_[0]\"" }

my ($ca_a, $ca_b) = (ca('a'), ca('b'));
my ($cert_b, $key_b) = map { OCSPTest::slurp($ca_b->{$_}) } qw(signer signer_key);
my $cert_der = convert('b.der', 'x509', '-in', $ca_b->{signer}, '-outform', 'DER');
my $key_a = $ca_a->{signer_key};

# name of the host => [CA, kind of key, directives]
my %form = (
    'key behind' => ['b', 'RSA', cert(file('behind.pem', $cert_b, $key_b))],
    'key before' => ['b', 'RSA', cert(file('before.pem', $key_b, $cert_b))],
    'with its chain' => ['b', 'RSA', cert(file('chain.pem', $cert_b,
        OCSPTest::slurp($ca_b->{cert}), $key_b))],
    'with words' => ['b', 'RSA', cert(file('words.pem', "Our responder\n",
        $cert_b, "and its key:\n", $key_b))],
    'CRLF' => ['b', 'RSA', cert(file('crlf.pem', "$cert_b$key_b" =~ s/\n/\r\n/gr))],
    'DER' => ['b', 'RSA', cert($cert_der), key(convert('b-pkcs8.der', 'pkcs8',
        '-topk8', '-nocrypt', '-in', $ca_b->{signer_key}, '-outform', 'DER'))],
    'DER, traditional RSA' => ['b', 'RSA', cert($cert_der), key(convert('b-rsa.der',
        'rsa', '-traditional', '-in', $ca_b->{signer_key}, '-outform', 'DER'))],
    'PEM, traditional RSA' => ['b', 'RSA', cert($cert_der), key(convert('b-rsa.pem',
        'rsa', '-traditional', '-in', $ca_b->{signer_key}))],
    'DER, traditional EC' => ['a', 'P-256', cert($ca_a->{signer}),
        key(convert('a-ec.der', 'ec', '-in', $key_a, '-outform', 'DER'))],
    'PEM, traditional EC with its parameters' => ['a', 'P-256',
        cert($ca_a->{signer}), key(file('params.key', OCSPTest::slurp(
            convert('params.pem', 'ecparam', '-name', 'prime256v1')),
            OCSPTest::slurp(convert('a-ec.pem', 'ec', '-in', $key_a))))],
    'a URI' => ['a', 'P-256', cert($ca_a->{signer}), key("file:$key_a")],
    'a URI with slashes' => ['a', 'P-256', cert($ca_a->{signer}),
        key("file://$key_a")],
    'a PKCS#12 without a passphrase' => ['b', 'RSA', cert($cert_der), key('file:'
        . convert('b.p12', 'pkcs12', '-export', '-in', $ca_b->{signer}, '-inkey',
            $ca_b->{signer_key}, '-passout', 'pass:'))],
    'the CA by its key alone' => ['c1', 'P-256', key(ca('c1')->{key})],
    'the CA by its certificate with its key' => ['c1', 'P-256',
        cert(file('c1.pem', map { OCSPTest::slurp(ca('c1')->{$_}) } qw(cert key)))],
);
# the key beside the CA's certificate, which is the section's own file
my $both = file('c1-both.pem', map { OCSPTest::slurp(ca('c1')->{$_}) } qw(cert key));

sub host { return lc($_[0] =~ s/\W+/-/gr) . '.example.com' }

my $port = free_port();
my $text = join '', map {
    section($_, $cas{$_}[1] ? (cert(ca($_)->{signer}), key(ca($_)->{signer_key}))
        : key(ca($_)->{key}))
} sort keys %cas;
# the first is the main server's, for whoever asks without a host
$text .= "<VirtualHost *:$port>\nServerName ocsp.example.com\n</VirtualHost>\n";
for my $name (sort keys %form) {
    my ($ca, $kind, @lines) = @{ $form{$name} };
    $text .= "<VirtualHost *:$port>\nServerName " . host($name) . "\n"
        . section($ca, @lines) . "</VirtualHost>\n";
}
my $httpd = OCSPTest::Httpd->start('algorithms', "OCSPCacheSize off\n$text", port => $port);
my $log = $httpd->log_since(0);
unlike $log, qr/OCSP20[1-6]: .*(?:error|rejected)|ocsp:error\]/,
    'nothing is complained of' or diag $log;

# --- kinds of keys (R129) ---------------------------------------------------------

for my $name (sort keys %cas) {
    my ($of_ca, $of_delegate) = @{ $cas{$name} };
    my $kind = $of_delegate // $of_ca;
    my $what = $of_delegate ? "$kind under $of_ca" : "$kind, the CA itself";
    my %body = map { $_ => post(request($name, [$_]), port => $port,
        path => '/')->{body} } serial_good, serial_compromised;
    my $body = $body{ (serial_good) };
    is $httpd->says($name, serial_good),        'good',    "$what: good";
    is $httpd->says($name, serial_compromised), 'revoked', "$what: revoked";
    is algorithm_of($body), $same{$kind} // $kind, "$what: the signature's algorithm";
    my @certs = certificates_of($body);
    is scalar @certs, $of_delegate ? 1 : 0, "$what: certificates"; # R87, R88
    if (@certs) {
        my $pem = convert("$name.pem", 'x509', '-inform', 'DER', '-in',
            file("$name.der", @certs));
        my ($status, $said) = run('openssl', 'verify', '-x509_strict', '-CAfile',
            ca($name)->{cert}, '-purpose', 'ocsphelper', $pem);
        is $status, 0, "$what: its certificate is verified by openssl verify"
            or diag $said;
    }
    # what was signed is what is verified
    $body =~ s/(\x18\x0f\d{13})(\d)(?=Z)/$1 . ($2 ^ 1)/e; # producedAt
    unlike oracle($body, $name, [serial_good]), qr/verify OK/,
        "$what: another second and nothing verifies";
    # without a cache ECDSA and PSS are never the same twice
    if ($kind =~ /^P-|PSS|^brain/) {
        my $again = post(request($name, [serial_compromised]), port => $port,
            path => '/')->{body};
        isnt $again, $body{ (serial_compromised) }, "$what: signed by chance";
    }
}

# --- forms ------------------------------------------------------------------------

for my $name (sort keys %form) {
    my ($ca, $kind) = @{ $form{$name} };
    my @at = (host => host($name), path => '/', port => $port);
    is $httpd->says($ca, serial_good, host => host($name)), 'good', "$name: good";
    is algorithm_of(post(request($ca, [serial_good]), @at)->{body}), $kind,
        "$name: signed by the $kind key";
}
ok $httpd->stop, 'it ends when told to';

# a section that names neither has no signer, although the key is at hand
my ($status, $said) = config_test(section('c1') =~ s/".*ca\.pem"/"$both"/r, '-D',
    'OCSP_STRICT');
is $status, 1, 'a section without signers: httpd -t, strict: exits 1';
like $said, qr/OCSP223: .*no OCSPCertificateFile/, 'and says what to name';

# --- what clients cannot verify -------------------------------------------------------

# Said by httpd -t, once for a signer, and not when httpd starts.
unlike $log, qr/cannot verify its responses/, 'httpd started without a word about clients';
for my $case (
    [al_ed => qr/Ed25519: Firefox, .*: name an RSA or P-256 signer before it$/],
    [al_bp256 => qr/brainpoolP256r1 with SHA-256: Go \(Caddy, Traefik\) /],
    [al_own_ed => qr/Ed25519: Firefox, .*: name an RSA or P-256 signer instead of it$/],
    [al_rsa => undef],
) {
    my ($name, $words) = @$case;
    my ($status, $said, $dump) = dump_of(section($name, $cas{$name}[1]
        ? (cert(ca($name)->{signer}), key(ca($name)->{signer_key}))
        : key(ca($name)->{key})));
    is $status, 0, "$name: httpd -t exits 0";
    my @said = $said =~ /^.*OCSP203: .*cannot verify its responses.*$/mg;
    is scalar @said, $words ? 1 : 0, "$name: httpd -t says what clients cannot verify"
        or diag $said;
    is scalar(() = $said =~ /^ +clients of this signer: \S.*$/mg), scalar @said,
        "$name: and so does the dump";
    like $said[0], qr/OCSP203: .*: signer accepted with a warning: \S+\.pem: $words/m, "$name: and what to do"
        if $words;
}

# R129, R130: keys that may not sign
OCSPTest::PKI::must('openssl', 'genpkey', '-algorithm', @{ $_->[1] }, '-out',
    "$dir/$_->[0].key") for my @weak = (
    ['rsa1024', ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024']],
    ['sha1', ['RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt',
        'rsa_pss_keygen_md:sha1', '-pkeyopt', 'rsa_pss_keygen_mgf1_md:sha1']],
    ['secp256k1', ['EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1']],
    ['brainpoolP256t1', ['EC', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256t1']],
);
for my $case (@weak) {
    my ($name) = @$case;
    # a request by such a key cannot be signed: the certificate is made without
    OCSPTest::PKI::must('openssl', 'pkey', '-in', "$dir/$name.key", '-pubout',
        '-out', "$dir/$name.pub");
    OCSPTest::PKI::must('openssl', 'req', '-new', '-config', $ca_a->{config},
        '-key', $key_a, '-subj', '/CN=Weak', '-out', "$dir/$name.csr");
    OCSPTest::PKI::must('openssl', 'x509', '-req', '-in', "$dir/$name.csr",
        '-force_pubkey', "$dir/$name.pub", '-CA', $ca_a->{cert}, '-CAkey',
        $ca_a->{key}, '-extfile', $ca_a->{config}, '-extensions', 'delegate',
        '-set_serial', '0x77', '-out', "$dir/$name.pem");
    my ($status, $said) = config_test(issuer_section('a',
        signer => "$dir/$name.pem", signer_key => "$dir/$name.key"), '-D', 'OCSP_STRICT');
    is $status, 1, "$name: httpd -t, strict: exits 1";
    like $said, qr/OCSP202: .*\Q$dir\E\/$name\.\w+: RFC/, "$name: not taken, by which RFC"
        or diag $said;
    like $said, qr/EC key on curve $name cannot sign/, "$name: the curve is named"
        if "@{ $case->[1] }" =~ /curve/;
}

done_testing;
