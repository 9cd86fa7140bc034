# POST: what carries a request and what does not keep it from being answered.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;

my $good    = request('a', [serial_good]);
my $revoked = request('a', [serial_compromised]);

# asks for the good certificate of a; the name says in which way
sub is_good {
    my ($res, $name) = @_;
    is $res->{code}, 200, "$name: HTTP status";
    is header($res, 'Content-Type'), 'application/ocsp-response',
        "$name: content type"; # R8
    my $text = oracle($res->{body}, 'a', [serial_good]);
    like $text, qr/Response verify OK.*0x2001: good/s, "$name: good, verified";
    return;
}

is_good(post($good), 'POST'); # R1
like oracle(post($revoked)->{body}, 'a', [serial_compromised]),
    qr/Response verify OK.*0x1001: revoked/s,
    'the same path answers revoked for another certificate';

# R32
for my $path ('/ocsp', '/ocsp/', '/ocsp/anything/at%20all', '/ocsp/ca1',
    '/ocsp?query') {
    is_good(post($good, path => $path), "POST to $path");
}
is_good(post($good, port => port('ocsp_root'), path => $_),
    "POST to $_ of a host that is a responder as a whole")
    for '/', '//', '/x';

# R28, R29
for my $type (
    'application/ocsp-request',
    'Application/OCSP-Request',
    'application/ocsp-request; charset=binary',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
) {
    is_good(post($good, type => $type), "content type $type");
}
is_good(post($good, type => undef), 'no content type');

# R10
for my $accept (['Accept', 'text/html'], ['Accept-Encoding', 'gzip, br'],
    ['Accept-Language', 'fr']) {
    my $res = post($good, headers => $accept);
    is_good($res, "@$accept");
    is header($res, 'Content-Encoding'), undef, "@$accept: not encoded";
    is header($res, 'Vary'), undef, "@$accept: does not vary";
}

# R11
my $range = post($good, headers => [Range => 'bytes=0-3']);
is_good($range, 'Range on a POST is ignored');

# R4, R5
my $old = post($good, version => '1.0');
is_good($old, 'HTTP/1.0');
is header($old, 'Content-Length'), length $old->{body},
    'HTTP/1.0: Content-Length is that of the body';
is header($old, 'Transfer-Encoding'), undef, 'HTTP/1.0: no transfer coding';
is_good(post($good, version => '1.0', host => undef), 'HTTP/1.0 without Host');
is_good(post($good, version => '1.0', host => 'ocsp.example.com:80'),
    'HTTP/1.0 with a port in Host');

# R9
my @odd = grep { !/^[A-Za-z0-9-]+$/ } map { keys %{ $_->{headers} } }
    post($good), $old;
is "@odd", '', 'field names hold letters, digits and hyphens only';

# R6
sub chunked {
    my ($der, $size) = @_;
    my $body = '';
    while (length $der) {
        my $piece = substr $der, 0, $size, '';
        $body .= sprintf("%x\r\n", length $piece) . "$piece\r\n";
    }
    return "${body}0\r\n\r\n";
}
for my $size (1, 7, 1000) {
    is_good(
        post(
            chunked($good, $size),
            no_length => 1,
            headers   => ['Transfer-Encoding' => 'chunked']
        ),
        "a body in chunks of $size"
    );
}
my $continue = post($good, headers => [Expect => '100-continue']);
is_good($continue, 'Expect: 100-continue');

# R7
my $host = port('ocsp_redirect');
is http('GET', '/elsewhere', port => $host)->{code}, 301,
    'a host that sends everybody to https does so';
is_good(post($good, port => $host, path => $_), "and yet answers POST to $_")
    for '/ocsp', '/ocsp/';
is_good(get($good, port => $host), 'and yet answers GET');

is_good(post($good, port => port('ocsp_synonym'), path => '/'),
    'SetHandler application/ocsp-request');
is_good(post($good, port => port('ocsp_denied'), path => '/'),
    'a host whose file system is denied');
is post($good, port => port('ocsp_denied'), path => '/closed')->{code}, 403,
    'a location that is denied stays denied';

# two requests over one connection: the first body is read whole
my $two = sprintf "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s",
    length $good, $good;
my $close = sprintf
    "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close"
    . "\r\n\r\n%s", length $revoked, $revoked;
my $both = raw(port(), $two . $close);
my ($first, $rest) = unpack 'a' . header($both, 'Content-Length') . ' a*',
    $both->{body};
like oracle($first, 'a', [serial_good]), qr/verify OK.*good/s,
    'the first of two requests over one connection';
like oracle(OCSPTest::parse_http($rest)->{body}, 'a', [serial_compromised]),
    qr/verify OK.*revoked/s, 'the second of two requests over one connection';

done_testing;
