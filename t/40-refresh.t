# OCSPRefresh: what changes on disk is answered by every process without a restart,
# in whatever way it changes; what does not change is not read again (R64, R72, R185).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Response;

use constant {
    TAKEN_S   => OCSPTest::Httpd::PATIENT_S, # until a change must be answered
    SETTLED_S => 5,  # a file that was not changed for so long is read no more
    TRIES     => 5,  # to write a file slowly, but not too slowly
    QUIET_S   => 3.2, # in which httpd looks at its files three times
};

my $dir = scratch_dir('refresh');
my $new   = '3001'; # what becomes revoked
my $later = '3002'; # and what does after it

sub path { return "$dir/$_[0]" }

sub spew { return OCSPTest::PKI::spew(path($_[0]), $_[1]) }

# A CRL of a CA in a file of this suite's; with the new serial number if so said.
sub crl {
    my ($ca, $file, $more) = @_;
    my %more = $more ? ($new => ['261101000000Z', 'keyCompromise']) : ();
    OCSPTest::PKI::sign_crl($ca, file => path($file),
        revoked => OCSPTest::PKI::revoked_and(%more));
    return path($file);
}

# A section whose sources are these lines.
sub sources {
    my ($ca, @lines) = @_;
    return with($ca, @lines) =~ s/^\s*OCSPCRLFile.*\n//mr;
}

# --- what is answered from ---------------------------------------------------------------

sub row {
    my ($state, $serial, $revoked) = @_;
    return join("\t", $state, '491231235959Z', $revoked // '', $serial, 'unknown',
        "/CN=$serial") . "\n";
}

sub append {
    my ($file, $text) = @_;
    open my $fh, '>>', path($file) or die "$file: $!";
    print {$fh} $text;
    close $fh or die "$file: $!";
    return;
}

# over what is there: neither a new file nor an empty one in between
sub rewrite {
    my ($file, $bytes) = @_;
    open my $fh, '+<:raw', path($file) or die "$file: $!";
    print {$fh} $bytes;
    truncate $fh, length $bytes;
    close $fh or die "$file: $!";
    return;
}

mkdir path('crls') or die $!;
crl('a',     'a.crl');
crl('b',     'b.crl');
crl('fresh', 'crls/1.crl');
crl('badsig', 'badsig.crl');
crl('expired', 'expired.crl');
crl('c1', 'c1.crl');
spew('vhost.index', row('V', '2001') . row('R', '1001', '260102030405Z,keyCompromise'));
spew('expired.list', "2001\n# the last one\n");
spew('badsig.pem', OCSPTest::slurp(ca('badsig')->{signer}));

my $text = "OCSPRefresh 1s\n" . OCSPTest::Httpd::who_log('refresh')
    . sources('a',       qq(OCSPCRLFile "$dir/a.crl"))
    . sources('b',       qq(OCSPCRLFile "$dir/b.crl"))
    . sources('c2',      qq(OCSPCRLFile "$dir/c2.crl")) # not there yet
    . sources('fresh',   qq(OCSPCRLPath "$dir/crls"))
    . sources('vhost',   qq(OCSPIndexFile "$dir/vhost.index"))
    . sources('expired', qq(OCSPCRLFile "$dir/expired.crl"),
        qq(OCSPIssuedFile "$dir/expired.list"))
    . issuer_section('badsig', crl => path('badsig.crl'), signer => path('badsig.pem'));

# --- several httpds, since each waits for something else ---------------------------------

my $httpd = OCSPTest::Httpd->start('refresh', $text, processes => 3);
my $off   = OCSPTest::Httpd->start('refresh-off',
    "OCSPRefresh off\n" . issuer_section('c1', crl => path('c1.crl'),
        signer => ca('c1')->{cert}, signer_key => ca('c1')->{key}));
my $killed = OCSPTest::Httpd->start('refresh-killed',
    "OCSPRefresh 1s\n" . sources('a', qq(OCSPCRLFile "$dir/a.crl")), processes => 3);

my $big = path('big.crl');
OCSPTest::PKI::sign_crl('b', file => $big);
crl('fresh', 'broken.crl'); # which it will be
my $two = "OCSPRefresh 1s\n" . sources('a', qq(OCSPCRLFile "$dir/a.crl"))
    . issuer_section('b', crl => $big)
    . issuer_section('fresh', crl => path('broken.crl'));
my $small = OCSPTest::Httpd->start('refresh-small', "OCSPTableSize 1m\n$two");

like $httpd->log_since(0), qr/OCSP206: .*\Q$dir\E\/c2\.crl/, 'a CRL that is not there: said';
is $httpd->everyone('c2', serial_good), 'tryLater', 'a CRL that is not there: tryLater';
is $httpd->everyone($_, $new), 'good', "$_: before: good" for qw(a b fresh badsig);
is $httpd->everyone($_, $new), 'unknown', "$_: before: unknown" for qw(vhost expired);
is $httpd->says('badsig', $new), 'good', 'badsig: verified';

# --- everything changes at once ----------------------------------------------------------

