/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Prints the state of the responder and of every issuer for mod_status, as HTML
 * and, for "?auto", as lines of text. Floor 4.
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
#include "httpd/runtime/state_dir.h"
#include "httpd/config/server_config.h"
#include "httpd/load/history.h"
#include "httpd/load/load_ctx.h"
#include "httpd/signers/signer_reload.h"
#include "httpd/load/sources.h"
#include "httpd/runtime/version.h"
#include "shared/refresh_state.h"
#include "status/crl.h"

typedef enum {
    STATE_OK = 0,
    STATE_WARNING,
    STATE_STALE,  /* its data has expired */
    STATE_FAILED, /* the last load failed; earlier data may still be in use */
} state_t;

static const char *const state_names[] = {"ok", "warning", "stale", "failed"};

/* One issuer as it is shown. Strings have no line breaks. */
typedef struct {
    const char *server;
    unsigned port;
    const char *subject;
    apr_uint64_t entries;
    apr_uint64_t issued;
    bool issuance;  /* it has an index or a list */
    bool went_back; /* see ocsp_table_info_t */
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
    bool answered; /* otherwise tryLater */
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

/* @param expiry of the signer that lasts longest; OCSP_EXPIRY_FAR of others
 * @return its description */
static const char *collect_signer(facts_t *f, const ocsp_signer_t *signer,
                                  ocsp_expiry_t expiry, int64_t now,
                                  apr_pool_t *p)
{
    static const char *const words[] = {"ok until ", "ends soon: ",
                                        "ends soon, renew it now: "};
    bool is_valid = ocsp_signer_is_valid(signer, now);
    int64_t end = signer->not_after;

    f->has_valid_signer = f->has_valid_signer || is_valid;
    if (f->signer_end == OCSP_TABLE_ENDLESS || end > f->signer_end) {
        f->signer_end = end;
    }
    return apr_pstrcat(p,
                       is_valid && expiry != OCSP_EXPIRY_PAST
                           ? words[expiry]
                           : "not valid, ends ",
                       ocsp_load_ctx_print_time(p, end), " (",
                       signer->algorithm.description, ")", NULL);
}

/* Describe the signers that this process uses. */
static const char *collect_signers(facts_t *f, const ocsp_server_config_t *conf,
                                   const ocsp_issuers_issuer_t *si, int64_t now,
                                   apr_pool_t *p)
{
    ocsp_signer_reload_section_t section = ocsp_signer_reload_enter(
        conf->shared.signer_reload);
    const ocsp_answer_signers_t *signers = ocsp_signer_reload_get_signers(si);
    /* signers are only replaced by ones without a fault */
    const char *why = signers == &si->loaded.signers ? si->loaded.signer_why
                                                     : NULL;
    const char *text = "";
    const ocsp_signer_t *last;
    ocsp_expiry_t expiry = ocsp_expiry_find(&last, signers, now);
    size_t i;

    for (i = 0; i < signers->count; i++) {
        const ocsp_signer_t *signer = signers->templs[i]->signer;

        text = apr_pstrcat(p, text, i != 0 ? "; " : "",
                           collect_signer(f, signer,
                                          signer == last ? expiry
                                                         : OCSP_EXPIRY_FAR,
                                          now, p),
                           NULL);
    }
    ocsp_signer_reload_leave(conf->shared.signer_reload, section);
    if (text[0] == '\0') {
        return why != NULL ? why : "none";
    }
    return why == NULL ? text
                       : apr_pstrcat(p, text, ", and a fault: ", why, NULL);
}

/* @return whether less than a third of the time from start to end is left */
static bool is_ending(int64_t start, int64_t end, int64_t now)
{
    return end != OCSP_TABLE_ENDLESS && end - now < (end - start) / 3;
}

static bool is_past_next_update(const ocsp_table_info_t *info, int64_t now)
{
    return info->crl && info->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && info->next_update <= now;
}

/* Describe the age of data; NULL: there is nothing to be said. */
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
                           "past nextUpdate, used until the end of "
                           "OCSPStaleGrace at ",
                           ocsp_load_ctx_print_time(p, crl_end), NULL);
    }
    if (is_ending(info->this_update, crl_end, now)
        || is_ending(info->changed, rest_end, now)) {
        return "less than a third of its time is left";
    }
    *state = STATE_OK;
    return NULL;
}

/* Describe loaded data: the warning of its load, and its age now. */
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

