# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# httpd with the process counts of Debian's mods-available/mpm_*.conf, and what
# strangers, load, restarts and signals do to its processes.
package OCSPTest::Debian;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest qw(children run stop_process DEADLINE_S);
use OCSPTest::Answer qw(take_apart);
use OCSPTest::Httpd;
use OCSPTest::Quick;
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT = qw(debian_start long_crl long_section holder_of hold
    among_others ask_among_others look_lines index_row
    half_sent_posts bursts gracefuls kills kill_readers end_background);

# --- the server -------------------------------------------------------------------------

# The MPM lines of Debian 12 and 13; max_connections => MaxConnectionsPerChild.
sub mpm {
    my (%opt) = @_;
    my $most = $opt{max_connections} // 0;
    return <<"END";
LogLevel warn ocsp:debug
<IfModule prefork.c>
    StartServers            5
    MinSpareServers         5
    MaxSpareServers        10
    MaxRequestWorkers     150
    MaxConnectionsPerChild $most
</IfModule>
<IfModule !prefork.c>
    StartServers            2
    MinSpareThreads        25
    MaxSpareThreads        75
    ThreadLimit            64
    ThreadsPerChild        25
    MaxRequestWorkers     150
    MaxConnectionsPerChild $most
</IfModule>
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
<Location "/server-status">
    SetHandler server-status
</Location>
END
}

# debian_start(NAME, TEXT, max_connections =>, and the options of
# OCSPTest::Httpd->start)
sub debian_start {
    my ($name, $text, %opt) = @_;
    return OCSPTest::Httpd->start($name, $text, mpm => mpm(%opt), %opt);
}

