/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many threads and processes take and release slots: never more sign than may,
 * all issuers do, and the slots of a killed process are free again.
 *
 *   sign_slots_race          all of it
 *   sign_slots_race threads  threads alone, for ThreadSanitizer
 */
#include "shared/sign_slots.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define NOW INT64_C(1767225600000)
#define LATER (NOW + 100000)
#define LIMIT 2
#define WAITING 4
#define ISSUERS 3
#define THREADS 6
#define ROUNDS 3000
#define LAST (ROUNDS + 7)
#define PATIENCE 10000
#define PROCESSES 3

/* What all processes count. */
typedef struct {
    _Atomic unsigned inside, too_many, killed_inside;
    _Atomic unsigned long served[ISSUERS];
} tally_t;

/* What a thread does for an issuer. */
typedef void *body_t(void *issuer);

static ocsp_sign_slots_t *slots;
static tally_t *tally;

static ocsp_sign_slots_ticket_t make(uint32_t issuer)
{
    ocsp_sign_slots_ticket_t t;

    ocsp_sign_slots_make_ticket(&t, (int32_t)getpid(), issuer, LIMIT, WAITING);
    return t;
}

static void count_signature(uint32_t issuer)
{
    if (atomic_fetch_add(&tally->inside, 1) >= LIMIT) {
        atomic_fetch_add(&tally->too_many, 1);
    }
    atomic_fetch_add(&tally->served[issuer], 1);
    sched_yield();
    atomic_fetch_sub(&tally->inside, 1);
}

/* Tries again and again. @return whether it signed in the end */
static bool sign(uint32_t issuer, int64_t now)
{
    ocsp_sign_slots_ticket_t t = make(issuer);
    int tries;

    for (tries = 0; !ocsp_sign_slots_take(slots, &t, now); tries++) {
        if (tries == 100
            || (t.waiting < 0 && !ocsp_sign_slots_wait(slots, &t, now))) {
            ocsp_sign_slots_release(slots, &t, now, 0);
            return false;
        }
        sched_yield();
    }
    count_signature(issuer);
    ocsp_sign_slots_release(slots, &t, now, 0);
    return true;
}

static void *run(void *arg)
{
    uint32_t issuer = (uint32_t)(uintptr_t)arg;
    bool signed_once = false;
    int i;

    /* all rounds, and then, on a machine that gives the others no time to leave,
     * until it has signed once; less than OCSP_SIGN_SLOTS_LOST_MS in all */
    for (i = 0; i < ROUNDS || (!signed_once && i < PATIENCE * ROUNDS); i++) {
        signed_once |= sign(issuer, NOW + (i < LAST ? i : LAST) / 2);
        if (i >= ROUNDS) {
            sched_yield();
        }
    }
    return NULL;
}

static bool run_threads(body_t *body)
{
    pthread_t threads[THREADS];
    unsigned long i, begun = 0;

    for (i = 0; i < THREADS; i++) {
        begun += pthread_create(&threads[i], NULL, body,
                                (void *)(uintptr_t)(i % ISSUERS))
              == 0;
    }
    for (i = 0; i < begun; i++) {
        pthread_join(threads[i], NULL);
    }
    return begun == THREADS;
}

/* @param now when the last of them signed */
static void check(int64_t now)
{
    unsigned signing, waiting, i, served = 0;

    for (i = 0; i < ISSUERS; i++) {
        served += tally->served[i] > 0;
    }
    is_int(served, ISSUERS, "all issuers sign");
    is_int(tally->too_many, 0, "never more at once than may");
    ocsp_sign_slots_count(slots, now, &signing, &waiting);
    ok(signing == 0 && waiting == 0, "nothing is held in the end (%u, %u)",
       signing, waiting);
    memset(tally, 0, sizeof(*tally));
}

static void test_processes(body_t *body, int64_t now)
{
    int i, status, failed = 0;

    for (i = 0; i < PROCESSES; i++) {
        pid_t child = fork();

        if (child == 0) {
            _exit(run_threads(body) ? 0 : 1);
        }
        failed |= child < 0;
    }
    while (wait(&status) > 0) {
        failed |= status;
    }
    ok(failed == 0, "processes with threads sign");
    check(now);
}

/* Each holds all that it can get, and is killed. */
static void test_killed(void)
{
    ocsp_sign_slots_ticket_t t[LIMIT + 1], w = make(1);
    unsigned i, good = 0;
    pid_t child = fork();

    if (child < 0) { /* kill would be everybody's */
        ok(0, "a process begins");
        return;
    }
    if (child == 0) {
        for (i = 0; i < LIMIT; i++) {
            ocsp_sign_slots_ticket_t mine = make(0);

            (void)ocsp_sign_slots_take(slots, &mine, LATER);
        }
        for (i = 0; i < WAITING; i++) {
            ocsp_sign_slots_ticket_t mine = make(i);

            (void)ocsp_sign_slots_wait(slots, &mine, LATER);
        }
        atomic_fetch_add(&tally->killed_inside, 1);
        for (;;) {
            pause();
        }
    }
    while (tally->killed_inside == 0) {
        sched_yield();
    }
    ok(!ocsp_sign_slots_take(slots, &w, LATER + 1500),
       "a process holds all slots");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (i = 0; i <= LIMIT; i++) {
        t[i] = make(2);
        good += ocsp_sign_slots_take(slots, &t[i], LATER + 1500);
    }
    is_int(good, LIMIT, "which are free when it is killed, each once");
}

int main(int argc, char **argv)
{
    size_t len = ocsp_sign_slots_size();
    unsigned char *mem = mmap(NULL, len + sizeof(*tally),
                              PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED) {
        printf("Bail out! no shared memory\n");
        return 1;
    }
    slots = ocsp_sign_slots_init(mem);
    tally = (tally_t *)(void *)(mem + len);
    ok(run_threads(run), "threads sign");
    check(NOW + ROUNDS);
    if (argc < 2 || strcmp(argv[1], "threads") != 0) {
        test_killed();
        test_processes(run, NOW + ROUNDS);
    }
    return done_testing();
}
