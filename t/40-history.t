# What a stop and start must not forget: an older CRL or index that was put back while
# httpd was stopped, as from a backup, makes nothing good. What it lists stays revoked,
# the log has the remedy, and the removal of the issuer's file in OCSPStateDir is consent.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant WAIT_S => 60;

my $dir = scratch_dir('history');
my @old = ('1001');           # revoked in both CRLs
my @new = ('1001', '3001');   # the newer one
my $index = "$dir/index.txt";

my $began = time;

# A CRL of CA that was so many seconds old at the beginning: crl(CA, AGE, NUMBER, serials...)
sub crl {
    my ($ca, $age, $number, @serials) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.crl", number => $number,
        last => OCSPTest::PKI::utc($began - $age),
        revoked => { map { $_ => ['261101000000Z', 'keyCompromise'] } @serials });
    return;
}

sub put { OCSPTest::PKI::spew($index, join '', @_); return }

sub bare { return issuer_section(@_) =~ s/^\s*OCSPCRLFile.*\n//mr }

sub named {
    my ($ca, @lines) = @_;
    return bare($ca) =~ s/^<\/OCSP/join '', map({ "    $_\n" } @lines), '<\/OCSP'/mer;
}

my $text = "OCSPRefresh 1s\n" . named('a', qq(OCSPCRLFile "$dir/a.crl"))
    . named('b', qq(OCSPCRLFile "$dir/b.crl"), 'OCSPCRLCoverage complete')
    . named('c2', qq(OCSPIndexFile "$index"));
my @valid = map { index_row($_) } '2001' .. '2009';
my @revoked = map { index_row($_, '260102030405Z,keyCompromise') } '1001';
my @later   = index_row('3001', '260102030405Z,keyCompromise');

my $httpd;

sub begin {
    my (%opt) = @_;
    $httpd = debian_start('history', $text, %opt);
    return;
}

sub is_said {
    my ($when, $ca, %want) = @_;
    is $httpd->says($ca, $_), $want{$_}, "$when: $ca: $_ is $want{$_}" for sort keys %want;
    return;
}

# The errors about an issuer.
sub complaints {
    my ($ca, $mark) = @_;
    my $subject = ca($ca)->{subject};
    return join "\n", grep { /:error\] .*\Q$subject\E:/ }
        split /\n/, $httpd->log_since($mark // 0);
}

# The files of issuers in OCSPStateDir, once there are so many.
sub files {
    my ($count) = @_;
    my @files;
    wait_for(WAIT_S, sub {
        @files = glob "$httpd->{config}.state/*.history";
        return @files == $count && !glob "$httpd->{config}.state/*.tmp";
    });
    return @files;
}

sub all_new {
    crl('a', 1000, '0A', @new);
    crl('b', 1000, '0A', @new);
    put(@revoked, @later, @valid);
    return;
}

sub all_old {
    crl('a', 5000, '05', @old);
    crl('b', 1000, '09', @old); # the date is the same, the number is lower
    put(@revoked, index_row('3001'), @valid);
    return;
}

# --- the first start ---------------------------------------------------------------------

all_new();
begin();
is_said('the first start', $_, 1001 => 'revoked', 3001 => 'revoked') for 'a', 'b', 'c2';
is_said('the first start', 'a', 2001 => 'good');
is_said('the first start', 'c2', 2001 => 'good');
is scalar files(3), 3, 'the first start: a file for each issuer';
unlike $httpd->log_since(0), qr/OCSP27\d: |OCSP247: /, 'nothing is complained of';
is +((stat "$httpd->{config}.state")[2] & 07777), 0700, 'the directory is for the workers alone';
is scalar(grep { ((stat)[2] & 07777) != 0600 } files(3)), 0, 'and so are the files';

# --- nothing has changed -----------------------------------------------------------------

ok $httpd->stop, 'stop';
begin(keeps_state => 1);
is_said('started again', $_, 1001 => 'revoked', 3001 => 'revoked', 2001 => 'good')
    for 'a', 'b', 'c2';
is complaints($_), '', "started again: $_: no complaint" for 'a', 'b', 'c2';

# --- older data is put back while httpd is stopped ---------------------------------------

ok $httpd->stop, 'stop';
all_old();
begin(keeps_state => 1);
for my $when ('older data', 'older data, graceful') {
    for my $ca ('a', 'b') {
        is_said($when, $ca, 1001 => 'revoked', 3001 => 'tryLater', 2001 => 'tryLater');
    }
    # the copy of the table has this one
    is_said($when, 'c2', 1001 => 'revoked', 3001 => 'revoked', 2001 => 'tryLater');
    my $consent = qr/stop httpd, remove \S+\.history, and start it again/;
    my $before  = 'that of the CRL that was in use before httpd was stopped';
    like complaints('a'), qr/OCSP206: .*a\.crl: .*thisUpdate \S+ is before \S+, $before: .*$consent/,
        "$when: a: the log says what is older, and how to accept it";
    like complaints('b'), qr/OCSP206: .*b\.crl: .*CRLNumber is lower than $before: .*$consent/,
        "$when: b: likewise";
    like complaints('c2'), qr/OCSP206: .*index\.txt: 1 certificates are no longer revoked.*$consent/,
        "$when: c2: likewise";
    is $httpd->issuer($_)->{Answered}, 0, "$when: server-status says that it is not answered"
        for 0 .. 2;
    my $issuer = $httpd->issuer(0);
    like $issuer->{LastResult},
        qr/^failed: .*thisUpdate.*; clients get tryLater, except for revoked certificates$/,
        "$when: server-status says so";
    ok defined $httpd->graceful, 'graceful' if $when eq 'older data';
}
is scalar files(3), 3, 'the files stay';
for my $ca ('a', 'b', 'c2') {
    my @lines = complaints($ca) =~ /OCSP206: /g;
    is scalar @lines, 2, "$ca: an error at the start, and one at the graceful restart";
}
my ($status, $said) = config_test($text . qq(OCSPStateDir "$httpd->{config}.state"\n), '-D',
    'DUMP_OCSP');
is $status, 1, 'httpd -t -D DUMP_OCSP: exit status';
is scalar(() = $said =~ /: only revoked certificates are answered$/mg), 3,
    'it shows what is answered';
like $said, qr/^OCSP state directory: \Q$httpd->{config}.state\E: ok$/m, 'and the directory';
like $said, qr/OCSP206: .*\Q$_\E.*remove \S+\.history/, "httpd -t says the same of $_"
    for 'a.crl', 'b.crl', 'index.txt';

# --- the newer data comes ----------------------------------------------------------------

my $mark = -s $httpd->{log};
all_new();
for my $ca ('a', 'b', 'c2') {
    ok wait_for(WAIT_S, sub { $httpd->quick($ca, '2001') eq 'good' }), "newer data: $ca: good";
    is_said('newer data', $ca, 1001 => 'revoked', 3001 => 'revoked');
}
is scalar(() = $httpd->log_since($mark) =~ /OCSP244: /g), 3, 'newer data: OCSP206 is over';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'no process was lost';

# --- consent -----------------------------------------------------------------------------

my @files = files(3);
ok $httpd->stop, 'stop';
all_old();
is unlink(@files), 3, 'the files are removed';
begin(keeps_state => 1);
is_said('consent', $_, 1001 => 'revoked', 3001 => 'good', 2001 => 'good') for 'a', 'b', 'c2';
is complaints($_), '', "consent: $_: no complaint" for 'a', 'b', 'c2';
is scalar files(3), 3, 'consent: there are files again';

# --- an issuer is removed and added again -------------------------------------------------

all_new();
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3001') eq 'revoked' }), 'newer data again';
ok defined $httpd->graceful, 'graceful, after which all files have been written';
ok wait_for(WAIT_S, sub { $httpd->issuer(0)->{LastLoadAge} < 60 }), 'checked';
ok $httpd->stop, 'stop';
my $all = $text;
$text = "OCSPRefresh 1s\n" . issuer_section('fresh');
begin(keeps_state => 1);
is scalar files(4), 4, 'other issuers: the files stay';
ok $httpd->stop, 'stop';
$text = $all;
all_old();
begin(keeps_state => 1);
is_said('removed and added again', 'a', 1001 => 'revoked', 3001 => 'tryLater');
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'no process was lost';
done_testing;
