/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decodes PEM (RFC 7468) piece by piece: the objects of one label in a file,
 * one after the other. Text around them, and objects of other labels, are
 * ignored. Memory does not grow with the text. Floor 1.
 */
#ifndef OCSP_STATUS_PEM_H
#define OCSP_STATUS_PEM_H

#include <apr_pools.h>
#include <stdbool.h>
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
 * Find the first BEGIN line.
 * @param out newly made in p; freed with p, or by ocsp_pem_free
 * @return OCSP_EMALFORMED: there is none; or the error of the source
 */
apr_status_t ocsp_pem_make(ocsp_pem_t **out, const ocsp_pem_input_t *in,
                           const char **why, apr_pool_t *p);

/**
 * Decode the next piece of the object.
 * @param len in: room in buf, at least OCSP_PEM_ROOM; out: octets decoded, 0 at
 *        the end, after the END line has been checked
 */
apr_status_t ocsp_pem_read(ocsp_pem_t *pem, unsigned char *buf, size_t *len,
                           const char **why);

/**
 * Find the next BEGIN line. The present object need not be decoded to its end:
 * the rest of it is skipped, up to its END line. A BEGIN line that is not at
 * the start of a line counts, since no object may be overlooked.
 * @param found false: none follows
 * @return OCSP_EMALFORMED: BEGIN and END lines do not alternate, or the file
 *         ends within one; or the error of the source
 */
apr_status_t ocsp_pem_next(ocsp_pem_t *pem, bool *found, const char **why);

/** Free the memory before the pool is destroyed. */
void ocsp_pem_free(ocsp_pem_t *pem);

#endif
