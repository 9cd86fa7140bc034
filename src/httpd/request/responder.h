/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers one OCSP request, given as DER, with one OCSP response: parses it,
 * looks up its certificates, decides the answer, finds it in the cache or signs
 * it, and logs it. Knows nothing of HTTP. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_RESPONDER_H
#define OCSP_HTTPD_REQUEST_RESPONDER_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "httpd/config/issuers.h"
#include "httpd/config/server_config.h"
#include "httpd/request/response_cache.h"
#include "wire/der.h"
#include "wire/request.h"

/** One OCSP request and its response. */
typedef struct {
    request_rec *r; /* for its pool, its thread and the log */
    const ocsp_server_config_t *conf;
    ocsp_der_t body; /* the OCSPRequest; data NULL: the URL has none */
    /* filled by ocsp_responder_answer: */
    int64_t now; /* when the answer was decided, seconds since 1970 */
    ocsp_request_t request;
    ocsp_answer_subject_t *subjects;      /* one per CertID */
    const ocsp_answer_signers_t *signers; /* of item.issuer, or NULL */
    int64_t http_max_age_s;               /* the shortest of these issuers */
    ocsp_response_cache_item_t item;      /* draft.answer is the answer */
    bool is_cached; /* it was found in the cache, and is not due for renewal */
} ocsp_responder_job_t;

/** Answer, count and log a request: a response, or an OCSP error. Any
 * thread. */
void ocsp_responder_answer(ocsp_responder_job_t *job);

/**
 * Look up all that is known of a certificate: its issuer, first among the
 * server's own, then among those that it inherits; the issuer's signers and
 * policy; and its record in the status table.
 * @param si NULL: no issuer of this server
 * Inside a read-side section of signer_reload.h. Any thread.
 */
void ocsp_responder_look_up(ocsp_answer_subject_t *subject,
                            const ocsp_issuers_issuer_t **si,
                            const ocsp_server_config_t *conf,
                            const ocsp_certid_t *id);

/** Count an answer that is sent again. Any thread. */
void ocsp_responder_count_repeated(const ocsp_responder_job_t *job,
                                   const ocsp_answer_t *a);

/** Add to a counter of server-status. Any thread. */
void ocsp_responder_count(const ocsp_responder_job_t *job, ocsp_counter_t which,
                          unsigned n);

#endif
