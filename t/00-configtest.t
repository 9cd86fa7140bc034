# `httpd -t` names directive or section, file, cause and remedy of everything that is
# wrong. It exits 0 all the same, since httpd would start; with -D OCSP_STRICT it exits 1
# if any issuer could not be answered as configured. Of what is only odd it warns.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $a   = ca('a');
my $b   = ca('b');
my $dir = scratch_dir('check');
mkdir "$dir/$_" for qw(empty unread);

sub file {
    my ($name, $content) = @_;
    OCSPTest::PKI::spew("$dir/$name", $content);
    chmod 0600, "$dir/$name";
    return "$dir/$name";
}

# A file by the openssl command line.
sub made {
    my ($name, @command) = @_;
    my ($status, $text) = run('openssl', @command, '-out', "$dir/$name");
    die "openssl @command: $text" if $status != 0;
    chmod 0600, "$dir/$name";
    return "$dir/$name";
}

sub day { return OCSPTest::PKI::utc(time + 86400 * $_[0]) }

# A delegate's certificate with these extensions, or these dates.
sub delegate {
    my ($name, %opt) = @_;
    if ($opt{from}) {
        OCSPTest::PKI::issue_dated($a, "$dir/$name", $a->{signer_key}, $name,
            @opt{qw(from to)});
        return "$dir/$name";
    }
    OCSPTest::PKI::issue($a, "$dir/$name", $opt{key} // $a->{signer_key}, $name,
        $opt{serial} // '0D', $opt{extensions} // 'delegate');
    return "$dir/$name";
}

sub crl {
    my ($name, %opt) = @_;
    OCSPTest::PKI::sign_crl($opt{ca} // 'a', file => "$dir/$name", %opt);
    return "$dir/$name";
}

my $cert = OCSPTest::slurp($a->{cert});
my $crl  = OCSPTest::slurp($a->{crl});
my $key  = OCSPTest::slurp($a->{signer_key});
my $closed = file('closed', $cert);
chmod 0, $closed, file('unread/closed', $crl);
my $weak = made('weak.key', 'genpkey', '-algorithm', 'RSA', '-pkeyopt',
    'rsa_keygen_bits:1024');
my $p12 = made('responder.p12', 'pkcs12', '-export', '-in', $a->{signer}, '-inkey',
    $a->{signer_key}, '-passout', 'pass:x');
my $brainpool = made('brainpool.key', 'genpkey', '-algorithm', 'EC', '-pkeyopt',
    'ec_paramgen_curve:brainpoolP256t1');
my $encrypted = made('encrypted.key', 'pkey', '-in', $a->{signer_key}, '-aes128',
    '-passout', 'pass:secret');

# one line of this tag, which names the file and the section's place; the words say
# what is wrong, and the remedy what to do
sub replaced { my ($what, $file) = @_; return [with('a') =~ s/\Q$a->{$what}\E/$file/r, $file] }

sub listed {
    my $list = file('issued', "$_[0]\n");
    return [with('a', qq(OCSPIssuedFile "$list")), $list];
}

my $paths = qr/check path and permissions/;
my @wrong = (
    # name, tag, [configuration, what is named], cause, remedy
    ['a CA that is not there', 201, replaced(cert => "$dir/none.pem"),
        qr/No such file or directory/, $paths],
    ['a CA that may not be read', 201, replaced(cert => $closed),
        qr/Permission denied/, $paths],
    ['a CA that is a directory', 201, replaced(cert => "$dir/empty"),
        qr/not a regular file|directory/, qr/./],
    ['a CA of no octets', 201, replaced(cert => file('empty.pem', '')),
        qr/certificate/, qr/./],
    ['a CA of words', 201, replaced(cert => file('words.pem', "hello\n")),
        qr/certificate/, qr/./],
    ['a CA that is a CRL', 201, replaced(cert => file('crl.pem',
        "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n")),
        qr/the file has -----BEGIN X509 CRL-----/, qr/name the file of the CA's certificate/],
    ['a CA in UTF-16', 201, replaced(cert => file('utf16.pem',
        "\xff\xfe" . join '', map { "$_\0" } split //, $cert)),
        qr/the file is text in UTF-16/, qr/convert it/],
    ['a CA cut short', 201, replaced(cert => file('cut.pem', substr $cert, 0, 200)),
        qr/certificate/, qr/./],
    ['a CA that is a key', 201, replaced(cert => file('key.pem', $key)),
        qr/certificate/, qr/./],
    ['a CA that is none', 201, replaced(cert => $a->{leaf}),
        qr/RFC 5280 section 4\.2\.1\.9: .*CA/, qr/./],
    ['a chain', 201, replaced(cert => file('chain.pem',
        $cert . OCSPTest::slurp($b->{cert}))),
        qr/2 certificates.*OCSP Test CA a.*OCSP Test CA b/, qr/: give|: one|put|name|keep/],
    # F5
    ['two certificates in DER', 201, replaced(cert => file('two.der', join '', map {
        OCSPTest::slurp(made("$_.der", 'x509', '-in', ca($_)->{cert}, '-outform', 'DER'))
    } qw(a b))), qr/2 certificates.*OCSP Test CA a.*OCSP Test CA b/, qr/name a file/],
    ['a chain in PKCS#7', 201, replaced(cert => made('chain.p7b', 'crl2pkcs7', '-nocrl',
        '-certfile', $a->{cert}, '-outform', 'DER')),
        qr/the file is PKCS#7/, qr/openssl pkcs7 -inform DER -print_certs/],
    # F1
    ['a list in decimal', 206, listed('9' x 60), qr/more than 20 octets: is it decimal/,
        qr/write serial numbers in hexadecimal/],
    ['a CRL that is not there', 206, replaced(crl => "$dir/none.crl"),
        qr/No such file or directory/, $paths],
    ['a CRL that may not be read', 206, replaced(crl => $closed),
        qr/Permission denied/, $paths],
    ['a CRL that is a directory', 206, replaced(crl => "$dir/empty"),
        qr/not a regular file|directory/, qr/./],
    ['a CRL of no octets', 206, replaced(crl => file('empty.crl', '')),
        qr/RFC 5280|empty|CRL/, qr/./],
    ['a CRL of words', 206, replaced(crl => file('words.crl', "hello\n")),
        qr/CRL/, qr/./],
    ['a CRL that is a web page', 206, replaced(crl => file('page.crl', "<html>404</html>\n")),
        qr/the file begins with "<", as a web page does/, qr/give a file of that kind/],
    ['a CRL of base64 alone', 206, replaced(crl => file('base64.crl', "MIIBIjCB\n")),
        qr/base64 without the BEGIN and END lines/, qr/give a file of that kind/],
    ['a CRL of the CA\'s other key', 206, [issuer_section('badsig'), ca('badsig')->{crl}],
        qr/the signature is not by the key of/, qr/fetch it again, or, if the CA has a new key, add an <OCSPIssuer> for it/],
    ['a CRL cut short', 206, replaced(crl => file('cut.crl', substr $crl, 0, -9)),
        qr/RFC 5280|ends|cut/, qr/./],
    ['a CRL with something behind', 206, replaced(crl => file('long.crl', "${crl}x")),
        qr/behind|after|more|trailing/, qr/./],
    ['a CRL that is a certificate', 206, replaced(crl => $a->{cert}),
        qr/the file has -----BEGIN CERTIFICATE-----/, qr/give a file of that kind/],
    ['a CRL of another CA', 206, replaced(crl => $b->{crl}),
        qr/is the CRL of another CA \(CN=OCSP Test CA b.*RFC 5280 section 5\.1\.2\.3/,
        qr/name a CRL of CN=OCSP Test CA a\S* instead/],
    ['a CRL of tomorrow', 206, replaced(crl => crl('future.crl', last => day(1),
        next => day(30))), qr/RFC 5280 section 5\.1\.2\.4: .*in the future/,
        qr/compare the clocks/],
    ['a CRL out of date', 208, replaced(crl => crl('old.crl', last => day(-9),
        next => day(-2))), qr/RFC 5280 section 5\.1\.2\.5: expired at/,
        qr/answered tryLater, except for revoked certificates; fetch the CA's newest CRL, or have the CA issue one/, place => 0],
    ['a signer that is not there', 202, replaced(signer => "$dir/none.pem"),
        qr/No such file or directory/, $paths],
    ['a signer of words', 202, replaced(signer => file('sw.pem', "hello\n")),
        qr/certificate/, qr/./],
    ['a signer that another CA issued', 202, [issuer_section('a',
        signer => $b->{signer}, signer_key => $b->{signer_key}), $b->{signer}],
        qr/RFC 6960 section 4\.2\.2\.2: /, qr/have the CA issue one/],
    ['a signer that may not sign', 202, replaced(signer =>
        delegate('leaf.pem', extensions => 'leaf')),
        qr/RFC 6960 section 4\.2\.2\.2: .*OCSPSigning/i, qr/issue|have/],
    ['a signer that has expired', 204, replaced(signer =>
        delegate('past.pem', from => time - 864000, to => time - 86400)),
        qr/expired on \S+Z; requests for this CA are answered tryLater/, qr/renew it/,
        named => 'CN=OCSP Test CA a', place => 0],
    ['a signer of tomorrow', 204, replaced(signer =>
        delegate('soon.pem', from => time + 86400, to => time + 864000)),
        qr/is not valid before \S+Z; requests for this CA are answered tryLater/, qr/clocks/,
        named => 'CN=OCSP Test CA a', place => 0],
    ['a key that is not there', 202, replaced(signer_key => "$dir/none.key"),
        qr/No such file or directory/, $paths],
    ['a key that may not be read', 202, replaced(signer_key => $closed),
        qr/Permission denied/, $paths],
    ['a signer that is a key', 202, replaced(signer => $a->{signer_key}),
        qr/the file has -----BEGIN (?:EC )?PRIVATE KEY-----/,
        qr/give the responder's certificate/],
    ['a signer behind its CA', 202, replaced(signer => file('ca-first.pem',
        $cert . OCSPTest::slurp($a->{signer}))), qr/not the key of/,
        qr/the first certificate in it is a CA's: put the responder's first/],
    ['a key of words', 202, replaced(signer_key => file('words.key', "hello\n")),
        qr/key/, qr/./],
    ['a key that is a certificate', 202, replaced(signer_key => $a->{signer}),
        qr/the file has -----BEGIN CERTIFICATE-----/, qr/give the responder's key/],
    ['a key of another signer', 202, replaced(signer_key => $b->{signer_key}),
        qr/not the key of the certificate in \Q$a->{signer}\E/,
        qr/name a key and a certificate that belong together/],
    ['a certificate in PKCS #12', 202, replaced(signer => $p12),
        qr/this is PKCS #12/, qr/openssl pkcs12 -in \Q$p12\E -clcerts -nokeys /],
    ['a key by a scheme that is not known', 202,
        replaced(signer_key => 'pkcs11:token=x;object=y'), qr/not supported/, qr/name a file/,
        named => 'pkcs11:'],
    ['a key by a URI of nothing', 202, replaced(signer_key => "file:$dir/none.key"),
        qr/No such file or directory/, $paths, named => "$dir/none.key"],
    ['a key that is weak', 202, [with('a') =~ s/\Q$a->{signer}\E/delegate('w.pem',
        key => $weak)/er =~ s/\Q$a->{signer_key}\E/$weak/r, $weak],
        qr/1024/, qr/from 2048 bits/],
    ['a key of a curve that clients do not know', 202, [with('a')
        =~ s/\Q$a->{signer}\E/delegate('bp.pem', key => $brainpool)/er
        =~ s/\Q$a->{signer_key}\E/$brainpool/r, $brainpool],
        qr/RFC 6960 section 4\.3: /, qr/use RSA or RSA-PSS from 2048 bits, P-256, P-384,/],
    ['no CRL named', 206, [with('a') =~ s/^\s*OCSPCRLFile.*\n//mr, 'OCSPCRLFile'],
        qr/no OCSPCRLFile, no OCSPCRLPath/, qr/name one/],
    ['no signer named', 223, [with('a') =~ s/^\s*OCSPCert.*\n//mgr,
        'OCSPCertificateFile'], qr/no OCSPCertificateFile/, qr/name them/],
    ['a certificate and nowhere its key', 202,
        [with('a') =~ s/^\s*OCSPCertificateKey.*\n//mr, $a->{signer}],
        qr/private key is not in the same file/, qr/name the key file with OCSPC/],
    ['a certificate whose key only the server names', 202,
        [qq(OCSPCertificateKeyFile "$a->{signer_key}"\n)
            . with('a') =~ s/^\s*OCSPCertificateKey.*\n//mr, $a->{signer}],
        qr/private key is not in the same file/, qr/name the key file with OCSPC/],
    ['a key that is not the CA\'s and no certificate', 202,
        [with('a') =~ s/^\s*OCSPCertificateFile.*\n//mr, $a->{signer_key}],
        qr/not the key of/, qr/name the responder's certificate with OCSPCertificateFile/],
    ['a directory of CRLs that is not there', 206,
        [with('a') =~ s/OCSPCRLFile .*/OCSPCRLPath "$dir\/none"/r, "$dir/none"],
        qr/No such file or directory/, $paths],
    ['a directory without its CRL', 206,
        [with('a') =~ s/OCSPCRLFile .*/OCSPCRLPath "$dir\/empty"/r, "$dir/empty"],
        qr/no CRL of CN=OCSP Test CA a/, qr/put one there/],
    ['a directory of CRLs that nobody needs and that is not there', 227,
        [qq(OCSPCRLPath "$dir/none"\n) . with('a'), "$dir/none"],
        qr/No such file or directory/, $paths, place => 0],
    ['a directory with a CRL that may not be read', 219,
        [qq(OCSPCRLPath "$dir/unread"\n) . with('a'), "$dir/unread/closed"],
        qr/cannot be used/, qr/check path and permissions/, place => 0],
    ['a pattern that matches nothing', 214,
        [with('a') =~ s/\Q$a->{cert}\E/$dir\/*.none/r, "$dir/*.none"],
        qr/no file matches/, $paths],
    ['a pattern of a directory that is not there', 214,
        [with('a') =~ s/\Q$a->{cert}\E/$dir\/none\/*.pem/r, "$dir/none/*.pem"],
        qr/No such file or directory/, $paths],
    ['a pattern of signers that matches nothing', 214,
        [qq(OCSPCertificateFile "$dir/*.none"\n) . with('a'), "$dir/*.none"],
        qr/no file matches/, $paths, place => 0],
    ['one CA twice', 209, [with('a') x 2, $a->{cert}], qr/of the same CA; the section at \S+:\d+ is used/,
        qr/remove the other/],
    ['a pool\'s certificate that is not there', 225,
        [qq(OCSPCertificateFile "$dir/none.pem"\n) . with('a'), "$dir/none.pem"],
        qr/No such file or directory/, $paths, place => 0],
    ['a pool\'s key that is not there', 225,
        [qq(OCSPCertificateKeyFile "$dir/none.key"\n) . with('a'), "$dir/none.key"],
        qr/No such file or directory/, $paths, place => 0],
    ['a pool without one for this CA', 223,
        [qq(OCSPCertificateFile "$b->{signer}"\nOCSPCertificateKeyFile "$b->{signer_key}"\n)
            . (with('a') =~ s/^\s*OCSPCert.*\n//mgr), 'CN=OCSP Test CA a'],
        qr/none of the certificates of OCSPCertificateFile was issued by this CA/,
        qr/have it issue one/],
    ['tables that are too large for OCSPTableSize', 226,
        ["OCSPTableSize 1m\n" . with('a') =~ s/\Q$a->{crl}\E/@{[ crl('big.crl',
            revoked => { map { (sprintf('7A%038X', $_) => ['260101000000Z', undef]) }
                1 .. 50_000 }) ]}/r, 'OCSPTableSize is too small: '],
        qr/status data takes \d+ octets/, qr/set OCSPTableSize to at least \d+m/, place => 0],
);
for my $case (@wrong) {
    my ($name, $tag, $given, $cause, $remedy, %opt) = @$case;
    my ($text, $named) = @$given;
    my ($status, $said) = config_test($text . issuer_section('c2'), '-D', 'OCSP_STRICT');
    is $status, 1, "$name: exit status, strict" or diag $said;
    unlike $said, qr/Syntax OK/, "$name: not said to be right";
    my @lines = lines_of("OCSP$tag", $said);
    is scalar @lines, 1, "$name: one line of OCSP$tag" or diag $said;
    my $line = $lines[0] // '';
    like $line, qr/:(?:error|crit)\]/, "$name: an error";
    like $line, qr/\Q${\ ($opt{named} \/\/ $named)}\E/, "$name: what is named";
    like $line, $cause,  "$name: the cause";
    like $line, $remedy, "$name: the remedy";
    like $line, qr/<OCSPIssuer> at \S+configtest\.conf:\d+/, "$name: the section"
        if $opt{place} // 1;
    unlike $said, qr/OCSP Test CA c,|PRIVATE KEY-----(?!\))|secret/,
        "$name: nothing of another issuer, nothing of a key";
}

# --- no fault, but said --------------------------------------------------------------------

my $open = file('open.key', $key);
chmod 0644, $open;
my @odd = (
    ['a key that everybody can read', 212, replaced(signer_key => $open),
        qr/can be read by all users/, qr/readable by root only/],
    ['a key with a passphrase', 217, replaced(signer_key => $encrypted),
        qr/does not ask for the passphrase/, qr/not checked/],
    ['a pool member that nobody uses', 218,
        [qq(OCSPCertificateFile "$b->{signer}"\n) . with('a'), $b->{signer}],
        qr/no <OCSPIssuer> of this server has issued it/, qr/is not used/],
    ['a CRL that is eleven days old', 208, replaced(crl => crl('aged.crl',
        last => day(-11), next => day(30))), qr/more than 10 days old: Firefox/,
        qr/set OCSPThisUpdate checked, or have the CA issue CRLs more often/],
    ['one of two signers has expired', 216,
        [with('a', qq(OCSPCertificateFile "@{[ delegate('gone.pem',
            from => time - 864000, to => time - 86400) ]}")), 'CN=OCSP Test CA a'],
        qr/gone\.pem: the signer's certificate expired on \S+Z;/, qr/renew or remove the expired one/],
    ['answers that hold too briefly to be signed ahead', 241,
        [with('a', "OCSPPreproduce hot\nOCSPNextUpdate 300"), 'CN=OCSP Test CA a'],
        qr/OCSPPreproduce has no effect/, qr/set OCSPNextUpdate to more than 360s/],
);
for my $case (@odd) {
    my ($name, $tag, $given, $cause, $remedy) = @$case;
    my ($text, $named) = @$given;
    my ($status, $said) = config_test($text . issuer_section('c2'), '-D', 'OCSP_STRICT');
    is $status, 0, "$name: exit status, strict" or diag $said;
    like $said, qr/Syntax OK/, "$name: said to be right";
    my @lines = lines_of("OCSP$tag", $said);
    is scalar @lines, 1, "$name: one line of OCSP$tag" or diag $said;
    my $line = $lines[0] // '';
    like $line, qr/:(?:warn|notice)\]/, "$name: a warning";
    like $line, qr/\Q$named\E/, "$name: what is named";
    like $line, $cause,  "$name: the cause";
    like $line, $remedy, "$name: the remedy";
}

# --- all at once -----------------------------------------------------------------------------

# everything is named in one run, in the order of the configuration
my $faults = join '', map { issuer_section($_) } qw(nocrl expired badsig nokey a);
sub tags {
    return join ' ', map { /OCSP(\d+): / ? $1 : () }
        grep { /:(?:error|crit)\]/ } split /\n/, $_[0];
}
for my $case ([1, '-D', 'OCSP_STRICT'], [1, '-D', 'DUMP_OCSP'], [0]) {
    my ($want, @args) = @$case;
    my $name = "several faults, httpd -t @args";
    my ($status, $said) = config_test($faults, @args);
    is $status, $want, "$name: exit status" or diag $said;
    is tags($said), '206 208 206 202', "$name: each is named" or diag $said;
    is $said =~ /^Syntax OK$/m ? 1 : 0, 1 - $want, "$name: whether httpd would start";
}

# every fault but one of syntax leaves httpd the way it was
my ($status, $said) = config_test(join '', map { vhost($_ + 1, $wrong[$_][2][0]) }
    grep { $wrong[$_][1] != 226 } 0 .. $#wrong);
is $status, 0, 'every fault at once: httpd -t exits 0' or diag $said;
($status, $said) = config_test("OCSPNonce perhaps\n$faults");
is $status, 1, 'a fault of syntax: httpd -t exits 1';

# --- apache2ctl graceful -----------------------------------------------------------------

# Debian's apache2ctl, where it is installed, else its steps: it asks `httpd -t` before
# it restarts. Its variables lead it to this suite's httpd alone.
my $debian = '/usr/sbin/apache2ctl';
sub apache2ctl {
    my ($action, $config) = @_;
    local @ENV{qw(APACHE_CONFDIR APACHE_ENVVARS APACHE_RUN_DIR APACHE_LOCK_DIR
        APACHE_RUN_USER APACHE_HTTPD APACHE_ARGUMENTS APACHE_ULIMIT_MAX_FILES)}
        = ($dir, "$dir/none", $dir, $dir, scalar getpwuid $>,
            OCSPTest::vars()->{httpd}, "-f $config", 'true');
    return run($debian, $action) if -x $debian;
    return run('sh', '-c', <<'END', 'apache2ctl', $action);
if $APACHE_HTTPD $APACHE_ARGUMENTS -t 2>/dev/null; then
    $APACHE_HTTPD $APACHE_ARGUMENTS -k "$1"
else
    $APACHE_HTTPD $APACHE_ARGUMENTS -t
fi
END
}

my $live  = crl('live.crl');
my $text  = "OCSPRefresh off\n" . issuer_section('expired') . issuer_section('badsig')
    . issuer_section('a', crl => $live);
my $httpd = OCSPTest::Httpd->start('ctl', $text);
is $httpd->says('a', '3001'), 'good', 'beside bad issuers: good before its revocation';
for my $action (qw(graceful restart)) {
    my $serial = $action eq 'graceful' ? '3001' : '3002';
    crl('live.crl', revoked => OCSPTest::PKI::revoked_and(
        map { $_ => ['261101000000Z', 'keyCompromise'] } '3001', $serial));
    my $mark = -s $httpd->{log};
    ($status, $said) = apache2ctl($action, $httpd->{config});
    is $status, 0, "beside bad issuers: apache2ctl $action" or diag $said;
    ok wait_for(OCSPTest::Httpd::PATIENT_S, sub {
        $httpd->log_since($mark) =~ /resuming normal operations/;
    }), "beside bad issuers: httpd has done a $action";
    is $httpd->says('a', $serial), 'revoked', "beside bad issuers: $action: revoked";
}
ok $httpd->stop, 'beside bad issuers: httpd stops';

done_testing;
