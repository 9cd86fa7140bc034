/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What httpd remembers of an issuer's table over a stop and start, in a file of
 * OCSPStateDir: read before its sources are loaded, written after its table was
 * published. What cannot be read or written is logged once. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_HISTORY_H
#define OCSP_HTTPD_LOAD_HISTORY_H

#include <apr_pools.h>
#include <stdbool.h>

#include "httpd/config/issuers.h"
#include "httpd/config/server_config.h"
#include "httpd/load/load_ctx.h"
#include "status/load.h"

/**
 * Read what is remembered of an issuer's table into its sources: newest,
 * consent and, if there is no table in use, last.
 * @param src has the table in use, if there is one; p must outlive it
 * One writer at a time; likewise what follows.
 */
void ocsp_history_read(ocsp_load_sources_t *src, const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si, apr_pool_t *p);

/** Octets that ocsp_history_read may read, as its file is now: 0 if there is
 * none, or if it is small. */
apr_uint64_t ocsp_history_count_octets(const ocsp_load_ctx_t *ctx,
                                       const ocsp_issuers_issuer_t *si);

/**
 * Write what is to be remembered of an issuer's table, unless the file has it
 * already. A table that is large is not written again within ten minutes.
 */
void ocsp_history_save(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si);

/** @return whether the last attempt to write a file of the directory failed.
 * Any thread. */
bool ocsp_history_is_failing(const ocsp_server_config_shared_t *shared);

#endif
