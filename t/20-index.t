# OCSPIndexFile and OCSPIssuedFile: what was issued, and what of it was revoked. Of a
# real database of "openssl ca" `openssl ocsp -index` is the judge, where it is right.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes ();
use Time::Local qw(timegm);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Response;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir  = scratch_dir('index');
my $day  = 86_400;
my $far  = '491231235959Z';
my $past = '250101000000Z';
OCSPTest::PKI::make_more(kept => ['P-256', 'P-256'], rows => ['P-256', 'P-256']);
my $ca   = ca('kept');
my $rows = ca('rows');

# --- a database of "openssl ca" -------------------------------------------------------

my $db = "$dir/index.txt";
OCSPTest::PKI::spew($db, '');
OCSPTest::PKI::spew("$db.attr", "unique_subject = no\n");
OCSPTest::PKI::spew("$dir/serial", "1000\n");
OCSPTest::PKI::spew("$dir/ca.cnf", <<"END");
[ca]
default_ca = this
[this]
database = $db
new_certs_dir = $dir
serial = $dir/serial
certificate = $ca->{cert}
private_key = $ca->{key}
default_md = sha256
default_days = 365
policy = any
[any]
organizationName = optional
commonName = supplied
END

sub keep {
    my (@args) = @_;
    my ($status, $said) = run('openssl', 'ca', '-batch', '-config', "$dir/ca.cnf",
        @args);
    die "openssl ca @args: $said" if $status != 0;
    return;
}

my $csr = "$dir/leaf.csr";
run('openssl', 'req', '-new', '-config', $ca->{config}, '-key',
    "$ca->{dir}/../leaf.key", '-subj', '/O=Example/CN=twin.example.com', '-out', $csr);

# The serial number of a certificate that is issued now, or from START until END.
sub issue {
    my ($start, $end) = @_;
    chomp(my $serial = OCSPTest::slurp("$dir/serial"));
    keep('-notext', '-in', $csr, '-out', "$dir/$serial.pem", $start
        ? ('-startdate', $start, '-enddate', $end) : ());
    return $serial;
}

# Arguments of -revoke, and what becomes of them: all of one subject.
my @ways = (
    ['in no way'], ['without a reason', []],
    (map { ["by $_", ['-crl_reason', $_]] } qw(unspecified keyCompromise CACompromise
        affiliationChanged superseded cessationOfOperation certificateHold
        removeFromCRL)),
    ['by a hold\'s instruction', ['-crl_hold', 'holdInstructionReject']],
    ['by a key\'s compromise', ['-crl_compromise', '20260102030405Z']],
    ['by a CA key\'s compromise', ['-crl_CA_compromise', '20260102030405Z']],
);
my %serial = map { $_->[0] => issue() } @ways;
my @ended  = ('20250101000000Z', '20250601000000Z');
$serial{'and expired'}             = issue(@ended);
$serial{'and expired, as it was not'} = issue(@ended);
for my $way (grep { $_->[1] } @ways) {
    keep('-revoke', "$dir/$serial{ $way->[0] }.pem", @{ $way->[1] });
}
keep('-revoke', "$dir/$serial{'and expired'}.pem", '-crl_reason', 'superseded');
keep('-updatedb');
my $index = OCSPTest::slurp($db);
like $index, qr/^E\t[^\n]*\t$serial{'and expired, as it was not'}\t/m,
    'openssl ca has a row of each kind: E';
like $index, qr/^V\t/m, 'V';
like $index, qr/^R\t250601000000Z\t[^\n]*superseded\t$serial{'and expired'}\t/m,
    'R, also when it has expired';
like $index, qr/^R\t[^\n]*,holdInstruction,holdInstructionReject\t/m, 'with an instruction';
like $index, qr/^R\t[^\n]*,CAkeyTime,20260102030405Z\t/m, 'with a time';

# --- rows by hand ---------------------------------------------------------------------

