/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/request: how clients and proxies write the target
 * of a GET.
 */
#include "wire/request_url.h"

#include <openssl/evp.h>

#include "hex.h"
#include "tap.h"

/* Six octets and their base64, the smallest that needs no padding. */
#define SIX "30 04 30 02 05 00"
#define SIX_TEXT "MAQwAgUA"

static const struct {
    const char *name;
    const char *target;
    const char *want; /* hex; NULL: none is found */
} targets[] = {
    {"the plain form", "/" SIX_TEXT, SIX},
    {"no slash at all", SIX_TEXT, SIX},
    {"a prefix", "/ocsp/" SIX_TEXT, SIX},
    {"a longer prefix", "/ocsp/ca1/" SIX_TEXT, SIX},
    /* R16 */
    {"two slashes", "//" SIX_TEXT, SIX},
    {"two slashes after a prefix", "/ocsp//" SIX_TEXT, SIX},
    {"many slashes", "/////////" SIX_TEXT, SIX},
    /* R17 */
    {"an escaped prefix", "/%6fcsp%2Fca%31/" SIX_TEXT, SIX},
    {"an escaped slash in front", "/%2F" SIX_TEXT, SIX},
    /* R18 */
    {"scheme and authority", "http://ocsp.example.com/" SIX_TEXT, SIX},
    {"scheme, port and prefix", "http://127.0.0.1:2560/ocsp/" SIX_TEXT, SIX},
    {"a host that begins like a request", "http://MAQ/" SIX_TEXT, SIX},
    {"a host alone", "http://ocsp.example.com/", NULL},
    /* R12, R14 */
    {"a raw plus", "/MAQwAv++", "30 04 30 02 ff be"},
    {"an escaped plus", "/MAQwAv%2B%2b", "30 04 30 02 ff be"},
    {"a raw slash", "/MAQwAg//", "30 04 30 02 0f ff"},
    {"an escaped slash", "/MAQwAg%2F%2f", "30 04 30 02 0f ff"},
    {"everything escaped", "/%4d%41%51%77%41%67%55%41", SIX},
    {"raw padding", "/MAIwAA==", "30 02 30 00"},
    {"escaped padding", "/MAIwAA%3D%3d", "30 02 30 00"},
    {"one character of padding", "/MAMwAQE=", "30 03 30 01 01"},
    /* R15 */
    {"two slashes inside", "/MAcwBQ//AP8A", "30 07 30 05 0f ff 00 ff 00"},
    /* R19 */
    {"two characters of padding missing", "/MAIwAA", "30 02 30 00"},
    {"one character of padding missing", "/MAMwAQE", "30 03 30 01 01"},
    {"one of two characters of padding", "/MAIwAA=", "30 02 30 00"},
    {"base64url", "/MAQwAv--", "30 04 30 02 ff be"},
    {"base64url's underscore", "/MAQwAg__", "30 04 30 02 0f ff"},
    {"an underscore is no slash", "/x_" SIX_TEXT, NULL},
    /* R20 */
    {"spaces for pluses", "/MAQwAv  ", "30 04 30 02 ff be"},
    {"escaped spaces for pluses", "/MAQwAv%20%20", "30 04 30 02 ff be"},
    {"escaped line breaks", "/MAQw%0D%0AAgUA%0d%0A", SIX},
    {"line breaks around padding", "/MAIwAA%0A=%0A=%0A", "30 02 30 00"},
    {"a line break in front", "/%0A" SIX_TEXT, SIX},
    {"a tab", "/MAQw%09AgUA", NULL},
    /* R21 */
    {"a plus escaped twice", "/MAQwAv%252B%252b", "30 04 30 02 ff be"},
    {"a slash escaped twice", "/MAQwAg%252F%252f", "30 04 30 02 0f ff"},
    {"padding escaped twice", "/MAIwAA%253D%253d", "30 02 30 00"},
    {"escapes whose digits are escaped", "/MAQwAv%2%42%25%32%42",
     "30 04 30 02 ff be"},
    {"percent and digits all escaped", "/MAQwAv%25%32%42+",
     "30 04 30 02 ff be"},
    {"a plus escaped three times", "/MAQwAv%25252B+", NULL},
    /* R22 */
    {"a slash after padding", "/MAIwAA==/", "30 02 30 00"},
    {"an escaped slash after padding", "/MAIwAA==%2F", "30 02 30 00"},
    {"a slash after whole groups of four", "/" SIX_TEXT "/", SIX},
    {"a slash in the end that is data", "/MAQwAgD/", "30 04 30 02 00 ff"},
    {"a slash after that one", "/MAQwAgD//", "30 04 30 02 00 ff"},
    {"a slash after missing padding", "/MAIwAA/", "30 02 30 00"},
    {"two slashes after padding", "/MAIwAA==//", NULL},
    {"two slashes after whole groups of four", "/" SIX_TEXT "//", NULL},
    {"slash and data after padding", "/MAIwAA==/AAAA", NULL},
    /* R24 */
    {"a query", "/" SIX_TEXT "?x=/MAIwAA==", SIX},
    {"an empty query", "/" SIX_TEXT "?", SIX},
    {"a request in the query only", "/ocsp?/" SIX_TEXT, NULL},
    {"a query after a slash", "/" SIX_TEXT "/?x", SIX},
    {"an escaped question mark", "/" SIX_TEXT "%3Fx", NULL},
    /* R25 */
    {"nothing", "", NULL},
    {"the root", "/", NULL},
    {"a bare prefix", "/ocsp", NULL},
    {"a bare prefix with a slash", "/ocsp/", NULL},
    {"an asterisk", "*", NULL},
    /* R27 */
    {"a NUL", "/MAQw%00AgUA", NULL},
    {"a NUL in the end", "/" SIX_TEXT "%00", NULL},
    {"a byte beyond ASCII", "/MAQw%ffAgUA", NULL},
    {"an escape without digits", "/" SIX_TEXT "%", NULL},
    {"an escape with one digit", "/" SIX_TEXT "%2", NULL},
    {"an escape with a wrong digit", "/" SIX_TEXT "%2G", NULL},
    {"a bad escape before the slash", "/%zz/" SIX_TEXT, SIX},
    {"data after padding", "/MAIwAA==A", NULL},
    {"padding in the middle", "/MAQ=wAgUA", NULL},
    {"padding where none belongs", "/" SIX_TEXT "=", NULL},
    {"three characters of padding", "/MAIwAA===", NULL},
    {"two characters of padding for one", "/MAMwAQE==", NULL},
    {"padding alone", "/====", NULL},
    {"a way up in the tail", "/" SIX_TEXT "/../x", NULL},
    {"a way up in front", "/../" SIX_TEXT, SIX},
    {"a fragment", "/" SIX_TEXT "#x", NULL},
    {"unused bits that are set, of two octets' worth", "/MAIwAB==", NULL},
    {"unused bits that are set, of one octet's", "/MAMwAQF=", NULL},
    {"one character over", "/" SIX_TEXT "A", NULL},
    {"one group over", "/" SIX_TEXT "AAAA", NULL},
    {"one character cut off", "/MAQwAgU", NULL},
    {"a SET", "/MQQwAgUA", NULL},
    {"an indefinite length", "/MIAwAgUA", NULL},
    {"a length in the long form that is short", "/MIEDAgEF", NULL},
    {"a header cut off", "/MIQA", NULL},
    {"one character", "/M", NULL},
    {"two characters", "/MA", NULL},
    {"an empty SEQUENCE", "/MAA=", NULL},
    {"a SEQUENCE of something else", "/MAQEAgUA", NULL},
    {"a prefix that fits but for the inner tag", "/MAc/MAQwAgUA", SIX},
    {"a host of one segment that fits but for it", "http://MAc/MAQwAgUA", SIX},
    {"a length in eight octets", "/MIgAAAAAAAAAAjAA", NULL},
    {"4 GB declared", "/MIT/////MAA=", NULL},
    {"the first of two that fit", "/MAowAAA/" SIX_TEXT,
     "30 0a 30 00 00 3f 30 04 30 02 05 00"},
    {"the second when the first is too long", "/MAswAAA/" SIX_TEXT, SIX},
    {"the second when the first is too short", "/MAkwAAA/" SIX_TEXT, SIX},
    {"a segment that is a request, then more", "/" SIX_TEXT "/x", NULL},
    {"a segment that is one, then another",
     "/" SIX_TEXT "/MAIwAA==", "30 02 30 00"},
};

