# The cache of signed responses: what was signed once is said by every process, to
# the octet, and by none where anything but the time is different. What is new of a
# certificate or of its signer puts an end to what was said before, at once and
# everywhere.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max min);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Quick;
use OCSPTest::Response;
use OCSPTest::X509;

use constant {
    HOUR     => 3600,
    BRIEF_S  => 5400, # half of it is more than this suite takes, and less than an hour
    LEFT_S   => 300,  # what a client may subtract from nextUpdate (R102)
};

my $dir = scratch_dir('cache');
my ($later, $held, $steady, $hosted) = ('3001', '3002', '3003', '3004');

# A CRL of this suite's; what it lists beside the usual, and when it was made.
sub crl {
    my ($ca, $more, %opt) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.crl",
        revoked => OCSPTest::PKI::revoked_and(%{ $more // {} }), %opt);
    return "$dir/$ca.crl";
}

sub with_delegate {
    my ($ca, $kind) = @_;
    my $file = "$dir/$ca-$kind";
    OCSPTest::PKI::make_key("$file.key", $kind);
    OCSPTest::PKI::issue(ca($ca), "$file.pem", "$file.key", "$kind of $ca",
        unpack('H*', $kind), 'delegate');
    return (qq(OCSPCertificateFile "$file.pem"),
        qq(OCSPCertificateKeyFile "$file.key"));
}

# A section with its own files of this suite.
sub own {
    my ($ca, @lines) = @_;
    return with($ca, @lines) =~ s/"\S+\.crl"/"$dir\/$ca.crl"/r;
}

crl('a', undef, last => OCSPTest::PKI::utc(time - 5 * HOUR));
crl('b');
crl('fresh');
OCSPTest::PKI::spew("$dir/fresh.pem", OCSPTest::slurp(ca('fresh')->{signer}));
OCSPTest::PKI::spew("$dir/vhost.index",
    "V\t491231235959Z\t\t2001\tunknown\t/CN=2001\n");

my @other = with_delegate('a', 'P-384');
my %port = map { $_ => free_port() }
    qw(silent name bare signer short brief hurried checked);
my $sections = "OCSPRefresh 1s\n" . OCSPTest::Httpd::who_log('cache')
    . own('a') . own('b', with_delegate('b', 'P-256'))
    . (own('fresh') =~ s/"\S+responder\.pem"/"$dir\/fresh.pem"/r)
    . (with('vhost', qq(OCSPIndexFile "$dir/vhost.index")) =~ s/^\s*OCSPCRLFile.*\n//mr)
    . vhost($port{silent}, '')
    . vhost($port{name}, "OCSPResponderID name\n")
    . vhost($port{bare}, "OCSPIncludeCertificate off\n")
    . vhost($port{signer}, own('a', @other)
        =~ s/^\s*OCSPCertificate\w+\s+"\S+responder\.\w+"\n//mgr)
    . vhost($port{short}, "OCSPNextUpdate 1h\nOCSPHTTPMaxAge 10min\n")
    . vhost($port{brief}, 'OCSPNextUpdate ' . BRIEF_S . "\n")
    . vhost($port{hurried}, 'OCSPNextUpdate ' . (LEFT_S + 2) . "\n")
    . vhost($port{checked}, "OCSPThisUpdate checked\n");
my $start = int time;
my $httpd = OCSPTest::Httpd->start('cache', $sections, processes => 3);
my $off = OCSPTest::Httpd->start('cache-off', "OCSPCacheSize off\n"
    . issuer_section('a') . issuer_section('b'));
my @at = (port => $httpd->{port}, path => '/');

sub get_target { return '/' . get_path($_[0]) }

# All of a list that differ, in the order in which they came.
sub distinct {
    my %seen;
    return grep { !$seen{ $_ // '' }++ } @_;
}

# What every process answers to a request by GET, HEAD or POST: answers; a process
# that was not reached is a failure.
sub all {
    my ($method, $der, $name, %opt) = @_;
    my $target = $method eq 'POST' ? '/' : get_target($der);
    my ($answers, $missed) = $httpd->spread(OCSPTest::Httpd::message($method, $target,
        %opt, $method eq 'POST' ? (body => $der) : ()));
    is "@$missed", '', "$name, $method: every process was asked";
    return @$answers;
}

# one(NAME, [values]): they are all the same, which is the value
sub one {
    my ($name, $values) = @_;
    my @distinct = distinct(@$values);
    is scalar @distinct, 1, $name
        or diag join "\n", map { !defined ? 'none' : /[^ -~]/ ? sha256_hex($_) : $_ }
        @distinct;
    return $distinct[0] // '';
}

# Octets that no terminal is to see.
sub is_same {
    my ($got, $want, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is sha256_hex($got // ''), sha256_hex($want), $name;
}

sub is_other {
    my ($got, $want, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return isnt sha256_hex($got // ''), sha256_hex($want), $name;
}

sub field { my ($name, @answers) = @_; return [map { header($_, $name) } @answers] }
sub bodies { return [map { $_->{body} } @_] }

ok defined $httpd->status->{$_}, "server-status has $_"
    for map { "OCSP$_" } qw(CacheHits CacheMisses CacheEntries CachePlaces CacheEvicted
    Signatures Signing SignWaiting SignRefused);

# --- one signature for all (R91, R182) ------------------------------------------------------

my $began = time; # for what grows old while the rest runs
my %aging = map { $_ => post(request('a', [$hosted]), port => $port{$_}, path => '/') }
    qw(brief hurried);
my (%etag, %body);
for my $case ([serial_good, 'good'], [serial_compromised, 'revoked']) {
    my ($serial, $word) = @$case;
    my $der    = request('a', [$serial]);
    my $before = $httpd->status;
    post($der, @at);
    my $signed = $httpd->grown($before, 'OCSPSignatures');
    cmp_ok $signed, '<=', 1, "$word: one signature at most for the first request";
    $before = $httpd->status;
    my @gets  = all('GET',  $der, $word);
    my @posts = all('POST', $der, $word);
    my @heads = all('HEAD', $der, $word);
    is $httpd->grown($before, 'OCSPSignatures'), 0,
        "$word: no other signature for " . (@gets + @posts + @heads)
        . ' requests of every process';
    is $httpd->grown($before, 'OCSPCacheHits'), @gets + @posts + @heads,
        "$word: hits are counted";
    is $httpd->grown($before, 'OCSPCacheMisses'), 0, "$word: and no miss";
    $body{$word} = one("$word: GET and POST: the same octets", bodies(@gets, @posts));
    $etag{$word} = one("$word: GET, HEAD and POST: the same ETag",
        field('ETag', @gets, @heads, @posts));
    is join('', @{ bodies(@heads) }), '', "$word: HEAD: no body";
    one("$word: GET and HEAD: the same $_", field($_, @gets, @heads)) # R2
        for qw(Content-Type Content-Length Expires Last-Modified);
    like oracle($body{$word}, 'a', [$serial]), qr/verify OK.*: $word$/ms,
        "$word: verified";
    # R163: whoever is asked
    my @conditional = all($word eq 'good' ? 'GET' : 'HEAD', $der, "$word, If-None-Match",
        fields => ["If-None-Match: $etag{$word}"]);
    is one("$word: If-None-Match: one answer", [map { $_->{code} } @conditional]), 304,
        "$word: not modified, says every process";
}

# --- the CertID to the octet (R45, R46, R47) ------------------------------------------------

my %oid = ('SHA-1' => '2b0e03021a', 'SHA-256' => '608648016503040201',
    'SHA-384' => '608648016503040202', 'SHA-512' => '608648016503040203');

# A CertID with these parameters.
sub certid_as {
    my ($hash, $parameters) = @_;
    my $option = $hash eq 'SHA-1' ? [] : ['-' . lc $hash =~ s/-//r];
    my ($id)   = der_children(certid('a', serial_good, @$option));
    my (undef, $name, $key, $serial) = der_children($id->{content});
    return der(0x30, der(0x30, der(0x06, pack 'H*', $oid{$hash}), $parameters),
        $name->{element}, $key->{element}, $serial->{element});
}

my @forms;
for my $hash (sort keys %oid) {
    push @forms, ["$hash, NULL", certid_as($hash, der(0x05))],
        ["$hash, absent", certid_as($hash, '')];
}
my $before = $httpd->status;
my %said;
for my $round (1 .. 6) {
    for my $form (@forms) {
        my ($name, $id) = @$form;
        push @{ $said{$name} }, post(build_request(certids => [$id]), @at)->{body};
    }
}
for my $form (@forms) {
    my ($name, $id) = @$form;
    my $body = one("$name: signed once", $said{$name});
    ok index($body, $id . der(0x80)) > 0, "$name: its own octets, good";
    is scalar(() = $body =~ /(?=\Q${\ substr $id, 2, 9}\E)/g), 1, "$name: nobody else's";
}
is scalar(distinct(map { $said{ $_->[0] }[0] } @forms)), scalar @forms,
    'no two forms share an answer';
is $httpd->grown($before, 'OCSPSignatures'), @forms - 1,
    'one signature for each form but the first, which was there';
is_same $said{'SHA-1, NULL'}[0], $body{good}, 'which is openssl\'s';

# --- virtual hosts of one CA ------------------------------------------------------------------

OCSPTest::PKI::spew("$dir/signers.pem",
    join '', map { OCSPTest::slurp($_) } ca('a')->{signer}, "$dir/a-P-384.pem");
sub from {
    my ($host) = @_;
    return post(request('a', [$hosted]), port => $port{$host} // $httpd->{port},
        path => '/');
}
sub of_host {
    my ($res) = @_;
    return take_apart($res, 'a', $hosted, '-verify_other', "$dir/signers.pem");
}

# In turn, so that each would be given what the one before has left. Each has its own
# answer, signed once (R91, R182), by its own settings.
my @hosts = qw(main name bare signer checked short brief);
my (%again, %is, %digest);
$before = $httpd->status;
for my $round (1 .. 5) {
    push @{ $again{$_} }, from($_) for @hosts;
}
cmp_ok $httpd->grown($before, 'OCSPSignatures'), '<=', scalar @hosts,
    'hosts in turn: signed once for each of them';
for my $host (@hosts) {
    my $body = one("a host with $host: the same octets each time", bodies(@{ $again{$host} }));
    $digest{ sha256_hex($body) }{$host} = 1;
    $is{$host} = of_host($again{$host}[0]);
    is $is{$host}{status},   'good', "a host with $host: good";
    is $is{$host}{verified}, 1,      "a host with $host: verified";
}
is scalar(keys %digest), scalar @hosts, 'no two of them share an answer'
    or diag explain \%digest;
is_same from('silent')->{body}, $again{main}[0]{body},
    'a host that says nothing has the main server\'s';
is $is{name}{by}, 'name', 'OCSPResponderID name: by name';
is $is{bare}{by}, 'key', 'OCSPIncludeCertificate off: by key';
is $is{bare}{sent}, '', 'OCSPIncludeCertificate off: no certificate';
is $is{signer}{sent}, 'P-384 of a', 'another signer: its certificate';
is algorithm_of($again{signer}[0]{body}), 'P-384', 'another signer: its signature';
my $last_update = crl_of("$dir/a.crl")->{this_update};
for my $host (@hosts) {
    for my $res (@{ $again{$host} }) {
        my $said = of_host($res);
        my $lasts = $host eq 'short' ? HOUR : $host eq 'brief' ? BRIEF_S : 12 * HOUR;
        is $said->{lasts}, $lasts, "a host with $host: OCSPNextUpdate"; # R97
        if ($host eq 'checked') {
            # R99
            cmp_ok $said->{this}, '>=', max($last_update, $start - 300),
                "a host with $host: thisUpdate is a look since the start";
        }
        else {
            is $said->{this}, $last_update, "a host with $host: thisUpdate is the CRL's";
        }
        last if $host eq 'signer'; # enough of those that differ otherwise
    }
}
cmp_ok $is{short}{max_age}, '<=', 600, 'OCSPHTTPMaxAge: its own';

# --- nonces (R111, R115) ------------------------------------------------------------------------

my $oid_nonce = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
sub nonce {
    my ($n) = @_;
    return der(0x30, $oid_nonce, der(0x04, der(0x04, pack 'NNNN', 1, 2, 3, $n)));
}
sub with_nonce {
    my ($n, @ids) = @_;
    @ids = certid('a', serial_good) if !@ids;
    return build_request(certids => \@ids, extensions => [nonce($n)]);
}
$before = $httpd->status;
my @nonced;
for my $n (1 .. 20) {
    my $res = $n % 2 ? post(with_nonce($n), @at)
        : http('GET', get_target(with_nonce($n)), port => $httpd->{port});
    push @nonced, $res->{body};
    ok index($res->{body}, nonce($n)) > 0, "nonce $n: echoed";
    is_same post(request('a', [serial_good]), @at)->{body}, $body{good},
        "nonce $n: and without one, what there was" if $n % 5 == 0;
}
is scalar(distinct(@nonced)), 20, 'nonces: an answer each';
push @nonced, post(with_nonce(1), @at)->{body} for 1 .. 3;
is scalar(distinct(@nonced)), 23, 'a nonce again: signed again';
is $httpd->grown($before, 'OCSPSignatures'), 23, 'nonces: a signature each';
is $httpd->grown($before, 'OCSPCacheEntries'), 0, 'nonces: nothing is kept';

# --- what takes no place (R183) -----------------------------------------------------------------

post(request('vhost', [serial_good]), @at);
$before = $httpd->status;
my %no_place = (
    'unknown' => [map { request('vhost', [sprintf '77%02X', $_]) } 1 .. 10],
    'unauthorized' => [map { request('foreign', [sprintf '77%02X', $_]) } 1 .. 10],
    'malformedRequest' => ['x', '', request('a', [serial_good]) . "\0"],
    'several certificates' => [
        (request('a', [serial_good, serial_compromised])) x 5,
        request('a', [serial_good, serial_good]), request('a', ['4001', '4002'])],
);
my %word_of = (unauthorized => UNAUTHORIZED, malformedRequest => MALFORMED);
for my $name (sort keys %no_place) {
    for my $der (@{ $no_place{$name} }) {
        my $res = post($der, @at);
        is ocsp_status($res->{body}), $word_of{$name} // 0, "$name: is said";
    }
    is $httpd->grown($before, 'OCSPCacheEntries'), 0, "$name: nothing is kept";
}
is $httpd->quick('vhost', '7701'), 'unknown', 'unknown: still';
my $two = post(request('a', [serial_good, serial_compromised]), @at)->{body};
like oracle($two, 'a', [serial_good, serial_compromised]),
    qr/verify OK.*2001: good\n.*1001: revoked$/ms, 'several certificates: verified';

# --- preferred algorithms (R118) ----------------------------------------------------------------

my %prefers = ('P-256' => ['P-256'], 'RSA' => ['RSA'], '' => []);
for my $round (1 .. 6) {
    for my $wish (sort keys %prefers) {
        my @wish = @{ $prefers{$wish} };
        my $body = post(build_request(certids => [certid('b', serial_good)],
            @wish ? (extensions => [preferred(@wish)]) : ()), @at)->{body};
        is algorithm_of($body), $wish || 'RSA', "preferred '$wish', turn $round: signed so";
    }
}

# --- without a cache ------------------------------------------------------------------------------

my @off = (port => $off->{port}, path => '/');
$before = $off->status;
my @uncached = map { post(request('a', [serial_good]), @off) } 1 .. 5;
is scalar(distinct(@{ field('ETag', @uncached) })), 5,
    'OCSPCacheSize off: an ETag each';
is $off->grown($before, 'OCSPSignatures'), 5, 'OCSPCacheSize off: a signature each';
is $off->says($_, serial_good), 'good', "OCSPCacheSize off: $_: good" for qw(a b);
is $off->says('a', serial_compromised), 'revoked', 'OCSPCacheSize off: revoked';
is $off->status->{OCSPCacheEntries} // 0, 0, 'OCSPCacheSize off: no entries';

# --- what changes (R72, R128, R168) ---------------------------------------------------------------

# What every process says, verified once: the word, and the answers.
sub everyone {
    my ($serial, $when) = @_;
    my @answers = all('GET', request('fresh', [$serial]), $when);
    my @words = distinct(map { quick_word($_->{body}, 'fresh', $serial) } @answers);
    my $text = oracle($answers[0]{body}, 'fresh', [$serial]);
    like $text, qr/Response verify OK/, "$when: verified";
    return (join(', ', @words), @answers);
}
# until it is answered once: all the others answer so from then on
sub wait_for_word {
    my ($serial, $word) = @_;
    return wait_for(DEADLINE_S, sub {
        quick_word(post(request('fresh', [$serial]), @at)->{body}, 'fresh', $serial)
            eq $word;
    });
}
my %old;
for my $serial ($later, $held, $steady) {
    $old{$serial} = http('GET', get_target(request('fresh', [$serial])),
        port => $httpd->{port});
    my $body = $old{$serial}{body};
    is quick_word($body, 'fresh', $serial), 'good', "$serial before: good";
    is signer_of($body), 'Responder of fresh', "$serial before: its signer";
}
crl('fresh', { $later => ['261101000000Z', 'keyCompromise'],
    $held => ['261101000000Z', 'certificateHold'] });
for my $serial ($later, $held) {
    ok wait_for_word($serial, 'revoked'), "a new CRL: $serial: revoked";
    is((everyone($serial, "a new CRL: $serial"))[0], 'revoked',
        "a new CRL: $serial: revoked, says every process");
}
is $httpd->quick('fresh', $steady), 'good', "a new CRL: $steady: good";
# R168: the tag of before
my @modified = all('GET', request('fresh', [$later]), 'the old ETag',
    fields => ['If-None-Match: ' . header($old{$later}, 'ETag')]);
is one('the old ETag: one answer', [map { $_->{code} } @modified]), 200,
    'the old ETag: modified';
# back to good, and the signer's certificate renewed (R128)
my $renewed = 'certificate renewed';
OCSPTest::PKI::issue(ca('fresh'), "$dir/fresh.new", ca('fresh')->{signer_key},
    $renewed, '0F', 'delegate');
crl('fresh', { $later => ['261101000000Z', 'keyCompromise'] });
rename "$dir/fresh.new", "$dir/fresh.pem" or die $!;
ok wait_for_word($held, 'good'), 'no longer on hold: good';
# by each process when it is asked next; its other threads go on meanwhile
ok wait_for(DEADLINE_S, sub {
    my ($bodies) = $httpd->reach('fresh', $steady);
    return $renewed eq join ', ', distinct(map { signer_of($_) } distinct(@$bodies));
}), 'a renewed signer: is taken up';
for my $case ([$later, 'revoked'], [$held, 'good']) {
    my ($serial, $want) = @$case;
    my ($words, @answers) = everyone($serial, "a renewed signer: $serial");
    is $words, $want, "a renewed signer: $serial: $want";
    my @signers = distinct(map { signer_of($_) } distinct(@{ bodies(@answers) }));
    is "@signers", $renewed, "a renewed signer: $serial: nobody says what the old one did";
}
is_same post(request('a', [serial_good]), @at)->{body}, $body{good},
    'what is not concerned is kept';
# R97: a CRL that ends earlier ends what was said for longer
my $before_end = post(request('fresh', [$steady]), @at)->{body};
my @end = gmtime time + 3600;
my $end = POSIX::strftime('%Y%m%d%H%M%SZ', @end);
crl('fresh', { $later => ['261101000000Z', 'keyCompromise'],
    $held => ['261101000000Z', 'keyCompromise'] }, next => $end);
ok wait_for_word($held, 'revoked'), 'a CRL that ends earlier: taken';
my @ends = all('GET', request('fresh', [$steady]), 'a CRL that ends earlier');
is_other $ends[0]{body}, $before_end, 'a CRL that ends earlier: what was said is said no more';
is +(sort map { ($_->{body} =~ /\x18\x0f(\d{14}Z)/g)[-1] } @ends)[-1], $end,
    'a CRL that ends earlier: nextUpdate is its';

# --- what grows old (R102, R159, R160) ----------------------------------------------------------

sleep 0.1 while time < $began + 4;
for my $host (qw(brief hurried)) {
    my ($then, $now) = map { of_host($_) } $aging{$host}, from($host);
    cmp_ok $_->{max_age}, '>', 0, "$host: max-age is positive" for $then, $now;
}
my ($then, $now) = ($aging{brief}, from('brief'));
is header($now, $_), header($then, $_), "after a while, of the same response: the same $_"
    for qw(ETag Expires Last-Modified);
cmp_ok of_host($now)->{max_age}, '<', of_host($then)->{max_age},
    'after a while: max-age is smaller';
for my $host ('main', 'brief', 'hurried', 'short', 'name') {
    my $res = from($host);
    my $said = of_host($res);
    my ($date) = (run('date', '-u', '+%s', '-d', header($res, 'Date')))[1] =~ /(\d+)/;
    my $left = $said->{next} - $date;
    cmp_ok $left, '>=', LEFT_S, "$host: enough is left until nextUpdate";
    cmp_ok $said->{max_age}, '<=', $left / 2 + 1, "$host: max-age is half of it at most";
}

# --- graceful ---------------------------------------------------------------------------------------

ok defined $httpd->graceful, 'graceful';
$before = $httpd->status;
is_same one('graceful: one answer', bodies(all('POST', request('a', [serial_good]), 'graceful'))),
    $body{good}, 'graceful: the answer of before';
is $httpd->grown($before, 'OCSPSignatures'), 0, 'graceful: no new signature';
cmp_ok $before->{OCSPCacheEntries}, '>=', scalar @forms, 'graceful: entries are kept';

$httpd->configure("OCSPCacheSize 1m\n$sections");
ok defined $httpd->graceful, 'graceful with another OCSPCacheSize';
my $other = $httpd->status;
cmp_ok $other->{OCSPCachePlaces}, '<', $before->{OCSPCachePlaces},
    'another OCSPCacheSize: fewer places';
cmp_ok $other->{OCSPCacheEntries}, '<', $before->{OCSPCacheEntries},
    'another OCSPCacheSize: begun anew';
is_other one('another OCSPCacheSize: one answer',
    bodies((post(request('a', [serial_good]), @at),
        all('POST', request('a', [serial_good]), 'another OCSPCacheSize')))),
    $body{good}, 'another OCSPCacheSize: signed anew';

for my $each ($httpd, $off) {
    ok $each->stop, "$each->{name}: ends when told to";
    unlike $each->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$each->{name}: no process was lost";
}
done_testing;
