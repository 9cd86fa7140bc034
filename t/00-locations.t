# httpd's own directives around the responder, as httpd -t sees them: an <OCSPIssuer>
# that no URL leads to, and header fields that clients reject.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;

my $modules = Apache::Test::config()->apxs('LIBEXECDIR');
my $load = join '', map {
    qq(<IfModule !${_}_module>\nLoadModule ${_}_module "$modules/mod_$_.so"\n</IfModule>\n)
} qw(headers macro alias);
my $issuer = issuer_section('a');

# Lines of httpd -t with this tag, of a configuration that has no handler but its own.
sub warned {
    my ($tag, $text) = @_;
    my $file = config($load . $text, name => 'locations');
    OCSPTest::PKI::spew($file, OCSPTest::slurp($file)
        =~ s{<Location "/">\n\s+SetHandler ocsp\n</Location>\n}{}r);
    unlink "$file.log";
    my ($status, $said) = run(OCSPTest::vars()->{httpd}, '-t', '-f', $file);
    $said .= OCSPTest::slurp("$file.log") if -e "$file.log";
    is $status, 0, 'httpd -t takes it' or diag $said;
    return lines_of($tag, $said);
}

sub section_of {
    my ($open, @lines) = @_;
    my ($name) = $open =~ /\A(\w+)/;
    return join '', "<$open>\n", (map { /\n\z/ ? $_ : "$_\n" } @lines), "</$name>\n";
}

# --- U4: no URL ---------------------------------------------------------------------------

