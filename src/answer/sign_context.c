/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reuses libcrypto's contexts: a new one adds a fifth to the time of a P-256
 * signature; a copied one adds less, but then all threads count references to
 * one key. Only EVP_PKEY_sign can be repeated, so digests are made here.
 * Floor 2.
 */
#include <openssl/err.h>

#include "answer/sign_context.h"

/* The context of one key. */
typedef struct {
    EVP_PKEY *key;         /* a reference, so that no other key gets its
                              address; NULL: the entry is empty */
    EVP_PKEY_CTX *key_ctx; /* signs a digest made by md; NULL: the algorithm
                              includes the digest, and md_ctx signs */
    EVP_MD *md;            /* EVP_sha256() would be looked up at each use */
    EVP_MD_CTX *md_ctx;
} entry_t;

struct ocsp_sign_context_t {
    entry_t entries[OCSP_SIGN_CONTEXT_KEYS];
    size_t next; /* the entry that is replaced next */
};

static void empty(entry_t *entry)
{
    EVP_MD_CTX_free(entry->md_ctx);
    EVP_MD_free(entry->md);
    EVP_PKEY_CTX_free(entry->key_ctx);
    EVP_PKEY_free(entry->key);
    *entry = (entry_t){.key = NULL};
}

static apr_status_t free_contexts(void *data)
{
    ocsp_sign_context_t *contexts = data;
    size_t i;

    for (i = 0; i < OCSP_SIGN_CONTEXT_KEYS; i++) {
        empty(&contexts->entries[i]);
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

static entry_t *find_entry(ocsp_sign_context_t *contexts, const EVP_PKEY *key)
{
    size_t i;

    for (i = 0; i < OCSP_SIGN_CONTEXT_KEYS; i++) {
        if (contexts->entries[i].key == key) {
            return &contexts->entries[i];
        }
    }
    return NULL;
}

/* The entry is empty. */
static bool set_up(entry_t *entry, const ocsp_algorithm_t *algorithm,
                   EVP_PKEY *key)
{
    if (EVP_PKEY_up_ref(key) != 1) {
        return false;
    }
    entry->key = key;
    entry->md_ctx = EVP_MD_CTX_new();
    if (entry->md_ctx == NULL) {
        return false;
    }
    if (algorithm->digest == NULL) {
        return ocsp_algorithm_set_up(entry->md_ctx, algorithm, key);
    }
    entry->md = EVP_MD_fetch(NULL, algorithm->digest, NULL);
    entry->key_ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    return entry->md != NULL && entry->key_ctx != NULL
        && ocsp_algorithm_set_up_bare(entry->key_ctx, algorithm, entry->md);
}

static bool sign(const entry_t *entry, unsigned char *signature, size_t *len,
                 ocsp_der_t data)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;

    if (entry->key_ctx == NULL) {
        /* no key and no name: those that it was set up with */
        return EVP_DigestSignInit_ex(entry->md_ctx, NULL, NULL, NULL, NULL,
                                     NULL, NULL)
                == 1
            && EVP_DigestSign(entry->md_ctx, signature, len, data.data,
                              data.len)
                   == 1;
    }
    return EVP_DigestInit_ex2(entry->md_ctx, entry->md, NULL) == 1
        && EVP_DigestUpdate(entry->md_ctx, data.data, data.len) == 1
        && EVP_DigestFinal_ex(entry->md_ctx, digest, &digest_len) == 1
        && EVP_PKEY_sign(entry->key_ctx, signature, len, digest, digest_len)
               == 1;
}

bool ocsp_sign_context_sign(ocsp_sign_context_t *contexts,
                            const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                            unsigned char *signature, size_t *signature_len,
                            ocsp_der_t data)
{
    entry_t *entry = find_entry(contexts, key);
    size_t room = *signature_len;

    if (entry == NULL) {
        entry = &contexts->entries[contexts->next];
        contexts->next = (contexts->next + 1) % OCSP_SIGN_CONTEXT_KEYS;
    }
    else if (sign(entry, signature, signature_len, data)) {
        return true;
    }
    ERR_clear_error();
    empty(entry);
    *signature_len = room;
    if (set_up(entry, algorithm, key)
        && sign(entry, signature, signature_len, data)) {
        return true;
    }
    empty(entry); /* it failed, and is not to be reused */
    return false;
}
