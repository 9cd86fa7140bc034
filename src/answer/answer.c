/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See answer.h. First who may sign, then what is said of each certificate by
 * that signer, then the bytes. Floor 2.
 */
#include "answer/answer.h"
#include "answer/signer_select.h"
#include "status/crl.h"
#include "wire/gtime.h"
#include "wire/request.h"

/* certificateHold, the one reason that can be taken back (RFC 5280 section
 * 5.3.1). */
#define REASON_HOLD 6

/* 1970-01-01: what RFC 6960 section 2.2 has for what never was issued. */
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

/* now + seconds, not past the last time that can be written. */
static int64_t add_seconds(int64_t now, int64_t seconds)
{
    return seconds < OCSP_GTIME_MAX - now ? now + seconds : OCSP_GTIME_MAX;
}

static const ocsp_signer_t *signer_of(const ocsp_response_template_t *templ)
{
    return ocsp_response_template_get0_signer(templ);
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
        if (ocsp_signer_is_same(signer_of(templ),
                                signer_of(signers->templs[i]))) {
            return true;
        }
    }
    return false;
}

/* Whether one of the first's signers may sign for all the others that have any;
 * those that have none may yet get one: that is for later. */
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

/* Why the request as a whole can never be answered, or NULL; and who can answer
 * it, whatever their dates. */
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
                          : "RFC 6960 section 4.2.2.2: issuers that no one"
                            " signer answers for";
}

/* Why one certificate cannot be answered for now, or NULL. */
static const char *find_lack(const ocsp_answer_subject_t *s)
{
    switch (s->knowledge) {
    case OCSP_ANSWER_FOREIGN: /* find_signers has seen to it */
    case OCSP_ANSWER_UNREADABLE:
        return "RFC 6960 section 2.3: an issuer's certificate could not be"
               " read: this may be its";
    case OCSP_ANSWER_NO_TABLE:
        return "RFC 6960 section 2.3: no data for this issuer";
    case OCSP_ANSWER_RECORD:
        break;
    }
    return has_signers(s) ? NULL
                          : "RFC 6960 section 2.3: no signer for this issuer";
}

static const char *find_any_lack(ocsp_signer_select_t *choice,
                                 const ocsp_answer_subject_t *subjects,
                                 size_t count, int64_t now, bool *ended)
{
    const char *lack = NULL;
    size_t i;

    choice->now = now;
    choice->until = now;
    for (i = 0; i < count && lack == NULL; i++) {
        lack = find_lack(&subjects[i]);
        if (lack == NULL) {
            int64_t end = add_seconds(now, subjects[i].policy->next_update_s);

            choice->until = end > choice->until ? end : choice->until;
        }
    }
    if (ocsp_signer_select_drop_ended(choice) == 0 && lack == NULL) {
        *ended = true;
        lack = "RFC 6960 section 3.2: the signer's certificate has expired or"
               " is not valid yet";
    }
    return lack;
}

/* What is said of what is not revoked: OCSPUnlisted is for what no source
 * lists, and what was issued is listed (R64). */
static ocsp_answer_unlisted_t find_unlisted(const ocsp_answer_subject_t *s)
{
    if (s->record.issued) {
        return OCSP_ANSWER_UNLISTED_GOOD;
    }
    if (s->policy->unlisted == OCSP_ANSWER_UNLISTED_AUTO) {
        return s->record.issuance ? OCSP_ANSWER_UNLISTED_UNKNOWN
                                  : OCSP_ANSWER_UNLISTED_GOOD;
    }
    return s->policy->unlisted;
}

/* Whether nothing known covers a certificate that nothing lists as revoked. It
 * may be revoked by a CRL that is not here. An index says itself what is not
 * revoked, and what was never issued no CRL would list. */
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

