/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Logs what comes of a load, and stores it for server-status: tables published,
 * sources rejected, data and signers that expire. A state that lasts is logged
 * once in a configuration. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_LOAD_LOG_H
#define OCSP_HTTPD_LOAD_LOAD_LOG_H

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"
#include "shared/load_result.h"
#include "status/load.h"

/**
 * Log that a table was published, or under "httpd -t" would be, and what it
 * lacks.
 * @param retry what is remembered of the issuer's table; NULL: nothing is
 * @param is_news whether it differs from the last one
 * One writer at a time; likewise what follows.
 */
void ocsp_load_log_loaded(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry,
                          const ocsp_load_result_t *result, bool is_news);

/** Word newer CRLs that were rejected; NULL: none were. Made in ptemp. */
const char *ocsp_load_log_describe_newer(const ocsp_load_ctx_t *ctx,
                                         const ocsp_load_result_t *result);

/**
 * Store how a load ended, and log it.
 * @param retry likewise
 * @param rv of a failure, else 0
 * @param text as ocsp_load_result_record_t's; NULL: none
 * @param before the slot as it was before the load; NULL: the issuer has none
 */
void ocsp_load_log_result(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry,
                          ocsp_load_result_kind_t kind, apr_status_t rv,
                          const char *text, const ocsp_arena_slot_t *before);

/**
 * Log that the table in use expires, has expired, or no longer does.
 * @param info of that table
 * @param warned whether it was loaded just now, with a warning if it is stale
 */
void ocsp_load_log_age(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si,
                       const ocsp_table_info_t *info, bool warned);

/** Log that an issuer's signers expire. @param signers those that are in use */
void ocsp_load_log_signers(const ocsp_load_ctx_t *ctx,
                           const ocsp_issuers_issuer_t *si,
                           const ocsp_answer_signers_t *signers);

/** After all issuers, under "httpd -t": log an OCSPTableSize of the main server
 * that is too small. */
void ocsp_load_log_table_size(const ocsp_load_ctx_t *ctx);

#endif
