# httpd in a container that has not memory enough for one CA's CRL: the kernel kills
# whatever process loads it. Every other CA's revocation must arrive, the log must name
# that CRL once, and no shared memory is lost with the processes, however many die. The
# same from the start: httpd must come up. And OCSPTableSize may be made larger at
# graceful where there is no memory for a copy of the tables. OCSP_TEST_LONG=1: twenty
# deaths.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Memory;
use OCSPTest::Root;

use constant {
    MEGABYTE => 2**20,
    ENTRIES  => 2_000_000, # 48 MB while it is read, 42 MB as a table
    ROOM_MB  => 64,        # not enough for both
    LESS_MB  => 24,        # not enough for a table more
    SLACK_MB => 6,         # of shared memory, for all else
    WAIT_S   => 60,
};
my $long   = $ENV{OCSP_TEST_LONG};
my $deaths = $long ? 20 : 4;
my $dir    = directory('memory', 0755);
my @others = qw(a b fresh);

left_out('no control group with a limit of memory can be made')
    if !OCSPTest::Memory->new;

# --- sources ---------------------------------------------------------------------------------

my ($round, $generation) = (0, 0);
sub revoked_in { return sprintf '%04X', 0x5000 + $_[0] }

sub publish {
    $round++;
    for my $ca (@others) {
        OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.next", revoked =>
            OCSPTest::PKI::revoked_and(
                map { revoked_in($_) => ['261101000000Z', undef] } 1 .. $round));
        chmod 0644, "$dir/$ca.next" or die $!;
        rename "$dir/$ca.next", "$dir/$ca.crl" or die $!;
    }
    return;
}

sub put_long {
    my ($entries) = @_;
    my $file = long_crl($dir, $entries, ++$generation);
    chmod 0644, $file or die $!;
    return $file;
}

# The same file as another one.
sub touch_long {
    my ($n) = @_;
    my $time = time - 1000 + $n;
    utime $time, $time, "$dir/long.crl" or die $!;
    return;
}

my %section = map {
    $_ => issuer_section($_, crl => "$dir/$_.crl",
        signer => owned("$dir/$_.pem", ca($_)->{signer}, 0644),
        signer_key => owned("$dir/$_.key", ca($_)->{signer_key}, 0600))
} @others;
my $text = user_lines() . "OCSPRefresh 1s\nOCSPTableSize 512m\n";
publish();

sub start {
    my ($group) = @_;
    my $httpd = debian_start('memory', $text . long_section($dir)
        . join('', @section{@others}), launch => $group->launch);
    return $httpd;
}

