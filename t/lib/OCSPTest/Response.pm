# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Who signed a response, and how: taken from its octets, since what a client makes
# of them is the oracle's business.
package OCSPTest::Response;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest qw(der_children);
use OCSPTest::X509;

our @EXPORT = qw(algorithm_of certificates_of common_name_of fields_of single_times
    signer_of preferred);

# AlgorithmIdentifiers to the octet (R129): by name, in hex
my %algorithm = (
    'RSA' => '300d06092a864886f70d01010b0500',
    # SHA-256, its mask too, a salt of 32 (RFC 4055 section 3.1)
    'RSA-PSS' => '304106092a864886f70d01010a3034'
        . 'a00f300d06096086480165030402010500'
        . 'a11c301a06092a864886f70d010108300d06096086480165030402010500'
        . 'a203020120',
    'P-256'   => '300a06082a8648ce3d040302',
    'P-384'   => '300a06082a8648ce3d040303',
    'P-521'   => '300a06082a8648ce3d040304',
    'Ed25519' => '300506032b6570',
    'Ed448'   => '300506032b6571',
);
my %named = reverse %algorithm;

my $basic_response = '2b0601050507300101'; # id-pkix-ocsp-basic

# tbsResponseData, signatureAlgorithm, signature, [0] certs if there are any
sub parts {
    my ($body) = @_;
    my ($outer)          = der_children($body);
    my ($status, $bytes) = der_children($outer->{content});
    die 'an error response' if !$bytes;
    my ($response)       = der_children($bytes->{content});
    my ($type, $octets)  = der_children($response->{content});
    die 'no BasicOCSPResponse' if unpack('H*', $type->{content}) ne $basic_response;
    my ($basic)          = der_children($octets->{content});
    return der_children($basic->{content});
}

# The kind of key that signed; or the AlgorithmIdentifier in hex, if that is not
# what such a key should write; or 'error'.
sub algorithm_of {
    my ($body) = @_;
    my @parts = eval { parts($body) } or return 'error';
    my $hex = unpack 'H*', $parts[1]{element};
    return $named{$hex} // $hex;
}

# The certificates in it, in DER.
sub certificates_of {
    my ($body) = @_;
    my @parts = parts($body);
    return if !$parts[3];
    my ($list) = der_children($parts[3]{content});
    return map { $_->{element} } der_children($list->{content});
}

sub common_name_of { return certificate_of(\$_[0])->{common_name} }

# The common name of the delegate whose certificate is sent along; 'none'.
sub signer_of {
    my ($body) = @_;
    my ($first) = eval { certificates_of($body) } or return 'none';
    return common_name_of($first);
}

# CertStatus by its tag, CRLReason (RFC 5280 section 5.3.1)
my %status = (0x80 => 'good', 0xa1 => 'revoked', 0x82 => 'unknown');
my @reason = (qw(unspecified keyCompromise cACompromise affiliationChanged superseded
    cessationOfOperation certificateHold), undef, qw(removeFromCRL privilegeWithdrawn
    aACompromise));

sub extensions_in {
    my ($wrapped) = @_;
    my ($list) = der_children($wrapped->{content});
    return OCSPTest::X509::extensions_of($list);
}

# What a SingleResponse says: {serial => its octets in hex, status, reason, reason_code, revoked, this, next =>
# seconds, or undef; extensions}
sub single_of {
    my ($single) = @_;
    my ($id, $status, $this, @rest) = der_children($single->{content});
    my $serial = (der_children($id->{content}))[3];
    my %said = (serial => unpack('H*', $serial->{content}), status => $status{ $status->{tag} }, this => seconds($this),
        extensions => {});
    if (($said{status} // '') eq 'revoked') {
        my ($time, $reason) = der_children($status->{content});
        $said{revoked} = seconds($time);
        if ($reason) {
            my ($code) = der_children($reason->{content});
            $said{reason_code} = ord $code->{content};
            $said{reason} = $reason[$said{reason_code}];
        }
    }
    for my $part (@rest) {
        $said{next} = seconds(der_children($part->{content})) if $part->{tag} == 0xa0;
        $said{extensions} = extensions_in($part) if $part->{tag} == 0xa1;
    }
    return \%said;
}

# What a response says: {version => hex or 'default', by => key|name, id => in hex,
# produced => seconds, singles => [single_of], extensions}
sub fields_of {
    my ($body) = @_;
    my ($tbs) = parts($body);
    my @fields = der_children($tbs->{content});
    my $version = $fields[0]{tag} == 0xa0 ? shift @fields : undef;
    my ($id, $produced, $singles, $extensions) = @fields;
    my ($inner) = der_children($id->{content});
    return {
        version  => $version ? unpack('H*', $version->{content}) : 'default',
        by       => $id->{tag} == 0xa2 ? 'key' : 'name',
        id       => unpack('H*', $id->{tag} == 0xa2 ? $inner->{content} : $inner->{element}),
        produced => seconds($produced),
        singles  => [map { single_of($_) } der_children($singles->{content})],
        extensions => $extensions ? extensions_in($extensions) : {},
    };
}

# producedAt, thisUpdate and nextUpdate of a good certificate's answer
sub single_times {
    my ($body) = @_;
    return (parts($body))[0]{content} =~ /\x18\x0f(\d{14})Z/g;
}

# The extension PreferredSignatureAlgorithms (RFC 6960 section 4.4.7.1) for these
# kinds of keys or AlgorithmIdentifiers in hex: [kind, DER of the second field].
sub preferred {
    my (@wishes) = @_;
    my @list = map {
        my ($kind, @second) = ref ? @$_ : $_;
        OCSPTest::der(0x30, pack('H*', $algorithm{$kind} // $kind), @second);
    } @wishes;
    return extension(OCSPTest::der(0x30, @list));
}

# The same with anything for a value.
sub extension {
    my ($value) = @_;
    return OCSPTest::der(0x30,
        pack('H*', '06092b0601050507300108'), OCSPTest::der(0x04, $value));
}

1;
