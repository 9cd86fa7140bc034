/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A mod_watchdog callback that runs in every child each second. The child that
 * gets the writers' lock first checks the source files for changes when that is
 * due, and signs responses ahead of need. Floor 4.
 */
#include "httpd/background/watchdog.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <stdatomic.h>

#include "httpd/background/presign.h"
#include "httpd/config/server_config.h"
#include "httpd/load/history.h"
#include "httpd/load/load_ctx.h"
#include "httpd/load/sources.h"
#include "httpd/load/table_load.h"
#include "httpd/log.h"
#include "httpd/signers/signer_reload.h"
#include "shared/refresh_state.h"

#define NAME "_ocsp_"

/* Files that were being written are checked again after so many seconds. */
#define RETRY_S 2

/* A child that ends waits so many seconds for its check to end, so that a large
 * CRL is loaded even if the MPM ends one child after the other. When httpd
 * stops, it kills the child sooner. */
#define END_WAIT_S 600

/* So long histories are saved at a time, in microseconds. */
#define SAVE_US APR_TIME_C(500000)

/* Whether the callback is at work in this process. */
enum { IDLE, WORKING, CLOSED };

/* One issuer to check, and the server that logs it. */
typedef struct {
    server_rec *s;
    const ocsp_issuers_issuer_t *si;
} item_t;

/* A copy in every process; the state that they share is in the arena. */
struct ocsp_watchdog_t {
    server_rec *base;
    ocsp_arena_t *arena;
    uint32_t configuration;    /* the arena's, for which this was started */
    int64_t check_s;           /* from check to check; 0: OCSPRefresh off */
    apr_array_header_t *items; /* item_t */
    ocsp_presign_t *presign;   /* NULL: no response is signed ahead of need */
    size_t saved; /* of items: whose histories this process has saved since the
                     last check */
    _Atomic int state;
};

bool ocsp_watchdog_is_possible(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance) != NULL
        && APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback) != NULL;
}

/* --- which issuers -------------------------------------------------------- */

static void add_issuers(ocsp_watchdog_t *w, server_rec *s,
                        const ocsp_issuers_t *issuers)
{
    int i;

    for (i = 0; i < issuers->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(issuers, i);

        if (si->loaded.issuer != NULL && !si->running.is_duplicate) {
            APR_ARRAY_PUSH(w->items, item_t) = (item_t){s, si};
        }
    }
}

static void add_all(ocsp_watchdog_t *w)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(w->base);
    server_rec *s;

    for (s = w->base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (conf == main && s != w->base) {
            continue; /* a virtual host without directives of ours */
        }
        add_issuers(w, s, conf->own);
        if (conf->inherited != NULL && conf->inherited != main->own) {
            add_issuers(w, s, conf->inherited);
        }
    }
}

static const item_t *get_item(const ocsp_watchdog_t *w, size_t i)
{
    return &APR_ARRAY_IDX(w->items, (int)i, const item_t);
}

/* --- one check ------------------------------------------------------------ */

static int64_t get_now(void)
{
    return (int64_t)apr_time_sec(apr_time_now());
}

static void check_issuer(const ocsp_watchdog_t *w, ocsp_load_ctx_t *ctx,
                         const item_t *item)
{
    ctx->now = get_now(); /* the issuers before may have taken long */
    ctx->s = item->s;
    ocsp_refresh_state_progress(w->arena, ctx->now);
    ocsp_table_load_refresh(ctx, item->si);
    ocsp_signer_reload_check(
        ocsp_server_config_get(w->base)->shared.signer_reload, ctx, item->si);
}

/* The issuer whose table a slot of the arena has, or NULL. */
static const item_t *find_by_slot(const ocsp_watchdog_t *w, size_t slot)
{
    size_t i;

    for (i = 0; i < (size_t)w->items->nelts; i++) {
        const item_t *item = get_item(w, i);

        if (item->si->running.has_slot && item->si->running.slot == slot) {
            return item;
        }
    }
    return NULL;
}

/* The process that checked last may have died while it loaded a source. */
static void count_death(const ocsp_watchdog_t *w, ocsp_load_ctx_t *ctx)
{
    const item_t *item;
    int32_t pid;
    size_t slot;

    if (ocsp_refresh_state_find_dead(&slot, &pid, w->arena)
        && (item = find_by_slot(w, slot)) != NULL) {
        ctx->s = item->s;
        ocsp_table_load_count_death(ctx, item->si, pid);
    }
}

/* Check the issuers whose sources have killed a process, or those whose have
 * not.
 * @return false: this process has to end before; another one continues */
static bool check_issuers(const ocsp_watchdog_t *w, ocsp_load_ctx_t *ctx,
                          bool killers)
{
    size_t count = (size_t)w->items->nelts, n;
    size_t first = ocsp_refresh_state_get_first(w->arena, count);

    for (n = 0; n < count; n++) {
        const item_t *item = get_item(w, (first + n) % count);

        if (ocsp_load_ctx_is_stopping()) {
            ocsp_refresh_state_set_first(w->arena, (first + n) % count);
            return false;
        }
        if (ocsp_table_load_has_died(ctx, item->si) == killers) {
            check_issuer(w, ctx, item);
        }
    }
    return true;
}

