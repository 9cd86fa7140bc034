# OCSPStateDir with faults: files that are damaged, cut off, of another version, or none;
# a directory that cannot be used, and one that another httpd uses. httpd always starts
# and answers, says once what it will forget, and never takes a damaged file for a reason
# to answer good or not to answer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA;
use File::Path ();
use POSIX ();
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant WAIT_S => 30;

my $dir   = scratch_dir('history-faults');
my $began = time;
my $index = "$dir/index.txt";

# A CRL of CA a that was so many seconds old at the beginning.
sub crl {
    my ($age, $number, @serials) = @_;
    OCSPTest::PKI::sign_crl('a', file => "$dir/a.crl", number => $number,
        last => OCSPTest::PKI::utc($began - $age),
        revoked => { map { $_ => ['261101000000Z', 'keyCompromise'] } @serials });
    return;
}
sub new_crl { return crl(1000, '0A', '1001', '3001') }
sub old_crl { return crl(5000, '05', '1001') }

sub issuer {
    my ($ca, @lines) = @_;
    return issuer_section($ca) =~ s/^\s*OCSPCRLFile.*\n//mr
        =~ s/^<\/OCSP/join '', map({ "    $_\n" } @lines), '<\/OCSP'/mer;
}
my $text = "OCSPRefresh 1s\n" . issuer('a', qq(OCSPCRLFile "$dir/a.crl"))
    . issuer('b', qq(OCSPIndexFile "$index"));
OCSPTest::PKI::spew($index, join '', index_row('1001', '260102030405Z'), index_row('2001'));

sub state_dir { return OCSPTest::vars()->{t_logs} . '/history-faults.conf.state' }

sub files {
    my @files = glob state_dir() . '/*.history';
    return @files;
}

sub begin {
    my ($more) = @_;
    return debian_start('history-faults', $text . ($more // ''), keeps_state => 1);
}

sub saved {
    my ($count) = @_;
    return wait_for(WAIT_S, sub { files() == $count && !glob state_dir() . '/*.tmp' });
}

sub ends {
    my ($httpd, $when) = @_;
    ok $httpd->stop, "$when: httpd ends when told to";
    unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$when: no process was lost";
    return;
}

sub status_of {
    my ($httpd) = @_;
    my $res = http('GET', '/server-status?auto', port => $httpd->{port});
    return { $res->{body} =~ /^(OCSPStateDir\w*): (.*)$/mg };
}

# The two files as they should be: which is whose, the one of the index has a table.
File::Path::remove_tree(state_dir());
new_crl();
my $httpd = begin();
ok saved(2), 'two files are written';
ends($httpd, 'the first start');
my %good = map { $_ => OCSPTest::slurp($_) } files();
my ($of_crl, $of_index) = sort { length $good{$a} <=> length $good{$b} } keys %good;
cmp_ok length $good{$of_index}, '>', length($good{$of_crl}) + 1000, 'one has a table';

sub put_back {
    OCSPTest::PKI::spew($_, $good{$_}) for keys %good;
    return;
}

# --- files that cannot be used --------------------------------------------------------------

sub flipped {
    my ($octets, $at) = @_;
    substr($octets, $at, 1) ^= "\x01";
    return $octets;
}

for my $case (
    ['an empty file', '', qr/is damaged/],
    ['one that was cut off', substr($good{$of_crl}, 0, -1), qr/is damaged/],
    ['one of which only zeros are left', "\0" x length $good{$of_crl}, qr/is damaged/],
    ['an altered one', flipped($good{$of_crl}, 100), qr/is damaged/],
    ['one of another version', flipped($good{$of_crl}, 8), qr/another version of this module/],
    ['that of another issuer', $good{$of_index}, qr/another issuer/],
    ['a very large one', "OCSPHIST\1" . 'x' x 500_000, qr/more than \d+ octets/],
) {
    my ($what, $octets, $words) = @$case;
    put_back();
    OCSPTest::PKI::spew($of_crl, $octets);
    old_crl();
    $httpd = begin();
    is $httpd->says('a', '1001'), 'revoked', "$what: revoked";
    is $httpd->says('a', '2001'), 'good', "$what: the older CRL is accepted";
    my @lines = $httpd->log_since(0) =~ /:warn\] .*(OCSP271: .*)/g;
    is scalar @lines, 1, "$what: the log has one warning";
    like $lines[0] // '', qr/\Q$of_crl\E .*$words|$words/, "$what: of that file";
    ok saved(2), "$what: nothing is left over";
    ok wait_for(WAIT_S, sub { OCSPTest::slurp($of_crl) =~ /\AOCSPHIST\x01\0/
        && length OCSPTest::slurp($of_crl) == length $good{$of_crl} }),
        "$what: the file is written again";
    is scalar(() = $httpd->log_since(0) =~ /OCSP271: /g), 1, "$what: nothing more is logged";
    ends($httpd, $what);
}

# What is no file at all, in the place of one.
for my $case (
    ['a symbolic link', sub { symlink $index, $of_crl or die $! }],
    ['a FIFO', sub { POSIX::mkfifo($of_crl, 0600) or die $! }],
) {
    my ($what, $make) = @$case;
    put_back();
    unlink $of_crl or die $!;
    my $before = OCSPTest::slurp($index);
    $make->();
    $httpd = begin();
    is $httpd->says('a', '2001'), 'good', "$what: answered";
    like $httpd->log_since(0), qr/OCSP271: .*\Q$of_crl\E is not a regular file/,
        "$what: the log says so";
    ok wait_for(WAIT_S, sub { -f $of_crl && !-l $of_crl }), "$what: a file replaces it";
    is OCSPTest::slurp($index), $before, "$what: and nothing else is written to";
    ends($httpd, $what);
}

# The table of another version: its CRLs count, its rows do not.
put_back();
{
    my $octets = flipped($good{$of_index}, 12);
    # the digest of head and CRLs, of which an index has none
    substr($octets, 64, 32) = Digest::SHA::sha256(substr $octets, 0, 64);
    OCSPTest::PKI::spew($of_index, $octets);
}
new_crl();
$httpd = begin();
is $httpd->says('b', '2001'), 'good', 'a table of another version: answered';
like $httpd->log_since(0), qr/:warn\] .*OCSP271: .*\Q$of_index\E has a table of another version/,
    'a table of another version: the log says so';
