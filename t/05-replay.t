# Every file of the fuzzers' corpora through the parser that it is for: each once
# did something of interest, or is a specimen.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

my $fuzz     = abs_path(dirname(__FILE__)) . '/fuzz';
my $programs = $ENV{OCSP_REPLAY} // $fuzz;

my @sources = glob "$fuzz/fuzz_*.c";
ok @sources > 0, 'there are fuzz targets';
for my $source (@sources) {
    my $name    = basename($source, '.c');
    my $program = "$programs/$name";
    my $corpus  = "$fuzz/corpus/" . ($name =~ s/\Afuzz_//r);
    ok -x $program, "$name was built" or next;
    my @files = grep { -f } glob "$corpus/*";
    ok @files > 0, "$name has a corpus" or next;
    system { $program } $program, @files;
    is $?, 0, "$name takes all " . @files . ' files of its corpus';
}

done_testing;
