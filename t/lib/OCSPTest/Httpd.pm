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

# Several processes, few enough that a graceful restart is quick.
my $processes = <<'END';
LogLevel warn ocsp:debug
<IfModule prefork.c>
    StartServers     2
    MinSpareServers  2
    MaxSpareServers  2
</IfModule>
<IfModule !prefork.c>
    StartServers     2
    ServerLimit      2
    ThreadsPerChild  3
    MaxRequestWorkers 6
    MinSpareThreads  6
    MaxSpareThreads  6
</IfModule>
<Location "/server-status">
    SetHandler server-status
</Location>
END

# start(NAME, TEXT, port =>, launch => what runs the command instead of run(),
# least => how many processes there are after a restart): with this configuration.
# Dies if it does not listen.
sub start {
    my ($class, $name, $text, %opt) = @_;
    my $self = bless { name => $name, port => $opt{port} // free_port(),
        least => $opt{least} // 2 }, $class;
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
    return $self;
}

# What it reads at its next graceful restart.
sub configure {
    my ($self, $text) = @_;
    $self->{config} = config("$processes$text", name => $self->{name},
        port => $self->{port});
    $self->{log} = "$self->{config}.log";
    return;
}

sub log_since {
    my ($self, $mark) = @_;
    return substr OCSPTest::slurp($self->{log}), $mark;
}

# A graceful restart, until only new processes are there: what the error log has
# of it, or undef.
sub graceful {
    my ($self) = @_;
    my %before = map { $_ => 1 } children($self->{pid});
    my $mark   = -s $self->{log};
    kill 'USR1', $self->{pid} or die "USR1: $!";
    my $done = wait_for(60, sub {
        my @now = children($self->{pid});
        $self->log_since($mark) =~ /resuming normal operations/
            && @now >= $self->{least} && !grep { $before{$_} } @now;
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

# What its server-status says of an issuer: {Subject => ..., LastResult => ...}
sub issuer {
    my ($self, $n) = @_;
    my $res = http('GET', '/server-status?auto', port => $self->{port});
    return { $res->{body} =~ /^OCSPIssuer\[$n\](\w+): (.*)$/mg };
}

# True if it ended when told to.
sub stop {
    my ($self) = @_;
    kill 'TERM', delete $self->{pid};
    return wait_for(30, sub { !-e "$self->{config}.pid" });
}

# A suite that dies leaves none behind.
sub DESTROY {
    my ($self) = @_;
    kill 'TERM', $self->{pid} if $self->{pid};
    return;
}

1;
