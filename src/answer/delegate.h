/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whether a CA has made another's certificate its responder (RFC 6960 section
 * 4.2.2.2), and what clients may dislike about it. Floor 2: libcrypto's X509.
 */
#ifndef OCSP_ANSWER_DELEGATE_H
#define OCSP_ANSWER_DELEGATE_H

#include <apr_pools.h>
#include <openssl/x509.h>

#include "status/issuer.h"

/**
 * Check issuer name, signature under this very key, extendedKeyUsage, keyUsage
 * (R123). Dates are not looked at.
 * @return NULL, or the fault and its remedy, static. Startup only.
 */
const char *ocsp_delegate_check(X509 *cert, const ocsp_issuer_t *issuer);

/**
 * Look for what is allowed but not wise (R124, R125).
 * @return NULL, or all of it in one fragment, made in p. Startup only.
 */
const char *ocsp_delegate_warn(X509 *cert, const ocsp_issuer_t *issuer,
                               apr_pool_t *p);

#endif
