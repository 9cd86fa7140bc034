/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who signs for an issuer: of the certificates and keys that its level of the
 * configuration names, those that may. What is wrong is logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_LOAD_H
#define OCSP_HTTPD_SIGNERS_SIGNER_LOAD_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"

/**
 * Fill signers and signer_why of an issuer whose certificate is there. A pair
 * that is good no more is replaced by the one that was kept. Startup only.
 */
void ocsp_signer_load_open(ocsp_load_ctx_t *pass, ocsp_issuers_issuer_t *si);

/** @return whether the certificate files of an issuer are a pool: not named for
 *          this issuer alone. Pure. */
bool ocsp_signer_load_has_pool(const ocsp_issuers_issuer_t *si);

#endif
