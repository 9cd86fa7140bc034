/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the threads of one process have just been asked, by its very octets, and
 * what they said: for the rest of the second, and as long as nothing changes
 * that answers tell. Few, small and never waited for: an entry that another
 * thread has in its hands is as good as none. Floor 3.
 */
#ifndef OCSP_SHARED_HOT_KEYS_H
#define OCSP_SHARED_HOT_KEYS_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/der.h"

/** So many are remembered at most: whoever sends variants of a request pushes
 * out no more, and until the next second only what comes after them. */
#define OCSP_HOT_KEYS_ENTRIES 32

/** Longer questions are not remembered, in octets. */
#define OCSP_HOT_KEYS_ASKED_MAX 256

typedef struct ocsp_hot_keys_t ocsp_hot_keys_t;

/** What was asked, and when. */
typedef struct {
    const void *whose; /* of whom: what answers depend on besides */
    unsigned form; /* in which form: the same octets may mean another thing */
    ocsp_der_t asked;
    uint64_t epoch; /* see ocsp_arena_get_epoch; 0: nothing is remembered */
    int64_t second; /* since 1970 */
} ocsp_hot_keys_key_t;

/** Newly made in p: nothing is remembered yet. Startup only. */
ocsp_hot_keys_t *ocsp_hot_keys_make(apr_pool_t *p);

/**
 * What was said to a question of the same octets, in the same second and epoch.
 * @return what others are given too, held by p; NULL: nothing remembered. Any
 *         thread.
 */
const void *ocsp_hot_keys_find(ocsp_hot_keys_t *r,
                               const ocsp_hot_keys_key_t *key, apr_pool_t *p);

/**
 * Remember what is said. The epoch must have been read before what the answer
 * tells was looked up. Who came first in a second stays.
 * @param said a buffer's octets, which the caller holds and nobody changes any
 *        more. Any thread.
 */
void ocsp_hot_keys_keep(ocsp_hot_keys_t *r, const ocsp_hot_keys_key_t *key,
                        void *said);

#endif
