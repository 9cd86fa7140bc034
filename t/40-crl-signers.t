# CRLs by other keys than the CA's own: several keys of one name, OCSPCRLScope, and
# certificates that sign CRLs alone, OCSPCRLSignerFile.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('crl-signers');
mkdir "$dir/both" or die $!;

sub ago { return OCSPTest::PKI::utc(time - $_[0]) }

# A CRL so many seconds old that lists one serial number more.
sub crl {
    my ($name, $ca, $age, $serial, %opt) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$name", last => ago($age), %opt,
        revoked => OCSPTest::PKI::revoked_and(
            $serial => ['261101000000Z', 'superseded']));
    return "$dir/$name";
}

# A CA's section with these lines in place of its CRL.
sub with_lines {
    my ($ca, @lines) = @_;
    my $more = join '', map { "    $_\n" } @lines;
    return issuer_section($ca) =~ s/^\s*OCSPCRLFile.*\n/$more/mr;
}

sub says {
    my ($httpd, $when, $ca, %want) = @_;
    is $httpd->says($ca, $_), $want{$_}, "$when: $ca: $_ is $want{$_}"
        for sort keys %want;
    return;
}

# one name, two keys of one kind, and CRLs that do not say whose they are
OCSPTest::PKI::make_more((map { $_ => ['P-256', 'P-256', 'pair'] } qw(one two)),
    (map { $_ => ['P-256', 'P-256', 'roll'] } qw(old new)), apart => ['P-256', 'P-256']);

# --- two keys of a name, by file ----------------------------------------------------------

my $one = crl('one.crl', 'one', 9000, '6001', exts => 'plain');
my $two = crl('two.crl', 'two', 5000, '6002', exts => 'plain');

sub pair {
    my (@lines) = @_;
    return with_lines('one', @lines) . with_lines('two', qq(OCSPCRLFile "$two"));
}
my $httpd = OCSPTest::Httpd->start('pair', pair(qq(OCSPCRLFile "$two")));
my $log   = $httpd->log_since(0);
# R136
says($httpd, 'the CRL of the other key', 'one', '6002' => 'revoked', '6001' => 'tryLater',
    '2001' => 'tryLater');
says($httpd, 'the CRL of the other key', 'two', '6002' => 'revoked', '2001' => 'good');
like $log, qr/
    ocsp:warn\].*OCSP208:\ CN=OCSP\ Test\ CA\ pair,\S+:\ \Q$two\E:\ RFC\ 5280\ section\ 5:
    \ is\ signed\ by\ another\ key\ of\ the\ CA,.*set\ OCSPCRLScope\ name/x,
    'the CRL of the other key: cause and remedy';
is $httpd->issuer(0)->{Answered}, 0, 'the CRL of the other key: server-status: tryLater';

$httpd->configure(pair(qq(OCSPCRLFile "$two"), 'OCSPCRLScope name'));
$log = $httpd->graceful;
says($httpd, 'OCSPCRLScope name', 'one', '6002' => 'revoked', '6001' => 'good',
    '2001' => 'good');
unlike $log, qr/OCSP208/, 'OCSPCRLScope name: no warning';
is $httpd->issuer(0)->{Answered}, 1, 'OCSPCRLScope name: server-status: answered';