my $mark  = -s $httpd->{log};
my $start = time;
crl('a', 'a.crl', 1);                                       # by rename
crl('b', 'b.new', 1);
rewrite('b.crl', OCSPTest::slurp(path('b.new')));           # in place
crl('c2', 'c2.crl', 1);                                     # appears
crl('fresh', 'crls/2.crl', 1);                              # one more
append('vhost.index', row('R', $new, '261101000000Z') . row('V', '4001'));
append('expired.list', "4001\n$new\n");
OCSPTest::PKI::issue(ca('badsig'), path('renewed.pem'), ca('badsig')->{signer_key},
    'certificate renewed', '0F', 'delegate');
rename path('renewed.pem'), path('badsig.pem') or die $!;
crl('c1', 'c1.crl', 1);
my $count = 45_000; # serial numbers of 20 octets: more than a megabyte
my %many  = map { sprintf('7A%038X', $_) => ['260101000000Z', undef] } 1 .. $count;
OCSPTest::PKI::sign_crl('b', file => $big,
    revoked => OCSPTest::PKI::revoked_and(%many));
OCSPTest::PKI::sign_crl('fresh', file => path('long.crl'), revoked =>
    { map { $_ => $many{$_} } (sort keys %many)[0 .. 19_999] });
spew('broken.crl', substr OCSPTest::slurp(path('long.crl')), 0, -1000);

for my $case (
    ['replaced by rename',  'a',       $new,   'revoked'],
    ['rewritten in place',  'b',       $new,   'revoked'],
    ['appeared',            'c2',      $new,   'revoked'],
    ['one more in an OCSPCRLPath', 'fresh', $new, 'revoked'],
    ['an index with one more R', 'vhost', $new, 'revoked'],
    ['an index with one more V', 'vhost', '4001', 'good'],
    ['a list with one more', 'expired', '4001', 'good'],
) {
    my ($name, $ca, $serial, $word) = @$case;
    wait_for(TAKEN_S, sub { $httpd->says($ca, $serial) eq $word });
    is $httpd->says($ca, $serial), $word, "$name: $word, verified";
    is $httpd->everyone($ca, $serial), $word, "$name: from every process";
}
diag sprintf 'all of it was taken and verified within %.1f s', time - $start;
is $httpd->says('c2', serial_good), 'good', 'appeared: good';
is $httpd->says('a', serial_compromised), 'revoked', 'what was revoked is so still';

# R128: the certificate, of the same key, by every process
sub signers {
    my ($bodies, $missed) = $httpd->reach('badsig', $new);
    my %signer = map { signer_of($_) => 1 } @$bodies;
    return join ', ', sort(keys %signer), @$missed;
}
wait_for(TAKEN_S, sub { signers() eq 'certificate renewed' });
is signers(), 'certificate renewed', 'a renewed certificate: sent by every process';
is $httpd->says('badsig', $new), 'good', 'a renewed certificate: verified';

my $log = $httpd->log_since($mark);
like $log, qr/OCSP205: CN=OCSP Test CA $_,/, "$_: said to be published"
    for qw(a b c fresh vhost expired);
unlike $log, qr/ocsp:(?:error|crit)\] (?!.*OCSP244)/,
    'and no complaint, but that what was wrong at the start is in order';
is $httpd->issuer($_)->{LastResult}, 'ok', "server-status: issuer $_ is ok" for 0 .. 3;

# --- by whom, and by another when it is killed -------------------------------------------

