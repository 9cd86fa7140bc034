/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A mod_watchdog callback in every child: the first that gets the writers' lock
 * when a look is due looks. Floor 4.
 */
#include "httpd/background/watchdog.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <stdatomic.h>

#include "httpd/background/presign.h"
#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/load/load_log.h"
#include "httpd/load/load_ctx.h"
#include "httpd/background/preproduce.h"
#include "httpd/signers/signer_reload.h"
#include "httpd/load/sources.h"
#include "httpd/load/table_load.h"
#include "shared/refresh_state.h"

#define NAME "_ocsp_"

/* What changes right now is looked at again so soon, in seconds. */
#define RETRY_S 2

/* A process that ends waits so long for its look to end, in seconds: a large
 * CRL gets in, whatever the MPM ends. Where httpd stops, it kills the process
 * sooner. */
#define END_WAIT_S 600

/* Of the gate. */
enum { IDLE, LOOKING, CLOSED };

/* One issuer that is looked at, and whose it is. */
typedef struct {
    server_rec *s;
    const ocsp_issuers_issuer_t *si;
} item_t;

/* A copy in every process; what they share is in the arena. */
struct ocsp_watchdog_t {
    server_rec *base;
    ocsp_arena_t *arena;
    uint32_t configuration; /* the arena's, for which this was started */
    int64_t check_s;        /* from check to check; 0: OCSPRefresh off */
    bool preproduces;
    apr_array_header_t *items; /* item_t */
    ocsp_preproduce_t *ahead;  /* or NULL */
    uint64_t epoch;            /* the arena's, when ahead was last told */
    _Atomic int gate;
};

bool ocsp_watchdog_is_possible(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance) != NULL
        && APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback) != NULL;
}

/* --- which issuers -------------------------------------------------------- */

static void add_scope(ocsp_watchdog_t *w, server_rec *s,
                      const ocsp_issuers_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

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
            continue; /* a virtual host that says nothing */
        }
        add_scope(w, s, conf->own);
        if (conf->inherited != NULL && conf->inherited != main->own) {
            add_scope(w, s, conf->inherited);
        }
    }
}

static const item_t *get_item(const ocsp_watchdog_t *w, size_t i)
{
    return &APR_ARRAY_IDX(w->items, (int)i, const item_t);
}

/* --- one look ------------------------------------------------------------- */

static int64_t get_now(void)
{
    return (int64_t)apr_time_sec(apr_time_now());
}

static void look_at(const ocsp_watchdog_t *w, ocsp_load_ctx_t *pass,
                    const item_t *item)
{
    pass->now = get_now(); /* the issuers before may have taken long */
    pass->s = item->s;
    ocsp_refresh_state_progress(w->arena, pass->now);
    ocsp_table_load_refresh(pass, item->si);
    ocsp_signer_reload_look(ocsp_server_config_get(w->base)->shared.renewal,
                            pass, item->si);
}

/* The process that looked last may have died of a source. */
static void count_death(const ocsp_watchdog_t *w, ocsp_load_ctx_t *pass)
{
    int32_t pid;
    size_t slot;
    int i;

    if (!ocsp_refresh_state_find_dead(&slot, &pid, w->arena)) {
        return;
    }
    for (i = 0; i < w->items->nelts; i++) {
        const ocsp_issuers_issuer_t *si = get_item(w, (size_t)i)->si;

        if (si->running.has_slot && si->running.slot == slot) {
            pass->s = get_item(w, (size_t)i)->s;
            ocsp_table_load_count_death(pass, si, pid);
            return;
        }
    }
}

/* All issuers but those whose sources have killed a process.
 * @return whether all were looked at before this process has to end */
static bool look_at_most(const ocsp_watchdog_t *w, ocsp_load_ctx_t *pass)
{
    size_t count = (size_t)w->items->nelts, n;
    size_t first = ocsp_refresh_state_get_first(w->arena, count);

    for (n = 0; n < count; n++) {
        size_t i = (first + n) % count;

        if (ocsp_presign_is_stopping()) {
            ocsp_refresh_state_set_first(w->arena, i);
            return false; /* another process goes on from here */
        }
        if (!ocsp_table_load_has_died(pass, get_item(w, i)->si)) {
            look_at(w, pass, get_item(w, i));
        }
    }
    ocsp_refresh_state_set_first(w->arena, first + 1);
    return true;
}

static void look_at_rest(const ocsp_watchdog_t *w, ocsp_load_ctx_t *pass)
{
    int i;

    for (i = 0; i < w->items->nelts && !ocsp_presign_is_stopping(); i++) {
        const item_t *item = get_item(w, (size_t)i);

        if (ocsp_table_load_has_died(pass, item->si)) {
            look_at(w, pass, item);
        }
    }
}

