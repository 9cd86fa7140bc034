/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_openssl_index_read_lines and ocsp_openssl_index_parse: rows are as
 * promised, the result does not depend on how the octets arrive, a refusal has
 * its reason. Each input is read as a file, and as one row in memory of its
 * size.
 */
#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>

#include "feed.h"
#include "status/crl.h"
#include "status/openssl_index.h"
#include "wire/gtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_time(int64_t time)
{
    check(time >= OCSP_GTIME_MIN && time <= OCSP_GTIME_MAX);
}

static void check_row(const ocsp_openssl_index_row_t *row)
{
    check(row->serial_len >= 1 && row->serial_len <= OCSP_CERTID_SERIAL_MAX);
    check(row->serial_len == 1 || row->serial[0] != 0);
    check_time(row->not_after);
    check_time(row->revocation_time);
    check(row->state == OCSP_OPENSSL_INDEX_REVOKED
          || row->reason == OCSP_CRL_NO_REASON);
    check(row->reason == OCSP_CRL_NO_REASON
          || (row->reason >= 1 && row->reason <= 6) || row->reason == 9
          || row->reason == 10);
}

static apr_status_t take(void *ctx, const ocsp_openssl_index_row_t *row,
                         const char **why)
{
    check_row(row);
    ++*(size_t *)ctx;
    return APR_SUCCESS;
}

static apr_status_t run(const uint8_t *data, size_t size, size_t chunk,
                        size_t *taken, apr_pool_t *p)
{
    feed_t feed = {.rest = {data, size}, .chunk = chunk};
    apr_uint64_t rows = 12345;
    const char *why = NULL;
    ocsp_lines_t *lines;
    apr_status_t rv = ocsp_lines_make(&lines, "index.txt", feed_read, &feed,
                                      &why, p);

    check(rv == APR_SUCCESS);
    rv = ocsp_openssl_index_read_lines(&rows, lines, take, taken, &why);
    check(rv == APR_SUCCESS ? rows == *taken && why == NULL
                            : rows == 12345 && why != NULL);
    ocsp_lines_close(lines);
    return rv;
}

static void parse(const uint8_t *data, size_t size)
{
    const ocsp_line_t line = {data, size, size % 2 == 0};
    ocsp_openssl_index_row_t row;
    ocsp_serial_t serial;
    const char *why = NULL;

    if (ocsp_openssl_index_parse(&row, &serial, &line, &why) == APR_SUCCESS) {
        check_row(&row);
    }
    else {
        check(why != NULL);
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
