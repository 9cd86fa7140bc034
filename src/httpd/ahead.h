/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One response ahead of need: what a server would say of a certificate if it
 * were asked now, and the signing of it, in steps of bounded work. Floor 4.
 */
#ifndef OCSP_HTTPD_AHEAD_H
#define OCSP_HTTPD_AHEAD_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stdint.h>

#include "httpd/conf.h"
#include "httpd/scope.h"
#include "httpd/stock.h"
#include "wire/certid.h"

/** The shortest OCSPAnswerAge that rounds over the cache keep up with, in
 * seconds. */
#define OCSP_AHEAD_AGE_MIN_S 60

/** A step of work, in the one thread that does it. */
typedef struct {
    const ocsp_conf_t *main; /* whose cache and counters these are */
    apr_time_t from;         /* when it began */
    int64_t now;             /* the same, in seconds since 1970 */
    apr_time_t until;        /* when it is to be over */
    ocsp_signer_contexts_t *contexts;
    apr_pool_t *pool; /* of the step */
    apr_pool_t *p;    /* of one response: whoever needs one more clears it */
} ocsp_ahead_t;

/** What would be said. */
typedef enum {
    OCSP_AHEAD_NOTHING = 0, /* nothing that can be kept */
    OCSP_AHEAD_UNSURE,      /* tryLater: what is kept may be said again */
    OCSP_AHEAD_OTHERS,      /* nothing by this signer, perhaps by others */
    OCSP_AHEAD_SAID
} ocsp_ahead_verdict_t;

/** What it is, of OCSP_AHEAD_SAID. */
typedef struct {
    ocsp_stock_item_t item;
    const ocsp_scope_issuer_t *si; /* NULL: no issuer of ours */
    bool ahead;                    /* see ocsp_ahead_is_wanted */
    bool anyway; /* its issuer wants all, and its table lists it: to be there
                    whether or not it is asked for */
    bool ending; /* the signer does not last as long as the policy wants */
} ocsp_ahead_said_t;

/** @return whether OCSPPreproduce is on, and responses hold long enough to be
 * said when they are not new. Pure. */
bool ocsp_ahead_is_wanted(const ocsp_scope_issuer_t *si);

/** Begin a step of so many milliseconds, in a pool of its own below ptemp. */
void ocsp_ahead_begin(ocsp_ahead_t *a, const ocsp_conf_t *main, int64_t for_ms,
                      apr_pool_t *ptemp);

/** @return whether httpd is about to end this process, and waits for it. Any
 * thread. */
bool ocsp_ahead_is_stopping(void);

/** @return whether there is time left, and httpd not ending this process. */
bool ocsp_ahead_may_go_on(const ocsp_ahead_t *a);

/** End a step: nothing of it, nor of libcrypto's, is left. */
void ocsp_ahead_end(ocsp_ahead_t *a);

/**
 * Draft what a server would say.
 * @param templ_id by which signer: see ocsp_response_template_get0_id; NULL: by
 *        the one whom a request without wishes gets
 * Within a stay (see ocsp_renewal_enter).
 */
ocsp_ahead_verdict_t ocsp_ahead_draft(ocsp_ahead_said_t *out,
                                      const ocsp_ahead_t *a,
                                      const ocsp_conf_t *conf,
                                      const ocsp_certid_t *id,
                                      const unsigned char *templ_id);

/**
 * @param entry what is kept under the draft's key, if there is anything
 * @return whether it may be said now
 */
bool ocsp_ahead_is_there(ocsp_cache_entry_t *entry, const ocsp_ahead_t *a,
                         const ocsp_ahead_said_t *said);

/** Sign and keep it. Within the stay in which it was drafted. */
void ocsp_ahead_make(const ocsp_ahead_t *a, ocsp_ahead_said_t *said,
                     uint32_t hits);

#endif
