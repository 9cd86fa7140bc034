# Slow clients and those that go away in the middle, fifty of them at once: the
# others are answered meanwhile and after, and no worker stays with the dead.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Select ();
use List::Util qw(max min);
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);
use OCSPTest;

my $crowd   = 50;
my $rounds  = 3;
my $byte_s  = 0.004; # between two octets of a slow client
my $hold_s  = 1;     # how long who says nothing more stays, at least
my $hurry_s = 5;     # after which a slow one sends more at once: before mod_reqtimeout
my $patience_s = 120; # for an answer to somebody else
my $least   = 10;    # others that ask in a round
my $meanwhile = 0;   # others that have asked
my $most_busy = 0;   # workers that one of them has seen busy
my $enough_busy;     # which shows that the slow ones keep them so

my $request = request('a', [serial_compromised]);
my $post = "POST /ocsp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
    . "application/ocsp-request\r\nContent-Length: " . length($request)
    . "\r\nConnection: close\r\n\r\n$request";
my $get = 'GET /ocsp/' . get_path($request)
    . " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
my $chunked = "POST /ocsp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked"
    . sprintf("\r\nConnection: close\r\n\r\n%x\r\n", length $request) . $request;
my $address = sockaddr_in(port(), inet_aton('127.0.0.1'));

# --- what they do -------------------------------------------------------------

sub half_header { return substr $_[0], 0, index($_[0], "\r\n") + 6 }
sub half_body { return substr $_[0], 0, length($_[0]) - length($request) / 2 }

# Those that go at once; how they go is close, or reset: an RST.
my @leavers = (
    ['nothing, close',                   '',                   'close'],
    ['nothing, reset',                   '',                   'reset'],
    ['half a request line, close',       substr($get, 0, 20),  'close'],
    ['half a header, close',             half_header($post),   'close'],
    ['half a header, reset',             half_header($get),    'reset'],
    ['half a body, close',               half_body($post),     'close'],
    ['half a body, reset',               half_body($post),     'reset'],
    ['half a chunk, close',              half_body($chunked),  'close'],
    ['a chunk and no end, reset',        "$chunked\r\n",       'reset'],
    ['a request, away before the answer', $post,               'close'],
    ['a GET, reset before the answer',   $get,                 'reset'],
);

# Those that keep a worker: they stay for a while, or take their time.
my @holders = (
    ['half a header and silence',   half_header($post), 'stay'],
    ['half a body and silence',     half_body($post),   'stay'],
    ['half a chunk and silence',    half_body($chunked), 'stay'],
    ['a POST octet by octet',       $post,              'slow'],
    ['a GET octet by octet',        $get,               'slow'],
    ['nothing at all',              '',                 'stay'],
);

sub connect_one {
    socket my $sock, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
    connect $sock, $address or die "connect: $!";
    return $sock;
}

sub end_one {
    my ($one) = @_;
    setsockopt $one->{sock}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0
        if $one->{how} eq 'reset';
    close $one->{sock};
    $one->{ended} = 1;
    return;
}

sub start_one {
    my ($kind, $round) = @_;
    my ($name, $bytes, $how) = @$kind;
    my $one = { name => $name, how => $how, bytes => $bytes, answer => '',
        sock => connect_one(), start => time, next => time, until => time + $hold_s,
        round => $round };
    if ($how ne 'slow') {
        syswrite $one->{sock}, $bytes;
        end_one($one) if $how ne 'stay';
    }
    return $one;
}

# What a holder does whenever there is time: an octet, an end, a look at the answer.
sub tend {
    my ($one) = @_;
    my $now = time;
    if ($one->{how} eq 'stay') {
        # longer where the machine is slow: others have to ask meanwhile, and to see it
        end_one($one) if $now > $one->{until} + $patience_s
            || $now > $one->{until} && $meanwhile >= $least * $one->{round}
                && $most_busy >= $enough_busy;
        return;
    }
    if (length $one->{bytes}) {
        return if $now < $one->{next};
        my $octets = $now < $one->{start} + $hurry_s ? 1 : 16;
        syswrite $one->{sock}, substr $one->{bytes}, 0, $octets, '';
        $one->{next} = $now + $byte_s;
        return;
    }
    return if !IO::Select->new($one->{sock})->can_read(0);
    my $n = sysread $one->{sock}, $one->{answer}, 65536, length $one->{answer};
    end_one($one) if !$n;
    return;
}

