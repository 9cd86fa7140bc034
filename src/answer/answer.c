/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See answer.h. Floor 2.
 */
#include "answer/answer.h"
#include "wire/gtime.h"

/* certificateHold, the one reason that can be taken back (RFC 5280 section
 * 5.3.1). */
#define REASON_HOLD 6

void ocsp_answer_refuse(ocsp_answer_t *out, ocsp_response_status_t status,
                        const char *why)
{
    *out = (ocsp_answer_t){.status = status,
                           .der = ocsp_response_error(status),
                           .why = why};
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* now + seconds, not past the last time that can be written. */
static int64_t add_seconds(int64_t now, int64_t seconds)
{
    return seconds < OCSP_GTIME_MAX - now ? now + seconds : OCSP_GTIME_MAX;
}

/* Why the request as a whole can never be answered, or NULL. */
static const char *find_foreign(const ocsp_answer_subject_t *subjects,
                                size_t count)
{
    const ocsp_response_template_t *templ = NULL;
    const char *why = NULL;
    size_t i;

    for (i = 0; i < count; i++) {
        if (subjects[i].knowledge == OCSP_ANSWER_FOREIGN) {
            return "RFC 9919 section 3.2.3: an issuer that is not served here";
        }
        /* one without a signer may yet get the others': that is for later */
        if (subjects[i].templ != NULL) {
            if (templ != NULL && templ != subjects[i].templ) {
                why = "RFC 6960 section 4.2.2.2: issuers that no one signer"
                      " answers for";
            }
            templ = subjects[i].templ;
        }
    }
    return why;
}

/* Why one certificate cannot be answered for now, or NULL. */
static const char *find_lack(const ocsp_answer_subject_t *s, int64_t now)
{
    switch (s->knowledge) {
    case OCSP_ANSWER_FOREIGN: /* find_foreign has seen to it */
    case OCSP_ANSWER_UNREADABLE:
        return "RFC 6960 section 2.3: an issuer's certificate could not be"
               " read: this may be its";
    case OCSP_ANSWER_NO_TABLE:
        return "RFC 6960 section 2.3: no data for this issuer";
    case OCSP_ANSWER_RECORD:
        break;
    }
    if (s->templ == NULL) {
        return "RFC 6960 section 2.3: no signer for this issuer";
    }
    if (!ocsp_signer_is_valid(ocsp_response_template_get0_signer(s->templ),
                              now)) {
        return "RFC 6960 section 3.2: the signer's certificate has expired or"
               " is not valid yet";
    }
    return NULL;
}

/* What is said of one certificate, or why nothing can be said now. */
static const char *decide(ocsp_response_single_t *out,
                          const ocsp_answer_subject_t *s,
                          const ocsp_answer_policy_t *policy, int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t end = record->next_update;
    const char *lack = find_lack(s, now);

    if (lack != NULL) {
        return lack;
    }
    if (now >= record->next_update) {
        /* tryLater is taken for good by most: a revocation that cannot be
         * undone is better said from old data (REQUIREMENTS 68) */
        if (!record->listed || record->reason == REASON_HOLD) {
            return "RFC 6960 section 2.4: the issuer's data is past its"
                   " nextUpdate";
        }
        end = add_seconds(now, OCSP_ANSWER_STALE_REVOKED_S);
    }
    end = earlier(end, add_seconds(now, policy->next_update_s));
    end = earlier(end, ocsp_signer_get_not_after(
                           ocsp_response_template_get0_signer(s->templ)));
    if (end <= now) {
        return "RFC 6960 section 2.4: nothing is left until nextUpdate";
    }
    out->certid = s->certid;
    out->status = record->listed ? OCSP_STATUS_REVOKED : OCSP_STATUS_GOOD;
    out->revocation_time = record->revocation_time;
    out->reason = record->reason;
    out->this_update = earlier(record->this_update, now);
    out->next_update = end;
    return NULL;
}

static void count_single(ocsp_answer_t *out, const ocsp_response_single_t *s)
{
    switch (s->status) {
    case OCSP_STATUS_GOOD:
        out->good++;
        break;
    case OCSP_STATUS_REVOKED:
        out->revoked++;
        break;
    case OCSP_STATUS_UNKNOWN:
        out->unknown++;
        break;
    }
    if (s->this_update > out->this_update) {
        out->this_update = s->this_update;
    }
    out->next_update = earlier(out->next_update, s->next_update);
}

void ocsp_answer_make(ocsp_answer_t *out, const ocsp_answer_subject_t *subjects,
                      size_t count, ocsp_der_t nonce,
                      const ocsp_answer_policy_t *policy, int64_t now,
                      apr_pool_t *p)
{
    const char *why = find_foreign(subjects, count);
    ocsp_response_single_t *singles;
    ocsp_response_content_t content;
    size_t i;

    if (why != NULL) {
        ocsp_answer_refuse(out, OCSP_RESPONSE_UNAUTHORIZED, why);
        return;
    }
    singles = apr_palloc(p, count * sizeof(*singles));
    *out = (ocsp_answer_t){.status = OCSP_RESPONSE_SUCCESSFUL,
                           .produced_at = now,
                           .this_update = INT64_MIN,
                           .next_update = INT64_MAX};
    for (i = 0; i < count; i++) {
        why = decide(&singles[i], &subjects[i], policy, now);
        if (why != NULL) {
            ocsp_answer_refuse(out, OCSP_RESPONSE_TRY_LATER, why);
            return;
        }
        count_single(out, &singles[i]);
    }
    content = (ocsp_response_content_t){singles, count, nonce, now};
    if (ocsp_response_make(&out->der, subjects[0].templ, &content, &why, p)
        != APR_SUCCESS) {
        ocsp_answer_refuse(out, OCSP_RESPONSE_INTERNAL_ERROR, why);
    }
}
