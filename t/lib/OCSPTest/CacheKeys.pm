# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# URLs that an HTTP cache could take for one another: two certificates whose requests
# differ only in where two slashes stand, and the forms in which clients send them.
package OCSPTest::CacheKeys;

use strict;
use warnings;
use Exporter 'import';
use MIME::Base64 qw(encode_base64);
use OCSPTest;

our @EXPORT = qw(alike base64_of forms);

sub base64_of { my ($ca, $serial) = @_; return encode_base64(request($ca, [$serial]), '') }

# alike(CA): two serial numbers. The base64 of their requests has AA//AA/A and AA/AA//A
# at one place, and is the same everywhere else.
sub alike {
    my ($ca) = @_;
    for my $lead (0 .. 2) {
        my ($one, $two) = map { '41' . '42' x $lead . $_ . '43' }
            '000FFF000FC0', '000FC003FFC0';
        return ($one, $two) if base64_of($ca, $one) =~ m{//AA/};
    }
    die "$ca: no request has the two slashes";
}

# forms(BASE64, BASE64 of another request, PORT): targets of a GET by what they are.
# The responder answers each of them about the first request.
sub forms {
    my ($base64, $other, $port) = @_;
    return (
        'as it is'           => "/$base64",
        'escaped'            => '/' . $base64 =~ s{/}{%2F}gr,
        'escaped in small letters' => '/' . $base64 =~ s{/}{%2f}gr,
        'escaped twice'      => '/' . $base64 =~ s{/}{%252F}gr,
        'the first escaped'  => '/' . $base64 =~ s{/}{%2F}r,
        'base64url'          => '/' . $base64 =~ tr{+/}{-_}r,
        'no padding'         => '/' . $base64 =~ s/=+\z//r,
        'spaces for pluses'  => '/' . $base64 =~ s/\+/%20/gr,
        'a slash in front'   => "//$base64",
        'a path in front'    => "/x//y/$base64",
        'a dot in front'     => "/./$base64",
        'a letter escaped'   => '/%4D' . substr($base64, 1),
        'a query'            => "/$base64?x=1",
        'a query with the other one' => "/$base64?sid=$other",
        'behind a query'     => "/?ca=1/$base64", # W3
        'behind a session'   => "/?sid=1/$base64",
        'an absolute target' => "http://x:$port/$base64",
    );
}

1;
