/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The policy: decides from a request, the status of its certificates, the
 * signers and the time which response is sent, and whether one made before can
 * be reused. Knows no server, table or clock. In case of doubt a response is
 * tryLater, never good. Floor 2.
 */
#ifndef OCSP_ANSWER_ANSWER_H
#define OCSP_ANSWER_ANSWER_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/response.h"
#include "status/table.h"
#include "wire/der.h"
#include "wire/request.h"

/** How long a revocation from stale data is valid, seconds. */
#define OCSP_ANSWER_STALE_REVOKED_S 3600

/** How much earlier thisUpdate is if it is the time of a look at the sources,
 * seconds, for clients whose clocks are behind (R99). */
#define OCSP_ANSWER_SKEW_S 300

/** How long a response about an unlisted serial number is valid, unless it is
 * good, seconds: it may be issued any time (R61). */
#define OCSP_ANSWER_UNKNOWN_S 600

/** What the responder knows about a CertID. */
typedef enum {
    OCSP_ANSWER_FOREIGN = 0, /* its issuer is not served here */
    OCSP_ANSWER_UNREADABLE,  /* its issuer may be one that could not be read */
    OCSP_ANSWER_NO_TABLE,    /* its issuer has no table */
    OCSP_ANSWER_RECORD       /* record is filled */
} ocsp_answer_knowledge_t;

/** The response about a serial number that no source lists, neither as revoked
 * nor as issued (OCSPUnlisted). */
typedef enum {
    OCSP_ANSWER_UNLISTED_GOOD = 0,
    OCSP_ANSWER_UNLISTED_UNKNOWN,
    OCSP_ANSWER_UNLISTED_UNAUTHORIZED, /* for the whole request */
    OCSP_ANSWER_UNLISTED_REVOKED       /* RFC 6960 section 2.2 */
} ocsp_answer_unlisted_t;

/** Where thisUpdate comes from (OCSPThisUpdate). */
typedef enum {
    OCSP_ANSWER_THIS_UPDATE_SOURCE = 0, /* the source */
    OCSP_ANSWER_THIS_UPDATE_CHECKED     /* the last successful look at it */
} ocsp_answer_this_update_t;

/** Octets of the digest of an issuer's sources. */
#define OCSP_ANSWER_SOURCES_LEN 8

/** The configuration of an issuer's responses. */
typedef struct {
    unsigned char sources[OCSP_ANSWER_SOURCES_LEN]; /* digest of their names */
    int64_t next_update_s; /* OCSPNextUpdate, seconds, 1 or more */
    bool limits_age;       /* OCSPAnswerAge is set: */
    int64_t answer_age_s;  /* seconds; 0: each response is signed on request */
    ocsp_answer_unlisted_t unlisted;
    ocsp_answer_this_update_t this_update;
    bool complete;     /* OCSPCRLCoverage complete */
    bool ignore_nonce; /* OCSPNonce ignore */
    int64_t grace_s;   /* OCSPStaleGrace, 0 or more */
    int64_t max_age_s; /* OCSPSourceMaxAge: see ocsp_table_find_end */
    int64_t recheck_s; /* how long data without an end of its own is used after
                          the last successful look at it, seconds; 0: no limit
                          (OCSPRefresh off) */
} ocsp_answer_policy_t;

/** The signers of an issuer, in the order of the configuration. */
typedef struct {
    const ocsp_response_template_t *const *templs;
    size_t count; /* 0: none */
} ocsp_answer_signers_t;

/** A certificate of a request. */
typedef struct {
    ocsp_der_t certid;
    ocsp_answer_knowledge_t knowledge;
    ocsp_record_t record;                 /* of OCSP_ANSWER_RECORD */
    const ocsp_answer_signers_t *signers; /* of its issuer; NULL: no issuer */
    const ocsp_answer_policy_t *policy;   /* likewise */
} ocsp_answer_subject_t;

/** A response, or an error. Times are in seconds since 1970. */
typedef struct {
    ocsp_response_status_t status;
    ocsp_der_t der; /* static, or newly made in the pool */
    /* of OCSP_RESPONSE_SUCCESSFUL: */
    const ocsp_signer_t *signer;
    int64_t produced_at;
    int64_t this_update; /* the latest of all certificates */
    int64_t next_update; /* the earliest of all certificates */
    int64_t send_until;  /* by OCSPAnswerAge; INT64_MAX: not set */
    unsigned good;       /* certificates of each status */
    unsigned revoked;
    unsigned unknown;
    bool cacheable; /* by HTTP caches: without a nonce and OCSPAnswerAge 0, not
                       about an unlisted serial number unless good, and not by a
                       signer that the client prefers (R115, R166) */
    /* of an error: */
    const char *why;    /* a fragment for the log */
    bool signers_ended; /* no signer is within its dates */
} ocsp_answer_t;

/** A response before it is signed. All but answer is set only if that is
 * OCSP_RESPONSE_SUCCESSFUL, then without der. */
typedef struct {
    ocsp_answer_t answer;
    const ocsp_response_template_t *templ;
    ocsp_response_content_t content;
    bool cacheable; /* the answer would be, without the nonce */
    const ocsp_answer_policy_t *policy; /* of the first certificate */
    int64_t age_s; /* the shortest OCSPAnswerAge; INT64_MAX: none is set */
} ocsp_answer_draft_t;

