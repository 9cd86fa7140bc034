/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Wakes who sleeps, in another process as well. In shared memory; a process
 * that is killed while it sleeps or rings harms nobody. Floor 3.
 */
#ifndef OCSP_SHARED_SEMAPHORE_H
#define OCSP_SHARED_SEMAPHORE_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Where the system has no semaphore that processes share and that waits by a
 * clock nobody sets, everybody sleeps for so long, in milliseconds. */
#define OCSP_SEMAPHORE_NAP_MS 4

/** Its bytes are bell.c's alone. */
typedef struct {
    sem_t rings;
    _Atomic bool works; /* else nobody hears it */
} ocsp_semaphore_t;

/** @param bell in memory that processes share, zeroes. Startup only. */
void ocsp_semaphore_init(ocsp_semaphore_t *bell);

/** Forget who rang. Only by who is about to sleep there. */
void ocsp_semaphore_clear(ocsp_semaphore_t *bell);

/** Wake who sleeps, or who will sleep next. Any thread. */
void ocsp_semaphore_ring(ocsp_semaphore_t *bell);

/**
 * Sleep until it rings, or it is so late, or for less: a signal wakes as well.
 * @param until_ms by CLOCK_MONOTONIC, in milliseconds
 * @return whether it rang. Any thread, but one at a time.
 */
bool ocsp_semaphore_sleep(ocsp_semaphore_t *bell, int64_t until_ms);

#endif
