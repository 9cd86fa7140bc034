/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counters in stripes, which are added up when a counter is read. Floor 3.
 */
#include "shared/counters.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define STRIPES 64
#define CACHE_LINE 64

typedef struct {
    alignas(CACHE_LINE) _Atomic uint64_t n[OCSP_COUNTERS];
} stripe_t;

struct ocsp_counters_t {
    stripe_t stripes[STRIPES];
};

size_t ocsp_counters_size(void)
{
    return sizeof(ocsp_counters_t) + CACHE_LINE;
}

ocsp_counters_t *ocsp_counters_init(void *mem)
{
    uintptr_t base = (uintptr_t)mem;

    base = (base + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1);
    return (ocsp_counters_t *)base;
}

void ocsp_counters_add(ocsp_counters_t *c, unsigned long stripe,
                       ocsp_counter_t which, unsigned n)
{
    atomic_fetch_add_explicit(&c->stripes[stripe % STRIPES].n[which], n,
                              memory_order_relaxed);
}

apr_uint64_t ocsp_counters_get(const ocsp_counters_t *c, ocsp_counter_t which)
{
    apr_uint64_t sum = 0;
    size_t i;

    for (i = 0; i < STRIPES; i++) {
        sum += atomic_load_explicit(&c->stripes[i].n[which],
                                    memory_order_relaxed);
    }
    return sum;
}
