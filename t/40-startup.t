# Files that are missing or broken: httpd starts, answers tryLater for their issuer
# and goes on for the others; `httpd -t` says what is wrong and exits 1.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;

my $a   = ca('a');
my $dir = OCSPTest::vars()->{t_logs} . '/startup';
mkdir $dir or die "$dir: $!";

sub file {
    my ($name, $content) = @_;
    OCSPTest::PKI::spew("$dir/$name", $content);
    return "$dir/$name";
}

my $crl       = OCSPTest::slurp($a->{crl});
my $encrypted = "$dir/encrypted.key";
my ($made, $why) = run('openssl', 'pkey', '-in', $a->{signer_key}, '-aes128',
    '-passout', 'pass:secret', '-out', $encrypted);
is $made, 0, 'an encrypted key to test with' or diag $why;
my $closed = file('closed.key', 'x');
chmod 0, $closed;

# what is replaced, by which file, and what the message must say besides its name
my @cases = (
    ['a CRL that is not there',    crl => "$dir/none.crl", qr/./],
    ['a CRL that is empty',        crl => file('empty.crl', ''), qr/./],
    ['a CRL that is words',        crl => file('words.crl', "hello\n"), qr/./],
    ['a CRL cut short',            crl => file('short.crl', substr $crl, 0, -20),
        qr/./],
    ['a CRL with something behind', crl => file('long.crl', "${crl}x"), qr/./],
    ['a CRL that is a directory',  crl => $dir, qr/./],
    ['a CRL of another CA',        crl => ca('b')->{crl}, qr/./],
    ['a CRL with a broken signature', crl => ca('badsig')->{crl}, qr/./, 'badsig'],
    ['a key that is not there',    signer_key => "$dir/none.key", qr/./],
    ['a key of another signer',    signer_key => ca('b')->{signer_key}, qr/./],
    ['a key that is a certificate', signer_key => $a->{signer}, qr/./],
    ['a key that cannot be read',  signer_key => $closed, qr/[Pp]ermission/],
    ['a signer that is not there', signer => "$dir/none.pem", qr/./],
    ['a signer of another CA',     signer => ca('b')->{signer}, qr/./],
    ['a signer that may not sign', signer => $a->{leaf}, qr/./],
    ['a CA that is not there',     cert => "$dir/none.pem", qr/./],
    ['a CA that is none',          cert => $a->{leaf}, qr/./],
    ['two CAs in a file',
        cert => file('two.pem', OCSPTest::slurp($a->{cert})
            . OCSPTest::slurp(ca('b')->{cert})), qr/CN ?= ?OCSP Test CA b/],
);

for my $case (@cases) {
    my ($name, $what, $file, $words, $ca) = @$case;
    local $SIG{ALRM} = sub { die "httpd -t did not come back\n" };
    alarm 600;
    my ($status, $said)
        = config_test(issuer_section($ca // 'a', $what => $file)
            . issuer_section('c2'), '-D', 'OCSP_STRICT');
    alarm 0;
    is $status, 1, "$name: httpd -t, strict: exits 1"; # R126, R184
    my @lines = grep { /\Q$file\E/ && /OCSP\d{3}: / } split /\n/, $said;
    is scalar @lines, 1, "$name: one line names the file" or diag $said;
    like $lines[0] // '', $words, "$name: and the cause";
    unlike $said, qr/\Q${\ ca('c2')->{crl}}\E/, "$name: no word about others";
    unlike $said, qr/PRIVATE KEY|secret/, "$name: nothing of a key is shown";
}

my ($status, $said) = config_test(issuer_section('a', signer_key => $encrypted), '-D',
    'OCSP_STRICT');
is $status, 0, 'a key with a passphrase is no fault: httpd -t exits 0';
like $said, qr/OCSP217: .*\Q$encrypted\E.*encrypted.*not checked/,
    'but says that it was not checked';

($status, $said) = config_test(issuer_section('expired'));
like $said, qr/OCSP\d{3}: .*\Q${\ ca('expired')->{crl}}\E/,
    'an expired CRL: httpd -t names it';

# R67, R184: an httpd all of whose issuers are broken, and one that is not
my $port = free_port();
my $text = join '', map { issuer_section($_) } qw(badsig nokey expired c2);
for my $case (grep { !$_->[4] && $_->[1] ne 'cert' } @cases) {
    # one issuer is in a server once: each case has a virtual host of its own
    my ($name, $what, $file) = @$case;
    $text .= "<VirtualHost *:1>\nServerName " . ($name =~ s/\W+/-/gr)
        . ".example.com\n" . issuer_section('a', $what => $file)
        . "</VirtualHost>\n";
}
my $config = OCSPTest::config($text, port => $port, name => 'broken');
my ($started, $words) = run(OCSPTest::vars()->{httpd}, '-f', $config);
is $started, 0, 'httpd with broken issuers starts' or diag $words;
my $up = wait_for(OCSPTest::Httpd::PATIENT_S, sub {
    IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
});
ok $up, 'and listens';
if ($up) {
    my @there = (port => $port, path => '/');
    ok is_error(post(request($_, [serial_good]), @there), TRY_LATER),
        "$_: tryLater"
        for qw(badsig nokey expired);
    like oracle(post(request('c2', [serial_good]), @there)->{body}, 'c2',
        [serial_good]), qr/verify OK.*: good/s, 'the issuer with good files: good';
    ok is_error(post(request('foreign', [serial_good]), @there), UNAUTHORIZED),
        'an issuer that is not there: unauthorized';
}
my $log = OCSPTest::slurp("$config.log");
like $log, qr/OCSP\d{3}: .*\Q${\ ca($_->[0])->{$_->[1]}}\E/,
    "$_->[0]: the error log names the file"
    for ['badsig', 'crl'], ['nokey', 'signer_key'], ['expired', 'crl'];
unlike $log, qr/ocsp:(?:crit|emerg)\]/, 'nothing worse than an error is logged';
if (-e "$config.pid") {
    OCSPTest::Httpd::end(OCSPTest::slurp("$config.pid") =~ s/\s+//r);
    ok wait_for(OCSPTest::Httpd::PATIENT_S, sub { !-e "$config.pid" }),
        'it ends when told to';
}
unlike OCSPTest::slurp("$config.log"), qr/Sanitizer|exit signal/, 'without a crash';

done_testing;
