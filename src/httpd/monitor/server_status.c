/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One struct of facts, printed twice: as HTML and as ?auto lines. Floor 4.
 */
#include "httpd/monitor/server_status.h"

#include <apr_strings.h>
#include <http_main.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <stdbool.h>
#include <string.h>

#include "answer/expiry.h"
#include "httpd/runtime/sign_limit.h"
#include "httpd/config/server_config.h"
#include "httpd/load/load_ctx.h"
#include "httpd/signers/signer_reload.h"
#include "httpd/load/sources.h"
#include "httpd/runtime/version.h"
#include "shared/refresh_state.h"
#include "status/crl.h"

/* How an issuer fares. */
typedef enum {
    STATE_OK = 0,
    STATE_WARNING, /* it is answered, and somebody should look */
    STATE_STALE,   /* its data has ended */
    STATE_FAILED,  /* the last load, which may leave earlier data in use */
} state_t;

static const char *const state_names[] = {"ok", "warning", "stale", "failed"};

/* What is shown of one issuer; every string fit for a line of text. */
typedef struct {
    const char *server;
    unsigned port;
    const char *subject;
    apr_uint64_t entries;
    apr_uint64_t issued;
    bool issuance; /* issued counts something */
    const char *this_update;
    const char *next_update;
    int64_t next_update_at; /* or OCSP_TABLE_ENDLESS; likewise: */
    int64_t data_end;
    int64_t signer_end;
    const char *last_load;
    int64_t last_load_age_s; /* -1: none */
    state_t state;
    const char *last_result;
    const char *signer;
    bool has_valid_signer;
    bool has_table;
    bool answered; /* not tryLater alone */
} facts_t;

