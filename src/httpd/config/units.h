/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, durations and sizes as directives have them: digits and a unit.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_UNITS_H
#define OCSP_HTTPD_CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/** Which units a number may have. */
typedef enum {
    OCSP_UNITS_COUNT = 0, /* none */
    OCSP_UNITS_DURATION,  /* s (may be left out), min, h or d; in seconds */
    OCSP_UNITS_SIZE       /* none, or k, m or g, of 1024; in octets */
} ocsp_units_t;

/**
 * Parse a number with its unit, in any letter case, without white space.
 * @param value 0 or more; untouched if false
 * @return false: not such a number, or it does not fit. Pure.
 */
bool ocsp_units_parse(int64_t *value, const char *text, ocsp_units_t units);

#endif
