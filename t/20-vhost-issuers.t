# Which section answers for whom, and which URL is a responder's: a section that
# cannot be read, a CA that is there twice, a file whose type is a handler's name.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;

my $dir = OCSPTest::vars()->{t_logs} . '/scope';
mkdir $dir or die "$dir: $!";
my $good = request('a', [serial_good]);

# a CA's section with another file for its certificate
sub unreadable { return issuer_section($_[0], cert => "$dir/none.pem") }

# --- a virtual host's section whose certificate cannot be read ---------------------

# Ports are told apart, not names: the server's own is that of no virtual host.
sub vhost {
    my ($port, $text) = @_;
    return "Listen 127.0.0.1:$port\n<VirtualHost *:$port>\n$text</VirtualHost>\n";
}

my %port = map { $_ => free_port() } qw(none unreadable mixed own);
my $httpd = OCSPTest::Httpd->start('scope',
    issuer_section('a') . unreadable('nocrl') . issuer_section('b')
    . vhost($port{none}, "ServerName none.example.com\n")
    . vhost($port{unreadable}, unreadable('a'))
    . vhost($port{mixed}, issuer_section('c2') . unreadable('a')
        . issuer_section('vhost'))
    . vhost($port{own}, issuer_section('a', crl => ca('b')->{crl})));

# who asks, about what, and is told what (R67)
for my $case (
    ['the server',                       undef, 'a',       'good'],
    ['the server',                       undef, 'b',       'good'],
    ['the server, an unreadable one',    undef, 'nocrl',   'tryLater'],
    ['the server, a stranger',           undef, 'foreign', 'tryLater'],
    ['a host without sections',          'none', 'a',       'good'],
    ['a host without sections',          'none', 'b',       'good'],
    ['a host with an unreadable section', 'unreadable', 'a', 'tryLater'],
    ['a host with an unreadable section, what it inherits', 'unreadable', 'b',
        'tryLater'],
    ['a host with an unreadable section, a stranger', 'unreadable', 'foreign',
        'tryLater'],
    ['an unreadable section between two', 'mixed', 'c2',    'good'],
    ['an unreadable section between two', 'mixed', 'vhost', 'good'],
    ['an unreadable section between two, what it overrides', 'mixed', 'a',
        'tryLater'],
    ['an unreadable section between two, what it inherits', 'mixed', 'b',
        'tryLater'],
    ['a host whose own section has no CRL', 'own', 'a', 'tryLater'],
    ['a host behind whose own section the server has an unreadable one', 'own',
        'b', 'good'],
    ['a host behind whose own section the server has an unreadable one, that',
        'own', 'nocrl', 'tryLater'],
) {
    my ($name, $host, $ca, $want) = @$case;
    my @port = $host ? (port => $port{$host}) : ();
    is $httpd->says($ca, serial_good, @port), $want, "$name: $ca is $want";
    is $httpd->says($ca, serial_compromised, @port), 'revoked',
        "$name: $ca revokes what it should" if $want eq 'good';
}
ok $httpd->stop, 'it ends when told to';

# --- one CA in two sections -----------------------------------------------------------

# A section of one CA whose certificate file holds another's, in a host's folder.
sub holding {
    my ($host, $ca, $other, %replace) = @_;
    my $file = "$dir/$host/$ca-is-$other.pem";
    mkdir "$dir/$host";
    OCSPTest::PKI::spew($file, OCSPTest::slurp(ca($other)->{cert}));
    return issuer_section($ca, cert => $file, %replace);
}

