/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The context of a load: its mode, the arena and what is remembered there, the
 * issuers of one name, and the log. Floor 4.
 */
#include "httpd/load/load_ctx.h"

#include <ap_listen.h>
#include <ap_mpm.h>
#include <apr_strings.h>
#include <http_log.h>
#include <stdarg.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/runtime/state_dir.h"
#include "shared/refresh_state.h"
#include "wire/gtime.h"

/* How long the parent, and with it every new request, waits for another process
 * that writes, in seconds; and how long between two tries. */
#define WRITER_WAIT_S 2
#define LOCK_POLL_US APR_TIME_C(20000)

void ocsp_load_ctx_begin(ocsp_load_ctx_t *ctx, ocsp_load_ctx_mode_t mode,
                         ocsp_retained_t *retained, apr_pool_t *pconf,
                         apr_pool_t *ptemp)
{
    memset(ctx, 0, sizeof(*ctx));
    ctx->mode = mode;
    ctx->pconf = pconf;
    ctx->ptemp = ptemp;
    ctx->retained = retained;
    ctx->now = (int64_t)apr_time_sec(apr_time_now());
    ctx->counts = apr_pcalloc(ptemp, sizeof(*ctx->counts));
    ctx->counts->shortest_s = INT64_MAX;
    ctx->lists = apr_hash_make(ptemp);
    ctx->certs = apr_hash_make(ptemp);
    ctx->keys = apr_hash_make(pconf); /* children use them */
    ctx->dirs = apr_hash_make(ptemp);
    ctx->names = apr_hash_make(pconf); /* likewise */
    ctx->tables = apr_hash_make(ptemp);
}

bool ocsp_load_ctx_is_running(const ocsp_load_ctx_t *ctx)
{
    return ctx->mode >= OCSP_LOAD_CTX_REFRESH;
}

bool ocsp_load_ctx_is_stopping(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS
        && state == AP_MPMQ_STOPPING;
}

/* A child of the last configuration may still be loading, while new requests
 * wait. Without a lock no child checks for changes, so no other process writes.
 */
static bool become_writer(ocsp_arena_t *arena)
{
    apr_time_t end = apr_time_now() + apr_time_from_sec(WRITER_WAIT_S);

    if (!ocsp_arena_has_lock(arena)) {
        return true;
    }
    while (!ocsp_arena_lock(arena)) {
        if (apr_time_now() >= end) {
            return false;
        }
        apr_sleep(LOCK_POLL_US);
    }
    return true;
}

/* Without shared memory each process remembers for itself. */
static ocsp_retries_t *open_retries(const ocsp_load_ctx_t *ctx)
{
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, ctx->retained, "retries",
                                          ocsp_retries_size(),
                                          OCSP_RETRY_VERSION);

    return mem != NULL ? mem : apr_pcalloc(ctx->pconf, ocsp_retries_size());
}

ocsp_retries_t *ocsp_load_ctx_open_arena(ocsp_load_ctx_t *ctx,
                                         const server_rec *base,
                                         apr_uint64_t octets)
{
    int64_t wanted = ocsp_server_config_get(base)->table_size;
    const char *why = NULL;
    ocsp_retries_t *retries;
    apr_status_t rv;

    rv = ocsp_retained_open_arena(&ctx->arena, ctx->retained, octets,
                                  wanted != OCSP_ISSUER_CONFIG_UNSET
                                      ? (apr_uint64_t)wanted
                                      : 0,
                                  &why, ctx->ptemp);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, base,
                     "OCSP210: %s; requests for every <OCSPIssuer> are "
                     "answered tryLater; give this machine or its container "
                     "more memory, or set a smaller OCSPTableSize",
                     why);
        return NULL;
    }
    if (why != NULL) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base, "OCSP222: %s", why);
    }
    retries = open_retries(ctx);
    ctx->is_writer = become_writer(ctx->arena);
    if (ctx->is_writer) {
        ocsp_arena_recover(ctx->arena);
        /* a restart may have ended a child that was loading, which is no fault
         * of the source */
        ocsp_refresh_state_end_load(ctx->arena);
        ctx->retries = retries;
    }
    else if (ocsp_arena_has_lock(ctx->arena)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP235: a process from before the restart is still "
                     "loading status data; %s",
                     ctx->refreshes
                         ? "new and changed files are loaded when it has "
                           "finished (nothing is to be done unless this "
                           "repeats)"
                         : "new and changed files are not loaded: restart "
                           "again when it has finished");
    }
    if (ocsp_arena_get_configuration(ctx->arena) != 0) {
        ctx->mode = OCSP_LOAD_CTX_GRACEFUL;
    }
    else if (!ocsp_state_dir_is_usable(ctx->state_dir)) {
        ap_log_error(
            APLOG_MARK, APLOG_NOTICE, 0, base,
            "OCSP247: nothing is known of earlier status data, so an older "
            "CRL or index would be accepted (nothing is to be done)");
    }
    ocsp_arena_begin(ctx->arena);
    ctx->configuration = ocsp_arena_get_configuration(ctx->arena);
    return retries;
}

