# What names files on several levels: on one level it adds up; a nearer level that
# names any CRL, or any signer, leaves nothing of the farther ones.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Answer;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $dir = scratch_dir('lists');
mkdir "$dir/$_" for qw(main more host section);

sub ago { return OCSPTest::PKI::utc(time - $_[0]) }

# A CRL that lists one serial number more, which tells where it lay.
sub crl {
    my ($file, $ca, $serial, %opt) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$file", %opt,
        revoked => OCSPTest::PKI::revoked_and(
            $serial => ['261101000000Z', 'superseded']));
    return "$dir/$file";
}

# A section with signers and no CRL, or with these.
sub signed { return with($_[0], @_[1 .. $#_]) =~ s/^\s*OCSPCRLFile.*\n//mr }

# --- CRLs ---------------------------------------------------------------------------

crl('main/a.crl',    'a',     '5001');
crl('main/b.crl',    'b',     '5001');
crl('main/c2.crl',   'c2',    '5001', last => ago(7200));
crl('more/fresh.crl', 'fresh', '5002');
crl('host/a.crl',    'a',     '5003');
crl('host/b.crl',    'b',     '5003');
crl('host/vhost.crl', 'vhost', '5003');
crl('section/c2.crl', 'c2',   '5004', last => ago(3600));
my $file   = crl('b.crl',  'b',  '5005', last => ago(3600));
my $older  = crl('c2.crl', 'c2', '5006', last => ago(10800));
my $newest = crl('c2-new.crl', 'c2', '5007', last => ago(60));
my $own    = crl('a.crl',  'a',  '5008');

my %port = map { $_ => free_port() } qw(silent path file both lines);
my $crls = OCSPTest::Httpd->start('lists-crls',
    qq(OCSPCRLPath "$dir/main"\nOCSPCRLPath "$dir/more"\n)
    . signed('a') . signed('b', qq(OCSPCRLFile "$file")) . signed('fresh')
    . signed('c2', qq(OCSPCRLFile "$older"), qq(OCSPCRLPath "$dir/section"))
    . vhost($port{silent}, '')
    . vhost($port{path}, qq(OCSPCRLPath "$dir/host"\n) . signed('vhost'))
    . vhost($port{file}, signed('a', qq(OCSPCRLFile "$own")))
    . vhost($port{both}, signed('c2', qq(OCSPCRLFile "$older" "$newest"),
        qq(OCSPCRLPath "$dir/section")))
    . vhost($port{lines}, signed('c2', qq(OCSPCRLFile "$newest"),
        qq(OCSPCRLFile "$older"))));
$port{server} = $crls->{port};

# where, CA, the one serial number of those above that is revoked
for my $case (
    ['server', 'a',     '5001', 'the server\'s directory'],
    ['server', 'b',     '5005', 'the section\'s file, not the server\'s directory'],
    ['server', 'fresh', '5002', 'the second of the server\'s directories'],
    ['server', 'c2',    '5004', 'the newer in the section\'s directory and file'],
    ['silent', 'a',     '5001', 'the server\'s directory'],
    ['silent', 'b',     '5005', 'the server\'s section\'s file'],
    ['path',   'a',     '5003', 'the host\'s directory, not the server\'s'],
    ['path',   'b',     '5005', 'the server\'s section\'s file'],
    ['path',   'vhost', '5003', 'the host\'s directory'],
    ['path',   'c2',    '5004', 'the server\'s section\'s directory'],
    ['file',   'a',     '5008', 'the host\'s section\'s file'],
    ['file',   'b',     '5005', 'the server\'s section\'s file'],
    ['both',   'c2',    '5007', 'the newest of two files and a directory'],
    ['lines',  'c2',    '5007', 'the newest of two files on two lines'],
) {
    my ($where, $ca, $revoked, $what) = @$case;
    for my $n (1 .. 8) {
        my $serial = "500$n";
        next if $serial ne $revoked && $n != 1 && $n != 3;
        is $crls->says($ca, $serial, port => $port{$where}),
            $serial eq $revoked ? 'revoked' : 'good',
            "$where, $ca: $what counts: $serial";
    }
}
# a directory of the host's that lacks a CA's CRL does not fall back to the server's
is $crls->says('fresh', serial_good, port => $port{path}), 'tryLater',
    'path, fresh: in the host\'s directory there is no CRL of it';
like $crls->log_since(0),
    qr/OCSP206: CN=OCSP Test CA fresh,\S+: \Q$dir\E\/host\/?: no CRL of CN=OCSP/,
    'path, fresh: and the error log says so';
my @refused = lines_of('OCSP206', $crls->log_since(0));
is scalar @refused, 1, 'of no other issuer' or diag "@refused";
my $status = $crls->status;
is join(', ', map { $status->{"OCSPIssuer[$_]Subject"} =~ /OCSP Test CA (\w+)/
            ? "$1 " . $status->{"OCSPIssuer[$_]Answered"} : '?' }
        grep { $status->{"OCSPIssuer[$_]Port"} == $port{path} } 0 .. $status->{OCSPIssuers} - 1),
    'vhost 1, a 1, fresh 0', 'path: server-status: its own, and what has other files here';
ok $crls->stop, 'it ends when told to';

# --- signers ----------------------------------------------------------------------------

# issue(CA, name): a responder of its own: certificate and key.
sub issue {
    my ($ca, $name) = @_;
    my $file = "$dir/$name";
    OCSPTest::PKI::make_key("$file.key", 'P-256');
    OCSPTest::PKI::issue(ca($ca), "$file.pem", "$file.key", $name, '0C', 'delegate');
    return qq(OCSPCertificateFile "$file.pem"\nOCSPCertificateKeyFile "$file.key"\n);
}

# The same in one file.
sub in_one {
    my ($directives) = @_;
    my ($cert, $key) = $directives =~ /"(.*)"/g;
    OCSPTest::PKI::spew($cert, OCSPTest::slurp($cert) . OCSPTest::slurp($key));
    chmod 0600, $cert or die "$cert: $!";
    unlink $key or die "$key: $!";
    return $directives =~ s/OCSPCertificateKeyFile.*\n//r;
}

# A section with a CRL and no signer, or with these.
sub plain {
    my ($ca, @lines) = @_;
    my $more = join '', map { "    $_\n" } @lines;
    return with($ca) =~ s/^\s*OCSPCertificate.*\n//mgr
        =~ s/^<\/OCSPIssuer>/$more<\/OCSPIssuer>/mr;
}

my %pool = (a => issue('a', 'pool-a'), b => issue('b', 'pool-b'),
    host => issue('a', 'host-a'), section => in_one(issue('a', 'section-a')),
    more => issue('b', 'section-b'));
my $c1  = ca('c1');
my $key = qq(OCSPCertificateKeyFile "$c1->{key}"\n);

%port = map { $_ => free_port() } qw(silent one key own);
my $signers = OCSPTest::Httpd->start('lists-pool',
    $pool{a} . $pool{b} . plain('a') . plain('b', split /\n/, $pool{more})
    . issuer_section('c2') . plain('fresh')
    . vhost($port{silent}, '')
    . vhost($port{one}, $pool{host})
    . vhost($port{key}, $key . plain('c1'))
    . vhost($port{own}, plain('a', split /\n/, $pool{section})));
$port{server} = $signers->{port};

# where, CA, who signs: the certificate's name, or the error
for my $case (
    ['server', 'a',     'pool-a',          'the server\'s pool'],
    ['server', 'b',     'section-b',       'the section\'s, not the server\'s pool'],
    ['server', 'c2',    'Responder of c2', 'the section\'s'],
    ['server', 'fresh', 'tryLater',        'nobody in the server\'s pool'],
    ['silent', 'a',     'pool-a',          'the server\'s pool'],
    ['silent', 'c2',    'Responder of c2', 'the server\'s section\'s'],
    ['one',    'a',     'host-a',          'the host\'s pool, not the server\'s'],
    ['one',    'b',     'section-b',       'the server\'s section\'s'],
    ['one',    'fresh', 'tryLater',        'nobody in the host\'s pool'],
    ['key',    'c1',    '',                'the CA itself by its key alone'],
    ['key',    'a',     'tryLater',        'nobody: the host names a key only'],
    ['key',    'b',     'section-b',       'the server\'s section\'s'],
    ['own',    'a',     'section-a',       'the host\'s section\'s'],
    ['own',    'b',     'section-b',       'the server\'s section\'s'],
) {
    my ($where, $ca, $who, $what) = @$case;
    my $said = ask($port{$where}, $ca, serial_good);
    if ($who eq 'tryLater') {
        is $said->{error}, $who, "$where, $ca: $what";
        next;
    }
    is $said->{status}, 'good', "$where, $ca: good";
    is $said->{verified}, 1, "$where, $ca: verified" or diag $said->{text};
    is $said->{sent}, $who, "$where, $ca: signed by $what";
}
my $log = $signers->log_since(0);
like $log, qr/OCSP223: CN=OCSP Test CA fresh,\S+: no signer: .*have it issue one/,
    'an issuer without a signer in the pool: what is wrong, and the remedy';
like $log, qr/OCSP218: \Q$dir\E\/pool-b\.pem: this certificate is not used as a signer, /,
    'a pool member that nobody uses is named';
ok $signers->stop, 'it ends when told to';

# --- OCSPTrustedResponder ------------------------------------------------------------------

my $b        = ca('b');
my $stranger = qq(OCSPCertificateFile "$b->{signer}"\n)
    . qq(OCSPCertificateKeyFile "$b->{signer_key}"\n);
%port = map { $_ => free_port() } qw(named off);
my $trusted = OCSPTest::Httpd->start('lists-trusted',
    $stranger . plain('a', 'OCSPTrustedResponder on') . plain('c2')
    . vhost($port{named}, plain('a', 'OCSPTrustedResponder on', split /\n/, $stranger))
    . vhost($port{off}, plain('a', 'OCSPTrustedResponder on',
        'OCSPTrustedResponder off', split /\n/, $stranger)));
my $said = ask($port{named}, 'a', serial_good, args => ['-VAfile', $b->{signer}]);
is $said->{status}, 'good', 'OCSPTrustedResponder on: good';
is $said->{verified}, 1, 'OCSPTrustedResponder on: verified';
is $said->{sent}, 'Responder of b', 'OCSPTrustedResponder on: another CA\'s';
is $trusted->says('a', serial_good), 'tryLater',
    'OCSPTrustedResponder on: whom the pool holds for others is not trusted';
is $trusted->says('c2', serial_good), 'tryLater',
    'OCSPTrustedResponder of another section does not count';
is $trusted->says('a', serial_good, port => $port{off}), 'tryLater',
    'OCSPTrustedResponder on, then off: the last counts';
ok $trusted->stop, 'it ends when told to';

done_testing;
