# What is said of files that httpd's workers can read, or cannot: private keys that
# they need not see (R126), CRLs whose changes they could not see.
use strict;
use warnings;
use FindBin;
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
    [[0, 0],       0644, qr/everybody/],
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
    like $said, qr/\Q$crl\E[^\n]*$words/, "$what: who can read it";
    unlink $crl;

    # and as a member of a directory, whose mode counts alone
    next if $mode != 0644;
    owned("$dir/b.crl", ca('b')->{crl}, $mode, $ids);
    ($status, $said) = dump_of(issuer_section('b')
        =~ s/OCSPCRLFile.*/OCSPCRLPath "$dir"/r);
    is $status, 0, "$what, by OCSPCRLPath: exit 0" or diag $said;
    like $said, qr/\Q$dir\E[^\n]*$words/, "$what, by OCSPCRLPath: who can read it";
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

done_testing;
