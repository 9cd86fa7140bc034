# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# The certificate authorities that the server suites ask about, made by the
# openssl command line before httpd starts, since its configuration names their
# files (t/conf/extra.conf.in).
package OCSPTest::PKI;

use strict;
use warnings;
use Cwd ();
use Fcntl qw(LOCK_EX);
use File::Basename qw(dirname);
use File::Path qw(make_path);

my $root = $ENV{OCSP_TEST_PKI}
    // Cwd::abs_path(dirname(__FILE__) . '/../..') . '/pki';

my $expiry = '491231235959Z'; # of what an index lists; nobody looks at it

# serial => [UTCTime, reason]: what every CRL lists unless told otherwise
my %revoked = (
    '1001' => ['260102030405Z', 'keyCompromise'],
    '1002' => ['260203040506Z', 'certificateHold'],
    '1003' => ['260304050607Z', undef],
    'F1E2D3C4B5A697887766554433221100FFEEDDCC' =>
        ['260405060708Z', 'superseded'],
);

# name => [key of the CA, key of its delegate or undef, common name]
my %spec = (
    a       => ['P-256', 'P-256', 'OCSP Test CA a'],
    b       => ['RSA',   'RSA',   'OCSP Test CA b'],
    c1      => ['P-256', undef,   'OCSP Test CA c'],
    c2      => ['RSA',   'P-256', 'OCSP Test CA c'],
    nocrl   => ['P-256', 'P-256', 'OCSP Test CA nocrl'],
    expired => ['P-256', 'P-256', 'OCSP Test CA expired'],
    badsig  => ['P-256', 'P-256', 'OCSP Test CA badsig'],
    nokey   => ['P-256', 'P-256', 'OCSP Test CA nokey'],
    vhost   => ['P-256', 'P-256', 'OCSP Test CA vhost'],
    fresh   => ['P-256', 'P-256', 'OCSP Test CA fresh'],
    foreign => ['P-256', undef,   'OCSP Test CA foreign'],
);

# Run a command without a shell: its exit status and all that it printed.
sub run {
    my (@command) = @_;
    my $pid = open(my $fh, '-|') // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT or die $!;
        no warnings 'exec';
        exec { $command[0] } @command or print "$command[0]: $!\n";
        require POSIX;
        POSIX::_exit(127);
    }
    my $text = do { local $/; <$fh> } // '';
    close $fh;
    return ($? >> 8 || $? & 127, $text);
}

sub must {
    my ($status, $text) = run(@_);
    die "@_: exit $status\n$text" if $status != 0;
    return $text;
}

# Where a CA keeps what: {dir, cert, key, crl, signer, signer_key, leaf, config}.
sub ca {
    my ($name) = @_;
    die "no CA $name" if !$spec{$name};
    my $dir = "$root/$name";
    return {
        dir        => $dir,
        name       => $name,
        subject    => "CN=$spec{$name}[2],O=Example",
        cert       => "$dir/ca.pem",
        key        => "$dir/ca.key",
        crl        => "$dir/ca.crl",
        signer     => "$dir/responder.pem",
        signer_key => "$dir/responder.key",
        leaf       => "$dir/leaf.pem",
        config     => "$dir/openssl.cnf",
    };
}

sub spew {
    my ($file, $text) = @_;
    my $new = hidden("$file.new");
    open my $fh, '>:raw', $new or die "$file: $!";
    print {$fh} $text;
    close $fh or die "$file: $!";
    chmod +(stat _)[2] & 07777, $new or die "$file: $!" if stat $file;
    rename $new, $file or die "$file: $!";
    return;
}

# The name that OCSPCRLPath passes over: what is not whole yet is never seen.
sub hidden { return $_[0] =~ s{([^/]+)\z}{.$1}r }

sub make_key {
    my ($file, $kind) = @_;
    my @kind = $kind =~ /^RSA/ ? ($kind, '-pkeyopt', 'rsa_keygen_bits:2048')
        : $kind =~ /^Ed(?:25519|448)$/ ? (uc $kind)
        : ('EC', '-pkeyopt', "ec_paramgen_curve:$kind");
    must('openssl', 'genpkey', '-algorithm', @kind, '-out', $file);
    return;
}

