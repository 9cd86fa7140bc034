# httpd is killed, all of its processes at once, at whatever moment it writes to
# OCSPStateDir: what it has there is never less than what was there before, no file is
# damaged, and an older CRL makes nothing good after the next start. Graceful restarts one
# after the other while CRLs change lose nothing either.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    WAIT_S => 60,
    ROUNDS => $ENV{OCSP_TEST_LONG} ? 40 : 6,
    CRLS   => 5, # in a round
    TIME_AT => 64 + 40, # of thisUpdate in the file: src/README
};

my $dir   = scratch_dir('history-killed');
my $began = time - 100_000;
my $text  = "OCSPRefresh 1s\n" . (issuer_section('a') =~ s{^(\s*OCSPCRLFile) .*}
    {$1 "$dir/a.crl"}mr);
my $n = 9;

# The n-th CRL revokes one more.
sub serial { return sprintf '%04X', 0x3000 + $_[0] }
sub crl {
    my ($which) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/a.crl", number => sprintf('%04X', $which),
        last => OCSPTest::PKI::utc($began + 60 * $which),
        revoked => { map { serial($_) => ['261101000000Z', undef] } 1 .. $which });
    return;
}

# Which of them the file in OCSPStateDir has as the newest; 0: there is no file.
sub remembered {
    my ($httpd) = @_;
    my ($file, @more) = glob "$httpd->{config}.state/*.history";
    return 0 if !defined $file;
    my $octets = OCSPTest::slurp($file);
    die "$file: " . length $octets if @more || length $octets != 64 + 80 + 32;
    return (unpack('q', substr $octets, TIME_AT, 8) - $began) / 60;
}

sub kill_all {
    my ($httpd) = @_;
    my @all = ($httpd->{pid}, OCSPTest::Debian::descendants($httpd->{pid}));
    kill 'KILL', @all;
    wait_for(WAIT_S, sub { !grep { kill 0, $_ } @all }) or die 'not killed';
    delete $httpd->{pid};
    unlink "$httpd->{config}.pid" or die $!;
    return;
}

crl(++$n);
my $httpd = debian_start('history-killed', $text);
ok wait_for(WAIT_S, sub { remembered($httpd) == $n }), 'the first CRL is remembered';

# --- killed ----------------------------------------------------------------------------------

my ($less, $damaged) = (0, 0);
for my $round (1 .. ROUNDS) {
    # a moment that is another one in each round, while CRLs come
    for (1 .. CRLS) {
        crl(++$n);
        sleep 0.05 * ($round % 7);
    }
    my $before = remembered($httpd);
    kill_all($httpd);
    my $after = remembered($httpd);
    $less++ if $after < $before;
    crl($after - 1);
    $httpd = debian_start('history-killed', $text, keeps_state => 1);
    $damaged++ if $httpd->log_since(0) =~ /OCSP271/;
    is $httpd->quick('a', serial(1)), 'revoked', "round $round: what the older CRL lists";
    is $httpd->quick('a', serial($after)), 'tryLater',
        "round $round: what the remembered one, $after of $n, lists";
    is $httpd->quick('a', '2001'), 'tryLater', "round $round: nothing is good";
    crl($n);
    ok wait_for(WAIT_S, sub { $httpd->quick('a', '2001') eq 'good' }),
        "round $round: the newest one is used";
    ok wait_for(WAIT_S, sub { remembered($httpd) == $n }), "round $round: and remembered";
}
is $less, 0, 'nothing that was remembered is lost';
is $damaged, 0, 'no file is damaged';
my @left = glob "$httpd->{config}.state/*.tmp";
is "@left", '', 'nothing is left over';

# --- graceful ---------------------------------------------------------------------------------

for my $round (1 .. ROUNDS) {
    crl(++$n);
    sleep 0.1 * ($round % 5);
    ok defined $httpd->graceful(sub { crl(++$n) }), "graceful restart $round";
}
ok wait_for(WAIT_S, sub { remembered($httpd) == $n }), 'the newest CRL is remembered';
unlike $httpd->log_since(0), qr/OCSP27\d: /, 'nothing is complained of';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'no process was lost';
crl($n - 1);
$httpd = debian_start('history-killed', $text, keeps_state => 1);
is $httpd->quick('a', '2001'), 'tryLater', 'an older CRL makes nothing good';
ok $httpd->stop, 'httpd ends when told to';
done_testing;
