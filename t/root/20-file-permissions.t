# What is said of files that httpd's workers can read, or cannot: private keys that
# they need not see (R126), CRLs whose changes they could not see; and that the demo's
# workers can read its files wherever root builds it.
use strict;
use warnings;
use FindBin;
use POSIX ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use OCSPTest;
use OCSPTest::Root;

my ($name, $uid, $gid) = user();
my $open   = directory('open', 0755);
my $closed = directory('closed', 0700);
my $group  = directory('group', 0750);
chown 0, $gid, $group or die $!;

# --- keys -------------------------------------------------------------------------------

for my $case (
    # owner, mode, who can read it
    [[0, 0],       0600, undef],
    [[0, 0],       0640, undef],
    [[0, 0],       0400, undef],
    [[$uid, 0],    0600, qr/the user that workers run as/],
    [[$uid, 0],    0400, qr/the user that workers run as/],
    [[0, $gid],    0640, qr/the user that workers run as/],
    [[0, $gid],    0600, undef],
    [[$uid, $gid], 0040, qr/the user that workers run as/],
    [[0, 0],       0644, qr/all users/],
) {
    my ($ids, $mode, $who) = @$case;
    my $key  = owned("$open/key", ca('a')->{signer_key}, $mode, $ids);
    my $what = sprintf 'a key of %s:%s, %04o',
        (map { $_ ? $name : 'root' } @$ids), $mode;
    my ($status, $said) = config_test(user_lines()
        . issuer_section('a', signer_key => $key));
    is $status, 0, "$what: httpd -t exits 0" or diag $said;
    my @lines = grep { /OCSP212/ } split /\n/, $said;
    is scalar @lines, $who ? 1 : 0, "$what: " . ($who ? 'warned of' : 'no warning')
        or diag $said;
    like $lines[0] // '', qr/:warn\].*OCSP212: \Q$key\E: .*$who/, "$what: who can read it"
        if $who;
}

# --- DUMP_OCSP --------------------------------------------------------------------------

sub dump_of {
    my ($text) = @_;
    my $file = OCSPTest::config(user_lines() . $text, name => 'dump');
    return run(OCSPTest::vars()->{httpd}, '-t', '-D', 'DUMP_OCSP', '-f', $file);
}

# is_warned(SAID, PATH..., NAME): these, and no others, are named by a warning.
sub is_warned {
    my ($text, @paths) = @_;
    my $what = pop @paths;
    is join(' ', $text =~ /:warn\] .*OCSP232: (\S+): .*graceful restart only; let/g),
        "@paths", "$what: what httpd -t warns of" or diag $text;
    return;
}

