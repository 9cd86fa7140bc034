/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses serial numbers in hexadecimal. Floor 1.
 */
#include <string.h>

#include "status/serial.h"

#define DIGITS_MAX ((size_t)2 * OCSP_CERTID_SERIAL_MAX)

static int digit_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The values of the digits, without leading zeros. */
static bool read_digits(unsigned char *digits, size_t *count,
                        const unsigned char *text, size_t len, bool colons)
{
    bool after_digit = false;
    size_t n = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        int value = digit_value(text[i]);

        if (value < 0) {
            if (!colons || text[i] != ':' || !after_digit) {
                return false;
            }
        }
        else if (value > 0 || n > 0) {
            if (n == DIGITS_MAX) {
                return false;
            }
            digits[n++] = (unsigned char)value;
        }
        after_digit = value >= 0;
    }
    *count = n;
    return after_digit;
}

/* The content of a negative INTEGER (X.690 section 8.3): two's complement,
 * after FF if the first bit would make it positive. */
static bool negate(ocsp_serial_t *s)
{
    size_t i = s->len;
    unsigned carry = 1;

    while (i > 0) {
        unsigned octet = (~(unsigned)s->data[--i] & 0xffu) + carry;

        s->data[i] = (unsigned char)octet;
        carry = octet >> 8;
    }
    if (carry != 0 || (s->data[0] & 0x80u) != 0) {
        return true; /* carry: minus 0 is 0 */
    }
    if (s->len == sizeof(s->data)) {
        return false;
    }
    memmove(s->data + 1, s->data, s->len++);
    s->data[0] = 0xff;
    return true;
}

bool ocsp_serial_parse(ocsp_serial_t *out, const unsigned char *text,
                       size_t len, bool colons)
{
    unsigned char digits[DIGITS_MAX];
    bool negative = len > 0 && text[0] == '-';
    size_t count;
    size_t i;

    if (!read_digits(digits, &count, text + negative, len - negative, colons)) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    out->len = count > 0 ? (count + 1) / 2 : 1;
    for (i = 0; i < count; i++) {
        size_t place = count - 1 - i; /* from the right */

        out->data[out->len - 1 - place / 2] |=
            (unsigned char)(digits[i] << (place % 2 * 4));
    }
    return !negative || negate(out);
}
