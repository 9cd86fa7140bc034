# One CA's CRL kills whatever process reads it, as the kernel does where it does not fit
# into a container's memory. Every other CA's revocation must arrive all the same, the log
# must name the CRL once, and the CRL is taken when it can be read at last. The CRL's CA
# comes first, last and between others in the configuration.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    ENTRIES => 500_000,
    ROUNDS  => 3,
    WAIT_S  => 60, # for what has no limit of its own
};
my $long    = $ENV{OCSP_TEST_LONG};
my $limit_s = $long ? 4 : 8; # OCSPRefresh 1s, and 3 s
my $dir     = scratch_dir('refresh-killed');
my $killed  = "$dir/killed";
my @others  = qw(a b fresh);

my $round = 0;
sub revoked_in { return sprintf '%04X', 0x5000 + $_[0] }

# The CRLs of the others, with one more revocation, each in one step.
sub publish {
    $round++;
    for my $ca (@others) {
        OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.next", revoked =>
            OCSPTest::PKI::revoked_and(
                map { revoked_in($_) => ['261101000000Z', undef] } 1 .. $round));
        rename "$dir/$ca.next", "$dir/$ca.crl" or die $!;
    }
    return;
}

sub count_kills { return scalar(() = OCSPTest::slurp($killed) =~ /\n/g) }

publish();
OCSPTest::PKI::spew($killed, '');
my $long_crl = long_crl($dir, ENTRIES, 1);
my ($first, @rest) = map { issuer_section($_, crl => "$dir/$_.crl") } @others;
my $httpd = debian_start('refresh-killed', "OCSPRefresh 1s\n" . long_section($dir)
    . "$first@rest");
my $log_from = -s $httpd->{log};
ok wait_for(WAIT_S, sub { ($httpd->issuer(0)->{Entries} // 0) >= ENTRIES }),
    'at the start: the large CRL is loaded';

# --- while it kills ---------------------------------------------------------------------

my $killer = kill_readers($httpd->{pid}, $long_crl, $killed);
long_crl($dir, ENTRIES + 1000, 2);
ok wait_for(WAIT_S, sub { count_kills() > 0 }), 'a process that read it was killed'
    or BAIL_OUT('no process was seen to read it');
my $lag = 0;
for my $n (1 .. ROUNDS) {
    publish();
    my $since = time;
    my %took;
    wait_for(WAIT_S / 4, sub {
        my $at = time;
        for my $ca (grep { !$took{$_} } @others) {
            my $said = eval { $httpd->quick($ca, revoked_in($round)) } // '';
            $took{$ca} = time - $since if $said eq 'revoked';
        }
        sleep 0.02;
        $lag = max($lag, time - $at - 0.5);
        return keys %took == @others;
    });
    diag sprintf 'round %d: %s; processes killed: %d', $n,
        join(', ', map { sprintf '%s after %.1f s', $_, $took{$_} // 'inf' } @others),
        count_kills();
    for my $ca (@others) {
        ok defined $took{$ca} && $took{$ca} <= $limit_s + 2 * $lag,
            "round $n: the revocation by $ca arrived within $limit_s s";
    }
}
my @named = grep { /ocsp:(?:warn|error|crit)\].*\Q$long_crl\E/ }
    split /\n/, $httpd->log_since($log_from);
is scalar @named, 1, 'one line of the log names the CRL' or diag join "\n", @named;
diag $_ for @named;

# --- when it can be read ------------------------------------------------------------------

end_background($killer);
long_crl($dir, ENTRIES + 2000, 3);
ok wait_for(2 * WAIT_S, sub { ($httpd->issuer(0)->{Entries} // 0) >= ENTRIES + 2000 }),
    'a CRL that can be read is taken';
publish();
ok wait_for(WAIT_S, sub { $httpd->quick('fresh', revoked_in($round)) eq 'revoked' }),
    'and the others go on';
push @{ $httpd->{killed} }, split ' ', OCSPTest::slurp($killed);
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost but those that were killed';
done_testing;
