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
        {"RSA of 1024 bits", "RSA key of 1024 bits", EVP_RSA_gen(1024)},
        {"RSA of 2040 bits", "RSA key of 2040 bits", EVP_RSA_gen(2040)},
        {"secp256k1", "EC key on curve secp256k1", EVP_EC_gen("secp256k1")},
        {"P-224", "EC key on curve secp224r1", EVP_EC_gen("P-224")},
        {"a twisted curve", "EC key on curve brainpoolP256t1",
         EVP_EC_gen("brainpoolP256t1")},
        {"RSA-PSS of 1024 bits", "RSA-PSS key of 1024 bits",
         party_pss_key(1024, NULL, NULL, 0)},
        {"RSA-PSS for SHA-1", "an RSA-PSS key for SHA1",
         party_pss_key(2048, "SHA1", "SHA1", 20)},
        {"RSA-PSS for SHA-224", "an RSA-PSS key for SHA2-224",
         party_pss_key(2048, "SHA2-224", "SHA2-224", 28)},
        {"RSA-PSS for SHA-256 with a mask of SHA-1", "made by another digest",
         party_pss_key(2048, "SHA2-256", "SHA1", 32)},
        {"RSA-PSS for SHA-256 with a mask of SHA-512",
         "made by another digest (SHA2-512)",
         party_pss_key(2048, "SHA2-256", "SHA2-512", 32)},
        {"RSA-PSS with a salt that cannot be", "cannot be met",
         party_pss_key(2048, "SHA2-256", "SHA2-256", 500)},
        {"P-256 not by its name", "curve is given by", make_explicit_key()},
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
    pki_bytes_t key_der = pki_cat(unhex("020101"), ec_private(other));
    const unsigned char *at;
    EVP_PKEY *chimera;
    party_t got, honest;

    key_der = pki_cat(key_der, unhex("a00a06082a8648ce3d030107"));
    key_der = pki_cat(key_der, pki_wrap(0xa1, ec_public(key)));
    key_der = pki_wrap(OCSP_DER_SEQUENCE, key_der);
    at = key_der.data;
    chimera = d2i_AutoPrivateKey(NULL, &at, (long)key_der.len);
    if (chimera == NULL) {
        abort();
    }
    got = party_signer(cert, chimera, issuer, p);
    is_refused(&got, OCSP_ECRYPTO, "trial signature",
               "a private half that is another key's");
    honest = party_signer(cert, key, issuer, p);
    got = party_make_like(cert, chimera, false, honest.signer, issuer, p);
    is_refused(&got, OCSP_ECRYPTO, "trial signature",
               "the same, when the public half has been proven by another");
    got = party_make_like(cert, key, false, honest.signer, issuer, p);
    ok(got.rv == APR_SUCCESS && ocsp_signer_is_same(got.signer, honest.signer),
       "a key that has been proven makes the same signer again");
    free(key_der.data);
    X509_free(cert);
    EVP_PKEY_free(chimera);
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
    X509 *renamed = pki_make_ca("Another", ca_key, &short_lived);
    X509 *renewed = pki_make_ca("CA", ca_key, &short_lived);
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
    ok(got.rv == APR_SUCCESS && got.signer->is_issuer
           && got.signer->not_after == PKI_NOW + PKI_DAY,
       "the CA's key under another certificate is the CA, with its dates");
    got = party_signer(renamed, ca_key, issuer, p);
    is_refused(&got, OCSP_EUNKNOWNCA,
               "ocsp.pem: RFC 6960 section 4.2.2.2: the CA's key under another"
               " name",
               "the CA's key under another name");
    X509_free(renewed);
    X509_free(renamed);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* R125 */
static void test_warnings(X509 *ca, EVP_PKEY *ca_key,
                          const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);
    party_t got = party_signer(cert, key, issuer, p);

    ok(got.rv == APR_SUCCESS && got.warning != NULL
           && strncmp(got.warning, "ocsp.pem: RFC 6960", 18) == 0
           && strstr(got.warning, "nocheck") != NULL,
       "a delegate without nocheck is taken with a warning");
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
        is_int(got.signer->not_before, PKI_NOW, "notBefore");
        is_int(got.signer->not_after, far, "notAfter");
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
           && got.signer->not_before == -86400,
       "a signer of 1969 that has expired is taken, and not valid");
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* R123: RFC 6960 section 4.2.2.2 item 1, where it was allowed. */
static void test_trusted(X509 *ca, EVP_PKEY *ca_key,
                         const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    X509 *strange = pki_make_ca("somebody else", key, NULL);
    X509 *weak_cert = pki_make_ca("somebody weak", weak, NULL);
    pki_cert_opts_t opts = {.nocheck = true};
    X509 *delegate = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    party_t got = party_make(strange, key, false, issuer, p);

    is_refused(&got, OCSP_EUNKNOWNCA, "nor issued by it",
               "a stranger that is not trusted");
    got = party_make(strange, key, true, issuer, p);
    ok(got.rv == APR_SUCCESS && !got.signer->is_issuer && got.warning != NULL
           && strncmp(got.warning, "ocsp.pem: RFC 6960 section 4.2.2.2 item 1",
                      41)
                  == 0,
       "a stranger that is trusted is taken, with a warning for clients");
    got = party_make(delegate, key, true, issuer, p);
    ok(got.rv == APR_SUCCESS && got.warning == NULL && !got.signer->is_issuer,
       "a proper delegate needs no trust, and no warning");
    got = party_make(ca, ca_key, true, issuer, p);
    ok(got.rv == APR_SUCCESS && got.warning == NULL && got.signer->is_issuer,
       "the CA itself is the CA itself all the same");
    got = party_make(weak_cert, weak, true, issuer, p);
    is_refused(&got, OCSP_EMALFORMED, "RSA key of 1024 bits",
               "a weak stranger that is trusted");
    got = party_make(strange, ca_key, true, issuer, p);
    is_refused(&got, OCSP_EMALFORMED, "not the key",
               "a trusted certificate with another's key");
    ok(ERR_peek_error() == 0, "no error is left behind by any of them");
    X509_free(delegate);
    X509_free(weak_cert);
    X509_free(strange);
    EVP_PKEY_free(weak);
    EVP_PKEY_free(key);
}

