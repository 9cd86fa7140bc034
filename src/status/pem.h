/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One PEM object (RFC 7468) -> its DER, in pieces: text before it is passed
 * over, anything but white space after it is refused. Memory does not grow with
 * the text. Floor 1.
 */
#ifndef OCSP_STATUS_PEM_H
#define OCSP_STATUS_PEM_H

#include <apr_pools.h>
#include <stddef.h>

#include "status/status.h"
#include "wire/der.h"

/** The least room that ocsp_pem_read wants, in octets. */
#define OCSP_PEM_ROOM 65536

/** len in: room in buf; out: octets read, 0 at the end. */
typedef apr_status_t ocsp_pem_source_fn(void *ctx, unsigned char *buf,
                                        size_t *len);

/** What is to be decoded. */
typedef struct {
    const char *name;  /* of the file, for reasons */
    const char *label; /* "X509 CRL" */
    ocsp_pem_source_fn *source;
    void *source_ctx;
    ocsp_der_t seen; /* what was read of the source before */
} ocsp_pem_input_t;

typedef struct ocsp_pem_t ocsp_pem_t;

/**
 * Find the BEGIN line.
 * @param out newly made in p, which frees it; or ocsp_pem_free
 * @param in seen has at most OCSP_PEM_ROOM octets
 * @return OCSP_EMALFORMED: there is none
 */
apr_status_t ocsp_pem_make(ocsp_pem_t **out, const ocsp_pem_input_t *in,
                           const char **why, apr_pool_t *p);

/**
 * Decode some more.
 * @param len in: room in buf, at least OCSP_PEM_ROOM; out: octets decoded, 0 at
 *        the end, when the END line and what follows it have been seen as well
 */
apr_status_t ocsp_pem_read(ocsp_pem_t *pem, unsigned char *buf, size_t *len,
                           const char **why);

/** Give the memory back now. */
void ocsp_pem_free(ocsp_pem_t *pem);

#endif
