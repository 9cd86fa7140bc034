# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchServer: the servers of t/bench/serve, each on 127.0.0.1 and on one core, and
# what processor time they have taken.
package BenchServer;
use strict;
use warnings;
use Exporter qw(import);
use IO::Socket::INET ();
use List::Util qw(sum0);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

use BenchPKI qw(slurp spew);

our @EXPORT_OK = qw(free_port have on_core);

use constant START_S => 60; # a server that is not there by then has failed
use constant CORE    => 0;

my $cores = () = slurp('/proc/cpuinfo') =~ /^processor\b/mg;
my %running;

# The driver's alone: a child that cannot exec must not stop its siblings.
my $owner = $$;
END {
    if ($$ == $owner) { local $?; $_->stop for values %running }
}

sub free_port {
    my $sock = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no free port: $!\n";
    return $sock->sockport;
}

# Where a program is, or nothing.
sub have {
    my ($program) = @_;
    my ($found) = grep { -x } map { "$_/$program" } split(/:/, $ENV{PATH}),
        '/usr/sbin', '/sbin';
    return $found;
}

# The command that runs a command on a core: 0 is the servers', 1 the load's.
sub on_core {
    my ($core, @command) = @_;
    return @command if $cores < 2 || !have('taskset');
    return (have('taskset'), '-c', $core, @command);
}

# start(LOG, READY, COMMAND...): READY is a pattern that the log then holds.
sub start {
    my ($class, $log, $ready, @command) = @_;
    spew($log, '');
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        setpgrp; # prefork ends by a signal to its whole group
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $log;
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    my $self = $running{$pid} = bless { pid => $pid }, $class;
    my $end  = time + START_S;
    until (slurp($log) =~ $ready) {
        if (time > $end || waitpid($pid, WNOHANG) != 0) {
            delete $running{$pid} if time <= $end;
            die "@command does not start:\n" . slurp($log);
        }
        sleep 0.01;
    }
    return $self;
}

