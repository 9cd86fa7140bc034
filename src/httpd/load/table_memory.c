/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens the shared memory of status tables, with room for all sources, and
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

/* A child of before may still be loading: new requests wait as long. Without a
 * lock no child checks for changes, so no other process writes. */
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

void ocsp_table_memory_open(ocsp_load_ctx_t *ctx,
                            ocsp_server_config_shared_t *shared,
                            server_rec *base)
{
    int64_t wanted = ocsp_server_config_get(base)->table_size;
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_retained_open_arena(&ctx->arena, ctx->retained,
                                  ocsp_sources_measure(ctx, base),
                                  wanted != OCSP_ISSUER_CONFIG_UNSET
                                      ? (apr_uint64_t)wanted
                                      : 0,
                                  &why, ctx->ptemp);
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
    shared->retries = open_retries(ctx);
    ctx->is_writer = become_writer(ctx->arena);
    if (ctx->is_writer) {
        ocsp_arena_recover(ctx->arena);
        /* a restart may have ended a child that was loading, which is no fault
         * of the source */
        ocsp_look_state_end_load(ctx->arena);
        ctx->retries = shared->retries;
    }
    else if (ocsp_arena_has_lock(ctx->arena)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP235: another process is still writing status "
                     "tables: sources that have changed are loaded later");
    }
    if (ocsp_arena_get_configuration(ctx->arena) != 0) {
        ctx->mode = OCSP_LOAD_CTX_GRACEFUL;
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, base,
                     "OCSP247: status data from before the last stop is "
                     "forgotten: a CRL or an index that is older is accepted");
    }
    ocsp_arena_begin(ctx->arena);
}
