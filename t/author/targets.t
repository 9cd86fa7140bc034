# Targets change the machine as little as they must: "make test" unpacks Apache::Test from
# Debian's package and does not install that, as this would enable mod_perl in the
# machine's own httpd; "make uninstall" removes what "make install" installed, and no more.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');
my $dir = tempdir(CLEANUP => 1);

sub slurp {
    my ($file) = @_;
    open my $fh, '<', $file or return '';
    local $/;
    return scalar <$fh> // '';
}

sub program {
    my ($name, $text) = @_;
    my $file = "$dir/bin/$name";
    open my $fh, '>', $file or die "$file: $!";
    print {$fh} "#!/bin/sh\n$text";
    close $fh or die "$file: $!";
    chmod 0755, $file or die "$file: $!";
    return;
}

# --- make test: a Debian without Apache::Test (U7) -----------------------------------------

mkdir $_ or die "$_: $!" for "$dir/bin", map { "$dir/$_" }
    qw(deb deb/usr deb/usr/share deb/usr/share/perl5 deb/usr/share/perl5/Apache root);
open my $fh, '>', "$dir/deb/usr/share/perl5/Apache/Test.pm" or die $!;
print {$fh} "1;\n";
close $fh;
program('perl', qq([ -e "\$PERL5LIB/Apache/Test.pm" ]\n));
program($_, '') for qw(prove runuser);
program('apt-get', <<"END");
echo "\$*" >>'$dir/apt'
case \$* in *download*) : >libapache2-mod-perl2.deb ;; esac
END
program('dpkg-deb', "tar -C '$dir/deb' -cf - ./usr\n");
{
    local $ENV{PATH}           = "$dir/bin:$ENV{PATH}";
    local $ENV{OCSP_TEST_PERL} = "$dir/perl";
    my $text = `'$top/t/bin/need' --install test 2>&1`;
    is $?, 0, 't/bin/need --install succeeds' or diag $text;
}
like slurp("$dir/apt"), qr/\bdownload libapache2-mod-perl2$/m, "mod_perl's package is downloaded";
unlike slurp("$dir/apt"), qr/install/, 'nothing is installed';
ok -e "$dir/perl/Apache/Test.pm", 'Apache::Test is unpacked from it';
like scalar `make -C '$top' -n test 2>&1`, qr/\bminutes\b/, 'make test prints how long it takes';

# --- make install, make uninstall (U15) ----------------------------------------------------

open $fh, '>', "$dir/built.so" or die $!;
print {$fh} 'the module';
close $fh;

sub make {
    my ($target) = @_;
    my $text = `make -C '$top' -o so '$target' DESTDIR='$dir/root' MODULES=/mods SO='$dir/built.so' 2>&1`;
    is $?, 0, "make $target" or diag $text;
    return $text;
}
like make('install'), qr{LoadModule ocsp_module /mods/mod_ocsp\.so}, 'make install prints the line to add';
is slurp("$dir/root/mods/mod_ocsp.so"), 'the module', 'the module is installed';
open $fh, '>', "$dir/root/mods/mod_other.so" or die $!;
close $fh;
like make('uninstall'), qr/\bremove\b.*LoadModule ocsp_module/i, 'make uninstall names the line to remove';
is join(' ', glob "$dir/root/mods/*"), "$dir/root/mods/mod_other.so", 'and removes the module alone';
done_testing;
