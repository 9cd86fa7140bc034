# httpd as root, whose workers are somebody else: keys and CRLs that root alone can
# read are used, by many processes, by one, and by the one of -X.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;
use OCSPTest::Root;

my ($name, $uid, $gid) = user();
isnt $uid, 0, "workers are $name, not root";

# root's alone, in a directory of root's alone
my $dir = directory('private', 0700);
my %file;
for my $ca (qw(a b c1)) {
    my $own = !-e ca($ca)->{signer};
    $file{$ca} = {
        crl        => owned("$dir/$ca.crl", ca($ca)->{crl}, 0600),
        cert       => owned("$dir/$ca.ca", ca($ca)->{cert}, 0600),
        signer     => owned("$dir/$ca.pem", ca($ca)->{ $own ? 'cert' : 'signer' }, 0600),
        signer_key => owned("$dir/$ca.key", ca($ca)->{ $own ? 'key' : 'signer_key' },
            0600),
    };
}
# what workers see of changes is of 20-file-permissions and 30-refresh
my $text = "OCSPRefresh off\n" . user_lines() . join '', map { issuer_section($_, %{ $file{$_} }) } qw(a b c1);

# The user ids of a process, from /proc.
sub uids {
    my ($pid) = @_;
    my ($ids) = OCSPTest::slurp("/proc/$pid/status") =~ /^Uid:\s+(.*)/m;
    return join ' ', do { my %seen; grep { !$seen{$_}++ } split ' ', $ids };
}

# A child is root between fork and its first step.
sub is_user {
    my ($pid, $when) = @_;
    wait_for(OCSPTest::Httpd::PATIENT_S, sub { uids($pid) eq $uid });
    is uids($pid), $uid, "$when is $name";
    return;
}

sub answers {
    my ($httpd, $when) = @_;
    for my $ca (qw(a b c1)) {
        is $httpd->says($ca, serial_good),        'good',    "$when: $ca: good";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked";
    }
    return;
}

# --- many processes, and one --------------------------------------------------------------

my $one = <<'END';
<IfModule prefork.c>
    StartServers     1
    MinSpareServers  1
    MaxSpareServers  1
    ServerLimit      1
    MaxRequestWorkers 1
</IfModule>
<IfModule !prefork.c>
    StartServers     1
    ServerLimit      1
    ThreadsPerChild  3
    MaxRequestWorkers 3
    MinSpareThreads  1
    MaxSpareThreads  3
</IfModule>
END
for my $case (['many processes', '', 2], ['one process', $one, 1]) {
    my ($when, $more, $least) = @$case;
    my $httpd = OCSPTest::Httpd->start('keys', "$text$more", least => $least);
    is uids($httpd->{pid}), 0, "$when: the parent is root";
    my @children = children($httpd->{pid});
    cmp_ok scalar @children, $least == 1 ? '==' : '>=', $least, "$when: so many";
    is_user($_, "$when: a worker") for @children;
    answers($httpd, $when);
    # but that workers do not see changes of what is root's alone
    unlike $httpd->log_since(0), qr/ocsp:(?:warn|error|crit)\](?!.*OCSP232)/,
        "$when: nothing to complain of";

    # a new key that root alone can read: at graceful (R128)
    OCSPTest::PKI::make_key("$dir/a.key", 'P-384');
    chmod 0600, "$dir/a.key";
    OCSPTest::PKI::issue(ca('a'), "$dir/a.pem", "$dir/a.key", "Renewed $least", '5D',
        'delegate');
    chmod 0600, "$dir/a.pem";
    ok defined $httpd->graceful, "$when: graceful with a new key";
    is_user($_, "$when: a new worker") for children($httpd->{pid});
    answers($httpd, "$when, renewed");
    is signer_of(post(request('a', [serial_good]), port => $httpd->{port},
        path => '/')->{body}), "Renewed $least", "$when: the new signer signs";
    ok $httpd->stop, "$when: it ends when told to";
    unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, "$when: without a crash";
}

# --- -X ------------------------------------------------------------------------------------

my $pid;
my $httpd = OCSPTest::Httpd->start('single', $text, launch => sub {
    my ($program, @args) = @_;
    $pid = fork // die "fork: $!";
    if (!$pid) {
        POSIX::dup2(POSIX::open('/dev/null', POSIX::O_WRONLY()), $_) for 1, 2;
        exec { $program } $program, '-X', @args or POSIX::_exit(127);
    }
    return (0, '');
});
# it listens before it gives up being root
is_user($pid, '-X: the one process');
answers($httpd, '-X');
# the process is nobody who may remove the file of its id
delete $httpd->{pid};
OCSPTest::Httpd::end($pid);
ok wait_for(OCSPTest::Httpd::PATIENT_S, sub { waitpid($pid, POSIX::WNOHANG()) == $pid }), '-X: it ends';
is $? & 127, 0, '-X: not by a signal';
unlike $httpd->log_since(0), qr/ocsp:(?:warn|error|crit)\](?!.*OCSP232)|Sanitizer/,
    '-X: nothing to complain of';

done_testing;
