/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See signer.h. A signer that came out of here has signed once already, and the
 * signature fitted its certificate: what can only fail later is a key that goes
 * away. Of a certificate file the first certificate counts, so a file with its
 * chain behind it will do. Floor 2.
 */
#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "answer/delegate.h"
#include "answer/material.h"
#include "answer/signer.h"
#include "wire/gtime.h"

/* below it RSA is broken, or nearly (NIST SP 800-131A) */
#define RSA_BITS_MIN 2048

/* How a kind of key signs. SHA-1 and MD5 are in no row (REQUIREMENTS 130). */
typedef struct {
    const char *type;   /* libcrypto's name; RSA-PSS keys have another */
    int curve;          /* NID of an EC key's */
    const char *digest; /* NULL: the algorithm brings its own */
    ocsp_der_t id;      /* the AlgorithmIdentifier */
} algorithm_t;

/* clang-format off */
/* sha256WithRSAEncryption, parameters NULL (RFC 4055 section 5) */
static const unsigned char rsa_sha256[] = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x0b, 0x05, 0x00};
/* ecdsa-with-SHA256 and -SHA384, parameters absent (RFC 5758 section 3.2) */
static const unsigned char ecdsa_sha256[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const unsigned char ecdsa_sha384[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
/* Ed25519, parameters absent (RFC 8410 section 3) */
static const unsigned char ed25519[] = {
    0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
/* clang-format on */

static const algorithm_t algorithms[] = {
    {"RSA", NID_undef, "SHA2-256", {rsa_sha256, sizeof(rsa_sha256)}},
    {"EC",
     NID_X9_62_prime256v1,
     "SHA2-256",
     {ecdsa_sha256, sizeof(ecdsa_sha256)}},
    {"EC", NID_secp384r1, "SHA2-384", {ecdsa_sha384, sizeof(ecdsa_sha384)}},
    {"ED25519", NID_undef, NULL, {ed25519, sizeof(ed25519)}},
};

struct ocsp_signer_t {
    EVP_PKEY *key;
    EVP_MD_CTX *ready; /* set up to sign, never used: only copied */
    const algorithm_t *algorithm;
    ocsp_der_t delegate; /* data NULL: the CA itself */
    int64_t not_before;
    int64_t not_after;
    size_t signature_max;
    unsigned char key_hash[OCSP_SIGNER_KEY_HASH_LEN];
};

/* Providers call one curve by different names. */
static int find_curve(const EVP_PKEY *key)
{
    char name[80];
    size_t len = 0;
    int nid;

    if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1) {
        return NID_undef;
    }
    nid = OBJ_sn2nid(name);
    return nid != NID_undef ? nid : EC_curve_nist2nid(name);
}

static const algorithm_t *find_algorithm(const EVP_PKEY *key)
{
    size_t i;

    if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) < RSA_BITS_MIN) {
        return NULL;
    }
    for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (EVP_PKEY_is_a(key, algorithms[i].type)
            && (algorithms[i].curve == NID_undef
                || algorithms[i].curve == find_curve(key))) {
            return &algorithms[i];
        }
    }
    return NULL;
}

/* RFC 5480 section 2.1.1 forbids it, and clients refuse the certificate. */
static bool has_explicit_curve(const X509 *cert)
{
    int explicit_curve = 0;

    return EVP_PKEY_get_int_param(
               X509_get0_pubkey(cert),
               OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve)
            == 1
        && explicit_curve == 1;
}

