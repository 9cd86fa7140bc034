# When data is too old to go by: nextUpdate, OCSPStaleGrace, OCSPSourceMaxAge. What
# never comes of it is good; what cannot be undone stays revoked, for an hour at a time.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir  = scratch_dir('stale');
my $hour = 3600;
my $day  = 24 * $hour;
my $now  = time;

# A CRL of CA a from so many seconds ago until so many ahead.
sub crl {
    my ($name, $since, $until) = @_;
    my $file = "$dir/$name.crl";
    OCSPTest::PKI::sign_crl('a', file => $file,
        last => OCSPTest::PKI::utc($now - $since),
        next => OCSPTest::PKI::utc($now + $until), der => 1);
    return $file;
}

# The same without nextUpdate, which no option of "openssl ca" makes.
sub endless {
    my ($name, $since) = @_;
    my $file  = crl($name, $since, $day);
    my ($crl) = der_children(OCSPTest::slurp($file));
    my ($tbs, $algorithm) = der_children($crl->{content});
    my @parts = map { $_->{element} } der_children($tbs->{content});
    splice @parts, 4, 1; # version, signature, issuer, thisUpdate, nextUpdate
    my $signed = der(0x30, @parts);
    OCSPTest::PKI::spew("$file.tbs", $signed);
    my ($status, $text) = run('openssl', 'dgst', '-sha256', '-sign', ca('a')->{key},
        '-out', "$file.sig", "$file.tbs");
    die $text if $status != 0;
    OCSPTest::PKI::spew($file, der(0x30, $signed, $algorithm->{element},
        der(0x03, "\0", OCSPTest::slurp("$file.sig"))));
    return $file;
}

# An index in which 2001 is valid and the usual ones are revoked, changed so many
# seconds ago.
sub index_of {
    my ($name, $age) = @_;
    my $file = "$dir/$name.txt";
    OCSPTest::PKI::spew($file, join '', map { "$_\tunknown\t/CN=x\n" }
        "V\t491231235959Z\t\t2001",
        "R\t491231235959Z\t260102030405Z,keyCompromise\t" . serial_compromised,
        "R\t491231235959Z\t260203040506Z,certificateHold\t" . serial_held);
    utime $now - $age, $now - $age, $file or die "$file: $!";
    return $file;
}

# Each is a file of its own: of a table that several share, server-status tells what
# was said of it when it was loaded.
my $copies = 0;

sub copy_of {
    my ($file) = @_;
    my $copy = "$file." . $copies++;
    OCSPTest::PKI::spew($copy, OCSPTest::slurp($file));
    my $changed = (stat $file)[9];
    utime $changed, $changed, $copy or die "$copy: $!";
    return $copy;
}

sub by_crl {
    my ($crl, @lines) = @_;
    my $copy = copy_of($crl);
    return with('a', @lines) =~ s/(OCSPCRLFile +)"\S+"/$1"$copy"/r;
}

sub by_index_of {
    my ($ca, $index, @lines) = @_;
    my $copy = copy_of($index);
    return with($ca, qq(OCSPIndexFile "$copy"), @lines)
        =~ s/^ *OCSPCRLFile.*\n//mr;
}

sub by_index { by_index_of('a', @_) }

my $late   = crl('late', $day, -$hour);        # past nextUpdate by an hour
my $fresh  = crl('fresh', $hour, 2 * $hour);
my $ending = crl('ending', 10 * $hour, 2 * $hour);
my $old    = endless('old', 8 * $day);
my $young  = endless('young', $day);
my $index  = index_of('index', 2 * $hour);