# --- others -------------------------------------------------------------------

my $longest = 0;

# Whether an ordinary client gets its answer, and soon enough.
sub is_answered {
    my ($bytes) = @_;
    my ($start, $answer) = (time, '');
    my $sock = connect_one();
    setsockopt $sock, SOL_SOCKET, SO_RCVTIMEO, pack 'l!l!', $patience_s, 0;
    syswrite $sock, $bytes;
    1 while sysread $sock, $answer, 65536, length $answer;
    $longest = max($longest, time - $start);
    return $answer =~ m{\AHTTP/1\.1 200 .*20260102030405Z}s;
}

# How many connections httpd can have at work: busy workers now, and all.
sub workers {
    my $text = http('GET', '/server-status?auto')->{body};
    my ($busy) = $text =~ /^BusyWorkers: (\d+)$/m;
    my ($idle) = $text =~ /^IdleWorkers: (\d+)$/m;
    return ($busy, $busy + $idle);
}

# --- the run ------------------------------------------------------------------

local $SIG{PIPE} = 'IGNORE';
my $mark     = log_mark();
my @children = children();
my ($busy_before, $capacity) = workers();
# Without a module that ends slow requests httpd is full when every worker waits
# for one: leave some of them free, as that is not what is looked at here.
my $held = int($capacity < 10 ? $capacity / 2 : min(16, $capacity - 4));
cmp_ok $held, '>=', 2, 'httpd has enough workers to lose some';

$enough_busy = $held / 2;
my ($refused, %slow) = (0);
ROUND: for my $round (1 .. $rounds) {
    my @there = map { start_one($holders[ ($_ + $held * $round) % @holders ], $round) }
        1 .. $held;
    push @there, map { start_one($leavers[ ($_ + $round) % @leavers ], $round) }
        1 .. $crowd - $held;
    my $next = time;
    while (grep { !$_->{ended} } @there) {
        tend($_) for grep { !$_->{ended} } @there;
        if (time > $next) {
            $meanwhile++;
            $refused = !is_answered($meanwhile % 2 ? $post : $get);
            last ROUND if $refused;
            $most_busy = max($most_busy, (workers())[0]);
            $next = time + 0.1;
        }
        sleep 0.001;
    }
    for my $one (grep { $_->{how} eq 'slow' } @there) {
        my $right = $one->{answer} =~ m{\AHTTP/1\.1 200 .*20260102030405Z}s;
        $slow{ $right ? 'right' : "$one->{name}: $one->{answer}" }++;
    }
}
diag sprintf '%d clients at once, %d of them slow, %d times; %d others asked '
    . 'meanwhile, the longest wait was %.3f s', $crowd, $held, $rounds, $meanwhile,
    $longest;

ok !$refused, 'others are answered meanwhile' or do {
    done_testing;
    exit; # it would be asked in vain from here on
};
cmp_ok $most_busy, '>=', $enough_busy, 'the slow ones do keep workers busy';
cmp_ok $meanwhile, '>=', $least * $rounds, 'others asked meanwhile';
is join('; ', sort keys %slow), 'right', 'who sends octet by octet is answered too';

my $after = 0;
$after++ while $after < 100 && is_answered($after % 2 ? $post : $get);
is $after, 100, 'a hundred are answered after';
ok wait_for(180, sub { (workers())[0] <= $busy_before + 1 }),
    'no worker stays with who has gone'
    or diag 'busy: ' . (workers())[0] . ", before: $busy_before";

my $log = log_since($mark);
unlike $log, qr/exit signal|Sanitizer|runtime error:|[Aa]ssertion/,
    'no process was lost';
unlike $log, qr/:(?:error|warn)\].*OCSP\d+/,
    'clients that go away are no error of ours';
my %now = map { $_ => 1 } children();
is join(' ', grep { !$now{$_} } @children), '', 'every process is still there';

done_testing;
