/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/answer: responses with issuance data, and stale
 * data.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "answer/answer.h"
#include "answer_signers.h"
#include "answered.h"
#include "tap.h"
#include "wire/gtime.h"

#define MINUTE INT64_C(60)
#define ENDLESS OCSP_CRL_NO_NEXT_UPDATE

/* What is said. */
enum { TRY_LATER = 0, REFUSED, GOOD, REVOKED, UNKNOWN, NEVER_ISSUED };

/* What is known: since when, and until when of the CRL. */
#define CRL(since, until)                                                      \
    .crl = true, .this_update = (since), .next_update = (until)
#define USUAL_CRL CRL(NOW - DAY, NOW + DAY)
/* an index, changed and read and looked at since then */
#define INDEX(change, read, look)                                              \
    .issuance = true, .this_update = (read), .next_update = ENDLESS,           \
    .changed = (change), .checked = (look)
#define USUAL_INDEX INDEX(NOW - DAY, NOW - HOUR, NOW - MINUTE)
#define BOTH                                                                   \
    CRL(NOW - DAY, NOW + DAY), .issuance = true, .changed = NOW - HOUR,        \
                               .checked = NOW - MINUTE
#define PART USUAL_CRL, .partial = true
#define COMPLETE(how) how, .complete = true
#define LISTED(why)                                                            \
    .listed = true, .revocation_time = NOW - DAY, .reason = (why)

/* What is wanted: of OCSPUnlisted, OCSPStaleGrace, OCSPSourceMaxAge (unset). */
#define UNLISTED(how) .unlisted = OCSP_ANSWER_UNLISTED_##how, .max_age_s = -1
/* by default: unknown if there is issuance data, else good */
#define DEFAULT ((ocsp_answer_unlisted_t)(OCSP_ANSWER_UNLISTED_REVOKED + 1))
#define AUTO .unlisted = DEFAULT, .max_age_s = -1
#define GRACE(seconds) AUTO, .grace_s = (seconds)
#define MAX_AGE(seconds) .unlisted = DEFAULT, .max_age_s = (seconds)
#define CHECKED AUTO, .this_update = OCSP_ANSWER_THIS_UPDATE_CHECKED
/* how long data without an end of its own counts after the last look */
#define RECHECK(seconds) AUTO, .recheck_s = (seconds)

#define HALF_DAY (NOW + 12 * HOUR)
#define TEN_MINUTES (NOW + 10 * MINUTE)

typedef struct {
    const char *name;
    ocsp_record_t record;
    ocsp_answer_policy_t policy; /* of 12 hours, unless it says otherwise */
    int want;
    int64_t this_update; /* unless TRY_LATER or REFUSED; likewise: */
    int64_t next_update;
} row_t;

