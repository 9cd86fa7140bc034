# A newer CRL that is rejected for the same reason twice: afterwards unchanged files are
# not read again at each check.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

use constant {
    PATIENT_S => OCSPTest::Httpd::PATIENT_S,
    SETTLED_S => 4, # a file that was not touched for so long is read once
    CHECKS    => 6,
};

my $dir = scratch_dir('crl-rejected');
mkdir "$dir/seen" or die $!;

sub crl {
    my ($name, $age_s, $serial) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/$name", der => 1,
        last => OCSPTest::PKI::utc(time - $age_s), revoked =>
            OCSPTest::PKI::revoked_and($serial => ['261101000000Z', 'superseded']));
    return OCSPTest::slurp("$dir/$name");
}

crl('seen/a.crl', 600, '6001');
my $broken = crl('aside.crl', 100, '6002');
OCSPTest::PKI::spew("$dir/seen/bad.crl",
    substr($broken, 0, -1) . chr(ord(substr $broken, -1) ^ 1));
sleep SETTLED_S;
my $section = issuer_section('a') =~ s/^\s*OCSPCRLFile.*\n//mr
    =~ s/^<\/OCSP/    OCSPCRLPath "$dir\/seen"\n<\/OCSP/mr;
my $httpd = OCSPTest::Httpd->start('crl-rejected',
    "LogLevel ocsp:trace1\nOCSPRefresh 1s\n$section");

# How many of the next checks find the files unchanged; each of them, if each does.
sub count_unchanged {
    my $mark = length $httpd->log_since(0);
    for (1 .. CHECKS) {
        my $last = $httpd->status->{OCSPLastCheck};
        wait_for(PATIENT_S, sub { $httpd->status->{OCSPLastCheck} ne $last });
    }
    return scalar(() = $httpd->log_since($mark) =~ /OCSP207/g);
}

like $httpd->issuer(0)->{LastResult}, qr/^failed: .*bad\.crl/, 'at first: rejected';
cmp_ok count_unchanged(), '>=', CHECKS / 2, 'at first: unchanged files are not read again';
crl('.new', 300, '6003');
rename "$dir/.new", "$dir/seen/a.crl" or die $!;
ok wait_for(PATIENT_S, sub { $httpd->says('a', '6003') eq 'revoked' }),
    'the other CRL changes: it is used';
sleep SETTLED_S + 2;
like $httpd->issuer(0)->{LastResult}, qr/^failed: .*bad\.crl/, 'then: rejected as before';
cmp_ok count_unchanged(), '>=', CHECKS / 2, 'then: unchanged files are not read again';
ok $httpd->stop, 'it ends when told to';
done_testing;
