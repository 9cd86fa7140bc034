/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From an issuer's sources to its table in shared memory. What is wrong is
 * logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_TABLE_LOAD_H
#define OCSP_HTTPD_LOAD_TABLE_LOAD_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"

/**
 * Load the table of an issuer whose certificate is there, unless its sources
 * have not changed; fill has_slot, slot, id, has_table, crl_file, info. Issuers
 * of one CA with the same sources share a table. Startup only.
 */
void ocsp_table_load_open(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si);

/**
 * @return whether a process died while it loaded an issuer's sources: then all
 *         others are looked at first. One writer at a time, while httpd runs.
 */
bool ocsp_table_load_has_died(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si);

/**
 * Look whether an issuer's sources have changed, and load them then. What
 * cannot be taken leaves the table in use as it is, and is said once. The
 * issuer itself is not written to. One writer at a time, in the process that
 * looks for changes.
 */
void ocsp_table_load_look(ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si);

#endif
