# A request that is held open across a graceful restart: the process of before must not
# answer it good once the new ones say revoked. The restart changes nothing, OCSPTableSize,
# or the sources of the issuer, whose tables are then others than those which the process
# of before knows.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;
use OCSPTest::Quick;

use constant {
    WAIT_S  => 30,
    LATER_S => 3, # after the new ones say revoked
};
my $dir   = scratch_dir('graceful-held');
my $count = 0;
my @revoked;

# A CRL with one more revocation; its serial number.
sub revoke {
    push @revoked, sprintf '%04X', 0x5000 + ++$count;
    OCSPTest::PKI::sign_crl('a', file => "$dir/next.crl", revoked =>
        OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', undef] } @revoked));
    rename "$dir/next.crl", "$dir/a.crl" or die $!;
    return $revoked[-1];
}
revoke();
symlink 'a.crl', "$dir/other.crl" or die $!;
my %text = (
    first => "OCSPTableSize 64m\n" . issuer_section('a', crl => "$dir/a.crl"),
    size  => "OCSPTableSize 128m\n" . issuer_section('a', crl => "$dir/a.crl"),
    names => "OCSPTableSize 128m\n"
        . issuer_section('a', crl => qq($dir/a.crl" "$dir/other.crl)),
);
my $httpd = debian_start('graceful-held', "OCSPRefresh 1s\n$text{first}");
my $port  = $httpd->{port};

# Requests of these serial numbers whose last octet is yet to come.
sub hold_open {
    my (@serials) = @_;
    return map {
        my $post = OCSPTest::Httpd::message('POST', '/', body => quick_request('a', $_));
        { serial => $_, rest => substr($post, -1),
            sock => OCSPTest::Httpd::begin($port, substr $post, 0, -1) }
    } @serials;
}

sub finish {
    my ($held) = @_;
    print { $held->{sock} } $held->{rest};
    return quick_word(OCSPTest::Httpd::finish($held->{sock}), 'a', $held->{serial});
}

for my $case (['nothing', 'first'], ['OCSPTableSize', 'size'], ['its sources', 'names']) {
    my ($changed, $text) = @$case;
    my $name = "a restart that changes $changed";
    my $serial = sprintf '%04X', 0x5000 + $count + 1;
    is $httpd->quick('a', $serial), 'good', "$name: good before";
    my @held = hold_open($serial, $serial, serial_compromised);
    # the workers must have them before the restart; one more is server-status itself
    ok wait_for(WAIT_S, sub {
        http('GET', '/server-status?auto', port => $port)->{body} =~ /^Scoreboard: (?:.*?W){4}/m;
    }), "$name: requests are held open";
    my $mark = -s $httpd->{log};
    $httpd->configure("OCSPRefresh 1s\n$text{$text}");
    kill 'USR1', $httpd->{pid} or die $!;
    ok wait_for(WAIT_S, sub {
        $httpd->log_since($mark) =~ /resuming normal operations/;
    }), "$name: restarted";
    is revoke(), $serial, "$name: revoked on disk";
    ok wait_for(WAIT_S, sub { $httpd->quick('a', $serial) eq 'revoked' }),
        "$name: the new processes say revoked";
    sleep LATER_S;
    like finish($_), qr/^(?:revoked|tryLater)$/,
        "$name: the process of before says revoked or tryLater of $_->{serial}" for @held;
    is $httpd->quick('a', $serial), 'revoked', "$name: the new ones say revoked still";
    is $httpd->quick('a', serial_good), 'good', "$name: and good of others";
}
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
