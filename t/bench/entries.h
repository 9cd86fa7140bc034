/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The entries of a benchmark's CRL, and serial numbers that are not in it: the
 * same ones every time, so that nobody has to keep them.
 */
#ifndef OCSP_BENCH_ENTRIES_H
#define OCSP_BENCH_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

/** What CAs make: 127 random bits, of which no two are ever the same. */
#define ENTRIES_SERIAL_LEN 16

/** The states to start with: listed serial numbers and others. */
#define ENTRIES_LISTED UINT64_C(1)
#define ENTRIES_UNLISTED UINT64_C(2)

typedef struct {
    unsigned char serial[ENTRIES_SERIAL_LEN];
    int64_t time;
    unsigned char reason; /* a CRLReason */
} entries_t;

/** The next pseudo-random number; any state does to start with. */
uint64_t entries_random(uint64_t *state);

/** The next serial number: positive and in its shortest form. */
void entries_make_serial(unsigned char serial[ENTRIES_SERIAL_LEN],
                         uint64_t *state);

/** Entry i of count, in the order of revocation over the year before now. */
void entries_make(entries_t *e, size_t i, size_t count, int64_t now,
                  uint64_t *state);

#endif
