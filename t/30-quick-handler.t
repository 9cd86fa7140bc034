# OCSPQuickHandler: what is answered before httpd has looked at access rules and
# files is to the octet what would have been answered without; and what is not ours
# is httpd's, as ever. Each request is sent to two virtual hosts, of which one is
# quick and the other is not, and the answers are held against each other.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MIME::Base64 qw(encode_base64);
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('quick');
my $log = "$dir/access";
OCSPTest::PKI::spew("$dir/static.txt", "not the module's\n");
mkdir "$dir/$_" for qw(listed elsewhere);
OCSPTest::PKI::spew("$dir/listed/index.orq", "not the module's either\n");
OCSPTest::PKI::spew("$dir/elsewhere/x.txt", "nor this\n");

my $good    = request('b', [serial_good]);
my $revoked = request('b', [serial_compromised]);
my $foreign = request('foreign', [serial_good]);
my $path    = '/' . get_path($good);
OCSPTest::PKI::spew("$dir/page.shtml",
    qq(<!--#include virtual="/ocsp$path" -->\n<!--#include virtual="/static.txt" -->\n));

# --- two hosts of everything ------------------------------------------------------------

# Modules that the suites do without.
my $modules = Apache::Test::config()->apxs('LIBEXECDIR');
my $load = join '', map { qq(LoadModule ${_}_module "$modules/mod_$_.so"\n) }
    qw(include proxy proxy_http rewrite);

my %port = map { ("$_ off" => free_port(), "$_ on" => free_port()) } qw(root mixed forward hasty);
my @inherit = qw(silent own);
$port{$_} = free_port() for @inherit;

my %site = (
    # the whole host, as OCSPTest's configuration has it
    root => <<"END",
LimitRequestBody 4000
<Location "/static.txt">
    SetHandler default-handler
</Location>
<Location "/closed">
    Require all denied
</Location>
<Location "/none">
    SetHandler none
</Location>
END
    # a part of a host, among all that httpd's modules do to URLs
    mixed => <<"END",
<Location "/">
    SetHandler none
</Location>
<Location "/ocsp">
    SetHandler ocsp
</Location>
<Location "/synonym">
    SetHandler application/ocsp-request
</Location>
<Location "/forced">
    ForceType application/ocsp-request
</Location>
<Location "/expr">
    SetHandler "%{tolower:OCSP}"
</Location>
<Location "/never">
    SetHandler "%{tolower:NONE}"
</Location>
<Location "/if/">
    <If "true">
        SetHandler ocsp
    </If>
</Location>
<If "%{REQUEST_URI} =~ m#^/ifexpr/#">
    SetHandler ocsp
</If>
<Location "/ocsp/taken">
    <If "%{REQUEST_METHOD} == 'GET'">
        SetHandler none
    </If>
</Location>
<Location "/listed/index.orq">
    SetHandler ocsp
</Location>
<Location "/page.shtml">
    SetHandler default-handler
    ForceType text/html
    SetOutputFilter INCLUDES
    Options +Includes
</Location>
<Location "/else">
    SetHandler "proxy:http://127.0.0.1:$port{'root off'}"
</Location>
ProxyPass "/passed" "http://127.0.0.1:$port{'root off'}"
ProxyPass "/ocsp/passed" "http://127.0.0.1:$port{'root off'}"
Alias "/aliased" "$dir/elsewhere"
Redirect permanent "/ocsp/moved" "https://www.example.com/"
Redirect permanent "/moved" "https://www.example.com/"
RewriteEngine on
RewriteRule "^/ocsp/forbidden" "-" [F]
RewriteRule "^/forbidden" "-" [F]
RewriteRule "^/inside(/.*)" "/ocsp\$1" [PT]
DirectoryIndex index.orq
AddType application/ocsp-request .orq
ErrorDocument 404 "/ocsp/MAAA"
ErrorDocument 403 "/static.txt"
END
    forward => "ProxyRequests on\n",
    # bodies have a second: for the one that never comes
    hasty => "RequestReadTimeout body=1\n",
);

my $text = qq($load
ExtendedStatus on
DocumentRoot "$dir"
LogFormat "%{local}p %m %>s %B %{X-Mark}i" quick
<IfModule mod_deflate.c>
    SetOutputFilter DEFLATE
</IfModule>
) . issuer_section('b') . issuer_section('a') . issuer_section('nocrl');
for my $site (sort keys %site) {
    for my $how (qw(on off)) {
        $text .= vhost($port{"$site $how"},
            qq(OCSPQuickHandler $how\nCustomLog "$log" quick\n$site{$site}));
    }
}
my $httpd = OCSPTest::Httpd->start('quick', $text, processes => 2, threads => 6);

# --- holding one against the other --------------------------------------------------------

# All of an answer but when it was sent, which is also when an error expires, and from
# which port.
sub essence {
    my ($port, $raw) = @_;
    my %sent = map { $_ => 1 } $raw =~ /^Date: ([^\r]*)/mg;
    $raw =~ s/^Expires: \K([^\r]*)/$sent{$1} ? 'DATE' : $1/mge;
    return $raw =~ s/^Date: [^\r]*\r\n//mgr =~ s/\b$port\b/PORT/gr;
}

# A response may be renewed, and the second change, between two answers: what differs
# then is the same at the next try.
sub is_alike {
    my ($name, $site, $code) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($off, $on);
    for my $try (1 .. 10) {
        ($off, $on) = map { essence($_, $code->($_)->{raw}) }
            map { $port{"$site $_"} } qw(off on);
        last if $off eq $on;
    }
    ok length $off || $name =~ /nothing/, "$name: there is an answer";
    ok $off eq $on, "$name: the same"
        or diag map { s/[^ -~\n]/./gr =~ s/^(.{600}).*/$1/sr } "off:\n$off\non:\n$on";
    return $on;
}

# sent(NAME, BYTES): on a connection that is not kept
sub sent {
    my ($name, $bytes, %opt) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is_alike($name, $opt{site} // 'root',
        sub { raw($_[0], $bytes =~ s/\bPORT\b/$_[0]/gr, %opt) });
}

sub message {
    my ($method, $target, $fields, $body, $version) = @_;
    $version //= '1.1';
    my @fields = @{ $fields // [] };
    push @fields, 'Content-Length: ' . length $body
        if defined $body && !grep { /^(?:Content-Length|Transfer-Encoding)/ } @fields;
    return join("\r\n", "$method $target HTTP/$version", 'Host: ocsp.example.com',
        @fields, 'Connection: close', '', '') . ($body // '');
}

my $oid_nonce = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
my $nonce = build_request(certids => [certid('b', serial_good)],
    extensions => [der(0x30, $oid_nonce, der(0x04, der(0x04, 'n' x 16)))]);
my $plain   = encode_base64($good, '');
my $escaped = $path;
my $etag = header(http('GET', $path, port => $port{'root off'}), 'ETag');

# --- GET and HEAD ---------------------------------------------------------------------------

my $first = sent('GET', message('GET', $path));
like $first, qr{\AHTTP/1\.1 200 OK\r\n}, 'GET: 200';
like oracle(OCSPTest::parse_http($first)->{body}, 'b', [serial_good]),
    qr/Response verify OK.*: good$/ms, 'GET: verified';
for my $case (
    ['raw base64',            "/$plain"],
    ['escapes in small letters', $path =~ s/%([0-9A-F]{2})/'%' . lc $1/ger],
    ['escaped twice',         $path =~ s/%/%25/gr],
    ['a doubled slash',       "/$path"],
    ['three slashes',         "//$path"],
    ['base64url, unpadded',   '/' . ($plain =~ tr{+/}{-_}r =~ s/=+\z//r)],
    ['a query',               "$path?x=/y"],
    ['an absolute target',    "http://ocsp.example.com$path"],
    ['one with a prefix',     "/any/thing$path"],
    ['the bare root',         '/'],
    ['one that is revoked',   '/' . get_path($revoked)],
    ['a nonce',               '/' . get_path($nonce)],
    ['several certificates',  '/' . get_path(request('b', [serial_good, '2002']))],
    ['a foreign CA',          '/' . get_path($foreign)],
    ['a CA without a CRL',    '/' . get_path(request('nocrl', [serial_good]))],
    ['words',                 '/hello/world'],
    ['cut base64',            substr $path, 0, 40],
    ['a NUL',                 "/$plain%00"],
    ['a path upwards',        "$path/../../etc/passwd"],
    ['an escaped path upwards', '/%2e%2e/%2e%2e/etc/passwd'],
    ['9000 octets',           '/M' . 'A' x 9000],
    ['8000 octets',           '/M' . 'A' x 8000],
    ['a fragment',            "$path#x"],
    ['an asterisk',           '*'],
) {
    my ($name, $target) = @$case;
    sent("$_ with $name", message($_, $target)) for qw(GET HEAD);
}
# R27: malformedRequest, or httpd's own 400 where it has looked at the escapes
for my $how (qw(off on)) {
    my $res = http('GET', "$path%zz", port => $port{"root $how"});
    ok is_error($res, MALFORMED) || $res->{code} == 400, "GET with a bad escape, $how: refused";
}
for my $case (
    ['If-None-Match',              "If-None-Match: $etag"],
    ['If-None-Match, weak',        "If-None-Match: W/$etag"],
    ['If-None-Match, a list',      qq(If-None-Match: "x", $etag)],
    ['If-None-Match, *',           'If-None-Match: *'],
    ['If-None-Match, another',     'If-None-Match: "x"'],
    ['If-Match, another',          'If-Match: "x"'],
    ['If-Modified-Since, later',   'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'],
    ['If-Modified-Since, before',  'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT'],
    ['If-Unmodified-Since',        'If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT'],
    ['Range',                      'Range: bytes=0-9'],
    ['Range, several',             'Range: bytes=0-0,2-3'],
    ['Range beyond the end',       'Range: bytes=99999-'],
    ['If-Range',                   'Range: bytes=0-9', "If-Range: $etag"],
    ['Accept-Encoding',            'Accept-Encoding: gzip, br'],
    ['Accept',                     'Accept: text/html'],
    ['Content-Type on a GET',      'Content-Type: application/ocsp-request'],
    ['another Host',               'X-Forwarded-Host: other.example.com'],
) {
    my ($name, @fields) = @$case;
    sent("$_ with $name", message($_, $path, \@fields)) for qw(GET HEAD);
    sent("POST with $name", message('POST', '/', \@fields, $good));
}
like sent('GET, not modified', message('GET', $path, ["If-None-Match: $etag"])),
    qr{\AHTTP/1\.1 304 }, 'GET, not modified: 304';
sent('a body on a GET', message('GET', $path, [], $revoked));
sent('HTTP/1.0', "GET $path HTTP/1.0\r\n\r\n");
sent('HTTP/1.0 with a port in Host', "GET $path HTTP/1.0\r\nHost: x:80\r\n\r\n");
sent('HTTP/1.0, POST', "POST / HTTP/1.0\r\nContent-Length: " . length($good)
    . "\r\n\r\n$good");
sent('HTTP/1.1 without Host', "GET $path HTTP/1.1\r\nConnection: close\r\n\r\n");
sent('HTTP/0.9', "GET $path\r\n\r\n");

# --- other methods --------------------------------------------------------------------------

for my $method (qw(PUT DELETE PATCH PROPFIND BREW OPTIONS TRACE)) {
    sent("$method $_", message($method, $_)) for '/', $path;
}
sent('PUT with a body', message('PUT', '/', [], $good));
sent('OPTIONS of everything', message('OPTIONS', '*'));

# --- POST -----------------------------------------------------------------------------------

sub chunked {
    my ($der, $size) = @_;
    my $body = '';
    $body .= sprintf("%x\r\n", length $_) . "$_\r\n" for unpack "(a$size)*", $der;
    return "${body}0\r\n\r\n";
}

my $chunks = 'Transfer-Encoding: chunked';
for my $case (
    ['POST',                        $good],
    ['POST of one revoked',         $revoked],
    ['POST with a nonce',           $nonce],
    ['POST to a foreign CA',        $foreign],
    ['POST for one without a CRL',  request('nocrl', [serial_good])],
    ['POST for several',            request('b', [serial_good, serial_compromised])],
    ['POST of nothing',             ''],
    ['POST of words',               'hello'],
    ['POST of base64',              $plain],
    ['POST with an octet more',     "$good\0"],
    ['POST of 3000 octets',         'x' x 3000],
    ['POST of 5000 octets, over LimitRequestBody', 'x' x 5000],
    ['POST of 20000 octets',        'x' x 20_000],
    ['POST in chunks',              chunked($good, 7), $chunks],
    ['POST in one chunk',           chunked($good, 1000), $chunks],
    ['POST in chunks, too long',    chunked('x' x 20_000, 900), $chunks],
    ['POST in chunks, no number',   "zz\r\n$good\r\n0\r\n\r\n", $chunks],
    ['POST in chunks, no number behind it', chunked($good, 1000) =~ s/0\r\n\r\n\z/zz\r\n/r,
        $chunks],
    ['POST in chunks with a trailer', chunked($good, 50) =~ s/\r\n\z/X: y\r\n\r\n/r,
        $chunks],
    ['POST in an unknown coding',   $good, 'Transfer-Encoding: strange'],
    ['POST with Expect',            $good, 'Expect: 100-continue'],
    ['POST with another Expect',    $good, 'Expect: strange'],
    ['POST, too long, with Expect', '', 'Expect: 100-continue', 'Content-Length: 2000000'],
    ['POST with no length that is one', $good, 'Content-Length: x'],
    ['POST with two lengths',       $good, 'Content-Length: 5', 'Content-Length: 6'],
    ['POST with a type',            $good, 'Content-Type: text/plain'],
) {
    my ($name, $body, @fields) = @$case;
    sent($name, message('POST', '/', \@fields, $body));
}
sent("POST to $_", message('POST', $_, [], $good)) for '//', '/x/y', '/?q', $path;

# R31: the end before the end
my $long = 'Content-Length: ' . (5 + length $good);
for my $case (
    ['a body cut short, nothing or an error', $long, $good],
    ['chunks cut short, nothing or an error', $chunks, substr chunked($good, 1000), 0, -12],
) {
    my ($name, $field, $body) = @$case;
    my $said = sent($name, message('POST', '/', [$field], $body), half_close => 1);
    unlike $said, qr{application/ocsp-response}, "$name: not answered";
}

# what is begun on both at once: answers in the end
sub begun {
    my ($name, $site, @pieces) = @_;
    my @ports = map { $port{"$site $_"} } qw(off on);
    my @socks = map { OCSPTest::Httpd::begin($_, $pieces[0]) } @ports;
    for my $piece (@pieces[1 .. $#pieces]) {
        sleep 0.1;
        print {$_} $piece for @socks;
    }
    my @said = map { essence($ports[$_], OCSPTest::Httpd::answer_of($socks[$_])->{raw}) }
        0, 1;
    ok $said[0] eq $said[1], "$name: the same" or diag explain \@said;
    return $said[1];
}

my $post = message('POST', '/', [], $good);
like begun('a POST in pieces', 'root', unpack '(a60)*', $post), qr{\AHTTP/1\.1 200 },
    'a POST in pieces: answered';
like begun('chunks in pieces', 'root',
    unpack '(a60)*', message('POST', '/', [$chunks], chunked($good, 30))),
    qr{\AHTTP/1\.1 200 }, 'chunks in pieces: answered';
like begun('a body that never comes', 'hasty', message('POST', '/', [$long], $good)),
    qr{\A(?:HTTP/1\.1 408 .*)?\z}s, 'a body that never comes: closed, or 408';

# --- connections that are kept ----------------------------------------------------------------

sub kept { return $_[0] =~ s/Connection: close\r\n//r }

my $pipeline = join '', map { kept($_) } message('GET', $path), message('POST', '/', [], $revoked),
    message('HEAD', $path), message('POST', '/', [], 'x'), message('PUT', '/', [], $good),
    message('GET', '/static.txt'), message('POST', '/', [$chunks], chunked($good, 11));
my $said = sent('seven requests at once', $pipeline . message('GET', $path));
is scalar(() = $said =~ m{HTTP/1\.1 \d{3} }g), 8, 'seven requests at once, and one more';
is join(' ', $said =~ m{HTTP/1\.1 (\d{3}) }g), '200 200 200 200 405 200 200 200',
    'each has its answer';
sent('behind a body that is too long', kept(message('POST', '/', [], 'x' x 5000))
    . message('GET', $path));
sent('behind a body that is no good', kept(message('POST', '/', [$chunks], "zz\r\n"))
    . message('GET', $path));

# --- what is not ours, and what may be ---------------------------------------------------------

like sent('a file beside it', message('GET', '/static.txt')), qr{not the module's},
    'a file beside it: httpd\'s';
sent('SetHandler none', message('GET', "/none$path"));
for my $case (
    ['a location',                 "/ocsp$path"],
    ['another name',               "/ocsp10$path"],
    ['an escaped name',            "/%6fcsp$path"],
    ['a doubled slash',            "//ocsp$path"],
    ['a handler\'s synonym',       "/synonym$path"],
    ['a type',                     "/forced$path"],
    ['an expression',              "/expr$path"],
    ['an expression, of another',  "/never$path"],
    ['If in a location',           "/if$path"],
    ['If by the URL',              "/ifexpr$path"],
    ['If that takes it away',      "/ocsp/taken$path"],
    ['a directory',                '/listed/'],
    ['a directory without slash',  '/listed'],
    ['a directory\'s file',        '/listed/index.orq'],
    ['a server-side include',      '/page.shtml'],
    ['a handler that is a proxy',  "/else/static.txt"],
    ['a proxied URL',              "/passed/static.txt"],
    ['a proxied OCSP',             "/passed$path"],
    ['a URL of ours that is proxied', "/ocsp/passed$path"],
    ['an alias',                   '/aliased/x.txt'],
    ['a redirect',                 '/moved/x'],
    ['a redirect of ours',         "/ocsp/moved$path"],
    ['a forbidden URL',            '/forbidden'],
    ['a forbidden one of ours',    "/ocsp/forbidden$path"],
    ['a rewritten URL',            "/inside$path"],
    ['what is not there',          '/nowhere'],
) {
    my ($name, $target) = @$case;
    sent("$name, $_", message($_, $target), site => 'mixed') for qw(GET HEAD);
    sent("$name, POST", message('POST', $target, [], $good), site => 'mixed');
}
like sent('a server-side include', message('GET', '/page.shtml'), site => 'mixed'),
    qr/\Q${\ certid('b', serial_good)}\E.*not the module's/s,
    'a server-side include: of ours and of httpd\'s';
# a forward proxy asks others, whatever its own locations say
my $elsewhere = "127.0.0.1:$port{'mixed off'}";
like sent('a forward proxy', "GET http://$elsewhere/static.txt HTTP/1.1\r\n"
    . "Host: $elsewhere\r\nConnection: close\r\n\r\n", site => 'forward'),
    qr/not the module's/, 'a forward proxy: what the other one has';
sent('a forward proxy to OCSP', "GET http://$elsewhere/ocsp$path HTTP/1.1\r\n"
    . "Host: $elsewhere\r\nConnection: close\r\n\r\n", site => 'forward');

# --- what it is there to skip ---------------------------------------------------------------------

is post($good, port => $port{'root off'}, path => '/closed')->{code}, 403,
    'without: a location that is denied is';
is ocsp_status(post($good, port => $port{'root on'}, path => '/closed')->{body}), 0,
    'with: access rules are not asked';
my $rules = "<Location \"/closed\">\n    SetHandler ocsp\n    Require all denied\n</Location>\n";
for my $case (
    ['quick, with rules',     1, "OCSPQuickHandler on\n$rules"],
    ['quick, without rules',  0, "OCSPQuickHandler on\n"],
    ['not quick, with rules', 0, "OCSPQuickHandler off\n$rules"],
    ['nothing said, with rules', 0, $rules],
    # U19
    ['quick, with rules in <If>', 1, "OCSPQuickHandler on\n<If \"true\">\n"
        . "    Require all denied\n</If>\n"],
    ['quick, with rules in <If> of another handler', 0, "OCSPQuickHandler on\n"
        . "<If \"true\">\n    SetHandler none\n    Require all denied\n</If>\n"],
    ['quick, with rules in <Directory>', 0, "OCSPQuickHandler on\n<Directory \"/\">\n"
        . "    <If \"true\">\n        Require all denied\n    </If>\n</Directory>\n"],
    ['not quick, with rules in <If>', 0, "<If \"true\">\n    Require all denied\n</If>\n"],
    ['a quick host, with rules', 1, vhost(1, "OCSPQuickHandler on\n$rules")],
    ['a quick server, a host with rules', 1,
        "OCSPQuickHandler on\n" . vhost(1, $rules)],
    ['a quick server, a host with rules that is not', 0,
        "OCSPQuickHandler on\n" . vhost(1, "OCSPQuickHandler off\n$rules")],
) {
    my ($name, $want, $lines) = @$case;
    my ($status, $words) = config_test($lines . issuer_section('a'));
    is $status, 0, "httpd -t, $name: exit status" or diag $words;
    my @warned = lines_of('OCSP238', $words);
    is scalar(@warned) > 0 ? 1 : 0, $want, "httpd -t, $name: " . ($want ? 'warned' : 'silent')
        or diag $words;
    like "@warned", qr{configtest\.conf:\d+: }, "httpd -t, $name: where they are" if $want;
}

# U19: a module of that name, which does nothing
my $stub = scratch_dir('quick-security');
OCSPTest::PKI::spew("$stub/mod_security2.c", <<'END');
#include <httpd.h>
#include <http_config.h>
module AP_MODULE_DECLARE_DATA security2_module = {STANDARD20_MODULE_STUFF};
END
my ($made, $how) = run('sh', '-c',
    'cd "$1" && "$(command -v apxs || command -v apxs2)" -c mod_security2.c', 'sh', $stub);
is $made, 0, 'a module of the name of mod_security' or diag $how;
for my $case (['quick', 1, 'on'], ['not quick', 0, 'off']) {
    my ($name, $want, $value) = @$case;
    my ($status, $words) = config_test(
        "LoadModule security2_module \"$stub/.libs/mod_security2.so\"\n"
        . "OCSPQuickHandler $value\n" . issuer_section('a'));
    is $status, 0, "httpd -t, $name, with mod_security: exit status" or diag $words;
    is scalar(() = $words =~ /OCSP238: .*mod_security's rules of phases 2, 3 and 4/g), $want,
        "httpd -t, $name, with mod_security: " . ($want ? 'warned' : 'silent');
}

# --- levels -------------------------------------------------------------------------------------------

my $levels = OCSPTest::Httpd->start('quick-levels', "OCSPQuickHandler on\n"
    . "<Location \"/closed\">\n    Require all denied\n</Location>\n" . issuer_section('a')
    . vhost($port{silent}, '') . vhost($port{own}, "OCSPQuickHandler off\n"));
for my $case (['the main server', $levels->{port}, 200], ['a silent host', $port{silent}, 200],
    ['a host that says off', $port{own}, 403]) {
    my ($name, $port, $code) = @$case;
    is post(request('a', [serial_good]), port => $port, path => '/closed')->{code}, $code,
        "on at the main server: $name";
}
ok $levels->stop, 'it ends when told to';

# --- counted and logged -------------------------------------------------------------------------------

sub total {
    my $page = http('GET', '/server-status?auto', port => $httpd->{port})->{body};
    return $page =~ /^Total Accesses: (\d+)/m ? $1 : undef;
}
sub logged {
    my ($port) = @_;
    return map { /^$port (.*) counted$/ ? $1 : () } split /\n/, OCSPTest::slurp($log);
}
my $port   = $port{'root on'};
my $before = $httpd->status;
my $total  = total();
my $mark   = 'X-Mark: counted'; # requests are logged after their answers: here are others
my @sent = map { ($_, $_, $_) } message('GET', $path, [$mark]), message('HEAD', $path, [$mark]),
    message('POST', '/', [$mark], $revoked), message('POST', '/', [$mark], 'x'),
    message('GET', '/' . get_path($foreign), [$mark]), message('PUT', '/', [$mark], $good),
    message('GET', $path, ["If-None-Match: $etag", $mark]);
raw($port, $_) for @sent;
wait_for(DEADLINE_S, sub { logged($port) >= @sent });
my @lines = logged($port);
my %lines;
$lines{$_}++ for map { s/ \d+\z//r } @lines;
is_deeply \%lines, { 'GET 200' => 6, 'HEAD 200' => 3, 'POST 200' => 6, 'PUT 405' => 3,
    'GET 304' => 3 }, 'the access log has each of them' or diag explain \%lines;
is scalar(grep { /^GET 200 (\d+)/ && $1 > 1000 } @lines), 3,
    'the access log has how many octets were sent';
is $httpd->grown($before, $_->[0]), $_->[1], "server-status: $_->[0]"
    for ['OCSPGood', 9], ['OCSPRevoked', 3], ['OCSPMalformedRequest', 3],
    ['OCSPUnauthorized', 3], ['OCSPHTTPError', 3];
ok wait_for(DEADLINE_S, sub { total() - $total >= @sent }), 'server-status: total accesses';

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
