/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPPreproduce all: a response about every certificate that an issuer's table
 * lists, for SHA-1 and for SHA-256 CertIDs whose parameters are NULL. Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_PRESIGN_LISTED_H
#define OCSP_HTTPD_BACKGROUND_PRESIGN_LISTED_H

#include <httpd.h>

#include <apr_pools.h>
#include <apr_tables.h>

#include "httpd/background/presign.h"

typedef struct ocsp_presign_listed_t ocsp_presign_listed_t;

/** A server with issuers of its own, or what it inherits in its own way. */
typedef struct {
    server_rec *s; /* for the log */
    const ocsp_server_config_t *conf;
} ocsp_presign_listed_server_t;

/**
 * Begin, in the thread that will do it.
 * @param servers ocsp_presign_listed_server_t, the main server first
 * @return newly made in p; NULL: no issuer wants it
 */
ocsp_presign_listed_t *ocsp_presign_listed_make(
    apr_pool_t *p, const apr_array_header_t *servers);

/** Tables or signers have changed: walk over them again. */
void ocsp_presign_listed_tell(ocsp_presign_listed_t *l);

/** Walk on until the step is over. By the one writer of tables. */
void ocsp_presign_listed_step(ocsp_presign_listed_t *l,
                              const ocsp_presign_t *a);

#endif
