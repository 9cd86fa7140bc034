/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/der.
 */
#include "wire/der.h"

#include <stdint.h>

#include "hex.h"
#include "tap.h"

static const struct {
    const char *name;
    const char *hex;
    bool want;
    unsigned tag;
    size_t content_len;
    size_t left; /* octets after the header */
} headers[] = {
    {"no octet is no header", "", false, 0, 0, 0},
    {"a tag alone is no header", "30", false, 0, 0, 0},
    {"an empty SEQUENCE", "30 00", true, 0x30, 0, 0},
    {"the longest short form", "04 7f", true, 0x04, 127, 0},
    {"the content need not be there", "02 05 01", true, 0x02, 5, 1},
    {"the shortest long form", "04 81 80", true, 0x04, 128, 0},
    {"two length octets", "30 82 01 00 aa", true, 0x30, 256, 1},
    {"three length octets", "30 83 01 00 00", true, 0x30, 65536, 0},
    {"four length octets", "30 84 01 00 00 00", true, 0x30, 16777216, 0},
    {"a context tag", "a2 02 30 00", true, 0xa2, 2, 2},
    {"the highest single-octet tag", "9e 00", true, 0x9e, 0, 0},
    {"an indefinite length", "30 80 00 00", false, 0, 0, 0},
    {"the reserved length 255", "30 ff 00", false, 0, 0, 0},
    {"long form for what fits the short one", "30 81 7f", false, 0, 0, 0},
    {"long form for zero", "30 81 00", false, 0, 0, 0},
    {"a leading zero length octet", "30 82 00 80", false, 0, 0, 0},
    {"a leading zero in eight length octets", "30 88 00 00 00 00 01 00 00 00",
     false, 0, 0, 0},
    {"length octets cut off", "30 82 01", false, 0, 0, 0},
    {"all length octets cut off", "30 84", false, 0, 0, 0},
    {"nine length octets", "30 89 01 00 00 00 00 00 00 00 00", false, 0, 0, 0},
    {"a length of all ones", "30 88 ff ff ff ff ff ff ff ff", false, 0, 0, 0},
    {"the smallest length over half of 64 bits",
     "30 88 80 00 00 00 00 00 00 00", false, 0, 0, 0},
    {"a tag of several octets", "1f 81 00 00", false, 0, 0, 0},
    {"a context tag of several octets", "bf 1f 00", false, 0, 0, 0},
    {"end-of-contents", "00 00", false, 0, 0, 0},
};

static void test_headers(void)
{
    size_t i;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        pki_bytes_t bytes = unhex(headers[i].hex);
        ocsp_der_t in = {bytes.data, bytes.len};
        unsigned tag = 0;
        size_t content_len = 0;
        bool got = ocsp_der_get_header(&in, &tag, &content_len);

        ok(got == headers[i].want && tag == headers[i].tag
               && content_len == headers[i].content_len
               && in.len == (got ? headers[i].left : bytes.len)
               && in.data == bytes.data + (bytes.len - in.len),
           "header: %s", headers[i].name);
        free(bytes.data);
    }
}

static void test_half_of_memory(void)
{
    unsigned char bytes[] = {0x30, 0x80 | sizeof(size_t),
                             0x7f, 0xff,
                             0xff, 0xff,
                             0xff, 0xff,
                             0xff, 0xff};
    ocsp_der_t in = {bytes, 2 + sizeof(size_t)};
    unsigned tag;
    size_t len = 0;

    ok(ocsp_der_get_header(&in, &tag, &len) && len == SIZE_MAX / 2,
       "header: half of the address space can be declared");
    in.data = bytes;
    in.len = 2 + sizeof(size_t);
    ok(!ocsp_der_get_any(&in, &tag, NULL, NULL) && in.len == 2 + sizeof(size_t),
       "element: but not got when it is not there");
}

