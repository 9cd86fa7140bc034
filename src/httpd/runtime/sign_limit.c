/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Waits for a slot to sign in, and lets threads of one process that need the
 * same response wait for the one that makes it. Floor 4.
 */
#include "httpd/runtime/sign_limit.h"

#include <ap_mpm.h>
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <time.h>
#include <unistd.h>

/* A quarter of all workers may wait: the others answer from the cache. */
#define WAITING_SHARE 4

/* A signature that waited for a processor for less than this part of its
 * processor time took none from other requests. */
#define CONTENDED_PART 4

struct ocsp_sign_limit_t {
    ocsp_sign_slots_t *slots;
    unsigned limit;
    unsigned max_waiting;        /* over all processes */
    ocsp_sign_limit_job_t *jobs; /* of this process, with keys; under lock */
    apr_thread_mutex_t *lock;    /* NULL: threads may make the same response */
    apr_thread_cond_t *ended;    /* one of jobs was removed */
};

static unsigned compute_max_waiting(void)
{
    int processes = 1, threads = 1, n;

    (void)ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &processes);
    (void)ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads); /* prefork: 0 */
    n = processes * (threads < 1 ? 1 : threads) / WAITING_SHARE;
    return n < 1 ? 1 : (unsigned)n; /* ocsp_sign_slots_make_ticket limits it */
}

ocsp_sign_limit_t *ocsp_sign_limit_make(apr_pool_t *pconf,
                                        ocsp_sign_slots_t *slots,
                                        unsigned limit)
{
    ocsp_sign_limit_t *l = apr_pcalloc(pconf, sizeof(*l));

    l->slots = slots;
    l->limit = limit;
    l->max_waiting = compute_max_waiting();
    if (apr_thread_mutex_create(&l->lock, APR_THREAD_MUTEX_DEFAULT, pconf)
            != APR_SUCCESS
        || apr_thread_cond_create(&l->ended, pconf) != APR_SUCCESS) {
        l->lock = NULL;
    }
    return l;
}

