# Files that are published broken: while httpd refreshes, each leaves the last good
# table in use and one line in the log; at the start each makes its issuer answer
# tryLater and no other. No process is lost, and what is mended is taken up by itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

use constant {
    TAKEN_S => OCSPTest::Httpd::PATIENT_S, # until a change must have been seen
    TWICE_S => 4,  # in which nothing may be said again
};

my $dir = scratch_dir('refresh-faults');
my ($before, $after) = ('3001', '3002'); # revoked by the last good CRL, by a newer

sub put {
    my ($name, $content) = @_;
    OCSPTest::PKI::spew("$dir/$name", $content);
    return;
}

# The bytes of a CRL of CA a that revokes these as well.
sub crl {
    my ($serials, %opt) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/made.crl", der => 1, %opt, revoked =>
        OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', undef] } @$serials));
    return OCSPTest::slurp("$dir/made.crl");
}

my $now    = time;
my $older  = crl([], last => OCSPTest::PKI::utc($now - 7200));
my $good   = crl([$before], last => OCSPTest::PKI::utc($now - 3600));
my $newer  = crl([$before, $after]);
my $future = crl([$before, $after], last => OCSPTest::PKI::utc($now + 3600),
    next => OCSPTest::PKI::utc($now + 86400));
my $mended = crl([$before, $after]);

sub cut { return substr $newer, $_[0], $_[1] // length $newer }

# An octet of it changed: the last one is the signature's.
sub flipped {
    my ($at) = @_;
    my $bytes = $newer;
    substr($bytes, $at, 1) = chr(ord(substr $bytes, $at, 1) ^ 1);
    return $bytes;
}

# name of the file and of its virtual host => what is published, or done to it, in one
# step, as httpd may look at any time; and whether httpd would take it at the start
my %faults = (
    'head'       => [cut(100)],
    'half'       => [cut(0, length($newer) / 2)],
    'last-octet' => [cut(0, -1)],
    'no-octet'   => [''],
    'words'      => ["not a list\n"],
    'other-ca'   => [OCSPTest::slurp(ca('b')->{crl})],
    'older'      => [$older, 1],
    'future'     => [$future],
    'signature'  => [flipped(-1)],
    # a serial number of an entry: the same with another one revoked
    'entry'      => [$newer =~ s/\x02\x02\x30\x02/\x02\x02\x66\x02/r],
    'unreadable' => [sub {
        put('closed.crl', $newer);
        chmod 0, "$dir/closed.crl" or die "closed.crl: $!";
        rename "$dir/closed.crl", $_[0] or die "$_[0]: $!";
    }],
    'directory'  => [sub {
        mkdir "$dir/a-directory" if !-d "$dir/a-directory";
        symlink 'a-directory', "$dir/link" or die "link: $!";
        rename "$dir/link", $_[0] or die "$_[0]: $!";
    }],
    'gone'       => [sub { unlink $_[0] or die "$_[0]: $!" }],
);
isnt $faults{entry}[0], $newer, 'an entry can be forged';
my @names = sort keys %faults;

sub break_it {
    my ($name) = @_;
    my ($fault) = @{ $faults{$name} };
    return put("$name.crl", $fault) if !ref $fault;
    $fault->("$dir/$name.crl");
    return;
}

sub mend {
    my ($name) = @_;
    # not with spew, which would keep a mode
    put('mended.crl', $mended);
    rename "$dir/mended.crl", "$dir/$name.crl" or die "$name.crl: $!";
    return;
}

# --- an httpd with a virtual host for each ------------------------------------------------

sub row {
    my ($state, $serial, $revoked) = @_;
    return join("\t", $state, '491231235959Z', $revoked // '', $serial, 'unknown',
        "/CN=$serial") . "\n";
}
my @rows = (row('R', '1001', '260102030405Z'), map { row('V', $_) } '2001' .. '2004');
put('vhost.index', join '', @rows);

# CA fresh's CRL with so many entries more than the four of every one
sub sign_long {
    my ($count) = @_;
    OCSPTest::PKI::sign_crl('fresh', file => "$dir/fresh.crl", revoked =>
        OCSPTest::PKI::revoked_and(
            map { (4000 + $_) => ['261101000000Z', undef] } 1 .. $count));
    return;
}
sign_long(20);

# Of the server itself: b and c2 are nobody's fault. The first virtual host stands for
# it, as all of them have its port.
my $server = "OCSPRefresh 1s\n" . issuer_section('b') . issuer_section('c2');
my $more   = issuer_section('fresh', crl => "$dir/fresh.crl")
    . with('vhost', qq(OCSPIndexFile "$dir/vhost.index")) =~ s/^\s*OCSPCRLFile.*\n//mr;

sub start {
    my ($name, $text) = @_;
    my $port = free_port();
    my $hosts = join '', map {
        "<VirtualHost *:$port>\nServerName $_->[0].example.com\n$_->[1]</VirtualHost>\n"
    } ['ocsp', ''], map { [$_, issuer_section('a', crl => "$dir/$_.crl")] } @names;
    return OCSPTest::Httpd->start($name, "$text$hosts", port => $port,
        processes => 2);
}

sub says {
    my ($httpd, $name, $serial) = @_;
    return $httpd->quick('a', $serial, host => "$name.example.com");
}

sub others {
    my ($httpd, $when) = @_;
    for my $ca (qw(b c2)) {
        is $httpd->says($ca, serial_good), 'good', "$when: $ca: good";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked";
    }
    return;
}

# What the log says of a file since then, of warnings and worse.
sub complaints {
    my ($httpd, $mark, $file) = @_;
    return grep { /ocsp:(?:warn|error|crit)\].*\Q$dir\/$file\E\b/ }
        split /\n/, $httpd->log_since($mark);
}