sub make_config {
    my ($ca) = @_;
    spew($ca->{config}, <<"END");
[ca]
default_ca = this
[this]
database = $ca->{dir}/index.txt
crlnumber = $ca->{dir}/crlnumber
certificate = $ca->{cert}
private_key = $ca->{key}
default_md = sha256
default_crl_days = 30
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
[plain]
[step]
issuingDistributionPoint = critical,\@step_point
[step_point]
fullname = URI:http://ca.example.com/1.0/crl
onlyuser = TRUE
[users]
issuingDistributionPoint = critical,\@users_point
[users_point]
onlyuser = TRUE
[cas]
issuingDistributionPoint = critical,\@cas_point
[cas_point]
onlyCA = TRUE
[compromise]
issuingDistributionPoint = critical,\@compromise_point
[compromise_point]
onlysomereasons = keyCompromise, CACompromise
[others]
issuingDistributionPoint = critical,\@others_point
[others_point]
onlysomereasons = affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn, AACompromise
[adcs]
authorityKeyIdentifier = keyid
1.3.6.1.4.1.311.21.1 = DER:020101
1.3.6.1.4.1.311.21.4 = DER:170d3439313233313233353935395a
freshestCRL = URI:http://ca.example.com/CertEnroll/CA+.crl
[adcs_delta]
authorityKeyIdentifier = keyid
1.3.6.1.4.1.311.21.1 = DER:020101
1.3.6.1.4.1.311.21.4 = DER:170d3439313233313233353935395a
[expired_too]
authorityKeyIdentifier = keyid
2.5.29.60 = critical,DER:180f32303130303130313030303030305a
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
[mute]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,digitalSignature
subjectKeyIdentifier = hash
[crl_signer]
basicConstraints = critical,CA:false
keyUsage = critical,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[delegate]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:false
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
    return;
}

# Issue a certificate for a key that is there.
sub issue {
    my ($ca, $cert, $key, $common_name, $serial, $extensions) = @_;
    my $csr = "$cert.csr";
    must('openssl', 'req', '-new', '-config', $ca->{config}, '-key', $key,
        '-subj', "/O=Example/CN=$common_name", '-out', $csr);
    must('openssl', 'x509', '-req', '-in', $csr, '-CA', $ca->{cert}, '-CAkey',
        $ca->{key}, '-set_serial', "0x$serial", '-days', 365, '-sha256',
        '-extfile', $ca->{config}, '-extensions', $extensions, '-out', $cert);
    unlink $csr;
    return;
}

# Run the code while no other suite uses the CA's database.
sub with_lock {
    my ($ca, $code) = @_;
    open my $lock, '<', $ca->{config} or die "$ca->{config}: $!";
    flock $lock, LOCK_EX or die "$ca->{config}: $!";
    $code->();
    close $lock or die "$ca->{config}: $!";
    return;
}

# sign_crl(CA name, revoked => {serial => [UTCTime, reason]}, last =>, next =>
# YYYYMMDDHHMMSSZ, der => 1, file =>, exts => section of its extensions, number => the
# CRL number in hexadecimal instead of the CA's next one, base => BaseCRLNumber of a delta
# CRL, likewise, by => [certificate, key] of a CRL signer): the file is replaced in one
# step.
sub sign_crl {
    my ($name, %opt) = @_;
    my $ca   = ca($name);
    my $list = $opt{revoked} // \%revoked;
    my $file = $opt{file} // $ca->{crl};
    my $index = '';
    for my $serial (sort keys %$list) {
        my ($time, $reason) = @{ $list->{$serial} };
        my $when = defined $reason ? "$time,$reason" : $time;
        $index .= "R\t$expiry\t$when\t$serial\tunknown\t/CN=$serial\n";
    }
    my $pem = hidden("$file.pem");
    with_lock($ca, sub {
        spew("$ca->{dir}/index.txt", $index);
        spew("$ca->{dir}/index.txt.attr", "unique_subject = no\n");
        must('openssl', 'ca', '-config', given($ca, %opt), '-gencrl',
            '-out', $pem,
            $opt{exts} ? ('-crlexts', $opt{exts}) : (),
            $opt{last} ? ('-crl_lastupdate', $opt{last}) : (),
            $opt{next} ? ('-crl_nextupdate', $opt{next}) : ());
    });
    if ($opt{der}) {
        must('openssl', 'crl', '-in', $pem, '-outform', 'DER', '-out',
            hidden("$file.der"));
        rename hidden("$file.der"), $pem or die "$pem: $!";
    }
    rename $pem, $file or die "$file: $!";
    return;
}

# The CA's configuration, or one by which the next CRL has the given numbers and signer.
sub given {
    my ($ca, %opt) = @_;
    spew("$ca->{dir}/crlnumber", "01\n") if !-e "$ca->{dir}/crlnumber";
    return $ca->{config} if !grep { defined } @opt{qw(number base by)};
    open my $fh, '<', $ca->{config} or die "$ca->{config}: $!";
    my $config = do { local $/; <$fh> };
    close $fh;
    if (defined $opt{number}) {
        spew("$ca->{dir}/given.number", "$opt{number}\n");
        $config =~ s/^(crlnumber) .*/$1 = $ca->{dir}\/given.number/m;
    }
    if (defined $opt{base}) { # deltaCRLIndicator, an INTEGER of one octet
        my $section = $opt{exts} // 'crl';
        $config =~ s/^\[$section\]\n/$&2.5.29.27 = critical,DER:0201$opt{base}\n/m
            or die "$ca->{config}: no [$section]";
    }
    if (my $by = $opt{by}) {
        $config =~ s/^(certificate) .*/$1 = $by->[0]/m;
        $config =~ s/^(private_key) .*/$1 = $by->[1]/m;
    }
    spew("$ca->{dir}/given.cnf", $config);
    return "$ca->{dir}/given.cnf";
}

