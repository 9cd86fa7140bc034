# A CRL that was refused for lack of room in OCSPTableSize is taken when there is room,
# although its own file does not change: another table has become smaller, or its CA has
# left the configuration.
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
    WAITS_S   => 4, # for which it is looked at in vain
};
my $dir = scratch_dir('table-room');

# A CRL of so many entries; a table has 26 octets for each, and is built beside the one
# before.
sub put {
    my ($ca, $count) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.next", revoked => { map {
        sprintf('7A%038X', $_) => ['260101000000Z', undef] } 1 .. $count });
    rename "$dir/$ca.next", "$dir/$ca.crl" or die $!;
    return;
}
my ($many, $few) = (25_000, 1000);
my $listed = sprintf '7A%038X', $many;
put('fresh', $many);
put('foreign', $few);
put('vhost', $few);
sleep SETTLED_S;
my %section = map { $_ => issuer_section($_, crl => "$dir/$_.crl") } qw(fresh vhost);
$section{foreign} = issuer_section('foreign', crl => "$dir/foreign.crl",
    signer => ca('foreign')->{cert}, signer_key => ca('foreign')->{key});
my $httpd = debian_start('table-room', "OCSPRefresh 1s\nOCSPTableSize 1m\n"
    . join '', @section{qw(fresh foreign vhost)});
is $httpd->says($_->[0], $_->[1]), 'revoked', "at the start: $_->[0]: revoked"
    for ['fresh', $listed], ['foreign', sprintf '7A%038X', $few];

# foreign grows and does not fit beside fresh
my $mark = -s $httpd->{log};
put('foreign', $many);
ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /OCSP206: .*OCSPTableSize/ }),
    'too large beside another: refused'
    or diag $httpd->log_since($mark);
sleep WAITS_S;
is scalar(my @said = lines_of('OCSP206', $httpd->log_since($mark))), 1,
    'too large beside another: said once';
is $httpd->says('foreign', $listed), 'good', 'too large beside another: not taken';
is $httpd->says('foreign', sprintf '7A%038X', $few), 'revoked',
    'too large beside another: as before';
like $httpd->issuer(1)->{LastResult}, qr/^failed\b/, 'too large beside another: failed';

# fresh shrinks
put('fresh', $few);
ok wait_for(WAIT_S, sub { $httpd->issuer(0)->{Entries} == $few }), 'the other shrinks';
ok wait_for(WAIT_S, sub { $httpd->quick('foreign', $listed) eq 'revoked' }),
    'there is room: taken';
ok wait_for(WAIT_S, sub { $httpd->issuer(1)->{LastResult} =~ /^(?:ok|warning)/ }),
    'there is room: server-status: ok';

# vhost grows, and foreign leaves
$mark = -s $httpd->{log};
put('vhost', $many);
ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /OCSP206: .*OCSPTableSize/ }),
    'a third one does not fit: refused'
    or diag $httpd->log_since($mark);
$httpd->configure("OCSPRefresh 1s\nOCSPTableSize 1m\n" . join '', @section{qw(fresh vhost)});
ok defined $httpd->graceful, 'a CA leaves the configuration';
# what the processes of before may read is kept over one more restart
ok defined $httpd->graceful, 'and those who knew it are gone';
ok wait_for(WAIT_S, sub { $httpd->quick('vhost', $listed) eq 'revoked' }),
    'there is room for the third one: taken';
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
