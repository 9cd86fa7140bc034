# Requests without a pause, one connection each, while httpd restarts gracefully
# again and again, once with a broken CRL and once without a signer's key. Every
# answer is right, and no more connections fail than those of a control: a static
# file, asked for in turn with the answers by the same clients. OCSP_TEST_LONG=1:
# a minute of it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp ();
use List::Util qw(sum0);
use POSIX ();
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;
use OCSPTest::Turns;

my $long     = $ENV{OCSP_TEST_LONG};
my $seconds  = $long ? 60 : 6;   # at least
my $least    = $long ? 50 : 8;   # restarts
my $at_most  = 900;              # seconds, on a machine that is slow
my $clients  = 4;
my $sample_s = 0.5;              # how often a client keeps an answer: the first is one
my $turns;                       # of the clients

my $fresh   = ca('fresh');
my $samples = File::Temp->newdir('ocsptest-XXXXXX', TMPDIR => 1);
my $address = sockaddr_in(port(), inet_aton('127.0.0.1'));

# --- what is asked, and what must be in the answer ----------------------------

# CertStatus to the octet (RFC 6960 section 4.2.1): all of these are in every CRL
my @statuses = (
    [serial_good, 'good', der(0x80)],
    [serial_compromised, 'revoked',
        der(0xa1, der(0x18, '20260102030405Z'), der(0xa0, der(0x0a, "\1")))],
    [serial_held, 'revoked',
        der(0xa1, der(0x18, '20260203040506Z'), der(0xa0, der(0x0a, "\6")))],
    [serial_no_reason, 'revoked', der(0xa1, der(0x18, '20260304050607Z'))],
);

