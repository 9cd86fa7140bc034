/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slot of the cache: what a reader gets of writers that finish, die, or write
 * on after they were taken for dead.
 */
#include "shared/cache_slot.h"

#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "tap.h"

#define NOW INT64_C(1767225600)
#define BODY_MAX 100

static ocsp_cache_slot_word_t *slot;

static void begin(void)
{
    size_t size = ocsp_cache_slot_count_words(BODY_MAX) * sizeof(*slot);

    free(slot);
    slot = aligned_alloc(64, size);
    if (slot == NULL) {
        abort();
    }
    memset(slot, 0, size);
}

/* All of what is written follows from one number. */
static void make_head(ocsp_cache_slot_copy_t *head, unsigned char *body,
                      unsigned n, size_t key_len, size_t len)
{
    memset(head, 0, sizeof(*head));
    memset(head->key, (int)(n + 1), key_len);
    memset(body, (int)(n + 2), len);
    memset(head->meta, (int)n, sizeof(head->meta));
    head->key_len = key_len;
    head->len = len;
}

static bool fill(uint64_t held, unsigned n, size_t key_len, size_t len)
{
    unsigned char body[BODY_MAX];
    ocsp_cache_slot_copy_t head;

    make_head(&head, body, n, key_len, len);
    return ocsp_cache_slot_write(slot, held, &head, body);
}

static bool renew(unsigned n, size_t key_len, size_t len, int64_t now)
{
    uint64_t held;

    return ocsp_cache_slot_lock(&held, slot, ocsp_cache_slot_get_sequence(slot),
                                now)
        && fill(held, n, key_len, len);
}

/* Whether exactly that is read, with its body and without. */
static bool holds(unsigned n, size_t key_len, size_t len)
{
    unsigned char want_body[BODY_MAX] = {0};
    pki_bytes_t body = exact(want_body, BODY_MAX);
    ocsp_cache_slot_copy_t want, got;
    bool same;

    make_head(&want, want_body, n, key_len, len);
    same = ocsp_cache_slot_read(&got, body.data, slot, BODY_MAX)
        && got.key_len == key_len && got.len == len
        && memcmp(got.key, want.key, key_len) == 0
        && memcmp(got.meta, want.meta, sizeof(want.meta)) == 0
        && memcmp(body.data, want_body, len) == 0
        && ocsp_cache_slot_read(&got, NULL, slot, BODY_MAX) && got.len == len;
    free(body.data);
    return same;
}

static bool is_unreadable(void)
{
    unsigned char body[BODY_MAX];
    ocsp_cache_slot_copy_t got;

    return !ocsp_cache_slot_read(&got, body, slot, BODY_MAX)
        && !ocsp_cache_slot_read(&got, NULL, slot, BODY_MAX);
}

static void test_lengths(void)
{
    static const struct {
        const char *name;
        size_t key_len, len;
    } cases[] = {{"whole words", 16, 80},
                 {"octets left over", 13, 77},
                 {"one octet of each", 1, 1},
                 {"no key", 0, 9},
                 {"no body", 9, 0},
                 {"the longest of both", OCSP_CACHE_SLOT_KEY_MAX, BODY_MAX}};
    size_t i;

    begin();
    ok(is_unreadable(), "zeroes are nothing");
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ok(renew((unsigned)i * 3, cases[i].key_len, cases[i].len, NOW)
               && holds((unsigned)i * 3, cases[i].key_len, cases[i].len),
           "%s: what was written is read", cases[i].name);
    }
    ok(ocsp_cache_slot_get_meta(slot, 3) == UINT64_C(0x0f0f0f0f0f0f0f0f),
       "a word of meta alone");
    ok(ocsp_cache_slot_clear(slot, ocsp_cache_slot_get_sequence(slot))
           && is_unreadable(),
       "what is cleared is gone");
}

/* Every bit of a slot but those of the renewal. */
static void test_flips(void)
{
    size_t used = 4 + OCSP_CACHE_SLOT_META + 2 + 7, i;
    unsigned bit, unread = 0, restored = 0;

    begin();
    (void)renew(5, 13, 50, NOW);
    for (i = 0; i < used; i++) {
        for (bit = 0; bit < 64; bit++) {
            uint64_t word = atomic_load(&slot[i]);

            atomic_store(&slot[i], word ^ UINT64_C(1) << bit);
            unread += is_unreadable();
            atomic_store(&slot[i], word);
            restored += holds(5, 13, 50);
        }
    }
    is_int(unread, (long long)(used - 1) * 64, "no bit may be another");
    is_int(restored, (long long)used * 64, "as it was, it is read");
}

