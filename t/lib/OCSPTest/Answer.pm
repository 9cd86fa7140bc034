# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# An answer taken apart: what its fields say, and until when. `openssl ocsp` verifies it.
package OCSPTest::Answer;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest;
use OCSPTest::Response;

our @EXPORT = qw(ask take_apart);

my %error = (MALFORMED, 'malformedRequest', INTERNAL_ERROR, 'internalError',
    TRY_LATER, 'tryLater', UNAUTHORIZED, 'unauthorized');

# RFC 6960 section 4.4.8: NULL, not critical
my $extended_revoke = der(0x30, der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x09"),
    der(0x04, "\x05\x00"));

my $nonce = '2b0601050507300102'; # id-pkix-ocsp-nonce

# The cap that a cache is given; undef: none.
sub max_age {
    my ($res) = @_;
    return (header($res, 'Cache-Control') // '') =~ /\bmax-age=(\d+)/
        ? $1 : undef;
}

# take_apart(HTTP answer, CA, SERIAL, more arguments of `openssl ocsp`...):
# {error => name} of an error, else
# {status, reason, reason_code, revoked, this, next, produced => seconds, lasts =>
# seconds from producedAt to nextUpdate, by => key|name, sent => common name of the
# certificate with it or '', nonce => hex or '', extended => 1 if extended revoke is
# said, extensions, single_extensions => by OID, verified, max_age, cache =>
# Cache-Control, text => openssl's words}
sub take_apart {
    my ($res, $ca, $serial, @args) = @_;
    my $status = ocsp_status($res->{body});
    my $cache  = header($res, 'Cache-Control') // '';
    return { error => $error{$status} // "status $status", cache => $cache }
        if $status != 0;
    my $text   = oracle($res->{body}, $ca, [$serial], @args);
    my $fields = fields_of($res->{body});
    my $single = $fields->{singles}[0];
    my ($sent) = certificates_of($res->{body});
    my %said = (text => $text, cache => $cache, max_age => max_age($res),
        map({ $_ => $single->{$_} } qw(status reason reason_code revoked this next)),
        by => $fields->{by}, produced => $fields->{produced},
        sent => defined $sent ? common_name_of($sent) : '',
        nonce => ($fields->{extensions}{$nonce} // {})->{value} // '',
        extensions        => $fields->{extensions},
        single_extensions => $single->{extensions},
        extended => index($res->{body}, $extended_revoke) >= 0 ? 1 : 0,
        verified => $text =~ /Response verify OK/ ? 1 : 0);
    $said{lasts} = ($said{next} // 0) - ($said{produced} // 0);
    return \%said;
}

# ask(PORT, CA, SERIAL, nonce => 1, args => [...]): by POST, taken apart.
sub ask {
    my ($port, $ca, $serial, %opt) = @_;
    my $der = request($ca, [$serial], $opt{nonce} ? '-nonce' : ());
    return take_apart(post($der, port => $port, path => '/'), $ca, $serial,
        @{ $opt{args} // [] });
}

1;
