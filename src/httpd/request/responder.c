/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See serve.h. What is asked, known and said is decided in lower floors. Floor
 * 4.
 */
#include "httpd/request/responder.h"

#include <stdbool.h>

#include "httpd/runtime/sign_limit.h"
#include "httpd/log.h"
#include "httpd/signers/signer_reload.h"
#include "httpd/request/request_log.h"
#include "httpd/runtime/sign_contexts.h"
#include "wire/request.h"

/* Octets of the shortest Request: no request holds more than its size lets. */
#define REQUEST_LEN_MIN 16

/* How long others leave the renewal of a response to who began it, seconds. */
#define RENEWAL_S 10

void ocsp_responder_count(const ocsp_responder_t *job, ocsp_counter_t which,
                          unsigned n)
{
    if (job->conf->shared.counters != NULL && n != 0) {
        ocsp_counters_add(job->conf->shared.counters,
                          (unsigned long)job->r->connection->id, which, n);
    }
}

static void count_answer(const ocsp_responder_t *job)
{
    const ocsp_answer_t *a = &job->item.draft.answer;

    switch (a->status) {
    case OCSP_RESPONSE_SUCCESSFUL:
        ocsp_responder_count(job, OCSP_COUNTER_GOOD, a->good);
        ocsp_responder_count(job, OCSP_COUNTER_REVOKED, a->revoked);
        ocsp_responder_count(job, OCSP_COUNTER_UNKNOWN, a->unknown);
        break;
    case OCSP_RESPONSE_MALFORMED_REQUEST:
        ocsp_responder_count(job, OCSP_COUNTER_MALFORMED_REQUEST, 1);
        break;
    case OCSP_RESPONSE_INTERNAL_ERROR:
        ocsp_responder_count(job, OCSP_COUNTER_INTERNAL_ERROR, 1);
        break;
    case OCSP_RESPONSE_TRY_LATER:
        ocsp_responder_count(job, OCSP_COUNTER_TRY_LATER, 1);
        break;
    case OCSP_RESPONSE_SIG_REQUIRED: /* never made: nothing requires one */
    case OCSP_RESPONSE_UNAUTHORIZED:
        ocsp_responder_count(job, OCSP_COUNTER_UNAUTHORIZED, 1);
        break;
    }
}

/* --- what is said --------------------------------------------------------- */

/* @return certificates asked about, or 0: malformed */
static size_t parse_request(ocsp_request_t *request,
                            const ocsp_responder_t *job)
{
    size_t max = ocsp_server_config_get_max_certs(job->conf);
    ocsp_certid_t *certids;

    if (max > job->body.len / REQUEST_LEN_MIN) {
        max = job->body.len / REQUEST_LEN_MIN + 1;
    }
    certids = apr_palloc(job->r->pool, max * sizeof(*certids));
    return ocsp_request_parse(request, certids, max, job->body.data,
                              job->body.len)
             ? request->certid_count
             : 0;
}

/* Signers that several issuers share may have ended, and one's own not. */
static bool has_ended(const ocsp_answer_signers_t *signers, int64_t now)
{
    bool ended = true;
    size_t i;

    for (i = 0; ended && i < signers->count; i++) {
        const ocsp_signer_t *signer = ocsp_response_template_get0_signer(
            signers->templs[i]);

        ended = now < ocsp_signer_get_not_before(signer)
             || now >= ocsp_signer_get_not_after(signer);
    }
    return ended;
}

/* @param signers the issuer's, or NULL */
static void report(const ocsp_responder_t *job, const ocsp_request_t *request,
                   const ocsp_answer_subject_t *subjects,
                   const ocsp_answer_signers_t *signers)
{
    size_t i;

    if (job->item.draft.answer.signers_ended && signers != NULL
        && has_ended(signers, job->now)) {
        ocsp_request_log_ended(job->r, job->conf->shared.arena, job->issuer,
                               job->now);
    }
    for (i = 0; APLOGrtrace1(job->r) && i < request->certid_count; i++) {
        ocsp_request_log_subject(job->r, &request->certids[i], &subjects[i]);
    }
}

/* A signature that failed is a signer's fault, and so the operator's business:
 * all issuers asked about have one signer. */
static void report_answer(const ocsp_responder_t *job)
{
    const ocsp_answer_t *a = &job->item.draft.answer;

    if (a->status != OCSP_RESPONSE_INTERNAL_ERROR) {
        ocsp_request_log_answer(job->r, a, job->body);
    }
    else {
        ocsp_request_log_failed(job->r->server, job->conf->shared.arena,
                                job->issuer, a->why, job->now);
    }
}

static void draft(ocsp_responder_t *job, const ocsp_request_t *request)
{
    ocsp_answer_wishes_t wishes = {request->nonce, request->preferred,
                                   request->signed_with};
    size_t i, count = request->certid_count;
    ocsp_answer_subject_t *subjects = apr_palloc(job->r->pool,
                                                 count * sizeof(*subjects));
    const ocsp_answer_signers_t *signers = NULL;
    const ocsp_issuers_issuer_t *si;

    for (i = 0; i < count; i++) {
        ocsp_response_cache_look_up(&subjects[i], &si, job->conf,
                                    &request->certids[i]);
        if (si != NULL) {
            job->issuer = si;
            signers = subjects[i].signers;
            if (si->config.http_max_age_s < job->http_max_age_s) {
                job->http_max_age_s = si->config.http_max_age_s;
            }
        }
    }
    /* Not r->request_time: the body may have taken its time. */
    job->now = (int64_t)apr_time_sec(apr_time_now());
    ocsp_answer_draft(&job->item.draft, subjects, count, &wishes, job->now,
                      job->r->pool);
    report(job, request, subjects, signers);
}