for my $case (
    # directory, owner, mode, whether workers can read it
    [$open,   [0, 0],    0644, 1],
    [$open,   [0, 0],    0600, 0],
    [$open,   [0, 0],    0640, 0],
    [$open,   [0, $gid], 0640, 1],
    [$open,   [$uid, 0], 0400, 1],
    [$closed, [0, 0],    0644, 0],
    [$group,  [0, 0],    0644, 1],
) {
    my ($dir, $ids, $mode, $readable) = @$case;
    my $crl  = owned("$dir/a.crl", ca('a')->{crl}, $mode, $ids);
    my $what = sprintf 'a CRL of %s:%s, %04o, in %s',
        (map { $_ ? $name : 'root' } @$ids), $mode, $dir =~ s/.*\///r;
    my $words = $readable ? qr/\b\Q$name\E can read it/
        : qr/\b\Q$name\E cannot read it.*graceful/;
    my ($status, $said) = dump_of(issuer_section('a', crl => $crl));
    is $status, 0, "$what: exit 0" or diag $said;
    like $said, qr/\(\Q$name\E can(?:not)? read it/, "$what: the user is named";
    like $said, qr/CRL file: \Q$crl\E[^\n]*$words/, "$what: who can read it";
    is_warned($said, $readable ? () : $crl, $what);
    unlink $crl;

    # and as a member of a directory, whose mode counts alone
    next if $mode != 0644;
    owned("$dir/b.crl", ca('b')->{crl}, $mode, $ids);
    ($status, $said) = dump_of(issuer_section('b')
        =~ s/OCSPCRLFile.*/OCSPCRLPath "$dir"/r);
    is $status, 0, "$what, by OCSPCRLPath: exit 0" or diag $said;
    like $said, qr/\Q$dir\E[^\n]*$words/, "$what, by OCSPCRLPath: who can read it";
    is_warned($said, $readable ? () : $dir, "$what, by OCSPCRLPath");
    unlink "$dir/b.crl";
}

# of a directory that workers can read, a file that they cannot
owned("$open/b.crl", ca('b')->{crl}, 0600);
my $by_path = issuer_section('b') =~ s/OCSPCRLFile.*/OCSPCRLPath "$open"/r;
is_warned((dump_of($by_path))[1], "$open/b.crl", 'a closed CRL in an open directory');
is_warned((dump_of("OCSPRefresh off\n$by_path"))[1],
    'OCSPRefresh off: a closed CRL in an open directory');
unlink "$open/b.crl";

# --- certificates of signers, whose renewals workers could not take up ----------------------

for my $case (
    # directory, mode, with its key, whether it is warned of
    [$open,   0644, 0, 0],
    [$open,   0600, 0, 1],
    [$closed, 0644, 0, 1],
    [$group,  0644, 0, 0],
    [$open,   0600, 1, 0],
) {
    my ($dir, $mode, $key, $warned) = @$case;
    my $signer = owned("$dir/signer.pem", ca('a')->{signer}, $mode);
    OCSPTest::PKI::spew($signer, OCSPTest::slurp(ca('a')->{signer})
        . OCSPTest::slurp(ca('a')->{signer_key})) if $key;
    my $what = sprintf 'a certificate of a signer%s, %04o, in %s',
        $key ? ' with its key' : '', $mode, $dir =~ s/.*\///r;
    my $text = issuer_section('a', signer => $signer);
    is_warned((dump_of($text))[1], $warned ? $signer : (), $what);
    is_warned((dump_of("OCSPRefresh off\n$text"))[1], "$what, OCSPRefresh off");
    unlink $signer;
}

# who is asked as another user is told of that one
my ($other) = grep { my @pw = getpwnam $_; @pw && $pw[2] != $uid && $pw[2] != 0 }
    qw(daemon bin nobody);
my $crl = owned("$open/a.crl", ca('a')->{crl}, 0400, [$uid, 0]);
my $file = OCSPTest::config("User $other\nGroup \"#65533\"\n"
    . issuer_section('a', crl => $crl), name => 'dump');
my ($status, $said) = run(OCSPTest::vars()->{httpd}, '-t', '-D', 'DUMP_OCSP', '-f',
    $file);
is $status, 0, "workers as $other: exit 0" or diag $said;
like $said, qr/\Q$crl\E[^\n]*\b\Q$other\E cannot read it/,
    "workers as $other cannot read what is ${name}'s";

# --- make run ---------------------------------------------------------------------------

my $stage = OCSPTest::vars()->{serverroot} =~ s/\/t\z//r;
my $build = directory('build', 0700);
my $port  = free_port();
owned("$build/mod_ocsp.so", "$stage/mod_ocsp.so", 0755);
my $shown = "$build/shown";
# it asks apxs which httpd to start: here the one under test
my ($bin, $program) = OCSPTest::vars()->{httpd} =~ m{^(.*)/([^/]+)$};
my $real_apxs = (grep { -x } map { ("$_/apxs", "$_/apxs2") } split /:/, "$ENV{PATH}:/usr/sbin")[0];
OCSPTest::PKI::spew("$build/apxs", <<"END");
#!/bin/sh
case "\$2" in
sbindir) echo "$bin" ;;
progname) echo "$program" ;;
*) exec "$real_apxs" "\$@" ;;
esac
END
chmod 0755, "$build/apxs" or die $!;
my $pid = fork // die "fork: $!";
if (!$pid) {
    umask 077;
    local @ENV{qw(BUILD PORT APXS)} = ($build, $port, "$build/apxs");
    open STDOUT, '>', $shown or die $!;
    open STDERR, '>&', \*STDOUT or die $!;
    exec "$stage/conf/demo/run" or die $!;
}
ok wait_for(DEADLINE_S, sub {
    -e $shown && OCSPTest::slurp($shown) =~ /Ctrl-C stops it/;
}), 'make run in a directory of root alone: httpd runs' or diag OCSPTest::slurp($shown);
my ($demo) = OCSPTest::slurp($shown) =~ /^D='(\S+)\/ca'$/m;
for my $name (qw(issuing.crl issuing.pem responder.pem)) {
    my $reader = fork // die "fork: $!";
    if (!$reader) {
        $( = $gid;
        $) = "$gid $gid";
        POSIX::setuid($uid) or POSIX::_exit(2);
        POSIX::_exit(-r "$demo/ca/$name" ? 0 : 1);
    }
    waitpid $reader, 0;
    is $?, 0, "make run: its workers can read $name";
}
kill 'TERM', $pid;
waitpid $pid, 0;
ok defined $demo && !-e $demo, 'make run: nothing stays outside the build directory'
    or diag $demo;

done_testing;
