# Keys that are encrypted: who is asked for the passphrase, how often, and what
# becomes of httpd when nobody knows it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use OCSPTest;
use OCSPTest::Httpd;

my $dir = OCSPTest::vars()->{t_logs} . '/passphrase';
mkdir $dir or die "$dir: $!";

# encrypted(CA, NAME, COMMAND...): its signer's key, under a passphrase of its own
sub encrypted {
    my ($ca, $name, @command) = @_;
    my ($status, $said) = run('openssl', @command, '-in', ca($ca)->{signer_key},
        '-out', "$dir/$name");
    die "openssl @command: $said" if $status != 0;
    chmod 0600, "$dir/$name";
    return "$dir/$name";
}

sub pkcs8 {
    my ($ca, $name, $word, @more) = @_;
    return encrypted($ca, $name, 'pkcs8', '-topk8', '-v2', 'aes-128-cbc',
        '-passout', "pass:$word", @more);
}

# A program that says what the file PASS/<key's name> has, and counts its calls.
sub program {
    my ($name, $last) = @_;
    OCSPTest::PKI::spew("$dir/$name", <<"END");
#!/bin/sh
echo "\$1 \$2 \$#" >>"$dir/$name.calls"
$last
END
    chmod 0755, "$dir/$name" or die $!;
    return "$dir/$name";
}
my $ask = program('ask', "cat \"$dir/\${2##*/}.pass\"");

sub passphrase {
    my ($file, $word) = @_;
    OCSPTest::PKI::spew("$file.pass", "$word\nanother line\n");
    return $file;
}

# The calls of a program: "name:port file count".
sub calls {
    my ($name) = @_;
    return -e "$dir/$name.calls" ? split /\n/, OCSPTest::slurp("$dir/$name.calls") : ();
}

# --- a program --------------------------------------------------------------------------

my %key = (
    a => passphrase(pkcs8('a', 'a.pem', 'one secret'), 'one secret'),
    b => passphrase(pkcs8('b', 'b.der', 'two words', '-outform', 'DER'), 'two words'),
    c2 => passphrase(encrypted('c2', 'c2.pem', 'ec', '-aes128', '-passout',
        'pass:three'), 'three'),
    vhost => passphrase(pkcs8('vhost', 'wrong.pem', 'right'), 'wrong'),
    badsig => pkcs8('badsig', 'no-pass.pem', 'unknown'), # the program fails
);
OCSPTest::PKI::must('openssl', 'pkcs12', '-export', '-in', ca('fresh')->{signer},
    '-inkey', ca('fresh')->{signer_key}, '-passout', 'pass:four', '-out',
    "$dir/fresh.p12");
chmod 0600, "$dir/fresh.p12";
passphrase("$dir/fresh.p12", 'four');
$key{fresh} = "$dir/fresh.p12"; # by its path, as by a URI

my @answered = qw(a b c2 fresh);
my $sections = join '', map { issuer_section($_, signer_key => $key{$_}) }
    sort keys %key;
my $open = issuer_section('nokey', signer_key => ca('nokey')->{key},
    signer => ca('nokey')->{cert}); # no passphrase at all
my $text = "OCSPPassPhraseDialog \"exec:$ask\"\n$sections$open";

# `httpd -t` asks nobody
for my $case (
    ['good keys', join('', map { issuer_section($_, signer_key => $key{$_}) }
        @answered), scalar @answered],
    ['a key in the clear beside', issuer_section('a', signer_key => $key{a}) . $open,
        1],
) {
    my ($name, $config, $notices) = @$case;
    my ($status, $said) = config_test("LogLevel notice\n"
        . "OCSPPassPhraseDialog \"exec:$ask\"\n$config");
    is $status, 0, "httpd -t, $name: exits 0" or diag $said;
    my @lines = $said =~ /:notice\] .*OCSP217: (.*)/g;
    is scalar @lines, $notices, "httpd -t, $name: says what it could not check"
        or diag $said;
}
is_deeply [calls('ask')], [], 'httpd -t does not call the program';

my $httpd = OCSPTest::Httpd->start('passphrase', $text);
my $name_port = "ocsp.example.com:$httpd->{port}";
my @calls = calls('ask');
is_deeply [sort @calls], [sort map { "$name_port $_ 2" } values %key],
    'the program was called once for each key, with the server and the key'
    or diag "@calls";

sub answers {
    my ($when) = @_;
    for my $ca (@answered, 'nokey') {
        is $httpd->says($ca, serial_good), 'good', "$when: $ca: good";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked";
    }
    is $httpd->says('vhost', serial_good), 'tryLater', "$when: a wrong one: tryLater";
    return;
}
answers('at the start');
my $log = $httpd->log_since(0);
like $log, qr/:error\].*OCSP224: \Q$key{vhost}\E: wrong passphrase/, 'a wrong passphrase: said';
like $log, qr/:error\].*OCSP215: \Q$key{badsig}\E: .*exit status 1/,
    'a program that fails: said';
