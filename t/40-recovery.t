# What goes wrong and is put right again: lists that are gone and come back, issuers
# that leave the configuration and return, files overwritten by one another; and
# what `httpd -t` has to say first.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(sum0);
use POSIX ();
use Test::More;
use OCSPTest;
use OCSPTest::Httpd;

use constant {
    READ_CPU_S => 20,  # of a processor, in which nobody reads through a huge file
    HANGS_S    => 600, # nor waits for it without using one
};

my $dir = OCSPTest::vars()->{t_logs} . '/recovery';
mkdir $dir or die "$dir: $!";

sub copy {
    my ($from, $name) = @_;
    OCSPTest::PKI::spew("$dir/$name", OCSPTest::slurp($from));
    return "$dir/$name";
}

# --- httpd -t -------------------------------------------------------------------------

# R126: who can read the key
for my $case ([0600, 0], [0400, 0], [0640, 0], [0644, 1], [0604, 1]) {
    my ($mode, $warned) = @$case;
    my $key  = copy(ca('a')->{signer_key}, 'mode.key');
    my $name = sprintf 'a key of mode %04o', $mode;
    chmod $mode, $key or die "$key: $!";
    my ($status, $said) = config_test(issuer_section('a', signer_key => $key), '-D',
        'OCSP_STRICT');
    my @lines = grep { /OCSP212: .*\Q$key\E/ } split /\n/, $said;
    is scalar @lines, $warned, "$name: " . ($warned ? 'warned of' : 'no warning')
        or diag $said;
    like $lines[0], qr/:warn\].*all users/, "$name: since all users can read it"
        if $warned;
    is $status, 0, "$name: and no more than that";
}

# A delegate's certificate of other dates, for the same key.
sub dated_signer {
    my ($ca, $start, $end) = @_;
    my $file = "$dir/$start.pem";
    my $own  = ca($ca);
    OCSPTest::PKI::spew("$dir/ca.cnf", <<"END");
[ca]
default_ca = this
[this]
database = $dir/index.txt
new_certs_dir = $dir
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
END
    OCSPTest::PKI::spew("$dir/index.txt", '');
    for my $command (
        ['req', '-new', '-config', $own->{config}, '-key', $own->{signer_key},
            '-subj', '/O=Example/CN=Dated responder', '-out', "$file.csr"],
        ['ca', '-batch', '-notext', '-config', "$dir/ca.cnf", '-in', "$file.csr",
            '-cert', $own->{cert}, '-keyfile', $own->{key}, '-startdate', $start,
            '-enddate', $end, '-extfile', $own->{config}, '-extensions',
            'delegate', '-out', $file],
    ) {
        my ($status, $said) = run('openssl', @$command);
        die "openssl @$command: $said" if $status != 0;
    }
    return $file;
}

# R67, R184: faults that only the clock shows
my $ended = dated_signer('a', '20260101000000Z', '20260201000000Z');
my $to_be = dated_signer('a', '20990101000000Z', '20991231000000Z');
for my $case (
    ['an expired CRL', issuer_section('expired'), ca('expired')->{crl},
        qr/:error\] .*OCSP208/],
    ['a signer that has expired', issuer_section('a', signer => $ended), $ended,
        qr/:crit\] .*OCSP204/],
    ['a signer of years to come', issuer_section('a', signer => $to_be), $to_be,
        qr/:crit\] .*OCSP204/],
) {
    my ($name, $section, $file, $words) = @$case;
    my ($status, $said) = config_test($section . issuer_section('c2'), '-D',
        'OCSP_STRICT');
    is $status, 1, "$name: httpd -t, strict: exits 1";
    my @lines = grep { /OCSP\d{3}: / && /:(?:warn|error|crit)\]/ } split /\n/, $said;
    is scalar @lines, 1, "$name: one complaint" or diag $said;
    like $lines[0] // '', qr/$words: .*\Q$file\E/, "$name: which names the file";
}

