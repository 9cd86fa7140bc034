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
    ocsp_status);

our @EXPORT = qw(quick_request quick_word);

sub quick_request {
    my ($ca, $serial) = @_;
    return build_request(certids => [certid($ca, $serial)]);
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
    my $id = certid($ca, $serial);
    my $at = index $body, $id;
    return 'of another certificate' if $at < 0;
    return $word{ substr $body, $at + length $id, 1 } // 'no CertStatus';
}

1;
