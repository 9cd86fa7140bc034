# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Requests and answers about one certificate without a process of openssl's for
# each: for those who ask thousands of times. Nothing is verified here.
package OCSPTest::Quick;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest qw(MALFORMED INTERNAL_ERROR TRY_LATER UNAUTHORIZED build_request certid
    der der_children ocsp_status serial_good);

our @EXPORT = qw(quick_certid quick_request quick_word);

my (%front, %made);

# The CertID that `openssl ocsp` would write, in DER.
sub quick_certid {
    my ($ca, $serial) = @_;
    $front{$ca} //= do {
        my ($id)   = der_children(certid($ca, serial_good));
        my @fields = der_children($id->{content});
        join '', map { $_->{element} } @fields[0 .. 2];
    };
    return $made{"$ca $serial"} //= do {
        my $octets = pack 'H*', length($serial) % 2 ? "0$serial" : $serial;
        $octets =~ s/\A\0+(?=.)//s;
        $octets = "\0$octets" if ord($octets) & 0x80;
        der(0x30, $front{$ca}, der(0x02, $octets));
    };
}

sub quick_request {
    my ($ca, $serial) = @_;
    return build_request(certids => [quick_certid($ca, $serial)]);
}

# CertStatus by its first octet (RFC 6960 section 4.2.1)
my %word = ("\x80" => 'good', "\xa1" => 'revoked', "\x82" => 'unknown');
my %error = (MALFORMED, 'malformedRequest', INTERNAL_ERROR, 'internalError',
    TRY_LATER, 'tryLater', UNAUTHORIZED, 'unauthorized');

# What an answer says of a serial number: its status, or the error.
sub quick_word {
    my ($body, $ca, $serial) = @_;
    my $status = ocsp_status($body);
    return $error{$status} // "OCSP status $status" if $status != 0;
    my $id = quick_certid($ca, $serial);
    my $at = index $body, $id;
    return 'of another certificate' if $at < 0;
    return $word{ substr $body, $at + length $id, 1 } // 'no CertStatus';
}

1;
