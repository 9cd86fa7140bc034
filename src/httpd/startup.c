/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * httpd's hooks at start, at graceful restarts, in a new child and in the
 * monitor. A fault of one issuer is logged, and the next one is loaded all the
 * same. Floor 4.
 */
#include "httpd/startup.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <mpm_common.h>
#include <string.h>

#include "httpd/runtime/sign_limit.h"
#include "httpd/runtime/runtime.h"
#include "httpd/config/server_config.h"
#include "httpd/signers/passphrase.h"
#include "httpd/monitor/config_dump.h"
#include "httpd/runtime/retained.h"
#include "httpd/request/hot_responses.h"
#include "httpd/request/location_rules.h"
#include "httpd/log.h"
#include "httpd/load/history.h"
#include "httpd/load/issuer_certs.h"
#include "httpd/load/load_log.h"
#include "httpd/signers/keypairs.h"
#include "httpd/background/presign.h"
#include "httpd/signers/signer_reload.h"
#include "httpd/signers/signer_load.h"
#include "httpd/load/readers.h"
#include "httpd/load/sources.h"
#include "httpd/load/table_load.h"
#include "httpd/runtime/sign_contexts.h"
#include "httpd/runtime/state_dir.h"
#include "httpd/runtime/version.h"
#include "httpd/background/watchdog.h"

/* Checks of all files in the time for which data without an end of its own
 * counts. */
#define CHECKS 3

/* Whether it can be answered with anything but tryLater. */
static bool is_ready(const ocsp_issuers_issuer_t *si)
{
    return si->loaded.signers.count != 0 && si->loaded.has_table;
}

/* Two sections of one server are for one CA. The first counts, unless only the
 * second can be answered: then the file of the first was overwritten. */
static void resolve_duplicate(const ocsp_load_ctx_t *ctx,
                              ocsp_issuers_issuer_t *first,
                              ocsp_issuers_issuer_t *second)
{
    bool use_second = is_ready(second) && !is_ready(first);

    (use_second ? first : second)->running.is_duplicate = true;
    ocsp_load_ctx_log(
        ctx, APLOG_ERR, 0,
        "OCSP209: %s: %s (<OCSPIssuer> at %s) and %s (<OCSPIssuer> at %s) are "
        "certificates of the same CA; the section at %s is used; remove the "
        "other one",
        first->loaded.name, first->config.cert_file,
        first->config.section->defined_at, second->config.cert_file,
        second->config.section->defined_at,
        (use_second ? second : first)->config.section->defined_at);
}

/* A copy is a mistake, or another CA's file was overwritten. */
static void log_copy(const ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *a,
                     const ocsp_issuers_issuer_t *b)
{
    bool copy = X509_cmp(a->loaded.issuer->cert, b->loaded.issuer->cert) == 0;

    ocsp_load_ctx_log(ctx, copy ? APLOG_WARNING : APLOG_INFO, 0,
                      "OCSP221: %s: %s and %s are %s", a->loaded.name,
                      a->config.cert_file, b->config.cert_file,
                      copy ? "the same certificate; remove one of them, or, "
                             "if one should be another CA's, restore it"
                           : "certificates of the same CA; the first one is "
                             "used (usual after a renewal)");
}

/* Files of one CA that match one pattern are its renewals and
 * cross-certificates: that is no fault, and any of them will do (R50). */
static void find_duplicates(const ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_t *scope)
{
    apr_hash_t *seen = apr_hash_make(ctx->ptemp);
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i), *other;

        if (si->loaded.issuer == NULL) {
            continue;
        }
        other = apr_hash_get(seen, si->loaded.issuer->id, OCSP_ISSUER_ID_LEN);
        if (other != NULL && other->config.section == si->config.section) {
            si->running.is_duplicate = true;
            log_copy(ctx, other, si);
            continue;
        }
        if (other != NULL) {
            resolve_duplicate(ctx, other, si);
        }
        if (other == NULL || other->running.is_duplicate) {
            apr_hash_set(seen, si->loaded.issuer->id, OCSP_ISSUER_ID_LEN, si);
        }
    }
}

/* Build the chain of an issuer from the certificates that a server has: its own
 * and, of a virtual host, the main server's. */
static void build_chain(const ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                        const ocsp_server_config_t *conf)
{
    apr_array_header_t *known = apr_array_make(ctx->ptemp, 8,
                                               sizeof(const ocsp_issuer_t *));
    int i;

    si->loaded.chain = (ocsp_chain_t){.count = 0};
    if (si->config.level->include != OCSP_RESPONSE_INCLUDE_CHAIN) {
        return;
    }
    for (; conf != NULL; conf = conf->outer) {
        for (i = 0; i < conf->own->issuers->nelts; i++) {
            const ocsp_issuer_t *ca =
                ocsp_issuers_get(conf->own, i)->loaded.issuer;

            if (ca != NULL) {
                APR_ARRAY_PUSH(known, const ocsp_issuer_t *) = ca;
            }
        }
    }
    ocsp_chain_build(&si->loaded.chain, si->loaded.issuer, known, ctx->pconf);
}

