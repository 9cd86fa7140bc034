# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Another httpd than the one under test, with a configuration of the suite's own
# that may change while it runs.
package OCSPTest::Httpd;

use strict;
use warnings;
use OCSPTest qw(MALFORMED INTERNAL_ERROR TRY_LATER UNAUTHORIZED children config
    free_port http ocsp_status oracle post request run wait_for);
use OCSPTest::Quick;
use Time::HiRes qw(sleep);

# Several processes, few enough that a graceful restart is quick: so many, of so
# many threads each, or so many of prefork's.
sub processes {
    my ($n, $threads, $prefork, $limit) = @_;
    my $all = $n * $threads;
    return <<"END";
LogLevel warn ocsp:debug
<IfModule prefork.c>
    StartServers     $prefork
    MinSpareServers  $prefork
    MaxSpareServers  $prefork
</IfModule>
<IfModule !prefork.c>
    StartServers     $n
    ServerLimit      $limit
    ThreadsPerChild  $threads
    MaxRequestWorkers $all
    MinSpareThreads  $all
    MaxSpareThreads  $all
</IfModule>
<Location "/server-status">
    SetHandler server-status
</Location>
END
}

# start(NAME, TEXT, port =>, launch => what runs the command instead of run(),
# least => how many processes there are after a restart, processes =>, threads =>,
# prefork => as many processes if that is the MPM): with this configuration. Dies if
# it does not listen.
sub start {
    my ($class, $name, $text, %opt) = @_;
    my ($n, $threads) = ($opt{processes} // 2, $opt{threads} // 3);
    # beyond that, room for those of before which have not ended yet
    my $limit = $opt{processes} ? 2 * $n : $n;
    my $self = bless { name => $name, port => $opt{port} // free_port(),
        least => $opt{least} // $opt{processes} // 2, workers => $n * $threads,
        processes => processes($n, $threads, $opt{prefork} // $n, $limit) }, $class;
    $self->configure($text);
    unlink $self->{log};
    my ($status, $said) = ($opt{launch} // \&run)->(OCSPTest::vars()->{httpd}, '-f',
        $self->{config});
    die "httpd -f $self->{config}: exit $status\n$said" if $status != 0;
    wait_for(60, sub {
        -s "$self->{config}.pid" && IO::Socket::INET->new(
            PeerAddr => '127.0.0.1', PeerPort => $self->{port});
    }) or die "$name does not listen";
    chomp($self->{pid} = OCSPTest::slurp("$self->{config}.pid"));
    wait_for(60, sub { children($self->{pid}) >= $n }) if $opt{processes};
    return $self;
}

# What it reads at its next graceful restart.
sub configure {
    my ($self, $text) = @_;
    $self->{config} = config("$self->{processes}$text", name => $self->{name},
        port => $self->{port});
    $self->{log} = "$self->{config}.log";
    return;
}

sub log_since {
    my ($self, $mark) = @_;
    return substr OCSPTest::slurp($self->{log}), $mark;
}

# A graceful restart, until only new processes are there: what the error log has
# of it, or undef. The code, if any, runs while those of before are there too.
sub graceful {
    my ($self, $meanwhile) = @_;
    my %before = map { $_ => 1 } children($self->{pid});
    my $mark   = -s $self->{log};
    kill 'USR1', $self->{pid} or die "USR1: $!";
    my $resumed = wait_for(60, sub {
        $self->log_since($mark) =~ /resuming normal operations/;
    });
    $meanwhile->() if $resumed && $meanwhile;
    my $done = $resumed && wait_for(60, sub {
        my @now = children($self->{pid});
        @now >= $self->{least} && !grep { $before{$_} } @now;
    });
    return $done ? $self->log_since($mark) : undef;
}

my %error = (MALFORMED, 'malformedRequest', INTERNAL_ERROR, 'internalError',
    TRY_LATER, 'tryLater', UNAUTHORIZED, 'unauthorized');

# What it says of a serial number, verified; all that it says, if it is not of one
# mind. says(CA, SERIAL, port =>, host =>)
sub says {
    my ($self, $ca, $serial, %opt) = @_;
    my %said;
    for (1 .. 3) {
        my $res = post(request($ca, [$serial]), port => $self->{port}, path => '/',
            %opt);
        my $text = $error{ ocsp_status($res->{body}) };
        if (!defined $text) {
            $text = oracle($res->{body}, $ca, [$serial]);
            $text = $1 if $text =~ /verify OK.*: (good|revoked|unknown)$/ms;
        }
        $said{$text}++;
    }
    return join ', ', sort keys %said;
}

# The same, without asking openssl whether it verifies.
sub quick {
    my ($self, $ca, $serial, %opt) = @_;
    my %said;
    for (1 .. 3) {
        my $res = post(quick_request($ca, $serial), port => $self->{port}, path => '/',
            %opt);
        $said{ quick_word($res->{body}, $ca, $serial) }++;
    }
    return join ', ', sort keys %said;
}

# Where it writes which process answered; to be part of its configuration.
sub who_log {
    my ($name) = @_;
    my $file = OCSPTest::vars()->{t_logs} . "/$name.who";
    return qq(CustomLog "$file" "%P"\n);
}

sub pids_since {
    my ($file, $mark) = @_;
    return map { $_ => 1 } split ' ', substr OCSPTest::slurp($file), $mark;
}

# What all of its processes answer when they are asked of a serial number, its
# configuration having who_log(NAME): (bodies, processes that could not be reached).
# So many requests are begun that they take every worker, then all are ended at once.
sub reach {
    my ($self, $ca, $serial, %opt) = @_;
    my $file = OCSPTest::vars()->{t_logs} . "/$self->{name}.who";
    my $mark = -s $file;
    my $body = quick_request($ca, $serial);
    my $head = join "\r\n", 'POST / HTTP/1.1',
        'Host: ' . ($opt{host} // '127.0.0.1'),
        'Content-Type: application/ocsp-request', 'Content-Length: ' . length $body,
        'Connection: close', '', '';
    my (@bodies, @missed);
    for my $round (1 .. 5) {
        my $n = ($ENV{OCSP_MPM} // '') eq 'prefork'
            ? children($self->{pid}) : $self->{workers};
        my @socks = map { begin($self->{port}, $head . substr $body, 0, -1) } 1 .. $n;
        sleep 0.2;
        print {$_} substr $body, -1 for @socks;
        push @bodies, map { finish($_) } @socks;
        wait_for(2, sub {
            my %seen = pids_since($file, $mark);
            @missed = grep { !$seen{$_} } children($self->{pid});
            return !@missed;
        });
        last if !@missed;
    }
    return (\@bodies, \@missed);
}

# The same in words, unverified: one, if they are of one mind.
sub everyone {
    my ($self, $ca, $serial, %opt) = @_;
    my ($bodies, $missed) = $self->reach($ca, $serial, %opt);
    my %said = map { quick_word($_, $ca, $serial) => 1 } @$bodies;
    return join ', ', sort(keys %said), map { "process $_ was not reached" } @$missed;
}

sub begin {
    my ($port, $bytes) = @_;
    my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
        Timeout => 20) or die "port $port: $!";
    $sock->autoflush(1);
    print {$sock} $bytes;
    return $sock;
}

sub finish {
    my ($sock) = @_;
    local $SIG{ALRM} = sub { die "no answer within 30 s\n" };
    alarm 30;
    my $answer = do { local $/; <$sock> } // '';
    alarm 0;
    return (split /\r\n\r\n/, $answer, 2)[1] // '';
}

# What its server-status says of an issuer: {Subject => ..., LastResult => ...}
sub issuer {
    my ($self, $n) = @_;
    my $res = http('GET', '/server-status?auto', port => $self->{port});
    return { $res->{body} =~ /^OCSPIssuer\[$n\](\w+): (.*)$/mg };
}

# Which of these processes are not there any more. Prefork ends what it has too many
# of: there the log alone can tell.
sub lost {
    my ($self, @pids) = @_;
    return if ($ENV{OCSP_MPM} // '') eq 'prefork';
    my %there = map { $_ => 1 } children($self->{pid});
    return grep { !$there{$_} } @pids;
}

sub kill_child {
    my ($self, $pid) = @_;
    kill 'KILL', $pid or return;
    push @{ $self->{killed} }, $pid;
    return;
}

# True if it ended when told to. What the log says of those that kill_child killed is
# taken out: whatever else ended by a signal is a fault.
sub stop {
    my ($self) = @_;
    kill 'TERM', delete $self->{pid};
    my $ended = wait_for(30, sub { !-e "$self->{config}.pid" });
    my $log   = OCSPTest::slurp($self->{log});
    my $count = 0;
    $count += $log =~ s/^.*child pid $_ exit signal Killed.*\n//mg
        for @{ $self->{killed} // [] };
    OCSPTest::PKI::spew($self->{log}, $log) if $count;
    return $ended;
}

# A suite that dies leaves none behind.
sub DESTROY {
    my ($self) = @_;
    kill 'TERM', $self->{pid} if $self->{pid};
    return;
}

1;