static const struct {
    ocsp_counter_t which;
    const char *name;
} counters[] = {
    {OCSP_COUNTER_GOOD, "Good"},
    {OCSP_COUNTER_REVOKED, "Revoked"},
    {OCSP_COUNTER_UNKNOWN, "Unknown"},
    {OCSP_COUNTER_MALFORMED_REQUEST, "MalformedRequest"},
    {OCSP_COUNTER_INTERNAL_ERROR, "InternalError"},
    {OCSP_COUNTER_TRY_LATER, "TryLater"},
    {OCSP_COUNTER_UNAUTHORIZED, "Unauthorized"},
    {OCSP_COUNTER_HTTP_ERROR, "HTTPError"},
    {OCSP_COUNTER_CACHE_HIT, "CacheHits"},
    {OCSP_COUNTER_CACHE_MISS, "CacheMisses"},
    {OCSP_COUNTER_SIGNATURE, "Signatures"},
    {OCSP_COUNTER_SIGN_REFUSED, "SignRefused"},
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

/* @param expiry of the one that lasts longest; else OCSP_EXPIRY_FAR */
static const char *describe_signer(const ocsp_signer_t *signer,
                                   ocsp_expiry_t expiry, int64_t now,
                                   apr_pool_t *p)
{
    static const char *const words[] = {"ok until ", "ends soon: ",
                                        "ends soon, renew it now: "};

    return apr_pstrcat(
        p,
        ocsp_signer_is_valid(signer, now) && expiry != OCSP_EXPIRY_PAST
            ? words[expiry]
            : "not valid, ends ",
        ocsp_load_ctx_print_time(p, ocsp_signer_get_not_after(signer)), " (",
        ocsp_signer_get0_description(signer), ")", NULL);
}

static void collect_signer(facts_t *f, const ocsp_signer_t *signer, int64_t now)
{
    int64_t end = ocsp_signer_get_not_after(signer);

    f->has_valid_signer = f->has_valid_signer
                       || ocsp_signer_is_valid(signer, now);
    if (f->signer_end == OCSP_TABLE_ENDLESS || end > f->signer_end) {
        f->signer_end = end;
    }
}

/* As they are in the process that is asked. */
static const char *collect_signers(facts_t *f, const ocsp_server_config_t *conf,
                                   const ocsp_issuers_issuer_t *si, int64_t now,
                                   apr_pool_t *p)
{
    ocsp_signer_reload_stay_t stay = ocsp_signer_reload_enter(
        conf->shared.renewal);
    const ocsp_answer_signers_t *signers = ocsp_signer_reload_get_signers(
        conf->shared.renewal, conf->shared.arena, si);
    /* those that came later had no fault */
    const char *why = signers == &si->loaded.signers ? si->loaded.signer_why
                                                     : NULL;
    const char *text = "";
    const ocsp_signer_t *last;
    ocsp_expiry_t expiry = ocsp_expiry_find(&last, signers, now);
    size_t i;

    for (i = 0; i < signers->count; i++) {
        const ocsp_signer_t *signer = ocsp_response_template_get0_signer(
            signers->templs[i]);

        text = apr_pstrcat(p, text, i != 0 ? "; " : "",
                           describe_signer(signer,
                                           signer == last ? expiry
                                                          : OCSP_EXPIRY_FAR,
                                           now, p),
                           NULL);
        collect_signer(f, signer, now);
    }
    ocsp_signer_reload_leave(conf->shared.renewal, stay);
    if (text[0] == '\0') {
        return why != NULL ? why : "none";
    }
    return why == NULL ? text
                       : apr_pstrcat(p, text, ", and a fault: ", why, NULL);
}

/* Whether less than a third is left of the time from start to end. */
static bool is_ending(int64_t start, int64_t end, int64_t now)
{
    return end != OCSP_TABLE_ENDLESS && end - now < (end - start) / 3;
}

static bool is_past_next_update(const ocsp_table_info_t *info, int64_t now)
{
    return info->crl && info->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && info->next_update <= now;
}

/* What the clock makes of data that was loaded well. */
static const char *describe_age(state_t *state, const ocsp_issuers_issuer_t *si,
                                const ocsp_table_info_t *info, int64_t data_end,
                                int64_t now, apr_pool_t *p)
{
    const ocsp_answer_policy_t *policy = &si->config.policy;
    int64_t crl_end = ocsp_table_find_end(info->crl, info->this_update,
                                          info->next_update, 0, policy->grace_s,
                                          policy->max_age_s);
    int64_t rest_end = ocsp_table_find_end(false, info->this_update,
                                           OCSP_CRL_NO_NEXT_UPDATE,
                                           info->changed, policy->grace_s,
                                           policy->max_age_s);

    *state = STATE_STALE;
    if (crl_end <= now && is_past_next_update(info, now)) {
        return "past nextUpdate";
    }
    if (crl_end <= now || rest_end <= now) {
        return "older than OCSPSourceMaxAge";
    }
    if (data_end <= now) {
        return "not checked for changes for too long";
    }
    *state = STATE_WARNING;
    if (is_past_next_update(info, now)) {
        return apr_pstrcat(p,
                           "past nextUpdate, and counts by OCSPStaleGrace "
                           "until ",
                           ocsp_load_ctx_print_time(p, crl_end), NULL);
    }
    if (is_ending(info->this_update, crl_end, now)
        || is_ending(info->changed, rest_end, now)) {
        return "less than a third of its time is left";
    }
    *state = STATE_OK;
    return NULL;
}

/* What the last load has said of what it has loaded, and what is to be said of
 * its age now. */
static const char *describe_loaded(state_t *state,
                                   const ocsp_load_result_record_t *last,
                                   const ocsp_issuers_issuer_t *si,
                                   const ocsp_table_info_t *info,
                                   int64_t data_end, int64_t now, apr_pool_t *p)
{
    const char *age = describe_age(state, si, info, data_end, now, p);
    const char *text = ap_escape_logitem(p, last->text);

    if (*state == STATE_STALE || text[0] == '\0'
        || is_past_next_update(info, now)) {
        return age;
    }
    *state = STATE_WARNING;
    return age == NULL ? text : apr_pstrcat(p, text, "; ", age, NULL);
}

/* A failure is not the end: whether clients get answers meanwhile. */
static const char *describe_effect(const facts_t *f, int64_t now, apr_pool_t *p)
{
    if (!f->has_table || !f->has_valid_signer) {
        return "clients get tryLater";
    }
    if (f->data_end <= now) {
        return apr_pstrcat(p,
                           "clients get tryLater, since the data of before "
                           "ended at ",
                           ocsp_load_ctx_print_time(p, f->data_end), NULL);
    }
    if (!f->answered) {
        return "clients get tryLater, but for what is revoked: see "
               "OCSPCRLCoverage";
    }
    return apr_pstrcat(p, "clients are answered from the data of ",
                       f->this_update, " until ",
                       f->data_end == OCSP_TABLE_ENDLESS
                           ? "it changes"
                           : ocsp_load_ctx_print_time(p, f->data_end),
                       NULL);
}

static void collect_table(facts_t *f, const ocsp_arena_t *arena,
                          const ocsp_issuers_issuer_t *si,
                          const ocsp_table_info_t *info, apr_pool_t *p)
{
    int64_t checked, check_end;

    f->has_table = true;
    f->entries = info->entries;
    f->issued = info->issued;
    f->issuance = info->issuance;
    f->this_update = ocsp_load_ctx_print_time(p, info->this_update);
    if (info->crl && info->next_update != OCSP_CRL_NO_NEXT_UPDATE) {
        f->next_update = ocsp_load_ctx_print_time(p, info->next_update);
        f->next_update_at = info->next_update;
    }
    else if (info->crl) {
        f->next_update = "none";
    }
    f->data_end = ocsp_sources_find_end(si, info);
    check_end = ocsp_sources_find_check_end(&checked, arena, si, info);
    if (check_end != 0 && check_end < f->data_end) {
        f->data_end = check_end;
    }
}

static void collect_result(facts_t *f, const ocsp_server_config_t *conf,
                           const ocsp_issuers_issuer_t *si, int64_t now,
                           apr_pool_t *p)
{
    ocsp_load_result_record_t last = {.kind = OCSP_LOAD_RESULT_NONE};
    const char *text = si->loaded.issuer == NULL ? "certificate not readable"
                                                 : "never loaded";
    ocsp_table_info_t info;

    f->state = STATE_FAILED;
    if (si->running.has_slot) {
        ocsp_arena_get_result(&last, conf->shared.arena, si->running.slot,
                              si->running.id);
    }
    if (si->running.has_slot
        && ocsp_arena_get_info(&info, conf->shared.arena, si->running.slot,
                               si->running.id)
               == APR_SUCCESS) {
        collect_table(f, conf->shared.arena, si, &info, p);
    }
    f->answered = f->has_table && f->has_valid_signer && f->data_end > now
               && !ocsp_sources_is_uncovered(si, &info);
    if (last.kind != OCSP_LOAD_RESULT_NONE) {
        f->last_load = ocsp_load_ctx_print_time(p, last.time);
        f->last_load_age_s = now - last.time;
        text = *last.text != '\0' ? ap_escape_logitem(p, last.text) : "no data";
    }
    if (last.kind != OCSP_LOAD_RESULT_NONE
        && !ocsp_load_result_is_failure(last.kind) && f->has_table) {
        text = describe_loaded(&f->state, &last, si, &info, f->data_end, now,
                               p);
    }
    else {
        text = apr_pstrcat(p, text, "; ", describe_effect(f, now, p), NULL);
    }
    if (f->state <= STATE_WARNING && !si->running.is_duplicate
        && ocsp_signer_reload_is_faulty(conf->shared.retries,
                                        conf->shared.arena, si)) {
        f->state = STATE_FAILED;
        text = apr_pstrcat(p,
                           "a signer's certificate or key is not in order: see "
                           "OCSP202, OCSP204 or OCSP223 in the error log; ",
                           describe_effect(f, now, p), NULL);
    }
    f->last_result = apr_pstrcat(p, state_names[f->state],
                                 text != NULL ? ": " : NULL, text, NULL);
}

static void collect(facts_t *f, const server_rec *s,
                    const ocsp_issuers_issuer_t *si, int64_t now, apr_pool_t *p)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(s);

    memset(f, 0, sizeof(*f));
    f->server = s->server_hostname != NULL ? s->server_hostname : "-";
    f->port = ocsp_load_ctx_get_port(s);
    f->subject = si->loaded.issuer != NULL
                   ? si->loaded.name
                   : ap_escape_logitem(p, si->loaded.name);
    f->this_update = f->next_update = f->last_load = "-";
    f->next_update_at = f->data_end = f->signer_end = OCSP_TABLE_ENDLESS;
    f->last_load_age_s = -1;
    /* file names may hold anything, and lines are told apart by their ends */
    f->signer = ap_escape_logitem(p, collect_signers(f, conf, si, now, p));
    collect_result(f, conf, si, now, p);
}

