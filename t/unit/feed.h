/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A source for ocsp_stream_make and ocsp_lines_read_source: bytes in memory,
 * a few at a time; and helpers for tests of CRLs.
 */
#ifndef OCSP_UNIT_FEED_H
#define OCSP_UNIT_FEED_H

#include <apr_pools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"
#include "status/crl.h"

typedef struct {
    ocsp_der_t rest;
    size_t chunk;      /* at most so many at once; 0: as many as asked for */
    apr_status_t fail; /* what to say instead of the end */
} feed_t;

__attribute__((unused)) static apr_status_t feed_read(void *feed,
                                                      unsigned char *buf,
                                                      size_t *len)
{
    feed_t *f = feed;
    size_t n = f->rest.len < *len ? f->rest.len : *len;

    if (f->chunk != 0 && n > f->chunk) {
        n = f->chunk;
    }
    if (n > 0) {
        memcpy(buf, f->rest.data, n);
        f->rest.data += n;
        f->rest.len -= n;
    }
    *len = n;
    return n == 0 ? f->fail : APR_SUCCESS;
}

/* The keys of a CA that may sign its CRLs: its own alone. */
__attribute__((unused)) static const ocsp_crl_keys_t *feed_keys(
    const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    return ocsp_crl_keys_make(issuer, NULL, NULL, OCSP_CRL_KEYS_SCOPE_AUTO, p);
}

/* Read a CRL in memory; the reason is "" without one. */
__attribute__((unused)) static apr_status_t feed_crl_by(
    ocsp_crl_info_t *info, const ocsp_crl_keys_t *keys, pki_bytes_t in,
    ocsp_crl_entry_fn *fn, void *ctx, const char **why, apr_pool_t *p)
{
    feed_t feed = {.rest = {in.data, in.len}};
    ocsp_stream_t *s;
    apr_status_t rv;

    *why = "";
    rv = ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &feed, why, p);
    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read_stream(info, s, keys, fn, ctx, why, p);
        ocsp_stream_close(s);
    }
    return rv;
}

/* The same with the CA's own key alone. */
__attribute__((unused)) static apr_status_t feed_crl(
    ocsp_crl_info_t *info, const ocsp_issuer_t *issuer, pki_bytes_t in,
    ocsp_crl_entry_fn *fn, void *ctx, const char **why, apr_pool_t *p)
{
    return feed_crl_by(info, feed_keys(issuer, p), in, fn, ctx, why, p);
}

/* The issuer of a CA certificate; what is none ends the program. */
__attribute__((unused)) static ocsp_issuer_t *feed_issuer(X509 *ca,
                                                          apr_pool_t *p)
{
    pki_bytes_t der = pki_cert_der(ca);
    ocsp_issuer_t *issuer;
    const char *why = "";

    if (ocsp_issuer_parse(&issuer, (ocsp_der_t){der.data, der.len}, "ca.pem",
                          &why, p)
        != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        exit(1);
    }
    free(der.data);
    return issuer;
}

#endif
