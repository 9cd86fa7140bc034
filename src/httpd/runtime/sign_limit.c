/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See budget.h. Floor 4.
 */
#include "httpd/runtime/sign_limit.h"

#include <ap_mpm.h>
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <time.h>
#include <unistd.h>

/* Of all workers, one in so many may wait. */
#define WAITING_SHARE 4

struct ocsp_sign_limit_t {
    ocsp_sign_slots_t *gate;
    const ocsp_counters_t *counters;
    unsigned limit;
    unsigned processors;
    unsigned waiting;                  /* of all processes */
    ocsp_sign_limit_stay_t *under_way; /* of this process; under lock */
    apr_thread_mutex_t *lock;
    apr_thread_cond_t *done; /* something is under way no more */
};

static unsigned share_of(int workers)
{
    int share = workers / WAITING_SHARE;

    return share < 1                   ? 1
         : share > OCSP_SIGN_SLOTS_MAX ? OCSP_SIGN_SLOTS_MAX
                                       : (unsigned)share;
}

ocsp_sign_limit_t *ocsp_sign_limit_make(apr_pool_t *pconf,
                                        ocsp_sign_slots_t *gate,
                                        const ocsp_counters_t *counters,
                                        unsigned limit, unsigned processors)
{
    ocsp_sign_limit_t *b = apr_pcalloc(pconf, sizeof(*b));
    int processes = 1, threads = 1;

    (void)ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &processes);
    (void)ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    threads = threads < 1 ? 1 : threads; /* prefork has none */
    b->gate = gate;
    b->counters = counters;
    b->limit = limit;
    b->processors = processors;
    b->waiting = share_of(processes * threads);
    if (apr_thread_mutex_create(&b->lock, APR_THREAD_MUTEX_DEFAULT, pconf)
            != APR_SUCCESS
        || apr_thread_cond_create(&b->done, pconf) != APR_SUCCESS) {
        b->lock = NULL; /* then threads may make the same */
    }
    return b;
}

