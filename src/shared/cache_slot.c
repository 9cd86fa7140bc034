/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sequence lock with a checksum; src/README draws a slot.
 *
 * The sequence moves when writing begins and when it ends, so a reader that
 * finds it unchanged has met no writer, with one exception: a writer that slept
 * until another one took its lock writes on, into a slot that it no longer
 * owns. Therefore the sum covers every word and the sequence at which they may
 * be read: neither the words of two writers nor all words of the wrong one fit
 * it. Words are loaded with acquire and stored with release, not between
 * fences, which ThreadSanitizer does not know. Floor 3.
 */
#include "shared/cache_slot.h"

#include <string.h>

/* The words of a slot. The body begins with the word after the key. */
enum {
    SEQUENCE = 0, /* count << 32 | when it was locked, seconds; odd: locked */
    SUM,
    RENEWAL, /* until when others leave it alone, seconds; not in SUM */
    LENGTHS, /* octets of the key << 32 | octets of the body */
    META,
    KEY = META + OCSP_CACHE_SLOT_META
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

/* --- the sum -------------------------------------------------------------- */

static uint64_t start_sum(uint64_t sequence)
{
    return sequence ^ UINT64_C(0x9e3779b97f4a7c15);
}

/* A difference in one word always shows: each step can be undone. */
static inline uint64_t add_to_sum(uint64_t sum, uint64_t word)
{
    word ^= word >> 32;
    return (sum << 27 | sum >> 37) + word * UINT64_C(0xff51afd7ed558ccd);
}

/* --- reading -------------------------------------------------------------- */

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
                          const ocsp_cache_slot_word_t *slot, size_t body_max)
{
    uint64_t sequence = load(&slot[SEQUENCE]);
    uint64_t want = load(&slot[SUM]);
    uint64_t lengths = load(&slot[LENGTHS]);
    uint64_t sum = add_to_sum(start_sum(sequence), lengths);
    const ocsp_cache_slot_word_t *after_key;
    size_t i;

    out->key_len = (size_t)(lengths >> 32);
    out->len = (size_t)(lengths & UINT32_MAX);
    /* Until the sum is verified, lengths may be anything. */
    if (ocsp_cache_slot_is_locked(sequence)
        || out->key_len > OCSP_CACHE_SLOT_KEY_MAX || out->len > body_max) {
        return false;
    }
    for (i = 0; i < OCSP_CACHE_SLOT_META; i++) {
        out->meta[i] = load(&slot[META + i]);
        sum = add_to_sum(sum, out->meta[i]);
    }
    sum = load_octets(out->key, &slot[KEY], out->key_len, sum);
    after_key = &slot[KEY + count_words(out->key_len)];
    sum = body != NULL ? load_octets(body, after_key, out->len, sum)
                       : load_words(after_key, count_words(out->len), sum);
    return sum == want
        && atomic_load_explicit(&slot[SEQUENCE], memory_order_relaxed)
               == sequence;
}

uint64_t ocsp_cache_slot_get_meta(const ocsp_cache_slot_word_t *slot,
                                  size_t meta)
{
    return atomic_load_explicit(&slot[META + meta], memory_order_relaxed);
}

/* --- the sequence --------------------------------------------------------- */

/* Seconds from the time in a sequence to now, if they are less than a
 * lifetime apart. */
static int32_t count_seconds(uint64_t sequence, int64_t now)
{
    return (int32_t)((uint32_t)(uint64_t)now - (uint32_t)sequence);
}

uint64_t ocsp_cache_slot_get_sequence(const ocsp_cache_slot_word_t *slot)
{
    return load(&slot[SEQUENCE]);
}

bool ocsp_cache_slot_is_locked(uint64_t sequence)
{
    return (sequence & COUNT_ONE) != 0;
}

bool ocsp_cache_slot_is_busy(uint64_t sequence, int64_t now)
{
    int32_t age = count_seconds(sequence, now);

    /* Far in the future: the clock was put back. A second or two: another
     * thread read the clock later. */
    return ocsp_cache_slot_is_locked(sequence) && age <= OCSP_CACHE_SLOT_DEAD_S
        && age >= -OCSP_CACHE_SLOT_DEAD_S;
}

uint32_t ocsp_cache_slot_get_age(uint64_t sequence, int64_t now)
{
    int32_t age = count_seconds(sequence, now);

    return age > 0 ? (uint32_t)age : 0;
}

static bool move(ocsp_cache_slot_word_t *slot, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong_explicit(&slot[SEQUENCE], &from, to,
                                                   memory_order_acq_rel,
                                                   memory_order_relaxed);
}

bool ocsp_cache_slot_lock(uint64_t *lock, ocsp_cache_slot_word_t *slot,
                          uint64_t sequence, int64_t now)
{
    /* From even to the next odd count; from the odd count of a dead writer to
     * the next odd one. */
    uint64_t count = ((sequence >> 32) + 1) | 1;

    *lock = count << 32 | (uint32_t)(uint64_t)now;
    return move(slot, sequence, *lock);
}

/* --- writing -------------------------------------------------------------- */

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

bool ocsp_cache_slot_write(ocsp_cache_slot_word_t *slot, uint64_t lock,
                           const ocsp_cache_slot_copy_t *head,
                           const unsigned char *body)
{
    uint64_t lengths = (uint64_t)head->key_len << 32 | head->len;
    uint64_t sum = add_to_sum(start_sum(lock + COUNT_ONE), lengths);
    size_t i;

    store(&slot[RENEWAL], 0);
    store(&slot[LENGTHS], lengths);
    for (i = 0; i < OCSP_CACHE_SLOT_META; i++) {
        store(&slot[META + i], head->meta[i]);
        sum = add_to_sum(sum, head->meta[i]);
    }
    sum = store_octets(&slot[KEY], head->key, head->key_len, sum);
    sum = store_octets(&slot[KEY + count_words(head->key_len)], body, head->len,
                       sum);
    store(&slot[SUM], sum);
    /* fails if another writer has locked it meanwhile */
    return move(slot, lock, lock + COUNT_ONE);
}

/* The content no longer fits its sum, so no lock is needed. */
bool ocsp_cache_slot_clear(ocsp_cache_slot_word_t *slot, uint64_t sequence)
{
    return move(slot, sequence, sequence + 2 * COUNT_ONE);
}

bool ocsp_cache_slot_begin_renewal(ocsp_cache_slot_word_t *slot, int64_t now,
                                   int64_t for_s)
{
    uint64_t word = load(&slot[RENEWAL]);
    int64_t until = (int64_t)word;

    /* An end that is further ahead than for_s: the clock was put back. */
    if (until > now && until <= now + for_s) {
        return false;
    }
    return atomic_compare_exchange_strong_explicit(&slot[RENEWAL], &word,
                                                   (uint64_t)(now + for_s),
                                                   memory_order_acq_rel,
                                                   memory_order_relaxed);
}
