# apachectl graceful: what is new on disk is taken up, what is broken is not, and
# nobody notices but those who asked about it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Load;

my $fresh = ca('fresh');

# What each of several processes says of a serial number: all that they say.
sub said {
    my ($ca, $serial, $times) = @_;
    my (%said, %bodies);
    $bodies{ post(request($ca, [$serial]))->{body} }++ for 1 .. $times // 24;
    for my $body (keys %bodies) {
        if (ocsp_status($body) > 0) {
            $said{ 'error ' . ocsp_status($body) }++;
            next;
        }
        my $text = oracle($body, $ca, [$serial]);
        my ($status) = $text =~ /verify OK.*: (good|revoked|unknown)$/ms;
        $said{ $status // "not verified: $text" }++;
    }
    return join ', ', sort keys %said;
}

sub others_answer {
    my ($when) = @_;
    is said($_, serial_good, 2), 'good', "$when: $_ answers good" for qw(a b c1 c2);
    is said('a', serial_compromised, 2), 'revoked', "$when: a answers revoked";
    return;
}

cmp_ok scalar(children()), '>=', 3, 'at least three processes';
is said('fresh', '3001'), 'good', 'not listed: good from every process';

# R72: a new revocation
my %more = ('3001' => ['261101000000Z', 'keyCompromise']);
my $mark = log_mark(); # it may be seen at once
OCSPTest::PKI::sign_crl('fresh',
    revoked => OCSPTest::PKI::revoked_and(%more));
ok graceful(), 'graceful';
like OCSPTest::log_since($mark),
    qr/OCSP205: CN=OCSP Test CA fresh,\S*: status data loaded from \S+: 5 revocations, /,
    'a new CRL: logged with its size';
is said('fresh', '3001'), 'revoked', 'a new CRL: revoked from every process';
is said('fresh', '3002'), 'good',    'and what it does not list is good';
others_answer('a new CRL');
is server_status()->{'OCSPIssuer[8]LastResult'}, 'ok', 'server-status: ok';

# nothing changed
ok graceful(), 'graceful again';
is said('fresh', '3001'), 'revoked', 'nothing changed: still revoked';

# R135, R140, R141: a bad CRL never replaces a good one
my $good_crl = OCSPTest::slurp($fresh->{crl});
$more{'3002'} = ['261102000000Z', 'cessationOfOperation'];
my %spoil = (
    'a broken signature' => sub {
        # in one step: whoever looks for changes must not see it whole
        my $file = "$fresh->{dir}/whole.crl";
        OCSPTest::PKI::sign_crl('fresh', file => $file, der => 1,
            revoked => OCSPTest::PKI::revoked_and(%more));
        my $bytes = OCSPTest::slurp($file);
        substr($bytes, -1) ^= "\1";
        OCSPTest::PKI::spew($fresh->{crl}, $bytes);
    },
    'half a CRL' => sub {
        OCSPTest::PKI::spew($fresh->{crl},
            substr $good_crl, 0, length($good_crl) / 2);
    },
    'an empty file' => sub { OCSPTest::PKI::spew($fresh->{crl}, '') },
    'words'         => sub { OCSPTest::PKI::spew($fresh->{crl}, "no CRL\n") },
    'no file'       => sub { unlink $fresh->{crl} or die $! },
    'the CRL of another CA' => sub {
        OCSPTest::PKI::spew($fresh->{crl}, OCSPTest::slurp(ca('a')->{crl}));
    },
    'an older CRL' => sub {
        # it takes a number from a new counter: 1
        unlink "$fresh->{dir}/crlnumber";
        OCSPTest::PKI::sign_crl('fresh', last => '20261101000000Z');
    },
    'a CRL of next year' => sub {
        OCSPTest::PKI::spew("$fresh->{dir}/crlnumber", "40\n");
        OCSPTest::PKI::sign_crl('fresh', last => '20991101000000Z',
            next => '20991201000000Z');
    },
);
for my $name (sort keys %spoil) {
    $spoil{$name}->();
    my $mark = log_mark();
    ok graceful(), "$name: graceful";
    is said('fresh', '3001', 8), 'revoked', "$name: the revoked one stays revoked";
    is said('fresh', '3002', 8), 'good',    "$name: the good one stays good";
    my $log = log_since($mark);
    my @lines = drop_second(grep { /\Q$fresh->{crl}\E/ && /:(?:error|warn)\]/ }
        split /\n/, $log);
    is scalar @lines, 1, "$name: one line in the error log names the file"
        or diag $log;
    like $lines[0] // '', qr/OCSP\d{3}: /, "$name: with a tag";
    my $result = server_status()->{'OCSPIssuer[8]LastResult'} // '';
    isnt $result, 'ok', "$name: server-status does not say ok";
    isnt $result, '',   "$name: server-status has a reason";
}
others_answer('a broken CRL of another issuer');

