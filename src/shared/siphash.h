/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SipHash-2-4: where in a table something goes that others name, such that they
 * cannot choose names that all go to one place. Not a digest. Floor 3.
 */
#ifndef OCSP_SHARED_SIPHASH_H
#define OCSP_SHARED_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** @param seed secret. Pure. */
uint64_t ocsp_siphash_compute(const uint64_t seed[2], const unsigned char *data,
                              size_t len);

#endif
