/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signature algorithm of a key: digest, parameters and AlgorithmIdentifier.
 * Never SHA-1 or MD5 (R130). Floor 2.
 */
#ifndef OCSP_ANSWER_ALGORITHM_H
#define OCSP_ANSWER_ALGORITHM_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <stdbool.h>

#include "wire/der.h"

/** Families of algorithms; a client may support some of them only. */
typedef enum {
    OCSP_ALGORITHM_RSA = 0,
    OCSP_ALGORITHM_RSA_PSS,
    OCSP_ALGORITHM_NIST, /* P-256, P-384, P-521 */
    OCSP_ALGORITHM_BRAINPOOL,
    OCSP_ALGORITHM_EDDSA
} ocsp_algorithm_family_t;

/** The algorithm of one key. */
typedef struct {
    ocsp_algorithm_family_t family;
    const char *digest;      /* libcrypto's name; NULL: the key's own */
    ocsp_der_t id;           /* the AlgorithmIdentifier */
    const char *description; /* for messages */
    bool sets_pss; /* an RSA-PSS key without restrictions of its own */
    bool is_quick; /* a signature takes less than a tenth of a millisecond */
} ocsp_algorithm_t;

/**
 * Find the algorithm of a key.
 * @param out its pointers are static or newly made in p
 * @return NULL, or the fault of the key and the remedy, made in p. Startup
 *         only.
 */
const char *ocsp_algorithm_find(ocsp_algorithm_t *out, EVP_PKEY *key,
                                apr_pool_t *p);

/**
 * Prepare a context to make one signature.
 * @return false: the reason is in libcrypto's error queue. Any thread.
 */
bool ocsp_algorithm_set_up(EVP_MD_CTX *ctx, const ocsp_algorithm_t *algorithm,
                           EVP_PKEY *key);

/**
 * Prepare a context to sign any number of digests.
 * @param md the algorithm's digest
 * @return false: the reason is in libcrypto's error queue. Any thread.
 */
bool ocsp_algorithm_set_up_bare(EVP_PKEY_CTX *ctx,
                                const ocsp_algorithm_t *algorithm,
                                const EVP_MD *md);

/**
 * @return whether a signature verifies; if not, the reason may be in
 *         libcrypto's error queue. Startup only.
 */
bool ocsp_algorithm_verify(const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                           ocsp_der_t signature, ocsp_der_t data);

/**
 * @return whether an AlgorithmIdentifier that a client prefers means this one:
 *         see ocsp_signer_has_algorithm. Pure.
 */
bool ocsp_algorithm_fits(ocsp_der_t id, ocsp_der_t preferred);

/**
 * @return whether the curve of a public key is given by its parameters: RFC
 *         5480 section 2.1.1 forbids that, and clients reject the certificate.
 *         Startup only.
 */
bool ocsp_algorithm_is_explicit(const EVP_PKEY *key);

/** @return whether two keys have one algorithm and curve. Startup only. */
bool ocsp_algorithm_is_same_kind(const EVP_PKEY *a, const EVP_PKEY *b);

#endif
