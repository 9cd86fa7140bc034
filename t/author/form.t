# The form of the source: file headers, lengths, the order of floors and rooms,
# citations.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find qw(find);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');

sub lines {
    my ($file) = @_;
    open my $fh, '<', $file or die "$file: $!";
    chomp(my @lines = <$fh>);
    return @lines;
}

my (@c, @text);
find(
    {
        no_chdir => 1,
        wanted   => sub {
            return if !-f || m{/\.git/|/build/|/corpus/|/pki/|/logs/};
            my $name = substr $_, 1 + length $top;
            push @c, $name if m{\.[ch]\z};
            push @text, $name
                if m{\.(?:[ch]|pm|t|PL|in|conf)\z} && -T;
            push @text, $name if m{/(?:README|Makefile)\z};
        },
    },
    grep { -e } map { "$top/$_" } qw(mod_ocsp.c src t conf README Makefile)
);
ok @c > 10, 'there is C to look at';

# --- headers, lengths -------------------------------------------------------------

for my $name (sort @c) {
    my @lines = lines("$top/$name");
    is join("\n", @lines[0, 1]),
        "/* Copyright 2026 The mod_ocsp authors\n * SPDX-License-Identifier: Apache-2.0",
        "$name: file header";
    my @wide = grep { length $lines[$_ - 1] > 80 } 1 .. @lines;
    # byte tables of tests are left alone by clang-format, and by this
    is "@wide", '', "$name: at most 80 columns" if $name !~ m{^t/};

    # clang-format puts a function's braces, and nothing else's, in column 0
    my $start;
    my @long;
    for my $n (0 .. $#lines) {
        $start = $n if $lines[$n] eq '{';
        if ($lines[$n] eq '}' && defined $start) {
            # the prototype above counts: clang-tidy counts from there too
            push @long, $start + 1 if $n - $start + 1 > 60;
            undef $start;
        }
    }
    is "@long", '', "$name: no function over 60 lines";
}

# --- floors and rooms -----------------------------------------------------------------

# A file includes headers of its own room and of rooms before it, no others. A file
# directly in src/httpd is a room of its own.
my @rooms = (
    qw(wire status answer shared),
    map { "httpd/$_" }
        qw(log config runtime load signers request background monitor startup)
);
my %order = map { $rooms[$_] => $_ } 0 .. $#rooms;

# The room of a file below src: "src/wire/der.c" and "wire/der.h" are in "wire".
sub room {
    my ($file) = @_;
    my ($floor, @rest) = split m{/}, $file =~ s{^src/}{}r;
    return $floor if @rest == 1 && $floor ne 'httpd';
    return "$floor/" . $rest[0] =~ s/\.[ch]\z//r;
}

my %includes;
for my $name (grep { m{^src/} } sort @c) {
    my $room = room($name);
    ok exists $order{$room}, "$name: is in a room" or next;
    my $file  = $name =~ s{^src/(.*)\.[ch]\z}{$1}r;
    my @lines = lines("$top/$name");
    for my $used (map { /^#\s*include "([^"]+)"/ ? $1 : () } @lines) {
        my $its = room($used);
        ok -e "$top/src/$used" && exists $order{$its} && $order{$its} <= $order{$room},
            "$name: $used is of this room or of one before it";
        # within a room there is no circle
        my $other = $used =~ s/\.h\z//r;
        $includes{$file}{$other} = 1 if $its eq $room && $other ne $file;
    }
    my @angle = map { /^#\s*include <([^>]+)>/ ? $1 : () } @lines;
    my @foreign = $room eq 'wire' ? grep { m{^(?:apr|apu|http|ap_|mod_|util_)} } @angle
        : $room !~ m{^httpd/} ? grep { m{^(?:http|ap_|mod_|util_|scoreboard)} } @angle
        : ();
    is "@foreign", '', "$name: no header of a floor that it does not know";
}
sub circle {
    my ($file, @path) = @_;
    return join ' -> ', @path, $file if grep { $_ eq $file } @path;
    for my $next (sort keys %{ $includes{$file} // {} }) {
        my $found = circle($next, @path, $file);
        return $found if $found;
    }
    return '';
}
is circle($_), '', "$_: nothing that it includes includes it"
    for sort keys %includes;

# --- src/README's list of files ------------------------------------------------------

# each file of src exactly once, by its name without .c or .h
{
    my ($in, $folder, @listed) = (0, '');
    for (lines("$top/src/README")) {
        $in = 1 if $_ eq 'Files';
        last if $in && /^The rooms of/;
        $folder = $1 if $in && m{^  (\S+)/(?:\s|\z)};
        push @listed, $1           if $in && m{^  (httpd/\w+)\s+\S};
        push @listed, "$folder/$1" if $in && m{^    (\w+)\s+\S};
    }
    my %nouns = map { m{^src/(.*)\.[ch]\z} ? ($1 => 1) : () } @c;
    is join("\n", sort @listed), join("\n", sort keys %nouns),
        'src/README lists each file once';
}

# no clock and no log below floor 4
for my $name (grep { m{^src/(?:wire|status|answer|shared)/} } sort @c) {
    my @calls = grep {
        /\b(?:apr_time_now|time|gettimeofday|clock_gettime|ap_log_\w+)\s*\(/
            && !/^\s*(?:\*|\/\*)/
    } lines("$top/$name");
    is "@calls", '', "$name: no clock and no log";
}

# --- citations ----------------------------------------------------------------------

# one spelling: RFC 6960 section 4.2.1, RFC 5280 sections 5.2 and 5.3,
# RFC 6960 appendix A.1; or the whole RFC by its number
for my $name (sort @text) {
    next if $name =~ m{^t/author/};
    my $n = 0;
    my @wrong;
    my @lines = lines("$top/$name");
    for my $line (@lines) {
        $n++;
        push @wrong, "$n: $1"
            while $line =~ /(RFC ?\d{4},? ?(?:§|[Ss]ec\.|Section|, section|, \d|: \d|[Aa]pp\.|Appendix).{0,10})/g;
        push @wrong, "$n: $1" while $line =~ /(\brfc[ -]?\d{4}|\bRFC-?\d{4})/g;
    }
    is join('; ', @wrong), '', "$name: citations are spelt RFC nnnn section n.n";
}

# --- nothing of this machine ----------------------------------------------------------

for my $name (sort @text) {
    next if $name =~ m{^t/author/};
    my @paths = grep { m{/(?:work|home|root)/\w} } lines("$top/$name");
    is "@paths", '', "$name: no path of somebody's machine";
}

done_testing;
