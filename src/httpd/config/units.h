/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Durations and sizes as users write them: a number and a unit. Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_UNITS_H
#define OCSP_HTTPD_CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Read a duration: a number with s (or nothing), min, h or d, in any letter
 * case, and nothing around it.
 * @param seconds untouched if false
 * @return false: not one, or it does not fit. Pure.
 */
bool ocsp_units_parse_duration(int64_t *seconds, const char *text);

/** Read a size in octets: a number with k, m, g (of 1024) or nothing. Likewise.
 */
bool ocsp_units_parse_size(int64_t *octets, const char *text);

/** Read a plain number. Likewise. */
bool ocsp_units_parse_count(int64_t *count, const char *text);

#endif
