# Log messages: each tag once, of its file's hundred, above trace always there, and
# listed in README (which is where an operator looks them up).
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');

sub slurp {
    my ($file) = @_;
    open my $fh, '<', $file or die "$file: $!";
    local $/;
    return scalar <$fh>;
}

my $readme  = -e "$top/README" ? slurp("$top/README") : '';
my @sources = ("$top/mod_ocsp.c", glob "$top/src/httpd/{*,*/*}.c");
my %where;
for my $file (@sources) {
    my $text = slurp($file);
    my $name = basename($file);
    push @{ $where{$1} }, $name while $text =~ /"(OCSP\d{3}): /g;

    # a call of a log function: its level, and how its message starts
    my @untagged;
    while ($text =~ /\b(?:ap_log_[a-z]*error\s*\(\s*APLOG_MARK|ocsp_load_ctx_log\s*\([^,]*),\s*APLOG_(\w+)(.*?);/gs) {
        my ($level, $call) = ($1, $2);
        next if $level =~ /^TRACE/;
        push @untagged, substr $call, 0, 60 if $call !~ /"OCSP\d{3}: /;
    }
    is "@untagged", '', "$name: every message above trace has a tag";
    unlike $text, qr/\bAPLOGNO\(/, "$name: no APLOGNO, whose numbers are httpd's";
}
ok keys %where > 0, 'there are tags';
for my $tag (sort keys %where) {
    is scalar @{ $where{$tag} }, 1, "$tag occurs once (@{ $where{$tag} })";
    like $readme, qr/\b$tag\b/, "$tag is in README";
}
for my $tag (sort { $a cmp $b } do { my %t = map { $_ => 1 } $readme =~ /\b(OCSP\d{3})\b/g; keys %t }) {
    ok $where{$tag}, "$tag of README is in the code";
}

done_testing;
