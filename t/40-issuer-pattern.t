# <OCSPIssuer> with a pattern: one section for every CA whose certificate matches, at
# start and at graceful.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Copy qw(copy);
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('glob');
mkdir "$dir/$_" or die "$dir/$_: $!" for qw(cas crls empty);
my @cas = qw(a b c1 c2 fresh);
copy(ca($_)->{crl}, "$dir/crls/$_.crl") or die "$_: $!" for @cas;

# A CA's certificate under this name; without a CA none any more.
sub put {
    my ($name, $ca) = @_;
    if ($ca) {
        OCSPTest::PKI::spew("$dir/cas/$name", OCSPTest::slurp(ca($ca)->{cert}));
    }
    else {
        unlink "$dir/cas/$name" or die "$dir/cas/$name: $!";
    }
    return;
}

# Signers of all of them, and the directory of their CRLs.
my $pool = qq(OCSPCRLPath "$dir/crls"\n) . join '',
    map { qq(OCSPCertificateFile "$_->{signer}"\n)
        . qq(OCSPCertificateKeyFile "$_->{signer_key}"\n) }
    map { ca($_) } qw(a b c2 fresh);

# name => subject of those that server-status lists, in order
sub listed {
    my ($httpd) = @_;
    my @subjects;
    while (1) {
        my $issuer = $httpd->issuer(scalar @subjects);
        return join '; ', @subjects if !defined $issuer->{Subject};
        push @subjects, $issuer->{Subject} =~ s/^CN=OCSP Test CA (\w+),.*/$1/r;
    }
}

sub says {
    my ($httpd, $when, %want) = @_;
    for my $ca (sort keys %want) {
        is $httpd->says($ca, serial_good), $want{$ca}, "$when: $ca is $want{$ca}";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca revokes"
            if $want{$ca} eq 'good';
    }
    return;
}

# --- at start ------------------------------------------------------------------------

put('20.pem', 'a');
put('1.pem',  'c2');
put('9.pem',  'b');
put('not.crt', 'fresh');
put('.dot.pem', 'fresh');
my $httpd = OCSPTest::Httpd->start('glob',
    $pool . section("$dir/cas/*.pem", 'OCSPNextUpdate 2h'));
is listed($httpd), 'c; a; b', 'one issuer for each file, in the order of their names';
says($httpd, 'at start', a => 'good', b => 'good', c2 => 'good',
    fresh => 'unauthorized');
is ask($httpd->{port}, $_, serial_good)->{lasts}, 7200,
    "$_: what the section says holds for each" for qw(a b c2);
unlike $httpd->log_since(0), qr/ocsp:(?:error|crit)/, 'nothing is wrong';

# --- files come and go ---------------------------------------------------------------

put('5.pem', 'fresh');
put('20.pem', undef);
my $log = $httpd->graceful;
is listed($httpd), 'c; fresh; b', 'graceful: a file more and one less';
says($httpd, 'a file more and one less', fresh => 'good', b => 'good', c2 => 'good',
    a => 'unauthorized');
unlike $log, qr/ocsp:(?:error|crit)/, 'a file more and one less: nothing is wrong';

# a new file of rubbish: whoever is not known may be meant by it (R67)
OCSPTest::PKI::spew("$dir/cas/6.pem", "not a certificate\n");
$log = $httpd->graceful;
is scalar(my @said = lines_of('OCSP201', $log)), 1, 'rubbish: one line' or diag $log;
like $said[0] // '', qr/\Q$dir\E\/cas\/6\.pem: .*tryLater \(<OCSPIssuer> at \S+:\d+\)/,
    'rubbish: file, place and what comes of it';
says($httpd, 'rubbish', fresh => 'good', b => 'good', c2 => 'good', a => 'tryLater');
put('6.pem', undef);

# a file that was good is overwritten: the certificate of before counts
OCSPTest::PKI::spew("$dir/cas/9.pem", "not a certificate\n");
$log = $httpd->graceful;
like $log, qr/OCSP201: \Q$dir\E\/cas\/9\.pem: .*; the earlier certificate stays in use /,
    'overwritten: said';
says($httpd, 'overwritten', b => 'good', fresh => 'good', a => 'unauthorized');
is scalar(@said = grep { /ocsp:(?:error|crit)/ } split /\n/, $log), 1,
    'overwritten: one error line' or diag $log;

# none matches any more: those of before count
put($_, undef) for '1.pem', '5.pem', '9.pem';
$log = $httpd->graceful;
is scalar(@said = lines_of('OCSP214', $log)), 1, 'none matches: one line' or diag $log;
like $said[0] // '', qr/
    \Q$dir\E\/cas\/\*\.pem:\ no\ file\ matches;\ the\ files\ that\ matched\ earlier
    \ stay\ in\ use\ \(<OCSPIssuer>\ at\ \S+:\d+\)/x,
    'none matches: pattern, cause, place and what comes of it';
says($httpd, 'none matches', b => 'good', c2 => 'good', fresh => 'good',
    a => 'unauthorized');
$log = $httpd->graceful;
says($httpd, 'none matches, again', b => 'good', c2 => 'good', fresh => 'good');

# some are there again
put('9.pem', 'b');
$log = $httpd->graceful;
is listed($httpd), 'b', 'some are there again: only they count';
says($httpd, 'some are there again', b => 'good', fresh => 'unauthorized');
unlike $log, qr/ocsp:(?:error|crit)/, 'some are there again: nothing is wrong';

