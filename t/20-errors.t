# OCSP errors: the bytes, the fields around them, and that nothing replaces them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use OCSPTest;

my @errors = (
    ['malformedRequest', MALFORMED,    'nonsense'],
    ['tryLater',         TRY_LATER,    request('nocrl', [serial_good])],
    ['unauthorized',     UNAUTHORIZED, request('foreign', [serial_good])],
);

# with ErrorDocument, and with mod_deflate over everything
for my $host (undef, 'ocsp_root', 'ocsp_denied') {
    my $prefix = defined $host ? '' : '/ocsp';
    for my $case (@errors) {
        my ($error, $status, $der) = @$case;
        for my $method (qw(POST GET)) {
            my @how = (
                port    => port($host),
                headers => ['Accept-Encoding' => 'gzip, br'],
            );
            my $res = $method eq 'POST'
                ? post($der, path => "$prefix/", @how)
                : get($der, path => $prefix, @how);
            my $name = ($host // 'server') . " $error by $method";
            is $res->{code}, 200, "$name: HTTP status";             # R74, R79
            is unpack('H*', $res->{body}), sprintf('30030a01%02x', $status),
                "$name: exactly these bytes";                       # R75
            is header($res, 'Content-Type'), 'application/ocsp-response',
                "$name: content type";                              # R8
            is header($res, 'Cache-Control'), 'no-store',
                "$name: not to be stored";                          # R78
            is header($res, 'Content-Length'), 5, "$name: length";  # R4
            is header($res, $_), undef, "$name: no $_"              # R10, R78
                for qw(ETag Last-Modified Content-Encoding Vary);
            is header($res, 'Expires'), header($res, 'Date'),
                "$name: expired at once";                           # R78
        }
    }
}

# HEAD of an error is its fields
my $get  = get(request('foreign', [serial_good]));
my $head = http('HEAD', '/ocsp/' . get_path(request('foreign', [serial_good])));
is $head->{code}, 200, 'HEAD of an error: HTTP status';
is $head->{body}, '',  'HEAD of an error: no body';
is header($head, $_), header($get, $_), "HEAD of an error: the same $_"
    for qw(Content-Type Content-Length Cache-Control);

# mod_deflate does work here: what is not the module's comes compressed
my $page = http('GET', '/server-status', headers => ['Accept-Encoding' => 'gzip']);
is header($page, 'Content-Encoding'), 'gzip', 'other pages are compressed';

done_testing;
