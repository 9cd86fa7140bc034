# What else HTTP and httpd's own modules do to a request: a body that is no good, a
# condition, a range, an expiry. One request has one answer, and an error is one in
# full.
use strict;
use warnings;
use FindBin;
use IO::Compress::Gzip qw(gzip);
use MIME::Base64 qw(encode_base64);
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::Local qw(timegm);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $good    = request('b', [serial_good]);
my $foreign = request('foreign', [serial_good]);
my $nonce   = build_request(
    certids    => [certid('b', serial_good)],
    extensions => [der(0x30, der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"),
        der(0x04, der(0x04, 'n' x 16)))]
);

# --- bodies that cannot be read -------------------------------------------------------

sub chunk { return sprintf("%x\r\n", length $_[0]) . "$_[0]\r\n" }

# A POST of these fields and octets, and then nothing, on a connection that httpd
# is free to keep.
sub sent {
    my ($fields, $body, %opt) = @_;
    my $method = $opt{method} // 'POST';
    my $path = $opt{path} // '/';
    return raw($opt{port} // port('ocsp_limits'), "$method $path HTTP/1.1\r\nHost: x"
        . "\r\nContent-Type: application/ocsp-request\r\n$fields\r\n\r\n$body",
        %opt);
}

# One status line, one page, nothing that is OCSP's, and nothing to be kept.
sub is_refused {
    my ($res, $code, $name) = @_;
    my @status = $res->{raw} =~ m{HTTP/1\.[01] (\d{3})}g;
    is "@status", $code, "$name: one answer, $code";
    my $pages = () = $res->{raw} =~ /<html>/gi;
    is $pages, 1, "$name: one page";
    like $res->{body}, qr{</html>\s*\z}, "$name: and nothing behind it";
    like header($res, 'Content-Type'), qr{\Atext/html}, "$name: plain HTTP"; # R80
    unlike header($res, 'Cache-Control') // 'no-store', qr/max-age/,
        "$name: nothing to be kept";
    return;
}

# R6: behind a whole request too, which must not be answered
my $chunked = 'Transfer-Encoding: chunked';
for my $case (
    ['no number',           "zz\r\n$good\r\n0\r\n\r\n",            400],
    ['a negative number',   "-1\r\n$good\r\n0\r\n\r\n",            400],
    ['a number with a 0x',  "0x5\r\nhello\r\n0\r\n\r\n",           400],
    ['no number behind a whole request', chunk($good) . "zz\r\n",  400],
    ['no line end behind a chunk', "5\r\nhelloworld\r\n0\r\n\r\n", 400],
    ['a number of 17 digits', 'f' x 17 . "\r\n$good",              413],
    ['one chunk over LimitRequestBody', chunk('x' x 5000) . "0\r\n\r\n", 413],
    ['small chunks over LimitRequestBody', chunk('x' x 100) x 50 . "0\r\n\r\n",
        413],
    ['more than LimitRequestBody behind a whole request',
        chunk($good) . chunk('x' x 5000) . "0\r\n\r\n", 413],
) {
    my ($name, $body, $code) = @$case;
    is_refused(sent($chunked, $body), $code, "in chunks, $name");
    # what comes behind has no beginning
    my $more = "GET /" . get_path($good) . " HTTP/1.1\r\nHost: x\r\n\r\n";
    is_refused(sent($chunked, $body . $more), $code,
        "in chunks, $name, a GET behind it");
}
is_refused(sent('Content-Length: 5000', 'x' x 5000), 413,
    'a length over LimitRequestBody');
is_refused(sent('Content-Length: 5000', ''), 413,
    'a length over LimitRequestBody, nothing sent');
is_refused(sent("$chunked\r\nContent-Length: 5000\r\nConnection: close",
    chunk('x' x 20_000) . "0\r\n\r\n", port => port('ocsp_root')), 413,
    'in chunks, more than an OCSP request may have');
my $put = sent($chunked, "zz\r\n", method => 'PUT');
like join(' ', $put->{raw} =~ m{HTTP/1\.[01] (\d{3})}g), qr/\A40[05]\z/,
    'PUT with a body that is no good: one answer';

