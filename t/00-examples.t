# Every example configuration works as it is: httpd -t takes it, with every file where
# it says; and from a port that may be opened it answers, by POST and by GET. The
# responder's key and certificate are those that conf/make-responder makes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Basename qw(basename);
use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;
use Time::HiRes ();
use OCSPTest;
use OCSPTest::Httpd;
use OCSPTest::Response;
use OCSPTest::X509;

my $vars = OCSPTest::vars();
my $top  = $vars->{top_dir};
my $here = "$vars->{t_logs}/examples";
my ($a, $b) = (ca('a'), ca('b'));
make_path($here);

# --- conf/make-responder ------------------------------------------------------------

sub make_responder { return run("$top/conf/make-responder", @_) }

sub mode { return sprintf '%04o', (stat $_[0])[2] & 07777 }

my $responder = "$here/responder";
my @issued_by_a = ('-c', $a->{cert}, '-k', $a->{key});
my ($status, $said) = make_responder(@issued_by_a, '-d', 90, $responder);
is $status, 0, 'make-responder makes a key and a certificate' or diag $said;
is mode("$responder.key"), '0600', 'the key is for its owner alone';
is mode("$responder.pem"), '0644', 'the certificate is no secret';
my $cert = certificate_of("$responder.pem");
my $ext  = $cert->{extensions};
is $cert->{kind}, 'P-256', 'the key is P-256';
is_deeply $ext->{basicConstraints}, { critical => 1, value => '3000' }, 'no CA';
is_deeply $ext->{keyUsage}, { critical => 1, value => '03020780' },
    'keyUsage is digitalSignature alone, critical';
my $ocsp_signing = '300a06082b06010505070309';
is $ext->{extendedKeyUsage}{value}, $ocsp_signing, 'extendedKeyUsage is OCSPSigning alone';
ok $ext->{noCheck}, 'id-pkix-ocsp-nocheck is there';
like $ext->{authorityKeyIdentifier}{value}, qr/\A30168014[0-9a-f]{40}\z/,
    'and authorityKeyIdentifier';
ok !$ext->{$_}, "nothing sends clients on: no $_"
    for qw(crlDistributionPoints authorityInfoAccess);
my $lives = gmtime $cert->{not_after};
for my $case ([89, 0], [91, 1]) {
    my ($days, $want) = @$case;
    is((run('openssl', 'x509', '-in', "$responder.pem", '-noout', '-checkend',
        $days * 86_400))[0], $want, "it ends in 90 days, of which $days: $lives");
}

sub files {
    opendir my $dir, $here or die "$here: $!";
    return join ' ', grep { !/^\./ } sort readdir $dir;
}

sub bytes_of { return join '', map { OCSPTest::slurp("$responder.$_") } @_ }
my $before = bytes_of('key', 'pem');
for my $case (
    ['a key and a certificate that are there', qr/already exists/, @issued_by_a,
        $responder],
    ['a key that is there, for a request', qr/already exists/, $responder],
    ['a certificate without the key', qr/belong together/, '-c', $a->{cert}, "$here/x"],
    ['another CA\'s key', qr/not issued.*do not match/s, '-c', $a->{cert}, '-k',
        $b->{key}, "$here/x"],
    ['a certificate that outlives its CA', qr/ends within 9999 days/, @issued_by_a,
        '-d', 9999, "$here/x"],
    ['no number of days', qr/number of days/, @issued_by_a, '-d', '0', "$here/x"],
    ['an unknown type of key', qr/p256, p384, rsa/, '-t', 'dsa', "$here/x"],
    ['no subject', qr/is this a subject/, '-s', 'x', "$here/x"],
    ['a renewal without a key', qr/x\.key: no key/, '-r', "$here/x"],
    ['two names', qr/^make-responder \[option \.\.\.\] NAME: /, "$here/x", "$here/y"],
    ['a directory that is not there', qr/no directory/, "$here/no/x"],
) {
    my ($what, $words, @args) = @$case;
    ($status, $said) = make_responder(@args);
    isnt $status, 0, "make-responder refuses $what";
    like $said, $words, "$what: and says so";
    is files(), 'responder.key responder.pem', "$what: nothing is left behind";
}
is bytes_of('key', 'pem'), $before, 'what was there stays as it was';

($status, $said) = make_responder('-r', @issued_by_a, '-s', '/O=Example/CN=renewed',
    $responder);