# What each means: [name, the row's fields but file and subject, status, number of the
# reason, what comes behind the subject, the subject]
my $then = 1_767_323_045; # 260102030405Z
my @by_hand = (
    ['valid', 'V', $far, '', '2001', 'good'],
    ['a year of four digits', 'V', '20491231235959Z', '', '2002', 'good'],
    ['years of four digits', 'R', '20991231235959Z', '20260102030405Z,superseded',
        '2003', 'revoked', 4],
    ['no seconds', 'V', '4912312359Z', '', '2004', 'good'],
    ['lower case', 'V', $far, '', 'abcdef', 'good'],
    ['lower case, revoked', 'R', $far, '260102030405Z,keyCompromise', 'abcdf0',
        'revoked', 1],
    ['an odd number of digits', 'V', $far, '', 'ABC', 'good'],
    ['zeros in front', 'R', $far, '260102030405Z', '000ABD', 'revoked', undef],
    ['20 octets', 'V', $far, '', serial_high, 'good'],
    ['an end of CR and LF', 'R', $far, '260102030405Z,certificateHold', '2005',
        'revoked', 6, "\r"],
    ['expired', 'E', $past, '', '2006', 'good'],
    ['expired and revoked', 'R', $past, '240102030405Z,keyCompromise', '2007',
        'revoked', 1],
    ['a reason of today\'s', 'R', $far, '260102030405Z,privilegeWithdrawn', '2008',
        'revoked', 9],
    ['a reason in small letters', 'R', $far, '260102030405Z,cacompromise', '2009',
        'revoked', 2],
    ['a reason that nobody knows', 'R', $far, '260102030405Z,boredom', '200A',
        'revoked', undef],
    ['an instruction', 'R', $far,
        '260102030405Z,holdInstruction,holdInstructionCallIssuer', '200B', 'revoked',
        6],
    ['a time', 'R', $far, '260102030405Z,keyTime,20260101000000Z', '200C', 'revoked',
        1],
    ['a subject with a tab', 'V', $far, '', '200D', 'good', undef, '', "/CN=a\\\tb"],
    ['no subject', 'V', $far, '', '200E', 'good', undef, '', ''],
    ['a twin', 'V', $far, '', '200F', 'good', undef, '', '/CN=twin'],
    ['the other twin', 'R', $far, '260102030405Z', '2010', 'revoked', undef, '',
        '/CN=twin'],
    ['twice, and revoked once', 'R', $far, '260102030405Z,superseded', '2011',
        'revoked', 4],
);
my $text = "# what is not a row\n\n";
for my $row (@by_hand) {
    my ($name, $state, $expiry, $revoked, $serial, $status, $reason, $end, $subject)
        = @$row;
    $subject //= "/CN=$serial";
    $text .= join("\t", $state, $expiry, $revoked, $serial, 'unknown', $subject)
        . ($end // '') . "\n";
}
$text .= join("\t", 'V', $far, '', '2011', 'unknown', '/CN=2011'); # and no LF
my $by_hand = "$dir/by-hand.txt";
OCSPTest::PKI::spew($by_hand, $text);

# --- the other sources ----------------------------------------------------------------

sub row {
    my ($state, $serial, %opt) = @_;
    return join("\t", $state, $opt{expiry} // $far, $opt{revoked} // '', $serial,
        'unknown', "/CN=$serial") . "\n";
}

# beside the usual CRL: 1001 compromised, 1002 on hold, 1003, and serial_high
my $beside = "$dir/beside.txt";
OCSPTest::PKI::spew($beside, row('V', '2001') . row('V', serial_compromised)
    . row('R', '3001', revoked => '260102030405Z,superseded')
    . row('R', '3002', revoked => '240102030405Z,keyCompromise', expiry => $past)
    . row('E', '3003', expiry => $past)
    . row('R', serial_no_reason, revoked => '260304050607Z'));
my $list = "$dir/issued.hex";
OCSPTest::PKI::spew($list, <<"END");
# what the CA has issued
2001
0x2002
20:03 # with colons
0xAbCdEf

    2005\r
1001
END
my $other = "$dir/other.txt";
OCSPTest::PKI::spew($other, row('V', '6001'));
my $little = "$dir/little.hex";
OCSPTest::PKI::spew($little, "2001\n");

# With the signers of a CA and these lines, but no CRL.
sub without_crl {
    my ($name, @lines) = @_;
    return with($name, @lines) =~ s/^ *OCSPCRLFile.*\n//mr;
}

my @words = qw(good unknown unauthorized revoked);
my %port  = map { $_ => free_port() } qw(rows beside other list few alone two
    ends),
    @words;
my $main  = without_crl('kept', qq(OCSPIndexFile "$db"));
my $hour  = time + 3600;
my $ends  = "$dir/ends.txt";
OCSPTest::PKI::spew($ends, row('V', '0600', expiry => OCSPTest::PKI::utc($hour))
    . row('V', '0700') . row('V', '0800', expiry => $past)
    . row('E', '0900', expiry => $past));
my $rest  = join '',
    vhost($port{ends}, without_crl('rows', qq(OCSPIndexFile "$ends"))),
    vhost($port{rows}, without_crl('rows', qq(OCSPIndexFile "$by_hand"))),
    vhost($port{beside}, with('rows', qq(OCSPIndexFile "$beside"))),
    vhost($port{other}, with('rows', qq(OCSPIndexFile "$other"))),
    vhost($port{few}, with('rows', qq(OCSPIssuedFile "$little"))),
    vhost($port{list}, with('rows', qq(OCSPIssuedFile "$list"))),
    vhost($port{alone}, without_crl('rows', qq(OCSPIssuedFile "$little"))),
    vhost($port{two}, with('rows', qq(OCSPIndexFile "$beside" "$db"),
        qq(OCSPIssuedFile "$little"), qq(OCSPIssuedFile "$list"))),
    map { vhost($port{$_}, with('rows', qq(OCSPIssuedFile "$list"),
        "OCSPUnlisted $_")) } @words;
my $started = int Time::HiRes::time;
my $httpd   = OCSPTest::Httpd->start('index', "OCSPRefresh off\n$main$rest");
my $log     = $httpd->log_since(0);

# --- what "openssl ca" keeps ----------------------------------------------------------

# What a response says of a serial number: status, reason and time.
sub words_of {
    my ($body) = @_;
    my $said = fields_of($body)->{singles}[0];
    return join ', ', map { $_ // '-' } @$said{qw(status reason revoked)};
}

sub openssl_says {
    my ($serial) = @_;
    my ($status, $text) = run('openssl', 'ocsp', '-index', $db, '-CA', $ca->{cert},
        '-rsigner', $ca->{signer}, '-rkey', $ca->{signer_key}, '-issuer',
        $ca->{cert}, '-serial', "0x$serial", '-ndays', 1, '-respout',
        "$dir/response.der");
    die "openssl ocsp -index: $text" if $status != 0;
    return words_of(OCSPTest::slurp("$dir/response.der"));
}

sub we_say {
    my ($serial) = @_;
    my $res = post(request('kept', [$serial]), port => $httpd->{port}, path => '/');
    my $text = oracle($res->{body}, 'kept', [$serial]);
    like $text, qr/Response verify OK/, "$serial: verified";
    return words_of($res->{body});
}

# R53, R54, R57, R64
for my $way (sort keys %serial) {
    my $serial = $serial{$way};
    my $want = openssl_says($serial);
    # an unspecified reason is none (R54), and what is to be removed from a CRL is
    # revoked until it is
    $want =~ s/, (?:unspecified|removeFromCRL),/, -,/;
    # `openssl ocsp` says nothing at all of an expired one
    $want = 'good, -, -' if $way eq 'and expired, as it was not';
    is we_say($serial), $want, "openssl ca: revoked $way: as openssl ocsp says";
}
is we_say('2001'), 'unknown, -, -', 'openssl ca: never issued: unknown'; # R61
is openssl_says('2001'), 'unknown, -, -', 'as openssl ocsp says';

# R99: thisUpdate is the last good look, a little earlier; R97: there is no end to it
my $said = ask($httpd->{port}, 'kept', $serial{'in no way'});
cmp_ok $said->{this}, '<=', $said->{produced} - 300, 'thisUpdate: 5 minutes earlier';
cmp_ok $said->{this}, '>=', $started - 300, 'thisUpdate: than the last look';
is $said->{lasts}, 43_200, 'nextUpdate: as OCSPNextUpdate says';
is $said->{max_age}, 3600, 'it may be cached';

# F2: no answer outlives the certificate that it is about; one about a certificate that
# has expired already lasts as long as any
for my $case (['0600', $hour], ['0700'], ['0800'], ['0900']) {
    my ($serial, $end) = @$case;
    my $is = ask($port{ends}, 'rows', $serial);
    is $is->{status}, 'good', "an index with $serial: good";
    is $is->{next}, $end // $is->{produced} + 43_200, "an index with $serial: nextUpdate";
}

# server-status counts what was issued and what was revoked
my $issuer = $httpd->issuer(0);
my $revoked = () = $index =~ /^R\t/mg;
my $others  = () = $index =~ /^[VE]\t/mg;
is $issuer->{Entries}, $revoked, 'server-status: revoked';
is $issuer->{Issued}, $others, 'server-status: issued';
is $issuer->{NextUpdate}, '-', 'server-status: no nextUpdate';
is $issuer->{LastResult}, 'ok', 'server-status: all is well';

# --- every form of a row --------------------------------------------------------------

for my $row (@by_hand) {
    my ($name, undef, undef, $revoked_at, $serial, $status, $reason) = @$row;
    my $is = ask($port{rows}, 'rows', $serial);
    is $is->{status}, $status, "$name: $status";
    my $code = $is->{reason_code};
    is defined $code ? sprintf('%x', $code) : undef, $reason, "$name: the reason"
        if $status eq 'revoked';
    is $is->{revoked}, $revoked_at =~ /^24/ ? $then - 731 * $day : $then,
        "$name: since when" if $status eq 'revoked'; # R71: for ever
}
is $httpd->says('rows', 'ABCDEE', port => $port{rows}), 'unknown', 'no such row';

# --- beside a CRL ---------------------------------------------------------------------

for my $case (
    ['valid, and not on the CRL', '2001', 'good'],
    ['revoked by the CRL alone', serial_held, 'revoked'],
    ['valid, and revoked by the CRL', serial_compromised, 'revoked'], # R73
    ['revoked by both', serial_no_reason, 'revoked'],
    ['revoked by the index alone', '3001', 'revoked'], # R73
    ['revoked, expired, and no longer on the CRL', '3002', 'revoked'], # R71
    ['expired', '3003', 'good'],
    ['never issued', '2002', 'unknown'], # R60, R61
) {
    my ($name, $serial, $want) = @$case;
    is $httpd->says('rows', $serial, port => $port{beside}), $want,
        "index and CRL: $name: $want";
}
# R73: and it is said
my ($warning) = grep { /OCSP208: .*beside\.txt/ } split /\n/, $log;
like $warning // '', qr/1 certificates that are revoked in \Q$beside\E/,
    'index and CRL: what the CRL does not list is warned of';
like $warning // '', qr/1 certificates are revoked, but valid in \Q$beside\E/,
    'index and CRL: what the index has as valid is warned of';
# the CRL's own time, as ever
my $crl_time = ask($port{good}, 'rows', '2001')->{this};
is ask($port{beside}, 'rows', '2001')->{this}, $crl_time,
    'index and CRL: thisUpdate is the CRL\'s';

# --- lists of what was issued ---------------------------------------------------------

for my $case (['2001', 'good'], ['2002', 'good'], ['2003', 'good'], ['ABCDEF', 'good'],
    ['2005', 'good'], [serial_compromised, 'revoked'], [serial_held, 'revoked'],
    ['2004', 'unknown']) {
    my ($serial, $want) = @$case;
    is $httpd->says('rows', $serial, port => $port{list}), $want,
        "list and CRL: $serial: $want";
}
# nothing there tells of revocations
is $httpd->says('rows', $_, port => $port{alone}), 'tryLater', "a list alone: $_"
    for '2001', '2002';
like $log, qr/OCSP206: CN=OCSP Test CA rows,.*no OCSPCRLFile, no OCSPCRLPath, no OCSPIndexFile/,
    'a list alone: what is missing is said';
is scalar(grep { !/beside/ && /issued\.hex/ } lines_of('OCSP208', $log)), 0,
    'a list says of nothing that it is valid';

# a table belongs to all of its sources, not to the CA and its CRL alone
for my $case (['other', '6001', 'good'], ['other', '2001', 'unknown'],
    ['beside', '6001', 'unknown'], ['few', '2001', 'good'], ['few', '2002', 'unknown']) {
    my ($host, $serial, $want) = @$case;
    is $httpd->says('rows', $serial, port => $port{$host}), $want,
        "the same CRL with other issuance data: $host: $serial: $want";
}

# several of both: each adds what it has
for my $case (['2001', 'good'], ['2003', 'good'], ['3003', 'good'],
    ['3001', 'revoked'], [$serial{'in no way'}, 'good'], ['2004', 'unknown']) {
    my ($serial, $want) = @$case;
    is $httpd->says('rows', $serial, port => $port{two}), $want,
        "two indexes and two lists: $serial: $want";
}

# --- OCSPUnlisted ---------------------------------------------------------------------

# R61, R62: what is not issued
my %lasts = (good => 43_200, unknown => 600, revoked => 600);
for my $word (qw(good unknown revoked)) {
    my $is = ask($port{$word}, 'rows', '2004');
    is $is->{status}, $word, "OCSPUnlisted $word: not issued";
    is $is->{lasts}, $lasts{$word}, "OCSPUnlisted $word: for so long";
    is $is->{extended}, $word eq 'revoked' ? 1 : 0, "OCSPUnlisted $word: extended revoke";
    is $is->{cache} eq 'no-store' ? 1 : 0, $word eq 'good' ? 0 : 1,
        "OCSPUnlisted $word: caches"; # R166
}
ok is_error(post(request('rows', ['2004']), port => $port{unauthorized}, path => '/'),
    UNAUTHORIZED), 'OCSPUnlisted unauthorized: not issued';
$said = ask($port{list}, 'rows', '2004');
is $said->{lasts}, 600, 'without the directive: unknown, for ten minutes';
is $said->{cache}, 'no-store', 'without the directive: kept by nobody';
# what is issued, or revoked, is not concerned
for my $word (@words) {
    my $is = ask($port{$word}, 'rows', '2001');
    is $is->{status}, 'good', "OCSPUnlisted $word: issued: good";
    is $is->{lasts}, 43_200, "OCSPUnlisted $word: issued: lasts";
    is $is->{extended}, 0, "OCSPUnlisted $word: issued: no extension";
    is $is->{max_age}, 3600, "OCSPUnlisted $word: issued: cached";
    is $httpd->says('rows', serial_compromised, port => $port{$word}), 'revoked',
        "OCSPUnlisted $word: on the CRL: revoked";
}

# --- at graceful ----------------------------------------------------------------------

# R64, R72: issued and revoked, and known at once
my $new = issue();
keep('-revoke', "$dir/$serial{'in no way'}.pem", '-crl_reason', 'keyCompromise');
isnt $httpd->graceful, undef, 'graceful after an issue and a revocation';
is we_say($new), 'good, -, -', 'graceful: what was issued is good';
is we_say($serial{'in no way'}), openssl_says($serial{'in no way'}),
    'graceful: what was revoked is revoked';
is $httpd->issuer(0)->{Entries}, $revoked + 1, 'graceful: one more revocation';

# what is broken is not taken, and the last good one stays; each names line and cause
my $good = OCSPTest::slurp($db);
for my $case (
    ['a row cut off', $good . "V\t$far\t", qr/six fields/],
    ['a row of another kind', $good . row('X', '4001'), qr/neither with V nor E nor R/],
    ['a serial number that is none', $good . row('V', 'XYZ'), qr/serial number/],
    ['revoked at no time', $good . row('R', '4001'), qr/no revocation date/],
    ['no date of expiry', $good . row('V', '4001', expiry => 'soon'), qr/expiry/],
    ['what is no index', "\0\1\2\3" x 100, qr/line 1: .*NUL/],
) {
    my ($name, $bytes, $words) = @$case;
    OCSPTest::PKI::spew($db, $bytes);
    my $mark = $httpd->graceful // '';
    my ($line) = lines_of('OCSP206', $mark);
    like $line // '', qr/\Q$db\E.*$words/, "$name: the error log names file and cause";
    is we_say($serial{'in no way'}), 'revoked, keyCompromise, '
        . (time_of_row($good, $serial{'in no way'})), "$name: revoked stays revoked";
    is we_say($new), 'good, -, -', "$name: good stays good";
}

# The time of a row, in seconds since 1970.
sub time_of_row {
    my ($text, $serial) = @_;
    my ($y, $mon, $d, $h, $m, $s)
        = $text =~ /^R\t\w+\t(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z,\w+\t$serial\t/m
        or die $text;
    return timegm($s, $m, $h, $d, $mon - 1, 2000 + $y);
}

# fewer rows are not taken at graceful, which log rotation does as well
OCSPTest::PKI::spew($db, row('V', '5001'));
isnt $httpd->graceful, undef, 'graceful with fewer rows';
ok wait_for(DEADLINE_S, sub { $httpd->issuer(0)->{LastResult} =~ /^failed: .*start it again/ }),
    'fewer rows: server-status says what would be consent'
    or diag $httpd->issuer(0)->{LastResult};
is we_say($new), 'good, -, -', 'fewer rows: what was issued is so still';
ok $httpd->stop, 'it ends when told to';

# --- "httpd -t" -----------------------------------------------------------------------

for my $case (
    ['an index that is not there', qq(OCSPIndexFile "$dir/none.txt"), qr/none\.txt/],
    ['a list that is not there', qq(OCSPIssuedFile "$dir/none.hex"), qr/none\.hex/],
    ['a directory', qq(OCSPIndexFile "$dir"), qr/\Q$dir\E/],
    ['a CRL for an index', qq(OCSPIndexFile "$rows->{crl}"), qr/line 1: .*six fields/],
    ['an index for a list', qq(OCSPIssuedFile "$beside"), qr/line 1: .*serial number/],
) {
    my ($name, $line, $words) = @$case;
    my ($status, $text) = config_test(with('rows', $line), '-D', 'OCSP_STRICT');
    is $status, 1, "httpd -t: $name: exit status";
    like $text, qr/OCSP206: .*$words/, "httpd -t: $name: file and cause";
}
my ($status, $nothing_wrong) = config_test(without_crl('rows',
    qq(OCSPIndexFile "$by_hand")), '-D', 'OCSP_STRICT');
is $status, 0, 'httpd -t: an index alone is enough' or diag $nothing_wrong;

done_testing;