# name => [configuration, what is said of what is not revoked, of a hold, until when;
# LastResult of server-status]. What is revoked for good always is.
my @cases = (
    ['past nextUpdate', by_crl($late), 'tryLater', 'tryLater', undef,
        qr/\Astale: past nextUpdate\z/],
    ['past nextUpdate, OCSPStaleGrace 0', by_crl($late, 'OCSPStaleGrace 0'),
        'tryLater', 'tryLater', undef, qr/\Astale: past nextUpdate\z/],
    ['in the grace', by_crl($late, 'OCSPStaleGrace 3h'), 'good', 'revoked',
        $now + 2 * $hour, qr/\Awarning: .*OCSPStaleGrace/],
    ['past the grace', by_crl($late, 'OCSPStaleGrace 30min'), 'tryLater', 'tryLater',
        undef, qr/\Astale: past nextUpdate\z/],
    # R97
    ['a grace before nextUpdate', by_crl($fresh, 'OCSPStaleGrace 7d'), 'good',
        'revoked', $now + 2 * $hour, qr/\Aok\z/],
    ['a grace longer than an answer', by_crl($late, 'OCSPStaleGrace 366d',
        'OCSPNextUpdate 1h'), 'good', 'revoked', 'an hour', qr/\Awarning: .*OCSPStaleGrace/],
    ['a third is left', by_crl($ending), 'good', 'revoked', $now + 2 * $hour,
        qr/\Awarning: less than a third of its time is left\z/],
    # R139
    ['no nextUpdate, 8 days old', by_crl($old), 'tryLater', 'tryLater', undef,
        qr/\Astale: older than OCSPSourceMaxAge\z/],
    ['no nextUpdate, a day old', by_crl($young, 'OCSPNextUpdate 30d'), 'good',
        'revoked', $now + 6 * $day, qr/\Awarning: .*no nextUpdate/],
    ['no nextUpdate, OCSPSourceMaxAge 10d', by_crl($old, 'OCSPSourceMaxAge 10d',
        'OCSPNextUpdate 30d'), 'good', 'revoked', $now + 2 * $day,
        qr/\Awarning: .*no nextUpdate/],
    ['no nextUpdate, OCSPSourceMaxAge 12h', by_crl($young, 'OCSPSourceMaxAge 12h'),
        'tryLater', 'tryLater', undef, qr/\Astale: older than OCSPSourceMaxAge\z/],
    ['no nextUpdate, OCSPSourceMaxAge off', by_crl($old, 'OCSPSourceMaxAge off'),
        'good', 'revoked', 'half a day', qr/\Awarning: .*no nextUpdate/],
    ['nextUpdate, whatever OCSPSourceMaxAge', by_crl($fresh, 'OCSPSourceMaxAge 60'),
        'good', 'revoked', $now + 2 * $hour, qr/\Aok\z/],
    ['an index', by_index($index), 'good', 'revoked', 'half a day', qr/\Aok\z/],
    ['an index, OCSPSourceMaxAge off', by_index($index, 'OCSPSourceMaxAge off'),
        'good', 'revoked', 'half a day', qr/\Aok\z/],
    ['an index, OCSPSourceMaxAge 150min', by_index($index, 'OCSPSourceMaxAge 150min'),
        'good', 'revoked', $now + $hour / 2,
        qr/\Awarning: less than a third of its time is left\z/],
    ['an index, OCSPSourceMaxAge 1h', by_index($index, 'OCSPSourceMaxAge 1h'),
        'tryLater', 'tryLater', undef, qr/\Astale: older than OCSPSourceMaxAge\z/],
    ['a fresh CRL and an index that is too old', by_crl($fresh,
        qq(OCSPIndexFile "$index"), 'OCSPSourceMaxAge 1h'), 'tryLater', 'tryLater',
        undef, qr/\Astale: older than OCSPSourceMaxAge\z/],
    ['a fresh CRL and an index that is not', by_crl($fresh,
        qq(OCSPIndexFile "$index"), 'OCSPSourceMaxAge 150min'), 'good', 'revoked',
        $now + $hour / 2, qr/\Awarning: less than a third of its time is left\z/],
);
my %lasts = ('an hour' => $hour, 'half a day' => 12 * $hour);

