/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses serial numbers in hexadecimal. Floor 1, but libc only.
 */
#ifndef OCSP_STATUS_SERIAL_H
#define OCSP_STATUS_SERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/certid.h"

/** A serial number, as from ocsp_certid_serial. */
typedef struct {
    unsigned char data[OCSP_CERTID_SERIAL_MAX];
    size_t len;
} ocsp_serial_t;

/**
 * Parse a serial number: digits in upper or lower case, after "-" if negative.
 * @param colons whether single colons between digits are allowed
 * @return false: another character, no digit, or more than
 *         OCSP_CERTID_SERIAL_MAX octets; out is then undefined. Pure.
 */
bool ocsp_serial_parse(ocsp_serial_t *out, const unsigned char *text,
                       size_t len, bool colons);

#endif
