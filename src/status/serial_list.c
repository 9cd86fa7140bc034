/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See issued.h.
 *
 *     line    = [ prefix ] serial [ "#" comment ]  ; blanks around serial
 *     prefix  = "0x" / "serial="                   ; the latter as "openssl
 *                                                  ; x509 -serial" prints it
 *     serial  = [ "-" ] 1*HEXDIG                   ; single colons within
 */
#include <ctype.h>
#include <string.h>

#include "status/serial_list.h"

/* Octets of the longest serial number that a CA may give (RFC 5280 section
 * 4.1.2.2). */
#define SERIAL_OCTETS 20

/* What Windows' editors put before UTF-8. */
static const unsigned char byte_order_mark[] = {0xef, 0xbb, 0xbf};

#define OPENSSL_PREFIX "serial="

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* Why a text is no serial number, in words for the dumps that people have:
 * columns, or decimal numbers that are too long to be taken for hexadecimal.
 * decimal: whether it may be, as nothing before it says otherwise. */
static const char *explain(const unsigned char *text, size_t len, bool decimal)
{
    static const char between[4] = {',', ';', '\t', '"'};
    size_t i;

    for (i = 0; i < len; i++) {
        if (memchr(between, text[i], sizeof(between)) != NULL) {
            return "is a row of columns, as in a CSV file: write the serial "
                   "number alone, in hexadecimal, one a line";
        }
    }
    for (i = 0; i < len; i++) {
        decimal = decimal && isdigit(text[i]);
        if (!isxdigit(text[i]) && text[i] != ':' && text[i] != '-') {
            return "is no serial number in hexadecimal: write one a line (RFC "
                   "5280 section 4.1.2.2)";
        }
    }
    if (len <= (size_t)2 * SERIAL_OCTETS) {
        return "is no serial number in hexadecimal: write one a line (RFC 5280 "
               "section 4.1.2.2)";
    }
    return decimal ? "has more than 20 octets: is it decimal? write serial "
                     "numbers in hexadecimal (RFC 5280 section 4.1.2.2)"
                   : "has more than 20 octets: write serial numbers in "
                     "hexadecimal, one a line (RFC 5280 section 4.1.2.2)";
}

/* What may stand before the digits. */
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
    const unsigned char *text = line->data;
    const unsigned char *comment = memchr(text, '#', line->len);
    size_t len = comment != NULL ? (size_t)(comment - text) : line->len;
    size_t prefix;

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

static void skip_byte_order_mark(ocsp_line_t *line)
{
    const size_t len = sizeof(byte_order_mark);

    if (line->len >= len && memcmp(line->data, byte_order_mark, len) == 0) {
        line->data += len;
        line->len -= len;
    }
}

apr_status_t ocsp_serial_list_read_lines(apr_uint64_t *count,
                                         ocsp_lines_t *lines,
                                         ocsp_serial_list_serial_fn *fn,
                                         void *ctx, const char **why)
{
    apr_uint64_t n = 0;
    bool first = true;
    ocsp_serial_t serial;
    ocsp_line_t line;
    const char *what = NULL;
    apr_status_t rv;

    while ((rv = ocsp_lines_next(lines, &line, why)) == APR_SUCCESS) {
        if (first) {
            skip_byte_order_mark(&line);
            first = false;
        }
        if ((rv = ocsp_serial_list_parse(&serial, &line, &what))
            != APR_SUCCESS) {
            return ocsp_lines_refuse(lines, rv, what, why);
        }
        if (serial.len == 0) {
            continue;
        }
        if ((rv = fn(ctx, serial.data, serial.len, &what)) != APR_SUCCESS) {
            return ocsp_lines_refuse(lines, rv, what, why);
        }
        n++;
    }
    if (rv != APR_EOF) {
        return rv;
    }
    if (count != NULL) {
        *count = n;
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_serial_list_read(apr_uint64_t *count, const char *file,
                                   ocsp_serial_list_serial_fn *fn, void *ctx,
                                   const char **why, apr_pool_t *p)
{
    ocsp_lines_t *lines;
    apr_status_t rv = ocsp_lines_open(&lines, file, why, p);

    if (rv == APR_SUCCESS) {
        rv = ocsp_serial_list_read_lines(count, lines, fn, ctx, why);
        ocsp_lines_close(lines);
    }
    return rv;
}
