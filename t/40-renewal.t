# Signers by their dates: the one that is valid signs, and the next takes over when
# its time has come, without a restart.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;

use constant DAY => 86400;

my %kinds = map { ("da_$_" => ['P-256', 'P-256']) }
    qw(expired future gone short begin end two look age revoked);
# R50: two keys of one CA
$kinds{"da_key_$_"} = ['P-256', 'P-256', 'da_keys'] for qw(old new);
OCSPTest::PKI::make_more(%kinds);

# A delegate from START until END, with a key of its own: the directives.
sub dated {
    my ($ca, $name, $start, $end) = @_;
    my $file = ca($ca)->{dir} . "/$name";
    OCSPTest::PKI::make_key("$file.key", 'P-256') if !-e "$file.key";
    chmod 0600, "$file.key";
    OCSPTest::PKI::issue_dated(ca($ca), "$file.pem", "$file.key", $name, $start, $end);
    return "OCSPCertificateFile \"$file.pem\"\nOCSPCertificateKeyFile \"$file.key\"\n";
}

# A section with these signers alone.
sub section {
    my ($ca, @signers) = @_;
    return issuer_section($ca) =~ s/^ +OCSPCertificate.*\n//mgr
        =~ s/(?=<\/OCSPIssuer>)/join '', @signers/er;
}

my $now = int time;
my @ago = ($now - 9 * DAY, $now - DAY);
my @long = ($now - DAY, $now + 90 * DAY);
my @next = ($now + DAY, $now + 90 * DAY);
my %section = (
    da_expired => section('da_expired', dated('da_expired', 'old', @ago),
        dated('da_expired', 'new', @long)),
    da_future => section('da_future', dated('da_future', 'next', @next),
        dated('da_future', 'present', @long)),
    da_gone => section('da_gone', dated('da_gone', 'first', @ago),
        dated('da_gone', 'second', $ago[0], $ago[1] - DAY)),
    # it ends before OCSPNextUpdate has passed, the other does not
    da_short => section('da_short', dated('da_short', 'short', $now - DAY,
        $now + 3600), dated('da_short', 'lasting', @long)),
);

# --- httpd -t ---------------------------------------------------------------------------

for my $case (
    ['da_expired', 0, 'OCSP216', qr/:warn\].*OCSP216: .*expired/],
    ['da_future', 0, undef, undef],
    ['da_gone', 1, 'OCSP204', qr/:crit\].*OCSP204: /],
    ['da_short', 0, undef, undef],
) {
    my ($ca, $code, $tag, $words) = @$case;
    my ($status, $said) = config_test($section{$ca}, '-D', 'OCSP_STRICT');
    is $status, $code, "$ca: httpd -t, strict: exits $code" or diag $said;
    like $said, $words, "$ca: says so" if $words;
    my %tags = map { $_ => 1 } $said =~ /:(?:warn|error|crit)\] .*(OCSP\d+): /g;
    delete $tags{OCSP216} if ($tag // '') eq 'OCSP204'; # each of them has, too
    is_deeply [keys %tags], [$tag // ()], "$ca: and nothing else" or diag $said;
}

# --- running ----------------------------------------------------------------------------

my $httpd;
sub answer {
    return post(request($_[0], [serial_good]), port => $httpd->{port}, path => '/')->{body};
}

sub signed_by {
    my ($when, $ca, $want) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is $httpd->says($ca, serial_good), 'good', "$when: $ca: good";
    is signer_of(answer($ca)), $want, "$when: $ca: signed by the one that is $want";
    return;
}

# They begin and end while httpd runs: late enough for all that is asked before, or
# else, where the machine is slow, once more and later.
my ($turn, $early, %before);
for my $ahead_s (9, 30, 90) {
    $turn = int(time) + $ahead_s; # as certificates have it
    $section{da_begin} = section('da_begin', dated('da_begin', 'later', $turn,
        $now + 9 * DAY));
    $section{da_end} = section('da_end', dated('da_end', 'ends', $now - DAY, $turn - 1),
        dated('da_end', 'follows', $turn - 1, $now + 9 * DAY));
    $httpd = OCSPTest::Httpd->start('renewal', join '', map { $section{$_} }
        sort keys %section);
    %before = (begin => $httpd->says('da_begin', serial_good),
        end => $httpd->says('da_end', serial_good), signed => answer('da_end'));
    $early = time < $turn - 1;
    last if $early;
    $httpd->stop;
}
ok $early, 'all that before the turn';
is $before{begin}, 'tryLater', 'none valid yet: tryLater'; # R127
is $before{end}, 'good', 'before: da_end: good';
is signer_of($before{signed}), 'ends', 'before: da_end: signed by the one that is ends';
is((single_times($before{signed}))[2], POSIX::strftime('%Y%m%d%H%M%S', gmtime $turn - 1),
    'nextUpdate is the end of its signer'); # R104

signed_by('one has expired',   'da_expired', 'new');
signed_by('one is not yet valid', 'da_future',  'present');
is $httpd->says('da_gone', serial_good), 'tryLater', 'all have expired: tryLater';
signed_by('one ends soon', 'da_short', 'lasting');
my $log = $httpd->log_since(0);
like $log, qr/:warn\].*OCSP216: \Q${\ ca('da_expired')->{subject}}\E/,
    'one has expired: logged';