static void begin_ctx(ocsp_load_ctx_t *ctx, const ocsp_watchdog_t *w,
                      apr_pool_t *ptemp)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(w->base);

    ocsp_load_ctx_begin(ctx, OCSP_LOAD_CTX_REFRESH, main->shared.retained,
                        ptemp, ptemp);
    ctx->arena = w->arena;
    ctx->retries = main->shared.retries;
    ctx->state_dir = main->shared.state_dir;
    ctx->configuration = w->configuration;
    ctx->is_writer = true;
    ctx->s = w->base;
}

/* Save histories for a while, since others wait for the lock. It is done after
 * all tables, since each file that is written waits for the disk. */
static void save_histories(ocsp_watchdog_t *w, apr_pool_t *ptemp)
{
    const size_t count = (size_t)w->items->nelts;
    const apr_time_t end = apr_time_now() + SAVE_US;
    ocsp_load_ctx_t ctx;

    begin_ctx(&ctx, w, ptemp);
    while (w->saved < count && apr_time_now() < end
           && !ocsp_load_ctx_is_stopping()) {
        const item_t *item = get_item(w, w->saved++);

        ctx.s = item->s;
        ctx.now = get_now();
        ocsp_refresh_state_progress(w->arena, ctx.now);
        ocsp_history_save(&ctx, item->si);
    }
}

static void check_sources(ocsp_watchdog_t *w, apr_pool_t *ptemp)
{
    size_t i, count = (size_t)w->items->nelts;
    ocsp_load_ctx_t ctx;
    int64_t begun, pause_s;

    begin_ctx(&ctx, w, ptemp);
    w->saved = 0;
    for (i = 0; i < count; i++) {
        ocsp_load_ctx_add_issuer(&ctx, get_item(w, i)->si->loaded.issuer);
    }
    begun = ctx.now;
    count_death(w, &ctx);
    if (check_issuers(w, &ctx, false)) {
        pause_s = ctx.counts->unsettled && RETRY_S < w->check_s ? RETRY_S
                                                                : w->check_s;
        ocsp_refresh_state_end(w->arena, get_now(), begun + pause_s);
        if (ocsp_refresh_state_log_resumed(w->arena)) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, w->base,
                         "OCSP246: OCSP236 is over: files are checked for "
                         "changes again");
        }
        (void)check_issuers(w, &ctx, true);
    }
}

/* --- whether any process checks ------------------------------------------- */

/* Describe why none does, and the remedy. */
static const char *describe_cause(const ocsp_watchdog_t *w,
                                  const ocsp_refresh_state_t *state,
                                  apr_pool_t *p)
{
    const item_t *item = state->loading ? find_by_slot(w, state->slot) : NULL;

    if (item == NULL) {
        return "the process that checks them does not continue, or there is "
               "none; find out whether an httpd process is suspended "
               "(SIGSTOP), or stop httpd and start it again";
    }
    return apr_psprintf(p,
                        "process %d has begun to load %s for %s and has not "
                        "finished; find out what that process waits for (a "
                        "disk, a network file system, SIGSTOP), or terminate "
                        "it with kill -9",
                        (int)state->pid,
                        ocsp_sources_name(item->si->config.level, p),
                        item->si->loaded.name);
}

void ocsp_watchdog_log_overdue(const ocsp_watchdog_t *w, apr_pool_t *p)
{
    int64_t now = get_now();
    ocsp_refresh_state_t state;

    if (ocsp_arena_get_configuration(w->arena) != w->configuration) {
        return;
    }
    ocsp_refresh_state_get(&state, w->arena, now, w->check_s);
    if (state.overdue_s > 0 && ocsp_refresh_state_log_overdue(w->arena, now)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, w->base,
                     "OCSP236: files have not been checked for changes for %ld "
                     "s (OCSPRefresh: every %ld s), so no change takes effect, "
                     "and indexes, lists and CRLs without nextUpdate "
                     "expire after OCSPNextUpdate: %s",
                     (long)state.overdue_s, (long)w->check_s,
                     describe_cause(w, &state, p));
    }
}

/* --- each second, in every child ------------------------------------------ */

/* As the one writer. What a writer that died has reserved is given back
 * first. */
static void work(ocsp_watchdog_t *w, int64_t now, apr_pool_t *ptemp)
{
    if (!ocsp_arena_lock(w->arena)) {
        ocsp_watchdog_log_overdue(w, ptemp);
        return; /* another child, or the parent, is the writer */
    }
    if (ocsp_arena_get_configuration(w->arena) == w->configuration) {
        ocsp_arena_recover(w->arena);
        if (ocsp_refresh_state_is_due(w->arena, now, w->check_s)) {
            check_sources(w, ptemp);
        }
        if (w->saved < (size_t)w->items->nelts) {
            save_histories(w, ptemp);
        }
        if (w->presign != NULL
            && ocsp_refresh_state_presign(w->arena, get_now())) {
            ocsp_presign_step(w->presign, ptemp);
        }
    }
    ocsp_arena_unlock(w->arena);
}

