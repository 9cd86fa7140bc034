/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One response ahead of need: what a server would say of a certificate if it
 * were asked now, and the signing of it, in steps of bounded work. Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_PRESIGN_H
#define OCSP_HTTPD_BACKGROUND_PRESIGN_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stdint.h>

#include "httpd/config/server_config.h"
#include "httpd/config/issuers.h"
#include "httpd/request/response_cache.h"
#include "wire/certid.h"

/** The shortest OCSPAnswerAge that rounds over the cache keep up with, in
 * seconds. */
#define OCSP_PRESIGN_AGE_MIN_S 60

/** A step of work, in the one thread that does it. */
typedef struct {
    const ocsp_server_config_t *main; /* whose cache and counters these are */
    apr_time_t from;                  /* when it began */
    int64_t now;                      /* the same, in seconds since 1970 */
    apr_time_t until;                 /* when it is to be over */
    ocsp_signer_contexts_t *contexts;
    apr_pool_t *pool; /* of the step */
    apr_pool_t *p;    /* of one response: whoever needs one more clears it */
} ocsp_presign_t;

/** What would be said. */
typedef enum {
    OCSP_PRESIGN_NOTHING = 0, /* nothing that can be kept */
    OCSP_PRESIGN_UNSURE,      /* tryLater: what is kept may be said again */
    OCSP_PRESIGN_OTHERS,      /* nothing by this signer, perhaps by others */
    OCSP_PRESIGN_SAID
} ocsp_presign_verdict_t;

/** What it is, of OCSP_PRESIGN_SAID. */
typedef struct {
    ocsp_response_cache_item_t item;
    const ocsp_issuers_issuer_t *si; /* NULL: no issuer of ours */
    bool ahead;                      /* see ocsp_presign_is_wanted */
    bool anyway; /* its issuer wants all, and its table lists it: to be there
                    whether or not it is asked for */
    bool ending; /* the signer does not last as long as the policy wants */
} ocsp_presign_said_t;

/** @return whether OCSPPreproduce is on, and responses hold long enough to be
 * said when they are not new. Pure. */
bool ocsp_presign_is_wanted(const ocsp_issuers_issuer_t *si);

/** Begin a step of so many milliseconds, in a pool of its own below ptemp. */
void ocsp_presign_begin(ocsp_presign_t *a, const ocsp_server_config_t *main,
                        int64_t for_ms, apr_pool_t *ptemp);

/** @return whether httpd is about to end this process, and waits for it. Any
 * thread. */
bool ocsp_presign_is_stopping(void);

/** @return whether there is time left, and httpd not ending this process. */
bool ocsp_presign_may_go_on(const ocsp_presign_t *a);

/** End a step: nothing of it, nor of libcrypto's, is left. */
void ocsp_presign_end(ocsp_presign_t *a);

/**
 * Draft what a server would say.
 * @param templ_id by which signer: see ocsp_response_template_get0_id; NULL: by
 *        the one whom a request without wishes gets
 * Within a stay (see ocsp_signer_reload_enter).
 */
ocsp_presign_verdict_t ocsp_presign_draft(ocsp_presign_said_t *out,
                                          const ocsp_presign_t *a,
                                          const ocsp_server_config_t *conf,
                                          const ocsp_certid_t *id,
                                          const unsigned char *templ_id);

/**
 * @param entry what is kept under the draft's key, if there is anything
 * @return whether it may be said now
 */
bool ocsp_presign_is_there(ocsp_cache_entry_t *entry, const ocsp_presign_t *a,
                           const ocsp_presign_said_t *said);

/** Sign and keep it. Within the stay in which it was drafted. */
void ocsp_presign_make(const ocsp_presign_t *a, ocsp_presign_said_t *said,
                       uint32_t hits);

#endif
