/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPPreproduce: responses signed ahead of need by the thread that looks for
 * changes: those in the cache before they are due, the hottest first, and at
 * once those whose certificates have become revoked or whose signer has
 * changed; for "all", of every certificate that the issuer's table lists, with
 * SHA-1 and SHA-256 CertIDs whose parameters are NULL. In steps that leave the
 * processors to requests. Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_PREPRODUCE_H
#define OCSP_HTTPD_BACKGROUND_PREPRODUCE_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

typedef struct ocsp_preproduce_t ocsp_preproduce_t;

/**
 * Say which issuers want it in vain: their responses hold too briefly.
 * @return whether one of any server wants it with effect. Startup, and
 * "httpd -t".
 */
bool ocsp_preproduce_check(server_rec *base);

/**
 * Begin, in the thread that will do it.
 * @param base the main server; all its issuers and its virtual hosts' are
 *        looked after
 * @return newly made in p; NULL: no issuer wants it, or there is no cache
 */
ocsp_preproduce_t *ocsp_preproduce_make(apr_pool_t *p, server_rec *base);

/** Tables or signers have changed: look at all responses again, soon. */
void ocsp_preproduce_tell(ocsp_preproduce_t *pp);

/**
 * Do a step: a quarter of a second of work at most, less if httpd is ending
 * this process.
 * @param ptemp is cleared by the caller after it
 */
void ocsp_preproduce_step(ocsp_preproduce_t *pp, apr_pool_t *ptemp);

#endif