my @port  = map { free_port() } @cases;
my $httpd = OCSPTest::Httpd->start('stale', "OCSPRefresh off\nOCSPCacheSize off\n"
    . join '', map { vhost($port[$_], $cases[$_][1]) } 0 .. $#cases);

for my $n (0 .. $#cases) {
    my ($name, undef, $good, $hold, $until, $result) = @{ $cases[$n] };
    # R67
    my $said = ask($port[$n], 'a', serial_good);
    is $said->{error} // $said->{status}, $good, "$name: not revoked: $good";
    if ($good eq 'good') {
        is $said->{verified}, 1, "$name: verified";
        is $said->{lasts}, $lasts{$until}, "$name: for how long" if $lasts{$until};
        is $said->{next}, $until, "$name: until when" if !$lasts{$until};
    }
    else {
        is $said->{cache}, 'no-store', "$name: an error is kept by no cache";
    }
    # R68: a hold may be lifted, what is final is said for an hour at most
    my $held = ask($port[$n], 'a', serial_held);
    is $held->{error} // $held->{status}, $hold, "$name: on hold: $hold";
    is $held->{next}, $said->{next}, "$name: on hold: until when"
        if $hold eq 'revoked' && !$lasts{$until};
    my $revoked = ask($port[$n], 'a', serial_compromised);
    is $revoked->{status}, 'revoked', "$name: revoked: revoked";
    is $revoked->{lasts}, $hour, "$name: revoked: for an hour" if $good ne 'good';
    # the last virtual host comes first
    like $httpd->issuer($#cases - $n)->{LastResult}, $result, "$name: server-status";
}

# what has ended is one error, what soon will one warning; nothing is said of the others
my $ended = grep { $_->[2] eq 'tryLater' } @cases;
my %ageing = map { $_ => 1 } 'in the grace', 'a third is left',
    'no nextUpdate, OCSPSourceMaxAge 10d', 'an index, OCSPSourceMaxAge 150min',
    'a fresh CRL and an index that is not';
is scalar(grep { $ageing{ $_->[0] } } @cases), keys %ageing, 'there are such cases';
for my $when ('at the start', 'at graceful') {
    my $log = $when eq 'at the start' ? $httpd->log_since(0) : $httpd->graceful;
    is scalar(grep { /:error\]/ } lines_of('OCSP2(?:08|13)', $log)), $ended,
        "$when: what has ended is said";
    is scalar(grep { /:warn\]/ } lines_of('OCSP230', $log)), keys %ageing,
        "$when: what ends soon is said";
    is scalar(lines_of('OCSP2(?:13|30)', $log)),
        keys(%ageing) + (grep { /:error\]/ } lines_of('OCSP213', $log)),
        "$when: and of nothing else";
    # U13: at a full start nothing newer is known of
    is scalar(grep { /:notice\] .*\Q$ending\E\.\d+ has thisUpdate / } lines_of('OCSP262', $log)),
        $when eq 'at the start' ? 1 : 0, "$when: a CRL older than a third of its time";
}

# --- levels ---------------------------------------------------------------------------

# The nearest level counts, also where a virtual host says nothing else.
my $of_late = by_crl($late);
my $of_young = by_crl($young);
my %at = map { $_ => free_port() }
    qw(silent grace none age alone off section);
my $levels = OCSPTest::Httpd->start('stale-levels', "OCSPRefresh off\nOCSPCacheSize off\n"
    . "OCSPStaleGrace 2h\nOCSPSourceMaxAge 12h\n" . $of_late
    . by_index_of('b', $index)
    . vhost($at{silent}, '')
    . vhost($at{grace}, "OCSPStaleGrace 3h\n")
    . vhost($at{none}, "OCSPStaleGrace 0\n")
    . vhost($at{age}, "OCSPSourceMaxAge 2d\n" . $of_young)
    . vhost($at{alone}, "OCSPSourceMaxAge 1h\n")
    . vhost($at{off}, "OCSPSourceMaxAge off\n" . by_crl($old))
    . vhost($at{section}, "OCSPStaleGrace 0\nOCSPSourceMaxAge 60\n"
        . by_crl($late, 'OCSPStaleGrace 4h')));