/* All issuers together. */
typedef struct {
    unsigned count;
    unsigned failed;     /* neither ok nor a warning */
    unsigned unanswered; /* tryLater alone */
} sum_t;

/* Seconds until a time that there is; of others there is no line. */
static void print_seconds(request_rec *r, unsigned i, const char *name,
                          int64_t time, int64_t now)
{
    if (time != OCSP_TABLE_ENDLESS) {
        ap_rprintf(r, "OCSPIssuer[%u]%s: %" APR_INT64_T_FMT "\n", i, name,
                   (apr_int64_t)(time - now));
    }
}

static void print_line(request_rec *r, unsigned i, const facts_t *f,
                       int64_t now)
{
    ap_rprintf(r,
               "OCSPIssuer[%u]Server: %s\n"
               "OCSPIssuer[%u]Port: %u\n"
               "OCSPIssuer[%u]Subject: %s\n"
               "OCSPIssuer[%u]Entries: %" APR_UINT64_T_FMT "\n"
               "OCSPIssuer[%u]Issued: %" APR_UINT64_T_FMT "\n"
               "OCSPIssuer[%u]ThisUpdate: %s\n"
               "OCSPIssuer[%u]NextUpdate: %s\n"
               "OCSPIssuer[%u]LastLoad: %s\n"
               "OCSPIssuer[%u]LastLoadAge: %" APR_INT64_T_FMT "\n"
               "OCSPIssuer[%u]LastResult: %s\n"
               "OCSPIssuer[%u]LastResultOK: %d\n"
               "OCSPIssuer[%u]Answered: %d\n"
               "OCSPIssuer[%u]Signer: %s\n",
               i, f->server, i, f->port, i, f->subject, i, f->entries, i,
               f->issued, i, f->this_update, i, f->next_update, i, f->last_load,
               i, (apr_int64_t)f->last_load_age_s, i, f->last_result, i,
               f->state <= STATE_WARNING, i, f->answered, i, f->signer);
    print_seconds(r, i, "NextUpdateIn", f->next_update_at, now);
    print_seconds(r, i, "DataEndsIn", f->data_end, now);
    print_seconds(r, i, "SignerEndsIn", f->signer_end, now);
}

