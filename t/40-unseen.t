# Data without an end of its own ends when nobody can look at it any more: an index that
# is gone, and OCSPNextUpdate 60s. Nothing that was signed or remembered outlasts it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

use constant HOLDS => 60; # OCSPNextUpdate; no less can be configured

my $dir   = scratch_dir('unseen');
my $index = "$dir/index.txt";
my $rows  = join '', map { "$_\tunknown\t/CN=x\n" }
    "V\t491231235959Z\t\t2001",
    "R\t491231235959Z\t260102030405Z,keyCompromise\t" . serial_compromised,
    "R\t491231235959Z\t260203040506Z,certificateHold\t" . serial_held;
OCSPTest::PKI::spew($index, $rows);

my %at = map { $_ => free_port() } qw(both crl);
my $by_index = with('a', qq(OCSPIndexFile "$index")) =~ s/^ *OCSPCRLFile.*\n//mr;
my $text = 'OCSPNextUpdate ' . HOLDS . "s\n" . $by_index
    . vhost($at{both}, with('a', qq(OCSPIndexFile "$index")))
    . vhost($at{crl}, with('a'));
my $httpd = OCSPTest::Httpd->start('unseen', "OCSPRefresh 1s\n$text");

# --- while the index is there -------------------------------------------------------------

my $ask = sub { my ($name, $serial) = @_; return ask($at{$name} // $httpd->{port}, 'a', $serial) };
for my $name (qw(index both crl)) {
    is $ask->($name, serial_good)->{status}, 'good', "$name: good";
    is $ask->($name, serial_held)->{status}, 'revoked', "$name: on hold";
    is $ask->($name, serial_compromised)->{status}, 'revoked', "$name: revoked";
}
# looks go on, and so does the end
my $first = $ask->('index', serial_good)->{next};
ok wait_for(20, sub { $ask->('index', serial_good)->{next} > $first + 2 }),
    'each look moves the end on';

# --- when it is gone ------------------------------------------------------------------------

unlink $index or die "$index: $!";
# a look that began before has its time from before
my $last = time;
my $end = 0; # as the answers say
my (%asked, %late, %never);
ok wait_for(HOLDS + 60, sub {
    my $waiting = 0;
    for my $name (qw(index both)) {
        for my $serial (serial_good, serial_held) {
            my $said = $ask->($name, $serial);
            $waiting += !defined $said->{error};
            $asked{$name}++ if defined $said->{status};
            $end = $said->{next} if $serial eq serial_good && ($said->{next} // 0) > $end;
            $late{"$name: until $said->{next}"}++
                if defined $said->{status} && $said->{next} > $last + HOLDS;
        }
        my $said = $ask->($name, serial_compromised);
        $never{$name}++ if ($said->{status} // '') ne 'revoked';
    }
    return $waiting == 0;
}), 'the last look ends: tryLater';
cmp_ok time, '>=', $end, 'not before its time';
cmp_ok $end, '>', $last + HOLDS / 2, 'which OCSPNextUpdate says';
is join(', ', %late), '', 'no answer holds for longer than the last look allows';
is join(', ', %never), '', 'what is revoked for good was revoked all the time';
ok $asked{$_}, "$_: it was answered until then" for qw(index both);
for my $name (qw(index both)) {
    is $ask->($name, serial_good)->{error}, 'tryLater', "$name: not revoked: tryLater";
    is $ask->($name, serial_good)->{cache}, 'no-store', "$name: which no cache keeps";
    is $ask->($name, serial_held)->{error}, 'tryLater', "$name: on hold: tryLater";
}
is $ask->('crl', serial_good)->{status}, 'good', 'a CRL has its own end: good';
is $ask->('crl', serial_good)->{lasts}, HOLDS, 'for as long as ever';
my $is = $httpd->issuer(2);
like $is->{LastResult}, qr/\Afailed: .*; clients get tryLater, since earlier data expired at \d/,
    'server-status says that it cannot be read, and what clients get'; # U5
is "$is->{LastResultOK} $is->{Answered}", '0 0', 'server-status: and in numbers';
cmp_ok $is->{DataEndsIn}, '<=', 0, 'server-status: the data has ended';

# --- when it is there again -----------------------------------------------------------------

ok wait_for(60, sub { 2 == (() = $httpd->log_since(0) =~ /ocsp:error\] .*OCSP213: /g) }),
    'the end of the data is logged, for both';
OCSPTest::PKI::spew($index, $rows);
for my $name (qw(index both)) {
    ok wait_for(30, sub { ($ask->($name, serial_good)->{status} // '') eq 'good' }),
        "$name: it can be read again: good";
    is $ask->($name, serial_held)->{status}, 'revoked', "$name: on hold again";
}
# the end of an error is logged as an error, or LogLevel warn would not show it (U5)
for my $tag (qw(OCSP244 OCSP260)) {
    ok wait_for(30, sub { $httpd->log_since(0) =~ /ocsp:error\] .*$tag: / }),
        "it can be read again: $tag in the log";
}

# --- where looks are rare ---------------------------------------------------------------------

# data would end between two of them, if it were not for OCSPNextUpdate
$httpd->configure("OCSPRefresh 1d\n$text");
isnt $httpd->graceful, undef, 'graceful with a look a day';
OCSPTest::PKI::spew($index, "${rows}R\t491231235959Z\t260203040506Z\t2002\tunknown\t/CN=x\n");
ok wait_for(HOLDS + 60, sub { ($ask->('index', '2002')->{status} // '') eq 'revoked' }),
    'a look a day: more often, for OCSPNextUpdate: what is revoked arrives';
# three looks in that time, and what a slow machine takes
ok wait_for(HOLDS, sub { $ask->('index', serial_good)->{lasts} > HOLDS - HOLDS / 3 - 3 }),
    'a look a day: good for OCSPNextUpdate, nearly';

# --- where there are none ----------------------------------------------------------------------

$httpd->configure("OCSPRefresh off\n$text");
isnt $httpd->graceful, undef, 'graceful without looks';
unlink $index or die "$index: $!";
sleep 2;
is $ask->('index', serial_good)->{lasts}, HOLDS, 'OCSPRefresh off: good for OCSPNextUpdate';
ok $httpd->stop, 'it ends when told to';
done_testing;