# R126: a huge file of nothing does not hold up the start. It is as large as the
# file system makes it, so that nobody has read it in the time that is given.
sub sparse {
    my ($name, $head) = @_;
    my $file = "$dir/$name";
    OCSPTest::PKI::spew($file, $head);
    for my $bits (40, 36, 33, 30) {
        return $file if truncate $file, 2**$bits;
    }
    die "$file: $!";
}
# Seconds of a processor that these processes have used.
sub cpu_s {
    my (@pids) = @_;
    return sum0(map {
        (eval { OCSPTest::slurp("/proc/$_/stat") } // '') =~ /.*\) \S (?:\S+ ){10}(\d+) (\d+)/s
            ? $1 + $2 : 0;
    } @pids) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}
my $pem = OCSPTest::slurp(ca('b')->{crl});
my ($der_status, $der) = run('openssl', 'crl', '-in', ca('b')->{crl}, '-outform',
    'DER');
for my $case (
    ['a list of nothing',            crl    => sparse('nothing.crl', '')],
    ['a list of words and nothing',  crl    => sparse('words.crl', "A list:\n")],
    ['a list in PEM and nothing',    crl    => sparse('pem.crl', $pem)],
    ['the start of PEM and nothing', crl
        => sparse('begin.crl', "-----BEGIN X509 CRL-----\n")],
    ['a list in DER and nothing',    crl    => sparse('der.crl', $der)],
    ['a SEQUENCE of nothing', crl => sparse('seq.crl', "\x30\x84\x3f\xff\xff\xfa")],
    ['a certificate of nothing',     cert   => sparse('nothing.pem', '')],
    ['a signer of nothing',          signer => sparse('signer.pem', '')],
    ['a key of nothing',         signer_key => sparse('nothing.key', '')],
) {
    my ($name, $what, $file) = @$case;
    my $late  = 0;
    my $start = time;
    # however busy the machine is; what reads on comes to the end then
    local $SIG{ALRM} = sub {
        $late = time > $start + HANGS_S || cpu_s(children($$)) > READ_CPU_S;
        truncate $file, 0 if $late;
        alarm 1 if !$late;
    };
    alarm 1;
    my ($status, $said) = config_test(issuer_section('b', $what => $file), '-D',
        'OCSP_STRICT');
    alarm 0;
    ok !$late, "$name: httpd -t comes back";
    is $status, 1, "$name: and exits 1";
    like $said, qr/:error\].*OCSP\d{3}: .*\Q$file\E/, "$name: the file is named";
    unlink $file;
}

# --- graceful --------------------------------------------------------------------------

# Names of the CRLs that can be exchanged without touching the lists themselves.
sub linked {
    my ($ca) = @_;
    my $name = "$dir/$ca.link";
    symlink ca($ca)->{crl}, $name or die "$name: $!" if !-l $name;
    return $name;
}

# a list's file is trusted to be what it was only when it is a few seconds old
wait_for(10, sub { !grep { time - (stat ca($_)->{crl})[10] < 4 } qw(a b) });

my $short = "$dir/short.crl";
OCSPTest::PKI::sign_crl('foreign', file => $short);

my %section = (
    a => issuer_section('a', cert => copy(ca('a')->{cert}, 'a.pem'),
        crl => linked('a')),
    b => issuer_section('b', cert => copy(ca('b')->{cert}, 'b.pem'),
        crl => copy(ca('b')->{crl}, 'b.crl')),
    c2      => issuer_section('c2'),
    expired => issuer_section('expired'),
    short => issuer_section('foreign', crl => $short,
        signer => ca('foreign')->{cert}, signer_key => ca('foreign')->{key}),
);
my $httpd = OCSPTest::Httpd->start('recovery',
    join '', @section{qw(a b c2 expired short)});

# answers(WHEN, CA => 'good' for right answers or the error ...)
sub answers {
    my ($when, %want) = @_;
    for my $ca (sort keys %want) {
        is $httpd->says($ca, serial_good), $want{$ca}, "$when: $ca: $want{$ca}";
        is $httpd->says($ca, serial_compromised), 'revoked', "$when: $ca: revoked"
            if $want{$ca} eq 'good';
    }
    return;
}

my %all = map { $_ => 'good' } qw(a b c2);
is $httpd->issuer(4)->{LastResult}, 'ok', 'at the start: issuer 4 is ok';
is $httpd->says('foreign', serial_good), 'good', 'at the start: foreign: good';
answers('at the start', %all, expired => 'tryLater');
is $httpd->issuer($_)->{LastResult}, 'ok', "at the start: issuer $_ is ok" for 0 .. 2;
like $httpd->issuer(3)->{LastResult}, qr/\Astale/, 'a list past its end is stale';

# R72, R186: gone, and back as it was
rename linked('a'), "$dir/away" or die $!;
like $httpd->graceful, qr/OCSP206: .*\Q$dir\E\/a\.link/, 'a list is gone: logged';
my $is = $httpd->issuer(0);
my $answered = qr/; clients are answered from the data of \S+Z until \Q$is->{NextUpdate}\E/;
like $is->{LastResult}, qr/\Afailed: .*\Q$dir\E\/a\.link.*$answered\z/,
    'a list is gone: failed, and which, and what clients get';
