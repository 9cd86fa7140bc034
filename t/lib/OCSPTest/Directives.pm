# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# All directives but the section, for 00-directives.t, which compares the list with
# httpd's own.
package OCSPTest::Directives;

use strict;
use warnings;
use Exporter 'import';
use OCSPTest;

our @EXPORT = qw(%directive);

my $a        = ca('a');
my $b        = ca('b');
# what the same CA's CRL agrees with
my $index  = "$a->{dir}/issued.txt";
my $issued = "$a->{dir}/issued.hex";
OCSPTest::PKI::spew($index, "V\t491231235959Z\t\t2001\tunknown\t/CN=a\n");
OCSPTest::PKI::spew($_, "2001\n") for $issued, "$issued.more";
my $anywhere = 'section vhost main';
my $long     = '"/' . 'x/' x 3000 . '"';

# What a keyword directive is shown as, and what it refuses.
sub words {
    my ($name, $places, @words) = @_;
    my $all   = join '\|', @words;
    my $wrong = qr/$name: one of $all, not "/;
    return (
        places => $places,
        value  => $words[-1],
        good   => [map { [$_, qr/\b$name $words[0]\b/i] } uc $words[0],
            ucfirst $words[0]],
        bad => [
            (map { [$_, $wrong] } 'maybe', "$words[0]x", qq("$words[0] "),
                '1', $words[0] . $words[-1]),
            (map { [$_, qr/$name takes one argument/] } '', '""'),
            ["$words[0] $words[-1]", qr/$name takes one argument/],
        ],
        twice => [$words[0], $words[-1], qr/\b$name $words[-1]\b/,
            qr/\b$name $words[0]\b/],
    );
}

# Every word, as it is written.
sub all_words {
    my ($name, $places, @words) = @_;
    my %d = words($name, $places, @words);
    push @{ $d{good} }, map { [$_, qr/\b$name $_\b/] } @words;
    return $name => \%d;
}

# good: values with the number that they mean; bad: others besides those that no
# number's directive takes.
sub numbers {
    my ($name, $places, $kind, $good, $bad, $range) = @_;
    my $wrong = qr/$name: $kind.*, $range, not "/;
    return $name => {
        places => $places,
        value  => $good->[0][0],
        good   => [map { [$_->[0], qr/\b$name $_->[1]\b/] } @$good],
        bad => [
            (map { [$_, $wrong] } @$bad, '-1', '+90', '90x', 'x', '" 90"',
                '"90 "', '9.5', '0x90', '99999999999999999999',
                '9223372036854775808'),
            (map { [$_, qr/$name takes one argument/] } '', '""', '90 90'),
        ],
        twice => [$good->[-1][0], $good->[0][0],
            qr/\b$name $good->[0][1]\b/],
    };
}

# Files, of which the dump has lines that begin so.
sub files {
    my ($name, $places, $shown, $one, $two, $extra) = @_;
    return $name => {
        places => $places,
        value  => qq("$one"),
        good   => [[qq("$one"), $shown ? qr/^$shown: \Q$one\E/m : undef],
            [$one =~ s{^.*/pki/}{pki/}r, $shown ? qr/^$shown: \Q$one\E/m : undef]],
        bad => [
            ['""',  qr/$name (?:takes one|requires at least one) argument/],
            [$long, qr/$name: not a path/],
            @$extra,
        ],
        twice => [qq("$one"), qq("$two"),
            $shown ? qr/^$shown: \Q$one\E[ ,].*^$shown: \Q$two\E[ ,]/ms : undef],
        only_here => 1,
    };
}

my $one_argument = 'takes one argument';

# Sources are files, by their names.
sub no_source {
    my ($name) = @_;
    return ['http://ca.example.com/a.crl', qr/$name: name a file, not a URL.*fetch-crl/],
        ['"file:///srv/a.crl"', qr/$name: name a file, not a URL/],
        ['"crls/*.crl"', qr/$name: takes no pattern.*OCSPCRLPath/];
}