/* Which certificates of a pool an issuer looks at, and which keys. */
static void test_matching(X509 *ca, EVP_PKEY *ca_key,
                          const ocsp_issuer_t *issuer)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    EVP_PKEY *rsa = pki_make_key(PKI_RSA2048);
    X509 *other_ca = pki_make_ca("Other CA", rsa, NULL);
    X509 *renamed = pki_make_ca("CA, cross-signed", ca_key, NULL);
    X509 *same_name = pki_make_ca("CA", rsa, NULL);
    struct {
        const char *name;
        X509 *cert;
        bool want;
        bool verified; /* what is wanted if the signature counts as well */
    } rows[] = {
        {"its own", X509_dup(ca), true, true},
        {"its key under another name", X509_dup(renamed), true, true},
        {"issued by it", pki_make_delegate("ocsp", key, ca, ca_key, NULL), true,
         true},
        {"issued in its name by another key",
         pki_make_delegate("ocsp", key, same_name, rsa, NULL), true, false},
        {"issued by another",
         pki_make_delegate("ocsp", key, other_ca, rsa, NULL), false, false},
        {"another CA's", X509_dup(other_ca), false, false},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ok(ocsp_signer_concerns(rows[i].cert, issuer, false) == rows[i].want
               && ERR_peek_error() == 0,
           "a certificate %s %s the issuer", rows[i].name,
           rows[i].want ? "concerns" : "does not concern");
        ok(ocsp_signer_concerns(rows[i].cert, issuer, true) == rows[i].verified
               && ERR_peek_error() == 0,
           "a certificate %s, by its signature: %s", rows[i].name,
           rows[i].verified ? "concerns it" : "does not");
        X509_free(rows[i].cert);
    }
    ok(ocsp_signer_is_pair(ca, ca_key), "a certificate and its key");
    ok(!ocsp_signer_is_pair(ca, key), "another key of that type");
    ok(!ocsp_signer_is_pair(ca, rsa), "another type of key");
    ok(ERR_peek_error() == 0, "no error is left behind by pairing");
    X509_free(same_name);
    X509_free(renamed);
    X509_free(other_ca);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(key);
}

/* R118, the second rule: is_like_issuer with a CA of P-256. */
static void test_likeness(X509 *ca, EVP_PKEY *ca_key,
                          const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    struct {
        const char *name;
        EVP_PKEY *key;
        bool want;
    } rows[] = {{"P-256", pki_make_key(PKI_P256), true},
                {"P-384", pki_make_key(PKI_P384), false},
                {"RSA", pki_make_key(PKI_RSA2048), false},
                {"Ed25519", pki_make_key(PKI_ED25519), false}};
    EVP_PKEY *rsa_ca_key = pki_make_key(PKI_RSA2048);
    EVP_PKEY *pss_key = party_pss_key(2048, NULL, NULL, 0);
    X509 *rsa_ca = pki_make_ca("CA", rsa_ca_key, NULL);
    X509 *pss = pki_make_delegate("ocsp", pss_key, rsa_ca, rsa_ca_key, NULL);
    party_t first = {APR_SUCCESS, NULL, NULL, NULL};
    party_t got;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        X509 *cert = pki_make_delegate("ocsp", rows[i].key, ca, ca_key, NULL);

        got = party_signer(cert, rows[i].key, issuer, p);
        ok(got.rv == APR_SUCCESS && got.signer->is_like_issuer == rows[i].want,
           "%s is %slike a CA of P-256", rows[i].name,
           rows[i].want ? "" : "un");
        if (i == 0) {
            first = party_signer(cert, rows[i].key, issuer, p);
            ok(ocsp_signer_is_same(first.signer, got.signer),
               "of one certificate two signers are the same");
        }
        else {
            ok(!ocsp_signer_is_same(first.signer, got.signer),
               "of two certificates they are not");
        }
        X509_free(cert);
        EVP_PKEY_free(rows[i].key);
    }
    got = party_signer(pss, pss_key, party_issuer(rsa_ca, p), p);
    ok(got.rv == APR_SUCCESS && !got.signer->is_like_issuer,
       "RSA-PSS is unlike a CA of RSA");
    X509_free(pss);
    X509_free(rsa_ca);
    EVP_PKEY_free(pss_key);
    EVP_PKEY_free(rsa_ca_key);
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
    test_trusted(ca, ca_key, issuer, p);
    test_matching(ca, ca_key, issuer);
    test_likeness(ca, ca_key, issuer, p);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
    party_end(p);
    return done_testing();
}
