# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# What the server suites share: raw HTTP, requests in DER, `openssl ocsp` as the
# judge of answers, and the httpd under test. The certificates are OCSPTest::PKI's.
#
# The suites use Test::More itself: Apache::Test's own plan() would hide what a
# failed test says, and skip where a module is missing.
package OCSPTest;

use strict;
use warnings;
use Apache::Test ();
use Cwd ();
use Exporter 'import';
use File::Basename qw(basename);
use IO::Socket::INET ();
use MIME::Base64 qw(encode_base64);
use OCSPTest::PKI ();
use OCSPTest::Ports qw(free_port);
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
    MALFORMED INTERNAL_ERROR TRY_LATER UNAUTHORIZED
    ca port http raw header get_path post get ocsp_status is_error
    request certid build_request der der_children oracle client
    serial_good serial_compromised serial_held serial_no_reason serial_high
    log_mark log_since drop_second wait_for graceful children stop_process server_status run
    config config_test issuer_section free_port DEADLINE_S
);

# How long a test waits for anything that has to come. No healthy machine is so busy that
# this is reached: what is not there by then does not come.
use constant DEADLINE_S => 180;

use constant MALFORMED      => 1;
use constant INTERNAL_ERROR => 2;
use constant TRY_LATER      => 3;
use constant UNAUTHORIZED   => 6;

# What every CA's CRL says (OCSPTest::PKI): the first is not listed.
use constant serial_good        => '2001';
use constant serial_compromised => '1001';
use constant serial_held        => '1002';
use constant serial_no_reason   => '1003';
use constant serial_high => 'F1E2D3C4B5A697887766554433221100FFEEDDCC';

sub ca { OCSPTest::PKI::ca(@_) }
sub run { OCSPTest::PKI::run(@_) }

# --- HTTP, byte by byte ------------------------------------------------------

# The port of a named virtual host of extra.conf.in; without a name the server's.
sub port {
    my ($vhost) = @_;
    my $config = Apache::Test::config();
    return $config->{vars}{port} if !defined $vhost;
    my $port = $config->{vhosts}{$vhost}{port};
    die "no virtual host $vhost" if !$port;
    return $port;
}

# Send these bytes, read to the end of the connection, take the answer apart:
# {code, version, headers => {name => [values]}, body, interim => [codes]}.
sub raw {
    my ($port, $bytes, %opt) = @_;
    my $sock = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => DEADLINE_S)
        or die "connect to port $port: $!";
    binmode $sock;
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{ALRM} = sub { die 'no answer within ' . DEADLINE_S . " s\n" };
    alarm DEADLINE_S;
    # in one piece, as far as the system takes it: buffered output comes in pieces, with
    # pauses between them on a busy machine
    while (length $bytes) {
        my $n = syswrite $sock, $bytes or last; # closed early: there may be an answer
        substr $bytes, 0, $n, '';
    }
    shutdown $sock, 1 if $opt{half_close};
    my $answer = do { local $/; <$sock> } // '';
    alarm 0;
    return parse_http($answer);
}

sub parse_http {
    my ($text) = @_;
    my %res = (raw => $text, interim => [], code => 0, headers => {}, body => '');
    while ($text =~ s/\A(HTTP\/[\d.]+) (\d+)[^\r]*\r\n((?:[^\r\n]+\r\n)*)\r\n//) {
        my ($version, $code, $lines) = ($1, $2, $3);
        if ($code =~ /^1/) {
            push @{ $res{interim} }, $code;
            next;
        }
        @res{qw(version code)} = ($version, $code);
        for my $line (split /\r\n/, $lines) {
            my ($name, $value) = split /:\s*/, $line, 2;
            push @{ $res{headers}{ lc $name } }, $value;
        }
        last;
    }
    $res{body} = $text;
    return \%res;
}

# All values of a field joined as RFC 9110 section 5.3 joins them; undef: none.
sub header {
    my ($res, $name) = @_;
    my $values = $res->{headers}{ lc $name };
    return $values ? join(', ', @$values) : undef;
}

