/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decides which response is sent: first the signer, then the status of each
 * certificate; and which cached response is reused. Floor 2.
 */
#include <string.h>

#include "answer/answer.h"
#include "answer/signer_select.h"
#include "wire/gtime.h"

/* certificateHold, the only reason that can be undone (RFC 5280 section
 * 5.3.1). */
#define REASON_HOLD 6

/* revocationTime of a certificate that was never issued (RFC 6960 section
 * 2.2). */
#define NEVER_ISSUED_TIME 0

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

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* now + seconds, at most the last time that can be encoded. */
static int64_t add_seconds(int64_t now, int64_t seconds)
{
    return seconds < OCSP_GTIME_MAX - now ? now + seconds : OCSP_GTIME_MAX;
}

static bool has_signers(const ocsp_answer_subject_t *s)
{
    return s->signers != NULL && s->signers->count > 0;
}

static bool may_sign_for(const ocsp_response_template_t *templ,
                         const ocsp_answer_signers_t *signers)
{
    size_t i;

    for (i = 0; i < signers->count; i++) {
        if (ocsp_signer_is_same(templ->signer, signers->templs[i]->signer)) {
            return true;
        }
    }
    return false;
}

/* Whether a signer of first may sign for all other issuers that have signers.
 * An issuer without one may get it later. */
static bool may_sign_for_all(const ocsp_response_template_t *templ,
                             const ocsp_answer_signers_t *first,
                             const ocsp_answer_subject_t *subjects,
                             size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (subjects[i].signers != first && has_signers(&subjects[i])
            && !may_sign_for(templ, subjects[i].signers)) {
            return false;
        }
    }
    return true;
}

/* Find the signers of a request, whatever their dates. @return why it is
 * unauthorized, or NULL */
static const char *find_signers(ocsp_signer_select_t *out,
                                const ocsp_answer_subject_t *subjects,
                                size_t count, apr_pool_t *p)
{
    const ocsp_answer_signers_t *first = NULL;
    size_t i;

    *out = (ocsp_signer_select_t){.count = 0};
    for (i = 0; i < count; i++) {
        if (subjects[i].knowledge == OCSP_ANSWER_FOREIGN) {
            return "RFC 9919 section 3.2.3: an issuer that is not served here";
        }
        if (first == NULL && has_signers(&subjects[i])) {
            first = subjects[i].signers;
        }
    }
    if (first == NULL) {
        return NULL;
    }
    out->templs = apr_palloc(p, first->count * sizeof(const void *));
    for (i = 0; i < first->count; i++) {
        if (may_sign_for_all(first->templs[i], first, subjects, count)) {
            out->templs[out->count++] = first->templs[i];
        }
    }
    return out->count > 0 ? NULL
                          : "RFC 6960 section 4.2.2.2: issuers without a"
                            " common signer";
}

/* @return why there is no response about a certificate now, or NULL */
static const char *find_missing(const ocsp_answer_subject_t *s)
{
    switch (s->knowledge) {
    case OCSP_ANSWER_FOREIGN: /* see find_signers */
    case OCSP_ANSWER_UNREADABLE:
        return "RFC 6960 section 2.3: the certificate of an issuer, perhaps"
               " this one's, could not be read";
    case OCSP_ANSWER_NO_TABLE:
        return "RFC 6960 section 2.3: no data for this issuer";
    case OCSP_ANSWER_RECORD:
        break;
    }
    return has_signers(s) ? NULL
                          : "RFC 6960 section 2.3: no signer for this issuer";
}

/* The same for all certificates, and whether the signers are within their
 * dates, which remain in selection. */
static const char *find_any_missing(ocsp_signer_select_t *selection,
                                    const ocsp_answer_subject_t *subjects,
                                    size_t count, int64_t now, bool *ended)
{
    const char *missing = NULL;
    size_t i;

    selection->now = now;
    selection->until = now;
    for (i = 0; i < count && missing == NULL; i++) {
        missing = find_missing(&subjects[i]);
        if (missing == NULL) {
            int64_t end = add_seconds(now, subjects[i].policy->next_update_s);

            selection->until = later(end, selection->until);
        }
    }
    if (ocsp_signer_select_remove_invalid(selection) == 0 && missing == NULL) {
        *ended = true;
        missing = "RFC 6960 section 3.2: the signer's certificate has expired"
                  " or is not valid yet";
    }
    return missing;
}

