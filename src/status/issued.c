/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See issued.h.
 *
 *     line    = [ "0x" ] serial [ "#" comment ]  ; blanks around serial
 *     serial  = [ "-" ] 1*HEXDIG                 ; single colons within
 */
#include <string.h>

#include "status/issued.h"

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

apr_status_t ocsp_issued_parse(ocsp_serial_t *out, const ocsp_line_t *line,
                               const char **why)
{
    const unsigned char *text = line->data;
    const unsigned char *comment = memchr(text, '#', line->len);
    size_t len = comment != NULL ? (size_t)(comment - text) : line->len;

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
    if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
        && text[2] != '-') {
        text += 2;
        len -= 2;
    }
    if (!ocsp_serial_parse(out, text, len, true)) {
        *why = "RFC 5280 section 4.1.2.2: is no serial number in hexadecimal, "
               "or too long: write one a line";
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_issued_read_lines(apr_uint64_t *count, ocsp_lines_t *lines,
                                    ocsp_issued_serial_fn *fn, void *ctx,
                                    const char **why)
{
    apr_uint64_t n = 0;
    ocsp_serial_t serial;
    ocsp_line_t line;
    const char *what = NULL;
    apr_status_t rv;

    while ((rv = ocsp_lines_next(lines, &line, why)) == APR_SUCCESS) {
        if ((rv = ocsp_issued_parse(&serial, &line, &what)) != APR_SUCCESS) {
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

apr_status_t ocsp_issued_read(apr_uint64_t *count, const char *file,
                              ocsp_issued_serial_fn *fn, void *ctx,
                              const char **why, apr_pool_t *p)
{
    ocsp_lines_t *lines;
    apr_status_t rv = ocsp_lines_open(&lines, file, why, p);

    if (rv == APR_SUCCESS) {
        rv = ocsp_issued_read_lines(count, lines, fn, ctx, why);
        ocsp_lines_close(lines);
    }
    return rv;
}
