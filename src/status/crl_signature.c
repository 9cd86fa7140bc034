/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Verifies signatures of CRLs. For RSA PKCS #1 v1.5 and ECDSA the octets are
 * hashed as they come, once for all keys. For algorithms that OpenSSL verifies
 * in one piece only (Ed25519), or by parameters (RSA-PSS), they are collected.
 * Floor 1.
 */
#include <apr_strings.h>
#include <limits.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "status/crl_signature.h"

/* Room for collected octets at first. */
#define COLLECT_MIN 65536

struct ocsp_crl_signature_t {
    apr_pool_t *pool;
    X509_ALGOR *algorithm;
    bool sha1;
    /* hashed: */
    const EVP_MD *md; /* NULL: the octets are collected */
    const char *type; /* of the keys that the algorithm is for */
    EVP_MD_CTX *ctx;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len; /* 0: not all octets have been added */
    /* collected: */
    unsigned char *bytes; /* OpenSSL's memory */
    size_t len;
    size_t cap;
    ASN1_STRING *all; /* has bytes, once all have been added */
};

static apr_status_t free_parts(void *data)
{
    ocsp_crl_signature_t *sig = data;

    EVP_MD_CTX_free(sig->ctx);
    sig->ctx = NULL;
    X509_ALGOR_free(sig->algorithm);
    sig->algorithm = NULL;
    ASN1_STRING_free(sig->all);
    sig->all = NULL;
    OPENSSL_free(sig->bytes);
    sig->bytes = NULL;
    sig->len = sig->cap = 0;
    return APR_SUCCESS;
}

void ocsp_crl_signature_free(ocsp_crl_signature_t *sig)
{
    apr_pool_cleanup_run(sig->pool, sig, free_parts);
}

/* The hash in the parameters of RSASSA-PSS; by default SHA-1. */
static int pss_digest(const X509_ALGOR *algorithm)
{
    RSA_PSS_PARAMS *pss = NULL;
    int nid = NID_undef;

    if (algorithm->parameter != NULL) {
        pss = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
                                        algorithm->parameter);
    }
    if (pss != NULL) {
        nid = pss->hashAlgorithm == NULL
                ? NID_sha1
                : OBJ_obj2nid(pss->hashAlgorithm->algorithm);
    }
    RSA_PSS_PARAMS_free(pss);
    return nid;
}

/* Broken hashes; whether SHA-1 is allowed is for OpenSSL's policy. */
static bool is_broken(int digest)
{
    return digest == NID_md2 || digest == NID_md4 || digest == NID_md5
        || digest == NID_md5_sha1 || digest == NID_mdc2;
}

static const char *key_type(int key)
{
    if (key == NID_rsaEncryption) {
        return "RSA";
    }
    return key == NID_X9_62_id_ecPublicKey ? "EC" : NULL;
}

/* Absent parameters, or the NULL that RSA has (RFC 4055 section 5). */
static bool has_no_parameters(const X509_ALGOR *algorithm)
{
    return algorithm->parameter == NULL
        || ASN1_TYPE_get(algorithm->parameter) == V_ASN1_NULL;
}

static apr_status_t refuse_digest(const ocsp_crl_signature_t *sig, int digest,
                                  const char **why)
{
    *why = apr_psprintf(sig->pool,
                        "RFC 5280 section 5.1.1.2: OpenSSL refuses signatures "
                        "over %s here: %s",
                        OBJ_nid2sn(digest), ocsp_issuer_take_errors(sig->pool));
    return OCSP_ECRYPTO;
}

static apr_status_t begin_digest(ocsp_crl_signature_t *sig, int digest,
                                 const char **why)
{
    sig->md = EVP_get_digestbynid(digest);
    sig->ctx = EVP_MD_CTX_new();
    return sig->md != NULL && sig->ctx != NULL
                && EVP_DigestInit_ex(sig->ctx, sig->md, NULL) == 1
             ? APR_SUCCESS
             : refuse_digest(sig, digest, why);
}

static apr_status_t begin(ocsp_crl_signature_t *sig, const char **why)
{
    int nid = OBJ_obj2nid(sig->algorithm->algorithm);
    int digest = NID_undef;
    int key = NID_undef;

    if (nid == NID_undef || OBJ_find_sigid_algs(nid, &digest, &key) != 1) {
        *why = "RFC 5280 section 5.1.1.2: the signature algorithm is unknown";
        ERR_clear_error();
        return OCSP_ECRYPTO;
    }
    if (nid == NID_rsassaPss) {
        digest = pss_digest(sig->algorithm);
        ERR_clear_error();
        if (digest == NID_undef) {
            *why = "RFC 4055 section 3.1: not the parameters of RSASSA-PSS";
            return OCSP_EMALFORMED;
        }
    }
    if (is_broken(digest)) {
        *why = apr_psprintf(sig->pool,
                            "RFC 5280 section 5.1.1.2: signatures over %s are "
                            "not trusted: have the CA sign with SHA-256",
                            OBJ_nid2sn(digest));
        return OCSP_ECRYPTO;
    }
    sig->sha1 = digest == NID_sha1;
    sig->type = key_type(key);
    if (sig->type == NULL || digest == NID_undef) {
        return APR_SUCCESS; /* collected: ASN1_item_verify checks the key */
    }
    if (!has_no_parameters(sig->algorithm)) {
        *why = "RFC 5280 section 5.1.1.2: the signature algorithm has "
               "parameters";
        return OCSP_EMALFORMED;
    }
    return begin_digest(sig, digest, why);
}

