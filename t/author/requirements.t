# Citations of t/REQUIREMENTS and t/CASES: each names an item that exists, and
# t/bin/requirements, which looks for those that do not, does find one.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $top    = abs_path(dirname(__FILE__) . '/../..');
my $script = "$top/t/bin/requirements";

# Exit status, and all that is printed.
sub requirements {
    my (@args) = @_;
    my $text = `'$script' @args 2>&1`;
    return ($? >> 8, $text);
}

my ($status, $text) = requirements();
is $status, 0, 'every citation names an item that exists' or diag $text;
my @counts = $text =~ /^\d+ of (\d+) requirements and \d+ of (\d+) cases are cited by no test; (\d+) citations\n\z/m;
cmp_ok $counts[0] // 0, '>=', 188, 'all requirements were read';
cmp_ok $counts[1] // 0, '>=', 41,  'all cases were read';
cmp_ok $counts[2] // 0, '>=', 500, 'and the citations';

# --- a small tree -----------------------------------------------------------------

my $dir = tempdir(CLEANUP => 1);
sub spew {
    my ($file, $content) = @_;
    open my $fh, '>', "$dir/$file" or die "$file: $!";
    print {$fh} $content;
    close $fh or die "$file: $!";
    return;
}
mkdir "$dir/$_" or die "$dir/$_: $!" for qw(t src);
spew('t/REQUIREMENTS', join '', map { "**$_.** [MUST] Given $_, when asked.\n\n" } 1 .. 9);
spew('t/CASES', "| U1 | an input | right |\n| C3 | another | right |\n");
spew('src/x.c', "/* (R7): REQUIREMENTS 8 */ \"C4\"\n");
# put together, or this file would cite them
my ($r, $u, $c) = qw(R U C);
my $cites = "# ${r}1, ${r}2-${r}4: a range\nis 1, 1, '${r}9: a name'; # ${u}1\n";

spew('t/x.t', $cites);
($status, $text) = requirements($dir);
is $status, 0, 'nothing dangles';
is $text, <<'END', 'what only the source cites is tested by nothing';
R5    Given 5, when asked.
R6    Given 6, when asked.
R7    Given 7, when asked.
R8    Given 8, when asked.
C3    another
4 of 9 requirements and 1 of 2 cases are cited by no test; 8 citations
END

for my $case (
    ['a requirement',        't/x.t',   "$cites# ${r}10\n",     "t/x.t:3: ${r}10 is"],
    ['the end of a range',   't/x.t',   "# ${r}8-${r}10\n",     "t/x.t:1: ${r}10 is"],
    ['a case',               't/x.t',   "# ${r}1, ${u}2: x\n",  "t/x.t:1: ${u}2 is"],
    ['a name of a test',     't/x.c',   "\"${u}3: x\"\n",       "t/x.c:1: ${u}3 is"],
    ['a comment of C',       'src/y.c', "/* x\n * ${c}4 */\n",  "src/y.c:2: ${c}4 is"],
    ['the older spelling',   'src/y.c', "/* REQUIREMENTS 7, 10 */\n", "src/y.c:1: ${r}10 is"],
) {
    my ($name, $file, $content, $said) = @$case;
    spew($file, $content);
    ($status, $text) = requirements($dir);
    is $status, 1, "$name that does not exist is an error";
    like $text, qr/^\Q$said\E/m, "$name: file, line and item";
    unlink "$dir/$file" or die "$file: $!";
    spew('t/x.t', $cites);
}

done_testing;
