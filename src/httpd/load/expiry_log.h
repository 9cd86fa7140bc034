/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is logged of signers that end soon, at start and while httpd runs: no
 * client has to ask for it. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_EXPIRY_LOG_H
#define OCSP_HTTPD_LOAD_EXPIRY_LOG_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"

/**
 * Log that an issuer's signers end soon: at start and graceful, and by looks
 * when less is left than was logged before.
 * @param signers those that are in use. One writer at a time.
 */
void ocsp_expiry_log(const ocsp_load_ctx_t *ctx,
                     const ocsp_issuers_issuer_t *si,
                     const ocsp_answer_signers_t *signers);

#endif
