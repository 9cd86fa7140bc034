/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many threads and processes in one cache: every octet that is found is of one
 * entry that was put. Half of the writers have a clock that makes them take the
 * others for dead, so that they write over each other; processes are killed
 * while they write.
 *
 *   cache_race          all of it
 *   cache_race threads  threads alone, for ThreadSanitizer
 */
#include "shared/cache.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caches.h"
#include "tap.h"

#define KEYS 400
#define THREADS 6
#define ROUNDS 15000
#define ENOUGH (ROUNDS / 4)
#define PATIENCE 100 /* times as many rounds, where others have the processor */
#define WRITERS 3
#define KILLINGS 25
#define READS 300
#define LATER_S (OCSP_CACHE_SLOT_DEAD_S + 1)

/* What all processes count. */
typedef struct {
    _Atomic unsigned long wrong, found, written;
} tally_t;

static ocsp_cache_t *cache;
static tally_t *tally;

static uint32_t draw(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525U + 1013904223U;
    return (uint32_t)((uint64_t)*state * n >> 32);
}

/* Whether an entry of a key is one that somebody may have put. */
static bool is_true(const ocsp_cache_entry_t *e, unsigned n)
{
    unsigned generation = (unsigned)(e->next_update - NOW - 1000);
    ocsp_cache_entry_t want = make_entry(n, generation, e->hits);

    return e->produced_at == want.produced_at
        && e->this_update == want.this_update && e->renew_at == want.renew_at
        && e->len == want.len && e->hits <= 255
        && memcmp(e->digest, want.digest, sizeof(want.digest)) == 0;
}

static void look(unsigned n)
{
    unsigned char der[BODY_MAX], want[BODY_MAX];
    ocsp_cache_entry_t e;
    char key[KEY_LEN];

    if (!ocsp_cache_find(&e, der, cache, make_key(key, n))) {
        return;
    }
    atomic_fetch_add(&tally->found, 1);
    if (is_true(&e, n)) {
        make_body(want, n, (unsigned)(e.next_update - NOW - 1000), e.len);
        if (memcmp(der, want, e.len) == 0) {
            return;
        }
    }
    atomic_fetch_add(&tally->wrong, 1);
}

static void walk(size_t *cursor)
{
    unsigned char key[OCSP_CACHE_KEY_MAX + 1] = {0};
    ocsp_cache_entry_t e;
    size_t len;

    if (!ocsp_cache_next(&e, key, &len, cache, cursor)) {
        *cursor = 0;
    }
    else if (len != KEY_LEN - 1
             || !is_true(&e, (unsigned)strtoul((char *)key, NULL, 10))) {
        atomic_fetch_add(&tally->wrong, 1);
    }
}

static void do_something(uint32_t *state, size_t *cursor, int64_t now)
{
    unsigned n = draw(state, 8) > 0 ? draw(state, 4) : draw(state, KEYS);
    char key[KEY_LEN];
    ocsp_cache_entry_t e;

    switch (draw(state, 16)) {
    case 0:
        ocsp_cache_remove(cache, make_key(key, n));
        break;
    case 1:
        walk(cursor);
        break;
    case 2:
        (void)ocsp_cache_begin_renewal(cache, make_key(key, n), now);
        break;
    case 3:
        if (ocsp_cache_find(&e, NULL, cache, make_key(key, n))
            && !is_true(&e, n)) {
            atomic_fetch_add(&tally->wrong, 1);
        }
        break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        atomic_fetch_add(&tally->written,
                         put(cache, n, draw(state, 50), draw(state, 3), now));
        break;
    default:
        look(n);
    }
}

static bool is_enough(void)
{
    return tally->found > ENOUGH && tally->written > ENOUGH;
}

static void *run(void *arg)
{
    uint32_t state = (uint32_t)(uintptr_t)arg;
    int64_t now = NOW + (state % 2) * LATER_S;
    size_t cursor = 0;
    int i;

    for (i = 0; i < ROUNDS || (!is_enough() && i < PATIENCE * ROUNDS); i++) {
        do_something(&state, &cursor, now);
    }
    return NULL;
}

