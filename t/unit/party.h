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
#include <openssl/rsa.h>
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

/** An RSA-PSS key, restricted unless digest and mask are NULL. */
PARTY EVP_PKEY *party_pss_key(int bits, const char *digest, const char *mask,
                              int salt_len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1
        || EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) != 1
        || (digest != NULL
            && (EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(ctx, digest, NULL) != 1
                || EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, salt_len) != 1))
        || (mask != NULL
            && EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(ctx, mask) != 1)
        || EVP_PKEY_generate(ctx, &key) != 1) {
        abort();
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/** What ocsp_signer_make says. */
typedef struct {
    apr_status_t rv;
    ocsp_signer_t *signer;
    const char *warning;
    const char *why;
} party_t;

/** A certificate as it comes from a file: libcrypto remembers how its key was
 * written. */
PARTY X509 *party_reread(X509 *cert)
{
    pki_bytes_t der = pki_cert_der(cert);
    const unsigned char *at = der.data;
    X509 *again = d2i_X509(NULL, &at, (long)der.len);

    if (again == NULL) {
        abort();
    }
    free(der.data);
    return again;
}

/** @param proven as in ocsp_signer_pair_t */
PARTY party_t party_make_like(X509 *cert, EVP_PKEY *key, bool trusted,
                              const ocsp_signer_t *proven,
                              const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    X509 *read = party_reread(cert);
    ocsp_signer_pair_t pair = {read,       key,     "ocsp.pem",
                               "ocsp.key", trusted, proven};
    party_t out = {APR_SUCCESS, NULL, "untouched", NULL};

    out.rv = ocsp_signer_make(&out.signer, &pair, issuer, &out.warning,
                              &out.why, p);
    X509_free(read); /* a signer takes what it needs */
    return out;
}

PARTY party_t party_make(X509 *cert, EVP_PKEY *key, bool trusted,
                         const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    return party_make_like(cert, key, trusted, NULL, issuer, p);
}

/** A signer that the issuer has to have made one. */
PARTY party_t party_signer(X509 *cert, EVP_PKEY *key,
                           const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    return party_make(cert, key, false, issuer, p);
}

#endif
