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
use File::Path qw(remove_tree);
use OCSPTest::Quick;
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime sleep);

use constant {
    PATIENT_S => 180, # until something must have happened, on however busy a machine
    QUIET_S   => 30,  # for connections to end: longer than a kept one lasts
    ANSWER_S  => 120, # for which a client waits for one
    ROUNDS    => 20,  # to reach every process
    STILL_S   => 0.5, # in which httpd would have taken a connection, if it could
};

# Several processes, few enough that a graceful restart is quick: so many, of so
# many threads each, or so many of prefork's, with room for those of before.
sub processes {
    my ($n, $threads, $prefork, $limit) = @_;
    my $all  = $n * $threads;
    my $most = 2 * $prefork < 16 ? 16 : 2 * $prefork;
    return <<"END";
LogLevel warn ocsp:debug
<IfModule prefork.c>
    StartServers     $prefork
    MinSpareServers  $prefork
    MaxSpareServers  $prefork
    ServerLimit      $most
    MaxRequestWorkers $most
</IfModule>
<IfModule !prefork.c>
    StartServers     $n
    ServerLimit      $limit
    ThreadsPerChild  $threads
    MaxRequestWorkers $all
    MinSpareThreads  $all
    MaxSpareThreads  $all
</IfModule>
# what is slow here is the machine
Timeout 300
<IfModule reqtimeout_module>
    RequestReadTimeout header=0 body=0
</IfModule>
<Location "/server-status">
    SetHandler server-status
</Location>
END
}

