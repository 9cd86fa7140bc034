# Caching by HTTP: the fields of an answer, conditional requests, HEAD.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::Local qw(timegm);
use OCSPTest;
use OCSPTest::Conf qw(with);
use OCSPTest::Httpd;

my @months = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my %month  = map { $months[$_] => $_ } 0 .. 11;

# seconds of an IMF-fixdate (RFC 9110 section 5.6.7); fails on any other form
sub http_time {
    my ($text, $name) = @_;
    my ($day, $month, $year, $h, $m, $s)
        = ($text // '') =~ /\A(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT\z/;
    ok defined $s, "$name is an IMF-fixdate" or return 0; # R160
    return timegm($s, $m, $h, $day, $month{$month}, $year);
}

# producedAt, thisUpdate, nextUpdate (or revocationTime between) in seconds
sub der_times {
    my ($der) = @_;
    return map {
        my @t = /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/;
        timegm($t[5], $t[4], $t[3], $t[2], $t[1] - 1, $t[0]);
    } $der =~ /\x18\x0f(\d{14}Z)/g;
}

for my $serial (serial_good, serial_compromised) {
    my $der = request('b', [$serial]);
    my @answers = (
        ["GET $serial",  get($der)],
        ["POST $serial", post($der)], # R167
    );
    for my $case (@answers) {
        my ($name, $res) = @$case;
        my @times = der_times($res->{body});
        my ($produced, $this, $next) = @times[0, -2, -1];

        # R158, R159, R166
        like header($res, 'Cache-Control'),
            qr/\Amax-age=\d+, public, no-transform, must-revalidate\z/,
            "$name: Cache-Control";
        my ($max_age) = header($res, 'Cache-Control') =~ /max-age=(\d+)/;
        my $date = http_time(header($res, 'Date'), "$name: Date");
        cmp_ok $max_age, '>', 0, "$name: max-age is positive";
        cmp_ok $max_age, '<=', 3600, "$name: max-age is at most an hour";
        cmp_ok $max_age, '<=', ($next - $date) / 2 + 1,
            "$name: max-age is at most half of what remains";
        is header($res, 'Pragma'), undef, "$name: no Pragma";

        # R160
        is http_time(header($res, 'Expires'), "$name: Expires"), $next,
            "$name: Expires is nextUpdate";
        # R161
        my $modified = http_time(header($res, 'Last-Modified'),
            "$name: Last-Modified");
        is $modified, $produced, "$name: Last-Modified is producedAt";
        cmp_ok $modified, '<=', $date, "$name: Last-Modified is not after Date";
        # R162
        is header($res, 'ETag'), '"' . sha256_hex($res->{body}) . '"',
            "$name: ETag is the SHA-256 of the response";
        is header($res, 'Content-Length'), length $res->{body},
            "$name: Content-Length";
    }
}

# R2: an RSA signature of the same second is the same one, so HEAD can be held
# against GET; try again where the second has changed between the two
my $path = '/ocsp/' . get_path(request('b', [serial_good]));
my ($get, $head);
for (1 .. 20) {
    $get  = http('GET',  $path);
    $head = http('HEAD', $path);
    last if header($get, 'ETag') eq header($head, 'ETag');
}
is $head->{code}, 200, 'HEAD';
is $head->{body}, '',  'HEAD has no body';
is header($head, $_), header($get, $_), "HEAD and GET: the same $_"
    for qw(Content-Type Content-Length ETag Cache-Control Expires Last-Modified);

# If-None-Match with the tag of the present answer, whichever second it is
sub conditional {
    my ($method, $make) = @_;
    my $res;
    for (1 .. 20) {
        my $etag = header(http('GET', $path), 'ETag');
        $res = http($method, $path, headers => ['If-None-Match' => $make->($etag)]);
        last if $res->{code} == 304;
    }
    return $res;
}

# R163
for my $case (
    ['the tag',         sub { $_[0] }],
    ['a list',          sub { qq("other", $_[0], "more") }],
    ['the weak form',   sub { "W/$_[0]" }],
    ['an asterisk',     sub { '*' }],
) {
    my ($name, $make) = @$case;
    for my $method (qw(GET HEAD)) {
        my $res = conditional($method, $make);
        is $res->{code}, 304, "$method, If-None-Match with $name: not modified";
        is $res->{body}, '', "$method, $name: empty";
        ok defined header($res, $_), "$method, $name: has $_"
            for qw(Date ETag Cache-Control Expires);
    }
}
my $other = http('GET', $path, headers => ['If-None-Match' => '"other"']);
is $other->{code}, 200, 'If-None-Match with another tag: the whole answer';
like oracle($other->{body}, 'b', [serial_good]), qr/verify OK.*: good/s,
    'which is right';

# R164
my $future = 'Fri, 01 Jan 2100 00:00:00 GMT';
my $past   = 'Sat, 01 Jan 2000 00:00:00 GMT';
my $now    = header(http('GET', $path), 'Date');
is http('GET', $path, headers => ['If-Modified-Since' => $past])->{code}, 200,
    'If-Modified-Since long ago: the whole answer';
my $since;
for (1 .. 20) {
    my $modified = header(http('GET', $path), 'Last-Modified');
    $since = http('GET', $path, headers => ['If-Modified-Since' => $modified]);
    last if $since->{code} == 304;
}
is $since->{code}, 304, 'If-Modified-Since the last time: not modified';
# what is said may have been made before what the client has
is http('GET', $path, headers => ['If-Modified-Since' => $future])->{code}, 200,
    'If-Modified-Since of tomorrow: the whole answer';
# H3
my $listed = '/ocsp/' . get_path(request('b', [serial_compromised]));
my $revoked = http('GET', $listed);
is http('GET', $listed, headers => ['If-Modified-Since'
    => header($revoked, 'Last-Modified')])->{code}, 200,
    'If-Modified-Since of a revoked one: the whole answer';
is http('HEAD', $path, headers => [Range => 'bytes=0-9'])->{code}, 200,
    'HEAD has no parts';
is http('GET', $path, headers => ['If-Modified-Since' => $now,
    'If-None-Match' => '"other"'])->{code}, 200,
    'If-None-Match goes before If-Modified-Since';

# R165
my $etag = header(http('GET', $path), 'ETag');
for my $headers (
    ['If-None-Match'     => $etag], ['If-None-Match' => '*'],
    ['If-Modified-Since' => $future], ['If-Modified-Since' => $now],
    ['If-Match' => '"other"'], ['If-Unmodified-Since' => $past],
) {
    my $res = post(request('b', [serial_good]), headers => $headers);
    is $res->{code}, 200, "POST with @$headers: the whole answer";
    is ocsp_status($res->{body}), 0, "POST with @$headers: answered";
}

# R11
my $range = http('GET', $path, headers => [Range => 'bytes=0-9']);
like $range->{code}, qr/\A20[06]\z/, 'GET with Range: whole or in part';
is length $range->{body}, $range->{code} == 206 ? 10
    : header($range, 'Content-Length'), 'GET with Range: as long as it says';

# errors are no answers to build on
my $foreign = '/ocsp/' . get_path(request('foreign', [serial_good]));
is http('GET', $foreign, headers => ['If-None-Match' => '*'])->{body},
    "\x30\x03\x0a\x01\x06", 'an error is never "not modified"';

# OCSPAnswerAge: how old an answer may be when it is sent, from this responder or from
# an HTTP cache
my $port  = free_port();
my %age   = (zero => 0, second => 1, hour => 3600);
my $httpd = OCSPTest::Httpd->start('age', join('', "OCSPHTTPMaxAge 12h\n", map {
    "<VirtualHost *:$port>\nServerName $_.example.com\nOCSPAnswerAge $age{$_}\n"
        . issuer_section('a') . "</VirtualHost>\n" } sort keys %age), port => $port);
my $get_path = '/' . get_path(request('a', [serial_good]));
my $ask = sub { http('GET', $get_path, port => $port, host => "$_[0].example.com") };
my $produced = sub { (der_times($_[0]{body}))[0] };

my @zero = map { $ask->('zero') } 1, 2;
is header($_, 'Cache-Control'), 'no-store', 'OCSPAnswerAge 0: no HTTP cache keeps it'
    for @zero;
isnt $zero[0]{body}, $zero[1]{body}, 'each is signed for its request';
is $httpd->status->{OCSPCacheEntries}, 0, 'and the response cache keeps none';

# all is decided in the second of Date or later
my %seen;
wait_for(60, sub {
    my $res = $ask->('second');
    my $at  = $produced->($res);
    cmp_ok http_time(header($res, 'Date'), 'Date') - $at, '<', 1,
        'OCSPAnswerAge 1: of this second' if !$seen{$at}++;
    return keys %seen > 2;
});
cmp_ok keys %seen, '>', 2, 'of three seconds';

my @hour = map { $ask->('hour') } 1, 2;
is $hour[0]{body}, $hour[1]{body}, 'OCSPAnswerAge 3600: from the cache';
for my $res (@hour) {
    my ($max_age) = header($res, 'Cache-Control') =~ /max-age=(\d+), public/;
    cmp_ok $max_age, '>', 0, 'an HTTP cache may keep it';
    cmp_ok http_time(header($res, 'Date'), 'Date') - $produced->($res) + $max_age, '<=',
        3600, 'until it is an hour old';
    is http_time(header($res, 'Expires'), 'Expires'), $produced->($res) + 3600,
        'and Expires says the same';
}
ok $httpd->stop, 'it ends when told to';

# OCSP241: of so young answers none can be signed ahead of need
for my $case ([59, 1], [60, 0], [0, 1]) {
    my ($seconds, $said) = @$case;
    my ($status, $text) = config_test(with('a', "OCSPAnswerAge $seconds",
        'OCSPPreproduce hot'));
    is $status, 0, "OCSPAnswerAge $seconds and OCSPPreproduce: taken";
    is scalar(() = $text =~ /OCSP241: .*set OCSPAnswerAge to at least 60s$/mg), $said,
        "OCSPAnswerAge $seconds and OCSPPreproduce: "
        . ($said ? 'a warning' : 'no warning');
}

done_testing;