is $status, 0, 'make-responder -r renews a certificate' or diag $said;
my $after = bytes_of('key');
is $after, substr($before, 0, length $after), 'with the key that was there';
is certificate_of("$responder.pem")->{common_name}, 'renewed', 'and another subject';

($status, $said) = make_responder('-c', $b->{cert}, '-k', $b->{key}, '-y',
    "$responder.key", "$here/responder-b");
is $status, 0, 'make-responder -y: another CA\'s certificate for the same key'
    or diag $said;
ok !-e "$here/responder-b.key", 'which is not copied';

for my $case (
    [rsa     => 'RSA 2048'],
    [rsa3072 => 'RSA 3072'],
    [p384    => 'P-384'],
) {
    my ($type, $kind) = @$case;
    ($status, $said) = make_responder('-t', $type, "$here/$type");
    is $status, 0, "make-responder -t $type without a CA" or diag $said;
    ok !-e "$here/$type.pem", "$type: no certificate";
    my $csr = csr_of("$here/$type.csr");
    is $csr->{kind}, $kind, "$type: but a request for its key";
    is $csr->{extensions}{extendedKeyUsage}{value}, $ocsp_signing,
        "$type: that says what for";
    ok $csr->{extensions}{noCheck}, "$type: and has id-pkix-ocsp-nocheck";
}

# --- conf/fetch-crl and conf/ocsp.cron ------------------------------------------------

sub fetch_crl { return run("$top/conf/fetch-crl", @_) }

sub spew {
    my ($file, $bytes) = @_;
    open my $fh, '>', $file or die "$file: $!";
    print {$fh} $bytes;
    close $fh or die "$file: $!";
    return;
}

my $crls = "$here/crls";
make_path($crls);

sub fetched {
    opendir my $dir, $crls or die "$crls: $!";
    return join ' ', sort grep { !/\A\.\.?\z/ } readdir $dir;
}

# as a CA with a umask of 077 writes it
copy($a->{crl}, "$here/private.crl") or die "$here/private.crl: $!";
chmod 0600, "$here/private.crl" or die "$here/private.crl: $!";
($status, $said) = fetch_crl("file://$here/private.crl", "$crls/a.crl");
is $status, 0, 'fetch-crl fetches a CRL' or diag $said;
is $said, '', 'and prints nothing';
is OCSPTest::slurp("$crls/a.crl"), OCSPTest::slurp($a->{crl}), 'which is put in place';
is mode("$crls/a.crl"), '0644', 'for everybody to read, whatever mode it had';
is fetched(), 'a.crl', 'and nothing else is left in the directory';

sub inode { return (stat "$crls/a.crl")[1] }

my $inode = inode();
chmod 0600, "$crls/a.crl" or die "$crls/a.crl: $!";
($status) = fetch_crl("file://$a->{crl}", "$crls/a.crl");
is $status, 0, 'fetch-crl: the same CRL again is no failure';
is inode(), $inode, 'the file is not replaced';
is mode("$crls/a.crl"), '0644', 'but its mode is mended';

($status, $said) = fetch_crl("file://$b->{crl}", "$crls/a.crl");
is $status, 0, 'fetch-crl: another CRL' or diag $said;
isnt inode(), $inode, 'takes the place of the first by a rename';
is OCSPTest::slurp("$crls/a.crl"), OCSPTest::slurp($b->{crl}), 'whole';

spew("$here/error.html", "<html><body>Not today</body></html>\n");
spew("$here/half.crl", substr OCSPTest::slurp($a->{crl}), 0, 200);
spew("$here/empty.crl", '');
for my $case (
    ['a page instead of a CRL', qr/no CRL \(36 bytes\)/, "file://$here/error.html",
        "$crls/a.crl"],
    ['a part of a CRL', qr/no CRL \(200 bytes\)/, "file://$here/half.crl", "$crls/a.crl"],
    ['an empty file', qr/no CRL \(0 bytes\)/, "file://$here/empty.crl", "$crls/a.crl"],
    ['a certificate', qr/no CRL/, "file://$a->{cert}", "$crls/a.crl"],
    ['a file that is not there', qr/none\.crl: curl: /, "file://$here/none.crl",
        "$crls/a.crl"],
    ['a server that does not answer', qr/curl: /,
        'http://127.0.0.1:' . OCSPTest::free_port() . '/a.crl', "$crls/a.crl"],
    ['a directory', qr/is a directory/, "file://$a->{crl}", $crls],
    ['a directory that does not exist', qr/does not exist/, "file://$a->{crl}",
        "$here/no/a.crl"],
    ['one argument', qr/^fetch-crl URL FILE: /, "file://$a->{crl}"],
) {
    my ($what, $words, @args) = @$case;
    ($status, $said) = fetch_crl(@args);
    isnt $status, 0, "fetch-crl refuses $what";
    like $said, $words, "$what: and says so";
    is OCSPTest::slurp("$crls/a.crl"), OCSPTest::slurp($b->{crl}),
        "$what: the CRL stays as it was";
    is fetched(), 'a.crl', "$what: nothing is left behind";
}

