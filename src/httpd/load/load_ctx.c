/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The context of a load: its mode, the issuers of one name, what is retained
 * from load to load, and what is remembered of a subject. Floor 4.
 */
#include "httpd/load/load_ctx.h"

#include <ap_listen.h>
#include <apr_strings.h>
#include <http_log.h>
#include <stdarg.h>
#include <string.h>

#include "wire/gtime.h"

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
    ctx->keys = apr_hash_make(ptemp);
    ctx->dirs = apr_hash_make(ptemp);
    ctx->names = apr_hash_make(ptemp);
    ctx->tables = apr_hash_make(ptemp);
}

bool ocsp_load_ctx_is_running(const ocsp_load_ctx_t *ctx)
{
    return ctx->mode >= OCSP_LOAD_CTX_REFRESH;
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

void ocsp_load_ctx_add_issuer(ocsp_load_ctx_t *ctx, const ocsp_issuer_t *issuer)
{
    const unsigned long name = ocsp_issuer_get_name_hash(issuer);
    apr_array_header_t *all = apr_hash_get(ctx->names, &name, sizeof(name));

    if (all == NULL) {
        all = apr_array_make(ctx->ptemp, 1, sizeof(const ocsp_issuer_t *));
        apr_hash_set(ctx->names, apr_pmemdup(ctx->ptemp, &name, sizeof(name)),
                     sizeof(name), all);
    }
    if (ocsp_issuer_may_sign_crls(issuer) && !has_issuer(all, issuer)) {
        APR_ARRAY_PUSH(all, const ocsp_issuer_t *) = issuer;
    }
}

const apr_array_header_t *ocsp_load_ctx_get_namesakes(
    const ocsp_load_ctx_t *ctx, const ocsp_issuer_t *issuer)
{
    const unsigned long name = ocsp_issuer_get_name_hash(issuer);

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
             ? ocsp_retries_get(ctx->retries,
                                ocsp_arena_get_configuration(ctx->arena),
                                subject, len)
             : NULL;
}

bool ocsp_load_ctx_log_once(const ocsp_load_ctx_t *ctx, const void *subject,
                            size_t len, uint64_t state)
{
    ocsp_retry_t *retry = ocsp_load_ctx_get_retry(ctx, subject, len);

    return ocsp_log_once(retry != NULL ? retry->logged : NULL, state);
}

void ocsp_load_ctx_log_at(const char *file, int line, int module,
                          const ocsp_load_ctx_t *ctx, int level,
                          apr_status_t rv, const char *format, ...)
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
