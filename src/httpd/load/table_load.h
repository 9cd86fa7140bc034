/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads an issuer's sources into its table in shared memory, and logs what is
 * wrong with them. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_TABLE_LOAD_H
#define OCSP_HTTPD_LOAD_TABLE_LOAD_H

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"

/**
 * Load the table of an issuer whose certificate is there, unless its sources
 * have not changed; fill has_slot, slot, id and has_table, and without an arena
 * crl_file and info. Issuers of one CA with the same sources share a table.
 * Startup only.
 */
void ocsp_table_load_open(const ocsp_load_ctx_t *ctx,
                          ocsp_issuers_issuer_t *si);

/**
 * @return whether a process died while it loaded an issuer's sources: then all
 *         others are checked first. One writer at a time, while httpd runs;
 *         likewise what follows.
 */
bool ocsp_table_load_has_died(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si);

/** Log that a process died while it loaded an issuer's sources, and put off the
 * next attempt. */
void ocsp_table_load_count_death(const ocsp_load_ctx_t *ctx,
                                 const ocsp_issuers_issuer_t *si, int32_t pid);

/**
 * Load an issuer's sources if they have changed. If they cannot be loaded the
 * table in use stays as it is. Refresher only.
 */
void ocsp_table_load_refresh(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si);

#endif
