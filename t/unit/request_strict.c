/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/request: only DER is accepted. One good request,
 * with a defect in every element, and cut at every octet.
 */
#include "wire/request.h"

#include "hex.h"
#include "tap.h"

#define CERTID                                                                 \
    "30 3a 30 09 06 05 2b0e03021a 05 00 04 14 "                                \
    "0102030405060708090a0b0c0d0e0f1011121314 04 14 "                          \
    "0102030405060708090a0b0c0d0e0f1011121314 02 01 05"
#define EXTENSION "30 08 06 02 2a03 04 02 0500"
#define CRITICAL "30 12 06 09 2b0601050507300104 01 01 ff 04 02 3000"
#define LIMIT 3

static pki_bytes_t make_good(void)
{
    pki_bytes_t list = unhex("30 3c" CERTID "30 4a" CERTID "a0 0c 30 "
                             "0a" EXTENSION);
    pki_bytes_t extensions = unhex("a2 20 30 1e" CRITICAL EXTENSION);

    return pki_wrap(0x30, pki_wrap(0x30, pki_cat(pki_cat(unhex("a003020100"),
                                                         pki_wrap(0x30, list)),
                                                 extensions)));
}

static bool parses(pki_bytes_t der)
{
    ocsp_certid_t certids[LIMIT];
    ocsp_request_t request;

    return ocsp_request_parse(&request, certids, LIMIT, der.data, der.len);
}

/* How one element of a good request is spoilt. */
typedef enum {
    TWIST_NONE = 0,
    TWIST_TAG,        /* a tag of another class */
    TWIST_LONG,       /* a length octet more than needed */
    TWIST_INDEFINITE, /* no length, end-of-contents instead */
    TWIST_HUGE,       /* 2 GB declared */
    TWIST_OVER,       /* one octet declared that is its parent's or nobody's */
    TWIST_UNDER,      /* one octet not declared */
    TWISTS
} twist_t;

static const char *const twists[TWISTS] = {"nothing changed",
                                           "a tag of another class",
                                           "a length octet too many",
                                           "an indefinite length",
                                           "2 GB declared",
                                           "one octet too many declared",
                                           "one octet too few declared"};

static pki_bytes_t twist_element(twist_t twist, unsigned tag,
                                 pki_bytes_t content)
{
    unsigned char len = (unsigned char)content.len;
    pki_bytes_t head = unhex("00 00 00 00 00 00");

    head.data[0] = (unsigned char)tag;
    if (twist == TWIST_LONG) {
        head.len = len < 128 ? 3 : 4;
        head.data[1] = len < 128 ? 0x81 : 0x82;
        head.data[head.len - 1] = len;
        return pki_cat(head, content);
    }
    if (twist == TWIST_INDEFINITE) {
        head.len = 2;
        head.data[1] = 0x80;
        return pki_cat(pki_cat(head, content), unhex("00 00"));
    }
    if (twist == TWIST_HUGE) {
        memcpy(head.data + 1, "\x84\x7f\xff\xff\xff", 5);
        return pki_cat(head, content);
    }
    free(head.data);
    content = pki_wrap(tag, content);
    if (twist == TWIST_OVER || twist == TWIST_UNDER) {
        len = (unsigned char)(twist == TWIST_OVER ? len + 1 : len - 1);
        content.data[content.data[1] < 0x80 ? 1 : 2] = len;
    }
    else if (twist == TWIST_TAG) {
        content.data[0] ^= 0x40;
    }
    return content;
}

/* Encode in anew, whose *nth element from here is twisted.
 * NOLINTNEXTLINE(misc-no-recursion): no deeper than our own request */
static pki_bytes_t rewrite(ocsp_der_t in, twist_t twist, int *nth)
{
    pki_bytes_t out = pki_copy("", 0);
    ocsp_der_t content;
    unsigned tag;

    while (ocsp_der_get_any(&in, &tag, NULL, &content)) {
        bool this = (*nth)-- == 0;
        pki_bytes_t inner = tag & 0x20 ? rewrite(content, twist, nth)
                                       : pki_copy(content.data, content.len);

        out = pki_cat(out,
                      twist_element(this ? twist : TWIST_NONE, tag, inner));
    }
    return out;
}

/* Whether the nth element is NULL: found by what twisting its tag makes. */
static bool is_null(pki_bytes_t good, int nth)
{
    pki_bytes_t twisted = rewrite((ocsp_der_t){good.data, good.len}, TWIST_TAG,
                                  &nth);
    size_t i = 0;

    while (i < good.len && good.data[i] == twisted.data[i]) {
        i++;
    }
    free(twisted.data);
    return i < good.len && good.data[i] == 0x05;
}

/* R34 */
static void test_twists(void)
{
    pki_bytes_t good = make_good();
    twist_t twist;
    int i;

    for (twist = TWIST_NONE; twist < TWISTS; twist++) {
        for (i = 0;; i++) {
            int nth = i;
            pki_bytes_t bad = rewrite((ocsp_der_t){good.data, good.len}, twist,
                                      &nth);

            if (nth < 0) {
                /* A hash's parameters may be of any type: then it is no hash
                 * that anyone knows. */
                bool want = twist == TWIST_NONE
                         || (twist == TWIST_TAG && is_null(good, i));

                ok(parses(bad) == want, "element %d with %s is %s", i,
                   twists[twist], want ? "read" : "malformed");
            }
            free(bad.data);
            if (nth >= 0) {
                break;
            }
        }
    }
    free(good.data);
}

/* R31, R34 */
static void test_cut(void)
{
    pki_bytes_t good = make_good();
    size_t cut;

    for (cut = 0; cut < good.len; cut++) {
        pki_bytes_t piece = exact(good.data, cut);

        ok(!parses(piece), "cut to %zu octets it is malformed", cut);
        free(piece.data);
    }
    ok(parses(good), "whole it is read");
    free(good.data);
}

static void test_trailing(void)
{
    pki_bytes_t good = make_good();
    unsigned value;

    for (value = 0; value <= 0xff; value++) {
        unsigned char byte = (unsigned char)value;
        pki_bytes_t longer = pki_cat(pki_copy(good.data, good.len),
                                     pki_copy(&byte, 1));

        ok(!parses(longer), "followed by %02x it is malformed", value);
        free(longer.data);
    }
    good = pki_cat(good, make_good());
    ok(!parses(good), "two requests are none");
    free(good.data);
}

/* R31 */
static void test_no_der(void)
{
    static const char *const texts[] = {
        "",
        "MEYwRDBC",
        "-----BEGIN OCSP REQUEST-----\nMEYw\n-----END OCSP REQUEST-----\n",
        "0",
        "0\200",
    };
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        pki_bytes_t text = exact(texts[i], strlen(texts[i]));

        ok(!parses(text), "%zu octets of text are malformed", text.len);
        free(text.data);
    }
}

int main(void)
{
    test_twists();
    test_cut();
    test_trailing();
    test_no_der();
    return done_testing();
}
