# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Certificates, certificate requests and CRLs, from their DER: the text that openssl
# prints of them differs from version to version.
package OCSPTest::X509;

use strict;
use warnings;
use Exporter 'import';
use MIME::Base64 qw(decode_base64);
use OCSPTest qw(der_children);
use Time::Local qw(timegm);

our @EXPORT = qw(certificate_of crl_of csr_of seconds);

my %extension = map { OCSPTest::der(0x06, pack 'H*', $_->[1]) => $_->[0] } (
    [subjectKeyIdentifier   => '551d0e'],
    [keyUsage               => '551d0f'],
    [basicConstraints       => '551d13'],
    [crlNumber              => '551d14'],
    [crlDistributionPoints  => '551d1f'],
    [authorityKeyIdentifier => '551d23'],
    [extendedKeyUsage       => '551d25'],
    [authorityInfoAccess    => '2b06010505070101'],
    [noCheck                => '2b0601050507300105'],
);
my $common_name       = OCSPTest::der(0x06, "\x55\x04\x03");
my $extension_request = OCSPTest::der(0x06, pack 'H*', '2a864886f70d01090e');

# The key of an AlgorithmIdentifier by its OIDs, in hex
my %kind = (
    '2a8648ce3d0201 2a8648ce3d030107' => 'P-256',
    '2a8648ce3d0201 2b81040022'       => 'P-384',
    '2a864886f70d010101'              => 'RSA',
);

# The DER in a file, which may be PEM, or in a reference to it.
sub der_of {
    my ($from) = @_;
    my $content = ref $from ? $$from : OCSPTest::slurp($from);
    return decode_base64($1)
        if $content =~ /^-----BEGIN [^\n]*-----\n(.*?)^-----END /ms;
    return $content;
}

# UTCTime, GeneralizedTime in seconds since 1970
sub seconds {
    my ($time) = @_;
    my ($year, @rest)
        = $time->{content} =~ /\A(\d\d|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\z/
        or die 'not a time: ' . unpack 'H*', $time->{element};
    $year += $year < 50 ? 2000 : 1900 if length $year == 2;
    my ($month, @day) = @rest;
    return timegm(reverse(@day), $month - 1, $year);
}

# The last commonName of a Name; '': none.
sub common_name_of {
    my ($name) = @_;
    my $found = '';
    for my $attribute (map { der_children($_->{content}) } der_children($name->{content})) {
        my ($type, $value) = der_children($attribute->{content});
        $found = $value->{content} if $type->{element} eq $common_name;
    }
    return $found;
}

# Extensions by name, or by their OID in hex: {critical => 1, value => hex}
sub extensions_of {
    my ($list) = @_;
    my %found;
    for my $one (der_children($list->{content})) {
        my ($oid, @rest) = der_children($one->{content});
        $found{ $extension{ $oid->{element} } // unpack 'H*', $oid->{content} } = {
            critical => @rest > 1 && $rest[0]{content} eq "\xff" ? 1 : 0,
            value    => unpack('H*', $rest[-1]{content}),
        };
    }
    return \%found;
}

# The kind of a public key, RSA with its bits.
sub kind_of {
    my ($key) = @_;
    my ($algorithm, $bits) = der_children($key->{content});
    my $oids = join ' ', map { unpack 'H*', $_->{content} }
        grep { $_->{tag} == 0x06 } der_children($algorithm->{content});
    my $kind = $kind{$oids} // $oids;
    return $kind if $kind ne 'RSA';
    my ($numbers) = der_children(substr $bits->{content}, 1);
    my ($modulus) = der_children($numbers->{content});
    return 'RSA ' . length(unpack('B*', $modulus->{content}) =~ s/\A0+//r);
}

# certificate_of(FILE or reference to DER): {common_name, not_before, not_after, kind,
# key_octets, extensions}
sub certificate_of {
    my ($outer) = der_children(der_of(@_));
    my ($tbs)   = der_children($outer->{content});
    my (undef, undef, undef, undef, $validity, $subject, $key, $last)
        = der_children($tbs->{content});
    my ($from, $to) = der_children($validity->{content});
    my (undef, $bits) = der_children($key->{content});
    my ($extensions) = $last ? der_children($last->{content}) : ();
    return {
        common_name => common_name_of($subject),
        not_before  => seconds($from),
        not_after   => seconds($to),
        kind        => kind_of($key),
        key_octets  => substr($bits->{content}, 1),
        extensions  => $extensions ? extensions_of($extensions) : {},
    };
}

# csr_of(FILE): {kind, extensions}
sub csr_of {
    my ($outer) = der_children(der_of(@_));
    my ($info)  = der_children($outer->{content});
    my (undef, undef, $key, $attributes) = der_children($info->{content});
    my %csr = (kind => kind_of($key), extensions => {});
    for my $attribute (der_children($attributes->{content})) {
        my ($type, $values) = der_children($attribute->{content});
        $csr{extensions} = extensions_of(der_children($values->{content}))
            if $type->{element} eq $extension_request;
    }
    return \%csr;
}

# crl_of(FILE): {this_update, next_update, number in hex, entries}
sub crl_of {
    my ($outer) = der_children(der_of(@_));
    my ($tbs)   = der_children($outer->{content});
    my (undef, undef, undef, $this, $next, @rest) = der_children($tbs->{content});
    my %crl = (this_update => seconds($this), next_update => seconds($next), entries => 0);
    for my $part (@rest) {
        $crl{entries} = der_children($part->{content}) if $part->{tag} == 0x30;
        next if $part->{tag} != 0xa0;
        my $number = extensions_of(der_children($part->{content}))->{crlNumber} or next;
        ($crl{number}) = map { unpack 'H*', $_->{content} }
            der_children(pack 'H*', $number->{value});
        $crl{number} =~ s/\A00(?=.)//;
    }
    return \%crl;
}

1;
