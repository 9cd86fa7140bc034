/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SipHash-2-4, a keyed hash for hash tables whose keys clients choose: without
 * the seed they cannot find keys that collide. Not a digest. Floor 3.
 */
#ifndef OCSP_SHARED_SIPHASH_H
#define OCSP_SHARED_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** @param seed secret. @return the hash. Pure. */
uint64_t ocsp_siphash_compute(const uint64_t seed[2], const unsigned char *data,
                              size_t len);

#endif
