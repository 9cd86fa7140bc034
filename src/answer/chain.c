/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the issuer of each certificate by its name and its signature. Floor 2.
 */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "answer/chain.h"
#include "answer/key_file.h"

/* By its signature: when a CA changes its key, it may issue a certificate for
 * its own name that is not self-signed. */
static bool is_root(const ocsp_issuer_t *issuer)
{
    return X509_self_signed(issuer->cert, 1) == 1;
}

static ocsp_der_t get_issuer_name(const ocsp_issuer_t *issuer)
{
    ocsp_der_t name = {NULL, 0};

    (void)X509_NAME_get0_der(X509_get_issuer_name(issuer->cert), &name.data,
                             &name.len);
    return name;
}

/* Names first, by their hashes: there may be thousands of CAs. */
static const ocsp_issuer_t *find_parent(const ocsp_issuer_t *child,
                                        const apr_array_header_t *known)
{
    ocsp_der_t name = get_issuer_name(child);
    unsigned long hash = ocsp_issuer_hash_name(name);
    int i;

    for (i = 0; i < known->nelts; i++) {
        const ocsp_issuer_t *issuer = APR_ARRAY_IDX(known, i,
                                                    const ocsp_issuer_t *);

        if (issuer->name_hash == hash && ocsp_issuer_has_name(issuer, name)
            && X509_verify(child->cert, issuer->key) == 1) {
            return issuer;
        }
    }
    return NULL;
}

static bool has(const ocsp_chain_t *chain, ocsp_der_t cert)
{
    size_t i;

    for (i = 0; i < chain->count; i++) {
        if (ocsp_der_equal(chain->certs[i], cert)) {
            return true;
        }
    }
    return false;
}

void ocsp_chain_build(ocsp_chain_t *out, const ocsp_issuer_t *issuer,
                      const apr_array_header_t *known, apr_pool_t *p)
{
    ocsp_der_t *certs = apr_palloc(p, OCSP_CHAIN_MAX * sizeof(*certs));

    out->certs = certs;
    out->count = 0;
    while (issuer != NULL && out->count < OCSP_CHAIN_MAX && !is_root(issuer)) {
        ocsp_der_t cert = ocsp_key_file_encode_cert(issuer->cert, p);

        /* two CAs may have certified each other */
        if (cert.len == 0 || has(out, cert)) {
            break;
        }
        certs[out->count++] = cert;
        issuer = find_parent(issuer, known);
    }
    ERR_clear_error();
}
