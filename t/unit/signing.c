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
#include "signing.h"
#include "tap.h"

#define THREADS 4
#define ROUNDS 50

static void test_signing(const ocsp_signer_t *s, EVP_PKEY *key, size_t kind,
                         apr_pool_t *p)
{
    const char *name = kinds[kind].name;
    ocsp_der_t data = {(const unsigned char *)"to be signed", 12};
    size_t max = s->signature_max;
    size_t len = max;
    unsigned char *signature = malloc(max);
    const char *why = NULL;
    ocsp_signer_contexts_t *contexts = ocsp_sign_context_make(p);
    int i;

    /* from copied contexts, then kept ones: parameters must go with each */
    for (i = 0; i < 4; i++) {
        len = max;
        ok(ocsp_signer_sign(s, i < 2 ? NULL : contexts, signature, &len, data,
                            &why, p)
                   == APR_SUCCESS
               && len <= max
               && verifies(key, kinds[kind].digest, kinds[kind].pss_salt,
                           signature, len, data),
           "%s: signature %d verifies", name, i + 1);
    }
    for (i = 0; i < 2; i++) {
        len = 10;
        ok(ocsp_signer_sign(s, i < 1 ? NULL : contexts, signature, &len, data,
                            &why, p)
                   == OCSP_ECRYPTO
               && why != NULL && why[0] != '\0',
           "%s: a signature that does not fit is refused", name);
        why = NULL;
    }
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
    ocsp_der_t subject = {NULL, 0};

    ok(ocsp_der_equal(got->signer->algorithm.id, party_der(want))
           && ocsp_signer_has_algorithm(got->signer, party_der(want)),
       "%s: its algorithm identifier", name);
    is_str(got->signer->algorithm.description, name, "what people call it");
    X509_pubkey_digest(cert, EVP_sha1(), hash, NULL);
    is_mem(got->signer->key_hash, hash, OCSP_SIGNER_KEY_HASH_LEN,
           "the key hash is SHA-1 of the key bits");
    ok(ocsp_der_equal(got->signer->cert, party_der(der)),
       "%s: its certificate as it came", name);
    ok(X509_NAME_get0_der(X509_get_subject_name(cert), &subject.data,
                          &subject.len)
               == 1
           && ocsp_der_equal(got->signer->name, subject),
       "%s: its subject as it came", name);
    ok(got->signer->is_issuer == !delegate, "%s: %s", name,
       delegate ? "a delegate" : "the CA itself");
    ok(got->signer->is_like_issuer, "%s: like the CA's key", name);
    free(want.data);
    free(der.data);
}

static void test_kind(size_t kind, apr_pool_t *p)
{
    EVP_PKEY *ca_key = make_key(kind);
    EVP_PKEY *key = make_key(kind);
    const EVP_MD *md = kinds[kind].restricted
                         ? EVP_get_digestbyname(kinds[kind].digest)
                         : NULL;
    pki_cert_opts_t ca_opts = {.md = md};
    X509 *ca = pki_make_ca("CA", ca_key, &ca_opts);
    pki_cert_opts_t opts = {.nocheck = true, .md = md};
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    ocsp_issuer_t *issuer = party_issuer(ca, p);
    party_t got = party_signer(cert, key, issuer, p);

    ok(got.rv == APR_SUCCESS && got.signer != NULL && got.warning == NULL,
       "%s: a delegate is taken (%s)", kinds[kind].name,
       got.rv != APR_SUCCESS ? got.why : "");
    if (got.signer != NULL) {
        test_properties(&got, kind, cert, true);
        test_signing(got.signer, key, kind, p);
    }
    got = party_signer(ca, ca_key, issuer, p);
    ok(got.rv == APR_SUCCESS && got.signer != NULL && got.warning == NULL,
       "%s: the CA itself is taken (%s)", kinds[kind].name,
       got.rv != APR_SUCCESS ? got.why : "");
    if (got.signer != NULL) {
        test_properties(&got, kind, ca, false);
        test_signing(got.signer, ca_key, kind, p);
    }
    X509_free(cert);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
}

typedef struct {
    const ocsp_signer_t *signer;
    EVP_PKEY *key;
    int pss_salt;
    int good;
} worker_t;

static void *work(void *arg)
{
    worker_t *w = arg;
    ocsp_der_t data = {(const unsigned char *)w, sizeof(*w)};
    ocsp_signer_contexts_t *contexts;
    apr_pool_t *p = NULL;
    int i;

    if (apr_pool_create(&p, NULL) != APR_SUCCESS) {
        return NULL;
    }
    contexts = ocsp_sign_context_make(p);
    for (i = 0; i < ROUNDS; i++) {
        unsigned char signature[256];
        size_t len = sizeof(signature);
        const char *why = NULL;

        if (ocsp_signer_sign(w->signer, i % 2 == 0 ? contexts : NULL, signature,
                             &len, data, &why, p)
                == APR_SUCCESS
            && verifies(w->key, "SHA2-256", w->pss_salt, signature, len,
                        data)) {
            w->good++;
        }
    }
    apr_pool_destroy(p);
    return NULL;
}

/* R133 */
static void test_threads(X509 *ca, EVP_PKEY *ca_key, int pss_salt,
                         apr_pool_t *p)
{
    const ocsp_issuer_t *issuer = party_issuer(ca, p);
    party_t got = party_signer(ca, ca_key, issuer, p);
    worker_t workers[THREADS];
    pthread_t threads[THREADS];
    int good = 0;
    int i;

    for (i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){got.signer, ca_key, pss_salt, 0};
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
    EVP_PKEY *pss_key = party_pss_key(2048, NULL, NULL, 0);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    X509 *pss_ca = pki_make_ca("CA", pss_key, NULL);
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        test_kind(i, p);
    }
    test_threads(ca, ca_key, 0, p);
    test_threads(pss_ca, pss_key, 32, p);
    X509_free(pss_ca);
    EVP_PKEY_free(pss_key);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
    party_end(p);
    return done_testing();
}
