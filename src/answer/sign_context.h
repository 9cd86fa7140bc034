/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a thread keeps from one signature to the next: libcrypto's contexts, set
 * up once for each of the keys that it has signed with last. Floor 2:
 * libcrypto's EVP.
 */
#ifndef OCSP_ANSWER_SIGN_CONTEXT_H
#define OCSP_ANSWER_SIGN_CONTEXT_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "answer/algorithm.h"
#include "wire/der.h"

/** For how many keys; one more takes the place of the oldest. */
#define OCSP_SIGN_CONTEXT_KEYS 16

typedef struct ocsp_sign_context_t ocsp_sign_context_t;

/** Newly made in p, which frees what libcrypto holds for them. Any thread. */
ocsp_sign_context_t *ocsp_sign_context_make(apr_pool_t *p);

/**
 * Sign bytes. A kept context that fails is made anew before that counts.
 * @param contexts of this very thread
 * @param key always by the same algorithm; the contexts take a reference
 * @param signature_len in: room; out: octets written
 * @return false: libcrypto's error queue says why. Any thread.
 */
bool ocsp_sign_context_sign(ocsp_sign_context_t *contexts,
                            const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                            unsigned char *signature, size_t *signature_len,
                            ocsp_der_t data);

#endif
