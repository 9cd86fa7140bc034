# OCSPRefresh in an httpd that gives up being root: what its workers can read is taken
# up without a restart, what only root can is so at graceful, and that is said once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Root;

use constant {
    CHANGED_S => 4, # how long a changed file may be looked at again
    TAKEN_S => OCSPTest::Httpd::PATIENT_S, # until a change must be answered
    TICKS_S => 6,  # in which it would be, and whatever is said every time is said
};
my $new = '3001';
my $dir = directory('refresh', 0755);

# A CRL of a CA that is root's, of this mode; with the new serial number if so said.
sub crl {
    my ($ca, $mode, $more) = @_;
    my %more = $more ? ($new => ['261101000000Z', 'keyCompromise']) : ();
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.new",
        revoked => OCSPTest::PKI::revoked_and(%more));
    owned("$dir/$ca.made", "$dir/$ca.new", $mode);
    rename "$dir/$ca.made", "$dir/$ca.crl" or die $!;
    return "$dir/$ca.crl";
}

sub section {
    my ($ca, $mode) = @_;
    # the signer's files as an administrator has them
    my %file = (signer => owned("$dir/$ca.pem", ca($ca)->{signer}, 0644),
        signer_key => owned("$dir/$ca.key", ca($ca)->{signer_key}, 0600));
    return issuer_section($ca, %file, crl => crl($ca, $mode));
}

# b's was written just before, c2's a while ago
my ($name)   = user();
my $sections = section('c2', 0600);
sleep CHANGED_S;
$sections .= section('a', 0644) . section('b', 0600);
my $httpd = OCSPTest::Httpd->start('root-refresh', user_lines() . "OCSPRefresh 1s\n"
    . $sections, processes => 3);
is $httpd->says($_, $new), 'good', "$_: at the start: good" for qw(a b c2);
is $httpd->says($_, serial_compromised), 'revoked', "$_: at the start: revoked"
    for qw(a b c2);

# what the log says of a CRL, of warnings and worse
sub said {
    my ($ca, $mark) = @_;
    return grep { /\Q$dir\E\/$ca\.crl/ && !/OCSP205/ && /:(?:notice|warn|error|crit)\]/ }
        split /\n/, $httpd->log_since($mark);
}
wait_for(TAKEN_S, sub { !grep { !said($_, 0) } qw(b c2) });
sleep TICKS_S;
for my $ca (qw(b c2)) {
    my @said = said($ca, 0);
    is scalar @said, 1, "$ca: only root can read it: said once" or diag join "\n", @said;
    like $said[0] // '', qr/OCSP232: .*graceful|OCSP206: .*Permission denied/,
        "$ca: and why its changes are not seen";
}
for my $n (0, 2) {
    like $httpd->issuer($n)->{LastResult}, qr/\A(?:warning|failed): \Q$dir\E\S+crl: /,
        "issuer $n, which only root can read: server-status does not say ok"; # U1
}
is $httpd->issuer(1)->{LastResult}, 'ok', 'what workers can read: ok';

my $mark = -s $httpd->{log};
crl('a', 0644, 1);
crl('b', 0600, 1);
ok wait_for(TAKEN_S, sub { $httpd->says('a', $new) eq 'revoked' }),
    "what $name can read: taken";
sleep TICKS_S;
is $httpd->says('b', $new), 'good', 'what only root can read: not yet';
is $httpd->says('b', serial_compromised), 'revoked', 'what only root can read: as before';
my @said = said('b', $mark);
cmp_ok scalar @said, '<=', 1, 'and said no more than once' or diag join "\n", @said;

# a certificate of the same key
OCSPTest::PKI::issue(ca('a'), "$dir/renewed.pem", "$dir/a.key", 'certificate renewed',
    '0F', 'delegate');
chmod 0644, "$dir/renewed.pem" or die $!;
rename "$dir/renewed.pem", "$dir/a.pem" or die $!;
ok wait_for(TAKEN_S, sub {
    my $res = post(request('a', [$new]), port => $httpd->{port}, path => '/');
    return index($res->{body}, 'certificate renewed') > 0;
}), 'a certificate whose key only root can read: renewed';

ok defined($httpd->graceful), 'graceful';
ok wait_for(TAKEN_S, sub { $httpd->says('b', $new) eq 'revoked' }),
    'what only root can read: taken at graceful';

# and from when on it can be read, by itself
OCSPTest::PKI::sign_crl('b', file => "$dir/b.new", revoked =>
    OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', undef] } $new, '3002'));
owned("$dir/b.made", "$dir/b.new", 0644);
rename "$dir/b.made", "$dir/b.crl" or die $!;
ok wait_for(TAKEN_S, sub { $httpd->says('b', '3002') eq 'revoked' }),
    'what can be read at last: taken';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, 'no process was lost';
done_testing;
