/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/signer: which certificates and keys are
 * taken, and what is said of others. How they sign: signing.c.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "answer/signer.h"
#include "hex.h"
#include "party.h"
#include "tap.h"

static void is_refused(const party_t *got, apr_status_t want, const char *why,
                       const char *name)
{
    ok(got->rv == want && got->signer == NULL && got->warning == NULL
           && got->why != NULL && strstr(got->why, why) != NULL,
       "%s: refused (got %d, '%s')", name, got->rv,
       got->why != NULL ? got->why : "");
    ok(ERR_peek_error() == 0, "%s: no error is left behind", name);
}

static EVP_PKEY *make_pss_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1
        || EVP_PKEY_generate(ctx, &key) != 1) {
        abort();
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* A curve by its parameters. */
static EVP_PKEY *make_explicit_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    if (key == NULL
        || EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
                                          OSSL_PKEY_EC_ENCODING_EXPLICIT)
               != 1) {
        abort();
    }
    return key;
}

/* R129 R130: what would be weak, or no client understands. */
static void test_weak_keys(X509 *ca, EVP_PKEY *ca_key,
                           const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    struct {
        const char *name;
        const char *why;
        EVP_PKEY *key;
    } rows[] = {
        {"RSA of 1024 bits", "a RSA key of 1024 bits", EVP_RSA_gen(1024)},
        {"RSA of 2040 bits", "a RSA key of 2040 bits", EVP_RSA_gen(2040)},
        {"P-521", "a EC key of 521 bits", EVP_EC_gen("P-521")},
        {"secp256k1", "a EC key of 256 bits", EVP_EC_gen("secp256k1")},
        {"RSA-PSS", "a RSA-PSS key", make_pss_key()},
        {"Ed448", "a ED448 key", EVP_PKEY_Q_keygen(NULL, NULL, "ED448")},
        {"P-256 not by its name", "curve is spelt out", make_explicit_key()},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        X509 *cert = pki_make_delegate("ocsp", rows[i].key, ca, ca_key, NULL);
        party_t got = party_signer(cert, rows[i].key, issuer, p);

        is_refused(&got, OCSP_EMALFORMED, rows[i].why, rows[i].name);
        X509_free(cert);
        EVP_PKEY_free(rows[i].key);
    }
}

/* R126: both files are named. */
static void test_mismatch(X509 *ca, EVP_PKEY *ca_key,
                          const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    EVP_PKEY *rsa = pki_make_key(PKI_RSA2048);
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);
    party_t got = party_signer(cert, ca_key, issuer, p);

    is_refused(&got, OCSP_EMALFORMED,
               "ocsp.key: not the key of the certificate in ocsp.pem",
               "the CA's key with the delegate's certificate");
    got = party_signer(cert, rsa, issuer, p);
    is_refused(&got, OCSP_EMALFORMED, "ocsp.key: not the key",
               "a key of another type");
    got = party_signer(ca, key, issuer, p);
    is_refused(&got, OCSP_EMALFORMED, "ocsp.key: not the key",
               "a key of its own with the CA's certificate");
    X509_free(cert);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(key);
}

static pki_bytes_t ec_public(EVP_PKEY *key)
{
    unsigned char bits[1 + 65] = {0};
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(key, "pub", bits + 1, 65, &len) != 1) {
        abort();
    }
    return pki_wrap(OCSP_DER_BIT_STRING, pki_copy(bits, len + 1));
}

static pki_bytes_t ec_private(EVP_PKEY *key)
{
    unsigned char octets[32];
    BIGNUM *n = NULL;

    if (EVP_PKEY_get_bn_param(key, "priv", &n) != 1
        || BN_bn2binpad(n, octets, sizeof(octets)) < 0) {
        abort();
    }
    BN_clear_free(n);
    return pki_wrap(OCSP_DER_OCTET_STRING, pki_copy(octets, sizeof(octets)));
}

/* ECPrivateKey (RFC 5915 section 3) with the halves of two keys. */
static void test_chimera(X509 *ca, EVP_PKEY *ca_key,
                         const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    EVP_PKEY *other = pki_make_key(PKI_P256);
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);
    pki_bytes_t cert_der = pki_cert_der(cert);
    pki_bytes_t key_der = pki_cat(unhex("020101"), ec_private(other));
    ocsp_signer_material_t material = {party_der(cert_der),
                                       {NULL, 0},
                                       "ocsp.pem",
                                       "ocsp.key"};
    party_t got = {APR_SUCCESS, NULL, "untouched", NULL};

    key_der = pki_cat(key_der, unhex("a00a06082a8648ce3d030107"));
    key_der = pki_cat(key_der, pki_wrap(0xa1, ec_public(key)));
    key_der = pki_wrap(OCSP_DER_SEQUENCE, key_der);
    material.key = party_der(key_der);
    got.rv = ocsp_signer_make(&got.signer, &material, issuer, &got.warning,
                              &got.why, p);
    is_refused(&got, OCSP_ECRYPTO, "trial signature",
               "a private half that is another key's");
    free(cert_der.data);
    free(key_der.data);
    X509_free(cert);
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
}