sub stop {
    my ($self) = @_;
    delete $running{ $self->{pid} } or return;
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

# Nanoseconds that the threads of a process have run, or nothing on a kernel that
# does not say so. The ticks of stat are whole hundredths of a second in each
# process: too coarse for fifty that share a core.
sub run_time {
    my ($pid) = @_;
    my $sum;
    for my $file (glob "/proc/$pid/task/[0-9]*/schedstat") {
        open my $fh, '<', $file or next;
        $sum += $1 if (<$fh> // '') =~ /^(\d+) /;
    }
    return $sum;
}

# The process and all that it started: {pid => microseconds}; the time of a child
# that was reaped is its parent's.
sub processes {
    my ($self) = @_;
    my $tick = 1e6 / POSIX::sysconf(POSIX::_SC_CLK_TCK());
    my (%parent, %own, %reaped);
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $fh, '<', $file or next;
        my ($pid, $rest) = (<$fh> // '') =~ /^(\d+) \(.*\) (.*)/s or next;
        my @fields = split ' ', $rest;
        $parent{$pid} = $fields[1];
        $own{$pid}    = $tick * ($fields[11] + $fields[12]);
        $reaped{$pid} = $tick * ($fields[13] + $fields[14]);
    }
    my %ours = ($self->{pid} => 1);
    for (my $before = 0; $before != keys %ours;) {
        $before = keys %ours;
        $ours{$_} = 1 for grep { $ours{ $parent{$_} } } keys %parent;
    }
    for (grep { defined $own{$_} } keys %ours) {
        my $ran = run_time($_);
        $ours{$_} = (defined $ran ? $ran / 1000 : $own{$_}) + $reaped{$_};
    }
    return \%ours;
}

# Microseconds of processor time, of user and kernel, since the start.
sub processor_time {
    my ($self) = @_;
    return sum0(values %{ $self->processes });
}

# --- httpd --------------------------------------------------------------------

my $apxs = $ENV{APXS} || (have('apxs') ? 'apxs' : 'apxs2');
my %apxs;
sub apxs { return $apxs{ $_[0] } //= qx($apxs -q $_[0]) =~ s/\n//r }

sub load_module {
    my ($name, $file) = @_;
    $file //= apxs('LIBEXECDIR') . "/mod_$name.so";
    return -e $file ? "LoadModule ${name}_module $file\n" : ''; # else built in
}

# All processes are there from the start, and none comes or goes.
sub shape {
    my ($mpm, $processes, $threads) = @_;
    my $workers = $processes * $threads;
    my @shape = ("StartServers $processes", "ServerLimit $processes",
        "MaxRequestWorkers $workers", 'MaxConnectionsPerChild 0');
    push @shape, $mpm eq 'prefork'
        ? ("MinSpareServers $processes", "MaxSpareServers $processes")
        : ("ThreadsPerChild $threads", "ThreadLimit $threads",
            "MinSpareThreads $workers", "MaxSpareThreads $workers");
    return @shape;
}

# httpd(ROOT, [MPM, PROCESSES, THREADS], CONFIGURATION, PORT...)
sub httpd {
    my ($class, $root, $shape, $config, @ports) = @_;
    my ($mpm, $processes) = @$shape;
    my ($user) = grep { defined getpwnam $_ } qw(www-data apache nobody);
    mkdir $root;
    my @lines = ("ServerRoot $root", 'ServerName 127.0.0.1', 'PidFile httpd.pid',
        "DefaultRuntimeDir $root", "ErrorLog $root/error_log",
        "LogLevel warn core:notice mpm_$mpm:notice", 'ExtendedStatus Off',
        'KeepAliveTimeout 60', 'MaxKeepAliveRequests 0', shape(@$shape),
        $> == 0 ? ("User $user", 'Group "#' . (getpwnam $user)[3] . '"') : (),
        map { "Listen 127.0.0.1:$_" } @ports);
    spew("$root/httpd.conf",
        join('', map { load_module($_) } "mpm_$mpm",
            qw(unixd authz_core watchdog status))
        . join("\n", @lines, $config, ''));
    my $start = sub {
        unlink "$root/error_log";
        my $self = $class->start("$root/error_log", qr/resuming normal/,
            on_core(CORE, apxs('sbindir') . '/' . apxs('progname'), '-f',
                "$root/httpd.conf", '-D', 'FOREGROUND'));
        my $end = time + START_S;
        until (keys %{ $self->processes } > $processes) {
            die "$root: fewer than $processes processes\n" if time > $end;
            sleep 0.05;
        }
        return $self;
    };
    my $self = $start->();
    $self->{start} = $start;
    return $self;
}

# Begin anew, a httpd: its memory is somewhere else then.
sub restart {
    my ($self) = @_;
    return if !$self->{start};
    $self->stop;
    $self->{pid} = $self->{start}->()->{pid};
    $running{ $self->{pid} } = $self;
    return;
}

# --- peers --------------------------------------------------------------------

# nginx(ROOT, PORT, DIRECTORY-OF-FILES)
sub nginx {
    my ($class, $root, $port, $www) = @_;
    mkdir $root;
    my ($user) = grep { defined getpwnam $_ } qw(www-data nginx nobody);
    my $as = $> == 0 ? "user $user;" : '';
    spew("$root/nginx.conf", <<"CONF");
$as
daemon off;
worker_processes 1;
pid $root/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
    access_log off;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    keepalive_requests 1000000000;
    client_body_temp_path $root/body;
    proxy_temp_path $root/proxy;
    fastcgi_temp_path $root/fastcgi;
    uwsgi_temp_path $root/uwsgi;
    scgi_temp_path $root/scgi;
    default_type application/ocsp-response;
    server {
        listen 127.0.0.1:$port;
        root $www;
        expires 1h;
    }
}
CONF
    return $class->start("$root/error_log", qr/start worker process/,
        on_core(CORE, have('nginx'), '-p', $root, '-c', "$root/nginx.conf",
            '-e', 'stderr'));
}

# openssl(ROOT, PORT, CA): it listens on every address there is, so it gets a
# network of its own where there is but one; prefix() is how to come in.
sub openssl {
    my ($class, $root, $port, $ca) = @_;
    mkdir $root;
    my $dir  = $ca->{dir};
    my @user = $> == 0 ? () : '--map-root-user';
    my $self = $class->start("$root/log", qr/ACCEPT|waiting for/i,
        'unshare', @user, '--net', 'sh', '-c',
        'ip link set lo up && exec "$@"', 'sh', on_core(CORE, 'openssl', 'ocsp',
            '-port', $port, '-index', "$dir/index", '-CA', "$dir/ca.pem",
            '-rsigner', "$dir/responder.pem", '-rkey', "$dir/responder.key",
            '-ignore_err'));
    $self->{prefix} = ['nsenter', '-t', $self->{pid},
        $> == 0 ? () : ('--user', '--preserve-credentials'), '--net', '--'];
    return $self;
}

sub prefix { my ($self) = @_; return @{ $self->{prefix} // [] } }

# cfssl(ROOT, PORT, RESPONSE): what it serves is signed before.
sub cfssl {
    my ($class, $root, $port, $response) = @_;
    require MIME::Base64;
    mkdir $root;
    spew("$root/responses", MIME::Base64::encode_base64($response, '') . "\n");
    my $self = $class->start("$root/log", qr/serving|listening|registering/i,
        on_core(CORE, have('cfssl'), 'ocspserve', '-address', '127.0.0.1',
            '-port', $port, '-responses', "$root/responses", '-loglevel', 1));
    return $self;
}

1;
