/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long HTTP may keep an answer: Cache-Control, Expires, Last-Modified, ETag
 * (RFC 9919 section 7.2, RFC 9111). Floor 4.
 */
#ifndef OCSP_HTTPD_FRESHNESS_H
#define OCSP_HTTPD_FRESHNESS_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"

/**
 * Set the headers of an answer: a lasting one may be kept, nothing else.
 * @param cap_s longest max-age in seconds
 * @return whether it may, and so be asked for conditionally. Any thread.
 */
bool ocsp_freshness_set(request_rec *r, const ocsp_answer_t *a, int64_t cap_s);

#endif
