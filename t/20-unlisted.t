# OCSPUnlisted: what is said of a serial number that no source lists.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my @words = qw(good unknown unauthorized revoked);
my %port  = map { $_ => free_port() } @words, 'short';
my $httpd = OCSPTest::Httpd->start('unlisted',
    join '', (map { vhost($port{$_}, with('a', "OCSPUnlisted $_")
        . with('expired', "OCSPUnlisted $_") . issuer_section('b')) } @words),
    vhost($port{short}, "OCSPNextUpdate 60\n" . with('a', 'OCSPUnlisted unknown')
        . with('b', 'OCSPUnlisted revoked'))
        . issuer_section('c2'));

# R61, R62, R66: by POST and by GET
my %want = (
    good    => { status => 'good',    lasts => 43200, extended => 0 },
    unknown => { status => 'unknown', lasts => 600,   extended => 0 },
    revoked => { status => 'revoked', lasts => 600,   extended => 1 },
);
for my $word (qw(good unknown revoked)) {
    for my $case (['POST', \&post], ['GET', \&get]) {
        my ($method, $send) = @$case;
        my $name = "$word by $method";
        my @at   = (port => $port{$word}, path => $method eq 'GET' ? '' : '/');
        my $res  = $send->(request('a', [serial_good]), @at);
        my $said = take_apart($res, 'a', serial_good);
        my $want = $want{$word};
        is $said->{verified}, 1, "$name: verified";
        is $said->{$_}, $want->{$_}, "$name: $_" for qw(status lasts extended);
        if ($word eq 'good') {
            is $said->{max_age}, 3600, "$name: cached";
            next;
        }
        # R166
        is $said->{cache}, 'no-store', "$name: never stored";
        is header($res, $_), undef, "$name: no $_" for 'ETag', 'Last-Modified';
        is header($res, 'Expires'), header($res, 'Date'), "$name: expires at once";
    }
}

# R62: 1970, certificateHold; the extension in responseExtensions alone
my $never = ask($port{revoked}, 'a', serial_good);
is $never->{revoked}, 0, 'revoked: since 1970-01-01';
is $never->{reason}, 'certificateHold', 'revoked: certificateHold';
ok index(post(request('a', [serial_good]), port => $port{revoked}, path => '/')
    ->{body}, '19700101000000Z') > 0, 'revoked: the time to the letter';
is_deeply [keys %{ $never->{extensions} }], ['2b0601050507300109'],
    'revoked: the extension is the response\'s';
is_deeply $never->{single_extensions}, {}, 'revoked: no other extension';

# unauthorized is an error to the last octet, also by GET
for my $case (['POST', \&post], ['GET', \&get]) {
    my ($method, $send) = @$case;
    ok is_error($send->(request('a', [serial_good]), port => $port{unauthorized},
        path => $method eq 'GET' ? '' : '/'), UNAUTHORIZED),
        "unauthorized by $method";
}

# what is listed is said as ever
for my $word (@words) {
    for my $serial (serial_compromised, serial_held, serial_high) {
        my $said = ask($port{$word}, 'a', $serial);
        is $said->{status}, 'revoked', "$word: $serial, which is listed: revoked";
        is $said->{extended}, 0, "$word: $serial, which is listed: no extension";
        is $said->{lasts}, 43200, "$word: $serial, which is listed: lasts";
        is $said->{max_age}, 3600, "$word: $serial, which is listed: cached";
        cmp_ok $said->{revoked}, '>', 0, "$word: $serial: its own time";
    }
    # another section is not concerned
    is ask($port{$word}, 'b', serial_good)->{status}, 'good',
        "$word: another section says good";
}

# one request about both
for my $word (qw(good unknown revoked)) {
    my $res = post(request('a', [serial_good, serial_compromised]),
        port => $port{$word}, path => '/');
    my $text = oracle($res->{body}, 'a', [serial_good, serial_compromised]);
    like $text, qr/verify OK.*0x2001: $word.*0x1001: revoked/s,
        "$word: beside a listed one";
    is take_apart($res, 'a', serial_good)->{extended}, $want{$word}{extended},
        "$word: beside a listed one: the extension";
    is header($res, 'Cache-Control') =~ /no-store/ ? 1 : 0,
        $word eq 'good' ? 0 : 1, "$word: beside a listed one: never stored";
}
for my $serials ([serial_good, serial_compromised], [serial_compromised, serial_good]) {
    ok is_error(post(request('a', $serials), port => $port{unauthorized},
        path => '/'), UNAUTHORIZED), "unauthorized: @$serials: all of it";
}

# ten minutes are the most, not what it is
for my $case (['a', 'unknown'], ['b', 'revoked']) {
    my ($ca, $word) = @$case;
    my $said = ask($port{short}, $ca, serial_good);
    is $said->{status}, $word, "$word with a short OCSPNextUpdate: $word";
    is $said->{lasts}, 60, "$word with a short OCSPNextUpdate: no longer";
}

# a nonce is echoed as ever
for my $word (qw(unknown revoked)) {
    my $said = ask($port{$word}, 'a', serial_good, nonce => 1);
    is $said->{status}, $word, "$word with a nonce";
    ok length $said->{nonce}, "$word with a nonce: echoed";
}

# R67, R68: of stale data nothing is said but what cannot be undone
for my $word (@words) {
    for my $serial (serial_good, serial_held) {
        ok is_error(post(request('expired', [$serial]), port => $port{$word},
            path => '/'), TRY_LATER), "$word: stale, $serial: tryLater";
    }
    my $said = ask($port{$word}, 'expired', serial_compromised);
    is $said->{status}, 'revoked', "$word: stale, what cannot be undone: revoked";
    cmp_ok $said->{lasts}, '<=', 3600, "$word: stale, what cannot be undone: an hour";
}

# R66: nothing else is said where the directive is not used, and only a CRL is known
is ask($httpd->{port}, 'c2', serial_good)->{status}, 'good', 'without OCSPUnlisted: good';

# R66: said at start what good means, once
my @means = lines_of('OCSP211', $httpd->log_since(0));
is scalar @means, 1, 'the error log says once what good means';
ok $httpd->stop, 'it ends when told to';

done_testing;