/* clang-format off */
static const row_t rows[] = {
    /* R53 R64 R65: issued is good, as soon as it is known, whatever else is not */
    {"issued", {USUAL_INDEX, .issued = true}, {AUTO},
     GOOD, NOW - 6 * MINUTE, HALF_DAY},
    {"issued, and the CRL does not list it", {BOTH, .issued = true}, {AUTO},
     GOOD, NOW - DAY, HALF_DAY},
    {"issued, where others are good", {BOTH, .issued = true}, {UNLISTED(GOOD)},
     GOOD, NOW - DAY, HALF_DAY},
    {"issued, where others are unknown", {BOTH, .issued = true},
     {UNLISTED(UNKNOWN)}, GOOD, NOW - DAY, HALF_DAY},
    {"issued, where others are unauthorized", {BOTH, .issued = true},
     {UNLISTED(UNAUTHORIZED)}, GOOD, NOW - DAY, HALF_DAY},
    {"issued, where others never were", {BOTH, .issued = true},
     {UNLISTED(REVOKED)}, GOOD, NOW - DAY, HALF_DAY},
    /* F2: no answer outlives the certificate, unless that has expired */
    {"issued, and ends in an hour",
     {USUAL_INDEX, .issued = true, .not_after = NOW + HOUR}, {AUTO},
     GOOD, NOW - 6 * MINUTE, NOW + HOUR},
    {"issued, beside a CRL, and ends in an hour",
     {BOTH, .issued = true, .not_after = NOW + HOUR}, {AUTO},
     GOOD, NOW - DAY, NOW + HOUR},
    {"issued, and ends in a year",
     {USUAL_INDEX, .issued = true, .not_after = NOW + 365 * DAY}, {AUTO},
     GOOD, NOW - 6 * MINUTE, HALF_DAY},
    {"issued, and ends in a second",
     {USUAL_INDEX, .issued = true, .not_after = NOW + 1}, {AUTO},
     GOOD, NOW - 6 * MINUTE, NOW + 1},
    {"issued, and ends now", {USUAL_INDEX, .issued = true, .not_after = NOW},
     {AUTO}, GOOD, NOW - 6 * MINUTE, HALF_DAY},
    {"issued, and ended a year ago",
     {USUAL_INDEX, .issued = true, .not_after = NOW - 365 * DAY}, {AUTO},
     GOOD, NOW - 6 * MINUTE, HALF_DAY},
    /* R53 R54 R57 */
    {"revoked by an index", {USUAL_INDEX, LISTED(4)}, {AUTO},
     REVOKED, NOW - 6 * MINUTE, HALF_DAY},
    {"on hold by an index", {USUAL_INDEX, LISTED(6)}, {AUTO},
     REVOKED, NOW - 6 * MINUTE, HALF_DAY},
    {"revoked by both", {BOTH, LISTED(1)}, {AUTO}, REVOKED, NOW - DAY, HALF_DAY},
    {"revoked, where others never were issued", {BOTH, LISTED(1)},
     {UNLISTED(REVOKED)}, REVOKED, NOW - DAY, HALF_DAY},
    /* R60 R61: what issuance data lacks */
    {"not issued", {USUAL_INDEX}, {AUTO}, UNKNOWN, NOW - 6 * MINUTE, TEN_MINUTES},
    {"not issued, nor on the CRL", {BOTH}, {AUTO}, UNKNOWN, NOW - DAY, TEN_MINUTES},
    {"not issued, by the directive unknown", {BOTH}, {UNLISTED(UNKNOWN)},
     UNKNOWN, NOW - DAY, TEN_MINUTES},
    {"not issued, by the directive good", {BOTH}, {UNLISTED(GOOD)},
     GOOD, NOW - DAY, HALF_DAY},
    {"not issued, by the directive unauthorized", {BOTH},
     {UNLISTED(UNAUTHORIZED)}, REFUSED, 0, 0},
    /* R62 */
    {"not issued, by the directive revoked", {BOTH}, {UNLISTED(REVOKED)},
     NEVER_ISSUED, NOW - DAY, TEN_MINUTES},
    /* R66 */
    {"not on the CRL, and no issuance data", {USUAL_CRL}, {AUTO},
     GOOD, NOW - DAY, HALF_DAY},
    {"the same, by the directive unknown", {USUAL_CRL}, {UNLISTED(UNKNOWN)},
     UNKNOWN, NOW - DAY, TEN_MINUTES},
    /* what no CRL lists is good only where one covers it */
    {"not on the CRL, which is partial", {PART}, {AUTO}, TRY_LATER, 0, 0},
    {"also if OCSPUnlisted is unknown", {PART}, {UNLISTED(UNKNOWN)},
     TRY_LATER, 0, 0},
    {"or unauthorized", {PART}, {UNLISTED(UNAUTHORIZED)}, TRY_LATER, 0, 0},
    {"or revoked", {PART}, {UNLISTED(REVOKED)}, TRY_LATER, 0, 0},
    {"on it", {PART, LISTED(1)}, {AUTO}, REVOKED, NOW - DAY, HALF_DAY},
    {"on hold by it", {PART, LISTED(6)}, {AUTO}, REVOKED, NOW - DAY, HALF_DAY},
    {"partial, with OCSPCRLCoverage complete", {PART}, {COMPLETE(AUTO)},
     GOOD, NOW - DAY, HALF_DAY},
    {"and unlisted is unknown", {PART}, {COMPLETE(UNLISTED(UNKNOWN))},
     UNKNOWN, NOW - DAY, TEN_MINUTES},
    {"complete, but a CRL is missing", {PART, .missing_crls = true}, {COMPLETE(AUTO)},
     TRY_LATER, 0, 0},
    {"covered, though another is missing", {USUAL_CRL, .missing_crls = true}, {AUTO},
     GOOD, NOW - DAY, HALF_DAY},
    {"complete says nothing of what has ended",
     {CRL(NOW - DAY, NOW), .partial = true}, {COMPLETE(AUTO)},
     TRY_LATER, 0, 0},
    /* an index says itself that a certificate is not revoked; a list does not */
    {"partial, valid by an index", {BOTH, .partial = true, .issued = true},
     {AUTO}, GOOD, NOW - DAY, HALF_DAY},
    {"partial, issued by a list",
     {BOTH, .partial = true, .issued = true, .issued_only = true}, {AUTO},
     TRY_LATER, 0, 0},
    {"the same, complete",
     {BOTH, .partial = true, .issued = true, .issued_only = true},
     {COMPLETE(AUTO)}, GOOD, NOW - DAY, HALF_DAY},
    {"covered, issued by a list", {BOTH, .issued = true, .issued_only = true},
     {AUTO}, GOOD, NOW - DAY, HALF_DAY},
    {"partial, not issued", {BOTH, .partial = true}, {AUTO},
     UNKNOWN, NOW - DAY, TEN_MINUTES},
    {"partial, not issued, and good by the directive",
     {BOTH, .partial = true}, {UNLISTED(GOOD)}, TRY_LATER, 0, 0},
    /* R99 R96 */
    {"read, and not looked at since",
     {INDEX(NOW - DAY, NOW - HOUR, 0), .issued = true}, {AUTO},
     GOOD, NOW - 65 * MINUTE, HALF_DAY},
    {"read after the last look",
     {INDEX(NOW - DAY, NOW - MINUTE, NOW - HOUR), .issued = true}, {AUTO},
     GOOD, NOW - 6 * MINUTE, HALF_DAY},
    {"looked at in this second",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), .issued = true}, {AUTO},
     GOOD, NOW - 5 * MINUTE, HALF_DAY},
    {"looked at by a clock ahead",
     {INDEX(NOW - DAY, NOW - HOUR, NOW + HOUR), .issued = true}, {AUTO},
     GOOD, NOW - 5 * MINUTE, HALF_DAY},
    {"looked at, by OCSPThisUpdate checked", {USUAL_INDEX, .issued = true},
     {CHECKED}, GOOD, NOW - 6 * MINUTE, HALF_DAY},
    /* R97: an answer that rests on two sources has the older one's time */
    {"both, by OCSPThisUpdate checked", {BOTH, .issued = true}, {CHECKED},
     GOOD, NOW - 6 * MINUTE, HALF_DAY},
    /* R67 R97: OCSPStaleGrace */
    {"at nextUpdate, with a grace of an hour",
     {CRL(NOW - DAY, NOW)}, {GRACE(HOUR)}, GOOD, NOW - DAY, NOW + HOUR},
    {"in the last second of the grace",
     {CRL(NOW - DAY, NOW - HOUR + 1)}, {GRACE(HOUR)}, GOOD, NOW - DAY, NOW + 1},
    {"at the end of the grace",
     {CRL(NOW - DAY, NOW - HOUR)}, {GRACE(HOUR)}, TRY_LATER, 0, 0},
    {"the grace has no effect before nextUpdate",
     {CRL(NOW - DAY, NOW + MINUTE)}, {GRACE(HOUR)}, GOOD, NOW - DAY, NOW + MINUTE},
    {"unknown in the grace", {CRL(NOW - DAY, NOW)},
     {UNLISTED(UNKNOWN), .grace_s = 2 * MINUTE}, UNKNOWN, NOW - DAY, NOW + 2 * MINUTE},
    {"issued, in the grace",
     {CRL(NOW - DAY, NOW), .issuance = true, .issued = true}, {GRACE(HOUR)},
     GOOD, NOW - DAY, NOW + HOUR},
    {"issued, at the end of the grace",
     {CRL(NOW - DAY, NOW - HOUR), .issuance = true, .issued = true},
     {GRACE(HOUR)}, TRY_LATER, 0, 0},
    {"a grace that is longer than an answer holds",
     {CRL(NOW - DAY, NOW)}, {GRACE(7 * DAY)}, GOOD, NOW - DAY, HALF_DAY},
    /* R68 */
    {"on hold in the grace", {CRL(NOW - DAY, NOW), LISTED(6)}, {GRACE(HOUR)},
     REVOKED, NOW - DAY, NOW + HOUR},
    {"on hold at the end of the grace",
     {CRL(NOW - DAY, NOW - HOUR), LISTED(6)}, {GRACE(HOUR)}, TRY_LATER, 0, 0},
    {"revoked at the end of the grace",
     {CRL(NOW - DAY, NOW - HOUR), LISTED(1)}, {GRACE(HOUR)},
     REVOKED, NOW - DAY, NOW + HOUR},
    /* R67: OCSPSourceMaxAge, of what has no nextUpdate */
    {"a CRL without an end, a second short of 7 days",
     {CRL(NOW - 7 * DAY + 1, ENDLESS)}, {AUTO}, GOOD, NOW - 7 * DAY + 1, NOW + 1},
    {"a CRL without an end, at 7 days", {CRL(NOW - 7 * DAY, ENDLESS)}, {AUTO},
     TRY_LATER, 0, 0},
    {"a CRL without an end, of an hour's age", {CRL(NOW - HOUR, ENDLESS)},
     {MAX_AGE(HOUR)}, TRY_LATER, 0, 0},
    {"a CRL without an end, a second short of it",
     {CRL(NOW - HOUR + 1, ENDLESS)}, {MAX_AGE(HOUR)},
     GOOD, NOW - HOUR + 1, NOW + 1},
    {"a CRL without an end, by OCSPSourceMaxAge off",
     {CRL(NOW - 300 * DAY, ENDLESS)}, {MAX_AGE(0)},
     GOOD, NOW - 300 * DAY, HALF_DAY},
    {"a CRL with an end, whatever its age", {CRL(NOW - 300 * DAY, NOW + DAY)},
     {MAX_AGE(HOUR)}, GOOD, NOW - 300 * DAY, HALF_DAY},
    {"revoked, and the CRL of an hour's age",
     {CRL(NOW - HOUR, ENDLESS), LISTED(1)}, {MAX_AGE(HOUR)},
     REVOKED, NOW - HOUR, NOW + HOUR},
    {"an index that never changed",
     {INDEX(NOW - 300 * DAY, NOW - HOUR, NOW), .issued = true}, {AUTO},
     GOOD, NOW - 5 * MINUTE, HALF_DAY},
    {"what never ends by OCSPSourceMaxAge off, and the longest of answers",
     {INDEX(NOW - 300 * DAY, NOW - HOUR, NOW), .issued = true},
     {MAX_AGE(0), .next_update_s = 366 * DAY}, GOOD, NOW - 5 * MINUTE,
     NOW + 366 * DAY},
    {"nor does an index otherwise",
     {INDEX(NOW - 300 * DAY, NOW - HOUR, NOW), .issued = true},
     {AUTO, .next_update_s = 366 * DAY}, GOOD, NOW - 5 * MINUTE,
     NOW + 366 * DAY},
    {"an index that did not change for a day",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), .issued = true}, {MAX_AGE(DAY)},
     TRY_LATER, 0, 0},
    {"an index, a second short of it",
     {INDEX(NOW - DAY + 1, NOW - HOUR, NOW), .issued = true}, {MAX_AGE(DAY)},
     GOOD, NOW - 5 * MINUTE, NOW + 1},
    {"not issued, by an index that is too old",
     {INDEX(NOW - DAY, NOW - HOUR, NOW)}, {MAX_AGE(DAY)}, TRY_LATER, 0, 0},
    {"revoked by an index that is too old",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), LISTED(1)}, {MAX_AGE(DAY)},
     REVOKED, NOW - 5 * MINUTE, NOW + HOUR},
    {"on hold by an index that is too old",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), LISTED(6)}, {MAX_AGE(DAY)},
     TRY_LATER, 0, 0},
    {"a fresh CRL and an index that is too old", {BOTH, .issued = true},
     {MAX_AGE(HOUR)}, TRY_LATER, 0, 0},
    {"a fresh CRL and an index that is too old soon", {BOTH, .issued = true},
     {MAX_AGE(HOUR + 1)}, GOOD, NOW - DAY, NOW + 1},
    /* R67 R97: data without an end of its own ends after the last good look */
    {"an index, looked at a minute ago", {USUAL_INDEX, .issued = true},
     {RECHECK(12 * HOUR)}, GOOD, NOW - 6 * MINUTE, HALF_DAY - MINUTE},
    {"an index, looked at in this second",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), .issued = true},
     {RECHECK(12 * HOUR)}, GOOD, NOW - 5 * MINUTE, HALF_DAY},
    {"an answer holds for less than that",
     {INDEX(NOW - DAY, NOW - HOUR, NOW - MINUTE), .issued = true},
     {RECHECK(2 * DAY)}, GOOD, NOW - 6 * MINUTE, HALF_DAY},
    {"an index in its last second",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1), .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - HOUR + 1 - 5 * MINUTE, NOW + 1},
    {"an index at its end",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR), .issued = true},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"an index a day after its end",
     {INDEX(NOW - DAY, NOW - 2 * DAY, NOW - DAY - HOUR), .issued = true},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"revoked in the last second",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1), LISTED(1)},
     {RECHECK(HOUR)}, REVOKED, NOW - HOUR + 1 - 5 * MINUTE, NOW + 1},
    /* R68 */
    {"revoked at the end",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR), LISTED(1)},
     {RECHECK(HOUR)}, REVOKED, NOW - 65 * MINUTE, NOW + HOUR},
    {"revoked long after the end",
     {INDEX(NOW - 9 * DAY, NOW - 9 * DAY, NOW - 8 * DAY), LISTED(1)},
     {RECHECK(HOUR)}, REVOKED, NOW - 8 * DAY - 5 * MINUTE, NOW + HOUR},
    {"on hold in the last second",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1), LISTED(6)},
     {RECHECK(HOUR)}, REVOKED, NOW - HOUR + 1 - 5 * MINUTE, NOW + 1},
    {"on hold at the end",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR), LISTED(6)},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"not issued, in the last second",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1)},
     {RECHECK(HOUR)}, UNKNOWN, NOW - HOUR + 1 - 5 * MINUTE, NOW + 1},
    {"not issued, at the end", {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR)},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"unauthorized, in the last second",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1)},
     {UNLISTED(UNAUTHORIZED), .recheck_s = HOUR}, REFUSED, 0, 0},
    {"unauthorized, at the end", {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR)},
     {UNLISTED(UNAUTHORIZED), .recheck_s = HOUR}, TRY_LATER, 0, 0},
    {"an index, read and not looked at since",
     {INDEX(NOW - DAY, NOW - MINUTE, 0), .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - 6 * MINUTE, NOW + 59 * MINUTE},
    {"an index, read in a look that failed",
     {INDEX(NOW - DAY, NOW - MINUTE, NOW - DAY), .issued = true},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"an index, read an hour ago and not looked at since",
     {INDEX(NOW - DAY, NOW - HOUR, 0), .issued = true},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"an index with OCSPRefresh off",
     {INDEX(NOW - 300 * DAY, NOW - 300 * DAY, NOW - 300 * DAY), .issued = true},
     {AUTO}, GOOD, NOW - 300 * DAY - 5 * MINUTE, HALF_DAY},
    {"OCSPRefresh off, and OCSPSourceMaxAge",
     {INDEX(NOW - DAY, NOW - DAY, NOW - DAY), .issued = true},
     {MAX_AGE(DAY)}, TRY_LATER, 0, 0},
    {"too old by OCSPSourceMaxAge before the look ends",
     {INDEX(NOW - DAY + 1, NOW - HOUR, NOW), .issued = true},
     {MAX_AGE(DAY), .recheck_s = HOUR}, GOOD, NOW - 5 * MINUTE, NOW + 1},
    {"the look ends before it is too old by OCSPSourceMaxAge",
     {INDEX(NOW - DAY, NOW - DAY, NOW - HOUR + 1), .issued = true},
     {MAX_AGE(2 * DAY), .recheck_s = HOUR},
     GOOD, NOW - HOUR + 1 - 5 * MINUTE, NOW + 1},
    {"a CRL without an end, looked at a minute ago",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW - MINUTE},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + 59 * MINUTE},
    {"a CRL without an end, in its last second",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW - HOUR + 1},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + 1},
    {"a CRL without an end, when the look ends",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW - HOUR},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"revoked by a CRL without an end, when the look ends",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW - HOUR, LISTED(1)},
     {RECHECK(HOUR)}, REVOKED, NOW - DAY, NOW + HOUR},
    {"on hold by a CRL without an end, when the look ends",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW - HOUR, LISTED(6)},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"a CRL without an end that is newer than the last good look",
     {CRL(NOW - MINUTE, ENDLESS)},
     {RECHECK(HOUR)}, GOOD, NOW - MINUTE, NOW + 59 * MINUTE},
    {"a CRL without an end, and OCSPSourceMaxAge off",
     {CRL(NOW - 300 * DAY, ENDLESS), .checked = NOW - HOUR},
     {MAX_AGE(0), .recheck_s = HOUR}, TRY_LATER, 0, 0},
    {"a CRL without an end with OCSPRefresh off",
     {CRL(NOW - 2 * DAY, ENDLESS), .checked = NOW - 2 * DAY},
     {AUTO}, GOOD, NOW - 2 * DAY, HALF_DAY},
    {"a CRL with an end, whenever it was looked at",
     {CRL(NOW - 9 * DAY, NOW + DAY), .checked = NOW - 9 * DAY},
     {RECHECK(HOUR)}, GOOD, NOW - 9 * DAY, HALF_DAY},
    {"a CRL with an end, never looked at", {USUAL_CRL},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, HALF_DAY},
    {"a CRL in its grace, whenever it was looked at",
     {CRL(NOW - DAY, NOW), .checked = NOW - DAY},
     {GRACE(HOUR), .recheck_s = HOUR}, GOOD, NOW - DAY, NOW + HOUR},
    {"both, looked at a minute ago", {BOTH, .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + 59 * MINUTE},
    {"both, and the CRL ends first",
     {CRL(NOW - DAY, NOW + 1), .issuance = true, .issued = true,
      .checked = NOW - MINUTE},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + 1},
    {"both, and the look ends first",
     {CRL(NOW - DAY, NOW + DAY), .issuance = true, .issued = true,
      .checked = NOW - HOUR + 1},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + 1},
    {"both, when the look ends",
     {CRL(NOW - DAY, NOW + DAY), .issuance = true, .issued = true,
      .checked = NOW - HOUR},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"both, when the look ends, and the CRL is newer",
     {CRL(NOW - MINUTE, NOW + DAY), .issuance = true, .issued = true,
      .checked = NOW - HOUR},
     {RECHECK(HOUR)}, TRY_LATER, 0, 0},
    {"both, never looked at since the start",
     {CRL(NOW - MINUTE, NOW + DAY), .issuance = true, .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - MINUTE, NOW + 59 * MINUTE},
    {"revoked by both, when the look ends",
     {CRL(NOW - DAY, NOW + DAY), .issuance = true, .checked = NOW - HOUR,
      LISTED(1)},
     {RECHECK(HOUR)}, REVOKED, NOW - DAY, NOW + HOUR},
    {"both, in the CRL's grace, when the look ends",
     {CRL(NOW - DAY, NOW), .issuance = true, .issued = true,
      .checked = NOW - HOUR},
     {GRACE(DAY), .recheck_s = HOUR}, TRY_LATER, 0, 0},
    /* a clock that was put back does not make it last longer than a look does */
    {"an index that a clock ahead has looked at",
     {INDEX(NOW - DAY, NOW - HOUR, NOW + DAY), .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - 5 * MINUTE, NOW + HOUR},
    {"an index that a clock ahead has read",
     {INDEX(NOW - DAY, NOW + DAY, 0), .issued = true},
     {RECHECK(HOUR)}, GOOD, NOW - 5 * MINUTE, NOW + HOUR},
    {"a CRL without an end that a clock ahead has looked at",
     {CRL(NOW - DAY, ENDLESS), .checked = NOW + DAY},
     {RECHECK(HOUR)}, GOOD, NOW - DAY, NOW + HOUR},
    {"longer than any time can be",
     {INDEX(NOW - DAY, NOW - HOUR, NOW), .issued = true},
     {RECHECK(INT64_MAX)}, GOOD, NOW - 5 * MINUTE, HALF_DAY},
};
/* clang-format on */

static bool is_time(const ASN1_GENERALIZEDTIME *t, int64_t want)
{
    int64_t got = 0;

    return t != NULL
        && ocsp_gtime_parse(&got, ASN1_STRING_get0_data(t),
                            (size_t)ASN1_STRING_length(t))
        && got == want;
}

/* The one SingleResponse of a success, as OpenSSL reads it. */
static bool says(OCSP_SINGLERESP *single, const row_t *row)
{
    static const int of[] = {[GOOD] = V_OCSP_CERTSTATUS_GOOD,
                             [REVOKED] = V_OCSP_CERTSTATUS_REVOKED,
                             [UNKNOWN] = V_OCSP_CERTSTATUS_UNKNOWN,
                             [NEVER_ISSUED] = V_OCSP_CERTSTATUS_REVOKED};
    ASN1_GENERALIZEDTIME *revoked, *this_update, *next_update;
    int reason = -1;
    int status = OCSP_single_get0_status(single, &reason, &revoked,
                                         &this_update, &next_update);

    return status == of[row->want] && is_time(this_update, row->this_update)
        && is_time(next_update, row->next_update)
        && (row->want != REVOKED
            || (is_time(revoked, row->record.revocation_time)
                && reason == row->record.reason))
        && (row->want != NEVER_ISSUED || (is_time(revoked, 0) && reason == 6));
}

static void is_answer(const ocsp_answer_t *got, const row_t *row)
{
    static const unsigned char extended[] = "\x2b\x06\x01\x05\x05\x07\x30\x01"
                                            "\x09";
    const unsigned char *at = got->der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)got->der.len);
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    bool cacheable = row->want == GOOD || row->want == REVOKED;

    ok(says(OCSP_resp_get0(basic, 0), row), "%s: status and times", row->name);
    is_int(got->this_update, row->this_update, "thisUpdate");
    is_int(got->next_update, row->next_update, "nextUpdate");
    ok(got->good == (row->want == GOOD)
           && got->unknown == (row->want == UNKNOWN)
           && got->good + got->revoked + got->unknown == 1,
       "%s: counted", row->name);
    ok(got->cacheable == cacheable, "%s: caches may%s keep it", row->name,
       cacheable ? "" : " not");
    ok((memmem(got->der.data, got->der.len, extended, sizeof(extended) - 1)
        != NULL)
           == (row->want == NEVER_ISSUED),
       "%s: extended revoke only where it was never issued", row->name);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
}

