# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Many kept-alive connections that ask without a pause about serial numbers which
# become revoked one after the other, and what all of them together saw: nothing may
# be good again. In turn with each request goes a control on the same connection, a
# static file: what httpd itself loses is no fault of the module's.
package OCSPTest::Swarm;

use strict;
use warnings;
use OCSPTest qw(certid header oracle serial_compromised serial_good);
use OCSPTest::Quick;
use OCSPTest::Turns;
use POSIX ();
use Socket;
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime sleep);

use constant SAMPLE_S => 5;    # how often a client keeps an answer: the first is one
use constant ANSWER_S => 120;  # for which a client waits for one
use constant PAUSE_S  => 0.01; # between two requests of one client
use constant LOOK_S   => 0.05; # how often a client looks which is the last one

sub now { return clock_gettime(CLOCK_MONOTONIC) }

# The serial number that generation n revokes, and one that nobody ever does.
sub revoked_by { return sprintf '%04X', 0x5000 + $_[0] }
sub forged     { return sprintf '%04X', 0x6600 + $_[0] % 100 }

# start(PORT, CA, FILE that tells the last generation, clients =>, control => [path,
# content], hosts => [virtual hosts that are asked only of what does not change], pick
# => code that chooses a serial number by the last generation)
sub start {
    my ($class, $port, $ca, $file, %opt) = @_;
    my $self = bless { port => $port, ca => $ca, file => $file, pick => $opt{pick}
        // \&pick, control => $opt{control}, hosts => $opt{hosts} }, $class;
    certid($ca, serial_good); # which the children then need not ask openssl
    $self->start_clients($opt{clients} // 16);
    return $self;
}

sub start_clients {
    my ($self, $count) = @_;
    $self->{turns}   = OCSPTest::Turns->new($count);
    $self->{clients} = [map { $self->fork_client($_) } 1 .. $count];
    return;
}

# Wait until each client has had so many answers to what it asked from now on; false
# if that took too long.
sub wait_for_more {
    my ($self, $more) = @_;
    return $self->{turns}->wait_for_more($more);
}

# What is to be true of the newest generation, in one step.
sub publish {
    my ($file, $generation) = @_;
    OCSPTest::PKI::spew($file, $generation);
    return;
}

sub fork_client {
    my ($self, $id) = @_;
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $in;
        srand $id;
        my $done = eval { $self->run_client($out, $id); 1 };
        print {$out} 'trouble ', $@ =~ s/\s+/ /gr, "\n" if !$done;
        close $out;
        POSIX::_exit($done ? 0 : 1); # no END block of Test::More
    }
    close $out;
    return { pid => $pid, in => $in };
}

# --- one client -----------------------------------------------------------------

sub connection {
    my ($self) = @_;
    socket my $sock, PF_INET, SOCK_STREAM, 0 or return (undef, "socket: $!");
    setsockopt $sock, SOL_SOCKET, $_, pack 'l!l!', ANSWER_S, 0
        or return (undef, "setsockopt: $!") for SO_RCVTIMEO, SO_SNDTIMEO;
    connect $sock, sockaddr_in($self->{port}, inet_aton('127.0.0.1'))
        or return (undef, "connect: $!");
    return $sock;
}

# The whole answer to these bytes; or undef, how it failed, and whether not an octet
# of an answer came.
sub exchange {
    my ($sock, $bytes) = @_;
    my ($answer, $n) = ('');
    (syswrite($sock, $bytes) // -1) == length $bytes
        or return (undef, "write: $!", 1);
    until ($answer =~ /\r\n\r\n/
        && $answer =~ /\A[^\r]*\r\n(?:.*\r\n)*?Content-Length: (\d+)\r\n/i
        && length($answer) >= index($answer, "\r\n\r\n") + 4 + $1) {
        $n = sysread $sock, $answer, 65536, length $answer;
        next if $n || !defined $n && $!{EINTR};
        return (undef, defined $n ? 'closed' : "read: $!", $answer eq '');
    }
    return OCSPTest::parse_http($answer);
}

# A kept-alive connection that httpd has closed meanwhile is no failure (RFC 9112
# section 9.3.1): the request is repeated once on a new one.
sub ask {
    my ($self, $state, $bytes) = @_;
    for my $again (0, 1) {
        my $kept = defined $state->{sock};
        my ($res, $why, $nothing);
        ($state->{sock}, $why) = $self->connection if !$kept;
        return (undef, $why) if !$state->{sock};
        ($res, $why, $nothing) = exchange($state->{sock}, $bytes);
        delete $state->{sock}
            if !$res || (header($res, 'Connection') // '') =~ /close/i;
        return $res if $res;
        return (undef, $why) if !$kept || !$nothing;
        $state->{count}{closed}++;
    }
    return (undef, 'unreachable');
}

sub message {
    my ($method, $path, $body, $host) = @_;
    $host //= '127.0.0.1';
    my @body = defined $body ? ('Content-Type: application/ocsp-request',
        'Content-Length: ' . length $body) : ();
    return join("\r\n", "$method $path HTTP/1.1", "Host: $host", @body, '', '')
        . ($body // '');
}

# Mostly those that change just now.
sub pick {
    my ($last) = @_;
    my $dice = rand;
    return revoked_by($last - 4 + int rand 6) if $dice < 0.7 && $last > 4;
    return revoked_by(int rand $last + 2) if $dice < 0.8;
    return forged(int rand 100) if $dice < 0.9;
    return $dice < 0.95 ? serial_compromised : serial_good;
}

# What must be said of those that do not change.
sub expected {
    my ($serial) = @_;
    return 'revoked' if $serial eq serial_compromised;
    return $serial =~ /\A5/ ? undef : 'good';
}

sub note {
    my ($state, $serial, $word, $began, $ended) = @_;
    my $must = expected($serial);
    my $seen = $state->{seen}{$serial} //= {};
    if ($word eq 'good' && $began > ($seen->{good} // 0)) {
        $seen->{good} = $began;
    }
    if ($word eq 'revoked' && $ended < ($seen->{revoked} // 'inf')) {
        $seen->{revoked} = $ended;
    }
    return if $word eq ($must // $word) && $word =~ /\A(?:good|revoked)\z/;
    $state->{count}{wrong}++;
    push @{ $state->{lines} }, "trouble $serial: $word" if @{ $state->{lines} } < 50;
    return;
}

sub turn {
    my ($self, $state) = @_;
    my ($ca, $hosts)   = @$self{qw(ca hosts)};
    my ($serial, $host) = $hosts && rand() < 0.5
        ? (rand() < 0.2 ? serial_compromised : forged(int rand 100),
            $hosts->[rand @$hosts])
        : $self->{pick}->($state->{last});
    my $began = now();
    my ($res, $why) = $self->ask($state,
        message('POST', '/', quick_request($ca, $serial), $host));
    my $ended = now();
    if (!$res || $res->{code} != 200) {
        push @{ $state->{lines} },
            "failed ocsp $ended " . ($why // "HTTP status $res->{code}");
    }
    else {
        $state->{count}{asked}++;
        my $word = quick_word($res->{body}, $ca, $serial);
        note($state, $serial, $word, $began, $ended);
        if ($ended > $state->{sampled} + SAMPLE_S) {
            push @{ $state->{lines} },
                "sample $serial $word " . unpack 'H*', $res->{body};
            $state->{sampled} = $ended;
        }
    }
    my ($path, $content) = @{ $self->{control} };
    ($res, $why) = $self->ask($state, message('GET', $path));
    push @{ $state->{lines} }, 'failed control ' . now() . ' ' . ($why // 'wrong')
        if !$res || $res->{body} ne $content;
    return;
}

# Ask until told to stop; then say what was seen, one line a thing.
sub run_client {
    my ($self, $out, $id) = @_;
    my $stop  = 0;
    my $looked = 0;
    my %state = (sampled => 0, last => 0, seen => {},
        lines => [], count => { asked => 0, wrong => 0, closed => 0 });
    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    while (!$stop) {
        if (now() > $looked + LOOK_S) {
            $state{last} = OCSPTest::slurp($self->{file});
            $looked = now();
        }
        $self->turn(\%state);
        $self->{turns}->add($id);
        sleep PAUSE_S;
    }
    print {$out} "count $_ $state{count}{$_}\n" for keys %{ $state{count} };
    print {$out} map { s/\s+\z//r . "\n" } @{ $state{lines} };
    for my $serial (keys %{ $state{seen} }) {
        my $seen = $state{seen}{$serial};
        print {$out} join(' ', 'seen', $serial, $seen->{good} // '-',
            $seen->{revoked} // '-') . "\n";
    }
    return;
}

# --- all of them ----------------------------------------------------------------

sub read_line {
    my ($self, $sum, $line) = @_;
    if ($line =~ /\Aseen (\S+) (\S+) (\S+)/) {
        my ($serial, $good, $revoked) = ($1, $2, $3);
        my ($g, $r) = ($sum->{good}, $sum->{revoked});
        $g->{$serial} = $good
            if $good ne '-' && $good > ($g->{$serial} // 0);
        $r->{$serial} = $revoked
            if $revoked ne '-' && $revoked < ($r->{$serial} // 'inf');
    }
    elsif ($line =~ /\Asample (\S+) (\S+) (\S+)/) {
        my ($serial, $word, $hex) = ($1, $2, $3);
        # the same octets often come from the cache: openssl looks at them once
        my $text = $self->{text}{"$serial $hex"}
            //= oracle(pack('H*', $hex), $self->{ca}, [$serial]);
        my $ok = $text =~ /^Response verify OK$/m && $text =~ /^0x$serial: $word$/m;
        $sum->{ $ok ? 'verified' : 'unverified' }++;
        push @{ $sum->{trouble} }, "$serial: $text" if !$ok;
    }
    elsif ($line =~ /\Afailed (\w+) (\S+) (.*)/) {
        push @{ $sum->{"failed_$1"} }, { at => $2, why => $3 };
    }
    $sum->{$1} += $2 if $line =~ /\Acount (\w+) (\d+)/;
    push @{ $sum->{trouble} }, $1 if $line =~ /\Atrouble (.*)/;
    return;
}

# End it: {asked =>, wrong =>, closed => (kept-alive connections by httpd), good =>
# {SERIAL => when the last request began that was answered so}, revoked => {SERIAL =>
# when the first such answer was there}, failed_ocsp => [{at =>, why =>}],
# failed_control => likewise, verified =>, unverified =>, trouble => [...]}
sub stop {
    my ($self) = @_;
    my %sum = (map({ $_ => 0 } qw(asked wrong closed verified unverified)),
        map({ $_ => {} } qw(good revoked)),
        map({ $_ => [] } qw(failed_ocsp failed_control trouble)));
    my $clients = delete $self->{clients} // [];
    kill 'TERM', map { $_->{pid} } @$clients;
    for my $client (@$clients) {
        while (defined(my $line = readline $client->{in})) {
            $self->read_line(\%sum, $line);
        }
        waitpid $client->{pid}, 0;
        push @{ $sum{trouble} }, "a client ended with $?" if $?;
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
