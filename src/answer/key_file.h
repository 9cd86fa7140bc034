/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A responder's certificate and private key from the bytes of an operator's
 * files, PEM or DER. Floor 2.
 */
#ifndef OCSP_ANSWER_KEY_FILE_H
#define OCSP_ANSWER_KEY_FILE_H

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
apr_status_t ocsp_key_file_parse_cert(X509 **out, bool *stray,
                                      ocsp_der_t content, const char *file,
                                      const char **why, apr_pool_t *p);

/**
 * Parse a private key: PEM, DER, or PKCS #12. Other things in PEM are passed
 * over. Nobody is asked for a passphrase here.
 * @param out newly allocated: EVP_PKEY_free
 * @param passphrase NULL: none is known
 * @param encrypted whether it lacks the passphrase, or has a wrong one: this
 *        and nothing else is wrong then
 * @return OCSP_EMALFORMED
 * Startup only.
 */
apr_status_t ocsp_key_file_parse_key(EVP_PKEY **out, bool *encrypted,
                                     ocsp_der_t content, const char *file,
                                     const char *passphrase, const char **why,
                                     apr_pool_t *p);

/**
 * @return the file behind a "file:" URI (RFC 8089: file:/path, file:///path,
 *         file://localhost/path), borrowed; NULL: not such a URI
 */
const char *ocsp_key_file_get_uri_file(const char *uri);

/** @return whether it is a URI: a scheme of two letters at least, and a ":". */
bool ocsp_key_file_is_uri(const char *name);

/**
 * Load a private key by OSSL_STORE: PKCS#12 as well. Only "file:" is opened
 * today, and only a regular file.
 * Otherwise as ocsp_key_file_parse_key.
 */
apr_status_t ocsp_key_file_load_key(EVP_PKEY **out, bool *encrypted,
                                    const char *uri, const char *passphrase,
                                    const char **why, apr_pool_t *p);

/**
 * Encode a private key, in the clear: what is kept of it.
 * @param out newly made in p: wipe it
 * @return OCSP_ECRYPTO
 */
apr_status_t ocsp_key_file_encode_key(ocsp_der_t *out, const EVP_PKEY *key,
                                      const char **why, apr_pool_t *p);

#endif
