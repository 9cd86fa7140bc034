/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decodes the URL of a GET as clients write it: escaped once or twice, in
 * either alphabet of base64, with or without padding. Floor 0.
 */
#include "wire/request_url.h"

#include <string.h>

#include "wire/der.h"

/* @return the value of a hexadecimal digit, or -1. */
static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undo one level of percent-encoding, perhaps in place, and drop line breaks:
 * some encoders wrap their base64. A % that begins no escape stays, and is not
 * base64. */
static size_t unescape(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t i, n = 0;

    for (i = 0; i < len; i++) {
        unsigned char c = in[i];

        if (c == '%' && len - i > 2 && hex_value(in[i + 1]) >= 0
            && hex_value(in[i + 2]) >= 0) {
            c = (unsigned char)(hex_value(in[i + 1]) << 4
                                | hex_value(in[i + 2]));
            i += 2;
        }
        if (c != '\r' && c != '\n') {
            out[n++] = c;
        }
    }
    return n;
}

/* The value of each character plus 1; 0: not base64. The alphabets of RFC 4648
 * section 4 and, by mistake of some clients, section 5; and the space that a +
 * becomes when a path is decoded as a form. */
/* clang-format off */
static const unsigned char base64[256] = {
    ['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['+'] = 63, ['-'] = 63, [' '] = 63, ['/'] = 64, ['_'] = 64};
/* clang-format on */

static int base64_value(unsigned char c)
{
    return base64[c] - 1;
}

/* @return octets that so many characters encode; 0: not possible */
static size_t base64_len(size_t chars)
{
    static const size_t of_rest[] = {0, 0, 1, 2};

    return chars % 4 == 1 ? 0 : chars / 4 * 3 + of_rest[chars % 4];
}

/* Decode base64 characters; out may be at or before in. */
static size_t decode_base64(unsigned char *out, const unsigned char *in,
                            size_t len)
{
    size_t i, n = 0;
    unsigned bits = 0;

    for (i = 0; i < len; i++) {
        bits = bits << 6 | (unsigned)base64_value(in[i]);
        if (i % 4 != 0) {
            out[n++] = (unsigned char)(bits >> (6 - i % 4 * 2) & 0xff);
        }
    }
    return n;
}

/* Remove the padding, and a slash after it. */
static size_t drop_padding(const unsigned char *chars, size_t len,
                           size_t *padding)
{
    if (len >= 2 && chars[len - 1] == '/' && chars[len - 2] == '=') {
        len--;
    }
    *padding = 0;
    while (len > 0 && chars[len - 1] == '=') {
        len--;
        (*padding)++;
    }
    return len;
}

/*
 * Whether base64 characters encode exactly one SEQUENCE that begins with a
 * SEQUENCE. Eight of them have the header of any request under 16 MiB; the rest
 * is compared by length alone, so that trying every slash of a target takes
 * linear time. The inner tag keeps a prefix like /MEI/ from being taken for the
 * start of a request. Some clients append a slash, which is not data.
 * @return how many of the characters are data; 0: none
 */
static size_t fit_request(const unsigned char *chars, size_t len,
                          size_t padding)
{
    static const int unused_bits[] = {0, 0, 0x0f, 0x03};
    unsigned char head[6];
    ocsp_der_t in = {head, 0};
    size_t content_len, want;
    unsigned tag;

    in.len = decode_base64(head, chars, len < 8 ? len : 8);
    want = in.len;
    if (!ocsp_der_get_header(&in, &tag, &content_len)
        || tag != OCSP_DER_SEQUENCE || !ocsp_der_peek(&in, OCSP_DER_SEQUENCE)) {
        return 0;
    }
    want += content_len - in.len; /* header and content */
    if (base64_len(len) != want && padding == 0 && chars[len - 1] == '/') {
        len--;
    }
    if (base64_len(len) != want || padding > (4 - len % 4) % 4
        || (base64_value(chars[len - 1]) & unused_bits[len % 4]) != 0) {
        return 0;
    }
    return len;
}

bool ocsp_request_url_decode(unsigned char *out, size_t *out_len,
                             const char *target, size_t target_len)
{
    const char *query;
    size_t len, padding, run, i;

    if (target_len == 0 || *out_len < target_len) {
        return false;
    }
    query = memchr(target, '?', target_len);
    len = query ? (size_t)(query - target) : target_len;
    len = unescape(out, (const unsigned char *)target, len);
    len = unescape(out, out, len); /* some clients escape twice */
    len = drop_padding(out, len, &padding);
    for (run = len; run > 0 && base64_value(out[run - 1]) >= 0; run--) {
    }
    for (i = run; i < len; i++) {
        /* The first octet of DER, 0x30, makes the first character an M. */
        if (out[i] == 'M' && (i == 0 || out[i - 1] == '/')) {
            size_t chars = fit_request(out + i, len - i, padding);

            if (chars > 0) {
                *out_len = decode_base64(out, out + i, chars);
                return true;
            }
        }
    }
    return false;
}
