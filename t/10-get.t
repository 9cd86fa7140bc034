# GET: every form in which the base64 of a request arrives (t/REQUIREMENTS section B).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MIME::Base64 qw(encode_base64);
use Test::More;
use OCSPTest;

# Requests whose base64 holds what servers stumble over: a nonce is random, so ask
# until one does. Returns the base64, padding included.
sub request_with {
    my ($what) = @_;
    my $certid = certid('a', serial_good);
    for my $n (1 .. 20000) {
        # of any length modulo 3: each has its own padding
        my $nonce = der(0x04,
            join '', map { chr int rand 256 } 1 .. 16 + $n % 3);
        my $extension = der(0x30,
            der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"),
            der(0x04, $nonce));
        my $base64 = encode_base64(
            build_request(certids => [$certid], extensions => [$extension]), '');
        return $base64 if $base64 =~ $what;
    }
    die "no request with $what";
}

sub is_good {
    my ($res, $name) = @_;
    is $res->{code}, 200, "$name: HTTP status";
    like oracle($res->{body}, 'a', [serial_good]),
        qr/Response verify OK.*0x2001: good/s, "$name: good, verified";
    return;
}

my $plain   = encode_base64(request('a', [serial_good]), '');
my $slashes = request_with(qr{//});
my $slash   = request_with(qr{[^/]/[^/]});
my $plus    = request_with(qr{\+});
my $padded  = request_with(qr{==\z});
my $padded1 = request_with(qr{[^=]=\z});
my $all     = request_with(qr{\A(?=.*//)(?=.*\+).*=\z}s);
my $trail   = request_with(qr{/\z});

my @servers = (
    ['ocsp_root',     ''],
    [undef,           '/ocsp'],
    [undef,           '/ocsp/ca1'],
    ['ocsp_denied',   ''],
    ['ocsp_synonym',  ''],
    ['ocsp_redirect', '/ocsp'],
);

sub escaped {
    my ($base64, $format) = @_;
    $base64 =~ s/([+\/=])/sprintf $format, ord $1/ge;
    return $base64;
}

for my $server (@servers) {
    my ($vhost, $prefix) = @$server;
    my $where = ($vhost // 'server') . " $prefix/";
    my @port  = (port => port($vhost));
    my @cases = (
        ['plain',                 "/$plain"],
        ['%2B %2F %3D',           '/' . escaped($all, '%%%02X')],    # R12, R13
        ['%2b %2f %3d',           '/' . escaped($all, '%%%02x')],    # R12
        ['raw + / =',             "/$all"],                          # R14
        ['raw /',                 "/$slash"],                        # R14
        ['raw //',                "/$slashes"],                      # R15
        ['raw +',                 "/$plus"],                         # R14
        ['a doubled slash before', "//$all"],                        # R16
        ['a doubled slash before an escaped one',
            '//' . escaped($all, '%%%02X')],                         # R16
        ['three slashes before',  "///$plain"],                      # R16
        ['no padding of two',     '/' . ($padded =~ s/=+\z//r)],     # R19
        ['no padding of one',     '/' . ($padded1 =~ s/=+\z//r)],    # R19
        ['base64url',             '/' . ($all =~ tr{+/}{-_}r)],      # R19
        ['%20 for +',             '/' . ($all =~ s/\+/%20/gr)],      # R20
        ['%0D%0A within',         '/' . ($plain =~ s/\A(.{20})/$1%0D%0A/r)],
        ['%252B %252F %253D',     '/' . escaped($all, '%%25%02X')],  # R21
        ['a slash behind padding', "/$padded/"],                     # R22
        ['a slash that is data',  "/$trail"],                        # R22
        ['a query',               "/$plain?x=/y"],                   # R24
    );
    for my $case (@cases) {
        my ($name, $path) = @$case;
        is_good(http('GET', $prefix . $path, @port), "$where with $name");
    }
}

# R17
is http('GET', "/ocsp10/$plain")->{code}, 404,
    'a longer name is not the prefix';
is_good(http('GET', "/%6fcsp/$plain"), 'an escaped prefix is the prefix');

# W3: a client that appends to a URL with a query; HTTP caches may leave that out of
# their keys
for my $case (
    ['a query in front',          "/ocsp?ca=1/$all"],
    ['a query in front, escaped', '/ocsp?ca=1%2F' . escaped($all, '%%%02X')],
    ['a query in front, two slashes', "/ocsp?ca=1//$all"],
    ['nothing but a query',       "/ocsp?$plain"],
) {
    my ($name, $path) = @$case;
    my $res = http('GET', $path);
    is_good($res, $name);
    is header($res, 'Cache-Control'), 'no-store', "$name: not to be stored";
    is header($res, 'ETag'), undef, "$name: nor to be asked for again";
}
# R24: the path counts
is_good(http('GET', "/ocsp/$plain?ca=1/"
    . encode_base64(request('a', [serial_compromised]), '')), 'a request in path and query');

# R18
my $port = port();
is_good(http('GET', "http://127.0.0.1:$port/ocsp/$all"), 'an absolute target');
is_good(http('GET', "http://127.0.0.1:$port/ocsp//$all"),
    'an absolute target with a doubled slash');

# R4, R5
is_good(http('GET', "/ocsp/$all", version => '1.0', host => undef),
    'HTTP/1.0 without Host');

# R26
is_good(
    http('GET', "/ocsp/$plain",
        headers => ['Content-Type' => 'application/ocsp-request']),
    'a content type on a GET'
);
is_good(
    http('GET', "/ocsp/$plain", body => request('a', [serial_compromised])),
    'a body on a GET: the path counts'
);

# R10
my $gzip = http('GET', "/ocsp/$plain", headers => ['Accept-Encoding' => 'gzip']);
is_good($gzip, 'Accept-Encoding: gzip');
is header($gzip, 'Content-Encoding'), undef, 'not encoded';
is header($gzip, 'Vary'), undef, 'does not vary';
unlike header($gzip, 'ETag'), qr/gzip/, 'no suffix in the ETag';

# R1
like oracle(get(request('a', [serial_compromised]))->{body}, 'a',
    [serial_compromised]), qr/verify OK.*revoked/s,
    'GET answers revoked as POST does';

# R23
my @many = map { sprintf '3%03X', $_ } 1 .. 10;
my $long = get(request('a', \@many));
cmp_ok length get_path(request('a', \@many)), '>', 255, 'a URL over 255 octets';
my $text = oracle($long->{body}, 'a', \@many);
like $text, qr/Response verify OK/, 'is answered';
is scalar(() = $text =~ /: good$/mg), 10, 'for each of ten certificates';

# R25
for my $path ('/ocsp', '/ocsp/', '/ocsp/ca1', '/ocsp/ca1/') {
    my $res = http('GET', $path);
    isnt $res->{code}, 500, "GET $path, the bare prefix, is no server error";
    ok length $res->{body} < 1000, "GET $path: a small answer";
    unlike substr($res->{body}, 0, 12), qr/\A\x30\x82..\x0a\x01\x00/s,
        "GET $path: nothing was signed";
}

# R27
for my $case (
    ['characters outside base64',  '/ocsp/' . ($plain =~ s/\A(.{9})/$1!/r)],
    ['%00 within',                 '/ocsp/' . ($plain =~ s/\A(.{9})/$1%00/r)],
    ['a bad escape',               '/ocsp/' . ($plain =~ s/\A(.{9})/$1%zz/r)],
    ['a cut escape',               "/ocsp/$plain%"],
    ['data behind the padding',    "/ocsp/${padded}AAAA"],
    ['a path upwards',             "/ocsp/$plain/../../etc/passwd"],
    ['an escaped path upwards',    "/ocsp/%2e%2e/%2e%2e/etc/passwd"],
    ['one octet too few',          '/ocsp/' . encode_base64(
        substr(request('a', [serial_good]), 0, -1), '')],
    ['one octet too many',         '/ocsp/' . encode_base64(
        request('a', [serial_good]) . "\0", '')],
    ['words',                      '/ocsp/hello/world'],
    ['base64 of nothing like it',  '/ocsp/MAAA'],
) {
    my ($name, $path) = @$case;
    my $res = http('GET', $path);
    ok is_error($res, MALFORMED) || $res->{code} =~ /^4/,
        "$name: malformedRequest or 4xx"
        or diag "HTTP $res->{code}, ", unpack 'H*', substr $res->{body}, 0, 40;
}

done_testing;
