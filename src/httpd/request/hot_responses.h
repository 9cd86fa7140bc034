/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests that this process has just seen, recognised by their octets before
 * they are read: the same answer with the same headers, for the rest of the
 * second. What would be found for it would be the same: see recent.h. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_HOT_RESPONSES_H
#define OCSP_HTTPD_REQUEST_HOT_RESPONSES_H

#include <httpd.h>

#include <stdbool.h>

#include "answer/answer.h"
#include "httpd/config/server_config.h"
#include "httpd/request/cache_headers.h"
#include "shared/hot_keys.h"
#include "wire/der.h"

/** An answer and its headers; of one that is remembered, its octets follow. */
typedef struct {
    ocsp_answer_t answer;
    ocsp_cache_headers_t freshness;
} ocsp_hot_responses_t;

/** Add what a process remembers, newly made in pconf, and the buffers that it
 * takes for that: none where there is no cache. Startup only. */
void ocsp_hot_responses_make(ocsp_server_config_shared_t *shared,
                             apr_pool_t *pconf);

/** Begin with a request, before anything is looked up for it: by a POST's body,
 * else by the target as it came. Any thread. */
void ocsp_hot_responses_begin(ocsp_hot_keys_key_t *key, const request_rec *r,
                              const ocsp_server_config_t *conf,
                              ocsp_der_t body);

/**
 * What was said to it just now.
 * @return as long as r->pool; NULL: nothing; its answer has no signer. Any
 *         thread.
 */
const ocsp_hot_responses_t *ocsp_hot_responses_find(
    request_rec *r, const ocsp_server_config_t *conf,
    const ocsp_hot_keys_key_t *key);

/**
 * Let it be said again.
 * @param now when it was decided, seconds since 1970
 * @param said a lasting answer that came from the cache. Any thread.
 */
void ocsp_hot_responses_keep(const ocsp_server_config_t *conf,
                             const ocsp_hot_keys_key_t *key, int64_t now,
                             const ocsp_hot_responses_t *said);

#endif
