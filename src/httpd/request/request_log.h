/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the error log is told of requests and answers. Of what strangers send
 * nothing above debug. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_REQUEST_LOG_H
#define OCSP_HTTPD_REQUEST_REQUEST_LOG_H

#include <httpd.h>

#include <stdint.h>

#include "answer/answer.h"
#include "httpd/config/issuers.h"
#include "shared/arena.h"
#include "wire/certid.h"

/** Say, as critical, that an issuer's signers have all ended, unless any
 * process said so less than an hour ago. Any thread. */
void ocsp_request_log_ended(request_rec *r, ocsp_arena_t *arena,
                            const ocsp_issuers_issuer_t *si, int64_t now);

/**
 * Say that a signature failed, and why: at error, or at debug if any process
 * said so of this issuer less than a minute ago.
 * @param si NULL: not known; then, as of one without a slot, at debug. Any
 *        thread.
 */
void ocsp_request_log_failed(server_rec *s, ocsp_arena_t *arena,
                             const ocsp_issuers_issuer_t *si, const char *why,
                             int64_t now);

/** Say, at trace1, what is known of one certificate. Any thread. */
void ocsp_request_log_subject(request_rec *r, const ocsp_certid_t *id,
                              const ocsp_answer_subject_t *subject);

/**
 * Say how a request was answered, but with internalError: errors at debug, the
 * rest at trace1.
 * @param body the OCSPRequest, or data NULL. Any thread.
 */
void ocsp_request_log_answer(request_rec *r, const ocsp_answer_t *a,
                             ocsp_der_t body);

#endif
