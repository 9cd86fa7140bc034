/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks a certificate and key, tries a signature, and signs. Floor 2.
 */
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "answer/delegate.h"
#include "answer/key_file.h"
#include "answer/signer.h"
#include "wire/gtime.h"

static bool has_name_of(const X509_NAME *subject, const ocsp_issuer_t *issuer)
{
    ocsp_der_t name = {NULL, 0};

    return X509_NAME_get0_der(subject, &name.data, &name.len) == 1
        && ocsp_issuer_has_name(issuer, name);
}

static bool has_key_of(const X509 *cert, const ocsp_issuer_t *issuer)
{
    return EVP_PKEY_eq(X509_get0_pubkey(cert), issuer->key) == 1;
}

bool ocsp_signer_concerns(X509 *cert, const ocsp_issuer_t *issuer, bool verify)
{
    bool concerns = has_key_of(cert, issuer)
                 || (has_name_of(X509_get_issuer_name(cert), issuer)
                     && (!verify || X509_verify(cert, issuer->key) == 1));

    ERR_clear_error(); /* libcrypto reports an error for two types of key */
    return concerns;
}

bool ocsp_signer_is_pair(const X509 *cert, const EVP_PKEY *key)
{
    bool is_pair = X509_check_private_key(cert, key) == 1;

    ERR_clear_error();
    return is_pair;
}

static apr_status_t check_key(ocsp_algorithm_t *out,
                              const ocsp_signer_pair_t *pair, const char **why,
                              apr_pool_t *p)
{
    const char *fault = ocsp_algorithm_find(out, pair->key, p);

    if (fault != NULL) {
        *why = apr_psprintf(p, "%s: %s", pair->key_file, fault);
        return OCSP_EMALFORMED;
    }
    if (ocsp_algorithm_is_explicit(X509_get0_pubkey(pair->cert))) {
        *why = apr_psprintf(p,
                            "%s: RFC 5480 section 2.1.1: the curve is given by"
                            " its parameters: have the certificate issued for a"
                            " key with a named curve",
                            pair->cert_file);
        return OCSP_EMALFORMED;
    }
    if (!ocsp_signer_is_pair(pair->cert, pair->key)) {
        *why = apr_psprintf(p,
                            "%s: not the key of the certificate in %s: name"
                            " a key and a certificate that belong together",
                            pair->key_file, pair->cert_file);
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}

const char *ocsp_signer_check_cert(X509 *cert, const ocsp_issuer_t *issuer)
{
    if (!has_key_of(cert, issuer)) {
        return ocsp_delegate_check(cert, issuer);
    }
    return has_name_of(X509_get_subject_name(cert), issuer)
             ? NULL
             : "RFC 6960 section 4.2.2.2: the CA's key under another name: give"
               " the CA's own certificate";
}

/* Check whether it may answer for the CA, and whether clients may reject it. */
static apr_status_t check_authority(ocsp_signer_t *s, const char **warning,
                                    const ocsp_signer_pair_t *pair,
                                    const ocsp_issuer_t *issuer,
                                    const char **why, apr_pool_t *p)
{
    const char *fault = ocsp_signer_check_cert(pair->cert, issuer);

    s->is_foreign = fault != NULL;
    s->is_issuer = fault == NULL && has_key_of(pair->cert, issuer);
    s->is_like_issuer =
        ocsp_algorithm_is_same_kind(X509_get0_pubkey(pair->cert), issuer->key);
    if (fault != NULL && !pair->trusted) {
        *why = apr_psprintf(p, "%s: %s (the CA is %s)", pair->cert_file, fault,
                            issuer->subject);
        return OCSP_EUNKNOWNCA;
    }
    if (fault != NULL) {
        *warning = "RFC 6960 section 4.2.2.2 item 1: not a responder of this"
                   " CA: every client has to trust this very certificate";
    }
    else if (!s->is_issuer) {
        *warning = ocsp_delegate_warn(pair->cert, issuer, p);
    }
    return APR_SUCCESS;
}

static bool read_time(int64_t *seconds, const ASN1_TIME *t)
{
    const unsigned char *s = ASN1_STRING_get0_data(t);
    size_t len = (size_t)ASN1_STRING_length(t);

    return ASN1_STRING_type(t) == V_ASN1_UTCTIME
             ? ocsp_gtime_parse_utc(seconds, s, len)
             : ocsp_gtime_parse(seconds, s, len);
}

static apr_status_t set_cert(ocsp_signer_t *s, X509 *cert, const char **why,
                             apr_pool_t *p)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
    unsigned int hash_len = sizeof(s->key_hash);
    ocsp_der_t name = {NULL, 0};

    if (!read_time(&s->not_before, X509_get0_notBefore(cert))
        || !read_time(&s->not_after, X509_get0_notAfter(cert))) {
        *why = "RFC 5280 section 4.1.2.5: notBefore or notAfter is not a valid"
               " time: have the certificate issued again";
        return OCSP_EMALFORMED;
    }
    s->cert = ocsp_key_file_encode_cert(cert, p);
    if (s->cert.len == 0
        || X509_NAME_get0_der(X509_get_subject_name(cert), &name.data,
                              &name.len)
               != 1
        || X509_pubkey_digest(cert, EVP_sha1(), s->key_hash, &hash_len) != 1) {
        *why = ocsp_issuer_take_errors(p);
        return OCSP_ECRYPTO;
    }
    s->name.data = apr_pmemdup(p, name.data, name.len);
    s->name.len = name.len;
    s->serial.len = (size_t)ASN1_STRING_length(serial);
    s->serial.data = apr_pmemdup(p, ASN1_STRING_get0_data(serial),
                                 s->serial.len);
    return APR_SUCCESS;
}

