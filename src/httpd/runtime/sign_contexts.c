/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The contexts of all threads are in one list. Those of a thread that has ended
 * are given to the next new one. Floor 4.
 */
#include "httpd/runtime/sign_contexts.h"

#include <stdatomic.h>
#include <stdbool.h>

/* In a pool without a parent, since threads make them at the same time. */
typedef struct entry_t {
    apr_pool_t *pool;
    ocsp_signer_contexts_t *contexts;
    _Atomic bool idle; /* its thread has ended */
    struct entry_t *next;
} entry_t;

struct ocsp_sign_contexts_t {
    /* Finds the contexts of a thread, faster than apr_thread_data_get, which
     * searches a table by name. NULL: they are not kept. */
    apr_threadkey_t *key;
    _Atomic(entry_t *) all;
};

ocsp_sign_contexts_t *ocsp_sign_contexts_make(apr_pool_t *pconf)
{
    return apr_pcalloc(pconf, sizeof(ocsp_sign_contexts_t));
}

static apr_status_t free_all(void *data)
{
    ocsp_sign_contexts_t *t = data;
    entry_t *entry = atomic_exchange(&t->all, NULL);

    (void)apr_threadkey_private_delete(t->key);
    t->key = NULL;
    while (entry != NULL) {
        entry_t *next = entry->next;

        apr_pool_destroy(entry->pool);
        entry = next;
    }
    return APR_SUCCESS;
}

/* Called when a thread ends: mod_http2 often starts and ends threads. */
static void release(void *data)
{
    entry_t *entry = data;

    atomic_store(&entry->idle, true);
}

void ocsp_sign_contexts_start_child(ocsp_sign_contexts_t *t, apr_pool_t *pchild)
{
    if (apr_threadkey_private_create(&t->key, release, pchild) != APR_SUCCESS) {
        t->key = NULL; /* then each signature makes its own */
        return;
    }
    apr_pool_cleanup_register(pchild, t, free_all, apr_pool_cleanup_null);
}

/* @return the contexts of a thread that has ended, or NULL */
static entry_t *reuse(ocsp_sign_contexts_t *t)
{
    entry_t *entry;
    bool idle = true;

    for (entry = atomic_load(&t->all); entry != NULL; entry = entry->next) {
        if (atomic_compare_exchange_strong(&entry->idle, &idle, false)) {
            return entry;
        }
        idle = true;
    }
    return NULL;
}

/* @return NULL: no memory */
static entry_t *make(ocsp_sign_contexts_t *t)
{
    apr_pool_t *pool;
    entry_t *entry;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(pool, "ocsp_thread");
    entry = apr_palloc(pool, sizeof(*entry));
    entry->pool = pool;
    entry->contexts = ocsp_sign_context_make(pool);
    atomic_init(&entry->idle, false);
    entry->next = atomic_load(&t->all);
    while (!atomic_compare_exchange_weak(&t->all, &entry->next, entry)) {
    }
    return entry;
}

static entry_t *get(ocsp_sign_contexts_t *t)
{
    entry_t *entry = reuse(t);

    if (entry == NULL) {
        entry = make(t);
    }
    if (entry != NULL
        && apr_threadkey_private_set(entry, t->key) != APR_SUCCESS) {
        release(entry);
        return NULL;
    }
    return entry;
}

ocsp_signer_contexts_t *ocsp_sign_contexts_get_contexts(
    ocsp_sign_contexts_t *t, const apr_thread_t *thread)
{
    void *found = NULL;
    const entry_t *entry;

    if (thread == NULL || t->key == NULL
        || apr_threadkey_private_get(&found, t->key) != APR_SUCCESS) {
        return NULL;
    }
    entry = found != NULL ? found : get(t);
    return entry != NULL ? entry->contexts : NULL;
}
