/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is said of a load, in the log and in shared memory: taken, refused, not
 * changed, old. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_LOAD_LOG_H
#define OCSP_HTTPD_LOAD_LOAD_LOG_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"
#include "status/load.h"

/**
 * A table was published, or under "httpd -t" would be.
 * @param is_news false: it says what the one before said
 * @param hidden NULL, or files that cannot be read and may be newer CRLs: then
 *        the look has failed all the same
 * One writer at a time, likewise what follows.
 */
void ocsp_load_log_loaded(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                          const ocsp_load_result_t *result, bool is_news,
                          const char *hidden);

/** Sources were not taken. @param have_last whether a table stays in use */
void ocsp_load_log_failed(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                          apr_status_t rv, const char *why, bool have_last);

/**
 * Some were not, and a table was published without them.
 * @param why as ocsp_load_result_t's withheld; ocsp_load_log_is_known says
 *        whether it is new
 */
void ocsp_load_log_withheld(ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si, const char *why);

/** @return whether ocsp_load_log_failed has said this, and nothing since */
bool ocsp_load_log_is_known(const ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si, const char *why);

/**
 * Warn, at the first look, of a source that is unchanged since the parent read
 * it, and that the workers' user, who looks for changes, may not read.
 */
void ocsp_load_log_warn_of_closed(const ocsp_load_ctx_t *ctx,
                                  const ocsp_issuers_issuer_t *si,
                                  ocsp_retry_t *retry);

/** Log, once, that a process died while it loaded an issuer's sources. */
void ocsp_load_log_log_death(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si,
                             ocsp_retry_t *retry);

/** The table in use is what the sources say. @param hidden as above */
void ocsp_load_log_unchanged(ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si,
                             const char *hidden);

/**
 * Say it when a table that is in use has grown older, by an issuer's policy.
 * @param warned whether it was loaded just now, with a warning if it is stale
 */
void ocsp_load_log_check_age(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si, bool warned);

/** After all issuers, when only checking: complain of an OCSPTableSize that is
 * too small. */
void ocsp_load_log_check_room(ocsp_load_ctx_t *ctx, server_rec *base);

#endif