our %directive = (
    files('OCSPCRLFile', 'section', 'CRL file', $a->{crl}, "$a->{dir}/ca.crl",
        [['', qr/OCSPCRLFile requires at least one argument/],
            no_source('OCSPCRLFile')]),
    files('OCSPIndexFile', 'section', 'index file', $index, "$b->{dir}/index.txt",
        [['', qr/OCSPIndexFile requires at least one argument/],
            no_source('OCSPIndexFile')]),
    files('OCSPIssuedFile', 'section', 'issued file', $issued, "$issued.more",
        [['', qr/OCSPIssuedFile requires at least one argument/],
            no_source('OCSPIssuedFile')]),
    files('OCSPCRLPath', $anywhere, 'CRL directory', $a->{dir}, $b->{dir},
        [['', qr/OCSPCRLPath $one_argument/],
            [qq("$a->{dir}" "$b->{dir}"), qr/OCSPCRLPath $one_argument/],
            no_source('OCSPCRLPath')]),
    files('OCSPCRLSignerFile', 'section', 'CRL signer', $a->{cert}, $b->{cert},
        [['', qr/OCSPCRLSignerFile requires at least one argument/]]),
    files('OCSPCertificateFile', $anywhere, 'signer', $a->{signer}, $a->{signer},
        [['', qr/OCSPCertificateFile $one_argument/],
            [qq("$a->{signer}" "$a->{signer}"),
                qr/OCSPCertificateFile $one_argument/]]),
    files('OCSPCertificateKeyFile', $anywhere, undef, $a->{signer_key},
        "file:$a->{signer_key}",
        [['', qr/OCSPCertificateKeyFile $one_argument/],
            [qq("$a->{signer_key}" x), qr/OCSPCertificateKeyFile $one_argument/]]),
    all_words('OCSPTrustedResponder', 'section', 'off', 'on'),
    all_words('OCSPResponderID', $anywhere, 'key', 'name'),
    all_words('OCSPIncludeCertificate', $anywhere, 'auto', 'on', 'off', 'chain'),
    all_words('OCSPThisUpdate', $anywhere, 'source', 'checked'),
    all_words('OCSPUnlisted', 'section', 'good', 'unknown', 'unauthorized',
        'revoked'),
    all_words('OCSPCRLCoverage', 'section', 'auto', 'complete'),
    all_words('OCSPCRLScope', 'section', 'key', 'name'),
    all_words('OCSPNonce', $anywhere, 'echo', 'ignore'),
    numbers('OCSPNextUpdate', $anywhere, 'a duration',
        [['60', 60], ['60s', 60], ['61S', 61], ['1min', 60], ['90MIN', 5400],
            ['12h', 43200], ['7d', 604800], ['366d', 31622400],
            ['31622400', 31622400], ['00060', 60]],
        ['59', '0', '367d', '31622401', '8785h', '1m', '1w', '1min30s', '"2 h"', 'h',
            '1hour', '200000000000000d'], 'from 60 to 31622400 seconds'),
    numbers('OCSPStaleGrace', $anywhere, 'a duration',
        [['1', 1], ['0', 0], ['0d', 0], ['90S', 90], ['30min', 1800], ['7d', 604800],
            ['366d', 31622400]],
        ['367d', '31622401', '1m', '1w', 'off'], 'from 0 to 31622400 seconds'),
    numbers('OCSPSourceMaxAge', $anywhere, 'off or a duration',
        [['60', 60], ['1min', 60], ['12h', 43200], ['7d', 604800],
            ['366d', 31622400], ['off', 'off'], ['Off', 'off']],
        ['59', '0', '367d', '31622401', '1m', 'on', 'offx', '"off "'],
        'from 60 to 31622400 seconds'),
    numbers('OCSPRefresh', 'main', 'off or a duration',
        [['1', 1], ['60', 60], ['5min', 300], ['24H', 86400], ['1d', 86400],
            ['off', 'off'], ['OFF', 'off']],
        ['0', '2d', '86401', '1m', 'on', 'offx', '" off"'],
        'from 1 to 86400 seconds'),
    numbers('OCSPHTTPMaxAge', $anywhere, 'a duration',
        [['1', 1], ['1s', 1], ['2min', 120], ['1h', 3600], ['366d', 31622400]],
        ['0', '0d', '367d', '1m', '1k'], 'from 1 to 31622400 seconds'),
    numbers('OCSPAnswerAge', $anywhere, 'a duration',
        [['0', 0], ['37', 37], ['37s', 37], ['60min', 3600], ['366d', 31622400]],
        ['367d', '1m', '1k', 'off'], 'from 0 to 31622400 seconds'),
    numbers('OCSPMaxCerts', 'vhost main', 'a number',
        [['1', 1], ['20', 20], ['1000', 1000], ['0999', 999]], ['0', '1001', '1k', '20s'],
        'from 1 to 1000'),
    numbers('OCSPMaxRequestSize', 'vhost main', 'a size',
        [['128', 128], ['1k', 1024], ['10K', 10240], ['1m', 1048576],
            ['1048576', 1048576], ['1024k', 1048576]],
        ['127', '0', '1048577', '1025k', '2m', '1g', '1kb', '1s'],
        'from 128 to 1048576 octets'),
    numbers('OCSPTableSize', 'main', 'a size',
        [['1m', 1048576], ['1024k', 1048576], ['1048576', 1048576],
            ['64M', 67108864], ['2g', 2147483648], ['8192g', 8796093022208],
            ['8796093022208', 8796093022208]],
        ['0', '1048575', '1023k', '8193g', '8796093022209', '9223372036854775807g'],
        'from 1048576 to 8796093022208 octets'),
    numbers('OCSPCacheSize', 'main', 'off or a size',
        [['256k', 262144], ['262144', 262144], ['1m', 1048576], ['32M', 33554432],
            ['1g', 1073741824], ['off', 'off'], ['OFF', 'off']],
        ['0', '262143', '255k', '9223372036854775807g', 'on', 'offx', '" off"', '1h'],
        'from 262144 to \d+ octets'),
    numbers('OCSPSignLimit', 'main', 'a number',
        [['1', 1], ['2', 2], ['032', 32], ['256', 256]], ['0', '257', '1k', 'off', '2s'],
        'from 1 to 256'),
    all_words('OCSPQuickHandler', 'vhost main', 'off', 'on'),
    OCSPStateDir => {
        places => 'main',
        value  => '"/srv/ocsp"',
        good   => [
            ['"/srv/ocsp"',   qr{OCSPStateDir /srv/ocsp,}m],
            ['state',         qr{OCSPStateDir /.*/state,}m],
            ['"/with space"', qr{OCSPStateDir /with space,}m],
        ],
        bad => [
            ['',        qr/OCSPStateDir $one_argument/],
            ['""',      qr/OCSPStateDir (?:$one_argument|: not a path)/],
            ['/a /b',   qr/OCSPStateDir $one_argument/],
            ['/' . 'x/' x 3000, qr/OCSPStateDir: not a path/],
        ],
        twice => ['/nowhere', '/srv/ocsp', qr{OCSPStateDir /srv/ocsp,}m],
    },
    all_words('OCSPPreproduce', 'section', 'off', 'hot', 'all'),
    OCSPPassPhraseDialog => {
        places => 'main',
        value  => 'builtin',
        good   => [
            ['builtin',       qr/OCSPPassPhraseDialog builtin$/m],
            ['Builtin',       qr/OCSPPassPhraseDialog builtin$/m],
            ['exec:/bin/cat', qr{OCSPPassPhraseDialog exec:/bin/cat$}m],
            ['EXEC:bin/ask',  qr{OCSPPassPhraseDialog exec:/.*/bin/ask$}m],
            ['"exec:/bin/with space"', qr{exec:/bin/with space$}m],
        ],
        bad => [
            (map { [$_, qr{OCSPPassPhraseDialog: builtin or exec:/path}] }
                'exec', 'exec:', '/bin/cat', '|/bin/cat', 'builtin:',
                '" builtin"'),
            (map { [$_, qr/OCSPPassPhraseDialog $one_argument/] } '', '""'),
            ['exec:/bin/cat x', qr/OCSPPassPhraseDialog $one_argument/],
            ["exec:/" . 'x/' x 3000, qr/OCSPPassPhraseDialog: not a path/],
        ],
        twice => ['exec:/nowhere', 'builtin', qr/OCSPPassPhraseDialog builtin$/m],
    },
);

1;
