/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See entries.h.
 */
#include <string.h>

#include "entries.h"

#define YEAR_S INT64_C(31536000)

/* Reasons that CAs give, certificateHold among them. */
static const unsigned char reasons[] = {1, 1, 3, 4, 4, 4, 5, 5, 6, 9};

/* SplitMix64: every state is a good one, and it takes a nanosecond. */
uint64_t entries_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void entries_make_serial(unsigned char serial[ENTRIES_SERIAL_LEN],
                         uint64_t *state)
{
    uint64_t half[2];

    half[0] = entries_random(state);
    half[1] = entries_random(state);
    memcpy(serial, half, ENTRIES_SERIAL_LEN);
    /* 01 to 7f: neither a sign nor padding */
    serial[0] = (unsigned char)(1 + (serial[0] % 0x7f));
}

void entries_make(entries_t *e, size_t i, size_t count, int64_t now,
                  uint64_t *state)
{
    double part = (double)i / (double)count;

    entries_make_serial(e->serial, state);
    e->time = now - YEAR_S + (int64_t)((double)YEAR_S * part);
    e->reason = reasons[entries_random(state) % sizeof(reasons)];
}