# R31: the end before the end
for my $case (
    ['a length', 'Content-Length: ' . (1 + length $good), $good],
    ['chunks', $chunked, chunk($good)],
    ['a chunk', $chunked, substr chunk($good), 0, -12],
) {
    my ($name, $fields, $body) = @$case;
    my $res = sent($fields, $body, half_close => 1);
    like join(' ', $res->{raw} =~ m{HTTP/1\.[01] (\d{3})}g), qr/\A(?:400)?\z/,
        "$name cut short: 400 or nothing";
    unlike $res->{raw}, qr{application/ocsp-response}, "$name cut short: not answered";
}

# mod_reqtimeout: the rest never comes, of which a server of its own gives up after 1 s
my $hasty = OCSPTest::Httpd->start('interplay',
    "RequestReadTimeout body=1\n" . issuer_section('b'));
for my $case (
    ['a length', 'Content-Length: ' . length $good, substr $good, 0, 20],
    ['chunks', $chunked, chunk(substr $good, 0, 20)],
) {
    my ($name, $fields, $body) = @$case;
    my $res = sent($fields, $body, port => $hasty->{port});
    if ($res->{raw} eq '') {
        pass "a body of $name that does not come: closed";
        next;
    }
    is_refused($res, 408, "a body of $name that does not come");
}
ok $hasty->stop, 'the server of its own ends when told to';
is ocsp_status(sent('Content-Length: ' . length($good) . "\r\nConnection: close",
    $good)->{body}), 0, 'and a body that comes is answered';

# --- bodies that a filter makes longer --------------------------------------------------

SKIP: {
    skip 'no mod_deflate', 4 if !Apache::Test::have_module('deflate');
    my $many = build_request(certids => [(certid('b', serial_good)) x 10]);
    gzip(\$many => \my $less) or die 'gzip';
    cmp_ok length $less, '<', length($many) / 2, 'a request that is compressed well';
    my @gzip = (path => '/inflate', headers => ['Content-Encoding' => 'gzip']);
    is ocsp_status(post($less, @gzip)->{body}), 0, 'by its length: answered';
    is ocsp_status(post(chunk($less) . "0\r\n\r\n", @gzip, no_length => 1, headers =>
        [@{ $gzip[3] }, 'Transfer-Encoding' => 'chunked'])->{body}), 0, 'in chunks: answered';
    my $huge = build_request(certids => [(certid('b', serial_good)) x 300]);
    gzip(\$huge => \$less) or die 'gzip';
    is post($less, @gzip)->{code}, 413, 'longer than OCSPMaxRequestSize: refused';
}

# --- conditions ------------------------------------------------------------------------

my $past   = 'Sat, 01 Jan 2000 00:00:00 GMT';
my $future = 'Fri, 01 Jan 2100 00:00:00 GMT';
my @conditions = (
    ['If-None-Match' => '*'], ['If-None-Match' => '"x"'],
    ['If-Match' => '*'], ['If-Match' => '"x"'],
    ['If-Modified-Since' => $past], ['If-Modified-Since' => $future],
    ['If-Unmodified-Since' => $past],
    [Range => 'bytes=0-1'], [Range => 'bytes=0-0,2-3'], [Range => 'bytes=9999-'],
    ['Request-Range' => 'bytes=0-1'],
    [Range => 'bytes=0-1', 'If-Range' => $future],
    ['If-None-Match' => '*', 'If-Match' => '"x"', Range => 'bytes=0-1'],
);

