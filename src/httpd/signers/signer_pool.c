/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The index is a hash table from the hashes of names to numbers of files.
 * Floor 4.
 */
#include "httpd/signers/signer_pool.h"

#include <apr_file_info.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "httpd/signers/keypairs.h"

/* A file changed less than this ago may change again without another time of
 * change, in seconds. */
#define SETTLE_S 2

#define NAMES 2
#define FIELDS 4

/* One file; lists that name it share the entry. */
typedef struct {
    const char *file;
    int64_t fields[FIELDS]; /* inode, size, mtime, ctime; 0: there is no file */
    unsigned long names[NAMES]; /* as in ocsp_keypairs_cert_t */
    bool readable;
    bool settled; /* a further change will change fields */
} entry_t;

struct ocsp_signer_pool_t {
    apr_array_header_t *files;     /* const char * */
    const entry_t *const *entries; /* of each file */
    apr_hash_t *by_name;           /* name -> array of int */
    apr_array_header_t *none;      /* empty */
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

static void stat_file(entry_t *e, const ocsp_load_ctx_t *ctx)
{
    apr_finfo_t info = {0};

    (void)apr_stat(&info, e->file,
                   APR_FINFO_INODE | APR_FINFO_SIZE | APR_FINFO_MTIME
                       | APR_FINFO_CTIME,
                   ctx->ptemp);
    e->fields[0] = (int64_t)info.inode;
    e->fields[1] = (int64_t)info.size;
    e->fields[2] = (int64_t)info.mtime;
    e->fields[3] = (int64_t)info.ctime;
    e->settled = info.ctime != 0
              && (apr_time_sec(info.ctime) < ctx->now - SETTLE_S
                  || apr_time_sec(info.ctime) > ctx->now + SETTLE_S);
}

/* Whether the file is still as the load before has read it. */
static bool is_same(const entry_t *e, const entry_t *last)
{
    return last != NULL && last->readable && last->settled
        && memcmp(e->fields, last->fields, sizeof(e->fields)) == 0;
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
    e->file = apr_pstrdup(pools->pool, file);
    stat_file(e, ctx);
    if (is_same(e, last)) {
        e->readable = true;
        memcpy(e->names, last->names, sizeof(e->names));
    }
    else {
        const ocsp_keypairs_cert_t *c = ocsp_keypairs_get_cert(ctx, e->file);

        e->readable = c->cert != NULL;
        memcpy(e->names, e->readable || last == NULL ? c->names : last->names,
               sizeof(e->names));
    }
    apr_hash_set(pools->entries, e->file, APR_HASH_KEY_STRING, e);
    return e;
}

/* --- lists ---------------------------------------------------------------- */

static void add_name(ocsp_signer_pool_t *sp, const unsigned long *name,
                     int place, apr_pool_t *p)
{
    apr_array_header_t *places = apr_hash_get(sp->by_name, name, sizeof(*name));

    if (places == NULL) {
        places = apr_array_make(p, 1, sizeof(int));
        apr_hash_set(sp->by_name, name, sizeof(*name), places);
    }
    APR_ARRAY_PUSH(places, int) = place;
}

static ocsp_signer_pool_t *make_index(ocsp_load_ctx_t *ctx,
                                      const apr_array_header_t *files)
{
    apr_pool_t *p = ctx->pools->pool;
    ocsp_signer_pool_t *sp = apr_pcalloc(p, sizeof(*sp));
    size_t count = (size_t)files->nelts;
    const entry_t **entries = apr_palloc(p, (count + 1) * sizeof(const void *));
    int i;

    sp->files = apr_array_make(p, files->nelts, sizeof(const char *));
    sp->entries = entries;
    sp->by_name = apr_hash_make(p);
    sp->none = apr_array_make(p, 0, sizeof(int));
    for (i = 0; i < files->nelts; i++) {
        const entry_t *e = get_entry(ctx,
                                     APR_ARRAY_IDX(files, i, const char *));

        entries[i] = e;
        APR_ARRAY_PUSH(sp->files, const char *) = e->file;
        add_name(sp, &e->names[0], i, p);
        if (e->names[1] != e->names[0]) {
            add_name(sp, &e->names[1], i, p);
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
    const apr_array_header_t *places = apr_hash_get(sp->by_name, &name,
                                                    sizeof(name));

    return places != NULL ? places : sp->none;
}

bool ocsp_signer_pool_digest(unsigned char out[OCSP_SIGNER_POOL_DIGEST_LEN],
                             bool *settled, const ocsp_signer_pool_t *sp,
                             const apr_array_header_t *places)
{
    int count = places != NULL ? places->nelts : sp->files->nelts;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;
    int i;

    *settled = true;
    for (i = 0; ok && i < count; i++) {
        const entry_t *e =
            sp->entries[places != NULL ? APR_ARRAY_IDX(places, i, int) : i];

        ok = EVP_DigestUpdate(md, e->file, strlen(e->file) + 1) == 1
          && EVP_DigestUpdate(md, e->fields, sizeof(e->fields)) == 1;
        *settled = *settled && e->settled;
    }
    ok = ok && EVP_DigestFinal_ex(md, out, NULL) == 1;
    EVP_MD_CTX_free(md);
    return ok;
}
