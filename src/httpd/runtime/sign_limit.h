/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPSignLimit: how many signatures are under way at once, over all processes.
 * A request waits a short time for its turn. Within one process, a response
 * that several requests need at once is signed once. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SIGN_LIMIT_H
#define OCSP_HTTPD_RUNTIME_SIGN_LIMIT_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/sign_slots.h"
#include "wire/der.h"

/** How long a request waits for its turn, in milliseconds. */
#define OCSP_SIGN_LIMIT_WAIT_MS 1000

/** One per process: the parent makes it, children have copies. */
typedef struct ocsp_sign_limit_t ocsp_sign_limit_t;

typedef enum {
    OCSP_SIGN_LIMIT_SIGN = 0, /* sign, then call ocsp_sign_limit_end */
    OCSP_SIGN_LIMIT_MADE,     /* another thread made it or failed: look */
    OCSP_SIGN_LIMIT_REFUSED   /* too many signatures are under way */
} ocsp_sign_limit_result_t;

/** A signature that a request needs, on the stack of its thread. */
typedef struct ocsp_sign_limit_job_t {
    int64_t end_ms; /* when it stops waiting, CLOCK_MONOTONIC; 0: not begun */
    ocsp_sign_slots_ticket_t ticket;
    int64_t wall_us; /* when its turn began */
    int64_t cpu_us;  /* processor time of the thread at that moment */
    ocsp_der_t key;  /* len 0: no other thread makes the same response */
    struct ocsp_sign_limit_job_t *next;
} ocsp_sign_limit_job_t;

/**
 * Newly made in pconf.
 * @param slots NULL: signatures are not limited
 * @param limit signatures at once, 1 to OCSP_SIGN_SLOTS_MAX. Startup only.
 */
ocsp_sign_limit_t *ocsp_sign_limit_make(apr_pool_t *pconf,
                                        ocsp_sign_slots_t *slots,
                                        unsigned limit);

/**
 * Wait for a signature's turn.
 * @param job zeroed before the first call. After OCSP_SIGN_LIMIT_MADE it may be
 *        begun again: both calls wait for OCSP_SIGN_LIMIT_WAIT_MS together.
 * @param key of the response, valid until ocsp_sign_limit_end; len 0: no other
 *        is the same
 * @param issuer waiting requests are limited per issuer
 * @param is_limited whether the signature counts for OCSPSignLimit
 * @param may_wait false: now or not at all
 * Any thread.
 */
ocsp_sign_limit_result_t ocsp_sign_limit_begin(ocsp_sign_limit_job_t *job,
                                               ocsp_sign_limit_t *l,
                                               ocsp_der_t key, uint32_t issuer,
                                               bool is_limited, bool may_wait);

/** End a job for which begin returned OCSP_SIGN_LIMIT_SIGN. Any thread. */
void ocsp_sign_limit_end(ocsp_sign_limit_job_t *job, ocsp_sign_limit_t *l);

/** Count the signatures under way and waiting, for display. Any thread. */
void ocsp_sign_limit_count(const ocsp_sign_limit_t *l, unsigned *signing,
                           unsigned *waiting);

#endif
