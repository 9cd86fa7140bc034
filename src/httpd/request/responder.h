/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The octets of a request -> the octets of its answer: from the cache, or
 * signed now, or what is said where nothing may be signed. Knows nothing of
 * HTTP. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_RESPONDER_H
#define OCSP_HTTPD_REQUEST_RESPONDER_H

#include <httpd.h>

#include <stdbool.h>
#include <stdint.h>

#include "httpd/config/server_config.h"
#include "httpd/config/issuers.h"
#include "httpd/request/response_cache.h"
#include "wire/der.h"

/** A request that is being answered. */
typedef struct {
    request_rec *r; /* for its pool, its thread and the log */
    const ocsp_server_config_t *conf;
    ocsp_der_t body; /* the OCSPRequest; data NULL: not to be had */
    bool in_query;   /* it was found in the URL's query */
    /* filled by ocsp_responder_answer: */
    int64_t now; /* when it was decided, seconds since 1970 */
    const ocsp_issuers_issuer_t
        *issuer;                     /* the last asked about; NULL: unknown */
    ocsp_response_cache_item_t item; /* draft.answer is what is said */
    int64_t http_max_age_s; /* the shortest of all issuers asked about */
} ocsp_responder_t;

/** Answer, count and log. Any thread. */
void ocsp_responder_answer(ocsp_responder_t *job);

/** Count something of a request. Any thread. */
void ocsp_responder_count(const ocsp_responder_t *job, ocsp_counter_t which,
                          unsigned n);

#endif
