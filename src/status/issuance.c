/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adds issuance data to tables. Floor 1.
 */
#include <apr_strings.h>
#include <apr_file_info.h>
#include <apr_time.h>

#include "status/file.h"
#include "status/openssl_index.h"
#include "status/issuance.h"
#include "status/serial_list.h"

typedef struct {
    ocsp_table_builder_t *builder;
    const ocsp_crl_info_t *crl; /* or NULL */
    ocsp_issuance_t sum;
    apr_pool_t *pool;
} adding_t;

/* Whether the CRL should list a revoked certificate and does not: not one that
 * had expired (RFC 5280 section 3.3) or was revoked after it. */
static bool is_missed(const adding_t *a, const ocsp_openssl_index_row_t *row)
{
    return a->crl != NULL && row->not_after > a->crl->this_update
        && row->revocation_time < a->crl->this_update
        && ocsp_table_builder_find(a->builder, row->serial.data,
                                   row->serial.len)
               != OCSP_TABLE_REVOKED;
}

/* Add a row of an index. A revocation is added in any case (R71, R73). */
static apr_status_t add_row(void *ctx, const ocsp_line_t *line,
                            const char **why)
{
    adding_t *a = ctx;
    ocsp_openssl_index_row_t row;
    apr_status_t rv = ocsp_openssl_index_parse(&row, line, why);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    a->sum.rows++;
    if (row.state != OCSP_OPENSSL_INDEX_REVOKED) {
        return ocsp_table_builder_add_issued(a->builder, row.serial.data,
                                             row.serial.len, true,
                                             row.not_after, why);
    }
    a->sum.missed += is_missed(a, &row);
    return ocsp_table_builder_add(a->builder, row.serial.data, row.serial.len,
                                  row.revocation_time, row.reason, why);
}

/* Add a line of a list. */
static apr_status_t add_serial(void *ctx, const ocsp_line_t *line,
                               const char **why)
{
    adding_t *a = ctx;
    ocsp_serial_t serial;
    apr_status_t rv = ocsp_serial_list_parse(&serial, line, why);

    if (rv != APR_SUCCESS || serial.len == 0) {
        return rv;
    }
    a->sum.rows++;
    return ocsp_table_builder_add_issued(a->builder, serial.data, serial.len,
                                         false, OCSP_TABLE_ENDLESS, why);
}

/* Done before the file is read: if it is replaced meanwhile, its data becomes
 * stale too early, not too late. */
static apr_status_t add_change(adding_t *a, const char *file, const char **why)
{
    apr_finfo_t info = {0};
    apr_status_t rv = apr_stat(&info, file, APR_FINFO_MTIME, a->pool);
    int64_t changed = apr_time_sec(info.mtime);

    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(file,
                                "cannot be read (check path and permissions)",
                                rv, a->pool);
        return rv;
    }
    if (changed < 1) {
        changed = 1; /* since 0 means no file */
    }
    if (a->sum.changed == 0 || changed < a->sum.changed) {
        a->sum.changed = changed;
    }
    return APR_SUCCESS;
}

static apr_status_t add_files(adding_t *a, const apr_array_header_t *files,
                              ocsp_lines_fn *fn, const char **why)
{
    apr_status_t rv = APR_SUCCESS;
    int i;

    for (i = 0; files != NULL && i < files->nelts && rv == APR_SUCCESS; i++) {
        const char *file = APR_ARRAY_IDX(files, i, const char *);

        if ((rv = add_change(a, file, why)) == APR_SUCCESS) {
            rv = ocsp_lines_read(file, fn, a, why, a->pool);
        }
    }
    return rv;
}

apr_status_t ocsp_issuance_add(ocsp_issuance_t *out, ocsp_table_builder_t *b,
                               const ocsp_crl_info_t *crl,
                               const apr_array_header_t *indexes,
                               const apr_array_header_t *lists,
                               const char **why, apr_pool_t *p)
{
    adding_t a = {.builder = b, .crl = crl, .pool = p};
    apr_status_t rv = add_files(&a, indexes, add_row, why);

    if (rv == APR_SUCCESS) {
        rv = add_files(&a, lists, add_serial, why);
    }
    if (rv == APR_SUCCESS) {
        *out = a.sum;
    }
    return rv;
}

const char *ocsp_issuance_name_files(const apr_array_header_t *indexes,
                                     const apr_array_header_t *lists,
                                     apr_pool_t *p)
{
    const apr_array_header_t *all[] = {indexes, lists};
    const char *names = NULL;
    size_t i;
    int j;

    for (i = 0; i < 2; i++) {
        for (j = 0; all[i] != NULL && j < all[i]->nelts; j++) {
            const char *file = APR_ARRAY_IDX(all[i], j, const char *);

            names = names == NULL ? file
                                  : apr_pstrcat(p, names, ", ", file, NULL);
        }
    }
    return names;
}
