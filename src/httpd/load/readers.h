/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which files httpd's children, its workers, can read: httpd's parent may run
 * as root, and a child sees only changes of files that it can read. Asked of
 * the kernel as their user, so that access lists and every directory of a path
 * count. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_READERS_H
#define OCSP_HTTPD_LOAD_READERS_H

#include <apr_hash.h>
#include <apr_tables.h>
#include <stdbool.h>

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"

/** The name of the workers' user, made in p. Any thread. */
const char *ocsp_readers_get_user(apr_pool_t *p);

/**
 * Find out, under "httpd -t", which files and directories workers can read.
 * Warn of each that this process can read and workers cannot, unless
 * OCSPRefresh is off.
 * @param paths const char *, a directory before the files in it
 * @return for ocsp_readers_can_read, made in ptemp; NULL: that cannot be found
 *         out. Startup only.
 */
apr_hash_t *ocsp_readers_check_paths(const ocsp_load_ctx_t *ctx,
                                     const apr_array_header_t *paths);

/** @return whether workers can read a path; of a directory, search it, too.
 *          Pure. */
bool ocsp_readers_can_read(apr_hash_t *readers, const char *path);

/** @return a source of a level that this process, a worker, may not read, or
 *          NULL. @param p scratch. Refresher only. */
const char *ocsp_readers_find_closed(const ocsp_issuer_config_t *level,
                                     apr_pool_t *p);

/**
 * Warn of certificates of an issuer's signers that this process, a worker, may
 * not read, so that their renewals are not loaded.
 * @param key_files file -> anything: private keys stand in them, which workers
 *        need not read. Refresher only.
 */
void ocsp_readers_check_signers(const ocsp_load_ctx_t *ctx,
                                const ocsp_issuers_issuer_t *si,
                                apr_hash_t *key_files);

/** @return a sentence on a file that workers cannot read: path, user, effect
 *          and remedy; made in p */
const char *ocsp_readers_describe_closed(const char *path, apr_pool_t *p);

/** Log such a sentence as a warning. */
void ocsp_readers_log_closed(const ocsp_load_ctx_t *ctx, const char *text);

#endif
