/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which of several signers makes a response: by what the client prefers, by
 * what it can surely check, and by who lasts long enough. Floor 2.
 */
#ifndef OCSP_ANSWER_SIGNER_SELECT_H
#define OCSP_ANSWER_SIGNER_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "answer/response.h"
#include "wire/der.h"

/** A signer with less left, in seconds, steps back for any other: clients
 * subtract as much from nextUpdate (R102). */
#define OCSP_SIGNER_SELECT_SHORT_S 300

/** Who may sign, in the order of the configuration. */
typedef struct {
    const ocsp_response_template_t **templs;
    size_t count;
    int64_t now;   /* seconds since 1970 */
    int64_t until; /* what the longest validity wanted ends at */
} ocsp_signer_select_t;

/**
 * Drop those that are not valid yet, or have no second left.
 * @return how many are left. Pure.
 */
size_t ocsp_signer_select_drop_ended(ocsp_signer_select_t *e);

/**
 * Choose when nothing is preferred: of those that last until the end that is
 * wanted the first like the CA's own key, else of the algorithm that the
 * request was signed with, else any (RFC 6960 section 4.4.7.2.1). If none lasts
 * so long, in the same order the one that lasts longest.
 * @param e at least one
 * @param signed_with a request's; data NULL: not signed. Pure.
 */
const ocsp_response_template_t *ocsp_signer_select_choose_usual(
    const ocsp_signer_select_t *e, ocsp_der_t signed_with);

/**
 * Choose: the first that a preferred algorithm fits, the dearest first, and
 * that is not short of time; else as ocsp_signer_select_choose_usual (R118).
 * @param preferred a request's; data NULL: none. Pure.
 */
const ocsp_response_template_t *ocsp_signer_select_choose(
    const ocsp_signer_select_t *e, ocsp_der_t preferred,
    ocsp_der_t signed_with);

#endif
