/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One struct of facts, printed twice: as HTML and as ?auto lines. Floor 4.
 */
#include "httpd/status.h"

#include <apr_strings.h>
#include <http_main.h>
#include <http_protocol.h>
#include <mod_status.h>
#include <stdbool.h>
#include <string.h>

#include "answer/expiry.h"
#include "httpd/budget.h"
#include "httpd/conf.h"
#include "httpd/pass.h"
#include "httpd/renewal.h"
#include "shared/look_state.h"
#include "status/crl.h"

/* What is shown of one issuer; every string fit for a line of text. */
typedef struct {
    const char *subject;
    apr_uint64_t entries;
    apr_uint64_t issued;
    const char *this_update;
    const char *next_update;
    const char *last_load;
    const char *last_result;
    const char *signer;
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

    return apr_pstrcat(p,
                       ocsp_signer_is_valid(signer, now)
                               && expiry != OCSP_EXPIRY_PAST
                           ? words[expiry]
                           : "not valid, ends ",
                       ocsp_pass_print_time(p,
                                            ocsp_signer_get_not_after(signer)),
                       " (", ocsp_signer_get0_description(signer), ")", NULL);
}

/* As they are in the process that is asked. */
static const char *describe_signers(const ocsp_conf_t *conf,
                                    const ocsp_scope_issuer_t *si, int64_t now,
                                    apr_pool_t *p)
{
    ocsp_renewal_stay_t stay = ocsp_renewal_enter(conf->shared.renewal);
    const ocsp_answer_signers_t *signers =
        ocsp_renewal_get_signers(conf->shared.renewal, conf->shared.arena, si);
    /* those that came later had no fault */
    const char *why = signers == &si->signers ? si->signer_why : NULL;
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
    }
    ocsp_renewal_leave(conf->shared.renewal, stay);
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

/* What the clock makes of what was loaded well: "stale", or "ok" with what the
 * loading has said of it and what is to be said now. */
static const char *describe_age(const ocsp_scope_issuer_t *si,
                                const ocsp_table_info_t *info, const char *said,
                                int64_t now, apr_pool_t *p)
{
    const ocsp_answer_policy_t *policy = &si->policy;
    int64_t crl_end = ocsp_table_find_end(info->crl, info->this_update,
                                          info->next_update, 0, policy->grace_s,
                                          policy->max_age_s);
    int64_t rest_end = ocsp_table_find_end(false, info->this_update,
                                           OCSP_CRL_NO_NEXT_UPDATE,
                                           info->changed, policy->grace_s,
                                           policy->max_age_s);
    const char *more = NULL;

    if (crl_end <= now && is_past_next_update(info, now)) {
        return "stale: past nextUpdate";
    }
    if (crl_end <= now || rest_end <= now) {
        return "stale: older than OCSPSourceMaxAge";
    }
    if (is_past_next_update(info, now)) {
        more = apr_pstrcat(p,
                           "past nextUpdate, and counts by OCSPStaleGrace "
                           "until ",
                           ocsp_pass_print_time(p, crl_end), NULL);
    }
    else if (is_ending(info->this_update, crl_end, now)
             || is_ending(info->changed, rest_end, now)) {
        more = "less than a third of its time is left";
    }
    if (more == NULL || strstr(said, "OCSPStaleGrace") != NULL) {
        return said; /* which the loading has seen already */
    }
    return apr_pstrcat(p, said, strcmp(said, "ok") == 0 ? ": " : "; ", more,
                       NULL);
}

static void collect_table(facts_t *f, const ocsp_table_info_t *info,
                          apr_pool_t *p)
{
    f->entries = info->entries;
    f->issued = info->issued;
    f->this_update = ocsp_pass_print_time(p, info->this_update);
    if (info->crl) {
        f->next_update = info->next_update != OCSP_CRL_NO_NEXT_UPDATE
                           ? ocsp_pass_print_time(p, info->next_update)
                           : "none";
    }
}

static void collect(facts_t *f, const ocsp_conf_t *conf,
                    const ocsp_scope_issuer_t *si, int64_t now, apr_pool_t *p)
{
    ocsp_note_t note = {.time = 0};
    ocsp_table_info_t info;

    f->subject = si->issuer != NULL ? si->name : ap_escape_logitem(p, si->name);
    f->entries = f->issued = 0;
    f->this_update = f->next_update = f->last_load = "-";
    f->last_result = si->issuer == NULL ? "certificate not readable"
                                        : "never loaded";
    /* file names may hold anything, and lines are told apart by their ends */
    f->signer = ap_escape_logitem(p, describe_signers(conf, si, now, p));
    if (!si->has_slot) {
        return;
    }
    ocsp_arena_get_note(&note, conf->shared.arena, si->slot, si->id);
    if (note.time != 0) {
        f->last_load = ocsp_pass_print_time(p, note.time);
        f->last_result = apr_pstrcat(p, note.ok ? "ok" : "failed",
                                     *note.text != '\0' ? ": " : "",
                                     ap_escape_logitem(p, note.text), NULL);
    }
    if (ocsp_arena_get_info(&info, conf->shared.arena, si->slot, si->id)
        == APR_SUCCESS) {
        collect_table(f, &info, p);
        if (note.ok) {
            f->last_result = describe_age(si, &info, f->last_result, now, p);
        }
    }
}

