/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sorts millions of records of one width in place. Floor 1, but libc only.
 */
#ifndef OCSP_STATUS_SORT_H
#define OCSP_STATUS_SORT_H

#include <stddef.h>

/** Octets of the widest and of the narrowest record. */
#define OCSP_SORT_WIDTH_MAX 70
#define OCSP_SORT_WIDTH_MIN 7

/** Sort in the order of memcmp, without allocating memory, in at most width
 * passes over the records. Pure. */
void ocsp_sort_records(unsigned char *records, size_t count, size_t width);

#endif
