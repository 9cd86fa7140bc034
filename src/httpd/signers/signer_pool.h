/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The certificate files of a list, found by the names in the certificates: of
 * thousands of files that thousands of issuers share, each issuer opens only
 * those that concern it. Each file is looked at once in a pass; what is in it
 * is known from the pass before for as long as the file stays the same.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_POOL_H
#define OCSP_HTTPD_SIGNERS_SIGNER_POOL_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>

#include "httpd/load/load_ctx.h"

#define OCSP_SIGNER_POOL_DIGEST_LEN 32

/** The files of one list. */
typedef struct ocsp_signer_pool_t ocsp_signer_pool_t;

/** The files of all lists, as one pass found them. */
typedef struct ocsp_signer_pools_t ocsp_signer_pools_t;

/**
 * Begin anew: nothing has been looked at. Set pass->pools to the result.
 * @param before what an earlier pass found, or NULL; needed only as long as the
 *        result is added to. It is read, not changed
 * @param p the result lives as long
 */
ocsp_signer_pools_t *ocsp_signer_pool_begin(const ocsp_signer_pools_t *before,
                                            apr_pool_t *p);

/**
 * The files of a list, looked at when a pass asks for the first time. If the
 * pass has no pools yet, they are made in pconf. One thread at a time.
 */
const ocsp_signer_pool_t *ocsp_signer_pool_get(ocsp_load_ctx_t *pass,
                                               const apr_array_header_t *list);

/** The names of all files, in the order of the list: const char *. Pure. */
const apr_array_header_t *ocsp_signer_pool_get_files(
    const ocsp_signer_pool_t *sp);

/**
 * Find the files whose certificate has a name as issuer or subject; those that
 * cannot be read now, but had it when they last could, too.
 * @param name see ocsp_issuer_hash_name
 * @return int, places among all files in ascending order, newly made in p
 */
apr_array_header_t *ocsp_signer_pool_find(const ocsp_signer_pool_t *sp,
                                          unsigned long name, apr_pool_t *p);

/** The place of a file, or -1. Takes as long as the list is. Pure. */
int ocsp_signer_pool_find_file(const ocsp_signer_pool_t *sp, const char *file);

/**
 * Digest names, sizes and times of files.
 * @param settled whether any further change would give another digest
 * @param places int, which files; NULL: all
 * @return false: libcrypto has no SHA-256
 */
bool ocsp_signer_pool_digest(unsigned char out[OCSP_SIGNER_POOL_DIGEST_LEN],
                             bool *settled, const ocsp_signer_pool_t *sp,
                             const apr_array_header_t *places);

#endif
