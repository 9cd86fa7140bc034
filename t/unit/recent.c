/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of the present second: of whom, of what and how long; and
 * threads that meet in one entry.
 *
 *   recent          all of it
 *   recent threads  threads alone, for ThreadSanitizer
 */
#include "shared/recent.h"

#include <apr_general.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define NOW INT64_C(1767225600)
#define SAID_MAX 300
#define THREADS 4
#define ROUNDS 20000
#define QUESTIONS 100

static const int one, another;

static ocsp_recent_key_t ask(const void *octets, size_t len)
{
    return (ocsp_recent_key_t){&one, 1, {octets, len}, 2, NOW};
}

static bool has(ocsp_recent_t *r, const ocsp_recent_key_t *key,
                const char *said, apr_pool_t *p)
{
    size_t len;
    const char *got = ocsp_recent_find(&len, r, key, p);

    return got != NULL && len == strlen(said) && memcmp(got, said, len) == 0;
}

static bool has_none(ocsp_recent_t *r, const ocsp_recent_key_t *key,
                     apr_pool_t *p)
{
    size_t len;

    return ocsp_recent_find(&len, r, key, p) == NULL;
}

static void check_key(apr_pool_t *p)
{
    ocsp_recent_t *r = ocsp_recent_make(p, SAID_MAX);
    ocsp_recent_key_t key = ask("question", 8), other;

    ok(has_none(r, &key, p), "nothing is remembered at first");
    ocsp_recent_keep(r, &key, "answer", 6);
    ok(has(r, &key, "answer", p), "what was kept is found");
    other = key;
    other.second++;
    ok(has_none(r, &other, p), "not in the next second");
    other.second = NOW - 1;
    ok(has_none(r, &other, p), "nor in the one before");
    other = key;
    other.epoch += 2;
    ok(has_none(r, &other, p), "not when something has changed");
    other = key;
    other.whose = &another;
    ok(has_none(r, &other, p), "not of another");
    other = key;
    other.form = 2;
    ok(has_none(r, &other, p), "not in another form");
    other = ask("questiom", 8);
    ok(has_none(r, &other, p), "not to another question");
    other = ask("question", 7);
    ok(has_none(r, &other, p), "not to its beginning");
    ok(has(r, &key, "answer", p), "and still to the one");
}

/* Where the hash of a question stands after its first word. */
static uint64_t hash_word(uint64_t word)
{
    uint64_t hash = ((uint64_t)(uintptr_t)&one ^ UINT64_C(1) << 32
                     ^ 2 * sizeof(word) ^ word)
                  * UINT64_C(0x9e3779b97f4a7c15);

    return hash ^ hash >> 29;
}

/* Two questions of the same hash: anybody can make them. */
static void make_two(uint64_t a[2], uint64_t b[2])
{
    a[0] = 1;
    b[0] = 2;
    a[1] = 3;
    b[1] = a[1] ^ hash_word(a[0]) ^ hash_word(b[0]);
}

static void check_place(apr_pool_t *p)
{
    ocsp_recent_t *r = ocsp_recent_make(p, SAID_MAX);
    uint64_t a[2], b[2];
    ocsp_recent_key_t first, second;

    make_two(a, b);
    first = ask(a, sizeof(a));
    second = ask(b, sizeof(b));
    ocsp_recent_keep(r, &first, "first", 5);
    ocsp_recent_keep(r, &second, "second", 6);
    ok(has(r, &first, "first", p) && has_none(r, &second, p),
       "who came first in a second stays, and answers for nobody else");
    second.second++;
    ocsp_recent_keep(r, &second, "second", 6);
    ok(has(r, &second, "second", p) && has_none(r, &first, p),
       "in the next second its place is anybody's");
    first.second++;
    first.epoch += 2;
    ocsp_recent_keep(r, &first, "first", 5);
    ok(has(r, &first, "first", p) && has_none(r, &second, p),
       "and so when something has changed");
}

static void check_bounds(apr_pool_t *p)
{
    ocsp_recent_t *r = ocsp_recent_make(p, SAID_MAX);
    char *octets = calloc(1, SAID_MAX + 1);
    ocsp_recent_key_t key;
    size_t len;

    key = ask(octets, OCSP_RECENT_ASKED_MAX);
    ocsp_recent_keep(r, &key, octets, SAID_MAX);
    ok(ocsp_recent_find(&len, r, &key, p) != NULL && len == SAID_MAX,
       "the longest question and the longest answer fit");
    key = ask(octets, OCSP_RECENT_ASKED_MAX + 1);
    ocsp_recent_keep(r, &key, octets, 1);
    ok(has_none(r, &key, p), "a longer question is not remembered");
    key = ask("q", 1);
    ocsp_recent_keep(r, &key, octets, SAID_MAX + 1);
    ok(has_none(r, &key, p), "nor is a longer answer");
    key.epoch = 0;
    ocsp_recent_keep(r, &key, "answer", 6);
    ok(has_none(r, &key, p), "nor anything while something changes");
    free(octets);
}

static void check_copy(apr_pool_t *p)
{
    ocsp_recent_t *r = ocsp_recent_make(p, SAID_MAX);
    ocsp_recent_key_t key = ask("question", 8);
    char said[] = "answer";
    char *got;
    size_t len;

    ocsp_recent_keep(r, &key, said, 6);
    said[0] = 'A';
    got = ocsp_recent_find(&len, r, &key, p);
    ok(got != NULL && got[0] == 'a', "what is kept is a copy");
    if (got != NULL) {
        got[0] = 'X';
    }
    ok(has(r, &key, "answer", p), "and so is what is found");
}

/* --- threads -------------------------------------------------------------- */

static ocsp_recent_t *shared;
static _Atomic unsigned long found, wrong;

/* An answer is its question's number, over and over. */
static void *race(void *arg)
{
    unsigned char said[SAID_MAX], *got;
    apr_pool_t *p;
    size_t len, j;
    unsigned i;

    if (apr_pool_create_unmanaged(&p) != APR_SUCCESS) {
        abort();
    }
    for (i = 0; i < ROUNDS; i++) {
        unsigned char number = (unsigned char)(i * (*(unsigned *)arg + 1)
                                               % QUESTIONS);
        ocsp_recent_key_t key = ask(&number, 1);

        key.second += i / 1000;
        got = ocsp_recent_find(&len, shared, &key, p);
        for (j = 0; got != NULL && j < len; j++) {
            wrong += got[j] != number || len != (size_t)SAID_MAX - number;
        }
        found += got != NULL;
        memset(said, number, sizeof(said));
        ocsp_recent_keep(shared, &key, said, SAID_MAX - number);
        apr_pool_clear(p);
    }
    apr_pool_destroy(p);
    return NULL;
}

static void check_threads(apr_pool_t *p)
{
    pthread_t threads[THREADS];
    unsigned numbers[THREADS], i;

    shared = ocsp_recent_make(p, SAID_MAX);
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, race, &numbers[i]) != 0) {
            abort();
        }
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ok(found > 0, "threads find what they keep (%lu times)", found);
    is_int((long long)wrong, 0, "and never anything else");
}

int main(int argc, char **argv)
{
    apr_pool_t *p;

    apr_initialize();
    apr_pool_create(&p, NULL);
    if (argc == 1 || strcmp(argv[1], "threads") != 0) {
        check_key(p);
        check_place(p);
        check_bounds(p);
        check_copy(p);
    }
    check_threads(p);
    apr_pool_destroy(p);
    apr_terminate();
    return done_testing();
}
