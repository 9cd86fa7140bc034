/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A history is what is remembered of a table over a stop and start of httpd:
 * the newest CRL of each scope and signer that the table was ever built from,
 * and, if it has issuance data, a copy of it. The format of its file; what is
 * read is checked as hostile. Floor 1.
 */
#ifndef OCSP_STATUS_TABLE_HISTORY_H
#define OCSP_STATUS_TABLE_HISTORY_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/crl_set.h"
#include "status/error.h"
#include "status/table.h"
#include "wire/der.h"

/** To be increased with every change of the format. */
#define OCSP_TABLE_HISTORY_VERSION 1

/** Octets of the head of a file, and of each of its digests. */
#define OCSP_TABLE_HISTORY_HEAD_LEN 64
#define OCSP_TABLE_HISTORY_DIGEST_LEN 32

/** The parts of a file that has been encoded: head, CRLs, digest of these;
 * table, digest of it. */
#define OCSP_TABLE_HISTORY_PARTS 5

/** Octets of the longest beginning of a file, until its table. */
#define OCSP_TABLE_HISTORY_BEGIN_MAX                                           \
    (OCSP_TABLE_HISTORY_HEAD_LEN + OCSP_TABLE_HISTORY_DIGEST_LEN               \
     + OCSP_TABLE_CRLS_MAX * sizeof(ocsp_crl_set_part_t))

/** Octets of a table that tell whether it is the same one, if its fingerprint
 * is not zero: its header. */
#define OCSP_TABLE_HISTORY_SAMPLE_LEN 160

/** The history of a table. */
typedef struct {
    apr_array_header_t *crls; /* ocsp_crl_set_part_t */
    const void *table;        /* aligned to 8; NULL: there is no copy */
    size_t len;               /* of table */
} ocsp_table_history_t;

/**
 * Parse a file.
 * @param out crls is newly made in p, table borrowed from content; NULL unless
 *        APR_SUCCESS, but that of OCSP_EUNSUPPORTED may have crls
 * @param content aligned to 8
 * @param id of the table
 * @param why a fragment without a file name
 * @return OCSP_EUNSUPPORTED: of another version of this module, or the table
 *         in it is; OCSP_EMALFORMED: cut off, altered, or another table's
 */
apr_status_t ocsp_table_history_parse(ocsp_table_history_t *out,
                                      ocsp_der_t content,
                                      const unsigned char id[OCSP_TABLE_ID_LEN],
                                      const char **why, apr_pool_t *p);

/**
 * Parse the CRLs of a file.
 * @param crls ocsp_crl_set_part_t are added; untouched unless APR_SUCCESS
 * @param begin of the file, OCSP_TABLE_HISTORY_BEGIN_MAX octets or all
 * Otherwise as ocsp_table_history_parse.
 */
apr_status_t ocsp_table_history_parse_crls(
    apr_array_header_t *crls, ocsp_der_t begin,
    const unsigned char id[OCSP_TABLE_ID_LEN], const char **why, apr_pool_t *p);

/** @return whether a file that begins so has the content of parts. @param begin
 * the first octets, so many or more as parts have before and in the sample.
 * Pure. */
bool ocsp_table_history_is_same(
    ocsp_der_t begin, const ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS]);

/**
 * Encode a file.
 * @param parts newly made in p, but for the table, which is borrowed
 * @return false: libcrypto has no SHA-256
 */
bool ocsp_table_history_encode(ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS],
                               const ocsp_table_history_t *history,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               apr_pool_t *p);

/**
 * Add CRLs that are in use to those that were: of each scope and signer the
 * newer one stays, by thisUpdate, then CRLNumber. CRLs that have expired more
 * than a year ago are removed, and if there are too many, those that expire
 * first.
 * @param crls, in_use ocsp_crl_set_part_t
 * @param listed whether those count that only list revocations, as their scope
 * @param now seconds since 1970
 */
void ocsp_table_history_add(apr_array_header_t *crls,
                            const apr_array_header_t *in_use, bool listed,
                            int64_t now);

#endif