like $log, qr/:crit\].*OCSP204: \Q${\ ca($_)->{subject}}\E/, "$_: none is valid: logged"
    for qw(da_gone da_begin);
unlike $log, qr/OCSP2(?!05)\d\d: \Q${\ ca($_)->{subject}}\E: .*(?:expired|valid)/,
    "$_: nothing to complain of" for qw(da_future da_short);

# the turn: nobody restarts anything
sleep 0.1 while time < $turn + 0.2;
signed_by('after', 'da_end',   'follows');
signed_by('after', 'da_begin', 'later');
is $httpd->says('da_gone', serial_good), 'tryLater', 'and who has none has none';

# httpd -t says nothing of what is well by now
my ($status, $said) = config_test($section{da_begin}, '-D', 'OCSP_STRICT');
is $status, 0, 'what has begun: httpd -t exits 0' or diag $said;

# --- renewal (R128) ----------------------------------------------------------------------

# a new certificate for the old key: at graceful
dated('da_gone', 'first', @long);
ok $httpd->graceful, 'a new certificate for an old key: graceful';
signed_by('renewed', 'da_gone', 'first');
# and an expired one in the place of the only valid one: it counts, and cannot sign
dated('da_future', 'present', @ago);
$log = $httpd->graceful;
like $log, qr/:crit\].*OCSP204: \Q${\ ca('da_future')->{subject}}\E: .*\/present\.pem: /,
    'an expired one in the place of a good one: logged';
is $httpd->says('da_future', serial_good), 'tryLater',
    'an expired one in the place of a good one: tryLater'; # R127
signed_by('the other one has expired', 'da_expired', 'new');

# files that were just written are opened once more, when they have settled: what is
# wrong with them is not said once more
dated('da_short', 'lasting', @long);
my $away = ca('da_short')->{dir} . '/lasting.key';
rename $away, "$away.away" or die "$away: $!";
my $mark = length $httpd->log_since(0);
ok $httpd->graceful, 'a key that has gone: graceful';
sleep 7;
my @lines = drop_second(grep { /:(?:warn|error|crit)\].*\Q$away\E/ }
    split /\n/, $httpd->log_since($mark));
is scalar @lines, 1, 'a key that has gone: said once' or diag join "\n", @lines;
is $httpd->says('da_short', serial_good), 'good', 'the last good one signs on';

# one of tomorrow in the place of the only one that is valid
dated('da_expired', 'new', @next);
for my $when ('one of tomorrow', 'the next graceful') {
    ok $httpd->graceful, "$when: graceful";
    is $httpd->says('da_expired', serial_good), 'good', "$when: the last good one signs";
}

ok $httpd->stop, 'it ends when told to';

# An expired certificate in the place of one of two good ones: the other one signs, while
# httpd runs and after a graceful restart.
my $two = section('da_two', dated('da_two', 'one', @long), dated('da_two', 'two', @long));
my $serial = 0;
my $look = sub { dated('da_look', 'look', $now - DAY, $now + $_[0] * DAY) };
$httpd = OCSPTest::Httpd->start('renewal-two', "OCSPRefresh 1\n$two"
    . OCSPTest::Httpd::who_log('renewal-two')
    . section('da_look', $look->(1)));
my @at = (port => $httpd->{port}, path => '/');
signed_by('two good ones', 'da_two', 'one');

# The files of da_two have been looked at since this was called: those of da_look, which
# is the next issuer, change later, and that is logged.
sub looked_at {
    my ($when, $days) = @_;
    my $from = length $httpd->log_since(0);
    $look->($days);
    ok wait_for(120, sub {
        $httpd->log_since($from) =~ /OCSP233: \Q${\ ca('da_look')->{subject}}\E/;
    }), "$when: files were looked at";
    return;
}

# What server-status has of one of two keys.
sub issuer_of {
    my ($key) = @_;
    return $httpd->issuer($key eq 'old' ? 0 : 1);
}

