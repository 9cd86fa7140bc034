# OCSPCRLPath: a directory in which every CRL finds the CA that signed it, whatever
# else lies there. CRLs of a part of a CA's certificates, found there or named.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX qw(mkfifo);
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('crlpath');
my $in  = "$dir/crls";
mkdir $_ or die "$_: $!" for $in, "$in/sub", "$dir/empty";

sub ago { return OCSPTest::PKI::utc(time - $_[0]) }

# A CRL so many seconds old that lists one serial number more.
sub crl {
    my ($name, $ca, $age, $serial, %opt) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$name", last => ago($age), %opt,
        revoked => OCSPTest::PKI::revoked_and(
            $serial => ['261101000000Z', 'superseded']));
    return "$dir/$name";
}

# The same, and its signature is broken: put in its place at once, for a server may look
# at any time.
sub broken_crl {
    my ($name, @more) = @_;
    my $bytes = OCSPTest::slurp(crl('aside.crl', @more, der => 1));
    OCSPTest::PKI::spew("$dir/$name", substr($bytes, 0, -1) . chr(ord(substr $bytes, -1) ^ 1));
    return ("$dir/$name", $bytes);
}

# A section without CRL.
sub bare { return issuer_section(@_) =~ s/^\s*OCSPCRLFile.*\n//mr }

# one name, two keys of one kind, and CRLs that do not say whose they are
OCSPTest::PKI::make_more(
    map { $_ => ['P-256', 'P-256', 'twin'] } qw(twin_1 twin_2));

my $c1     = ca('c1');
my @direct = (signer => $c1->{cert}, signer_key => $c1->{key});

sub says {
    my ($httpd, $when, $ca, %want) = @_;
    is $httpd->says($ca, $_), $want{$_}, "$when: $ca: $_ is $want{$_}"
        for sort keys %want;
    return;
}

# --- what may lie there ----------------------------------------------------------------

# old and new, the new one first or last by name; DER and PEM
crl('crls/1-a.crl',   'a', 9000, '6001', der => 1);
crl('crls/2-a.pem',   'a', 5000, '6002');
crl('crls/3-a',       'a', 7000, '6003');
crl('crls/1-b.crl',   'b', 5000, '6002');
crl('crls/2-b.crl',   'b', 9000, '6001', der => 1);
# one name, two keys
crl('crls/c-old.crl', 'c1', 9000, '6001');
crl('crls/c-new.crl', 'c2', 5000, '6002');
crl('crls/twin-old.crl', 'twin_1', 9000, '6001', exts => 'plain');
crl('crls/twin-new.crl', 'twin_2', 5000, '6002', exts => 'plain');
# of nobody here
crl('crls/foreign.crl', 'foreign', 100, '6004');
# passed over: what is hidden, what lies deeper
crl('crls/.hidden.crl', 'a', 100, '6004');
crl('crls/sub/a.crl',   'a', 100, '6004');
# no CRLs
my $der = OCSPTest::slurp("$in/1-a.crl");
OCSPTest::PKI::spew("$in/README",      "CRLs of these CAs\n");
OCSPTest::PKI::spew("$in/empty",       '');
OCSPTest::PKI::spew("$in/zero",        "\0" x 4096);
OCSPTest::PKI::spew("$in/ca.pem",      OCSPTest::slurp(ca('a')->{cert}));
OCSPTest::PKI::spew("$in/ca.key",      OCSPTest::slurp(ca('a')->{signer_key}));
symlink 'nowhere', "$in/link.crl" or die $!;
symlink '.', "$in/loop" or die $!;
mkfifo("$in/fifo.crl", 0600) or die "fifo: $!";

my $sections = bare('a') . bare('b') . bare('c1', @direct) . bare('c2') . bare('fresh')
    . bare('twin_1') . bare('twin_2');
my $httpd = OCSPTest::Httpd->start('crlpath', qq(OCSPCRLPath "$in"\n) . $sections);
my $log   = $httpd->log_since(0);
says($httpd, 'the newest', 'a',  '6001' => 'good', '6002' => 'revoked',
    '6003' => 'good', '6004' => 'good');
says($httpd, 'the newest', 'b',  '6001' => 'good', '6002' => 'revoked');
# R136: until there is a newer CRL by its own key, what the other's lists is revoked, too
says($httpd, 'one name, two keys', 'c1', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
says($httpd, 'one name, two keys', 'c2', '6001' => 'good', '6002' => 'revoked');
says($httpd, 'two keys of one kind', 'twin_1', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
says($httpd, 'two keys of one kind', 'twin_2', '6001' => 'good', '6002' => 'revoked');
is $httpd->issuer($_)->{LastResult}, 'ok', "two keys of one kind: server-status: $_"
    for 5, 6;
is $httpd->says('fresh', serial_good), 'tryLater', 'a CA without a CRL there: tryLater';
my @said = grep { /ocsp:(?:error|crit)/ } split /\n/, $log;
is scalar @said, 1, 'one error line' or diag $log;
like $said[0] // '', qr/OCSP206: CN=OCSP Test CA fresh,\S+: \Q$in\E\/?: no CRL of .*put one/,
    'of the CA without a CRL: directory and remedy';
unlike $log, qr/ocsp:warn|OCSP2(?:19|20)/, 'two keys under one name: nothing to warn of';
unlike $log, qr/README|ca\.key|link\.crl|foreign/,
    'no word about what is no CRL of ours';

# --- newer ones that cannot be taken -----------------------------------------------------

my ($newer, $bytes) = broken_crl('crls/4-a.crl', 'a', 1000, '6005');
$log = $httpd->graceful;
like $log,
    qr/:error\].*OCSP220: CN=OCSP Test CA a,.*using .*2-a\.pem; newer CRLs were rejected: \Q$newer\E: /,
    'a newer one with a broken signature: is told';
says($httpd, 'a newer one with a broken signature', 'a', '6002' => 'revoked',
    '6005' => 'good');
like $httpd->issuer(0)->{LastResult}, qr/^failed: using .*2-a\.pem; newer CRLs were rejected: \Q$newer\E: .*; /,
    'a newer one with a broken signature: server-status';
OCSPTest::PKI::spew($newer, substr $bytes, 0, -40);
$log = $httpd->graceful;
like $log, qr/OCSP206: CN=OCSP Test CA a,.*\Q$newer\E: .*cut off.*; the earlier status data stays in use /,
    'a newer one cut short: is told, and nothing older is taken';
says($httpd, 'a newer one cut short', 'a', '6002' => 'revoked', '6005' => 'good');
chmod 0, $newer;
$log = $httpd->graceful;
like $log, qr/:error\].*OCSP219: OCSPCRLPath: \Q$in\E\/?: 1 files? cannot be used: \Q$newer\E/,
    'one that cannot be read: directive, directory and file';
says($httpd, 'one that cannot be read', 'a', '6002' => 'revoked');
chmod 0600, $newer;
OCSPTest::PKI::spew($newer, $bytes);
$log = $httpd->graceful;
unlike $log, qr/ocsp:warn/, 'a newer one that is whole: nothing to warn of';
says($httpd, 'a newer one that is whole', 'a', '6002' => 'good', '6005' => 'revoked');

# what was to be a CRL, though none can tell whose
my %cut = ('empty.crl' => '', 'cut.crl' => substr($der, 0, 20), 'short.der' => "0\x82",
    'header.pem' => "-----BEGIN X509 CRL-----\n",
    'zero.crl' => "\0" x 4096);
for my $name (sort keys %cut) {
    OCSPTest::PKI::spew("$in/$name", $cut{$name});
    $log = $httpd->graceful;
    # that the one before has gone (OCSP244) may have been seen by now
    my @lines = drop_second(grep { /ocsp:error\]/ && !/CA fresh,|OCSP244/ } split /\n/, $log);
    is scalar @lines, 1, "$name, cut off: one line" or diag $log;
    like $lines[0] // '', qr/OCSP219: .*\Q$in\E\/?: 1 files? cannot be used: \Q$in\/$name\E: /,
        "$name, cut off: directory and file";
    says($httpd, "beside $name, cut off", 'a', '6002' => 'good', '6005' => 'revoked');
    unlink "$in/$name" or die $!;
}