/* A fault has a colour, and a word in bold. Only an index or a list says what
 * was issued. */
static void print_row(request_rec *r, unsigned i, const facts_t *f, int64_t now)
{
    static const char *const styles[] = {"",
                                         " style=\"background-color: #ffc\"",
                                         " style=\"background-color: #fbb\"",
                                         " style=\"background-color: #fbb\""};
    bool bad = f->state != STATE_OK || !f->answered;

    ap_rprintf(r,
               "<tr%s><td>%u</td><td>%s:%u</td><td>%s</td><td>%s%s%s</td>"
               "<td>%" APR_UINT64_T_FMT "</td><td>%s</td><td>%s</td><td>%s</td>"
               "<td>%s</td><td style=\"white-space: normal\">%s</td>"
               "<td style=\"white-space: normal\">%s</td></tr>\n",
               styles[f->answered ? f->state : STATE_FAILED], i,
               ap_escape_html(r->pool, f->server), f->port,
               ap_escape_html(r->pool, f->subject), bad ? "<b>" : "",
               f->answered ? state_names[f->state] : "NOT ANSWERED",
               bad ? "</b>" : "", f->entries,
               f->issuance
                   ? apr_psprintf(r->pool, "%" APR_UINT64_T_FMT, f->issued)
                   : "-",
               f->this_update, f->next_update, f->last_load,
               ap_escape_html(r->pool, f->last_result),
               ap_escape_html(r->pool, f->signer));
}

/* How one issuer is shown. */
typedef void print_t(request_rec *r, unsigned i, const facts_t *f, int64_t now);

/* Whether a virtual host answers for a main server's issuer from other files,
 * with other signers or with other times: each of these may fail alone. */
static bool is_apart(const ocsp_issuers_issuer_t *view,
                     const ocsp_issuers_issuer_t *of)
{
    return view->config.policy.complete != of->config.policy.complete
        || view->running.has_slot != of->running.has_slot
        || (view->running.has_slot && view->running.slot != of->running.slot)
        || view->config.policy.grace_s != of->config.policy.grace_s
        || view->config.policy.max_age_s != of->config.policy.max_age_s
        || view->config.policy.recheck_s != of->config.policy.recheck_s
        || !ocsp_issuer_config_has_same_signers(view->config.level,
                                                of->config.level);
}

