/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * All sources of one issuer -> one table to be sealed, or the reason why not.
 * Holds the rules that need a clock or the last table: CRLs of the future, of
 * the past, older than the one in use. Floor 1.
 */
#ifndef OCSP_STATUS_LOAD_H
#define OCSP_STATUS_LOAD_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/issuer.h"
#include "status/status.h"
#include "status/table.h"

/** How far a CA's clock may run ahead of ours, in seconds. */
#define OCSP_LOAD_SKEW_S 300

/** How long a CRL without nextUpdate counts, in seconds: 7 days. */
#define OCSP_LOAD_MAX_AGE_S INT64_C(604800)

/** Where an issuer's status comes from. */
typedef struct {
    const ocsp_issuer_t *issuer;
    const char *crl_file;          /* absolute */
    const ocsp_table_info_t *last; /* of the table in use, or NULL: nothing
                                      older is taken (REQUIREMENTS 140) */
} ocsp_load_sources_t;

/**
 * Tell whether sources have changed without reading them.
 * @param fingerprint over names, device, inode, size and times of the files
 * @param settled false if a file was touched so shortly before now that a
 *        further change might leave its times as they are: do not trust then
 * @return a file's error, with why
 */
apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p);

/**
 * Read and check every source.
 * @param out finished, newly made in p
 * @param info all but id, fingerprint and entries
 * @param warning NULL, or what the operator should know although all is well
 * @param now seconds since 1970
 * @param why file, cause and remedy
 * @return as ocsp_crl_read; OCSP_ESTALE: from the future, or older than last. A
 *         CRL past its nextUpdate is taken: what it lists stays revoked
 */
apr_status_t ocsp_load_build(ocsp_table_builder_t **out,
                             ocsp_table_info_t *info, const char **warning,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p);

#endif
