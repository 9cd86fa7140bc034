/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See expiry.h. Floor 2.
 */
#include "answer/expiry.h"

#define DAY_S INT64_C(86400)

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static ocsp_expiry_t find_of(const ocsp_signer_t *signer, int64_t now)
{
    int64_t end = signer->not_after;
    int64_t lasts = end - signer->not_before;
    int64_t soon = lasts / 3;

    if (signer->is_issuer) {
        soon = smaller(soon, OCSP_EXPIRY_ISSUER_S);
    }
    if (end <= now) {
        return OCSP_EXPIRY_PAST;
    }
    if (end - now <= smaller(lasts / 10, 3 * DAY_S)) {
        return OCSP_EXPIRY_CLOSE;
    }
    return end - now <= soon ? OCSP_EXPIRY_SOON : OCSP_EXPIRY_FAR;
}

ocsp_expiry_t ocsp_expiry_find(const ocsp_signer_t **which,
                               const ocsp_answer_signers_t *signers,
                               int64_t now)
{
    size_t i;

    *which = NULL;
    for (i = 0; i < signers->count; i++) {
        const ocsp_signer_t *signer = signers->templs[i]->signer;

        if (*which == NULL || signer->not_after > (*which)->not_after) {
            *which = signer;
        }
    }
    return *which != NULL ? find_of(*which, now) : OCSP_EXPIRY_FAR;
}
