/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The issuers of a section: one for each file that its pattern matches, with
 * the CA certificate in it. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_ISSUER_CERTS_H
#define OCSP_HTTPD_LOAD_ISSUER_CERTS_H

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"

/**
 * Add the issuers of a section to a scope. A certificate that cannot be read is
 * the one that was read before, or NULL; that is logged.
 * @param outer the settings of the section's server. Startup only.
 */
void ocsp_issuer_certs_load(const ocsp_load_ctx_t *ctx, ocsp_issuers_t *scope,
                            const ocsp_issuers_section_t *section,
                            const ocsp_issuer_config_t *outer);

/** Fill level, policy and what else its section and a server's settings say of
 * an issuer. Startup only. */
void ocsp_issuer_certs_configure(const ocsp_load_ctx_t *ctx,
                                 ocsp_issuers_issuer_t *si,
                                 const ocsp_issuer_config_t *outer);

#endif