/* The response about a certificate that is not revoked. OCSPUnlisted is not for
 * an issued one (R64). */
static ocsp_answer_unlisted_t find_unlisted(const ocsp_answer_subject_t *s)
{
    return s->record.issued ? OCSP_ANSWER_UNLISTED_GOOD : s->policy->unlisted;
}

/* Whether a certificate that is not listed as revoked may be so in a CRL that
 * is not here. An index says itself that a certificate is not revoked, and no
 * CRL lists one that was never issued. */
static bool is_uncovered(const ocsp_answer_subject_t *s)
{
    const ocsp_record_t *record = &s->record;

    if (!record->crl || !record->partial || record->listed
        || (s->policy->complete && !record->missing_crls)) {
        return false;
    }
    return record->issued
             ? record->issued_only
             : !record->issuance
                   || find_unlisted(s) == OCSP_ANSWER_UNLISTED_GOOD;
}

/* Set the status of a certificate that is not revoked. Any status but good may
 * change soon (R61, R62). */
static void set_unlisted(ocsp_response_single_t *out,
                         ocsp_answer_unlisted_t unlisted, int64_t now)
{
    int64_t soon = add_seconds(now, OCSP_ANSWER_UNKNOWN_S);

    out->reason = OCSP_CRL_NO_REASON;
    switch (unlisted) {
    case OCSP_ANSWER_UNLISTED_GOOD:
    case OCSP_ANSWER_UNLISTED_UNAUTHORIZED: /* see apply_policies */
        out->status = OCSP_STATUS_GOOD;
        return;
    case OCSP_ANSWER_UNLISTED_UNKNOWN:
        out->status = OCSP_STATUS_UNKNOWN;
        break;
    case OCSP_ANSWER_UNLISTED_REVOKED:
        out->status = OCSP_STATUS_REVOKED;
        out->revocation_time = NEVER_ISSUED_TIME;
        out->reason = REASON_HOLD;
        break;
    }
    out->next_update = earlier(out->next_update, soon);
}

/* A look at the sources counts as a little earlier, for clients whose clocks
 * are behind (R99), but not before the CRL's thisUpdate. Issuance data has no
 * time of its own. */
static int64_t find_this_update(const ocsp_answer_subject_t *s, int64_t now)
{
    int64_t made = earlier(s->record.this_update, now);
    int64_t looked = later(made, earlier(s->record.checked, now))
                   - OCSP_ANSWER_SKEW_S;

    if (!s->record.crl) {
        return looked;
    }
    return s->policy->this_update == OCSP_ANSWER_THIS_UPDATE_CHECKED
             ? later(made, looked)
             : made;
}

/* Whether every source has an end of its own, which only nextUpdate is. */
static bool has_own_end(const ocsp_record_t *record)
{
    return record->crl && record->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && !record->issuance;
}

/* Data without an end of its own is used for recheck_s after the last
 * successful look; before the first look thisUpdate counts. A look in the
 * future means that the clock was set back. */
static int64_t find_look_end(const ocsp_answer_subject_t *s, int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t looked = record->checked != 0 ? record->checked
                                          : record->this_update;

    return s->policy->recheck_s == 0 || has_own_end(record)
             ? OCSP_TABLE_ENDLESS
             : add_seconds(earlier(looked, now), s->policy->recheck_s);
}

/* The end of the data, without policy and signer. The grace of a CRL begins at
 * its nextUpdate, and is in no response before (R97). */
static int64_t find_end(const ocsp_answer_subject_t *s, int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t end = ocsp_table_find_end(record->crl, record->this_update,
                                      record->next_update, record->changed,
                                      s->policy->grace_s, s->policy->max_age_s);

    end = earlier(end, find_look_end(s, now));
    return record->crl && now < record->next_update
             ? earlier(end, record->next_update)
             : end;
}

