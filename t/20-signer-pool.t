# Signers that are named outside <OCSPIssuer>: each issuer uses those that it has
# issued, a virtual host's replace the main server's; a broken file of a pool concerns
# only the issuer whose signer it was.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;

my $dir = OCSPTest::vars()->{t_logs} . '/pool';
mkdir $dir or die "$dir: $!";
my @cas = qw(a b c2 fresh);

# A delegate of a CA in the pool: the directive.
sub member {
    my ($ca, $name, $key) = @_;
    OCSPTest::PKI::issue(ca($ca), "$dir/$name.pem", $key, $name, '5A', 'delegate');
    return "OCSPCertificateFile \"$dir/$name.pem\"\n";
}

# Into the place of a key: nobody else can read that either.
sub put_key {
    my ($file, $content) = @_;
    OCSPTest::PKI::spew($file, $content);
    chmod 0600, $file or die "$file: $!";
    return;
}

sub key { return "OCSPCertificateKeyFile \"$_[0]\"\n" }

# A section without signers, with lines to follow.
sub section {
    my ($ca, $lines) = @_;
    return issuer_section($ca) =~ s/^ +OCSPCertificate.*\n//mgr
        =~ s/(?=<\/OCSPIssuer>)/$lines \/\/ ''/er;
}

# one key for three CAs, another for a fourth; and for a host of its own
my ($shared, $single, $hosts) = map { "$dir/$_.key" } qw(shared single hosts);
OCSPTest::PKI::make_key($shared, 'P-256');
OCSPTest::PKI::make_key($_, 'P-384') for $single, $hosts;
my $main = join '', (map { member($_, "main-$_", $shared) } qw(a b c2)),
    member('fresh', 'main-fresh', $single), key($shared), key($single);
my $host = join '', (map { member($_, "host-$_", $hosts) } qw(a vhost)),
    key($hosts);

# --- each its own ---------------------------------------------------------------------

my $port = free_port();
my $hosts_text = <<"END" . section('vhost') . "</VirtualHost>\n";
<VirtualHost *:$port>
    ServerName ocsp.example.com
</VirtualHost>
<VirtualHost *:$port>
    ServerName pool.example.com
    $host
END
my $text = $main . join('', map { section($_) } @cas) . $hosts_text;
my $httpd = OCSPTest::Httpd->start('pool', $text, port => $port);

# signers(WHEN, HOST, CA => common name of who signs, or an error, ...)
sub signers {
    my ($when, $name, %want) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @at = (host => "$name.example.com", path => '/', port => $port);
    for my $ca (sort keys %want) {
        my $said = $httpd->says($ca, serial_good, @at);
        if ($said eq 'good') {
            $said = signer_of(post(request($ca, [serial_good]), @at)->{body});
        }
        is $said, $want{$ca}, "$when, $name: $ca: $want{$ca}";
    }
    return;
}

my %main = map { $_ => "main-$_" } @cas;
my %host = (a => 'host-a', vhost => 'host-vhost', b => 'tryLater',
    c2 => 'tryLater', fresh => 'tryLater');
signers('at the start', 'ocsp', %main, vhost => 'unauthorized');
signers('at the start', 'pool', %host);
my $log = $httpd->log_since(0);
unlike $log, qr/OCSP218/, 'no member is idle';
is scalar(() = $log =~ /OCSP223: /g), 3,
    'whom the host\'s pool has nothing for is told so';

# --- graceful: one member breaks --------------------------------------------------------

my $pem = OCSPTest::slurp("$dir/main-b.pem");
my $key = OCSPTest::slurp($single);
for my $case (
    ['a certificate becomes rubbish',
        sub { OCSPTest::PKI::spew("$dir/main-b.pem", "rubbish\n") }, 'main-b.pem'],
    ['a certificate is deleted', sub { unlink "$dir/main-b.pem" or die $! },
        'main-b.pem'],
    # this file can be used, and is not b's any more
    ['a certificate of another CA in its place', sub {
        OCSPTest::PKI::spew("$dir/main-b.pem", OCSPTest::slurp("$dir/host-vhost.pem"))
    }, 'main-b.pem', b => 'tryLater'],
    ['a key becomes rubbish', sub { put_key($single, "rubbish\n") },
        'single.key'],
    ['a key is deleted', sub { unlink $single or die $! }, 'single.key'],
    ['another key in its place', sub {
        put_key($single, OCSPTest::slurp($hosts))
    }, 'main-fresh.pem'],
) {
    my ($name, $spoil, $file, %but) = @$case;
    $spoil->();
    $log = $httpd->graceful // '';
    signers($name, 'ocsp', %main, %but); # the last good signer of a broken file as well
    like $log, qr/OCSP223: \Q${\ ca($_)->{subject}}\E: no signer: /, "$name: $_: logged"
        for keys %but;
    # what the host lacks has not changed
    my @lines = drop_second(grep { /ocsp:(?:error|warn)\]/ && !/OCSP223/ } split /\n/, $log);
    is scalar @lines, 1, "$name: one line" or diag $log;
    like $lines[0] // '', qr/OCSP\d{3}: .*\Q$dir\/$file\E/, "$name: which names it";
    OCSPTest::PKI::spew("$dir/main-b.pem", $pem);
    put_key($single, $key);
}
$log = $httpd->graceful;
unlike $log, qr/OCSP218|rejected/, 'all mended: no complaint';

