/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The times of X.509, OCSP and HTTP to and from seconds since 1970, without
 * leap seconds. No time zone, locale, clock or time_t, so that times before
 * 1970 and after 2038 are right on every machine (R105). Floor 0.
 */
#ifndef OCSP_WIRE_GTIME_H
#define OCSP_WIRE_GTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/der.h"

#define OCSP_GTIME_LEN 15      /* YYYYMMDDHHMMSSZ */
#define OCSP_GTIME_HTTP_LEN 29 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define OCSP_GTIME_ISO_LEN 20  /* 1994-11-06T08:49:37Z */

/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the range of all formats. */
#define OCSP_GTIME_MIN INT64_C(-62167219200)
#define OCSP_GTIME_MAX INT64_C(253402300799)

/**
 * Read a Time: UTCTime YYMMDDHHMMSSZ (YY from 50 is 19YY) or GeneralizedTime
 * YYYYMMDDHHMMSSZ, nothing else (RFC 5280 section 4.1.2.5).
 * @return false: another tag, another format, or no such day. Pure.
 */
bool ocsp_gtime_get(ocsp_der_t *in, int64_t *seconds);

/** Parse the content of a UTCTime. Pure. */
bool ocsp_gtime_parse_utc(int64_t *seconds, const unsigned char *s, size_t len);

/** Parse the content of a GeneralizedTime. Pure. */
bool ocsp_gtime_parse(int64_t *seconds, const unsigned char *s, size_t len);

/**
 * Write the content of a GeneralizedTime.
 * @param out OCSP_GTIME_LEN octets, no NUL
 * @return false: not from OCSP_GTIME_MIN to OCSP_GTIME_MAX. Pure.
 */
bool ocsp_gtime_format(char *out, int64_t seconds);

/** The same as an IMF-fixdate (RFC 9110 section 5.6.7), OCSP_GTIME_HTTP_LEN. */
bool ocsp_gtime_format_http(char *out, int64_t seconds);

/** The same in ISO 8601, OCSP_GTIME_ISO_LEN. */
bool ocsp_gtime_format_iso(char *out, int64_t seconds);

#endif
