/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens the shared memory for status tables, with room for all sources, and
 * becomes its writer. Floor 4.
 */
#include "httpd/load/table_memory.h"

#include "httpd/load/sources.h"
#include "httpd/log.h"
#include "shared/look_state.h"

/* How long the parent, and with it every new request, waits for another process
 * that writes, in seconds; and how long between two tries. */
#define WRITER_WAIT_S 2
#define LOCK_POLL_US APR_TIME_C(20000)

static apr_uint64_t measure_crls(ocsp_load_ctx_t *ctx, server_rec *base)
{
    apr_uint64_t octets = 0;
    int i;

    for (ctx->s = base; ctx->s != NULL; ctx->s = ctx->s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(ctx->s);

        if (ctx->s != base && conf == ocsp_server_config_get(base)) {
            continue;
        }
        octets += ocsp_sources_measure(ctx, conf->said);
        for (i = 0; i < conf->sections->nelts; i++) {
            octets += ocsp_sources_measure(
                ctx, APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)
                         ->level);
        }
    }
    return octets;
}

/* A process of before may still be loading: new requests wait as long. Without
 * a lock nobody looks for changes, so nobody else writes. */
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

/* What the looks remember; where no memory can be shared each process for
 * itself. */
static ocsp_retries_t *open_retries(ocsp_retained_t *keep, apr_pool_t *pconf)
{
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, keep, "retries",
                                          ocsp_retries_size(),
                                          OCSP_RETRY_VERSION);

    return mem != NULL ? mem : apr_pcalloc(pconf, ocsp_retries_size());
}

void ocsp_table_memory_open(ocsp_load_ctx_t *ctx,
                            ocsp_server_config_shared_t *shared,
                            server_rec *base)
{
    int64_t wanted = ocsp_server_config_get(base)->table_size;
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_retained_open_arena(
        &ctx->arena, ctx->retained, measure_crls(ctx, base),
        wanted != OCSP_ISSUER_CONFIG_UNSET ? (apr_uint64_t)wanted : 0, &why);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, base,
                     "OCSP210: %s: every issuer answers tryLater; give this "
                     "machine or its container more memory, or set a smaller "
                     "OCSPTableSize",
                     why);
        return;
    }
    if (why != NULL) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base, "OCSP222: %s", why);
    }
    shared->retries = open_retries(ctx->retained, ctx->pconf);
    ctx->is_writer = become_writer(ctx->arena);
    if (ctx->is_writer) {
        ocsp_arena_recover(ctx->arena);
        /* a restart may have ended the process that was loading: not a death
         * that its source is to be blamed for */
        ocsp_look_state_end_load(ctx->arena);
        ctx->retries = shared->retries;
    }
    else if (ocsp_arena_has_lock(ctx->arena)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP235: another process still writes status tables: "
                     "what has changed is loaded later");
    }
    if (ocsp_arena_get_configuration(ctx->arena) != 0) {
        ctx->mode = OCSP_LOAD_CTX_GRACEFUL;
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, base,
                     "OCSP247: status data of before the last stop is "
                     "forgotten: a CRL or an index that is older than it is "
                     "not recognized as such");
    }
    ocsp_arena_begin(ctx->arena);
}
