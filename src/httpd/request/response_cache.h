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
#include "wire/certid.h"

/** A response: first a draft, then its bytes. */
typedef struct {
    ocsp_answer_draft_t draft;   /* draft.answer.der gets the bytes */
    ocsp_der_t key;              /* in the cache; len 0: is never stored */
    const unsigned char *digest; /* SHA-256 of the bytes; NULL: not computed */
    bool due;      /* found in the cache, still valid, but due for renewal */
    uint32_t hits; /* found in the cache: how often it was requested */
} ocsp_response_cache_item_t;

/**
 * Look up all that is known of a certificate: its issuer, first among the
 * server's own, then among those that it inherits; the issuer's signers and
 * policy; and its record in the status table.
 * @param si NULL: no issuer of this server
 * Inside a read-side section of signer_reload.h. Any thread.
 */
void ocsp_response_cache_look_up(ocsp_answer_subject_t *subject,
                                 const ocsp_issuers_issuer_t **si,
                                 const ocsp_server_config_t *conf,
                                 const ocsp_certid_t *id);

/** Start with the draft that item holds: compute its key, made in p. Any
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
