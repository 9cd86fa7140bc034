/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Selects one of several signers for a response: by the algorithms that the
 * client prefers or certainly knows, and by how long the signers are valid.
 * Floor 2.
 */
#ifndef OCSP_ANSWER_SIGNER_SELECT_H
#define OCSP_ANSWER_SIGNER_SELECT_H

#include <stdbool.h>
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
 * Select a signer. For a client without preferences that is the first which is
 * valid long enough with a key like the CA's, else with the algorithm of the
 * request's signature, else any (RFC 6960 section 4.4.7.2.1); if none is valid
 * so long, in the same order the one that is valid longest. A client with
 * preferences gets the signer with the most preferred algorithm, unless that is
 * valid for less than OCSP_SIGNER_SELECT_SHORT_S (R118).
 * @param s one signer at least
 * @param preferred, signed_with see ocsp_request_t
 * @param is_usual whether a client without preferences gets the same one. Pure.
 */
const ocsp_response_template_t *ocsp_signer_select_find(
    bool *is_usual, const ocsp_signer_select_t *s, ocsp_der_t preferred,
    ocsp_der_t signed_with);

#endif
