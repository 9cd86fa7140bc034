/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A responder's certificate and private key from the bytes of an operator's
 * files, PEM or DER. Floor 2.
 */
#ifndef OCSP_ANSWER_MATERIAL_H
#define OCSP_ANSWER_MATERIAL_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "status/status.h"
#include "wire/der.h"

/**
 * Parse a certificate. Of several in PEM the first counts.
 * @param out newly allocated: X509_free
 * @param stray whether others follow that are no CA's, hence no chain of it
 * @param file what to call the bytes in a reason
 * @return OCSP_EMALFORMED
 * Startup only.
 */
apr_status_t ocsp_material_parse_cert(X509 **out, bool *stray,
                                      ocsp_der_t content, const char *file,
                                      const char **why, apr_pool_t *p);

/**
 * Parse a private key. Other things in PEM are passed over; an encrypted key is
 * refused, and nobody is asked for a passphrase.
 * @param out newly allocated: EVP_PKEY_free
 * @return OCSP_EMALFORMED
 * Startup only.
 */
apr_status_t ocsp_material_parse_key(EVP_PKEY **out, ocsp_der_t content,
                                     const char *file, const char **why,
                                     apr_pool_t *p);

#endif
