/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cache: what is put is found, by its key alone; the walk; renewal.
 * cache_eviction.c tests which entry is evicted.
 */
#include "shared/cache.h"

#include <stdio.h>
#include <string.h>

#include "caches.h"
#include "tap.h"

#define SIZE OCSP_CACHE_SIZE_MIN

static ocsp_cache_t *cache;

static void begin(void)
{
    free_cache(cache);
    cache = make_cache(SIZE, BODY_MAX);
}

static ocsp_cache_info_t get_info(void)
{
    ocsp_cache_info_t info;

    ocsp_cache_get_info(&info, cache);
    return info;
}

static void test_layout(void)
{
    begin();
    ok(get_info().places >= 64 && get_info().used == 0
           && get_info().evicted == 0
           && ocsp_cache_get_response_max(cache) == BODY_MAX,
       "the least memory has room for entries (%lu)",
       (unsigned long)get_info().places);
    ok(ocsp_cache_is_compatible(cache, SIZE, BODY_MAX),
       "what was laid out so is known again");
    ok(ocsp_cache_is_compatible(cache, SIZE, BODY_MAX - 1),
       "for shorter responses as well");
    ok(!ocsp_cache_is_compatible(cache, SIZE, BODY_MAX + 1),
       "but not for longer ones");
    ok(!ocsp_cache_is_compatible(cache, SIZE + 1, BODY_MAX), "nor at a size");
    memset(cache, 0, 8);
    ok(!ocsp_cache_is_compatible(cache, SIZE, BODY_MAX),
       "nor what is no cache at all");

    free_cache(cache);
    cache = make_cache(SIZE, SIZE);
    ok(get_info().places == 0 && !put(cache, 1, 0, 0, NOW) && !has(cache, 1, 0),
       "responses as long as the memory are not kept");
}

static void test_find(void)
{
    ocsp_cache_entry_t want = make_entry(3, 1, 4), got;
    unsigned char der[BODY_MAX], der_want[BODY_MAX];
    char key[KEY_LEN];

    begin();
    ok(!has(cache, 3, 1), "nothing is found at first");
    ok(put(cache, 3, 1, 4, NOW), "an entry is put");
    make_body(der_want, 3, 1, want.len);
    ok(ocsp_cache_find(&got, der, cache, make_key(key, 3))
           && memcmp(der, der_want, want.len) == 0,
       "and found");
    ok(got.produced_at == want.produced_at
           && got.this_update == want.this_update
           && got.next_update == want.next_update
           && got.renew_at == want.renew_at && got.len == want.len
           && memcmp(got.digest, want.digest, sizeof(got.digest)) == 0,
       "with all that was kept beside it");
    is_int(got.hits, 5, "this look was counted");
    ok(ocsp_cache_find(&got, NULL, cache, make_key(key, 3)) && got.hits == 5
           && got.next_update == want.next_update && got.len == want.len,
       "a look without the response is not");
    ok(!has(cache, 4, 1), "another key finds nothing");
    ok(put(cache, 3, 2, 0, NOW) && has(cache, 3, 2) && !has(cache, 3, 1),
       "a newer one takes its place");
    ok(get_info().used == 1 && get_info().evicted == 0, "and no other");
    ocsp_cache_remove(cache, make_key(key, 4));
    ok(has(cache, 3, 2), "dropping another key drops nothing");
    ocsp_cache_remove(cache, make_key(key, 3));
    ok(!has(cache, 3, 2) && get_info().used == 0, "what is dropped is gone");
    ok(put(cache, 3, 3, 0, NOW) && has(cache, 3, 3), "and may come again");
}

static void test_hits(void)
{
    ocsp_cache_entry_t got;
    unsigned char *before = make_memory(SIZE);
    char key[KEY_LEN];
    size_t i;

    begin();
    (void)put(cache, 3, 1, 0, NOW);
    for (i = 0; i < 1000; i++) {
        (void)has(cache, 3, 1);
    }
    ok(ocsp_cache_find(&got, NULL, cache, make_key(key, 3)) && got.hits == 255,
       "hits are counted up to a limit (%u)", got.hits);
    memcpy(before, cache, SIZE);
    ok(has(cache, 3, 1) && memcmp(before, cache, SIZE) == 0,
       "and then a hit writes nothing");
    free(before);
    (void)put(cache, 3, 1, 1000000, NOW);
    ok(ocsp_cache_find(&got, NULL, cache, make_key(key, 3)) && got.hits == 255,
       "which holds for those to begin with (%u)", got.hits);
}

