/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_crl_read_stream, PEM and DER, and of ocsp_stream_next:
 * entries have valid values, the result does not depend on how the octets
 * arrive, and an error has its reason. The issuer is CN=Test CA with a new
 * P-256 key, so that no input has a valid signature, which is checked last.
 */
#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>

#include "feed.h"
#include "pki.h"
#include "status/crl.h"
#include "wire/certid.h"
#include "wire/gtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    apr_pool_t *pool; /* of the process */
    const ocsp_crl_keys_t *keys;
} fixture_t;

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static apr_status_t take(void *ctx, const unsigned char *serial,
                         size_t serial_len, int64_t time, int reason,
                         const char **why)
{
    check(serial_len >= 1 && serial_len <= OCSP_CERTID_SERIAL_MAX);
    check(serial_len == 1 || serial[0] != 0);
    check(time >= OCSP_GTIME_MIN && time <= OCSP_GTIME_MAX);
    check(reason == OCSP_CRL_NO_REASON || (reason >= 0 && reason <= 6)
          || reason == OCSP_CRL_REMOVE || reason == 9 || reason == 10);
    ++*(size_t *)ctx;
    return APR_SUCCESS;
}

static const fixture_t *fixture(void)
{
    static fixture_t f;
    EVP_PKEY *key;
    X509 *ca;

    if (f.pool == NULL) {
        apr_initialize();
        apr_pool_create(&f.pool, NULL);
        key = pki_make_key(PKI_P256);
        ca = pki_make_ca("Test CA", key, NULL);
        f.keys = feed_keys(feed_issuer(ca, f.pool), f.pool);
        X509_free(ca);
        EVP_PKEY_free(key);
    }
    return &f;
}

/* How many objects follow, or -1: BEGIN and END lines are wrong. */
static int count_objects(ocsp_stream_t *s)
{
    const char *why = NULL;
    bool found = true;
    int count = -1;

    while (found) {
        count++;
        if (ocsp_stream_next(s, &found, &why) != APR_SUCCESS) {
            check(!found && why != NULL);
            return -1;
        }
    }
    return count;
}

static apr_status_t run(const uint8_t *data, size_t size, size_t chunk,
                        size_t *entries, int *objects)
{
    const fixture_t *f = fixture();
    feed_t feed = {.rest = {data, size}, .chunk = chunk};
    ocsp_crl_info_t info = {.entries = 12345};
    const char *why = NULL;
    ocsp_stream_t *s;
    apr_pool_t *p;
    apr_status_t rv;

    apr_pool_create(&p, f->pool);
    rv = ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &feed, &why, p);
    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read_stream(&info, s, f->keys, take, entries, &why, p);
        *objects = count_objects(s);
    }
    check(rv == APR_SUCCESS ? info.entries == *entries
                            : info.entries == 12345 && why != NULL);
    apr_pool_destroy(p);
    return rv;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = 0;
    size_t pieces = 0;
    int objects = 0, again = 0;
    apr_status_t rv = run(data, size, 0, &whole, &objects);

    check(run(data, size, 7, &pieces, &again) == rv && whole == pieces
          && objects == again);
    return 0;
}
