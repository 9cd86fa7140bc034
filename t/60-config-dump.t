# `httpd -t -D DUMP_OCSP`: what every issuer would be answered from, compared with
# what the same files have; and mod_info, which shows the directives.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::X509;

my $dir = scratch_dir('dump');
mkdir "$dir/crls";

sub iso {
    my @t = gmtime $_[0];
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1,
        @t[3, 2, 1, 0];
}

# The lines that hashes of a CA's certificate must give: those that openssl asks with.
sub hash_lines {
    my ($ca) = @_;
    my $lines = '';
    for my $hash ('SHA-1', 'SHA-256') {
        my $option = lc $hash =~ s/-//r;
        my ($id) = der_children(certid($ca, serial_good, "-$option"));
        my (undef, $name, $key) = map { unpack 'H*', $_->{content} }
            der_children($id->{content});
        $lines .= "$hash of name: $name\n$hash of key: $key\n";
    }
    return $lines;
}

# The line of the CRL in use.
sub crl_line {
    my ($file) = @_;
    my $crl = crl_of($file);
    return sprintf "CRL in use: %s, thisUpdate %s, nextUpdate %s, number 0x%s,"
        . " %d revocations", $file, iso($crl->{this_update}), iso($crl->{next_update}),
        $crl->{number}, $crl->{entries};
}

# The line of a signer.
sub signer_line {
    my ($file, $algorithm, $role) = @_;
    my $cert = certificate_of($file);
    return sprintf 'signer: %s, %s, notBefore %s, notAfter %s, %s', $file, $algorithm,
        iso($cert->{not_before}), iso($cert->{not_after}), $role;
}

sub has_line {
    my ($lines, $line, $name) = @_;
    ok((grep { $_ eq $line } split /\n/, $lines), $name)
        or diag "not there: $line\nbut:\n$lines";
    return;
}

# --- everything is right ------------------------------------------------------------------

# a number of 20 octets, an empty CRL
my $fresh = ca('fresh');
OCSPTest::PKI::sign_crl('fresh', file => "$dir/crls/fresh.crl", revoked => {},
    number => '7A' . '5B' x 19);
OCSPTest::PKI::sign_crl('c2', file => "$dir/crls/c2.crl", der => 1);

my $c1 = ca('c1');
my $c2 = ca('c2');
my $user = getpwuid $<;
my ($status, $said, $dump) = dump_of(
    "OCSPMaxCerts 7\nOCSPTableSize 64m\nOCSPNonce ignore\n"
    . "OCSPCacheSize 1m\nOCSPSignLimit 3\nOCSPQuickHandler on\n"
    . issuer_section('a')
    . with('b', 'OCSPUnlisted unknown', 'OCSPStaleGrace 90min',
        'OCSPSourceMaxAge off', 'OCSPNextUpdate 2d', 'OCSPHTTPMaxAge 5min',
        'OCSPThisUpdate checked', 'OCSPNonce echo', 'OCSPResponderID name',
        'OCSPIncludeCertificate off', 'OCSPTrustedResponder on', 'OCSPPreproduce hot',
        'OCSPCRLCoverage complete')
    . "<VirtualHost *:1>\nServerName v.example.com\nOCSPMaxRequestSize 2k\n"
    . "OCSPQuickHandler off\n"
    . qq(OCSPCRLPath "$dir/crls"\n)
    . section($fresh->{cert}, qq(OCSPCertificateFile "$fresh->{signer}"),
        qq(OCSPCertificateKeyFile "$fresh->{signer_key}"))
    . section($c2->{cert}, qq(OCSPCertificateFile "$c2->{signer}"),
        qq(OCSPCertificateKeyFile "$c2->{signer_key}"))
    . "</VirtualHost>\n<VirtualHost *:1>\nServerName w.example.com\n"
    . section($c1->{cert}, qq(OCSPCRLFile "$c1->{crl}"),
        qq(OCSPCertificateKeyFile "$c1->{key}"))
    . "</VirtualHost>\n<VirtualHost *:1>\nServerName x.example.com\n</VirtualHost>\n");
is $status, 0, 'all is right: exit status' or diag $said;
like $said, qr/^Syntax OK$/m, 'all is right: and httpd says so';