ends($httpd, 'a table of another version');

# Older data is put back, and a file that cannot be used comes while it is rejected.
put_back();
old_crl();
$httpd = begin();
is $httpd->says('a', '2001'), 'tryLater', 'an intact file: the older CRL makes nothing good';
ends($httpd, 'an intact file');

# --- what a crash left ---------------------------------------------------------------------

put_back();
OCSPTest::PKI::spew("$of_crl.tmp", 'half');
OCSPTest::PKI::spew(state_dir() . '/notes.txt', 'mine');
new_crl();
$httpd = begin();
ok !-e "$of_crl.tmp", 'what a crash left is removed at the start';
is OCSPTest::slurp(state_dir() . '/notes.txt'), 'mine', 'what is not ours stays';

# --- two httpds on one directory -----------------------------------------------------------

my $state  = state_dir();
my $second = debian_start('history-faults-2', $text . qq(OCSPStateDir "$state"\n));
is $second->says('a', '2001'), 'good', 'a second httpd on the directory answers';
like $second->log_since(0),
    qr/:warn\] .*OCSP270: OCSPStateDir \Q$state\E: another httpd, process $httpd->{pid}, uses it/,
    'it says that it does without';
my $shown = status_of($second);
is $shown->{OCSPStateDirOK}, 0, 'in server-status, too';
like $shown->{OCSPStateDirState}, qr/^failed: another httpd, process $httpd->{pid}, uses it/,
    'with the reason';
is status_of($httpd)->{OCSPStateDirState}, 'ok', 'the first one uses it';
ok defined $httpd->graceful, 'graceful';
is status_of($httpd)->{OCSPStateDirState}, 'ok', 'also after a graceful restart';
unlike $httpd->log_since(0), qr/OCSP270: /, 'of which nothing is logged';
ok defined $second->graceful, 'a graceful restart of the second one';
is status_of($second)->{OCSPStateDirOK}, 0, 'which still does without';
my $mark = -s $second->{log};
ends($httpd, 'the first httpd');
ok defined $second->graceful, 'another graceful restart of the second one';
is status_of($second)->{OCSPStateDirState}, 'ok', 'once it is free, the second one uses it';
ends($second, 'the second httpd');