/* Lengths are used before the sum is known. */
static void test_hostile_lengths(void)
{
    static const uint64_t lengths[] = {UINT64_MAX, UINT64_C(257) << 32,
                                       BODY_MAX + 1, UINT32_MAX,
                                       UINT64_C(0x80000000) << 32};
    size_t i, unread = 0;

    begin();
    (void)renew(5, 13, 50, NOW);
    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        atomic_store(&slot[3], lengths[i]);
        unread += is_unreadable();
    }
    is_int((long long)unread, (long long)i, "nor may lengths be too long");
}

static void test_dead_writer(void)
{
    uint64_t dead, held, look;

    begin();
    (void)renew(1, 20, 40, NOW);
    look = ocsp_cache_slot_get_sequence(slot);
    ok(!ocsp_cache_slot_is_locked(look) && !ocsp_cache_slot_is_busy(look, NOW),
       "a slot that was written is not locked");
    ok(ocsp_cache_slot_lock(&dead, slot, look, NOW), "a writer locks it");
    ok(!ocsp_cache_slot_lock(&held, slot, look, NOW), "one writer alone");
    ok(is_unreadable(), "nothing is read while it is written");
    look = ocsp_cache_slot_get_sequence(slot);
    ok(ocsp_cache_slot_is_locked(look) && ocsp_cache_slot_is_busy(look, NOW)
           && ocsp_cache_slot_is_busy(look, NOW + 10)
           && ocsp_cache_slot_is_busy(look, NOW - 10),
       "the writer has ten seconds");
    ok(!ocsp_cache_slot_is_busy(look, NOW + 11)
           && !ocsp_cache_slot_is_busy(look, NOW - 11),
       "then it has died, or the clock was put back");
    ok(ocsp_cache_slot_lock(&held, slot, look, NOW + 11)
           && ocsp_cache_slot_is_locked(ocsp_cache_slot_get_sequence(slot))
           && is_unreadable(),
       "another writer takes the lock over");
    ok(!ocsp_cache_slot_clear(slot, dead),
       "the first one cannot empty the slot");
    ok(fill(held, 2, 20, 40) && holds(2, 20, 40),
       "what the second one writes is read");
}

/* It writes on: all of its words, and its sum. */
static void test_late_writer(void)
{
    uint64_t dead, held;

    begin();
    (void)ocsp_cache_slot_lock(&dead, slot, 0, NOW);
    (void)ocsp_cache_slot_lock(&held, slot, dead, NOW + 11);
    ok(fill(held, 2, 20, 40) && !fill(dead, 1, 20, 40),
       "a writer that was taken for dead is too late");
    ok(is_unreadable(), "what it spoils is not read");
    ok(renew(3, 20, 40, NOW + 12) && holds(3, 20, 40), "until it is reslotd");

    begin();
    (void)ocsp_cache_slot_lock(&dead, slot, 0, NOW);
    (void)ocsp_cache_slot_lock(&held, slot, dead, NOW + 11);
    ok(!fill(dead, 1, 20, 40) && is_unreadable(),
       "it cannot unlock what another one writes");
    ok(fill(held, 2, 20, 40) && holds(2, 20, 40), "that one does");
}

static void test_age(void)
{
    begin();
    (void)renew(1, 20, 40, NOW);
    ok(ocsp_cache_slot_get_age(ocsp_cache_slot_get_sequence(slot), NOW + 77)
           == 77,
       "its age");
    ok(ocsp_cache_slot_get_age(ocsp_cache_slot_get_sequence(slot), NOW - 77)
           == 0,
       "is not less than nothing");
}

static void test_renewal(void)
{
    begin();
    (void)renew(1, 20, 40, NOW);
    ok(ocsp_cache_slot_begin_renewal(slot, NOW, 60), "a renewal begins");
    ok(!ocsp_cache_slot_begin_renewal(slot, NOW, 60)
           && !ocsp_cache_slot_begin_renewal(slot, NOW + 59, 60),
       "no other one while it lasts");
    ok(ocsp_cache_slot_begin_renewal(slot, NOW + 60, 60),
       "but one when its time is over");
    ok(ocsp_cache_slot_begin_renewal(slot, NOW - 1, 60),
       "or the clock was put back");
    ok(holds(1, 20, 40), "the content is read all the time");
    (void)renew(1, 20, 40, NOW);
    ok(ocsp_cache_slot_begin_renewal(slot, NOW, 60),
       "new content can be renewed at once");
}

int main(void)
{
    test_lengths();
    test_flips();
    test_hostile_lengths();
    test_dead_writer();
    test_late_writer();
    test_age();
    test_renewal();
    free(slot);
    return done_testing();
}
