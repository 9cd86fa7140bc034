/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks a delegate: a certificate that a CA has issued for its responder
 * (RFC 6960 section 4.2.2.2). Floor 2.
 */
#ifndef OCSP_ANSWER_DELEGATE_H
#define OCSP_ANSWER_DELEGATE_H

#include <apr_pools.h>
#include <openssl/x509.h>

#include "status/issuer.h"

/**
 * Check issuer name, signature by this key of the CA, extendedKeyUsage and
 * keyUsage (R123), but no dates.
 * @return NULL, or the fault and its remedy, static. Startup only.
 */
const char *ocsp_delegate_check(X509 *cert, const ocsp_issuer_t *issuer);

/**
 * Find properties that are allowed, but that clients may reject (R124, R125).
 * @return NULL, or all of them in one clause, made in p. Startup only.
 */
const char *ocsp_delegate_warn(X509 *cert, const ocsp_issuer_t *issuer,
                               apr_pool_t *p);

#endif
