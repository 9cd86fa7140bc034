# Main server, virtual host, section: the nearest that says a thing counts, as seen
# in answers. A virtual host answers for the main server's issuers by its own
# settings, unless their sections say otherwise.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes ();
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('levels');

# CRLs that are some hours old, so that thisUpdate tells source from checked
my $hour = 3600;
my $then = time - 5 * $hour;
my %old = map { $_ => "$dir/$_.crl" } qw(a b c2 vhost);
OCSPTest::PKI::sign_crl($_, file => $old{$_}, last => OCSPTest::PKI::utc($then))
    for sort keys %old;

sub old { return with($_[0], @_[1 .. $#_]) =~ s/"\S+\.crl"/"$old{$_[0]}"/r }

# --- every setting that has levels ---------------------------------------------------

my @main = ('OCSPNextUpdate 2h', 'OCSPHTTPMaxAge 20min', 'OCSPResponderID name',
    'OCSPIncludeCertificate off', 'OCSPNonce ignore', 'OCSPThisUpdate checked');
my @vhost = ('OCSPNextUpdate 3h', 'OCSPHTTPMaxAge 30min', 'OCSPResponderID key',
    'OCSPIncludeCertificate on', 'OCSPNonce echo', 'OCSPThisUpdate source');
my @section = ('OCSPNextUpdate 4h', 'OCSPHTTPMaxAge 40min', 'OCSPResponderID key',
    'OCSPIncludeCertificate auto', 'OCSPNonce echo', 'OCSPThisUpdate source');
my @other = ('OCSPNextUpdate 5h', 'OCSPHTTPMaxAge 50min', 'OCSPResponderID name',
    'OCSPIncludeCertificate off', 'OCSPNonce ignore', 'OCSPThisUpdate checked');

# what an answer shows of each
my %shows = (
    nothing => { lasts => 12 * $hour, max_age => 3600, by => 'key', sent => 1,
        nonce => 1, checked => 0 },
    main => { lasts => 2 * $hour, max_age => 1200, by => 'name', sent => 0,
        nonce => 0, checked => 1 },
    vhost => { lasts => 3 * $hour, max_age => 1800, by => 'key', sent => 1,
        nonce => 1, checked => 0 },
    section => { lasts => 4 * $hour, max_age => 2400, by => 'key', sent => 1,
        nonce => 1, checked => 0 },
    other => { lasts => 5 * $hour, max_age => 3000, by => 'name', sent => 0,
        nonce => 0, checked => 1 },
);

# one setting alone, and what of an answer it changes
my @each = map { [$vhost[$_], (qw(lasts max_age by sent nonce checked))[$_]] }
    0 .. $#vhost;

my $started = int Time::HiRes::time;
my %port    = map { $_ => free_port() } qw(silent own empty), 0 .. $#each;
my $httpd   = OCSPTest::Httpd->start('levels',
    join("\n", @main, '') . old('a') . old('b', @section)
    . vhost($port{silent}, '')
    . vhost($port{own}, join("\n", @vhost, '') . old('vhost') . old('c2', @other))
    . join('', map { vhost($port{$_}, "$each[$_][0]\n") } 0 .. $#each)
    . vhost($port{empty}, old('vhost')));
my $plain = OCSPTest::Httpd->start('plain', old('a') . old('b', @section));

# Whether an answer is as a level says.
sub shows {
    my ($port, $ca, $want, $name) = @_;
    # answers without the signer's certificate are verified with it beside them
    my @args  = ('-verify_other', ca($ca)->{signer});
    my $plain = ask($port, $ca, serial_good, args => \@args);
    my $asked = ask($port, $ca, serial_good, args => \@args, nonce => 1);
    is $plain->{status}, 'good', "$name: good";
    is $plain->{verified}, 1, "$name: verified";
    is $plain->{lasts}, $want->{lasts}, "$name: OCSPNextUpdate";
    is $plain->{max_age}, $want->{max_age}, "$name: OCSPHTTPMaxAge";
    is $plain->{by}, $want->{by}, "$name: OCSPResponderID";
    is $plain->{sent}, $want->{sent} ? "Responder of $ca" : '',
        "$name: OCSPIncludeCertificate";
    is length $asked->{nonce} > 0 ? 1 : 0, $want->{nonce}, "$name: OCSPNonce";
    is $asked->{cache} eq 'no-store' ? 1 : 0, $want->{nonce},
        "$name: OCSPNonce, for caches"; # R115
    if ($want->{checked}) {
        # R99
        cmp_ok $plain->{this}, '>=', $started - 300,
            "$name: OCSPThisUpdate: a look since the start, for slow clocks";
    }
    else {
        is $plain->{this}, $then, "$name: OCSPThisUpdate: the CRL's";
    }
    return;
}

my $server = $httpd->{port};
shows($plain->{port}, 'a', $shows{nothing}, 'nothing said: a');
shows($plain->{port}, 'b', $shows{section}, 'the section alone: b');
shows($server, 'a', $shows{main}, 'main server: a');
shows($server, 'b', $shows{section}, 'section within main server: b');
shows($port{silent}, 'a', $shows{main}, 'a silent host, inherited: a');
shows($port{silent}, 'b', $shows{section}, 'a silent host, inherited section: b');
shows($port{own}, 'a', $shows{vhost}, 'a host with settings, inherited: a');
shows($port{own}, 'b', $shows{section}, 'a host with settings, inherited section: b');
shows($port{own}, 'vhost', $shows{vhost}, 'a host with settings, its own: vhost');
shows($port{own}, 'c2', $shows{other}, 'a host with settings, its own section: c2');
for my $n (0 .. $#each) {
    my ($line, $field) = @{ $each[$n] };
    shows($port{$n}, 'a', { %{ $shows{main} }, $field => $shows{vhost}{$field} },
        "a host with $line alone, inherited: a");
}
shows($port{4}, 'b', $shows{section},
    'a host with one setting, inherited section: b');
shows($port{empty}, 'a', $shows{main}, 'a host with an issuer only, inherited: a');
shows($port{empty}, 'vhost', $shows{main}, 'a host with an issuer only, its own: vhost');

# two hosts of one address, told apart by name
my $named = free_port();
my $names = OCSPTest::Httpd->start('names', "OCSPNextUpdate 2h\n" . old('a')
    . vhost($named, "OCSPNextUpdate 3h\n")
    . "<VirtualHost *:$named>\nServerName other.example.com\nOCSPNextUpdate 4h\n"
    . "</VirtualHost>\n");
for my $case (["p$named.example.com", 3], ['other.example.com', 4],
    ['OTHER.example.com:80', 4], ['unknown.example.com', 3]) {
    my ($host, $hours) = @$case;
    my $res = post(request('a', [serial_good]), port => $named, path => '/',
        host => $host);
    is take_apart($res, 'a', serial_good)->{lasts}, $hours * $hour,
        "a host by its name: $host";
}
ok $names->stop, 'it ends when told to';

# who answers for whom
is $httpd->says('vhost', serial_good, port => $_->[1]), 'unauthorized',
    "$_->[0]: of another host's issuer nobody knows"
    for ['main server', $server], ['a silent host', $port{silent}],
    ['a host with one setting', $port{4}];

ok $plain->stop, 'it ends when told to';

# --- OCSPUnlisted and OCSPTrustedResponder go with their section ------------------------

my $two = free_port();
my $unlisted = OCSPTest::Httpd->start('levels-unlisted',
    old('a', 'OCSPUnlisted unknown') . old('b')
    . vhost($two, "OCSPNextUpdate 2h\n" . old('vhost', 'OCSPUnlisted unauthorized')));
for my $case (
    ['the main server\'s section', $unlisted->{port}, 'a', 'unknown'],
    ['another section', $unlisted->{port}, 'b', 'good'],
    ['the section, inherited', $two, 'a', 'unknown'],
    ['another section, inherited', $two, 'b', 'good'],
    ['the virtual host\'s section', $two, 'vhost', 'unauthorized'],
) {
    my ($name, $port, $ca, $want) = @$case;
    is $unlisted->says($ca, serial_good, port => $port), $want,
        "OCSPUnlisted of $name";
    is $unlisted->says($ca, serial_compromised, port => $port), 'revoked',
        "OCSPUnlisted of $name: what is listed stays revoked";
}

# --- its own at graceful -----------------------------------------------------------------

$unlisted->configure("OCSPNextUpdate 6h\n" . old('a') . old('b', 'OCSPUnlisted unknown')
    . vhost($two, "OCSPNextUpdate 7h\n"));
isnt $unlisted->graceful, undef, 'graceful with other levels';
is $unlisted->says('a', serial_good), 'good', 'graceful: OCSPUnlisted is gone';
is $unlisted->says('b', serial_good, port => $two), 'unknown',
    'graceful: OCSPUnlisted is there';
is ask($unlisted->{port}, 'a', serial_good)->{lasts}, 6 * $hour,
    'graceful: the main server\'s OCSPNextUpdate';
is ask($two, 'a', serial_good)->{lasts}, 7 * $hour,
    'graceful: the virtual host\'s OCSPNextUpdate';
ok $unlisted->stop, 'it ends when told to';
ok $httpd->stop,    'it ends when told to';

done_testing;
