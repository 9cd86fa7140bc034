/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_openssl_index_parse and ocsp_lines_read_source: rows have
 * valid values, the result does not depend on how the octets arrive, and an error
 * has its reason. Each input is read as a file, and as one row in memory of its
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
    check(row->serial.len >= 1 && row->serial.len <= OCSP_CERTID_SERIAL_MAX);
    check(row->serial.len == 1 || row->serial.data[0] != 0);
    check_time(row->not_after);
    check_time(row->revocation_time);
    check(row->state == OCSP_OPENSSL_INDEX_REVOKED
          || row->reason == OCSP_CRL_NO_REASON);
    check(row->reason == OCSP_CRL_NO_REASON
          || (row->reason >= 1 && row->reason <= 6) || row->reason == 9
          || row->reason == 10);
}

static apr_status_t take(void *ctx, const ocsp_line_t *line, const char **why)
{
    ocsp_openssl_index_row_t row;
    apr_status_t rv = ocsp_openssl_index_parse(&row, line, why);

    if (rv == APR_SUCCESS) {
        check_row(&row);
        ++*(size_t *)ctx;
    }
    return rv;
}

static apr_status_t run(const uint8_t *data, size_t size, size_t chunk,
                        size_t *taken, apr_pool_t *p)
{
    feed_t feed = {.rest = {data, size}, .chunk = chunk};
    const char *why = NULL;
    apr_status_t rv = ocsp_lines_read_source("index.txt", feed_read, &feed,
                                             take, taken, &why, p);

    check((rv == APR_SUCCESS) == (why == NULL));
    return rv;
}

static void parse(const uint8_t *data, size_t size)
{
    const ocsp_line_t line = {data, size, size % 2 == 0, 1};
    ocsp_openssl_index_row_t row;
    const char *why = NULL;

    if (ocsp_openssl_index_parse(&row, &line, &why) == APR_SUCCESS) {
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