static bool has_issuer(const apr_array_header_t *all,
                       const ocsp_issuer_t *issuer)
{
    int i;

    for (i = 0; i < all->nelts; i++) {
        if (ocsp_issuer_is_same(APR_ARRAY_IDX(all, i, const ocsp_issuer_t *),
                                issuer)) {
            return true;
        }
    }
    return false;
}

void ocsp_load_ctx_add_issuer(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuer_t *issuer)
{
    const unsigned long name = issuer->name_hash;
    apr_array_header_t *all = apr_hash_get(ctx->names, &name, sizeof(name));

    if (all == NULL) {
        all = apr_array_make(ctx->pconf, 1, sizeof(const ocsp_issuer_t *));
        apr_hash_set(ctx->names, apr_pmemdup(ctx->pconf, &name, sizeof(name)),
                     sizeof(name), all);
    }
    if (issuer->may_sign_crls && !has_issuer(all, issuer)) {
        APR_ARRAY_PUSH(all, const ocsp_issuer_t *) = issuer;
    }
}

const apr_array_header_t *ocsp_load_ctx_get_namesakes(
    const ocsp_load_ctx_t *ctx, const ocsp_issuer_t *issuer)
{
    const unsigned long name = issuer->name_hash;

    return apr_hash_get(ctx->names, &name, sizeof(name));
}

void ocsp_load_ctx_retain(const ocsp_load_ctx_t *ctx, const char *name,
                          ocsp_der_t first, ocsp_der_t second)
{
    if (ctx->mode != OCSP_LOAD_CTX_CONFIG_TEST
        && !ocsp_load_ctx_is_running(ctx)) {
        ocsp_retained_put(ctx->retained, name, first, second);
    }
}

bool ocsp_load_ctx_find_retained(const ocsp_load_ctx_t *ctx, const char *name,
                                 ocsp_der_t *first, ocsp_der_t *second)
{
    return ctx->mode != OCSP_LOAD_CTX_CONFIG_TEST
        && ocsp_retained_find(ctx->retained, name, first, second);
}

ocsp_retry_t *ocsp_load_ctx_get_retry(const ocsp_load_ctx_t *ctx,
                                      const void *subject, size_t len)
{
    return ctx->retries != NULL
             ? ocsp_retries_get(ctx->retries, ctx->configuration, subject, len)
             : NULL;
}

bool ocsp_load_ctx_log_once(const ocsp_load_ctx_t *ctx, const void *subject,
                            size_t len, uint64_t state)
{
    ocsp_retry_t *retry = ocsp_load_ctx_get_retry(ctx, subject, len);

    return ocsp_log_once(retry != NULL ? retry->logged : NULL, state);
}

void ocsp_load_ctx_log_at(const ocsp_load_ctx_t *ctx, int level,
                          apr_status_t rv, const char *file, int line,
                          int module, const char *format, ...)
{
    /* APR has no words for a status of ours: the message has them */
    bool ours = rv >= APR_OS_START_USERERR && rv < APR_OS_START_EAIERR;
    va_list args;

    ctx->counts->failures += level <= APLOG_ERR;
    if (ctx->quiet) {
        return;
    }
    va_start(args, format);
    ap_log_error_(file, line, module, level, ours ? 0 : rv, ctx->s, "%s",
                  apr_pvsprintf(ctx->ptemp, format, args));
    va_end(args);
}

const char *ocsp_load_ctx_print_time(apr_pool_t *p, int64_t seconds)
{
    char *text = apr_pcalloc(p, OCSP_GTIME_ISO_LEN + 1);

    return ocsp_gtime_format_iso(text, seconds) ? text : "-";
}

unsigned ocsp_load_ctx_get_port(const server_rec *s)
{
    if (s->port != 0) {
        return s->port;
    }
    if (s->is_virtual && s->addrs != NULL && s->addrs->host_port != 0) {
        return s->addrs->host_port;
    }
    return ap_listeners != NULL ? ap_listeners->bind_addr->port : 80;
}
