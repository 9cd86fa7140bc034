# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# BenchSetup: how t/bench/serve configures what it measures: mod_ocsp, the floor, a
# file server, and peers. A server's {port} has a port for each thing that is measured
# of it.
package BenchSetup;
use strict;
use warnings;
use Exporter qw(import);

use BenchServer qw(free_port have);

our @EXPORT_OK = qw(KINDS missing setup start_floor start_ocsp start_peer start_static);

use constant KINDS => qw(RSA-2048 P-256 Ed25519); # keys that sign in every group

my ($tmp, %ca, %module, @missing);

# setup(DIRECTORY, {KIND => CA}, {ocsp => FILE, floor => FILE}). The floor sends
# www/answer.der of the directory, and KIND.der where it signs.
sub setup {
    my ($dir, $ca, $module) = @_;
    $tmp    = $dir;
    %ca     = %$ca;
    %module = %$module;
    return;
}

# Lines for the table: which rows are not there, and why.
sub missing { return @missing }

sub vhost {
    my ($port, @lines) = @_;
    return join "\n", "<VirtualHost 127.0.0.1:$port>", @lines, '</VirtualHost>', '';
}

# httpd takes longer to find a location among more of them: mod_ocsp and the floor
# have one each in a virtual host, the same.
sub location {
    my ($path, $handler) = @_;
    return ("<Location \"$path\">", "SetHandler $handler", '</Location>');
}

sub start {
    my ($name, $shape, $config, %port) = @_;
    my $server = BenchServer->httpd("$tmp/$name", $shape, $config, values %port);
    $server->{port} = \%port;
    return $server;
}

# mod_ocsp: port `quick` answers in the quick handler, `handler` in the other one.
sub start_ocsp {
    my ($name, $shape) = @_;
    my %port = map { $_ => free_port() } qw(quick handler status);
    my $config = "LoadModule ocsp_module $module{ocsp}\n";
    for my $ca (map { $ca{$_} } sort keys %ca) {
        $config .= <<"CONF";
<OCSPIssuer "$ca->{dir}/ca.pem">
    OCSPCRLFile            "$ca->{dir}/ca.crl"
    OCSPCertificateFile    "$ca->{dir}/responder.pem"
    OCSPCertificateKeyFile "$ca->{dir}/responder.key"
</OCSPIssuer>
CONF
    }
    for (['quick', 'on'], ['handler', 'off']) {
        my ($which, $quick) = @$_;
        $config .= vhost($port{$which}, "OCSPQuickHandler $quick",
            location('/', 'ocsp'));
    }
    $config .= vhost($port{status}, location('/server-status', 'server-status'));
    return start($name, $shape, $config, %port);
}

# The floor: ports `quick`, `location` and `handler` sign nothing; those that are named
# for a key sign with it in the quick handler, bare or "location KIND".
sub start_floor {
    my ($name, $shape) = @_;
    my %port = map { $_ => free_port() } qw(quick location handler), KINDS,
        map { "location $_" } KINDS;
    my @found  = ('FloorPlace location', location('/', 'floor'));
    my $send   = "FloorFile $tmp/www/answer.der";
    my $config = "LoadModule floor_module $module{floor}\n"
        . vhost($port{quick}, $send)
        . vhost($port{location}, $send, @found)
        . vhost($port{handler}, $send, 'FloorPlace handler',
            location('/', 'floor'));
    for my $kind (KINDS) {
        my @sign = ("FloorFile $tmp/$kind.der",
            "FloorSign $ca{$kind}{dir}/responder.key");
        $config .= vhost($port{$kind}, @sign)
            . vhost($port{"location $kind"}, @sign, @found);
    }
    return start($name, $shape, $config, %port);
}

# httpd without a module of ours.
sub start_static {
    my ($shape) = @_;
    return start('static', $shape, "DocumentRoot $tmp/www\n", file => free_port());
}

# A peer, or nothing: the table says what is missing.
sub start_peer {
    my ($row, $what, @args) = @_;
    my %package = (nginx => ['nginx-light', 'nginx'],
        cfssl => ['golang-cfssl', 'cfssl'],
        openssl => ['apache2-utils', 'ab', 'util-linux', 'unshare', 'iproute2',
            'ip']);
    my @packages;
    my @pairs = @{ $package{$what} };
    while (my ($package, $program) = splice @pairs, 0, 2) {
        push @packages, $package if !have($program);
    }
    my $port   = free_port();
    my $server = @packages ? undef
        : eval { BenchServer->$what("$tmp/$what", $port, @args) };
    if (!$server) {
        push @missing, sprintf '%-40s %s', $row, @packages
            ? "not installed: apt-get install @packages"
            : 'not measured: ' . ($@ =~ /\A(.*)/)[0];
        return;
    }
    $server->{port} = { $what => $port };
    return $server;
}

1;