static void print_one(sum_t *sum, request_rec *r, print_t *print,
                      const server_rec *s, const ocsp_issuers_issuer_t *si)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    facts_t facts;

    collect(&facts, s, si, now, r->pool);
    print(r, sum->count++, &facts, now);
    sum->failed += facts.state > STATE_WARNING;
    sum->unanswered += !facts.answered;
}

static void print_own(sum_t *sum, request_rec *r, print_t *print,
                      const server_rec *s)
{
    const ocsp_issuers_t *own = ocsp_server_config_get(s)->own;
    int i;

    for (i = 0; i < own->issuers->nelts; i++) {
        print_one(sum, r, print, s, ocsp_issuers_get(own, i));
    }
}

/* Print the main server's issuers as a virtual host answers for them, where
 * files, signers or times differ. A virtual host that cannot read a certificate
 * of its own answers for none of them. */
static void print_views(sum_t *sum, request_rec *r, print_t *print,
                        const server_rec *s, const ocsp_issuers_t *main)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(s);
    int i;

    if (conf->inherited == NULL || conf->own->unreadable) {
        return;
    }
    for (i = 0; i < conf->inherited->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(conf->inherited, i);

        if (!si->running.is_duplicate
            && is_apart(si, ocsp_issuers_get(main, i))) {
            print_one(sum, r, print, s, si);
        }
    }
}

/* Every issuer once, in the order of the configuration. */
static sum_t print_issuers(request_rec *r, print_t *print)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(ap_server_conf);
    const server_rec *s;
    sum_t sum = {.count = 0};

    for (s = ap_server_conf; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (s != ap_server_conf && conf == main) {
            continue; /* a virtual host without its own */
        }
        print_own(&sum, r, print, s);
        print_views(&sum, r, print, s, main->own);
    }
    return sum;
}

/* What is in the cache, and who signs just now. */
typedef struct {
    ocsp_cache_info_t cache;
    unsigned signing;
    unsigned waiting;
} load_t;

static void collect_load(load_t *load,
                         const ocsp_server_config_shared_t *shared)
{
    memset(load, 0, sizeof(*load));
    if (shared->cache != NULL) {
        ocsp_cache_get_info(&load->cache, shared->cache);
    }
    /* who has counters has a sign limit */
    ocsp_sign_limit_count(shared->sign_limit, &load->signing, &load->waiting);
}

static void show_load_text(request_rec *r,
                           const ocsp_server_config_shared_t *shared)
{
    load_t load;

    collect_load(&load, shared);
    ap_rprintf(r,
               "OCSPCacheEntries: %" APR_UINT64_T_FMT
               "\nOCSPCachePlaces: %" APR_UINT64_T_FMT
               "\nOCSPCacheEvicted: %" APR_UINT64_T_FMT
               "\nOCSPSigning: %u\nOCSPSignWaiting: %u\n",
               load.cache.used, load.cache.places, load.cache.evicted,
               load.signing, load.waiting);
}

static void show_load_html(request_rec *r,
                           const ocsp_server_config_shared_t *shared)
{
    load_t load;

    collect_load(&load, shared);
    ap_rprintf(r,
               "<p>Cache: %" APR_UINT64_T_FMT " of %" APR_UINT64_T_FMT
               " places used, %" APR_UINT64_T_FMT
               " evicted; signing: %u, waiting for it: %u</p>\n",
               load.cache.used, load.cache.places, load.cache.evicted,
               load.signing, load.waiting);
}

/* The looks for changes. */
typedef struct {
    const char *last;  /* when one last went over all issuers */
    int64_t age_s;     /* since then; -1: none did */
    const char *state; /* in a word, or in words */
    bool ok;           /* they are made, or are not to be */
} looks_t;

