/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long an issuer's signers last: whether one of them is to be renewed.
 * Floor 2.
 */
#ifndef OCSP_ANSWER_EXPIRY_H
#define OCSP_ANSWER_EXPIRY_H

#include <stdint.h>

#include "answer/answer.h"

/** How much time is left. */
typedef enum {
    OCSP_EXPIRY_FAR = 0,
    OCSP_EXPIRY_SOON,  /* a third of its time or less, as of a CRL */
    OCSP_EXPIRY_CLOSE, /* a tenth of it or less, and three days or less */
    OCSP_EXPIRY_PAST
} ocsp_expiry_t;

/** A CA lives for decades and signs for itself: it counts as ending soon so
 * many seconds before its end, at most. */
#define OCSP_EXPIRY_ISSUER_S (INT64_C(30) * 86400)

/**
 * Find how long the signer lasts that lasts longest: all others may end before
 * it, and one that is to be valid later counts, too.
 * @param which that signer; NULL: there is none, which is OCSP_EXPIRY_FAR
 * @param now seconds since 1970. Pure.
 */
ocsp_expiry_t ocsp_expiry_find(const ocsp_signer_t **which,
                               const ocsp_answer_signers_t *signers,
                               int64_t now);

#endif
