# nginx and Varnish in front of the responder, with the settings of README, and Varnish
# as it is installed: a revocation is served once max-age is over (as installed, Varnish
# is later, as README says), each answer is about the certificate that was asked for, and
# a conditional request never gets an empty 200.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(time);
use OCSPTest;
use OCSPTest::CacheKeys;
use OCSPTest::Conf;
use OCSPTest::Httpd;
use OCSPTest::Proxy;
use OCSPTest::Quick;

my %program = map { $_ => OCSPTest::Proxy::program($_) } qw(nginx varnishd);
for my $name (grep { !$program{$_} } sort keys %program) {
    diag "LEFT OUT: the responder behind a cache of $name: $name is not installed";
    pass "left out: $name is not installed";
}
if (!grep { $_ } values %program) {
    done_testing;
    exit;
}

my $dir = scratch_dir('proxy-caches');

use constant MAX_AGE_S => 1;

# --- the responder ----------------------------------------------------------------------------

my ($one, $two) = alike('b');
my %asked = map { $_ => base64_of('b', $_) } $one, $two;
my %word  = ($one => 'good', $two => 'revoked');

my %revoked = (a => [], b => [$two]);

sub sign {
    my ($ca) = @_;
    OCSPTest::PKI::sign_crl($ca, file => "$dir/$ca.crl", revoked => OCSPTest::PKI::revoked_and(
        map { $_ => ['260102030405Z', 'keyCompromise'] } @{ $revoked{$ca} }));
    return;
}
sign($_) for qw(a b);

sub own { return with(@_) =~ s/"\S+\.crl"/"$dir\/$_[0].crl"/r }

my $httpd = OCSPTest::Httpd->start('proxy-caches', "OCSPRefresh 1s\n" . own('b')
    . own('a', 'OCSPHTTPMaxAge ' . MAX_AGE_S . 's') . OCSPTest::Httpd::who_log('proxy-caches'),
    processes => 2, threads => 8, prefork => 8);

# --- the settings ---------------------------------------------------------------------------

# the lines of README, which has another port and another directory
my $readme = OCSPTest::slurp("$FindBin::Bin/../README");

sub of_readme {
    my ($text) = @_;
    for my $line (grep { /\S/ } split /\n/, $text) {
        my $there = $line =~ s/^\s+//r =~ s/\Q$dir\E\S*/DIR/r =~ s/\b$httpd->{port}\b/2560/r;
        my $pattern = quotemeta($there) =~ s{DIR}{/var/cache/nginx/ocsp}r;
        like $readme, qr/^\s+$pattern$/m, "README has: $there";
    }
    return $text;
}

my (@servers, %port);

# --- nginx

my @nginx = ('nginx', 'nginx, proxy_cache_revalidate on');
if ($program{nginx}) {
    $port{$_} = free_port() for @nginx;
    my $location = of_readme(<<"END");
        proxy_pass http://127.0.0.1:$httpd->{port};
        proxy_cache ocsp;
        proxy_pass_header Date;
END
    my $path = of_readme(<<"END");
    proxy_cache_path $dir/nginx-cache keys_zone=ocsp:10m;
END
    my $temp = join '', map { "    ${_}_temp_path $dir/nginx-$_;\n" }
        qw(client_body proxy fastcgi uwsgi scgi);
    OCSPTest::PKI::spew("$dir/nginx.conf", <<"END");
daemon off;
pid $dir/nginx.pid;
error_log $dir/nginx.log warn;
worker_processes 1;
events {
    worker_connections 64;
}
http {
    access_log off;
$temp$path    proxy_cache_path $dir/nginx-again keys_zone=again:1m;
    add_header X-Cache \$upstream_cache_status always;
    server {
        listen 127.0.0.1:$port{$nginx[0]};
        location / {
$location        }
    }
    server {
        listen 127.0.0.1:$port{$nginx[1]};
        location / {
${\($location =~ s/proxy_cache ocsp/proxy_cache again/r)}
        proxy_cache_revalidate on;
        }
    }
}
END
    push @servers, OCSPTest::Proxy->start("$dir/nginx.said", $port{nginx}, $program{nginx},
        '-p', $dir, '-e', "$dir/nginx.log", '-c', "$dir/nginx.conf");
}

# --- Varnish

my ($strict, $installed) = ('Varnish, beresp.grace = 0s', 'Varnish as installed');
if ($program{varnishd}) {
    my $vcl = "vcl 4.1;\n" . of_readme(<<"END");
backend default { .host = "127.0.0.1"; .port = "$httpd->{port}"; }
sub vcl_backend_response {
    set beresp.grace = 0s;
}
END
    OCSPTest::PKI::spew("$dir/ocsp.vcl", $vcl);
    for ([$strict, 'strict', '-f', "$dir/ocsp.vcl"],
        [$installed, 'installed', '-b', "127.0.0.1:$httpd->{port}"]) {
        my ($name, $short, @how) = @$_;
        $port{$name} = free_port();
        push @servers, OCSPTest::Proxy->start("$dir/varnish-$short.said", $port{$name},
            $program{varnishd}, '-F', '-n', "$dir/varnish-$short", '-T', 'none', '-a',
            "127.0.0.1:$port{$name}", '-s', 'default,8m', '-p', 'vsl_space=1m', @how);
    }
}