/* Describe what clients get while the last load has failed. */
static const char *describe_effect(const facts_t *f, int64_t now, apr_pool_t *p)
{
    if (!f->has_table || !f->has_valid_signer) {
        return "clients get tryLater";
    }
    if (f->data_end <= now) {
        return apr_pstrcat(p,
                           "clients get tryLater, since earlier data expired "
                           "at ",
                           ocsp_load_ctx_print_time(p, f->data_end), NULL);
    }
    if (!f->answered) {
        return f->went_back
                 ? "clients get tryLater, except for revoked certificates"
                 : "clients get tryLater, except for revoked certificates: see "
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
    f->went_back = info->went_back;
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
                           "a signer's certificate or key was rejected, or is "
                           "revoked: see OCSP202, OCSP204, OCSP223 or OCSP267 "
                           "in the error log; ",
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
    /* it may contain file names, and these may contain line breaks */
    f->signer = ap_escape_logitem(p, collect_signers(f, conf, si, now, p));
    collect_result(f, conf, si, now, p);
}

/* Counts of issuers. */
typedef struct {
    unsigned count;
    unsigned failed; /* or stale */
    unsigned unanswered;
} counts_t;

/* Print the seconds until a time, unless it is OCSP_TABLE_ENDLESS. */
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

/* A faulty issuer is highlighted. Without an index or a list it is not known
 * how many certificates were issued. */
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

/* Prints one issuer. */
typedef void print_t(request_rec *r, unsigned i, const facts_t *f, int64_t now);

/* @return whether a virtual host answers for an issuer of the main server from
 * other files, with other signers or other times; so it may fail there alone */
static bool differs(const ocsp_issuers_issuer_t *view,
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

static void print_one(counts_t *counts, request_rec *r, print_t *print,
                      const server_rec *s, const ocsp_issuers_issuer_t *si)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    facts_t facts;

    collect(&facts, s, si, now, r->pool);
    print(r, counts->count++, &facts, now);
    counts->failed += facts.state > STATE_WARNING;
    counts->unanswered += !facts.answered;
}

/* @param main NULL: all are printed; the issuers of the main server: those of
 *        a virtual host that differ from them */
static void print_list(counts_t *counts, request_rec *r, print_t *print,
                       const server_rec *s, const ocsp_issuers_t *list,
                       const ocsp_issuers_t *main)
{
    int i;

    for (i = 0; i < list->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(list, i);

        if (main == NULL
            || (!si->running.is_duplicate
                && differs(si, ocsp_issuers_get(main, i)))) {
            print_one(counts, r, print, s, si);
        }
    }
}

/* Print the issuers in the order of the configuration. A virtual host that
 * cannot read the certificate of an own issuer answers for no inherited one. */
static counts_t print_issuers(request_rec *r, print_t *print)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(ap_server_conf);
    const server_rec *s;
    counts_t counts = {.count = 0};

    for (s = ap_server_conf; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (s != ap_server_conf && conf == main) {
            continue; /* a virtual host without directives of this module */
        }
        print_list(&counts, r, print, s, conf->own, NULL);
        if (conf->inherited != NULL && !conf->own->unreadable) {
            print_list(&counts, r, print, s, conf->inherited, main->own);
        }
    }
    return counts;
}

/* The state of the responder as a whole. */
typedef struct {
    ocsp_cache_info_t cache;
    unsigned signing;
    unsigned waiting;
    const char *last_check; /* for changes of all sources */
    int64_t check_age_s;    /* since then; -1: there was none */
    const char *check_state;
    bool check_ok;         /* or OCSPRefresh is off */
    const char *state_dir; /* its path and state may have line breaks in files'
                              names, which are escaped */
    const char *state_dir_state;
    bool state_dir_ok;
} summary_t;

static const char *describe_checks(const ocsp_server_config_shared_t *shared,
                                   int64_t overdue_s, apr_pool_t *p)
{
    if (shared->check_s == 0) {
        return "off";
    }
    if (shared->watch == NULL) {
        return "failed: sources cannot be checked while httpd runs; see "
               "OCSP234 and OCSP237 in the error log";
    }
    return overdue_s <= 0
             ? "ok"
             : apr_psprintf(p,
                            "failed: no check for %" APR_INT64_T_FMT
                            " s; see OCSP236 in the error log",
                            (apr_int64_t)overdue_s);
}

/* @return NULL: nothing is wrong */
static const char *find_state_fault(const ocsp_server_config_shared_t *shared,
                                    apr_pool_t *p)
{
    if (!ocsp_state_dir_is_usable(shared->state_dir)) {
        return ocsp_state_dir_describe(shared->state_dir, p);
    }
    return ocsp_history_is_failing(shared)
             ? "files cannot be written; see OCSP272 in the error log"
             : NULL;
}

