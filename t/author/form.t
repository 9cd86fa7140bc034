# The form that the source keeps: lengths, floors, citations, file headers.
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

# --- floors -------------------------------------------------------------------------

# In a folder a file may use only those listed before it in its README.
my @floors = qw(wire status answer shared httpd);
my %floor  = map { $floors[$_] => $_ } 0 .. $#floors;
my (%includes, %of);
for my $name (grep { m{^src/} } @c) {
    my ($folder, $noun) = $name =~ m{^src/(?:(\w+)/)?(\w+)\.} or next;
    my @used = map { /^#\s*include "([^"]+)"/ ? $1 : () } lines("$top/$name");
    for my $used (@used) {
        my ($their, $other) = $used =~ m{^(?:(\w+)/)?(\w+)\.h\z};
        next if !defined $their || !defined $folder;
        ok exists $floor{$their} && $floor{$their} <= $floor{$folder},
            "$name: $used is not above it";
        # in one's own folder the order must not run in a circle
        $includes{"$folder/$noun"}{"$their/$other"} = 1
            if $their eq $folder && $other ne $noun;
    }
    my @angle = map { /^#\s*include <([^>]+)>/ ? $1 : () } lines("$top/$name");
    my @foreign = !defined $folder ? ()
        : $folder eq 'wire' ? grep { m{^(?:apr|apu|http|ap_|mod_|util_)} } @angle
        : $folder ne 'httpd' ? grep { m{^(?:http|ap_|mod_|util_|scoreboard)} } @angle
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

# a lower folder's header alone stands on its own: no clock, no log below floor 4
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