static void load_signers(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                         const ocsp_server_config_t *conf)
{
    build_chain(ctx, si, conf);
    ocsp_signer_load_open(ctx, si);
    ocsp_load_log_signers(ctx, si, &si->loaded.signers);
}

/* The issuers that a server declares itself, with their certificates. */
static ocsp_issuers_t *load_certificates(ocsp_load_ctx_t *ctx,
                                         const ocsp_server_config_t *conf)
{
    ocsp_issuers_t *scope = ocsp_issuers_make(ctx->pconf);
    int i;

    for (i = 0; i < conf->sections->nelts; i++) {
        ocsp_issuer_certs_load(ctx, scope,
                               APR_ARRAY_IDX(conf->sections, i,
                                             ocsp_issuers_section_t *),
                               conf->level);
    }
    return scope;
}

/* Their signers and tables. */
static void load_own(ocsp_load_ctx_t *ctx, const ocsp_server_config_t *conf)
{
    ocsp_issuers_t *scope = conf->own;
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->loaded.issuer != NULL) {
            load_signers(ctx, si, conf);
            ocsp_table_load_open(ctx, si);
            ocsp_signer_reload_add(ctx, si);
        }
    }
    find_duplicates(ctx, scope);
    ocsp_issuers_freeze(scope, ctx->pconf);
}

/* A main server's issuer as a virtual host with settings of its own answers for
 * it. The host may have a section of its own for the same CA. */
static ocsp_issuers_issuer_t *load_view(ocsp_load_ctx_t *ctx,
                                        const ocsp_server_config_t *conf,
                                        const ocsp_issuers_issuer_t *of)
{
    ocsp_issuers_issuer_t *si = apr_pmemdup(ctx->pconf, of, sizeof(*of));

    si->config.where =
        apr_psprintf(ctx->pconf, "%s, for the virtual host at %s:%u",
                     of->config.section->defined_at,
                     ctx->s->defn_name != NULL ? ctx->s->defn_name : "-",
                     ctx->s->defn_line_number);
    ocsp_issuer_certs_configure(ctx, si, conf->level);
    si->running.is_duplicate =
        si->loaded.issuer != NULL
        && (si->running.is_duplicate
            || ocsp_issuers_find_ca(conf->own, si->loaded.issuer) != NULL);
    if (si->loaded.issuer == NULL || si->running.is_duplicate) {
        return si;
    }
    if (!ocsp_issuer_config_has_same_signers(si->config.level,
                                             of->config.level)) {
        load_signers(ctx, si, conf);
    }
    if (si->config.level->crl_files != of->config.level->crl_files
        || si->config.level->crl_paths != of->config.level->crl_paths
        || si->config.level->index_files != of->config.level->index_files
        || si->config.level->issued_files != of->config.level->issued_files) {
        si->running.has_slot = si->loaded.has_table = false;
        si->loaded.crl_file = NULL;
        si->loaded.info = NULL;
        ocsp_table_load_open(ctx, si);
    }
    ocsp_signer_reload_add(ctx, si);
    return si;
}

/* The main server's issuers as a virtual host answers for them. */
static ocsp_issuers_t *load_inherited(ocsp_load_ctx_t *ctx,
                                      const ocsp_server_config_t *conf)
{
    ocsp_issuers_t *outer = conf->outer->own, *scope;
    int i;

    if (!conf->sets_own_level) {
        return outer;
    }
    scope = ocsp_issuers_make(ctx->pconf);
    scope->lost = outer->lost;
    for (i = 0; i < outer->issuers->nelts; i++) {
        ocsp_issuers_add(scope,
                         load_view(ctx, conf, ocsp_issuers_get(outer, i)));
    }
    ocsp_issuers_freeze(scope, ctx->pconf);
    return scope;
}

static void check_used(ocsp_load_ctx_t *ctx, const ocsp_server_config_t *conf)
{
    int i;

    ocsp_keypairs_check_used(ctx, conf->own_level);
    ocsp_sources_check_used(ctx, conf->own_level);
    for (i = 0; i < conf->sections->nelts; i++) {
        ocsp_keypairs_check_used(
            ctx,
            APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)->level);
    }
}

/* All certificates come first, since CAs of one name may be in several servers.
 * The main server is first in the list, and so loaded when others inherit. */
