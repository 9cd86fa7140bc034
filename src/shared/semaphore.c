/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See bell.h. Floor 3.
 *
 * A semaphore and not a condition: it has no owner that could die with it. By
 * CLOCK_MONOTONIC: where somebody sets the wall clock back, who sleeps by that
 * would oversleep.
 */
#include "shared/semaphore.h"

#include <time.h>

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 30)
#define HAVE_SEM_CLOCKWAIT 1
#endif
#endif

void ocsp_semaphore_init(ocsp_semaphore_t *bell)
{
    bool works = false;

#ifdef HAVE_SEM_CLOCKWAIT
    works = sem_init(&bell->rings, 1, 0) == 0;
#endif
    atomic_store(&bell->works, works);
}

void ocsp_semaphore_clear(ocsp_semaphore_t *bell)
{
    if (atomic_load(&bell->works)) {
        while (sem_trywait(&bell->rings) == 0) {
        }
    }
}

void ocsp_semaphore_ring(ocsp_semaphore_t *bell)
{
    if (atomic_load(&bell->works)) {
        (void)sem_post(&bell->rings);
    }
}

bool ocsp_semaphore_sleep(ocsp_semaphore_t *bell, int64_t until_ms)
{
    const struct timespec nap = {0, OCSP_SEMAPHORE_NAP_MS * 1000000L};
    const struct timespec end = {(time_t)(until_ms / 1000),
                                 (long)(until_ms % 1000) * 1000000L};

#ifdef HAVE_SEM_CLOCKWAIT
    if (atomic_load(&bell->works)) {
        return sem_clockwait(&bell->rings, CLOCK_MONOTONIC, &end) == 0;
    }
#endif
    (void)bell;
    (void)end;
    (void)nanosleep(&nap, NULL);
    return false;
}
