/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One slot of the cache: a key, a body and a few words, which many threads and
 * processes read without locks while one writes. A reader gets what one writer
 * wrote, complete, or nothing. Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_SLOT_H
#define OCSP_SHARED_CACHE_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The longest key, in octets. */
#define OCSP_CACHE_SLOT_KEY_MAX 256

/** Words that the caller stores beside a body. */
#define OCSP_CACHE_SLOT_META 8

/** A writer that has locked a slot for longer, in seconds, has died. */
#define OCSP_CACHE_SLOT_DEAD_S 10

/** A slot is an array of these, all zero at first, aligned to 64 octets. */
typedef _Atomic uint64_t ocsp_cache_slot_word_t;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

/** The content of a slot, without the body. */
typedef struct {
    uint64_t meta[OCSP_CACHE_SLOT_META];
    unsigned char key[OCSP_CACHE_SLOT_KEY_MAX];
    size_t key_len;
    size_t len; /* octets of the body */
} ocsp_cache_slot_copy_t;

/** Words of a slot, a multiple of 8. @param body_max octets. Pure. */
size_t ocsp_cache_slot_count_words(size_t body_max);

/**
 * Read a slot.
 * @param body room for body_max octets; NULL: it is checked, but not copied
 * @return false: it is empty, or being written. Any thread.
 */
bool ocsp_cache_slot_read(ocsp_cache_slot_copy_t *out, unsigned char *body,
                          const ocsp_cache_slot_word_t *slot, size_t body_max);

/** The sequence of a slot, which moves with each change. Any thread. */
uint64_t ocsp_cache_slot_get_sequence(const ocsp_cache_slot_word_t *slot);

/** @return whether a writer has locked the slot, alive or dead. Pure. */
bool ocsp_cache_slot_is_locked(uint64_t sequence);

/** @return whether a writer has locked it that may be alive. Pure. */
bool ocsp_cache_slot_is_busy(uint64_t sequence, int64_t now);

/** Seconds since it was locked to be written; 0 if the clock was put back.
 * Pure. */
uint32_t ocsp_cache_slot_get_age(uint64_t sequence, int64_t now);

/** One word of meta, which may be that of a writer at work. Any thread. */
uint64_t ocsp_cache_slot_get_meta(const ocsp_cache_slot_word_t *slot,
                                  size_t meta);

/**
 * Lock a slot to write it.
 * @param lock for ocsp_cache_slot_write, which unlocks
 * @param sequence of a slot that is not busy
 * @return false: it has moved since. Any thread.
 */
bool ocsp_cache_slot_lock(uint64_t *lock, ocsp_cache_slot_word_t *slot,
                          uint64_t sequence, int64_t now);

/**
 * Write a slot that is locked, and unlock it.
 * @return false: it took so long that another writer has locked it. Any thread.
 */
bool ocsp_cache_slot_write(ocsp_cache_slot_word_t *slot, uint64_t lock,
                           const ocsp_cache_slot_copy_t *head,
                           const unsigned char *body);

/**
 * Empty a slot.
 * @param sequence of a slot that is not locked
 * @return false: it has moved since. Any thread.
 */
bool ocsp_cache_slot_clear(ocsp_cache_slot_word_t *slot, uint64_t sequence);

/**
 * Begin to renew the content of a slot.
 * @param for_s how long others get false unless it is written before, in
 *        seconds; the same for all callers
 * @return false: another one has begun. Any thread.
 */
bool ocsp_cache_slot_begin_renewal(ocsp_cache_slot_word_t *slot, int64_t now,
                                   int64_t for_s);

#endif