# a new member under an old key, and a new key: taken at graceful (R128)
OCSPTest::PKI::issue(ca('b'), "$dir/main-b.pem", $shared, 'renewed-b', '5B',
    'delegate');
OCSPTest::PKI::make_key($single, 'Ed25519');
OCSPTest::PKI::issue(ca('fresh'), "$dir/main-fresh.pem", $single, 'renewed-fresh',
    '5B', 'delegate');
$httpd->graceful;
signers('renewed', 'ocsp', %main, b => 'renewed-b', fresh => 'renewed-fresh');

# a pool that two servers have, and a file in it that only the second one uses
my $both = join '', map { member($_, "both-$_", $shared) } qw(a b);
$both .= key($shared);
$httpd->configure($both . section('a') . <<"END" . section('b') . "</VirtualHost>\n");
<VirtualHost *:$port>
    ServerName ocsp.example.com
    $both
END
$httpd->graceful;
my %both = (a => 'both-a', b => 'both-b');
signers('a pool of two servers', 'ocsp', %both);
my ($pem_both, $key_shared) = map { OCSPTest::slurp($_) } "$dir/both-b.pem", $shared;
OCSPTest::PKI::spew("$dir/both-b.pem", "rubbish\n");
for my $when ('a file of the second one is broken', 'it is broken at the next graceful') {
    my $said = $httpd->graceful;
    signers($when, 'ocsp', %both);
    like $said, qr/OCSP202: \Q${\ ca('b')->{subject}}\E: .*both-b\.pem/, "$when: logged";
    unlike $said, qr/OCSP223/, "$when: it has a signer";
}
OCSPTest::PKI::spew("$dir/both-b.pem", $pem_both);
put_key($shared, "rubbish\n");
$httpd->graceful;
signers('the key is broken', 'ocsp', %both);
OCSPTest::PKI::spew("$dir/both-b.pem", "rubbish\n");
$httpd->graceful;
signers('then the certificate as well', 'ocsp', %both);
put_key($shared, $key_shared);

# --- idle members -----------------------------------------------------------------------

my $idle = member('foreign', 'idle', $shared);
$httpd->configure("$idle$text");
$log = $httpd->graceful;
my @lines = grep { /OCSP218/ } split /\n/, $log;
is scalar @lines, 1, 'a certificate of a CA that is not served: one line' or diag $log;
like $lines[0] // '', qr/:warn\].*OCSP218: \Q$dir\E\/idle\.pem/, 'a warning that names it';
signers('an idle member', 'ocsp', %main, b => 'renewed-b', fresh => 'renewed-fresh');
for my $case (
    ['an idle certificate', $idle, 0, qr/:warn\].*OCSP218: .*idle\.pem/],
    ['a certificate that is not there', "OCSPCertificateFile \"$dir/none.pem\"\n", 1,
        qr/:error\].*OCSP225: .*none\.pem/],
    ['a key that is not there', key("$dir/none.key"), 1,
        qr/:error\].*OCSP225: .*none\.key/],
) {
    my ($name, $directive, $code, $words) = @$case;
    my ($status, $said) = config_test("$directive$main"
        . join('', map { section($_) } @cas), '-D', 'OCSP_STRICT');
    is $status, $code, "$name: httpd -t, strict: exits $code";
    # what clients cannot verify (OCSP203) is of 20-signers
    @lines = grep { /OCSP(?!203)\d{3}: / && /:(?:error|warn)\]/ } split /\n/, $said;
    is scalar @lines, 1, "$name: one line" or diag $said;
    like $lines[0] // '', $words, "$name: which names it";
}

# nor is a key passed over in silence that stands in a section
my ($code, $what) = config_test(issuer_section('a') =~
    s/(?=<\/OCSPIssuer>)/key("$dir\/none.key")/er, '-D', 'OCSP_STRICT');
is $code, 1, 'a second key of a section that is not there: httpd -t, strict: exits 1';
like $what, qr/:error\].*OCSP\d{3}: .*none\.key/, 'and names it';

