/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which algorithm a key signs with is a table; RSA-PSS keys may also restrict
 * their own parameters (RFC 4055). Floor 2.
 */
#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>

#include "answer/algorithm.h"

/* NIST SP 800-131A disallows less. */
#define RSA_BITS_MIN 2048

/* For an RSA-PSS key without restrictions (RFC 4055 section 3.1: a salt as long
 * as the digest). */
#define PSS_DIGEST "SHA2-256"
#define PSS_SALT_LEN 32

/* Octets of an AlgorithmIdentifier; that of RSASSA-PSS has about 70. */
#define ID_MAX 256

#define NAME_MAX_LEN 80

/* A type of key and its only algorithm. No row has SHA-1 or MD5. */
typedef struct {
    const char *type; /* libcrypto's name */
    int curve;        /* NID of the curve of an EC key */
    ocsp_algorithm_family_t family;
    const char *digest;
    ocsp_der_t id;
    const char *description; /* NULL: includes the size of the key */
    bool is_quick;
} kind_t;

/* clang-format off */
/* sha256WithRSAEncryption, parameters NULL (RFC 4055 section 5) */
static const unsigned char rsa_sha256[] = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x0b, 0x05, 0x00};
/* ecdsa-with-SHA256, -SHA384, -SHA512, parameters absent (RFC 5758 section
 * 3.2) */
static const unsigned char ecdsa_sha256[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const unsigned char ecdsa_sha384[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
static const unsigned char ecdsa_sha512[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04};
/* Ed25519 and Ed448, parameters absent (RFC 8410 section 3) */
static const unsigned char ed25519[] = {
    0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
static const unsigned char ed448[] = {
    0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71};
/* id-RSASSA-PSS (RFC 4055 section 3.1), the content of its OID */
static const unsigned char rsassa_pss[] = {
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};

#define DER(bytes) {bytes, sizeof(bytes)}

static const kind_t kinds[] = {
    {"RSA", NID_undef, OCSP_ALGORITHM_RSA, "SHA2-256",
     DER(rsa_sha256), NULL, false},
    {"EC", NID_X9_62_prime256v1, OCSP_ALGORITHM_NIST, "SHA2-256",
     DER(ecdsa_sha256), "P-256 with SHA-256", true},
    {"EC", NID_secp384r1, OCSP_ALGORITHM_NIST, "SHA2-384",
     DER(ecdsa_sha384), "P-384 with SHA-384", false},
    {"EC", NID_secp521r1, OCSP_ALGORITHM_NIST, "SHA2-512",
     DER(ecdsa_sha512), "P-521 with SHA-512", false},
    /* RFC 5639: the digest is as long as the curve */
    {"EC", NID_brainpoolP256r1, OCSP_ALGORITHM_BRAINPOOL, "SHA2-256",
     DER(ecdsa_sha256), "brainpoolP256r1 with SHA-256", false},
    {"EC", NID_brainpoolP384r1, OCSP_ALGORITHM_BRAINPOOL, "SHA2-384",
     DER(ecdsa_sha384), "brainpoolP384r1 with SHA-384", false},
    {"EC", NID_brainpoolP512r1, OCSP_ALGORITHM_BRAINPOOL, "SHA2-512",
     DER(ecdsa_sha512), "brainpoolP512r1 with SHA-512", false},
    {"ED25519", NID_undef, OCSP_ALGORITHM_EDDSA, NULL,
     DER(ed25519), "Ed25519", true},
    {"ED448", NID_undef, OCSP_ALGORITHM_EDDSA, NULL,
     DER(ed448), "Ed448", false},
};
/* clang-format on */

/* Allowed restrictions of an RSA-PSS key, for digest and mask alike. */
static const struct {
    const char *name; /* libcrypto's */
    const char *description;
} pss_digests[] = {
    {"SHA2-256", "SHA-256"},
    {"SHA2-384", "SHA-384"},
    {"SHA2-512", "SHA-512"},
};

/* Providers use different names for one curve. */
static int find_curve(const EVP_PKEY *key)
{
    char name[NAME_MAX_LEN];
    size_t len = 0;
    int nid;

    if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1) {
        return NID_undef;
    }
    nid = OBJ_sn2nid(name);
    return nid != NID_undef ? nid : EC_curve_nist2nid(name);
}

static const kind_t *find_kind(const EVP_PKEY *key)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (EVP_PKEY_is_a(key, kinds[i].type)
            && (kinds[i].curve == NID_undef
                || kinds[i].curve == find_curve(key))) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Fill all of out but its id. @return why the key cannot sign, or NULL */
static const char *read_pss(ocsp_algorithm_t *out, EVP_PKEY *key, apr_pool_t *p)
{
    char name[NAME_MAX_LEN] = "";
    int rv = EVP_PKEY_get_default_digest_name(key, name, sizeof(name));
    size_t i;

    /* 2: the key allows only this digest; 1: it is a default */
    out->sets_pss = rv == 1;
    for (i = 0; i < sizeof(pss_digests) / sizeof(pss_digests[0]); i++) {
        if (strcmp(rv == 2         ? name
                   : out->sets_pss ? PSS_DIGEST
                                   : "",
                   pss_digests[i].name)
            == 0) {
            out->digest = pss_digests[i].name;
            out->description = apr_psprintf(p, "RSA-PSS %d with %s",
                                            EVP_PKEY_get_bits(key),
                                            pss_digests[i].description);
            return NULL;
        }
    }
    return apr_psprintf(p,
                        "RFC 4055 section 3.1: an RSA-PSS key for %s: make one"
                        " for SHA-256, SHA-384 or SHA-512",
                        rv == 2 ? name : "an unknown digest");
}

static bool set_pss(EVP_PKEY_CTX *ctx)
{
    return EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, PSS_DIGEST, NULL) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, PSS_SALT_LEN) == 1;
}

