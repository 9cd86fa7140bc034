# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchPKI: CAs for t/bench/serve, made by the openssl command. One has a CRL, an
# index, a delegate that signs responses, and requests for one certificate.
package BenchPKI;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(make_ca slurp spew);

# The certificate that is asked about, and the one that is revoked.
use constant GOOD    => '4f435350000000000000000000000001';
use constant REVOKED => '4f4353500000000000000000ffff0001';

my %GENPKEY = (
    'RSA-2048' => [qw(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)],
    'RSA-4096' => [qw(-algorithm RSA -pkeyopt rsa_keygen_bits:4096)],
    'P-256'    => [qw(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)],
    'Ed25519'  => [qw(-algorithm ED25519)],
);

sub slurp {
    my ($file) = @_;
    open my $fh, '<:raw', $file or die "$file: $!\n";
    local $/;
    return scalar(<$fh>) // '';
}

sub spew {
    my ($file, $content) = @_;
    open my $fh, '>:raw', $file or die "$file: $!\n";
    print {$fh} $content;
    close $fh or die "$file: $!\n";
    return;
}

# What it prints; on failure its last words.
sub openssl {
    my (@args) = @_;
    open my $pipe, '-|', 'sh', '-c', 'exec openssl "$@" 2>&1', 'openssl', @args
        or die "openssl: $!\n";
    local $/;
    my $said = <$pipe>;
    close $pipe or die "openssl @args:\n$said";
    return $said;
}

sub config {
    my ($dir) = @_;
    return <<"CONF";
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = this
[this]
database = $dir/index
default_md = default
default_crl_days = 30
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[delegate]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONF
}

# make_ca(DIRECTORY, KIND): {dir, kind, certid => {good, revoked} in hex, status =>
# likewise, as a SingleResponse begins; request => {good, revoked}, DER}
sub make_ca {
    my ($dir, $kind) = @_;
    my $conf = "$dir/openssl.cnf";
    mkdir $dir or die "$dir: $!\n";
    spew($conf, config($dir));
    openssl('genpkey', @{ $GENPKEY{$kind} }, '-out', "$dir/$_.key")
        for qw(ca responder);
    openssl(qw(req -x509 -new -days 30 -extensions root), '-config', $conf,
        '-key', "$dir/ca.key", '-subj', "/CN=$kind CA", '-out', "$dir/ca.pem");
    openssl(qw(req -new), '-config', $conf, '-key', "$dir/responder.key",
        '-subj', "/CN=$kind responder", '-out', "$dir/responder.csr");
    openssl(qw(x509 -req -days 30 -set_serial 2 -extensions delegate), '-extfile',
        $conf, '-in', "$dir/responder.csr", '-CA', "$dir/ca.pem", '-CAkey',
        "$dir/ca.key", '-out', "$dir/responder.pem");
    spew("$dir/index", "R\t301231000000Z\t250601000000Z,keyCompromise\t"
        . uc(REVOKED) . "\tunknown\t/CN=revoked\nV\t301231000000Z\t\t"
        . uc(GOOD) . "\tunknown\t/CN=good\n");
    openssl(qw(ca -gencrl), '-config', $conf, '-keyfile', "$dir/ca.key", '-cert',
        "$dir/ca.pem", '-out', "$dir/ca.crl");

    my $ca = { dir => $dir, kind => $kind };
    for (['good', GOOD, '8000'], ['revoked', REVOKED, 'a1']) {
        my ($name, $serial, $status) = @$_;
        my $file = "$dir/$name.req";
        openssl('ocsp', '-no_nonce', '-issuer', "$dir/ca.pem", '-serial',
            "0x$serial", '-reqout', $file);
        $ca->{request}{$name} = slurp($file);
        # four SEQUENCEs of less than 128 octets are around the CertID
        $ca->{certid}{$name} = unpack 'H*', substr $ca->{request}{$name}, 8;
        $ca->{status}{$name} = $ca->{certid}{$name} . $status;
    }
    return $ca;
}

1;