static int64_t read_us(clockid_t clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

static uint64_t get_hits(const ocsp_sign_limit_t *b)
{
    return b->counters != NULL
             ? ocsp_counters_get(b->counters, OCSP_COUNTER_CACHE_HIT)
             : 0;
}

static const ocsp_sign_limit_stay_t *find_same(const ocsp_sign_limit_t *b,
                                               ocsp_der_t key)
{
    const ocsp_sign_limit_stay_t *stay = b->under_way;

    while (stay != NULL && !ocsp_der_equal(stay->key, key)) {
        stay = stay->next;
    }
    return stay;
}

static void add(ocsp_sign_limit_stay_t *stay, ocsp_sign_limit_t *b,
                ocsp_der_t key)
{
    stay->key = key;
    stay->next = b->under_way;
    b->under_way = stay;
}

/* What another thread makes is waited for, by any number: all of them end with
 * the one signature. */
static ocsp_sign_limit_word_t follow(ocsp_sign_limit_t *b, ocsp_der_t key)
{
    int64_t left_ms = OCSP_SIGN_LIMIT_WAIT_MS, end = now_ms() + left_ms;

    while (left_ms > 0 && find_same(b, key) != NULL) {
        (void)apr_thread_cond_timedwait(b->done, b->lock,
                                        apr_time_from_msec(left_ms));
        left_ms = end - now_ms();
    }
    return left_ms > 0 ? OCSP_SIGN_LIMIT_MADE : OCSP_SIGN_LIMIT_REFUSED;
}

/* @return GRANTED: it is for this one to make */
static ocsp_sign_limit_word_t begin(ocsp_sign_limit_stay_t *stay,
                                    ocsp_sign_limit_t *b, ocsp_der_t key,
                                    bool may_wait)
{
    ocsp_sign_limit_word_t word = OCSP_SIGN_LIMIT_GRANTED;

    apr_thread_mutex_lock(b->lock);
    if (find_same(b, key) == NULL) {
        add(stay, b, key);
    }
    else if (!may_wait) {
        word = OCSP_SIGN_LIMIT_REFUSED;
    }
    else {
        word = follow(b, key);
    }
    apr_thread_mutex_unlock(b->lock);
    return word;
}

/* No more than it has, nor longer than the others. */
static bool wait_for_place(ocsp_sign_limit_stay_t *stay,
                           const ocsp_sign_limit_t *b)
{
    int64_t now = now_ms(), end = now + OCSP_SIGN_LIMIT_WAIT_MS, until;

    if (!ocsp_sign_slots_wait(b->gate, &stay->ticket, now)) {
        return false;
    }
    while (!ocsp_sign_slots_enter(b->gate, &stay->ticket, now)) {
        if (now >= end) {
            ocsp_sign_slots_leave(b->gate, &stay->ticket, now);
            return false;
        }
        until = now + ocsp_sign_slots_find_nap(b->gate, &stay->ticket, now);
        (void)ocsp_sign_slots_sleep(b->gate, &stay->ticket,
                                    until < end ? until : end);
        now = now_ms();
    }
    return true;
}

/* How busy the cache is shows best to who has waited. */
static bool enter_gate(ocsp_sign_limit_stay_t *stay, const ocsp_sign_limit_t *b,
                       bool may_wait)
{
    stay->came_us = read_us(CLOCK_MONOTONIC);
    stay->hits = get_hits(b);
    if (!ocsp_sign_slots_enter(b->gate, &stay->ticket, stay->came_us / 1000)
        && !(may_wait && wait_for_place(stay, b))) {
        return false;
    }
    stay->granted_us = read_us(CLOCK_MONOTONIC);
    stay->spent_us = read_us(CLOCK_THREAD_CPUTIME_ID);
    return true;
}

/* His place rests: a thread that signs takes as much of a processor as one that
 * gives many short answers. What a key in a device signs takes little. */
static void leave_gate(ocsp_sign_limit_stay_t *stay, const ocsp_sign_limit_t *b)
{
    int64_t now_us = read_us(CLOCK_MONOTONIC);
    int64_t took_us = read_us(CLOCK_THREAD_CPUTIME_ID) - stay->spent_us;
    int64_t lost_us = now_us - stay->granted_us - took_us;
    uint32_t rest_ms = ocsp_sign_slots_find_rest(
        (uint64_t)took_us, lost_us > 0 ? (uint64_t)lost_us : 0,
        (uint64_t)(now_us - stay->came_us), get_hits(b) - stay->hits, b->limit,
        b->processors);

    ocsp_sign_slots_rest(b->gate, &stay->ticket, now_us / 1000, rest_ms);
}

ocsp_sign_limit_word_t ocsp_sign_limit_enter(ocsp_sign_limit_stay_t *stay,
                                             ocsp_sign_limit_t *b,
                                             ocsp_der_t key, uint32_t issuer,
                                             bool counts, bool may_wait)
{
    ocsp_sign_limit_word_t word = OCSP_SIGN_LIMIT_GRANTED;

    stay->key = (ocsp_der_t){NULL, 0};
    ocsp_sign_slots_make_ticket(&stay->ticket, (int32_t)getpid(), issuer,
                                b->limit, b->waiting);
    if (key.len != 0 && b->lock != NULL) {
        word = begin(stay, b, key, may_wait);
    }
    if (word == OCSP_SIGN_LIMIT_GRANTED && counts && b->gate != NULL
        && !enter_gate(stay, b, may_wait)) {
        ocsp_sign_limit_leave(stay, b);
        word = OCSP_SIGN_LIMIT_REFUSED;
    }
    return word;
}

void ocsp_sign_limit_count(const ocsp_sign_limit_t *b, unsigned *signing,
                           unsigned *waiting)
{
    *signing = *waiting = 0;
    if (b->gate != NULL) {
        ocsp_sign_slots_count(b->gate, now_ms(), signing, waiting);
    }
}

void ocsp_sign_limit_leave(ocsp_sign_limit_stay_t *stay, ocsp_sign_limit_t *b)
{
    ocsp_sign_limit_stay_t **at;

    if (stay->ticket.signing_place >= 0) {
        leave_gate(stay, b);
    }
    if (stay->key.len == 0) {
        return;
    }
    apr_thread_mutex_lock(b->lock);
    for (at = &b->under_way; *at != stay; at = &(*at)->next) {
    }
    *at = stay->next;
    apr_thread_cond_broadcast(b->done);
    apr_thread_mutex_unlock(b->lock);
    stay->key.len = 0;
}