# of two keys under one name neither has signed it: that is no other's CRL
my ($neither) = broken_crl('crls/c-1.crl', 'c1', 1000, '6009');
$log = $httpd->graceful;
like $log, qr/:error\].*OCSP220: CN=OCSP Test CA c,.*: \Q$neither\E: /,
    'a newer one that neither key has signed: is told';
says($httpd, 'a newer one that neither key has signed', 'c1', '6001' => 'revoked',
    '6009' => 'good');
unlink $neither or die $!;

# --- what comes and goes -----------------------------------------------------------------

crl('crls/fresh.crl', 'fresh', 600, '6006');
$log = $httpd->graceful;
says($httpd, 'one of a CA that had none', 'fresh', '6006' => 'revoked', '6001' => 'good');
unlike $log, qr/ocsp:(?:error|crit)\] (?!.*OCSP244)/,
    'one of a CA that had none: nothing is wrong any more';

# the older is still there: what was revoked must not become good (R140)
unlink $newer or die $!;
$log = $httpd->graceful;
like $log, qr/OCSP206: CN=OCSP Test CA a,.*; the earlier status data stays in use /,
    'the newest is gone: said';
says($httpd, 'the newest is gone', 'a', '6005' => 'revoked', '6002' => 'good');

unlink "$in/fresh.crl" or die $!;
$log = $httpd->graceful;
like $log, qr/OCSP206: CN=OCSP Test CA fresh,.*no CRL of .*; the earlier status data stays in use /,
    'the only one is gone: said';
