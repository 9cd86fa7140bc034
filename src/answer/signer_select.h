/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Selects one of several signers for a response: by the algorithms that the
 * client prefers or certainly knows, and by how long the signers are valid.
 * Floor 2.
 */
#ifndef OCSP_ANSWER_SIGNER_SELECT_H
#define OCSP_ANSWER_SIGNER_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "answer/response.h"
#include "wire/der.h"

/** A signer that is valid for less, in seconds, is selected only if there is no
 * other: clients subtract as much from nextUpdate (R102). */
#define OCSP_SIGNER_SELECT_SHORT_S 300

/** The signers, in the order of the configuration. */
typedef struct {
    const ocsp_response_template_t **templs;
    size_t count;
    int64_t now;   /* seconds since 1970 */
    int64_t until; /* when a response of the greatest validity ends */
} ocsp_signer_select_t;

/** Remove the signers that are not valid now. @return how many are left.
 * Pure. */
size_t ocsp_signer_select_remove_invalid(ocsp_signer_select_t *s);

/**
 * Select a signer for a client without preferences: the first that is valid
 * long enough with a key like the CA's, else with the algorithm of the
 * request's signature, else any (RFC 6960 section 4.4.7.2.1). If none is valid
 * so long, in the same order the one that is valid longest.
 * @param s one signer at least
 * @param signed_with see ocsp_request_t. Pure.
 */
const ocsp_response_template_t *ocsp_signer_select_find_usual(
    const ocsp_signer_select_t *s, ocsp_der_t signed_with);

/**
 * Select the signer with the most preferred algorithm, unless it is valid for
 * less than OCSP_SIGNER_SELECT_SHORT_S; else the usual one (R118).
 * @param preferred, signed_with see ocsp_request_t. Pure.
 */
const ocsp_response_template_t *ocsp_signer_select_find(
    const ocsp_signer_select_t *s, ocsp_der_t preferred,
    ocsp_der_t signed_with);

#endif
