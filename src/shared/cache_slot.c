/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See place.h; src/README draws a place.
 *
 * The sequence moves when writing begins and when it ends: a reader who finds
 * it where it was has seen no writer. Only a writer that slept until another
 * took the place from it can break that, writing on into what is not its own
 * any more. Therefore the sum, over every word and over the sequence at which
 * they may be read: neither a mixture of two writers' words nor all words of
 * the wrong one fit. Words are loaded with acquire and stored with release
 * rather than between fences, which ThreadSanitizer does not know. Floor 3.
 */
#include "shared/cache_slot.h"

#include <string.h>

/* The words of a place. */
enum {
    SEQUENCE = 0, /* count << 32 | when it was taken, seconds; odd: held */
    SUM,
    CLAIM,   /* until when, seconds; neither it nor those above are in SUM */
    LENGTHS, /* octets of the key << 32 | octets of the body */
    META,
    KEY = META
        + OCSP_CACHE_SLOT_META /* the body begins with the word behind it */
};

#define COUNT_ONE (UINT64_C(1) << 32)
#define LINE_WORDS 8

static size_t count_words(size_t octets)
{
    return (octets + 7) / 8;
}

size_t ocsp_cache_slot_count_words(size_t body_max)
{
    size_t words = KEY + OCSP_CACHE_SLOT_KEY_MAX / 8 + count_words(body_max);

    return (words + LINE_WORDS - 1) / LINE_WORDS * LINE_WORDS;
}

/* ------------------------------------------------------------------ the sum */

static uint64_t start_sum(uint64_t sequence)
{
    return sequence ^ UINT64_C(0x9e3779b97f4a7c15);
}

/* One word more or less that differs always shows: each step can be undone. */
static inline uint64_t add_to_sum(uint64_t sum, uint64_t word)
{
    word ^= word >> 32;
    return (sum << 27 | sum >> 37) + word * UINT64_C(0xff51afd7ed558ccd);
}

/* ------------------------------------------------------------------ reading */

