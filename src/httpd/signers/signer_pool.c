/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The index is a hash table: lists, and the hashes of names in them, to files.
 * Floor 4.
 */
#include "httpd/signers/signer_pool.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <stdint.h>
#include <string.h>

#include "httpd/signers/keypairs.h"

/* One file; lists that name it share the entry. */
typedef struct {
    ocsp_fingerprint_file_t state;
    unsigned long names[2]; /* as in ocsp_keypairs_cert_t */
    bool readable;
} entry_t;

struct ocsp_signer_pools_t {
    apr_pool_t *pool;
    const ocsp_signer_pools_t *before; /* or NULL */
    apr_hash_t *entries;               /* file -> entry_t */
    /* address of a list, or that and a name -> its files: array of const
     * ocsp_fingerprint_file_t * */
    apr_hash_t *lists;
};

ocsp_signer_pools_t *ocsp_signer_pool_begin(const ocsp_signer_pools_t *before,
                                            apr_pool_t *p)
{
    ocsp_signer_pools_t *pools = apr_palloc(p, sizeof(*pools));

    pools->pool = p;
    pools->before = before;
    pools->entries = apr_hash_make(p);
    pools->lists = apr_hash_make(p);
    return pools;
}

/* --- files ---------------------------------------------------------------- */

/* Whether the file is still as the load before has read it. */
static bool is_same(const entry_t *e, const entry_t *last)
{
    return last != NULL && last->readable && last->state.settled
        && memcmp(e->state.fields, last->state.fields, sizeof(e->state.fields))
               == 0;
}

static const entry_t *get_entry(ocsp_load_ctx_t *ctx, const char *file)
{
    ocsp_signer_pools_t *pools = ctx->pools;
    entry_t *e = apr_hash_get(pools->entries, file, APR_HASH_KEY_STRING);
    const entry_t *last = NULL;

    if (e != NULL) {
        return e;
    }
    if (pools->before != NULL) {
        last = apr_hash_get(pools->before->entries, file, APR_HASH_KEY_STRING);
    }
    e = apr_pcalloc(pools->pool, sizeof(*e));
    (void)ocsp_fingerprint_stat(&e->state, apr_pstrdup(pools->pool, file),
                                ctx->now, ctx->ptemp);
    if (is_same(e, last)) {
        e->readable = true;
        memcpy(e->names, last->names, sizeof(e->names));
    }
    else {
        const ocsp_keypairs_cert_t *c = ocsp_keypairs_get_cert(ctx,
                                                               e->state.file);

        e->readable = c->cert != NULL;
        memcpy(e->names, e->readable || last == NULL ? c->names : last->names,
               sizeof(e->names));
    }
    apr_hash_set(pools->entries, e->state.file, APR_HASH_KEY_STRING, e);
    return e;
}

/* --- lists ---------------------------------------------------------------- */

static void add(ocsp_signer_pools_t *pools, const uintptr_t *key, size_t words,
                const entry_t *e)
{
    apr_ssize_t len = (apr_ssize_t)(words * sizeof(*key));
    apr_array_header_t *files = apr_hash_get(pools->lists, key, len);

    if (files == NULL) {
        files = apr_array_make(pools->pool, 1, sizeof(const void *));
        apr_hash_set(pools->lists,
                     apr_pmemdup(pools->pool, key, (apr_size_t)len), len,
                     files);
    }
    APR_ARRAY_PUSH(files, const ocsp_fingerprint_file_t *) = &e->state;
}

static void add_list(ocsp_load_ctx_t *ctx, const apr_array_header_t *list)
{
    const apr_array_header_t *files = ocsp_keypairs_get_files(ctx, list);
    int i;

    for (i = 0; i < files->nelts; i++) {
        const entry_t *e = get_entry(ctx,
                                     APR_ARRAY_IDX(files, i, const char *));
        const uintptr_t issuer[] = {(uintptr_t)list, e->names[0]};
        const uintptr_t subject[] = {(uintptr_t)list, e->names[1]};

        add(ctx->pools, issuer, 1, e);
        add(ctx->pools, issuer, 2, e);
        if (e->names[1] != e->names[0]) {
            add(ctx->pools, subject, 2, e);
        }
    }
}

const apr_array_header_t *ocsp_signer_pool_find(ocsp_load_ctx_t *ctx,
                                                const apr_array_header_t *list,
                                                const unsigned long *name)
{
    /* lists are borrowed, never copied */
    const uintptr_t key[] = {(uintptr_t)list, name != NULL ? *name : 0};
    const apr_array_header_t *files;

    if (ctx->pools == NULL) {
        ctx->pools = ocsp_signer_pool_begin(NULL, ctx->pconf);
    }
    if (apr_hash_get(ctx->pools->lists, key, sizeof(key[0])) == NULL) {
        add_list(ctx, list);
    }
    files = apr_hash_get(ctx->pools->lists, key,
                         name != NULL ? sizeof(key) : sizeof(key[0]));
    return files != NULL ? files
                         : apr_array_make(ctx->ptemp, 0, sizeof(const void *));
}