# The process that refreshed last.
sub watch {
    my ($from, $since) = @_;
    my %child = map { $_ => 1 } children($from->{pid});
    my @pids = grep { $child{$_} }
        map { /\[pid (\d+)/ ? $1 : () } lines_of('OCSP205', $from->log_since($since));
    return $pids[-1];
}
my $victim = wait_for(TAKEN_S, sub { watch($killed, 0) });
ok $victim, 'one of the children refreshes';
my $killed_mark = -s $killed->{log};
$killed->kill_child($victim) if $victim;
OCSPTest::PKI::sign_crl('a', file => path('a.crl'), revoked =>
    OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', undef] } $new, $later));

# --- half of it ---------------------------------------------------------------------------

# A file that somebody writes to just now is no fault, however broken. False if the
# machine was so slow that it looked as if nobody did.
sub write_slowly {
    my ($whole) = @_;
    my ($pieces, $pause, $longest, $last) = (12, 0.25, 0, time);
    my $size = int(length($whole) / $pieces) + 1;
    open my $fh, '+<:raw', path('b.crl') or die "b.crl: $!";
    truncate $fh, 0;
    for my $n (0 .. $pieces - 1) {
        syswrite $fh, substr $whole, $n * $size, $size;
        $longest = time - $last if time - $last > $longest;
        $last    = time;
        sleep $pause if $n < $pieces - 1;
    }
    close $fh;
    return $longest < 1.2;
}

# Once more where the machine was slow. That includes httpd: who reads a file for the
# last time, because it has not changed for a while, may do so when writing begins.
my $unquiet;
for my $try (1 .. TRIES) {
    my $whole = OCSPTest::slurp(crl('b', 'b.whole', 1));
    wait_for(TAKEN_S, sub { time - (stat path('b.crl'))[10] >= SETTLED_S });
    my $slow_mark = -s $httpd->{log};
    my $smooth    = write_slowly($whole);
    $log = wait_for(TAKEN_S, sub {
        my $said = $httpd->log_since($slow_mark);
        return $said =~ /OCSP205: CN=OCSP Test CA b,/ ? $said : undef;
    }) // $httpd->log_since($slow_mark);
    $unquiet = $log =~ /OCSP206: CN=OCSP Test CA b,/;
    last if $smooth && !$unquiet;
}
like $log, qr/OCSP205: CN=OCSP Test CA b,/, 'written slowly: taken when it was whole';
ok !$unquiet, 'written slowly: no complaint before' or diag $log;
is $httpd->says('b', $new), 'revoked', 'written slowly: never anything but right';

# --- the others -----------------------------------------------------------------------------

is $off->says('c1', $new), 'good', 'OCSPRefresh off: nothing is taken';
unlike $off->log_since(0), qr/OCSP205.*OCSP205/s, 'OCSPRefresh off: nor read';
ok defined($off->graceful), 'OCSPRefresh off: graceful';
is $off->says('c1', $new), 'revoked', 'OCSPRefresh off: then it is';

my $wanted = wait_for(TAKEN_S, sub {
    $small->log_since(0) =~ /OCSP206: CN=OCSP Test CA b,.*OCSPTableSize to at least (\d+\w)\b/
        ? $1 : undef;
});
ok $wanted, 'outgrown OCSPTableSize: the size to set is said'
    or diag $small->log_since(0);
my @complaints = grep { /CN=OCSP Test CA b,/ } lines_of('OCSP206', $small->log_since(0));
is scalar @complaints, 1, 'outgrown OCSPTableSize: once' or diag join "\n", @complaints;
is $small->says('b', serial_compromised), 'revoked', 'outgrown OCSPTableSize: still revoked';
is $small->says('b', serial_good), 'good', 'outgrown OCSPTableSize: still good';
like $small->issuer(1)->{LastResult}, qr/^failed: .*OCSPTableSize/,
    'outgrown OCSPTableSize: server-status says why';
is $small->says('a', $new), 'revoked', 'outgrown OCSPTableSize: the others are refreshed';
$small->configure('OCSPTableSize ' . ($wanted // '64m') . "\n$two");
ok defined($small->graceful), 'the size that was said: graceful';
ok wait_for(TAKEN_S, sub { $small->says('b', sprintf '7A%038X', $count) eq 'revoked' }),
    'the size that was said: taken';

# --- nothing changes ------------------------------------------------------------------------

# Octets that each of the children has read; undef: this system does not say.
sub octets_read {
    my %octets;
    for my $pid (children($_[0]->{pid})) {
        my $text = eval { OCSPTest::slurp("/proc/$pid/io") } // '';
        $octets{$pid} = $1 if $text =~ /^rchar: (\d+)/m;
    }
    return %octets ? \%octets : undef;
}

# How many more than before, in all.
sub octets_since {
    my ($before, $after) = @_;
    return sum0 map { $after->{$_} - ($before->{$_} // 0) } keys %$after;
}
my $size = -s path('broken.crl'); # the smaller one
ok wait_for(TAKEN_S, sub { $small->log_since(0) =~ /OCSP206: CN=OCSP Test CA fresh,/ }),
    'a large broken one: said';
my $small_mark = -s $small->{log};
# once more, when they have been as they are for a while; but then no more
my ($before, $during);
my $rests = wait_for(TAKEN_S, sub {
    $before = octets_read($small);
    sleep QUIET_S;
    $during = octets_read($small);
    return !defined $before || octets_since($before, $during) < $size;
});
unlike $small->log_since($small_mark), qr/OCSP20[56]/, 'nothing changes: nothing is said';
if (defined $before) {
    ok $rests, 'nothing changes: no file is read again, nor a broken one'
        or diag octets_since($before, $during), ' octets were read';
    $many{$later} = ['261101000000Z', undef];
    OCSPTest::PKI::sign_crl('b', file => $big,
        revoked => OCSPTest::PKI::revoked_and(%many));
    ok wait_for(TAKEN_S, sub { $small->says('b', $later) eq 'revoked' }),
        'and then it does: taken';
    cmp_ok octets_since($during, octets_read($small)), '>=', $size,
        'and then it does: read';
}

# --- another took over ----------------------------------------------------------------------

ok wait_for(TAKEN_S, sub { $killed->says('a', $later) eq 'revoked' }),
    'the process that refreshed was killed: taken all the same';
isnt watch($killed, $killed_mark), $victim, 'by another one';
ok wait_for(TAKEN_S, sub { children($killed->{pid}) >= 3 }), 'and there are as many as before';

for my $one ($httpd, $off, $small, $killed) {
    ok $one->stop, "$one->{name}: ends when told to";
    unlike $one->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$one->{name}: no process was lost, but the one";
}
done_testing;