apr_status_t ocsp_crl_signature_make(ocsp_crl_signature_t **out, bool *sha1,
                                     ocsp_der_t algorithm, const char **why,
                                     apr_pool_t *p)
{
    ocsp_crl_signature_t *sig = apr_pcalloc(p, sizeof(*sig));
    const unsigned char *end = algorithm.data;
    apr_status_t rv;

    *out = NULL;
    sig->pool = p;
    apr_pool_cleanup_register(p, sig, free_parts, apr_pool_cleanup_null);
    ERR_clear_error();
    sig->algorithm = d2i_X509_ALGOR(NULL, &end, (long)algorithm.len);
    if (sig->algorithm == NULL || end != algorithm.data + algorithm.len) {
        *why = "RFC 5280 section 4.1.1.2: not an AlgorithmIdentifier";
        ERR_clear_error();
        rv = OCSP_EMALFORMED;
    }
    else {
        rv = begin(sig, why);
    }
    if (rv != APR_SUCCESS) {
        ocsp_crl_signature_free(sig);
        return rv;
    }
    *out = sig;
    *sha1 = sig->sha1;
    return APR_SUCCESS;
}

/* @return NULL: libcrypto's policy does not allow it; its errors are left */
static EVP_PKEY_CTX *begin_verify(const ocsp_crl_signature_t *sig,
                                  const ocsp_issuer_t *signer)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, signer->key, NULL);

    if (ctx != NULL
        && (EVP_PKEY_verify_init(ctx) != 1
            || EVP_PKEY_CTX_set_signature_md(ctx, sig->md) != 1)) {
        EVP_PKEY_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

apr_status_t ocsp_crl_signature_check_key(ocsp_crl_signature_t *sig,
                                          const ocsp_issuer_t *signer,
                                          const char **why)
{
    EVP_PKEY_CTX *ctx;

    if (sig->md == NULL) {
        return APR_SUCCESS;
    }
    if (EVP_PKEY_is_a(signer->key, sig->type) != 1) {
        *why = apr_psprintf(sig->pool,
                            "RFC 5280 section 6.3.3 (g): signed with another "
                            "type of key than that of %s: is it the CRL of "
                            "another CA?",
                            signer->subject);
        return OCSP_EOTHERKEY;
    }
    ERR_clear_error();
    ctx = begin_verify(sig, signer);
    if (ctx == NULL) {
        return refuse_digest(sig, EVP_MD_get_type(sig->md), why);
    }
    EVP_PKEY_CTX_free(ctx);
    return APR_SUCCESS;
}

/* Make room for len more octets: by what has come, not by a declared length. */
static bool grow(ocsp_crl_signature_t *sig, size_t len)
{
    size_t cap = sig->cap != 0 ? sig->cap : COLLECT_MIN;
    unsigned char *bytes;

    if (len > (size_t)INT_MAX - sig->len) {
        return false;
    }
    while (cap < sig->len + len) {
        cap += cap / 2;
    }
    if (cap == sig->cap) {
        return true;
    }
    bytes = OPENSSL_realloc(sig->bytes, cap);
    if (bytes == NULL) {
        return false;
    }
    sig->bytes = bytes;
    sig->cap = cap;
    return true;
}

bool ocsp_crl_signature_update(void *sig, const unsigned char *data, size_t len)
{
    ocsp_crl_signature_t *s = sig;

    if (s->md != NULL) {
        return EVP_DigestUpdate(s->ctx, data, len) == 1;
    }
    if (!grow(s, len)) {
        return false;
    }
    memcpy(s->bytes + s->len, data, len);
    s->len += len;
    return true;
}

static bool verify_digest(ocsp_crl_signature_t *sig, ocsp_der_t signature,
                          const ocsp_issuer_t *signer)
{
    EVP_PKEY_CTX *ctx;
    bool good;

    if (sig->digest_len == 0
        && EVP_DigestFinal_ex(sig->ctx, sig->digest, &sig->digest_len) != 1) {
        sig->digest_len = 0;
        return false;
    }
    ctx = begin_verify(sig, signer);
    good = ctx != NULL
        && EVP_PKEY_verify(ctx, signature.data, signature.len, sig->digest,
                           sig->digest_len)
               == 1;
    EVP_PKEY_CTX_free(ctx);
    return good;
}

/* OpenSSL encodes the ASN1_SEQUENCE as the octets in it, which were signed. */
static bool verify_collected(ocsp_crl_signature_t *sig, ocsp_der_t signature,
                             const ocsp_issuer_t *signer)
{
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    bool good = false;

    if (sig->all == NULL && sig->bytes != NULL) {
        sig->all = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
        if (sig->all != NULL) {
            ASN1_STRING_set0(sig->all, sig->bytes, (int)sig->len);
            sig->bytes = NULL;
        }
    }
    if (sig->all != NULL && bits != NULL
        && ASN1_STRING_set(bits, signature.data, (int)signature.len) == 1) {
        good = ASN1_item_verify(ASN1_ITEM_rptr(ASN1_SEQUENCE), sig->algorithm,
                                bits, sig->all, signer->key)
            == 1;
    }
    ASN1_BIT_STRING_free(bits);
    return good;
}

bool ocsp_crl_signature_check(ocsp_crl_signature_t *sig, ocsp_der_t signature,
                              const ocsp_issuer_t *signer)
{
    bool good = false;

    ERR_clear_error();
    if (signature.len <= INT_MAX) {
        good = sig->md != NULL ? verify_digest(sig, signature, signer)
                               : verify_collected(sig, signature, signer);
    }
    ERR_clear_error();
    return good;
}
