# OCSPPreproduce: what is asked for is signed anew before it is due, what has become
# revoked before it is asked for again, and for "all" whatever the tables list; so
# requests find it, and none of them pays for a signature.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Quick;

use constant {
    TAKEN_S => OCSPTest::Httpd::PATIENT_S, # until a change must be seen
    LEFT_S  => 360, # what is left of a response that may still be said
    BRIEF_S => 20,  # how long it may, besides, where OCSPNextUpdate is LEFT_S + BRIEF_S
    OFTEN   => 100, # asked for so often, it is hot for many a renewal
    MANY    => 100, # certificates, for which the least cache has no room
};

my $dir = scratch_dir('preproduce');

sub crl {
    my ($ca, @more) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.crl", revoked =>
        OCSPTest::PKI::revoked_and(map { $_ => ['261101000000Z', 'keyCompromise'] } @more));
    return "$dir/$ca.crl";
}

# The database of an index: of these serial numbers, and which of them are revoked.
sub index_of {
    my ($file, $serials, %revoked) = @_;
    OCSPTest::PKI::spew("$dir/$file", join '', map {
        join("\t", $revoked{$_} ? 'R' : 'V', '491231235959Z',
            $revoked{$_} ? '261101000000Z' : '', $_, 'unknown', "/CN=$_") . "\n"
    } @$serials);
    return "$dir/$file";
}

# A section whose source is an index.
sub indexed {
    my ($ca, $file, @lines) = @_;
    return with($ca, qq(OCSPIndexFile "$file"), @lines) =~ s/^\s*OCSPCRLFile.*\n//mr;
}

# A section with a CRL of this suite's.
sub own {
    my ($ca, @lines) = @_;
    return with($ca, @lines) =~ s/"\S+\.crl"/"$dir\/$ca.crl"/r;
}

# first bits set and not, an octet and many
my @listed = ('01', '7F', '80', 'FF', '0100', '8000', 'A0' x 20, '5A' x 20, '7E' x 64,
    map { sprintf '70%04X', $_ } 1 .. 12);
my %revoked = map { $_ => 1 } '80', '5A' x 20, '700003';
my ($new, $turned, $asked, $unasked, $warm) = qw(4001 700005 3001 3002 3003);
my $first = index_of('vhost.index', \@listed, %revoked);
crl($_) for qw(a b expired);
OCSPTest::PKI::spew("$dir/b.pem", OCSPTest::slurp(ca('b')->{signer}));

my $httpd = OCSPTest::Httpd->start('preproduce', "OCSPRefresh 1s\n"
    . own('b', 'OCSPPreproduce hot') =~ s/"\S+\.pem"(?=\s+OCSPCertificateKeyFile)/"$dir\/b.pem"/r
    . own('expired')
    . indexed('vhost', $first, 'OCSPPreproduce all')
    . with('fresh', 'OCSPPreproduce all', 'OCSPNextUpdate ' . LEFT_S));

# --- asking --------------------------------------------------------------------------------

sub ask_at {
    my ($port, $ca, $serial, @args) = @_;
    my $request = @args ? request($ca, [$serial], @args) : quick_request($ca, $serial);
    return post($request, port => $port, path => '/')->{body};
}

sub ask { return ask_at($httpd->{port}, @_) }

sub word { return quick_word(ask(@_), @_[0, 1]) }

# How many signatures have been made, and how many requests had to wait for one.
sub signatures { return $httpd->status->{OCSPSignatures} }
sub misses     { return $httpd->status->{OCSPCacheMisses} }

# As many as there were, and more?
sub wait_for_signatures {
    my ($count) = @_;
    return wait_for(TAKEN_S, sub { signatures() >= $count });
}

# --- all -----------------------------------------------------------------------------------

ok wait_for_signatures(2 * @listed), 'all: signed without being asked for';
is signatures(), 2 * @listed, 'all: each certificate twice';
my ($before, $made) = (misses(), signatures());
for my $serial (@listed) {
    my $want = $revoked{$serial} ? 'revoked' : 'good';
    is word('vhost', $serial), $want, "all: $serial: $want";
    my $sha256 = ask('vhost', $serial, '-sha256');
    my $id     = certid('vhost', $serial, '-sha256');
    my $at     = index $sha256, $id;
    is $at < 0 ? '' : substr($sha256, $at + length $id, 1),
        $revoked{$serial} ? "\xa1" : "\x80", "all: $serial, SHA-256: $want";
}
is misses() - $before, 0, 'all: no miss: every answer had been signed before it was asked for';
is signatures() - $made, 0, 'all: and none was since';

my $signed = signatures();
index_of('vhost.index', [@listed, $new], %revoked, $turned => 1);
ok wait_for_signatures($signed + 4), 'all: an index with one more, and one revoked: signed';
is word('vhost', $new),    'good',    'all: one more: good';
is word('vhost', $turned), 'revoked', 'all: one revoked: revoked';
is misses() - $before, 0, 'all: from the cache: no miss';

# --- hot -----------------------------------------------------------------------------------