# --- one CA in several files ----------------------------------------------------------

# its renewal, and a cross-certificate: name and key are the same (R50)
my $b = ca('b');
my ($status, $text) = run('openssl', 'req', '-new', '-x509', '-config', $b->{config},
    '-extensions', 'root', '-key', $b->{key}, '-days', 100, '-set_serial', '77',
    '-subj', '/O=Example/CN=OCSP Test CA b', '-out', "$dir/cas/8.pem");
is $status, 0, 'a renewed certificate of a CA' or diag $text;
my $a = ca('a');
($status, $text) = run('openssl', 'x509', '-in', $b->{cert}, '-CA', $a->{cert},
    '-CAkey', $a->{key}, '-set_serial', '78', '-days', 100, '-out', "$dir/cas/7.pem");
is $status, 0, 'a cross-certificate of it' or diag $text;
put('3.pem', 'c2');
$log = $httpd->graceful;
unlike $log, qr/ocsp:(?:error|crit|warn)\].*CN=OCSP Test CA b/, 'one CA thrice: no fault';
@said = lines_of('OCSP221', $log);
is scalar @said, 2, 'one CA thrice: said of each but the first' or diag $log;
like $said[$_] // '',
    qr/:info\].*OCSP221: CN=OCSP Test CA b,\S+: \S+\/7\.pem and \S+\/${\ (8 + $_)}\.pem/,
    "one CA thrice: which files ($_)" for 0, 1;
says($httpd, 'one CA thrice', b => 'good', c2 => 'good', a => 'unauthorized');

# two keys under one name are two CAs
put('4.pem', 'c1');
$httpd->configure($pool . qq(OCSPCertificateKeyFile "${\ ca('c1')->{key}}"\n)
    . section("$dir/cas/?.pem"));
$log = $httpd->graceful;
says($httpd, 'two keys under one name', b => 'good', c1 => 'good', c2 => 'good');

# beside a section of its own: two sections for one CA
$httpd->configure($pool . section("$dir/cas/[3-9].pem") . issuer_section('b'));
$log = $httpd->graceful;
is scalar(@said = lines_of('OCSP209', $log)), 1,
    'a section for one that matches too: one line' or diag $log;
says($httpd, 'a section for one that matches too', b => 'good', c2 => 'good');

# signers that the section names are for those of its CAs that issued them
$httpd->configure(qq(OCSPCRLPath "$dir/crls"\n) . section("$dir/cas/[39].pem",
    map { (qq(OCSPCertificateFile "$_->{signer}"),
        qq(OCSPCertificateKeyFile "$_->{signer_key}")) } ca('b'), ca('c2')));
$log = $httpd->graceful;
unlike $log, qr/ocsp:(?:error|crit)/, 'signers in a section with a pattern: no fault';
says($httpd, 'signers in a section with a pattern', b => 'good', c2 => 'good');

# --- a chain ------------------------------------------------------------------------------

OCSPTest::PKI::spew("$dir/cas/9.pem",
    join '', map { OCSPTest::slurp(ca($_)->{cert}) } qw(fresh a c2));
unlink "$dir/cas/$_" for qw(3.pem 4.pem 7.pem 8.pem);
$httpd->configure($pool . section("$dir/cas/*.pem") . section($b->{cert}));
my ($exit, $check) = run(OCSPTest::vars()->{httpd}, '-t', '-D', 'OCSP_STRICT',
    '-f', $httpd->{config});
is $exit, 1, 'a chain: httpd -t, strict: exits 1';
like $check, qr/OCSP201: \Q$dir\E\/cas\/9\.pem: /, 'a chain: httpd -t names the file';
like $check, qr/OCSP201: .*CN ?= ?OCSP Test CA $_\b/,
    "a chain: httpd -t lists the subject of $_" for qw(fresh a c);
$log = $httpd->graceful;
like $log, qr/OCSP201: .*CN ?= ?OCSP Test CA $_\b/, "a chain: logged with $_"
    for qw(fresh a c);
# that file was b's: it goes on with it
says($httpd, 'a chain', b => 'good');
ok $httpd->stop, 'it ends when told to';

# --- nothing from the start ------------------------------------------------------------------

my $none = OCSPTest::Httpd->start('none',
    $pool . section("$dir/empty/*.pem") . issuer_section('b'));
like $none->log_since(0),
    qr/OCSP214: \Q$dir\E\/empty\/\*\.pem: no file matches; no certificate is loaded /,
    'none at start: said';
says($none, 'none at start', b => 'good', a => 'tryLater', fresh => 'tryLater');
copy($a->{cert}, "$dir/empty/a.pem") or die $!;
$log = $none->graceful;
unlike $log, qr/OCSP214/, 'none at start, one at graceful: nothing is wrong';
says($none, 'none at start, one at graceful', b => 'good', a => 'good',
    fresh => 'unauthorized');
$none->configure($pool . section("$dir/nowhere/*/*.pem") . issuer_section('b'));
like $none->graceful, qr/OCSP214: \Q$dir\E\/nowhere\/\*\/\*\.pem: /,
    'a pattern of a directory that is not there: said';
says($none, 'a pattern of a directory that is not there', b => 'good', a => 'tryLater');
ok $none->stop, 'it ends when told to';

done_testing;
