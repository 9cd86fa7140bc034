/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPPreproduce: responses that are signed ahead of need, in the background of
 * one process. A pass over the response cache signs again what clients have
 * asked for, before it is due, and what has another status or another signer
 * now. With "all", a pass over the status tables signs what the cache lacks,
 * for SHA-1 and SHA-256 CertIDs whose parameters are NULL. Both work in steps
 * that leave the processors to requests. Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_PRESIGN_H
#define OCSP_HTTPD_BACKGROUND_PRESIGN_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

/** How far the passes have come; every process has a copy. */
typedef struct ocsp_presign_t ocsp_presign_t;

/**
 * Log the issuers for which OCSPPreproduce has no effect because their
 * responses are valid for too short a time.
 * @return whether it has an effect for any issuer of any server. Startup, and
 *         "httpd -t".
 */
bool ocsp_presign_check(server_rec *base);

/**
 * Prepare the passes.
 * @param base the main server, whose shared memory is open; the issuers of all
 *        virtual hosts are included
 * @return newly made in p; NULL: there is no response cache. Startup only.
 */
ocsp_presign_t *ocsp_presign_make(apr_pool_t *p, server_rec *base);

/**
 * Work for a quarter of a second at most; less if httpd ends this process. By
 * the one writer of the arena, once a second.
 * @param ptemp for the step; nothing is left in it
 */
void ocsp_presign_step(ocsp_presign_t *ps, apr_pool_t *ptemp);

#endif
