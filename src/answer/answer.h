/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The policy: what was asked, what is known, who may sign and what time it is
 * -> bytes. The one place that decides what is said; it knows no server, no
 * table and no clock. When unsure it says tryLater, never good. Floor 2.
 */
#ifndef OCSP_ANSWER_ANSWER_H
#define OCSP_ANSWER_ANSWER_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/response.h"
#include "status/table.h"
#include "wire/der.h"

/** How far ahead a revocation known from stale data is still said, seconds. */
#define OCSP_ANSWER_STALE_REVOKED_S 3600

/** What is known of a CertID. */
typedef enum {
    OCSP_ANSWER_FOREIGN = 0, /* none of our issuers */
    OCSP_ANSWER_UNREADABLE,  /* cannot tell: an issuer could not be read */
    OCSP_ANSWER_NO_TABLE,    /* ours, but no data */
    OCSP_ANSWER_RECORD       /* ours, and record is filled */
} ocsp_answer_knowledge_t;

/** One certificate asked about. */
typedef struct {
    ocsp_der_t certid;
    ocsp_answer_knowledge_t knowledge;
    ocsp_record_t record;
    const ocsp_response_template_t *templ; /* its issuer's; NULL: no signer */
} ocsp_answer_subject_t;

/** How an issuer wants to be answered for. */
typedef struct {
    int64_t next_update_s; /* longest validity of a response, seconds, > 0 */
} ocsp_answer_policy_t;

/** What to say. */
typedef struct {
    ocsp_response_status_t status;
    ocsp_der_t der; /* static, or newly made in the pool */
    /* of OCSP_RESPONSE_SUCCESSFUL: */
    int64_t produced_at;
    int64_t this_update; /* the latest of all singles */
    int64_t next_update; /* the earliest of all singles */
    unsigned good;       /* singles of each status */
    unsigned revoked;
    unsigned unknown;
    /* otherwise: */
    const char *why; /* a fragment for the log */
} ocsp_answer_t;

/**
 * Decide and sign. What will never be answered comes before what may be later,
 * so that no client retries in vain:
 * - a foreign CertID, or two that no one signer may answer together, is
 *   unauthorized for the whole request (REQUIREMENTS 58, 59);
 * - then, of any CertID: not readable, no signer, no data, a signer out of its
 *   dates, data that is stale (67) but for a final revocation (68), or no time
 *   left until nextUpdate is tryLater (76, 127);
 * - a response that cannot be signed or encoded is internalError (77).
 * nextUpdate is the earliest of now + next_update_s, the signer's notAfter and
 * the data's, or of stale data now + OCSP_ANSWER_STALE_REVOKED_S; thisUpdate
 * is the data's, but never later than now (96, 97, 104).
 * @param out always filled
 * @param count 1 or more
 * @param nonce to be echoed; data NULL: none
 * @param now seconds since 1970
 * Any thread.
 */
void ocsp_answer_make(ocsp_answer_t *out, const ocsp_answer_subject_t *subjects,
                      size_t count, ocsp_der_t nonce,
                      const ocsp_answer_policy_t *policy, int64_t now,
                      apr_pool_t *p);

/** An answer that is an error; why is borrowed. Pure. */
void ocsp_answer_refuse(ocsp_answer_t *out, ocsp_response_status_t status,
                        const char *why);

#endif
