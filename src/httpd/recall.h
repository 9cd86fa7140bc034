/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests that this process has just seen, recognised by their octets before
 * they are read: the same answer with the same headers, for the rest of the
 * second. What would be found for it would be the same: see recent.h. Floor 4.
 */
#ifndef OCSP_HTTPD_RECALL_H
#define OCSP_HTTPD_RECALL_H

#include <httpd.h>

#include <stdbool.h>

#include "answer/answer.h"
#include "httpd/conf.h"
#include "httpd/freshness.h"
#include "shared/recent.h"
#include "wire/der.h"

/** An answer and its headers; of one that is remembered, its octets follow. */
typedef struct {
    ocsp_answer_t answer;
    ocsp_freshness_t freshness;
} ocsp_recall_t;

/** Add what a process remembers, newly made in pconf, and the buffers that it
 * takes for that: none where there is no cache. Startup only. */
void ocsp_recall_make(ocsp_conf_shared_t *shared, apr_pool_t *pconf);

/** Begin with a request, before anything is looked up for it: by a POST's body,
 * else by the target as it came. Any thread. */
void ocsp_recall_begin(ocsp_recent_key_t *key, const request_rec *r,
                       const ocsp_conf_t *conf, ocsp_der_t body);

/**
 * What was said to it just now.
 * @return as long as r->pool; NULL: nothing; its answer has no signer. Any
 *         thread.
 */
const ocsp_recall_t *ocsp_recall_find(request_rec *r, const ocsp_conf_t *conf,
                                      const ocsp_recent_key_t *key);

/**
 * Let it be said again.
 * @param now when it was decided, seconds since 1970
 * @param said a lasting answer that came from the cache. Any thread.
 */
void ocsp_recall_keep(const ocsp_conf_t *conf, const ocsp_recent_key_t *key,
                      int64_t now, const ocsp_recall_t *said);

#endif
