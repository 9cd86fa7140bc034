/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The certificates between what a CA issues and a root, for clients that have
 * the root alone (OCSPIncludeCertificate chain). Floor 2.
 */
#ifndef OCSP_ANSWER_CHAIN_H
#define OCSP_ANSWER_CHAIN_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stddef.h>

#include "status/issuer.h"
#include "wire/der.h"

/** No chain is longer. */
#define OCSP_CHAIN_MAX 8

/** Certificates in DER: the CA's own, then its issuers. A self-signed one is
 * a root, which clients have; it is not among them. */
typedef struct {
    const ocsp_der_t *certs;
    size_t count;
} ocsp_chain_t;

/**
 * Build the chain of a CA from the certificates that are known. It ends where
 * no issuer is known, before a root, and at the latest after OCSP_CHAIN_MAX.
 * @param out newly made in p
 * @param known const ocsp_issuer_t *: issuers are found by name and signature
 * Startup only.
 */
void ocsp_chain_build(ocsp_chain_t *out, const ocsp_issuer_t *issuer,
                      const apr_array_header_t *known, apr_pool_t *p);

#endif