# what is asked => the octets that an answer has to have
my @lasting_not = (
    ['malformedRequest', 'MAAA',   qr/\A\x30\x03\x0a\x01\x01\z/],
    ['unauthorized',     $foreign, qr/\A\x30\x03\x0a\x01\x06\z/],
    ['tryLater', request('nocrl', [serial_good]), qr/\A\x30\x03\x0a\x01\x03\z/],
    ['an answer with a nonce', $nonce, qr/\A\x30\x82.*n{16}/s],
);
for my $case (@lasting_not) {
    my ($name, $der, $octets) = @$case;
    for my $condition (@conditions) {
        for my $method (qw(GET HEAD POST)) {
            my $res = $method eq 'POST' ? post($der, headers => $condition)
                : http($method, '/ocsp/' . get_path($der), headers => $condition);
            my $what = "$method with @$condition: $name";
            is $res->{code}, 200, "$what: 200"; # R74, R165
            if ($method eq 'HEAD') {
                is $res->{body}, '', "$what: no body";
            }
            else {
                like $res->{body}, $octets, "$what: whole";
                is header($res, 'Content-Length'), length $res->{body},
                    "$what: as long as it says";
            }
            is header($res, 'Content-Range'), undef, "$what: no part";
            is header($res, 'Cache-Control'), 'no-store', "$what: not to be stored";
        }
    }
}
# R11, R165: nor is a POST ever in part, or not modified
for my $condition (@conditions) {
    my $res = post($good, headers => $condition);
    is $res->{code}, 200, "POST with @$condition: 200";
    like oracle($res->{body}, 'b', [serial_good]), qr/verify OK.*: good/s,
        "POST with @$condition: whole";
}

# --- mod_expires ---------------------------------------------------------------------------

my @months = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my %month  = map { $months[$_] => $_ } 0 .. 11;

