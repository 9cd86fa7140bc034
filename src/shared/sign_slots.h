/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Limits how many signatures are under way at once, over all processes, and
 * how many threads wait for their turn. The slots are in shared memory and need
 * no lock: a slot of a process that died or was stopped becomes free again.
 * Floor 3.
 */
#ifndef OCSP_SHARED_SIGN_SLOTS_H
#define OCSP_SHARED_SIGN_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Changes with the layout. */
#define OCSP_SIGN_SLOTS_VERSION 5

/** The largest number of slots to sign in, and of slots to wait in. */
#define OCSP_SIGN_SLOTS_MAX 256

/** A slot that is held for longer is free again, in milliseconds: its process
 * was stopped, or another process has its number by now. If it does go on, one
 * signature more than the limit is made. */
#define OCSP_SIGN_SLOTS_LOST_MS 2000

/** A waiting thread tries again after so long even if nothing woke it, in
 * milliseconds: the process that should have done so may have died. */
#define OCSP_SIGN_SLOTS_RETRY_MS 10

/** The longest time for which a slot stays closed after a signature, in
 * milliseconds. */
#define OCSP_SIGN_SLOTS_CLOSED_MS 100

typedef struct ocsp_sign_slots_t ocsp_sign_slots_t;

/** A thread that wants to sign, and the slots that it holds. */
typedef struct {
    int32_t pid;
    uint32_t issuer;       /* waiting slots are limited per issuer */
    unsigned limit;        /* slots to sign in, 1 to OCSP_SIGN_SLOTS_MAX */
    unsigned max_waiting;  /* slots to wait in, 0 to OCSP_SIGN_SLOTS_MAX */
    int signing;           /* index of its slot; -1: none */
    int waiting;           /* likewise */
    uint64_t signing_word; /* the content of these slots while it holds them */
    uint64_t waiting_word;
} ocsp_sign_slots_ticket_t;

/** @return octets of shared memory that the slots take. Pure. */
size_t ocsp_sign_slots_size(void);

/** Lay out the slots, all free. @param mem zeroes, ocsp_sign_slots_size octets,
 * aligned to 64. Startup only. */
ocsp_sign_slots_t *ocsp_sign_slots_init(void *mem);

/** Make a ticket that holds no slot. Pure. */
void ocsp_sign_slots_make_ticket(ocsp_sign_slots_ticket_t *t, int32_t pid,
                                 uint32_t issuer, unsigned limit,
                                 unsigned max_waiting);

/**
 * Take a slot to sign in, and give up the slot to wait in.
 * @param now_ms of a clock that all processes share, in milliseconds
 * @return false: all are held; or others wait and this ticket does not. Any
 *         thread.
 */
bool ocsp_sign_slots_take(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms);

/**
 * Take a slot to wait in. One issuer may hold three quarters of them, and the
 * only one if there is one. Try
 * ocsp_sign_slots_take once more before the first sleep.
 * @return false: too many wait. Any thread.
 */
bool ocsp_sign_slots_wait(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms);

/** Sleep until a slot is released, or until a time of CLOCK_MONOTONIC in
 * milliseconds, OCSP_SIGN_SLOTS_RETRY_MS at most; or for less. Any thread. */
void ocsp_sign_slots_sleep(ocsp_sign_slots_t *s, int64_t now_ms,
                           int64_t until_ms);

/**
 * Release the slots of a ticket, and wake a waiting thread.
 * @param closed_ms nobody takes the slot to sign in for so long, at most
 *        OCSP_SIGN_SLOTS_CLOSED_MS
 * Any thread.
 */
void ocsp_sign_slots_release(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                             int64_t now_ms, uint32_t closed_ms);

/** Count the slots that threads hold, for display. Any thread. */
void ocsp_sign_slots_count(const ocsp_sign_slots_t *s, int64_t now_ms,
                           unsigned *signing, unsigned *waiting);

#endif