says($httpd, 'the only one is gone', 'fresh', '6006' => 'revoked');

rename $in, "$dir/away" or die $!;
$log = $httpd->graceful;
is scalar(@said = drop_second(lines_of('OCSP206', $log))), 7,
    'the directory is gone: said of each issuer' or diag $log;
like $_, qr/
    OCSP206:\ CN=OCSP\ Test\ CA\ \w+,\S+:\ \Q$in\E\/?:\ .*No\ such\ file
    .*;\ the\ earlier\ status\ data\ stays\ in\ use\ \(<OCSPIssuer>\ at\ \S+:\d+\)/x,
    'the directory is gone: directory, cause and what comes of it' for @said;
says($httpd, 'the directory is gone', 'a', '6005' => 'revoked', '6002' => 'good');
says($httpd, 'the directory is gone', 'c1', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
rename "$dir/away", $in or die $!;
crl('crls/5-a.crl', 'a', 10, '6007');
$log = $httpd->graceful;
says($httpd, 'the directory is there again', 'a', '6007' => 'revoked', '6005' => 'good');
ok $httpd->stop, 'it ends when told to';

# --- no directory from the start -----------------------------------------------------------

for my $case (
    ['that is not there', "$dir/nowhere", qr/No such file/],
    ['that is a file',    "$in/5-a.crl",  qr/cannot be opened as a directory/],
    ['that is empty',     "$dir/empty",   qr/no CRL of .*: put one there/],
) {
    my ($name, $path, $cause) = @$case;
    my ($status, $said) = config_test(qq(OCSPCRLPath "$path"\n) . bare('a')
        . issuer_section('b'), '-D', 'OCSP_STRICT');
    is $status, 1, "a directory $name: httpd -t, strict: exits 1";
    my @lines = lines_of('OCSP206', $said);
    is scalar @lines, 1, "a directory $name: one line" or diag $said;
    like $lines[0] // '', qr/OCSP206: CN=OCSP Test CA a,\S+: \Q$path\E/,
        "a directory $name: issuer and directory";
    like $lines[0] // '', $cause, "a directory $name: the cause";
}
my $none = OCSPTest::Httpd->start('nodir', qq(OCSPCRLPath "$dir/nowhere"\n)
    . bare('a') . issuer_section('b'));
is $none->says('a', serial_good), 'tryLater', 'no directory at start: tryLater';
is $none->says('b', serial_good), 'good', 'no directory at start: others answer';
mkdir "$dir/nowhere" or die $!;
crl('nowhere/a.crl', 'a', 10, '6008');
$none->graceful;
is $none->says('a', '6008'), 'revoked', 'a directory at graceful: answered';
is $none->says('a', serial_good), 'good', 'a directory at graceful: answered good';
ok $none->stop, 'it ends when told to';

# --- parts -----------------------------------------------------------------------------------

# C1: as step-ca writes it, C3: two halves, C4: one of them is another CA's
OCSPTest::PKI::make_more(map { $_ => ['P-256', 'P-256'] } qw(step halves other));
mkdir "$dir/halves" or die $!;
crl('step.crl', 'step', 600, '6001', exts => 'step');
crl('halves/users.crl', 'halves', 500, '6001', exts => 'users');
crl('halves/cas.crl',   'halves', 600, '6002', exts => 'cas');
# each half of another key's, which does not say so
mkdir "$dir/twins" or die $!;
for my $n (1, 2) {
    crl("twins/$n-$_.crl", "twin_$n", $n * 100 + length, "600$n", exts => $_) for qw(users cas);
}
my $named = join ' ', map { qq("$_") } ca('other')->{crl}, "$dir/step.crl";

sub parts {
    my ($files, @more) = @_;
    return with('step', @more) =~ s/^(\s*OCSPCRLFile ).*/$1 $files/mr
        . bare('halves') =~ s/^<\/OCSP/    OCSPCRLPath "$dir\/halves"\n<\/OCSP/mr
        . join '', map { bare($_) =~ s/^<\/OCSP/    OCSPCRLPath "$dir\/twins"\n<\/OCSP/mr }
            qw(twin_1 twin_2);
}
my $part = OCSPTest::Httpd->start('parts', parts(qq("$dir/step.crl")));
$log = $part->log_since(0);
says($part, 'C1: its own words', 'step', '6001' => 'revoked', '2001' => 'tryLater');
like $log, qr/
    ocsp:warn\].*OCSP208:\ CN=OCSP\ Test\ CA\ step,\S+:\ \Q$dir\E\/step\.crl:\ .*
    issuingDistributionPoint:\ distributionPoint,\ onlyContainsUserCerts
    .*set\ OCSPCRLCoverage\ complete/x, 'C1: how it is good is said';