static void test_threads(void)
{
    pthread_t threads[THREADS];
    unsigned long i, begun = 0;

    for (i = 0; i < THREADS; i++) {
        begun += pthread_create(&threads[i], NULL, run,
                                (void *)(uintptr_t)(4710 + i))
              == 0;
    }
    for (i = 0; i < begun; i++) {
        pthread_join(threads[i], NULL);
    }
    is_int((long long)begun, THREADS, "threads read and write");
    ok(is_enough(), "they find what they wrote (%lu, %lu)", tally->found,
       tally->written);
    is_int((long long)tally->wrong, 0, "and nothing else");
}

/* Writes until it is killed. */
__attribute__((noreturn)) static void write_on(uint32_t seed, int64_t now)
{
    unsigned char der[BODY_MAX];
    ocsp_cache_entry_t e;
    uint32_t state = seed;
    char key[KEY_LEN];
    int i;

    for (;;) {
        unsigned n = draw(&state, 4), generation = draw(&state, 50);

        e = make_entry(n, generation, 255);
        make_body(der, n, generation, e.len);
        for (i = 0; i < 64; i++) {
            atomic_fetch_add(&tally->written,
                             ocsp_cache_put(cache, make_key(key, n), &e, der,
                                            now));
        }
    }
}

static unsigned count_locked(void)
{
    ocsp_cache_info_t info;
    unsigned locked = 0;
    size_t i;

    ocsp_cache_get_info(&info, cache);
    for (i = 0; i < info.places; i++) {
        locked += ocsp_cache_slot_is_locked(ocsp_cache_slot_get_sequence(
            get_words(cache) + 2 * info.places
            + i * ocsp_cache_slot_count_words(BODY_MAX)));
    }
    return locked;
}

/* @return how many were killed while they had locked a slot */
static unsigned kill_writers(int64_t now, uint32_t seed)
{
    unsigned long before = tally->written;
    pid_t children[WRITERS];
    uint32_t state = seed;
    int i, begun = 0;

    for (i = 0; i < WRITERS; i++) {
        children[i] = fork();
        begun += children[i] > 0;
        if (children[i] == 0) {
            write_on(seed * WRITERS + (uint32_t)i, now + i % 2 * LATER_S);
        }
    }
    while (begun > 0 && tally->written < before + 50) {
        sched_yield();
    }
    for (i = 0; i < READS; i++) {
        look(draw(&state, 4));
    }
    for (i = 0; i < WRITERS; i++) {
        if (children[i] > 0) {
            kill(children[i], SIGKILL);
            waitpid(children[i], NULL, 0);
        }
    }
    return count_locked();
}

static void test_processes(void)
{
    unsigned i, killings, locked = 0, good = 0;
    int64_t now = NOW;

    for (i = 0; i < KILLINGS || (locked == 0 && i < PATIENCE * KILLINGS); i++) {
        now = NOW + (int64_t)i * 2 * LATER_S;
        locked += kill_writers(now, i + 1);
    }
    killings = i;
    ok(locked > 0, "of %u writers, %u are killed in the middle",
       killings * WRITERS, locked);
    is_int((long long)tally->wrong, 0, "nobody reads what they left");
    for (i = 0; i < KEYS; i++) {
        good += put(cache, i, 1, 255, now + 3 * LATER_S) && has(cache, i, 1);
    }
    is_int(good, KEYS, "nor does it keep anything from being put");
    is_int(count_locked(), 0, "and the slots are used again");
}

int main(int argc, char **argv)
{
    static const unsigned char seed[16] = "a secret of ours";
    size_t len = OCSP_CACHE_SIZE_MIN;
    unsigned char *mem = mmap(NULL, len + sizeof(*tally),
                              PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED) {
        printf("Bail out! no shared memory\n");
        return 1;
    }
    cache = ocsp_cache_init(mem, len, BODY_MAX, seed);
    tally = (tally_t *)(void *)(mem + len);
    test_threads();
    if (argc < 2 || strcmp(argv[1], "threads") != 0) {
        test_processes();
    }
    return done_testing();
}
