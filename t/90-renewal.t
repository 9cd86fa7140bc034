# Requests without a pause while signers and CA certificates are renewed and break,
# with a graceful restart for each: no answer is wrong, none is lost, each fault is
# one line of the log, and whom it concerns goes on with what was good.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Load;
use OCSPTest::Response;

my $dir = OCSPTest::vars()->{t_logs} . '/renewal-load';
mkdir $dir or die "$dir: $!";
my @cas = qw(a b c1 c2 fresh vhost);

# Its own copies, which may change while it runs.
my %file;
for my $ca (@cas) {
    for my $kind (qw(cert signer signer_key)) {
        my $from = ca($ca)->{$kind};
        $from = ca($ca)->{ $kind eq 'signer' ? 'cert' : 'key' } if !-e $from;
        $file{$ca}{$kind} = "$dir/$ca.$kind";
        put($ca, $kind, OCSPTest::slurp($from));
    }
}

sub put {
    my ($ca, $kind, $content) = @_;
    my $file = $file{$ca}{$kind};
    OCSPTest::PKI::spew($file, $content);
    chmod 0600, $file or die "$file: $!";
    return;
}

my ($old, $new) = ("$dir/c2.old", "$dir/c2.signer");
OCSPTest::PKI::issue(ca('c2'), $old, $file{c2}{signer_key}, 'old', '0E', 'delegate');
my $text = join '', map { issuer_section($_, %{ $file{$_} }) } @cas;
# c2 has a second certificate for its key
$text =~ s/(?=OCSPCertificateFile +"\Q$new\E")/OCSPCertificateFile "$old"\n/;

my $httpd = OCSPTest::Httpd->start('renewal-load', $text);
my $load  = OCSPTest::Load->start($httpd->{port}, \@cas, clients => 3);
my @at = (port => $httpd->{port}, path => '/');

# what happens, a line that the log then has, and who signs afterwards for whom
my $key = OCSPTest::slurp($file{fresh}{signer_key});
my $ca  = OCSPTest::slurp($file{vhost}{cert});
my $now = int time;
for my $case (
    ['nothing', sub { }, undef, a => 'Responder of a'],
    ['a new certificate, the old key', sub {
        OCSPTest::PKI::issue(ca('a'), $file{a}{signer}, $file{a}{signer_key},
            'certificate renewed', '0F', 'delegate');
    }, undef, a => 'certificate renewed'],
    ['a new key and certificate', sub {
        OCSPTest::PKI::make_key($file{b}{signer_key}, 'P-256');
        chmod 0600, $file{b}{signer_key};
        OCSPTest::PKI::issue(ca('b'), $file{b}{signer}, $file{b}{signer_key},
            'key renewed', '0F', 'delegate');
    }, undef, b => 'key renewed'],
    ['one of two signers has expired', sub {
        OCSPTest::PKI::issue_dated(ca('c2'), $old, $file{c2}{signer_key}, 'old',
            $now - 9 * 86400, $now - 86400);
    }, qr/OCSP216: .*\Q$old\E/, c2 => 'Responder of c2'],
    ['and is removed', sub {
        $httpd->configure($text =~ s/OCSPCertificateFile "\Q$old\E"\n//r);
    }, undef, c2 => 'Responder of c2'],
    ['a deleted key', sub { unlink $file{fresh}{signer_key} or die $! },
        qr/OCSP2\d\d: .*\Q$file{fresh}{signer_key}\E/, fresh => 'Responder of fresh'],
    ['which comes back', sub { put('fresh', 'signer_key', $key) }, undef,
        fresh => 'Responder of fresh'],
    ['a CA certificate becomes rubbish', sub { put('vhost', 'cert', "rubbish\n") },
        qr/OCSP201: .*\Q$file{vhost}{cert}\E/, vhost => 'Responder of vhost'],
    ['and is good again', sub { put('vhost', 'cert', $ca) }, undef,
        vhost => 'Responder of vhost'],
    ['a key half written', sub {
        put('c1', 'signer_key', substr OCSPTest::slurp(ca('c1')->{key}), 0, 90);
    }, qr/OCSP2\d\d: .*\Q$file{c1}{signer_key}\E/, c1 => 'none'],
    ['and whole', sub {
        put('c1', 'signer_key', OCSPTest::slurp(ca('c1')->{key}));
    }, undef, c1 => 'none'],
) {
    my ($name, $do, $line, $whose, $signer) = @$case;
    $do->();
    my $log = $httpd->graceful;
    ok defined $log, "$name: graceful";
    my @lines = drop_second(grep { /ocsp:(?:warn|error|crit)\]/ && !/OCSP266/ }
        split /\n/, $log // '');
    is scalar @lines, $line ? 1 : 0, "$name: as many complaints as there are faults"
        or diag join "\n", @lines;
    like $lines[0] // '', $line, "$name: the file is named" if $line;
    ok $load->wait_for_rounds(2), "$name: under load";
    is $httpd->says($whose, serial_good), 'good', "$name: $whose: good";
    is signer_of(post(request($whose, [serial_good]), @at)->{body}), $signer,
        "$name: $whose: who signs";
}

my $sum = $load->stop;
diag $_ for @{ $sum->{trouble} };
diag sprintf '%d answers, %d failed, %d of the control failed, %d wrong, %d verified',
    sum0(values %{ $sum->{right} }), @$sum{qw(failed control wrong verified)};
is $sum->{wrong}, 0, 'no answer is wrong';
cmp_ok $sum->{failed}, '<=', $sum->{control},
    'no more requests fail than without the module';
# eleven times, two rounds of two questions by each of three clients
cmp_ok $sum->{right}{$_} // 0, '>=', 11 * 2 * 2 * 3, "$_ was answered all the time"
    for @cas;
is $sum->{unverified}, 0, 'what was looked at verifies';
cmp_ok $sum->{verified}, '>=', 3, 'and of each client one at least was';
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer/, 'no process was lost';
done_testing;
