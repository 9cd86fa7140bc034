# Delta CRLs: combined with the complete CRL that they belong to, found in a directory or
# named, at start and while httpd runs.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::X509;

my $dir = scratch_dir('delta');
mkdir "$dir/crls" or die "$dir/crls: $!";

OCSPTest::PKI::make_more(map { $_ => ['P-256', 'P-256'] } qw(found named part));

# What a certificate is, as an entry of a CRL.
my %entry = (
    final   => ['261101000000Z', 'keyCompromise'],
    hold    => ['261102000000Z', 'certificateHold'],
    removed => ['261103000000Z', 'removeFromCRL'],
);

# A CRL of CA so many seconds old: crl(CA, FILE, AGE, NUMBER, [serial => entry ...], more)
sub crl {
    my ($ca, $file, $age, $number, $entries, %opt) = @_;
    my %revoked = @$entries;
    $_ = $entry{$_} for values %revoked;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$file", number => $number,
        last => OCSPTest::PKI::utc(time - $age), revoked => \%revoked, %opt);
    return "$dir/$file";
}

sub bare { return issuer_section(@_) =~ s/^\s*OCSPCRLFile.*\n//mr }

# A section whose CRLs are these.
sub files {
    my ($ca, $line, @more) = @_;
    return bare($ca) =~ s/^<\/OCSP/join '', map({ "    $_\n" } $line, @more), '<\/OCSP'/mer;
}

sub says {
    my ($httpd, $when, $ca, %want) = @_;
    is $httpd->says($ca, $_), $want{$_}, "$when: $ca: $_ is $want{$_}"
        for sort keys %want;
    return;
}

# --- at start --------------------------------------------------------------------------

my @complete = ('01' => 'final', '02' => 'hold', '03' => 'hold', '04' => 'final');
my @delta    = ('02' => 'removed', '03' => 'final', '04' => 'removed', '07' => 'final',
    '08' => 'removed');

crl('found', 'crls/complete.crl', 5000, '0A', \@complete);
crl('found', 'crls/delta.crl', 1000, '0E', \@delta, base => '0A', der => 1);
my $named_base  = crl('named', 'complete.crl', 5000, '0A', \@complete);
my $named_delta = crl('named', 'named-delta.crl', 1000, '0E', \@delta, base => '0A');
crl('part', 'part.crl', 5000, '0A', \@complete, exts => 'step');
crl('part', 'part-delta.crl', 1000, '0E', \@delta, exts => 'step', base => '0A');

my $config = "OCSPRefresh 1s\n"
    . files('found', qq(OCSPCRLPath "$dir/crls"))
    . files('named', qq(OCSPCRLFile "$named_delta" "$named_base"))
    . files('part', qq(OCSPCRLFile "$dir/part.crl" "$dir/part-delta.crl"),
        'OCSPCRLCoverage complete');
my $httpd = OCSPTest::Httpd->start('delta', $config);
my $log   = $httpd->log_since(0);
# C5, R150-R153
says($httpd, 'a complete and a delta CRL', $_, '01' => 'revoked', '02' => 'good',
    '03' => 'revoked', '04' => 'revoked', '07' => 'revoked', '08' => 'good',
    '2001' => 'good') for qw(found named part);
unlike $log, qr/ocsp:(?:warn|error|crit)/, 'a complete and a delta CRL: nothing is logged';
is $httpd->issuer($_)->{LastResult}, 'ok', "a complete and a delta CRL: server-status: $_"
    for 0 .. 2;

# R151: the dates of a response are those of the delta CRL
my $answer = ask($httpd->{port}, 'found', '03');
is $answer->{this}, crl_of("$dir/crls/delta.crl")->{this_update},
    'R151: thisUpdate is that of the delta CRL';
is $answer->{reason}, 'keyCompromise', 'R151: the reason of a hold that became final';
is ask($httpd->{port}, 'found', '04')->{reason}, 'keyCompromise',
    'R152: no response has removeFromCRL';

# --- while httpd runs ------------------------------------------------------------------

sub becomes {
    my ($when, $ca, $serial, $want) = @_;
    return ok wait_for(60, sub { $httpd->says($ca, $serial) eq $want }),
        "$when: $ca: $serial becomes $want";
}

crl('found', 'crls/delta.crl', 900, '0F',
    ['03' => 'final', '07' => 'final', '09' => 'hold', '02' => 'removed'], base => '0A');
becomes('a newer delta CRL', 'found', '09', 'revoked');
says($httpd, 'a newer delta CRL', 'found', '02' => 'good', '07' => 'revoked');

# a new complete CRL and its delta CRL, in whichever order they come
my $mark = length $httpd->log_since(0);
crl('found', 'crls/delta.crl', 700, '13', ['0B' => 'final'], base => '12');
becomes('R155: a delta CRL before its complete CRL', 'found', '0B', 'revoked');
says($httpd, 'R155: a delta CRL before its complete CRL', 'found', '01' => 'revoked',
    '07' => 'revoked', '09' => 'revoked', '2001' => 'good');
$log = $httpd->log_since($mark);
like $log, qr/
    ocsp:error\].*OCSP220:\ CN=OCSP\ Test\ CA\ found,.*delta\.crl:\ RFC\ 5280\ section\ 5\.2\.4:
    .*CRLNumber\ 0x12\ or\ a\ newer\ one,\ and\ that\ in\ use\ has\ 0x0a/x,
    'R155: a delta CRL before its complete CRL: logged, with the numbers';
