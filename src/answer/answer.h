/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The policy: what was asked, what is known, who may sign and what time it is
 * -> bytes. The one place that decides what is said; it knows no server, no
 * table and no clock. When unsure it says tryLater, never good. Floor 2.
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

/** How far ahead a revocation known from stale data is still said, seconds. */
#define OCSP_ANSWER_STALE_REVOKED_S 3600

/** How far back thisUpdate is put where it is when issuance data was last read,
 * seconds, for clocks of clients (R99). */
#define OCSP_ANSWER_SKEW_S 300

/** How long what is said of a serial that nothing lists holds at most, seconds:
 * it may be issued any time (R61). */
#define OCSP_ANSWER_UNKNOWN_S 600

/** What is known of a CertID. */
typedef enum {
    OCSP_ANSWER_FOREIGN = 0, /* none of our issuers */
    OCSP_ANSWER_UNREADABLE,  /* cannot tell: an issuer could not be read */
    OCSP_ANSWER_NO_TABLE,    /* ours, but no data */
    OCSP_ANSWER_RECORD       /* ours, and record is filled */
} ocsp_answer_knowledge_t;

/** What is said of a serial that no source lists, neither as revoked nor as
 * issued (OCSPUnlisted). */
typedef enum {
    OCSP_ANSWER_UNLISTED_GOOD = 0,
    OCSP_ANSWER_UNLISTED_UNKNOWN,
    OCSP_ANSWER_UNLISTED_UNAUTHORIZED, /* of the whole request */
    OCSP_ANSWER_UNLISTED_REVOKED,      /* RFC 6960 section 2.2's extended
                                          revoke, to the letter */
    OCSP_ANSWER_UNLISTED_AUTO          /* good if only CRLs are known, unknown
                                          if issuance data is */
} ocsp_answer_unlisted_t;

/** Where thisUpdate comes from (OCSPThisUpdate). */
typedef enum {
    OCSP_ANSWER_THIS_UPDATE_SOURCE = 0, /* the source's own */
    OCSP_ANSWER_THIS_UPDATE_CHECKED     /* the last good look at the sources */
} ocsp_answer_this_update_t;

/** Octets by which two sets of sources are told apart. */
#define OCSP_ANSWER_SOURCES_LEN 8

/** How an issuer wants to be answered for. */
typedef struct {
    unsigned char sources[OCSP_ANSWER_SOURCES_LEN]; /* from which files it is
                                                       answered: a digest */
    int64_t next_update_s; /* longest validity of a response, seconds, > 0 */
    bool limits_age;       /* OCSPAnswerAge is set: */
    int64_t answer_age_s;  /* how old a response may be when it is sent,
                              seconds; 0: each is signed for its request */
    ocsp_answer_unlisted_t unlisted;
    ocsp_answer_this_update_t this_update;
    bool complete;     /* OCSPCRLCoverage complete */
    bool ignore_nonce; /* OCSPNonce ignore */
    int64_t grace_s;   /* OCSPStaleGrace, 0 or more */
    int64_t max_age_s; /* OCSPSourceMaxAge: see ocsp_table_find_end */
    int64_t recheck_s; /* how long data without an end of its own counts after
                          the last good look at it, seconds; 0: no such end
                          (OCSPRefresh off) */
} ocsp_answer_policy_t;

/** Who may sign for an issuer, in the order of the configuration. */
typedef struct {
    const ocsp_response_template_t *const *templs;
    size_t count; /* 0: nobody */
} ocsp_answer_signers_t;

/** One certificate asked about. */
typedef struct {
    ocsp_der_t certid;
    ocsp_answer_knowledge_t knowledge;
    ocsp_record_t record;                 /* of OCSP_ANSWER_RECORD */
    const ocsp_answer_signers_t *signers; /* its issuer's; NULL: no issuer */
    const ocsp_answer_policy_t *policy;   /* likewise */
} ocsp_answer_subject_t;

/** What a request asks for besides; see request.h. */
typedef struct {
    ocsp_der_t nonce;       /* data NULL: none */
    ocsp_der_t preferred;   /* data NULL: none */
    ocsp_der_t signed_with; /* data NULL: not signed */
} ocsp_answer_wishes_t;

/** What to say. */
typedef struct {
    ocsp_response_status_t status;
    ocsp_der_t der; /* static, or newly made in the pool */
    /* of OCSP_RESPONSE_SUCCESSFUL: */
    const ocsp_signer_t *signer;
    int64_t produced_at;
    int64_t this_update; /* the latest of all singles */
    int64_t next_update; /* the earliest of all singles */
    int64_t send_until;  /* the end of OCSPAnswerAge; INT64_MAX: not set */
    unsigned good;       /* singles of each status */
    unsigned revoked;
    unsigned unknown;
    bool lasting; /* HTTP caches may keep it: no nonce, nothing said of what is
                     not listed but good, no signer by wish, and not with
                     OCSPAnswerAge 0 (R115, R166) */
    /* otherwise: */
    const char *why;    /* a fragment for the log */
    bool signers_ended; /* nobody who may sign is within his dates */
} ocsp_answer_t;

/** What is going to be said, before it is signed. */
typedef struct {
    ocsp_answer_t answer; /* of OCSP_RESPONSE_SUCCESSFUL: without der */
    const ocsp_response_template_t *templ; /* likewise: who signs; and */
    ocsp_response_content_t content;       /* what */
    bool lasting; /* likewise: the answer's, were there no nonce */
    const ocsp_answer_policy_t *policy; /* likewise: of the first issuer */
    int64_t age_s; /* likewise: the shortest OCSPAnswerAge of all; INT64_MAX:
                      none is set */
} ocsp_answer_draft_t;

