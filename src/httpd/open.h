/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The issuers of a section: which files its pattern means, and the CA
 * certificate in each, or the one that was read before. What is wrong is logged
 * here. Floor 4.
 */
#ifndef OCSP_HTTPD_OPEN_H
#define OCSP_HTTPD_OPEN_H

#include "httpd/pass.h"
#include "httpd/scope.h"

/**
 * Add the issuers of a section to a scope, with issuer and name filled or
 * issuer NULL.
 * @param outer what the section's server says. Startup only.
 */
void ocsp_open_section(ocsp_pass_t *pass, ocsp_scope_t *scope,
                       const ocsp_scope_section_t *section,
                       const ocsp_level_t *outer);

/**
 * After all sections of a scope: put right what a file was overwritten with,
 * and keep the certificates that count. Startup only.
 */
void ocsp_open_close(ocsp_pass_t *pass, const ocsp_scope_t *scope);

#endif
