# OCSPMaxCerts and OCSPMaxRequestSize: up to the limit all is answered, and nothing
# beyond it, whichever way it comes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Response;

my @ids = map { certid('a', $_) } serial_good, serial_compromised;

# A request for so many certificates.
sub of_count {
    my ($n) = @_;
    return build_request(certids => [map { $ids[$_ % 2] } 0 .. $n - 1]);
}

# A request of so many octets: the rest is an extension that nobody knows.
sub of_size {
    my ($size) = @_;
    my $oid = der(0x06, "\x2b\x06\x01\x04\x01\x82\x37\x63\x01");
    my $pad = $size - 110;
    while (1) {
        my $der = build_request(certids => [$ids[0]],
            extensions => [der(0x30, $oid, der(0x04, 'x' x $pad))]);
        return $der if length $der == $size;
        # a length of more octets may jump over it: then it is not to be had
        die "no request of $size octets" if length $der > $size;
        $pad++;
    }
}

sub chunked {
    my ($der) = @_;
    my $body = '';
    while (length $der) {
        my $piece = substr $der, 0, 100, '';
        $body .= sprintf("%x\r\n", length $piece) . "$piece\r\n";
    }
    return "${body}0\r\n\r\n";
}

my %send = (
    'POST, declared' => sub { post($_[0], path => '/', port => $_[1]) },
    'POST, chunked'  => sub {
        post(chunked($_[0]), path => '/', port => $_[1], no_length => 1,
            headers => ['Transfer-Encoding' => 'chunked']);
    },
    'POST, HTTP/1.0' =>
        sub { post($_[0], path => '/', port => $_[1], version => '1.0') },
    'GET' => sub { get($_[0], path => '', port => $_[1]) },
);

# How many SingleResponses, verified; -1: none.
sub singles {
    my ($res) = @_;
    return -1 if $res->{code} != 200 || ocsp_status($res->{body}) != 0;
    return -1 if oracle($res->{body}, 'a', [serial_good]) !~ /Response verify OK/;
    return scalar @{ fields_of($res->{body})->{singles} };
}

my %port  = map { $_ => free_port() } qw(silent most certs size least);
my $httpd = OCSPTest::Httpd->start('limits',
    "OCSPMaxCerts 7\nOCSPMaxCerts 5\nOCSPMaxRequestSize 2k\nOCSPMaxRequestSize 1k\n"
    . issuer_section('a')
    . vhost($port{silent}, '')
    . vhost($port{certs}, "OCSPMaxCerts 3\n")
    . vhost($port{size}, "OCSPMaxRequestSize 600\n")
    . vhost($port{least}, "OCSPMaxCerts 1\nOCSPMaxRequestSize 128\n")
    . vhost($port{most}, "LimitRequestLine 300000\n"
        . "OCSPMaxCerts 1000\nOCSPMaxRequestSize 1m\n"));
$port{server}  = $httpd->{port};
$port{default} = port('ocsp_root');

# where => [certificates, octets]
my %limit = (
    default => [20, 10240],
    server  => [5, 1024],
    silent  => [5, 1024],
    certs   => [3, 1024],
    size    => [5, 600],
    least   => [1, 128],
);

# R40: one SingleResponse each; over the limit malformedRequest, unsigned
for my $where (sort keys %limit) {
    my ($certs, $size) = @{ $limit{$where} };
    for my $how (sort keys %send) {
        for my $n ($certs - 1, $certs, $certs + 1) {
            my $der = of_count($n);
            next if $n == 0 || length $der > $size
                || $how eq 'GET' && length $der > 4000;
            my $name = "$where, $how: $n certificates where $certs may be";
            my $res  = $send{$how}->($der, $port{$where});
            if ($n <= $certs) {
                is singles($res), $n, "$name: answered";
            }
            else {
                ok is_error($res, MALFORMED), "$name: malformedRequest";
            }
        }
    }
}

# R24, R30, R80
for my $where (sort keys %limit) {
    my $max = $limit{$where}[1];
    for my $how (sort keys %send) {
        next if $how eq 'GET' && $max > 4000; # LimitRequestLine
        for my $size ($max - 1, $max, $max + 1, 2 * $max) {
            my $name = "$where, $how: $size octets where $max may be";
            my $res  = $send{$how}->(of_size($size), $port{$where});
            if ($size <= $max) {
                is singles($res), 1, "$name: answered"; # R48
                next;
            }
            is $res->{code}, $how eq 'GET' ? 414 : 413, "$name: HTTP status";
            isnt header($res, 'Content-Type') // '', 'application/ocsp-response',
                "$name: no OCSP answer";
            like header($res, 'Cache-Control') // '', qr/no-store/,
                "$name: not to be stored";
        }
    }
}

# R6: too long as declared: the final status at once, without 100
my $res = http('POST', '/', port => $port{server}, headers => [
    'Content-Type' => 'application/ocsp-request', Expect => '100-continue',
    'Content-Length' => 1025]);
is $res->{code}, 413, 'Expect: 100-continue with too long a body: HTTP status';
is "@{ $res->{interim} }", '', 'and no 100 before it';

# nobody is answered sooner or later for having been refused
is singles(post(of_size(1024), path => '/', port => $port{server})), 1,
    'after all that: answered';

# the most that can be allowed
is singles(post(of_count(1000), path => '/', port => $port{most})), 1000,
    'a thousand certificates in one request';
ok is_error(post(of_count(1001), path => '/', port => $port{most}), MALFORMED),
    'one more is too many';
is singles(get(of_count(1000), path => '', port => $port{most})), 1000,
    'a thousand certificates by GET';
is singles(post(of_size(1048576), path => '/', port => $port{most})), 1,
    'a megabyte in one request';
is post(of_size(1048577), path => '/', port => $port{most})->{code}, 413,
    'one octet more is too many';

ok $httpd->stop, 'it ends when told to';

done_testing;