/* R123: one row is enough here, t/unit/delegate.c has them all. */
static void test_authority(X509 *ca, EVP_PKEY *ca_key,
                           const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    pki_cert_opts_t tls = {.eku = "serverAuth"};
    pki_cert_opts_t short_lived = {.not_after = PKI_NOW + PKI_DAY};
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, &tls);
    X509 *renewed = pki_make_ca("CA, cross-signed", ca_key, &short_lived);
    party_t got = party_signer(cert, key, issuer, p);

    is_refused(&got, OCSP_EUNKNOWNCA,
               "ocsp.pem: RFC 6960 section 4.2.2.2: extendedKeyUsage lacks"
               " OCSPSigning",
               "a certificate that may not");
    ok(got.why != NULL && strstr(got.why, "(the CA is CN=CA)") != NULL, "the "
                                                                        "reason"
                                                                        " names"
                                                                        " the "
                                                                        "CA");
    got = party_signer(renewed, ca_key, issuer, p);
    ok(got.rv == APR_SUCCESS
           && ocsp_signer_get_delegate(got.signer).data == NULL
           && ocsp_signer_get_not_after(got.signer) == PKI_NOW + PKI_DAY,
       "the CA's key under another certificate is the CA, with its dates");
    X509_free(renewed);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* R125, and what else stands in the file. */
static void test_warnings(X509 *ca, EVP_PKEY *ca_key,
                          const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);
    X509 *other = pki_make_delegate("two", key, ca, ca_key, NULL);
    pki_bytes_t two = pki_cat(pki_cert_pem(cert), pki_cert_pem(other));
    pki_bytes_t key_pem = pki_key_pem(key);
    ocsp_signer_material_t material = {party_der(two), party_der(key_pem),
                                       "ocsp.pem", "ocsp.key"};
    party_t got = party_signer(cert, key, issuer, p);

    ok(got.rv == APR_SUCCESS && got.warning != NULL
           && strncmp(got.warning, "ocsp.pem: RFC 6960", 18) == 0
           && strstr(got.warning, "nocheck") != NULL,
       "a delegate without nocheck is taken with a warning");
    got.rv = ocsp_signer_make(&got.signer, &material, issuer, &got.warning,
                              &got.why, p);
    ok(got.rv == APR_SUCCESS && got.warning != NULL
           && strncmp(got.warning, "ocsp.pem: only the first", 24) == 0
           && strstr(got.warning, "; RFC 6960") != NULL,
       "of two responders in one file the first is taken with a warning");
    free(two.data);
    free(key_pem.data);
    X509_free(other);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* R127: dates are no failure here. R105: GeneralizedTime from 2050 on. */
static void test_dates(X509 *ca, EVP_PKEY *ca_key, const ocsp_issuer_t *issuer,
                       apr_pool_t *p)
{
    static const int64_t far = INT64_C(4102444800); /* 2100-01-01 */
    EVP_PKEY *key = pki_make_key(PKI_P256);
    pki_cert_opts_t opts = {.not_before = PKI_NOW, .not_after = far};
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    party_t got = party_signer(cert, key, issuer, p);

    if (ok(got.rv == APR_SUCCESS, "a signer to 2100 is taken")) {
        is_int(ocsp_signer_get_not_before(got.signer), PKI_NOW, "notBefore");
        is_int(ocsp_signer_get_not_after(got.signer), far, "notAfter");
        ok(!ocsp_signer_is_valid(got.signer, PKI_NOW - 1), "not valid the "
                                                           "second before "
                                                           "notBefore");
        ok(ocsp_signer_is_valid(got.signer, PKI_NOW), "valid from notBefore");
        ok(ocsp_signer_is_valid(got.signer, far), "valid to notAfter");
        ok(!ocsp_signer_is_valid(got.signer, far + 1), "not valid the second "
                                                       "after notAfter");
    }
    X509_free(cert);
    opts.not_before = INT64_C(-86400);
    opts.not_after = PKI_NOW - 1;
    cert = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    got = party_signer(cert, key, issuer, p);
    ok(got.rv == APR_SUCCESS && !ocsp_signer_is_valid(got.signer, PKI_NOW)
           && ocsp_signer_get_not_before(got.signer) == -86400,
       "a signer of 1969 that has expired is taken, and not valid");
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void test_broken_files(X509 *ca, EVP_PKEY *ca_key,
                              const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    pki_bytes_t cert = pki_cert_pem(ca);
    pki_bytes_t key = pki_key_pem(ca_key);
    ocsp_signer_material_t material = {party_der(key), party_der(key),
                                       "ocsp.pem", "ocsp.key"};
    party_t got = {APR_SUCCESS, NULL, "untouched", NULL};

    got.rv = ocsp_signer_make(&got.signer, &material, issuer, &got.warning,
                              &got.why, p);
    is_refused(&got, OCSP_EMALFORMED, "ocsp.pem: ", "no certificate");
    material.cert = party_der(cert);
    material.key = party_der(cert);
    got.rv = ocsp_signer_make(&got.signer, &material, issuer, &got.warning,
                              &got.why, p);
    is_refused(&got, OCSP_EMALFORMED, "ocsp.key: ", "no key");
    free(cert.data);
    free(key.data);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    EVP_PKEY *ca_key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    ocsp_issuer_t *issuer = party_issuer(ca, p);

    test_weak_keys(ca, ca_key, issuer, p);
    test_mismatch(ca, ca_key, issuer, p);
    test_chimera(ca, ca_key, issuer, p);
    test_authority(ca, ca_key, issuer, p);
    test_warnings(ca, ca_key, issuer, p);
    test_dates(ca, ca_key, issuer, p);
    test_broken_files(ca, ca_key, issuer, p);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
    party_end(p);
    return done_testing();
}
