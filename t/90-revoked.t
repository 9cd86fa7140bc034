# Hundreds of certificates become revoked every second while sixteen connections ask
# about them without a pause, most of the answers coming from the cache: as soon as
# one process has answered revoked, none answers good any more, quick or not, whatever
# was signed before or is being signed ahead (R72). OCSP_TEST_LONG=1: ten thousand of
# them in a minute.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max min sum0);
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Swarm;

use constant WAIT_S => OCSPTest::Httpd::PATIENT_S; # until all of it is answered

my $long    = $ENV{OCSP_TEST_LONG};
my $each    = $long ? 200 : 300; # certificates a generation
my $run     = $long ? 50 : 5;    # generations, one a second
my $clients = 8;                 # of each host
my $turns   = 25;                # of each client a generation, at least

my $dir    = scratch_dir('revoked');
my $crl    = "$dir/live.crl";
my $window = "$dir/generation";
my $text   = "not the module's\n" x 60;
OCSPTest::PKI::spew("$dir/control.txt", $text);

sub now { return OCSPTest::Swarm::now() }

# --- generations ------------------------------------------------------------------------

# The n-th certificate of a generation. Of another length than those that change in
# other suites, and beginning with the 5 by which Swarm knows them.
sub serial { return sprintf '5%07X', $_[0] * $each + $_[1] }

my %more; # what is revoked beside the usual
my $last = 0;
my (%from, $published);

sub publish {
    $last++;
    my @serials = map { serial($last, $_) } 0 .. $each - 1;
    $more{$_} = ['261101000000Z', 'keyCompromise'] for @serials;
    OCSPTest::PKI::sign_crl('fresh', file => "$dir/next.crl", der => 1,
        revoked => OCSPTest::PKI::revoked_and(%more));
    @from{@serials} = (now()) x @serials;
    rename "$dir/next.crl", $crl or die "$crl: $!";
    $published = now();
    OCSPTest::Swarm::publish($window, $last);
    return;
}

# Those that change now and those that will next, so that they have been asked for
# often before: half of all requests are for a few dozen of them.
sub pick {
    my ($generation) = @_;
    my $dice = rand;
    return serial($generation + (rand() < 0.6 ? 1 : 0), int rand($each / 10)) if $dice < 0.5;
    return serial($generation + 1, int rand $each)         if $dice < 0.7;
    return serial($generation, int rand $each)             if $dice < 0.85;
    return serial(1 + int rand($generation + 1), int rand $each) if $dice < 0.9;
    return OCSPTest::Swarm::forged(int rand 100)           if $dice < 0.96;
    return $dice < 0.98 ? serial_compromised : serial_good;
}

publish();
my $quick = free_port();
my $httpd = OCSPTest::Httpd->start('revoked', "OCSPRefresh 1s\n"
    . OCSPTest::Httpd::who_log('revoked') . qq(DocumentRoot "$dir"\n)
    . qq(<Location "/control.txt">\n    SetHandler default-handler\n</Location>\n)
    . "KeepAlive on\nMaxKeepAliveRequests 200\n"
    . with('fresh', 'OCSPPreproduce hot') =~ s/"\S+\.crl"/"$crl"/r . issuer_section('a')
    . vhost($quick, "OCSPQuickHandler on\n"
        . qq(DocumentRoot "$dir"\n)),
    processes => 3, threads => 8, prefork => 20);
my @workers = children($httpd->{pid});
cmp_ok scalar @workers, '>=', 3, 'at least three processes';

# --- asked for while it changes -------------------------------------------------------------

my $before = $httpd->status;
my @swarms = map { OCSPTest::Swarm->start($_, 'fresh', $window, clients => $clients,
    pick => \&pick, control => ['/control.txt', $text]) } $httpd->{port}, $quick;

# Wait until each client has had so many answers more.
sub wait_for_turns {
    my ($more) = @_;
    $_->wait_for_more($more) for @swarms;
    return;
}
wait_for_turns($turns);
my ($start, $slowest) = (now(), 0);
for my $n (1 .. $run) {
    my $began = now();
    publish();
    $slowest = max($slowest, now() - $began);
    wait_for_turns($turns);
    sleep max(0, $start + $n - now());
}
my $last_serial = serial($last, $each - 1);
my $taken = wait_for(WAIT_S, sub { $httpd->quick('fresh', $last_serial) eq 'revoked' });
my $taken_s = now() - $published;
# R72: at once, by every process
is $httpd->everyone('fresh', $last_serial), 'revoked',
    'once it is answered: revoked, says every process';
