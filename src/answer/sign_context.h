/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcrypto's contexts that one thread reuses from one signature to the next:
 * set up once for each of the keys that it has signed with last. Floor 2.
 */
#ifndef OCSP_ANSWER_SIGN_CONTEXT_H
#define OCSP_ANSWER_SIGN_CONTEXT_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "answer/algorithm.h"
#include "wire/der.h"

/** Keys with a context; a further key replaces the oldest one. */
#define OCSP_SIGN_CONTEXT_KEYS 16

typedef struct ocsp_sign_context_t ocsp_sign_context_t;

/** Newly made in p, which has to end before libcrypto does. Any thread. */
ocsp_sign_context_t *ocsp_sign_context_make(apr_pool_t *p);

/**
 * Sign bytes. If a reused context fails, a new one is tried.
 * @param contexts of this thread
 * @param key always used with the same algorithm; contexts take a reference
 * @param signature_len in: room; out: octets written
 * @return false: the reason is in libcrypto's error queue. Any thread.
 */
bool ocsp_sign_context_sign(ocsp_sign_context_t *contexts,
                            const ocsp_algorithm_t *algorithm, EVP_PKEY *key,
                            unsigned char *signature, size_t *signature_len,
                            ocsp_der_t data);

#endif
