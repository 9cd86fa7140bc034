# Requests that were tampered with, as bodies and as URLs: each is answered by an
# OCSP error, an answer or a 4xx, and no process is lost. OCSP_TEST_LONG=1: 50,000
# of them; OCSP_TEST_SEED repeats another run's choices. What is asked about is new
# with every run, as the keys are; what is done to it is not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp ();
use List::Util qw(sum0);
use MIME::Base64 qw(encode_base64);
use POSIX ();
use Socket;
use Test::More;
use OCSPTest;
use OCSPTest::Response;

my $total   = $ENV{OCSP_TEST_LONG} ? 50_000 : 2_000;
my $seed    = $ENV{OCSP_TEST_SEED} // 20260101;
my $clients = 4;
my $keep    = 15; # answers that a client keeps for openssl to read

# --- seeds --------------------------------------------------------------------

my $nonce = der(0x30, der(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"),
    der(0x04, der(0x04, 'n' x 16)));
my @bodies = (
    request('a', [serial_good]),
    request('b', [serial_compromised]),
    request('a', [serial_good, serial_compromised, serial_held]),
    request('c1', [serial_high], '-sha256'),
    request('c2', [serial_good], '-sha512'),
    request('foreign', [serial_good]),
    build_request(certids => [certid('a', serial_held)], extensions => [$nonce]),
    build_request(
        certids => [certid('a', serial_good)],
        before  => der(0xa0, der(0x02, "\0"))
            . der(0xa1, der(0x82, 'example.com')),
        after => der(0xa0, der(0x30, der(0x30, der(0x06, "\x2a\x03")),
            der(0x03, "\0" . 's' x 64)))
    ),
);
my (@strange, @targets);
for my $file (sort glob "$FindBin::Bin/fuzz/corpus/*/*") {
    next if !-f $file || -s $file > 20_000;
    push @strange, OCSPTest::slurp($file) if $file =~ m{/corpus/request_parse/};
    push @targets, OCSPTest::slurp($file) if $file =~ m{/corpus/request_url_decode/};
}

sub pick { return $_[rand @_] }
sub seed { return rand() < .2 && @strange ? pick(@strange) : pick(@bodies) }
sub octets { return join '', map { chr int rand 256 } 1 .. $_[0] }

# --- tampering with bytes -----------------------------------------------------

# [tag, content or [children]], or undef if it is no DER
sub parse {
    my ($bytes) = @_;
    my @elements = eval { der_children($bytes) } or return;
    return map {
        my @inner = $_->{tag} & 0x20 ? parse($_->{content}) : ();
        [$_->{tag}, @inner ? \@inner : $_->{content}];
    } @elements;
}

sub encode {
    return join '', map {
        der($_->[0], ref $_->[1] ? encode(@{ $_->[1] }) : $_->[1])
    } @_;
}

# every list of siblings in a tree
sub lists {
    my ($list) = @_;
    return ($list, map { ref $_->[1] ? lists($_->[1]) : () } @$list);
}

my @odd_lengths = map { pack 'H*', $_ } qw(00 01 7f 80 81 8100 817f 820001 8200ff
    83ffffff 847fffffff 84ffffffff 887fffffffffffffff 88ffffffffffffffff ff);

# with the lengths around it made good, so that it is looked at
sub change_element {
    my ($bytes) = @_;
    my @tree = parse($bytes) or return $bytes . octets(1);
    my $list = pick(lists(\@tree));
    my $at   = int rand @$list;
    my $node = $list->[$at];
    pick(
        sub { splice @$list, $at, 1 },
        sub { splice @$list, $at, 0, ($node) x pick(1, 1, 1, 3, 50) },
        sub {
            my ($copy) = pick(@{ pick(lists(\@tree)) });
            $copy = ref $copy->[1] ? [$copy->[0], encode(@{ $copy->[1] })] : $copy;
            splice @$list, rand @$list, 0, $copy;
        },
        sub { $node->[0] = int rand 256 },
        sub { $node->[1] = octets(rand 40) },
        sub { $node->[1] = '' },
        sub { $node->[1] = [[@$node]] },
        sub { push @$list, [pick(0x02, 0x04, 0x05, 0x30, 0xa0, 0xa2), octets(3)] },
    )->();
    return encode(@tree);
}

my @tampers = (
    sub { # bits
        my ($b) = @_;
        for (1 .. pick(1, 1, 2, 8)) {
            vec($b, rand 8 * length $b, 1) ^= 1 if length $b;
        }
        return $b;
    },
    sub { substr $_[0], 0, rand 1 + length $_[0] },
    sub { substr $_[0], rand 1 + length $_[0] },
    sub { my ($b) = @_; substr $b, rand 1 + length $b, 0, octets(pick(1, 1, 2, 9)); $b },
    sub { my ($b) = @_; substr $b, rand length $b, 1, pick(@odd_lengths); $b },
    sub { # an octet behind a tag that is likely one
        my ($b) = @_;
        my @at;
        push @at, pos $b while $b =~ /[\x02\x04\x06\x30\xa0-\xa2]/g;
        substr $b, pick(@at), 1, pick(@odd_lengths) if @at && $at[-1] < length $b;
        return $b;
    },
    (sub { # an octet within a hash, a serial number or a nonce
        my ($b) = @_;
        my @at;
        push @at, pos $b while $b =~ /[\x02\x04][\x02\x10\x14\x20]/g;
        substr $b, pick(@at) + rand 2, 1, octets(1)
            if @at && $at[-1] + 2 < length $b;
        return $b;
    }) x 4,
    sub { octets(rand 200) },
    sub { $_[0] . octets(pick(1, 2, 100)) },
    sub { $_[0] . $_[0] },
    (\&change_element) x 6,
);

sub tamper {
    my ($bytes) = @_;
    $bytes = pick(@tampers)->($bytes) for 1 .. pick(1, 1, 1, 2, 3);
    return length $bytes > 12_000 ? substr $bytes, 0, 12_000 : $bytes;
}

# --- tampering with a path ----------------------------------------------------

sub escape { return sprintf pick('%%%02X', '%%%02x', '%%25%02X'), ord $_[0] }

# no raw CR, LF or space in the middle of a line: they would end the target
my @garbage = ('/', '//', '///', '%2F', '%2f%2F', '%', '%2', '%zz', '%00', '%0D%0A',
    '%20', '+', '-', '_', '=', '==', '?', '?a=b', ';', ':', '@', '!', '~', '"', '<',
    "\\", "\x7f", "\xff", "\xc3\xa4", '..', '/../', '/./', '%2e%2e/', '%25', '%2525',
    'M', 'MAAA', '&', '*', "'", '|', '`', '{}', '[]', '^');

my @path_tampers = (
    sub { $_[0] =~ s/([+\/=])/escape($1)/ger },
    sub { $_[0] =~ s/(.)/rand() < .2 ? escape($1) : $1/ger },
    sub { $_[0] =~ tr{+/}{-_}r },
    sub { $_[0] =~ s/=+\z//r },
    sub { substr $_[0], 0, rand length $_[0] },
    sub { substr $_[0], rand length $_[0] },
    (sub {
        my ($p) = @_;
        substr $p, rand 1 + length $p, 0, pick(@garbage) for 1 .. pick(1, 1, 2, 6);
        return $p;
    }) x 4,
    sub { my ($p) = @_; substr $p, rand length $p, 1, pick(@garbage) if length $p; $p },
    sub { $_[0] . '/' x pick(1, 2, 5) },
    sub { pick('/', '//', 'x/', 'M/', 'MA/') . $_[0] },
);

sub make_path {
    my ($prefix) = @_;
    my $path = @targets && rand() < .2 ? pick(@targets)
        : encode_base64(rand() < .5 ? seed() : tamper(seed()), '');
    $path = pick(@path_tampers)->($path) for 1 .. pick(0, 1, 1, 2, 3);
    $path =~ s/[\r\n]/escape($&)/ge;
    $path =~ s/[ \t\0]/rand() < .1 ? $& : escape($&)/ge;
    # outside of /ocsp it would be httpd that answers
    1 while $prefix =~ /ocsp/ && $path =~ s/(?:\.|%2e){2}//gi;
    $path =~ s{\A/+}{} if $prefix eq '/';
    return substr "$prefix$path", 0, 8_000;
}

# --- asking -------------------------------------------------------------------

my $sock;

sub open_connection {
    my ($address) = @_;
    socket $sock, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
    setsockopt $sock, SOL_SOCKET, SO_RCVTIMEO, pack 'l!l!', 120, 0;
    connect $sock, $address or die "connect: $!\n";
    return;
}

# One answer, its framing undone: {code, type, body, close}, or undef if the
# connection ended before it. Dies of what is no HTTP.
sub read_answer {
    my $text = '';
    my $more = sub { sysread $sock, $text, 65536, length $text };
    while ($text !~ /\r\n\r\n/) {
        $more->() or return length $text ? die "half an answer: $text\n" : undef;
    }
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my ($code) = $head =~ m{\AHTTP/1\.1 (\d{3}) } or die "no HTTP: $head\n";
    my ($type) = $head =~ /^Content-Type: (.*?)\r?$/mi;
    my ($length) = $head =~ /^Content-Length: (\d+)\r?$/mi;
    my $close = $head =~ /^Connection: close\r?$/mi;
    my $whole = sub {
        defined $length ? length $body >= $length
            : $head =~ /^Transfer-Encoding: chunked/mi ? $body =~ /^0\r\n\r\n\z/m : 0;
    };
    while (!$whole->()) {
        $text = '';
        $more->() or last;
        $body .= $text;
    }
    die "a body of the wrong length: $head\n"
        if defined $length && length $body != $length;
    return { code => $code, type => $type // '', body => $body, close => $close };
}

# The connection may have been closed since it was last used: then once more.
sub ask {
    my ($address, $bytes) = @_;
    my $again = defined $sock;
    open_connection($address) if !$again;
    syswrite $sock, $bytes;
    my $answer = read_answer();
    if (!$answer && $again) {
        close $sock;
        open_connection($address);
        syswrite $sock, $bytes;
        $answer = read_answer();
    }
    undef $sock if !$answer || $answer->{close};
    die "no answer\n" if !$answer;
    return $answer;
}

my %error = (1 => 'malformedRequest', 2 => 'internalError', 3 => 'tryLater',
    6 => 'unauthorized');

# A word for what came back; undef: it must not.
sub outcome {
    my ($answer) = @_;
    my ($code, $body) = @{$answer}{qw(code body)};
    return 'HTTP ' . $code if $code =~ /^4/;
    return undef if $code != 200 || $answer->{type} ne 'application/ocsp-response';
    return $error{ ord $1 } if $body =~ /\A\x30\x03\x0a\x01(.)\z/s;
    return undef if ocsp_status($body) != 0;
    # OCSPResponse > responseBytes > BasicOCSPResponse > ResponseData > responses
    return eval {
        my ($response) = der_children($body);
        my (undef, $tagged) = der_children($response->{content});
        my ($bytes)  = der_children($tagged->{content});
        my (undef, $octets) = der_children($bytes->{content});
        my ($basic)  = der_children($octets->{content});
        my ($data, $algorithm, $signature) = der_children($basic->{content});
        my ($responder, $produced, $responses) = der_children($data->{content});
        my @singles = der_children($responses->{content});
        my @wrong = grep { (der_children($_->{content}))[1]{tag} !~ /\A(?:128|161)\z/ }
            @singles;
        @singles && !@wrong && $signature->{tag} == 3 ? 'answered' : undef;
    };
}

my $samples = File::Temp->newdir('ocsptest-XXXXXX', TMPDIR => 1);

# One client's share: bodies and URLs in turn.
sub run_client {
    my ($id, $count, $out) = @_;
    my ($port, @prefixes) = $id % 2 ? (port(), '/ocsp/', '/ocsp//', '/ocsp/ca1/')
        : (port('ocsp_root'), '/', '//', '/x/y/');
    my $address = sockaddr_in($port, inet_aton('127.0.0.1'));
    my ($kept, $bad, %seen) = (0, 0);
    srand $seed + $id;
    local $SIG{PIPE} = 'IGNORE';
    for my $n (1 .. $count) {
        my $body = $n % 2 ? tamper(seed()) : undef;
        my $target = defined $body ? pick(@prefixes) : make_path(pick(@prefixes));
        my $bytes = defined $body
            ? "POST $target HTTP/1.1\r\nHost: x\r\nContent-Length: "
                . length($body) . "\r\n\r\n$body"
            : "GET $target HTTP/1.1\r\nHost: x\r\n\r\n";
        my $answer = eval { ask($address, $bytes) };
        my $word = $answer && outcome($answer);
        if (!defined $word) {
            my $why = $answer ? "HTTP $answer->{code}, $answer->{type}, "
                . unpack 'H*', substr $answer->{body}, 0, 200 : $@;
            undef $sock;
            print {$out} 'trouble ', $why =~ s/\s+/ /gr, ' to ',
                unpack('H*', $bytes), "\n" if $bad++ < 3;
            $word = 'anything else';
        }
        $seen{ (defined $body ? 'POST' : 'GET') . ": $word" }++;
        OCSPTest::PKI::spew("$samples/$id.$n", $answer->{body})
            if $word eq 'answered' && $n > $kept * $count / $keep && $kept++ < $keep;
    }
    print {$out} "count $seen{$_} $_\n" for keys %seen;
    return;
}

# --- the run ------------------------------------------------------------------

diag "$total requests, seed $seed, from " . @bodies . ' requests, '
    . @strange . " strange ones and " . @targets . ' targets';
my $mark     = log_mark();
my @children = children();
my @readers;
for my $id (1 .. $clients) {
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $in;
        run_client($id, $total / $clients, $out);
        close $out;
        POSIX::_exit(0); # no END block of Test::More
    }
    close $out;
    push @readers, [$pid, $in];
}
my (%seen, @trouble);
for my $reader (@readers) {
    my ($pid, $in) = @$reader;
    while (defined(my $line = <$in>)) {
        $seen{$2} += $1 if $line =~ /\Acount (\d+) (.*)/;
        push @trouble, $1 if $line =~ /\Atrouble (.*)/;
    }
    waitpid $pid, 0;
    is $?, 0, 'a client ended by itself';
}

sub sum_of {
    my ($what) = @_;
    return sum0 map { $seen{$_} } grep { /$what/ } keys %seen;
}
diag join ', ', map { "$_ $seen{$_}" } sort keys %seen;
diag $_ for @trouble;

is sum_of(qr/./), $total, 'every request was made';
is sum_of(qr/\APOST/), $total / 2, 'half of them by POST';
is sum_of(qr/anything else/), 0,
    'each is answered by an OCSP error, an answer or a 4xx';
is sum_of(qr/internalError/), 0, 'nothing that comes in is an internal error';
# the tampering is neither too weak nor too strong to say something
for my $method (qw(POST GET)) {
    cmp_ok sum_of(qr/$method: $_/), '>', $total / 100, "$method: some are $_"
        for qw(answered malformedRequest unauthorized);
}

my $log = log_since($mark);
unlike $log, qr/exit signal|Sanitizer|runtime error:|[Aa]ssertion/,
    'no process was lost';
my %now = map { $_ => 1 } children();
is join(' ', grep { !$now{$_} } @children), '', 'every process is still there';
unlike $log, qr/OCSP\d+.*:(?:error|warn)\]|:(?:error|warn)\].*OCSP\d+/,
    'and nothing that strangers send is logged as an error';

# --- what openssl makes of the answers ----------------------------------------

my @cas = qw(a b c1 c2);
my $cas = "$samples/cas.pem";
OCSPTest::PKI::spew($cas, join '', map { OCSPTest::slurp(ca($_)->{cert}) } @cas);
my @kept = grep { !/pem/ } sort glob "$samples/*";
cmp_ok scalar @kept, '>=', $keep, 'answers were kept';
my @refused;
for my $file (@kept) {
    my (undef, $said) = run('openssl', 'ocsp', '-respin', $file, '-CAfile', $cas,
        map { ('-issuer', ca($_)->{cert}) } @cas);
    next if $said =~ /^Response verify OK$/m;
    diag $said, unpack 'H*', OCSPTest::slurp($file);
    push @refused, $file;
}
is scalar @refused, 0, 'openssl verifies all of them';

like oracle(post(request('a', [serial_good]))->{body}, 'a', [serial_good]),
    qr/Response verify OK.*: good$/ms, 'and the server answers as before';

done_testing;