# http(METHOD, TARGET, port =>, headers => [name => value ...], body =>,
# version => '1.1', host => undef for none)
sub http {
    my ($method, $target, %opt) = @_;
    my $version = $opt{version} // '1.1';
    my $port    = $opt{port}    // port();
    my @headers = @{ $opt{headers} // [] };
    unshift @headers, Host => exists $opt{host} ? $opt{host} : "127.0.0.1:$port"
        if !exists $opt{host} || defined $opt{host};
    push @headers, 'Content-Length' => length $opt{body}
        if defined $opt{body} && !$opt{no_length};
    push @headers, Connection => 'close' if $version ne '1.0';
    my $bytes = "$method $target HTTP/$version\r\n";
    while (my ($name, $value) = splice @headers, 0, 2) {
        $bytes .= "$name: $value\r\n";
    }
    return raw($port, "$bytes\r\n" . ($opt{body} // ''), %opt);
}

# POST an OCSPRequest; a content type of undef sends none.
sub post {
    my ($der, %opt) = @_;
    my $type = exists $opt{type} ? $opt{type} : 'application/ocsp-request';
    my @type = defined $type ? ('Content-Type' => $type) : ();
    return http('POST', $opt{path} // '/ocsp', %opt, body => $der,
        headers => [@type, @{ $opt{headers} // [] }]);
}

# The path by which RFC 6960 appendix A.1 asks for a request.
sub get_path {
    my ($der) = @_;
    my $path = encode_base64($der, '');
    $path =~ s/([+\/=])/sprintf '%%%02X', ord $1/ge;
    return $path;
}

sub get {
    my ($der, %opt) = @_;
    my $prefix = $opt{path} // '/ocsp';
    return http('GET', "$prefix/" . get_path($der), %opt);
}

# The OCSPResponseStatus of a body; -1: no OCSPResponse.
sub ocsp_status {
    my ($body) = @_;
    my $outer = der_first($body) or return -1;
    return -1 if $outer->{tag} != 0x30 || length $outer->{rest};
    my $status = der_first($outer->{content}) or return -1;
    return -1 if $status->{tag} != 0x0a || length $status->{content} != 1;
    return ord $status->{content};
}

# Whether an answer is this OCSP error to the last octet (RFC 6960 section 4.2.1).
sub is_error {
    my ($res, $status) = @_;
    return $res->{code} == 200
        && $res->{body} eq "\x30\x03\x0a\x01" . chr $status
        && (header($res, 'Content-Type') // '') eq 'application/ocsp-response'
        && (header($res, 'Cache-Control') // '') =~ /\bno-store\b/;
}

# --- requests -----------------------------------------------------------------

# der(TAG, CONTENT...): one element.
sub der {
    my ($tag, @content) = @_;
    my $content = join '', @content;
    my $len     = length $content;
    my $octets  = $len < 128 ? '' : pack('N', $len) =~ s/^\0+//r;
    my $header
        = length $octets ? chr(0x80 | length $octets) . $octets : chr $len;
    return chr($tag) . $header . $content;
}

# The first element: {tag, content, element, rest}, or undef.
sub der_first {
    my ($bytes) = @_;
    return if length $bytes < 2;
    my ($tag, $len) = unpack 'CC', $bytes;
    my $at = 2;
    if ($len & 0x80) {
        my $n = $len & 0x7f;
        return if $n < 1 || $n > 4 || length $bytes < 2 + $n;
        $len = unpack 'N', ("\0" x (4 - $n)) . substr $bytes, 2, $n;
        $at += $n;
    }
    return if length $bytes < $at + $len;
    return {
        tag     => $tag,
        content => substr($bytes, $at, $len),
        element => substr($bytes, 0, $at + $len),
        rest    => substr($bytes, $at + $len),
    };
}

sub der_children {
    my ($content) = @_;
    my @children;
    while (length $content) {
        my $child = der_first($content) or die 'not DER';
        push @children, $child;
        $content = $child->{rest};
    }
    return @children;
}

my (%request_cache, %certid_front, %certid_cache);

# request(CA, [serials], args...): the OCSPRequest that `openssl ocsp` makes.
# Without a nonce, unless '-nonce' is among the arguments. Without arguments the command
# makes one of each CA, from which the others are put together: a process costs 30 ms.
sub request {
    my ($ca, $serials, @args) = @_;
    my $cache = join ' ', $ca, @$serials, @args;
    my $nonce = grep { $_ eq '-nonce' } @args;
    return $request_cache{$cache} if defined $request_cache{$cache} && !$nonce;
    return $request_cache{$cache} = build_request(certids => [map { certid($ca, $_) } @$serials])
        if !@args && "@$serials" ne serial_good;
    push @args, '-no_nonce' if !$nonce;
    my $file = scratch('request.der');
    my ($status, $text) = run('openssl', 'ocsp', @args, '-issuer',
        ca($ca)->{cert}, (map { ('-serial', "0x$_") } @$serials),
        '-reqout', $file);
    die "openssl ocsp: $text" if $status != 0;
    return $request_cache{$cache} = slurp($file);
}

# The DER of the CertID that `openssl ocsp` asks with.
sub certid {
    my ($ca, $serial, @args) = @_;
    my $kind = join ' ', $ca, @args;
    $certid_front{$kind} //= do {
        my ($outer) = der_children(request($ca, [serial_good], @args));
        my ($tbs)   = der_children($outer->{content});
        my ($list)  = der_children($tbs->{content});
        my ($one)   = der_children($list->{content});
        my ($id)    = der_children($one->{content});
        my @fields  = der_children($id->{content});
        join '', map { $_->{element} } @fields[0 .. 2];
    };
    return $certid_cache{"$serial $kind"} //= do {
        my $octets = pack 'H*', length($serial) % 2 ? "0$serial" : $serial;
        $octets =~ s/\A\0+(?=.)//s;
        $octets = "\0$octets" if ord($octets) & 0x80;
        der(0x30, $certid_front{$kind}, der(0x02, $octets));
    };
}

# An OCSPRequest of one's own: build_request(certids => [...], extensions =>
# [DER...], before => DER in front of the requestList, after => behind the tbs).
sub build_request {
    my (%opt) = @_;
    my $list = der(0x30, map { der(0x30, $_) } @{ $opt{certids} });
    my $extensions = $opt{extensions}
        ? der(0xa2, der(0x30, @{ $opt{extensions} })) : '';
    return der(0x30, der(0x30, $opt{before} // '', $list, $extensions),
        $opt{after} // '');
}

# --- the oracle -----------------------------------------------------------------

my $scratch_dir;

sub scratch {
    my ($name) = @_;
    require File::Temp;
    $scratch_dir //= File::Temp->newdir('ocsptest-XXXXXX', TMPDIR => 1);
    return "$scratch_dir/$name";
}

sub slurp {
    my ($file) = @_;
    open my $fh, '<:raw', $file or die "$file: $!";
    local $/;
    return scalar <$fh>;
}

my %verified;

# What `openssl ocsp` makes of an OCSPResponse about these serials: its words and
# "Response verify OK", or what is wrong. More arguments come before them. Of its words
# only this line and those of the form "0x1001: revoked" are to be looked for: they are
# the command's only answers, and the same since OpenSSL 1.0. All else differs from
# version to version, and is to be read from the DER (OCSPTest::Response and X509).
# Without arguments it is asked once about the same octets.
sub oracle {
    my ($der, $ca, $serials, @args) = @_;
    my $key = "$ca @$serials $der";
    return $verified{$key} if !@args && defined $verified{$key};
    my $file = scratch('response.der');
    open my $fh, '>:raw', $file or die "$file: $!";
    print {$fh} $der;
    close $fh;
    my ($status, $text) = run('openssl', 'ocsp', '-respin', $file, '-no_nonce',
        '-CAfile', ca($ca)->{cert}, @args, '-issuer', ca($ca)->{cert},
        map { ('-serial', "0x$_") } @$serials);
    $verified{$key} = $text if !@args && $text =~ /^Response verify OK$/m;
    return $text;
}

# client(CA, [serials], [args before them], port =>, path =>): ask by POST with
# `openssl ocsp`; its exit status and its words.
sub client {
    my ($ca, $serials, $args, %opt) = @_;
    my $port = $opt{port} // port();
    my $path = $opt{path} // '/ocsp';
    return run('openssl', 'ocsp', '-url', "http://127.0.0.1:$port$path",
        '-CAfile', ca($ca)->{cert}, @{ $args // [] }, '-issuer',
        ca($ca)->{cert}, map { ('-serial', "0x$_") } @$serials);
}

# --- the httpd under test -------------------------------------------------------

sub vars { Apache::Test::config()->{vars} }

sub log_mark {
    return -s vars()->{t_logs} . '/error_log';
}

sub log_since {
    my ($mark) = @_;
    open my $fh, '<', vars()->{t_logs} . '/error_log' or die "error_log: $!";
    seek $fh, $mark, 0;
    local $/;
    return scalar(<$fh>) // '';
}

# Lines of a log, of which each message may stand there twice: a graceful restart logs
# again what a check of the files may have logged just before. The second is dropped, a
# third one stays.
sub drop_second {
    my (@lines) = @_;
    my %seen;
    return grep { $seen{ s/^.*?(?=OCSP\d{3}: )//r }++ != 1 } @lines;
}

# Poll until the code is true; the value, or undef after so many seconds.
sub wait_for {
    my ($seconds, $code) = @_;
    my $end = time + $seconds;
    while (1) {
        my $value = $code->();
        return $value if $value;
        return undef if time > $end;
        sleep 0.05;
    }
}

sub pid {
    my $pid = slurp(vars()->{t_pid_file});
    chomp $pid;
    return $pid;
}

# Stop a process by SIGSTOP, and wait until all of its threads have stopped: one that goes
# on may accept a connection, which is then not answered. False: the process has ended.
sub stop_process {
    my ($pid) = @_;
    kill 'STOP', $pid or return 0;
    return wait_for(DEADLINE_S, sub {
        return !grep { (eval { slurp($_) } // '') !~ /\) [TZX] / } glob "/proc/$pid/task/*/stat";
    });
}

# The process ids of httpd's children, or of another's.
sub children {
    my ($parent) = @_;
    $parent //= pid();
    my @children;
    for my $stat (glob '/proc/[0-9]*/stat') {
        open my $fh, '<', $stat or next;
        my $line = <$fh> // '';
        push @children, $1 if $line =~ /^(\d+) \(.*\) \S (\d+) /s && $2 == $parent;
    }
    return @children;
}

# A graceful restart: returns once httpd says that it has resumed, the children of
# before are gone and new ones are there, so that whatever is asked next is asked of
# those. True if all of that came in time.
sub graceful {
    my @before = children();
    # as many as StartServers says: prefork had perhaps more, after some load
    my $want = @before < 4 ? @before : 4;
    my $mark   = log_mark();
    kill 'USR1', pid() or die "USR1: $!";
    my $resumed = wait_for(DEADLINE_S,
        sub { log_since($mark) =~ /resuming normal operations/ });
    my $gone = wait_for(DEADLINE_S, sub {
        my %now = map { $_ => 1 } children();
        return keys %now >= $want && !grep { $now{$_} } @before;
    });
    return $resumed && $gone;
}

# --- another httpd ----------------------------------------------------------------

# An <OCSPIssuer> section: issuer_section(CA, file => replacement ...), the files
# being cert, crl, signer, signer_key.
sub issuer_section {
    my ($ca, %replace) = @_;
    my %file = (%{ ca($ca) }, %replace);
    return <<"END";
<OCSPIssuer "$file{cert}">
    OCSPCRLFile            "$file{crl}"
    OCSPCertificateFile    "$file{signer}"
    OCSPCertificateKeyFile "$file{signer_key}"
</OCSPIssuer>
END
}

# Write the configuration of another httpd: the modules of the one under test, a
# port of its own. Its file name; its error log is that and ".log".
sub config {
    my ($text, %opt) = @_;
    my $vars = vars();
    my $file = "$vars->{t_logs}/" . ($opt{name} // 'other') . '.conf';
    my $port = $opt{port} // free_port();
    open my $fh, '>', $file or die "$file: $!";
    print {$fh} <<"END";
Include "$vars->{t_conf}/httpd-base.conf"
ServerRoot "$vars->{serverroot}"
ServerName ocsp.example.com
DefaultRuntimeDir "$vars->{t_logs}"
PidFile "$file.pid"
ErrorLog "$file.log"
LogLevel warn
<IfModule mod_mime.c>
    TypesConfig /dev/null
</IfModule>
Listen 127.0.0.1:$port
<Location "/">
    SetHandler ocsp
</Location>
<IfModule ocsp_module>
    OCSPStateDir "$file.state"
</IfModule>
$text
END
    close $fh or die "$file: $!";
    return $file;
}

# `httpd -t` with this configuration, and more arguments: its exit status and all
# that it says, the lines of the error log included. Each suite has a file of its own.
sub config_test {
    my ($text, @args) = @_;
    my $file = config($text, name => basename($0, '.t') . '-configtest');
    unlink "$file.log";
    my ($status, $said) = run(vars()->{httpd}, '-t', '-f', $file, @args);
    $said .= slurp("$file.log") if -e "$file.log";
    return ($status, $said);
}

# The lines of server-status?auto that are the module's.
sub server_status {
    my $res = http('GET', '/server-status?auto');
    return { $res->{body} =~ /^(OCSP[^:\n]+):[ ]?(.*)$/mg };
}

1;
