/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_serial_list_read_lines and ocsp_serial_list_parse: serial numbers
 * are as promised, the result does not depend on how the octets arrive, a
 * refusal has its reason. Each input is read as a file, and as one line in
 * memory of its size.
 */
#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>

#include "feed.h"
#include "status/serial_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_serial(const unsigned char *serial, size_t len)
{
    check(len >= 1 && len <= OCSP_CERTID_SERIAL_MAX);
    check(len == 1 || serial[0] != 0);
}

static apr_status_t take(void *ctx, const unsigned char *serial,
                         size_t serial_len, const char **why)
{
    check_serial(serial, serial_len);
    ++*(size_t *)ctx;
    return APR_SUCCESS;
}

static apr_status_t run(const uint8_t *data, size_t size, size_t chunk,
                        size_t *taken, apr_pool_t *p)
{
    feed_t feed = {.rest = {data, size}, .chunk = chunk};
    apr_uint64_t count = 12345;
    const char *why = NULL;
    ocsp_lines_t *lines;
    apr_status_t rv = ocsp_lines_make(&lines, "serials", feed_read, &feed, &why,
                                      p);

    check(rv == APR_SUCCESS);
    rv = ocsp_serial_list_read_lines(&count, lines, take, taken, &why);
    check(rv == APR_SUCCESS ? count == *taken && why == NULL
                            : count == 12345 && why != NULL);
    ocsp_lines_close(lines);
    return rv;
}

static void parse(const uint8_t *data, size_t size)
{
    const ocsp_line_t line = {data, size, true};
    ocsp_serial_t serial;
    const char *why = NULL;

    if (ocsp_serial_list_parse(&serial, &line, &why) != APR_SUCCESS) {
        check(why != NULL);
    }
    else if (serial.len > 0) {
        check_serial(serial.data, serial.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    size_t whole = 0;
    size_t pieces = 0;
    apr_status_t rv;
    apr_pool_t *p;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    apr_pool_create(&p, pool);
    rv = run(data, size, 0, &whole, p);
    check(run(data, size, 7, &pieces, p) == rv && whole == pieces);
    apr_pool_destroy(p);
    if (size > 0) {
        parse(data, size);
    }
    return 0;
}
