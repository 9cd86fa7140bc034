# What is said of a certificate: its status, time and reason, for every kind of
# issuer and signer, and of certificates of nobody here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use OCSPTest;
use OCSPTest::Response;

my @hashes = ([], ['-sha256'], ['-sha384'], ['-sha512']); # R44

# How and when a serial number was revoked, as it was answered to `openssl ocsp`; or what
# that says, if it is not content.
sub revoked {
    my ($ca, $serial, @args) = @_;
    my $file = OCSPTest::scratch('answer.der');
    my (undef, $text) = client($ca, [$serial], [@args, '-respout', $file]);
    return $text if $text !~ /Response verify OK.*^0x\Q$serial\E: revoked$/ms;
    my $said = fields_of(OCSPTest::slurp($file))->{singles}[0];
    return join ' ', $said->{reason} // 'none',
        POSIX::strftime('%Y%m%d%H%M%S', gmtime $said->{revoked});
}

# R1, R44, R49, R53, R54, R57, R169: CA keys and signers of both kinds
for my $ca (qw(a b c1 c2)) {
    for my $hash (@hashes) {
        for my $nonce (['-no_nonce'], []) {
            my $name = join ' ', $ca, @$hash, @$nonce;
            my @args = (@$hash, @$nonce);
            my ($status, $text) = client($ca, [serial_good], \@args);
            is $status, 0, "$name: exit status";
            like $text, qr/Response verify OK.*^0x2001: good$/ms, "$name: good";
            unlike $text, qr/nonce/i, "$name: nothing amiss with a nonce";

            is revoked($ca, serial_compromised, @args), 'keyCompromise 20260102030405',
                "$name: revoked, with reason and time";
        }
        is revoked($ca, serial_held, @$hash), 'certificateHold 20260203040506',
            "$ca @$hash: on hold";
        is revoked($ca, serial_no_reason, @$hash), 'none 20260304050607',
            "$ca @$hash: revoked without a reason, and none is made up";
    }
}

# R42: 20 octets with the high bit set, and what differs from it in one place
my $high = serial_high;
my ($status, $text) = client('a', [$high]);
like $text, qr/verify OK.*: revoked/s, "$high is listed";
is revoked('a', $high), 'superseded 20260405060708',
    'a serial number of 20 octets with the high bit set';
for my $near (
    substr($high, 0, -1) . 'D', # the last bit
    '71' . substr($high, 2),    # the first bit
    substr($high, 2),           # an octet fewer
    $high . '00',               # an octet more
    '10', '100', '1000', '1004', '100100', '1001001', '010010',
) {
    ($status, $text) = client('a', [$near]);
    like $text, qr/verify OK.*: good/s, "$near is not listed";
}
# R43
for my $odd ('0', '0000', '001001') {
    ($status, $text) = client('a', [$odd]);
    like $text, qr/verify OK.*: (?:good|revoked)/s, "serial number $odd";
}

# R1: by `openssl ocsp -cert`, as most people ask
($status, $text) = run('openssl', 'ocsp', '-url',
    'http://127.0.0.1:' . port() . '/ocsp', '-CAfile', ca('b')->{cert},
    '-issuer', ca('b')->{cert}, '-cert', ca('b')->{leaf});
like $text, qr/Response verify OK.*leaf\.pem: good/s, 'asked with -cert';

# R40, R41: several certificates, in order, one answer each
my @several = (serial_good, serial_compromised, serial_held, '2002',
    serial_compromised);
my $res = post(request('a', \@several));
my @certids = map { certid('a', $_) } @several;
my @at = map { index $res->{body}, $_ } @certids;
ok !(grep { $_ < 0 } @at), 'every CertID is in the answer';
ok $at[0] < $at[1] && $at[1] < $at[2] && $at[2] < $at[3], 'in order';
my $count = 0;
my $from  = 0;
while (($from = index $res->{body}, $certids[1], $from) >= 0) {
    $count++;
    $from++;
}
is $count, 2, 'one asked about twice is answered twice';
$text = oracle($res->{body}, 'a', \@several);
like $text, qr/
    Response\ verify\ OK .* ^0x2001:\ good$ .* ^0x1001:\ revoked$ .*
    ^0x1002:\ revoked$ .* ^0x2002:\ good$ .* ^0x1001:\ revoked$/msx,
    'each has its own status';

# SHA-1 and SHA-256 in one request
my $mixed = post(build_request(certids => [
    certid('a', serial_good), certid('a', serial_compromised, '-sha256')]));
$text = oracle($mixed->{body}, 'a', [serial_good]);
like $text, qr/Response verify OK.*: good/s, 'SHA-1 and SHA-256 in one request';
ok index($mixed->{body}, certid('a', serial_compromised, '-sha256')) > 0,
    'the second in its own hash';

