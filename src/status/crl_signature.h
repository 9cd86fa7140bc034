/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Verifies the signature of a CRL that is read as a stream, with OpenSSL: gets
 * tbsCertList piece by piece, then the signature, and tries the keys that may
 * have made it. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SIGNATURE_H
#define OCSP_STATUS_CRL_SIGNATURE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/issuer.h"
#include "status/error.h"
#include "wire/der.h"

typedef struct ocsp_crl_signature_t ocsp_crl_signature_t;

/**
 * Start to verify a signature.
 * @param out newly made in p; freed with p, or by ocsp_crl_signature_free
 * @param sha1 whether the signature uses SHA-1
 * @param algorithm a whole AlgorithmIdentifier
 * @param why a fragment without a file name
 * @return OCSP_EMALFORMED; OCSP_ECRYPTO: an algorithm that is not trusted
 */
apr_status_t ocsp_crl_signature_make(ocsp_crl_signature_t **out, bool *sha1,
                                     ocsp_der_t algorithm, const char **why,
                                     apr_pool_t *p);

/**
 * Check whether a key may have made the signature, before all octets are added.
 * @param why a fragment without a file name
 * @return OCSP_EOTHERKEY: the algorithm is for another type of key;
 *         OCSP_ECRYPTO: OpenSSL does not verify it
 */
apr_status_t ocsp_crl_signature_check_key(ocsp_crl_signature_t *sig,
                                          const ocsp_issuer_t *signer,
                                          const char **why);

/** Add signed octets. An ocsp_stream_tap_fn: sig is an ocsp_crl_signature_t. */
bool ocsp_crl_signature_update(void *sig, const unsigned char *data,
                               size_t len);

/**
 * Verify the signature by one key, once all octets are added; any number of
 * keys may be tried.
 * @param signature the value of the BIT STRING, without its first octet
 * @param signer one for which ocsp_crl_signature_check_key has succeeded
 * @return whether this key has made it
 */
bool ocsp_crl_signature_check(ocsp_crl_signature_t *sig, ocsp_der_t signature,
                              const ocsp_issuer_t *signer);

/** Free the memory before the pool is destroyed. */
void ocsp_crl_signature_free(ocsp_crl_signature_t *sig);

#endif
