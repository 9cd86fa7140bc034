# mod_cache in the same httpd: every answer is of the request that was sent, and whole,
# in each of its stores, before httpd has looked at the request (CacheQuickHandler on) or
# after; and a revocation is said once max-age is over.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use OCSPTest;
use OCSPTest::CacheKeys;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Quick;

my $dir     = scratch_dir('http-caches');
my $modules = Apache::Test::config()->apxs('LIBEXECDIR');
my $load = join '', map { qq(LoadModule ${_}_module "$modules/mod_$_.so"\n) }
    qw(cache cache_disk cache_socache socache_shmcb proxy proxy_http);

# --- two certificates whose URLs httpd makes one path of ------------------------------------

my ($one, $two) = alike('b');
my %asked = map { $_ => base64_of('b', $_) } $one, $two;
my @merged = map { s{/+}{/}gr } @asked{ $one, $two };
is $merged[0], $merged[1], 'two requests are one where slashes are merged';
isnt $asked{$one}, $asked{$two}, 'and they are two';

my %word = ($one => 'good', $two => 'revoked');

sub crl {
    my ($ca, @revoked) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.crl", revoked =>
        OCSPTest::PKI::revoked_and(map { $_ => ['260102030405Z', 'keyCompromise'] } @revoked));
    return;
}
crl('b', $two);
crl('a');

sub own { return with(@_) =~ s/"\S+\.crl"/"$dir\/$_[0].crl"/r }

# --- the hosts ------------------------------------------------------------------------------

my %cache = (disk => 'disk', shmcb => 'socache');
my (%port, $hosts);
for my $store (sort keys %cache) {
    for my $how (qw(on off)) {
        my $name = "$store, CacheQuickHandler $how";
        my $root = "$dir/$store-$how";
        mkdir $root;
        $port{$name} = free_port();
        $hosts .= vhost($port{$name}, ($store eq 'disk' ? qq(CacheRoot "$root"\n)
            : qq(CacheSocache "shmcb:$root/cache(512000)"\n)) . <<"END");
CacheEnable $cache{$store} /
CacheQuickHandler $how
CacheHeader on
CacheIgnoreQueryString on
CacheIgnoreURLSessionIdentifiers sid
END
    }
}
# a proxy with README's settings
my $behind = free_port();
for my $how (qw(on off)) {
    my $name = "a proxy, CacheQuickHandler $how";
    my $root = "$dir/proxy-$how";
    mkdir $root;
    $port{$name} = free_port();
    $hosts .= vhost($port{$name}, <<"END");
<Location "/">
    SetHandler none
</Location>
ProxyPass "/" "http://127.0.0.1:$behind/" nocanon
AllowEncodedSlashes NoDecode
MergeSlashes off
CacheRoot "$root"
CacheEnable disk /
CacheQuickHandler $how
CacheHeader on
END
}
my $httpd = OCSPTest::Httpd->start('http-caches', "${load}OCSPRefresh 1s\n"
    . own('b') . own('a', 'OCSPHTTPMaxAge 1s') . $hosts . vhost($behind, ''),
    processes => 2, threads => 8);

sub ask {
    my ($name, $target, %opt) = @_;
    return http($opt{method} // 'GET', $target, port => $port{$name}, %opt);
}

sub word_of { my ($res, $serial) = @_; return quick_word($res->{body}, 'b', $serial) }

# What mod_cache did: HIT, MISS or REVALIDATE.
sub did { return (header($_[0], 'X-Cache') // 'nothing') =~ s/ .*//r }

for my $name (sort keys %port) {
    # --- an answer is stored, and asked for again (H1) --------------------------------------
    my $target = '/' . get_path(request('b', [serial_good]));
    my $first  = ask($name, $target);
    is word_of($first, serial_good), 'good', "$name: answered";
    my $second = ask($name, $target);
    is did($second), 'HIT', "$name: then from the cache"; # R168
    ok $second->{body} eq $first->{body}, "$name: the same octets";
    ok defined header($second, 'Age'), "$name: with its age";
    # whether the store is told that it is not modified, or gets the answer again, is its
    # own business: clients have all of it, then and later
    for my $round (1 .. 3) {
        for my $how ([], ['Cache-Control' => 'max-age=0'], []) {
            my $res  = ask($name, $target, headers => $how);
            my $what = "$name: time $round" . (@$how ? ', asked for again' : '');
            is $res->{code}, 200, "$what: 200";
            is word_of($res, serial_good), 'good', "$what: whole";
        }
    }
    # a client that has it, or another one; the store may renew it between two requests
    my @again = ('Cache-Control' => 'max-age=0');
    my $unmodified;
    for (1 .. 10) {
        my $etag = header(ask($name, $target), 'ETag');
        $unmodified = ask($name, $target, headers => ['If-None-Match' => $etag]);
        last if $unmodified->{code} == 304;
    }
    is $unmodified->{code}, 304, "$name: a client that has it: not modified"; # R163
    is $unmodified->{body}, '', "$name: without a body";
    for my $field (['If-None-Match' => '"other"'], ['If-Modified-Since' =>
        'Sat, 01 Jan 2000 00:00:00 GMT']) {
        my $other = ask($name, $target, headers => [@again, @$field]);
        is $other->{code}, 200, "$name: a client with @$field: 200";
        is word_of($other, serial_good), 'good', "$name: and the answer";
    }
    my $head = ask($name, $target, method => 'HEAD', headers => \@again);
    is $head->{code}, 200, "$name: HEAD, asked for again: 200";

    # --- no two requests under one key (H2, R15) --------------------------------------------
    my %form = map {
        $_ => { forms($asked{$_}, $asked{ $_ eq $one ? $two : $one }, $port{$name}) };
    } $one, $two;
    for my $round (1, 2) {
        for my $form (sort keys %{ $form{$one} }) {
            for my $serial ($one, $two) {
                my $res = ask($name, $form{$serial}{$form});
                is word_of($res, $serial), $word{$serial},
                    "$name: $form, time $round: its own answer";
            }
        }
    }
    is did(ask($name, $form{$_}{'as it is'})), 'HIT',
        "$name: and both are in the cache" for $one, $two;
    like header(ask($name, $form{$one}{'behind a query'}), 'Cache-Control'),
        qr/no-store/, "$name: but not what is behind a query";
}

# --- a revocation (R168) --------------------------------------------------------------------

my $target = '/' . get_path(request('a', ['3001']));
my %etag;
for my $name (sort keys %port) {
    my $res = ask($name, $target);
    is quick_word($res->{body}, 'a', '3001'), 'good', "$name: good";
    $etag{$name} = header($res, 'ETag');
}
crl('a', '3001');
for my $name (sort keys %port) {
    my ($odd, $said) = (0, '');
    my $revoked = wait_for(DEADLINE_S, sub {
        my $res = ask($name, $target);
        $said = quick_word($res->{body}, 'a', '3001');
        $odd++ if $res->{code} != 200 || $said !~ /\A(?:good|revoked)\z/;
        return $said eq 'revoked';
    });
    ok $revoked, "$name: revoked" or diag $said;
    is $odd, 0, "$name: with an answer each time";
    is ask($name, $target, headers => ['If-None-Match' => $etag{$name}])->{code}, 200,
        "$name: who has the old one gets the new one";
}

ok $httpd->stop, 'it ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process was lost';
done_testing;
