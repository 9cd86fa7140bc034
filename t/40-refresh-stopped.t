# The process that looks for changes is stopped (SIGSTOP) while it reads a large CRL, as
# it would be by a disc or a network file system that does not answer. httpd must say so
# from outside of that process, and data that nobody looks at must end: no answer from an
# index has a nextUpdate later than OCSPNextUpdate after the last look. Then the process
# goes on, and everything is well without a restart. OCSP_TEST_LONG=1: until the data has
# ended (a minute).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    NEXT_UPDATE_S => 60,
    ERROR_S  => 40,  # until the error log must have it
    MARGIN_S => 2,   # of the clock's whole seconds, and of a look that has just begun
    WAIT_S   => 60,  # for what has no limit of its own
    ENTRIES  => 1_000_000,
};
my $long = $ENV{OCSP_TEST_LONG};
my $dir  = scratch_dir('refresh-stopped');

# CA a by an index, CA b by a CRL that is valid for a month
sub put_index {
    my (@revoked) = @_;
    OCSPTest::PKI::spew("$dir/index.txt", join '', map { index_row($_) } '2001' .. '2009');
    OCSPTest::PKI::spew("$dir/index.txt", OCSPTest::slurp("$dir/index.txt")
        . join '', map { index_row($_, '261101000000Z') } '1001', @revoked);
    return;
}
put_index();
my $by_index = with('a', qq(OCSPIndexFile "$dir/index.txt"))
    =~ s/^\s*OCSPCRLFile.*\n//mr;
my $long_crl = long_crl($dir, ENTRIES, 1);
my $httpd = debian_start('refresh-stopped', "OCSPRefresh 1s\n"
    . 'OCSPNextUpdate ' . NEXT_UPDATE_S . "s\n" . $by_index . issuer_section('b')
    . long_section($dir));
my $port = $httpd->{port};
ok wait_for(WAIT_S, sub { ($httpd->issuer(2)->{Entries} // 0) >= ENTRIES }),
    'at the start: the large CRL is loaded';
is $httpd->says('a', '2001'), 'good', 'at the start: good';
is $httpd->says('a', '1001'), 'revoked', 'at the start: revoked';
like look_lines($port), qr/\d/, 'at the start: server-status has the last look';

# --- stopped -------------------------------------------------------------------------------

my $mark = -s $httpd->{log};
long_crl($dir, ENTRIES + 1000, 2);
my $stopped = hold($httpd->{pid}, $long_crl, WAIT_S);
my $since   = time;
ok $stopped, 'a process is stopped while it reads the large CRL'
    or BAIL_OUT('no process was seen to read it');
put_index('3001');

sub is_bounded {
    my ($when) = @_;
    my $said = ask_among_others($port, 'a', '2001');
    is $said->{status}, 'good', "$when: good as before";
    cmp_ok $said->{next} // 0, '<=', $since + NEXT_UPDATE_S + MARGIN_S,
        "$when: nextUpdate is no later than OCSPNextUpdate after the last look";
    return;
}
sleep 5;
is_bounded('after 5 s');

my $error;
ok wait_for($since + ERROR_S - time, sub {
    ($error) = grep { /ocsp:error\]/ } split /\n/, $httpd->log_since($mark);
}), sprintf 'an error in the log within %d s', ERROR_S;
diag sprintf '%.0f s after it was stopped: %s', time - $since, $error // 'nothing';
like look_lines($port), qr/overdue|failed|stalled|nobody/i, 'server-status shows it'
    or diag look_lines($port);
is_bounded('after the error');
is ask_among_others($port, 'b', serial_good)->{status}, 'good',
    'what ends by itself: good while it lasts';

if ($long) {
    sleep 1 while time < $since + NEXT_UPDATE_S + MARGIN_S;
    is ask_among_others($port, 'a', '2001')->{error}, 'tryLater',
        'the data has ended: tryLater';
    is ask_among_others($port, 'a', '1001')->{status}, 'revoked',
        'the data has ended: revoked stays revoked';
    is ask_among_others($port, 'b', serial_good)->{status}, 'good',
        'what ends by itself: good still';
}

# --- going on ------------------------------------------------------------------------------

$mark = -s $httpd->{log};
kill 'CONT', $stopped;
ok wait_for(WAIT_S, sub { $httpd->says('a', '3001') eq 'revoked' }),
    'it goes on: the index is looked at';
ok wait_for(WAIT_S, sub { ($httpd->issuer(2)->{Entries} // 0) >= ENTRIES + 1000 }),
    'it goes on: the large CRL is loaded';
ok wait_for(WAIT_S, sub { look_lines($port) !~ /overdue|failed|stalled|nobody/i }),
    'it goes on: server-status shows that';
# what the stopped process had begun is of the time when it began
ok wait_for(WAIT_S, sub { $httpd->says('a', '2001') eq 'good' }), 'it goes on: good';
ok wait_for(WAIT_S, sub {
    (ask_among_others($port, 'a', '2001')->{next} // 0) > $since + NEXT_UPDATE_S
}), 'it goes on: nextUpdate does so too';
ok wait_for(WAIT_S, sub {
    $httpd->log_since($mark) =~ /ocsp:\w+\] .*OCSP\d+: .*(?:again|resum|goes on|continue)/;
}),
    'it goes on: the log says so';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
