/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The responses that a process has just sent, found again by the bytes of the
 * request before these are parsed. A response is found in the second in which
 * it was stored, while no table and no signer changes: it is then what would be
 * sent anyway. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_HOT_RESPONSES_H
#define OCSP_HTTPD_REQUEST_HOT_RESPONSES_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"
#include "httpd/config/server_config.h"
#include "httpd/request/cache_headers.h"
#include "wire/der.h"

/** One per process: the parent makes it, children have copies. */
typedef struct ocsp_hot_responses_t ocsp_hot_responses_t;

/** A response as it is sent. */
typedef struct {
    ocsp_answer_t answer;
    ocsp_cache_headers_t headers;
} ocsp_hot_responses_response_t;

/** A request, and when it came. */
typedef struct {
    const ocsp_server_config_t *conf;
    int method;
    ocsp_der_t bytes; /* of the body or the URL */
    uint64_t epoch;   /* see ocsp_arena_get_epoch; 0: nothing is found */
    int64_t second;   /* since 1970 */
} ocsp_hot_responses_key_t;

/** Newly made in pconf; NULL: responses are not cached. Startup only. */
ocsp_hot_responses_t *ocsp_hot_responses_make(
    const ocsp_server_config_shared_t *shared, apr_pool_t *pconf);

/** Make the key of a request, before anything is looked up for it.
 * @param body of a POST. Any thread. */
void ocsp_hot_responses_make_key(ocsp_hot_responses_key_t *key,
                                 const request_rec *r,
                                 const ocsp_server_config_t *conf,
                                 ocsp_der_t body);

/** Find a response. @param out in r->pool, without a signer
 * @return false: there is none. Any thread. */
bool ocsp_hot_responses_find(ocsp_hot_responses_response_t *out, request_rec *r,
                             const ocsp_hot_responses_key_t *key);

/**
 * Store a response that was found in the cache, if HTTP caches may store it.
 * @param now when it was decided, seconds since 1970. Any thread.
 */
void ocsp_hot_responses_store(const ocsp_hot_responses_key_t *key, int64_t now,
                              const ocsp_hot_responses_response_t *response);

#endif