$httpd->configure(pair(qq(OCSPCRLFile "$two" "$one")));
$log = $httpd->graceful;
says($httpd, 'both CRLs', 'one', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
unlike $log, qr/OCSP20[68]|OCSP220/, 'both CRLs: not a word about them';

# as the CA writes a newer one for the first key
crl('one.crl', 'one', 100, '6003', exts => 'plain');
$httpd->graceful;
says($httpd, 'a newer CRL of its own key', 'one', '6003' => 'revoked', '2001' => 'good');
ok $httpd->stop, 'it ends when told to';

# --- two keys of a name, in one directory --------------------------------------------------

crl('both/1.crl', 'one', 9000, '6001', exts => 'plain');
crl('both/2.crl', 'two', 9000 - 300, '6002', exts => 'plain');
my $in = qq(OCSPCRLPath "$dir/both"\n);
$httpd = OCSPTest::Httpd->start('both', $in . with_lines('one'));
$log   = $httpd->log_since(0);
says($httpd, 'an unknown key', 'one', '6001' => 'revoked', '6002' => 'good',
    '2001' => 'good');
like $log, qr/
    OCSP220:\ CN=OCSP\ Test\ CA\ pair,.*newer\ CRLs\ were\ rejected:\ \S+2\.crl:\ .*
    add\ an\ <OCSPIssuer>\ for\ it,.*OCSPCRLSignerFile/x, 'an unknown key: the remedies';
# no file has changed since
$httpd->configure($in . with_lines('one') . with_lines('two'));
$log = $httpd->graceful;
# R136
says($httpd, 'the key is configured', 'one', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
says($httpd, 'the key is configured', 'two', '6002' => 'revoked', '2001' => 'good');
is $httpd->issuer($_)->{LastResult}, 'ok', "the key is configured: server-status: $_"
    for 0, 1;
unlike $log, qr/OCSP220: /, 'the key is configured: nothing is rejected';
# the other way round
crl('both/1.crl', 'one', 4000, '6001', exts => 'plain');
$httpd->graceful;
says($httpd, 'the other way round', 'one', '6001' => 'revoked', '2001' => 'good');
says($httpd, 'the other way round', 'two', '6001' => 'revoked', '6002' => 'revoked',
    '2001' => 'good');
ok $httpd->stop, 'it ends when told to';

# --- one CA in two servers, for which a CRL counts differently -------------------------------

my $port = free_port();
$httpd = OCSPTest::Httpd->start('scopes', pair(qq(OCSPCRLFile "$two"), 'OCSPCRLScope name')
    . vhost($port, pair(qq(OCSPCRLFile "$two"), 'OCSPCRLScope key')));
is $httpd->says('one', '2001'), 'good', 'the server, OCSPCRLScope name: good';
is $httpd->says('one', '2001', port => $port), 'tryLater',
    'a virtual host with the same files, OCSPCRLScope key: tryLater';
is $httpd->says('one', '6002', port => $port), 'revoked',
    'a virtual host with the same files, OCSPCRLScope key: what is listed: revoked';
ok $httpd->stop, 'it ends when told to';

# --- a key that is renewed by a self-issued certificate --------------------------------------

# C6: the new key signs the CRLs of both
OCSPTest::PKI::issue(ca('old'), "$dir/new-with-old.pem", ca('new')->{key},
    'OCSP Test CA roll', '5001', 'root');
my $roll = crl('roll.crl', 'new', 5000, '6001');

sub roll {
    my (@lines) = @_;
    return with_lines('old', qq(OCSPCRLFile "$roll"), @lines)
        . with_lines('new', qq(OCSPCRLFile "$roll"))
        =~ s/<OCSPIssuer .*>/<OCSPIssuer "$dir\/new-with-old.pem">/r;
}
$httpd = OCSPTest::Httpd->start('roll', roll());
says($httpd, 'C6: a self-issued certificate', $_, '6001' => 'revoked', '2001' => 'good')
    for qw(old new);
unlike $httpd->log_since(0), qr/ocsp:(?:warn|error)/, 'C6: not a word about it';
$httpd->configure(roll('OCSPCRLScope key'));
$httpd->graceful;
says($httpd, 'OCSPCRLScope key', 'old', '6001' => 'revoked', '2001' => 'tryLater');
ok $httpd->stop, 'it ends when told to';

# --- a certificate that signs CRLs alone -----------------------------------------------------

# C7: the CA's own must not
OCSPTest::PKI::make_root('apart', 'mute');
my ($cert, $key) = ("$dir/signer.pem", "$dir/signer.key");

# Put a CRL signer's certificate and key there, valid for so many seconds from then on.
sub put_signer {
    my ($from, $to, $extensions) = @_;
    OCSPTest::PKI::issue_dated(ca('apart'), "$dir/.new.pem", "$dir/new.key",
        'OCSP Test CA apart', time + $from, time + $to, $extensions // 'crl_signer');
    rename "$dir/.new.pem", $cert or die $!;
    return;
}
OCSPTest::PKI::make_key("$dir/new.key", 'P-256');
put_signer(-9000, 90000);
my $apart = crl('apart.crl', 'apart', 5000, '6001', by => [$cert, "$dir/new.key"]);

my $signer_line = qq(OCSPCRLSignerFile "$cert");
sub apart { return "OCSPRefresh 1s\n" . with_lines('apart', qq(OCSPCRLFile "$apart"), @_) }

$httpd = OCSPTest::Httpd->start('apart', apart());
says($httpd, 'C7: no CRL signer', 'apart', '6001' => 'tryLater', '2001' => 'tryLater');
like $httpd->log_since(0), qr/
    ocsp:error\].*OCSP206:\ CN=OCSP\ Test\ CA\ apart,\S+:\ \Q$apart\E:\ RFC\ 5280\ section
    \ 6\.3\.3\ \(f\):.*keyUsage\ without\ cRLSign:.*OCSPCRLSignerFile/x,
    'C7: cause and remedies';
$httpd->configure(apart($signer_line));
$log = $httpd->graceful;
# R135, C6
says($httpd, 'C6: a CRL signer', 'apart', '6001' => 'revoked', '2001' => 'good');
is $httpd->issuer(0)->{LastResult}, 'ok', 'C6: a CRL signer: server-status';
unlike $log, qr/ocsp:(?:warn|error)\] (?!.*OCSP244)/, 'C6: a CRL signer: nothing is wrong';

# a new key, of which first the CRL is there, then the certificate
sub becomes {
    my ($when, $serial, $word) = @_;
    return ok wait_for(DEADLINE_S, sub { $httpd->says('apart', $serial) eq $word }),
        "$when: $serial becomes $word";
}
sub logs {
    my ($when, $mark, $pattern) = @_;
    return ok wait_for(DEADLINE_S, sub { $httpd->log_since($mark) =~ $pattern }),
        "$when: is logged";
}
my $old_cert = OCSPTest::slurp($cert);
OCSPTest::PKI::make_key("$dir/new.key", 'P-256');
put_signer(-9000, 90000);
my $new_cert = OCSPTest::slurp($cert);
OCSPTest::PKI::spew("$dir/renewed.pem", $new_cert);
OCSPTest::PKI::spew($cert, $old_cert);
my $mark = length $httpd->log_since(0);
crl('apart.crl', 'apart', 4000, '6002', by => ["$dir/renewed.pem", "$dir/new.key"]);
logs('a CRL by a new key', $mark, qr/OCSP206: CN=OCSP Test CA apart,.*\(g\): .*the earlier status data stays in use/);
says($httpd, 'a CRL by a new key', 'apart', '6001' => 'revoked', '2001' => 'good');
OCSPTest::PKI::spew($cert, $new_cert);
becomes('its certificate, without a restart', '6002', 'revoked');
says($httpd, 'its certificate, without a restart', 'apart', '2001' => 'good');

# a file that cannot be used
for my $case (
    ['that is gone', undef, qr/\Q$cert\E: .*No such file/],
    ['that is no certificate', "hello\n", qr/\Q$cert\E: .*name the file of the CRL signer's certificate/],
    ['without cRLSign', OCSPTest::slurp(ca('apart')->{signer}), qr/\Q$cert\E: .*keyUsage of .* has no cRLSign/],
) {
    my ($name, $content, $cause) = @$case;
    unlink $cert or die $! if !defined $content;
    OCSPTest::PKI::spew($cert, $content) if defined $content;
    $log = $httpd->graceful;
    my @lines = drop_second(lines_of('OCSP206', $log));
    is scalar @lines, 1, "a CRL signer $name: one line" or diag $log;
    like $lines[0] // '', $cause, "a CRL signer $name: file and cause";
    like $lines[0] // '', qr/the earlier status data stays in use/,
        "a CRL signer $name: and what comes of it";
    says($httpd, "a CRL signer $name", 'apart', '6002' => 'revoked', '2001' => 'good');
    OCSPTest::PKI::spew($cert, $new_cert);
    $httpd->graceful;
}
is $httpd->issuer(0)->{LastResult}, 'ok', 'the CRL signer is there again: server-status';

# the certificate had expired when it signed; renewed with the same key it had not
put_signer(-9000, -1000);
crl('apart.crl', 'apart', 500, '6003', by => [$cert, "$dir/new.key"]);
$log = $httpd->graceful;
like $log, qr/OCSP206: CN=OCSP Test CA apart,.*\Q$apart\E: .*CRL signer .* was not valid at thisUpdate/,
    'a CRL signer whose certificate had expired: said';
says($httpd, 'a CRL signer whose certificate had expired', 'apart', '6002' => 'revoked',
    '6003' => 'good');
put_signer(-1000, 90000);
becomes('it is renewed with the same key', '6003', 'revoked');
ok $httpd->stop, 'it ends when told to';

# at start
unlink $cert or die $!;
my ($status, $said) = config_test(apart($signer_line), '-D', 'OCSP_STRICT');
is $status, 1, 'no CRL signer at start: httpd -t, strict: exits 1';
like $said, qr/OCSP206: CN=OCSP Test CA apart,\S+: \Q$cert\E: .*No such file/,
    'no CRL signer at start: httpd -t names it';
$httpd = OCSPTest::Httpd->start('late', apart($signer_line) . issuer_section('b'));
is $httpd->says('apart', '6001'), 'tryLater', 'no CRL signer at start: tryLater';
is $httpd->says('b', serial_good), 'good', 'no CRL signer at start: others answer';
put_signer(-1000, 90000);
becomes('the CRL signer is there', '6003', 'revoked');
says($httpd, 'the CRL signer is there', 'apart', '2001' => 'good');
ok $httpd->stop, 'it ends when told to';

done_testing;
