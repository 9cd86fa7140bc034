# A worker dumps core. The shared memory of OCSPTableSize is left out of it: none of its
# unused pages becomes resident, and the core file is small.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Root;

use constant {
    TABLES_MB => 768,
    SMALL_MB  => 512, # a core without them: stacks, mostly
    WAIT_S    => 60,
};
my ($name, $uid, $gid) = user();
my $dir  = directory('core', 0755);
my $dump = directory('core-dump', 0700);
chown $uid, $gid, $dump or die $!;
my %file = (crl => owned("$dir/a.crl", ca('a')->{crl}, 0644),
    signer => owned("$dir/a.pem", ca('a')->{signer}, 0644),
    signer_key => owned("$dir/a.key", ca('a')->{signer_key}, 0600));
my $httpd = debian_start('core', user_lines() . qq(CoreDumpDirectory "$dump"\n)
    . 'OCSPTableSize ' . TABLES_MB . "m\n" . issuer_section('a', %file),
    launch => sub { run('sh', '-c', 'ulimit -c unlimited && exec "$@"', 'sh', @_) });
is $httpd->says('a', serial_compromised), 'revoked', 'at the start: revoked';

# --- what is to be dumped -------------------------------------------------------------------

my ($worker) = children($httpd->{pid});
my @large = grep { /^Size:\s+(\d+) kB/m && $1 >= TABLES_MB / 2 * 1024 }
    OCSPTest::slurp("/proc/$worker/smaps") =~ /^(\S+ rw-s .*?^VmFlags:[^\n]*)/msg;
cmp_ok scalar @large, '>=', 1, 'the room for tables is among the mappings of a worker';
like $_, qr/^VmFlags:.*\bdd\b/m, 'and is not to be dumped' for @large;

my $resident = shared_octets($httpd->{pid});
my $mark     = -s $httpd->{log};
kill 'ABRT', $worker or die $!;
my $line;
ok wait_for(WAIT_S, sub {
    ($line) = $httpd->log_since($mark) =~ /^(.*child pid $worker exit signal .*)$/m;
}), 'a worker dumps core';
# AddressSanitizer lets no process dump core (its disable_coredump): then what is to be
# dumped, above, is all that there is to see
my $dumps = ($ENV{OCSP_TEST_HTTPD} // '') !~ /asan/;
like $line, qr/possible coredump/, 'httpd says so' if $dumps;
cmp_ok shared_octets($httpd->{pid}) - $resident, '<', 8 * 2**20,
    'no page has become resident';
diag sprintf 'resident before %d kB, after %d kB', map { $_ / 1024 } $resident,
    shared_octets($httpd->{pid});

# Elsewhere the kernel gives it to a program.
if ($dumps && OCSPTest::slurp('/proc/sys/kernel/core_pattern') =~ /\A[^|\/%]+\Z/) {
    my ($core) = glob "$dump/*";
    ok $core, 'a core file is there';
    my $size = $core ? -s $core : 0;
    cmp_ok $size, '<', SMALL_MB * 2**20, 'and is small';
    diag sprintf 'the core file has %d MB', $size / 2**20;
}
unlink glob "$dump/*";
is $httpd->says('a', serial_compromised), 'revoked', 'in the end: revoked';
ok $httpd->stop, 'httpd ends when told to';
# this end was wanted, and no other
my $log = OCSPTest::slurp($httpd->{log}) =~ s/^.*child pid $worker exit signal .*\n//mr;
OCSPTest::PKI::spew($httpd->{log}, $log);
unlike $log, qr/exit signal|Sanitizer|runtime error:/, 'no other process was lost';
done_testing;
