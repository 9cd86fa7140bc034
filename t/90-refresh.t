# A CRL with one more revocation every second, replaced by rename, while sixteen
# connections ask without a pause: no request fails, every process answers revoked
# within the interval, and none says good after any has said revoked (R72). The same
# with graceful restarts, and with processes that are killed. Then a CRL that is
# written over and cut short all the time: nothing is ever taken from bytes that nobody
# signed. OCSP_TEST_LONG=1: a minute of each.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max min shuffle);
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Swarm;

use constant {
    REFRESH_S   => 1,
    ALLOWED_S   => 3,  # to load, and for a tick that has just passed
    TAKE_OVER_S => 11, # httpd's own, until another process has the watchdog
    GENERATIONS => 3,  # in a phase, at least
    SIGNINGS    => 5,  # of a CRL by openssl: what is done meanwhile takes less
    WAIT_S      => OCSPTest::Httpd::PATIENT_S, # for what has no limit of its own
};
my $long    = $ENV{OCSP_TEST_LONG};
my $clients = 16;
my $recovery_s = $long ? 2 : 30; # in which requests may fail after a process was killed

my $dir    = scratch_dir('refresh-load');
my $crl    = "$dir/live.crl";
my $window = "$dir/generation";
my $text   = "not the module's\n" x 60;
OCSPTest::PKI::spew("$dir/control.txt", $text);

sub now        { return OCSPTest::Swarm::now() }
sub revoked_by { return OCSPTest::Swarm::revoked_by(@_) }

# --- generations ----------------------------------------------------------------------------

my $last = 0;   # generation
my $signing_s = 0; # how long a CRL took openssl in this phase, at most
my (%from, %until); # serial number => when it was published: not before, not after
my %revoked;        # => when that was answered first, in whatever phase

# A CRL that revokes what generations up to this one do, in a file of its own.
sub sign {
    my ($n, %more) = @_;
    my $start = now();
    OCSPTest::PKI::sign_crl('fresh', file => "$dir/next.crl", der => 1, revoked =>
        OCSPTest::PKI::revoked_and(%more,
            map { revoked_by($_) => ['261101000000Z', undef] } 1 .. $n));
    $signing_s = max($signing_s, now() - $start);
    return "$dir/next.crl";
}

sub publish {
    my $file   = sign(++$last);
    my $serial = revoked_by($last);
    $from{$serial} = now();
    rename $file, $crl or die "$crl: $!";
    $until{$serial} = now();
    OCSPTest::Swarm::publish($window, $last);
    return;
}

publish();
# In the last phase more than one reads what is written over: the same file by other
# names is another table.
my $port  = free_port();
my @hosts = map { "host-$_.example.com" } 1 .. 8;
symlink $crl, "$dir/$_.crl" or die $! for @hosts;
my $vhosts = join '', map {
    "<VirtualHost *:$port>\nServerName $_->[0]\n$_->[1]</VirtualHost>\n"
} ['ocsp.example.com', ''], map { [$_, issuer_section('fresh', crl => "$dir/$_.crl")] }
    @hosts;
my $httpd = OCSPTest::Httpd->start('refresh-load', 'OCSPRefresh ' . REFRESH_S . "s\n"
    . OCSPTest::Httpd::who_log('refresh-load') . qq(DocumentRoot "$dir"\n)
    . qq(<Location "/control.txt">\n    SetHandler default-handler\n</Location>\n)
    . "KeepAlive on\nMaxKeepAliveRequests 50\n"
    . issuer_section('fresh', crl => $crl) . issuer_section('a') . $vhosts,
    port => $port, processes => 3, threads => 8, prefork => 20);

# --- one phase ------------------------------------------------------------------------------

# How much later than asked for this process wakes up: what a busy machine adds to all
# that is measured.
sub nap {
    my ($seconds, $lag) = @_;
    my $at = now();
    sleep $seconds;
    $$lag = max($$lag, now() - $at - $seconds);
    return;
}

