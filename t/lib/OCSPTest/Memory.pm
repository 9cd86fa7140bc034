# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# A limit to the memory of an httpd and all its processes, by a control group of
# version 1 or 2, as containers have it. For suites that root runs.
package OCSPTest::Memory;

use strict;
use warnings;
use OCSPTest qw(run wait_for);
use Time::HiRes qw(sleep);

sub put {
    my ($file, $text) = @_;
    open my $fh, '>', $file or return 0;
    my $done = print {$fh} "$text\n";
    return close($fh) && $done;
}

# The control group of this process for memory: (version, directory)
sub own_group {
    my $groups = OCSPTest::slurp('/proc/self/cgroup');
    my $mounts = OCSPTest::slurp('/proc/self/mounts');
    if ($groups =~ /^\d+:(?:\S+,)?memory(?:,[^:]*)?:(.*)$/m) {
        my $own = $1;
        return (1, "$1$own") if $mounts =~ /^\S+ (\S+) cgroup \S*\bmemory\b/m && -d "$1$own";
    }
    # no process may be beside groups that have a limit, but in the first one
    return (2, $1) if $mounts =~ /^\S+ (\S+) cgroup2 /m
        && (eval { OCSPTest::slurp("$1/cgroup.subtree_control") } // '') =~ /\bmemory\b/;
    return;
}

# A group without a limit yet; undef: this system gives none.
sub new {
    my ($class) = @_;
    my ($version, $above) = own_group() or return undef;
    my $dir = "$above/mod_ocsp-test-$$";
    mkdir $dir or return undef;
    return bless { version => $version, dir => $dir }, $class;
}

# Runs a command in it; to be the launch of OCSPTest::Httpd->start.
sub launch {
    my ($self) = @_;
    my $procs = "$self->{dir}/cgroup.procs";
    return sub { run('sh', '-c', 'echo $$ > "$0" && exec "$@"', $procs, @_) };
}

# What its processes take and the system cannot take from them, in octets.
sub used {
    my ($self) = @_;
    my $total = $self->{version} == 1 ? 'total_' : '';
    my $usage = $self->{version} == 1 ? 'memory.usage_in_bytes' : 'memory.current';
    my $stat  = OCSPTest::slurp("$self->{dir}/memory.stat");
    my $octets = OCSPTest::slurp("$self->{dir}/$usage");
    $octets -= $1 while $stat =~ /^${total}(?:in)?active_file (\d+)$/mg;
    return $octets;
}

sub limit {
    my ($self, $octets) = @_;
    my ($limit, $swap) = $self->{version} == 1
        ? ('memory.limit_in_bytes', 'memory.memsw.limit_in_bytes')
        : ('memory.max', 'memory.swap.max');
    # The second is there where the system counts swap. In version 1 it includes memory,
    # and is never the smaller one: whether it comes first depends on what was before.
    my $with_swap = $self->{version} == 1 ? $octets : 0;
    put("$self->{dir}/$swap", $with_swap);
    put("$self->{dir}/$limit", $octets) or die "$self->{dir}/$limit: $!";
    put("$self->{dir}/$swap", $with_swap);
    return;
}

# How many of its processes the system has killed.
sub kills {
    my ($self) = @_;
    my $file = $self->{version} == 1 ? 'memory.oom_control' : 'memory.events';
    return OCSPTest::slurp("$self->{dir}/$file") =~ /^oom_kill (\d+)$/m ? $1 : 0;
}

# Remove it, once all its processes have ended, or have been ended.
sub remove {
    my ($self) = @_;
    my $dir = $self->{dir} // return 1;
    kill 'KILL', split ' ', OCSPTest::slurp("$dir/cgroup.procs");
    return wait_for(30, sub { rmdir $dir }) && delete $self->{dir};
}

sub DESTROY {
    my ($self) = @_;
    local $?;
    $self->remove;
    return;
}

1;