# R45, R46: the CertID comes back as it came, NULL parameters or none
for my $hash (@hashes) {
    my $certid = certid('a', serial_compromised, @$hash);
    my $absent = do {
        my ($outer) = der_children($certid);
        my ($algorithm, @rest) = der_children($outer->{content});
        my ($oid) = der_children($algorithm->{content});
        der(0x30, der(0x30, $oid->{element}), map { $_->{element} } @rest);
    };
    for my $case (['NULL', $certid], ['absent', $absent]) {
        my ($name, $id) = @$case;
        my $answer = post(build_request(certids => [$id]));
        ok index($answer->{body}, $id) > 0,
            "@$hash: a CertID with parameters $name is echoed as it is";
        is ocsp_status($answer->{body}), 0, "@$hash: and answered";
        like $answer->{body}, qr/20260102030405Z/, "@$hash: as revoked";
    }
}

# R50: one name, two keys: who is asked about is who answers
for my $pair (['c1', 'c2'], ['c2', 'c1']) {
    my ($ca, $other) = @$pair;
    my $answer = post(request($ca, [serial_good]));
    like oracle($answer->{body}, $ca, [serial_good]), qr/verify OK.*: good/s,
        "$ca answers for itself";
    unlike oracle($answer->{body}, $other, [serial_good]), qr/verify OK/,
        "and $other does not answer for $ca";
}
# the name of one with the key of another is nobody
my $chimera = do {
    my ($a) = der_children(certid('a', serial_good));
    my ($b) = der_children(certid('b', serial_good));
    my @a = der_children($a->{content});
    my @b = der_children($b->{content});
    der(0x30, $a[0]{element}, $a[1]{element}, $b[2]{element}, $a[3]{element});
};
ok is_error(post(build_request(certids => [$chimera])), UNAUTHORIZED),
    'the name of a and the key of b: unauthorized';

# R58: nobody's; R59: mixed with one of ours; another host's
for my $case (
    ['another CA', request('foreign', [serial_good])],
    ['another CA, SHA-256', request('foreign', [serial_good], '-sha256')],
    ['ours and another\'s', build_request(certids => [
        certid('a', serial_good), certid('foreign', serial_good)])],
    ['another\'s and ours', build_request(certids => [
        certid('foreign', serial_good), certid('a', serial_good)])],
    ['one of a and one of b, whom no one signer answers for',
        build_request(certids => [
            certid('a', serial_good), certid('b', serial_good)])],
    ['the issuer of another virtual host', request('vhost', [serial_good])],
    ['a hash that nobody knows', do {
        my $id = certid('a', serial_good);
        substr($id, index($id, "\x2b\x0e\x03\x02\x1a"), 5) = "\x2b\x0e\x03\x02\x7a";
        build_request(certids => [$id]);
    }],                                                            # R52
    ['a hash of the wrong length', do {
        my ($outer) = der_children(certid('a', serial_good));
        my @e = der_children($outer->{content});
        build_request(certids => [der(0x30, $e[0]{element},
            der(0x04, substr $e[1]{content}, 1), $e[2]{element},
            $e[3]{element})]);
    }],                                                            # R52
) {
    my ($name, $der) = @$case;
    ok is_error(post($der), UNAUTHORIZED), "$name: unauthorized by POST";
    ok is_error(get($der),  UNAUTHORIZED), "$name: unauthorized by GET";
}

# a virtual host answers for its own issuers and for the server's
my $vhost = port('ocsp_root');
like((client('vhost', [serial_compromised], [], port => $vhost, path => '/'))[1],
    qr/verify OK.*: revoked/s, 'a virtual host answers for its own issuer');
like((client('a', [serial_compromised], [], port => $vhost, path => '/'))[1],
    qr/verify OK.*: revoked/s, 'and for the server\'s');

# R67, R68, R76: no data, data past its end
for my $ca (qw(nocrl badsig nokey)) {
    ok is_error(post(request($ca, [$_])), TRY_LATER), "$ca $_: tryLater"
        for serial_good, serial_compromised;
}
ok is_error(post(request('expired', [$_])), TRY_LATER),
    "expired CRL: tryLater for $_"
    for serial_good, serial_held;
for my $serial (serial_compromised, serial_no_reason) {
    my $answer = post(request('expired', [$serial]));
    # the answer's own dates are of the past CRL and of the next hour
    like oracle($answer->{body}, 'expired', [$serial]),
        qr/Response verify OK.*: revoked/s,
        "expired CRL: a final revocation stays one ($serial)";
}

done_testing;