my $policy = 'policy: OCSPUnlisted %s, OCSPStaleGrace %d, OCSPSourceMaxAge %s,'
    . ' OCSPNextUpdate %d, OCSPHTTPMaxAge %d,'
    . ' OCSPAnswerAge %s, OCSPThisUpdate %s, OCSPNonce %s, OCSPResponderID %s,'
    . ' OCSPIncludeCertificate %s, OCSPTrustedResponder %s, OCSPPreproduce %s,'
    . ' OCSPCRLCoverage %s, OCSPCRLScope default';
my @usual = ('good', 0, 'default', 43200, 3600, 'default', 'source', 'ignore', 'key', 'auto',
    'off', 'off', 'auto');
for my $case (
    ['ocsp.example.com', 'a', ca('a')->{crl}, 'file', 'P-256 with SHA-256', @usual],
    ['ocsp.example.com', 'b', ca('b')->{crl}, 'file', 'RSA 2048 with SHA-256',
        'unknown', 5400, 'off', 172800, 300, 'default', 'checked', 'echo', 'name', 'off',
        'on', 'hot', 'complete'],
    ['v.example.com', 'fresh', "$dir/crls/fresh.crl", 'directory',
        'P-256 with SHA-256', @usual],
    ['v.example.com', 'c2', "$dir/crls/c2.crl", 'directory', 'P-256 with SHA-256',
        @usual],
    ['w.example.com', 'c1', $c1->{crl}, 'file', 'P-256 with SHA-256', @usual],
) {
    my ($host, $name, $crl, $source, $algorithm, @words) = @$case;
    my $ca    = ca($name);
    my $lines = $dump->{$host}{ $ca->{subject} } // '';
    my $named = $source eq 'file' ? $crl : "$dir/crls";
    like $lines, qr/^certificate: \Q$ca->{cert}\E \(<OCSPIssuer> at \S+configtest\.conf:\d+\)$/m,
        "$name: certificate and place";
    ok index($lines, hash_lines($name)) >= 0, "$name: hashes as openssl has them"
        or diag $lines;
    has_line($lines, "CRL $source: $named ($user can read it)",
        "$name: the source, and who can read it");
    has_line($lines, crl_line($crl), "$name: the CRL as its file has it");
    has_line($lines, signer_line($name eq 'c1' ? ($ca->{cert}, $algorithm,
        'the CA itself') : ($ca->{signer}, $algorithm, 'delegate')),
        "$name: the signer as its file has it");
    has_line($lines, sprintf($policy, @words), "$name: the policy");
}
like $dump->{'ocsp.example.com'}{''}, qr/
    ^OCSPMaxCerts\ 7,\ OCSPMaxRequestSize\ 10240,\ OCSPQuickHandler\ on,
    \ OCSPTableSize\ 67108864,\ OCSPRefresh\ 60,\ OCSPCacheSize\ 1048576,
    \ OCSPSignLimit\ 3,\ OCSPStateDir\ \S+\.state,\ OCSPPassPhraseDialog\ builtin$/mx,
    'the main server: what is its alone';
like $dump->{'v.example.com'}{''}, qr/^OCSPMaxCerts 7, OCSPMaxRequestSize 2048, OCSPQuickHandler off$/m,
    'a virtual host: what it has and inherits';
# an inherited issuer comes with the settings that the virtual host has for it
my $inherited = $dump->{'v.example.com'}{ ca('a')->{subject} } // '';
has_line($inherited, crl_line(ca('a')->{crl}),
    'an inherited issuer: its section\'s CRL, not the virtual host\'s directory');
ok !$dump->{'x.example.com'}, 'a virtual host that says nothing is not listed';
like $said, qr/^w\.example\.com.*\n(?: .*\n)*? +and the issuers of the main server$/m,
    'a virtual host without settings of its own refers to the main server';
unlike $said, qr/PRIVATE|BEGIN/, 'nothing of a key is shown';

# --- issuance data ---------------------------------------------------------------------------

my $changed = 1_767_323_045;
my $index   = "$dir/index.txt";
my $list    = "$dir/issued.hex";
OCSPTest::PKI::spew($index, join '', map { "$_\tunknown\t/CN=x\n" }
    "V\t491231235959Z\t\t2001", "E\t250101000000Z\t\t2002",
    "R\t491231235959Z\t260102030405Z,keyCompromise\t" . serial_compromised);
