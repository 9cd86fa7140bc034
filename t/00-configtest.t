# `httpd -t`: of everything that would be wrong it names directive or section, file,
# cause and remedy, and exits 1; of what is only odd it warns, and exits 0.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;

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
    ['a CA cut short', 201, replaced(cert => file('cut.pem', substr $cert, 0, 200)),
        qr/certificate/, qr/./],
    ['a CA that is a key', 201, replaced(cert => file('key.pem', $key)),
        qr/certificate/, qr/./],
    ['a CA that is none', 201, replaced(cert => $a->{leaf}),
        qr/RFC 5280 section 4\.2\.1\.9: .*CA/, qr/./],
    ['a chain', 201, replaced(cert => file('chain.pem',
        $cert . OCSPTest::slurp($b->{cert}))),
        qr/2 certificates.*OCSP Test CA a.*OCSP Test CA b/, qr/: give|: one|put|name|keep/],
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
    ['a CRL cut short', 206, replaced(crl => file('cut.crl', substr $crl, 0, -9)),
        qr/RFC 5280|ends|cut/, qr/./],
    ['a CRL with something behind', 206, replaced(crl => file('long.crl', "${crl}x")),
        qr/behind|after|more|trailing/, qr/./],
    ['a CRL that is a certificate', 206, replaced(crl => $a->{cert}), qr/CRL/, qr/./],
    ['a CRL of another CA', 206, replaced(crl => $b->{crl}),
        qr/RFC 5280 section 5\.1\.2\.3: /, qr/name the CRL of CN=OCSP Test CA a/],
    ['a CRL of tomorrow', 206, replaced(crl => crl('future.crl', last => day(1),
        next => day(30))), qr/RFC 5280 section 5\.1\.2\.4: .*in the future/,
        qr/compare the clocks/],
    ['a CRL out of date', 208, replaced(crl => crl('old.crl', last => day(-9),
        next => day(-2))), qr/RFC 5280 section 5\.1\.2\.5: is out of date since/,
        qr/only what it lists is answered/, place => 0],
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
        qr/valid from \S+Z to \S+Z only: answers tryLater/, qr/issue a new one/,
        named => 'CN=OCSP Test CA a', place => 0],
    ['a signer of tomorrow', 204, replaced(signer =>
        delegate('soon.pem', from => time + 86400, to => time + 864000)),
        qr/valid from \S+Z to \S+Z only: answers tryLater/, qr/./,
        named => 'CN=OCSP Test CA a', place => 0],
    ['a key that is not there', 202, replaced(signer_key => "$dir/none.key"),
        qr/No such file or directory/, $paths],
    ['a key that may not be read', 202, replaced(signer_key => $closed),
        qr/Permission denied/, $paths],
    ['a key of words', 202, replaced(signer_key => file('words.key', "hello\n")),
        qr/key/, qr/./],
    ['a key that is a certificate', 202, replaced(signer_key => $a->{signer}),
        qr/key/, qr/./],
    ['a key of another signer', 202, replaced(signer_key => $b->{signer_key}),
        qr/not the key of the certificate in \Q$a->{signer}\E/,
        qr/give the two that belong together/],
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
        qr/no private key for it in the same file/, qr/name it with OCSPCertificateKeyFile/],
    ['a certificate whose key only the server names', 202,
        [qq(OCSPCertificateKeyFile "$a->{signer_key}"\n)
            . with('a') =~ s/^\s*OCSPCertificateKey.*\n//mr, $a->{signer}],
        qr/no private key for it in the same file/, qr/name it with OCSPCertificateKeyFile/],
    ['a key that is not the CA\'s and no certificate', 202,
        [with('a') =~ s/^\s*OCSPCertificateFile.*\n//mr, $a->{signer_key}],
        qr/not the key of/, qr/./],
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
        qr/cannot be read/, qr/check path and permissions/, place => 0],
    ['a pattern that matches nothing', 214,
        [with('a') =~ s/\Q$a->{cert}\E/$dir\/*.none/r, "$dir/*.none"],
        qr/no file matches/, qr/put certificates there/],
    ['a pattern of a directory that is not there', 214,
        [with('a') =~ s/\Q$a->{cert}\E/$dir\/none\/*.pem/r, "$dir/none/*.pem"],
        qr/No such file or directory/, $paths],
    ['a pattern of signers that matches nothing', 214,
        [qq(OCSPCertificateFile "$dir/*.none"\n) . with('a'), "$dir/*.none"],
        qr/no file matches/, qr/put certificates there/, place => 0],
    ['one CA twice', 209, [with('a') x 2, $a->{cert}], qr/are one CA: the one at \S+:\d+ counts/,
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
        qr/none of the certificates that the server names was issued by it/,
        qr/have it issue one/],
    ['tables that are too large for OCSPTableSize', 226,
        ["OCSPTableSize 1m\n" . with('a') =~ s/\Q$a->{crl}\E/@{[ crl('big.crl',
            revoked => { map { (sprintf('7A%038X', $_) => ['260101000000Z', undef]) }
                1 .. 50_000 }) ]}/r, 'OCSPTableSize: '],
        qr/tables take \d+ octets/, qr/OCSPTableSize \d+m would do/, place => 0],
);
for my $case (@wrong) {
    my ($name, $tag, $given, $cause, $remedy, %opt) = @$case;
    my ($text, $named) = @$given;
    my ($status, $said) = config_test($text . issuer_section('c2'));
    is $status, 1, "$name: exit status" or diag $said;
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
    unlike $said, qr/OCSP Test CA c,|PRIVATE KEY|secret/,
        "$name: nothing of another issuer, nothing of a key";
}

# --- no fault, but said --------------------------------------------------------------------

my $open = file('open.key', $key);
chmod 0644, $open;
my @odd = (
    ['a key that everybody can read', 212, replaced(signer_key => $open),
        qr/everybody can read/, qr/let root alone read it/],
    ['a key with a passphrase', 217, replaced(signer_key => $encrypted),
        qr/nobody is asked/, qr/not checked/],
    ['a pool member that nobody uses', 218,
        [qq(OCSPCertificateFile "$b->{signer}"\n) . with('a'), $b->{signer}],
        qr/no issuer that is answered for here has issued it/, qr/not used/],
    ['a CRL that is eleven days old', 208, replaced(crl => crl('aged.crl',
        last => day(-11), next => day(30))), qr/more than 10 days old: Firefox/,
        qr/have the CA write CRLs more often/],
    ['one of two signers has expired', 216,
        [with('a', qq(OCSPCertificateFile "@{[ delegate('gone.pem',
            from => time - 864000, to => time - 86400) ]}")), 'CN=OCSP Test CA a'],
        qr/gone\.pem: expired on \S+Z/, qr/remove it/],
    ['answers that hold too briefly to be signed ahead', 241,
        [with('a', "OCSPPreproduce hot\nOCSPNextUpdate 300"), 'CN=OCSP Test CA a'],
        qr/nothing is signed ahead of need/, qr/set OCSPNextUpdate above 360/],
);
for my $case (@odd) {
    my ($name, $tag, $given, $cause, $remedy) = @$case;
    my ($text, $named) = @$given;
    my ($status, $said) = config_test($text . issuer_section('c2'));
    is $status, 0, "$name: exit status" or diag $said;
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
my ($status, $said) = config_test(join '', map { issuer_section($_) }
    qw(nocrl expired badsig nokey a));
is $status, 1, 'several faults: exit status';
my @tags = map { /OCSP(\d+): / ? $1 : () }
    grep { /:(?:error|crit)\]/ } split /\n/, $said;
is "@tags", '206 208 206 202', 'several faults: each is named' or diag $said;

done_testing;
