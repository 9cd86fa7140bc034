/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/signer, part two: what each kind of key says of
 * itself, and that its signatures verify, also from many threads.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "answer/signer.h"
#include "hex.h"
#include "party.h"
#include "tap.h"

#define THREADS 4
#define ROUNDS 50

/* R129: the AlgorithmIdentifier to the octet. */
static const struct {
    const char *name;
    pki_kind_t kind;
    const char *algorithm;
    const char *digest; /* to verify with */
} kinds[] = {
    {"RSA", PKI_RSA2048, "300d06092a864886f70d01010b0500", "SHA256"},
    {"P-256", PKI_P256, "300a06082a8648ce3d040302", "SHA256"},
    {"P-384", PKI_P384, "300a06082a8648ce3d040303", "SHA384"},
    {"Ed25519", PKI_ED25519, "300506032b6570", NULL},
};

static bool verifies(EVP_PKEY *key, const char *digest, const void *signature,
                     size_t signature_len, ocsp_der_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL
             && EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key,
                                        NULL)
                    == 1
             && EVP_DigestVerify(ctx, signature, signature_len, data.data,
                                 data.len)
                    == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

static void test_signing(const ocsp_signer_t *s, EVP_PKEY *key,
                         const char *digest, const char *name, apr_pool_t *p)
{
    ocsp_der_t data = {(const unsigned char *)"to be signed", 12};
    size_t max = ocsp_signer_get_signature_max(s);
    size_t len = max;
    unsigned char *signature = malloc(max);
    const char *why = NULL;
    int i;

    for (i = 0; i < 2; i++) {
        len = max;
        ok(ocsp_signer_sign(s, signature, &len, data, &why, p) == APR_SUCCESS
               && len <= max && verifies(key, digest, signature, len, data),
           "%s: signature %d verifies", name, i + 1);
    }
    len = 10;
    ok(ocsp_signer_sign(s, signature, &len, data, &why, p) == OCSP_ECRYPTO
           && why != NULL && why[0] != '\0',
       "%s: a signature that does not fit is refused", name);
    ok(ERR_peek_error() == 0, "%s: no error is left behind", name);
    free(signature);
}

static void test_properties(const party_t *got, size_t kind, X509 *cert,
                            bool delegate)
{
    const char *name = kinds[kind].name;
    pki_bytes_t want = unhex(kinds[kind].algorithm);
    pki_bytes_t der = pki_cert_der(cert);
    unsigned char hash[EVP_MAX_MD_SIZE];

    ok(ocsp_der_equal(ocsp_signer_get_algorithm(got->signer), party_der(want)),
       "%s: its algorithm identifier", name);
    X509_pubkey_digest(cert, EVP_sha1(), hash, NULL);
    is_mem(ocsp_signer_get0_key_hash(got->signer), hash,
           OCSP_SIGNER_KEY_HASH_LEN, "the key hash is SHA-1 of the key bits");
    if (delegate) {
        ok(ocsp_der_equal(ocsp_signer_get_delegate(got->signer),
                          party_der(der)),
           "%s: a delegate's certificate as it came", name);
    }
    else {
        ok(ocsp_signer_get_delegate(got->signer).data == NULL,
           "%s: no certificate of a CA that signs itself", name);
    }
    free(want.data);
    free(der.data);
}

static void test_kind(size_t kind, apr_pool_t *p)
{
    EVP_PKEY *ca_key = pki_make_key(kinds[kind].kind);
    EVP_PKEY *key = pki_make_key(kinds[kind].kind);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    pki_cert_opts_t opts = {.nocheck = true};
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    ocsp_issuer_t *issuer = party_issuer(ca, p);
    party_t got = party_signer(cert, key, issuer, p);

    if (ok(got.rv == APR_SUCCESS && got.signer != NULL && got.warning == NULL,
           "%s: a delegate is taken (%s)", kinds[kind].name,
           got.rv != APR_SUCCESS ? got.why : "")) {
        test_properties(&got, kind, cert, true);
        test_signing(got.signer, key, kinds[kind].digest, kinds[kind].name, p);
    }
    got = party_signer(ca, ca_key, issuer, p);
    if (ok(got.rv == APR_SUCCESS && got.signer != NULL && got.warning == NULL,
           "%s: the CA itself is taken (%s)", kinds[kind].name,
           got.rv != APR_SUCCESS ? got.why : "")) {
        test_properties(&got, kind, ca, false);
        test_signing(got.signer, ca_key, kinds[kind].digest, kinds[kind].name,
                     p);
    }
    X509_free(cert);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
}

typedef struct {
    const ocsp_signer_t *signer;
    EVP_PKEY *key;
    int good;
} worker_t;

static void *work(void *arg)
{
    worker_t *w = arg;
    ocsp_der_t data = {(const unsigned char *)w, sizeof(*w)};
    apr_pool_t *p = NULL;
    int i;

    if (apr_pool_create(&p, NULL) != APR_SUCCESS) {
        return NULL;
    }
    for (i = 0; i < ROUNDS; i++) {
        unsigned char signature[128];
        size_t len = sizeof(signature);
        const char *why = NULL;

        if (ocsp_signer_sign(w->signer, signature, &len, data, &why, p)
                == APR_SUCCESS
            && verifies(w->key, "SHA256", signature, len, data)) {
            w->good++;
        }
    }
    apr_pool_destroy(p);
    return NULL;
}

/* R133 */
static void test_threads(X509 *ca, EVP_PKEY *ca_key,
                         const ocsp_issuer_t *issuer, apr_pool_t *p)
{
    party_t got = party_signer(ca, ca_key, issuer, p);
    worker_t workers[THREADS];
    pthread_t threads[THREADS];
    int good = 0;
    int i;

    for (i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){got.signer, ca_key, 0};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            abort();
        }
    }
    for (i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        good += workers[i].good;
    }
    is_int(good, (long long)THREADS * ROUNDS,
           "signatures of four threads at once all verify");
}

int main(void)
{
    apr_pool_t *p = party_begin();
    EVP_PKEY *ca_key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        test_kind(i, p);
    }
    test_threads(ca, ca_key, party_issuer(ca, p), p);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
    party_end(p);
    return done_testing();
}
