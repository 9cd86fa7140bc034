/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The octets of a request -> the octets of its answer: from the cache, or
 * signed now, or what is said where nothing may be signed. Knows nothing of
 * HTTP. Floor 4.
 */
#ifndef OCSP_HTTPD_SERVE_H
#define OCSP_HTTPD_SERVE_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "httpd/conf.h"
#include "httpd/scope.h"
#include "httpd/stock.h"
#include "wire/der.h"

/** A request that is being answered. */
typedef struct {
    request_rec *r; /* for its pool, its thread and the log */
    const ocsp_conf_t *conf;
    ocsp_der_t body; /* the OCSPRequest; data NULL: not to be had */
    bool in_query;   /* it was found in the URL's query */
    /* filled by ocsp_serve_answer: */
    int64_t now; /* when it was decided, seconds since 1970 */
    const ocsp_scope_issuer_t *issuer; /* the last asked about; NULL: unknown */
    ocsp_stock_item_t item;            /* draft.answer is what is said */
    int64_t http_max_age_s; /* the shortest of all issuers asked about */
    bool repeatable; /* came from the cache: the same would again, just now */
} ocsp_serve_t;

/** Answer, count and log. Any thread. */
void ocsp_serve_answer(ocsp_serve_t *job);

/** Count what is said again as it was just said: item.draft.answer. Any thread.
 */
void ocsp_serve_repeat(ocsp_serve_t *job);

/** Count something of a request. Any thread. */
void ocsp_serve_count(const ocsp_serve_t *job, ocsp_counter_t which,
                      unsigned n);

#endif