static inline uint64_t load(const ocsp_cache_slot_word_t *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static uint64_t load_octets(unsigned char *to,
                            const ocsp_cache_slot_word_t *from, size_t len,
                            uint64_t sum)
{
    uint64_t word;
    size_t i;

    for (i = 0; i + 8 <= len; i += 8) {
        word = load(from++);
        memcpy(to + i, &word, 8);
        sum = add_to_sum(sum, word);
    }
    if (i < len) {
        word = load(from);
        memcpy(to + i, &word, len - i);
        sum = add_to_sum(sum, word);
    }
    return sum;
}

static uint64_t load_words(const ocsp_cache_slot_word_t *from, size_t n,
                           uint64_t sum)
{
    while (n-- > 0) {
        sum = add_to_sum(sum, load(from++));
    }
    return sum;
}

bool ocsp_cache_slot_read(ocsp_cache_slot_copy_t *out, unsigned char *body,
                          const ocsp_cache_slot_word_t *place, size_t body_max)
{
    uint64_t sequence = load(&place[SEQUENCE]);
    uint64_t want = load(&place[SUM]);
    uint64_t lengths = load(&place[LENGTHS]);
    uint64_t sum = add_to_sum(start_sum(sequence), lengths);
    const ocsp_cache_slot_word_t *behind_key;
    size_t i;

    out->key_len = (size_t)(lengths >> 32);
    out->len = (size_t)(lengths & UINT32_MAX);
    /* Before the sum is known, lengths may be anything. */
    if (ocsp_cache_slot_is_held(sequence)
        || out->key_len > OCSP_CACHE_SLOT_KEY_MAX || out->len > body_max) {
        return false;
    }
    for (i = 0; i < OCSP_CACHE_SLOT_META; i++) {
        out->meta[i] = load(&place[META + i]);
        sum = add_to_sum(sum, out->meta[i]);
    }
    sum = load_octets(out->key, &place[KEY], out->key_len, sum);
    behind_key = &place[KEY + count_words(out->key_len)];
    if (body != NULL) {
        sum = load_octets(body, behind_key, out->len, sum);
    }
    else {
        sum = load_words(behind_key, count_words(out->len), sum);
    }
    return sum == want
        && atomic_load_explicit(&place[SEQUENCE], memory_order_relaxed)
               == sequence;
}

uint64_t ocsp_cache_slot_guess(const ocsp_cache_slot_word_t *place, size_t meta)
{
    return atomic_load_explicit(&place[META + meta], memory_order_relaxed);
}

/* ------------------------------------------------------------- the sequence */

/* Seconds from the time in a sequence to now, if those are of one lifetime. */
static int32_t count_seconds(uint64_t sequence, int64_t now)
{
    return (int32_t)((uint32_t)(uint64_t)now - (uint32_t)sequence);
}

uint64_t ocsp_cache_slot_look(const ocsp_cache_slot_word_t *place)
{
    return load(&place[SEQUENCE]);
}

bool ocsp_cache_slot_is_held(uint64_t sequence)
{
    return (sequence & COUNT_ONE) != 0;
}

bool ocsp_cache_slot_is_busy(uint64_t sequence, int64_t now)
{
    int32_t age = count_seconds(sequence, now);

    /* Far in the future: the clock went back since. A little: the threads
     * looked at it one after the other. */
    return ocsp_cache_slot_is_held(sequence) && age <= OCSP_CACHE_SLOT_DEAD_S
        && age >= -OCSP_CACHE_SLOT_DEAD_S;
}

uint32_t ocsp_cache_slot_get_age(uint64_t sequence, int64_t now)
{
    int32_t age = count_seconds(sequence, now);

    return age > 0 ? (uint32_t)age : 0;
}

static bool move(ocsp_cache_slot_word_t *place, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong_explicit(&place[SEQUENCE], &from, to,
                                                   memory_order_acq_rel,
                                                   memory_order_relaxed);
}

bool ocsp_cache_slot_take(uint64_t *held, ocsp_cache_slot_word_t *place,
                          uint64_t sequence, int64_t now)
{
    /* From even to the next odd; from a dead one's odd to the next but one. */
    uint64_t count = ((sequence >> 32) + 1) | 1;

    *held = count << 32 | (uint32_t)(uint64_t)now;
    return move(place, sequence, *held);
}

/* ------------------------------------------------------------------ writing */

static inline void store(ocsp_cache_slot_word_t *word, uint64_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

static uint64_t store_octets(ocsp_cache_slot_word_t *to,
                             const unsigned char *from, size_t len,
                             uint64_t sum)
{
    size_t i, n;
    uint64_t word;

    for (i = 0; i < len; i += n) {
        n = len - i < 8 ? len - i : 8;
        word = 0;
        memcpy(&word, from + i, n);
        store(to++, word);
        sum = add_to_sum(sum, word);
    }
    return sum;
}

bool ocsp_cache_slot_fill(ocsp_cache_slot_word_t *place, uint64_t held,
                          const ocsp_cache_slot_copy_t *head,
                          const unsigned char *body)
{
    uint64_t lengths = (uint64_t)head->key_len << 32 | head->len;
    uint64_t sum = add_to_sum(start_sum(held + COUNT_ONE), lengths);
    size_t i;

    store(&place[CLAIM], 0);
    store(&place[LENGTHS], lengths);
    for (i = 0; i < OCSP_CACHE_SLOT_META; i++) {
        store(&place[META + i], head->meta[i]);
        sum = add_to_sum(sum, head->meta[i]);
    }
    sum = store_octets(&place[KEY], head->key, head->key_len, sum);
    sum = store_octets(&place[KEY + count_words(head->key_len)], body,
                       head->len, sum);
    store(&place[SUM], sum);
    /* unless it was taken away meanwhile */
    return move(place, held, held + COUNT_ONE);
}

/* What is there fits its sum no more; nobody need hold it for that. */
bool ocsp_cache_slot_clear(ocsp_cache_slot_word_t *place, uint64_t sequence)
{
    return move(place, sequence, sequence + 2 * COUNT_ONE);
}

bool ocsp_cache_slot_claim(ocsp_cache_slot_word_t *place, int64_t now,
                           int64_t for_s)
{
    uint64_t word = load(&place[CLAIM]);
    int64_t until = (int64_t)word;

    /* A claim for longer than one can be: the clock went back. */
    if (until > now && until <= now + for_s) {
        return false;
    }
    return atomic_compare_exchange_strong_explicit(&place[CLAIM], &word,
                                                   (uint64_t)(now + for_s),
                                                   memory_order_acq_rel,
                                                   memory_order_relaxed);
}
