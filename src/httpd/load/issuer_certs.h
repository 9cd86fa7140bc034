/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The issuers of a section: which files its pattern means, and the CA
 * certificate in each, or the one that was read before. What is wrong is logged
 * here. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_ISSUER_CERTS_H
#define OCSP_HTTPD_LOAD_ISSUER_CERTS_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"

/**
 * Add the issuers of a section to a scope, with issuer and name filled or
 * issuer NULL.
 * @param outer what the section's server says. Startup only.
 */
void ocsp_issuer_certs_section(ocsp_load_ctx_t *ctx, ocsp_issuers_t *scope,
                               const ocsp_issuers_section_t *section,
                               const ocsp_issuer_config_t *outer);

/**
 * After all sections of a scope: put right what a file was overwritten with,
 * and keep the certificates that count. Startup only.
 */
void ocsp_issuer_certs_close(ocsp_load_ctx_t *ctx, const ocsp_issuers_t *scope);

#endif