/* Decide about one certificate. @return why that is not possible now, or
 * NULL */
static const char *decide(ocsp_response_single_t *out,
                          const ocsp_answer_subject_t *s, int64_t signer_end,
                          int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t end = find_end(s, now);

    if (now >= end) {
        /* most clients accept a certificate after tryLater: so a final
         * revocation is answered from stale data (R68) */
        if (!record->listed || record->reason == REASON_HOLD) {
            return "RFC 6960 section 2.4: the issuer's data is past its"
                   " nextUpdate, too old, or was not checked for too long";
        }
        end = add_seconds(now, OCSP_ANSWER_STALE_REVOKED_S);
    }
    if (is_uncovered(s)) {
        return "RFC 5280 section 5.2.5: the known CRLs might not cover the"
               " certificate (OCSPCRLCoverage)";
    }
    /* an expired certificate is still answered, as RFC 6960 allows */
    if (record->issued && record->not_after > now) {
        end = earlier(end, record->not_after);
    }
    end = earlier(end, add_seconds(now, s->policy->next_update_s));
    end = earlier(end, signer_end);
    if (end <= now) {
        return "RFC 6960 section 2.4: no time is left until nextUpdate";
    }
    out->certid = s->certid;
    out->this_update = find_this_update(s, now);
    out->next_update = end;
    if (record->listed) {
        out->status = OCSP_STATUS_REVOKED;
        out->revocation_time = record->revocation_time;
        out->reason = record->reason;
    }
    else {
        set_unlisted(out, find_unlisted(s), now);
    }
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
    out->this_update = later(out->this_update, s->this_update);
    out->next_update = earlier(out->next_update, s->next_update);
}

/* Apply all policies to the response. @return false: it is unauthorized */
static bool apply_policies(ocsp_answer_draft_t *draft,
                           const ocsp_answer_subject_t *subjects)
{
    ocsp_response_content_t *content = &draft->content;
    bool authorized = true;
    size_t i;

    for (i = 0; i < content->count; i++) {
        const ocsp_answer_policy_t *policy = subjects[i].policy;

        if (policy->limits_age && policy->answer_age_s < draft->age_s) {
            draft->age_s = policy->answer_age_s;
        }
        if (policy->ignore_nonce) {
            content->nonce = (ocsp_der_t){NULL, 0};
        }
        if (!subjects[i].record.listed) {
            ocsp_answer_unlisted_t unlisted = find_unlisted(&subjects[i]);

            authorized = authorized
                      && unlisted != OCSP_ANSWER_UNLISTED_UNAUTHORIZED;
            content->extended_revoke = content->extended_revoke
                                    || unlisted == OCSP_ANSWER_UNLISTED_REVOKED;
            draft->cacheable = draft->cacheable
                            && unlisted == OCSP_ANSWER_UNLISTED_GOOD;
        }
    }
    if (draft->age_s != INT64_MAX) {
        draft->answer.send_until = content->produced_at + draft->age_s;
        draft->cacheable = draft->cacheable && draft->age_s > 0;
    }
    draft->answer.cacheable = draft->cacheable && content->nonce.data == NULL;
    return authorized;
}

static void refuse(ocsp_answer_draft_t *out, ocsp_response_status_t status,
                   const char *why)
{
    *out = (ocsp_answer_draft_t){.templ = NULL};
    ocsp_answer_refuse(&out->answer, status, why);
}

/* Decide about all certificates, as decide. */
static const char *decide_all(ocsp_answer_draft_t *out,
                              const ocsp_answer_subject_t *subjects,
                              size_t count, int64_t now, apr_pool_t *p)
{
    ocsp_response_single_t *singles = apr_pcalloc(p, count * sizeof(*singles));
    int64_t signer_end = out->answer.signer->not_after;
    size_t i;

    for (i = 0; i < count; i++) {
        const char *why = decide(&singles[i], &subjects[i], signer_end, now);

        if (why != NULL) {
            return why;
        }
        count_single(&out->answer, &singles[i]);
    }
    out->content.singles = singles;
    return NULL;
}

