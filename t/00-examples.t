# The example configuration works as it is: httpd -t takes it, with every file
# where it says; and from a port that may be opened it answers.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;
use OCSPTest;

my $vars = OCSPTest::vars();
my $root = "$vars->{t_logs}/example";
my $conf = "$vars->{top_dir}/conf/ocsp.conf";
my $a    = ca('a');
make_path("$root/ca", "$root/ocsp");
for my $file (
    [$a->{cert},       'ca/issuing.pem'],
    [$a->{crl},        'ca/issuing.crl'],
    [$a->{signer},     'ocsp/responder.pem'],
    [$a->{signer_key}, 'ocsp/responder.key'],
) {
    copy($file->[0], "$root/$file->[1]") or die "$file->[1]: $!";
}
chmod 0600, "$root/ocsp/responder.key" or die $!;

my ($status, $said)
    = config_test(qq{ServerRoot "$root"\nInclude "$conf"\n});
is $status, 0, 'httpd -t takes conf/ocsp.conf' or diag $said;
like $said, qr/Syntax OK/, 'and says so';
unlike $said, qr/OCSP\d{3}/, 'with nothing to say about it';

my $port = OCSPTest::free_port();
my $text = OCSPTest::slurp($conf) =~ s/\*:80\b/*:$port/r;
like $text, qr/<VirtualHost \*:$port>/, 'the port is all that is changed';
my $config = OCSPTest::config(qq{ServerRoot "$root"\n$text},
    port => $port, name => 'example');
($status, $said) = run($vars->{httpd}, '-f', $config);
is $status, 0, 'httpd starts with it' or diag $said;
ok OCSPTest::wait_for(30, sub { -e "$config.pid" }), 'and is there';
for my $case ([serial_good, 'good'], [serial_compromised, 'revoked']) {
    my ($serial, $want) = @$case;
    like oracle(post(request('a', [$serial]), port => $port, path => '/')
        ->{body}, 'a', [$serial]), qr/Response verify OK.*: $want/s,
        "and answers $want";
}
kill 'TERM', OCSPTest::slurp("$config.pid");
ok OCSPTest::wait_for(30, sub { !-e "$config.pid" }), 'it ends when told to';

done_testing;
