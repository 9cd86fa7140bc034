/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cases of answer.c: every branch of the policy, and both sides of every
 * limit.
 */
#ifndef OCSP_UNIT_ANSWER_CASES_H
#define OCSP_UNIT_ANSWER_CASES_H

#include "answer/answer.h"
#include "pki.h"
#include "wire/gtime.h"

#define NOW PKI_NOW
#define HOUR INT64_C(3600)
#define DAY PKI_DAY
#define SUBJECTS_MAX 3

/* Who signs. All but the last are delegates of one CA. */
enum {
    NOBODY = 0,
    USUAL,    /* from 2025 to 2035 */
    ENDING,   /* notAfter in ten minutes */
    LAST,     /* notAfter now */
    EXPIRED,  /* notAfter a second ago */
    STARTING, /* notBefore now */
    EARLY,    /* notBefore in a second */
    OTHER_CA, /* another CA's */
    SIGNERS
};

/* One certificate asked about, in short. */
typedef struct {
    ocsp_answer_knowledge_t knowledge;
    int signer;
    bool listed;
    int reason;
    int64_t this_update;
    int64_t next_update;
    int64_t checked;
    ocsp_answer_unlisted_t unlisted; /* of its policy */
    ocsp_answer_this_update_t from;  /* likewise */
} asked_t;

#define ASKED(what, by, is_listed, why, since, until)                          \
    .knowledge = (what), .signer = (by), .listed = (is_listed),                \
    .reason = (why), .this_update = (since), .next_update = (until)
#define LISTED(by, why, since, until)                                          \
    ASKED(OCSP_ANSWER_RECORD, by, true, why, since, until)
#define NOT_LISTED(by, since, until)                                           \
    ASKED(OCSP_ANSWER_RECORD, by, false, OCSP_CRL_NO_REASON, since, until)

/* What is known of most: not listed, data of yesterday, for a week. */
#define GOOD(by)                                                               \
    {                                                                          \
        NOT_LISTED(by, NOW - DAY, NOW + 7 * DAY)                               \
    }
#define REVOKED(why)                                                           \
    {                                                                          \
        LISTED(USUAL, why, NOW - DAY, NOW + 7 * DAY)                           \
    }
#define UNTIL(by, next)                                                        \
    {                                                                          \
        NOT_LISTED(by, NOW - DAY, next)                                        \
    }
#define REVOKED_UNTIL(why, by, next)                                           \
    {                                                                          \
        LISTED(by, why, NOW - DAY, next)                                       \
    }
#define SINCE(since)                                                           \
    {                                                                          \
        NOT_LISTED(USUAL, since, NOW + 7 * DAY)                                \
    }
/* where its policy is not to call it good */
#define UNLISTED(how, next)                                                    \
    {                                                                          \
        NOT_LISTED(USUAL, NOW - DAY, next),                                    \
            .unlisted = OCSP_ANSWER_UNLISTED_##how                             \
    }
/* where the data was looked at last then */
#define CHECKED(since, then)                                                   \
    {                                                                          \
        NOT_LISTED(USUAL, since, NOW + 7 * DAY),                               \
            .checked = (then), .from = OCSP_ANSWER_THIS_UPDATE_CHECKED         \
    }
/* what a caller leaves in a record that it did not fill must not matter */
#define KNOWN(what, by)                                                        \
    {                                                                          \
        ASKED(what, by, false, OCSP_CRL_NO_REASON, NOW - DAY, NOW + 7 * DAY)   \
    }
#define FOREIGN KNOWN(OCSP_ANSWER_FOREIGN, NOBODY)
#define UNREADABLE KNOWN(OCSP_ANSWER_UNREADABLE, NOBODY)
#define NO_TABLE KNOWN(OCSP_ANSWER_NO_TABLE, USUAL)

#define OK OCSP_RESPONSE_SUCCESSFUL
#define LATER OCSP_RESPONSE_TRY_LATER
#define UNAUTHORIZED OCSP_RESPONSE_UNAUTHORIZED
#define INTERNAL OCSP_RESPONSE_INTERNAL_ERROR

