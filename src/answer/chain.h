/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Builds the chain of CA certificates from an issuer up to a root, for clients
 * that have only the root (OCSPIncludeCertificate chain). Floor 2.
 */
#ifndef OCSP_ANSWER_CHAIN_H
#define OCSP_ANSWER_CHAIN_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stddef.h>

#include "status/issuer.h"
#include "wire/der.h"

/** Certificates of a chain at most. */
#define OCSP_CHAIN_MAX 8

/** Certificates in DER: the CA's own, then those of its issuers, without the
 * root (the self-signed one), which clients have. */
typedef struct {
    const ocsp_der_t *certs;
    size_t count;
} ocsp_chain_t;

/**
 * Build the chain of a CA. It ends before the root, where no issuer is known,
 * or after OCSP_CHAIN_MAX certificates.
 * @param out newly made in p
 * @param known const ocsp_issuer_t *, among which issuers are found by name and
 *        signature
 * Startup only.
 */
void ocsp_chain_build(ocsp_chain_t *out, const ocsp_issuer_t *issuer,
                      const apr_array_header_t *known, apr_pool_t *p);

#endif
