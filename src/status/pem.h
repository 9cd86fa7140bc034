/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decodes a PEM object (RFC 7468) piece by piece. Text before it is ignored,
 * and only white space may follow. Memory does not grow with the text. Floor 1.
 */
#ifndef OCSP_STATUS_PEM_H
#define OCSP_STATUS_PEM_H

#include <apr_pools.h>
#include <stddef.h>

#include "status/error.h"
#include "wire/der.h"

/** Octets of the smallest buffer for ocsp_pem_read. */
#define OCSP_PEM_ROOM 65536

/** Reads text. @param len in: room in buf; out: octets read, 0 at the end */
typedef apr_status_t ocsp_pem_source_fn(void *ctx, unsigned char *buf,
                                        size_t *len);

/** The text to decode. */
typedef struct {
    const char *name;  /* of the file, for reasons */
    const char *label; /* "X509 CRL" */
    ocsp_pem_source_fn *source;
    void *source_ctx;
    ocsp_der_t seen; /* already read, OCSP_PEM_ROOM octets at most */
} ocsp_pem_input_t;

typedef struct ocsp_pem_t ocsp_pem_t;

/**
 * Find the BEGIN line.
 * @param out newly made in p; freed with p, or by ocsp_pem_free
 * @return OCSP_EMALFORMED: there is none; or the error of the source
 */
apr_status_t ocsp_pem_make(ocsp_pem_t **out, const ocsp_pem_input_t *in,
                           const char **why, apr_pool_t *p);

/**
 * Decode the next piece.
 * @param len in: room in buf, at least OCSP_PEM_ROOM; out: octets decoded, 0 at
 *        the end, after the END line and what follows have been checked
 */
apr_status_t ocsp_pem_read(ocsp_pem_t *pem, unsigned char *buf, size_t *len,
                           const char **why);

/** Free the memory before the pool is destroyed. */
void ocsp_pem_free(ocsp_pem_t *pem);

#endif