is $part->issuer(0)->{Answered}, 0, 'C1: its own words: server-status: tryLater';
says($part, 'C3: two halves', 'halves', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
unlike $log, qr/ocsp:(?:warn|error).* CN=OCSP Test CA halves/, 'C3: not a word about them';
says($part, 'two halves of each of two keys', 'twin_1', '6001' => 'revoked', '2001' => 'good');
says($part, 'two halves of each of two keys', 'twin_2', '6002' => 'revoked', '2001' => 'good');
unlike $log, qr/OCSP220/, 'two halves of each of two keys: each is in use';

$part->configure(parts(qq("$dir/step.crl"), 'OCSPCRLCoverage complete'));
unlink "$dir/halves/cas.crl" or die $!;
crl('halves/users.crl', 'halves', 300, '6003', exts => 'users');
$log = $part->graceful;
says($part, "C1: the operator's word", 'step', '6001' => 'revoked', '2001' => 'good');
unlike $log, qr/OCSP208: CN=OCSP Test CA step/, "C1: the operator's word: no warning";
is $part->issuer(0)->{Answered}, 1, "C1: the operator's word: server-status: answered";
says($part, 'C3: a half is gone', 'halves', '6003' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
like $log, qr/ocsp:error\].*OCSP206: CN=OCSP Test CA halves,.*onlyContainsCACerts\) is gone/,
    'C3: a half is gone: said';
like $part->issuer(1)->{LastResult}, qr/^failed: .*is gone.*restore it/,
    'C3: a half is gone: server-status';

crl('halves/cas.crl', 'halves', 200, '6004', exts => 'cas');
$part->configure(parts($named, 'OCSPCRLCoverage complete'));
$log = $part->graceful;
says($part, 'C3: it is there again', 'halves', '6004' => 'revoked', '6003' => 'revoked',
    '6002' => 'good', '2001' => 'good');
