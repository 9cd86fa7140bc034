/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The answer policy as a table: every branch, and both sides of every boundary.
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
} asked_t;

/* What is known of most: not listed, data of yesterday, for a week. */
#define GOOD(by)                                                               \
    {                                                                          \
        OCSP_ANSWER_RECORD, by, false, OCSP_CRL_NO_REASON, NOW - DAY,          \
            NOW + 7 * DAY                                                      \
    }
#define REVOKED(why)                                                           \
    {                                                                          \
        OCSP_ANSWER_RECORD, USUAL, true, why, NOW - DAY, NOW + 7 * DAY         \
    }
#define UNTIL(by, next)                                                        \
    {                                                                          \
        OCSP_ANSWER_RECORD, by, false, OCSP_CRL_NO_REASON, NOW - DAY, next     \
    }
#define REVOKED_UNTIL(why, by, next)                                           \
    {                                                                          \
        OCSP_ANSWER_RECORD, by, true, why, NOW - DAY, next                     \
    }
#define SINCE(since)                                                           \
    {                                                                          \
        OCSP_ANSWER_RECORD, USUAL, false, OCSP_CRL_NO_REASON, since,           \
            NOW + 7 * DAY                                                      \
    }
/* what a caller leaves in a record that it did not fill must not matter */
#define KNOWN(knowledge, by)                                                   \
    {                                                                          \
        knowledge, by, false, OCSP_CRL_NO_REASON, NOW - DAY, NOW + 7 * DAY     \
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
} case_t;

