/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See gate_place.h. Floor 3.
 */
#include "shared/sign_slots_place.h"

#include <errno.h>
#include <signal.h>

/* A signature takes less: only then is it asked whether a process lives. */
#define DOUBT_MS 1000

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

uint32_t ocsp_sign_slots_place_get_distance(uint64_t word, int64_t now_ms)
{
    uint32_t age = (uint32_t)(uint64_t)now_ms - (uint32_t)word;

    return age <= INT32_MAX ? age : 0 - age;
}

uint32_t ocsp_sign_slots_place_get_rest(uint64_t word, int64_t now_ms)
{
    uint32_t left = (uint32_t)word - (uint32_t)(uint64_t)now_ms;

    if (word == 0 || word >> 32 != 0 || left > OCSP_SIGN_SLOTS_REST_MAX_MS) {
        return 0; /* it does not, or the clock has jumped */
    }
    return left;
}

bool ocsp_sign_slots_place_is_free(uint64_t word, int64_t now_ms)
{
    return word >> 32 == 0 ? ocsp_sign_slots_place_get_rest(word, now_ms) == 0
                           : ocsp_sign_slots_place_get_distance(word, now_ms)
                                 > OCSP_SIGN_SLOTS_LOST_MS;
}

bool ocsp_sign_slots_place_is_gone(uint64_t word, int64_t now_ms)
{
    return word >> 32 != 0
        && ocsp_sign_slots_place_get_distance(word, now_ms) > DOUBT_MS
        && kill((pid_t)(word >> 32), 0) != 0 && errno == ESRCH;
}

bool ocsp_sign_slots_place_replace(ocsp_sign_slots_place_t *place,
                                   uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(place, &from, to);
}

int ocsp_sign_slots_place_take(ocsp_sign_slots_place_t *places, unsigned n,
                               uint64_t word, int64_t now_ms)
{
    uint64_t there;
    unsigned i;

    for (i = 0; i < n; i++) {
        there = atomic_load(&places[i]);
        if (ocsp_sign_slots_place_is_free(there, now_ms)
            && ocsp_sign_slots_place_replace(&places[i], there, word)) {
            return (int)i;
        }
    }
    for (i = 0; i < n; i++) {
        there = atomic_load(&places[i]);
        if ((ocsp_sign_slots_place_is_free(there, now_ms)
             || ocsp_sign_slots_place_is_gone(there, now_ms))
            && ocsp_sign_slots_place_replace(&places[i], there, word)) {
            return (int)i;
        }
    }
    return -1;
}

unsigned ocsp_sign_slots_place_count_free(const ocsp_sign_slots_place_t *places,
                                          unsigned n, int64_t now_ms)
{
    unsigned i, count = 0;

    for (i = 0; i < n; i++) {
        count += ocsp_sign_slots_place_is_free(atomic_load(&places[i]), now_ms);
    }
    return count;
}