# Each process loads renewed signers itself, a little after the log has it.
sub signed_by_all {
    my ($when, $ca, $want) = @_;
    ok wait_for(60, sub {
        # a serial number of its own, which no process has a response for
        my ($bodies, $missed) = $httpd->reach($ca, sprintf '5A%04X', ++$serial);
        return !@$missed && !grep { signer_of($_) ne $want } @$bodies;
    }), "$when: $ca: all processes sign by the one that is $want";
    return;
}

dated('da_two', 'one', @ago);
looked_at('one of two has expired', 2);
signed_by_all('one of two has expired', 'da_two', 'two');
signed_by('one of two has expired', 'da_two', 'two');

# a process that begins later has the signers of the start from the parent
my ($ended) = children($httpd->{pid});
$httpd->kill_child($ended);
ok wait_for(60, sub { !kill 0, $ended }), 'a process ends';
signed_by_all('a process began later', 'da_two', 'two');

# and does not answer before it has the renewed ones
for my $turn (1 .. 3) {
    my @ended = children($httpd->{pid});
    $httpd->kill_child($_) for @ended;
    ok wait_for(60, sub { !grep { kill 0, $_ } @ended }), "all processes end ($turn)";
    my %signed;
    for (1 .. 100) {
        my $body = eval { post(request('da_two', [sprintf '5B%04X', ++$serial]), @at)->{body} };
        $signed{ eval { signer_of($body) } // "none" }++ if defined $body && length $body;
    }
    is_deeply [keys %signed], ['two'], "none answers by the signers of the start ($turn)";
}
@lines = $httpd->log_since(0) =~ /:warn\].*(OCSP216: .*\/one\.pem: .*)/g;
is scalar @lines, 1, 'one of two has expired: said once' or diag join "\n", @lines;
ok $httpd->graceful, 'one of two has expired: graceful';
looked_at('one of two has expired, after a graceful', 3);
signed_by('one of two has expired, after a graceful', 'da_two', 'two');
ok $httpd->stop, 'it ends when told to';

# --- two keys of one CA, whose signers are one pool (R50) -------------------------------------

my $pool = sub {
    my ($days) = @_;
    return join '', map { dated("da_key_$_", $_, $now - DAY, $now + $days * DAY) } qw(old new);
};
my $unsigned = sub { issuer_section($_[0]) =~ s/^ +OCSPCertificate.*\n//mgr };
$httpd = OCSPTest::Httpd->start('renewal-keys', "OCSPRefresh 1\n" . $pool->(9)
    . join '', map { $unsigned->("da_key_$_") } qw(old new));
@at = (port => $httpd->{port}, path => '/');
for my $key (qw(old new)) {
    signed_by('two keys of one CA', "da_key_$key", $key);
    like issuer_of($key)->{LastResult}, qr/^ok/, "two keys of one CA: $key: no fault";
}
unlike $httpd->log_since(0), qr/OCSP(?:202|218|223)/, 'two keys of one CA: no complaint';
# each is renewed while the other one's file is broken
for my $key (qw(old new)) {
    my $other = $key eq 'old' ? 'new' : 'old';
    my $from  = length $httpd->log_since(0);
    OCSPTest::PKI::spew(ca("da_key_$other")->{dir} . "/$other.pem", "rubbish\n");
    ok wait_for(120, sub { issuer_of($other)->{LastResult} =~ /^failed/ }),
        "$other: its file is broken: failed";
    dated("da_key_$key", $key, $now - DAY, $now + 20 * DAY);
    ok wait_for(120, sub { issuer_of($key)->{SignerEndsIn} > 15 * DAY }),
        "$key: its certificate is renewed meanwhile";
    like issuer_of($key)->{LastResult}, qr/^ok/, "$key: without a fault";
    like $httpd->log_since($from), qr/OCSP202: .*\/$other\.pem: /, "$other: logged";
    dated("da_key_$other", $other, $now - DAY, $now + 9 * DAY);
    ok wait_for(120, sub { issuer_of($other)->{LastResult} =~ /^ok/ }), "$other: mended";
}
ok $httpd->stop, 'it ends when told to';

# --- a signer that its CA has revoked ---------------------------------------------------------

my $revocable = section('da_revoked', dated('da_revoked', 'first', @long));
my $crl = sub {
    my (@serials) = @_;
    OCSPTest::PKI::sign_crl('da_revoked', revoked => OCSPTest::PKI::revoked_and(
        map { $_ => ['261101000000Z', 'keyCompromise'] } @serials));
    return;
};
my $first = (run('openssl', 'x509', '-noout', '-serial', '-in',
    ca('da_revoked')->{dir} . '/first.pem'))[1] =~ s/^serial=|\s//gr;
$httpd = OCSPTest::Httpd->start('renewal-revoked', "OCSPRefresh 1\n$revocable");
like $httpd->issuer(0)->{LastResult}, qr/^ok/, 'before its signer is revoked: ok';
$crl->($first);
ok wait_for(120, sub {
    $httpd->issuer(0)->{LastResult} =~ /^failed: a signer's .*OCSP267.*; clients are answered/
}), 'its signer is revoked: server-status: failed';
$crl->($first, '3001');
ok wait_for(120, sub { $httpd->says('da_revoked', '3001') eq 'revoked' }), 'the next CRL';
my $told = sub {
    scalar(() = $httpd->log_since($_[0]) =~
        /:error\].*OCSP267: \Q${\ ca('da_revoked')->{subject}}\E: \S+first\.pem: /g);
};
is $told->(0), 1, 'its signer is revoked: logged once, as an error';
$mark = length $httpd->log_since(0);
ok $httpd->graceful, 'its signer is revoked: graceful';
is $told->($mark), 1, 'its signer is revoked: logged at a graceful restart';
dated('da_revoked', 'first', @long);
ok wait_for(120, sub { $httpd->issuer(0)->{LastResult} =~ /^ok/ }),
    'another certificate: server-status: ok';
