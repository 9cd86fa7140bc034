/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kept over graceful restarts: a hash in the process pool. Floor 4.
 */
#include "httpd/keep.h"

#include <httpd.h>

#include <apr_hash.h>
#include <apr_strings.h>
#include <http_config.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Another layout of these structs gets another key, and so starts anew. */
#define KEEP_KEY "mod_ocsp-keep-1"

struct ocsp_keep_t {
    apr_pool_t *pool;          /* the process's */
    ocsp_arena_t *arena;       /* or NULL */
    ocsp_counters_t *counters; /* or NULL */
    int counters_version;      /* of what made them */
    apr_hash_t *files;         /* name -> file_t */
};

/* malloc'd: a pool of the process would grow with every renewed certificate. */
typedef struct {
    unsigned char *first;
    size_t first_len;
    unsigned char *second; /* or NULL */
    size_t second_len;
    bool used; /* by the present configuration */
} file_t;

ocsp_keep_t *ocsp_keep_get(apr_pool_t *process)
{
    ocsp_keep_t *k = ap_retained_data_get(KEEP_KEY);
    apr_hash_index_t *hi;
    void *value;

    if (k == NULL) {
        k = ap_retained_data_create(KEEP_KEY, sizeof(*k));
        k->pool = process;
        k->files = apr_hash_make(process);
    }
    if (k->counters_version != OCSP_COUNTERS_VERSION) {
        k->counters = NULL;
    }
    if (k->arena != NULL && !ocsp_arena_is_compatible(k->arena)) {
        k->arena = NULL;
    }
    for (hi = apr_hash_first(NULL, k->files); hi; hi = apr_hash_next(hi)) {
        apr_hash_this(hi, NULL, NULL, &value);
        ((file_t *)value)->used = false;
    }
    return k;
}

ocsp_arena_t *ocsp_keep_get0_arena(const ocsp_keep_t *k)
{
    return k->arena;
}

void ocsp_keep_set0_arena(ocsp_keep_t *k, ocsp_arena_t *arena)
{
    k->arena = arena;
}

ocsp_counters_t *ocsp_keep_get0_counters(const ocsp_keep_t *k)
{
    return k->counters;
}

void ocsp_keep_set0_counters(ocsp_keep_t *k, ocsp_counters_t *counters)
{
    k->counters = counters;
    k->counters_version = OCSP_COUNTERS_VERSION;
}

static unsigned char *copy(ocsp_der_t from)
{
    unsigned char *to = from.data != NULL ? malloc(from.len + 1) : NULL;

    if (to != NULL) {
        memcpy(to, from.data, from.len);
        to[from.len] = '\0';
    }
    return to;
}

static void wipe(file_t *f)
{
    OPENSSL_cleanse(f->first, f->first_len);
    free(f->first);
    if (f->second != NULL) {
        OPENSSL_cleanse(f->second, f->second_len);
        free(f->second);
    }
    memset(f, 0, sizeof(*f));
}

void ocsp_keep_put(ocsp_keep_t *k, const char *name, ocsp_der_t first,
                   ocsp_der_t second)
{
    file_t *f = apr_hash_get(k->files, name, APR_HASH_KEY_STRING);
    file_t fresh = {.first = copy(first),
                    .first_len = first.len,
                    .second = copy(second),
                    .second_len = second.len,
                    .used = true};

    if (fresh.first == NULL || (second.data != NULL && fresh.second == NULL)) {
        ap_abort_on_oom();
    }
    if (f == NULL) {
        f = apr_pcalloc(k->pool, sizeof(*f));
        apr_hash_set(k->files, apr_pstrdup(k->pool, name), APR_HASH_KEY_STRING,
                     f);
    }
    else if (f->first != NULL) {
        wipe(f);
    }
    *f = fresh;
}

bool ocsp_keep_find(ocsp_keep_t *k, const char *name, ocsp_der_t *first,
                    ocsp_der_t *second)
{
    file_t *f = apr_hash_get(k->files, name, APR_HASH_KEY_STRING);

    if (f == NULL || f->first == NULL) {
        return false;
    }
    f->used = true;
    first->data = f->first;
    first->len = f->first_len;
    second->data = f->second;
    second->len = f->second_len;
    return true;
}

void ocsp_keep_sweep(ocsp_keep_t *k)
{
    apr_hash_index_t *hi;
    void *value;
    file_t *f;

    for (hi = apr_hash_first(NULL, k->files); hi; hi = apr_hash_next(hi)) {
        apr_hash_this(hi, NULL, NULL, &value);
        f = value;
        if (!f->used && f->first != NULL) {
            wipe(f);
        }
    }
}
