# Who signs, how, and what the response carries of the signer.
use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes ();
use OCSPTest;
use OCSPTest::Conf qw(with);
use OCSPTest::Httpd;
use OCSPTest::Response;
use OCSPTest::X509;

# CA, certificate that signs, kind of its key: each has one signature algorithm (R129)
for my $case (
    ['a',  'signer', 'P-256'],
    ['b',  'signer', 'RSA'],
    ['c1', 'cert',   'P-256'],
    ['c2', 'signer', 'P-256'],
) {
    my ($ca, $kind, $key) = @$case;
    my $cert = ca($ca)->{$kind};
    for my $hash ([], ['-sha256']) {
        my $res  = post(request($ca, [serial_good], @$hash));
        my $said = fields_of($res->{body}); # R81: a BasicOCSPResponse, or it dies
        my $name = "$ca @$hash";

        is algorithm_of($res->{body}), $key, "$name: signed as a key of $key signs";
        is "$said->{by} $said->{id}", # R85
            'key ' . sha1_hex(certificate_of($cert)->{key_octets}),
            "$name: the responder ID is the SHA-1 of its key";

        my @certs = certificates_of($res->{body});
        is scalar @certs, $kind eq 'signer' ? 1 : 0, # R87, R88
            "$name: a delegate's certificate alone, a CA's own not";

        is $said->{version}, 'default', "$name: version 1, which DER leaves out"; # R82, R93
        is_deeply $said->{extensions}, {}, "$name: no nonce, nor another extension"; # R111
        my ($outer) = der_children($res->{body});
        is length $outer->{element}, length $res->{body}, # R81
            "$name: nothing behind the response";
    }

    # R89
    my $res = post(request($ca, [serial_good]));
    cmp_ok length $res->{body}, '<', $ca eq 'b' ? 2000 : 1050,
        "$ca: a small response";
    # R90
    cmp_ok length $res->{raw}, '<', 16384, "$ca: fits nginx's buffer";
}

# R83, R84, R94, R95, R96, R97: the times
my $before = Time::HiRes::time;
my $res    = post(request('b', ['5A5A5A'])); # which nobody has asked for
my $after  = Time::HiRes::time; # time() is that of the last tick
my @times  = $res->{body} =~ /\x18\x0f(\d{14}Z)/g;
is scalar @times, 3, 'good: producedAt, thisUpdate, nextUpdate in whole seconds';
my ($produced, $this, $next) = @times;
my $format = '%Y%m%d%H%M%SZ';
cmp_ok $produced, 'ge', POSIX::strftime($format, gmtime $before),
    'producedAt is not before the question';
cmp_ok $produced, 'le', POSIX::strftime($format, gmtime $after),
    'producedAt is not after the answer';
cmp_ok $this, 'le', $produced, 'thisUpdate is not after producedAt';
cmp_ok $produced, 'lt', $next, 'nextUpdate is after producedAt';
is $this, POSIX::strftime($format, gmtime crl_of(ca('b')->{crl})->{this_update}),
    'thisUpdate is the CRL\'s';
cmp_ok $next, 'le', POSIX::strftime($format, gmtime $after + 12 * 3600),
    'nextUpdate is at most 12 hours ahead';
cmp_ok $next, 'gt', POSIX::strftime($format, gmtime $before + 300), # R102
    'nextUpdate is more than 300 seconds ahead';

# R68: of stale data only a final revocation is said, for an hour at most
my $stale = post(request('expired', [serial_compromised]));
my @stale = $stale->{body} =~ /\x18\x0f(\d{14}Z)/g;
is scalar @stale, 4, 'stale and revoked: four times';
cmp_ok $stale[-1], 'le', POSIX::strftime($format, gmtime time + 3600),
    'stale and revoked: nextUpdate is at most an hour ahead';
cmp_ok $stale[-1], 'gt', POSIX::strftime($format, gmtime time),
    'stale and revoked: nextUpdate is ahead';

# R84
my $good = post(request('a', [serial_good]));
ok index($good->{body}, certid('a', serial_good) . "\x80\x00\x18\x0f") > 0,
    'good is 80 00';
my $revoked = post(request('a', [serial_compromised]));
ok index($revoked->{body}, certid('a', serial_compromised)
    . "\xa1\x16\x18\x0f20260102030405Z\xa0\x03\x0a\x01\x01") > 0,
    'revoked is A1, its time and [0] its reason';
my $bare = post(request('a', [serial_no_reason]));
ok index($bare->{body}, certid('a', serial_no_reason)
    . "\xa1\x11\x18\x0f20260304050607Z\x18\x0f") > 0,
    'revoked without a reason is A1 and its time'; # R54

# OCSPIncludeCertificate chain: for clients that have the root alone. Two CAs below a
# root, of which the lower one has a delegate.
my @level = map { "level$_" } 0 .. 2;
OCSPTest::PKI::make_more(map { $_ => ['P-256', 'P-256'] } @level);
OCSPTest::PKI::issue(ca($level[$_ - 1]), ca($level[$_])->{cert}, ca($level[$_])->{key},
    "OCSP Test CA $level[$_]", '30', 'root') for 1, 2;
my $port = free_port();
my $chain = sub { with($_[0], 'OCSPIncludeCertificate chain') };
my $own = issuer_section($level[2]) =~ s/^\s*OCSPCertificate.*\n//mgr;
my $own_key = ca($level[2])->{key};
my $httpd = OCSPTest::Httpd->start('chain',
    # the intermediate and the root are the main server's
    $chain->($level[1]) . issuer_section($level[0])
    . "<VirtualHost *:$port>\nServerName chain.example.com\n"
    . $chain->($level[2]) . "</VirtualHost>\n"
    . "<VirtualHost *:$port>\nServerName own.example.com\n"
    . "OCSPIncludeCertificate chain\nOCSPCertificateKeyFile \"$own_key\"\n$own</VirtualHost>\n",
    port => $port);
for my $case (
    ['a delegate', $level[2], 'chain.example.com', 'Responder of level2',
        'OCSP Test CA level2', 'OCSP Test CA level1'],
    ['the CA itself', $level[2], 'own.example.com', 'OCSP Test CA level2',
        'OCSP Test CA level1'],
    ['a delegate of the main server', $level[1], 'own.example.com',
        'Responder of level1', 'OCSP Test CA level1'],
    ['a root\'s delegate', $level[0], 'own.example.com', 'Responder of level0'],
) {
    my ($name, $ca, $host, @names) = @$case;
    my $res = post(request($ca, [serial_good]), port => $port, path => '/', host => $host);
    is join(', ', map { common_name_of($_) } certificates_of($res->{body})),
        join(', ', @names), "$name: the signer first, then its issuers without the root";
    like oracle($res->{body}, $ca, [serial_good], '-CAfile', ca($level[0])->{cert}),
        qr/^Response verify OK$/m, "$name: verifies by the root alone";
}
ok $httpd->stop, 'it ends when told to';

done_testing;