# What goes over the wire for a method, a target and a body.
sub message {
    my ($method, $target, $body) = @_;
    my @body = defined $body
        ? ('Content-Type: application/ocsp-request',
            'Content-Length: ' . length $body) : ();
    return join("\r\n", "$method $target HTTP/1.1", 'Host: 127.0.0.1', @body,
        'Connection: close', '', '') . ($body // '');
}

my @questions;
for my $ca (qw(a b c1 c2 fresh)) {
    for my $status (@statuses) {
        my ($serial, $word, $der) = @$status;
        my $request = request($ca, [$serial]);
        my %question = (ca => $ca, serial => $serial, word => $word,
            must => certid($ca, $serial) . $der,
            type => 'application/ocsp-response');
        push @questions,
            { %question, bytes => message('POST', '/ocsp', $request) },
            { %question, bytes => message('GET', '/ocsp/' . get_path($request)) };
    }
}

my $text = "not the module's\n" x 60;
OCSPTest::PKI::spew(OCSPTest::vars()->{documentroot} . '/control.txt', $text);
my %control = (bytes => message('GET', '/control.txt'), must => $text,
    type => 'text/plain');

# --- a client -----------------------------------------------------------------

# The whole answer, or undef and at what the connection failed.
sub ask {
    my ($bytes) = @_;
    my ($answer, $n) = ('');
    socket my $sock, PF_INET, SOCK_STREAM, 0 or return (undef, "socket: $!");
    setsockopt $sock, SOL_SOCKET, $_, pack 'l!l!', 120, 0
        or return (undef, "setsockopt: $!") for SO_RCVTIMEO, SO_SNDTIMEO;
    connect $sock, $address or return (undef, "connect: $!");
    (syswrite($sock, $bytes) // -1) == length $bytes
        or return (undef, "write: $!");
    1 while $n = sysread($sock, $answer, 65536, length $answer)
        or !defined $n && $!{EINTR}; # told to stop: after this one
    return (undef, "read: $!") if !defined $n;
    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    return (undef, 'closed without a whole answer')
        if ($head // '') !~ /^Content-Length: (\d+)\r?$/mi || length $body != $1;
    return $answer;
}

sub is_right {
    my ($question, $answer) = @_;
    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    return $head =~ m{\AHTTP/1\.1 200 }
        && $head =~ m{^Content-Type: \Q$question->{type}\E\r?$}mi
        && index($body, $question->{must}) >= 0;
}

# Ask until told to stop; then say what came of it, one line a thing.
sub run_client {
    my ($id, $out) = @_;
    my ($stop, $sampled, $turn, $kept) = (0, 0, $id * 7, 0);
    my (%count, @trouble);
    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    while (!$stop) {
        my $ocsp = $questions[ $turn++ % @questions ];
        for my $question ($ocsp, \%control) {
            my $kind = $question->{ca} // 'control';
            my ($answer, $why) = ask($question->{bytes});
            if (!defined $answer) {
                $count{"failed $kind"}++;
                push @trouble, "$kind: $why";
            }
            elsif (is_right($question, $answer)) {
                $count{"right $kind"}++;
                next if $kind eq 'control' || time - $sampled < $sample_s;
                my ($head, $body) = split /\r\n\r\n/, $answer, 2;
                OCSPTest::PKI::spew("$samples/$id.$kept.$kind.$ocsp->{serial}."
                    . $ocsp->{word}, $body);
                $sampled = time;
                $kept++;
            }
            else {
                $count{"wrong $kind"}++;
                push @trouble, "$kind $question->{serial}: "
                    . unpack 'H*', substr $answer, 0, 400;
            }
        }
        $turns->add($id);
    }
    print {$out} "count $_ $count{$_}\n" for keys %count;
    print {$out} "trouble $_\n" for @trouble[0 .. ($#trouble < 4 ? $#trouble : 4)];
    return;
}

sub start_client {
    my ($id) = @_;
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $in;
        run_client($id, $out);
        close $out;
        POSIX::_exit(0); # no END block of Test::More
    }
    close $out;
    return { pid => $pid, in => $in };
}

# --- httpd --------------------------------------------------------------------

# A graceful restart, confirmed: what the error log has of it, or undef.
sub restart {
    my $mark = log_mark();
    kill 'USR1', OCSPTest::pid() or return undef;
    return wait_for(60, sub {
        my $log = log_since($mark);
        $log =~ /resuming normal operations/ ? $log : undef;
    });
}

my $crl = OCSPTest::slurp($fresh->{crl});
my $key = OCSPTest::slurp($fresh->{signer_key});

# As it was, mode and all: others of this lane look at the log for a key that all can read.
sub restore_key {
    OCSPTest::PKI::spew($fresh->{signer_key}, $key);
    chmod 0600, $fresh->{signer_key} or die $!;
    return;
}

# number of a restart => [what happens before it, the file that it then complains of]
my %events = (
    3 => [sub { OCSPTest::PKI::spew($fresh->{crl},
        substr $crl, 0, length($crl) / 2) }, 'crl'],
    4 => [sub { OCSPTest::PKI::spew($fresh->{crl}, $crl) }],
    6 => [sub { unlink $fresh->{signer_key} or die $! }, 'signer_key'],
    7 => [sub { restore_key() }],
);

# --- the run ------------------------------------------------------------------

my $mark    = log_mark();
my $start   = time;
$turns      = OCSPTest::Turns->new($clients);
my @clients = map { start_client($_) } 1 .. $clients;
my $done    = 0;
while ((time < $start + $seconds || $done < $least) && time < $start + $at_most) {
    my $number = $done + 1;
    my ($do, $file) = @{ $events{$number} // [] };
    $do->() if $do;
    my $log = restart();
    ok(defined $log, "restart $number is confirmed in error_log") or last;
    $done++;
    my $complaint = qr/:error\].*\Q$fresh->{dir}\E/;
    like $log, qr/:error\].*\Q$fresh->{$file}\E/,
        "restart $number: the error log names the broken $file" if $file;
    unlike $log, $complaint, "restart $number: no complaint, it is mended"
        if $do && !$file;
    # each client asks a quarter of its questions, and all of them within four restarts
    ok $turns->wait_for_more(@questions / 4), "restart $number: requests go on";
}
my $took = time - $start;
OCSPTest::PKI::spew($fresh->{crl}, $crl);
restore_key();

my (%count, @trouble);
kill 'TERM', map { $_->{pid} } @clients;
for my $client (@clients) {
    while (defined(my $line = readline $client->{in})) {
        push @trouble, $1 if $line =~ /\Atrouble (.*)/;
        $count{$1} += $2 if $line =~ /\Acount (.*) (\d+)/;
    }
    waitpid $client->{pid}, 0;
    is $?, 0, 'a client ended by itself';
}

# --- what came of it ----------------------------------------------------------

sub sum_of {
    my ($what) = @_;
    return sum0 map { $count{$_} } grep { /$what/ } keys %count;
}
my $asked   = sum_of(qr/ (?!control)/);
my $failed  = sum_of(qr/\Afailed (?!control)/);
my $control = sum_of(qr/\Afailed control/);
my $wrong   = sum_of(qr/\Awrong/);
my @kept    = sort glob "$samples/*";

diag sprintf '%d OCSP requests and as many for the control in %.0f s, '
    . '%d restarts; failed: %d and %d; wrong: %d; %d signatures looked at',
    $asked, $took, $done, $failed, $control, $wrong, scalar @kept;
diag $_ for @trouble;

cmp_ok $done, '>=', $least, "restarts: $least at least";
cmp_ok $asked, '>=', $clients * $least * @questions / 4, 'requests all the time';
is $wrong, 0, 'no answer is wrong';
cmp_ok $failed, '<=', $control, 'no more connections fail than without the module';
cmp_ok $count{"right $_"} // 0, '>', $asked / 10, "$_ answers all the time"
    for qw(a b c1 c2 fresh);

cmp_ok scalar @kept, '>=', $clients, 'of each client one answer at least was kept';
my $unverified = 0;
for my $file (@kept) {
    my ($ca, $serial, $word) = $file =~ /\.(\w+)\.(\w+)\.(\w+)\z/;
    my $text = oracle(OCSPTest::slurp($file), $ca, [$serial]);
    next if $text =~ /^Response verify OK$/m && $text =~ /^0x\Q$serial\E: $word$/m;
    diag "$ca $serial, $word: $text" if !$unverified++;
}
is $unverified, 0, 'and all of these verify';
unlike log_since($mark), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';

ok graceful(), 'a last restart, with everything mended';
for my $status (@statuses) {
    my ($serial, $word) = @$status;
    like oracle(post(request('fresh', [$serial]))->{body}, 'fresh', [$serial]),
        qr/Response verify OK.*: $word$/ms, "$serial of fresh: $word";
}

done_testing;
