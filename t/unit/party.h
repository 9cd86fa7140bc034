/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of src/answer share: a pool, a CA as an issuer, a signer from
 * libcrypto's objects. Everything lives until the pool goes.
 */
#ifndef OCSP_UNIT_PARTY_H
#define OCSP_UNIT_PARTY_H

#include <apr_general.h>
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

#include "answer/signer.h"
#include "pki.h"
#include "status/issuer.h"

#define PARTY __attribute__((unused)) static

PARTY int party_abort(int rv)
{
    abort();
}

/** The pool of the test: party_end(). */
PARTY apr_pool_t *party_begin(void)
{
    apr_pool_t *p = NULL;

    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create_ex(&p, NULL, party_abort, NULL) != APR_SUCCESS) {
        abort();
    }
    return p;
}

PARTY void party_end(apr_pool_t *p)
{
    apr_pool_destroy(p);
    apr_terminate();
}

PARTY ocsp_der_t party_der(pki_bytes_t bytes)
{
    ocsp_der_t der = {bytes.data, bytes.len};

    return der;
}

/** The issuer of a CA's certificate. */
PARTY ocsp_issuer_t *party_issuer(X509 *ca, apr_pool_t *p)
{
    pki_bytes_t der = pki_cert_der(ca);
    ocsp_issuer_t *issuer = NULL;
    const char *why = NULL;

    if (ocsp_issuer_parse(&issuer, party_der(der), "ca.pem", &why, p)
        != APR_SUCCESS) {
        printf("Bail out! party: %s\n", why);
        abort();
    }
    free(der.data);
    return issuer;
}

/** What ocsp_signer_make says. */
typedef struct {
    apr_status_t rv;
    ocsp_signer_t *signer;
    const char *warning;
    const char *why;
} party_t;

/** Make a signer from PEM, each file in memory of its own. */
PARTY party_t party_signer(X509 *cert, EVP_PKEY *key,
                           const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    pki_bytes_t cert_pem = pki_cert_pem(cert);
    pki_bytes_t key_pem = pki_key_pem(key);
    ocsp_signer_material_t material = {party_der(cert_pem), party_der(key_pem),
                                       "ocsp.pem", "ocsp.key"};
    party_t out = {APR_SUCCESS, NULL, "untouched", NULL};

    out.rv = ocsp_signer_make(&out.signer, &material, issuer, &out.warning,
                              &out.why, p);
    free(cert_pem.data);
    free(key_pem.data);
    return out;
}

#endif
