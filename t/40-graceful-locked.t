# A graceful restart while another process is writing status tables, and is stopped in
# the middle of it (SIGSTOP). The parent must not write beside it: a CA that is new with
# the restart answers tryLater, those of before answer as before. When the writer goes on
# or is killed, the new CA is answered for, without another restart, and no table is
# damaged.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Debian;
use OCSPTest::Httpd;

use constant {
    WAIT_S  => 60,
    ENTRIES => 1_000_000,
    HELD_S  => 4, # for which the new processes look in vain
};
my $dir = scratch_dir('graceful-locked');

# How each CA that is there answers; the large one by its number of entries.
sub answers {
    my ($httpd, $when, @cas) = @_;
    for my $ca (@cas) {
        is $httpd->says($ca, serial_good), 'good', "$when: $ca: good";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked";
    }
    return;
}

sub ask_word {
    my ($httpd, $ca, $serial) = @_;
    my $said = ask_among_others($httpd->{port}, $ca, $serial);
    return $said->{error} // $said->{status};
}

my $generation = 1;
for my $case (['goes on', 'CONT'], ['is killed', 'KILL']) {
    my ($how, $signal) = @$case;
    my $entries  = ENTRIES + 1000 * $generation;
    my $long_crl = long_crl($dir, $entries, $generation++);
    my $text = "OCSPRefresh 1s\n" . long_section($dir) . issuer_section('a')
        . issuer_section('b');
    my $httpd = debian_start('graceful-locked', $text);
    ok wait_for(WAIT_S, sub { ($httpd->issuer(0)->{Entries} // 0) == $entries }),
        "a writer that $how: at the start: the large CRL is loaded";
    answers($httpd, "a writer that $how: at the start", 'a', 'b');
    $entries += 1000;
    long_crl($dir, $entries, $generation++);
    my $writer = hold($httpd->{pid}, $long_crl, WAIT_S);
    ok $writer, "a writer that $how: stopped while it reads the large CRL"
        or BAIL_OUT('no process was seen to read it');

    my $mark = -s $httpd->{log};
    $httpd->configure($text . issuer_section('fresh'));
    kill 'USR1', $httpd->{pid} or die $!;
    ok wait_for(WAIT_S, sub { $httpd->log_since($mark) =~ /resuming normal operations/ }),
        "a writer that $how: graceful";
    sleep HELD_S;
    is ask_word($httpd, 'fresh', serial_good), 'tryLater',
        "a writer that $how: held: nothing is written for the new CA";
    for my $ca (qw(a b)) {
        is ask_word($httpd, $ca, serial_good), 'good', "a writer that $how: held: $ca: good";
        is ask_word($httpd, $ca, serial_compromised), 'revoked',
            "a writer that $how: held: $ca: revoked";
    }

    push @{ $httpd->{killed} }, $writer if $signal eq 'KILL';
    kill $signal, $writer;
    ok wait_for(WAIT_S, sub { $httpd->quick('fresh', serial_good) eq 'good' }),
        "a writer that $how: the new CA is answered for";
    ok wait_for(WAIT_S, sub { ($httpd->issuer(0)->{Entries} // 0) == $entries }),
        "a writer that $how: the large CRL is loaded";
    answers($httpd, "a writer that $how: in the end", qw(a b fresh));
    ok $httpd->stop, "a writer that $how: httpd ends when told to";
    unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
        "a writer that $how: no other process was lost";
}
done_testing;