static apr_status_t set_key(ocsp_signer_t *s, EVP_PKEY *key, const char **why,
                            apr_pool_t *p)
{
    if (EVP_PKEY_up_ref(key) == 1) {
        s->key = key;
        s->signature_max = (size_t)EVP_PKEY_get_size(key);
        s->ready = EVP_MD_CTX_new();
    }
    if (s->ready == NULL
        || !ocsp_algorithm_set_up(s->ready, &s->algorithm, s->key)) {
        *why = ocsp_issuer_take_errors(p);
        return OCSP_ECRYPTO;
    }
    return APR_SUCCESS;
}

static apr_status_t try_signature(const ocsp_signer_t *s, const X509 *cert,
                                  ocsp_sign_context_t *contexts,
                                  const char **why, apr_pool_t *p)
{
    ocsp_der_t data = {s->key_hash, sizeof(s->key_hash)};
    unsigned char *buf = apr_palloc(p, s->signature_max);
    ocsp_der_t signature = {buf, s->signature_max};
    apr_status_t rv = ocsp_signer_sign(s, contexts, buf, &signature.len, data,
                                       why, p);

    if (rv == APR_SUCCESS
        && !ocsp_algorithm_verify(&s->algorithm, X509_get0_pubkey(cert),
                                  signature, data)) {
        *why = apr_pstrcat(p,
                           "a trial signature does not verify: make a new"
                           " key and certificate: ",
                           ocsp_issuer_take_errors(p), NULL);
        rv = OCSP_ECRYPTO;
    }
    return rv;
}

/* A key file may contain the right public key and a wrong private key. A token
 * may refuse to sign a digest that it has not made itself. */
static apr_status_t try_key(ocsp_signer_t *s, const X509 *cert,
                            const char **why, apr_pool_t *p)
{
    apr_status_t rv = try_signature(s, cert, NULL, why, p);
    apr_pool_t *ptmp = NULL;
    const char *ignored;

    if (rv == APR_SUCCESS && apr_pool_create(&ptmp, p) == APR_SUCCESS) {
        s->reuses_context = true;
        s->reuses_context = try_signature(s, cert, ocsp_sign_context_make(ptmp),
                                          &ignored, ptmp)
                         == APR_SUCCESS;
        apr_pool_destroy(ptmp);
    }
    return rv;
}

/* Whether the trial signatures of another signer count for this one. */
static bool is_proven_by(const ocsp_signer_t *s, const ocsp_signer_t *other)
{
    return other != NULL && other->key == s->key
        && memcmp(other->key_hash, s->key_hash, sizeof(s->key_hash)) == 0
        && ocsp_der_equal(other->algorithm.id, s->algorithm.id);
}