static void test_elements(void)
{
    pki_bytes_t bytes = unhex("30 03 02 01 05 04 00");
    ocsp_der_t in = {bytes.data, bytes.len}, element, content;
    unsigned tag = 0;
    size_t cut;

    ok(ocsp_der_peek(&in, 0x30) && !ocsp_der_peek(&in, 0x31), "peek knows the "
                                                              "next tag");
    ok(ocsp_der_get_any(&in, &tag, &element, &content) && tag == 0x30
           && element.data == bytes.data && element.len == 5
           && content.data == bytes.data + 2 && content.len == 3 && in.len == 2,
       "get_any gives tag, element and content");
    ok(!ocsp_der_get(&in, 0x30, &content) && in.len == 2
           && !ocsp_der_get_element(&in, 0x30, &element) && in.len == 2,
       "another tag leaves the cursor alone");
    ok(ocsp_der_get_element(&in, 0x04, &element) && element.len == 2
           && ocsp_der_at_end(&in),
       "get_element includes the header, and then there is no more");
    ok(!ocsp_der_peek(&in, 0x04) && !ocsp_der_get(&in, 0x04, &content)
           && !ocsp_der_get_any(&in, &tag, NULL, NULL),
       "nothing is got from nothing");
    for (cut = 0; cut < 5; cut++) {
        pki_bytes_t piece = pki_copy(bytes.data, cut);
        ocsp_der_t short_in = {piece.data, piece.len};

        ok(!ocsp_der_get_any(&short_in, &tag, NULL, NULL)
               && short_in.data == piece.data && short_in.len == cut,
           "an element cut to %zu octets is refused", cut);
        free(piece.data);
    }
    free(bytes.data);
}

static void test_optional(void)
{
    static const struct {
        const char *name;
        const char *hex;
        bool want;
        bool there;
        size_t left;
    } rows[] = {
        {"at the end it is absent", "", true, false, 0},
        {"another tag means absent", "30 00", true, false, 2},
        {"one that is there is taken", "a0 01 00 30 00", true, true, 2},
        {"an empty one is there", "a0 00", true, true, 0},
        {"a broken one is refused", "a0 02 00", false, false, 3},
        {"an indefinite one is refused", "a0 80 00 00", false, false, 4},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t bytes = unhex(rows[i].hex);
        ocsp_der_t in = {bytes.data, bytes.len}, content = {NULL, 0};

        ok(ocsp_der_get_optional(&in, 0xa0, &content) == rows[i].want
               && (content.data != NULL) == rows[i].there
               && in.len == rows[i].left,
           "optional: %s", rows[i].name);
        free(bytes.data);
    }
}

static void test_boolean(void)
{
    static const struct {
        const char *hex;
        bool want;
        bool value;
    } rows[] = {
        {"01 01 ff", true, true},   {"01 01 00", true, false},
        {"01 01 01", false, false}, {"01 01 fe", false, false},
        {"01 00", false, false},    {"01 02 ff ff", false, false},
        {"02 01 ff", false, false}, {"01 01", false, false},
        {"", false, false},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t bytes = unhex(rows[i].hex);
        ocsp_der_t in = {bytes.data, bytes.len};
        bool value = !rows[i].value, before = value;
        bool got = ocsp_der_get_boolean(&in, &value);

        ok(got == rows[i].want && value == (got ? rows[i].value : before)
               && in.len == (got ? 0 : bytes.len),
           "BOOLEAN '%s' is %s", rows[i].hex,
           rows[i].want ? "read" : "refused");
        free(bytes.data);
    }
}

static void test_uint(void)
{
    static const struct {
        const char *hex;
        unsigned tag;
        bool want;
        unsigned value;
    } rows[] = {
        {"02 01 00", 0x02, true, 0},
        {"02 01 7f", 0x02, true, 127},
        {"02 02 00 80", 0x02, true, 128},
        {"0a 01 0a", 0x0a, true, 10},
        {"80 01 05", 0x80, true, 5},
        {"02 04 7f ff ff ff", 0x02, true, 0x7fffffff},
        {"02 05 00 80 00 00 00", 0x02, false, 0},
        {"02 05 01 00 00 00 00", 0x02, false, 0},
        {"02 04 80 00 00 00", 0x02, false, 0},
        {"02 01 80", 0x02, false, 0},
        {"02 01 ff", 0x02, false, 0},
        {"02 02 00 7f", 0x02, false, 0},
        {"02 02 00 00", 0x02, false, 0},
        {"02 00", 0x02, false, 0},
        {"02 02 01", 0x02, false, 0},
        {"0a 01 01", 0x02, false, 0},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t bytes = unhex(rows[i].hex);
        ocsp_der_t in = {bytes.data, bytes.len};
        unsigned value = 4711;
        bool got = ocsp_der_get_uint(&in, rows[i].tag, &value);

        ok(got == rows[i].want && value == (got ? rows[i].value : 4711)
               && in.len == (got ? 0 : bytes.len),
           "number '%s' is %s", rows[i].hex, rows[i].want ? "read" : "refused");
        free(bytes.data);
    }
}