ok $httpd->stop, 'it ends when told to';

# --- certificates that end soon (U2) -------------------------------------------------------

# A third of the time is left, or two days, or enough.
my %age = (soon => [$now - 80 * DAY, $now + 10 * DAY],
    close => [$now - 88 * DAY, $now + 2 * DAY], long => [$now - DAY, $now + 89 * DAY]);
my $aged = sub { section('da_age', dated('da_age', 'age', @{ $age{$_[0]} })) };
my $subject = ca('da_age')->{subject};
for my $case ([soon => 'warn', 'ends soon$'], [close => 'error', 'ends soon: renew it now$'],
    [long => undef, 'delegate$']) {
    my ($name, $level, $dumped) = @$case;
    my ($status, $said) = config_test($aged->($name), '-D', 'DUMP_OCSP');
    is $status, 0, "$name: httpd -t exits 0" or diag $said;
    my @said = $said =~ /:(\w+)\] .*OCSP248: \Q$subject\E: \S+\.pem: the signer's certificate expires on /g;
    is "@said", $level // '', "$name: httpd -t says that it is to be renewed" or diag $said;
    like $said, qr/^ +signer: .*, $dumped/m, "$name: and so does the dump";
}

# Nobody asks for the status of a certificate in all this time.
$httpd = OCSPTest::Httpd->start('renewal-age', "OCSPRefresh 1\n" . $aged->('soon'));
my $logged = sub { join ' ', $httpd->log_since(0) =~ /:(\w+)\] .*OCSP248: \Q$subject\E: /g };
is $logged->(), 'warn', 'it ends soon: logged at the start';
like $httpd->issuer(0)->{Signer}, qr/^ends soon: \S+ \(P-256/, 'and in server-status';
dated('da_age', 'age', @{ $age{close} });
ok wait_for(120, sub { $logged->() ne 'warn' }), 'two days are left: logged while it runs';
is $logged->(), 'warn error', 'once, as an error';
ok wait_for(120, sub {
    $httpd->issuer(0)->{Signer} =~ /^ends soon, renew it now: \S+ \(P-256/
}), 'and in server-status';
dated('da_age', 'age', @{ $age{long} });
ok wait_for(120, sub { $httpd->issuer(0)->{Signer} =~ /^ok until \S+ \(P-256/ }),
    'renewed: server-status is content';
is $logged->(), 'warn error', 'and nothing more was logged of it';

# a file of a signer's is one of the operator's: that it is not in order is seen
OCSPTest::PKI::spew(ca('da_age')->{dir} . '/age.pem', "rubbish\n");
ok wait_for(120, sub {
    $httpd->issuer(0)->{LastResult} =~ /^failed: a signer's .*OCSP202.*; clients are answered/
}), 'its file is broken: server-status: failed';
is $httpd->says('da_age', serial_good), 'good', 'its file is broken: it signs on';
dated('da_age', 'age', @{ $age{long} });
ok wait_for(120, sub { $httpd->issuer(0)->{LastResult} eq 'ok' }),
    'its file is mended: server-status: ok';
ok wait_for(120, sub { $httpd->log_since(0) =~ /ocsp:error\] .*OCSP266: \Q$subject\E: / }),
    'its file is mended: logged';
ok $httpd->stop, 'it ends when told to';
done_testing;
