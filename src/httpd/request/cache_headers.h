/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long HTTP may keep an answer: Cache-Control, Expires, Last-Modified, ETag
 * (RFC 9919 section 7.2, RFC 9111). Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_CACHE_HEADERS_H
#define OCSP_HTTPD_REQUEST_CACHE_HEADERS_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"
#include "wire/gtime.h"

/** The headers of an answer, found once for all to whom it is given now. */
typedef struct {
    bool lasting;        /* HTTP caches may keep it: all of the following */
    apr_time_t modified; /* in whole seconds */
    char cache_control[80];
    char expires[OCSP_GTIME_HTTP_LEN + 1];
    char modified_text[OCSP_GTIME_HTTP_LEN + 1];
    char etag[67]; /* quoted; empty: none */
} ocsp_cache_headers_t;

/**
 * A lasting answer may be kept, nothing else.
 * @param date of the response, seconds since 1970
 * @param digest SHA-256 of the answer's octets, or NULL: not known
 * @param now seconds since 1970; the answer may have been made before
 * @param cap_s longest max-age in seconds. Any thread.
 */
void ocsp_cache_headers_make(ocsp_cache_headers_t *f, const ocsp_answer_t *a,
                             int64_t date, const unsigned char *digest,
                             int64_t now, int64_t cap_s);

/** Set them. @param f stays as long as the request. Any thread. */
void ocsp_cache_headers_set(request_rec *r, const ocsp_cache_headers_t *f);

#endif