static void collect_looks(looks_t *looks, const ocsp_server_config_t *main,
                          apr_pool_t *p)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    int64_t check_s = main->shared.check_s;
    ocsp_refresh_state_t state = {.ended = 0};

    if (main->shared.arena != NULL) {
        ocsp_refresh_state_get(&state, main->shared.arena, now, check_s);
    }
    looks->last = state.ended != 0 ? ocsp_load_ctx_print_time(p, state.ended)
                                   : "-";
    looks->age_s = state.ended != 0 ? now - state.ended : -1;
    looks->ok = check_s == 0
             || (main->shared.watch != NULL && state.overdue_s <= 0);
    if (check_s == 0) {
        looks->state = "off";
    }
    else if (main->shared.watch == NULL) {
        looks->state = "failed: sources cannot be checked while httpd runs; "
                       "see OCSP234 and OCSP237 in the error log";
    }
    else if (state.overdue_s > 0) {
        looks->state = apr_psprintf(p,
                                    "failed: no check for %" APR_INT64_T_FMT
                                    " s; see OCSP236 in the error log",
                                    (apr_int64_t)state.overdue_s);
    }
    else {
        looks->state = "ok";
    }
}

static void show_looks_text(request_rec *r, const ocsp_server_config_t *main)
{
    looks_t looks;

    collect_looks(&looks, main, r->pool);
    ap_rprintf(r,
               "OCSPLastCheck: %s\nOCSPLastCheckAge: %" APR_INT64_T_FMT
               "\nOCSPCheckState: %s\nOCSPCheckOK: %d\n",
               looks.last, (apr_int64_t)looks.age_s, looks.state, looks.ok);
}

static void show_looks_html(request_rec *r, const ocsp_server_config_t *main)
{
    looks_t looks;

    collect_looks(&looks, main, r->pool);
    ap_rprintf(r, "<p>Sources last checked for changes: %s (%s)</p>\n",
               looks.last, looks.state);
}

static void show_text(request_rec *r, const ocsp_server_config_t *main)
{
    const ocsp_server_config_shared_t *shared = &main->shared;
    const ocsp_counters_t *c = shared->counters;
    size_t i;
    sum_t sum;

    for (i = 0; i < COUNTERS; i++) {
        ap_rprintf(r, "OCSP%s: %" APR_UINT64_T_FMT "\n", counters[i].name,
                   ocsp_counters_get(c, counters[i].which));
    }
    ap_rputs("OCSPVersion: " OCSP_VERSION "\n", r);
    show_load_text(r, shared);
    show_looks_text(r, main);
    sum = print_issuers(r, print_line);
    ap_rprintf(r,
               "OCSPIssuers: %u\nOCSPIssuersFailed: %u\n"
               "OCSPIssuersUnanswered: %u\n",
               sum.count, sum.failed, sum.unanswered);
}

static void show_html(request_rec *r, const ocsp_server_config_t *main)
{
    const ocsp_server_config_shared_t *shared = &main->shared;
    const ocsp_counters_t *c = shared->counters;
    sum_t sum;
    size_t i;

    ap_rputs("<hr />\n<h2>OCSP responder (mod_ocsp " OCSP_VERSION
             ")</h2>\n<table border=\"0\"><tr>",
             r);
    for (i = 0; i < COUNTERS; i++) {
        ap_rprintf(r, "<th>%s</th>", counters[i].name);
    }
    ap_rputs("</tr>\n<tr>", r);
    for (i = 0; i < COUNTERS; i++) {
        ap_rprintf(r, "<td>%" APR_UINT64_T_FMT "</td>",
                   ocsp_counters_get(c, counters[i].which));
    }
    ap_rputs("</tr></table>\n", r);
    show_load_html(r, shared);
    show_looks_html(r, main);
    ap_rputs("<table border=\"0\" style=\"white-space: nowrap\"><tr><th></th>"
             "<th>Server</th><th>Issuer</th><th>State</th>"
             "<th>Revocations</th><th>Issued</th><th>thisUpdate</th>"
             "<th>nextUpdate</th><th>Last load</th><th>Result</th>"
             "<th>Signer</th></tr>\n",
             r);
    sum = print_issuers(r, print_row);
    ap_rprintf(r, "</table>\n<p>%u issuers, %u failed, %u not answered</p>\n",
               sum.count, sum.failed, sum.unanswered);
}

int ocsp_server_status_show(request_rec *r, int flags)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(ap_server_conf);

    if (conf->shared.counters == NULL) {
        return DECLINED; /* no issuer is configured, or no memory */
    }
    if (flags & AP_STATUS_SHORT) {
        show_text(r, conf);
    }
    else {
        show_html(r, conf);
    }
    return OK;
}
