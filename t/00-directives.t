# Every directive: values that it takes, values that it refuses and in which words,
# twice on one level, and where it may stand.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;
use OCSPTest::Conf;
use OCSPTest::Directives;

my $a = ca('a');

# --- the table has all of them ------------------------------------------------------

my $config = OCSPTest::config('', name => 'directives');
my ($listing, $listed) = run(OCSPTest::vars()->{httpd}, '-L', '-f', $config);
is $listing, 0, 'httpd -L';
my @there = $listed =~ /^<?(\w+) \(mod_ocsp\.c\)$/mg;
cmp_ok scalar @there, '>=', 17, 'httpd -L lists directives of ours';
is join(' ', sort @there), join(' ', sort 'OCSPIssuer', keys %directive),
    'the table, and 00-issuer.t, have all of them and no more';
is scalar(() = $listed =~ /\(mod_ocsp\.c\)\n\t\S.+\n\tAllowed in \*\.conf only outside/g),
    scalar @there, 'each is explained, and is for the server\'s configuration alone';

# One line where it belongs, around a section that is complete.
sub at_place {
    my ($place, $line) = @_;
    return with('a', $line) if $place eq 'section';
    return "$line\n" . issuer_section('a') if $place eq 'main';
    return "<VirtualHost *:1>\nServerName v.example.com\n$line\n"
        . issuer_section('a') . "</VirtualHost>\n"
        if $place eq 'vhost';
    die "no place $place";
}

# The first place in which a directive may stand.
sub home {
    my ($name) = @_;
    return (split ' ', $directive{$name}{places})[0];
}

# What the dump has of a server and of its first CA.
sub shown {
    my ($dump, $server) = @_;
    return join '', map { $dump->{$server}{$_} // '' } '', $a->{subject};
}

sub line_of {
    my ($name, $value) = @_;
    return length $value ? "$name $value" : $name;
}

# --- values -----------------------------------------------------------------------

# What is understood is seen in DUMP_OCSP: one virtual host a value, but for what the
# main server alone may say.
sub hosts {
    my ($name) = @_;
    my ($text, $n) = ('', 0);
    for my $case (@{ $directive{$name}{good} }) {
        my $line = line_of($name, $case->[0]);
        $text .= at_place(home($name), $line) =~ s/v\.example/v$n.example/r
            if home($name) eq 'vhost';
        $text .= "<VirtualHost *:1>\nServerName v$n.example.com\n"
            . with('a', $line) . "</VirtualHost>\n"
            if home($name) eq 'section';
        $n++;
    }
    return $text;
}

for my $name (sort keys %directive) {
    my @good = @{ $directive{$name}{good} };
    my %said;
    if (home($name) ne 'main') {
        my ($status, $said, $dump) = dump_of(hosts($name));
        is $status, 0, "$name: good values are taken" or diag $said;
        like $said, qr/^Syntax OK$/m, "$name: and httpd says so";
        $said{$_} = shown($dump, "v$_.example.com") for 0 .. $#good;
    }
    for my $n (0 .. $#good) {
        my ($value, $shown) = @{ $good[$n] };
        if (home($name) eq 'main') {
            my ($status, $said, $dump)
                = dump_of(at_place('main', line_of($name, $value)));
            is $status, 0, "$name $value: is taken" or diag $said;
            $said{$n} = shown($dump, 'ocsp.example.com');
        }
        like $said{$n}, $shown, "$name $value: is understood" if $shown;
    }
}

# R184: the message names file, line, directive, what is wrong and what would do
for my $name (sort keys %directive) {
    for my $case (@{ $directive{$name}{bad} // [] }) {
        my ($value, $words) = @$case;
        my $shown = length $value > 40 ? 'a value too long' : "'$value'";
        my ($status, $said)
            = config_test(at_place(home($name), line_of($name, $value)));
        is $status, 1, "$name $shown: refused";
        like $said, qr/Syntax error on line \d+ of \S+configtest\.conf:\n.*$name/,
            "$name $shown: file, line and directive";
        like $said, $words, "$name $shown: what would do";
        unlike $said, qr/Syntax OK/, "$name $shown: not said to be right";
    }
}

# --- twice ------------------------------------------------------------------------

# Of one value the last counts; what names files adds up.
for my $name (sort keys %directive) {
    my $case = $directive{$name}{twice} or next;
    my ($first, $second, $shown, $gone) = @$case;
    for my $place (split ' ', $directive{$name}{places}) {
        my $lines = line_of($name, $first) . "\n" . line_of($name, $second);
        my ($status, $said, $dump) = dump_of(at_place($place, $lines));
        is $status, 0, "$name twice in $place: taken" or diag $said;
        next if !$shown || $directive{$name}{only_here} && $place ne home($name);
        my $host = $place eq 'vhost' ? 'v.example.com' : 'ocsp.example.com';
        my $said_of_it = shown($dump, $host);
        like $said_of_it, $shown, "$name twice in $place: what counts";
        unlike $said_of_it, $gone, "$name twice in $place: what does not" if $gone;
    }
}

# --- places -----------------------------------------------------------------------

my %around = (
    Location  => ["<Location \"/x\">",  '</Location>'],
    Directory => ["<Directory \"/x\">", '</Directory>'],
    Files     => ['<Files "x">',        '</Files>'],
);
my @around = sort keys %around;
for my $name (sort keys %directive) {
    my $line   = line_of($name, $directive{$name}{value});
    my @places = split ' ', $directive{$name}{places};
    my %may    = map { $_ => 1 } @places;
    my ($taken, $why) = config_test(join '', map { at_place($_, $line) } @places);
    is $taken, 0, "$name in @places: taken" or diag $why;
    for my $place (grep { !$may{$_} } qw(main vhost section)) {
        my ($status, $said) = config_test(at_place($place, $line));
        is $status, 1, "$name in $place: refused";
        like $said, qr/Syntax error on line \d+ of \S+:\n.*$name.*(?:belongs|cannot)/,
            "$name in $place: directive, and where it cannot stand";
    }
    # httpd refuses it in all of them, as httpd -L said above: each in one of them
    push @around, my $section = shift @around;
    my ($open, $close) = @{ $around{$section} };
    my ($status, $said) = config_test("$open\n$line\n$close\n");
    is $status, 1, "$name in <$section>: refused";
    like $said, qr/$name not allowed/, "$name in <$section>: named";
}

# .htaccess is read when a request is for its directory
my $root = OCSPTest::vars()->{documentroot};
mkdir "$root/htaccess"; # by whichever suite comes first
for my $name ('none', sort keys %directive) {
    mkdir "$root/htaccess/$name";
    OCSPTest::PKI::spew("$root/htaccess/$name/x.txt", "x\n");
    OCSPTest::PKI::spew("$root/htaccess/$name/.htaccess",
        line_of($name, $directive{$name}{value}) . "\n") if $name ne 'none';
    my $mark = log_mark();
    my $res = http('GET', "/htaccess/$name/x.txt", port => port('ocsp_files'));
    is $res->{code}, $name eq 'none' ? 200 : 500, "$name in .htaccess: HTTP status";
    like log_since($mark), qr/htaccess\/$name\/\.htaccess: $name not allowed/,
        "$name in .htaccess: the error log names it" if $name ne 'none';
}

done_testing;
