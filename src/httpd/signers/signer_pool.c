/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See signer_pool.h. Floor 4.
 */
#include "httpd/signers/signer_pool.h"

#include <apr_file_info.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/signers/keypairs.h"

/* A file that was touched so shortly ago may still be being written, s. */
#define SETTLE_S 2

#define NAMES 2
#define FIELDS 4

/* One file, in whichever lists it is. */
typedef struct {
    const char *file;
    int64_t fields[FIELDS]; /* inode, size, mtime, ctime; 0: it is not there */
    unsigned long names[NAMES]; /* of issuer and subject, when last readable */
    bool named;                 /* it has been readable */
    bool readable;
    bool settled; /* fields will show any further change */
} entry_t;

/* Under which name a file is found. */
typedef struct {
    unsigned long name;
    int place;
} ref_t;

struct ocsp_signer_pool_t {
    apr_array_header_t *files;     /* const char * */
    const entry_t *const *entries; /* of each file */
    ref_t *refs;                   /* sorted */
    size_t ref_count;
};

struct ocsp_signer_pools_t {
    apr_pool_t *pool;
    const ocsp_signer_pools_t *before; /* or NULL */
    apr_hash_t *entries;               /* file -> entry_t */
    apr_hash_t *lists; /* list's address -> ocsp_signer_pool_t */
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

/* --- looking at files ----------------------------------------------------- */

static void stat_file(entry_t *e, const ocsp_load_ctx_t *pass)
{
    apr_finfo_t info = {0};

    (void)apr_stat(&info, e->file,
                   APR_FINFO_INODE | APR_FINFO_SIZE | APR_FINFO_MTIME
                       | APR_FINFO_CTIME,
                   pass->ptemp);
    e->fields[0] = (int64_t)info.inode;
    e->fields[1] = (int64_t)info.size;
    e->fields[2] = (int64_t)info.mtime;
    e->fields[3] = (int64_t)info.ctime;
    e->settled = info.ctime != 0
              && (apr_time_sec(info.ctime) < pass->now - SETTLE_S
                  || apr_time_sec(info.ctime) > pass->now + SETTLE_S);
}

/* Nothing can have been written into it since it was last read. */
static bool is_same(const entry_t *e, const entry_t *last)
{
    return last != NULL && last->readable && last->settled
        && memcmp(e->fields, last->fields, sizeof(e->fields)) == 0;
}

/* What cannot be read now concerns whomever it did before. */
static void find_names(entry_t *e, const entry_t *last, ocsp_load_ctx_t *pass)
{
    const ocsp_keypairs_cert_t *c;

    if (last != NULL) {
        memcpy(e->names, last->names, sizeof(e->names));
        e->named = last->named;
    }
    e->readable = true;
    if (is_same(e, last)) {
        return;
    }
    c = ocsp_keypairs_get_cert(pass, e->file);
    e->readable = c->cert != NULL;
    if (e->readable) {
        memcpy(e->names, c->names, sizeof(e->names));
        e->named = true;
    }
}

static const entry_t *look_at(ocsp_load_ctx_t *pass, const char *file)
{
    ocsp_signer_pools_t *pools = pass->pools;
    entry_t *e = apr_hash_get(pools->entries, file, APR_HASH_KEY_STRING);

    if (e == NULL) {
        e = apr_pcalloc(pools->pool, sizeof(*e));
        e->file = apr_pstrdup(pools->pool, file);
        stat_file(e, pass);
        find_names(e,
                   pools->before != NULL
                       ? apr_hash_get(pools->before->entries, file,
                                      APR_HASH_KEY_STRING)
                       : NULL,
                   pass);
        apr_hash_set(pools->entries, e->file, APR_HASH_KEY_STRING, e);
    }
    return e;
}

/* --- lists ---------------------------------------------------------------- */

static int compare_refs(const void *a, const void *b)
{
    const ref_t *left = a, *right = b;

    if (left->name != right->name) {
        return left->name < right->name ? -1 : 1;
    }
    return left->place - right->place;
}

static void add_refs(ocsp_signer_pool_t *sp, int place)
{
    const entry_t *e = sp->entries[place];

    if (!e->named) {
        return;
    }
    sp->refs[sp->ref_count++] = (ref_t){e->names[0], place};
    if (e->names[1] != e->names[0]) {
        sp->refs[sp->ref_count++] = (ref_t){e->names[1], place};
    }
}

static ocsp_signer_pool_t *look_at_all(ocsp_load_ctx_t *pass,
                                       const apr_array_header_t *files)
{
    apr_pool_t *p = pass->pools->pool;
    ocsp_signer_pool_t *sp = apr_pcalloc(p, sizeof(*sp));
    size_t count = (size_t)files->nelts;
    const entry_t **entries = apr_palloc(p, (count + 1) * sizeof(const void *));
    int i;

    sp->files = apr_array_make(p, files->nelts, sizeof(const char *));
    sp->entries = entries;
    sp->refs = apr_palloc(p, (count + 1) * NAMES * sizeof(*sp->refs));
    for (i = 0; i < files->nelts; i++) {
        entries[i] = look_at(pass, APR_ARRAY_IDX(files, i, const char *));
        APR_ARRAY_PUSH(sp->files, const char *) = entries[i]->file;
        add_refs(sp, i);
    }
    qsort(sp->refs, sp->ref_count, sizeof(*sp->refs), compare_refs);
    return sp;
}

const ocsp_signer_pool_t *ocsp_signer_pool_get(ocsp_load_ctx_t *pass,
                                               const apr_array_header_t *list)
{
    uintptr_t key = (uintptr_t)list; /* lists are borrowed, never copied */
    ocsp_signer_pool_t *sp;

    if (pass->pools == NULL) {
        pass->pools = ocsp_signer_pool_begin(NULL, pass->pconf);
    }
    sp = apr_hash_get(pass->pools->lists, &key, sizeof(key));
    if (sp == NULL) {
        sp = look_at_all(pass, ocsp_keypairs_get_files(pass, list));
        apr_hash_set(pass->pools->lists,
                     apr_pmemdup(pass->pools->pool, &key, sizeof(key)),
                     sizeof(key), sp);
    }
    return sp;
}

const apr_array_header_t *ocsp_signer_pool_get_files(
    const ocsp_signer_pool_t *sp)
{
    return sp->files;
}

/* The first reference of a name or of one behind it. */
static size_t find_first(const ocsp_signer_pool_t *sp, unsigned long name)
{
    size_t low = 0, high = sp->ref_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sp->refs[middle].name < name) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

apr_array_header_t *ocsp_signer_pool_find(const ocsp_signer_pool_t *sp,
                                          unsigned long name, apr_pool_t *p)
{
    apr_array_header_t *places = apr_array_make(p, 2, sizeof(int));
    size_t i = find_first(sp, name);

    while (i < sp->ref_count && sp->refs[i].name == name) {
        APR_ARRAY_PUSH(places, int) = sp->refs[i++].place;
    }
    return places;
}

int ocsp_signer_pool_find_file(const ocsp_signer_pool_t *sp, const char *file)
{
    int i;

    for (i = 0; i < sp->files->nelts; i++) {
        if (strcmp(sp->entries[i]->file, file) == 0) {
            return i;
        }
    }
    return -1;
}

static bool digest_entry(EVP_MD_CTX *ctx, const entry_t *e)
{
    return EVP_DigestUpdate(ctx, e->file, strlen(e->file) + 1) == 1
        && EVP_DigestUpdate(ctx, e->fields, sizeof(e->fields)) == 1;
}

bool ocsp_signer_pool_digest(unsigned char out[OCSP_SIGNER_POOL_DIGEST_LEN],
                             bool *settled, const ocsp_signer_pool_t *sp,
                             const apr_array_header_t *places)
{
    int count = places != NULL ? places->nelts : sp->files->nelts;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    int i;

    *settled = true;
    for (i = 0; ok && i < count; i++) {
        const entry_t *e =
            sp->entries[places != NULL ? APR_ARRAY_IDX(places, i, int) : i];

        ok = digest_entry(ctx, e);
        *settled = *settled && e->settled;
    }
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}