# name, sections, which of the sections for a counts, CAs that are known
my $own   = ca('a')->{cert};
my @twins = (
    ['the second is a copy of the first',
        [issuer_section('a'), holding(0, 'a', 'a'), issuer_section('c2')],
        $own, 'c2'],
    ['the first is a copy of the second',
        [holding(1, 'a', 'a'), issuer_section('a'), issuer_section('c2')],
        "$dir/1/a-is-a.pem", 'c2'],
    ['the second was overwritten by the first',
        [issuer_section('a'), holding(2, 'b', 'a'), issuer_section('c2')],
        $own, 'c2'],
    ['the first was overwritten by the second',
        [holding(3, 'b', 'a'), issuer_section('a'), issuer_section('c2')],
        $own, 'c2'],
    ['those around one were overwritten by it',
        [holding(4, 'b', 'a'), issuer_section('a'), holding(4, 'c2', 'a'),
            issuer_section('vhost')], $own, 'vhost'],
    ['the first has no signer',
        [holding(5, 'a', 'a', signer_key => "$dir/none.key"),
            issuer_section('a'), issuer_section('c2')], $own, 'c2'],
    ['the first has no CRL',
        [holding(6, 'a', 'a', crl => "$dir/none.crl"), issuer_section('a'),
            issuer_section('c2')], $own, 'c2'],
);
my @ports = map { free_port() } @twins;
my $twins = OCSPTest::Httpd->start('twins',
    join '', map { vhost($ports[$_], join '', @{ $twins[$_][1] }) } 0 .. $#twins);
my @said = $twins->log_since(0) =~ /^.*OCSP209: .*$/mg;
for my $n (0 .. $#twins) {
    my ($name, $sections, $counts, $other) = @{ $twins[$n] };
    for my $ca ('a', $other) {
        my @there = (port => $ports[$n]);
        is $twins->says($ca, serial_good, @there), 'good', "$name: $ca: good";
        is $twins->says($ca, serial_compromised, @there), 'revoked',
            "$name: $ca: revoked";
    }
    is $twins->says('b', serial_good, port => $ports[$n]), 'unauthorized',
        "$name: of another nobody knows";
    my @lines = grep { m{\Q$dir/$n/\E} } @said;
    is scalar @lines, @$sections - 2, "$name: said as often as it is so"
        or diag "@said";
    for my $line (@lines) {
        my ($place) = $line =~ /of the same CA; the section at (\S+) is used/;
        like $line, qr/\Q$counts\E \((?:<OCSPIssuer> )?at \Q$place\E\)/,
            "$name: and which one counts";
    }
}
ok $twins->stop, 'it ends when told to';

# --- files and handlers ------------------------------------------------------------------

my $port = port('ocsp_files');
my $root = OCSPTest::vars()->{documentroot};
mkdir "$root/$_" for qw(dir forced expr);
OCSPTest::PKI::spew("$root/$_", $good) for qw(saved.orq dir/index.orq if.orq);

for my $path ('/saved.orq', '/saved.orq?x', '/dir/index.orq', '/dir/') {
    my $res = http('GET', $path, port => $port);
    is $res->{code}, 200, "GET $path, a file: HTTP status";
    is header($res, 'Content-Type'), 'application/ocsp-request',
        "GET $path: the type of a request";
    ok $res->{body} eq $good, "GET $path: the file itself";
    my $post = post('nonsense', port => $port, path => $path);
    isnt header($post, 'Content-Type'), 'application/ocsp-response',
        "POST to $path, a file: not an answer";
}
is http('GET', '/none.orq', port => $port)->{code}, 404,
    'a file that is not there is not found';
is http('GET', '/' . get_path($good), port => $port)->{code}, 404,
    'a request in the URL of a host of files is not found';

# and what does say so (R28, R32)
for my $path ('/handler', '/synonym', '/forced', '/expr', '/if/x', '/ifexpr/x',
    '/forced/saved.orq', '/if/saved.orq') {
    for my $case (['POST', \&post], ['GET', \&get]) {
        my ($method, $ask) = @$case;
        my $res = $ask->($good, port => $port, path => $path);
        like oracle($res->{body}, 'a', [serial_good]), qr/verify OK.*: good/s,
            "$method to $path: answered";
        is header($res, 'Content-Type'), 'application/ocsp-response',
            "$method to $path: content type";
    }
}
is http('GET', '/if.orq', port => $port)->{code}, 200,
    'where <If> does not hold a file is a file';


# --- CRLs of different age (H4, R97) -----------------------------------------------------

# Hosts with one CA and signer, each with a CRL of its own.
my $now  = int time;
my %made = (older => $now - 5 * 86_400, newer => $now - 3600);
my %aged = map { $_ => free_port() } keys %made;
for my $host (keys %made) {
    OCSPTest::PKI::sign_crl('b', file => "$dir/$host.crl",
        last => OCSPTest::PKI::utc($made{$host}),
        next => OCSPTest::PKI::utc($now + 10 * 86_400));
}
my $aged = OCSPTest::Httpd->start('aged', join '', map {
    vhost($aged{$_}, issuer_section('b', crl => "$dir/$_.crl"))
} sort keys %made);
for my $round (1, 2) {
    for my $host (qw(older newer)) {
        for my $serial (serial_good, serial_compromised) {
            my $res = post(request('b', [$serial]), port => $aged{$host}, path => '/');
            is fields_of($res->{body})->{singles}[0]{this}, $made{$host},
                "a host whose CRL is $host, time $round: thisUpdate of $serial is its own CRL's";
        }
    }
}
ok $aged->stop, 'it ends when told to';

# --- one table, and only one of its hosts says that its CRLs are complete ------------------

mkdir "$dir/part" or die $!;
OCSPTest::PKI::sign_crl('b', file => "$dir/part/users.crl", exts => 'users');
my %word = map { $_ => free_port() } qw(auto complete);
my $part = issuer_section('b') =~ s/OCSPCRLFile .*/OCSPCRLPath "$dir\/part"/r;
my $hosts = vhost($word{complete}, $part =~ s/^<\/OCSP/    OCSPCRLCoverage complete\n<\/OCSP/mr)
    . vhost($word{auto}, $part);

sub says {
    my ($which, $when, $want) = @_;
    is $which->says('b', serial_good, port => $word{$_}), $want->{$_}, "$when: $_: $want->{$_}"
        for sort keys %$want;
    return;
}
# when nobody can take it for a file that is being written
OCSPTest::wait_for(60, sub { time - (stat "$dir/part/users.crl")[10] > 3 })
    or die 'the clock stands still';
my $still = OCSPTest::Httpd->start('still', "OCSPRefresh off\n$hosts");
says($still, 'a part of its CRLs', { auto => 'tryLater', complete => 'good' });
OCSPTest::PKI::spew("$dir/part/cut.crl", '');
$still->graceful;
says($still, 'beside a CRL that breaks off', { auto => 'tryLater', complete => 'tryLater' });
unlink "$dir/part/cut.crl" or die $!;
$still->graceful;
says($still, 'without it', { auto => 'tryLater', complete => 'good' });
ok $still->stop, 'it ends when told to';

my $looking = OCSPTest::Httpd->start('looking', "OCSPRefresh 1s\n$hosts");
my %looks;
ok OCSPTest::wait_for(60, sub {
    my ($time) = http('GET', '/server-status?auto', port => $looking->{port})->{body}
        =~ /^OCSPLastCheck: (\d.*)$/m;
    $looks{$time}++ if defined $time;
    return keys %looks > 5;
}), 'it looks for changes, and again';
my @warned = $looking->log_since(0) =~ /OCSP208: (?:.*)OCSPCRLCoverage/g;
is scalar @warned, 1, 'at none of these times the CRL is loaded anew';
ok $looking->stop, 'it ends when told to';

done_testing;