/**
 * Decide what is said, and who signs it. What will never be answered comes
 * before what may be later, so that no client retries in vain:
 * - a foreign CertID, or two that no one signer may answer together, is
 *   unauthorized for the whole request (R58, R59);
 * - then, of any CertID: not readable, no signer, no data, no signer within its
 *   dates, data that is stale by ocsp_table_find_end (67) but for a final
 *   revocation (68), CRLs that do not cover a serial which they do not list, or
 *   no time left until nextUpdate is tryLater (76, 127);
 * - then a serial that is not listed, where OCSPUnlisted says so, is
 *   unauthorized.
 * Who signs, of those within their dates that may sign for every CertID: see
 * election.h (R118, R127).
 * Data without an end of its own (issuance data, or a CRL without nextUpdate)
 * is stale, too, once recheck_s have passed since the last good look at it.
 * nextUpdate is the earliest of now + next_update_s, the signer's notAfter and
 * the data's, or of a CRL in its grace the end of that, or of stale data now +
 * OCSP_ANSWER_STALE_REVOKED_S; thisUpdate is as the policy says, or without a
 * CRL the last good look; a look is told OCSP_ANSWER_SKEW_S earlier, but not
 * before the CRL's thisUpdate; and never later than now (96, 97, 99, 104).
 * A nonce is echoed unless an issuer asked about ignores it (109).
 * @param out always filled; it points into p and to what subjects and wishes
 *        point to
 * @param count 1 or more
 * @param now seconds since 1970
 * Any thread.
 */
void ocsp_answer_draft(ocsp_answer_draft_t *out,
                       const ocsp_answer_subject_t *subjects, size_t count,
                       const ocsp_answer_wishes_t *wishes, int64_t now,
                       apr_pool_t *p);

/**
 * Sign a draft that is no error: its answer gets its bytes. What cannot be
 * signed or encoded becomes internalError (R77).
 * @param contexts of this thread, or NULL: see ocsp_signer_sign
 * Any thread.
 */
void ocsp_answer_sign(ocsp_answer_draft_t *draft,
                      ocsp_signer_contexts_t *contexts, apr_pool_t *p);

/** Leave the nonce out: RFC 9919 section 3.2.1 lets a responder that is too
 * busy to sign (R116). @return false: there was none. Pure. */
bool ocsp_answer_drop_nonce(ocsp_answer_draft_t *draft);

/** The longest key of a draft, in octets. */
#define OCSP_ANSWER_KEY_MAX 256

/**
 * What tells the response to a draft apart from all others but for its times:
 * the signer and how he presents himself, the status with reason and time, the
 * policy of times, the sources, the CertID to the octet (R47). So what was good
 * is never found for what is revoked (R72).
 * @return octets of it; 0: such a response is made each time: an error, with a
 *         nonce, about several certificates, about what is not listed unless
 *         that is good, a CertID too long, or with OCSPAnswerAge 0. Pure.
 */
size_t ocsp_answer_get_key(unsigned char key[OCSP_ANSWER_KEY_MAX],
                           const ocsp_answer_draft_t *draft);

/** The CertID in a key. Pure. */
ocsp_der_t ocsp_answer_get_certid(ocsp_der_t key);

/** The id of the template in a key, see ocsp_response_template_get0_id.
 * Pure. */
const unsigned char *ocsp_answer_get0_template_id(ocsp_der_t key);

/** Times of a response that was made before, seconds since 1970. */
typedef struct {
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;
} ocsp_answer_times_t;

/**
 * @return whether a response made before under a draft's key may be said now:
 *         it claims no more than one that would be made now (97, 104), is not
 *         of the future, not older than OCSPAnswerAge, and OCSP_ANSWER_LEFT_S
 *         are left of it, or as much as a new one would have (102). Pure.
 */
bool ocsp_answer_may_say(const ocsp_answer_draft_t *draft,
                         const ocsp_answer_times_t *made);

/** Say what was made before: the answer gets these bytes and times. Pure. */
void ocsp_answer_say(ocsp_answer_draft_t *draft,
                     const ocsp_answer_times_t *made, ocsp_der_t der);

/** What clients subtract from nextUpdate, and a bit more, in seconds
 * (R102). */
#define OCSP_ANSWER_LEFT_S 360

/**
 * @return whether a response made now is better than one made before that may
 *         be said: it ends later, or OCSPAnswerAge ends later for it. Pure.
 */
bool ocsp_answer_is_better(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made);

/**
 * From when on a response is made anew although it holds: half of its time or
 * of OCSPAnswerAge, sooner or later by up to a sixteenth, so that what was made
 * together is not renewed together; and no later than that OCSP_ANSWER_LEFT_S
 * are left.
 * @param age_s OCSPAnswerAge; INT64_MAX: not set
 * @param random any number. Pure.
 */
int64_t ocsp_answer_find_renewal(const ocsp_answer_times_t *made, int64_t age_s,
                                 uint32_t random);

/** An answer that is an error; why is borrowed. Pure. */
void ocsp_answer_refuse(ocsp_answer_t *out, ocsp_response_status_t status,
                        const char *why);

#endif
