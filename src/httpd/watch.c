/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See watch.h. Floor 4.
 */
#include "httpd/watch.h"

#include <ap_mpm.h>
#include <apr_optional.h>
#include <mod_watchdog.h>

#include "httpd/conf.h"
#include "httpd/keep.h"
#include "httpd/log.h"
#include "httpd/outcome.h"
#include "httpd/pass.h"
#include "httpd/renewal.h"
#include "httpd/tables.h"

#define NAME "_ocsp_"

/* What changes right now is looked at again so soon, in seconds. */
#define RETRY_S 2

/* Ticks, of a second each, that another process may write before it is said. */
#define LONG_WAIT_TICKS 60

/* How the look goes on; a copy in every child, used in one. */
typedef struct {
    server_rec *base;
    ocsp_keep_t *keep;
    uint32_t configuration; /* the arena's, for which this was started */
    int64_t refresh_s;
    unsigned waits; /* ticks in a row at which another was writing */
    int64_t due;    /* the next look, in seconds since 1970; 0: now */
    ocsp_trials_t *trials;
    apr_pool_t *pool; /* of trials */
} watch_t;

bool ocsp_watch_is_possible(void)
{
    return APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance) != NULL
        && APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback) != NULL;
}

/* httpd is about to end this process, and waits for it. */
static bool is_stopping(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS
        && state == AP_MPMQ_STOPPING;
}

static void look_at_scope(ocsp_pass_t *pass, const ocsp_conf_t *conf,
                          const ocsp_scope_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts && !is_stopping(); i++) {
        const ocsp_scope_issuer_t *si = ocsp_scope_get(scope, i);

        if (si->issuer != NULL && !si->passed_over) {
            ocsp_tables_look(pass, si);
            ocsp_renewal_look(conf->shared.renewal, pass, si);
        }
    }
}

static void look(watch_t *w, apr_pool_t *ptemp)
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
    w->due = pass.now
           + (pass.retry && RETRY_S < w->refresh_s ? RETRY_S : w->refresh_s);
}

/* Nobody else writes; and what one who died was writing is nothing. */
static void look_alone(watch_t *w, apr_pool_t *ptemp)
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
        ocsp_arena_recover(arena);
        look(w, ptemp);
    }
    ocsp_keep_unlock(w->keep);
}

static apr_status_t tick(int state, void *data, apr_pool_t *ptemp)
{
    watch_t *w = data;
    int64_t now = (int64_t)apr_time_sec(apr_time_now());

    if (state == AP_WATCHDOG_STATE_STARTING) {
        apr_pool_create(&w->pool, NULL);
        apr_pool_tag(w->pool, "ocsp_watch");
        w->trials = ocsp_trials_make(w->pool);
        w->due = 0;
    }
    else if (state == AP_WATCHDOG_STATE_STOPPING) {
        apr_pool_destroy(w->pool);
        w->pool = NULL;
        w->trials = NULL;
        return APR_SUCCESS;
    }
    /* a clock that was put back does not keep it from looking */
    if (now >= w->due || now < w->due - w->refresh_s) {
        look_alone(w, ptemp);
    }
    return APR_SUCCESS;
}

void ocsp_watch_start(apr_pool_t *pconf, server_rec *base)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) * get;
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) * add;
    const ocsp_conf_t *conf = ocsp_conf_get(base);
    watch_t *w = apr_pcalloc(pconf, sizeof(*w));
    ap_watchdog_t *watchdog;
    apr_status_t rv = APR_ENOTIMPL;

    get = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    add = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    w->base = base;
    w->keep = conf->shared.keep;
    w->configuration = ocsp_arena_get_configuration(conf->shared.arena);
    w->refresh_s = ocsp_conf_get_refresh(conf);
    if (!conf->shared.can_lock) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP237: OCSPRefresh: no lock file can be made in the "
                     "directory for temporary files: changes are seen at "
                     "graceful only");
        return;
    }
    if (get != NULL && add != NULL) {
        rv = get(&watchdog, NAME, 0, 1, pconf);
    }
    if (rv == APR_SUCCESS) {
        rv = add(watchdog, AP_WD_TM_INTERVAL, w, tick);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, base,
                     "OCSP234: OCSPRefresh: there is no mod_watchdog: changes "
                     "are seen at graceful only; LoadModule watchdog_module, "
                     "or set OCSPRefresh off");
    }
}
