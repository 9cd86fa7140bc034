/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counters: every addition arrives, from processes and threads at once.
 */
#include "shared/counters.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define CHILDREN 3
#define THREADS 4
#define ROUNDS 5000

static ocsp_counters_t *shared;

static void *add_many(void *arg)
{
    unsigned long stripe = (unsigned long)(uintptr_t)arg;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        ocsp_counters_add(shared, stripe, OCSP_COUNTER_GOOD, 1);
        ocsp_counters_add(shared, stripe, OCSP_COUNTER_TRY_LATER, 3);
    }
    return NULL;
}

static void run_threads(unsigned long base)
{
    pthread_t threads[THREADS];
    unsigned long i;

    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, add_many,
                           (void *)(uintptr_t)(base + i))
            != 0) {
            _exit(1);
        }
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(void)
{
    size_t size = ocsp_counters_size();
    void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *odd;
    int i, status, failed = 0;

    shared = ocsp_counters_init(mem);
    ok(ocsp_counters_get(shared, OCSP_COUNTER_GOOD) == 0, "they begin at 0");
    for (i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            /* stripes wrap around: some threads share one */
            run_threads((unsigned long)i * 62);
            _exit(0);
        }
    }
    while (wait(&status) > 0) {
        failed |= status;
    }
    ok(failed == 0, "the processes ran");
    is_int((long long)ocsp_counters_get(shared, OCSP_COUNTER_GOOD),
           CHILDREN * THREADS * ROUNDS, "no addition is lost");
    is_int((long long)ocsp_counters_get(shared, OCSP_COUNTER_TRY_LATER),
           3 * CHILDREN * THREADS * ROUNDS, "nor one of several");
    is_int((long long)ocsp_counters_get(shared, OCSP_COUNTER_REVOKED), 0,
           "what was not counted is 0");

    odd = calloc(1, size + 1);
    shared = ocsp_counters_init(odd + 1);
    ok((uintptr_t)shared % 64 == 0
           && (char *)shared + (size - 64) <= odd + 1 + size,
       "memory that is not aligned will do");
    ocsp_counters_add(shared, 63, OCSP_COUNTER_HTTP_ERROR, 2);
    is_int((long long)ocsp_counters_get(shared, OCSP_COUNTER_HTTP_ERROR), 2,
           "to its last stripe");
    free(odd);
    return done_testing();
}
