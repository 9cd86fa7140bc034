/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which entry of the cache is evicted: within one set, and by a simulation of
 * hot entries under a stream of keys that are requested once.
 */
#include "shared/cache.h"

#include <stdint.h>

#include "caches.h"
#include "tap.h"

#define WAYS 8
#define STRANGER 1000000 /* and those after it are asked for once */

static ocsp_cache_t *cache;

static uint32_t get_hits(unsigned n)
{
    ocsp_cache_entry_t e;
    char key[KEY_LEN];

    return ocsp_cache_find(&e, NULL, cache, make_key(key, n)) ? e.hits
                                                              : UINT32_MAX;
}

static bool is_there(unsigned n)
{
    return get_hits(n) != UINT32_MAX;
}

/* A cache of one set; in it, keys from 0 on, with these hits, each put a second
 * after the other. */
static void begin(const uint32_t hits[WAYS])
{
    unsigned i;

    free_cache(cache);
    cache = make_cache(OCSP_CACHE_SIZE_MIN, 32000);
    for (i = 0; i < WAYS; i++) {
        (void)put(cache, i, 1, hits[i], NOW + i);
    }
}

static unsigned count_there(void)
{
    unsigned i, n = 0;

    for (i = 0; i < WAYS; i++) {
        n += is_there(i);
    }
    return n;
}

static apr_uint64_t get_evicted(void)
{
    ocsp_cache_info_t info;

    ocsp_cache_get_info(&info, cache);
    return info.evicted;
}

static void test_never_asked(void)
{
    static const uint32_t cold[WAYS] = {0},
                          one_cold[WAYS] = {9, 9, 9, 9, 9, 0, 9, 9};
    unsigned i, n = 0;

    begin(cold);
    ok(count_there() == WAYS && get_evicted() == 0, "a set is filled");
    ok(put(cache, STRANGER, 1, 0, NOW + 20) && !is_there(0)
           && count_there() == WAYS - 1 && get_evicted() == 1,
       "then the oldest is evicted");
    ok(put(cache, STRANGER + 1, 1, 0, NOW + 20) && !is_there(1),
       "and the next oldest");

    begin(one_cold);
    for (i = 0; i < 1000; i++) {
        n += put(cache, STRANGER + i, 1, 0, NOW + 20);
    }
    ok(n == 1000 && !is_there(5) && count_there() == WAYS - 1,
       "entries without hits evict none that has");
    is_int(get_hits(0), 9, "nor do its hits fade");
}

static void test_past(void)
{
    static const uint32_t hits[WAYS] = {0, 0, 0, 50, 0, 0, 0, 0};
    char key[KEY_LEN];
    ocsp_cache_entry_t past = make_entry(3, 1, 50);
    unsigned char der[BODY_MAX] = {0};

    begin(hits);
    past.next_update = NOW + 20;
    (void)ocsp_cache_put(cache, make_key(key, 3), &past, der, NOW);
    ok(put(cache, STRANGER, 1, 0, NOW + 20) && !is_there(3)
           && count_there() == WAYS - 1 && get_evicted() == 0,
       "an expired entry is evicted first, whatever its hits");
}

static void test_all_asked(void)
{
    static const uint32_t hits[WAYS] = {255, 5, 200, 2, 4, 3, 100, 50};
    unsigned i, refused = 0;

    begin(hits);
    for (i = 0; i < 7; i++) {
        refused += !put(cache, STRANGER + i, 1, 0, NOW + 20);
    }
    ok(refused == 7 && count_there() == WAYS && get_hits(0) == 255,
       "where all have hits, new entries are rejected");
    ok(put(cache, STRANGER + 7, 1, 0, NOW + 20) && !is_there(3)
           && count_there() == WAYS - 1 && is_there(STRANGER + 7),
       "but for one of eight, which evicts the one with the fewest hits");
    ok(get_hits(0) == 63 && get_hits(2) == 50 && get_hits(1) == 1,
       "the hits of the others fade");
    ok(put(cache, STRANGER + 8, 1, 0, NOW + 21) && !is_there(5)
           && count_there() == WAYS - 2,
       "one without hits left is evicted next, being older");

    begin(hits);
    ok(put(cache, STRANGER, 1, 3, NOW + 20) && !is_there(3)
           && count_there() == WAYS - 1 && get_hits(0) == 255,
       "an entry with more hits is stored");
    begin(hits);
    ok(put(cache, 0, 2, 0, NOW + 20) && has(cache, 0, 2)
           && count_there() == WAYS,
       "so is the next one of the same key");
}

/* -------------------------------------------------------------- simulation */

static uint32_t state = 20260101;

static uint32_t draw(uint32_t n)
{
    state = state * 1664525U + 1013904223U;
    return (uint32_t)((uint64_t)state * n >> 32);
}

/* A request: what is not found is put. @return whether it was found */
static bool ask(unsigned n)
{
    return has(cache, n, 1) || (put(cache, n, 1, 0, NOW), false);
}

/* So many requests for what is hot, each followed by strangers' one.
 * @return how many of a thousand of the first were found */
static unsigned run(unsigned first, unsigned hot, unsigned strangers,
                    unsigned requests)
{
    static unsigned stranger = STRANGER;
    unsigned i, j, found = 0;

    for (i = 0; i < requests; i++) {
        found += ask(first + draw(hot));
        for (j = 0; j < strangers; j++) {
            (void)ask(stranger++);
        }
    }
    return requests > 0 ? (unsigned)((uint64_t)found * 1000 / requests) : 0;
}

static void reaches(unsigned rate, unsigned want, const char *name)
{
    ok(rate >= want, "%s (of 1000 found %u, at least %u)", name, rate, want);
}

static void test_simulation(void)
{
    ocsp_cache_info_t info;
    unsigned places;

    free_cache(cache);
    cache = make_cache((size_t)2 << 20, BODY_MAX);
    ocsp_cache_get_info(&info, cache);
    places = (unsigned)info.places;
    (void)run(0, places / 2, 1, places * 16);
    reaches(run(0, places / 2, 1, places), 970,
            "half of the places are hot: they stay so under strangers");
    (void)run(places, places / 2, 1, places * 32);
    reaches(run(places, places / 2, 1, places), 950,
            "what is hot now takes the place of what was");
    (void)run(places * 2, places / 10, 1, places * 3);
    reaches(run(places * 2, places / 10, 1, places), 970,
            "the less it is, the sooner");
    (void)run(places * 2, places / 10, 20, places);
    reaches(run(places * 2, places / 10, 20, places), 970,
            "and twenty strangers to one do not change that");
}

int main(void)
{
    test_never_asked();
    test_past();
    test_all_asked();
    test_simulation();
    free_cache(cache);
    return done_testing();
}
