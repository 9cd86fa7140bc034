/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses a responder's certificate and private key from the bytes of an
 * operator's files (PEM, DER, for keys also PKCS #12), and resolves "file:"
 * URIs. Floor 2.
 */
#ifndef OCSP_ANSWER_KEY_FILE_H
#define OCSP_ANSWER_KEY_FILE_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "status/error.h"
#include "wire/der.h"

/**
 * Parse a certificate in PEM or DER. The first of several in PEM counts.
 * @param out newly allocated: X509_free
 * @param unrelated whether a certificate that is not a CA's follows the first
 *        one: it cannot belong to the chain of the first
 * @param file name of the file, for *why
 * @return OCSP_EMALFORMED
 * Startup only.
 */
apr_status_t ocsp_key_file_parse_cert(X509 **out, bool *unrelated,
                                      ocsp_der_t content, const char *file,
                                      const char **why, apr_pool_t *p);

/**
 * Parse a private key in PEM, DER or PKCS #12: the first one of the file. Never
 * prompts for a passphrase.
 * @param out newly allocated: EVP_PKEY_free
 * @param encrypted whether the passphrase is missing or wrong, and nothing else
 *        is the matter
 * @param file name or URI of the file, for *why
 * @param passphrase NULL: not known
 * @return OCSP_EMALFORMED
 * Startup only.
 */
apr_status_t ocsp_key_file_parse_key(EVP_PKEY **out, bool *encrypted,
                                     ocsp_der_t content, const char *file,
                                     const char *passphrase, const char **why,
                                     apr_pool_t *p);

/** @return whether a name is a URI: a scheme of two letters at least, and a
 *          ":" (RFC 3986 section 3.1). Pure. */
bool ocsp_key_file_is_uri(const char *name);

/**
 * Find the file that a name or a "file:" URI (RFC 8089: file:/path,
 * file:///path, file://localhost/path) stands for.
 * @param why another scheme or another host: the reason, without the rest of
 *        the URI, which may contain a PIN; NULL: not wanted
 * @return borrowed from name; NULL: see why. Pure.
 */
const char *ocsp_key_file_get_path(const char *name, const char **why,
                                   apr_pool_t *p);

/** Encode a certificate in DER, newly made in p; of length 0 if libcrypto has
 * no memory. Any thread. */
ocsp_der_t ocsp_key_file_encode_cert(X509 *cert, apr_pool_t *p);

/**
 * Encode a private key in unencrypted PKCS #8 (RFC 5958).
 * @param out newly made in p; the caller has to wipe it
 * @return OCSP_ECRYPTO
 */
apr_status_t ocsp_key_file_encode_key(ocsp_der_t *out, const EVP_PKEY *key,
                                      const char **why, apr_pool_t *p);

#endif
