# The directives: what is accepted, what is refused, and in which words.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;

my $a = ca('a');
my $b = ca('b');

for my $case (
    ['no issuer', ''],
    ['an issuer', issuer_section('a')],
    ['several issuers', join '', map { issuer_section($_) } qw(a b c2)],
    ['one name with two keys',
        issuer_section('c1', signer => ca('c1')->{cert},
            signer_key => ca('c1')->{key}) . issuer_section('c2')],
    ['the same issuer in the server and in a virtual host',
        issuer_section('a') . "<VirtualHost *:1>\n" . issuer_section('a')
        . "</VirtualHost>\n"],
    ['paths relative to ServerRoot', issuer_section('a',
        map { $_ => $a->{$_} =~ s{^.*/pki/}{pki/}r }
            qw(cert crl signer signer_key))],
    ['directives in another letter case', lc issuer_section('a')],
    ['the handler\'s synonym',
        "<Location /x>\nSetHandler application/ocsp-request\n</Location>\n"],
) {
    my ($name, $text) = @$case;
    $text =~ s/^(\s*)(.*)$/$1$2/mg;
    # file names keep their case
    $text = issuer_section('a') =~ s/^(\s*<?\/?OCSP\w+)/lc $1/megr
        if $name =~ /letter case/;
    my ($status, $said) = config_test($text);
    is $status, 0, "$name: accepted" or diag $said;
    like $said, qr/Syntax OK/, "$name: and said so";
}

# R184: a message names the directive
for my $case (
    ['no file', "<OCSPIssuer>\n</OCSPIssuer>\n", qr/OCSPIssuer/],
    ['two files', qq(<OCSPIssuer "$a->{cert}" "$b->{cert}">\n</OCSPIssuer>\n),
        qr/OCSPIssuer/],
    ['a section that is not closed', qq(<OCSPIssuer "$a->{cert}">\n),
        qr/OCSPIssuer/],
    ['a section within a section',
        qq(<OCSPIssuer "$a->{cert}">\n) . issuer_section('b')
        . "</OCSPIssuer>\n", qr/OCSPIssuer/],
    ['a section in a Location',
        "<Location /x>\n" . issuer_section('a') . "</Location>\n",
        qr/OCSPIssuer/],
    ['OCSPCRLFile outside a section', qq(OCSPCRLFile "$a->{crl}"\n),
        qr/OCSPCRLFile/],
    ['OCSPCRLFile without a file',
        qq(<OCSPIssuer "$a->{cert}">\nOCSPCRLFile\n</OCSPIssuer>\n),
        qr/OCSPCRLFile/],
    ['an unknown directive in the section',
        qq(<OCSPIssuer "$a->{cert}">\nOCSPNoSuchThing on\n</OCSPIssuer>\n),
        qr/OCSPNoSuchThing/],
    ['one issuer twice in one server', issuer_section('a') x 2,
        qr/\Q$a->{cert}\E/],
) {
    my ($name, $text, $words) = @$case;
    my ($status, $said) = config_test($text);
    isnt $status, 0, "$name: refused";
    like $said, $words, "$name: with the directive or file";
    unlike $said, qr/Syntax OK/, "$name: and not as correct";
}

done_testing;
