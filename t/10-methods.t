# Methods, sizes and framing that HTTP answers by itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;

my $good = request('a', [serial_good]);
my $path = '/ocsp/' . get_path($good);

# R3
for my $method (qw(PUT DELETE PATCH PROPFIND BREW)) {
    for my $target ('/ocsp', $path) {
        my $res = http($method, $target, body => $good);
        is $res->{code}, 405, "$method: not allowed";
        is join(',', sort split /, */, header($res, 'Allow') // ''),
            'GET,HEAD,OPTIONS,POST', "$method: what is allowed";
        like header($res, 'Cache-Control') // '', qr/no-store/,
            "$method: not to be stored";
        # R80
        isnt header($res, 'Content-Type') // '', 'application/ocsp-response',
            "$method: plain HTTP";
    }
}

# R3
my $options = http('OPTIONS', '/ocsp');
like $options->{code}, qr/\A20[04]\z/, 'OPTIONS';
is join(',', sort split /, */, header($options, 'Allow') // ''),
    'GET,HEAD,OPTIONS,POST', 'OPTIONS: what is allowed';
is $options->{body}, '', 'OPTIONS: no body';

# R3
my $trace = http('TRACE', $path);
is $trace->{code}, 200, 'TRACE is the core\'s';
is header($trace, 'Content-Type'), 'message/http', 'TRACE: content type';

# R2
# of an RSA signer: the signatures of others are not always of one length
my $rsa  = '/ocsp/' . get_path(request('b', [serial_good]));
my $get  = http('GET',  $rsa);
my $head = http('HEAD', $rsa);
is $head->{code}, 200, 'HEAD';
is $head->{body}, '',  'HEAD: no body';
is header($head, 'Content-Length'), length $get->{body},
    'HEAD: the length that GET has';

# R30
for my $case (
    ['a body over the limit', [], 'x' x 200_000],
    ['a valid request in front of too much', [], $good . 'x' x 200_000],
) {
    my ($name, $headers, $body) = @$case;
    my $res = post($body, headers => $headers);
    is $res->{code}, 413, "$name: too large";
    like header($res, 'Cache-Control') // '', qr/no-store/,
        "$name: not to be stored";
}
my $chunk = sprintf("%x\r\n", 8000) . 'x' x 8000 . "\r\n";
is post($chunk x 25 . "0\r\n\r\n", no_length => 1,
    headers => ['Transfer-Encoding' => 'chunked'])->{code}, 413,
    'a body in chunks over the limit: too large';

# R30: what is announced is refused before it comes
my $announced = raw(port(), "POST /ocsp HTTP/1.1\r\nHost: x\r\n"
    . "Content-Length: 2000000000\r\nConnection: close\r\n\r\n", half_close => 1);
is $announced->{code}, 413, 'two gigabytes announced: too large at once';

# R6
my $expect = raw(port(), "POST /ocsp HTTP/1.1\r\nHost: x\r\nExpect: 100-continue"
    . "\r\nContent-Length: 2000000\r\nConnection: close\r\n\r\n");
is $expect->{code}, 413, '2 MB announced with Expect: too large';
is "@{ $expect->{interim} }", '', '2 MB announced with Expect: no 100 before';
my $continue = post($good, headers => [Expect => '100-continue']);
is "@{ $continue->{interim} }", '100', 'a fitting body is asked for by 100';

# R24
for my $length (9000, 20_000) {
    my $res = http('GET', '/ocsp/M' . 'A' x $length);
    is $res->{code}, 414, "a GET of $length octets: URI too long";
}

# R31: the client goes away in the middle, the next one is served
my $short = raw(port(), "POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: "
    . length($good) . "\r\nConnection: close\r\n\r\n" . substr($good, 0, 20),
    half_close => 1);
unlike substr($short->{body}, 0, 12), qr/\A\x30\x82..\x0a\x01\x00/s,
    'a body that ends early is not answered';
like oracle(post($good)->{body}, 'a', [serial_good]), qr/verify OK.*good/s,
    'and the next request is';

done_testing;
