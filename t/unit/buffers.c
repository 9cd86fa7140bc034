/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Buffers: who holds one, and until when.
 */
#include "shared/buffers.h"

#include <apr_general.h>
#include <stdint.h>
#include <string.h>

#include "tap.h"

#define LEN 1000

static void check_taking(apr_pool_t *p)
{
    ocsp_buffers_t *b = ocsp_buffers_make(p, LEN);
    unsigned char *taken[OCSP_BUFFERS];
    unsigned i, j, wrong = 0;

    ok(ocsp_buffers_take(b, LEN + 1) == NULL, "none is longer");
    ok(ocsp_buffers_take(NULL, 1) == NULL, "nor is there one without any");
    for (i = 0; i < OCSP_BUFFERS; i++) {
        taken[i] = ocsp_buffers_take(b, LEN);
        memset(taken[i], (int)i, LEN);
        wrong += (uintptr_t)taken[i] % 16 != 0;
    }
    is_int(wrong, 0, "all can be had, aligned");
    for (i = 0; i < OCSP_BUFFERS; i++) {
        for (j = 0; j < LEN; j++) {
            wrong += taken[i][j] != i;
        }
    }
    is_int(wrong, 0, "and none lies in another");
    ok(ocsp_buffers_take(b, 1) == NULL, "there are no more");
    ocsp_buffers_release(taken[7]);
    ocsp_buffers_release(taken[3]);
    ok(ocsp_buffers_take(b, 1) == taken[3]
           && ocsp_buffers_take(b, 1) == taken[7],
       "what nobody holds is given out again, the first one first");
}

static void check_holding(apr_pool_t *p)
{
    ocsp_buffers_t *b = ocsp_buffers_make(p, LEN);
    void *first = ocsp_buffers_take(b, LEN), *second;
    apr_pool_t *one, *two;

    apr_pool_create(&one, p);
    apr_pool_create(&two, p);
    ocsp_buffers_hold(first);
    ocsp_buffers_give(first, one);
    ocsp_buffers_give(first, two);
    apr_pool_destroy(one);
    second = ocsp_buffers_take(b, LEN);
    ok(second != first, "who holds it as well keeps it");
    ocsp_buffers_release(second);
    apr_pool_clear(two);
    ok(ocsp_buffers_take(b, LEN) == first, "the last one frees it");
}

int main(void)
{
    apr_pool_t *p;

    apr_initialize();
    apr_pool_create(&p, NULL);
    check_taking(p);
    check_holding(p);
    apr_pool_destroy(p);
    apr_terminate();
    return done_testing();
}
