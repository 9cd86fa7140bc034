# Copyright 2026 The mod_ocsp authors
# SPDX-License-Identifier: Apache-2.0
#
# An RSA key of 8192 bits in half a second, whose signatures take as long as any
# such key's: where something is to happen while somebody signs.
package OCSPTest::SlowKey;

use strict;
use warnings;
use Exporter 'import';
use Math::BigInt;
use OCSPTest qw(der run);

our @EXPORT = qw(make_slow_key);

use constant {
    E      => 65_537,
    PRIMES => 8, # of 1024 bits: such are found at once, those of 4096 are not
};

sub prime {
    while (1) {
        my ($status, $hex) = run('openssl', 'prime', '-generate', '-bits', 1024, '-hex');
        chomp $hex;
        die "openssl prime: $hex" if $status != 0;
        my $prime = Math::BigInt->from_hex($hex);
        return $prime if ($prime - 1) % E != 0;
    }
}

# The inverse of E: what 1 plus a multiple of the modulus is when divided by it.
sub inverse_of_e {
    my ($modulus) = @_;
    my $factor = Math::BigInt->new($modulus)->bmod(E)->bmodinv(E)->bneg->bmod(E);
    return ($modulus * $factor + 1) / E;
}

sub integer {
    my ($number) = @_;
    my $hex = Math::BigInt->new($number)->to_hex;
    my $octets = pack 'H*', length($hex) % 2 ? "0$hex" : $hex;
    $octets = "\0$octets" if ord($octets) & 0x80;
    return der(0x02, $octets);
}

# Products take the place of the two primes: Chinese remainders ask for no more than
# that they have no factor in common, and that the exponents are right.
sub make_slow_key {
    my ($file) = @_;
    my @half;
    for my $half (0, 1) {
        my ($product, $phi) = map { Math::BigInt->bone } 1, 2;
        for (1 .. PRIMES / 2) {
            my $prime = prime();
            $product *= $prime;
            $phi     *= $prime - 1;
        }
        push @half, { n => $product, phi => $phi };
    }
    my ($p, $q) = @half;
    my @numbers = (0, $p->{n} * $q->{n}, E, inverse_of_e($p->{phi} * $q->{phi}), $p->{n},
        $q->{n}, inverse_of_e($p->{phi}), inverse_of_e($q->{phi}),
        Math::BigInt->new($q->{n})->bmodinv($p->{n}));
    # RFC 8017 appendix A.1.2
    OCSPTest::PKI::spew("$file.der", der(0x30, map { integer($_) } @numbers));
    OCSPTest::PKI::must('openssl', 'pkey', '-inform', 'DER', '-in', "$file.der", '-out',
        $file);
    unlink "$file.der";
    return;
}

1;
