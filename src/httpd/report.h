/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the error log is told of requests and answers. Of what strangers send
 * nothing above debug. Floor 4.
 */
#ifndef OCSP_HTTPD_REPORT_H
#define OCSP_HTTPD_REPORT_H

#include <httpd.h>

#include <stdbool.h>

#include "answer/answer.h"
#include "wire/certid.h"

/** Seconds between two complaints of an issuer's signatures that failed. */
#define OCSP_REPORT_FAILED_S 60

/** Say, as critical, that an issuer's signers have all ended. Any thread. */
void ocsp_report_ended(request_rec *r, const char *issuer);

/**
 * Say that a signature failed, and why: at error, or at debug.
 * @param loud that was not said just before. Any thread.
 */
void ocsp_report_failed(server_rec *s, const char *issuer, const char *why,
                        bool loud);

/** Say, at trace1, what is known of one certificate. Any thread. */
void ocsp_report_subject(request_rec *r, const ocsp_certid_t *id,
                         const ocsp_answer_subject_t *subject);

/**
 * Say how a request was answered, but with internalError: errors at debug, the
 * rest at trace1.
 * @param body the OCSPRequest, or data NULL. Any thread.
 */
void ocsp_report_answer(request_rec *r, const ocsp_answer_t *a,
                        ocsp_der_t body);

#endif