my $here = section_of('Location "/ocsp"', 'SetHandler ocsp');
for my $case (
    ['nothing',           $issuer, qr/add "SetHandler ocsp" in a <Location>/],
    ['another handler',   $issuer . section_of('Location "/"', 'SetHandler server-status'),
        qr/add "SetHandler/],
    ['in <Directory>',    $issuer . section_of('Directory "/srv"', 'SetHandler ocsp'),
        qr/SetHandler at \S+:\d+ has no effect in <Directory>/],
    ['in <DirectoryMatch>', $issuer . section_of('DirectoryMatch "^/srv"', 'SetHandler ocsp'),
        qr/has no effect in <DirectoryMatch>/],
    ['in <Files>',        $issuer . section_of('Files "*.ocsp"', 'SetHandler ocsp'),
        qr/has no effect in <Files>/],
    ['<If> in <Directory>', $issuer . section_of('Directory "/srv"',
        section_of('If "true"', 'SetHandler ocsp')), qr/has no effect in <Directory>/],
    ['a path without its first slash', $issuer . section_of('Location "ocsp"',
        'SetHandler ocsp'), qr/<Location "ocsp"> at \S+:\d+ matches no URL: its path has to begin/],
    ['a regular expression in <Location>', $issuer . section_of('Location ^/ocsp',
        'SetHandler ocsp'), qr/matches no URL: .*belongs in <LocationMatch>/],
    ['AddHandler alone',  "$issuer<IfModule mime_module>\nAddHandler ocsp .ocsp\n</IfModule>\n",
        qr/add "SetHandler/],
    ['in another virtual host', vhost(1, $issuer) . vhost(2, $here), qr/add "SetHandler/],
    ['in a virtual host beside one that has none',
        vhost(1, $issuer . $here) . vhost(2, issuer_section('b')), qr/add "SetHandler/,
        'b'],
) {
    my ($name, $text, $words, $ca) = @$case;
    my @warned = warned('OCSP250', $text);
    is scalar @warned, 1, "handler, $name: one warning" or diag "@warned";
    like "@warned", $words, "handler, $name: what is missing";
    my $file = ca($ca // 'a')->{cert};
    like "@warned", qr{locations\.conf:\d+: <OCSPIssuer \Q$file\E>},
        "handler, $name: of which issuer";
}
is scalar(warned('OCSP250', $issuer . issuer_section('b'))), 1,
    'handler: once for all issuers of a server';
for my $case (
    ['<Location>',        $issuer . $here],
    ['<LocationMatch>',   $issuer . section_of('LocationMatch "^/o"', 'SetHandler ocsp')],
    ['<Location ~>',      $issuer . section_of('Location ~ "^/o"', 'SetHandler ocsp')],
    ['a path without its first slash beside a good one', $issuer . $here
        . section_of('Location "o"', 'SetHandler ocsp')],
    ['<If>',              $issuer . section_of('If "true"', 'SetHandler ocsp')],
    ['<If> in <Location>', $issuer . section_of('Location "/ocsp"',
        section_of('If "true"', 'SetHandler ocsp'))],
    ['the server itself', "${issuer}SetHandler ocsp\n"],
    ['quotation marks, in capitals', $issuer . section_of('Location "/"', 'SetHandler "OCSP"')],
    ['the synonym',       $issuer . section_of('Location "/"',
        'SetHandler application/ocsp-request')],
    ['ForceType',         $issuer . section_of('Location "/"',
        'ForceType application/ocsp-request')],
    ['an expression',     $issuer . section_of('Location "/"',
        'SetHandler "%{tolower:OCSP}"')],
    ['<IfModule>',        $issuer . section_of('IfModule ocsp_module', $here)],
    ['a macro',           $issuer . section_of('Macro Here $path',
        section_of('Location "$path"', 'SetHandler ocsp')) . "Use Here /ocsp\n"],
    ['a virtual host of its own', vhost(1, $issuer . $here)],
    ['a virtual host that inherits the location', $here . vhost(1, $issuer)],
    ['a virtual host that inherits the handler', "SetHandler ocsp\n" . vhost(1, $issuer)],
    ['a virtual host that inherits the issuer', $issuer . vhost(1, $here)],
    ['one of two that inherit the issuer', $issuer . vhost(1, '') . vhost(2, $here)],
    ['no issuer',         vhost(1, '')],
) {
    my ($name, $text) = @$case;
    is join("\n", warned('OCSP250', $text)), '', "handler, $name: no warning";
}

# --- a virtual host at a port to which httpd does not listen ---------------------------------

for my $case (
    ['no Listen', 1, vhost(1, $issuer . $here) =~ s/^Listen .*\n//r],
    ['Listen',    0, vhost(1, $issuer . $here)],
    ['one address of two', 0, vhost(1, $issuer . $here) =~ s/\*:1>/*:1 *:2>/r],
    ['no issuer', 0, $issuer . $here . vhost(1, '') =~ s/^Listen .*\n//r],
    ['any port',  0, vhost(1, $issuer . $here) =~ s/\*:1>/*:*>/r],
) {
    my ($name, $want, $text) = @$case;
    my @warned = warned('OCSP265', $text);
    is scalar @warned, $want, "port, $name: " . ($want ? 'warned' : 'silent')
        or diag "@warned";
    like "@warned", qr/locations\.conf:\d+: .*does not listen .*; add "Listen 1"/,
        "port, $name: which" if $want;
}

# --- H5, R9: header fields ------------------------------------------------------------------

my $set = "Header always set X_Foo 1\n";
for my $case (
    ['the server',           1, $issuer . $here . $set],
    ['the virtual host',     1, vhost(1, $issuer . $here . $set)],
    ['the main server of a virtual host', 1, $set . vhost(1, $issuer . $here)],
    ['the location',         1, $issuer . section_of('Location "/ocsp"', 'SetHandler ocsp',
        'Header set X_Foo 1')],
    ['a condition',          1, $issuer . $here . section_of('If "true"', $set)],
    ['a dot',                1, "$issuer${here}Header append X.Foo 1\n"],
    ['a colon at the end',   0, "$issuer${here}Header set X-Foo: 1\n"],
    ['a good name',          0, "$issuer${here}Header always set Strict-Transport-Security x\n"],
    ['one that is removed',  0, "$issuer${set}" . section_of('Location "/ocsp"',
        'SetHandler ocsp', 'Header always unset X_Foo')],
    ['removal alone',        0, "$issuer${here}Header unset X_Foo\n"],
    ['another location',     0, $issuer . $here . section_of('Location "/x"', $set)],
    ['a directory',          0, $issuer . $here . section_of('Directory "/srv"', $set)],
    ['another virtual host', 0, vhost(1, $issuer . $here) . vhost(2, $set)],
    ['a request\'s field',   0, "$issuer${here}RequestHeader set X_Foo 1\n"],
    ['OCSPQuickHandler',     0, "OCSPQuickHandler on\n$issuer$here$set"],
    ['no issuer',            0, $set],
) {
    my ($name, $want, $text) = @$case;
    my @warned = warned('OCSP251', $text);
    is scalar @warned, $want, "field, $name: " . ($want ? 'warned' : 'silent')
        or diag "@warned";
    like "@warned", qr{locations\.conf:\d+: Header X[_.]Foo: }, "field, $name: which"
        if $want;
}

# --- R7: redirects --------------------------------------------------------------------------

my $to = "Redirect permanent / https://www.example.com/\n";
for my $case (
    ['the location',         1, $issuer . section_of('Location "/ocsp"', 'SetHandler ocsp', $to)],
    ['a location around it', 1, $issuer . $here . section_of('Location "/"', $to)],
    ['a condition',          1, $issuer . $here . section_of('If "true"', $to)],
    ['RedirectMatch',        1, $issuer . $here . section_of('If "true"',
        'RedirectMatch "^/(.*)" "https://www.example.com/$1"')],
    ['the server',           0, "$issuer$here$to"],
    ['a path around it',     1, $issuer . $here . section_of('Location "/"',
        'Redirect "/ocsp" "https://www.example.com/"')],
    ['another path',         0, $issuer . $here . section_of('Location "/"',
        'Redirect "/ocs" "https://www.example.com/"')],
    ['a like location',      0, $issuer . $here . section_of('Location "/ocs"', $to)],
    ['another location',     0, $issuer . $here . section_of('Location "/x"', $to)],
    ['a directory',          0, $issuer . $here . section_of('Directory "/srv"', $to)],
    ['another virtual host', 0, vhost(1, $issuer . $here)
        . vhost(2, section_of('Location "/"', $to))],
) {
    my ($name, $want, $text) = @$case;
    my @warned = warned('OCSP263', $text);
    is scalar @warned, $want, "redirect, $name: " . ($want ? 'warned' : 'silent')
        or diag "@warned";
    like "@warned", qr{locations\.conf:\d+: Redirect}, "redirect, $name: which" if $want;
}

my $page = 'https://www.example.com/error.html';
for my $case (
    ['414',                  1, "$issuer${here}ErrorDocument 414 $page\n"],
    ['400 of a host',        1, vhost(1, "$issuer${here}ErrorDocument 400 $page\n")],
    ['404, which comes later', 0, "$issuer${here}ErrorDocument 404 $page\n"],
    ['a path',               0, "$issuer${here}ErrorDocument 414 /error.html\n"],
    ['a location',           0, $issuer . $here . section_of('Location "/ocsp"',
        "ErrorDocument 414 $page")],
) {
    my ($name, $want, $text) = @$case;
    my @warned = warned('OCSP264', $text);
    is scalar @warned, $want, "ErrorDocument, $name: " . ($want ? 'warned' : 'silent')
        or diag "@warned";
}
done_testing;