# The processes below this one, children first. Linux lists them by thread.
sub descendants {
    my ($pid) = @_;
    my @found = map { split ' ', eval { OCSPTest::slurp($_) } // '' }
        glob "/proc/$pid/task/*/children";
    @found = children($pid) if !-e "/proc/$$/task/$$/children";
    return (@found, map { descendants($_) } @found);
}

# --- sources ------------------------------------------------------------------------------

# long_crl(DIRECTORY, ENTRIES, GENERATION): of a CA of its own in that directory, a CRL
# that takes a while to read, put in place by rename: its name.
sub long_crl {
    my ($dir, $entries, $generation) = @_;
    my @next = $generation > 1 ? ('-g', $generation) : ();
    my ($status, $said) = run(OCSPTest::vars()->{serverroot} . '/bench/make_crl', '-s', 0,
        @next, '-n', $entries, $dir);
    die "make_crl: $said" if $status != 0;
    rename "$dir/ca.crl", "$dir/long.crl" or die "$dir/long.crl: $!";
    return "$dir/long.crl";
}

# The section of that CA, which signs its responses itself.
sub long_section {
    my ($dir) = @_;
    return <<"END";
<OCSPIssuer "$dir/ca.pem">
    OCSPCRLFile            "$dir/long.crl"
    OCSPCertificateFile    "$dir/ca.pem"
    OCSPCertificateKeyFile "$dir/ca.key"
</OCSPIssuer>
END
}

# A line of an index: index_row(SERIAL), or index_row(SERIAL, UTCTime of its revocation)
sub index_row {
    my ($serial, $revoked) = @_;
    return join("\t", defined $revoked ? 'R' : 'V', '491231235959Z', $revoked // '',
        $serial, 'unknown', "/CN=$serial") . "\n";
}

# --- a process that is stopped or killed in the middle of a load --------------------------

sub reads {
    my ($pid, $file) = @_;
    return grep { (readlink($_) // '') eq $file } glob "/proc/$pid/fd/*";
}

# The process below this one that has the file open just now, or undef after so many
# seconds. Only the writer of status tables opens a source, so it is the writer.
sub holder_of {
    my ($pid, $file, $seconds) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        for my $one (descendants($pid)) {
            return $one if reads($one, $file);
        }
        sleep 0.002;
    }
    return undef;
}

# Stop the process that reads this file, while it reads it: its id, or undef.
sub hold {
    my ($pid, $file, $seconds) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        my $one = holder_of($pid, $file, $end - time) // return undef;
        stop_process($one) or next;
        return $one if reads($one, $file);
        kill 'CONT', $one;
    }
    return undef;
}

# An answer while a process is stopped, which may be the one that the system wakes up
# for a connection: so there are several connections, all of which must not get stuck.
# With a code: the first answer that it wants, if there is one.
sub among_others {
    my ($port, $bytes, $wants) = @_;
    my @socks = map { OCSPTest::Httpd::begin($port, $bytes) } 1 .. 4;
    my $end   = time + DEADLINE_S;
    my $answer;
    while (time < $end && (!defined $answer || @socks > 1)) {
        my $bits = '';
        vec($bits, fileno $_, 1) = 1 for @socks;
        select my $ready = $bits, undef, undef, 1;
        my @ready = grep { vec $ready, fileno $_, 1 } @socks;
        for my $sock (@ready) {
            $answer = OCSPTest::Httpd::answer_of($sock);
            return $answer if !$wants || $wants->($answer);
            @socks = grep { $_ != $sock } @socks;
        }
    }
    return $answer // die 'no answer within ' . DEADLINE_S . " s\n";
}

# Of a serial number, taken apart, by a request with a nonce: signed just now.
sub ask_among_others {
    my ($port, $ca, $serial) = @_;
    my $der = OCSPTest::request($ca, [$serial], '-nonce');
    return take_apart(among_others($port,
        OCSPTest::Httpd::message('POST', '/', body => $der)), $ca, $serial);
}

# What server-status says of the looks for changes: its lines.
sub look_lines {
    my ($port) = @_;
    my $res = among_others($port,
        OCSPTest::Httpd::message('GET', '/server-status?auto'));
    return join '', grep { /^OCSP(?!Issuer)\w*(?:LastCheck|CheckState)/ }
        $res->{body} =~ /^.*\n/mg;
}

# --- disturbances, each in a process of its own until it is ended ---------------------------

# background(CODE): called again and again.
sub background {
    my ($code) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{TERM} = sub { POSIX::_exit(0) };
    while (1) {
        eval { $code->(); 1 } or sleep 0.1; # a connection that httpd closed
    }
}

sub end_background {
    my (@pids) = @_;
    kill 'TERM', @pids;
    waitpid $_, 0 for @pids;
    return;
}

sub post_of {
    my ($ca) = @_;
    return OCSPTest::Httpd::message('POST', '/',
        body => quick_request($ca, OCSPTest::serial_good));
}

# One stranger: 110 POSTs without their last half, closed after 2.5 s; 3 s of nothing.
sub half_sent_posts {
    my ($port, $ca) = @_;
    my $post = post_of($ca);
    my $half = substr $post, 0, -40;
    return background(sub {
        my @socks = map { OCSPTest::Httpd::begin($port, $half) } 1 .. 110;
        sleep 2.5;
        close $_ for @socks;
        sleep 3;
    });
}

# Load that comes and goes: 3 s of 30 clients at a time that take half a second to
# send a request, then 4 s of nothing.
sub bursts {
    my ($port, $ca) = @_;
    my $post = post_of($ca);
    return background(sub {
        my $end = time + 3;
        while (time < $end) {
            my @socks = map { OCSPTest::Httpd::begin($port, substr $post, 0, -1) } 1 .. 30;
            sleep 0.5;
            print {$_} substr $post, -1 for @socks;
            OCSPTest::Httpd::answer_of($_) for @socks;
        }
        sleep 4;
    });
}

sub gracefuls {
    my ($pid, $every) = @_;
    return background(sub { kill 'USR1', $pid; sleep $every });
}

# Children killed at random; their ids are appended to the file.
sub kills {
    my ($pid, $every, $file) = @_;
    return background(sub {
        my @there = children($pid);
        my $one   = $there[rand @there];
        open my $fh, '>>', $file or die "$file: $!";
        print {$fh} "$one\n" if kill 'KILL', $one;
        close $fh;
        sleep $every;
    });
}

# Whatever process reads this file is killed, as the kernel would where its memory does
# not suffice; ids are appended to the other file.
sub kill_readers {
    my ($pid, $read, $file) = @_;
    return background(sub {
        my $one = holder_of($pid, $read, 1) // return;
        open my $fh, '>>', $file or die "$file: $!";
        print {$fh} "$one\n" if kill 'KILL', $one;
        close $fh;
        sleep 0.05;
    });
}

1;
