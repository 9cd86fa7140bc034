# OCSPStateDir of an httpd that root starts: it belongs to the workers' user, who is the
# one that writes there; and a file system that is full, in a mount namespace: httpd runs
# on, says what it cannot remember, keeps what it did, and writes it when there is room.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Root;

use constant {
    WAIT_S => 60,
    ROWS   => 2000, # of an index: more than a page as a table
};

my ($user, $uid, $gid) = user();
my $dir   = directory('state', 0755);
my $began = time;

sub crl {
    my ($age, $number, @serials) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/a.new", number => $number,
        last => OCSPTest::PKI::utc($began - $age),
        revoked => { map { $_ => ['261101000000Z', 'keyCompromise'] } @serials });
    chmod 0644, "$dir/a.new" or die $!;
    rename "$dir/a.new", "$dir/a.crl" or die $!;
    return;
}

sub put_index {
    my ($rows, @revoked) = @_;
    my $text = join '', (map { index_row($_, '260102030405Z') } @revoked),
        map { index_row(sprintf '%06X', 0x500000 + $_) } 1 .. $rows;
    OCSPTest::PKI::spew("$dir/index.new", $text);
    chmod 0644, "$dir/index.new" or die $!;
    rename "$dir/index.new", "$dir/index.txt" or die $!;
    return;
}

my %file = (crl => "$dir/a.crl", signer => owned("$dir/a.pem", ca('a')->{signer}, 0644),
    signer_key => owned("$dir/a.key", ca('a')->{signer_key}, 0600));
my %other = (crl => 'none', signer => owned("$dir/b.pem", ca('b')->{signer}, 0644),
    signer_key => owned("$dir/b.key", ca('b')->{signer_key}, 0600));
my $indexed = issuer_section('b', %other)
    =~ s/^\s*OCSPCRLFile.*\n/    OCSPIndexFile "$dir\/index.txt"\n/mr;
my $text = user_lines() . "OCSPRefresh 1s\n" . issuer_section('a', %file) . $indexed;

sub histories { my @files = glob "$_[0]/*.history"; return @files }

# --- whose it is -----------------------------------------------------------------------------

crl(1000, '0A', '1001', '3001');
put_index(10, '1001');
my $httpd = debian_start('state', $text);
my $state = "$httpd->{config}.state";
ok wait_for(WAIT_S, sub { histories($state) == 2 }), 'started by root: two files are written';
for my $path ($state, histories($state)) {
    my @stat = stat $path;
    is "$stat[4]:$stat[5]", "$uid:$gid", "$path belongs to the user of workers";
    is sprintf('%o', $stat[2] & 07777), -d $path ? '700' : '600', 'and is for nobody else';
}
ok defined $httpd->graceful, 'graceful';
ok $httpd->stop, 'stop';

# what root's parent writes can be read and replaced by workers
$httpd = debian_start('state', $text =~ s/OCSPRefresh 1s/OCSPRefresh off/r);
is scalar(histories($state)), 2, 'OCSPRefresh off: the parent has written both';
is scalar(grep { (stat)[4] != $uid } histories($state)), 0, 'they belong to the workers';
ok $httpd->stop, 'stop';

# a directory that root has made for itself is not given away
my $owned = directory('state-of-root', 0755);
$httpd = debian_start('state', $text . qq(OCSPStateDir "$owned"\n));
like $httpd->log_since(0), qr/:warn\] .*OCSP270: OCSPStateDir \Q$owned\E: .*workers cannot write/,
    'a directory of root\'s is not used';
is((stat $owned)[4], 0, 'and stays root\'s');
is scalar(histories($owned)), 0, 'nothing is in it';
is $httpd->says('a', '1001'), 'revoked', 'httpd answers';
ok $httpd->stop, 'stop';

# --- a full disk -----------------------------------------------------------------------------

my ($denied, $why) = run('unshare', '-m', 'true');
left_out("no mount namespace: $why") if $denied;
my $disk = directory('state-disk', 0755);
my $script = <<'END';
set -e
disk=$1
owner=$2
shift 2
mount --make-rprivate /
mount -t tmpfs -o size=64k,mode=755 tmpfs "$disk"
mkdir -m 700 "$disk/state"
chown "$owner" "$disk/state"
exec "$@"
END
put_index(10, '1001');
crl(1000, '0A', '1001', '3001');
$httpd = debian_start('state', $text . qq(OCSPStateDir "$disk/state"\n), launch => sub {
    run('unshare', '-m', 'sh', '-c', $script, 'sh', $disk, "$uid:$gid", @_);
});
# the files as httpd sees them
my $inside = "/proc/$httpd->{pid}/root$disk/state";
ok wait_for(WAIT_S, sub { histories($inside) == 2 }), 'a small disk: two files are written';
my %before = map { $_ => OCSPTest::slurp($_) } histories($inside);

# a table that does not fit
put_index(20_000, '1001', '3001');
ok wait_for(WAIT_S, sub { $httpd->quick('b', '3001') eq 'revoked' }),
    'a full disk: what cannot be remembered is used';
ok wait_for(WAIT_S, sub { $httpd->log_since(0)
    =~ /:warn\] .*OCSP272: .*cannot be written: No space left on device/ }),
    'a full disk: the log says so';
ok wait_for(WAIT_S, sub { !glob "$inside/*.tmp" }), 'a full disk: nothing is left over';
is scalar(grep { OCSPTest::slurp($_) ne $before{$_} } keys %before), 0,
    'a full disk: the files are as before';
is $httpd->says('a', '1001'), 'revoked', 'a full disk: the other CA is answered';
my $status = http('GET', '/server-status?auto', port => $httpd->{port})->{body};
like $status, qr/^OCSPStateDirOK: 0$/m, 'a full disk: server-status says so';

# smaller ones fit
put_index(20_010, '1001', '3001');
crl(500, '0B', '1001', '3001', '3002');
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3002') eq 'revoked' }), 'a newer CRL is used';
ok wait_for(WAIT_S, sub { grep { OCSPTest::slurp($_) ne $before{$_} } keys %before }),
    'and is remembered, since there is room for it';
is scalar(() = $httpd->log_since(0) =~ /exit signal/g), 0, 'no process was lost';
my $mark = -s $httpd->{log};
run('nsenter', '-t', $httpd->{pid}, '-m', 'mount', '-o', 'remount,size=16m', $disk);
ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /OCSP273: / }),
    'with more room: the log says that all is written again';
ok wait_for(WAIT_S, sub { grep { -s $_ > 64 * 1024 } histories($inside) }),
    'with more room: the table is there';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'no process was lost';
done_testing;
