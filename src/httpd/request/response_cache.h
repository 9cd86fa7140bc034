/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Drafts of answers and the cache of signed responses: which response may be
 * said for a draft, and how a new one is signed and kept. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_RESPONSE_CACHE_H
#define OCSP_HTTPD_REQUEST_RESPONSE_CACHE_H

#include <apr_pools.h>
#include <stdbool.h>

#include "answer/answer.h"
#include "httpd/config/server_config.h"
#include "httpd/config/issuers.h"
#include "shared/cache.h"
#include "wire/certid.h"

/** An answer on its way. */
typedef struct {
    ocsp_answer_draft_t draft;   /* its answer is what is said in the end */
    ocsp_der_t key;              /* len 0: is made each time */
    const unsigned char *digest; /* SHA-256 of the answer's der, or NULL: not
                                    known yet */
    bool due;                    /* it holds, but is to be made anew */
    uint32_t hits; /* how often what was found had been asked for */
} ocsp_response_cache_item_t;

/**
 * Everything that is known of one CertID by a server and what it inherits: its
 * own issuers first.
 * @param si NULL: no issuer of ours
 * Within a stay (see ocsp_signer_reload_enter). Any thread.
 */
void ocsp_response_cache_look_up(ocsp_answer_subject_t *subject,
                                 const ocsp_issuers_issuer_t **si,
                                 const ocsp_server_config_t *conf,
                                 const ocsp_certid_t *id);

/** Begin with a draft: its key, made in p. Any thread. */
void ocsp_response_cache_begin(ocsp_response_cache_item_t *item, apr_pool_t *p);

/**
 * Say what is in the cache, if there is one and it may be said now.
 * @return false: nothing there. Any thread.
 */
bool ocsp_response_cache_find(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              apr_pool_t *p);

/**
 * Sign a new one, count that, and keep it, if it has a key and there is a
 * cache.
 * @param contexts of this thread, or NULL
 * @param hits what a kept one begins with
 * Within the stay in which the draft was made. Any thread.
 */
void ocsp_response_cache_make(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              ocsp_signer_contexts_t *contexts, uint32_t hits,
                              apr_pool_t *p);

/**
 * Sign a response that replaces one in the cache, unless another thread or
 * process is signing it.
 * @param hits of the one in the cache; half of them are kept, so that a
 *        response that clients no longer ask for is forgotten in some renewals
 * @return false: another one is signing it, or it was removed; otherwise as
 *         ocsp_response_cache_make. Likewise.
 */
bool ocsp_response_cache_renew(ocsp_response_cache_item_t *item,
                               const ocsp_server_config_shared_t *shared,
                               ocsp_signer_contexts_t *contexts, uint32_t hits,
                               apr_pool_t *p);

#endif
