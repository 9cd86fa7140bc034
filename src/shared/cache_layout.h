/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The block of the cache, for the files that are in it: a header, the tags of
 * all places, their hits, the places, eight of which are a set. src/README
 * draws it. Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_LAYOUT_H
#define OCSP_SHARED_CACHE_LAYOUT_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/cache_slot.h"
#include "wire/der.h"

#define OCSP_CACHE_LAYOUT_LINE 64

/** Places a set: their tags share a cache line. */
#define OCSP_CACHE_LAYOUT_WAYS 8

/** Who is asked for more often is just as hot, and counting would only move
 * cache lines about. */
#define OCSP_CACHE_LAYOUT_HITS_MAX 255

typedef struct ocsp_cache_t ocsp_cache_t; /* of cache.h, which is above */

/** All that the processes share. */
struct ocsp_cache_t {
    uint64_t magic;
    uint32_t version; /* OCSP_CACHE_VERSION */
    uint32_t header_size;
    uint64_t len; /* octets of the block */
    uint64_t response_max;
    uint64_t sets;
    uint64_t place_words;
    uint64_t seed[2];
    /* These change; the line above does not. */
    alignas(OCSP_CACHE_LAYOUT_LINE) _Atomic uint64_t evicted;
    _Atomic uint64_t refused;
    _Atomic uint64_t told; /* whether ocsp_cache_tell has returned true */
    /* tags of all places, 0: empty; their hits; the places */
    alignas(OCSP_CACHE_LAYOUT_LINE) ocsp_cache_slot_word_t words[];
};

/** What a place's meta is. */
enum {
    OCSP_CACHE_LAYOUT_PRODUCED_AT = 0,
    OCSP_CACHE_LAYOUT_THIS_UPDATE,
    OCSP_CACHE_LAYOUT_NEXT_UPDATE,
    OCSP_CACHE_LAYOUT_RENEW_AT,
    OCSP_CACHE_LAYOUT_DIGEST
};

/** Where a key belongs. */
typedef struct {
    uint64_t tag; /* not 0 */
    size_t first; /* place of the set */
} ocsp_cache_home_t;

/** How many places there are. Pure. */
static inline size_t ocsp_cache_layout_count(const ocsp_cache_t *c)
{
    return (size_t)c->sets * OCSP_CACHE_LAYOUT_WAYS;
}

/** Which of c->words the n-th place begins with. Pure. */
static inline size_t ocsp_cache_layout_index(const ocsp_cache_t *c, size_t n)
{
    return 2 * ocsp_cache_layout_count(c) + n * (size_t)c->place_words;
}

/** What can be in the n-th place; 0: nothing. Any thread. */
static inline uint64_t ocsp_cache_layout_get_tag(const ocsp_cache_t *c,
                                                 size_t n)
{
    return atomic_load_explicit(&c->words[n], memory_order_acquire);
}

/** The hits of the n-th place. Any thread. */
static inline uint32_t ocsp_cache_layout_get_hits(const ocsp_cache_t *c,
                                                  size_t n)
{
    return (
        uint32_t)atomic_load_explicit(&c->words[ocsp_cache_layout_count(c) + n],
                                      memory_order_relaxed);
}

/** Any thread. */
static inline void ocsp_cache_layout_set_hits(ocsp_cache_t *c, size_t n,
                                              uint32_t hits)
{
    atomic_store_explicit(&c->words[ocsp_cache_layout_count(c) + n], hits,
                          memory_order_relaxed);
}

/** Read all of the n-th place, as ocsp_cache_slot_read. Any thread. */
static inline bool ocsp_cache_layout_read(ocsp_cache_slot_copy_t *out,
                                          unsigned char *der,
                                          const ocsp_cache_t *c, size_t n)
{
    return ocsp_cache_slot_read(out, der,
                                &c->words[ocsp_cache_layout_index(c, n)],
                                (size_t)c->response_max);
}

/** @return whether a copy is a key's. Pure. */
static inline bool ocsp_cache_layout_is_key(const ocsp_cache_slot_copy_t *copy,
                                            ocsp_der_t key)
{
    return ocsp_der_equal((ocsp_der_t){copy->key, copy->key_len}, key);
}

#endif