# The processes that have refreshed, the last one last.
sub watchers {
    return map { /\[pid (\d+)/ ? $1 : () } lines_of('OCSP205', $httpd->log_since(0));
}

# phase(SECONDS, EVERY, LEAST, CODE): new generations for so long, and the code every so
# many seconds, until it has been true so often at least. What the clients saw, with
# {lag}, {events}, {first}, the generation, and {looked}, how many processes have looked
# after each other.
sub phase {
    my ($seconds, $every, $least, $code) = @_;
    $signing_s = 0;
    my $first  = $last + 1;
    my $lag    = 0;
    my $start  = now();
    my $events = 0;
    my $looks  = () = watchers();
    my $swarm  = OCSPTest::Swarm->start($httpd->{port}, 'fresh', $window,
        clients => $clients, control => ['/control.txt', $text]);
    my $next = $start;
    while (now() < $start + $seconds || $last < $first + GENERATIONS - 1
        || $code && $events < $least && now() < $start + $seconds + WAIT_S) {
        nap(0.05, \$lag) while now() < $next;
        $next++;
        publish();
        $swarm->wait_for_more(2);
        next if !$code || now() < $start + $every * ($events + 0.5);
        $events++ if $code->();
    }
    my $serial = revoked_by($last);
    my $taken  = wait_for(WAIT_S, sub {
        nap(0.05, \$lag);
        $httpd->everyone('fresh', $serial) eq 'revoked';
    });
    $swarm->wait_for_more(5); # likely of the last one, too
    my $seen = $swarm->stop;
    my @looked = watchers();
    my %looked = map { $_ => 1 } @looked[max(0, $looks - 1) .. $#looked];
    @$seen{qw(lag events first taken looked signing_s)} = ($lag, $events, $first, $taken,
        scalar keys %looked, $signing_s);
    return $seen;
}

# The latest moment, after its publication, at which each serial number was still
# asked for in vain; the largest of them, and how many exceed what is allowed.
sub lateness {
    my ($seen, $allowed) = @_;
    my @late = map { $seen->{good}{$_} - $until{$_} }
        grep { $seen->{good}{$_} } map { revoked_by($_) } $seen->{first} .. $last;
    return (max(@late, 0), grep { $_ > $allowed } @late);
}

# What is to be true of every phase; how late is for the caller to say.
sub judge {
    my ($name, $seen, $allowed) = @_;
    my @serials = map { revoked_by($_) } $seen->{first} .. $last;
    my ($latest, @too_late) = lateness($seen, $allowed);
    diag sprintf '%s: %d requests, %d generations, the slowest answered %.1f s after '
        . 'it was published (allowed %.1f); %d kept-alive connections closed, %d '
        . 'requests failed, %d of the control', $name, $seen->{asked},
        scalar @serials, $latest, $allowed, $seen->{closed},
        map { scalar @{ $seen->{$_} } } qw(failed_ocsp failed_control);
    diag $_ for @{ $seen->{trouble} }[0 .. min(4, $#{ $seen->{trouble} })];
    ok $seen->{taken}, "$name: every process answers from the last one";
    is $seen->{wrong}, 0, "$name: no answer is wrong";
    is scalar @too_late, 0, "$name: no answer is older than is allowed";
    $revoked{$_} = min($revoked{$_} // 'inf', $seen->{revoked}{$_})
        for keys %{ $seen->{revoked} };
    my @again = grep { $seen->{good}{$_} > ($revoked{$_} // 'inf') }
        keys %{ $seen->{good} };
    is "@again", '', "$name: nothing is good after it was revoked";
    my @early = grep { ($seen->{revoked}{$_} // 'inf') < $from{$_} } @serials;
    is "@early", '', "$name: nothing is revoked before it was published";
    # those of before the last five are seldom asked for
    my @unseen = grep { !$seen->{revoked}{$_} && $httpd->says('fresh', $_) ne 'revoked' }
        @serials;
    is "@unseen", '', "$name: everything was revoked";
    # and more of each client in the end
    cmp_ok $seen->{asked}, '>=', 2 * $clients * @serials, "$name: requests all the time";
    is $seen->{unverified}, 0, "$name: what was looked at verifies";
    cmp_ok $seen->{verified}, '>=', $clients, "$name: and of each client one answer at least";
    return;
}

# How long it takes depends on what else the machine does: on that, too, depends how late
# this process wakes up, and how long openssl takes to sign a CRL. Prefork ends processes
# that it has too many of, and one of them may be the one that looks.
sub allowed {
    my ($seen) = @_;
    my $ended = ($ENV{OCSP_MPM} // '') eq 'prefork'
        && ($seen->{looked} // 0) > 1 + ($seen->{events} // 0);
    diag "$seen->{looked} processes have looked" if $ended;
    return REFRESH_S + ALLOWED_S + 2 * $seen->{lag} + SIGNINGS * $seen->{signing_s}
        + ($ended ? TAKE_OVER_S : 0);
}

sub is_undisturbed {
    my ($name, $seen) = @_;
    my ($failed, $control) = map { scalar @{ $seen->{"failed_$_"} } } qw(ocsp control);
    diag "$_->{why} at $_->{at}" for @{ $seen->{failed_ocsp} };
    cmp_ok $failed, '<=', $control, "$name: no more requests fail than without the module";
    return;
}

# --- nothing else happens -------------------------------------------------------------------

my @workers = children($httpd->{pid});
cmp_ok scalar @workers, '>=', 3, 'at least three processes';
my $seen = phase($long ? 60 : 3);
judge('refresh', $seen, allowed($seen));
is_undisturbed('refresh', $seen);
is join(' ', $httpd->lost(@workers)), '', 'refresh: no process was lost';

# --- graceful restarts ----------------------------------------------------------------------

my $restarts = 0;
sub count_restarts {
    return -1 + (() = $httpd->log_since(0) =~ /resuming normal operations/g);
}
# two at once would be one
$seen = phase($long ? 60 : 4, $long ? 7 : 2, 2, sub {
    return 0 if count_restarts() < $restarts || !kill 'USR1', $httpd->{pid};
    $restarts++;
    return 1;
});
judge('graceful', $seen, allowed($seen));
is_undisturbed('graceful', $seen);
ok wait_for(WAIT_S, sub { count_restarts() == $restarts }), "graceful: $restarts restarts";
cmp_ok $restarts, '>=', 2, 'graceful: more than one';

# --- processes that are killed --------------------------------------------------------------

my (@killed_at, $watch_killed);
$seen = phase($long ? 60 : 3, $long ? 15 : 2, $long ? 3 : 1, sub {
    my $watch = (watchers())[-1] // 0;
    my @pids  = shuffle(children($httpd->{pid}));
    # its successor is waited for in another suite
    @pids = grep { $_ != $watch } @pids if !$long;
    return 0 if !@pids;
    $watch_killed ||= $pids[0] == $watch;
    push @killed_at, now();
    $httpd->kill_child($pids[0]);
    return 1;
});
judge('kill -9', $seen, allowed($seen) + ($watch_killed ? TAKE_OVER_S : 0));
cmp_ok scalar @killed_at, '>=', $long ? 3 : 1, 'kill -9: processes were killed';
my @stray = grep {
    my $at = $_->{at};
    !grep { $at >= $_ && $at <= $_ + $recovery_s + 2 * $seen->{lag} } @killed_at;
} @{ $seen->{failed_ocsp} };
diag "$_->{why} at $_->{at}" for @stray;
is scalar @stray, 0, 'kill -9: no request failed but those that the killed had';
cmp_ok scalar @{ $seen->{failed_ocsp} }, '<=', $clients * @killed_at,
    'kill -9: one a connection at most';

# --- written over and cut short -------------------------------------------------------------

# Long enough that a load is likely to meet a write.
my %filler   = map { sprintf('7A%038X', $_) => ['260101000000Z', undef] } 1 .. 5000;
my @versions = map { OCSPTest::slurp(sign($last + $_, %filler)) } 1 .. 4;

# A version with one entry's serial number changed for another; length unchanged.
sub forge {
    my ($bytes, $n) = @_;
    my $forged = pack 'H*', OCSPTest::Swarm::forged($n);
    my ($held, $found) = pack 'H*', serial_held;
    $found = $bytes =~ s/\x02\x02\Q$held\E/\x02\x02$forged/;
    die 'no such entry' if !$found;
    return $bytes;
}

# In pieces, so that there is always a moment in which it is neither.
sub write_over {
    my ($bytes, $size) = @_;
    open my $fh, '+<:raw', $crl or die "$crl: $!";
    truncate $fh, $size if defined $size;
    for (my $at = 0; $at < length $bytes; $at += 65536) {
        syswrite $fh, substr $bytes, $at, 65536;
        sleep 0.001;
    }
    truncate $fh, length $bytes;
    close $fh or die "$crl: $!";
    return;
}

my @ways = (
    sub { write_over(forge($_[0], $_[1])) },
    sub { write_over(substr $_[0], 0, rand length $_[0]) },
    sub { truncate $crl, int rand -s $crl or die "$crl: $!" },
    sub { write_over(substr($_[0], 0, length($_[0]) / 2)
        . substr forge($versions[0], $_[1]), length($_[0]) / 2) },
    sub { write_over('') },
    sub { write_over($_[0], 0) },
    sub { write_over(forge($_[0], $_[1]), length $_[0]) },
);

my ($rewrites, $run_s) = $long ? (1000, 60) : (100, 4);
ok wait_for(WAIT_S, sub { children($httpd->{pid}) >= 3 }), 'rewritten: three processes';
my $lag   = 0;
$signing_s = 0;
sign($last + 1, %filler); # which is not published, but timed
my $mark  = -s $httpd->{log};
my $start = now();
my $first = $last + 1;
$last += @versions;
$from{ revoked_by($_) } = $start for $first .. $last;
OCSPTest::Swarm::publish($window, $last);
my $swarm = OCSPTest::Swarm->start($httpd->{port}, 'fresh', $window,
    clients => $clients, control => ['/control.txt', $text], hosts => \@hosts);
@workers = children($httpd->{pid});
for my $n (1 .. $rewrites) {
    nap(0.005, \$lag) while now() < $start + $run_s * $n / $rewrites;
    my $version = int(@versions * ($n - 1) / $rewrites); # CRLs do not get older
    $ways[rand @ways]->($versions[$version], $n);
}
write_over($versions[-1]);
my $end = now();
$until{ revoked_by($_) } = $end for $first .. $last;
my $taken = wait_for(WAIT_S, sub {
    $httpd->everyone('fresh', revoked_by($last)) eq 'revoked';
});
# two for each version, and more in the end
$swarm->wait_for_more(2 * @versions);
$seen = $swarm->stop;
@$seen{qw(lag first taken signing_s)} = ($lag, $first, $taken, $signing_s);
judge('rewritten', $seen, allowed($seen));
is_undisturbed('rewritten', $seen);
is join(' ', $httpd->lost(@workers)), '', 'rewritten: no process was lost';
diag sprintf 'rewritten: %d times in %.0f s; %d times taken, %d times complained of',
    $rewrites, $end - $start, map { scalar lines_of($_, $httpd->log_since($mark)) }
    qw(OCSP205 OCSP206);

is $httpd->says('fresh', revoked_by($last)), 'revoked', 'in the end: revoked';
is $httpd->says('fresh', OCSPTest::Swarm::forged($_)), 'good', "in the end: forged $_: good"
    for 1, 50;
is $httpd->says('a', serial_good), 'good', 'in the end: the other CA: good';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost, but those that were killed';
done_testing;
