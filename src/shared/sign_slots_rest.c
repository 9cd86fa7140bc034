/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * For how long a place at the gate is to rest: see gate.h. Floor 3.
 */
#include "shared/sign_slots.h"

/* What a cached answer claims of a processor, in microseconds: several times
 * what it takes, as there are fewer while somebody signs. */
#define HIT_US 200

/* A signature that lost less than this part of what it took met nobody. */
#define LOST_PART 4

/* Whatever they claim, one part in so many is for signatures. */
#define SIGNING_PART 12

uint32_t ocsp_sign_slots_find_rest(uint64_t took_us, uint64_t lost_us,
                                   uint64_t in_us, uint64_t hits,
                                   unsigned limit, unsigned processors)
{
    const uint64_t max_us = OCSP_SIGN_SLOTS_REST_MAX_MS * UINT64_C(1000);
    uint64_t busy_us = hits * HIT_US / processors;
    uint64_t rest_us = took_us < lost_us ? took_us : lost_us;

    if (lost_us < took_us / LOST_PART) {
        return 0; /* there are processors for both */
    }
    rest_us = rest_us < max_us ? rest_us : max_us;
    if (busy_us < in_us - in_us / SIGNING_PART) {
        rest_us = rest_us * busy_us / (in_us - busy_us);
    }
    else {
        rest_us = hits != 0 ? rest_us * (SIGNING_PART - 1) : 0;
    }
    if (limit > processors) { /* they share one */
        rest_us = rest_us * limit / processors;
    }
    rest_us = rest_us < max_us ? rest_us : max_us;
    return (uint32_t)((rest_us + 500) / 1000);
}