static void print_line(request_rec *r, int i, const facts_t *f)
{
    ap_rprintf(r,
               "OCSPIssuer[%d]Subject: %s\n"
               "OCSPIssuer[%d]Entries: %" APR_UINT64_T_FMT "\n"
               "OCSPIssuer[%d]Issued: %" APR_UINT64_T_FMT "\n"
               "OCSPIssuer[%d]ThisUpdate: %s\n"
               "OCSPIssuer[%d]NextUpdate: %s\n"
               "OCSPIssuer[%d]LastLoad: %s\n"
               "OCSPIssuer[%d]LastResult: %s\n"
               "OCSPIssuer[%d]Signer: %s\n",
               i, f->subject, i, f->entries, i, f->issued, i, f->this_update, i,
               f->next_update, i, f->last_load, i, f->last_result, i,
               f->signer);
}

static void print_row(request_rec *r, int i, const facts_t *f)
{
    ap_rprintf(r,
               "<tr><td>%d</td><td>%s</td><td>%" APR_UINT64_T_FMT
               "</td><td>%" APR_UINT64_T_FMT
               "</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
               "<td>%s</td></tr>\n",
               i, ap_escape_html(r->pool, f->subject), f->entries, f->issued,
               f->this_update, f->next_update, f->last_load,
               ap_escape_html(r->pool, f->last_result),
               ap_escape_html(r->pool, f->signer));
}

/* Every issuer once, in the order of the configuration. */
static void print_issuers(request_rec *r,
                          void (*print)(request_rec *, int, const facts_t *))
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    const ocsp_conf_t *conf, *seen = NULL;
    const server_rec *s;
    facts_t facts;
    int i, n = 0;

    for (s = ap_server_conf; s != NULL; s = s->next) {
        conf = ocsp_conf_get(s);
        if (s != ap_server_conf && conf == seen) {
            continue; /* a virtual host without its own */
        }
        if (s == ap_server_conf) {
            seen = conf;
        }
        for (i = 0; i < conf->own->issuers->nelts; i++) {
            collect(&facts, conf, ocsp_scope_get(conf->own, i), now, r->pool);
            print(r, n++, &facts);
        }
    }
}

/* What is in the cache, and who signs just now. */
typedef struct {
    ocsp_cache_info_t cache;
    unsigned signing;
    unsigned waiting;
} load_t;

static void collect_load(load_t *load, const ocsp_conf_shared_t *shared)
{
    memset(load, 0, sizeof(*load));
    if (shared->cache != NULL) {
        ocsp_cache_get_info(&load->cache, shared->cache);
    }
    /* who has counters has a budget */
    ocsp_budget_count(shared->budget, &load->signing, &load->waiting);
}

static void show_load_text(request_rec *r, const ocsp_conf_shared_t *shared)
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

static void show_load_html(request_rec *r, const ocsp_conf_shared_t *shared)
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
} looks_t;

static void collect_looks(looks_t *looks, const ocsp_conf_t *main,
                          apr_pool_t *p)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    int64_t refresh_s = ocsp_conf_get_refresh(main);
    ocsp_look_state_t state = {.ended = 0};

    if (main->shared.arena != NULL) {
        ocsp_look_state_get(&state, main->shared.arena, now, refresh_s);
    }
    looks->last = state.ended != 0 ? ocsp_pass_print_time(p, state.ended) : "-";
    looks->age_s = state.ended != 0 ? now - state.ended : -1;
    if (refresh_s == 0) {
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

static void show_looks_text(request_rec *r, const ocsp_conf_t *main)
{
    looks_t looks;

    collect_looks(&looks, main, r->pool);
    ap_rprintf(r,
               "OCSPLastCheck: %s\nOCSPLastCheckAge: %" APR_INT64_T_FMT
               "\nOCSPCheckState: %s\n",
               looks.last, (apr_int64_t)looks.age_s, looks.state);
}

static void show_looks_html(request_rec *r, const ocsp_conf_t *main)
{
    looks_t looks;

    collect_looks(&looks, main, r->pool);
    ap_rprintf(r, "<p>Sources last checked for changes: %s (%s)</p>\n",
               looks.last, looks.state);
}

static void show_text(request_rec *r, const ocsp_conf_t *main)
{
    const ocsp_conf_shared_t *shared = &main->shared;
    const ocsp_counters_t *c = shared->counters;
    size_t i;

    for (i = 0; i < COUNTERS; i++) {
        ap_rprintf(r, "OCSP%s: %" APR_UINT64_T_FMT "\n", counters[i].name,
                   ocsp_counters_get(c, counters[i].which));
    }
    show_load_text(r, shared);
    show_looks_text(r, main);
    print_issuers(r, print_line);
}

static void show_html(request_rec *r, const ocsp_conf_t *main)
{
    const ocsp_conf_shared_t *shared = &main->shared;
    const ocsp_counters_t *c = shared->counters;
    size_t i;

    ap_rputs("<hr />\n<h2>OCSP responder</h2>\n<table border=\"0\"><tr>", r);
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
    ap_rputs("<table border=\"0\"><tr><th></th><th>Issuer</th>"
             "<th>Revocations</th><th>Issued</th><th>thisUpdate</th>"
             "<th>nextUpdate</th><th>Last load</th><th>Result</th>"
             "<th>Signer</th></tr>\n",
             r);
    print_issuers(r, print_row);
    ap_rputs("</table>\n", r);
}

int ocsp_status_show(request_rec *r, int flags)
{
    const ocsp_conf_t *conf = ocsp_conf_get(ap_server_conf);

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
