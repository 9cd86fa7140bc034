# An upgrade: the module's file is replaced by one whose tables are laid out
# otherwise, and httpd restarted gracefully under load, there and back again. What
# shared memory holds is then of another version and must not be read, nor written
# over: processes of before still answer from it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Copy qw(copy);
use List::Util qw(sum0);
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Load;
use OCSPTest::Quick;

my $vars = OCSPTest::vars();
my $dir  = "$vars->{t_logs}/version";
mkdir $dir or die "$dir: $!";
my @cas = qw(a b c2);
my %so  = (this => "$vars->{serverroot}/../mod_ocsp.so",
    next => "$vars->{serverroot}/../next.so");

sub install {
    my ($version) = @_;
    copy($so{$version}, "$dir/new.so") or die "$so{$version}: $!";
    chmod 0755, "$dir/new.so";
    # not written into: httpd has the old one mapped
    rename "$dir/new.so", "$dir/mod_ocsp.so" or die $!;
    return;
}

# the configuration of all suites, but for where the module is
my $base = OCSPTest::slurp("$vars->{t_conf}/httpd-base.conf");
is scalar($base =~ s/^(LoadModule ocsp_module).*/$1 "$dir\/mod_ocsp.so"/mg), 1,
    'the module is loaded from a file of its own';
OCSPTest::PKI::spew("$dir/httpd-base.conf", $base);
$vars->{t_conf} = $dir;

# a list's file is trusted to be what it was only when it is a few seconds old
wait_for(60, sub { !grep { time - (stat ca($_)->{crl})[10] < 4 } @cas });

install('this');
my $text  = join '', map { issuer_section($_) } @cas;
my $httpd = OCSPTest::Httpd->start('version', $text);
is scalar(() = $httpd->log_since(0) =~ /OCSP205/g), scalar @cas,
    'at the start: tables are built';
my $load = OCSPTest::Load->start($httpd->{port}, \@cas, clients => 3);

sub answers {
    my ($when) = @_;
    for my $ca (@cas) {
        is $httpd->says($ca, serial_good), 'good', "$when: $ca: good";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked";
    }
    return;
}

# A module under AddressSanitizer is linked so that it is never unloaded: of the new
# file nothing is seen there, and everything else has to hold all the same.
my $stays = $vars->{httpd} =~ /asan/;

# A request whose head a process of now has, which waits for the rest; the code that
# sends that tells what it says.
sub half_asked {
    my ($ca, $serial) = @_;
    my $body = quick_request($ca, $serial);
    my $sock = OCSPTest::Httpd::begin($httpd->{port}, join "\r\n", 'POST / HTTP/1.1',
        'Host: 127.0.0.1', 'Content-Type: application/ocsp-request',
        'Content-Length: ' . length $body, 'Expect: 100-continue',
        'Connection: close', '', '');
    my $line = <$sock> // '';
    <$sock>; # the empty one
    die "no process waits for the body: $line" if $line !~ / 100 /;
    return sub {
        print {$sock} $body;
        return quick_word(OCSPTest::Httpd::finish($sock), $ca, $serial);
    };
}

answers('at the start');
for my $step (
    ['the same again',      'this', 0],
    ['another version',     'next', 1],
    ['the other once more', 'next', 0],
    ['back',                'this', 1],
    ['there again',         'next', 1],
) {
    my ($name, $version, $other) = @$step;
    my $rebuilt = $other && !$stays;
    my %rest = map { $_ => half_asked('a', $_) } serial_good, serial_compromised;
    my %said;
    install($version);
    my $log = $httpd->graceful(sub { $said{$_} = $rest{$_}->() for keys %rest });
    ok defined $log, "$name: graceful" or last;
    # whose tables nobody refreshes any more once there are others
    my $later = $rebuilt ? '|tryLater' : '';
    like $said{ +serial_good }, qr/^(?:good$later)\z/, "$name: a process of before: good";
    like $said{ +serial_compromised }, qr/^(?:revoked$later)\z/,
        "$name: a process of before: revoked";
    my $built     = () = $log =~ /OCSP205/g;
    my $unchanged = () = $log =~ /OCSP207/g;
    is $built, $rebuilt ? @cas : 0, "$name: tables are built anew only for another version";
    is $unchanged, $rebuilt ? 0 : @cas, "$name: tables are kept only for the same";
    unlike $log, qr/ocsp:(?:warn|error|crit)\]/, "$name: nothing to complain of";
    answers($name);
    ok $load->wait_for_rounds(2), "$name: under load";
    is $httpd->issuer($_)->{LastResult}, 'ok', "$name: server-status: ok" for 0 .. $#cas;
}

my $sum = $load->stop;
diag $_ for @{ $sum->{trouble} };
diag sprintf '%d answers, %d failed, %d of the control failed, %d wrong, %d verified',
    sum0(values %{ $sum->{right} }), @$sum{qw(failed control wrong verified)};
is $sum->{wrong}, 0, 'no answer is wrong';
cmp_ok $sum->{failed}, '<=', $sum->{control},
    'no more requests fail than without the module';
# five times, two rounds of two questions by each of three clients
cmp_ok $sum->{right}{$_} // 0, '>=', 5 * 2 * 2 * 3, "$_ was answered all the time" for @cas;
is $sum->{unverified}, 0, 'what was looked at verifies';
cmp_ok $sum->{verified}, '>=', 3, 'and of each client one at least was';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, 'no process was lost';
done_testing;