void ocsp_answer_draft(ocsp_answer_draft_t *out,
                       const ocsp_answer_subject_t *subjects, size_t count,
                       const ocsp_request_t *request, int64_t now,
                       apr_pool_t *p)
{
    ocsp_signer_select_t selection;
    const char *why = find_signers(&selection, subjects, count, p);
    bool ended = false;

    if (why != NULL) {
        refuse(out, OCSP_RESPONSE_UNAUTHORIZED, why);
        return;
    }
    if ((why = find_any_missing(&selection, subjects, count, now, &ended))
        != NULL) {
        refuse(out, OCSP_RESPONSE_TRY_LATER, why);
        out->answer.signers_ended = ended;
        return;
    }
    *out = (ocsp_answer_draft_t){.answer = {.status = OCSP_RESPONSE_SUCCESSFUL,
                                            .produced_at = now,
                                            .this_update = INT64_MIN,
                                            .next_update = INT64_MAX,
                                            .send_until = INT64_MAX},
                                 .content = {.count = count,
                                             .nonce = request->nonce,
                                             .produced_at = now},
                                 .policy = subjects[0].policy,
                                 .age_s = INT64_MAX};
    out->templ = ocsp_signer_select_find(&out->cacheable, &selection,
                                         request->preferred,
                                         request->signed_with);
    out->answer.signer = out->templ->signer;
    if ((why = decide_all(out, subjects, count, now, p)) != NULL) {
        refuse(out, OCSP_RESPONSE_TRY_LATER, why);
    }
    else if (!apply_policies(out, subjects)) {
        refuse(out, OCSP_RESPONSE_UNAUTHORIZED,
               "RFC 9919 section 3.2.3: a serial number that no source lists");
    }
}

void ocsp_answer_sign(ocsp_answer_draft_t *draft,
                      ocsp_signer_contexts_t *contexts, apr_pool_t *p)
{
    const char *why = NULL;

    if (ocsp_response_make(&draft->answer.der, draft->templ, &draft->content,
                           contexts, &why, p)
        != APR_SUCCESS) {
        refuse(draft, OCSP_RESPONSE_INTERNAL_ERROR, why);
    }
}

bool ocsp_answer_remove_nonce(ocsp_answer_draft_t *draft)
{
    if (draft->content.nonce.data == NULL) {
        return false;
    }
    draft->content.nonce = (ocsp_der_t){NULL, 0};
    draft->answer.cacheable = draft->cacheable;
    return true;
}

/* --- cached responses ----------------------------------------------------- */

/*
 * A key is
 *
 *   | template 16 | status 1 | reason 1 | revocation time 8
 *   | OCSPThisUpdate 1 | OCSPNextUpdate 8 | sources 8 | CertID |
 *
 * So virtual hosts share responses if they have the same sources and policy of
 * times, and only then: the CRL of another host may be older (R97). The times
 * of a response are compared with those of the draft.
 */
#define TIME_LEN 8
#define CERTID_AT                                                              \
    (OCSP_RESPONSE_ID_LEN + 2 + TIME_LEN + 1 + TIME_LEN                        \
     + OCSP_ANSWER_SOURCES_LEN)

/* Whether it is about an unlisted serial number that is not good. */
static bool is_about_unlisted(const ocsp_response_content_t *content)
{
    return content->extended_revoke
        || content->singles[0].status == OCSP_STATUS_UNKNOWN;
}

static bool has_key(const ocsp_answer_draft_t *draft)
{
    return draft->answer.status == OCSP_RESPONSE_SUCCESSFUL
        && draft->content.count == 1 && draft->content.nonce.data == NULL
        && !is_about_unlisted(&draft->content) && draft->age_s > 0
        && draft->content.singles[0].certid.len
               <= OCSP_ANSWER_KEY_MAX - CERTID_AT;
}