# --- the nearest level ------------------------------------------------------------------

# a section that names signers has those alone; a host without any has the server's
my $own = issuer_section('b');
$httpd->configure($main . $own . join('', map { section($_) } qw(a c2 fresh)) . <<"END");
<VirtualHost *:$port>
    ServerName ocsp.example.com
</VirtualHost>
<VirtualHost *:$port>
    ServerName nonce.example.com
    OCSPNonce ignore
</VirtualHost>
END
$log = $httpd->graceful;
signers('a section of its own', $_, %main, b => 'Responder of b',
    fresh => 'renewed-fresh') for qw(ocsp nonce);
like $log, qr/OCSP218: .*main-b\.pem/, 'and the pool\'s certificate for it is idle';

# a pool with the CA's own key: the CA is its own signer, without more words
$httpd->configure(key(ca('c1')->{key}) . key($shared)
    . "OCSPCertificateFile \"$dir/main-a.pem\"\n"
    . join '', map { section($_) } qw(a c1));
$httpd->graceful;
signers('a pool with a CA\'s own key', 'ocsp', a => 'main-a', c1 => 'none');

# its file is broken: the last good pair signs
put_key("$dir/own.key", OCSPTest::slurp(ca('c1')->{key}));
$httpd->configure(key("$dir/own.key") . section('c1'));
$httpd->graceful;
signers('the CA\'s own key, for all sections', 'ocsp', c1 => 'none');
put_key("$dir/own.key", "rubbish\n");
for my $when ('it becomes rubbish', 'it is rubbish at the next graceful') {
    my $said = $httpd->graceful;
    signers($when, 'ocsp', c1 => 'none');
    like $said, qr/OCSP202: .*\Q$dir\E\/own\.key/, "$when: logged, with its name";
    unlike $said, qr/OCSP223|OCSP225/, "$when: and no more than that";
}

# a certificate that two sections name, one of them with a wrong key
my ($right, $wrong) = map { my ($ca, $key_file) = @$_;
    issuer_section($ca, signer => "$dir/main-a.pem", signer_key => $key_file)
        =~ s/(?=<\/OCSPIssuer>)/OCSPTrustedResponder on\n/r
} ['a', $shared], ['fresh', $single];
for my $order ("$right$wrong", "$wrong$right") {
    $httpd->configure($order);
    for my $when ('a wrong key in another section', 'the next graceful') {
        $httpd->graceful;
        signers($when, 'ocsp', a => 'main-a', fresh => 'tryLater');
    }
}
# but a key that was taken out of the configuration never signs again
$httpd->configure(section('c1'));
$httpd->graceful;
signers('it is taken out', 'ocsp', c1 => 'tryLater');

# --- OCSPTrustedResponder ----------------------------------------------------------------

my $foreign = "OCSPCertificateFile \"$dir/idle.pem\"\n" . key($shared);
for my $case (
    ['off', section('a', $foreign), 'tryLater', qr/OCSP202: .*\Q$dir\E\/idle\.pem/],
    ['said off', section('a', "OCSPTrustedResponder off\n$foreign"), 'tryLater',
        qr/OCSP202: .*\Q$dir\E\/idle\.pem/],
    ['on', section('a', "OCSPTrustedResponder on\n$foreign"), 'trusted', undef],
    ['on, of the pool', $foreign . section('a', "OCSPTrustedResponder on\n"),
        'tryLater', qr/OCSP223: /],
    ['off, from the pool', $foreign . section('a'), 'tryLater', qr/OCSP223: /],
) {
    my ($name, $section, $want, $words) = @$case;
    my ($status, $said) = config_test($section, '-D', 'OCSP_STRICT');
    is $status, defined $words ? 1 : 0, "trusted responder $name: httpd -t" or diag $said;
    like $said, $words, "trusted responder $name: what it says" if $words;
    # another httpd, or the last good signer would go on
    my $other = OCSPTest::Httpd->start('trusted', $section);
    my $body = post(request('a', [serial_good]), port => $other->{port},
        path => '/')->{body};
    if ($want eq 'tryLater') {
        is ocsp_status($body), TRY_LATER, "trusted responder $name: tryLater";
    }
    else {
        is signer_of($body), 'idle', "trusted responder $name: signed by it";
        like oracle($body, 'a', [serial_good], '-VAfile', "$dir/idle.pem"),
            qr/verify OK.*: good$/ms, "trusted responder $name: who trusts it verifies";
        unlike oracle($body, 'a', [serial_good]), qr/verify OK/,
            "trusted responder $name: and nobody else";
    }
    $other->stop;
}

ok $httpd->stop, 'it ends when told to';
done_testing;
