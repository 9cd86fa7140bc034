/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Caches for the unit tests, and entries all of whose octets follow from two
 * numbers: which key, and which generation of its response.
 */
#ifndef OCSP_UNIT_CACHES_H
#define OCSP_UNIT_CACHES_H

#include "shared/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/cache_slot.h"

#define NOW INT64_C(1767225600)
#define BODY_MAX 1000
#define KEY_LEN 121

#define CACHES __attribute__((unused)) static

/** Zeroes, aligned to a page. */
CACHES void *make_memory(size_t len)
{
    void *mem = aligned_alloc(4096, (len + 4095) / 4096 * 4096);

    if (mem == NULL) {
        abort();
    }
    return memset(mem, 0, len);
}

/** @param response_max BODY_MAX or more */
CACHES ocsp_cache_t *make_cache(size_t len, size_t response_max)
{
    static const unsigned char seed[16] = "a secret of ours";

    return ocsp_cache_init(make_memory(len), len, response_max, seed);
}

/** What make_cache made. */
CACHES void free_cache(ocsp_cache_t *c)
{
    free(c);
}

/** The words behind the header of a cache, as src/README draws them: tags of all
 * slots, hits of all slots, the slots. */
CACHES ocsp_cache_slot_word_t *get_words(ocsp_cache_t *c)
{
    return (ocsp_cache_slot_word_t *)(void *)((unsigned char *)c + 128);
}

/** @param buf the key is in it */
CACHES ocsp_der_t make_key(char buf[KEY_LEN], unsigned n)
{
    (void)snprintf(buf, KEY_LEN, "%0*u", KEY_LEN - 1, n);
    return (ocsp_der_t){(const unsigned char *)buf, KEY_LEN - 1};
}

CACHES ocsp_cache_entry_t make_entry(unsigned n, unsigned generation,
                                     uint32_t hits)
{
    ocsp_cache_entry_t e = {.produced_at = NOW + n,
                            .this_update = NOW + n + (int64_t)generation * 7,
                            .next_update = NOW + 1000 + generation,
                            .renew_at = NOW + 500 + generation,
                            .hits = hits};

    e.len = BODY_MAX - (n + generation * 13) % 700;
    memset(e.digest, (int)(n * 31 + generation), sizeof(e.digest));
    return e;
}

CACHES void make_body(unsigned char *der, unsigned n, unsigned generation,
                      size_t len)
{
    uint32_t x = n * 2654435761U + generation * 40503U + 1;
    size_t i;

    for (i = 0; i < len; i++) {
        x = x * 1664525U + 1013904223U;
        der[i] = (unsigned char)(x >> 24);
    }
}

CACHES bool put(ocsp_cache_t *c, unsigned n, unsigned generation, uint32_t hits,
                int64_t now)
{
    ocsp_cache_entry_t e = make_entry(n, generation, hits);
    unsigned char der[BODY_MAX];
    char key[KEY_LEN];

    make_body(der, n, generation, e.len);
    return ocsp_cache_put(c, make_key(key, n), &e, der, now);
}

/** @return whether this generation is found, which counts as a hit; 1 octet of
 *         it is looked at. */
CACHES bool has(ocsp_cache_t *c, unsigned n, unsigned generation)
{
    unsigned char der[BODY_MAX], want;
    ocsp_cache_entry_t e;
    char key[KEY_LEN];

    make_body(&want, n, generation, 1);
    return ocsp_cache_find(&e, der, c, make_key(key, n)) && der[0] == want
        && e.next_update == NOW + 1000 + generation;
}

#endif