$_->ready for @servers;
my @names = sort keys %port;

sub ask {
    my ($name, $target, %opt) = @_;
    return http($opt{method} // 'GET', $target, port => $port{$name}, %opt);
}

sub send_post {
    my ($name, $request) = @_;
    return post($request, port => $port{$name}, path => '/');
}

# Whether the proxy had the answer.
sub is_hit {
    my ($res) = @_;
    return (header($res, 'X-Cache') // '') eq 'HIT'
        || (header($res, 'X-Varnish') // '') =~ /\d \d/;
}

# What the answer says of the certificate: only an answer that verifies says anything.
sub word_of {
    my ($res, $ca, $serial) = @_;
    my $word = quick_word($res->{body}, $ca, $serial);
    return $word if $word !~ /\A(?:good|revoked)\z/;
    return oracle($res->{body}, $ca, [$serial]) =~ /verify OK.*: \Q$word\E$/ms ? $word
        : "$word, but not verified";
}

# --- an answer is stored, and asked for again -------------------------------------------------

for my $name (@names) {
    my $target = '/' . get_path(request('b', [serial_good]));
    my $first  = ask($name, $target);
    is word_of($first, 'b', serial_good), 'good', "$name: answered";
    my $second = ask($name, $target);
    ok is_hit($second), "$name: then from the cache"; # R168
    ok $second->{body} eq $first->{body}, "$name: the same octets";
    is header($second, $_), header($first, $_), "$name: the same $_"
        for qw(Cache-Control Expires ETag Last-Modified Date);

    my %field = (
        'If-None-Match' => header($first, 'ETag'), 'If-Modified-Since' =>
        header($first, 'Last-Modified'));
    for my $field (sort keys %field) {
        my $res = ask($name, $target, headers => [$field => $field{$field}]);
        is $res->{code}, 304, "$name: $field: not modified"; # R163, R164
        is $res->{body}, '', "$name: $field: without a body";
    }
    for my $field (['If-None-Match' => '"other"'],
        ['If-Modified-Since' => 'Sat, 01 Jan 2000 00:00:00 GMT']) {
        my $res = ask($name, $target, headers => $field);
        is $res->{code}, 200, "$name: @$field: 200";
        ok $res->{body} eq $first->{body}, "$name: @$field: the whole answer";
    }
    my $head = ask($name, $target, method => 'HEAD');
    is $head->{code}, 200, "$name: HEAD: 200";
    is header($head, 'Content-Length'), length $first->{body}, "$name: HEAD: its length";
}

# --- answers expire ---------------------------------------------------------------------------

{
    my $target = '/' . get_path(request('a', [serial_good]));
    my (%dates, %unmodified, %odd, %revalidated);
    my $all = wait_for(DEADLINE_S, sub {
        for my $name (@names) {
            my $known = ask($name, $target);
            $dates{$name}{ header($known, 'Date') } = 1;
            my %field = ('If-None-Match' => header($known, 'ETag'),
                'If-Modified-Since' => header($known, 'Last-Modified'));
            my @res = ($known, map { ask($name, $target, headers => [$_ => $field{$_} // '']) }
                sort keys %field);
            for my $n (0 .. $#res) {
                my $res = $res[$n];
                $revalidated{$name}++ if (header($res, 'X-Cache') // '') eq 'REVALIDATED';
                if ($n && $res->{code} == 304 && $res->{body} eq '') {
                    $unmodified{$name}++;
                }
                elsif ($res->{code} != 200 || word_of($res, 'a', serial_good) ne 'good') {
                    $odd{$name} .= "$res->{code}, " . length($res->{body}) . " octets\n";
                }
            }
        }
        # nginx keeps the Date of what it has revalidated
        return !grep { keys %{ $dates{$_} } < 3 && ($revalidated{$_} // 0) < 2 } @names;
    });
    ok $all, 'each cache asked again for what had expired';
    for my $name (@names) {
        is $odd{$name}, undef, "$name: whole answers, or 304 for a client that has it";
        ok $unmodified{$name}, "$name: there were 304s";
    }
    ok $revalidated{ $nginx[1] }, 'nginx revalidates' if $program{nginx};
}

# --- no two requests under one key (R15) ------------------------------------------------------

for my $name (@names) {
    my %target = map {
        $_ => { forms($asked{$_}, $asked{ $_ eq $one ? $two : $one }, $port{$name}) };
    } $one, $two;
    for my $round (1, 2) {
        for my $form (sort keys %{ $target{$one} }) {
            is word_of(ask($name, $target{$_}{$form}), 'b', $_), $word{$_},
                "$name: $form, time $round: its own answer" for $one, $two;
        }
    }
    ok is_hit(ask($name, "/$asked{$_}")), "$name: and both are in the cache" for $one, $two;
}

# --- POST, and nonces: never from a cache -----------------------------------------------------

for my $name (@names) {
    for my $time (1, 2) {
        my $res = send_post($name, request('b', [$one]));
        is word_of($res, 'b', $one), 'good', "$name: POST, time $time: good";
        ok !is_hit($res), "$name: POST, time $time: from the responder";
    }
    my $request = request('b', [$one], '-nonce');
    my $nonce   = substr $request, -16;
    for my $time (1, 2) {
        for my $how (['POST', send_post($name, $request)],
            ['GET', ask($name, '/' . get_path($request))]) {
            my ($method, $res) = @$how;
            isnt index($res->{body}, $nonce), -1, "$name: $method, time $time: with the nonce";
            ok !is_hit($res), "$name: $method, time $time: not from the cache";
        }
    }
}

# --- a revocation (R168) ----------------------------------------------------------------------

my $serial = 0x3000;

# Another certificate that every proxy has a good answer about is revoked:
# {serial, target, known => the time from which on the responder itself says so, good =>
# {name => answer}}.
sub revoke {
    my (@who) = @_;
    my %case = (serial => sprintf '%X', ++$serial);
    $case{target} = '/' . get_path(request('a', [$case{serial}]));
    for my $name (@who) {
        my $res = $case{good}{$name} = ask($name, $case{target});
        is word_of($res, 'a', $case{serial}), 'good', "$name: $case{serial}: good";
        like header($res, 'Cache-Control'), qr/^max-age=${\ MAX_AGE_S}\b/,
            "$name: $case{serial}: for a second";
    }
    # Last-Modified is of whole seconds: the next answer has another one
    my $second = int time;
    wait_for(DEADLINE_S, sub { time >= $second + 1 });
    push @{ $revoked{a} }, $case{serial};
    sign('a');
    my $said;
    ok wait_for(DEADLINE_S, sub {
        ($said = $httpd->everyone('a', $case{serial})) eq 'revoked';
    }), "$case{serial}: every process says revoked" or diag $said;
    # whatever is good was fetched before this
    $case{known} = time;
    return \%case;
}

# From when on nothing may be good. nginx counts whole seconds: an answer that it got
# in the last moment of one is fresh until the end of the second that max-age leads to.
sub end_of { my ($case) = @_; return $case->{known} + MAX_AGE_S + 1 }

my $case = revoke(@names);
for my $name (@names) {
    is word_of(send_post($name, request('a', [$case->{serial}])), 'a', $case->{serial}),
        'revoked', "$name: POST says so at once";
}

# What README says of Varnish without that setting (H6). It shows besides that the check
# below can fail. On a machine so slow that the ten seconds are over: once more.
if ($program{varnishd}) {
    my $again = $case;
    ok wait_for(DEADLINE_S, sub {
        $again //= revoke($installed);
        wait_for(DEADLINE_S, sub { time > end_of($again) });
        my $res = ask($installed, $again->{target});
        return 1 if word_of($res, 'a', $again->{serial}) eq 'good';
        undef $again;
        return 0;
    }), "$installed: good after max-age";
    ok wait_for(DEADLINE_S, sub {
        word_of(ask($installed, $again->{target}), 'a', $again->{serial}) eq 'revoked';
    }), "$installed: then revoked";
}

# The first answer after max-age: a cache that serves one more, and only then asks, is
# found too.
wait_for(DEADLINE_S, sub { time > end_of($case) });
for my $name (grep { $_ ne $installed } @names) {
    my $good = $case->{good}{$name};
    is word_of(ask($name, $case->{target}), 'a', $case->{serial}), 'revoked',
        "$name: not good after max-age";
    # what was good is of no use any more, by whatever a client remembers it
    for my $field (['If-None-Match' => header($good, 'ETag')],
        ['If-Modified-Since' => header($good, 'Last-Modified')]) {
        my $res = ask($name, $case->{target}, headers => $field);
        is $res->{code}, 200, "$name: $field->[0] of the good answer: 200";
        is word_of($res, 'a', $case->{serial}), 'revoked', "$name: and the new answer";
    }
}

ok $_->stop, "$_->{log}: ends when told to" for @servers;
unlike OCSPTest::slurp("$dir/nginx.log"), qr/\[(?:error|crit|alert|emerg)\]/,
    'nginx complains of nothing' if $program{nginx};
for my $log (glob "$dir/varnish-*.said") {
    unlike OCSPTest::slurp($log), qr/Child .*died|Panic/i, "$log: no process was lost";
}
ok $httpd->stop, 'httpd ends when told to';
unlike $httpd->log_since(0), qr/exit signal|Sanitizer|runtime error:/,
    'no process of httpd was lost';
done_testing;
