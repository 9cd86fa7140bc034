/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses lists of issued serial numbers. Floor 1.
 *
 *     line    = [ prefix ] serial [ "#" comment ]  ; blanks around serial
 *     prefix  = "0x" / "serial="                   ; as from "openssl x509
 *                                                  ; -serial"
 *     serial  = [ "-" ] 1*HEXDIG                   ; single colons between
 */
#include <ctype.h>
#include <string.h>

#include "status/serial_list.h"

/* Octets of the longest serial number (RFC 5280 section 4.1.2.2). */
#define SERIAL_OCTETS 20

/* Some editors write it at the start of a file. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

#define OPENSSL_PREFIX "serial="

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* Why a text is not a serial number: it may be a row of columns, or decimal.
 * @param decimal whether it has no prefix, so that it may be */
static const char *explain(const unsigned char *text, size_t len, bool decimal)
{
    static const char separators[4] = {',', ';', '\t', '"'};
    bool hexadecimal = true;
    size_t i;

    for (i = 0; i < len; i++) {
        decimal = decimal && isdigit(text[i]);
        hexadecimal = hexadecimal
                   && (isxdigit(text[i]) || text[i] == ':' || text[i] == '-');
        if (memchr(separators, text[i], sizeof(separators)) != NULL) {
            return "is a row of columns, as in a CSV file: write the serial "
                   "number alone, in hexadecimal, one a line";
        }
    }
    if (!hexadecimal || len <= (size_t)2 * SERIAL_OCTETS) {
        return "is no serial number in hexadecimal: write one a line (RFC 5280 "
               "section 4.1.2.2)";
    }
    return decimal ? "has more than 20 octets: is it decimal? write serial "
                     "numbers in hexadecimal (RFC 5280 section 4.1.2.2)"
                   : "has more than 20 octets: write serial numbers in "
                     "hexadecimal, one a line (RFC 5280 section 4.1.2.2)";
}

/* @return octets of the prefix */
static size_t count_prefix(const unsigned char *text, size_t len)
{
    const size_t named = sizeof(OPENSSL_PREFIX) - 1;

    if (len > named && memcmp(text, OPENSSL_PREFIX, named) == 0) {
        return named;
    }
    return len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
                && text[2] != '-'
             ? 2
             : 0;
}

apr_status_t ocsp_serial_list_parse(ocsp_serial_t *out, const ocsp_line_t *line,
                                    const char **why)
{
    const size_t mark = sizeof(BYTE_ORDER_MARK) - 1;
    const unsigned char *text = line->data;
    const unsigned char *comment = memchr(text, '#', line->len);
    size_t len = comment != NULL ? (size_t)(comment - text) : line->len;
    size_t prefix;

    if (line->number == 1 && len >= mark
        && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        len -= mark;
    }
    while (len > 0 && is_blank(text[0])) {
        text++;
        len--;
    }
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    if (len == 0) {
        out->len = 0;
        return APR_SUCCESS;
    }
    prefix = count_prefix(text, len);
    if (!ocsp_serial_parse(out, text + prefix, len - prefix, true)
        || out->len > SERIAL_OCTETS) {
        *why = explain(text + prefix, len - prefix, prefix == 0);
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}
