/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See threads.h. Floor 4.
 */
#include "httpd/runtime/sign_contexts.h"

#include <stdatomic.h>
#include <stdbool.h>

/* In a pool of its own, which is nobody's child: threads make them at once. */
typedef struct kept_t {
    apr_pool_t *pool;
    ocsp_signer_contexts_t *contexts;
    _Atomic bool idle; /* its thread has ended */
    struct kept_t *next;
} kept_t;

struct ocsp_sign_contexts_t {
    /* Under which a thread finds its contexts: a look at memory that it has at
     * hand, where apr_thread_data_get searches a table by name. NULL: nobody
     * would free them. */
    apr_threadkey_t *key;
    _Atomic(kept_t *) all;
};

ocsp_sign_contexts_t *ocsp_sign_contexts_make(apr_pool_t *pconf)
{
    return apr_pcalloc(pconf, sizeof(ocsp_sign_contexts_t));
}

static apr_status_t free_all(void *data)
{
    ocsp_sign_contexts_t *t = data;
    kept_t *kept = atomic_exchange(&t->all, NULL);

    (void)apr_threadkey_private_delete(t->key);
    t->key = NULL;
    while (kept != NULL) {
        kept_t *next = kept->next;

        apr_pool_destroy(kept->pool);
        kept = next;
    }
    return APR_SUCCESS;
}

/* A thread has ended: mod_http2's come and go. */
static void leave(void *data)
{
    kept_t *kept = data;

    atomic_store(&kept->idle, true);
}

void ocsp_sign_contexts_start_child(ocsp_sign_contexts_t *t, apr_pool_t *pchild)
{
    if (apr_threadkey_private_create(&t->key, leave, pchild) != APR_SUCCESS) {
        t->key = NULL; /* then each signature makes its own */
        return;
    }
    apr_pool_cleanup_register(pchild, t, free_all, apr_pool_cleanup_null);
}

/* What a thread has left, or NULL. */
static kept_t *take_over(ocsp_sign_contexts_t *t)
{
    kept_t *kept;
    bool idle = true;

    for (kept = atomic_load(&t->all); kept != NULL; kept = kept->next) {
        if (atomic_compare_exchange_strong(&kept->idle, &idle, false)) {
            return kept;
        }
        idle = true;
    }
    return NULL;
}

/* @return NULL: no memory */
static kept_t *make(ocsp_sign_contexts_t *t)
{
    apr_pool_t *pool;
    kept_t *kept;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(pool, "ocsp_thread");
    kept = apr_palloc(pool, sizeof(*kept));
    kept->pool = pool;
    kept->contexts = ocsp_signer_make_contexts(pool);
    atomic_init(&kept->idle, false);
    kept->next = atomic_load(&t->all);
    while (!atomic_compare_exchange_weak(&t->all, &kept->next, kept)) {
    }
    return kept;
}

static kept_t *keep(ocsp_sign_contexts_t *t)
{
    kept_t *kept = take_over(t);

    if (kept == NULL) {
        kept = make(t);
    }
    if (kept != NULL
        && apr_threadkey_private_set(kept, t->key) != APR_SUCCESS) {
        leave(kept);
        return NULL;
    }
    return kept;
}

ocsp_signer_contexts_t *ocsp_sign_contexts_get_contexts(
    ocsp_sign_contexts_t *t, const apr_thread_t *thread)
{
    void *found = NULL;
    const kept_t *kept;

    if (thread == NULL || t->key == NULL
        || apr_threadkey_private_get(&found, t->key) != APR_SUCCESS) {
        return NULL;
    }
    kept = found != NULL ? found : keep(t);
    return kept != NULL ? kept->contexts : NULL;
}
