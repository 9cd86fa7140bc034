/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sources of an issuer's status data: the files and directories that its
 * level of the configuration names. Floor 4.
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
 * @param src filled, but for last
 * @param hidden NULL, or which files of a directory may be CRLs, perhaps the
 *        newest of any issuer, and cannot be read
 * @param why of a failure
 * @return the error of a directory or of an OCSPCRLSignerFile that cannot be
 *         read. One writer at a time; likewise what follows, unless stated
 *         otherwise.
 */
apr_status_t ocsp_sources_find(ocsp_load_sources_t *src,
                               const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si,
                               const char **hidden, const char **why);

/** The files and directories that a level names, CRL signers among them: const
 * char *, newly made in p. */
apr_array_header_t *ocsp_sources_list(const ocsp_issuer_config_t *level,
                                      apr_pool_t *p);

/**
 * The files and directories that all servers name, and the files in these
 * directories: const char *, newly made in ptemp. Once a load.
 */
apr_array_header_t *ocsp_sources_list_all(const ocsp_load_ctx_t *ctx,
                                          const server_rec *base);

/** The same as one text, separated by commas. */
const char *ocsp_sources_name(const ocsp_issuer_config_t *level, apr_pool_t *p);

/** Octets of all files of an issuer. @param is_public whether all users may
 * read them, by their modes */
apr_uint64_t ocsp_sources_count_octets(bool *is_public,
                                       const ocsp_load_sources_t *src,
                                       const ocsp_load_ctx_t *ctx);

/** Fill the id of an issuer's table, a digest of its CA, the names of its
 * sources, and OCSPCRLScope. @return false: libcrypto has no SHA-256 */
bool ocsp_sources_make_id(ocsp_issuers_issuer_t *si);

/** @return when a table's data expires by an issuer's policy, as
 *          ocsp_table_find_end. Pure. */
int64_t ocsp_sources_find_end(const ocsp_issuers_issuer_t *si,
                              const ocsp_table_info_t *info);

/** @return whether its CRLs cover a part of a CA's certificates only, and no
 *          index covers the others, which are answered tryLater
 *          (OCSPCRLCoverage). Pure. */
bool ocsp_sources_is_uncovered(const ocsp_issuers_issuer_t *si,
                               const ocsp_table_info_t *info);

/**
 * @param checked when the last check of the sources succeeded, in seconds;
 *        untouched if 0 is returned
 * @return when data without an end of its own expires, some time after that; 0:
 *         it does not. Any thread.
 */
int64_t ocsp_sources_find_check_end(int64_t *checked, const ocsp_arena_t *arena,
                                    const ocsp_issuers_issuer_t *si,
                                    const ocsp_table_info_t *info);

/** After all issuers: log directories of a level that cannot be read and that
 * no issuer uses. */
void ocsp_sources_check_used(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuer_config_t *level);

/** Octets of all that ocsp_sources_list_all lists. */
apr_uint64_t ocsp_sources_measure(const ocsp_load_ctx_t *ctx,
                                  const server_rec *base);

#endif
