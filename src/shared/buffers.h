/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Room for octets on their way to clients, for the threads of one process. It
 * is given out again as soon as nobody holds it, and the same first, so that it
 * is in the processor's caches: a request's pool has no room left for a
 * response in its first block of memory. Who holds one is counted, since one
 * response is on its way to many, and the last of them ends when he likes.
 * Floor 3.
 */
#ifndef OCSP_SHARED_BUFFERS_H
#define OCSP_SHARED_BUFFERS_H

#include <apr_pools.h>
#include <stddef.h>

/** How many there are. */
#define OCSP_BUFFERS 96

typedef struct ocsp_buffers_t ocsp_buffers_t;

/**
 * Newly made in p, which has to outlive all who hold one.
 * @param len octets of each. Startup only.
 */
ocsp_buffers_t *ocsp_buffers_make(apr_pool_t *p, size_t len);

/**
 * One that nobody holds, for the caller to hold.
 * @param b or NULL: there are none
 * @return its octets, undefined, aligned for any type; NULL: there is none so
 *         long, or all are held, as by clients that stopped reading: to be done
 *         without. Any thread.
 */
void *ocsp_buffers_take(ocsp_buffers_t *b, size_t len);

/** Hold it as well. @param octets of one that is held. Any thread. */
void ocsp_buffers_hold(void *octets);

/** Hold it no more. Any thread. */
void ocsp_buffers_release(void *octets);

/** Let a pool hold it instead of the caller, until it is cleared. Any thread.
 */
void ocsp_buffers_give(void *octets, apr_pool_t *p);

#endif