/* clang-format off */
static const case_t cases[] = {
    /* R53 R97 */
    {"good, for as long as the policy wants", 1, {GOOD(USUAL)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 1, 0},
    {"revoked", 1, {REVOKED(1)}, 0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1},
    {"revoked without a reason", 1, {REVOKED(OCSP_CRL_NO_REASON)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 0, 1},
    /* R57 */
    {"on hold", 1, {REVOKED(6)}, 0, OK, NOW - DAY, NOW + 12 * HOUR, 0, 1},
    {"no longer than the data is good for", 1, {UNTIL(USUAL, NOW + HOUR)}, 0,
     OK, NOW - DAY, NOW + HOUR, 1, 0},
    {"the policy may allow more than the data", 1, {GOOD(USUAL)}, 30 * DAY,
     OK, NOW - DAY, NOW + 7 * DAY, 1, 0},
    {"a policy of one second", 1, {GOOD(USUAL)}, 1,
     OK, NOW - DAY, NOW + 1, 1, 0},
    {"a policy of all time does not overflow", 1,
     {UNTIL(USUAL, OCSP_GTIME_MAX)}, INT64_MAX,
     OK, NOW - DAY, INT64_C(2051222400), 1, 0},
    /* R104 */
    {"no longer than the signer is valid", 1, {GOOD(ENDING)}, 0,
     OK, NOW - DAY, NOW + 600, 1, 0},
    {"a signer in its last second has nothing left", 1, {GOOD(LAST)}, 0,
     LATER, 0, 0, 0, 0},
    /* R127 */
    {"a signer a second past its end", 1, {GOOD(EXPIRED)}, 0,
     LATER, 0, 0, 0, 0},
    {"a signer in its first second", 1, {GOOD(STARTING)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 1, 0},
    {"a signer a second before its start", 1, {GOOD(EARLY)}, 0,
     LATER, 0, 0, 0, 0},
    {"an expired signer even for a revocation", 1,
     {REVOKED_UNTIL(1, EXPIRED, NOW + DAY)}, 0, LATER, 0, 0, 0, 0},
    /* R96 R103 */
    {"data from a clock ahead: thisUpdate is now", 1, {SINCE(NOW + 300)}, 0,
     OK, NOW, NOW + 12 * HOUR, 1, 0},
    {"data of this very second", 1, {SINCE(NOW)}, 0,
     OK, NOW, NOW + 12 * HOUR, 1, 0},
    {"data of the second before", 1, {SINCE(NOW - 1)}, 0,
     OK, NOW - 1, NOW + 12 * HOUR, 1, 0},
    /* R67 */
    {"the data's last second", 1, {UNTIL(USUAL, NOW + 1)}, 0,
     OK, NOW - DAY, NOW + 1, 1, 0},
    {"good at the data's nextUpdate: never", 1, {UNTIL(USUAL, NOW)}, 0,
     LATER, 0, 0, 0, 0},
    {"good after it: never", 1, {UNTIL(USUAL, NOW - DAY)}, 0,
     LATER, 0, 0, 0, 0},
    {"good by data that never was good for a time", 1,
     {UNTIL(USUAL, INT64_MIN)}, 0, LATER, 0, 0, 0, 0},
    /* R68 */
    {"revoked in the data's last second", 1,
     {REVOKED_UNTIL(1, USUAL, NOW + 1)}, 0, OK, NOW - DAY, NOW + 1, 0, 1},
    {"revoked at the data's nextUpdate: for an hour", 1,
     {REVOKED_UNTIL(1, USUAL, NOW)}, 0, OK, NOW - DAY, NOW + HOUR, 0, 1},
    {"revoked long after it: for an hour", 1,
     {REVOKED_UNTIL(OCSP_CRL_NO_REASON, USUAL, NOW - 300 * DAY)}, 0,
     OK, NOW - DAY, NOW + HOUR, 0, 1},
    {"stale and revoked, the policy allowing less", 1,
     {REVOKED_UNTIL(4, USUAL, NOW)}, 60, OK, NOW - DAY, NOW + 60, 0, 1},
    {"stale and revoked, the signer ending", 1,
     {REVOKED_UNTIL(4, ENDING, NOW)}, 0, OK, NOW - DAY, NOW + 600, 0, 1},
    {"on hold in the data's last second", 1,
     {REVOKED_UNTIL(6, USUAL, NOW + 1)}, 0, OK, NOW - DAY, NOW + 1, 0, 1},
    {"on hold at the data's nextUpdate: it may be lifted", 1,
     {REVOKED_UNTIL(6, USUAL, NOW)}, 0, LATER, 0, 0, 0, 0},
    {"stale: one final revocation does not answer for the other", 2,
     {REVOKED_UNTIL(1, USUAL, NOW), UNTIL(USUAL, NOW)}, 0, LATER, 0, 0, 0, 0},
    /* R76 */
    {"no data", 1, {NO_TABLE}, 0, LATER, 0, 0, 0, 0},
    {"no signer", 1, {GOOD(NOBODY)}, 0, LATER, 0, 0, 0, 0},
    {"an issuer that could not be read", 1, {UNREADABLE}, 0,
     LATER, 0, 0, 0, 0},
    {"no data for the second of two", 2, {GOOD(USUAL), NO_TABLE}, 0,
     LATER, 0, 0, 0, 0},
    {"no signer for the second of two", 2, {GOOD(USUAL), GOOD(NOBODY)}, 0,
     LATER, 0, 0, 0, 0},
    {"no signer for the first of two", 2, {GOOD(NOBODY), GOOD(USUAL)}, 0,
     LATER, 0, 0, 0, 0},
    {"the second of two unreadable", 2, {GOOD(USUAL), UNREADABLE}, 0,
     LATER, 0, 0, 0, 0},
    /* R58 */
    {"a foreign issuer", 1, {FOREIGN}, 0, UNAUTHORIZED, 0, 0, 0, 0},
    {"a foreign issuer, whoever might sign", 1,
     {KNOWN(OCSP_ANSWER_FOREIGN, USUAL)}, 0, UNAUTHORIZED, 0, 0, 0, 0},
    /* R59 */
    {"a foreign issuer behind one that is served", 2, {GOOD(USUAL), FOREIGN},
     0, UNAUTHORIZED, 0, 0, 0, 0},
    {"a foreign issuer in front of one that is served", 2,
     {FOREIGN, GOOD(USUAL)}, 0, UNAUTHORIZED, 0, 0, 0, 0},
    {"a foreign issuer behind what may be later", 3,
     {UNREADABLE, NO_TABLE, FOREIGN}, 0, UNAUTHORIZED, 0, 0, 0, 0},
    {"two CAs", 2, {GOOD(USUAL), GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0},
    {"two CAs, the last of three", 3,
     {GOOD(USUAL), GOOD(USUAL), GOOD(OTHER_CA)}, 0, UNAUTHORIZED, 0, 0, 0, 0},
    {"two CAs, the middle one of three", 3,
     {GOOD(USUAL), GOOD(OTHER_CA), GOOD(USUAL)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0},
    {"two CAs and no signer between them", 3,
     {GOOD(USUAL), GOOD(NOBODY), GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0},
    {"two CAs, one without data", 2, {NO_TABLE, GOOD(OTHER_CA)}, 0,
     UNAUTHORIZED, 0, 0, 0, 0},
    /* R40 R41 */
    {"three: the latest thisUpdate, the earliest nextUpdate", 3,
     {GOOD(USUAL),
      {OCSP_ANSWER_RECORD, USUAL, true, 1, NOW - HOUR, NOW + HOUR},
      {OCSP_ANSWER_RECORD, USUAL, false, -1, NOW - 2 * HOUR, NOW + 2 * HOUR}},
     0, OK, NOW - HOUR, NOW + HOUR, 2, 1},
    {"the same one twice", 2, {REVOKED(4), REVOKED(4)}, 0,
     OK, NOW - DAY, NOW + 12 * HOUR, 0, 2},
};
/* clang-format on */

#endif
