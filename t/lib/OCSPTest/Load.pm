# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Requests without a pause, one connection each, while a suite does something to
# httpd. In turn with each goes a control, server-status, which the module does not
# answer: what httpd itself loses at a restart is no fault of the module's.
package OCSPTest::Load;

use strict;
use warnings;
use OCSPTest qw(certid der http ocsp_status oracle post request serial_compromised
    serial_good);
use OCSPTest::Turns;
use POSIX ();
use Time::HiRes qw(time);

use constant SAMPLE_S => 0.3; # how often a client keeps an answer

# The octets of an answer, by their words (RFC 6960 section 4.2.1).
my %octets = (
    good    => der(0x80),
    revoked => der(0xa1, der(0x18, '20260102030405Z'),
        der(0xa0, der(0x0a, "\1"))),
);

# start(PORT, [CAs], clients =>, path => '/', verify => {CA => [arguments of openssl
# ocsp]})
sub start {
    my ($class, $port, $cas, %opt) = @_;
    my @questions;
    for my $ca (@$cas) {
        push @questions, map { {
            ca => $ca, serial => $_->[0], word => $_->[1],
            der  => request($ca, [$_->[0]]),
            must => certid($ca, $_->[0]) . $octets{ $_->[1] },
        } } [serial_good, 'good'], [serial_compromised, 'revoked'];
    }
    my $self = bless { port => $port, questions => \@questions,
        path => $opt{path} // '/', verify => $opt{verify} // {} }, $class;
    my $clients = $opt{clients} // 2;
    $self->{turns}   = OCSPTest::Turns->new($clients);
    $self->{clients} = [map { $self->fork_client($_) } 1 .. $clients];
    return $self;
}

# Wait until each client has asked all of its questions so many times more; false if
# that took too long.
sub wait_for_rounds {
    my ($self, $rounds) = @_;
    return $self->{turns}->wait_for_more($rounds * @{ $self->{questions} });
}

sub fork_client {
    my ($self, $id) = @_;
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $in;
        $self->run_client($id, $out);
        close $out;
        POSIX::_exit(0); # no END block of Test::More
    }
    close $out;
    return { pid => $pid, in => $in };
}

# Ask until told to stop; then say what came of it, one line a thing.
sub run_client {
    my ($self, $id, $out) = @_;
    my ($stop, $sampled, $turn) = (0, 0, 3 * $id);
    my (%count, @lines);
    local $SIG{TERM} = sub { $stop = 1 };
    while (!$stop) {
        my $q   = $self->{questions}[ $turn++ % @{ $self->{questions} } ];
        my $res = eval { post($q->{der}, port => $self->{port},
            path => $self->{path}) };
        my $whole = $res && $res->{code} == 200
            && length $res->{body} == ($res->{headers}{'content-length'}[0] // -1);
        my $right = $whole && index($res->{body}, $q->{must}) >= 0;
        $count{ ($right ? 'right' : $whole ? 'wrong' : 'failed') . " $q->{ca}" }++;
        push @lines, "trouble $q->{ca} $q->{serial}: "
            . ($whole ? 'OCSP status ' . ocsp_status($res->{body}) : $@ || 'cut off')
            if !$right && @lines < 20;
        if ($right && time - $sampled > SAMPLE_S) {
            push @lines, "sample $q->{ca} $q->{serial} $q->{word} "
                . unpack 'H*', $res->{body};
            $sampled = time;
        }
        $res = eval {
            http('GET', '/server-status?auto', port => $self->{port});
        };
        $count{'control failed'}++ if !$res || $res->{body} !~ /^Scoreboard/m;
        $self->{turns}->add($id);
    }
    print {$out} "count $_ $count{$_}\n" for keys %count;
    print {$out} map { s/\s+\z//r . "\n" } @lines;
    return;
}

# End it: {right => {CA => n}, wrong =>, failed =>, control => (failed), unverified
# =>, verified =>, trouble => [...]}.
sub stop {
    my ($self) = @_;
    my %sum = (wrong => 0, failed => 0, control => 0, unverified => 0,
        verified => 0, trouble => [], right => {});
    my %text;
    my $clients = delete $self->{clients} // [];
    kill 'TERM', map { $_->{pid} } @$clients;
    for my $client (@$clients) {
        while (defined(my $line = readline $client->{in})) {
            $sum{right}{$1} += $2 if $line =~ /\Acount right (\S+) (\d+)/;
            $sum{$1} += $2 if $line =~ /\Acount (wrong|failed|control) \S+ (\d+)/;
            push @{ $sum{trouble} }, $1 if $line =~ /\Atrouble (.*)/;
            my ($ca, $serial, $word, $hex) = $line =~ /\Asample (\S+) (\S+) (\S+) (\S+)/
                or next;
            # the same octets often come from the cache: openssl looks at them once
            my $text = $text{"$ca $serial $hex"} //= oracle(pack('H*', $hex), $ca,
                [$serial], @{ $self->{verify}{$ca} // [] });
            my $ok = $text =~ /^Response verify OK$/m && $text =~ /^0x$serial: $word$/m;
            $sum{ $ok ? 'verified' : 'unverified' }++;
            push @{ $sum{trouble} }, "$ca $serial: $text" if !$ok;
        }
        waitpid $client->{pid}, 0;
    }
    return \%sum;
}

# A suite that dies leaves none behind.
sub DESTROY {
    my ($self) = @_;
    kill 'TERM', map { $_->{pid} } @{ $self->{clients} // [] };
    return;
}

1;
