# Who signs, how, and what the response carries of the signer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes ();
use OCSPTest;

sub text_of {
    my ($der) = @_;
    my $file = OCSPTest::scratch('signers.der');
    open my $fh, '>:raw', $file or die "$file: $!";
    print {$fh} $der;
    close $fh;
    my ($status, $text) = run('openssl', 'ocsp', '-respin', $file, '-noverify',
        '-resp_text');
    return $text;
}

sub key_hash {
    my ($cert) = @_;
    my ($status, $text) = run('openssl', 'x509', '-in', $cert, '-noout',
        '-ocspid');
    $text =~ /Public key OCSP hash: ([0-9A-F]{40})/ or die $text;
    return $1;
}

# CA, certificate that signs, signature algorithm (R129)
for my $case (
    ['a',  'signer', 'ecdsa-with-SHA256'],
    ['b',  'signer', 'sha256WithRSAEncryption'],
    ['c1', 'cert',   'ecdsa-with-SHA256'],
    ['c2', 'signer', 'ecdsa-with-SHA256'],
) {
    my ($ca, $kind, $algorithm) = @$case;
    my $cert = ca($ca)->{$kind};
    for my $hash ([], ['-sha256']) {
        my $res  = post(request($ca, [serial_good], @$hash));
        my $text = text_of($res->{body});
        my $name = "$ca @$hash";

        like $text, qr/Signature Algorithm: \Q$algorithm\E$/m,
            "$name: signed by $algorithm";
        my $key_hash = key_hash($cert);
        like $text, qr/Responder Id: \Q$key_hash\E$/m, # R85
            "$name: the responder ID is the SHA-1 of its key";

        my $certs = () = $text =~ /-----BEGIN CERTIFICATE-----/g;
        is $certs, $kind eq 'signer' ? 1 : 0, # R87, R88
            "$name: a delegate's certificate alone, a CA's own not";

        # R81, R82, R93
        like $text, qr/Response Type: Basic OCSP Response/, "$name: basic";
        like $text, qr/Version: 1 \(0x0\)/, "$name: version 1";
        unlike $text, qr/Nonce/, "$name: no nonce"; # R111
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
my ($crl_status, $crl) = run('openssl', 'crl', '-in', ca('b')->{crl}, '-noout',
    '-lastupdate', '-nextupdate');
my ($crl_this, $crl_next) = $crl =~ /lastUpdate=(.*)\nnextUpdate=(.*)\n/
    or die $crl;
my $before = Time::HiRes::time;
my $res    = post(request('b', ['5A5A5A'])); # which nobody has asked for
my $after  = Time::HiRes::time; # time() is that of the last tick
my $text   = text_of($res->{body});
my @times  = $res->{body} =~ /\x18\x0f(\d{14}Z)/g;
is scalar @times, 3, 'good: producedAt, thisUpdate, nextUpdate in whole seconds';
my ($produced, $this, $next) = @times;
require POSIX;
my $format = '%Y%m%d%H%M%SZ';
cmp_ok $produced, 'ge', POSIX::strftime($format, gmtime $before),
    'producedAt is not before the question';
cmp_ok $produced, 'le', POSIX::strftime($format, gmtime $after),
    'producedAt is not after the answer';
cmp_ok $this, 'le', $produced, 'thisUpdate is not after producedAt';
cmp_ok $produced, 'lt', $next, 'nextUpdate is after producedAt';
like $text, qr/This Update: \Q$crl_this\E/, 'thisUpdate is the CRL\'s';
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

done_testing;
