# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Other servers that a suite starts in front of httpd. Each is a child of the suite, in
# the foreground, and ends with it.
package OCSPTest::Proxy;

use strict;
use warnings;
use IO::Socket::INET ();
use OCSPTest qw(DEADLINE_S wait_for);
use POSIX qw(WNOHANG);

# The program by this name, or undef.
sub program {
    my ($name) = @_;
    my ($found) = grep { -x } map { "$_/$name" } split /:/, $ENV{PATH};
    return $found;
}

# start(LOG, PORT, PROGRAM, ARGUMENT...): run it, with its output in that file.
sub start {
    my ($class, $log, $port, $program, @args) = @_;
    my $self = bless { log => $log, port => $port, owner => $$,
        quit => scalar $program =~ m{/nginx\z} }, $class;
    $self->{pid} = fork // die "fork: $!";
    if (!$self->{pid}) {
        # t/bin/need unpacks programs together with their libraries
        $ENV{LD_LIBRARY_PATH} = join ':', glob "$1/usr/lib/*"
            if $program =~ m{^(.+)/usr/sbin/};
        open STDIN, '<', '/dev/null' or POSIX::_exit(126);
        open STDOUT, '>', $log or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec {$program} $program, @args or POSIX::_exit(127);
    }
    return $self;
}

# Wait until it listens. Dies if it ends before.
sub ready {
    my ($self) = @_;
    my $ended;
    my $listens = wait_for(DEADLINE_S, sub {
        $ended = waitpid $self->{pid}, WNOHANG;
        return $ended || IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $self->{port});
    });
    return $self if $listens && !$ended;
    delete $self->{pid} if $ended;
    die 'not listening: ' . OCSPTest::slurp($self->{log});
}

# True if it ended when told to, with status 0. QUIT gives nginx's processes as much time
# as they need; a second after TERM it kills them.
sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return 0;
    kill $self->{quit} ? 'QUIT' : 'TERM', $pid;
    my $ended = wait_for(DEADLINE_S, sub { waitpid $pid, WNOHANG });
    return $ended && $? == 0;
}

sub DESTROY {
    my ($self) = @_;
    $self->stop if $self->{pid} && $self->{owner} == $$;
    return;
}

1;
