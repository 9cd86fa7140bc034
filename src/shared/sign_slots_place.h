/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A place at the gate, to sign or to wait in, is a word: who has it and since
 * when, or nobody and until when it rests, or 0. Floor 3.
 */
#ifndef OCSP_SHARED_SIGN_SLOTS_PLACE_H
#define OCSP_SHARED_SIGN_SLOTS_PLACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** A place that was not given back for so long is free, in milliseconds: its
 * process was stopped, or has died and another has its number. Should it go on
 * all the same, one signature more is made at once. */
#define OCSP_SIGN_SLOTS_LOST_MS 2000

/** No place rests for longer, in milliseconds. */
#define OCSP_SIGN_SLOTS_REST_MAX_MS 1000

/** pid << 32 | since when, in milliseconds; until when it rests; 0: free */
typedef _Atomic uint64_t ocsp_sign_slots_place_t;

/** How far a word is from now, either way, in milliseconds: a clock that went
 * back must not make places last forever. Pure. */
uint32_t ocsp_sign_slots_place_get_distance(uint64_t word, int64_t now_ms);

/** For how long a place rests, in milliseconds, up to OCSP_SIGN_SLOTS_REST_MAX_MS; 0:
 * it does not. Pure. */
uint32_t ocsp_sign_slots_place_get_rest(uint64_t word, int64_t now_ms);

/** Nobody has it, nor does it rest; or it counts as lost. Pure. */
bool ocsp_sign_slots_place_is_free(uint64_t word, int64_t now_ms);

/** Whether a process that has it for long already is dead. Any thread. */
bool ocsp_sign_slots_place_is_gone(uint64_t word, int64_t now_ms);

/** @return false: something else stands there by now. Any thread. */
bool ocsp_sign_slots_place_replace(ocsp_sign_slots_place_t *place,
                                   uint64_t from, uint64_t to);

/** Take the first of n places that is free; where there is none, the first of a
 * dead process. @return which; -1: none. Any thread. */
int ocsp_sign_slots_place_take(ocsp_sign_slots_place_t *places, unsigned n,
                               uint64_t word, int64_t now_ms);

/** How many of n are free. Any thread. */
unsigned ocsp_sign_slots_place_count_free(const ocsp_sign_slots_place_t *places,
                                          unsigned n, int64_t now_ms);

#endif