# Lines as /etc/cron.d has them, by scripts that are in conf/.
my @jobs = grep { /^#?[\d*]+ [\d*]+ / } split /\n/, OCSPTest::slurp("$top/conf/ocsp.cron");
is scalar @jobs, 3, 'ocsp.cron: a CRL, a certificate, an index';
for my $job (@jobs) {
    like $job, qr/^#?[\d*]+ [\d*]+ \* \* [\d*] root \S/, "ocsp.cron: $job";
    unlike $job, qr/%/, 'ocsp.cron: no %, which ends a command of cron';
}
for my $script (map { m{ /usr/local/lib/ocsp/(\S+)} } @jobs) {
    ok -x "$top/conf/$script" && !-d _, "ocsp.cron: $script is a script of conf/";
}

# EasyRSA's type: the extensions of responder.cnf, but for what explains them.
sub settings { return grep { /^\w+ *=/ } split /\n/, $_[0] }
my ($profile) = OCSPTest::slurp("$top/conf/responder.cnf") =~ /^\[responder\]\n(.*?)^\[/ms;
is_deeply [settings(OCSPTest::slurp("$top/conf/easyrsa/ocsp"))], [settings($profile)],
    'easyrsa/ocsp issues what responder.cnf does';
is_deeply [settings(OCSPTest::slurp("$top/conf/easyrsa/COMMON"))], [],
    'easyrsa/COMMON adds nothing to it';

# --- conf/*.conf --------------------------------------------------------------------

my %issuing = (
    $a->{cert}       => 'ca/issuing.pem',
    $a->{crl}        => 'ca/issuing.crl',
    "$responder.pem" => 'ocsp/responder.pem',
    "$responder.key" => 'ocsp/responder.key',
);

# what "openssl ca" has issued, and revoked
my $index = "$here/index.txt";
spew($index, join '', map { "$_\tunknown\t/O=Example\n" }
    "V\t491231235959Z\t\t" . serial_good,
    "R\t491231235959Z\t260102030405Z,keyCompromise\t" . serial_compromised);

# What each needs: files (from => to), pages (to => text); what is asked: [CA, path
# of POST, GET and their ports]; and what else is to be seen.
my %example = (
    'ocsp.conf'     => {files => \%issuing, more => \&see_ocsp},
    'ca-files.conf' => {files => \%issuing, more => \&see_ca_files},
    'ca-direct.conf' => {
        files => {
            $a->{cert} => 'ca/issuing.pem',
            $a->{key}  => 'ca/issuing.key',
            $a->{crl}  => 'ca/issuing.crl',
        },
        more => \&see_ca_direct,
    },
    'many-cas.conf' => {
        files => {
            $a->{cert}              => 'ocsp/cas/issuing.pem',
            $b->{cert}              => 'ocsp/cas/devices.pem',
            $a->{crl}               => 'ocsp/crls/issuing.crl',
            $b->{crl}               => 'ocsp/crls/devices.crl',
            "$responder.pem"        => 'ocsp/responders/issuing.pem',
            "$here/responder-b.pem" => 'ocsp/responders/devices.pem',
            "$responder.key"        => 'ocsp/responders.key',
        },
        cas => ['a', 'b'],
    },
    'two-ports.conf' => {files => \%issuing, ports => [2560]},
    'openssl-ca.conf' => {
        files => {
            $a->{cert}       => 'demoCA/cacert.pem',
            $index           => 'demoCA/index.txt',
            "$responder.pem" => 'ocsp/responder.pem',
            "$responder.key" => 'ocsp/responder.key',
        },
        more => \&see_openssl_ca,
    },
    'website.conf' => {
        files => \%issuing,
        pages => {
            'index.html'             => 'the home page',
            'news.html'              => 'the news',
            'MEIw'                   => 'a page whose name begins so',
            'MEIw' . 'a' x 90 . '.p' => 'a page whose name is long',
        },
        more => \&see_website,
    },
    'cgi-url.conf' => {
        files => \%issuing,
        pages => {'ocsp.cgi' => 'the old script', 'other.cgi' => 'another script'},
        dir   => 'cgi-bin',
        path  => '/cgi-bin/ocsp.cgi',
        more  => \&see_cgi_url,
    },
);
# what an example includes, and is tested with it
my %included = ('ca.d/issuing.conf' => 'ca-files.conf');

# Every file of conf/ has its place here.
my @there = map { s{^\Q$top\E/conf/}{}r } glob "$top/conf/*.conf $top/conf/*/*.conf";
is join(' ', sort grep { !m{^demo/} } @there),
    join(' ', sort keys %example, keys %included), 'every example has a test';
is join(' ', map { basename($_) } grep { !/\.conf$/ } sort glob "$top/conf/*"),
    'ca.d demo easyrsa fetch-crl make-responder ocsp.cron responder.cnf', 'and there is nothing else in conf/';

# README names them all, and every directive.
my $readme = OCSPTest::slurp("$top/README");
like $readme, qr/^  (?:.*\s)?\Q$_\E\s/m, "README: $_" for sort keys %example;
my (undef, $listed) = run($vars->{httpd}, '-L', '-f',
    OCSPTest::config('', name => 'readme'));
my @directives = $listed =~ /^(<?\w+) \(mod_ocsp\.c\)$/mg;
cmp_ok scalar @directives, '>=', 17, 'httpd -L lists directives of ours';
like $readme, qr/^  \Q$_\E\b/m, "README: $_" for @directives;

# What httpd needs besides, without our module, and where that is.
my $base = OCSPTest::slurp("$vars->{t_conf}/httpd-base.conf");
$base =~ s{^LoadModule ocsp_module "?([^"\n]+?)"?\n}{}m or die 'httpd-base.conf: no module';
my $module = $1;

# A ServerRoot with all that the example names: files that have not changed for a day.
sub lay_out {
    my ($root, $example) = @_;
    make_path("$root/modules");
    symlink $module, "$root/modules/mod_ocsp.so" or die "$root/modules: $!";
    my $dir = $example->{dir} // 'htdocs';
    my $old = time - 86_400;
    make_path(map { "$root/$_" } qw(ca ca.d demoCA ocsp/cas ocsp/crls
        ocsp/responders), $dir);
    for my $from (keys %{ $example->{files} }) {
        my $to = "$root/$example->{files}{$from}";
        copy($from, $to) or die "$from, $to: $!";
        utime $old, $old, $to or die "$to: $!";
        chmod 0600, $to or die "$to: $!" if $to =~ /\.key$/;
    }
    spew("$root/$dir/$_", $example->{pages}{$_}) for keys %{ $example->{pages} };
    for my $file (keys %included) {
        copy("$top/conf/$file", "$root/$file") or die "$file: $!";
    }
    return;
}

# What a distribution's httpd.conf says around an example: OCSPTest::config sets our
# handler for everything, which an example has to do by itself.
sub configure {
    my ($name, $root, $example_text, @ports) = @_;
    my $file = "$here/$name.test";
    my $listen = join '', map { "Listen 127.0.0.1:$_\n" } @ports;
    spew($file, <<"END");
Include "$vars->{t_conf}/httpd-base.conf"
ServerRoot "$root"
ServerName httpd.example.com
DefaultRuntimeDir "$root"
PidFile "$file.pid"
ErrorLog "$file.log"
LogLevel warn
<IfModule mod_mime.c>
    TypesConfig /dev/null
</IfModule>
<Directory />
    AllowOverride None
    Require all denied
</Directory>
$listen
$example_text
END
    return $file;
}

# A serial number's status, by POST and by GET.
sub ask {
    my ($example, $what, $ca, $port) = @_;
    my $path = $example->{path} // '/';
    for my $case ([serial_good, 'good'], [serial_compromised, 'revoked']) {
        my ($serial, $want) = @$case;
        my $request = request($ca, [$serial]);
        my %answer  = (
            POST => post($request, port => $port, path => $path),
            GET  => get($request, port => $port, path => $path =~ s{/$}{}r),
        );
        for my $method (sort keys %answer) {
            like oracle($answer{$method}{body}, $ca, [$serial]),
                qr/Response verify OK.*: $want\n/s,
                "$what: $method for a certificate of $ca: $want";
            is header($answer{$method}, 'Vary'), undef, "$what: $method: no Vary";
        }
    }
    return;
}

for my $name (sort keys %example) {
    my $example = $example{$name};
    my $root    = "$here/$name.d";
    lay_out($root, $example);
    my $config = configure($name, $root, "Include \"$top/conf/$name\"", 80);
    ($status, $said) = run($vars->{httpd}, '-t', '-D', 'DUMP_OCSP', '-f', $config);
    $said .= OCSPTest::slurp("$config.log") if -e "$config.log";
    is $status, 0, "$name: httpd -t takes it" or diag $said;
    like $said, qr/^Syntax OK$/m, "$name: and says so";
    unlike $said, qr/OCSP\d{3}/, "$name: with nothing to say about it";
    my $dump = $said;

    # where no LoadModule stands elsewhere
    my $alone = configure("$name.alone", $root, "Include \"$top/conf/$name\"", 80);
    spew("$here/base.conf", $base);
    spew($alone, OCSPTest::slurp($alone) =~ s{^Include ".*?/httpd-base\.conf"}
        {Include "$here/base.conf"}mr);
    ($status, $said) = run($vars->{httpd}, '-t', '-f', $alone);
    is $status, 0, "$name: it loads the module by itself" or diag $said;

    # the ports are all that is changed, and the directory that only root can make
    my $text = OCSPTest::slurp("$top/conf/$name");
    like $text, qr{^<IfFile /var/lib/apache2>\n    OCSPStateDir "/var/lib/apache2/ocsp"$}m,
        "$name: OCSPStateDir of Debian";
    $text =~ s{/var/lib/(?:apache2|httpd)\b}{$root/lib}g;
    make_path("$root/lib");
    my @ports;
    for my $port (80, @{ $example->{ports} // [] }) {
        push @ports, OCSPTest::free_port();
        like $text, qr/<VirtualHost [^>]*\*:$port\b/, "$name: port $port";
        $text =~ s/^Listen $port\n//m;
        $text =~ s/\*:$port\b/*:$ports[-1]/;
    }
    $config = configure($name, $root, $text, @ports);
    my $started = int Time::HiRes::time;
    ($status, $said) = run($vars->{httpd}, '-f', $config);
    is $status, 0, "$name: httpd starts with it" or diag $said;
    ok OCSPTest::wait_for(DEADLINE_S, sub { -s "$config.pid" }), "$name: and is there" or next;
    for my $port (@ports) {
        ask($example, $name, $_, $port) for @{ $example->{cas} // ['a'] };
    }
    $example->{more}->($name, $ports[0], $dump, $started) if $example->{more};
    OCSPTest::Httpd::end(OCSPTest::slurp("$config.pid") =~ s/\s+//r);
    ok OCSPTest::wait_for(DEADLINE_S, sub { !-e "$config.pid" }),
        "$name: it ends when told to";
    unlike OCSPTest::slurp("$config.log"), qr/OCSP(?!247|261)\d{3}|ocsp:(?:error|crit)\]/,
        "$name: nothing in its error log";
}

# --- without a2enmod (U6) -------------------------------------------------------------

# An example loads the module itself, from where "make install" has put it: Debian's
# directory, here by another name, or else modules/ of the ServerRoot.
{
    my $root = "$here/ocsp.conf.d";
    my $base = join '', grep { !/ocsp_module/ }
        OCSPTest::slurp("$vars->{t_conf}/httpd-base.conf") =~ /^.*\n/mg;
    spew("$here/base.conf", $base);
    for my $place ('debian', 'modules') {
        make_path("$root/$place");
        # not through the link that is there: every httpd of the run has that file mapped
        unlink "$root/$place/mod_ocsp.so";
        copy("$vars->{serverroot}/../mod_ocsp.so", "$root/$place/mod_ocsp.so") or die $!;
        my $text = OCSPTest::slurp("$top/conf/ocsp.conf")
            =~ s{/usr/lib/apache2/modules}{$root/debian}gr;
        my $config = configure("ocsp.conf-$place", $root, $text, 80);
        spew($config, OCSPTest::slurp($config)
            =~ s{\Q$vars->{t_conf}/httpd-base.conf}{$here/base.conf}r);
        ($status, $said) = run($vars->{httpd}, '-t', '-D', 'DUMP_OCSP', '-f', $config);
        is $status, 0, "$place: the example loads the module" or diag $said;
        like $said, qr/^OCSP issuers:$/m, "$place: and it works";
        unlink "$root/$place/mod_ocsp.so";
    }
}

# --- what else is to be seen ----------------------------------------------------------

# U9
sub see_ocsp {
    my ($name, $port) = @_;
    my $res = http('GET', '/server-status?auto', port => $port);
    like $res->{body}, qr/^OCSPGood: \d+$/m, "$name: server-status is not hidden";
    return;
}

sub see_ca_files {
    my ($name, $port, $dump) = @_;
    like $dump, qr/OCSPNextUpdate 3600\b/, "$name: the CA's own file counts";
    return;
}

sub see_ca_direct {
    my ($name, $port, $dump) = @_;
    like $dump, qr/the CA itself/, "$name: the CA signs";
    my $res = get(request('a', [serial_good]), port => $port, path => '');
    cmp_ok length $res->{body}, '<', 400, "$name: a small answer";
    return;
}

sub see_openssl_ca {
    my ($name, $port, $dump, $started) = @_;
    like $dump, qr/issuance data in use: .*1 issued.*1 revocations/, "$name: its index";
    my $res  = post(request('a', ['2002']), port => $port, path => '/');
    my $text = oracle($res->{body}, 'a', ['2002']);
    like $text, qr/Response verify OK.*: unknown\n/s,
        "$name: what was not issued is unknown";
    my $this = fields_of($res->{body})->{singles}[0]{this};
    # httpd has looked at the file since it started, which changed a day ago
    cmp_ok $this, '>=', $started - 300,
        "$name: thisUpdate is at most 300 s before a look since the start";
    cmp_ok $this, '<=', int(Time::HiRes::time) - 300, "$name: and at least that";
    return;
}

# A page as the website has it.
sub is_page {
    my ($name, $port, $path, $want) = @_;
    my $res = http('GET', $path, port => $port);
    is $res->{code}, 200, "$name: GET $path: 200";
    is $res->{body}, $want, "$name: GET $path: the website's own";
    is header($res, 'Vary'), undef, "$name: GET $path: for every Content-Type";
    return;
}

sub see_website {
    my ($name, $port) = @_;
    my $pages = $example{$name}{pages};
    is_page($name, $port, '/', $pages->{'index.html'});
    is_page($name, $port, "/$_", $pages->{$_}) for sort keys %$pages;
    my $request = request('a', [serial_good]);
    for my $type ('application/ocsp-request', 'Application/OCSP-Request; x=y') {
        my $res = post($request, port => $port, path => '/', type => $type);
        is ocsp_status($res->{body}), 0, "$name: POST as $type is answered";
    }
    for my $type ('application/x-www-form-urlencoded', undef) {
        my $res = post($request, port => $port, path => '/', type => $type);
        unlike header($res, 'Content-Type') // '', qr/ocsp/,
            "$name: POST as " . ($type // 'nothing') . ' is the website\'s';
    }
    # however the request begins: with one serial number and with many, by any hash
    for my $args ([[serial_high]], [[('2001') x 3], '-sha256'],
        [[('2001') x 8], '-sha512'], [['1']]) {
        my ($serials, @hash) = @$args;
        my $path = get_path(request('a', $serials, @hash));
        my $what = "GET for @$serials @hash";
        for my $case (['', $path], [' after //', "/$path"],
            [' with slashes', $path =~ s/%2F/\//gr]) {
            my ($how, $form) = @$case;
            my $res = http('GET', "/$form", port => $port);
            is ocsp_status($res->{body}), 0, "$name: $what$how is answered";
        }
    }
    return;
}

sub see_cgi_url {
    my ($name, $port) = @_;
    is_page($name, $port, '/cgi-bin/other.cgi', 'another script');
    my $res = http('GET', '/cgi-bin/ocsp.cgi', port => $port);
    is ocsp_status($res->{body}), MALFORMED, "$name: the old script is not reached";
    return;
}

done_testing;
