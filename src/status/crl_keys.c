/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Collects the keys that may have signed a CRL of one CA. Floor 1.
 */
#include <openssl/evp.h>

#include "status/crl_keys.h"

static const ocsp_crl_keys_key_t *key_at(const ocsp_crl_keys_t *keys, int i)
{
    return &APR_ARRAY_IDX(keys->keys, i, ocsp_crl_keys_key_t);
}

static void add(ocsp_crl_keys_t *keys, const ocsp_issuer_t *signer,
                ocsp_crl_keys_kind_t kind)
{
    const ocsp_crl_keys_key_t key = {.signer = signer,
                                     .kind = kind,
                                     .covers = kind != OCSP_CRL_KEYS_NAMESAKE
                                            || keys->scope
                                                   == OCSP_CRL_KEYS_SCOPE_NAME};

    if (signer->may_sign_crls) {
        APR_ARRAY_PUSH(keys->keys, ocsp_crl_keys_key_t) = key;
    }
}

const ocsp_crl_keys_t *ocsp_crl_keys_make(const ocsp_issuer_t *issuer,
                                          const apr_array_header_t *signers,
                                          const apr_array_header_t *namesakes,
                                          ocsp_crl_keys_scope_t scope,
                                          apr_pool_t *p)
{
    ocsp_crl_keys_t *keys = apr_palloc(p, sizeof(*keys));
    int i;

    keys->issuer = issuer;
    keys->scope = scope;
    keys->keys = apr_array_make(p, 2, sizeof(ocsp_crl_keys_key_t));
    add(keys, issuer, OCSP_CRL_KEYS_OWN);
    for (i = 0; signers != NULL && i < signers->nelts; i++) {
        add(keys, APR_ARRAY_IDX(signers, i, const ocsp_issuer_t *),
            OCSP_CRL_KEYS_NAMED);
    }
    for (i = 0; namesakes != NULL && i < namesakes->nelts; i++) {
        const ocsp_issuer_t *other = APR_ARRAY_IDX(namesakes, i,
                                                   const ocsp_issuer_t *);

        if (!ocsp_issuer_is_same(other, issuer)
            && ocsp_issuer_has_name(issuer, other->name)) {
            add(keys, other, OCSP_CRL_KEYS_NAMESAKE);
        }
    }
    return keys;
}

static bool has_name(const ocsp_issuer_t *issuer, ocsp_der_t name,
                     unsigned long hash)
{
    return issuer->name_hash == hash && ocsp_issuer_has_name(issuer, name);
}

bool ocsp_crl_keys_has_name(const ocsp_crl_keys_t *keys, ocsp_der_t name,
                            unsigned long hash)
{
    bool found = has_name(keys->issuer, name, hash);
    int i;

    for (i = 0; i < keys->keys->nelts && !found; i++) {
        found = has_name(key_at(keys, i)->signer, name, hash);
    }
    return found;
}

/* Of the certificate, not of the key alone: it has the dates, and shows who
 * issued it. */
static bool add_cert(EVP_MD_CTX *ctx, const X509 *cert)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    return X509_digest(cert, EVP_sha256(), digest, &len) == 1
        && EVP_DigestUpdate(ctx, digest, len) == 1;
}

static bool add_key(EVP_MD_CTX *ctx, const ocsp_crl_keys_key_t *key)
{
    const unsigned char use[2] = {(unsigned char)key->kind, key->covers};

    return EVP_DigestUpdate(ctx, use, sizeof(use)) == 1
        && add_cert(ctx, key->signer->cert);
}

bool ocsp_crl_keys_digest(unsigned char out[OCSP_CRL_KEYS_DIGEST_LEN],
                          const ocsp_crl_keys_t *keys)
{
    const unsigned char scope = (unsigned char)keys->scope;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(ctx, &scope, sizeof(scope)) == 1
           && add_cert(ctx, keys->issuer->cert);
    int i;

    for (i = 0; ok && i < keys->keys->nelts; i++) {
        ok = add_key(ctx, key_at(keys, i));
    }
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}
