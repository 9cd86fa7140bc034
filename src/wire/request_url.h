/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The URL of a GET -> the bytes of its OCSPRequest (RFC 6960 appendix A.1).
 * Floor 0.
 */
#ifndef OCSP_WIRE_REQUEST_URL_H
#define OCSP_WIRE_REQUEST_URL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Find the base64 of an OCSPRequest in the target of a GET, and decode it
 * (RFC 6960 appendix A.1; t/REQUIREMENTS section B). The prefix of the URL need
 * not be known: the request begins after the first slash from which on all is
 * base64 of exactly one SEQUENCE that begins with a SEQUENCE.
 * @param out room for the request; also scratch
 * @param out_len in: octets in out, at least target_len; out: of the request
 * @param target as in the request line, with escapes, query, and perhaps scheme
 *        and authority
 * @return false: there is none; out is then undefined. Pure.
 */
bool ocsp_request_url_decode(unsigned char *out, size_t *out_len,
                             const char *target, size_t target_len);

#endif
