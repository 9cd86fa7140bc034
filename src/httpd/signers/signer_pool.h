/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An index of certificate files by the names in the certificates: thousands of
 * issuers can share thousands of files, and each opens only those that it may
 * have issued. A load checks each file once; a file that has not changed since
 * the load before is not read again. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_POOL_H
#define OCSP_HTTPD_SIGNERS_SIGNER_POOL_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "httpd/load/load_ctx.h"
#include "status/fingerprint.h"

/** The indexes of all lists, made by one load. */
typedef struct ocsp_signer_pools_t ocsp_signer_pools_t;

/**
 * Begin with no list: set pools of a load to the result.
 * @param before the indexes of an earlier load, or NULL; only read, and needed
 *        only until the last call of ocsp_signer_pool_find for the result
 * @param p the result lives as long
 */
ocsp_signer_pools_t *ocsp_signer_pool_begin(const ocsp_signer_pools_t *before,
                                            apr_pool_t *p);

/**
 * Find the files of a list whose certificate has a name as issuer or subject,
 * or had it when the file was last readable. A load indexes a list at the first
 * call; without pools of its own it makes them in pconf.
 * @param name see ocsp_issuer_hash_name; NULL: all files
 * @return const ocsp_fingerprint_file_t *, in the order of the list. One thread
 *         at a time.
 */
const apr_array_header_t *ocsp_signer_pool_find(ocsp_load_ctx_t *ctx,
                                                const apr_array_header_t *list,
                                                const unsigned long *name);

#endif