static apr_status_t prove_key(ocsp_signer_t *s, const ocsp_signer_pair_t *pair,
                              const char **why, apr_pool_t *p)
{
    if (is_proven_by(s, pair->proven)) {
        s->reuses_context = pair->proven->reuses_context;
        return APR_SUCCESS;
    }
    return try_key(s, pair->cert, why, p);
}

static apr_status_t free_signer(void *signer)
{
    ocsp_signer_t *s = signer;

    EVP_MD_CTX_free(s->ready);
    EVP_PKEY_free(s->key);
    return APR_SUCCESS;
}

static apr_status_t make_signer(ocsp_signer_t **out, const char **warning,
                                const ocsp_signer_pair_t *pair,
                                const ocsp_issuer_t *issuer, const char **why,
                                apr_pool_t *p)
{
    ocsp_signer_t *s = apr_pcalloc(p, sizeof(*s));
    const char *caveat = NULL;
    const char *text = NULL;
    apr_status_t rv;

    apr_pool_cleanup_register(p, s, free_signer, apr_pool_cleanup_null);
    s->cert_file = apr_pstrdup(p, pair->cert_file);
    if ((rv = check_key(&s->algorithm, pair, why, p)) != APR_SUCCESS
        || (rv = check_authority(s, &caveat, pair, issuer, why, p))
               != APR_SUCCESS) {
        return rv;
    }
    if ((rv = set_cert(s, pair->cert, &text, p)) != APR_SUCCESS
        || (rv = set_key(s, pair->key, &text, p)) != APR_SUCCESS
        || (rv = prove_key(s, pair, &text, p)) != APR_SUCCESS) {
        *why = apr_psprintf(p, "%s: %s", pair->cert_file, text);
        return rv;
    }
    if (caveat != NULL) {
        *warning = apr_psprintf(p, "%s: %s", pair->cert_file, caveat);
    }
    *out = s;
    return APR_SUCCESS;
}

apr_status_t ocsp_signer_make(ocsp_signer_t **out,
                              const ocsp_signer_pair_t *pair,
                              const ocsp_issuer_t *issuer, const char **warning,
                              const char **why, apr_pool_t *p)
{
    apr_status_t rv;

    *out = NULL;
    *warning = NULL;
    ERR_clear_error();
    rv = make_signer(out, warning, pair, issuer, why, p);
    ERR_clear_error();
    return rv;
}

bool ocsp_signer_is_valid(const ocsp_signer_t *signer, int64_t now)
{
    return signer->not_before <= now && now <= signer->not_after;
}

/* A certificate has one key, and both signers have proven to have it. */
bool ocsp_signer_is_same(const ocsp_signer_t *a, const ocsp_signer_t *b)
{
    return a == b || ocsp_der_equal(a->cert, b->cert);
}

bool ocsp_signer_has_algorithm(const ocsp_signer_t *signer,
                               ocsp_der_t algorithm)
{
    return ocsp_algorithm_fits(signer->algorithm.id, algorithm);
}

/* A P-256 signature with a copied context takes a third less than with a new
 * one. Not every OpenSSL 3.0 copies a context without a digest (Ed25519). */
static bool sign_by_copy(const ocsp_signer_t *signer, unsigned char *signature,
                         size_t *signature_len, ocsp_der_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx != NULL
             && (EVP_MD_CTX_copy_ex(ctx, signer->ready) == 1
                 || ocsp_algorithm_set_up(ctx, &signer->algorithm, signer->key))
             && EVP_DigestSign(ctx, signature, signature_len, data.data,
                               data.len)
                    == 1;

    EVP_MD_CTX_free(ctx);
    return done;
}

apr_status_t ocsp_signer_sign(const ocsp_signer_t *signer,
                              ocsp_signer_contexts_t *contexts,
                              unsigned char *signature, size_t *signature_len,
                              ocsp_der_t data, const char **why, apr_pool_t *p)
{
    bool done;

    if (ERR_peek_error() != 0) { /* cheaper than to clear it each time */
        ERR_clear_error();
    }
    done = contexts != NULL && signer->reuses_context
             ? ocsp_sign_context_sign(contexts, &signer->algorithm, signer->key,
                                      signature, signature_len, data)
             : sign_by_copy(signer, signature, signature_len, data);
    *why = done ? NULL : ocsp_issuer_take_errors(p);
    return done ? APR_SUCCESS : OCSP_ECRYPTO;
}
