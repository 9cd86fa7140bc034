# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Ports that no other suite on this machine takes, also between the moment when one is
# chosen and that when httpd listens there.
package OCSPTest::Ports;

use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET ();

our @EXPORT = qw(free_port reserve_block);

use constant {
    LOWEST => 10_000,
    BLOCK  => 64,
};

my (@listeners, @ports);

sub can_listen {
    my ($port) = @_;
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port,
        Listen => 1);
}

# The port from which on the system gives ports to clients.
sub highest {
    my ($highest) = 32_768;
    if (open my $fh, '<', '/proc/sys/net/ipv4/ip_local_port_range') {
        my ($first) = (<$fh> // '') =~ /^(\d+)/;
        $highest = $first if defined $first && $first >= 2 * LOWEST;
    }
    return $highest;
}

# The ports behind one that this process listens at as long as it lives: other suites
# find that one taken, and leave the whole block alone.
sub reserve_block {
    my $blocks = int((highest() - LOWEST) / BLOCK);
    for (1 .. 1000) {
        my $first    = LOWEST + BLOCK * int rand $blocks;
        my $listener = can_listen($first) or next;
        push @listeners, $listener;
        return map { $first + $_ } 1 .. BLOCK - 1;
    }
    die "no port: $!";
}

# A port of such a block that nobody listens at, each only once.
sub free_port {
    while (1) {
        @ports = reserve_block() if !@ports;
        my $port = shift @ports;
        return $port if can_listen($port);
    }
}

1;
