/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How many signatures may be under way at once, over all processes, and who
 * waits. In shared memory, without locks; what a process that died held is free
 * again. Issuers take turns while several want to sign. A place may rest after
 * a signature, for those who need the processor for something else. Floor 3.
 */
#ifndef OCSP_SHARED_SIGN_SLOTS_H
#define OCSP_SHARED_SIGN_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/sign_slots_place.h"

/** Grows with every change of the layout. */
#define OCSP_SIGN_SLOTS_VERSION 3

/** So many may sign, and so many wait, at most. */
#define OCSP_SIGN_SLOTS_MAX 256

/** Who waits looks so often although nobody wakes him, in milliseconds: who
 * would have done so may have died. */
#define OCSP_SIGN_SLOTS_LOOK_MS 50

typedef struct ocsp_sign_slots_t ocsp_sign_slots_t;

/** Who wants to sign. */
typedef struct {
    int32_t pid;
    uint32_t issuer;   /* whoever has another one is somebody else */
    unsigned limit;    /* who may sign at once, 1 to OCSP_SIGN_SLOTS_MAX */
    unsigned waiting;  /* who may wait at once, likewise, or 0 */
    int signing_place; /* -1: none */
    int waiting_place; /* -1: none */
    uint64_t signing;  /* what stands in these places while they are his */
    uint64_t waits;
    uint64_t came; /* before whom he waits */
} ocsp_sign_slots_ticket_t;

/** Octets that it takes. Pure. */
size_t ocsp_sign_slots_size(void);

/** Lay a gate out. @param mem zeroes, ocsp_sign_slots_size octets, aligned to 64.
 * Startup only. */
ocsp_sign_slots_t *ocsp_sign_slots_init(void *mem);

/** A ticket that holds nothing yet. Pure. */
void ocsp_sign_slots_make_ticket(ocsp_sign_slots_ticket_t *t, int32_t pid,
                                 uint32_t issuer, unsigned limit,
                                 unsigned waiting);

/**
 * Begin to sign if there is a place, and nobody waits whose turn is before.
 * Gives up a place to wait in.
 * @param now_ms any clock that all processes share, in milliseconds
 * @return false: not now. Any thread.
 */
bool ocsp_sign_slots_enter(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                           int64_t now_ms);

/**
 * Take a place to wait in. Three quarters of them at most are one issuer's, so
 * that another finds one, and half while another waits; at least one is
 * anybody's. Then enter is to be tried once more before sleep: who left a
 * place meanwhile has woken nobody.
 * @return false: too many wait. Any thread.
 */
bool ocsp_sign_slots_wait(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms);

/**
 * For how long who waits may sleep if nobody wakes him, in milliseconds, 1 at
 * least: until a place has rested, where he is next.
 * @param now_ms as for enter. Any thread.
 */
uint32_t ocsp_sign_slots_find_nap(const ocsp_sign_slots_t *g,
                                  const ocsp_sign_slots_ticket_t *t,
                                  int64_t now_ms);

/**
 * Sleep until it may be a ticket's turn; not at all without a place to wait in.
 * @param until_ms at the latest, by CLOCK_MONOTONIC, in milliseconds
 * @return whether somebody woke it. Any thread.
 */
bool ocsp_sign_slots_sleep(ocsp_sign_slots_t *g,
                           const ocsp_sign_slots_ticket_t *t, int64_t until_ms);

/** Give back whatever a ticket holds, and wake who is next. Any thread.
 * @param now_ms as for enter */
void ocsp_sign_slots_leave(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                           int64_t now_ms);

/**
 * Give it back, and let nobody sign in its place for a while.
 * @param now_ms as for enter
 * @param rest_ms cut to OCSP_SIGN_SLOTS_REST_MAX_MS; 0: as leave. Any thread.
 */
void ocsp_sign_slots_rest(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms, uint32_t rest_ms);

/**
 * How long a place is to rest after a signature, in milliseconds, so that
 * signatures have what cached answers leave of the processors: nothing where
 * the signature hardly waited for one. Pure.
 * @param took_us processor time of the signature
 * @param lost_us for how long it had begun and did not run, in microseconds
 * @param in_us time in which so many hits were counted, in microseconds
 * @param hits answers given from the cache, by all processes
 * @param limit who may sign at once
 * @param processors on which they may, 1 at least
 */
uint32_t ocsp_sign_slots_find_rest(uint64_t took_us, uint64_t lost_us,
                                   uint64_t in_us, uint64_t hits,
                                   unsigned limit, unsigned processors);

/** How many sign and wait just now, for people. @param now_ms as for enter. Any
 * thread. */
void ocsp_sign_slots_count(const ocsp_sign_slots_t *g, int64_t now_ms,
                           unsigned *signing, unsigned *waiting);

#endif
