# Several signers of one CA: which of them signs, by what the client prefers, what
# the CA's key is, how the request itself is signed; never by anything weak.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;

# The first has an RSA key, the second one of a kind that none of its delegates has.
my %cas = (pr_rsa => ['RSA', 'P-256'], pr_ed => ['Ed25519', 'P-384']);
OCSPTest::PKI::make_more(%cas);

# A delegate with a key of another kind: the directives that name it.
sub delegate {
    my ($name, $kind) = @_;
    my $ca   = ca($name);
    my $file = "$ca->{dir}/$kind";
    OCSPTest::PKI::make_key("$file.key", $kind);
    OCSPTest::PKI::issue($ca, "$file.pem", "$file.key", "$kind of $name",
        unpack('H*', $kind), 'delegate');
    return "OCSPCertificateFile \"$file.pem\"\n"
        . "OCSPCertificateKeyFile \"$file.key\"\n";
}

my $port = free_port();
my $text = issuer_section('pr_rsa')
    =~ s/(?=<\/OCSPIssuer>)/join '', map { delegate('pr_rsa', $_) }
        qw(Ed25519 RSA P-384 RSA-PSS)/er;
$text .= issuer_section('pr_ed')
    =~ s/(?=<\/OCSPIssuer>)/delegate('pr_ed', 'P-256') . delegate('pr_ed', 'RSA')/er;
$text .= issuer_section('a');
my $httpd = OCSPTest::Httpd->start('preferred', $text, port => $port);
my @at = (port => $port, path => '/');

# ask(CA, [extensions], ...): the answer to a request of our own
sub ask {
    my ($ca, $extensions, %opt) = @_;
    my $der = build_request(certids => [certid($ca, serial_good)],
        extensions => $extensions);
    return $opt{get} ? get($der, port => $port, path => '')
        : post($der, @at);
}

# signed(NAME, ANSWER, CA, KIND): by that kind of key, and it verifies
sub signed {
    my ($name, $res, $ca, $kind) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is algorithm_of($res->{body}), $kind, "$name: signed by $kind"
        or diag unpack 'H*', $res->{body};
    like oracle($res->{body}, $ca, [serial_good]), qr/verify OK.*: good$/ms,
        "$name: verified";
    return;
}

# --- without a wish -----------------------------------------------------------------

my $default = post(request('pr_rsa', [serial_good]), @at);
signed('no wish', $default, 'pr_rsa', 'RSA'); # R118: one like the CA's key
is signer_of($default->{body}), 'RSA of pr_rsa', 'no wish: its certificate is sent';
signed('no wish, no key like the CA\'s', post(request('pr_ed', [serial_good]),
    @at), 'pr_ed', 'P-384');

# --- PreferredSignatureAlgorithms (R118) --------------------------------------------

my $sha1_rsa = '300d06092a864886f70d0101050500';
my $md5_rsa  = '300d06092a864886f70d0101040500';
my $sha1_ec  = '300906072a8648ce3d0401';
my $unknown  = '300706052b06010401';
for my $case (
    ['Ed25519', 'Ed25519'],
    ['P-256', 'P-256'],
    ['P-384', 'P-384'],
    ['RSA-PSS', 'RSA-PSS'],
    ['RSA', 'RSA'],
    ['the first of several', 'P-384', 'P-384', 'P-256', 'RSA'],
    ['the second, when nobody has the first', 'Ed25519', $unknown, 'Ed25519'],
    ['the strong one behind a weak one', 'P-256', $sha1_rsa, 'P-256'],
    ['SHA-1 with RSA alone', 'RSA', $sha1_rsa],
    ['MD5 with RSA alone', 'RSA', $md5_rsa],
    ['SHA-1 with ECDSA alone', 'RSA', $sha1_ec],
    ['all of the weak ones', 'RSA', $md5_rsa, $sha1_rsa, $sha1_ec],
    ['what nobody has', 'RSA', $unknown],
    ['RSA with absent parameters', 'RSA', '300b06092a864886f70d01010b'],
    ['ECDSA with NULL parameters', 'P-256', '300c06082a8648ce3d0403020500'],
    ['PSS without parameters', 'RSA-PSS', '300b06092a864886f70d01010a'],
) {
    my ($name, $kind, @wishes) = @$case;
    @wishes = $kind if !@wishes;
    signed("preferred: $name", ask('pr_rsa', [preferred(@wishes)]), 'pr_rsa', $kind);
}
signed('preferred, of a CA with one signer: what it has',
    ask('a', [preferred('RSA', 'Ed25519')]), 'a', 'P-256');

# R119: the second field in both syntaxes, and in none
my $p256 = '06082a8648ce3d030107';
for my $case (
    ['an SMIMECapability', der(0x30, pack 'H*', '06072a8648ce3d0201' . $p256)],
    ['an AlgorithmIdentifier', der(0x30, pack 'H*', "06072a8648ce3d0201$p256")],
    ['an SMIMECapability without parameters', der(0x30,
        pack 'H*', '06072a8648ce3d0201')],
    ['an AlgorithmIdentifier with NULL', der(0x30, pack 'H*', '06072a8648ce3d02010500')],
    ['of another kind', der(0x30, pack 'H*', '06092a864886f70d0101010500')],
    ['an empty SEQUENCE', der(0x30)],
    ['a SEQUENCE of rubbish', der(0x30, "\xff\xff\xff")],
) {
    my ($name, $second) = @$case;
    signed("second field: $name", ask('pr_rsa', [preferred(['P-256', $second],
        'Ed25519')]), 'pr_rsa', 'P-256');
}