sub entries { return $_[0]->issuer(0)->{Entries} // 0 }

# The end of an httpd and of its group. What the kernel has killed is no fault here.
sub finish {
    my ($httpd, $group, $name) = @_;
    my @killed = $httpd->log_since(0) =~ /child pid (\d+) exit signal Killed/g;
    cmp_ok scalar @killed, '<=', $group->kills, "$name: who was killed, the kernel killed";
    push @{ $httpd->{killed} }, @killed;
    if (kill 0, $httpd->{pid}) {
        ok $httpd->stop, "$name: httpd ends when told to";
    }
    else {
        fail("$name: httpd is still there");
        delete $httpd->{pid};
    }
    unlike $httpd->log_since(0), qr/exit signal(?! Killed)|Sanitizer|runtime error:/,
        "$name: no other process was lost";
    ok $group->remove, "$name: no process is left";
    return;
}

# One more revocation of each other CA, until all have arrived.
sub arrives {
    my ($httpd, $name) = @_;
    publish();
    my $since = time;
    my %took;
    wait_for(WAIT_S, sub {
        for my $ca (grep { !$took{$_} } @others) {
            my $said = eval { $httpd->quick($ca, revoked_in($round)) } // '';
            $took{$ca} = time - $since if $said eq 'revoked';
        }
        sleep 0.02;
        return keys %took == @others;
    });
    diag "$name: ", join ', ', map { sprintf '%s after %.1f s', $_, $took{$_} // 'inf' }
        @others;
    ok defined $took{$_}, "$name: the revocation by $_ arrived" for @others;
    return;
}

# --- while httpd runs ------------------------------------------------------------------------

my $long_crl = put_long(1000);
my $group    = OCSPTest::Memory->new;
my $httpd    = start($group);
is entries($httpd), 1000, 'at the start: loaded';
my $mark   = -s $httpd->{log};
my $shared = shared_octets($httpd->{pid});
my $base   = $group->used;
$group->limit($base + ROOM_MB * MEGABYTE);
put_long(ENTRIES);
ok wait_for(WAIT_S, sub { $group->kills > 0 }), 'a CRL that does not fit: the kernel kills';
arrives($httpd, "a CRL that does not fit, $_") for 1, 2;
sub named {
    my ($from) = @_;
    return grep { /ocsp:(?:warn|error|crit)\].*\Q$long_crl\E/ && !/OCSP212/ }
        split /\n/, $httpd->log_since($from);
}
my @named = named($mark);
is scalar @named, 1, 'a CRL that does not fit: one line of the log names it'
    or diag join "\n", @named;
diag $_ for @named;
my $end = time + ($long ? 5 : 2) * WAIT_S;
for (my $n = 1; $group->kills < $deaths && time < $end; $n++) {
    my $before = $group->kills;
    touch_long($n);
    wait_for(WAIT_S / 3, sub { $group->kills > $before });
}
cmp_ok $group->kills, '>=', $deaths, "$deaths deaths";
arrives($httpd, "after $deaths deaths");
# what a dead process has written goes back with the next look at the latest
wait_for(WAIT_S / 3, sub {
    shared_octets($httpd->{pid}) <= $shared + SLACK_MB * MEGABYTE;
});
my $grown = shared_octets($httpd->{pid}) - $shared;
diag sprintf '%d deaths: %.1f MB more of shared memory', $group->kills, $grown / MEGABYTE;
cmp_ok $grown, '<=', SLACK_MB * MEGABYTE, 'no shared memory is lost with them';
is entries($httpd), 1000, 'the table of before counts';
$group->limit($group->used + 1024 * MEGABYTE);
put_long(ENTRIES + 1000);
ok wait_for(WAIT_S, sub { entries($httpd) == ENTRIES + 1000 }),
    'when there is memory: taken';

# --- OCSPTableSize at graceful ------------------------------------------------------------------

# a file that has just changed is read once more, and what that took is given back
sleep 5;
wait_for(WAIT_S, sub {
    my $used = $group->used;
    sleep 3;
    return abs($group->used - $used) < MEGABYTE;
});
my ($parent, $kills) = ($httpd->{pid}, $group->kills);
$group->limit($group->used + LESS_MB * MEGABYTE);
$httpd->configure($text =~ s/512m/768m/r . long_section($dir)
    . join('', @section{@others}));
$mark = -s $httpd->{log};
kill 'USR1', $parent or die $!;
wait_for(WAIT_S, sub {
    $httpd->log_since($mark) =~ /resuming normal operations/ || !kill 0, $parent;
});
like $httpd->log_since($mark), qr/resuming normal operations/,
    'a larger OCSPTableSize: graceful';
ok kill(0, $parent), 'a larger OCSPTableSize: httpd lives';
is $group->kills, $kills, 'a larger OCSPTableSize: and nothing was killed';
is eval { $httpd->says('a', serial_compromised) } // 'nothing', 'revoked',
    'a larger OCSPTableSize: revoked';
is eval { entries($httpd) } // 0, ENTRIES + 1000, 'a larger OCSPTableSize: all tables are there';
finish($httpd, $group, 'while httpd runs');

# --- from the start ------------------------------------------------------------------------------

$group = OCSPTest::Memory->new;
$group->limit($base + ROOM_MB * MEGABYTE);
$httpd = eval { start($group) };
ok $httpd, 'a CRL that does not fit at the start: httpd comes up' or diag $@;
if ($httpd) {
    ok wait_for(WAIT_S, sub { $group->kills > 0 }), 'from the start: the kernel kills';
    is eval { $httpd->quick('a', serial_compromised) } // 'nothing', 'revoked',
        'from the start: another CA: revoked';
    arrives($httpd, 'from the start');
    @named = named(0);
    is scalar @named, 1, 'from the start: one line of the log names the CRL'
        or diag join "\n", @named;
    ok kill(0, $httpd->{pid}), 'from the start: httpd lives';
    finish($httpd, $group, 'from the start');
}
else {
    ok $group->remove, 'from the start: no process is left';
}
done_testing;
