/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses OCSPRequests (RFC 6960 section 4.1.1), and finds them in the target of
 * a GET. The input is hostile: nothing is allocated, and no length is used
 * before it is checked. Floor 0.
 */
#ifndef OCSP_WIRE_REQUEST_H
#define OCSP_WIRE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/certid.h"
#include "wire/der.h"

/** Octets of the longest nonce that is echoed (RFC 9654 section 2.1). */
#define OCSP_REQUEST_NONCE_MAX 128

/** A parsed request. Pointers are into its bytes; data NULL: absent. */
typedef struct {
    ocsp_certid_t *certids; /* the caller's array */
    size_t certid_count;    /* 1 or more */
    ocsp_der_t nonce;       /* the content of the extnValue */
    ocsp_der_t preferred;   /* for ocsp_request_next_preferred; absent also if
                               they cannot be read */
    ocsp_der_t signed_with; /* the AlgorithmIdentifier of the signature */
} ocsp_request_t;

/**
 * Parse an OCSPRequest. Signature and requestorName are ignored (R38), as are
 * unknown extensions unless critical (R37). Empty Extensions are allowed (R36).
 * @param certids room for the CertIDs
 * @param certids_max how many fit; a request for more is refused
 * @return false: malformedRequest (RFC 6960 section 2.3). Pure.
 */
bool ocsp_request_parse(ocsp_request_t *out, ocsp_certid_t *certids,
                        size_t certids_max, const unsigned char *der,
                        size_t der_len);

/** How many preferred algorithms are read; the rest is ignored. */
#define OCSP_REQUEST_PREFERRED_MAX 32

/**
 * Read the next preferred signature algorithm (RFC 6960 section 4.4.7.1), the
 * most preferred first. The second field is ignored in both syntaxes (R119).
 * @param list the preferred of a request; moves on
 * @param algorithm the whole AlgorithmIdentifier
 * @return false: there is none. Pure.
 */
bool ocsp_request_next_preferred(ocsp_der_t *list, ocsp_der_t *algorithm);

#endif
