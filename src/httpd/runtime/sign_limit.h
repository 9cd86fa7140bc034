/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign now: OCSPSignLimit over all processes, a short wait, and of one
 * process never two threads for the same response. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SIGN_LIMIT_H
#define OCSP_HTTPD_RUNTIME_SIGN_LIMIT_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/counters.h"
#include "shared/sign_slots.h"
#include "wire/der.h"

/** What a key signs in less, in microseconds, is not counted: a request costs
 * httpd as much, and to take turns would cost more. */
#define OCSP_SIGN_LIMIT_FREE_US 100

/** How long a request waits for its signature to begin, in milliseconds. */
#define OCSP_SIGN_LIMIT_WAIT_MS 1000

/** One process's; the parent makes it, and children have copies. */
typedef struct ocsp_sign_limit_t ocsp_sign_limit_t;

/** What is said to who wants to sign. */
typedef enum {
    OCSP_SIGN_LIMIT_GRANTED = 0, /* sign, then leave */
    OCSP_SIGN_LIMIT_MADE,   /* another thread made it, or could not: look */
    OCSP_SIGN_LIMIT_REFUSED /* too many want to */
} ocsp_sign_limit_word_t;

/** A stay with a signature: on the stack of the thread that makes it. */
typedef struct ocsp_sign_limit_stay_t {
    ocsp_sign_slots_ticket_t ticket;
    ocsp_der_t key;     /* len 0: nobody else makes the same */
    int64_t came_us;    /* when he asked */
    uint64_t hits;      /* in the cache by then */
    int64_t granted_us; /* when he began */
    int64_t spent_us;   /* processor time of his thread by then */
    struct ocsp_sign_limit_stay_t *next;
} ocsp_sign_limit_stay_t;

/**
 * Newly made in pconf.
 * @param gate NULL: nobody is counted
 * @param counters tell how busy the cache is; NULL: it is not
 * @param limit how many may sign at once, 1 to OCSP_SIGN_SLOTS_MAX
 * @param processors that httpd may use. Startup only.
 */
ocsp_sign_limit_t *ocsp_sign_limit_make(apr_pool_t *pconf,
                                        ocsp_sign_slots_t *gate,
                                        const ocsp_counters_t *counters,
                                        unsigned limit, unsigned processors);

/**
 * Ask.
 * @param key of the response that is to be made, which stays until leave; len
 *        0: no other is the same
 * @param issuer any number of its own: issuers take turns
 * @param counts whether the signature is one of OCSPSignLimit's
 * @param may_wait else it is now or not
 * Any thread.
 */
ocsp_sign_limit_word_t ocsp_sign_limit_enter(ocsp_sign_limit_stay_t *stay,
                                             ocsp_sign_limit_t *b,
                                             ocsp_der_t key, uint32_t issuer,
                                             bool counts, bool may_wait);

/** How many sign and wait just now in all processes, for people. Any thread. */
void ocsp_sign_limit_count(const ocsp_sign_limit_t *b, unsigned *signing,
                           unsigned *waiting);

/** The end of what was granted. Any thread. */
void ocsp_sign_limit_leave(ocsp_sign_limit_stay_t *stay, ocsp_sign_limit_t *b);

#endif
