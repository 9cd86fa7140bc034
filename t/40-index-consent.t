# An index that un-revokes certificates, other than by the end of a hold, or has lost
# rows: an old copy that was put back. It is not taken while httpd runs nor at a graceful
# restart, which logrotate does every night, but without OCSPStateDir by a full stop and
# start, of which the log has a line. With it: 40-history.t.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    WAIT_S    => 30,
    SETTLED_S => 4, # older files do not count as being written
};
my $dir   = scratch_dir('index-consent');
my $index = "$dir/index.txt";

my @valid = map { index_row($_) } '2001' .. '2009';
my $held  = index_row('1002', '260203040506Z,certificateHold');
sub put { OCSPTest::PKI::spew($index, join '', @_); return }

my @new = (index_row('1001', '260102030405Z,keyCompromise'), $held, @valid);
my %old = (
    'an index that un-revokes'    => [index_row('1001'), $held, @valid],
    'an index that has lost rows' => [@valid[0 .. 4]],
);
put(@new);
OCSPTest::PKI::spew("$dir/file", "");
my $text = qq(OCSPRefresh 1s\nOCSPStateDir "$dir/file"\n) . (with('a', qq(OCSPIndexFile "$index"))
    =~ s/^\s*OCSPCRLFile.*\n//mr) . issuer_section('b');
my $httpd = debian_start('index-consent', $text);

sub complaints {
    my ($mark) = @_;
    return grep { /ocsp:(?:warn|error)\].*\Q$index\E/ }
        split /\n/, $httpd->log_since($mark);
}

for my $name (sort keys %old) {
    put(@new);
    ok wait_for(WAIT_S, sub { $httpd->quick('a', '1001') eq 'revoked' }), "$name: revoked";
    my $mark = -s $httpd->{log};
    put(@{ $old{$name} });
    ok wait_for(WAIT_S, sub { complaints($mark) }), "$name: the log has it";
    is $httpd->says('a', '1001'), 'revoked', "$name: revoked stays revoked";

    # once with a file that was put there just now, once with an older one, and by
    # logrotate every night
    for my $age ('new', 'older', 'same') {
        put(@{ $old{$name} }) if $age eq 'new';
        sleep SETTLED_S if $age eq 'older';
        ok defined $httpd->graceful, "$name: graceful, the file is $age";
        is $httpd->quick('a', '1001'), 'revoked', "$name: graceful, $age: revoked";
        sleep 2; # a look
        is $httpd->quick('a', '1001'), 'revoked', "$name: a look after it: revoked";
        is $httpd->quick('a', '2009'), 'good', "$name: graceful, $age: good as before";
    }
    like join("\n", complaints($mark)), qr/stop\b.*\bstart\b/,
        "$name: the log says what would take it";
}

# the end of a hold is no news to be doubted
put(index_row('1001', '260102030405Z,keyCompromise'), index_row('1002'), @valid);
ok wait_for(WAIT_S, sub { $httpd->quick('a', '1002') eq 'good' }), 'the end of a hold: taken';

# --- consent -------------------------------------------------------------------------------

put(@{ $old{'an index that un-revokes'} });
sleep SETTLED_S;
is $httpd->quick('a', '1001'), 'revoked', 'before the full stop: revoked';
ok $httpd->stop, 'a full stop';
my $before = $httpd->log_since(0);
unlike $before, qr/exit signal|Sanitizer|runtime error:/, 'no process was lost';
is scalar(() = $before =~ /OCSP247: /g), 1, 'OCSP247 is logged at the start and by no graceful restart';
like $before, qr{:warn\] .*OCSP270: OCSPStateDir \Q$dir/file\E: is not a directory},
    'why OCSPStateDir is not used is logged';
$httpd = debian_start('index-consent', $text);
is $httpd->says('a', '1001'), 'good', 'and a start: the index is taken';
is scalar(() = $httpd->log_since(0) =~ /OCSP247: .*an older CRL or index would be accepted/g), 1, 'OCSP247 is logged at the full start';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
