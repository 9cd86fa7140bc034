/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Logs requests and answers. The content of a request is logged at debug or
 * below, never above. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_REQUEST_LOG_H
#define OCSP_HTTPD_REQUEST_REQUEST_LOG_H

#include <httpd.h>

#include <stdint.h>

#include "answer/answer.h"
#include "httpd/config/issuers.h"
#include "shared/arena.h"
#include "wire/certid.h"

/** Log, at crit, that all signers of an issuer have expired; once an hour over
 * all processes. Any thread. */
void ocsp_request_log_ended(request_rec *r, ocsp_arena_t *arena,
                            const ocsp_issuers_issuer_t *si, int64_t now);

/**
 * Log that a signature failed: at error once a minute for each issuer over all
 * processes, else at debug.
 * @param si NULL: unknown; then at debug, as for one without status table. Any
 *        thread.
 */
void ocsp_request_log_failed(server_rec *s, ocsp_arena_t *arena,
                             const ocsp_issuers_issuer_t *si, const char *why,
                             int64_t now);

/** Log, at trace1, what is known of one certificate. Any thread. */
void ocsp_request_log_subject(request_rec *r, const ocsp_certid_t *id,
                              const ocsp_answer_subject_t *subject);

/**
 * Log an answer: OCSP errors at debug, responses at trace1.
 * @param body the OCSPRequest, or data NULL. Any thread.
 */
void ocsp_request_log_answer(request_rec *r, const ocsp_answer_t *a,
                             ocsp_der_t body);

#endif