/* Decode a target of exactly so many octets into exactly as many. */
static bool decode(pki_bytes_t *out, const char *target, size_t len)
{
    pki_bytes_t copy = exact(target, len);
    bool got;

    *out = exact(target, len);
    got = ocsp_request_url_decode(out->data, &out->len, (const char *)copy.data,
                                  len);
    free(copy.data);
    return got;
}

static void test_targets(void)
{
    size_t i;

    for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        const char *text = targets[i].want ? targets[i].want : "";
        pki_bytes_t want = unhex(text), out;
        bool got = decode(&out, targets[i].target, strlen(targets[i].target));

        ok(got == (targets[i].want != NULL)
               && (!got
                   || (out.len == want.len
                       && !memcmp(out.data, want.data, want.len))),
           "%s: %s", targets[i].name,
           targets[i].want ? "decoded" : "nothing found");
        free(want.data);
        free(out.data);
    }
}

static void test_room(void)
{
    unsigned char out[16];
    size_t len = 8;

    memset(out, 0xee, sizeof(out));
    ok(!ocsp_request_url_decode(out, &len, "/" SIX_TEXT, 9) && out[0] == 0xee,
       "with less room than the target has octets nothing is written");
    len = 9;
    ok(ocsp_request_url_decode(out, &len, "/" SIX_TEXT, 9) && len == 6
           && out[9] == 0xee,
       "with as much room it is decoded");
}