/* By libcrypto: the parameters depend on the key's restrictions. */
static const char *read_pss_id(ocsp_algorithm_t *out, EVP_PKEY_CTX *ctx,
                               apr_pool_t *p)
{
    unsigned char *id = apr_palloc(p, ID_MAX);
    char mask[NAME_MAX_LEN] = "";
    OSSL_PARAM params[2];

    params[0] = OSSL_PARAM_construct_octet_string(
        OSSL_SIGNATURE_PARAM_ALGORITHM_ID, id, ID_MAX);
    params[1] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_CTX_get_rsa_mgf1_md_name(ctx, mask, sizeof(mask)) != 1
        || strcmp(mask, out->digest) != 0) {
        return apr_psprintf(p,
                            "RFC 4055 section 3.1: an RSA-PSS key whose mask is"
                            " made by another digest (%s) than the signature:"
                            " make one with rsa_pss_keygen_mgf1_md as well",
                            mask);
    }
    if (EVP_PKEY_CTX_get_params(ctx, params) != 1
        || params[0].return_size > ID_MAX) {
        return "RFC 4055 section 3.1: an RSA-PSS key whose parameters cannot be"
               " encoded: make one for SHA-256";
    }
    out->id.data = id;
    out->id.len = params[0].return_size;
    return NULL;
}

/*
 * An RSASSA-PSS key (RFC 4055 section 1.2) may contain parameters that its
 * signatures must have; otherwise defaults are used.
 */
static const char *find_pss(ocsp_algorithm_t *out, EVP_PKEY *key, apr_pool_t *p)
{
    const char *fault = read_pss(out, key, p);
    EVP_MD_CTX *ctx;

    if (fault != NULL) {
        return fault;
    }
    ctx = EVP_MD_CTX_new();
    fault = ctx != NULL && ocsp_algorithm_set_up(ctx, out, key)
              ? read_pss_id(out, EVP_MD_CTX_get_pkey_ctx(ctx), p)
              : "RFC 4055 section 3.1: an RSA-PSS key whose parameters cannot"
                " be met: make one for SHA-256 with a salt of 32";
    EVP_MD_CTX_free(ctx);
    return fault;
}

/* For messages: "EC key on curve secp256k1", "DSA key of 2048 bits". */
static const char *describe_key(const EVP_PKEY *key, apr_pool_t *p)
{
    const char *type = EVP_PKEY_get0_type_name(key);
    char curve[NAME_MAX_LEN];
    size_t len = 0;

    if (type == NULL) {
        type = "unknown type of";
    }
    return EVP_PKEY_get_group_name(key, curve, sizeof(curve), &len) == 1
             ? apr_psprintf(p, "%s key on curve %s", type, curve)
             : apr_psprintf(p, "%s key of %d bits", type,
                            EVP_PKEY_get_bits(key));
}