# start(NAME, TEXT, port =>, launch => what runs the command instead of run(),
# least => how many processes there are after a restart, processes =>, threads =>,
# prefork => as many processes if that is the MPM, mpm => lines to use in place of
# these numbers, sign_limit => 'default', keeps_state => what an earlier one of this name
# has left in OCSPStateDir is not removed): with this configuration. Dies if it does not
# listen.
sub start {
    my ($class, $name, $text, %opt) = @_;
    my ($n, $threads) = ($opt{processes} // 2, $opt{threads} // 3);
    # beyond that, room for those of before which have not ended yet
    my $limit = $opt{processes} ? 2 * $n : $n;
    my $self = bless { name => $name, port => $opt{port} // free_port(),
        least => $opt{least} // $opt{processes} // 2, workers => $n * $threads,
        sign_limit => $opt{sign_limit} // 256, processes => $opt{mpm}
            // processes($n, $threads, $opt{prefork} // $n, $limit) }, $class;
    $self->configure($text);
    unlink $self->{log};
    # of an earlier run
    remove_tree("$self->{config}.state") if !$opt{keeps_state};
    my ($status, $said) = ($opt{launch} // \&run)->(OCSPTest::vars()->{httpd}, '-f',
        $self->{config});
    die "httpd -f $self->{config}: exit $status\n$said" if $status != 0;
    wait_for(PATIENT_S, sub {
        -s "$self->{config}.pid" && IO::Socket::INET->new(
            PeerAddr => '127.0.0.1', PeerPort => $self->{port});
    }) or die "$name does not listen";
    chomp($self->{pid} = OCSPTest::slurp("$self->{config}.pid"));
    # it listens before it has them
    $opt{launch} || wait_for(PATIENT_S, sub {
        children($self->{pid}) >= ($opt{processes} // $opt{least} // $n);
    }) or die "$name has no processes";
    return $self;
}

# Sets the configuration that httpd reads at its next graceful restart. Unless the suite
# sets OCSPSignLimit or asks for the default, no request waits for other signatures: on a
# busy machine these may take longer than a request waits, and it is answered tryLater.
sub configure {
    my ($self, $text) = @_;
    my $sign = $text =~ /^\s*OCSPSignLimit/m || $self->{sign_limit} eq 'default' ? ''
        : "<IfModule ocsp_module>\n    OCSPSignLimit $self->{sign_limit}\n</IfModule>\n";
    $self->{config} = config("$self->{processes}$sign$text", name => $self->{name},
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
    my $resumed = wait_for(PATIENT_S, sub {
        $self->log_since($mark) =~ /resuming normal operations/;
    });
    $meanwhile->() if $resumed && $meanwhile;
    my $done = $resumed && wait_for(PATIENT_S, sub {
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
    my %bodies = map { $_ => 1 } map {
        post(request($ca, [$serial]), port => $self->{port}, path => '/', %opt)->{body};
    } 1 .. 3;
    my %said;
    for my $body (keys %bodies) {
        my $text = $error{ ocsp_status($body) };
        if (!defined $text) {
            $text = oracle($body, $ca, [$serial]);
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

# Where it writes which process answered, and whom by the client's port; to be part of
# its configuration.
sub who_log {
    my ($name) = @_;
    my $file = OCSPTest::vars()->{t_logs} . "/$name.who";
    return qq(CustomLog "$file" "%P %{remote}p"\n);
}

# [process, port of the client] of each request that was answered since then.
sub answered_since {
    my ($file, $mark) = @_;
    return map { [split] } (substr OCSPTest::slurp($file), $mark) =~ /^(\d+ \d+)$/mg;
}

# Of these ports of clients those whose connections to this port a process of httpd
# has taken from the queue; undef: this system does not say.
sub taken {
    my ($port, @clients) = @_;
    my $table = eval { OCSPTest::slurp('/proc/net/tcp') } // return undef;
    my ($here, %taken) = sprintf '%04X', $port;
    # local and remote address, state, and the inode, which is 0 in the queue
    $taken{ hex $1 } = 1
        while $table =~ /^\s*\d+: \w+:$here \w+:(\w+) \w\w (?:\S+\s+){5}[1-9]/mg;
    return grep { $taken{$_} } @clients;
}

# Wait until httpd has taken all of these connections, or does not take any more.
sub wait_until_taken {
    my ($port, @clients) = @_;
    my ($count, $since) = (0, now());
    while ($count < @clients && now() < $since + STILL_S) {
        sleep 0.01;
        my @taken = taken($port, @clients);
        ($count, $since) = (scalar @taken, now()) if @taken > $count;
    }
    return;
}

sub now { return clock_gettime(CLOCK_MONOTONIC) }

# What all of its processes answer to these octets, its configuration having
# who_log(NAME): (answers, processes that could not be reached). So many requests are
# begun that they take every worker, then all are ended at once. An answer has with
# it {took}: it came so many seconds later, at most.
sub spread {
    my ($self, $bytes) = @_;
    my $file = OCSPTest::vars()->{t_logs} . "/$self->{name}.who";
    my (@answers, @missed, %seen);
    for my $round (1 .. ROUNDS) {
        my $mark = -s $file;
        my $n = ($ENV{OCSP_MPM} // '') eq 'prefork'
            ? children($self->{pid}) : $self->{workers};
        my @socks = map { begin($self->{port}, substr $bytes, 0, -1) } 1 .. $n;
        my @ports = map { $_->sockport } @socks;
        wait_until_taken($self->{port}, @ports);
        my $start = now();
        print {$_} substr $bytes, -1 for @socks;
        my %answered;
        for my $at (0 .. $#socks) {
            my $answer = answer_of($socks[$at]);
            $answer->{took} = now() - $start;
            push @answers, $answer;
            $answered{ $ports[$at] } = 1 if $answer->{code};
        }
        wait_for(PATIENT_S, sub {
            my %by = map { $_->[1] => $_->[0] } answered_since($file, $mark);
            $seen{ $by{$_} } = 1 for grep { $by{$_} } keys %answered;
            return !grep { !$by{$_} } keys %answered;
        });
        @missed = grep { !$seen{$_} } children($self->{pid});
        last if !@missed;
    }
    return (\@answers, \@missed);
}

# A request of one's own: message(METHOD, TARGET, body =>, host =>, fields => [...])
sub message {
    my ($method, $target, %opt) = @_;
    my $body = $opt{body};
    my @body = defined $body ? ('Content-Type: application/ocsp-request',
        'Content-Length: ' . length $body) : ();
    return join("\r\n", "$method $target HTTP/1.1",
        'Host: ' . ($opt{host} // '127.0.0.1'), @body, @{ $opt{fields} // [] },
        'Connection: close', '', '') . ($body // '');
}

# The same of a serial number, by POST: (bodies, processes that could not be reached)
sub reach {
    my ($self, $ca, $serial, %opt) = @_;
    my ($answers, $missed) = $self->spread(message('POST', '/',
        body => quick_request($ca, $serial), host => $opt{host}));
    return ([map { $_->{body} } @$answers], $missed);
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
        Timeout => ANSWER_S) or die "port $port: $!";
    $sock->autoflush(1);
    print {$sock} $bytes;
    return $sock;
}

# What comes until the end of the connection, taken apart.
sub answer_of {
    my ($sock) = @_;
    local $SIG{ALRM} = sub { die 'no answer within ' . ANSWER_S . " s\n" };
    alarm ANSWER_S;
    my $answer = do { local $/; <$sock> } // '';
    alarm 0;
    return OCSPTest::parse_http($answer);
}

sub finish { return answer_of(@_)->{body} }

# What its server-status says of the module: {OCSPSignatures => ...}
sub status {
    my ($self) = @_;
    my $res = http('GET', '/server-status?auto', port => $self->{port});
    return { $res->{body} =~ /^(OCSP[^:\n]+):[ ]?(.*)$/mg };
}

# By how much a number there has grown: grown({before}, NAME)
sub grown {
    my ($self, $before, $name) = @_;
    return ($self->status->{$name} // 0) - ($before->{$name} // 0);
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

# Whether neither this process nor a child of its has a connection, or a thread that
# does something.
sub is_quiet {
    my ($parent) = @_;
    my %open;
    for my $file (grep { -e } qw(/proc/net/tcp /proc/net/tcp6)) {
        # its state, where 0A is listening, and the inode
        /^\s*\d+: \S+ \S+ (\w\w) (?:\S+\s+){5}(\d+)/ && $1 ne '0A' and $open{$2} = 1
            for split /\n/, OCSPTest::slurp($file);
    }
    for my $pid ($parent, children($parent)) {
        for my $fd (glob "/proc/$pid/fd/*") {
            return 0 if (readlink($fd) // '') =~ /^socket:\[(\d+)\]/ && $open{$1};
        }
        for my $stat (glob "/proc/$pid/task/*/stat") {
            return 0 if (eval { OCSPTest::slurp($stat) } // '') =~ /\) [RD] /;
        }
    }
    return 1;
}

# Wait until an httpd has done with all that it was asked: settle(PID)
sub settle {
    my ($pid) = @_;
    my $quiet = 0;
    return wait_for(QUIET_S, sub { ($quiet = is_quiet($pid) ? $quiet + 1 : 0) >= 2 });
}

# Tell an httpd to end. Event looks at the sockets of its workers then, of which one
# that ends just now may free its own.
sub end {
    my ($pid) = @_;
    settle($pid);
    return kill 'TERM', $pid;
}

# True if it ended when told to. What the log says of those that kill_child killed is
# taken out: whatever else ended by a signal is a fault.
sub stop {
    my ($self) = @_;
    end(delete $self->{pid});
    my $ended = wait_for(PATIENT_S, sub { !-e "$self->{config}.pid" });
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