crl('found', 'crls/complete.crl', 800, '12',
    ['01' => 'final', '03' => 'final', '04' => 'final', '07' => 'final']);
becomes('then the complete CRL', 'found', '09', 'good');
says($httpd, 'then the complete CRL', 'found', '07' => 'revoked', '0B' => 'revoked',
    '2001' => 'good');
ok wait_for(60, sub { $httpd->issuer(0)->{LastResult} eq 'ok' }),
    'then the complete CRL: server-status';

# R140: the delta CRL is gone, or an older one is there
for my $case (['is gone', sub { unlink "$dir/crls/delta.crl" or die $! }],
    ['is an older one', sub { crl('found', 'crls/delta.crl', 750, '13', [], base => '12') }]) {
    my ($name, $do) = @$case;
    $do->();
    ok wait_for(60, sub { $httpd->issuer(0)->{LastResult} =~ /^failed: .*is before/ }),
        "R140: the delta CRL $name: server-status";
    says($httpd, "R140: the delta CRL $name", 'found', '0B' => 'revoked', '2001' => 'good');
}

# R157: a complete CRL with the same number as the delta CRL, as AD CS publishes them
crl('found', 'crls/complete.crl', 600, '14', ['01' => 'final', '0B' => 'final']);
crl('found', 'crls/delta.crl', 600, '14', [], base => '12');
becomes('R157: both are new, with one number', 'found', '07', 'good');
says($httpd, 'R157: both are new, with one number', 'found', '0B' => 'revoked');
ok wait_for(60, sub { $httpd->issuer(0)->{LastResult} eq 'ok' }),
    'R157: both are new, with one number: server-status';

# a graceful restart keeps what is there
$log = $httpd->graceful;
unlike $log, qr/ocsp:(?:warn|error|crit)/, 'a graceful restart: nothing is logged';
says($httpd, 'a graceful restart', 'named', '02' => 'good', '03' => 'revoked',
    '2001' => 'good');
ok $httpd->stop, 'it ends when told to';

# --- at start, without what is needed --------------------------------------------------

unlink "$dir/crls/complete.crl" or die $!;
crl('found', 'crls/delta.crl', 500, '15', ['07' => 'final', '08' => 'hold'],
    base => '14');
crl('named', 'complete.crl', 5000, '09', \@complete);
my $lacking = OCSPTest::Httpd->start('delta-lacking', $config);
$log = $lacking->log_since(0);
says($lacking, 'R155: a delta CRL alone', 'found', '07' => 'revoked', '08' => 'revoked',
    '01' => 'tryLater', '2001' => 'tryLater');
like $log, qr/ocsp:error\].*OCSP220: CN=OCSP Test CA found,.*no complete CRL with the same/,
    'R155: a delta CRL alone: logged';
says($lacking, 'R155: a complete CRL that is too old', 'named', '01' => 'revoked',
    '07' => 'revoked', '03' => 'revoked', '02' => 'revoked', '2001' => 'tryLater');
like $log, qr/ocsp:error\].*OCSP220: CN=OCSP Test CA named,.*CRLNumber 0x0a or a newer one/,
    'R155: a complete CRL that is too old: logged';
like $log, qr/ocsp:warn\].*OCSP208: CN=OCSP Test CA named,.*put the CA's newest complete CRL/,
    'R155: a complete CRL that is too old: what comes of it, and the remedy';
is $lacking->issuer($_)->{Answered}, 0, "R155: server-status: not answered: $_" for 0, 1;
says($lacking, 'beside them', 'part', '07' => 'revoked', '2001' => 'good');
ok $lacking->stop, 'it ends when told to';

# R156: the delta CRL has expired, the complete one has not
crl('named', 'complete.crl', 5000, '0A', \@complete);
crl('named', 'named-delta.crl', 4000, '0E', \@delta, base => '0A',
    next => OCSPTest::PKI::utc(time - 100));
my $stale = OCSPTest::Httpd->start('delta-stale', $config);
says($stale, 'R156: an expired delta CRL', 'named', '01' => 'revoked', '07' => 'revoked',
    '03' => 'revoked', '02' => 'tryLater', '2001' => 'tryLater');
like $stale->log_since(0), qr/OCSP208: CN=OCSP Test CA named,.*named-delta\.crl: .*expired at/,
    'R156: an expired delta CRL: which one is logged';
ok $stale->stop, 'it ends when told to';

done_testing;
