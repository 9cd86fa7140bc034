/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slots to sign in and slots to wait in, each one word of shared memory, and a
 * semaphore on which the waiting threads sleep. Floor 3.
 */
#include "shared/sign_slots.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <time.h>

#define CACHE_LINE 64

/* The kernel is asked whether a process lives only when its slot is that old:
 * a signature takes less. */
#define DOUBT_MS 1000

/* Where a semaphore cannot wait by the monotonic clock, threads poll. */
#define POLL_MS 4

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 30)
#define HAVE_SEM_CLOCKWAIT 1
#endif
#endif

/* pid << 32 | the time at which it was taken, in milliseconds; 0: free. pid 0:
 * closed until that time */
typedef _Atomic uint64_t slot_t;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

struct ocsp_sign_slots_t {
    alignas(CACHE_LINE) slot_t signing[OCSP_SIGN_SLOTS_MAX];
    slot_t waiting[OCSP_SIGN_SLOTS_MAX];
    _Atomic uint32_t issuers[OCSP_SIGN_SLOTS_MAX]; /* of those waiting */
    sem_t released;
};

size_t ocsp_sign_slots_size(void)
{
    return sizeof(ocsp_sign_slots_t);
}

ocsp_sign_slots_t *ocsp_sign_slots_init(void *mem)
{
    ocsp_sign_slots_t *s = mem;

    return sem_init(&s->released, 1, 0) == 0 ? s : NULL;
}

void ocsp_sign_slots_make_ticket(ocsp_sign_slots_ticket_t *t, int32_t pid,
                                 uint32_t issuer, unsigned limit,
                                 unsigned max_waiting)
{
    const unsigned max = OCSP_SIGN_SLOTS_MAX;

    *t = (ocsp_sign_slots_ticket_t){
        .pid = pid,
        .issuer = issuer,
        .limit = limit < max ? limit : max,
        .max_waiting = max_waiting < max ? max_waiting : max,
        .signing = -1,
        .waiting = -1,
    };
}

/* The distance in time is taken either way: a clock that was set back must not
 * make slots last for ever. */
static bool is_held(uint64_t word, int64_t now_ms)
{
    uint32_t age = (uint32_t)(uint64_t)now_ms - (uint32_t)word;

    if (word >> 32 == 0) {
        return word != 0 && 0 - age - 1 < OCSP_SIGN_SLOTS_CLOSED_MS;
    }
    age = age <= INT32_MAX ? age : 0 - age;
    return age <= OCSP_SIGN_SLOTS_LOST_MS
        && (age <= DOUBT_MS || kill((pid_t)(word >> 32), 0) == 0
            || errno != ESRCH);
}

/* @return the index of the slot that was taken; -1: all are held */
static int take_slot(slot_t *slots, unsigned n, uint64_t word, int64_t now_ms)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        uint64_t there = atomic_load(&slots[i]);

        if (!is_held(there, now_ms)
            && atomic_compare_exchange_strong(&slots[i], &there, word)) {
            return (int)i;
        }
    }
    return -1;
}

/* A slot that counted as lost may be another thread's by now. */
static void release_slot(slot_t *slots, int *i, uint64_t word, uint64_t next)
{
    if (*i >= 0) {
        (void)atomic_compare_exchange_strong(&slots[*i], &word, next);
        *i = -1;
    }
}

static unsigned count_held(const slot_t *slots, unsigned n, int64_t now_ms)
{
    unsigned i, count = 0;

    for (i = 0; i < n; i++) {
        uint64_t word = atomic_load(&slots[i]);

        count += word >> 32 != 0 && is_held(word, now_ms);
    }
    return count;
}

static unsigned count_waiting_for(const ocsp_sign_slots_t *s,
                                  const ocsp_sign_slots_ticket_t *t,
                                  int64_t now_ms)
{
    unsigned i, count = 0;

    for (i = 0; i < t->max_waiting; i++) {
        count += atomic_load(&s->issuers[i]) == t->issuer
              && is_held(atomic_load(&s->waiting[i]), now_ms);
    }
    return count;
}

static uint64_t make_word(const ocsp_sign_slots_ticket_t *t, int64_t now_ms)
{
    return (uint64_t)(uint32_t)t->pid << 32 | (uint32_t)(uint64_t)now_ms;
}

bool ocsp_sign_slots_take(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms)
{
    if (t->waiting < 0 && count_held(s->waiting, t->max_waiting, now_ms) > 0) {
        return false;
    }
    t->signing_word = make_word(t, now_ms);
    t->signing = take_slot(s->signing, t->limit, t->signing_word, now_ms);
    if (t->signing >= 0) {
        release_slot(s->waiting, &t->waiting, t->waiting_word, 0);
    }
    return t->signing >= 0;
}

bool ocsp_sign_slots_wait(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms)
{
    unsigned most = t->max_waiting > 1 ? t->max_waiting * 3 / 4 : 1;

    t->waiting_word = make_word(t, now_ms);
    t->waiting = take_slot(s->waiting, t->max_waiting, t->waiting_word, now_ms);
    if (t->waiting < 0) {
        return false;
    }
    /* Counted afterwards, so that threads that come together stay below it. */
    atomic_store(&s->issuers[t->waiting], t->issuer);
    if (count_waiting_for(s, t, now_ms) > most) {
        release_slot(s->waiting, &t->waiting, t->waiting_word, 0);
        return false;
    }
    return true;
}

void ocsp_sign_slots_sleep(ocsp_sign_slots_t *s, int64_t now_ms,
                           int64_t until_ms)
{
    const int64_t retry_ms = now_ms + OCSP_SIGN_SLOTS_RETRY_MS;
#ifdef HAVE_SEM_CLOCKWAIT
    const int64_t end_ms = until_ms < retry_ms ? until_ms : retry_ms;
    const struct timespec end = {(time_t)(end_ms / 1000),
                                 (long)(end_ms % 1000) * 1000000L};

    (void)sem_clockwait(&s->released, CLOCK_MONOTONIC, &end);
#else
    const struct timespec poll = {0, POLL_MS * 1000000L};

    (void)s;
    (void)until_ms;
    (void)retry_ms;
    (void)nanosleep(&poll, NULL);
#endif
}

void ocsp_sign_slots_release(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                             int64_t now_ms, uint32_t closed_ms)
{
    uint64_t closed = closed_ms != 0 ? (uint32_t)(uint64_t)now_ms + closed_ms
                                     : 0;
    bool was_signing = t->signing >= 0;
    int tokens = 0;

    release_slot(s->waiting, &t->waiting, t->waiting_word, 0);
    release_slot(s->signing, &t->signing, t->signing_word, (uint32_t)closed);
    /* Tokens that no thread took would keep later ones from sleeping. */
    if (was_signing && count_held(s->waiting, t->max_waiting, now_ms) > 0
        && sem_getvalue(&s->released, &tokens) == 0 && tokens < (int)t->limit) {
        (void)sem_post(&s->released);
    }
}

void ocsp_sign_slots_count(const ocsp_sign_slots_t *s, int64_t now_ms,
                           unsigned *signing, unsigned *waiting)
{
    *signing = count_held(s->signing, OCSP_SIGN_SLOTS_MAX, now_ms);
    *waiting = count_held(s->waiting, OCSP_SIGN_SLOTS_MAX, now_ms);
}