static void load_all(ocsp_load_ctx_t *ctx, server_rec *base)
{
    for (ctx->s = base; ctx->s != NULL;
         ctx->s = ocsp_server_config_get_next(ctx->s)) {
        ocsp_server_config_t *conf = ocsp_server_config_get(ctx->s);

        conf->own = load_certificates(ctx, conf);
    }
    for (ctx->s = base; ctx->s != NULL;
         ctx->s = ocsp_server_config_get_next(ctx->s)) {
        ocsp_server_config_t *conf = ocsp_server_config_get(ctx->s);

        load_own(ctx, conf);
        if (conf->outer != NULL) {
            conf->inherited = load_inherited(ctx, conf);
        }
    }
    /* after all virtual hosts, which may use the main server's signers */
    for (ctx->s = base; ctx->s != NULL;
         ctx->s = ocsp_server_config_get_next(ctx->s)) {
        check_used(ctx, ocsp_server_config_get(ctx->s));
    }
    ctx->s = base;
    ocsp_load_log_table_size(ctx);
}

/* Data without an end of its own counts for OCSPNextUpdate after a check: two
 * checks that fail must not end it. */
static int64_t find_check_interval(const ocsp_load_ctx_t *ctx,
                                   const server_rec *base)
{
    int64_t refresh_s = ocsp_server_config_get(base)->refresh_s;
    int64_t shortest_s = ctx->counts->shortest_s / CHECKS;

    return refresh_s < shortest_s ? refresh_s : shortest_s;
}

static bool is_configured(server_rec *base)
{
    const server_rec *s;

    for (s = base; s != NULL; s = ocsp_server_config_get_next(s)) {
        if (ocsp_server_config_get(s)->sections->nelts != 0) {
            return true;
        }
    }
    return false;
}

/* --- hooks ---------------------------------------------------------------- */

/* R66 */
static void log_unlisted_good(const server_rec *base)
{
    const server_rec *s = base;

    while (s != NULL
           && !ocsp_issuers_has_good_unlisted(ocsp_server_config_get(s)->own)) {
        s = ocsp_server_config_get_next(s);
    }
    if (s != NULL) {
        ap_log_error(
            APLOG_MARK, APLOG_INFO, 0, base,
            "OCSP211: serial numbers that a CRL does not list are "
            "answered good, even if they were never issued (RFC 6960 "
            "section 2.2), which is usual for a private CA; a publicly "
            "trusted one must not do so (Baseline Requirements 4.9.9) "
            "and needs OCSPIndexFile or OCSPIssuedFile");
    }
}

static void save_scope(ocsp_load_ctx_t *ctx, const ocsp_issuers_t *scope)
{
    int i;

    for (i = 0; scope != NULL && i < scope->issuers->nelts; i++) {
        ocsp_history_save(ctx, ocsp_issuers_get(scope, i));
    }
}

/* A child does so after a check, if there will be checks. */
static void save_histories(ocsp_load_ctx_t *ctx, server_rec *base)
{
    if (!ctx->is_writer
        || (ctx->refreshes && ocsp_arena_has_lock(ctx->arena)
            && ocsp_watchdog_is_possible())) {
        return;
    }
    for (ctx->s = base; ctx->s != NULL;
         ctx->s = ocsp_server_config_get_next(ctx->s)) {
        save_scope(ctx, ocsp_server_config_get(ctx->s)->own);
        save_scope(ctx, ocsp_server_config_get(ctx->s)->inherited);
    }
    ctx->s = base;
}

/* Load everything, as the one writer, and share it. */
static void start(ocsp_load_ctx_t *ctx, server_rec *base)
{
    ocsp_server_config_shared_t shared = {.retained = ctx->retained};
    server_rec *s;

    if (is_configured(base)) {
        ctx->state_dir = ocsp_state_dir_open(base,
                                             ctx->mode == OCSP_LOAD_CTX_START,
                                             ctx->pconf, ctx->ptemp);
        shared.retries = ocsp_load_ctx_open_arena(ctx, base,
                                                  ocsp_sources_measure(ctx,
                                                                       base));
    }
    ctx->defers = ctx->mode == OCSP_LOAD_CTX_GRACEFUL
               && ocsp_arena_has_lock(ctx->arena) && ctx->refreshes
               && ocsp_watchdog_is_possible();
    load_all(ctx, base);
    if (ctx->arena != NULL) {
        ocsp_arena_serve(ctx->arena);
        save_histories(ctx, base);
        if (ctx->is_writer && ocsp_arena_has_lock(ctx->arena)) {
            ocsp_arena_unlock(ctx->arena);
        }
    }
    ocsp_retained_sweep(ctx->retained);
    shared.arena = ctx->arena;
    shared.state_dir = ctx->state_dir;
    shared.check_s = find_check_interval(ctx, base);
    if (is_configured(base)) {
        ocsp_runtime_open(&shared, ctx->retained, base);
        shared.signer_reload = ocsp_signer_reload_make(ctx);
        shared.threads = ocsp_sign_contexts_make(ctx->pconf);
        shared.sign_limit = ocsp_sign_limit_make(
            ctx->pconf, shared.sign_slots,
            (unsigned)ocsp_server_config_get(base)->sign_limit);
        shared.hot_responses = ocsp_hot_responses_make(&shared, ctx->pconf);
    }
    for (s = base; s != NULL; s = ocsp_server_config_get_next(s)) {
        ocsp_server_config_get(s)->shared = shared;
    }
}

