/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What databases of "openssl ca" and lists of issued serial numbers add to a
 * table, and where they disagree with a CRL that is in it. Floor 1.
 */
#ifndef OCSP_STATUS_ISSUANCE_H
#define OCSP_STATUS_ISSUANCE_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/status.h"
#include "status/table.h"

/** What has been added. */
typedef struct {
    apr_uint64_t rows;   /* of all files */
    int64_t changed;     /* mtime of the file that changed longest ago, > 0 */
    apr_uint64_t missed; /* revocations that the CRL should list and does not */
} ocsp_issuance_t;

/**
 * Read all files through.
 * @param out untouched unless APR_SUCCESS
 * @param b finished after the CRL's entries; not finished after this
 * @param crl whose entries b holds; NULL: none
 * @param indexes, lists const char *, at least one in all; or NULL
 * @return as ocsp_openssl_index_read and ocsp_serial_list_read
 */
apr_status_t ocsp_issuance_add(ocsp_issuance_t *out, ocsp_table_builder_t *b,
                               const ocsp_crl_info_t *crl,
                               const apr_array_header_t *indexes,
                               const apr_array_header_t *lists,
                               const char **why, apr_pool_t *p);

/** Names of all files, for people, newly made in p. */
const char *ocsp_issuance_name_files(const apr_array_header_t *indexes,
                                     const apr_array_header_t *lists,
                                     apr_pool_t *p);

/**
 * Look for rows that are gone.
 * @param rows of all files now
 * @param last of the table in use; NULL: there is none
 * @return NULL: none; or how many there are, in words, newly made in p
 */
const char *ocsp_issuance_find_lost_rows(apr_uint64_t rows,
                                         const ocsp_table_info_t *last,
                                         apr_pool_t *p);

/**
 * Look for final revocations of the table in use that a finished builder does
 * not have; beside a new CRL, which leaves out what has expired, that it has as
 * issued.
 * @return NULL: none; or how many, in words, newly made in p
 */
const char *ocsp_issuance_find_loss(const ocsp_table_builder_t *b,
                                    const void *last_table, size_t last_len,
                                    bool is_same_crl, apr_pool_t *p);

#endif
