/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The way of a request in six steps: parse_request, look_up, decide,
 * find_cached, sign, log_answer. Floor 4.
 */
#include "httpd/request/responder.h"

#include "httpd/log.h"
#include "httpd/request/request_log.h"
#include "httpd/runtime/sign_contexts.h"
#include "httpd/runtime/sign_limit.h"
#include "httpd/signers/signer_reload.h"

/* Octets of the shortest Request: its size limits how many there can be. */
#define REQUEST_LEN_MIN 16

static void refuse(ocsp_responder_job_t *job, ocsp_response_status_t status,
                   const char *why)
{
    ocsp_answer_refuse(&job->item.draft.answer, status, why);
}

/* --- 1. parse ------------------------------------------------------------- */

static bool parse_request(ocsp_responder_job_t *job)
{
    size_t max = (size_t)job->conf->max_certs;
    ocsp_certid_t *certids;

    if (job->body.data == NULL) {
        refuse(job, OCSP_RESPONSE_MALFORMED_REQUEST,
               "no base64 of a request in the URL");
        return false;
    }
    if (max > job->body.len / REQUEST_LEN_MIN) {
        max = job->body.len / REQUEST_LEN_MIN + 1;
    }
    certids = apr_palloc(job->r->pool, max * sizeof(*certids));
    if (!ocsp_request_parse(&job->request, certids, max, job->body.data,
                            job->body.len)) {
        refuse(job, OCSP_RESPONSE_MALFORMED_REQUEST,
               "not an OCSPRequest that RFC 6960 section 4.1.1 allows, or for "
               "too many certificates");
        return false;
    }
    return true;
}

/* --- 2. look up ----------------------------------------------------------- */

/* A server's own issuers override those that it inherits. So if one of its own
 * has a certificate that cannot be read, that one may be meant, even where an
 * inherited issuer would match.
 * @param knowledge set where no issuer is found */
static const ocsp_issuers_issuer_t *find_issuer(
    ocsp_answer_knowledge_t *knowledge, const ocsp_server_config_t *conf,
    const ocsp_certid_t *id)
{
    const ocsp_issuers_issuer_t *si = ocsp_issuers_find(conf->own, id);
    bool unreadable = conf->own->unreadable;

    if (si == NULL && !unreadable && conf->inherited != NULL) {
        si = ocsp_issuers_find(conf->inherited, id);
        unreadable = conf->inherited->unreadable;
    }
    *knowledge = unreadable ? OCSP_ANSWER_UNREADABLE : OCSP_ANSWER_FOREIGN;
    return si;
}

void ocsp_responder_look_up(ocsp_answer_subject_t *subject,
                            const ocsp_issuers_issuer_t **out,
                            const ocsp_server_config_t *conf,
                            const ocsp_certid_t *id)
{
    const ocsp_issuers_issuer_t *si;

    memset(subject, 0, sizeof(*subject));
    subject->certid = id->der;
    *out = si = find_issuer(&subject->knowledge, conf, id);
    if (si == NULL) {
        return;
    }
    subject->signers = ocsp_signer_reload_get_signers(si);
    subject->policy = &si->config.policy;
    subject->knowledge = OCSP_ANSWER_NO_TABLE;
    if (si->running.has_slot
        && ocsp_arena_lookup(&subject->record, conf->shared.arena,
                             si->running.slot, si->running.id, id->serial.data,
                             id->serial.len)
               == APR_SUCCESS) {
        subject->knowledge = OCSP_ANSWER_RECORD;
    }
}

static void look_up(ocsp_responder_job_t *job)
{
    const ocsp_issuers_issuer_t *si;
    size_t i, count = job->request.certid_count;

    job->subjects = apr_palloc(job->r->pool, count * sizeof(*job->subjects));
    for (i = 0; i < count; i++) {
        ocsp_responder_look_up(&job->subjects[i], &si, job->conf,
                               &job->request.certids[i]);
        if (si == NULL) {
            continue;
        }
        job->item.issuer = si;
        job->signers = job->subjects[i].signers;
        if (si->config.level->http_max_age_s < job->http_max_age_s) {
            job->http_max_age_s = si->config.level->http_max_age_s;
        }
    }
}