# What every CRL lists, and more.
sub revoked_and {
    my (%more) = @_;
    return { %revoked, %more };
}

# A CA's own certificate, for its key, with a section's extensions.
sub make_root {
    my ($name, $extensions) = @_;
    my $ca = ca($name);
    must('openssl', 'req', '-new', '-x509', '-config', $ca->{config},
        '-extensions', $extensions, '-key', $ca->{key}, '-sha256', '-days', 3650,
        '-subj', "/O=Example/CN=$spec{$name}[2]", '-out', $ca->{cert});
    return;
}

sub make_ca {
    my ($name, $leaf_key) = @_;
    my ($ca_key, $signer_key, $common_name) = @{ $spec{$name} };
    my $ca = ca($name);
    make_path($ca->{dir});
    make_config($ca);
    make_key($ca->{key}, $ca_key);
    make_root($name, 'root');
    if ($signer_key) {
        make_key($ca->{signer_key}, $signer_key);
        issue($ca, $ca->{signer}, $ca->{signer_key}, "Responder of $name",
            '0A', 'delegate');
    }
    issue($ca, $ca->{leaf}, $leaf_key, "$name.example.com", '2001', 'leaf');
    return;
}

# More CAs, for one suite alone: name => [key of the CA, key of its delegate or
# undef, common name's last word unless it is the name]. Each with its CRL.
sub make_more {
    my (%more) = @_;
    for my $name (sort keys %more) {
        my ($key, $signer_key, $word) = @{ $more{$name} };
        $spec{$name} = [$key, $signer_key, 'OCSP Test CA ' . ($word // $name)];
        make_ca($name, "$root/leaf.key");
        sign_crl($name);
    }
    return;
}

# A time as certificates have it.
sub utc {
    my ($seconds) = @_;
    require POSIX;
    return POSIX::strftime('%Y%m%d%H%M%SZ', gmtime $seconds);
}

# Issue a certificate that is valid from START until END, both in seconds since 1970, for
# a key that is there: a delegate's, or with other extensions.
sub issue_dated {
    my ($ca, $cert, $key, $common_name, $start, $end, $extensions) = @_;
    my $csr = "$cert.csr";
    must('openssl', 'req', '-new', '-config', $ca->{config}, '-key', $key,
        '-subj', "/O=Example/CN=$common_name", '-out', $csr);
    with_lock($ca, sub {
        spew("$ca->{dir}/dated.cnf", <<"END");
[ca]
default_ca = this
[this]
database = $ca->{dir}/dated.txt
new_certs_dir = $ca->{dir}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
END
        spew("$ca->{dir}/dated.txt", '');
        must('openssl', 'ca', '-batch', '-notext', '-config', "$ca->{dir}/dated.cnf",
            '-in', $csr, '-cert', $ca->{cert}, '-keyfile', $ca->{key}, '-startdate',
            utc($start), '-enddate', utc($end), '-extfile', $ca->{config},
            '-extensions', $extensions // 'delegate', '-out', $cert);
    });
    unlink $csr;
    return;
}

# Everything that t/conf/extra.conf.in names.
sub make_all {
    make_path($root);
    my $leaf_key = "$root/leaf.key";
    make_key($leaf_key, 'P-256');
    make_ca($_, $leaf_key) for sort keys %spec;
    sign_crl($_) for qw(b c1 c2 nokey vhost fresh foreign);
    sign_crl('a', der => 1);
    sign_crl('expired', last => '20260101000000Z', next => '20260201000000Z');
    sign_crl('badsig');
    break_signature('badsig');
    unlink ca('nokey')->{signer_key} or die "nokey: $!";
    return;
}

# Change the last octet of a CRL, which is its signature's.
sub break_signature {
    my ($name) = @_;
    my $crl = ca($name)->{crl};
    my $der = "$crl.der";
    must('openssl', 'crl', '-in', $crl, '-outform', 'DER', '-out', $der);
    open my $fh, '<:raw', $der or die "$der: $!";
    my $bytes = do { local $/; <$fh> };
    close $fh;
    substr($bytes, -1) = chr(ord(substr $bytes, -1) ^ 1);
    unlink $der;
    spew($crl, $bytes);
    return;
}

1;