put("$_.crl", $good) for @names;
my $httpd   = start('refresh-faults', "$server$more");
my @workers = children($httpd->{pid});
is says($httpd, $_, $before), 'revoked', "$_: at the start: revoked" for @names;

# --- broken while it runs (R69, R135, R140, R141) ------------------------------------------

my $mark = -s $httpd->{log};
break_it($_) for @names;
put('vhost.index', join '', @rows[0 .. 2]);
sign_long(0);
my %files = map { $_ => "$_.crl" } @names;
$files{rows} = 'vhost.index';
$files{lost} = 'fresh.crl';
wait_for(TAKEN_S, sub { !grep { !complaints($httpd, $mark, $_) } values %files });
sleep TWICE_S;

my $status = join '', map { $httpd->issuer($_)->{LastResult} . "\n" } 0 .. 3 + @names;
for my $name (@names) {
    is says($httpd, $name, $before), 'revoked', "$name: what was revoked is so still";
    is says($httpd, $name, $after), 'good', "$name: what is broken says nothing";
    is says($httpd, $name, '6602'), 'good', "$name: nor what is forged";
    my @lines = complaints($httpd, $mark, "$name.crl");
    is scalar @lines, 1, "$name: one line of the log names it" or diag join "\n", @lines;
    like $lines[0] // '', qr/OCSP206: .*; the earlier status data stays in use /,
        "$name: and says what is answered from";
    like $status, qr{^failed: .*\Q$dir/$name.crl\E}m, "$name: server-status says why";
}
others($httpd, 'files of others are broken');

# an index that lost rows may be half written, or an old copy
my @lines = complaints($httpd, $mark, 'vhost.index');
is scalar @lines, 1, 'an index lost rows: one line' or diag join "\n", @lines;
like $lines[0] // '', qr/OCSP206: .*\b3\b.*\b5\b|OCSP206: .*\b5\b.*\b3\b/,
    'an index lost rows: with both counts';
is $httpd->says('vhost', '2004'), 'good', 'an index lost rows: as before';
is $httpd->says('vhost', '1001'), 'revoked', 'an index lost rows: revoked as before';