is $part->issuer(1)->{LastResult}, 'ok', 'C3: it is there again: server-status';
says($part, 'C4: one is not its own', 'step', '6001' => 'revoked', '2001' => 'tryLater');
like $log, qr/
    ocsp:error\].*OCSP206:\ CN=OCSP\ Test\ CA\ step,.*other\S*:\ is\ the\ CRL\ of\ another
    \ CA\ \(CN=OCSP\ Test\ CA\ other,.*\):\ name\ a\ CRL\ of\ CN=OCSP\ Test\ CA\ step,
    .*;\ the\ other\ files\ are\ used\ /x, 'C4: whose it is, is said';
like $part->issuer(0)->{LastResult}, qr/^failed: .*is the CRL of another CA/,
    'C4: server-status';

# what was issued may be revoked by the part that is not there
OCSPTest::PKI::spew("$dir/step.list", "2001\n");
$part->configure(parts(qq("$dir/step.crl"), qq(OCSPIssuedFile "$dir/step.list")));
$part->graceful;
says($part, 'a part, and a list', 'step', '6001' => 'revoked', '2001' => 'tryLater',
    '2002' => 'unknown');
is $part->issuer(0)->{Answered}, 0, 'a part, and a list: server-status: tryLater';
ok $part->stop, 'it ends when told to';

# a part that has gone counts on; whatever is there and cannot be read may be another
mkdir "$dir/seen" or die $!;
crl('seen/step.crl', 'step', 600, '6001', exts => 'step');
crl('seen/cas.crl',  'step', 600, '6002', exts => 'cas');
my $seen = OCSPTest::Httpd->start('seen', "OCSPRefresh 1s\n" . bare('step')
    =~ s/^<\/OCSP/    OCSPCRLPath "$dir\/seen"\n    OCSPCRLCoverage complete\n<\/OCSP/mr);
sub becomes {
    my ($when, $word) = @_;
    ok wait_for(60, sub { $seen->says('step', '2001') eq $word }), "$when: unlisted: $word";
    is $seen->says('step', '6002'), 'revoked', "$when: what is listed: revoked";
    return;
}
becomes('all parts', 'good');
unlink "$dir/seen/cas.crl" or die $!;
ok wait_for(60, sub { $seen->log_since(0) =~ /OCSP206: CN=OCSP Test CA step,.* is gone/ }),
    'one has gone: said';
becomes('one has gone', 'good');
for my $time (1, 2) {
    crl('seen/.new', 'step', 300, '6003', exts => 'users');
    chmod 0, "$dir/seen/.new" or die $!;
    rename "$dir/seen/.new", "$dir/seen/users.crl" or die $!;
    becomes("$time: one cannot be read", 'tryLater');
    unlink "$dir/seen/users.crl" or die $!;
    becomes("$time: that has gone", 'good');
}
# what is not the newest is failed until it is, however often it is checked
sub checks {
    my $last = $seen->status->{OCSPLastCheck};
    return ok wait_for(60, sub { $seen->status->{OCSPLastCheck} ne $last }), 'it is checked';
}
crl('seen/cas.crl', 'step', 500, '6002', exts => 'cas');
ok wait_for(60, sub { $seen->issuer(0)->{LastResult} eq 'ok' }), 'all parts again: ok';
broken_crl('seen/users.crl', 'step', 200, '6004', exts => 'users');
ok wait_for(60, sub { $seen->issuer(0)->{LastResult} =~ /^failed: using .*; newer CRLs were rejected: / }),
    'a newer one with a broken signature: server-status';
checks() for 1 .. 3;
like $seen->issuer(0)->{LastResult}, qr/^failed: using .*; newer CRLs were rejected: /,
    'a newer one with a broken signature: it stays so';
is scalar(@said = lines_of('OCSP220', $seen->log_since(0))), 1,
    'a newer one with a broken signature: is told once';
my $mark = length $seen->log_since(0);
crl('seen/.new', 'step', 200, '6004', exts => 'users');
rename "$dir/seen/.new", "$dir/seen/users.crl" or die $!;
ok wait_for(60, sub { $seen->log_since($mark) =~ /ocsp:error\].*OCSP244: CN=OCSP Test CA step/ }),
    'it is whole: said';
ok wait_for(60, sub { $seen->issuer(0)->{LastResult} eq 'ok' }), 'it is whole: server-status';
ok $seen->stop, 'it ends when told to';

done_testing;
