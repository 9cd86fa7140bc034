/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_serial_list_parse and ocsp_lines_read_source: serial numbers
 * are valid, the result does not depend on how the octets arrive, and an error
 * has its reason. Each input is read as a file, and as one line in memory of its
 * size.
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

static apr_status_t take(void *ctx, const ocsp_line_t *line, const char **why)
{
    ocsp_serial_t serial;
    apr_status_t rv = ocsp_serial_list_parse(&serial, line, why);

    if (rv == APR_SUCCESS && serial.len > 0) {
        check_serial(serial.data, serial.len);
        ++*(size_t *)ctx;
    }
    return rv;
}

static apr_status_t run(const uint8_t *data, size_t size, size_t chunk,
                        size_t *taken, apr_pool_t *p)
{
    feed_t feed = {.rest = {data, size}, .chunk = chunk};
    const char *why = NULL;
    apr_status_t rv = ocsp_lines_read_source("serials", feed_read, &feed, take,
                                             taken, &why, p);

    check((rv == APR_SUCCESS) == (why == NULL));
    return rv;
}

static void parse(const uint8_t *data, size_t size)
{
    const ocsp_line_t line = {data, size, true, 1};
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