for my $word ('one secret', 'two words', 'wrong', 'right') {
    unlike $log, qr/\b$word\b.*$/m, 'no passphrase in the log'
        if $word ne 'right' && $word ne 'wrong';
}
my ($lines) = scalar(() = $log =~ /OCSP2(?:15|24)/g);
is $lines, 2, 'two complaints of passphrases' or diag $log;

# kept over graceful: nobody is asked again, whatever else changes
for my $n (1 .. 3) {
    ok $httpd->graceful, "graceful $n";
    answers("graceful $n") if $n != 2;
}
is_deeply [calls('ask')], \@calls, 'three gracefuls: nobody was asked again';

# an encrypted key that is renewed under the same passphrase is read with it
OCSPTest::PKI::make_key("$dir/new.key", 'P-384');
OCSPTest::PKI::must('openssl', 'pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout',
    'pass:one secret', '-in', "$dir/new.key", '-out', $key{a});
OCSPTest::PKI::issue(ca('a'), "$dir/new.pem", "$dir/new.key", 'Renewed', '5C',
    'delegate');
$httpd->configure($text =~ s/\Q${\ ca('a')->{signer}}\E/$dir\/new.pem/r);
ok $httpd->graceful, 'a renewed key under the old passphrase: graceful';
my $res = post(request('a', [serial_good]), port => $httpd->{port}, path => '/');
like oracle($res->{body}, 'a', [serial_good]), qr/verify OK.*: good/s, 'it signs';
ok index($res->{body}, 'Renewed') > 0, 'it and no other';
is_deeply [calls('ask')], \@calls, 'and nobody was asked';
ok $httpd->stop, 'it ends when told to';

# --- one passphrase, and bad programs ---------------------------------------------------

my @same = map { [$_, pkcs8($_, "same-$_.pem", 'the same')] } qw(a b c2);
my $same = join '', map { issuer_section($_->[0], signer_key => $_->[1]) } @same;
my $always = program('always', 'echo the same');
$httpd = OCSPTest::Httpd->start('same', "OCSPPassPhraseDialog \"exec:$always\"\n$same");
my $times = () = calls('always');
is $times, 1, 'three keys with one passphrase: asked once';
is $httpd->says($_->[0], serial_good), 'good', "one passphrase: $_->[0]: good" for @same;
$httpd->stop;

for my $case (
    ['is not there',     "$dir/none",                          qr/\Q$dir\E\/none/],
    ['exits with 3',     program('three', "echo the same\nexit 3"), qr/exit status 3/],
    ['is killed',        program('killed', 'kill -9 $$'),      qr/signal 9/],
    ['says nothing',     program('mute', ':'),                 qr/empty/],
    ['never ends',       program('endless', 'exec yes the longest story ever'),
        qr/octets/],
    ['says one long line', program('long', 'head -c 100000 /dev/zero | tr "\0" x'),
        qr/longer/],
) {
    my ($name, $file, $words) = @$case;
    $httpd = eval {
        local $SIG{ALRM} = sub { die "it does not start\n" };
        alarm 2 * OCSPTest::Httpd::PATIENT_S;
        my $started = OCSPTest::Httpd->start('bad', "OCSPPassPhraseDialog \"exec:$file\"\n"
            . issuer_section('a', signer_key => $same[0][1]) . $open);
        alarm 0;
        $started;
    };
    ok $httpd, "a program that $name: httpd starts" or do {
        diag $@;
        next;
    };
    is $httpd->says('a', serial_good), 'tryLater', "a program that $name: tryLater";
    is $httpd->says('nokey', serial_good), 'good', "a program that $name: others: good";
    like $httpd->log_since(0), qr/OCSP215: \Q$same[0][1]\E: .*$words/,
        "a program that $name: logged" or diag $httpd->log_since(0);
    $httpd->stop;
}

# a program that hangs is ended when httpd is told to stop (U18), whether it has
# closed its output or not
for my $last ('exec sleep 100000', 'exec >/dev/null; exec sleep 100000') {
    my $hangs = program('hangs', "echo \$\$ >\"$dir/hangs.pid\"\n$last");
    unlink "$dir/hangs.pid";
    my $file = OCSPTest::config("OCSPPassPhraseDialog \"exec:$hangs\"\n$same",
        name => 'hangs', port => free_port());
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        exec OCSPTest::vars()->{httpd}, '-f', $file or POSIX::_exit(127);
    }
    ok wait_for(OCSPTest::Httpd::PATIENT_S, sub { -s "$dir/hangs.pid" }),
        "$last: the program runs";
    chomp(my $program = OCSPTest::slurp("$dir/hangs.pid"));
    kill 'TERM', $pid;
    waitpid $pid, 0;
    is $? & 127, POSIX::SIGTERM(), "$last: httpd ends when told to";
    ok !kill(0, $program), "$last: and the program with it" or kill 'KILL', $program;
}

# --- builtin ----------------------------------------------------------------------------