# and a good one does replace it
OCSPTest::PKI::spew("$fresh->{dir}/crlnumber", "50\n");
OCSPTest::PKI::sign_crl('fresh', revoked => OCSPTest::PKI::revoked_and(%more));
ok graceful(), 'graceful with a good CRL';
is said('fresh', '3002'), 'revoked', 'a good CRL after bad ones: revoked';
is server_status()->{'OCSPIssuer[8]LastResult'}, 'ok', 'server-status: ok';

# the signer: gone, of another key, of another CA; the last good one stays
my $key    = OCSPTest::slurp($fresh->{signer_key});
my $signer = OCSPTest::slurp($fresh->{signer});
for my $case (
    ['a deleted key', sub { unlink $fresh->{signer_key} or die $! },
        $fresh->{signer_key}],
    ['a key that does not match', sub {
        OCSPTest::PKI::spew($fresh->{signer_key},
            OCSPTest::slurp(ca('a')->{signer_key}));
    }, $fresh->{signer_key}],
    ['a deleted certificate', sub { unlink $fresh->{signer} or die $! },
        $fresh->{signer}],
    ['the certificate of another CA\'s responder', sub {
        OCSPTest::PKI::spew($fresh->{signer}, OCSPTest::slurp(ca('a')->{signer}));
        OCSPTest::PKI::spew($fresh->{signer_key},
            OCSPTest::slurp(ca('a')->{signer_key}));
    }, $fresh->{signer}],
) {
    my ($name, $spoil, $file) = @$case;
    $spoil->();
    my $mark = log_mark();
    ok graceful(), "$name: graceful";
    is said('fresh', '3001', 8), 'revoked', "$name: answered all the same";
    like log_since($mark), qr/:(?:error|warn)\].*OCSP\d{3}: .*\Q$file\E/,
        "$name: the error log names the file";
    OCSPTest::PKI::spew($fresh->{signer_key}, $key);
    OCSPTest::PKI::spew($fresh->{signer},     $signer);
}
others_answer('a broken signer of another issuer');

# R128: a new key and certificate
OCSPTest::PKI::make_key($fresh->{signer_key}, 'RSA');
OCSPTest::PKI::issue($fresh, $fresh->{signer}, $fresh->{signer_key},
    'A new responder', '0B', 'delegate');
ok graceful(), 'graceful with a new signer';
is said('fresh', '3001'), 'revoked', 'a new signer: verified';
my $renewed = post(request('fresh', ['3001']));
ok index($renewed->{body}, 'A new responder') > 0, 'and it is the new one';

# R67: what was missing at the start is taken up when it is there
# (a server of its own: others rely on that a CA has no CRL)
my $late  = OCSPTest::vars()->{t_logs} . '/graceful-late.crl';
my $httpd = OCSPTest::Httpd->start('graceful-late', issuer_section('a', crl => $late));
is $httpd->says('a', serial_good), 'tryLater', 'no CRL at the start: tryLater';
OCSPTest::PKI::spew($late, OCSPTest::slurp(ca('a')->{crl}));
ok defined $httpd->graceful, 'graceful with its CRL';
is $httpd->says('a', serial_good),        'good',    'a CRL at last: good';
is $httpd->says('a', serial_compromised), 'revoked', 'a CRL at last: revoked';
ok $httpd->stop, 'it ends when told to';

# requests without a pause, one connection each, while httpd restarts
my $load = OCSPTest::Load->start(port(), ['a'], clients => 1, path => '/ocsp');
for my $n (1 .. 5) {
    ok graceful(), "under load: restart $n";
    ok $load->wait_for_rounds(2), "under load: answers after restart $n";
}
my $sum = $load->stop;
diag "under load: $sum->{right}{a} right answers, $sum->{failed} requests failed, and "
    . "$sum->{control} of the control";
diag $_ for @{ $sum->{trouble} };
is $sum->{wrong}, 0, 'under load: no answer is wrong';
cmp_ok $sum->{failed}, '<=', $sum->{control},
    'under load: no more requests fail than without the module';
is $sum->{unverified}, 0, 'under load: what was looked at verifies';

# as it was, for who comes after
OCSPTest::PKI::spew($fresh->{signer_key}, $key);
OCSPTest::PKI::spew($fresh->{signer},     $signer);
chmod 0600, $fresh->{signer_key};
OCSPTest::PKI::sign_crl('fresh');
ok graceful(), 'graceful with the signer of before';

done_testing;