# rubbish in the extension is ignored: the request is a good one without
for my $case (
    ['nothing', ''],
    ['an empty list', der(0x30)],
    ['rubbish', "\xde\xad\xbe\xef"],
    ['a length beyond its end', "\x30\x7f\x30\x05"],
    ['an INTEGER', der(0x02, "\1")],
    ['a list of INTEGERs', der(0x30, der(0x02, "\1"), der(0x02, "\2"))],
    ['a list of empty SEQUENCEs', der(0x30, der(0x30), der(0x30))],
    ['something behind the list', der(0x30) . "\0"],
    ['no OID', der(0x30, der(0x30, der(0x30, der(0x05))))],
    ['a second field that is no SEQUENCE', der(0x30, der(0x30,
        pack('H*', '300506032b6570'), der(0x04, 'rubbish')))],
) {
    my ($name, $value) = @$case;
    signed("extension: $name", ask('pr_rsa', [OCSPTest::Response::extension($value)]),
        'pr_rsa', 'RSA');
}
my $many = preferred(($unknown) x 400, 'Ed25519');
my $res  = ask('pr_rsa', [$many]);
like algorithm_of($res->{body}), qr/\A(?:RSA|Ed25519)\z/, '401 wishes: answered';

# --- R166: what was preferred by one client is not for the caches of others ----------

my $fixed = request('pr_rsa', [serial_good]);
my $plain = get($fixed, port => $port, path => '');
like header($plain, 'Cache-Control'), qr/\bmax-age=[1-9]/, 'no wish: for caches';
my $other = ask('pr_rsa', [preferred('Ed25519')], get => 1);
signed('GET, preferred', $other, 'pr_rsa', 'Ed25519');
like header($other, 'Cache-Control'), qr/\bno-store\b/, 'preferred: no-store';
unlike header($other, 'Cache-Control'), qr/\bpublic\b/, 'preferred: not public';
is header($other, 'ETag'), undef, 'preferred: no ETag';
my $in_vain = ask('pr_rsa', [preferred($sha1_rsa)], get => 1);
signed('GET, preferred in vain', $in_vain, 'pr_rsa', 'RSA');

# --- R117: AcceptableResponses -------------------------------------------------------

sub acceptable {
    my (@oids) = @_;
    return der(0x30, pack('H*', '06092b0601050507300104'),
        der(0x04, der(0x30, map { pack 'H*', $_ } @oids)));
}
my $basic = '06092b0601050507300101';
signed('acceptable: basic', ask('pr_rsa', [acceptable($basic)]), 'pr_rsa', 'RSA');
signed('acceptable: basic among others', ask('pr_rsa', [acceptable('06022a03',
    $basic)]), 'pr_rsa', 'RSA');
signed('acceptable and preferred', ask('pr_rsa', [acceptable($basic),
    preferred('P-384')]), 'pr_rsa', 'P-384');
signed('acceptable: others alone', ask('pr_rsa', [acceptable('06022a03')]),
    'pr_rsa', 'RSA');

# --- requests that are signed ---------------------------------------------------------

# by `openssl ocsp` itself, with another CA's key: who signed is not looked at
for my $case (
    ['RSA',   'pr_ed',  'b',  'RSA'],   # R118: like the request
    ['P-256', 'pr_ed',  'a',  'P-256'],
    ['P-256', 'pr_rsa', 'a',  'RSA'],   # the CA's key comes before
) {
    my ($by, $ca, $signer, $kind) = @$case;
    my $der = request($ca, [serial_good], '-signer', ca($signer)->{signer},
        '-signkey', ca($signer)->{signer_key});
    my $name = "a request to $ca signed by $by";
    signed($name, post($der, @at), $ca, $kind);
    substr($der, -1) ^= "\1"; # the signature's, or of a certificate behind it
    signed("$name badly", post($der, @at), $ca, $kind);
    my @args = ('-signer', ca($signer)->{signer}, '-signkey',
        ca($signer)->{signer_key});
    my ($status, $said) = client($ca, [serial_good], \@args, @at);
    like $said, qr/verify OK.*: good$/ms, "$name: openssl ocsp is content";
}

# two certificates of one CA: one signer; of two CAs: nobody may sign for both (R58)
my $two = build_request(certids => [map { certid('pr_rsa', $_) } serial_good,
    serial_compromised], extensions => [preferred('P-384')]);
my $both = post($two, @at);
is algorithm_of($both->{body}), 'P-384', 'two certificates: signed as preferred';
like oracle($both->{body}, 'pr_rsa', [serial_good, serial_compromised]),
    qr/verify OK.*: good\n.*: revoked\n/s, 'two certificates: verified';
ok is_error(post(build_request(certids => [map { certid($_, serial_good) }
    qw(pr_rsa pr_ed)]), @at), UNAUTHORIZED), 'certificates of two CAs: unauthorized';

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/ocsp:(?:error|crit)\]/, 'and complained of nothing';
done_testing;