# The processes of a session.
sub of_session {
    my ($session) = @_;
    return map { m{/(\d+)/stat\z} } grep {
        (eval { OCSPTest::slurp($_) } // '') =~ /.*\) \S \d+ \d+ (\d+) /s && $1 == $session
    } glob '/proc/[0-9]*/stat';
}

# A new terminal: its owner's side and the name of the other; dies with the reason.
sub make_terminal {
    open my $master, '+<:raw', '/dev/ptmx' or die "no terminal: /dev/ptmx: $!\n";
    my ($unlock, $n) = (pack('i', 0), pack 'I', 0);
    ioctl $master, 0x40045431, $unlock or die "no terminal: TIOCSPTLCK: $!\n";
    ioctl $master, 0x80045430, $n or die "no terminal: TIOCGPTN: $!\n";
    my $slave = '/dev/pts/' . unpack 'I', $n;
    -e $slave or die "no terminal: $slave: $!\n";
    return ($master, $slave);
}

# Run a command in a session of its own, on a terminal or on none; the terminal's
# owner answers each question with the next word. (exit status, all that was shown)
sub in_session {
    my ($words, @command) = @_;
    my ($master, $slave, $shown) = (undef, undef, '');
    ($master, $slave) = make_terminal() if $words;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        POSIX::setsid();
        # the first that a session opens is its terminal
        open my $tty, '+<', $slave // '/dev/null' or POSIX::_exit(126);
        POSIX::dup2(fileno $tty, $_) for 0 .. 2;
        my $child = fork // POSIX::_exit(125);
        exec { $command[0] } @command or POSIX::_exit(127) if !$child;
        waitpid $child, 0;
        my $code = $? >> 8 || $? & 127;
        # a session that ends takes with it who is not yet on his own
        wait_for(OCSPTest::Httpd::PATIENT_S, sub { !grep { $_ != $$ } of_session($$) });
        POSIX::_exit($code);
    }
    my $end = time + 2 * OCSPTest::Httpd::PATIENT_S;
    while (waitpid($pid, POSIX::WNOHANG()) == 0 && time < $end) {
        my $bits = '';
        vec($bits, fileno $master, 1) = 1 if $master;
        next if !select($bits, undef, undef, 0.1) || !$master;
        sysread $master, my $text, 4096 or next;
        $shown .= $text;
        next if $shown !~ /phrase of [^\n]*: \z/;
        # who types before the echo is off is seen
        my $terminal = POSIX::Termios->new;
        wait_for(OCSPTest::Httpd::PATIENT_S, sub {
            $terminal->getattr(fileno $master);
            return !($terminal->getlflag & POSIX::ECHO());
        });
        syswrite $master, (shift(@$words) // '') . "\n";
    }
    return ($? >> 8 || $? & 127, $shown);
}

my $has_terminal = eval { make_terminal() };
ok $has_terminal, 'this machine has terminals to ask at' or diag $@;

my $builtin = $same . $open;
for my $case (
    ['no terminal', undef, 'tryLater', qr/OCSP215: \S+same-a\.pem: .*terminal/],
    ['the right answer', ['the same'], 'good', undef],
    ['a slip first', ['the sane', 'the same'], 'good', undef],
    ['wrong answers only', [('wrong') x 20], 'tryLater', qr/OCSP224: .*same-a\.pem/],
) {
    my ($name, $words, $want, $logged) = @$case;
    next if $words && !$has_terminal; # which has failed
    my $shown;
    my $asked = $words ? @$words : 0;
    $httpd = OCSPTest::Httpd->start('builtin', $builtin, launch => sub {
        (my $status, $shown) = in_session($words, @_);
        return ($status, $shown);
    });
    is $httpd->says('a', serial_good), $want, "builtin, $name: $want";
    is $httpd->says('b', serial_good), $want, "builtin, $name: the second: $want";
    is $httpd->says('nokey', serial_good), 'good', "builtin, $name: others: good";
    like $httpd->log_since(0), $logged, "builtin, $name: logged" if $logged;
    if ($want eq 'good') {
        is scalar(() = $shown =~ /passphrase of/g), $asked,
            "builtin, $name: asked $asked times for three keys";
        like $shown, qr/\Qocsp.example.com:$httpd->{port}\E.*\Q$same[0][1]\E/,
            "builtin, $name: the server and the key are named";
        unlike $shown, qr/the sa[mn]e/, "builtin, $name: nothing typed is shown";
        unlike $httpd->log_since(0), qr/OCSP2(?:15|24)/, "builtin, $name: no complaint";
        ok $httpd->graceful, "builtin, $name: graceful";
        is $httpd->says('c2', serial_good), 'good', "builtin, $name: good afterwards";
    }
    ok $httpd->stop, "builtin, $name: it ends when told to";
}
if ($has_terminal) {
    my ($status, $said) = in_session(['the same'], OCSPTest::vars()->{httpd}, '-t', '-f',
        OCSPTest::config("LogLevel notice\n$builtin", name => 'builtin-t'));
    is $status, 0, 'builtin, httpd -t: exits 0';
    unlike $said, qr/phrase of/, 'builtin, httpd -t: asks nobody';
}

done_testing;