/* How clients write base64: an escape in place of each of these. */
static const struct {
    const char *name;
    const char *plus;
    const char *slash;
    const char *pad;
} writers[] = {
    {"raw", "+", "/", "="},
    {"escaped", "%2B", "%2F", "%3D"},
    {"escaped in lower case", "%2b", "%2f", "%3d"},
    {"escaped twice", "%252B", "%252F", "%253D"},
    {"as base64url without padding", "-", "_", ""},
    {"with spaces", "%20", "/", "="},
    {"with a line break at each slash", "+", "%0D%0A/", "="},
};

static size_t write_target(char *target, const char *prefix, pki_bytes_t der,
                           size_t writer)
{
    unsigned char text[1024];
    const unsigned char *s;
    char *end = target + sprintf(target, "%s", prefix);

    EVP_EncodeBlock(text, der.data, (int)der.len);
    for (s = text; *s; s++) {
        char plain[] = {(char)*s, 0};

        end += sprintf(end, "%s",
                       *s == '+'   ? writers[writer].plus
                       : *s == '/' ? writers[writer].slash
                       : *s == '=' ? writers[writer].pad
                                   : plain);
    }
    return (size_t)(end - target);
}

/* R12-R16, R18-R23: every form of random requests behind every prefix. */
static void test_round_trips(size_t writer, const char *prefix)
{
    unsigned state = 12345;
    int wrong = 0, runs;

    for (runs = 0; runs < 400; runs++) {
        unsigned char filler[400];
        pki_bytes_t der, out;
        char target[4096];
        size_t i, len;

        for (i = 0; i < sizeof(filler); i++) {
            state = state * 1103515245 + 12345;
            /* Many bits set: many + and / in the base64. */
            filler[i] = (unsigned char)(state >> 16 | state >> 24);
        }
        der = exact(filler, (size_t)runs);
        der = pki_wrap(0x30, pki_wrap(0x30, der));
        len = write_target(target, prefix, der, writer);
        wrong += !decode(&out, target, len) || out.len != der.len
              || memcmp(out.data, der.data, der.len) != 0;
        free(der.data);
        free(out.data);
    }
    ok(wrong == 0, "400 requests %s behind %s are decoded (%d wrong)",
       writers[writer].name, prefix, wrong);
}

/*
 * Targets made to have each slash tried. Were a start worth more than a look at
 * its header, a megabyte of them would not end within the day.
 */
static void test_hostile(void)
{
    static const struct {
        const char *name;
        const char *unit;
    } rows[] = {
        {"/M", "/M"},
        {"/MA", "/MA"},
        {"/MIIB", "/MIIB/"},
        {"/MIP", "/MIP"},
        {"%252F", "%252F"},
        {"//", "//"},
        {"MIMPAAA", "/MIMPAAA"},
        {"=", "="},
        {"/M==", "/M=="},
        {"%0A", "%0A"},
    };
    size_t size = 1 << 20, i, j;
    char *target = malloc(size);

    for (i = 0; target && i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t out;

        for (j = 0; j < size; j++) {
            target[j] = rows[i].unit[j % strlen(rows[i].unit)];
        }
        ok(!decode(&out, target, 8190), "8190 octets of %s hold no request",
           rows[i].name);
        free(out.data);
        ok(!decode(&out, target, size), "nor does a megabyte of them");
        free(out.data);
    }
    free(target);
}

int main(void)
{
    static const char *const prefixes[] = {"/",
                                           "//",
                                           "/ocsp/",
                                           "/ocsp/ca1/",
                                           "/ocsp/ca1//",
                                           "http://ocsp.example.com/",
                                           "http://ocsp.example.com:80//MD/M/"};
    size_t writer, i;

    test_targets();
    test_room();
    for (writer = 0; writer < sizeof(writers) / sizeof(writers[0]); writer++) {
        for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
            test_round_trips(writer, prefixes[i]);
        }
    }
    test_hostile();
    return done_testing();
}