static void test_row(const row_t *row, apr_pool_t *p)
{
    static const ocsp_request_t empty_request;
    static const int signers[] = {P256, NONE};
    side_t side;
    ocsp_answer_subject_t subject = make_subject(&side, signers, 12 * HOUR);
    ocsp_answer_t got;

    subject.record = row->record;
    side.policy = row->policy;
    if (side.policy.unlisted == DEFAULT) {
        side.policy.unlisted = row->record.issuance
                                 ? OCSP_ANSWER_UNLISTED_UNKNOWN
                                 : OCSP_ANSWER_UNLISTED_GOOD;
    }
    if (side.policy.next_update_s == 0) {
        side.policy.next_update_s = 12 * HOUR;
    }
    memset(&got, 0x55, sizeof(got));
    answered(&got, &subject, 1, &empty_request, NOW, p);
    if (row->want == TRY_LATER || row->want == REFUSED) {
        is_int(got.status, row->want == REFUSED ? UNAUTHORIZED : LATER,
               row->name);
    }
    else if (ok(got.status == OCSP_RESPONSE_SUCCESSFUL, "%s (status %u)",
                row->name, got.status)) {
        is_answer(&got, row);
    }
    free(side.id.data);
}

/* R103: of several none is told for longer than its own issuer's data holds. */
static void test_several(apr_pool_t *p)
{
    static const ocsp_request_t empty_request;
    static const int signers[] = {P256, NONE};
    side_t sides[2];
    ocsp_answer_subject_t subjects[] = {make_subject(&sides[0], signers,
                                                     12 * HOUR),
                                        make_subject(&sides[1], signers,
                                                     12 * HOUR)};
    ocsp_answer_t got;

    subjects[0].record = (ocsp_record_t){USUAL_INDEX, .issued = true};
    subjects[1].record = (ocsp_record_t){CRL(NOW - DAY, NOW)};
    sides[1].policy.grace_s = HOUR;
    answered(&got, subjects, 2, &empty_request, NOW, p);
    is_int(got.status, OCSP_RESPONSE_SUCCESSFUL, "one in its grace, one not");
    is_int(got.good, 2, "both are good");
    is_int(got.next_update, NOW + HOUR, "until the grace ends");
    sides[1].policy.grace_s = 0;
    answered(&got, subjects, 2, &empty_request, NOW, p);
    is_int(got.status, LATER, "a grace is for its own issuer alone");
    sides[0].policy.grace_s = HOUR;
    answered(&got, subjects, 2, &empty_request, NOW, p);
    is_int(got.status, LATER, "and not for another's");
    free(sides[0].id.data);
    free(sides[1].id.data);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    size_t i;

    make_templates(p);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(&rows[i], p);
    }
    test_several(p);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