static void look(ocsp_watchdog_t *w, apr_pool_t *ptemp)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(w->base);
    ocsp_load_ctx_t pass;
    int64_t begun;
    int i;

    ocsp_load_ctx_begin(&pass, OCSP_LOAD_CTX_REFRESH, main->shared.keep, ptemp,
                        ptemp);
    pass.arena = w->arena;
    pass.retries = main->shared.retries;
    pass.is_writer = true;
    pass.s = w->base;
    for (i = 0; i < w->items->nelts; i++) {
        ocsp_load_ctx_add_issuer(&pass,
                                 get_item(w, (size_t)i)->si->loaded.issuer);
    }
    begun = pass.now;
    count_death(w, &pass);
    if (look_at_most(w, &pass)) {
        ocsp_refresh_state_set_due(w->arena,
                                   begun
                                       + (pass.counts->unsettled
                                                  && RETRY_S < w->check_s
                                              ? RETRY_S
                                              : w->check_s));
        ocsp_refresh_state_end(w->arena, get_now());
        if (ocsp_refresh_state_log_resumed(w->arena)) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, w->base,
                         "OCSP246: sources are checked for changes again");
        }
        look_at_rest(w, &pass);
    }
}

/* --- whether anybody looks ------------------------------------------------ */

/* What keeps it: in words. */
static const char *name_cause(const ocsp_watchdog_t *w,
                              const ocsp_refresh_state_t *state, apr_pool_t *p)
{
    int i;

    for (i = 0; state->loading && i < w->items->nelts; i++) {
        const ocsp_issuers_issuer_t *si = get_item(w, (size_t)i)->si;

        if (si->running.has_slot && si->running.slot == state->slot) {
            return apr_psprintf(p,
                                "process %d has begun to load %s for %s and "
                                "does not go on: see what it waits for (a "
                                "disk, a network file system, SIGSTOP), or "
                                "end it",
                                (int)state->pid,
                                ocsp_sources_name(si->config.level, p),
                                si->loaded.name);
        }
    }
    return "the process that does it does not go on, or there is none: see "
           "whether an httpd process is stopped, or restart httpd";
}

void ocsp_watchdog_check(const ocsp_watchdog_t *w, apr_pool_t *p)
{
    int64_t now = get_now();
    ocsp_refresh_state_t state;

    if (ocsp_arena_get_configuration(w->arena) != w->configuration) {
        return;
    }
    ocsp_refresh_state_get(&state, w->arena, now, w->check_s);
    if (state.overdue_s > 0 && ocsp_refresh_state_log_overdue(w->arena, now)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, w->base,
                     "OCSP236: sources were not checked for changes for %ld s, "
                     "which is due every %ld s: %s; what has changed since is "
                     "not seen, and data without a nextUpdate of its own will "
                     "expire",
                     (long)state.overdue_s, (long)w->check_s,
                     name_cause(w, &state, p));
    }
}

/* --- each second, in every child ------------------------------------------ */

/* By the one process that signs ahead of need. */
static void presign(ocsp_watchdog_t *w, int64_t now, apr_pool_t *ptemp)
{
    uint64_t epoch = ocsp_arena_get_epoch(w->arena);

    if (!ocsp_refresh_state_presign(w->arena, now)) {
        w->epoch = 0;
        return;
    }
    if (epoch != w->epoch) {
        /* a table has been published, or signers have changed */
        ocsp_preproduce_tell(w->ahead);
        w->epoch = epoch;
    }
    ocsp_preproduce_step(w->ahead, ptemp);
}

/* Nobody else writes; and what a writer that died was writing is nothing. */
static void work_alone(ocsp_watchdog_t *w, int64_t now, apr_pool_t *ptemp)
{
    if (!ocsp_arena_lock(w->arena)) {
        ocsp_watchdog_check(w, ptemp);
        return; /* another process looks, or the parent */
    }
    if (ocsp_arena_get_configuration(w->arena) == w->configuration) {
        ocsp_arena_recover(w->arena);
        if (ocsp_refresh_state_is_due(w->arena, now, w->check_s)) {
            look(w, ptemp);
        }
        if (w->ahead != NULL) {
            presign(w, get_now(), ptemp);
        }
    }
    ocsp_arena_unlock(w->arena);
}

/* Whether this process has anything to do now. */
static bool has_work(const ocsp_watchdog_t *w, int64_t now)
{
    return ocsp_refresh_state_is_due(w->arena, now, w->check_s)
        || (w->ahead != NULL && ocsp_refresh_state_may_presign(w->arena, now));
}