static bool has_work(const ocsp_watchdog_t *w, int64_t now)
{
    return ocsp_refresh_state_is_due(w->arena, now, w->check_s)
        || w->saved < (size_t)w->items->nelts
        || (w->presign != NULL
            && ocsp_refresh_state_may_presign(w->arena, now));
}

static apr_status_t tick(int state, void *data, apr_pool_t *ptemp)
{
    ocsp_watchdog_t *w = data;
    int64_t now = get_now();
    int idle = IDLE;

    /* STOPPING comes from other threads, while this one may be at work. */
    if (state != AP_WATCHDOG_STATE_STOPPING
        && ocsp_arena_get_configuration(w->arena) == w->configuration
        && atomic_compare_exchange_strong(&w->state, &idle, WORKING)) {
        ocsp_signer_reload_update(
            ocsp_server_config_get(w->base)->shared.signer_reload, w->arena,
            ptemp);
        if (has_work(w, now)) {
            work(w, now, ptemp);
        }
        /* exit() cleans libcrypto up before it waits for this thread */
        OPENSSL_thread_stop();
        atomic_store(&w->state, IDLE);
    }
    return APR_SUCCESS;
}

/* Waits until the callback has ended, and keeps it from beginning again. */
static apr_status_t close_child(void *data)
{
    ocsp_watchdog_t *w = data;
    apr_time_t until = apr_time_now() + apr_time_from_sec(END_WAIT_S);
    int idle = IDLE;

    while (!atomic_compare_exchange_strong(&w->state, &idle, CLOSED)
           && idle == WORKING && apr_time_now() < until) {
        idle = IDLE;
        apr_sleep(apr_time_from_msec(5));
    }
    if (idle == IDLE) {
        ocsp_signer_reload_close(
            ocsp_server_config_get(w->base)->shared.signer_reload);
    }
    return APR_SUCCESS;
}

void ocsp_watchdog_start_child(ocsp_watchdog_t *w, apr_pool_t *pchild)
{
    apr_pool_pre_cleanup_register(pchild, w, close_child);
}

/* --- start ---------------------------------------------------------------- */

static const char *name_unneeded(const server_rec *base)
{
    return ocsp_server_config_get(base)->refresh_s != 0
             ? "OCSPRefresh and OCSPPreproduce"
             : "OCSPPreproduce";
}

static const char *describe_effect(const server_rec *base)
{
    return ocsp_server_config_get(base)->refresh_s != 0
             ? "files are not checked for changes, indexes, lists and CRLs "
               "without nextUpdate expire after OCSPNextUpdate, and nothing is "
               "signed in advance"
             : "nothing is signed in advance";
}

bool ocsp_watchdog_check(server_rec *base, const ocsp_arena_t *arena)
{
    bool is_loaded = ocsp_watchdog_is_possible();

    if (is_loaded && (arena == NULL || ocsp_arena_has_lock(arena))) {
        return true;
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, base,
                 "OCSP234: %s: %s; %sset %s to off",
                 is_loaded ? "this system has no robust mutexes"
                           : "mod_watchdog is not loaded",
                 describe_effect(base),
                 is_loaded ? "" : "add LoadModule watchdog_module, or ",
                 name_unneeded(base));
    return false;
}

ocsp_watchdog_t *ocsp_watchdog_start(apr_pool_t *pconf, server_rec *base,
                                     bool presigns)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) * get;
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) * add;
    const ocsp_server_config_t *conf = ocsp_server_config_get(base);
    ocsp_watchdog_t *w = apr_pcalloc(pconf, sizeof(*w));
    ap_watchdog_t *watchdog;
    apr_status_t rv;

    w->base = base;
    w->arena = conf->shared.arena;
    w->configuration = ocsp_arena_get_configuration(w->arena);
    w->check_s = conf->shared.check_s;
    if (!ocsp_watchdog_check(base, w->arena)) {
        return NULL;
    }
    w->items = apr_array_make(pconf, 16, sizeof(item_t));
    add_all(w);
    w->saved = (size_t)w->items->nelts;
    w->presign = presigns ? ocsp_presign_make(pconf, base) : NULL;
    get = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    add = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    /* Not a singleton: the MPM may end the one child that it runs in, and the
     * next one sleeps ten seconds before it begins. */
    rv = get(&watchdog, NAME, 0, 0, pconf);
    if (rv == APR_SUCCESS) {
        rv = add(watchdog, AP_WD_TM_INTERVAL, w, tick);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, base,
                     "OCSP237: mod_watchdog returned an error: %s; restart "
                     "httpd gracefully, or set %s to off",
                     describe_effect(base), name_unneeded(base));
        return NULL;
    }
    /* at once: the parent may have left changed sources to it */
    ocsp_refresh_state_set_due(w->arena, 0);
    ocsp_refresh_state_progress(w->arena, get_now());
    return w;
}
