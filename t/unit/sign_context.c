/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/contexts: what is kept signs as rightly the tenth
 * time as the first, and for its own key alone.
 */
#include <openssl/err.h>

#include "answer/sign_context.h"
#include "signing.h"
#include "tap.h"

#define TIMES 5
#define KEYS (OCSP_SIGN_CONTEXT_KEYS + 2)
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A key and how it signs. */
typedef struct {
    EVP_PKEY *key;
    ocsp_algorithm_t algorithm;
} pair_t;

static pair_t make_pair(size_t kind, apr_pool_t *p)
{
    pair_t pair = {.key = make_key(kind)};

    if (ocsp_algorithm_find(&pair.algorithm, pair.key, p) != NULL) {
        abort();
    }
    return pair;
}

/* Whether a pair signs so many octets, and libcrypto verifies it. */
static bool signs(ocsp_sign_context_t *contexts, const pair_t *pair,
                  size_t kind, size_t data_len)
{
    size_t max = (size_t)EVP_PKEY_get_size(pair->key);
    size_t len = max;
    unsigned char *signature = malloc(max);
    unsigned char *bytes = malloc(data_len > 0 ? data_len : 1);
    ocsp_der_t data = {bytes, data_len};
    bool good;

    memset(bytes, (int)data_len & 0xff, data_len);
    good = ocsp_sign_context_sign(contexts, &pair->algorithm, pair->key,
                                  signature, &len, data)
        && len <= max
        && verifies(pair->key, kinds[kind].digest, kinds[kind].pss_salt,
                    signature, len, data);
    free(bytes);
    free(signature);
    return good;
}

/* R129: with the same parameters each time. */
static void test_kinds(ocsp_sign_context_t *contexts, apr_pool_t *p)
{
    size_t kind;

    for (kind = 0; kind < KINDS; kind++) {
        pair_t pair = make_pair(kind, p);
        unsigned char small[1];
        ocsp_der_t data = {small, 0};
        size_t len = 1;
        int good = 0;
        size_t i;

        for (i = 0; i < TIMES; i++) {
            good += signs(contexts, &pair, kind, i * i * 50);
        }
        is_int(good, TIMES, kinds[kind].name);
        ok(!ocsp_sign_context_sign(contexts, &pair.algorithm, pair.key, small,
                                   &len, data),
           "%s: a signature that does not fit is refused", kinds[kind].name);
        ERR_clear_error();
        ok(signs(contexts, &pair, kind, 300) && ERR_peek_error() == 0,
           "%s: the next one is signed, and no error left", kinds[kind].name);
        EVP_PKEY_free(pair.key);
    }
}

/* Taking turns, with all digests that there are. */
static void test_turns(ocsp_sign_context_t *contexts, apr_pool_t *p)
{
    pair_t pairs[KINDS];
    int good = 0;
    size_t kind;
    int i;

    for (kind = 0; kind < KINDS; kind++) {
        pairs[kind] = make_pair(kind, p);
    }
    for (i = 0; i < TIMES; i++) {
        for (kind = 0; kind < KINDS; kind++) {
            good += signs(contexts, &pairs[kind], kind, 100);
        }
    }
    is_int(good, TIMES * (long long)KINDS, "keys of all kinds take turns");
    for (kind = 0; kind < KINDS; kind++) {
        EVP_PKEY_free(pairs[kind].key);
    }
}

/* A key is P-256 or Ed25519: their kinds are next to what is quick to make. */
static void test_many(ocsp_sign_context_t *contexts, apr_pool_t *p)
{
    static const size_t quick[] = {1, 3};
    pair_t pairs[KEYS];
    int good = 0;
    size_t i;

    for (i = 0; i < KEYS; i++) {
        pairs[i] = make_pair(quick[i % 2], p);
    }
    for (i = 0; i < (size_t)TIMES * KEYS; i++) {
        good += signs(contexts, &pairs[i % KEYS], quick[i % 2], 100);
    }
    is_int(good, (long long)TIMES * KEYS, "more keys than contexts are kept");
    for (i = 0; i < KEYS; i++) {
        EVP_PKEY_free(pairs[i].key);
    }
}

/* Who made a key lets it go; another must not get its contexts with its place
 * in memory. */
static void test_gone(ocsp_sign_context_t *contexts, apr_pool_t *p)
{
    const void *before = NULL;
    int good = 0;
    int moved = 0;
    int i;

    for (i = 0; i < TIMES; i++) {
        pair_t pair = make_pair(1, p);

        good += signs(contexts, &pair, 1, 100);
        moved += pair.key != before;
        before = pair.key;
        EVP_PKEY_free(pair.key);
    }
    ok(good == TIMES && moved == TIMES,
       "a key that is gone for others is kept, and no other taken for it");
}

int main(void)
{
    apr_pool_t *p = party_begin();
    apr_pool_t *pkept = NULL;
    ocsp_sign_context_t *contexts;

    if (apr_pool_create(&pkept, p) != APR_SUCCESS) {
        abort();
    }
    contexts = ocsp_sign_context_make(pkept);
    test_kinds(contexts, p);
    test_turns(contexts, p);
    test_many(contexts, p);
    test_gone(contexts, p);
    apr_pool_destroy(pkept);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