static void test_lengths(void)
{
    unsigned char key[OCSP_CACHE_KEY_MAX + 1] = {1}, der[BODY_MAX + 1] = {2};
    unsigned char got_der[BODY_MAX];
    ocsp_cache_entry_t entry = {.next_update = NOW + 1, .len = BODY_MAX}, got;
    ocsp_der_t longest = {key, OCSP_CACHE_KEY_MAX};
    ocsp_der_t too_long = {key, OCSP_CACHE_KEY_MAX + 1};
    ocsp_der_t shorter = {key, OCSP_CACHE_KEY_MAX - 1}, none = {NULL, 0};

    begin();
    ok(!ocsp_cache_put(cache, too_long, &entry, der, NOW)
           && !ocsp_cache_find(&got, got_der, cache, too_long),
       "a key that is too long is not kept");
    ocsp_cache_remove(cache, too_long);
    ok(ocsp_cache_put(cache, longest, &entry, der, NOW)
           && ocsp_cache_find(&got, got_der, cache, longest)
           && got.len == BODY_MAX,
       "the longest response of the longest key is");
    ok(!ocsp_cache_find(&got, got_der, cache, shorter)
           && !ocsp_cache_find(&got, got_der, cache, none),
       "part of a key is another");
    entry.len = BODY_MAX + 1;
    ok(!ocsp_cache_put(cache, shorter, &entry, der, NOW)
           && !ocsp_cache_find(&got, got_der, cache, shorter),
       "a response that is too long is not kept");
    entry.len = 0;
    ok(ocsp_cache_put(cache, none, &entry, der, NOW)
           && ocsp_cache_find(&got, got_der, cache, none) && got.len == 0,
       "nothing at all may be a key");
}

static void test_log_too_long(void)
{
    unsigned again = 0, i;

    begin();
    ok(!ocsp_cache_log_too_long(cache, BODY_MAX),
       "that a response fits is not to be logged");
    ok(ocsp_cache_log_too_long(cache, BODY_MAX + 1),
       "that a response is too long is to be logged");
    for (i = 0; i < 3; i++) {
        again += ocsp_cache_log_too_long(cache, BODY_MAX + 1);
    }
    is_int(again, 0, "once");
}

/* Tags are hashes: two keys of one tag are possible, if not to be found. */
static void test_tags(void)
{
    ocsp_cache_slot_word_t *tags;
    uint64_t tag;

    free_cache(cache);
    cache = make_cache(SIZE, 32000); /* one set */
    tags = get_words(cache);
    (void)put(cache, 3, 1, 0, NOW);
    (void)put(cache, 4, 1, 0, NOW + 1);
    ok(has(cache, 3, 1) && has(cache, 4, 1), "two entries of one set");
    tag = atomic_load(&tags[0]);
    atomic_store(&tags[0], atomic_load(&tags[1]));
    atomic_store(&tags[1], tag);
    ok(!has(cache, 3, 1) && !has(cache, 4, 1),
       "a tag alone finds nothing: all octets of the key do");
    ok(put(cache, 3, 2, 0, NOW) && has(cache, 3, 2) && get_info().used == 3,
       "nor is another's place one's own");
}

static void test_walk(void)
{
    unsigned char key[OCSP_CACHE_KEY_MAX], seen[20] = {0};
    ocsp_cache_entry_t got;
    size_t cursor = 0, len, i, once = 0, n = 0;
    char want[KEY_LEN];

    begin();
    ok(!ocsp_cache_next(&got, key, &len, cache, &cursor),
       "an empty cache has no entries");
    for (i = 0; i < 20; i++) {
        (void)put(cache, (unsigned)i, 1, (uint32_t)i, NOW);
    }
    for (cursor = 0; ocsp_cache_next(&got, key, &len, cache, &cursor); n++) {
        ocsp_der_t all = make_key(want, got.hits);

        seen[got.hits]++;
        once += len == all.len && memcmp(key, all.data, len) == 0
             && got.this_update == make_entry(got.hits, 1, 0).this_update;
    }
    for (i = 0; i < 20; i++) {
        once += seen[i] == 1;
    }
    ok(n == 20 && once == 40, "a walk meets each entry once (%lu)",
       (unsigned long)n);
    ok(!ocsp_cache_next(&got, key, &len, cache, &cursor), "and ends");
}

static void test_renewal(void)
{
    char key[KEY_LEN], other[KEY_LEN];
    ocsp_der_t k = make_key(key, 3);

    begin();
    ok(!ocsp_cache_begin_renewal(cache, k, NOW),
       "an entry that is not there is not renewed");
    (void)put(cache, 3, 1, 0, NOW);
    (void)put(cache, 4, 1, 0, NOW);
    ok(ocsp_cache_begin_renewal(cache, k, NOW), "a renewal begins");
    ok(!ocsp_cache_begin_renewal(cache, k, NOW + 9),
       "no other one while it lasts");
    ok(ocsp_cache_begin_renewal(cache, make_key(other, 4), NOW),
       "but one of another entry");
    ok(ocsp_cache_begin_renewal(cache, k, NOW + 10),
       "and the next one, when its time is over");
    ok(has(cache, 3, 1), "the entry is found all the time");
    (void)put(cache, 3, 2, 0, NOW + 11);
    ok(ocsp_cache_begin_renewal(cache, k, NOW + 11),
       "a new one can be renewed at once");
}

int main(void)
{
    test_layout();
    test_find();
    test_hits();
    test_lengths();
    test_log_too_long();
    test_tags();
    test_walk();
    test_renewal();
    free_cache(cache);
    return done_testing();
}