OCSPTest::PKI::spew($list, "2001\n2003\n");
utime $changed, $changed, $index or die $!;

sub without_crl { return with(@_) =~ s/^ *OCSPCRLFile.*\n//mr }

($status, $said, $dump) = dump_of("OCSPRefresh off\n"
    . with('a', qq(OCSPIndexFile "$index"), qq(OCSPIssuedFile "$list"))
    . without_crl('b', qq(OCSPIndexFile "$index"), 'OCSPSourceMaxAge 366d')
    . without_crl('fresh', qq(OCSPIssuedFile "$list"), 'OCSPUnlisted good')
    . without_crl('c2', qq(OCSPIndexFile "$index"), 'OCSPSourceMaxAge 60'));
my %has = map { $_ => $dump->{'ocsp.example.com'}{ ca($_)->{subject} } // '' }
    qw(a b fresh c2);
for my $name (qw(a b)) {
    has_line($has{$name}, "index file: $index ($user can read it)",
        "$name: the index, and who can read it");
}
has_line($has{a}, "issued file: $list ($user can read it)", 'a: the list');
has_line($has{a}, crl_line(ca('a')->{crl}), 'a: the CRL as its file has it');
has_line($has{a}, 'issuance data in use: last changed ' . iso($changed)
    . ', 5 rows, 3 issued and not revoked', 'a: what is issued');
like $has{a}, qr/^policy: OCSPUnlisted unknown, /m, 'a: what is not is unknown';
my $of_index = 'issuance data in use: last changed ' . iso($changed)
    . ', 3 rows, 2 issued and not revoked, 1 revocations';
has_line($has{b}, $of_index, 'b: what is issued and revoked');
unlike $has{b}, qr/^CRL/m, 'b: no CRL';
like $has{b}, qr/^policy: OCSPUnlisted unknown, .*OCSPSourceMaxAge 31622400, /m,
    'b: the policy';
like $has{fresh}, qr/^policy: OCSPUnlisted good, /m, 'fresh: as OCSPUnlisted says';
has_line($has{c2}, "$of_index, out of date", 'c2: too old');
is $status, 1, 'an index that is too old: exit status';
like $dump->{'ocsp.example.com'}{''}, qr/ OCSPRefresh off, /, 'OCSPRefresh off';

# --- beside what is wrong --------------------------------------------------------------------

my $gone   = "$dir/none.pem";
my $closed = "$dir/closed.crl";
my $hidden = "$dir/closed.txt";
OCSPTest::PKI::spew($closed, OCSPTest::slurp(ca('b')->{crl}));
OCSPTest::PKI::spew($hidden, OCSPTest::slurp($index));
chmod 0, $closed, $hidden;
($status, $said, $dump) = dump_of(issuer_section('a') . issuer_section('expired')
    . with('b') =~ s/\Q${\ ca('b')->{crl}}\E/$closed/r
    . issuer_section('badsig') . issuer_section('nokey') . section($gone)
    . section("$dir/*.none") . issuer_section('a') . section($c2->{cert})
    . section(ca('fresh')->{cert}, qq(OCSPIndexFile "$hidden")));
is $status, 1, 'something is wrong: exit status';
unlike $said, qr/Syntax OK/, 'something is wrong: not said to be right';
my %at = map { $_ => $dump->{'ocsp.example.com'}{ ca($_)->{subject} } // '' }
    qw(a b expired badsig nokey c2 fresh);
has_line($at{a}, crl_line(ca('a')->{crl}), 'a: what is right is shown');
has_line($at{a}, signer_line(ca('a')->{signer}, 'P-256 with SHA-256', 'delegate'),
    'a: and its signer');
like $at{a}, qr/^not used: another section has the same CA$/m, 'a, twice: which counts';
has_line($at{expired}, crl_line(ca('expired')->{crl}) . ', out of date',
    'a CRL out of date: is shown as such');
like $at{badsig}, qr/^CRL file: \Q${\ ca('badsig')->{crl}}\E/m,
    'a CRL that is refused: its file';
like $at{badsig}, qr/^CRL in use: none: answers tryLater$/m,
    'a CRL that is refused: what comes of it';
has_line($at{b}, "CRL file: $closed ($user cannot read it: changes are taken up"
    . ' at a graceful restart only)', 'a CRL that may not be read: who cannot');
like $at{nokey}, qr/^signer: none: \Q${\ ca('nokey')->{signer_key}}\E: /m,
    'a key that is missing: file and what comes of it';
has_line($at{fresh}, "index file: $hidden ($user cannot read it: changes are taken"
    . ' up at a graceful restart only)', 'an index that may not be read: who cannot');
like $at{fresh}, qr/^issuance data in use: none: answers tryLater$/m,
    'an index that may not be read: what comes of it';
like $at{c2}, qr/^CRL in use: none/m, 'no CRL named: what comes of it';
like $at{c2}, qr/^signer: none: no OCSPCertificateFile/m,
    'no signer named: what comes of it, and the directive';
like $dump->{'ocsp.example.com'}{$gone} // '', qr/^cannot be read: .*tryLater$/m,
    'no certificate: what comes of it';
like $said, qr/^ {2,}\Q$dir\E\/\*\.none\b/m, 'a pattern that matches nothing is listed';

# --- without an issuer -------------------------------------------------------------------------

($status, $said, $dump) = dump_of('');
is $status, 0, 'no issuer: exit status';
like $said, qr/^OCSP issuers:$/m, 'no issuer: a head without a list';

# --- not asked for -----------------------------------------------------------------------------

($status, $said) = config_test(issuer_section('a'));
unlike $said, qr/OCSP issuers|policy/, 'without DUMP_OCSP nothing is listed';

# --- mod_info ----------------------------------------------------------------------------------

my $modules = Apache::Test::config()->apxs('LIBEXECDIR');
my @main    = ('OCSPNonce ignore', 'OCSPMaxCerts 7', 'OCSPMaxRequestSize 2k',
    'OCSPTableSize 64m', 'OCSPPassPhraseDialog builtin', qq(OCSPCRLPath "$dir/crls"),
    'OCSPResponderID name', 'OCSPRefresh 5min', 'OCSPCacheSize 1m', 'OCSPSignLimit 3',
    'OCSPQuickHandler off');
my @section = ('OCSPIncludeCertificate on', 'OCSPNextUpdate 2h',
    'OCSPHTTPMaxAge 5min', 'OCSPThisUpdate checked', 'OCSPUnlisted unknown',
    'OCSPTrustedResponder off', qq(OCSPIndexFile "$index"),
    qq(OCSPIssuedFile "$list"), 'OCSPStaleGrace 1h', 'OCSPSourceMaxAge off',
    'OCSPPreproduce all', 'OCSPCRLCoverage complete');
my $httpd = OCSPTest::Httpd->start('info',
    qq(LoadModule info_module "$modules/mod_info.so"\n)
    . "<Location \"/server-info\">\n    SetHandler server-info\n</Location>\n"
    . join("\n", @main, '') . with('a', @section)
    . "<VirtualHost *:1>\nServerName v.example.com\nOCSPNextUpdate 3h\n"
    . section("$dir/*.pem", 'OCSPNonce echo') . "</VirtualHost>\n");
my $res = http('GET', '/server-info?mod_ocsp.c', port => $httpd->{port});
is $res->{code}, 200, 'server-info?mod_ocsp.c: HTTP status';
my $page = $res->{body} =~ s/<[^>]*>//gr =~ s/&nbsp;/ /gr =~ s/&lt;/</gr
    =~ s/&gt;/>/gr =~ s/&quot;/"/gr =~ s/&amp;/&/gr =~ s/ +/ /gr;
my $a = ca('a');
for my $line (@main, @section, "<OCSPIssuer $a->{cert}>", '</OCSPIssuer>',
    qq(OCSPCRLFile "$a->{crl}"), qq(OCSPCertificateFile "$a->{signer}"),
    qq(OCSPCertificateKeyFile "$a->{signer_key}"), '<VirtualHost *:1>',
    'OCSPNextUpdate 3h', "<OCSPIssuer $dir/*.pem>", 'OCSPNonce echo') {
    my $bare = quotemeta $line =~ s/"//gr;
    like $page =~ s/"//gr, qr/: $bare\s/, "server-info has: $line";
}
like $page, qr/OCSPUnlisted - .*\n(?:.*\n)*.*OCSPTableSize - /,
    'server-info explains the directives';
ok $httpd->stop, 'it ends when told to';

done_testing;
