/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One place of the cache: a key and a body that many read while one writes,
 * without locks. Who reads gets what one writer wrote, all of it, or nothing.
 * What key and body mean is for the caller. Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_SLOT_H
#define OCSP_SHARED_CACHE_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The longest key, in octets. */
#define OCSP_CACHE_SLOT_KEY_MAX 256

/** Words that the caller keeps beside a body. */
#define OCSP_CACHE_SLOT_META 8

/** A writer that holds a place for longer, in seconds, has died. */
#define OCSP_CACHE_SLOT_DEAD_S 10

/** A place is an array of these, all zero at first, aligned to 64 octets. */
typedef _Atomic uint64_t ocsp_cache_slot_word_t;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

/** What a place holds, but for the body. */
typedef struct {
    uint64_t meta[OCSP_CACHE_SLOT_META];
    unsigned char key[OCSP_CACHE_SLOT_KEY_MAX];
    size_t key_len;
    size_t len; /* octets of the body */
} ocsp_cache_slot_copy_t;

/** Words that a place takes, a multiple of 8. @param body_max octets. Pure. */
size_t ocsp_cache_slot_count_words(size_t body_max);

/**
 * Read all of a place.
 * @param body room for body_max octets, or NULL: checked, but not copied
 * @return false: nothing is there, or it is being written. Any thread.
 */
bool ocsp_cache_slot_read(ocsp_cache_slot_copy_t *out, unsigned char *body,
                          const ocsp_cache_slot_word_t *place, size_t body_max);

/** Where a place is in its life: for take, and for the questions below. Any
 * thread. */
uint64_t ocsp_cache_slot_look(const ocsp_cache_slot_word_t *place);

/** @return whether it is being written, be it by one that died. Pure. */
bool ocsp_cache_slot_is_held(uint64_t sequence);

/** @return whether it is being written by one that lives. Pure. */
bool ocsp_cache_slot_is_busy(uint64_t sequence, int64_t now);

/** Seconds since it was taken to be written; 0 if the clock went back. Pure. */
uint32_t ocsp_cache_slot_get_age(uint64_t sequence, int64_t now);

/** One word of meta, unchecked: good for guesses. Any thread. */
uint64_t ocsp_cache_slot_guess(const ocsp_cache_slot_word_t *place,
                               size_t meta);

/**
 * Become the one who writes.
 * @param held for fill
 * @param sequence as look returned it; not busy
 * @return false: it has changed since. Any thread.
 */
bool ocsp_cache_slot_take(uint64_t *held, ocsp_cache_slot_word_t *place,
                          uint64_t sequence, int64_t now);

/**
 * Write all of a place that was taken, and let others read it.
 * @return false: it took so long that another has taken it. Any thread.
 */
bool ocsp_cache_slot_fill(ocsp_cache_slot_word_t *place, uint64_t held,
                          const ocsp_cache_slot_copy_t *head,
                          const unsigned char *body);

/**
 * Forget what a place holds.
 * @param sequence as look returned it; not held
 * @return false: it has changed since. Any thread.
 */
bool ocsp_cache_slot_clear(ocsp_cache_slot_word_t *place, uint64_t sequence);

/**
 * Claim what a place holds, until it is filled anew.
 * @param for_s how long the claim holds, seconds; the same for all callers
 * @return false: another one has. Any thread.
 */
bool ocsp_cache_slot_claim(ocsp_cache_slot_word_t *place, int64_t now,
                           int64_t for_s);

#endif
