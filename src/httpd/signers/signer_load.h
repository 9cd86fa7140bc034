/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads the signers of an issuer: of the certificates and keys that the
 * configuration names for it, those that may sign its responses. Faults are
 * logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_LOAD_H
#define OCSP_HTTPD_SIGNERS_SIGNER_LOAD_H

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"

/**
 * Fill signers, signer_why and signers_faulty of an issuer whose
 * certificate was read. At start and graceful the last good pair of a file
 * replaces one that cannot be used. One thread at a time.
 */
void ocsp_signer_load_open(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si);

/**
 * Find the certificate files that concern an issuer: those that are named for
 * it alone; of files that several issuers share, those with its name.
 * @return const ocsp_fingerprint_file_t *. One thread at a time.
 */
const apr_array_header_t *ocsp_signer_load_find_files(
    ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si);

#endif
