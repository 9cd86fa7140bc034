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

/** The index of one list of files. */
typedef struct ocsp_signer_pool_t ocsp_signer_pool_t;

/** The indexes of all lists, made by one load. */
typedef struct ocsp_signer_pools_t ocsp_signer_pools_t;

/**
 * Begin with no list: set pools of a load to the result.
 * @param before the indexes of an earlier load, or NULL; only read, and needed
 *        only until the last call of ocsp_signer_pool_get for the result
 * @param p the result lives as long
 */
ocsp_signer_pools_t *ocsp_signer_pool_begin(const ocsp_signer_pools_t *before,
                                            apr_pool_t *p);

/**
 * Get the index of a list; a load makes it at the first call. Without pools of
 * its own the load makes them in pconf. One thread at a time.
 */
const ocsp_signer_pool_t *ocsp_signer_pool_get(ocsp_load_ctx_t *ctx,
                                               const apr_array_header_t *list);

/** All files in the order of the list: const ocsp_fingerprint_file_t *.
 * Pure. */
const apr_array_header_t *ocsp_signer_pool_get_files(
    const ocsp_signer_pool_t *sp);

/**
 * Find the files whose certificate has a name as issuer or subject, or had it
 * when the file was last readable.
 * @param name see ocsp_issuer_hash_name
 * @return some of ocsp_signer_pool_get_files, in their order. Any thread.
 */
const apr_array_header_t *ocsp_signer_pool_find(const ocsp_signer_pool_t *sp,
                                                unsigned long name);

#endif
