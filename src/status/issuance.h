/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adds issuance data to a table, which are databases of "openssl ca" and lists
 * of issued serial numbers, and compares it with the CRL of the table. Floor 1.
 */
#ifndef OCSP_STATUS_ISSUANCE_H
#define OCSP_STATUS_ISSUANCE_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/error.h"
#include "status/table.h"

/** What was added. */
typedef struct {
    apr_uint64_t rows;   /* of all files */
    int64_t changed;     /* the oldest mtime of the files, 1 or more */
    apr_uint64_t missed; /* revocations that the CRL should list and does not */
} ocsp_issuance_t;

/**
 * Read all files.
 * @param out untouched unless APR_SUCCESS
 * @param b finished with the entries of the CRL; to be finished again
 * @param crl whose entries are in b; NULL: none
 * @param indexes, lists const char *, or NULL; one file at least
 * @return as ocsp_lines_read
 */
apr_status_t ocsp_issuance_add(ocsp_issuance_t *out, ocsp_table_builder_t *b,
                               const ocsp_crl_info_t *crl,
                               const apr_array_header_t *indexes,
                               const apr_array_header_t *lists,
                               const char **why, apr_pool_t *p);

/** @return the names of all files, for a message, newly made in p */
const char *ocsp_issuance_name_files(const apr_array_header_t *indexes,
                                     const apr_array_header_t *lists,
                                     apr_pool_t *p);

#endif