static unsigned char *put_number(unsigned char *at, int64_t number)
{
    int shift;

    for (shift = 56; shift >= 0; shift -= 8) {
        *at++ = (unsigned char)((uint64_t)number >> shift);
    }
    return at;
}

size_t ocsp_answer_get_key(unsigned char key[OCSP_ANSWER_KEY_MAX],
                           const ocsp_answer_draft_t *draft)
{
    static const unsigned char no_id[OCSP_RESPONSE_ID_LEN];
    const ocsp_response_single_t *single = draft->content.singles;
    const unsigned char *id;
    unsigned char *at = key + OCSP_RESPONSE_ID_LEN;

    if (!has_key(draft)) {
        return 0;
    }
    id = draft->templ->id;
    if (memcmp(id, no_id, sizeof(no_id)) == 0) {
        return 0; /* not unique */
    }
    memcpy(key, id, OCSP_RESPONSE_ID_LEN);
    *at++ = (unsigned char)single->status;
    *at++ = (unsigned char)single->reason;
    at = put_number(at, single->revocation_time);
    *at++ = (unsigned char)draft->policy->this_update;
    at = put_number(at, draft->policy->next_update_s);
    memcpy(at, draft->policy->sources, OCSP_ANSWER_SOURCES_LEN);
    at += OCSP_ANSWER_SOURCES_LEN;
    memcpy(at, single->certid.data, single->certid.len);
    return CERTID_AT + single->certid.len;
}

ocsp_der_t ocsp_answer_get_certid(ocsp_der_t key)
{
    return key.len < CERTID_AT
             ? (ocsp_der_t){NULL, 0}
             : (ocsp_der_t){key.data + CERTID_AT, key.len - CERTID_AT};
}

const unsigned char *ocsp_answer_get0_template_id(ocsp_der_t key)
{
    return key.data;
}

bool ocsp_answer_may_reuse(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made)
{
    const ocsp_answer_t *anew = &draft->answer;
    int64_t now = draft->content.produced_at;
    int64_t enough = earlier(now + OCSP_ANSWER_LEFT_S, anew->next_update);

    return made->produced_at <= now
        && (uint64_t)now - (uint64_t)made->produced_at < (uint64_t)draft->age_s
        && made->this_update <= anew->this_update
        && made->next_update <= anew->next_update
        && made->next_update >= enough;
}

void ocsp_answer_reuse(ocsp_answer_draft_t *draft,
                       const ocsp_answer_times_t *made, ocsp_der_t der)
{
    draft->answer.der = der;
    draft->answer.produced_at = made->produced_at;
    draft->answer.this_update = made->this_update;
    draft->answer.next_update = made->next_update;
    draft->answer.send_until = draft->age_s == INT64_MAX
                                 ? INT64_MAX
                                 : made->produced_at + draft->age_s;
}

bool ocsp_answer_is_better(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made)
{
    return made->next_update < draft->answer.next_update
        || (draft->age_s != INT64_MAX
            && made->produced_at < draft->answer.produced_at);
}

int64_t ocsp_answer_find_renewal(const ocsp_answer_times_t *made, int64_t age_s,
                                 uint32_t random)
{
    /* modulo 2^64: right for any times in order */
    uint64_t lasts = (uint64_t)made->next_update - (uint64_t)made->produced_at;
    uint64_t span = age_s != INT64_MAX && (uint64_t)age_s < lasts
                      ? (uint64_t)age_s
                      : lasts;
    uint64_t step = span / 16;
    uint64_t choices = 2 * step + 1;
    uint64_t after;

    if (made->next_update <= made->produced_at || lasts <= OCSP_ANSWER_LEFT_S) {
        return made->produced_at;
    }
    /* choices * random / 2^32 without overflow: from 0 to choices - 1 */
    after = span / 2 - step + (choices >> 32) * random
          + ((choices & UINT32_MAX) * random >> 32);
    if (after > lasts - OCSP_ANSWER_LEFT_S) {
        after = lasts - OCSP_ANSWER_LEFT_S;
    }
    return (int64_t)((uint64_t)made->produced_at + after);
}
