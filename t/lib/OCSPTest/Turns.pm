# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# How often each of several client processes has had its turn, so that a suite can
# wait until they have done something instead of for a time in which they would.
package OCSPTest::Turns;

use strict;
use warnings;
use File::Temp ();
use OCSPTest qw(wait_for);

# That may take minutes where the machine is busy; a server that answers nobody is
# found by it.
use constant PATIENT_S => 300;

# new(COUNT): for the clients 1 to COUNT
sub new {
    my ($class, $count) = @_;
    my $dir = File::Temp->newdir('ocspturns-XXXXXX', TMPDIR => 1);
    return bless { dir => $dir, ids => [1 .. $count], owner => $$ }, $class;
}

# A client calls this at the end of each turn.
sub add {
    my ($self, $id) = @_;
    if (!$self->{fh}) {
        open $self->{fh}, '>>', "$self->{dir}/$id" or die "$self->{dir}/$id: $!";
    }
    syswrite $self->{fh}, '.';
    return;
}

# The turns of each client so far.
sub counts {
    my ($self) = @_;
    return map { -s "$self->{dir}/$_" // 0 } @{ $self->{ids} };
}

# Wait until each client has begun and ended so many turns from now on. False if that
# took too long.
sub wait_for_more {
    my ($self, $more) = @_;
    # the turn that is under way began before
    my @want = map { $_ + $more + 1 } $self->counts;
    return wait_for(PATIENT_S, sub {
        my @now = $self->counts;
        return !grep { $now[$_] < $want[$_] } 0 .. $#want;
    });
}

1;
