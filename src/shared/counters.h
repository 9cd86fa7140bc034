/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The counters of server-status, over all processes and graceful restarts.
 * Floor 3.
 */
#ifndef OCSP_SHARED_COUNTERS_H
#define OCSP_SHARED_COUNTERS_H

#include <apr.h>
#include <stddef.h>

/** Incremented with every change of the counters or of their layout. */
#define OCSP_COUNTERS_VERSION 2

/** Certificates by status, requests by error, then cache and signatures. */
typedef enum {
    OCSP_COUNTER_GOOD = 0,
    OCSP_COUNTER_REVOKED,
    OCSP_COUNTER_UNKNOWN,
    OCSP_COUNTER_MALFORMED_REQUEST,
    OCSP_COUNTER_INTERNAL_ERROR,
    OCSP_COUNTER_TRY_LATER,
    OCSP_COUNTER_UNAUTHORIZED,
    OCSP_COUNTER_HTTP_ERROR, /* rejected before it was an OCSP request */
    OCSP_COUNTER_CACHE_HIT,
    OCSP_COUNTER_CACHE_MISS,   /* for a response that can be cached */
    OCSP_COUNTER_SIGNATURE,    /* made */
    OCSP_COUNTER_SIGN_REFUSED, /* all signing slots were in use */
    OCSP_COUNTERS              /* how many there are */
} ocsp_counter_t;

/** Counters in shared memory. */
typedef struct ocsp_counters_t ocsp_counters_t;

/** Octets of memory for counters, however it is aligned. Pure. */
size_t ocsp_counters_size(void);

/**
 * Initialize counters.
 * @param mem zeros, ocsp_counters_size octets; the counters are in it
 * Startup only.
 */
ocsp_counters_t *ocsp_counters_init(void *mem);

/**
 * Add n to a counter.
 * @param stripe any number that differs between threads, so that they seldom
 *        write to the same cache line
 * Any thread.
 */
void ocsp_counters_add(ocsp_counters_t *c, unsigned long stripe,
                       ocsp_counter_t which, unsigned n);

/** The sum over all threads. Any thread. */
apr_uint64_t ocsp_counters_get(const ocsp_counters_t *c, ocsp_counter_t which);

#endif