typedef struct {
    const char *name;
    size_t count;
    asked_t asked[SUBJECTS_MAX];
    int64_t policy_s; /* 0: 12 hours */
    ocsp_response_status_t want;
    int64_t this_update; /* of a success */
    int64_t next_update;
    unsigned good;
    unsigned revoked;
    unsigned unknown;
    bool fleeting; /* no HTTP cache may keep it */
} case_t;

/* clang-format off */
static const case_t cases[] = {
    /* R53 R97 */
    {"good, for as long as the policy wants", 1, {GOOD(USUAL)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 1, 0, 0, false},
    {"revoked", 1, {REVOKED(1)}, 0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    {"revoked without a reason", 1, {REVOKED(OCSP_CRL_NO_REASON)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    /* R57 */
    {"on hold", 1, {REVOKED(6)}, 0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    {"no longer than the data is good for", 1, {UNTIL(USUAL, NOW + HOUR)}, 0,
     OK, NOW - DAY, NOW + HOUR, 1, 0, 0, false},
    {"the policy may allow more than the data", 1, {GOOD(USUAL)}, 30 * DAY,
     OK, NOW - DAY, NOW + 7 * DAY, 1, 0, 0, false},
    {"a policy of one second", 1, {GOOD(USUAL)}, 1,
     OK, NOW - DAY, NOW + 1, 1, 0, 0, false},
    {"a policy of all time does not overflow", 1,
     {UNTIL(USUAL, OCSP_GTIME_MAX)}, INT64_MAX,
     OK, NOW - DAY, INT64_C(2051222400), 1, 0, 0, false},
    /* R104 */
    {"no longer than the signer is valid", 1, {GOOD(ENDING)}, 0,
     OK, NOW - DAY, NOW + 600, 1, 0, 0, false},
    {"a signer in its last second has nothing left", 1, {GOOD(LAST)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    /* R127 */
    {"a signer a second past its end", 1, {GOOD(EXPIRED)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"a signer in its first second", 1, {GOOD(STARTING)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 1, 0, 0, false},
    {"a signer a second before its start", 1, {GOOD(EARLY)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"an expired signer even for a revocation", 1,
     {REVOKED_UNTIL(1, EXPIRED, NOW + DAY)}, 0, LATER, 0, 0, 0, 0, 0, false},
    /* R96 R103 */
    {"data from a clock ahead: thisUpdate is now", 1, {SINCE(NOW + 300)}, 0,
     OK, NOW, NOW + 12 * HOUR, 1, 0, 0, false},
    {"data of this very second", 1, {SINCE(NOW)}, 0,
     OK, NOW, NOW + 12 * HOUR, 1, 0, 0, false},
    {"data of the second before", 1, {SINCE(NOW - 1)}, 0,
     OK, NOW - 1, NOW + 12 * HOUR, 1, 0, 0, false},
    /* R67 */
    {"the data's last second", 1, {UNTIL(USUAL, NOW + 1)}, 0,
     OK, NOW - DAY, NOW + 1, 1, 0, 0, false},
    {"good at the data's nextUpdate: never", 1, {UNTIL(USUAL, NOW)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"good after it: never", 1, {UNTIL(USUAL, NOW - DAY)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"good by data that never was good for a time", 1,
     {UNTIL(USUAL, INT64_MIN + 1)}, 0, LATER, 0, 0, 0, 0, 0, false},
    /* R68 */
    {"revoked in the data's last second", 1,
     {REVOKED_UNTIL(1, USUAL, NOW + 1)}, 0, OK, NOW - DAY, NOW + 1, 0, 1, 0, false},
    {"revoked at the data's nextUpdate: for an hour", 1,
     {REVOKED_UNTIL(1, USUAL, NOW)}, 0, OK, NOW - DAY, NOW + HOUR, 0, 1, 0, false},
    {"revoked long after it: for an hour", 1,
     {REVOKED_UNTIL(OCSP_CRL_NO_REASON, USUAL, NOW - 300 * DAY)}, 0,
     OK, NOW - DAY, NOW + HOUR, 0, 1, 0, false},
    {"stale and revoked, the policy allowing less", 1,
     {REVOKED_UNTIL(4, USUAL, NOW)}, 60, OK, NOW - DAY, NOW + 60, 0, 1, 0, false},
    {"stale and revoked, the signer ending", 1,
     {REVOKED_UNTIL(4, ENDING, NOW)}, 0, OK, NOW - DAY, NOW + 600, 0, 1, 0, false},
    {"on hold in the data's last second", 1,
     {REVOKED_UNTIL(6, USUAL, NOW + 1)}, 0, OK, NOW - DAY, NOW + 1, 0, 1, 0, false},
    {"on hold at the data's nextUpdate: it may be lifted", 1,
     {REVOKED_UNTIL(6, USUAL, NOW)}, 0, LATER, 0, 0, 0, 0, 0, false},
    {"stale: one final revocation does not answer for the other", 2,
     {REVOKED_UNTIL(1, USUAL, NOW), UNTIL(USUAL, NOW)}, 0, LATER, 0, 0, 0, 0, 0, false},
    /* R76 */
    {"no data", 1, {NO_TABLE}, 0, LATER, 0, 0, 0, 0, 0, false},
    {"no signer", 1, {GOOD(NOBODY)}, 0, LATER, 0, 0, 0, 0, 0, false},
    {"an issuer that could not be read", 1, {UNREADABLE}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"no data for the second of two", 2, {GOOD(USUAL), NO_TABLE}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"no signer for the second of two", 2, {GOOD(USUAL), GOOD(NOBODY)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"no signer for the first of two", 2, {GOOD(NOBODY), GOOD(USUAL)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"the second of two unreadable", 2, {GOOD(USUAL), UNREADABLE}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    /* R58 */
    {"a foreign issuer", 1, {FOREIGN}, 0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"a foreign issuer, although there is a signer", 1,
     {KNOWN(OCSP_ANSWER_FOREIGN, USUAL)}, 0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    /* R59 */
    {"a foreign issuer behind one that is served", 2, {GOOD(USUAL), FOREIGN},
     0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"a foreign issuer in front of one that is served", 2,
     {FOREIGN, GOOD(USUAL)}, 0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"a foreign issuer behind what may be later", 3,
     {UNREADABLE, NO_TABLE, FOREIGN}, 0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"two CAs", 2, {GOOD(USUAL), GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"two CAs, the last of three", 3,
     {GOOD(USUAL), GOOD(USUAL), GOOD(OTHER_CA)}, 0, UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"two CAs, the middle one of three", 3,
     {GOOD(USUAL), GOOD(OTHER_CA), GOOD(USUAL)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"two CAs and no signer between them", 3,
     {GOOD(USUAL), GOOD(NOBODY), GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"two CAs, one without data", 2, {NO_TABLE, GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    /* R40 R41 R103 */
    {"three: the latest thisUpdate, the earliest nextUpdate", 3,
     {GOOD(USUAL),
      {LISTED(USUAL, 1, NOW - HOUR, NOW + HOUR)},
      {NOT_LISTED(USUAL, NOW - 2 * HOUR, NOW + 2 * HOUR)}},
     0, OK, NOW - HOUR, NOW + HOUR, 2, 1, 0, false},
    {"the same certificate twice", 2, {REVOKED(4), REVOKED(4)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 0, 2, 0, false},
    /* R61: it may be issued any time */
    {"unknown, for ten minutes", 1, {UNLISTED(UNKNOWN, NOW + DAY)}, 0,
     OK, NOW - DAY, NOW + 600, 0, 0, 1, true},
    {"unknown, the data ending sooner", 1, {UNLISTED(UNKNOWN, NOW + 599)}, 0,
     OK, NOW - DAY, NOW + 599, 0, 0, 1, true},
    {"unknown, the policy allowing less", 1, {UNLISTED(UNKNOWN, NOW + DAY)},
     60, OK, NOW - DAY, NOW + 60, 0, 0, 1, true},
    {"unknown by stale data: not even that", 1, {UNLISTED(UNKNOWN, NOW)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"one good, one unknown", 2, {GOOD(USUAL), UNLISTED(UNKNOWN, NOW + DAY)},
     0, OK, NOW - DAY, NOW + 600, 1, 0, 1, true},
    {"revoked where the others are unknown", 1,
     {{LISTED(USUAL, 1, NOW - DAY, NOW + DAY),
       .unlisted = OCSP_ANSWER_UNLISTED_UNKNOWN}},
     0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    {"unauthorized: unlisted", 1, {UNLISTED(UNAUTHORIZED, NOW + DAY)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"unauthorized: one of three unlisted", 3,
     {GOOD(USUAL), REVOKED(1), UNLISTED(UNAUTHORIZED, NOW + DAY)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0, 0, false},
    {"unlisted in stale data is not unauthorized", 1,
     {UNLISTED(UNAUTHORIZED, NOW)}, 0, LATER, 0, 0, 0, 0, 0, false},
    {"unauthorized by one, the other's data being stale", 2,
     {UNLISTED(UNAUTHORIZED, NOW + DAY), UNTIL(USUAL, NOW)}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"unauthorized by one, no data for the other", 2,
     {UNLISTED(UNAUTHORIZED, NOW + DAY), NO_TABLE}, 0,
     LATER, 0, 0, 0, 0, 0, false},
    {"revoked where the others are unauthorized", 1,
     {{LISTED(USUAL, 1, NOW - DAY, NOW + DAY),
       .unlisted = OCSP_ANSWER_UNLISTED_UNAUTHORIZED}},
     0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    /* R62 */
    {"never issued, so revoked, for ten minutes", 1,
     {UNLISTED(REVOKED, NOW + DAY)}, 0,
     OK, NOW - DAY, NOW + 600, 0, 1, 0, true},
    {"never issued by stale data: not even that", 1,
     {UNLISTED(REVOKED, NOW)}, 0, LATER, 0, 0, 0, 0, 0, false},
    {"one revoked, one never issued", 2,
     {REVOKED(1), UNLISTED(REVOKED, NOW + DAY)}, 0,
     OK, NOW - DAY, NOW + 600, 0, 2, 0, true},
    {"revoked where the others were never issued", 1,
     {{LISTED(USUAL, 1, NOW - DAY, NOW + DAY),
       .unlisted = OCSP_ANSWER_UNLISTED_REVOKED}},
     0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1, 0, false},
    /* R96 R97: OCSPThisUpdate checked */
    {"checked a minute ago: five minutes before", 1,
     {CHECKED(NOW - 20 * DAY, NOW - 60)}, 0,
     OK, NOW - 360, NOW + 12 * HOUR, 1, 0, 0, false},
    {"never checked: the source's", 1, {CHECKED(NOW - 20 * DAY, 0)}, 0,
     OK, NOW - 20 * DAY, NOW + 12 * HOUR, 1, 0, 0, false},
    {"checked by a clock ahead: five minutes ago", 1,
     {CHECKED(NOW - DAY, NOW + 1)}, 0, OK, NOW - 300, NOW + 12 * HOUR, 1, 0, 0, false},
    {"checked a minute ago, but not before the CRL was made", 1,
     {CHECKED(NOW - 120, NOW - 60)}, 0,
     OK, NOW - 120, NOW + 12 * HOUR, 1, 0, 0, false},
    {"checked, and made by a clock ahead: now", 1,
     {CHECKED(NOW + 60, NOW - 60)}, 0,
     OK, NOW, NOW + 12 * HOUR, 1, 0, 0, false},
    {"checked, but the source's time is wanted", 1,
     {{NOT_LISTED(USUAL, NOW - DAY, NOW + DAY), .checked = NOW - 60}}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 1, 0, 0, false},
};
/* clang-format on */

#endif
