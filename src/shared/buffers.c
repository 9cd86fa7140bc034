/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See buffers.h. Floor 3.
 */
#include "shared/buffers.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

/* So that no two buffers share one. */
#define CACHE_LINE ((size_t)64)

/* What stands before a buffer's octets. */
typedef struct {
    _Atomic unsigned *holders; /* how many hold it */
    alignas(max_align_t) unsigned char octets[];
} buffer_t;

struct ocsp_buffers_t {
    size_t len;    /* of each one's octets */
    size_t stride; /* from one to the next */
    unsigned char *first;
    /* Not in them: who looks for one that is free looks at a few lines. */
    _Atomic unsigned holders[OCSP_BUFFERS];
};

ocsp_buffers_t *ocsp_buffers_make(apr_pool_t *p, size_t len)
{
    ocsp_buffers_t *b = apr_pcalloc(p, sizeof(*b));
    uintptr_t first;
    unsigned i;

    b->len = len;
    b->stride = APR_ALIGN(sizeof(buffer_t) + len, CACHE_LINE);
    first = (uintptr_t)apr_palloc(p, b->stride * OCSP_BUFFERS + CACHE_LINE);
    b->first = (unsigned char *)APR_ALIGN(first, CACHE_LINE);
    for (i = 0; i < OCSP_BUFFERS; i++) {
        atomic_init(&b->holders[i], 0);
    }
    return b;
}

static buffer_t *get_buffer(void *octets)
{
    void *buffer = (unsigned char *)octets - offsetof(buffer_t, octets);

    return buffer;
}

void *ocsp_buffers_take(ocsp_buffers_t *b, size_t len)
{
    unsigned i;

    if (b == NULL || len > b->len) {
        return NULL;
    }
    for (i = 0; i < OCSP_BUFFERS; i++) {
        unsigned none = 0;

        if (atomic_load_explicit(&b->holders[i], memory_order_relaxed) == 0
            && atomic_compare_exchange_strong(&b->holders[i], &none, 1)) {
            void *at = b->first + i * b->stride;
            buffer_t *buffer = at;

            buffer->holders = &b->holders[i];
            return buffer->octets;
        }
    }
    return NULL;
}

void ocsp_buffers_hold(void *octets)
{
    atomic_fetch_add(get_buffer(octets)->holders, 1);
}

void ocsp_buffers_release(void *octets)
{
    atomic_fetch_sub(get_buffer(octets)->holders, 1);
}

static apr_status_t release(void *octets)
{
    ocsp_buffers_release(octets);
    return APR_SUCCESS;
}

void ocsp_buffers_give(void *octets, apr_pool_t *p)
{
    apr_pool_cleanup_register(p, octets, release, apr_pool_cleanup_null);
}
