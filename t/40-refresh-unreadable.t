# Sources that could be read and cannot be any more: an index that is deleted, a CRL of
# a mode that keeps httpd out, a directory likewise, and in an OCSPCRLPath a newest CRL
# that is empty, cut in its head, or not readable. Each is an error in the log, once, and
# "failed" in server-status; what OCSPThisUpdate checked calls the time of the last look
# does not move; the last valid data goes on to count. When the source is mended, it is
# taken. The same where a directory holds such a CRL at the start.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    WAIT_S  => 20, # for a look: 1 s, and a machine's load
    QUIET_S => 4,  # in which nothing may be logged again
    NEXT_UPDATE_S => $ENV{OCSP_TEST_LONG} ? 60 : 600, # the long version waits for it
    SETTLED_S => 4, # older files do not count as being written
};
my $long = $ENV{OCSP_TEST_LONG};
my $dir  = scratch_dir('refresh-unreadable');
my ($before, $after) = ('3001', '3002'); # revoked by what is valid, by what is newer
my $now = time;

sub put { OCSPTest::PKI::spew("$dir/$_[0]", $_[1]); return }

# The bytes of a CRL of CA a.
sub crl {
    my ($serials, $ago) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/made.crl", der => 1,
        last => OCSPTest::PKI::utc($now - $ago), next => OCSPTest::PKI::utc($now + 86_400),
        revoked => OCSPTest::PKI::revoked_and(
            map { $_ => ['261101000000Z', undef] } @$serials));
    return OCSPTest::slurp("$dir/made.crl");
}
my $old    = crl([$before], 7200);
my $new    = crl([$before, $after], 3600);
my $mended = crl([$before, $after], 1800);
my $index  = join '', index_row('1001', '260102030405Z'), index_row($before, '261101000000Z'),
    map { index_row($_) } '2001' .. '2004', $after;
my $index_after = $index =~ s/^V(\t\w+)\t\t$after/R$1\t261101000000Z\t$after/mr;
isnt $index_after, $index, 'an index that revokes one more';

# name => what is there first, how it fails, and how it is mended; kind of its section
my %case = (
    'index-gone' => {
        kind  => 'index',
        fail  => sub { unlink "$dir/index-gone/index.txt" or die $! },
        mend  => sub { put('index-gone/index.txt', $index_after) },
    },
    'crl-mode' => {
        kind => 'file',
        fail => sub { replace('crl-mode/old.crl', $new, 0) },
        mend => sub { chmod 0644, "$dir/crl-mode/old.crl" or die $! },
    },
    'directory-mode' => {
        kind => 'file',
        fail => sub { chmod 0, "$dir/directory-mode" or die $! },
        mend => sub {
            chmod 0755, "$dir/directory-mode" or die $!;
            replace('directory-mode/old.crl', $new, 0644);
        },
    },
    'path-empty' => {
        kind => 'path',
        fail => sub { put('path-empty/new.crl', '') },
    },
    'path-cut' => {
        kind => 'path',
        fail => sub { put('path-cut/new.crl', substr $new, 0, 30) },
    },
    'path-mode' => {
        kind => 'path',
        fail => sub { replace('path-mode/new.crl', $new, 0) },
        mend => sub { chmod 0644, "$dir/path-mode/new.crl" or die $! },
    },
    'path-closed' => {
        kind => 'path',
        fail => sub {
            put('path-closed/.new.crl', $new);
            chmod 0, "$dir/path-closed" or die $!;
        },
        mend => sub {
            chmod 0755, "$dir/path-closed" or die $!;
            rename "$dir/path-closed/.new.crl", "$dir/path-closed/new.crl" or die $!;
        },
    },
);
my @names   = sort keys %case;
my @at_start = grep { $case{$_}{kind} eq 'path' && $_ ne 'path-closed' } @names;

# Put a file in place that has this mode from the beginning.
sub replace {
    my ($name, $content, $mode) = @_;
    my $hidden = OCSPTest::PKI::hidden("$name.tmp");
    put($hidden, $content);
    chmod $mode, "$dir/$hidden" or die $!;
    rename "$dir/$hidden", "$dir/$name" or die $!;
    return;
}

sub mend {
    my ($name) = @_;
    return $case{$name}{mend}->() if $case{$name}{mend};
    put("$name/new.crl", $mended);
    return;
}

sub set_up {
    for my $name (@names) {
        mkdir "$dir/$name";
        chmod 0755, "$dir/$name" or die $!;
        unlink glob "$dir/$name/*";
        put($case{$name}{kind} eq 'index' ? "$name/index.txt" : "$name/old.crl",
            $case{$name}{kind} eq 'index' ? $index : $old);
    }
    return;
}

my %line = (
    index => 'OCSPIndexFile "%s/index.txt"',
    file  => 'OCSPCRLFile "%s/old.crl"',
    path  => 'OCSPCRLPath "%s"',
);