static apr_status_t tick(int state, void *data, apr_pool_t *ptemp)
{
    ocsp_watchdog_t *w = data;
    int64_t now = get_now();
    int idle = IDLE;

    if (state == AP_WATCHDOG_STATE_STOPPING) {
        return APR_SUCCESS; /* said by two threads, while a third may look */
    }
    if (state == AP_WATCHDOG_STATE_STARTING && w->preproduces) {
        /* for as long as this thread is there */
        w->ahead = ocsp_preproduce_make(apr_pool_parent_get(ptemp), w->base);
    }
    if (ocsp_arena_get_configuration(w->arena) == w->configuration
        && has_work(w, now)
        && atomic_compare_exchange_strong(&w->gate, &idle, LOOKING)) {
        work_alone(w, now, ptemp);
        /* exit() cleans libcrypto up before it waits for this thread */
        OPENSSL_thread_stop();
        atomic_store(&w->gate, IDLE);
    }
    return APR_SUCCESS;
}

/* Nobody looks any more when this is over. */
static apr_status_t close_gate(void *data)
{
    ocsp_watchdog_t *w = data;
    apr_time_t until = apr_time_now() + apr_time_from_sec(END_WAIT_S);
    int idle = IDLE;

    while (!atomic_compare_exchange_strong(&w->gate, &idle, CLOSED)
           && idle == LOOKING && apr_time_now() < until) {
        idle = IDLE;
        apr_sleep(apr_time_from_msec(5));
    }
    return APR_SUCCESS;
}

void ocsp_watchdog_start_child(ocsp_watchdog_t *w, apr_pool_t *pchild)
{
    apr_pool_pre_cleanup_register(pchild, w, close_gate);
}

/* What will not be done, and by which directive it would. */
static const char *name_effect(bool refreshes, bool preproduces)
{
    return !preproduces ? "changes are seen at graceful only, and data without "
                          "a nextUpdate of its own expires (OCSPRefresh)"
         : !refreshes   ? "nothing is signed ahead of need (OCSPPreproduce)"
                        : "changes are seen at graceful only, data without a "
                          "nextUpdate of its own expires (OCSPRefresh), and "
                          "nothing is signed ahead of need "
                          "(OCSPPreproduce)";
}

/* What to say where it is not wanted. */
static const char *name_switch(bool refreshes, bool preproduces)
{
    return !preproduces ? "OCSPRefresh off"
         : !refreshes   ? "OCSPPreproduce off"
                        : "OCSPRefresh off and OCSPPreproduce off";
}

/* Where it is not possible, why not; else NULL. */
static const char *find_obstacle(const char **remedy, const ocsp_arena_t *arena)
{
    if (!ocsp_watchdog_is_possible()) {
        *remedy = "LoadModule watchdog_module";
        return "there is no mod_watchdog";
    }
    *remedy = "use a system that has them";
    return arena == NULL || ocsp_arena_has_lock(arena)
             ? NULL
             : "this system has no robust mutexes that processes share";
}

bool ocsp_watchdog_report(server_rec *base, const ocsp_arena_t *arena,
                          bool refreshes, bool preproduces)
{
    const char *remedy;
    const char *obstacle = find_obstacle(&remedy, arena);

    if (obstacle == NULL || (!refreshes && !preproduces)) {
        return true;
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, base,
                 "OCSP234: %s: %s; %s, or set %s", obstacle,
                 name_effect(refreshes, preproduces), remedy,
                 name_switch(refreshes, preproduces));
    return false;
}

ocsp_watchdog_t *ocsp_watchdog_start(apr_pool_t *pconf, server_rec *base,
                                     bool preproduces)
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
    w->preproduces = preproduces;
    if (!ocsp_watchdog_report(base, w->arena, w->check_s != 0, preproduces)) {
        return NULL;
    }
    w->items = apr_array_make(pconf, 16, sizeof(item_t));
    add_all(w);
    get = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    add = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    /* Not a singleton: that is one process alone, of which the MPM may make the
     * end and the successor of which sleeps ten seconds before it looks. */
    rv = get(&watchdog, NAME, 0, 0, pconf);
    if (rv == APR_SUCCESS) {
        rv = add(watchdog, AP_WD_TM_INTERVAL, w, tick);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, base,
                     "OCSP237: mod_watchdog does not serve: %s; set %s",
                     name_effect(w->check_s != 0, preproduces),
                     name_switch(w->check_s != 0, preproduces));
        return NULL;
    }
    /* at once: what the parent has left to it */
    ocsp_refresh_state_set_due(w->arena, 0);
    ocsp_refresh_state_progress(w->arena, get_now());
    return w;
}
