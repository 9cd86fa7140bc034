/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How many signatures may be under way at once, over all processes, and who
 * waits. In shared memory, without locks; what a process that died held is free
 * again. Issuers take turns while several want to sign. A place may rest after
 * a signature, for those who need the processor for something else. Floor 3.
 */
#ifndef OCSP_SHARED_GATE_H
#define OCSP_SHARED_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/gate_place.h"

/** Grows with every change of the layout. */
#define OCSP_GATE_VERSION 3

/** So many may sign, and so many wait, at most. */
#define OCSP_GATE_MAX 256

/** Who waits looks so often although nobody wakes him, in milliseconds: who
 * would have done so may have died. */
#define OCSP_GATE_LOOK_MS 50

typedef struct ocsp_gate_t ocsp_gate_t;

/** Who wants to sign. */
typedef struct {
    int32_t pid;
    uint32_t issuer;   /* whoever has another one is somebody else */
    unsigned limit;    /* who may sign at once, 1 to OCSP_GATE_MAX */
    unsigned waiting;  /* who may wait at once, likewise, or 0 */
    int signing_place; /* -1: none */
    int waiting_place; /* -1: none */
    uint64_t signing;  /* what stands in these places while they are his */
    uint64_t waits;
    uint64_t came; /* before whom he waits */
} ocsp_gate_ticket_t;

/** Octets that it takes. Pure. */
size_t ocsp_gate_size(void);

/** Lay a gate out. @param mem zeroes, ocsp_gate_size octets, aligned to 64.
 * Startup only. */
ocsp_gate_t *ocsp_gate_init(void *mem);

/** A ticket that holds nothing yet. Pure. */
void ocsp_gate_make_ticket(ocsp_gate_ticket_t *t, int32_t pid, uint32_t issuer,
                           unsigned limit, unsigned waiting);

/**
 * Begin to sign if there is a place, and nobody waits whose turn is before.
 * Gives up a place to wait in.
 * @param now_ms any clock that all processes share, in milliseconds
 * @return false: not now. Any thread.
 */
bool ocsp_gate_enter(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms);

/**
 * Take a place to wait in. Three quarters of them at most are one issuer's, so
 * that another finds one, and half while another waits; at least one is
 * anybody's. Then enter is to be tried once more before sleep: who left a
 * place meanwhile has woken nobody.
 * @return false: too many wait. Any thread.
 */
bool ocsp_gate_wait(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms);

/**
 * For how long who waits may sleep if nobody wakes him, in milliseconds, 1 at
 * least: until a place has rested, where he is next.
 * @param now_ms as for enter. Any thread.
 */
uint32_t ocsp_gate_find_nap(const ocsp_gate_t *g, const ocsp_gate_ticket_t *t,
                            int64_t now_ms);

/**
 * Sleep until it may be a ticket's turn; not at all without a place to wait in.
 * @param until_ms at the latest, by CLOCK_MONOTONIC, in milliseconds
 * @return whether somebody woke it. Any thread.
 */
bool ocsp_gate_sleep(ocsp_gate_t *g, const ocsp_gate_ticket_t *t,
                     int64_t until_ms);

/** Give back whatever a ticket holds, and wake who is next. Any thread.
 * @param now_ms as for enter */
void ocsp_gate_leave(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms);

/**
 * Give it back, and let nobody sign in its place for a while.
 * @param now_ms as for enter
 * @param rest_ms cut to OCSP_GATE_REST_MAX_MS; 0: as leave. Any thread.
 */
void ocsp_gate_rest(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms,
                    uint32_t rest_ms);

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
uint32_t ocsp_gate_find_rest(uint64_t took_us, uint64_t lost_us, uint64_t in_us,
                             uint64_t hits, unsigned limit,
                             unsigned processors);

/** How many sign and wait just now, for people. @param now_ms as for enter. Any
 * thread. */
void ocsp_gate_count(const ocsp_gate_t *g, int64_t now_ms, unsigned *signing,
                     unsigned *waiting);

#endif
