/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See contexts.h. A context of its own adds a fifth to a P-256 signature; a
 * copy of one less, but all threads count references to the same key.
 * EVP_PKEY_sign may be called again and again, so what is kept signs digests
 * that are made here. Floor 2.
 */
#include <openssl/err.h>

#include "answer/sign_context.h"

/* What is kept for one key. */
typedef struct {
    EVP_PKEY *key;      /* a reference, so that no other key gets its address;
                            NULL: nothing is kept */
    EVP_PKEY_CTX *bare; /* signs what md has made; NULL: the key has its own
                            digest, and md_ctx signs */
    EVP_MD *md;         /* EVP_sha256() would be looked up at each use */
    EVP_MD_CTX *md_ctx;
} place_t;

struct ocsp_sign_context_t {
    place_t places[OCSP_SIGN_CONTEXT_KEYS];
    size_t next; /* the place that is given away next */
};

static void empty(place_t *place)
{
    EVP_MD_CTX_free(place->md_ctx);
    EVP_MD_free(place->md);
    EVP_PKEY_CTX_free(place->bare);
    EVP_PKEY_free(place->key);
    *place = (place_t){.key = NULL};
}

static apr_status_t free_contexts(void *data)
{
    ocsp_sign_context_t *contexts = data;
    size_t i;

    for (i = 0; i < OCSP_SIGN_CONTEXT_KEYS; i++) {
        empty(&contexts->places[i]);
    }
    return APR_SUCCESS;
}

ocsp_sign_context_t *ocsp_sign_context_make(apr_pool_t *p)
{
    ocsp_sign_context_t *contexts = apr_pcalloc(p, sizeof(*contexts));

    apr_pool_cleanup_register(p, contexts, free_contexts,
                              apr_pool_cleanup_null);
    return contexts;
}

static place_t *find_place(ocsp_sign_context_t *contexts, const EVP_PKEY *key)
{
    size_t i;

    for (i = 0; i < OCSP_SIGN_CONTEXT_KEYS; i++) {
        if (contexts->places[i].key == key) {
            return &contexts->places[i];
        }
    }
    return NULL;
}

/* Of an empty place. */
static bool set_up(place_t *place, const ocsp_algorithm_t *algorithm,
                   EVP_PKEY *key)
{
    if (EVP_PKEY_up_ref(key) != 1) {
        return false;
    }
    place->key = key;
    place->md_ctx = EVP_MD_CTX_new();
    if (place->md_ctx == NULL) {
        return false;
    }
    if (algorithm->digest == NULL) {
        return ocsp_algorithm_set_up(place->md_ctx, algorithm, key);
    }
    place->md = EVP_MD_fetch(NULL, algorithm->digest, NULL);
    place->bare = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    return place->md != NULL && place->bare != NULL
        && ocsp_algorithm_set_up_bare(place->bare, algorithm, place->md);
}

static bool sign(const place_t *place, unsigned char *signature, size_t *len,
                 ocsp_der_t data)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;

    if (place->bare == NULL) {
        /* without a key and a name: with what it was set up with */
        return EVP_DigestSignInit_ex(place->md_ctx, NULL, NULL, NULL, NULL,
                                     NULL, NULL)
                == 1
            && EVP_DigestSign(place->md_ctx, signature, len, data.data,
                              data.len)
                   == 1;
    }
    return EVP_DigestInit_ex2(place->md_ctx, place->md, NULL) == 1
        && EVP_DigestUpdate(place->md_ctx, data.data, data.len) == 1
        && EVP_DigestFinal_ex(place->md_ctx, digest, &digest_len) == 1
        && EVP_PKEY_sign(place->bare, signature, len, digest, digest_len) == 1;
}

bool ocsp_sign_context_sign(ocsp_sign_context_t *contexts,
                            const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                            unsigned char *signature, size_t *signature_len,
                            ocsp_der_t data)
{
    place_t *place = find_place(contexts, key);
    size_t room = *signature_len;

    if (place == NULL) {
        place = &contexts->places[contexts->next];
        contexts->next = (contexts->next + 1) % OCSP_SIGN_CONTEXT_KEYS;
    }
    else if (sign(place, signature, signature_len, data)) {
        return true;
    }
    ERR_clear_error();
    empty(place);
    *signature_len = room;
    if (set_up(place, algorithm, key)
        && sign(place, signature, signature_len, data)) {
        return true;
    }
    empty(place); /* what failed is not kept */
    return false;
}
