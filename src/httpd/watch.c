/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See watch.h. Floor 4.
 */
#include "httpd/watch.h"

#include <apr_optional.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <stdatomic.h>

#include "httpd/ahead.h"
#include "httpd/conf.h"
#include "httpd/keep.h"
#include "httpd/log.h"
#include "httpd/outcome.h"
#include "httpd/pass.h"
#include "httpd/preproduce.h"
#include "httpd/renewal.h"
#include "httpd/tables.h"

#define NAME "_ocsp_"

/* What changes right now is looked at again so soon, in seconds. */
#define RETRY_S 2

/* Ticks, of a second each, that another process may write before it is said. */
#define LONG_WAIT_TICKS 60

/* A process that ends waits so long for its look to end, in seconds. */
#define END_WAIT_S 8

/* Of the gate. */
enum { IDLE, LOOKING, CLOSED };

/* How the look goes on; a copy in every child, used in one. */
struct ocsp_watch_t {
    server_rec *base;
    ocsp_keep_t *keep;
    uint32_t configuration; /* the arena's, for which this was started */
    int64_t refresh_s;
    unsigned waits; /* ticks in a row at which another was writing */
    int64_t due;    /* the next look, in seconds since 1970; 0: now */
    ocsp_trials_t *trials;
    ocsp_preproduce_t *ahead; /* or NULL */
    _Atomic int gate;
};

bool ocsp_watch_is_possible(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance) != NULL
        && APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback) != NULL;
}

static void look_at_scope(ocsp_pass_t *pass, const ocsp_conf_t *conf,
                          const ocsp_scope_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts && !ocsp_ahead_is_stopping(); i++) {
        const ocsp_scope_issuer_t *si = ocsp_scope_get(scope, i);

        if (si->issuer != NULL && !si->passed_over) {
            ocsp_tables_look(pass, si);
            ocsp_renewal_look(conf->shared.renewal, pass, si);
        }
    }
}

static void look(ocsp_watch_t *w, apr_pool_t *ptemp)
{
    const ocsp_conf_t *main = ocsp_conf_get(w->base);
    ocsp_pass_t pass;

    ocsp_pass_begin(&pass, w->keep, ptemp, ptemp);
    pass.arena = main->shared.arena;
    pass.trials = w->trials;
    for (pass.s = w->base; pass.s != NULL; pass.s = pass.s->next) {
        const ocsp_conf_t *conf = ocsp_conf_get(pass.s);

        if (conf == main && pass.s != w->base) {
            continue; /* a virtual host that says nothing */
        }
        look_at_scope(&pass, main, conf->own);
        if (conf->inherited != NULL && conf->inherited != main->own) {
            look_at_scope(&pass, main, conf->inherited);
        }
    }
    ocsp_outcome_close(&pass, w->base);
    /* a table has been published, or signers have changed */
    if (w->ahead != NULL && (pass.octets != 0 || pass.renewed)) {
        ocsp_preproduce_tell(w->ahead);
    }
    w->due = pass.now
           + (pass.retry && RETRY_S < w->refresh_s ? RETRY_S : w->refresh_s);
}

/* A clock that was put back does not keep it from looking. */
static bool is_due(const ocsp_watch_t *w, int64_t now)
{
    return w->refresh_s != 0 && (now >= w->due || now < w->due - w->refresh_s);
}

/* Nobody else writes; and what one who died was writing is nothing. */
static void work_alone(ocsp_watch_t *w, int64_t now, apr_pool_t *ptemp)
{
    ocsp_arena_t *arena = ocsp_conf_get(w->base)->shared.arena;

    if (!ocsp_keep_lock(w->keep, 0)) {
        /* the parent, or one of before: at the next tick */
        if (++w->waits == LONG_WAIT_TICKS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, w->base,
                         "OCSP236: another process has been writing status "
                         "tables for a minute: what has changed since is not "
                         "seen until it ends; look what it waits for, or end "
                         "it");
        }
        return;
    }
    w->waits = 0;
    if (ocsp_arena_get_configuration(arena) == w->configuration) {
        if (is_due(w, now)) {
            ocsp_arena_recover(arena);
            look(w, ptemp);
        }
        if (w->ahead != NULL) {
            ocsp_preproduce_step(w->ahead, ptemp);
        }
    }
    ocsp_keep_unlock(w->keep);
}