$before = misses();
is word($_, $asked), 'good', "$_: before: good" for qw(b expired);
is misses() - $before, 2, 'what nobody has asked for is not there: two misses';
($signed, $before) = (signatures(), misses());
crl($_, $asked, $unasked) for qw(b expired);
ok wait_for_signatures($signed + 1), 'hot: one revoked: signed without being asked for';
is word('b', $asked), 'revoked', 'hot: one revoked: revoked';
is misses() - $before, 0, 'hot: one revoked: from the cache: no miss';
ok wait_for(TAKEN_S, sub { $httpd->quick('expired', $unasked) eq 'revoked' }), 'off: taken';
is word('b', $unasked), 'revoked', 'hot: what nobody had asked for: revoked';
# at once: a round of its own is half a minute after the last one
($signed, $before) = (signatures(), misses());
OCSPTest::PKI::issue(ca('b'), "$dir/b.new", ca('b')->{signer_key}, 'certificate renewed',
    '0F', 'delegate');
rename "$dir/b.new", "$dir/b.pem" or die $!;
ok wait_for_signatures($signed + 1), 'hot: a renewed signer: signed without being asked for';
is misses() - $before, 0, 'hot: a renewed signer: nobody asked: no miss';
ok wait_for(TAKEN_S, sub { index(ask('b', $asked), 'certificate renewed') > 0 }),
    'hot: a renewed signer: by it';
is misses() - $before, 0, 'hot: a renewed signer: from the cache: no miss';
$before = misses();
is word('expired', $asked), 'revoked', 'off: one revoked: revoked';
is misses() - $before, 1, 'off: signed when it was asked for: one miss';

# --- what is warm ------------------------------------------------------------------------

# apart from all else, since it is signed again and again
my $brief = OCSPTest::Httpd->start('preproduce-brief', own('a', 'OCSPPreproduce hot',
    'OCSPNextUpdate ' . (LEFT_S + BRIEF_S)));
my ($warmed, $body);
sub make_warm {
    $warmed = time;
    $body   = ask_at($brief->{port}, 'a', $warm);
    ask_at($brief->{port}, 'a', $warm) for 1 .. OFTEN;
    return;
}
make_warm();

# --- what cannot be ------------------------------------------------------------------------

my $log = $httpd->log_since(0);
my @said = lines_of('OCSP241', $log);
is scalar @said, 1, 'OCSPNextUpdate too short: said' or diag $log;
like "@said", qr/fresh/, 'OCSPNextUpdate too short: of which issuer';
unlike $log, qr/OCSP240|ocsp:(?:error|crit)\]/, 'and no other complaint';

my $section = indexed('vhost', index_of('many.index', [map { sprintf '70%04X', $_ } 1 .. MANY]),
    'OCSPPreproduce all');
my $small = OCSPTest::Httpd->start('preproduce-small', "OCSPCacheSize 256k\n$section");
my $size  = wait_for(TAKEN_S, sub {
    $small->log_since(0) =~ /OCSP240: .* ${\ MANY} certificates.*set OCSPCacheSize to at least (\d+m)/
        ? $1 : undef;
});
ok $size, 'no room for all: the size to set is said' or diag $small->log_since(0);
wait_for(TAKEN_S, sub { $small->status->{OCSPSignatures} > 10 });
sleep 3;
my $status = $small->status;
ok $status->{OCSPSignatures} > 10 && $status->{OCSPSignatures} < 2 * MANY,
    "no room for all: $status->{OCSPSignatures} of ${\ (2 * MANY)} are signed";
cmp_ok $status->{OCSPCacheEvicted}, '<', $status->{OCSPCachePlaces} / 4,
    'no room for all: few drive out others';
is scalar(lines_of('OCSP240', $small->log_since(0))), 1, 'no room for all: said once';
my $mark = -s $small->{log};
$small->configure('OCSPCacheSize ' . ($size // '8m') . "\n$section");
ok defined($small->graceful), 'the size that was said: graceful';
ok wait_for(3 * TAKEN_S, sub { $small->status->{OCSPCacheEntries} >= 2 * MANY - 2 }),
    'the size that was said: all are there, but where places met';
unlike $small->log_since($mark), qr/OCSP240/, 'the size that was said: no complaint';

# --- what was warm ------------------------------------------------------------------------

# when it could not be said any more without having been renewed
my ($renewed, $late);
for my $try (1 .. 3) { # the machine may be slow
    make_warm() if $try > 1 || time > $warmed + BRIEF_S + 4;
    my $missed = $brief->status->{OCSPCacheMisses};
    sleep max(0, $warmed + BRIEF_S + 4 - time);
    $renewed = ask_at($brief->{port}, 'a', $warm);
    $late = $brief->status->{OCSPCacheMisses} - $missed;
    last if !$late;
}
is $late, 0, 'hot: what is asked for is renewed before it is';
isnt unpack('H*', $renewed), unpack('H*', $body), 'hot: renewed: it is another one';
is quick_word($renewed, 'a', $warm), 'good', 'hot: renewed: and says the same';

for my $one ($httpd, $brief, $small) {
    ok $one->stop, "$one->{name}: ends when told to";
    unlike $one->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "$one->{name}: no process was lost";
}
done_testing;