static void collect_summary(summary_t *sum,
                            const ocsp_server_config_shared_t *shared,
                            apr_pool_t *p)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    ocsp_refresh_state_t look = {.ended = 0};
    const char *fault;

    memset(sum, 0, sizeof(*sum));
    if (shared->cache != NULL) {
        ocsp_cache_get_info(&sum->cache, shared->cache);
    }
    ocsp_sign_limit_count(shared->sign_limit, &sum->signing, &sum->waiting);
    if (shared->arena != NULL) {
        ocsp_refresh_state_get(&look, shared->arena, now, shared->check_s);
    }
    sum->last_check = look.ended != 0 ? ocsp_load_ctx_print_time(p, look.ended)
                                      : "-";
    sum->check_age_s = look.ended != 0 ? now - look.ended : -1;
    sum->check_state = describe_checks(shared, look.overdue_s, p);
    sum->check_ok = shared->check_s == 0
                 || (shared->watch != NULL && look.overdue_s <= 0);
    sum->state_dir = ap_escape_logitem(p, shared->state_dir->path);
    fault = find_state_fault(shared, p);
    sum->state_dir_ok = fault == NULL;
    sum->state_dir_state = fault == NULL
                             ? "ok"
                             : apr_pstrcat(p, "failed: ", fault, NULL);
}

static void show_text(request_rec *r, const ocsp_server_config_shared_t *shared)
{
    summary_t sum;
    counts_t issuers;
    size_t i;

    for (i = 0; i < COUNTERS; i++) {
        ap_rprintf(r, "OCSP%s: %" APR_UINT64_T_FMT "\n", counters[i].name,
                   ocsp_counters_get(shared->counters, counters[i].which));
    }
    collect_summary(&sum, shared, r->pool);
    ap_rprintf(r,
               "OCSPVersion: " OCSP_VERSION
               "\nOCSPCacheEntries: %" APR_UINT64_T_FMT
               "\nOCSPCachePlaces: %" APR_UINT64_T_FMT
               "\nOCSPCacheEvicted: %" APR_UINT64_T_FMT
               "\nOCSPSigning: %u\nOCSPSignWaiting: %u\n"
               "OCSPLastCheck: %s\nOCSPLastCheckAge: %" APR_INT64_T_FMT
               "\nOCSPCheckState: %s\nOCSPCheckOK: %d\n"
               "OCSPStateDir: %s\nOCSPStateDirState: %s\n"
               "OCSPStateDirOK: %d\n",
               sum.cache.used, sum.cache.places, sum.cache.evicted, sum.signing,
               sum.waiting, sum.last_check, (apr_int64_t)sum.check_age_s,
               sum.check_state, sum.check_ok, sum.state_dir,
               sum.state_dir_state, sum.state_dir_ok);
    issuers = print_issuers(r, print_line);
    ap_rprintf(r,
               "OCSPIssuers: %u\nOCSPIssuersFailed: %u\n"
               "OCSPIssuersUnanswered: %u\n",
               issuers.count, issuers.failed, issuers.unanswered);
}

static void show_html(request_rec *r, const ocsp_server_config_shared_t *shared)
{
    summary_t sum;
    counts_t issuers;
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
                   ocsp_counters_get(shared->counters, counters[i].which));
    }
    collect_summary(&sum, shared, r->pool);
    ap_rprintf(r,
               "</tr></table>\n<p>Cache: %" APR_UINT64_T_FMT
               " of %" APR_UINT64_T_FMT " slots used, %" APR_UINT64_T_FMT
               " evicted; signing: %u, waiting to sign: %u</p>\n"
               "<p>Sources last checked for changes: %s (%s)</p>\n"
               "<p>State directory: %s (%s)</p>\n",
               sum.cache.used, sum.cache.places, sum.cache.evicted, sum.signing,
               sum.waiting, sum.last_check, sum.check_state,
               ap_escape_html(r->pool, sum.state_dir),
               ap_escape_html(r->pool, sum.state_dir_state));
    ap_rputs("<table border=\"0\" style=\"white-space: nowrap\"><tr><th></th>"
             "<th>Server</th><th>Issuer</th><th>State</th>"
             "<th>Revocations</th><th>Issued</th><th>thisUpdate</th>"
             "<th>nextUpdate</th><th>Last load</th><th>Result</th>"
             "<th>Signer</th></tr>\n",
             r);
    issuers = print_issuers(r, print_row);
    ap_rprintf(r, "</table>\n<p>%u issuers, %u failed, %u not answered</p>\n",
               issuers.count, issuers.failed, issuers.unanswered);
}

int ocsp_server_status_show(request_rec *r, int flags)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(ap_server_conf);

    if (conf->shared.counters == NULL) {
        return DECLINED; /* no issuer is configured, or no memory */
    }
    if (flags & AP_STATUS_SHORT) {
        show_text(r, &conf->shared);
    }
    else {
        show_html(r, &conf->shared);
    }
    return OK;
}
