# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Clients that do without a pause what a suite tells them, each in a process and over
# a kept-alive connection of its own, and what they counted.
package OCSPTest::Crowd;

use strict;
use warnings;
use parent 'OCSPTest::Swarm';
use POSIX ();

# start(PORT, CODE...): each is called again and again, as a method of its client,
# until the crowd is told to stop.
sub start {
    my ($class, $port, @codes) = @_;
    my $self = bless { port => $port, codes => \@codes }, $class;
    $self->start_clients(scalar @codes);
    return $self;
}

# --- within a client --------------------------------------------------------------------

# The answer to these octets; undef: none, which is counted as "failed".
sub answer {
    my ($self, $bytes) = @_;
    my ($res, $why) = $self->ask($self->{state}, $bytes);
    return $res if $res;
    $self->count('failed');
    $self->trouble($why);
    return undef;
}

sub count {
    my ($self, $name, $n) = @_;
    $self->{state}{count}{$name} += $n // 1;
    return;
}

# Said of the first ones only.
sub trouble {
    my ($self, $text) = @_;
    push @{ $self->{trouble} }, $text =~ s/\s+/ /gr if @{ $self->{trouble} } < 20;
    return;
}

sub run_client {
    my ($self, $out, $id) = @_;
    my $stop = 0;
    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    $self->{id}      = $id;
    $self->{trouble} = [];
    $self->{state}   = { count => {} };
    my $code = $self->{codes}[$id - 1];
    while (!$stop) {
        $code->($self);
        $self->{turns}->add($id);
    }
    my $count = $self->{state}{count};
    print {$out} map { "count $_ $count->{$_}\n" } sort keys %$count;
    print {$out} map { "trouble $_\n" } @{ $self->{trouble} };
    return;
}

# --- all of them --------------------------------------------------------------------------

# End it: {what was counted => sum, trouble => [...]}, failed and closed among it.
sub stop {
    my ($self) = @_;
    my %sum = (failed => 0, closed => 0, trouble => []);
    my $clients = delete $self->{clients} // [];
    kill 'TERM', map { $_->{pid} } @$clients;
    for my $client (@$clients) {
        while (defined(my $line = readline $client->{in})) {
            $sum{$1} += $2 if $line =~ /\Acount (\w+) (\d+)/;
            push @{ $sum{trouble} }, $1 if $line =~ /\Atrouble (.*)/;
        }
        waitpid $client->{pid}, 0;
        push @{ $sum{trouble} }, "a client ended with $?" if $?;
    }
    return \%sum;
}

1;