int ocsp_startup_start(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *base)
{
    ocsp_server_config_t *conf = ocsp_server_config_get(base);
    ocsp_load_ctx_t ctx;
    /* httpd reads its configuration twice at start. The first time it still
     * has a terminal. */
    bool is_first = ap_state_query(AP_SQ_MAIN_STATE)
                 == AP_SQ_MS_CREATE_PRE_CONFIG;
    bool presigns;

    ocsp_load_ctx_begin(&ctx,
                        is_first ? OCSP_LOAD_CTX_PASSPHRASES
                                 : OCSP_LOAD_CTX_START,
                        ocsp_retained_get(base->process->pool), pconf, ptemp);
    ctx.refreshes = conf->refresh_s != 0;
    if (is_first) {
        ocsp_passphrase_ask_all(&ctx, base);
        return OK;
    }
    start(&ctx, base);
    if (!is_configured(base)) {
        return OK;
    }
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, base,
                 "OCSP261: mod_ocsp " OCSP_VERSION " configured");
    log_unlisted_good(base);
    ocsp_location_rules_check(base, ptemp);
    presigns = ocsp_presign_check(base);
    if (conf->shared.arena != NULL && (ctx.refreshes || presigns)) {
        conf->shared.watch = ocsp_watchdog_start(pconf, base, presigns);
    }
    return OK;
}

/* "httpd -t" finds out whether httpd would start; with these it also fails if
 * an issuer would not be answered as configured. */
static bool is_strict(void)
{
    return ap_exists_config_define("OCSP_STRICT")
        || ap_exists_config_define("DUMP_OCSP");
}

int ocsp_startup_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *base)
{
    ocsp_load_ctx_t ctx;
    apr_hash_t *readers;
    bool presigns;

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST) {
        return OK;
    }
    ocsp_load_ctx_begin(&ctx, OCSP_LOAD_CTX_CONFIG_TEST, NULL, pconf, ptemp);
    ctx.refreshes = ocsp_server_config_get(base)->refresh_s != 0;
    ctx.state_dir = ocsp_state_dir_find(ocsp_server_config_get(base), ptemp);
    load_all(&ctx, base);
    ocsp_location_rules_check(base, ptemp);
    presigns = ocsp_presign_check(base);
    if (is_configured(base) && (ctx.refreshes || presigns)
        && !ocsp_watchdog_check(base, NULL)) {
        ctx.counts->failures++;
    }
    readers = ocsp_readers_check_paths(&ctx, ocsp_sources_list_all(&ctx, base));
    ocsp_keypairs_check_readers(&ctx, base);
    if (ap_exists_config_define("DUMP_OCSP")) {
        ocsp_config_dump_print(&ctx, base, readers);
    }
    return ctx.counts->failures == 0 || !is_strict()
             ? OK
             : HTTP_INTERNAL_SERVER_ERROR;
}

void ocsp_startup_start_child(apr_pool_t *pchild, server_rec *base)
{
    const ocsp_server_config_shared_t *shared =
        &ocsp_server_config_get(base)->shared;

    /* "httpd -X" has no other process */
    if (!ap_exists_config_define("ONE_PROCESS")) {
        ocsp_retained_forget_passphrases();
    }
    if (shared->watch != NULL) {
        /* the parent's signers may have been renewed, or have expired since */
        ocsp_signer_reload_update(shared->signer_reload, shared->arena, pchild);
        ocsp_watchdog_start_child(shared->watch, pchild);
    }
    if (shared->threads != NULL) {
        ocsp_sign_contexts_start_child(shared->threads, pchild);
    }
}

int ocsp_startup_monitor(apr_pool_t *p, server_rec *base)
{
    const ocsp_watchdog_t *watch = ocsp_server_config_get(base)->shared.watch;

    if (watch != NULL) {
        ocsp_watchdog_log_overdue(watch, p);
    }
    return OK;
}
