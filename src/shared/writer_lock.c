/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A robust POSIX mutex. APR's own (APR_LOCK_PROC_PTHREAD) would do but for one
 * thing: a child that exits destroys it for all others. Floor 3.
 */
#include "shared/writer_lock.h"

#include <errno.h>

bool ocsp_writer_lock_init(ocsp_writer_lock_t *lock)
{
    pthread_mutexattr_t attr;
    bool ok;

    if (pthread_mutexattr_init(&attr) != 0) {
        return false;
    }
    ok = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
      && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0
      && pthread_mutex_init(&lock->mutex, &attr) == 0;
    (void)pthread_mutexattr_destroy(&attr);
    return ok;
}

bool ocsp_writer_lock_try(ocsp_writer_lock_t *lock)
{
    int error = pthread_mutex_trylock(&lock->mutex);

    if (error == EOWNERDEAD) {
        /* What the dead one left behind is the caller's to mend: each writer
         * begins with ocsp_arena_recover. */
        error = pthread_mutex_consistent(&lock->mutex);
    }
    return error == 0;
}

void ocsp_writer_lock_release(ocsp_writer_lock_t *lock)
{
    (void)pthread_mutex_unlock(&lock->mutex);
}
