/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of the present second: of whom, of what and how long; and
 * threads that meet in one entry.
 *
 *   recent          all of it
 *   recent threads  threads alone, for ThreadSanitizer
 */
#include "shared/hot_keys.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "shared/buffers.h"
#include "tap.h"

#define NOW INT64_C(1767225600)
#define SAID_LEN 300
#define THREADS 4
#define ROUNDS 20000
#define QUESTIONS 100

static const int one, another;

static ocsp_hot_keys_key_t ask(const void *octets, size_t len)
{
    return (ocsp_hot_keys_key_t){&one, 1, {octets, len}, 2, NOW};
}

static bool has(ocsp_hot_keys_t *r, const ocsp_hot_keys_key_t *key,
                const char *said, apr_pool_t *p)
{
    const char *got = ocsp_hot_keys_find(r, key, p);

    return got != NULL && strcmp(got, said) == 0;
}

/* In a buffer that nobody else holds afterwards. */
static void keep(ocsp_hot_keys_t *r, const ocsp_hot_keys_key_t *key,
                 const char *said, ocsp_buffers_t *b)
{
    char *buffer = ocsp_buffers_take(b, SAID_LEN);

    if (buffer == NULL) {
        abort();
    }
    (void)apr_cpystrn(buffer, said, SAID_LEN);
    ocsp_hot_keys_keep(r, key, buffer);
    ocsp_buffers_release(buffer);
}

static bool has_none(ocsp_hot_keys_t *r, const ocsp_hot_keys_key_t *key,
                     apr_pool_t *p)
{
    return ocsp_hot_keys_find(r, key, p) == NULL;
}

static void check_key(apr_pool_t *p)
{
    ocsp_buffers_t *b = ocsp_buffers_make(p, SAID_LEN);
    ocsp_hot_keys_t *r = ocsp_hot_keys_make(p);
    ocsp_hot_keys_key_t key = ask("question", 8), other;

    ok(has_none(r, &key, p), "nothing is remembered at first");
    keep(r, &key, "answer", b);
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
    ocsp_buffers_t *room = ocsp_buffers_make(p, SAID_LEN);
    ocsp_hot_keys_t *r = ocsp_hot_keys_make(p);
    uint64_t a[2], b[2];
    ocsp_hot_keys_key_t first, second;

    make_two(a, b);
    first = ask(a, sizeof(a));
    second = ask(b, sizeof(b));
    keep(r, &first, "first", room);
    keep(r, &second, "second", room);
    ok(has(r, &first, "first", p) && has_none(r, &second, p),
       "who came first in a second stays, and answers for nobody else");
    second.second++;
    keep(r, &second, "second", room);
    ok(has(r, &second, "second", p) && has_none(r, &first, p),
       "in the next second its place is anybody's");
    first.second++;
    first.epoch += 2;
    keep(r, &first, "first", room);
    ok(has(r, &first, "first", p) && has_none(r, &second, p),
       "and so when something has changed");
}

static void check_bounds(apr_pool_t *p)
{
    ocsp_buffers_t *b = ocsp_buffers_make(p, SAID_LEN);
    ocsp_hot_keys_t *r = ocsp_hot_keys_make(p);
    char *octets = calloc(1, OCSP_HOT_KEYS_ASKED_MAX + 1);
    ocsp_hot_keys_key_t key = ask(octets, OCSP_HOT_KEYS_ASKED_MAX);

    keep(r, &key, "answer", b);
    ok(has(r, &key, "answer", p), "the longest question fits");
    key = ask(octets, OCSP_HOT_KEYS_ASKED_MAX + 1);
    keep(r, &key, "answer", b);
    ok(has_none(r, &key, p), "a longer question is not remembered");
    key = ask("q", 1);
    key.epoch = 0;
    keep(r, &key, "answer", b);
    ok(has_none(r, &key, p), "nor anything while something changes");
    free(octets);
}

/* How many buffers nobody holds. */
static unsigned count_free(ocsp_buffers_t *b)
{
    void *taken[OCSP_BUFFERS];
    unsigned count = 0, i;

    while (count < OCSP_BUFFERS
           && (taken[count] = ocsp_buffers_take(b, SAID_LEN)) != NULL) {
        count++;
    }
    for (i = 0; i < count; i++) {
        ocsp_buffers_release(taken[i]);
    }
    return count;
}

static void check_holders(apr_pool_t *p)
{
    ocsp_buffers_t *b = ocsp_buffers_make(p, SAID_LEN);
    ocsp_hot_keys_t *r = ocsp_hot_keys_make(p);
    ocsp_hot_keys_key_t key = ask("question", 8);
    apr_pool_t *reader;
    const char *got;

    apr_pool_create(&reader, p);
    keep(r, &key, "answer", b);
    is_int(count_free(b), OCSP_BUFFERS - 1, "what is remembered is held");
    keep(r, &key, "another answer", b);
    is_int(count_free(b), OCSP_BUFFERS - 1, "what is not remembered is not");
    got = ocsp_hot_keys_find(r, &key, reader);
    key.second++;
    keep(r, &key, "next", b);
    is_int(count_free(b), OCSP_BUFFERS - 2, "what was found stays with it");
    ok(got != NULL && strcmp(got, "answer") == 0
           && has(r, &key, "next", reader),
       "and stays what it was when the next is remembered");
    apr_pool_destroy(reader);
    is_int(count_free(b), OCSP_BUFFERS - 1,
           "until the pool of who found it is cleared");
}

/* --- threads -------------------------------------------------------------- */

static ocsp_buffers_t *buffers;
static ocsp_hot_keys_t *shared;
static _Atomic unsigned long found, wrong;

/* An answer is its question's number, over and over. */
static void keep_number(const ocsp_hot_keys_key_t *key, unsigned char number)
{
    unsigned char *said = ocsp_buffers_take(buffers, SAID_LEN);

    if (said != NULL) {
        memset(said, number, SAID_LEN);
        ocsp_hot_keys_keep(shared, key, said);
        ocsp_buffers_release(said);
    }
}

static void *race(void *arg)
{
    const unsigned char *got;
    apr_pool_t *p;
    unsigned i, j;

    if (apr_pool_create_unmanaged(&p) != APR_SUCCESS) {
        abort();
    }
    for (i = 0; i < ROUNDS; i++) {
        unsigned char number = (unsigned char)(i * (*(unsigned *)arg + 1)
                                               % QUESTIONS);
        ocsp_hot_keys_key_t key = ask(&number, 1);

        key.second += i / 1000;
        got = ocsp_hot_keys_find(shared, &key, p);
        keep_number(&key, number);
        for (j = 0; got != NULL && j < SAID_LEN; j++) {
            wrong += got[j] != number;
        }
        found += got != NULL;
        apr_pool_clear(p);
    }
    apr_pool_destroy(p);
    return NULL;
}

static void check_threads(apr_pool_t *p)
{
    pthread_t threads[THREADS];
    unsigned numbers[THREADS], i;

    buffers = ocsp_buffers_make(p, SAID_LEN);
    shared = ocsp_hot_keys_make(p);
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
    ok(count_free(buffers) >= OCSP_BUFFERS - OCSP_HOT_KEYS_ENTRIES,
       "what nobody remembers any more is free again");
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
        check_holders(p);
    }
    check_threads(p);
    apr_pool_destroy(p);
    apr_terminate();
    return done_testing();
}