/**
 * Decide which response is sent, and by which signer. A permanent error
 * precedes a temporary one, so that no client retries in vain:
 * 1. unauthorized: an issuer that is not served here, or issuers without a
 *    common signer (R58, R59);
 * 2. tryLater: an issuer that may be one that could not be read, without data,
 *    without a signer, or with none within its dates; stale data, but for a
 *    final revocation (R67, R68); CRLs that may not cover a serial number which
 *    they do not list; no time left until nextUpdate (R76, R127);
 * 3. unauthorized: OCSPUnlisted, for an unlisted serial number.
 *
 * signer_select.h selects the signer (R118, R127). Data is stale from
 * ocsp_table_find_end on, or if it has no end of its own (issuance data, a CRL
 * without nextUpdate) from recheck_s after the last successful look on.
 *
 * nextUpdate is the earliest of now + next_update_s, the signer's notAfter, and
 * the CRL's nextUpdate or, once that is past, the end of its grace; for stale
 * data it is now + OCSP_ANSWER_STALE_REVOKED_S. thisUpdate is by the policy
 * that of the CRL or the last successful look, without a CRL always the look; a
 * look counts as OCSP_ANSWER_SKEW_S earlier, but not before the CRL's
 * thisUpdate. It is never after now (R96, R97, R99, R104). A nonce is echoed
 * unless an issuer ignores it (R109).
 * @param out always filled; points into p, subjects and request
 * @param count 1 or more
 * @param request its certids are ignored, they are subjects
 * @param now seconds since 1970
 * Any thread.
 */
void ocsp_answer_draft(ocsp_answer_draft_t *out,
                       const ocsp_answer_subject_t *subjects, size_t count,
                       const ocsp_request_t *request, int64_t now,
                       apr_pool_t *p);

/**
 * Sign a draft of OCSP_RESPONSE_SUCCESSFUL. If that fails, its answer becomes
 * internalError (R77).
 * @param contexts of this thread, or NULL: see ocsp_signer_sign
 * Any thread.
 */
void ocsp_answer_sign(ocsp_answer_draft_t *draft,
                      ocsp_signer_contexts_t *contexts, apr_pool_t *p);

/** Make an answer that is an error; why is borrowed. Pure. */
void ocsp_answer_refuse(ocsp_answer_t *out, ocsp_response_status_t status,
                        const char *why);

/** Remove the nonce, as a busy responder may (RFC 9919 section 3.2.1, R116).
 * @return false: there was none. Pure. */
bool ocsp_answer_remove_nonce(ocsp_answer_draft_t *draft);

/** Octets of the longest key. */
#define OCSP_ANSWER_KEY_MAX 256

/**
 * Make the key of a draft, under which its response can be cached. Drafts with
 * the same key have the same response but for its times: it has the template,
 * the status with reason and time, the policy of times, the sources and the
 * CertID (R47, R72).
 * @return octets of the key; 0: not to be cached. That is an error, or with a
 *         nonce, about several certificates, about an unlisted serial number
 *         unless good, with a CertID that is too long, or with OCSPAnswerAge 0.
 *         Pure.
 */
size_t ocsp_answer_get_key(unsigned char key[OCSP_ANSWER_KEY_MAX],
                           const ocsp_answer_draft_t *draft);

/** @return the CertID in a key. Pure. */
ocsp_der_t ocsp_answer_get_certid(ocsp_der_t key);

/** @return the id of the template in a key. Pure. */
const unsigned char *ocsp_answer_get0_template_id(ocsp_der_t key);

/** How long a reused response must be valid, which is what clients subtract
 * from nextUpdate and a bit more, seconds (R102). */
#define OCSP_ANSWER_LEFT_S 360

/** The times of a cached response, seconds since 1970. */
typedef struct {
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;
} ocsp_answer_times_t;

/**
 * @return whether a cached response with the key of a draft can be reused: it
 *         claims no more than a new one would (R97, R104), is not from the
 *         future and not older than OCSPAnswerAge, and is valid for another
 *         OCSP_ANSWER_LEFT_S, or as long as a new one. Pure.
 */
bool ocsp_answer_may_reuse(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made);

/** Reuse a cached response: the answer gets its times and bytes. Pure. */
void ocsp_answer_reuse(ocsp_answer_draft_t *draft,
                       const ocsp_answer_times_t *made, ocsp_der_t der);

/** @return whether a new response would be better than a cached one: its
 * nextUpdate or the end of its OCSPAnswerAge is later. Pure. */
bool ocsp_answer_is_better(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made);

/**
 * @param age_s OCSPAnswerAge; INT64_MAX: not set
 * @param random any number, which moves the result by a sixteenth at most, so
 *        that responses made together are not renewed together
 * @return when a cached response is to be renewed: after half of its validity
 *         or of OCSPAnswerAge, and at least OCSP_ANSWER_LEFT_S before its end.
 *         Pure.
 */
int64_t ocsp_answer_find_renewal(const ocsp_answer_times_t *made, int64_t age_s,
                                 uint32_t random);

#endif