/* --- where it comes from -------------------------------------------------- */

/* What takes long enough takes turns with other issuers'. */
static ocsp_sign_limit_result_t enter(ocsp_sign_limit_job_t *stay,
                                      const ocsp_responder_t *job,
                                      ocsp_der_t key, bool may_wait)
{
    uint32_t issuer = job->issuer != NULL ? (uint32_t)job->issuer->running.slot
                                          : 0;
    bool counts = ocsp_signer_get_cost(job->item.draft.answer.signer)
                > OCSP_SIGN_LIMIT_FREE_US;

    return ocsp_sign_limit_begin(stay, job->conf->shared.sign_limit, key,
                                 issuer, counts, may_wait);
}

static void make(ocsp_responder_t *job, uint32_t hits)
{
    ocsp_response_cache_make(
        &job->item, job->conf->shared.cache,
        ocsp_sign_contexts_get_contexts(job->conf->shared.threads,
                                        job->r->connection->current_thread),
        hits, job->r->pool);
    if (job->item.draft.answer.status == OCSP_RESPONSE_SUCCESSFUL) {
        ocsp_responder_count(job, OCSP_COUNTER_SIGNATURE, 1);
    }
}

static bool find(ocsp_responder_t *job)
{
    return ocsp_response_cache_find(&job->item, &job->conf->shared,
                                    job->r->pool);
}

/* What was found holds, but not for long: one request makes the next, if there
 * is nothing more urgent. */
static void renew(ocsp_responder_t *job,
                  const ocsp_response_cache_item_t *fresh)
{
    ocsp_response_cache_item_t found = job->item;
    ocsp_sign_limit_job_t stay;

    if (enter(&stay, job, job->item.key, false) != OCSP_SIGN_LIMIT_SIGN) {
        return;
    }
    if (ocsp_cache_claim_renewal(job->conf->shared.cache, job->item.key,
                                 job->now, RENEWAL_S)) {
        job->item = *fresh;
        make(job, found.hits / 2);
        if (job->item.draft.answer.status != OCSP_RESPONSE_SUCCESSFUL) {
            report_answer(job);
            job->item = found;
        }
    }
    ocsp_sign_limit_end(&stay, job->conf->shared.sign_limit);
}

/* R116 */
static void do_without(ocsp_responder_t *job)
{
    ocsp_responder_count(job, OCSP_COUNTER_SIGN_REFUSED, 1);
    if (ocsp_answer_drop_nonce(&job->item.draft)) {
        ocsp_response_cache_begin(&job->item, job->r->pool);
    }
    if (find(job)) {
        return;
    }
    ocsp_answer_refuse(&job->item.draft.answer, OCSP_RESPONSE_TRY_LATER,
                       "RFC 6960 section 2.3: too much is to be signed just "
                       "now (OCSPSignLimit)");
}

static void sign(ocsp_responder_t *job)
{
    static const ocsp_der_t alone = {NULL, 0};
    bool kept = job->conf->shared.cache != NULL;
    ocsp_sign_limit_job_t stay;
    /* what is not kept, nobody has from another */
    ocsp_sign_limit_result_t word = enter(&stay, job,
                                          kept ? job->item.key : alone, true);

    if (word == OCSP_SIGN_LIMIT_MADE) {
        if (find(job)) {
            return;
        }
        /* refused, or not kept: everybody for himself, in turn */
        word = enter(&stay, job, alone, true);
    }
    if (word != OCSP_SIGN_LIMIT_SIGN) {
        do_without(job);
        return;
    }
    if (!find(job)) { /* another process may have made it meanwhile */
        make(job, 0);
    }
    ocsp_sign_limit_end(&stay, job->conf->shared.sign_limit);
}

static void say(ocsp_responder_t *job)
{
    ocsp_response_cache_item_t fresh;

    ocsp_response_cache_begin(&job->item, job->r->pool);
    fresh = job->item;
    if (find(job)) {
        ocsp_responder_count(job, OCSP_COUNTER_CACHE_HIT, 1);
        if (job->item.due) {
            renew(job, &fresh);
        }
        return;
    }
    if (job->item.key.len != 0 && job->conf->shared.cache != NULL) {
        ocsp_responder_count(job, OCSP_COUNTER_CACHE_MISS, 1);
    }
    sign(job);
}

static void refuse(ocsp_responder_t *job, const char *why)
{
    ocsp_answer_refuse(&job->item.draft.answer, OCSP_RESPONSE_MALFORMED_REQUEST,
                       why);
}

static void answer(ocsp_responder_t *job)
{
    ocsp_request_t request;

    if (job->body.data == NULL) {
        refuse(job, "no base64 of a request in the URL");
        return;
    }
    if (parse_request(&request, job) == 0) {
        refuse(job, "not an OCSPRequest that RFC 6960 section 4.1.1 allows, or "
                    "for too many certificates");
        return;
    }
    draft(job, &request);
    if (job->item.draft.answer.status == OCSP_RESPONSE_SUCCESSFUL) {
        say(job);
    }
}

void ocsp_responder_answer(ocsp_responder_t *job)
{
    struct ocsp_signer_reload_t *renewal = job->conf->shared.renewal;
    ocsp_signer_reload_stay_t stay = 0;

    job->http_max_age_s = INT64_MAX;
    job->now = (int64_t)apr_time_sec(job->r->request_time);
    job->issuer = NULL;
    job->item.digest = NULL;
    if (renewal != NULL) { /* NULL: no issuer is configured */
        stay = ocsp_signer_reload_enter(renewal);
    }
    answer(job);
    report_answer(job);
    if (renewal != NULL) {
        ocsp_signer_reload_leave(renewal, stay);
    }
    count_answer(job);
}
