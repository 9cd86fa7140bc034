/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered from one check for changes to the next.
 */
#include "shared/retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define NOW 1000000
#define MANY 20000u
#define TOO_MANY 40000u

static ocsp_retries_t *retries;

static void test_subjects(void)
{
    ocsp_retry_t *one = ocsp_retries_get(retries, 1, "one", 3);
    ocsp_retry_t *other = ocsp_retries_get(retries, 1, "other", 5);

    one->failures = 3;
    ok(one != other && other->failures == 0, "subjects are kept apart");
    ok(ocsp_retries_get(retries, 1, "one", 3) == one && one->failures == 3,
       "and remembered");
    ok(ocsp_retries_get(retries, 2, "one", 3)->failures == 0,
       "another configuration begins anew");
}

static void test_text(void)
{
    uint64_t hash = ocsp_retry_hash_text("cannot be read");

    ok(ocsp_retry_hash_text(NULL) == 0 && ocsp_retry_hash_text("") != 0,
       "no text is told from an empty one");
    ok(hash == ocsp_retry_hash_text("cannot be read")
           && hash != ocsp_retry_hash_text("cannot be found"),
       "a text is told from another one");
}

static void test_deaths(void)
{
    static const int64_t pauses_s[] = {0, 10, 60, 600, 3600, 3600, 3600};
    ocsp_retry_t *one = ocsp_retries_get(retries, 2, "death", 5);
    unsigned i, wrong = 0;

    ok(!ocsp_retry_is_pausing(one, NOW), "nobody has died of it");
    for (i = 0; i < sizeof(pauses_s) / sizeof(pauses_s[0]); i++) {
        ocsp_retry_count_death(one, NOW);
        wrong += ocsp_retry_is_pausing(one, NOW + pauses_s[i]);
        wrong += pauses_s[i] > 0
              && !ocsp_retry_is_pausing(one, NOW + pauses_s[i] - 1);
    }
    is_int(wrong, 0, "from death to death the pause grows, to an hour at most");
    is_int(one->deaths, 7, "they are counted");
    ok(!ocsp_retry_is_pausing(one, NOW - 1),
       "a clock that was put back ends the pause");
}

/* @return how many of so many subjects are forgotten */
static unsigned count_forgotten(uint32_t configuration, uint32_t count)
{
    uint32_t i, forgotten = 0;

    for (i = 0; i < count; i++) {
        ocsp_retries_get(retries, configuration, &i, sizeof(i))->failures = i;
    }
    for (i = 0; i < count; i++) {
        forgotten +=
            ocsp_retries_get(retries, configuration, &i, sizeof(i))->failures
            != i;
    }
    return forgotten;
}

static void test_many(void)
{
    is_int(count_forgotten(3, MANY), 0, "20,000 subjects are remembered");
    is_int(count_forgotten(4, MANY), 0,
           "and as many of the next configuration");
    ok(count_forgotten(5, TOO_MANY) > 0, "too many do no harm");
    is_int(count_forgotten(6, MANY), 0, "after which there is room again");
}

int main(void)
{
    void *mem = calloc(1, ocsp_retries_size());

    if (mem == NULL) {
        printf("Bail out! no memory\n");
        return 1;
    }
    retries = mem;
    test_subjects();
    test_text();
    test_deaths();
    test_many();
    free(mem);
    return done_testing();
}