# --- a directory that cannot be used -------------------------------------------------------

for my $case (
    ['one that every user can write to', 0777, qr/every user can write to it/],
    ['one that workers cannot write to', 0500, qr/workers cannot write to it/],
) {
    my ($what, $mode, $words) = @$case;
    my $path = "$dir/mode" . sprintf '%o', $mode;
    mkdir $path or die "$path: $!";
    chmod $mode, $path or die "$path: $!";
    $httpd = begin(qq(OCSPStateDir "$path"\n));
    is $httpd->says('a', '2001'), 'good', "$what: answered";
    like $httpd->log_since(0), qr/:warn\] .*OCSP270: OCSPStateDir \Q$path\E: .*$words/,
        "$what: the log says so";
    like $httpd->log_since(0), qr/:notice\] .*OCSP247: /, "$what: and what that means";
    my @there = glob "$path/*";
    is "@there", '', "$what: nothing is written there";
    ends($httpd, $what);
}

# It becomes so while httpd runs.
File::Path::remove_tree(state_dir());
new_crl();
$httpd = begin();
ok saved(2), 'two files are written';
chmod 0500, state_dir() or die $!;
crl(500, '0B', '1001', '3001', '3002');
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3002') eq 'revoked' }),
    'a newer CRL is used although it cannot be remembered';
ok wait_for(WAIT_S, sub { $httpd->log_since(0) =~ /:warn\] .*OCSP272: .*\.history cannot be written: / }),
    'the log says so';
is status_of($httpd)->{OCSPStateDirOK}, 0, 'server-status, too';
my $others = $httpd->says('b', '2001');
is $others, 'good', 'others are answered';
crl(400, '0C', '1001', '3001', '3002', '3003');
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3003') eq 'revoked' }), 'another one';
chmod 0700, state_dir() or die $!;
ok wait_for(WAIT_S, sub { $httpd->log_since(0) =~ /OCSP273: OCSP272 is over/ }),
    'when it can be written again, the log says so';
is scalar(() = $httpd->log_since(0) =~ /OCSP272: /g), 1, 'each message once';
is status_of($httpd)->{OCSPStateDirOK}, 1, 'and server-status';

# A file that cannot be read may know of newer CRLs: it is not replaced.
my $before = OCSPTest::slurp($of_crl);
chmod 0, $of_crl or die $!;
$mark = -s $httpd->{log};
crl(300, '0D', '1001', '3001', '3002', '3003', '3004');
ok wait_for(WAIT_S, sub { $httpd->quick('a', '3004') eq 'revoked' }), 'and another one';
ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /OCSP272: .*\Q$of_crl\E cannot be opened: / }),
    'a file that cannot be read: the log says so';
chmod 0600, $of_crl or die $!;
is OCSPTest::slurp($of_crl), $before, 'and it is not replaced';
ok wait_for(WAIT_S, sub { OCSPTest::slurp($of_crl) ne $before }), 'until it can be read';
ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /OCSP273: / }), 'the log says that, too';
ends($httpd, 'a directory, and a file, that are closed for a while');

# --- without checks, and without a child ----------------------------------------------------

$text =~ s/OCSPRefresh 1s/OCSPRefresh off/;
File::Path::remove_tree(state_dir());
new_crl();
$httpd = begin();
is scalar files(), 2, 'OCSPRefresh off: the files are written before the first answer';
ends($httpd, 'OCSPRefresh off');
old_crl();
$httpd = begin();
is $httpd->says('a', '1001'), 'revoked', 'OCSPRefresh off: an older CRL: revoked';
is $httpd->says('a', '2001'), 'tryLater', 'OCSPRefresh off: nothing is good';
new_crl();
ok defined $httpd->graceful, 'graceful';
is $httpd->says('a', '2001'), 'good', 'OCSPRefresh off: the newest one again: good';
ends($httpd, 'OCSPRefresh off, again');
done_testing;
