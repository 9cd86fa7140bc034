# Responses that the cache has no place for: they are signed each time they are asked
# for, which is said once, with what helps; and that does help.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('room');

# Another certificate for fresh's signer, with a comment of so many octets.
sub certify {
    my ($name, $octets) = @_;
    my %ca = (%{ ca('fresh') }, config => "$dir/long.cnf");
    my ($delegate) = OCSPTest::slurp(ca('fresh')->{config}) =~ /^\[delegate\]\n([^\[]*)/m;
    OCSPTest::PKI::spew($ca{config}, OCSPTest::slurp(ca('fresh')->{config})
        . "\n[long]\n$delegate\nnsComment = " . 'x' x $octets . "\n");
    OCSPTest::PKI::issue(\%ca, "$dir/$name", $ca{signer_key}, 'Of many words', '0F',
        'long');
    return;
}

sub sections { return issuer_section('fresh', signer => "$dir/$_[0]") . issuer_section('a') }
sub told     { return lines_of('OCSP242', $_[0]->log_since($_[1])) }

# How many signatures so many requests of every kind take.
sub signed {
    my ($httpd, $ca) = @_;
    my $before = $httpd->status;
    $httpd->quick($ca, serial_good) for 1 .. 4;
    return $httpd->grown($before, 'OCSPSignatures');
}

# --- a certificate that is renewed, and longer than before ------------------------------

OCSPTest::PKI::spew("$dir/signer.pem", OCSPTest::slurp(ca('fresh')->{signer}));
my $httpd = OCSPTest::Httpd->start('room', "OCSPRefresh 1s\n"
    . OCSPTest::Httpd::who_log('room') . sections('signer.pem'), processes => 3);
cmp_ok signed($httpd, $_), '<=', 1, "$_: before: signed once" for qw(fresh a);
is signed($httpd, $_), 0, "$_: before: kept" for qw(fresh a);

certify('new.pem', 1000);
rename "$dir/new.pem", "$dir/signer.pem" or die $!;
ok wait_for(DEADLINE_S, sub {
    my ($bodies) = $httpd->reach('fresh', serial_good);
    return !grep { index($_, 'Of many words') < 0 } @$bodies;
}), 'a longer certificate: sent by every process';
is signed($httpd, 'fresh'), 12, 'a longer certificate: signed each time';
is $httpd->says('fresh', serial_good), 'good', 'a longer certificate: good';
is $httpd->says('fresh', serial_compromised), 'revoked', 'a longer certificate: revoked';
is signed($httpd, 'a'), 0, 'of another issuer: kept';
my @told = told($httpd, 0);
is scalar @told, 1, 'a longer certificate: said once, whoever signs' or diag join "\n", @told;
like $told[0] // '', qr/ocsp:warn\].*: CN=OCSP Test CA fresh,.* \d{4} octets.*gracefully/,
    'a longer certificate: whose, how long, and what helps';

my $mark = -s $httpd->{log};
ok defined($httpd->graceful), 'graceful';
cmp_ok signed($httpd, 'fresh'), '<=', 1, 'graceful: signed once';
is signed($httpd, 'fresh'), 0, 'graceful: kept';
is scalar(told($httpd, $mark)), 0, 'graceful: nothing to say';

# --- more than the least cache holds ----------------------------------------------------

certify('huge.pem', 40_000);
my $huge = OCSPTest::Httpd->start('room-huge', "OCSPCacheSize 256k\n" . sections('huge.pem'));
@told = told($huge, 0);
my ($size) = ($told[0] // '') =~ /CN=OCSP Test CA fresh,.* 4\d{4} octets.*OCSPCacheSize to at least (\d+m)/;
ok $size, 'a huge one: the size to set is said' or diag $huge->log_since(0);
is $huge->says('fresh', serial_good), 'good', 'a huge one: good';
is signed($huge, 'fresh'), 12, 'a huge one: signed each time';
is scalar(told($huge, 0)), 1, 'a huge one: said once';
$mark = -s $huge->{log};
$huge->configure('OCSPCacheSize ' . ($size // '64m') . "\n" . sections('huge.pem'));
ok defined($huge->graceful), 'the size that was said: graceful';
cmp_ok signed($huge, 'fresh'), '<=', 1, 'the size that was said: signed once';
is signed($huge, 'fresh'), 0, 'the size that was said: kept';
cmp_ok $huge->status->{OCSPCachePlaces}, '>=', 1000, 'the size that was said: for a thousand';
is scalar(told($huge, $mark)), 0, 'the size that was said: nothing to say';

for my $one ($httpd, $huge) {
    ok $one->stop, "$one->{name}: ends when told to";
    unlike $one->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$one->{name}: no process was lost";
}
done_testing;
