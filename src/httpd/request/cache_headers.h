/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long HTTP caches may store an answer: Cache-Control, Expires,
 * Last-Modified, ETag (RFC 9919 section 7.2, RFC 9111). Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_CACHE_HEADERS_H
#define OCSP_HTTPD_REQUEST_CACHE_HEADERS_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"
#include "wire/gtime.h"

/** The headers of an answer. */
typedef struct {
    bool cacheable; /* caches may store it; else no-store, and nothing below */
    int64_t modified; /* Last-Modified, seconds since 1970 */
    char cache_control[80];
    char expires[OCSP_GTIME_HTTP_LEN + 1];
    char last_modified[OCSP_GTIME_HTTP_LEN + 1];
    char etag[67]; /* quoted; empty: none */
} ocsp_cache_headers_t;

/**
 * Make the headers of an answer.
 * @param digest SHA-256 of the answer's bytes, or NULL: not computed
 * @param date of the HTTP response, seconds since 1970; likewise now
 * @param cap_s longest max-age in seconds; 0: no-store
 * Any thread.
 */
void ocsp_cache_headers_make(ocsp_cache_headers_t *out, const ocsp_answer_t *a,
                             const unsigned char *digest, int64_t date,
                             int64_t now, int64_t cap_s);

/** Set them. @param headers stay as long as r. Any thread. */
void ocsp_cache_headers_set(request_rec *r,
                            const ocsp_cache_headers_t *headers);

#endif
