# Bodies that are no OCSPRequest, or one that asks for what cannot be understood.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MIME::Base64 qw(encode_base64);
use Test::More;
use OCSPTest;

my $good   = request('a', [serial_good]);
my $certid = certid('a', serial_good);
my $oid_nonce = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
my $oid_other = der(0x06, "\x2a\x03\x04\x05");
my $critical  = der(0x01, "\xff");

sub extension { return der(0x30, @_) }

sub nonce {
    my ($octets) = @_;
    return extension($oid_nonce, der(0x04, der(0x04, 'n' x $octets)));
}

sub asked {
    my (@extensions) = @_;
    return build_request(certids => [$certid], extensions => \@extensions);
}

my $pem = "-----BEGIN OCSP REQUEST-----\n" . encode_base64($good)
    . "-----END OCSP REQUEST-----\n";
my $indefinite = "\x30\x80" . substr($good, 2) . "\0\0";

# R27, R31, R34, R35, R37, R107, R114
for my $case (
    ['an empty body',                ''],
    ['one octet',                    "\x30"],
    ['text',                         'hello'],
    ['base64',                       encode_base64($good, '')],
    ['PEM',                          $pem],
    ['one octet too many',           "$good\0"],
    ['one octet too few',            substr $good, 0, -1],
    ['half of it',                   substr $good, 0, length($good) / 2],
    ['an indefinite length',         $indefinite],
    ['a length beyond the body',     "\x30\x84\x7f\xff\xff\xff" . $good],
    ['a length of 2^64',             "\x30\x88" . "\xff" x 8 . $good],
    ['a SET instead of a SEQUENCE',  "\x31" . substr $good, 1],
    ['an empty SEQUENCE',            der(0x30)],
    ['an empty requestList',         build_request(certids => [])],
    ['version 2',
        build_request(certids => [$certid], before => der(0xa0, der(2, "\1")))],
    ['an unknown critical extension',
        asked(extension($oid_other, $critical, der(0x04, der(0x05))))],
    ['a nonce of no octets',         asked(nonce(0))],
    ['a nonce of 129 octets',        asked(nonce(129))],
    ['two nonces',                   asked(nonce(16), nonce(16))],
    ['a CertID without a serial number',
        build_request(certids => [der(0x30)])],
    # W2: what is echoed must be DER, or strict clients cannot read the answer
    (map { ["a serial number of the octets $_", build_request(certids => [der(0x30,
        (map { $_->{element} } (der_children((der_children($certid))[0]{content}))[0 .. 2]),
        der(0x02, pack 'H*', $_))])] } '0005', '00001001', '0000', 'ffff', 'ff85', ''),
    ['something behind the tbsRequest',
        build_request(certids => [$certid], after => der(0x05))],
    ['more certificates than the limit',
        build_request(certids => [($certid) x 100])],
    ['nested a thousand times',
        do { my $d = ''; $d = der(0x30, $d) for 1 .. 1000; $d }],
) {
    my ($name, $body) = @$case;
    my $res = post($body);
    # R74, R75, R78
    ok is_error($res, MALFORMED), "$name: malformedRequest"
        or diag "HTTP $res->{code}, ", unpack 'H*', substr $res->{body}, 0, 40;
}

# what looks odd and is none the less a request
for my $case (
    ['an explicit version 1',                                   # R33
        build_request(certids => [$certid], before => der(0xa0, der(2, "\0")))],
    ['empty requestExtensions',                                 # R36
        build_request(certids => [$certid], extensions => [])],
    ['an unknown extension that is not critical',               # R37
        asked(extension($oid_other, der(0x04, der(0x05))))],
    ['a requestorName without a signature',                     # R38
        build_request(certids => [$certid],
            before => der(0xa1, der(0x82, 'example.com')))],
    ['a signature that nobody asked for',                       # R38
        build_request(certids => [$certid], after => der(0xa0, der(0x30,
            der(0x30, der(0x06, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"),
                der(0x05)),
            der(0x03, "\0" . 's' x 256))))],
    ['a nonce of 1 octet',    asked(nonce(1))],                 # R108
    ['a nonce of 128 octets', asked(nonce(128))],               # R108
    ['a critical nonce',                                        # R113
        asked(extension($oid_nonce, $critical,
            der(0x04, der(0x04, 'n' x 16))))],
) {
    my ($name, $body) = @$case;
    like oracle(post($body)->{body}, 'a', [serial_good]),
        qr/Response verify OK.*0x2001: good/s, "$name: answered";
}

done_testing;
