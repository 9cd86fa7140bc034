# httpd in a mount namespace in which everything is read-only but the directory of its
# log, as a container or systemd's ProtectSystem=strict has it: no /tmp, no /var/tmp, no
# /dev/shm to write into. Changed sources must be seen, by every MPM, and nothing may be
# complained of.
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

use constant WAIT_S => 20; # for a look: 1 s, and a machine's load

# All mounts become read-only, then the one directory is put over itself, writable.
my $script = <<'END';
set -e
log=$1
shift
mount --make-rprivate /
mount --bind "$log" "$log"
cut -d' ' -f2 /proc/self/mounts | sort -ru | while read -r at; do
    case $at in "$log") continue ;; esac
    mount -o remount,bind,ro "$at" 2>/dev/null || :
done
for at in /tmp /var/tmp /dev/shm /run /; do
    ! touch "$at/ocsp-test-$$" 2>/dev/null || { rm "$at/ocsp-test-$$"; echo "$at: writable"; exit 1; }
done
exec "$@"
END

my ($denied, $why) = run('unshare', '-m', 'true');
left_out("no mount namespace: $why") if $denied;
my $dir = directory('readonly', 0755);
my $log = directory('readonly-log', 0755);
my $new = '3001';

sub crl {
    my (@serials) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/a.new", revoked =>
        OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', undef] } @serials));
    chmod 0644, "$dir/a.new" or die $!;
    rename "$dir/a.new", "$dir/a.crl" or die $!;
    return;
}
crl();
my %file = (crl => "$dir/a.crl", signer => owned("$dir/a.pem", ca('a')->{signer}, 0644),
    signer_key => owned("$dir/a.key", ca('a')->{signer_key}, 0600));

# what httpd itself writes goes beside its log
my $vars = OCSPTest::vars();
$vars->{t_logs} = $log;
my $text = user_lines() . "OCSPRefresh 1s\n" . issuer_section('a', %file);

# "httpd -t" as it would start
my $config = OCSPTest::config($text, name => 'readonly');
my ($status, $said) = run('unshare', '-m', 'sh', '-c', $script, 'sh', $log, $vars->{httpd},
    '-t', '-f', $config);
is $status, 0, 'httpd -t exits 0' or diag $said;
$said .= OCSPTest::slurp("$config.log") if -e "$config.log";
unlike $said, qr/ocsp:(?:warn|error|crit)\]/,
    'httpd -t complains of nothing';

my $httpd = debian_start('readonly', $text, launch => sub {
    run('unshare', '-m', 'sh', '-c', $script, 'sh', $log, @_);
});
is $httpd->says('a', $new), 'good', 'at the start: good';
is $httpd->says('a', serial_compromised), 'revoked', 'at the start: revoked';
unlike $httpd->log_since(0), qr/ocsp:(?:warn|error|crit)\]/,
    'at the start: nothing to complain of';
crl($new);
ok wait_for(WAIT_S, sub { $httpd->quick('a', $new) eq 'revoked' }), 'a new CRL: taken';
ok defined $httpd->graceful, 'graceful';
is $httpd->says('a', $new), 'revoked', 'after graceful: revoked';
crl($new, '3002');
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3002') eq 'revoked' }),
    'after graceful, a new CRL: taken';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
# where the gates of all suites look for them
rename $_, "$vars->{serverroot}/../root/" . s/.*\///r for glob "$log/*.log";
done_testing;
