/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses the rows of the database of "openssl ca" (index.txt): which
 * certificates were issued, and which are revoked, when and why. Floor 1.
 */
#ifndef OCSP_STATUS_OPENSSL_INDEX_H
#define OCSP_STATUS_OPENSSL_INDEX_H

#include <stdint.h>

#include "status/lines.h"
#include "status/serial.h"
#include "status/error.h"

typedef enum {
    OCSP_OPENSSL_INDEX_VALID = 0, /* V */
    OCSP_OPENSSL_INDEX_EXPIRED,   /* E: was valid */
    OCSP_OPENSSL_INDEX_REVOKED    /* R, also if it has expired since */
} ocsp_openssl_index_state_t;

/** One row. */
typedef struct {
    ocsp_openssl_index_state_t state;
    ocsp_serial_t serial;
    int64_t not_after;       /* of the certificate */
    int64_t revocation_time; /* of a revoked one */
    int reason; /* of a revoked one, 0 to 6, 9, 10 or OCSP_CRL_NO_REASON, which
                   stands for unknown ones; holdInstruction is 6, keyTime 1,
                   CAkeyTime 2 */
} ocsp_openssl_index_row_t;

/**
 * Parse a row. The last line of a file may lack its end only if it is complete.
 * @param out untouched unless APR_SUCCESS
 * @param why a fragment: cause and remedy
 * @return OCSP_EMALFORMED: not understood, so it may be a revocation. Pure.
 */
apr_status_t ocsp_openssl_index_parse(ocsp_openssl_index_row_t *out,
                                      const ocsp_line_t *line,
                                      const char **why);

#endif
