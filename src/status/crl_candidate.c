/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See candidate.h.
 */
#include <apr_file_info.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/crl_candidate.h"
#include "status/crl.h"
#include "status/crl_directory.h"

/** What has been collected. */
typedef struct {
    apr_array_header_t *list; /* ocsp_crl_candidate_t */
    apr_hash_t *seen;         /* by device and inode */
    const char *foreign;      /* reasons of other CAs' CRLs, or NULL */
    apr_pool_t *pool;
} collection_t;

/* The name under which a file is there already, or NULL. One that cannot be
 * looked at is left to whoever reads it. */
static const char *find_seen(collection_t *c, const char *file)
{
    const char *seen;
    apr_finfo_t info = {0};
    uint64_t key[2];

    if (apr_stat(&info, file, APR_FINFO_DEV | APR_FINFO_INODE, c->pool)
        != APR_SUCCESS) {
        return NULL;
    }
    key[0] = (uint64_t)info.device;
    key[1] = (uint64_t)info.inode;
    seen = apr_hash_get(c->seen, key, sizeof(key));
    if (seen == NULL) {
        apr_hash_set(c->seen, apr_pmemdup(c->pool, key, sizeof(key)),
                     sizeof(key), file);
    }
    return seen;
}

static void mark_twice(const collection_t *c, const char *file)
{
    int i;

    for (i = 0; i < c->list->nelts; i++) {
        ocsp_crl_candidate_t *candidate = &APR_ARRAY_IDX(c->list, i,
                                                         ocsp_crl_candidate_t);

        candidate->twice = candidate->twice || candidate->file == file;
    }
}

static apr_status_t add_named(collection_t *c, const char *file,
                              const ocsp_issuer_t *issuer, const char **why)
{
    ocsp_crl_candidate_t candidate = {.file = file, .named = true};
    const char *seen = find_seen(c, file);
    ocsp_der_t name;
    apr_status_t rv;

    if (seen != NULL) {
        mark_twice(c, seen);
        return APR_SUCCESS;
    }
    rv = ocsp_crl_read_head(&name, &candidate.this_update, file, why, c->pool);
    if (rv == APR_SUCCESS && !ocsp_issuer_has_name(issuer, name)) {
        const char *other = ocsp_issuer_describe_other(issuer, file, name,
                                                       c->pool);

        c->foreign = c->foreign == NULL
                       ? other
                       : apr_pstrcat(c->pool, c->foreign, "; ", other, NULL);
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS) {
        APR_ARRAY_PUSH(c->list, ocsp_crl_candidate_t) = candidate;
    }
    return rv;
}

static void add_found(collection_t *c, const ocsp_crl_directory_entry_t *entry)
{
    ocsp_crl_candidate_t candidate = {.file = entry->file,
                                      .this_update = entry->this_update};

    if (find_seen(c, entry->file) == NULL) {
        APR_ARRAY_PUSH(c->list, ocsp_crl_candidate_t) = candidate;
    }
}

static int compare(const void *a, const void *b)
{
    const ocsp_crl_candidate_t *left = a;
    const ocsp_crl_candidate_t *right = b;

    if (left->this_update != right->this_update) {
        return left->this_update > right->this_update ? -1 : 1;
    }
    return strcmp(left->file, right->file);
}

apr_status_t ocsp_crl_candidate_list(apr_array_header_t **out,
                                     const char **foreign,
                                     const apr_array_header_t *files,
                                     const apr_array_header_t *found,
                                     const ocsp_issuer_t *issuer,
                                     const char **why, apr_pool_t *p)
{
    collection_t c = {.list = apr_array_make(p, 8,
                                             sizeof(ocsp_crl_candidate_t)),
                      .seen = apr_hash_make(p),
                      .pool = p};
    apr_status_t rv = APR_SUCCESS;
    int i;

    *out = NULL;
    for (i = 0; files != NULL && i < files->nelts && rv == APR_SUCCESS; i++) {
        rv = add_named(&c, APR_ARRAY_IDX(files, i, const char *), issuer, why);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    for (i = 0; found != NULL && i < found->nelts; i++) {
        add_found(&c,
                  APR_ARRAY_IDX(found, i, const ocsp_crl_directory_entry_t *));
    }
    if (c.list->nelts == 0 && c.foreign != NULL) {
        *why = c.foreign;
        return OCSP_EUNKNOWNCA;
    }
    if (c.list->nelts > 1) {
        qsort(c.list->elts, (size_t)c.list->nelts, sizeof(ocsp_crl_candidate_t),
              compare);
    }
    *out = c.list;
    *foreign = c.foreign;
    return APR_SUCCESS;
}
