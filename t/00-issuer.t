# <OCSPIssuer>: its one argument, what may stand in it, where it may stand, and what
# it is when it stands there twice.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;

my $a   = ca('a');
my $b   = ca('b');
my $dir = scratch_dir('issuer');
OCSPTest::PKI::spew("$dir/a b.pem", OCSPTest::slurp($a->{cert}));
OCSPTest::PKI::spew("$dir/part.conf", issuer_section('a') =~ s/^<.*\n//mgr);
my $host = "<VirtualHost *:1>\nServerName v.example.com\n";

for my $case (
    ['no issuer', ''],
    ['an issuer', issuer_section('a')],
    ['several issuers', join '', map { issuer_section($_) } qw(a b c2)],
    ['a name without quotes', issuer_section('a') =~ s/^(<OCSPIssuer) "(.*)">/$1 $2>/r],
    ['a name in single quotes', issuer_section('a')
        =~ s/^(<OCSPIssuer) "(.*)">/$1 '$2'>/r],
    ['a name with a space', issuer_section('a', cert => "$dir/a b.pem")],
    ['a space before the bracket', issuer_section('a') =~ s/">/" >/r],
    ['a pattern', with('a') =~ s/\/ca\.pem/\/c[a].pem/r],
    ['one name with two keys',
        issuer_section('c1', signer => ca('c1')->{cert},
            signer_key => ca('c1')->{key}) . issuer_section('c2')],
    ['the same issuer in the server and in a virtual host',
        issuer_section('a') . $host . issuer_section('a') . "</VirtualHost>\n"],
    ['the same issuer in two virtual hosts',
        ($host . issuer_section('a') . "</VirtualHost>\n") x 2],
    ['paths relative to ServerRoot', issuer_section('a',
        map { $_ => $a->{$_} =~ s{^.*/pki/}{pki/}r }
            qw(cert crl signer signer_key))],
    ['directives in another letter case',
        issuer_section('a') =~ s/^(\s*<?\/?OCSP\w+)/lc $1/megr],
    ['an Include in the section',
        qq(<OCSPIssuer "$a->{cert}">\nInclude "$dir/part.conf"\n</OCSPIssuer>\n)],
    ['<IfModule> in the section',
        with('a', '<IfModule mod_ocsp.c>', 'OCSPNonce ignore', '</IfModule>')],
    ['<IfDefine> in the section that does not hold',
        with('a', '<IfDefine NOT_DEFINED>', 'Nonsense', '</IfDefine>')],
    ['the section in <IfModule>',
        "<IfModule mod_ocsp.c>\n" . issuer_section('a') . "</IfModule>\n"],
    ['the handler\'s synonym',
        "<Location /x>\nSetHandler application/ocsp-request\n</Location>\n"],
) {
    my ($name, $text) = @$case;
    my ($status, $said, $dump) = dump_of($text);
    is $status, 0, "$name: accepted" or diag $said;
    like $said, qr/Syntax OK/, "$name: and said so";
    next if $text !~ /OCSPIssuer/i || $text =~ /c1/;
    my ($lines) = grep { defined } map { $_->{ $a->{subject} } } values %$dump;
    like $lines // '', qr/^CRL in use: \S*ca\.crl, .* 4 /m,
        "$name: and understood";
}

# R184: a message names the directive, and file and line of what is not right
for my $case (
    ['no file', "<OCSPIssuer>\n</OCSPIssuer>\n",
        qr/<OCSPIssuer> needs one argument: the file of a CA/],
    ['an empty name', section(''),
        qr/<OCSPIssuer> needs one argument: the file of a CA/],
    ['two files', qq(<OCSPIssuer "$a->{cert}" "$b->{cert}">\n</OCSPIssuer>\n),
        qr/<OCSPIssuer> needs one argument: the file of a CA/],
    ['a name too long', section('/' . 'x/' x 3000), qr/<OCSPIssuer>: not a path: /],
    ['no bracket', qq(<OCSPIssuer "$a->{cert}"\n</OCSPIssuer>\n),
        qr/<OCSPIssuer.*closing '>'/],
    ['something behind the bracket',
        qq(<OCSPIssuer "$a->{cert}"> x\n</OCSPIssuer>\n),
        qr/<OCSPIssuer.*closing '>'/],
    ['a section that is not closed', qq(<OCSPIssuer "$a->{cert}">\n),
        qr/OCSPIssuer/],
    ['a section closed as another', qq(<OCSPIssuer "$a->{cert}">\n</Location>\n),
        qr/OCSPIssuer/],
    ['a section that was not opened', "</OCSPIssuer>\n", qr/OCSPIssuer/],
    ['a section within a section', with('a', issuer_section('b')),
        qr/<OCSPIssuer> cannot be used in an <OCSPIssuer> section \(\S+:\d+\)/],
    ['an unknown directive in the section', with('a', 'OCSPNoSuchThing on'),
        qr/Invalid command 'OCSPNoSuchThing'/],
    ['another module\'s directive in the section',
        with('a', 'DocumentRoot /nowhere'),
        qr/DocumentRoot cannot be used in an <OCSPIssuer> section \(\S+:\d+\)/],
    ['another module\'s section in the section',
        with('a', '<Location "/">', 'SetHandler none', '</Location>'),
        qr/<Location> cannot be used in an <OCSPIssuer> section \(\S+:\d+\)/],
    ['a handler in the section', with('a', 'SetHandler ocsp'),
        qr/SetHandler cannot be used in an <OCSPIssuer> section/],
    (map { ["a section in $_->[0]", "$_->[1]\n" . issuer_section('a') . "$_->[2]\n",
            qr/(?:<OCSPIssuer|<Limit) not allowed/] }
        ['<Location>',  '<Location "/x">',  '</Location>'],
        ['<Directory>', '<Directory "/x">', '</Directory>'],
        ['<Files>',     '<Files "x">',      '</Files>'],
        ['<If>',        '<If "true">',      '</If>'],
        ['<Limit>',     '<Limit GET>',      '</Limit>']),
) {
    my ($name, $text, $words) = @$case;
    my ($status, $said) = config_test($text);
    is $status, 1, "$name: refused";
    like $said, $words, "$name: with what is wrong";
    like $said, qr/\S+configtest\.conf/, "$name: and the file";
    unlike $said, qr/Syntax OK/, "$name: and not as correct";
}

# what cannot stand in .htaccess either
my $root = OCSPTest::vars()->{documentroot};
mkdir $_ for "$root/htaccess", "$root/htaccess/section";
OCSPTest::PKI::spew("$root/htaccess/section/.htaccess", issuer_section('a'));
OCSPTest::PKI::spew("$root/htaccess/section/x.txt", "x\n");
my $mark = log_mark();
is http('GET', '/htaccess/section/x.txt', port => port('ocsp_files'))->{code}, 500,
    'a section in .htaccess: HTTP status';
like log_since($mark), qr/section\/\.htaccess: <OCSPIssuer not allowed/,
    'a section in .htaccess: the error log names it';

# one CA twice in one scope: both places, and which of them counts
my ($status, $said) = config_test(issuer_section('a') x 2, '-D', 'OCSP_STRICT');
is $status, 1, 'one issuer twice in one server: exit status, strict';
my @lines = lines_of('OCSP209', $said);
is scalar @lines, 1, 'one issuer twice in one server: one line' or diag $said;
like $lines[0] // '', qr/
    CN=OCSP\ Test\ CA\ a.*\Q$a->{cert}\E\ \(<OCSPIssuer>\ at\ (\S+:\d+)\)\ and\ 
    \Q$a->{cert}\E\ \(<OCSPIssuer>\ at\ (\S+:\d+)\)\ are\ .*the\ same\ CA;.*\ \1\ is\ used;\ remove/x,
    'one issuer twice in one server: both places, and the remedy';

done_testing;