/* --- 3. decide ------------------------------------------------------------ */

static bool decide(ocsp_responder_job_t *job)
{
    /* Not r->request_time: the body may have taken long to arrive. */
    job->now = (int64_t)apr_time_sec(apr_time_now());
    ocsp_answer_draft(&job->item.draft, job->subjects,
                      job->request.certid_count, &job->request, job->now,
                      job->r->pool);
    if (job->item.draft.answer.status != OCSP_RESPONSE_SUCCESSFUL) {
        return false;
    }
    ocsp_response_cache_begin(&job->item, job->r->pool);
    return true;
}

/* --- signing, for the steps that follow ----------------------------------- */

static ocsp_sign_limit_result_t begin_signing(ocsp_sign_limit_job_t *signature,
                                              const ocsp_responder_job_t *job,
                                              ocsp_der_t key, bool may_wait)
{
    uint32_t issuer = job->item.issuer != NULL
                        ? (uint32_t)job->item.issuer->running.slot
                        : 0;
    /* a quick signature costs less than to wait */
    bool is_limited = !job->item.draft.answer.signer->algorithm.is_quick;

    return ocsp_sign_limit_begin(signature, job->conf->shared.sign_limit, key,
                                 issuer, is_limited, may_wait);
}

static ocsp_signer_contexts_t *get_contexts(const ocsp_responder_job_t *job)
{
    return ocsp_sign_contexts_get_contexts(job->conf->shared.threads,
                                           job->r->connection->current_thread);
}

static bool is_signed(const ocsp_responder_job_t *job)
{
    const ocsp_answer_t *a = &job->item.draft.answer;

    if (a->status != OCSP_RESPONSE_SUCCESSFUL) {
        ocsp_request_log_failed(job->r->server, job->conf->shared.arena,
                                job->item.issuer, a->why, job->now);
    }
    return a->status == OCSP_RESPONSE_SUCCESSFUL;
}

/* --- 4. find cached ------------------------------------------------------- */

static bool reuse(ocsp_responder_job_t *job)
{
    return ocsp_response_cache_find(&job->item, &job->conf->shared,
                                    job->r->pool);
}

/* Replace a cached response that is still valid but due for renewal. One
 * request does it, and only if it can sign at once: if not, or if it fails, the
 * cached one is sent. */
static void renew(ocsp_responder_job_t *job,
                  const ocsp_response_cache_item_t *draft)
{
    const ocsp_response_cache_item_t cached = job->item;
    ocsp_sign_limit_job_t signature = {0};

    if (begin_signing(&signature, job, cached.key, false)
        != OCSP_SIGN_LIMIT_SIGN) {
        return;
    }
    job->item = *draft;
    if (!ocsp_response_cache_renew(&job->item, &job->conf->shared,
                                   get_contexts(job), cached.hits, job->r->pool)
        || !is_signed(job)) {
        job->item = cached;
    }
    ocsp_sign_limit_end(&signature, job->conf->shared.sign_limit);
}

static bool find_cached(ocsp_responder_job_t *job)
{
    const ocsp_response_cache_item_t draft = job->item;

    if (job->item.key.len == 0 || job->conf->shared.cache == NULL) {
        return false;
    }
    if (!reuse(job)) {
        ocsp_responder_count(job, OCSP_COUNTER_CACHE_MISS, 1);
        return false;
    }
    ocsp_responder_count(job, OCSP_COUNTER_CACHE_HIT, 1);
    job->is_cached = !job->item.due;
    if (job->item.due) {
        renew(job, &draft);
    }
    return true;
}

/* --- 5. sign -------------------------------------------------------------- */

/* Too many signatures are under way: a cached response without the nonce is
 * better than none (R116). */
static void answer_unsigned(ocsp_responder_job_t *job)
{
    ocsp_responder_count(job, OCSP_COUNTER_SIGN_REFUSED, 1);
    if (ocsp_answer_remove_nonce(&job->item.draft)) {
        ocsp_response_cache_begin(&job->item, job->r->pool);
    }
    if (!reuse(job)) {
        refuse(job, OCSP_RESPONSE_TRY_LATER,
               "RFC 6960 section 2.3: too many signatures are under way "
               "(OCSPSignLimit)");
    }
}

