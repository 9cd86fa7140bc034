/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where an issuer's status comes from: the files and directories that its level
 * of the configuration names. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_SOURCES_H
#define OCSP_HTTPD_LOAD_SOURCES_H

#include <apr_hash.h>
#include <stdbool.h>

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"
#include "status/load.h"

/**
 * Find an issuer's sources; each directory is read once a load.
 * @param src all but last
 * @param hidden NULL, or which files of a directory may be CRLs and cannot be
 *        read: the newest CRL of any issuer may be among them
 * @return a directory that cannot be read, which hides what may be the newest
 *         CRL. Startup only; likewise what follows.
 */
apr_status_t ocsp_sources_find(ocsp_load_sources_t *src,
                               const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si,
                               const char **hidden, const char **why);

/** The n-th file that was found in a directory. Pure. */
const char *ocsp_sources_get_found(const ocsp_load_sources_t *src, int n);

/** The files and directories that a level names: const char *, newly made in
 * p. */
apr_array_header_t *ocsp_sources_list(const ocsp_issuer_config_t *level,
                                      apr_pool_t *p);

/**
 * The files and directories that all servers name, and the files in these
 * directories: const char *, newly made in ptemp. Once a load.
 */
apr_array_header_t *ocsp_sources_list_all(const ocsp_load_ctx_t *ctx,
                                          const server_rec *base);

/** Names of the files and directories of a level, for people; made in p. */
const char *ocsp_sources_name(const ocsp_issuer_config_t *level, apr_pool_t *p);

/** Octets of all files of an issuer. @param is_public whether all users may read
 * them, by their modes */
apr_uint64_t ocsp_sources_count_octets(bool *is_public,
                                       const ocsp_load_sources_t *src,
                                       const ocsp_load_ctx_t *ctx);

/**
 * Fill id: a table belongs to a CA and to all sources it was made of, for two
 * virtual hosts may read different CRLs of one CA.
 * @return false: libcrypto could not
 */
bool ocsp_sources_make_id(ocsp_issuers_issuer_t *si);

/**
 * From when on what a table says of an issuer is stale, by its policy.
 * @return as ocsp_table_find_end. Any thread.
 */
int64_t ocsp_sources_find_end(const ocsp_issuers_issuer_t *si,
                              const ocsp_table_info_t *info);

/**
 * @return whether its CRLs are of a part of a CA's certificates, and no index
 *         covers the others: what was issued and they do not list is tryLater
 *         (OCSPCRLCoverage). Pure.
 */
bool ocsp_sources_is_uncovered(const ocsp_issuers_issuer_t *si,
                               const ocsp_table_info_t *info);

/**
 * When data without an end of its own ends: some time after the last check that
 * succeeded.
 * @param checked when that was, in seconds
 * @return 0: it does not end so. Any thread.
 */
int64_t ocsp_sources_find_check_end(int64_t *checked, const ocsp_arena_t *arena,
                                    const ocsp_issuers_issuer_t *si,
                                    const ocsp_table_info_t *info);

/**
 * After all issuers: complain of a level's directories that cannot be read and
 * that nobody has complained of.
 */
void ocsp_sources_check_used(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuer_config_t *level);

/** Octets of all that ocsp_sources_list_all lists. */
apr_uint64_t ocsp_sources_measure(const ocsp_load_ctx_t *ctx,
                                  const server_rec *base);

#endif
