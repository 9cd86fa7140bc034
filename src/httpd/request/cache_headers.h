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

/**
 * Set the headers of an answer: either for storing, or no-store.
 * @param digest SHA-256 of the answer's bytes, or NULL: not computed
 * @param now seconds since 1970
 * @param cap_s longest max-age in seconds; 0: no-store
 * @return whether caches may store it. Any thread.
 */
bool ocsp_cache_headers_set(request_rec *r, const ocsp_answer_t *a,
                            const unsigned char *digest, int64_t now,
                            int64_t cap_s);

#endif
