/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sorts packed records of one width by their octets, in place: millions of
 * serial numbers in the memory that they already take. Floor 1, but libc only.
 */
#ifndef OCSP_STATUS_SORT_H
#define OCSP_STATUS_SORT_H

#include <stddef.h>

/** The widest record, in octets. */
#define OCSP_SORT_WIDTH_MAX 70

/** The narrowest. */
#define OCSP_SORT_WIDTH_MIN 7

/**
 * Sort as memcmp orders. Takes no memory, whatever the order it finds; at most
 * width passes over the records.
 * @param width OCSP_SORT_WIDTH_MIN to OCSP_SORT_WIDTH_MAX
 */
void ocsp_sort_records(unsigned char *records, size_t count, size_t width);

#endif
