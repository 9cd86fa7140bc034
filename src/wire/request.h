/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An OCSPRequest (RFC 6960 section 4.1.1), from a POST body or from a GET's
 * path, taken apart. Everything here is a stranger's: no allocation, no length
 * believed before its bytes were seen. Floor 0.
 */
#ifndef OCSP_WIRE_REQUEST_H
#define OCSP_WIRE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/certid.h"
#include "wire/der.h"

/** Nonces of 1 to 128 octets are echoed (RFC 9654 section 2.1). */
#define OCSP_REQUEST_NONCE_MAX 128

/** What was asked. All pointers are into the request's bytes. */
typedef struct {
    ocsp_certid_t *certids; /* the caller's array */
    size_t certid_count;    /* 1 to the caller's limit */
    ocsp_der_t nonce;       /* the extnValue's content; data NULL: none */
    ocsp_der_t preferred;   /* for ocsp_request_next_preferred; data NULL: no
                               preferences that can be read */
    ocsp_der_t signed_with; /* the AlgorithmIdentifier element of the request's
                               own signature; data NULL: none */
} ocsp_request_t;

/**
 * Parse an OCSPRequest. A signature and a requestorName are passed over
 * (R38), empty Extensions count as absent (R36), unknown extensions
 * are ignored unless critical (R37).
 * @param certids room for what is found
 * @param certids_max how many it holds; a request for more is refused
 * @return false: malformedRequest (RFC 6960 section 2.3). Pure.
 */
bool ocsp_request_parse(ocsp_request_t *out, ocsp_certid_t *certids,
                        size_t certids_max, const unsigned char *der,
                        size_t der_len);

/** So many preferences are looked at, the first ones. */
#define OCSP_REQUEST_PREFERRED_MAX 32

/**
 * Take the signature algorithm that is preferred next (RFC 6960 section
 * 4.4.7.1), the dearest first. Of both syntaxes of the second field nothing is
 * used (R119).
 * @param list a request's preferred, which moves on
 * @param algorithm the whole AlgorithmIdentifier element
 * @return false: no more. Pure.
 */
bool ocsp_request_next_preferred(ocsp_der_t *list, ocsp_der_t *algorithm);

/**
 * Find the base64 of an OCSPRequest in a GET's target and decode it
 * (RFC 6960 appendix A.1; t/REQUIREMENTS section B). Needs no knowledge of the
 * prefix: it takes the leftmost start after a slash from which the rest decodes
 * to one DER SEQUENCE that begins with another, with nothing left over.
 * @param out room for the decoded bytes; also scratch, so its content is
 *        undefined when false is returned
 * @param out_len in: octets of out, at least target_len; out: octets decoded
 * @param target what stood in the request line, as it came: escapes, doubled
 *        slashes, query, even scheme and authority
 * @return false: there is none. Pure.
 */
bool ocsp_request_decode_target(unsigned char *out, size_t *out_len,
                                const char *target, size_t target_len);

#endif
