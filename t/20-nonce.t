# The nonce: what is echoed, what is not, and what it does to caching.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;

my $oid = der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
my $id  = certid('a', serial_good);

sub with_nonce {
    my ($value, @flag) = @_;
    return build_request(certids => [$id],
        extensions => [der(0x30, $oid, @flag, der(0x04, $value))]);
}

# R106, R108: every length from 1 to 128
for my $length (1, 8, 15, 16, 32, 33, 127, 128) {
    my $nonce = join '', map { chr(($_ * 37 + $length) & 0xff) } 1 .. $length;
    my $value = der(0x04, $nonce);
    my $extension = der(0x30, $oid, der(0x04, $value));
    for my $case (['POST', \&post], ['GET', \&get]) {
        my ($method, $ask) = @$case;
        my $res = $ask->(with_nonce($value));
        is ocsp_status($res->{body}), 0, "$length octets by $method: answered";
        ok index($res->{body}, $extension) > 0,
            "$length octets by $method: echoed, not critical";
        # R115, R166
        is header($res, 'Cache-Control'), 'no-store',
            "$length octets by $method: not to be stored";
        for my $field (qw(ETag Last-Modified)) {
            is header($res, $field), undef, "$length octets by $method: no $field";
        }
        is header($res, 'Expires'), header($res, 'Date'),
            "$length octets by $method: expired at once";
    }
}

# R106: RFC 9654 section 2.1
my $vector = pack 'H*', '302f06092b0601050507300102042204' . '20'
    . 'dd49d4074d5d2b1a4d7e9dba2e8a4e6f0102030405060708090a0b0c0d0e0f10';
my $res = post(build_request(certids => [$id], extensions => [$vector]));
ok index($res->{body}, $vector) > 0, 'an extension of the form that RFC 9654 section 2.1 shows';

# R112: the inner OCTET STRING left out
my $raw = post(with_nonce('n' x 16));
is ocsp_status($raw->{body}), 0, 'a nonce without its OCTET STRING: answered';

# R113
my $critical = post(with_nonce(der(0x04, 'n' x 16), der(0x01, "\xff")));
ok index($critical->{body}, der(0x30, $oid, der(0x04, der(0x04, 'n' x 16)))) > 0,
    'a critical nonce is echoed as one that is not';
is index($critical->{body}, $oid . der(0x01, "\xff")), -1,
    'and nowhere as critical';

# R111
for my $ask (\&post, \&get) {
    my $plain = $ask->(request('a', [serial_good]));
    is index($plain->{body}, $oid), -1, 'no nonce asked for, none answered';
}

# R115: two nonces, two answers, whichever process gives them
my %seen;
for my $n (1 .. 20) {
    my $value = der(0x04, pack 'NNNN', 1, 2, 3, $n);
    my $answer = post(with_nonce($value));
    ok index($answer->{body}, $value) > 0, "nonce $n of 20 is that of the request";
    $seen{ $answer->{body} }++;
}
is scalar keys %seen, 20, 'every nonce has an answer of its own';

# R169
for my $ca (qw(a b c1 c2)) {
    my ($status, $text) = client($ca, [serial_good], ['-nonce']);
    like $text, qr/Response verify OK/, "$ca: verified with a nonce";
    unlike $text, qr/nonce/i, "$ca: no complaint about the nonce";
}

done_testing;