static apr_status_t check_key(const algorithm_t **out, const X509 *cert,
                              const EVP_PKEY *key,
                              const ocsp_signer_material_t *material,
                              const char **why, apr_pool_t *p)
{
    const char *type = EVP_PKEY_get0_type_name(key);

    *out = find_algorithm(key);
    if (*out == NULL) {
        *why = apr_psprintf(p,
                            "%s: RFC 6960 section 4.3: a %s key of %d bits:"
                            " RSA from %d bits, P-256, P-384 or Ed25519 it"
                            " must be",
                            material->key_file, type != NULL ? type : "strange",
                            EVP_PKEY_get_bits(key), RSA_BITS_MIN);
        return OCSP_EMALFORMED;
    }
    if (has_explicit_curve(cert)) {
        *why = apr_psprintf(p,
                            "%s: RFC 5480 section 2.1.1: the curve is spelt out"
                            " instead of named: have the certificate issued for"
                            " a key with a named curve",
                            material->cert_file);
        return OCSP_EMALFORMED;
    }
    if (X509_check_private_key(cert, key) != 1) {
        *why = apr_psprintf(p,
                            "%s: not the key of the certificate in %s: give"
                            " the two that belong together",
                            material->key_file, material->cert_file);
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}

static apr_status_t check_authority(bool *is_delegate, X509 *cert,
                                    const ocsp_signer_material_t *material,
                                    const ocsp_issuer_t *issuer,
                                    const char **why, apr_pool_t *p)
{
    const char *fault;

    *is_delegate = EVP_PKEY_eq(X509_get0_pubkey(cert),
                               ocsp_issuer_get0_key(issuer))
                != 1;
    fault = *is_delegate ? ocsp_delegate_check(cert, issuer) : NULL;
    if (fault != NULL) {
        *why = apr_psprintf(p, "%s: %s (the CA is %s)", material->cert_file,
                            fault, ocsp_issuer_get0_subject(issuer));
        return OCSP_EUNKNOWNCA;
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

static apr_status_t take_cert(ocsp_signer_t *s, X509 *cert, bool is_delegate,
                              const char **why, apr_pool_t *p)
{
    unsigned int hash_len = sizeof(s->key_hash);
    unsigned char *der;
    int len = i2d_X509(cert, NULL);

    if (!read_time(&s->not_before, X509_get0_notBefore(cert))
        || !read_time(&s->not_after, X509_get0_notAfter(cert))) {
        *why = "RFC 5280 section 4.1.2.5: notBefore or notAfter is no time:"
               " have the certificate issued again";
        return OCSP_EMALFORMED;
    }
    if (len <= 0
        || X509_pubkey_digest(cert, EVP_sha1(), s->key_hash, &hash_len) != 1) {
        *why = ocsp_issuer_take_errors(p);
        return OCSP_ECRYPTO;
    }
    if (is_delegate) {
        s->delegate.data = der = apr_palloc(p, (size_t)len);
        s->delegate.len = (size_t)i2d_X509(cert, &der);
    }
    return APR_SUCCESS;
}

static bool set_up(EVP_MD_CTX *ctx, const ocsp_signer_t *s)
{
    ERR_clear_error();
    if (EVP_DigestSignInit_ex(ctx, NULL, s->algorithm->digest, NULL, NULL,
                              s->key, NULL)
        != 1) {
        return false;
    }
    /* it makes one signature: it need not copy itself to make others */
    EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
    return true;
}

static apr_status_t take_key(ocsp_signer_t *s, EVP_PKEY *key, const char **why,
                             apr_pool_t *p)
{
    if (EVP_PKEY_up_ref(key) == 1) {
        s->key = key;
        s->signature_max = (size_t)EVP_PKEY_get_size(key);
        s->ready = EVP_MD_CTX_new();
    }
    if (s->ready == NULL || !set_up(s->ready, s)) {
        *why = ocsp_issuer_take_errors(p);
        return OCSP_ECRYPTO;
    }
    return APR_SUCCESS;
}

/* A key file may hold the right public half beside a wrong private one. */
static apr_status_t try_key(const ocsp_signer_t *s, X509 *cert,
                            const char **why, apr_pool_t *p)
{
    ocsp_der_t data = {s->key_hash, sizeof(s->key_hash)};
    unsigned char *signature = apr_palloc(p, s->signature_max);
    size_t len = s->signature_max;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    apr_status_t rv = ocsp_signer_sign(s, signature, &len, data, why, p);

    if (rv == APR_SUCCESS
        && (ctx == NULL
            || EVP_DigestVerifyInit_ex(ctx, NULL, s->algorithm->digest, NULL,
                                       NULL, X509_get0_pubkey(cert), NULL)
                   != 1
            || EVP_DigestVerify(ctx, signature, len, data.data, data.len)
                   != 1)) {
        *why = apr_pstrcat(p,
                           "a trial signature does not verify: make a new"
                           " key and certificate: ",
                           ocsp_issuer_take_errors(p), NULL);
        rv = OCSP_ECRYPTO;
    }
    EVP_MD_CTX_free(ctx);
    return rv;
}

static apr_status_t free_signer(void *signer)
{
    ocsp_signer_t *s = signer;

    EVP_MD_CTX_free(s->ready);
    EVP_PKEY_free(s->key);
    return APR_SUCCESS;
}

static apr_status_t make_signer(ocsp_signer_t **out, X509 *cert, EVP_PKEY *key,
                                const ocsp_signer_material_t *material,
                                const ocsp_issuer_t *issuer, const char **why,
                                apr_pool_t *p)
{
    ocsp_signer_t *s = apr_pcalloc(p, sizeof(*s));
    const char *text = NULL;
    bool is_delegate;
    apr_status_t rv;

    apr_pool_cleanup_register(p, s, free_signer, apr_pool_cleanup_null);
    if ((rv = check_key(&s->algorithm, cert, key, material, why, p))
            != APR_SUCCESS
        || (rv = check_authority(&is_delegate, cert, material, issuer, why, p))
               != APR_SUCCESS) {
        return rv;
    }
    if ((rv = take_cert(s, cert, is_delegate, &text, p)) != APR_SUCCESS
        || (rv = take_key(s, key, &text, p)) != APR_SUCCESS
        || (rv = try_key(s, cert, &text, p)) != APR_SUCCESS) {
        *why = apr_psprintf(p, "%s: %s", material->cert_file, text);
        return rv;
    }
    *out = s;
    return APR_SUCCESS;
}

static const char *find_warning(X509 *cert, bool stray, const ocsp_signer_t *s,
                                const ocsp_signer_material_t *material,
                                const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    const char *first = stray ? "only the first certificate in it is used" : "";
    const char *second = NULL;

    if (s->delegate.data != NULL) {
        second = ocsp_delegate_warn(cert, issuer, p);
    }
    if (!stray && second == NULL) {
        return NULL;
    }
    return apr_pstrcat(p, material->cert_file, ": ", first,
                       stray && second != NULL ? "; " : "",
                       second != NULL ? second : "", NULL);
}

apr_status_t ocsp_signer_make(ocsp_signer_t **out,
                              const ocsp_signer_material_t *material,
                              const ocsp_issuer_t *issuer, const char **warning,
                              const char **why, apr_pool_t *p)
{
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    bool stray = false;
    apr_status_t rv;

    *out = NULL;
    *warning = NULL;
    if ((rv = ocsp_material_parse_cert(&cert, &stray, material->cert,
                                       material->cert_file, why, p))
            == APR_SUCCESS
        && (rv = ocsp_material_parse_key(&key, material->key,
                                         material->key_file, why, p))
               == APR_SUCCESS
        && (rv = make_signer(out, cert, key, material, issuer, why, p))
               == APR_SUCCESS) {
        *warning = find_warning(cert, stray, *out, material, issuer, p);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return rv;
}

bool ocsp_signer_is_valid(const ocsp_signer_t *signer, int64_t now)
{
    return signer->not_before <= now && now <= signer->not_after;
}

int64_t ocsp_signer_get_not_before(const ocsp_signer_t *signer)
{
    return signer->not_before;
}

int64_t ocsp_signer_get_not_after(const ocsp_signer_t *signer)
{
    return signer->not_after;
}

const unsigned char *ocsp_signer_get0_key_hash(const ocsp_signer_t *signer)
{
    return signer->key_hash;
}

ocsp_der_t ocsp_signer_get_algorithm(const ocsp_signer_t *signer)
{
    return signer->algorithm->id;
}

ocsp_der_t ocsp_signer_get_delegate(const ocsp_signer_t *signer)
{
    return signer->delegate;
}

size_t ocsp_signer_get_signature_max(const ocsp_signer_t *signer)
{
    return signer->signature_max;
}

apr_status_t ocsp_signer_sign(const ocsp_signer_t *signer,
                              unsigned char *signature, size_t *signature_len,
                              ocsp_der_t data, const char **why, apr_pool_t *p)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    apr_status_t rv = APR_SUCCESS;

    ERR_clear_error();
    /* A copy saves a third of what a P-256 signature takes with a context of
     * its own; not every OpenSSL 3.0 copies one without a digest (Ed25519). */
    if (ctx == NULL
        || (EVP_MD_CTX_copy_ex(ctx, signer->ready) != 1 && !set_up(ctx, signer))
        || EVP_DigestSign(ctx, signature, signature_len, data.data, data.len)
               != 1) {
        *why = ocsp_issuer_take_errors(p);
        rv = OCSP_ECRYPTO;
    }
    EVP_MD_CTX_free(ctx);
    return rv;
}