/* All but good may change any moment (R61, R62). */
static void say_unlisted(ocsp_response_single_t *out,
                         ocsp_answer_unlisted_t unlisted, int64_t now)
{
    int64_t soon = add_seconds(now, OCSP_ANSWER_UNKNOWN_S);

    out->reason = OCSP_CRL_NO_REASON;
    switch (unlisted) {
    case OCSP_ANSWER_UNLISTED_GOOD:
    case OCSP_ANSWER_UNLISTED_UNAUTHORIZED: /* heed_policies sees to it */
        out->status = OCSP_STATUS_GOOD;
        return;
    case OCSP_ANSWER_UNLISTED_AUTO: /* find_unlisted has seen to it */
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

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A look at the sources counts only if it was at this very source. Issuance
 * data has no time of its own, so for it every look counts. A look is said to
 * have been a little earlier, for clients whose clocks are behind (R99), but
 * not before the CRL was made. */
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

/* Whether every source has an end of its own, which is a CRL's nextUpdate. */
static bool has_own_end(const ocsp_record_t *record)
{
    return record->crl && record->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && !record->issuance;
}

/* Data without an end of its own counts for a time after the last good look at
 * it. thisUpdate may be that of a table that was read in a look which failed,
 * and counts only before the first look. A look in the future was by a clock
 * that has been put back. */
static int64_t find_look_end(const ocsp_answer_subject_t *s, int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t looked = record->checked != 0 ? record->checked
                                          : record->this_update;

    return s->policy->recheck_s == 0 || has_own_end(record)
             ? OCSP_TABLE_ENDLESS
             : add_seconds(earlier(looked, now), s->policy->recheck_s);
}

/* Until when the data may be told, whatever the policy and the signer want. A
 * grace is for a CRL that is late, and is promised to nobody before
 * (R97). */
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

/* What is said of one certificate, or why nothing can be said now. */
static const char *decide(ocsp_response_single_t *out,
                          const ocsp_answer_subject_t *s, int64_t signer_end,
                          int64_t now)
{
    const ocsp_record_t *record = &s->record;
    int64_t end = find_end(s, now);

    if (now >= end) {
        /* tryLater is taken for good by most: a revocation that cannot be
         * undone is better said from old data (R68) */
        if (!record->listed || record->reason == REASON_HOLD) {
            return "RFC 6960 section 2.4: the issuer's data is past its"
                   " nextUpdate, too old, or not looked at for too long";
        }
        end = add_seconds(now, OCSP_ANSWER_STALE_REVOKED_S);
    }
    if (is_uncovered(s)) {
        return "RFC 5280 section 5.2.5: the CRLs that are known may not cover"
               " it (OCSPCRLCoverage)";
    }
    /* what has expired is answered on (RFC 6960 has no word against it) */
    if (record->issued && record->not_after > now) {
        end = earlier(end, record->not_after);
    }
    end = earlier(end, add_seconds(now, s->policy->next_update_s));
    end = earlier(end, signer_end);
    if (end <= now) {
        return "RFC 6960 section 2.4: nothing is left until nextUpdate";
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
        say_unlisted(out, find_unlisted(s), now);
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
    if (s->this_update > out->this_update) {
        out->this_update = s->this_update;
    }
    out->next_update = earlier(out->next_update, s->next_update);
}

/* What the policies of all that is asked about want of the whole response. */
static bool heed_policies(ocsp_answer_draft_t *draft,
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
            draft->lasting = draft->lasting
                          && unlisted == OCSP_ANSWER_UNLISTED_GOOD;
        }
    }
    if (draft->age_s != INT64_MAX) {
        draft->answer.send_until = content->produced_at + draft->age_s;
        draft->lasting = draft->lasting && draft->age_s > 0;
    }
    draft->answer.lasting = draft->lasting && content->nonce.data == NULL;
    return authorized;
}

static void refuse(ocsp_answer_draft_t *out, ocsp_response_status_t status,
                   const char *why)
{
    *out = (ocsp_answer_draft_t){.templ = NULL};
    ocsp_answer_refuse(&out->answer, status, why);
}

/* Each certificate's part, or why nothing can be said now. */
static const char *decide_all(ocsp_answer_draft_t *out,
                              const ocsp_answer_subject_t *subjects,
                              size_t count, int64_t now, apr_pool_t *p)
{
    ocsp_response_single_t *singles = apr_pcalloc(p, count * sizeof(*singles));
    int64_t signer_end = ocsp_signer_get_not_after(out->answer.signer);
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
                       const ocsp_answer_wishes_t *wishes, int64_t now,
                       apr_pool_t *p)
{
    ocsp_signer_select_t choice;
    const char *why = find_signers(&choice, subjects, count, p);
    bool ended = false;

    if (why != NULL) {
        refuse(out, OCSP_RESPONSE_UNAUTHORIZED, why);
        return;
    }
    if ((why = find_any_lack(&choice, subjects, count, now, &ended)) != NULL) {
        refuse(out, OCSP_RESPONSE_TRY_LATER, why);
        out->answer.signers_ended = ended;
        return;
    }
    *out = (ocsp_answer_draft_t){
        .answer = {.status = OCSP_RESPONSE_SUCCESSFUL,
                   .produced_at = now,
                   .this_update = INT64_MIN,
                   .next_update = INT64_MAX,
                   .send_until = INT64_MAX},
        .templ = ocsp_signer_select_choose(&choice, wishes->preferred,
                                           wishes->signed_with),
        .content = {.count = count, .nonce = wishes->nonce, .produced_at = now},
        .policy = subjects[0].policy,
        .age_s = INT64_MAX};
    out->answer.signer = signer_of(out->templ);
    out->lasting = out->templ
                == ocsp_signer_select_choose_usual(&choice,
                                                   wishes->signed_with);
    if ((why = decide_all(out, subjects, count, now, p)) != NULL) {
        refuse(out, OCSP_RESPONSE_TRY_LATER, why);
    }
    else if (!heed_policies(out, subjects)) {
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
