# Generations of a long CRL while httpd refreshes: of every serial number our table
# says what OpenSSL reads from the same file, and so does a sample of answers.
# OCSP_TEST_LONG=1: of a million entries.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(sha1);
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Httpd;

my $long        = $ENV{OCSP_TEST_LONG};
my $entries     = $long ? 1_000_000 : 20_000;
my $generations = $long ? 5         : 3;
my $more        = 1000;            # entries with each
my $samples     = $long ? 500 : 50; # of listed ones, and of as many that are not
my $taken_s     = $long ? 600 : 180;

my $dir   = scratch_dir('oracle');
my $bench = "$FindBin::Bin/bench";
my $crl   = "$dir/live.crl";

# The CRL of this generation, in the place of the one before, as httpd and OpenSSL
# then find it.
sub make {
    my ($number) = @_;
    my @generation = $number > 1 ? ('-g', $number) : ();
    my ($status, $said) = run("$bench/make_crl", '-s', 0, @generation, '-n',
        $entries + $more * $number, $dir);
    $status == 0 or BAIL_OUT("make_crl: $said");
    rename "$dir/ca.crl", $crl or die "$crl: $!";
    return;
}

# --- what must be answered, to the octet -----------------------------------------------

# AlgorithmIdentifier, issuerNameHash and issuerKeyHash of its CertIDs
my $front;

sub certid_of {
    my ($serial) = @_;
    $front //= do {
        my ($pem) = OCSPTest::slurp("$dir/ca.pem")
            =~ /BEGIN CERTIFICATE-----(.*?)-----END/s;
        my ($cert) = der_children(MIME::Base64::decode_base64($pem));
        my ($tbs)  = der_children($cert->{content});
        # [0] version, serialNumber, signature, issuer, validity, subject, key
        my @fields = der_children($tbs->{content});
        my ($algorithm, $bits) = der_children($fields[6]{content});
        der(0x30, pack('H*', '06052b0e03021a0500'))
            . der(0x04, sha1($fields[5]{element}))
            . der(0x04, sha1(substr $bits->{content}, 1));
    };
    return der(0x30, $front, der(0x02, pack 'H*', $serial));
}

# CertStatus (RFC 6960 section 4.2.1)
sub status_of {
    my ($time, $reason) = @_;
    return der(0x80) if !defined $time;
    return der(0xa1, der(0x18, $time =~ tr/0-9Z//cdr),
        $reason >= 0 ? der(0xa0, der(0x0a, chr $reason)) : ());
}

# --- the run -----------------------------------------------------------------------------

make(1);
my $httpd = OCSPTest::Httpd->start('oracle', "OCSPRefresh 1s\n" . section("$dir/ca.pem",
    qq(OCSPCRLFile "$crl"), qq(OCSPCertificateFile "$dir/ca.pem"),
    qq(OCSPCertificateKeyFile "$dir/ca.key")));
for my $number (1 .. $generations) {
    make($number) if $number > 1;
    # the last one by a restart: a large one is then left to whoever looks for changes
    ok defined($httpd->graceful), "generation $number: graceful"
        if $number == $generations;
    my $all = $entries + $more * $number;
    ok wait_for($taken_s, sub { ($httpd->issuer(0)->{Entries} // 0) == $all }),
        "generation $number: $all entries are answered from";

    my ($status, $said) = run("$bench/oracle", '-s', $samples, "$dir/ca.pem", $crl);
    is $status, 0, "generation $number: our table is OpenSSL's" or diag $said;
    my ($listed, $unlisted) = $said =~ /^compared (\d+) (\d+)$/m;
    cmp_ok $listed // 0, '>=', $all, "generation $number: all entries were compared";
    cmp_ok $unlisted // 0, '>', $all / 2,
        "generation $number: and serial numbers beside them";

    my ($asked, @wrong) = (0);
    while ($said =~ /^(listed|unlisted) ([0-9a-f]+)(?: (\S+) (-?\d+))?$/mg) {
        my ($word, $serial, $time, $reason) = ($1, $2, $3, $4);
        my $id  = certid_of($serial);
        my $res = post(build_request(certids => [$id]), port => $httpd->{port},
            path => '/');
        $asked++;
        push @wrong, $serial
            if index($res->{body}, $id . status_of($time, $reason)) < 0;
    }
    is "@wrong", '', "generation $number: so are its answers";
    cmp_ok $asked, '>=', $samples, "generation $number: $asked of them";
}
ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|ocsp:(?:error|crit)\]/,
    'without a fault';
done_testing;
