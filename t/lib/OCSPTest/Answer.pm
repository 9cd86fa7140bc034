# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# An answer taken apart by `openssl ocsp`: what its fields say, and until when.
package OCSPTest::Answer;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest;
use Time::Local qw(timegm);

our @EXPORT = qw(ask take_apart seconds);

my %error = (MALFORMED, 'malformedRequest', INTERNAL_ERROR, 'internalError',
    TRY_LATER, 'tryLater', UNAUTHORIZED, 'unauthorized');

# RFC 6960 section 4.4.8: NULL, not critical
my $extended_revoke = der(0x30, der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x09"),
    der(0x04, "\x05\x00"));

my $n      = 0;
my %months = map { $_ => $n++ }
    qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);

# "Nov 21 06:05:01 2026 GMT" in seconds since 1970; undef: no time.
sub seconds {
    my ($text) = @_;
    my ($month, $day, $h, $m, $s, $year)
        = ($text // '') =~ /(\w{3}) +(\d+) (\d\d):(\d\d):(\d\d) (\d{4}) GMT/
        or return undef;
    return timegm($s, $m, $h, $day, $months{$month}, $year);
}

# The cap that a cache is given; undef: none.
sub max_age {
    my ($res) = @_;
    return (header($res, 'Cache-Control') // '') =~ /\bmax-age=(\d+)/
        ? $1 : undef;
}

# take_apart(HTTP answer, CA, SERIAL, more arguments of `openssl ocsp`...):
# {error => name} of an error, else
# {status, reason, revoked, this, next, produced => seconds, lasts => seconds from
# producedAt to nextUpdate, by => key|name, id => of the responder, sent => subject
# of the certificate with it or '', nonce => hex or '', extended => 1 if extended
# revoke is said, verified, max_age, cache => Cache-Control, text}
sub take_apart {
    my ($res, $ca, $serial, @args) = @_;
    my $status = ocsp_status($res->{body});
    my $cache  = header($res, 'Cache-Control') // '';
    return { error => $error{$status} // "status $status", cache => $cache }
        if $status != 0;
    my $text = oracle($res->{body}, $ca, [$serial], '-resp_text', @args);
    my %said = (text => $text, cache => $cache, max_age => max_age($res));
    $said{verified} = $text =~ /Response verify OK/ ? 1 : 0;
    ($said{status}) = $text =~ /^\s*Cert Status: (\w+)/m;
    ($said{reason}) = $text =~ /^\s*Revocation Reason: (\w+)/m;
    ($said{id})     = $text =~ /^\s*Responder Id: (.*)/m;
    $said{by}   = ($said{id} // '') =~ /^[0-9A-F]{40}$/ ? 'key' : 'name';
    ($said{sent}) = $text =~ /^\s*Subject: .*?CN ?= ?(.*)/m;
    $said{sent} //= '';
    ($said{nonce}) = $text =~ /OCSP Nonce:\s*\n\s*([0-9A-F]+)/;
    $said{nonce} //= '';
    # openssl has several names for it
    $said{extended} = index($res->{body}, $extended_revoke) >= 0 ? 1 : 0;
    for my $field ([revoked => 'Revocation Time'], [this => 'This Update'],
        [next => 'Next Update'], [produced => 'Produced At']) {
        my ($name, $words) = @$field;
        $said{$name} = seconds($text =~ /^\s*$words: (.*)/m ? $1 : undef);
    }
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