static int64_t get_us(clockid_t clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t get_now_ms(void)
{
    return get_us(CLOCK_MONOTONIC) / 1000;
}

/* Where signatures and other requests compete for the processors, a slot stays
 * closed for as long as its signature waited for one: without that a flood of
 * signatures takes half of the processors from cached responses. */
static uint32_t find_closed_ms(const ocsp_sign_limit_job_t *job)
{
    int64_t cpu_us = get_us(CLOCK_THREAD_CPUTIME_ID) - job->cpu_us;
    int64_t lost_us = get_us(CLOCK_MONOTONIC) - job->wall_us - cpu_us;

    if (lost_us < cpu_us / CONTENDED_PART) {
        return 0;
    }
    return lost_us < OCSP_SIGN_SLOTS_CLOSED_MS * 1000
             ? (uint32_t)((lost_us + 500) / 1000)
             : OCSP_SIGN_SLOTS_CLOSED_MS;
}

static bool is_under_way(const ocsp_sign_limit_t *l, ocsp_der_t key)
{
    const ocsp_sign_limit_job_t *job = l->jobs;

    while (job != NULL && !ocsp_der_equal(job->key, key)) {
        job = job->next;
    }
    return job != NULL;
}

/* Any number of threads may wait here: one signature ends the wait of all. */
static ocsp_sign_limit_result_t wait_for_other(ocsp_sign_limit_t *l,
                                               ocsp_der_t key, int64_t end_ms)
{
    int64_t left_ms = end_ms - get_now_ms();

    while (left_ms > 0 && is_under_way(l, key)) {
        (void)apr_thread_cond_timedwait(l->ended, l->lock,
                                        apr_time_from_msec(left_ms));
        left_ms = end_ms - get_now_ms();
    }
    return left_ms > 0 ? OCSP_SIGN_LIMIT_MADE : OCSP_SIGN_LIMIT_REFUSED;
}

static ocsp_sign_limit_result_t add_job(ocsp_sign_limit_job_t *job,
                                        ocsp_sign_limit_t *l, ocsp_der_t key,
                                        bool may_wait)
{
    ocsp_sign_limit_result_t result = OCSP_SIGN_LIMIT_REFUSED;

    apr_thread_mutex_lock(l->lock);
    if (!is_under_way(l, key)) {
        job->key = key;
        job->next = l->jobs;
        l->jobs = job;
        result = OCSP_SIGN_LIMIT_SIGN;
    }
    else if (may_wait) {
        result = wait_for_other(l, key, job->end_ms);
    }
    apr_thread_mutex_unlock(l->lock);
    return result;
}

static void remove_job(ocsp_sign_limit_job_t *job, ocsp_sign_limit_t *l)
{
    ocsp_sign_limit_job_t **at;

    apr_thread_mutex_lock(l->lock);
    for (at = &l->jobs; *at != job; at = &(*at)->next) {
    }
    *at = job->next;
    apr_thread_cond_broadcast(l->ended);
    apr_thread_mutex_unlock(l->lock);
    job->key.len = 0;
}

static bool take_slot(ocsp_sign_slots_t *s, ocsp_sign_slots_ticket_t *t,
                      int64_t end_ms, bool may_wait)
{
    int64_t now_ms = get_now_ms();

    if (ocsp_sign_slots_take(s, t, now_ms)) {
        return true;
    }
    if (!may_wait || !ocsp_sign_slots_wait(s, t, now_ms)) {
        return false;
    }
    while (!ocsp_sign_slots_take(s, t, now_ms)) {
        if (now_ms >= end_ms) {
            ocsp_sign_slots_release(s, t, now_ms, 0);
            return false;
        }
        ocsp_sign_slots_sleep(s, now_ms, end_ms);
        now_ms = get_now_ms();
    }
    return true;
}

ocsp_sign_limit_result_t ocsp_sign_limit_begin(ocsp_sign_limit_job_t *job,
                                               ocsp_sign_limit_t *l,
                                               ocsp_der_t key, uint32_t issuer,
                                               bool is_limited, bool may_wait)
{
    ocsp_sign_limit_result_t result = OCSP_SIGN_LIMIT_SIGN;

    if (job->end_ms == 0) {
        job->end_ms = get_now_ms() + OCSP_SIGN_LIMIT_WAIT_MS;
    }
    job->key = (ocsp_der_t){NULL, 0};
    ocsp_sign_slots_make_ticket(&job->ticket, (int32_t)getpid(), issuer,
                                l->limit, l->max_waiting);
    if (key.len != 0 && l->lock != NULL) {
        result = add_job(job, l, key, may_wait);
    }
    if (result == OCSP_SIGN_LIMIT_SIGN && is_limited && l->slots != NULL
        && !take_slot(l->slots, &job->ticket, job->end_ms, may_wait)) {
        ocsp_sign_limit_end(job, l);
        result = OCSP_SIGN_LIMIT_REFUSED;
    }
    if (job->ticket.signing >= 0) {
        job->wall_us = get_us(CLOCK_MONOTONIC);
        job->cpu_us = get_us(CLOCK_THREAD_CPUTIME_ID);
    }
    return result;
}

void ocsp_sign_limit_end(ocsp_sign_limit_job_t *job, ocsp_sign_limit_t *l)
{
    if (job->ticket.signing >= 0) {
        ocsp_sign_slots_release(l->slots, &job->ticket, get_now_ms(),
                                find_closed_ms(job));
    }
    if (job->key.len != 0) {
        remove_job(job, l);
    }
}

void ocsp_sign_limit_count(const ocsp_sign_limit_t *l, unsigned *signing,
                           unsigned *waiting)
{
    *signing = *waiting = 0;
    if (l->slots != NULL) {
        ocsp_sign_slots_count(l->slots, get_now_ms(), signing, waiting);
    }
}