# A virtual host for each, all on one port.
sub start {
    my ($name, @hosts) = @_;
    my $port = free_port();
    my $text = join '', map {
        my $section = issuer_section('a')
            =~ s/OCSPCRLFile .*/sprintf $line{ $case{$_}{kind} }, "$dir\/$_"/er;
        "<VirtualHost *:$port>\nServerName $_.example.com\n$section</VirtualHost>\n";
    } @hosts;
    return debian_start($name, "OCSPRefresh 1s\nOCSPThisUpdate checked\nOCSPNextUpdate "
        . NEXT_UPDATE_S . "s\n" . issuer_section('b')
        . "<VirtualHost *:$port>\nServerName ocsp.example.com\n</VirtualHost>\n$text",
        port => $port);
}

sub says {
    my ($httpd, $name, $serial) = @_;
    return $httpd->quick('a', $serial, host => "$name.example.com");
}

# An answer that is signed just now, taken apart.
sub signed {
    my ($httpd, $name) = @_;
    return take_apart(post(request('a', ['2001'], '-nonce'), port => $httpd->{port},
        path => '/', host => "$name.example.com"), 'a', '2001');
}

# Errors of the log about what lies in its directory.
sub errors {
    my ($httpd, $mark, $name) = @_;
    return grep { /ocsp:error\].*\Q$dir\/$name\E\b/ } split /\n/, $httpd->log_since($mark);
}

# LastResult of all virtual hosts, one a line, in whatever order httpd has them.
sub results {
    my ($httpd, $count) = @_;
    return join '', map { ($httpd->issuer($_)->{LastResult} // 'none') . "\n" } 1 .. $count;
}

sub is_failed {
    my ($results, $name, $when) = @_;
    like $results, qr/^failed\b.*\Q$dir\/$name\E\b/m,
        "$name: $when: server-status: failed, and why";
    return;
}

# --- while httpd runs -----------------------------------------------------------------------

set_up();
sleep SETTLED_S;
my $httpd = start('refresh-unreadable', @names);
for my $name (@names) {
    is says($httpd, $name, $before), 'revoked', "$name: at the start: revoked";
    is says($httpd, $name, $after),  'good',    "$name: at the start: good";
}
my $mark = -s $httpd->{log};
$case{$_}{fail}->() for @names;
my $failed = time;
wait_for(WAIT_S, sub { !grep { !errors($httpd, $mark, $_) } @names });
sleep QUIET_S;
my $results = results($httpd, scalar @names);
for my $name (@names) {
    my @errors = errors($httpd, $mark, $name);
    is scalar @errors, 1, "$name: one error in the log" or diag join "\n", @errors;
    is_failed($results, $name, 'while httpd runs');
    is says($httpd, $name, $before), 'revoked', "$name: revoked stays revoked";
    is says($httpd, $name, $after), 'good', "$name: the last valid data counts";
    my $said = signed($httpd, $name);
    cmp_ok $said->{this} // 0, '<=', $failed + 2 - 300, # R99
        "$name: thisUpdate is not that of a look that failed";
    # a CRL has an end of its own, an index has not
    cmp_ok $said->{next} // 0, '<=', $failed + 2 + NEXT_UPDATE_S,
        "$name: nextUpdate ends with the last look" if $case{$name}{kind} eq 'index';
}
is $httpd->issuer(0)->{LastResult}, 'ok', 'another CA: ok';

# an operator's restart does not make it well
ok defined $httpd->graceful, 'graceful';
$results = results($httpd, scalar @names);
for my $name (@names) {
    is_failed($results, $name, 'after graceful');
    is says($httpd, $name, $before), 'revoked', "$name: after graceful: revoked";
}
my $said = signed($httpd, 'index-gone');
cmp_ok $said->{next} // 0, '<=', $failed + 2 + NEXT_UPDATE_S,
    'index-gone: after graceful: nextUpdate ends with the last look';

if ($long) {
    sleep 1 while time < $failed + NEXT_UPDATE_S + 3;
    is says($httpd, 'index-gone', '2001'), 'tryLater', 'index-gone: its data has ended';
    is says($httpd, 'index-gone', $before), 'revoked',
        'index-gone: its data has ended: revoked stays revoked';
    is says($httpd, 'crl-mode', $after), 'good', 'crl-mode: good, as its CRL lasts';
}

mend($_) for @names;
for my $name (@names) {
    ok wait_for(WAIT_S, sub { says($httpd, $name, $after) eq 'revoked' }),
        "$name: mended: taken";
    is says($httpd, $name, '2001'), 'good', "$name: mended: good";
}
wait_for(WAIT_S, sub { results($httpd, scalar @names) !~ /^(?!ok)./m });
unlike results($httpd, scalar @names), qr/^(?!ok)./m, 'all mended: server-status: ok';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';

# --- from the start -------------------------------------------------------------------------

set_up();
$case{$_}{fail}->() for @at_start;
sleep SETTLED_S;
$httpd   = start('refresh-unreadable-start', @at_start);
sleep QUIET_S;
$results = results($httpd, scalar @at_start);
for my $name (@at_start) {
    my @errors = errors($httpd, 0, $name);
    is scalar @errors, 1, "$name: at the start: one error in the log"
        or diag join "\n", @errors;
    is_failed($results, $name, 'at the start');
    is says($httpd, $name, $before), 'revoked', "$name: at the start: revoked by the older";
}
mend($_) for @at_start;
ok wait_for(WAIT_S, sub { says($httpd, $_, $after) eq 'revoked' }),
    "$_: mended after the start: taken" for @at_start;
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
