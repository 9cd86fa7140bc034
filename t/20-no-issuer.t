# A responder that no issuer is configured for: it knows nobody, and says so.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $port  = free_port();
my $vhost = vhost($port, "OCSPNextUpdate 2h\n");
my $httpd = OCSPTest::Httpd->start('nobody', $vhost);

sub nobody {
    my ($when) = @_;
    for my $at ($httpd->{port}, $port) {
        my $name = $at == $port ? "$when: virtual host" : "$when: main server";
        for my $ca (qw(a foreign)) {
            ok is_error(post(request($ca, [serial_good]), port => $at, path => '/'),
                UNAUTHORIZED), "$name: POST for $ca: unauthorized"; # R58
            ok is_error(get(request($ca, [serial_good]), port => $at, path => ''),
                UNAUTHORIZED), "$name: GET for $ca: unauthorized";
        }
        ok is_error(post(request('a', [serial_good, serial_compromised], '-sha256',
            '-nonce'), port => $at, path => '/'), UNAUTHORIZED),
            "$name: two certificates, SHA-256, a nonce: unauthorized";
        ok is_error(post('', port => $at, path => '/'), MALFORMED),
            "$name: an empty POST: malformedRequest";
        ok is_error(post('x' x 1000, port => $at, path => '/'), MALFORMED),
            "$name: nonsense: malformedRequest";
        is post('x' x 20000, port => $at, path => '/')->{code}, 413,
            "$name: too much: 413";
        is http('DELETE', '/', port => $at)->{code}, 405, "$name: DELETE: 405";
        is header(http('OPTIONS', '/', port => $at), 'Allow'),
            'GET, HEAD, POST, OPTIONS', "$name: OPTIONS";
    }
    is http('GET', '/server-status?auto', port => $httpd->{port})->{code}, 200,
        "$when: server-status";
    is scalar(keys %{ $httpd->issuer(0) }), 0, "$when: server-status lists nobody";
    return;
}

nobody('at start');
unlike $httpd->log_since(0), qr/ocsp:(?:warn|error|crit)/, 'nothing is wrong with that';

# an issuer comes and goes
$httpd->configure(issuer_section('a') . $vhost);
isnt $httpd->graceful, undef, 'graceful with an issuer';
is $httpd->says('a', serial_good, port => $_), 'good', 'an issuer: answered'
    for $httpd->{port}, $port;
is $httpd->says('foreign', serial_good), 'unauthorized', 'an issuer: others not';
$httpd->configure($vhost);
isnt $httpd->graceful, undef, 'graceful without it';
nobody('after it');
isnt $httpd->graceful, undef, 'graceful again';
nobody('after it, again');
$httpd->configure(issuer_section('a'));
isnt $httpd->graceful, undef, 'graceful with it once more';
is $httpd->says('a', serial_compromised), 'revoked', 'it is there once more';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, 'no process died';
ok $httpd->stop, 'it ends when told to';

done_testing;
