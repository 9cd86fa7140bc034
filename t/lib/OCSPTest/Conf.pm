# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# Pieces of configuration, and what httpd says to them.
package OCSPTest::Conf;

use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path);
use OCSPTest;

our @EXPORT = qw(vhost section with dump_of scratch_dir lines_of);

# A virtual host told apart by its port.
sub vhost {
    my ($port, $text) = @_;
    return "Listen 127.0.0.1:$port\n<VirtualHost *:$port>\n"
        . "ServerName p$port.example.com\n$text</VirtualHost>\n";
}

# An <OCSPIssuer> of this file or pattern with just these lines.
sub section {
    my ($pattern, @lines) = @_;
    return join '', qq(<OCSPIssuer "$pattern">\n), (map { "    $_\n" } @lines),
        "</OCSPIssuer>\n";
}

# with(CA, lines...): its usual section, and these lines at the end of it.
sub with {
    my ($ca, @lines) = @_;
    my $more = join '', map { "    $_\n" } @lines;
    return issuer_section($ca) =~ s/^<\/OCSPIssuer>/$more<\/OCSPIssuer>/mr;
}

# `httpd -t -D DUMP_OCSP`: exit status, all that it says, and the lines of each
# issuer as {server's name => {subject => lines}}; '' is what the server says itself.
sub dump_of {
    my ($text) = @_;
    my ($status, $said) = config_test($text, '-D', 'DUMP_OCSP');
    my ($server, $issuer, %dump);
    for my $line (split /\n/, $said) {
        if ($line =~ /^(\S+):\d+(?: \(|$)/) {
            ($server, $issuer) = ($1, undef);
        }
        elsif (defined $server && $line =~ /^ {2}(OCSP\w+ .*)$/) {
            $dump{$server}{''} .= "$1\n";
        }
        elsif (defined $server && $line =~ /^ {2}(\S.*)$/) {
            $issuer = $1;
            $dump{$server}{$issuer} //= '';
        }
        elsif (defined $issuer && $line =~ /^ {4}(\S.*)$/) {
            $dump{$server}{$issuer} .= "$1\n";
        }
    }
    return ($status, $said, \%dump);
}

# A directory of the suite's own, empty.
sub scratch_dir {
    my ($name) = @_;
    my $dir = OCSPTest::vars()->{t_logs} . "/$name";
    make_path($dir);
    return $dir;
}

# Of what httpd said the lines with this tag.
sub lines_of {
    my ($tag, $text) = @_;
    return grep { /\b$tag: / } split /\n/, $text;
}

1;