static void sign(ocsp_responder_job_t *job)
{
    static const ocsp_der_t none = {NULL, 0};
    /* a response that is not cached cannot be had from another thread */
    bool is_cached = job->conf->shared.cache != NULL;
    ocsp_sign_limit_job_t signature = {0};
    ocsp_sign_limit_result_t result =
        begin_signing(&signature, job, is_cached ? job->item.key : none, true);

    if (result == OCSP_SIGN_LIMIT_MADE) {
        if (reuse(job)) {
            return;
        }
        /* The other thread failed, or the cache had no room. */
        result = begin_signing(&signature, job, none, true);
    }
    if (result != OCSP_SIGN_LIMIT_SIGN) {
        answer_unsigned(job);
        return;
    }
    if (!reuse(job)) { /* another process may have made it meanwhile */
        ocsp_response_cache_make(&job->item, &job->conf->shared,
                                 get_contexts(job), 0, job->r->pool);
        (void)is_signed(job);
    }
    ocsp_sign_limit_end(&signature, job->conf->shared.sign_limit);
}

/* --- 6. log --------------------------------------------------------------- */

void ocsp_responder_count(const ocsp_responder_job_t *job, ocsp_counter_t which,
                          unsigned n)
{
    if (job->conf->shared.counters != NULL && n != 0) {
        ocsp_counters_add(job->conf->shared.counters,
                          (unsigned long)job->r->connection->id, which, n);
    }
}

static void count_answer(const ocsp_responder_job_t *job,
                         const ocsp_answer_t *a)
{
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

void ocsp_responder_count_repeated(const ocsp_responder_job_t *job,
                                   const ocsp_answer_t *a)
{
    ocsp_responder_count(job, OCSP_COUNTER_CACHE_HIT, 1);
    count_answer(job, a);
}

/* If several issuers were asked about, signers that all of them share may have
 * ended, although the last issuer has another that is valid. */
static bool have_signers_ended(const ocsp_answer_signers_t *signers,
                               int64_t now)
{
    size_t i;

    for (i = 0; i < signers->count; i++) {
        const ocsp_signer_t *signer = signers->templs[i]->signer;

        if (now >= signer->not_before && now < signer->not_after) {
            return false;
        }
    }
    return true;
}

static void log_answer(const ocsp_responder_job_t *job)
{
    const ocsp_answer_t *a = &job->item.draft.answer;
    size_t i;

    for (i = 0; APLOGrtrace1(job->r) && i < job->request.certid_count; i++) {
        ocsp_request_log_subject(job->r, &job->request.certids[i],
                                 &job->subjects[i]);
    }
    if (a->signers_ended && job->signers != NULL
        && have_signers_ended(job->signers, job->now)) {
        ocsp_request_log_ended(job->r, job->conf->shared.arena,
                               job->item.issuer, job->now);
    }
    if (a->status != OCSP_RESPONSE_INTERNAL_ERROR) { /* see is_signed */
        ocsp_request_log_answer(job->r, a, job->body);
    }
    count_answer(job, a);
}

/* -------------------------------------------------------------------------- */

void ocsp_responder_answer(ocsp_responder_job_t *job)
{
    struct ocsp_signer_reload_t *reload = job->conf->shared.signer_reload;
    ocsp_signer_reload_section_t section = 0;

    job->now = (int64_t)apr_time_sec(job->r->request_time);
    job->http_max_age_s = INT64_MAX;
    job->item.issuer = NULL;
    job->signers = NULL;
    job->item.digest = NULL;
    job->is_cached = false;
    job->request.certid_count = 0;
    if (reload != NULL) { /* NULL: no issuer is configured */
        section = ocsp_signer_reload_enter(reload);
    }
    if (parse_request(job)) {
        look_up(job);
        if (decide(job) && !find_cached(job)) {
            sign(job);
        }
    }
    log_answer(job);
    if (reload != NULL) {
        ocsp_signer_reload_leave(reload, section);
    }
}
