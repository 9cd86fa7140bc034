# httpd with Debian's process counts, while its processes come and go: a stranger's
# half-sent POSTs, load that comes and goes, MaxConnectionsPerChild, graceful restarts,
# kill -9, and all of them together. A CRL with one more revocation is put in place by
# rename every few seconds. Every revocation must arrive, and no certificate is good
# again after it was revoked. The slowest arrival of each phase is printed.
# OCSP_TEST_LONG=1: 120 s of each, and a limit in seconds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Quick;
use OCSPTest::Swarm;

my $long = $ENV{OCSP_TEST_LONG};
my $asan = OCSPTest::vars()->{httpd} =~ /asan/;

use constant {
    WARM_UP_S => 6,  # one round of every disturbance before the first revocation
    EVERY_S   => 2,
    CLIENTS   => 4,
    WAIT_S    => 60, # for the last revocation, while the disturbance goes on
};
my $run_s   = $long ? 120 : 4;
my $limit_s = !$long ? WAIT_S : $asan ? 10 : 3;

my $dir    = scratch_dir('refresh-churn');
my $crl    = "$dir/live.crl";
my $window = "$dir/generation";
my $killed = "$dir/killed";
my $text   = "a file that the module does not answer for\n";
OCSPTest::PKI::spew("$dir/control.txt", $text);

sub now        { return OCSPTest::Swarm::now() }
sub revoked_by { return OCSPTest::Swarm::revoked_by(@_) }

# --- revocations ---------------------------------------------------------------------------

my $last = 0; # generation
my %published; # serial number => when its CRL was in place

sub publish {
    $last++;
    OCSPTest::PKI::sign_crl('fresh', file => "$dir/next.crl", der => 1, revoked =>
        OCSPTest::PKI::revoked_and(
            map { revoked_by($_) => ['261101000000Z', undef] } 1 .. $last));
    rename "$dir/next.crl", $crl or die "$crl: $!";
    $published{ revoked_by($last) } = now();
    OCSPTest::Swarm::publish($window, $last);
    return;
}

# Sleep so long. How much longer it took is what a busy machine adds to each measure.
my $lag = 0;
sub nap {
    my ($seconds) = @_;
    my $at = now();
    sleep $seconds;
    $lag = max($lag, now() - $at - $seconds);
    return;
}

# --- one phase -----------------------------------------------------------------------------

# phase(NAME, [CODE that starts a disturbance: (httpd) -> process id ...], server =>
# lines, max_connections =>)
sub phase {
    my ($name, $codes, %opt) = @_;
    $lag = 0;
    OCSPTest::PKI::spew($killed, '');
    publish();
    my $httpd = debian_start('refresh-churn', "OCSPRefresh 1s\n"
        . qq(DocumentRoot "$dir"\n)
        . qq(<Location "/control.txt">\n    SetHandler default-handler\n</Location>\n)
        . ($opt{server} // '') . issuer_section('fresh', crl => $crl),
        max_connections => $opt{max_connections});
    my $swarm = OCSPTest::Swarm->start($httpd->{port}, 'fresh', $window,
        clients => CLIENTS, control => ['/control.txt', $text]);
    my @others = map { $_->($httpd) } @$codes;
    my $first  = $last + 1;
    nap(0.1) for 1 .. 10 * WARM_UP_S;
    my $end = now() + $run_s;
    while (now() < $end) {
        publish();
        nap(0.1) for 1 .. 10 * EVERY_S;
    }
    my $arrived = wait_for(WAIT_S, sub {
        nap(0.1);
        (eval { $httpd->quick('fresh', revoked_by($last)) } // '') eq 'revoked';
    });
    nap(0.1) for 1 .. 5; # every client asks once more
    end_background(@others);
    my $seen = $swarm->stop;
    push @{ $httpd->{killed} }, split ' ', OCSPTest::slurp($killed);
    judge($name, $seen, $first, $arrived);
    ok $httpd->stop, "$name: httpd ends when told to";
    unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$name: no process was lost but those that were killed";
    return;
}

sub judge {
    my ($name, $seen, $first, $arrived) = @_;
    my @serials = map { revoked_by($_) } $first .. $last;
    ok $arrived, "$name: the last revocation arrived";
    my @late  = map { ($seen->{good}{$_} // 0) - $published{$_} } @serials;
    my $worst = max(@late, 0);
    my $limit = $limit_s + 2 * $lag;
    diag sprintf '%s: %d revocations, the slowest was answered good for %.1f s; a pause '
        . 'took up to %.2f s longer; %d requests, %d failed', $name, scalar @serials,
        $worst, $lag, $seen->{asked}, scalar @{ $seen->{failed_ocsp} };
    is scalar(grep { $_ > $limit } @late), 0,
        sprintf '%s: no revocation is later than %d s', $name, $limit_s;
    my @again = grep {
        defined $seen->{revoked}{$_} && ($seen->{good}{$_} // 0) > $seen->{revoked}{$_}
    } @serials;
    is "@again", '', "$name: no certificate is good again after it was revoked";
    cmp_ok $seen->{asked}, '>', 0, "$name: requests were answered";
    is $seen->{unverified}, 0, "$name: what was answered verifies"
        or diag join "\n", @{ $seen->{trouble} };
    return;
}

my $half_sent = sub { half_sent_posts($_[0]{port}, 'fresh') };
my $bursts    = sub { bursts($_[0]{port}, 'fresh') };
my $gracefuls = sub { gracefuls($_[0]{pid}, 5) };
my $kills     = sub { kills($_[0]{pid}, 5, $killed) };
my @no_timeout = (server => "RequestReadTimeout header=0 body=0\n");

phase('half-sent POSTs', [$half_sent], @no_timeout);
if ($long) {
    phase('half-sent POSTs, mod_reqtimeout', [$half_sent]);
    phase('load that comes and goes', [$bursts]);
    phase('MaxConnectionsPerChild', [$bursts], max_connections => 50);
    phase('graceful restarts', [$gracefuls]);
    phase('kill -9', [$kills]);
}
phase('all together', [$half_sent, $bursts, $gracefuls, $kills], max_connections => 50);
done_testing;