wait_for_turns(5);
my %sum = (map({ $_ => {} } qw(good revoked)),
    map({ $_ => 0 } qw(asked wrong closed verified unverified)),
    map({ $_ => [] } qw(failed_ocsp failed_control trouble)));
for my $seen (map { $_->stop } @swarms) {
    my ($g, $r) = @$seen{qw(good revoked)};
    $sum{good}{$_} = max($sum{good}{$_} // 0, $g->{$_}) for keys %$g;
    $sum{revoked}{$_} = min($sum{revoked}{$_} // 'inf', $r->{$_}) for keys %$r;
    $sum{$_} += $seen->{$_} for qw(asked wrong closed verified unverified);
    push @{ $sum{$_} }, @{ $seen->{$_} } for qw(failed_ocsp failed_control trouble);
}
my ($hits, $misses, $signed)
    = map { $httpd->grown($before, "OCSP$_") } qw(CacheHits CacheMisses Signatures);
my @serials = sort keys %from;
my @changed = grep { $sum{good}{$_} && $sum{revoked}{$_} } @serials;
diag sprintf '%d requests, %d certificates revoked in %d generations (a CRL took %.1f s at '
    . 'most), of which %d were asked for before and after; the last was answered %.1f s after '
    . 'it was published; %d hits, %d misses, %d signatures', $sum{asked}, scalar @serials,
    $run + 1, $slowest, scalar @changed, $taken_s, $hits, $misses, $signed;
diag $_ for @{ $sum{trouble} }[0 .. min(4, $#{ $sum{trouble} })];

ok $taken, 'the last of them is answered';
my @again = grep { $sum{good}{$_} > ($sum{revoked}{$_} // 'inf') } keys %{ $sum{good} };
is scalar @again, 0, 'nothing is good after it was revoked'
    or diag map { sprintf "%s: good in an answer asked for %.3f s later\n", $_,
        $sum{good}{$_} - $sum{revoked}{$_} } @again[0 .. min(9, $#again)];
my @early = grep { ($sum{revoked}{$_} // 'inf') < $from{$_} } @serials;
is scalar @early, 0, 'nothing is revoked before it was published';
is $sum{wrong}, 0, 'no answer is wrong';
is $sum{unverified}, 0, 'what was looked at verifies';
cmp_ok $sum{verified}, '>=', 2 * $clients, 'and of each client one answer at least';
cmp_ok scalar @changed, '>=', $run * $each / 20, 'enough of them were asked for before and after';
cmp_ok $hits, '>=', $sum{asked} / 4, 'answers come from the cache';
my ($failed, $control) = map { scalar @{ $sum{"failed_$_"} } } qw(ocsp control);
diag "$_->{why} at $_->{at}" for @{ $sum{failed_ocsp} };
cmp_ok $failed, '<=', $control, 'no more requests fail than without the module';

# --- in the end ---------------------------------------------------------------------------------

my @sample = $long ? map { $serials[rand @serials] } 1 .. 500 : @serials;
my %said;
my $asker = bless { port => $httpd->{port} }, 'OCSPTest::Swarm';
my %state = (count => {});
for my $serial (@sample) {
    my ($res) = $asker->ask(\%state, OCSPTest::Swarm::message('POST', '/',
        OCSPTest::Quick::quick_request('fresh', $serial)));
    $said{ $res ? OCSPTest::Quick::quick_word($res->{body}, 'fresh', $serial) : 'failed' }++;
}
delete $state{sock}; # nobody is connected any more when it is told to end
is_deeply [sort keys %said], ['revoked'], 'in the end: all of them are revoked'
    or diag explain \%said;
is $httpd->says('fresh', $last_serial), 'revoked', 'in the end: verified';
is $httpd->says('fresh', serial($last + 1, 0)), 'good', 'in the end: the next one is good';
is join(' ', $httpd->lost(@workers)), '', 'no process was lost';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'nor does the log say so';
done_testing;