for my $case (
    ['the main server', $levels->{port}, $now + $hour],
    ['a silent host', $at{silent}, $now + $hour],
    ['a host with a grace', $at{grace}, $now + 2 * $hour],
    ['a host without a grace', $at{none}, undef],
    ['a host with an age', $at{age}, 'half a day'],
    ['a host without an age', $at{off}, 'half a day'],
    ['a section', $at{section}, $now + 3 * $hour],
) {
    my ($name, $port, $until) = @$case;
    my $said = ask($port, 'a', serial_good);
    if (!defined $until) {
        is $said->{error}, 'tryLater', "$name: tryLater";
        next;
    }
    is $said->{status}, 'good', "$name: good";
    is $said->{next}, $until, "$name: until when" if !$lasts{$until};
    is $said->{lasts}, $lasts{$until}, "$name: for how long" if $lasts{$until};
}

is $levels->says('b', serial_good, port => $at{silent}), 'good',
    'a silent host: the main server\'s age for its issuer';
is $levels->says('b', serial_good, port => $at{alone}), 'tryLater',
    'a host with an age alone: its own for the main server\'s issuer';

# --- at graceful ----------------------------------------------------------------------

# a setting counts although the files have not changed
$levels->configure("OCSPRefresh off\nOCSPCacheSize off\nOCSPStaleGrace 5h\n" . $of_late
    . vhost($at{age}, "OCSPSourceMaxAge 1h\n" . $of_young));
isnt $levels->graceful, undef, 'graceful with another grace';
is ask($levels->{port}, 'a', serial_good)->{next}, $now + 4 * $hour,
    'graceful: the new grace counts';
is $levels->says('a', serial_good, port => $at{age}), 'tryLater',
    'graceful: the new age counts';
is $levels->says('a', serial_compromised, port => $at{age}), 'revoked',
    'graceful: what is revoked stays revoked';

# --- while it runs ---------------------------------------------------------------------

# R67: a CRL that ends, in its grace and without one
OCSPTest::PKI::sign_crl('a', file => "$dir/soon.crl");
my $in_grace = free_port();
my $running = with('a') =~ s/(OCSPCRLFile +)"\S+"/$1"$dir\/soon.crl"/r;
$levels->configure("OCSPRefresh 1s\n$running"
    . vhost($in_grace, "OCSPStaleGrace 1h\n$running"));
isnt $levels->graceful, undef, 'graceful with a CRL';
my $mark; # the end of the one before is not said after it

# The next CRL, which ends in so many seconds; whether it was taken before it ended.
sub take_ending {
    my ($left_s) = @_;
    my $end = time + $left_s;
    my @t   = gmtime $end;
    my $iso = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0];
    OCSPTest::PKI::sign_crl('a', file => "$dir/soon.crl", next => OCSPTest::PKI::utc($end));
    return wait_for($left_s, sub {
        $mark = -s $levels->{log};
        return $levels->issuer(0)->{NextUpdate} eq $iso;
    }) && time < $end;
}
ok take_ending(8) || take_ending(30) || take_ending(DEADLINE_S),
    'a CRL that will end is taken before it does';
ok wait_for(2 * DEADLINE_S, sub { $levels->says('a', serial_good) eq 'tryLater' }),
    'when it has ended: tryLater';
like $levels->issuer(0)->{LastResult}, qr/\Astale: past nextUpdate\z/,
    'when it has ended: server-status';
is $levels->says('a', serial_compromised), 'revoked',
    'when it has ended: revoked stays revoked';
is $levels->says('a', serial_good, port => $in_grace), 'good', 'in its grace: good';
like $levels->issuer(1)->{LastResult}, qr/\Awarning: past nextUpdate, .*OCSPStaleGrace/,
    'in its grace: server-status';
sub said { return grep { /:error\]/ } lines_of('OCSP2(?:08|13)', $levels->log_since($mark)) }
ok wait_for(DEADLINE_S, sub { said() }), 'when it has ended: that is said';
sleep 3; # of which each is a look
my @said = said();
is scalar @said, 1, 'when it has ended: once' or diag join "\n", @said;
ok $levels->stop, 'it ends when told to';
ok $httpd->stop,  'it ends when told to';

done_testing;
