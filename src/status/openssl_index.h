/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The database of "openssl ca" (index.txt) -> one callback per row: what was
 * issued, what of it was revoked, when and why. Read once, as a stream. The
 * callers must throw away what the callbacks gave unless the reading ends in
 * APR_SUCCESS. Floor 1.
 */
#ifndef OCSP_STATUS_OPENSSL_INDEX_H
#define OCSP_STATUS_OPENSSL_INDEX_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/lines.h"
#include "status/serial.h"
#include "status/status.h"

/** Octets of the longest line that is read. */
#define OCSP_OPENSSL_INDEX_LINE_MAX OCSP_LINES_MAX

typedef enum {
    OCSP_OPENSSL_INDEX_VALID = 0, /* V */
    OCSP_OPENSSL_INDEX_EXPIRED,   /* E: was valid */
    OCSP_OPENSSL_INDEX_REVOKED    /* R, also when it has expired since */
} ocsp_openssl_index_state_t;

/** One row. */
typedef struct {
    ocsp_openssl_index_state_t state;
    const unsigned char *serial; /* as ocsp_certid_serial makes it; valid
                                    during the call */
    size_t serial_len;
    int64_t not_after;       /* of the certificate */
    int64_t revocation_time; /* R only; likewise: */
    int reason;              /* 0 to 6, 9, 10 or OCSP_CRL_NO_REASON;
                                holdInstruction is 6, keyTime 1, CAkeyTime 2;
                                one that is not known is none */
} ocsp_openssl_index_row_t;

/** @return other than APR_SUCCESS ends the reading with that status */
typedef apr_status_t ocsp_openssl_index_row_fn(
    void *ctx, const ocsp_openssl_index_row_t *row, const char **why);

/**
 * Read a database. LF or CRLF ends a line; empty lines and lines that begin
 * with "#" are passed over; the last line may lack its end only if it is whole.
 * @param rows how many; may be NULL
 * @param why file, line number, cause and remedy
 * @return OCSP_EMALFORMED: a row that is not understood, for what is missed
 *         may be a revocation; a file's error; or what fn returned
 */
apr_status_t ocsp_openssl_index_read(apr_uint64_t *rows, const char *file,
                                     ocsp_openssl_index_row_fn *fn, void *ctx,
                                     const char **why, apr_pool_t *p);

/** The same from lines that are open. */
apr_status_t ocsp_openssl_index_read_lines(apr_uint64_t *rows,
                                           ocsp_lines_t *lines,
                                           ocsp_openssl_index_row_fn *fn,
                                           void *ctx, const char **why);

/**
 * Parse one row.
 * @param out its serial is in serial
 * @param why a fragment: cause and remedy
 * @return OCSP_EMALFORMED. Pure.
 */
apr_status_t ocsp_openssl_index_parse(ocsp_openssl_index_row_t *out,
                                      ocsp_serial_t *serial,
                                      const ocsp_line_t *line,
                                      const char **why);

#endif