sub seconds {
    my ($day, $month, $year, $h, $m, $s)
        = ($_[0] // '') =~ /, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT\z/
        or return undef;
    return timegm($s, $m, $h, $day, $month{$month}, $year);
}

my @there = (port => port('ocsp_expires'));
for my $case (@lasting_not) {
    my ($name, $der) = @$case;
    for my $method (qw(GET HEAD POST)) {
        my $res = $method eq 'POST' ? post($der, path => '/', @there)
            : http($method, '/' . get_path($der), @there);
        my $what = "mod_expires, $method: $name";
        is header($res, 'Cache-Control'), 'no-store', "$what: no-store alone"; # R78
        my ($expires, $date)
            = map { seconds(header($res, $_)) } qw(Expires Date);
        ok defined $expires && defined $date && $expires <= $date,
            "$what: expires at once"; # R78
    }
}
for my $case (
    ['405', http('PUT', '/', @there)],
    ['413', post('x' x 20_000, path => '/', @there)],
    # this host takes URLs that are longer than OCSP's
    ['414', get(der(0x30, der(0x30, 'x' x 11_000)), path => '', @there)], # R24
    ['414', http('GET', '/M' . 'A' x 90_000, @there)],
) {
    my ($code, $res) = @$case;
    is $res->{code}, $code, "mod_expires, a $code";
    is header($res, 'Cache-Control'), 'no-store',
        "mod_expires, a $code: no-store alone";
    my ($expires, $date) = map { seconds(header($res, $_)) } qw(Expires Date);
    ok !defined $expires || $expires <= $date,
        "mod_expires, a $code: not to be kept";
}
is_refused(sent($chunked, "zz\r\n", @there), 400, 'mod_expires, a 400');
# R158, R160
for my $case (['GET', get($good, path => '', @there), get($good)],
    ['POST', post($good, path => '/', @there), post($good)]) {
    my ($method, $with, $without) = @$case;
    is header($with, 'Expires'), header($without, 'Expires'),
        "mod_expires, $method: a lasting answer expires as without";
    like header($with, 'Cache-Control'),
        qr/\Amax-age=\d+, public, no-transform, must-revalidate\z/,
        "mod_expires, $method: a lasting answer has our Cache-Control";
}
# it does work here
my $options = http('OPTIONS', '/', @there);
like header($options, 'Cache-Control') // '', qr/max-age=2/,
    'mod_expires is at work there';


# --- redirects (R7) ------------------------------------------------------------------------

# A whole site is redirected, and its error pages are URLs of it or of another one.
my $modules = Apache::Test::config()->apxs('LIBEXECDIR');
my $documents = join '', map { "ErrorDocument $_ /err.html\n" } 400, 403, 412, 413, 500;
my %at = map { $_ => free_port() } qw(off on rewritten);
my $hosts = join '', map { vhost($at{$_}, <<"END") } qw(off on);
OCSPQuickHandler $_
OCSPMaxRequestSize 200
RewriteEngine on
RewriteRule "^" "https://www.example.com/" [R=301,L]
$documents
ErrorDocument 405 https://www.example.com/other.html
ErrorDocument 414 https://www.example.com/other.html
ErrorDocument 416 https://www.example.com/other.html
<Location "/">
    SetHandler none
</Location>
<Location "/ocsp">
    SetHandler ocsp
</Location>
<Location "/ocsp/closed">
    Require all denied
</Location>
END
# U17: a CGI script's URL of before, on a machine whose files are denied
$hosts .= vhost($at{rewritten}, <<'END');
RewriteEngine on
RewriteRule "^/cgi-bin/ocsp\.cgi(.*)" "/ocsp$1" [PT]
RewriteRule "^/cgi-bin/other\.cgi(.*)" "/other$1" [PT]
AllowEncodedSlashes NoDecode
<Directory "/">
    Require all denied
</Directory>
<Location "/">
    SetHandler none
</Location>
<Location "/ocsp">
    SetHandler ocsp
</Location>
<Location "/ocsp/closed">
    Require all denied
</Location>
END
my $site = OCSPTest::Httpd->start('redirected',
    qq(LoadModule rewrite_module "$modules/mod_rewrite.so"\n) . issuer_section('b') . $hosts);
my $whole = get_path($good);
for my $how (qw(off on)) {
    my @to = (port => $at{$how});
    my $closed = $how eq 'on' ? 200 : 403;
    for my $case (
        [413, 'a POST that is too long', post('x' x 300, @to)],
        [413, 'chunks that are too long', sent($chunked, chunk('x' x 300) . "0\r\n\r\n", @to,
            path => '/ocsp')],
        [400, 'chunks that are none', sent($chunked, "zz\r\n", @to, path => '/ocsp')],
        [405, 'PUT', http('PUT', '/ocsp', @to)],
        [414, 'a GET that is too long', get(der(0x30, der(0x30, 'x' x 300)), @to)],
        [412, 'If-Match', http('GET', "/ocsp/$whole", @to, headers => ['If-Match' => '"x"'])],
        [qr/\A(?:200|416)\z/, 'a range beyond the end', http('GET', "/ocsp/$whole", @to,
            headers => [Range => 'bytes=99999-'])],
        [$closed, 'a location that is denied', post($good, @to, path => '/ocsp/closed')],
        [200, 'a request', post($good, @to)],
        [301, 'another URL', http('GET', '/', @to)],
    ) {
        my ($code, $name, $res) = @$case;
        like $res->{code}, ref $code ? $code : qr/\A$code\z/,
            "a redirected site, OCSPQuickHandler $how: $name: $code";
        is header($res, 'Location'), undef,
            "a redirected site, OCSPQuickHandler $how: $name: and no other place"
            if "$code" ne '301';
    }
}
# U17
my @old = (port => $at{rewritten});
my $raw = encode_base64(build_request(certids => [certid('b', '411BFFFFFF00')]), '');
like $raw, qr{//}, 'base64 with two slashes';
for my $case (
    ['POST', post($good, @old, path => '/cgi-bin/ocsp.cgi')],
    ['GET',  http('GET', "/cgi-bin/ocsp.cgi/$whole", @old)],
    ['GET behind a query', http('GET', "/cgi-bin/ocsp.cgi?ca=1/$whole", @old)],
) {
    my ($name, $res) = @$case;
    like oracle($res->{body}, 'b', [serial_good]), qr/verify OK.*: good$/ms,
        "a rewritten URL, $name: good";
}
is ocsp_status(http('GET', "/cgi-bin/ocsp.cgi/$raw", @old)->{body}), 0,
    'a rewritten URL, GET with two slashes: answered';
is post($good, @old, path => '/cgi-bin/ocsp.cgi/closed')->{code}, 403,
    'a rewritten URL: access rules of the location hold';
like post($good, @old, path => '/cgi-bin/other.cgi')->{code}, qr/\A40[34]\z/,
    'a URL that is rewritten to another location is httpd\'s';
ok $site->stop, 'it ends when told to';

done_testing;
