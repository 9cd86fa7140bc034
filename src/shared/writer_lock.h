/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lock that makes one process at a time the writer of what all processes
 * share. It lies in shared memory, so it needs no file and no directory, and
 * the system gives it up for a holder that dies. Floor 3.
 */
#ifndef OCSP_SHARED_WRITER_LOCK_H
#define OCSP_SHARED_WRITER_LOCK_H

#include <pthread.h>
#include <stdbool.h>

/** In shared memory; made by ocsp_writer_lock_init. */
typedef struct {
    pthread_mutex_t mutex; /* process-shared and robust */
} ocsp_writer_lock_t;

/** Make it. @return false: this system has no such mutex. Startup only. */
bool ocsp_writer_lock_init(ocsp_writer_lock_t *lock);

/**
 * Become the writer, without waiting.
 * @return false: another thread or process is, or the lock cannot be used. The
 *         thread that got true unlocks. Any thread.
 */
bool ocsp_writer_lock_try(ocsp_writer_lock_t *lock);

/** Be the writer no more. By the thread that became it. */
void ocsp_writer_lock_release(ocsp_writer_lock_t *lock);

#endif