is "$is->{LastResultOK} $is->{Answered}", '0 1', 'a list is gone: the same in numbers';
answers('a list is gone', %all);
rename "$dir/away", "$dir/a.link" or die $!;
my $log = $httpd->graceful;
like $log, qr/OCSP207: \Q${\ ca('a')->{subject}}\E: /, 'it is back: not read again';
unlike $log, qr/OCSP206: /, 'it is back: no complaint';
is $httpd->issuer(0)->{LastResult}, 'ok', 'it is back: ok';
answers('it is back', %all);

# R72: out of the configuration, a new list meanwhile, and in again
$httpd->configure(join '', @section{qw(a c2)});
ok $httpd->graceful, 'an issuer is taken out: graceful';
answers('an issuer is taken out', %all, b => 'unauthorized');
is_deeply $httpd->issuer(2), {}, 'and server-status has no more of it';
OCSPTest::PKI::sign_crl('b', file => "$dir/b.crl", revoked =>
    OCSPTest::PKI::revoked_and('3001' => ['261101000000Z', 'keyCompromise']));
$httpd->configure(join '', @section{qw(c2 b a)});
ok $httpd->graceful, 'it is put back, in another order: graceful';
answers('it is put back', %all);
is $httpd->says('b', '3001'), 'revoked', 'it is put back: by its new list';
is $httpd->issuer(0)->{Subject}, ca('c2')->{subject}, 'the first comes first';
is $httpd->issuer(1)->{Subject}, ca('b')->{subject}, 'the second comes second';
$httpd->configure('');
ok $httpd->graceful, 'no issuer at all: graceful';
answers('no issuer at all', map { $_ => 'unauthorized' } keys %all);
$httpd->configure(join '', @section{qw(a b c2 short)});
ok $httpd->graceful, 'all of them again: graceful';
answers('all of them again', %all);
is $httpd->says('b', '3001'), 'revoked', 'all of them again: by the new list';

# one certificate copied over another, before and behind it
sub put_certificate {
    my ($file, $ca) = @_;
    OCSPTest::PKI::spew("$dir/$file.pem", OCSPTest::slurp(ca($ca)->{cert}));
    return;
}

for my $case (['b', 'a'], ['a', 'b']) {
    my ($victim, $other) = @$case;
    my $name = "$victim overwritten by $other";
    put_certificate($other, $other); # which mends the case before
    put_certificate($victim, $other);
    my $said  = $httpd->graceful;
    my @lines = $said =~ /:error\] .*(OCSP209: .*)/g;
    is scalar @lines, 1, "$name: logged once" or diag $said;
    like $lines[0], qr/\Q$dir\/a.pem\E .*\Q$dir\/b.pem\E .* are certificates of the same CA/,
        "$name: with both files";
    # nobody answers for it any more, and everybody else is answered for
    answers($name, %all, $victim => 'unauthorized');
}

# by rubbish: the last good certificate is used
put_certificate('a', 'a');
unlike $httpd->graceful, qr/OCSP2(?:01|09)/, 'both are put right: no complaint';
answers('both are put right', %all);
OCSPTest::PKI::spew("$dir/a.pem", 'rubbish');
like $httpd->graceful, qr/OCSP201: .*; the earlier certificate stays in use /,
    'overwritten by rubbish: logged';
answers('overwritten by rubbish', %all);

# R70, R186: and time has passed
put_certificate('a', 'a');
# late enough for what is asked before; or else, where the machine is slow, later
my ($ends, $early, @before);
for my $ahead_s (4, 16, 64, 256) {
    $ends = time + $ahead_s;
    OCSPTest::PKI::sign_crl('foreign', file => $short, next => OCSPTest::PKI::utc($ends));
    unlike $httpd->graceful, qr/OCSP2(?:01|06|09)/,
        "all mended, and a list that lasts $ahead_s s: no complaint";
    @before = ($httpd->issuer(3)->{LastResult}, $httpd->says('foreign', serial_good));
    # in its last third there is a warning
    $early = $before[0] eq 'ok' && time < $ends;
    last if $early;
}
ok $early, 'a list that will end: asked about in time';
is_deeply \@before, ['ok', 'good'], 'a list that will end: good until then';
sleep 1 while time <= $ends;
like $httpd->issuer(3)->{LastResult}, qr/\Astale/, 'a list that ended is stale';
is $httpd->says('foreign', serial_good), 'tryLater', 'and good for nothing';
unlike $httpd->graceful, qr/OCSP2(?:01|09)/, 'a list that ended: no complaint of others';
answers('all mended', %all);
is $httpd->says('b', '3001'), 'revoked', 'all mended: b by its new list';
like $httpd->issuer(3)->{LastResult}, qr/\Astale/, 'what ended is stale still';
unlike $httpd->log_since(0), qr/Sanitizer|exit signal/, 'without a crash';
ok $httpd->stop, 'it ends when told to';

done_testing;