# a CRL may lose entries, which expire
@lines = complaints($httpd, $mark, 'fresh.crl');
is scalar @lines, 1, 'a CRL lost most of its entries: one line' or diag join "\n", @lines;
like $lines[0] // '', qr/OCSP208: .*\b4\b.*\b24\b|OCSP208: .*\b24\b.*\b4\b/,
    'a CRL lost most of its entries: with both counts';
is $httpd->says('fresh', '4001'), 'good', 'a CRL lost most of its entries: taken';

# what is broken otherwise is another thing to say
$mark = -s $httpd->{log};
put('no-octet.crl', cut(0, 200));
wait_for(TAKEN_S, sub { complaints($httpd, $mark, 'no-octet.crl') });
sleep TWICE_S;
is scalar(my @again = complaints($httpd, $mark, 'no-octet.crl')), 1,
    'broken in another way: said once more';
is scalar(grep { complaints($httpd, $mark, "$_.crl") } grep { $_ ne 'no-octet' } @names),
    0, 'and nothing of what is as broken as before';
is says($httpd, 'no-octet', $before), 'revoked', 'broken in another way: no worse';

# --- mended ---------------------------------------------------------------------------------

$mark = -s $httpd->{log};
mend($_) for @names;
for my $name (@names) {
    ok wait_for(TAKEN_S, sub { says($httpd, $name, $after) eq 'revoked' }),
        "$name: mended: taken";
    is says($httpd, $name, serial_good), 'good', "$name: mended: good";
}
# OCSP244 is logged as the error was, whose end it is
my @complaints = grep { /ocsp:(?:error|crit)\]/ && !/OCSP244: / }
    split /\n/, $httpd->log_since($mark);
is scalar @complaints, 0, 'mended: no complaint' or diag join "\n", @complaints;
for my $n (4 .. 3 + @names) {
    ok wait_for(TAKEN_S, sub { $httpd->issuer($n)->{LastResult} eq 'ok' }),
        "mended: server-status: issuer $n";
}
is join(' ', $httpd->lost(@workers)), '', 'no process was lost';

ok defined(my $log = $httpd->graceful), 'the index with less rows: graceful';
is $httpd->says('vhost', '2004'), 'good', 'which is no consent: it is not taken';
is $httpd->says('vhost', '1001'), 'revoked', 'the index with less rows: revoked as before';
like $log, qr/OCSP206: .*vhost\.index.*stop httpd, remove \S+\.history, and start it again to accept it/,
    'the index with less rows: the log says what would be consent';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'without a crash';

# --- broken before it starts (R67, R184) ----------------------------------------------------

break_it($_) for @names;
$httpd   = start('refresh-broken', $server);
@workers = children($httpd->{pid});
for my $name (@names) {
    my $word = $faults{$name}[1] ? 'good' : 'tryLater';
    is says($httpd, $name, serial_good), $word, "$name: at the start: $word";
    is says($httpd, $name, serial_compromised), $word eq 'good' ? 'revoked' : $word,
        "$name: at the start: nothing is guessed";
}
others($httpd, 'started with broken files of others');
sleep TWICE_S;
for my $name (grep { !$faults{$_}[1] } @names) {
    @lines = complaints($httpd, 0, "$name.crl");
    is scalar @lines, 1, "$name: at the start: said once" or diag join "\n", @lines;
    like $lines[0] // '', qr/OCSP206: .*; requests for this CA are answered tryLater /, "$name: and what is answered";
}
mend($_) for @names;
for my $name (@names) {
    ok wait_for(TAKEN_S, sub { says($httpd, $name, $after) eq 'revoked' }),
        "$name: mended after the start: taken";
    is says($httpd, $name, serial_good), 'good', "$name: mended after the start: good";
}
is join(' ', $httpd->lost(@workers)), '', 'no process was lost';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/, 'without a crash';

done_testing;