static apr_status_t tick(int state, void *data, apr_pool_t *ptemp)
{
    ocsp_watch_t *w = data;
    int64_t now = (int64_t)apr_time_sec(apr_time_now());
    int idle = IDLE;

    if (state == AP_WATCHDOG_STATE_STOPPING) {
        return APR_SUCCESS; /* said by two threads, while a third may look */
    }
    if (state == AP_WATCHDOG_STATE_STARTING) {
        /* for as long as this thread is there */
        apr_pool_t *pthread = apr_pool_parent_get(ptemp);

        w->trials = ocsp_trials_make(pthread);
        w->ahead = ocsp_preproduce_make(pthread, w->base);
        w->due = 0;
    }
    if ((w->ahead != NULL || is_due(w, now))
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
    ocsp_watch_t *w = data;
    apr_time_t until = apr_time_now() + apr_time_from_sec(END_WAIT_S);
    int idle = IDLE;

    while (!atomic_compare_exchange_strong(&w->gate, &idle, CLOSED)
           && idle == LOOKING && apr_time_now() < until) {
        idle = IDLE;
        apr_sleep(apr_time_from_msec(5));
    }
    return APR_SUCCESS;
}

void ocsp_watch_start_child(ocsp_watch_t *w, apr_pool_t *pchild)
{
    apr_pool_pre_cleanup_register(pchild, w, close_gate);
}

/* What will not be done, and by which directive it would. */
static const char *name_effect(bool refreshes, bool preproduces)
{
    return !preproduces ? "changes are seen at graceful only (OCSPRefresh)"
         : !refreshes   ? "nothing is signed ahead of need (OCSPPreproduce)"
                        : "changes are seen at graceful only (OCSPRefresh), "
                          "and nothing is signed ahead of need "
                          "(OCSPPreproduce)";
}

/* What to say where it is not wanted. */
static const char *name_switch(bool refreshes, bool preproduces)
{
    return !preproduces ? "OCSPRefresh off"
         : !refreshes   ? "OCSPPreproduce off"
                        : "OCSPRefresh off and OCSPPreproduce off";
}

ocsp_watch_t *ocsp_watch_start(apr_pool_t *pconf, server_rec *base,
                               bool preproduces)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) * get;
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) * add;
    const ocsp_conf_t *conf = ocsp_conf_get(base);
    ocsp_watch_t *w = apr_pcalloc(pconf, sizeof(*w));
    ap_watchdog_t *watchdog;
    apr_status_t rv = APR_ENOTIMPL;
    const char *effect, *off;

    get = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    add = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    w->base = base;
    w->keep = conf->shared.keep;
    w->configuration = ocsp_arena_get_configuration(conf->shared.arena);
    w->refresh_s = ocsp_conf_get_refresh(conf);
    effect = name_effect(w->refresh_s != 0, preproduces);
    off = name_switch(w->refresh_s != 0, preproduces);
    if (!conf->shared.can_lock) {
        /* there APR makes it, whatever TMPDIR says */
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP237: no lock file can be made in /tmp: %s; make "
                     "room there and let httpd write there, or set %s",
                     effect, off);
        return NULL;
    }
    if (get != NULL && add != NULL) {
        rv = get(&watchdog, NAME, 0, 1, pconf);
    }
    if (rv == APR_SUCCESS) {
        rv = add(watchdog, AP_WD_TM_INTERVAL, w, tick);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, base,
                     "OCSP234: there is no mod_watchdog: %s; LoadModule "
                     "watchdog_module, or set %s",
                     effect, off);
        return NULL;
    }
    return w;
}
