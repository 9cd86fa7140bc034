/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes a draft and signs it.
 */
#ifndef OCSP_UNIT_ANSWERED_H
#define OCSP_UNIT_ANSWERED_H

#include <string.h>

#include "answer/answer.h"

static inline void answered(ocsp_answer_t *out,
                            const ocsp_answer_subject_t *subjects, size_t count,
                            const ocsp_request_t *request, int64_t now,
                            apr_pool_t *p)
{
    ocsp_answer_draft_t draft;

    memset(&draft, 0x55, sizeof(draft));
    ocsp_answer_draft(&draft, subjects, count, request, now, p);
    if (draft.answer.status == OCSP_RESPONSE_SUCCESSFUL) {
        ocsp_answer_sign(&draft, NULL, p);
    }
    *out = draft.answer;
}

#endif
