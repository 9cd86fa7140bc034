/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a key signs responses: digest, parameters and AlgorithmIdentifier. Never
 * with SHA-1 or MD5 (R130). Floor 2: libcrypto's EVP.
 */
#ifndef OCSP_ANSWER_ALGORITHM_H
#define OCSP_ANSWER_ALGORITHM_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <stdbool.h>

#include "wire/der.h"

/** What clients have to know to verify a signature. */
typedef enum {
    OCSP_ALGORITHM_RSA = 0,
    OCSP_ALGORITHM_RSA_PSS,
    OCSP_ALGORITHM_NIST, /* P-256, P-384, P-521 */
    OCSP_ALGORITHM_BRAINPOOL,
    OCSP_ALGORITHM_EDDSA
} ocsp_algorithm_family_t;

/** How one key signs. */
typedef struct {
    ocsp_algorithm_family_t family;
    const char *digest;      /* libcrypto's name; NULL: the key's own */
    ocsp_der_t id;           /* the AlgorithmIdentifier */
    const char *description; /* for people */
    bool sets_pss; /* an RSA-PSS key that leaves its parameters open */
} ocsp_algorithm_t;

/**
 * Find how a key signs.
 * @param out what it points to is static or newly made in p
 * @return NULL, or what is wrong with the key and the remedy, made in p.
 *         Startup only.
 */
const char *ocsp_algorithm_find(ocsp_algorithm_t *out, EVP_PKEY *key,
                                apr_pool_t *p);

/**
 * Prepare a context to make one signature.
 * @return false: libcrypto's error queue says why. Any thread.
 */
bool ocsp_algorithm_set_up(EVP_MD_CTX *ctx, const ocsp_algorithm_t *algorithm,
                           EVP_PKEY *key);

/**
 * Prepare a context to sign digests, again and again.
 * @param md of the algorithm's digest
 * @return false: libcrypto's error queue says why. Any thread.
 */
bool ocsp_algorithm_set_up_bare(EVP_PKEY_CTX *ctx,
                                const ocsp_algorithm_t *algorithm,
                                const EVP_MD *md);

/**
 * @return whether a signature is what the algorithm wants; if not, libcrypto's
 *         error queue may say why. Startup only.
 */
bool ocsp_algorithm_verify(const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                           ocsp_der_t signature, ocsp_der_t data);

/**
 * @return whether an AlgorithmIdentifier that somebody wishes for means this
 *         one: see ocsp_signer_has_algorithm. Pure.
 */
bool ocsp_algorithm_fits(ocsp_der_t id, ocsp_der_t wish);

/**
 * @return whether a public key's curve is spelt out: RFC 5480 section 2.1.1
 *         forbids it, and clients refuse the certificate. Startup only.
 */
bool ocsp_algorithm_is_explicit(const EVP_PKEY *key);

/** @return whether two keys are of one algorithm and curve. Startup only. */
bool ocsp_algorithm_is_same_kind(const EVP_PKEY *a, const EVP_PKEY *b);

#endif
