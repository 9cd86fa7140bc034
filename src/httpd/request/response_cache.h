/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Responses made for a draft: found in the cache of signed responses, or signed
 * and stored there. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_RESPONSE_CACHE_H
#define OCSP_HTTPD_REQUEST_RESPONSE_CACHE_H

#include <apr_pools.h>
#include <stdbool.h>

#include "answer/answer.h"
#include "httpd/config/issuers.h"
#include "httpd/config/server_config.h"
#include "shared/cache.h"

/** A response: first a draft, then its bytes. */
typedef struct {
    ocsp_answer_draft_t draft;           /* draft.answer.der gets the bytes */
    const ocsp_issuers_issuer_t *issuer; /* of the last CertID whose issuer is
                                            known; NULL: none is */
    ocsp_der_t key;              /* in the cache; len 0: is never stored */
    unsigned char *room;         /* for the bytes of a stored one, or NULL */
    const unsigned char *digest; /* SHA-256 of the bytes; NULL: not computed */
    bool due;      /* found in the cache, still valid, but due for renewal */
    uint32_t hits; /* found in the cache: how often it was requested */
} ocsp_response_cache_item_t;

/** Compute the key of the draft and issuer that item has, made in p. Any
 * thread. */
void ocsp_response_cache_begin(ocsp_response_cache_item_t *item, apr_pool_t *p);

/**
 * Find a response in the cache that may be sent for the draft now.
 * @return false: there is none. Any thread.
 */
bool ocsp_response_cache_find(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              apr_pool_t *p);

/**
 * Sign the draft, count the signature, and store the response if it has a key
 * and there is a cache. A draft that cannot be signed becomes internalError.
 * @param contexts this thread's, or NULL
 * @param hits the number that a stored response starts with
 * Inside the read-side section in which the draft was made. Any thread.
 */
void ocsp_response_cache_make(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              ocsp_signer_contexts_t *contexts, uint32_t hits,
                              apr_pool_t *p);

/**
 * Sign a response that replaces one in the cache, unless another thread or
 * process is signing it.
 * @param hits of the one in the cache; half of them are kept, so that a
 *        response that clients no longer request is forgotten in some renewals
 * @return false: another one is signing it, or it was removed; otherwise as
 *         ocsp_response_cache_make. Likewise.
 */
bool ocsp_response_cache_renew(ocsp_response_cache_item_t *item,
                               const ocsp_server_config_shared_t *shared,
                               ocsp_signer_contexts_t *contexts, uint32_t hits,
                               apr_pool_t *p);

#endif