const char *ocsp_algorithm_find(ocsp_algorithm_t *out, EVP_PKEY *key,
                                apr_pool_t *p)
{
    int bits = EVP_PKEY_get_bits(key);
    bool is_pss = EVP_PKEY_is_a(key, "RSA-PSS");
    const kind_t *kind = find_kind(key);

    *out = (ocsp_algorithm_t){.digest = NULL};
    if ((kind == NULL && !is_pss)
        || ((is_pss || EVP_PKEY_is_a(key, "RSA")) && bits < RSA_BITS_MIN)) {
        return apr_psprintf(p,
                            "RFC 6960 section 4.3: %s cannot sign responses:"
                            " use RSA or RSA-PSS from %d bits, P-256, P-384,"
                            " P-521, brainpoolP256r1, brainpoolP384r1,"
                            " brainpoolP512r1, Ed25519 or Ed448",
                            describe_key(key, p), RSA_BITS_MIN);
    }
    if (is_pss) {
        out->family = OCSP_ALGORITHM_RSA_PSS;
        return find_pss(out, key, p);
    }
    out->family = kind->family;
    out->digest = kind->digest;
    out->id = kind->id;
    out->is_quick = kind->is_quick;
    out->description = kind->description == NULL
                         ? apr_psprintf(p, "RSA %d with SHA-256", bits)
                         : kind->description;
    return NULL;
}

bool ocsp_algorithm_set_up(EVP_MD_CTX *ctx, const ocsp_algorithm_t *algorithm,
                           EVP_PKEY *key)
{
    EVP_PKEY_CTX *key_ctx = NULL;

    ERR_clear_error();
    if (EVP_DigestSignInit_ex(ctx, &key_ctx, algorithm->digest, NULL, NULL, key,
                              NULL)
            != 1
        || (algorithm->sets_pss && !set_pss(key_ctx))) {
        return false;
    }
    /* for one signature only, so that it need not copy itself */
    EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
    return true;
}

bool ocsp_algorithm_set_up_bare(EVP_PKEY_CTX *ctx,
                                const ocsp_algorithm_t *algorithm,
                                const EVP_MD *md)
{
    return EVP_PKEY_sign_init(ctx) == 1
        && EVP_PKEY_CTX_set_signature_md(ctx, md) == 1
        && (!algorithm->sets_pss || set_pss(ctx));
}

bool ocsp_algorithm_verify(const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                           ocsp_der_t signature, ocsp_der_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = NULL;
    bool good = ctx != NULL
             && EVP_DigestVerifyInit_ex(ctx, &key_ctx, algorithm->digest, NULL,
                                        NULL, key, NULL)
                    == 1
             && (!algorithm->sets_pss || set_pss(key_ctx))
             && EVP_DigestVerify(ctx, signature.data, signature.len, data.data,
                                 data.len)
                    == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

/*
 * AlgorithmIdentifier ::= SEQUENCE {          (RFC 5280 section 4.1.1.2)
 *     algorithm   OBJECT IDENTIFIER,
 *     parameters  ANY DEFINED BY algorithm OPTIONAL }
 *
 * Implementations differ over NULL and absent parameters: data is NULL for
 * both.
 */
static bool parse_id(ocsp_der_t *oid, ocsp_der_t *parameters, ocsp_der_t id)
{
    ocsp_der_t content;
    unsigned tag = OCSP_DER_NULL;

    parameters->data = NULL;
    parameters->len = 0;
    if (!ocsp_der_get(&id, OCSP_DER_SEQUENCE, &content) || !ocsp_der_at_end(&id)
        || !ocsp_der_get(&content, OCSP_DER_OID, oid)
        || (!ocsp_der_at_end(&content)
            && !ocsp_der_get_any(&content, &tag, parameters, NULL))) {
        return false;
    }
    if (tag == OCSP_DER_NULL) {
        parameters->data = NULL;
    }
    return ocsp_der_at_end(&content);
}

bool ocsp_algorithm_fits(ocsp_der_t id, ocsp_der_t preferred)
{
    static const ocsp_der_t pss = {rsassa_pss, sizeof(rsassa_pss)};
    ocsp_der_t oid, parameters, preferred_oid, preferred_parameters;

    if (!parse_id(&oid, &parameters, id)
        || !parse_id(&preferred_oid, &preferred_parameters, preferred)
        || !ocsp_der_equal(oid, preferred_oid)) {
        return false;
    }
    if (preferred_parameters.data == NULL) {
        return parameters.data == NULL || ocsp_der_equal(oid, pss);
    }
    return parameters.data != NULL
        && ocsp_der_equal(parameters, preferred_parameters);
}

bool ocsp_algorithm_is_same_kind(const EVP_PKEY *a, const EVP_PKEY *b)
{
    const char *type = EVP_PKEY_get0_type_name(a);

    return type != NULL && EVP_PKEY_is_a(b, type)
        && (!EVP_PKEY_is_a(a, "EC") || find_curve(a) == find_curve(b));
}

bool ocsp_algorithm_is_explicit(const EVP_PKEY *key)
{
    int is_explicit = 0;

    return EVP_PKEY_get_int_param(
               key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
               &is_explicit)
            == 1
        && is_explicit == 1;
}