static void test_equal(void)
{
    static const unsigned char a[] = {1, 2, 3}, b[] = {1, 2, 4};
    ocsp_der_t x = {a, 3}, y = {b, 3}, z = {b, 2}, none = {NULL, 0};

    ok(ocsp_der_equal(x, x) && !ocsp_der_equal(x, y), "equal compares all "
                                                      "octets");
    x.len = 2;
    ok(ocsp_der_equal(x, z), "equal compares no octet more");
    ok(!ocsp_der_equal(x, y), "equal compares lengths");
    ok(ocsp_der_equal(none, none) && !ocsp_der_equal(none, x), "equal takes "
                                                               "what is "
                                                               "absent");
}

static void test_writer(void)
{
    static const unsigned char want[] = {0x30, 0x07, 0x02, 0x01, 0x05,
                                         0x04, 0x02, 'h',  'i'};
    unsigned char *buf = malloc(sizeof(want));
    ocsp_der_writer_t w;
    size_t cap;

    for (cap = 0; buf && cap <= sizeof(want); cap++) {
        size_t mark;

        memset(buf, 0xee, sizeof(want));
        ocsp_der_writer_init(&w, buf, cap);
        mark = ocsp_der_mark(&w);
        ocsp_der_put(&w, "hi", 2);
        ocsp_der_put_header(&w, OCSP_DER_OCTET_STRING, 2);
        ocsp_der_put(&w, "\x02\x01\x05", 3);
        ocsp_der_wrap(&w, OCSP_DER_SEQUENCE, mark);
        if (cap == sizeof(want)) {
            ok(w.ok && w.pos == 0, "what fits exactly is written");
            is_mem(buf, want, sizeof(want), "from the end to the start");
        }
        else {
            ok(!w.ok && buf[cap] == 0xee,
               "%zu octets of room are too few, and known to be", cap);
        }
    }
    ocsp_der_put(&w, "x", 1);
    ocsp_der_put(&w, NULL, 0);
    ok(!w.ok && w.pos == 0, "once full, the writer stays refused");
    ocsp_der_writer_init(&w, buf, 2);
    ocsp_der_put(&w, NULL, 0);
    ocsp_der_wrap(&w, OCSP_DER_SEQUENCE, ocsp_der_mark(&w));
    ok(w.ok && w.pos == 0 && buf && buf[0] == 0x30 && buf[1] == 0, "nothing "
                                                                   "wrapped is "
                                                                   "an empty "
                                                                   "SEQUENCE");
    free(buf);
}

static void test_header_round_trip(void)
{
    static const size_t lens[] = {0,        1,        127,        128,
                                  255,      256,      65535,      65536,
                                  16777215, 16777216, 0x7fffffff, SIZE_MAX / 2};
    size_t i;

    for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        unsigned char buf[OCSP_DER_HEADER_MAX];
        ocsp_der_writer_t w;
        ocsp_der_t in;
        unsigned tag = 0;
        size_t len = 0;

        ocsp_der_writer_init(&w, buf, sizeof(buf));
        ocsp_der_put_header(&w, OCSP_DER_CONTEXT_CONSTRUCTED(3), lens[i]);
        in.data = buf + w.pos;
        in.len = sizeof(buf) - w.pos;
        ok(w.ok && in.len == ocsp_der_header_len(lens[i])
               && ocsp_der_get_header(&in, &tag, &len) && tag == 0xa3
               && len == lens[i] && ocsp_der_at_end(&in),
           "a header for %zu octets is read as it was written", lens[i]);
    }
}

int main(void)
{
    test_headers();
    test_half_of_memory();
    test_elements();
    test_optional();
    test_boolean();
    test_uint();
    test_equal();
    test_writer();
    test_header_round_trip();
    return done_testing();
}
