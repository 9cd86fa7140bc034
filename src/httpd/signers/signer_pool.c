/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The index is a hash table from the hashes of names to the files of a list.
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

struct ocsp_signer_pool_t {
    /* const ocsp_fingerprint_file_t *: */
    apr_array_header_t *files;
    apr_hash_t *by_name;      /* name -> array of those that have it */
    apr_array_header_t *none; /* empty */
};

struct ocsp_signer_pools_t {
    apr_pool_t *pool;
    const ocsp_signer_pools_t *before; /* or NULL */
    apr_hash_t *entries;               /* file -> entry_t */
    apr_hash_t *lists; /* address of a list -> ocsp_signer_pool_t */
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

static void add_name(ocsp_signer_pool_t *sp, const unsigned long *name,
                     const entry_t *e, apr_pool_t *p)
{
    apr_array_header_t *files = apr_hash_get(sp->by_name, name, sizeof(*name));

    if (files == NULL) {
        files = apr_array_make(p, 1, sizeof(const void *));
        apr_hash_set(sp->by_name, name, sizeof(*name), files);
    }
    APR_ARRAY_PUSH(files, const ocsp_fingerprint_file_t *) = &e->state;
}

static ocsp_signer_pool_t *make_index(ocsp_load_ctx_t *ctx,
                                      const apr_array_header_t *files)
{
    apr_pool_t *p = ctx->pools->pool;
    ocsp_signer_pool_t *sp = apr_palloc(p, sizeof(*sp));
    int i;

    sp->files = apr_array_make(p, files->nelts, sizeof(const void *));
    sp->by_name = apr_hash_make(p);
    sp->none = apr_array_make(p, 0, sizeof(const void *));
    for (i = 0; i < files->nelts; i++) {
        const entry_t *e = get_entry(ctx,
                                     APR_ARRAY_IDX(files, i, const char *));

        APR_ARRAY_PUSH(sp->files, const ocsp_fingerprint_file_t *) = &e->state;
        add_name(sp, &e->names[0], e, p);
        if (e->names[1] != e->names[0]) {
            add_name(sp, &e->names[1], e, p);
        }
    }
    return sp;
}

const ocsp_signer_pool_t *ocsp_signer_pool_get(ocsp_load_ctx_t *ctx,
                                               const apr_array_header_t *list)
{
    uintptr_t key = (uintptr_t)list; /* lists are borrowed, never copied */
    ocsp_signer_pool_t *sp;

    if (ctx->pools == NULL) {
        ctx->pools = ocsp_signer_pool_begin(NULL, ctx->pconf);
    }
    sp = apr_hash_get(ctx->pools->lists, &key, sizeof(key));
    if (sp == NULL) {
        sp = make_index(ctx, ocsp_keypairs_get_files(ctx, list));
        apr_hash_set(ctx->pools->lists,
                     apr_pmemdup(ctx->pools->pool, &key, sizeof(key)),
                     sizeof(key), sp);
    }
    return sp;
}

const apr_array_header_t *ocsp_signer_pool_get_files(
    const ocsp_signer_pool_t *sp)
{
    return sp->files;
}

const apr_array_header_t *ocsp_signer_pool_find(const ocsp_signer_pool_t *sp,
                                                unsigned long name)
{
    const apr_array_header_t *files = apr_hash_get(sp->by_name, &name,
                                                   sizeof(name));

    return files != NULL ? files : sp->none;
}
