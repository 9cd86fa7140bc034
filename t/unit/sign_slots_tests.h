/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A gate for the unit tests, tickets for it, and what it counts.
 */
#ifndef OCSP_UNIT_SIGN_SLOTS_TESTS_H
#define OCSP_UNIT_SIGN_SLOTS_TESTS_H

#include "shared/sign_slots.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW INT64_C(1767225600000)
#define A 7
#define B 8
#define C 4000

#define GATES __attribute__((unused)) static

static ocsp_sign_slots_t *gate;

/** A gate that nobody has passed. */
GATES void begin(void)
{
    free(gate);
    gate = aligned_alloc(64, ocsp_sign_slots_size());
    if (gate == NULL) {
        abort();
    }
    memset(gate, 0, ocsp_sign_slots_size());
    gate = ocsp_sign_slots_init(gate);
}

GATES ocsp_sign_slots_ticket_t make(uint32_t issuer, unsigned limit,
                                    unsigned waiting)
{
    ocsp_sign_slots_ticket_t t;

    ocsp_sign_slots_make_ticket(&t, (int32_t)getpid(), issuer, limit, waiting);
    return t;
}

GATES bool count_at(int64_t now_ms, unsigned signing, unsigned waiting)
{
    unsigned s, w;

    ocsp_sign_slots_count(gate, now_ms, &s, &w);
    return s == signing && w == waiting;
}

GATES bool count_is(unsigned signing, unsigned waiting)
{
    return count_at(NOW, signing, waiting);
}

#endif
