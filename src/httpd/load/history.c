/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes what is remembered of the tables of issuers. Floor 4.
 */
#include "httpd/load/history.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/log.h"
#include "httpd/runtime/state_dir.h"
#include "status/table_history.h"

#define SUFFIX "history"

/* A table of so many octets is large: it is not written again within so many
 * seconds. */
#define LARGE ((size_t)8 << 20)
#define LARGE_PAUSE_S 600

/* Octets of the largest table that is read under "httpd -t", which has no
 * arena. */
#define TEST_MAX ((size_t)1 << 30)

/* Of all files: what is remembered of failures to write. */
static const char failures[] = "OCSPStateDir";

static bool make_name(char name[OCSP_STATE_FILE_NAME_MAX],
                      const ocsp_load_ctx_t *ctx,
                      const ocsp_issuers_issuer_t *si)
{
    return ocsp_state_dir_is_usable(ctx->state_dir)
        && ocsp_state_file_make_name(name, si->running.id, OCSP_TABLE_ID_LEN,
                                     SUFFIX);
}

static const char *describe_consent(const ocsp_load_ctx_t *ctx,
                                    const char *name, apr_pool_t *p)
{
    return apr_psprintf(p, "stop httpd, remove %s/%s, and start it again",
                        ctx->state_dir->path, name);
}

/* --- reading -------------------------------------------------------------- */

static size_t find_max(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si)
{
    size_t table = ctx->arena != NULL ? (size_t)ocsp_arena_get_room(ctx->arena)
                                      : TEST_MAX;

    return OCSP_TABLE_HISTORY_BEGIN_MAX
         + (ocsp_issuer_config_names_issuance(si->config.level) ? table : 0);
}

apr_uint64_t ocsp_history_count_octets(const ocsp_load_ctx_t *ctx,
                                       const ocsp_issuers_issuer_t *si)
{
    char name[OCSP_STATE_FILE_NAME_MAX];
    apr_finfo_t info;

    return ocsp_issuer_config_names_issuance(si->config.level)
                && make_name(name, ctx, si)
                && apr_stat(&info,
                            apr_pstrcat(ctx->ptemp, ctx->state_dir->path, "/",
                                        name, NULL),
                            APR_FINFO_SIZE | APR_FINFO_LINK, ctx->ptemp)
                       == APR_SUCCESS
             ? (apr_uint64_t)info.size
             : 0;
}

/* Without it the issuer is loaded as if httpd had never run before. */
static void log_unread(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si, apr_status_t rv,
                       const char *why)
{
    ocsp_load_ctx_log(ctx, APLOG_WARNING, rv,
                      "OCSP271: %s: what is known of earlier status data "
                      "cannot be used: %s; an older CRL or index would be "
                      "accepted: make sure that the files of this CA are the "
                      "newest (a damaged file is written again)",
                      si->loaded.name, why);
}

static apr_status_t read_begin(ocsp_der_t *begin, const ocsp_load_ctx_t *ctx,
                               const char *name, const char **why,
                               apr_pool_t *p)
{
    return ocsp_state_file_read_begin(begin, ctx->state_dir->path, name,
                                      OCSP_TABLE_HISTORY_BEGIN_MAX
                                          + OCSP_TABLE_HISTORY_SAMPLE_LEN,
                                      why, p);
}

/* The reason of a parser, with the file. */
static const char *add_name(const ocsp_load_ctx_t *ctx, const char *name,
                            const char *why, apr_pool_t *p)
{
    return apr_psprintf(p, "%s/%s %s", ctx->state_dir->path, name, why);
}

static apr_status_t read_crls(ocsp_table_history_t *out,
                              const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si, const char *name,
                              const char **why, apr_pool_t *p)
{
    apr_array_header_t *crls = apr_array_make(p, 1,
                                              sizeof(ocsp_crl_set_part_t));
    ocsp_der_t begin;
    apr_status_t rv = read_begin(&begin, ctx, name, why, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = ocsp_table_history_parse_crls(crls, begin, si->running.id, why, p);
    if (rv == APR_SUCCESS) {
        out->crls = crls;
    }
    else {
        *why = add_name(ctx, name, *why, p);
    }
    return rv;
}

static apr_status_t read_all(ocsp_table_history_t *out,
                             const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si, const char *name,
                             const char **why, apr_pool_t *p)
{
    ocsp_der_t content;
    apr_status_t rv = ocsp_state_file_read(&content, ctx->state_dir->path, name,
                                           find_max(ctx, si), why, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = ocsp_table_history_parse(out, content, si->running.id, why, p);
    if (rv != APR_SUCCESS) {
        *why = add_name(ctx, name, *why, p);
    }
    return rv;
}

/* The directory is for httpd alone: another user's "httpd -t" cannot tell. */
static bool is_secret(const ocsp_load_ctx_t *ctx, apr_status_t rv)
{
    return ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST && APR_STATUS_IS_EACCES(rv);
}

/* @param out crls NULL: nothing is known
 * @param with_table whether its table is needed, which may be large */
static void read_file(ocsp_table_history_t *out, const ocsp_load_ctx_t *ctx,
                      const ocsp_issuers_issuer_t *si, const char *name,
                      bool with_table, apr_pool_t *p)
{
    const char *why = NULL;
    apr_status_t rv;
    bool is_fault;

    *out = (ocsp_table_history_t){.crls = NULL};
    rv = with_table ? read_all(out, ctx, si, name, &why, p)
                    : read_crls(out, ctx, si, name, &why, p);
    is_fault = rv != APR_SUCCESS && !APR_STATUS_IS_ENOENT(rv)
            && !is_secret(ctx, rv);
    /* read again before it is written again, it may have another fault */
    if (ocsp_load_ctx_log_once(ctx, name, strlen(name), is_fault)) {
        log_unread(ctx, si, rv, why);
    }
}

/* Compare with the copy, as there is no table in use that has all sources. */
static void use_copy(ocsp_load_sources_t *src,
                     const ocsp_table_history_t *history, apr_pool_t *p)
{
    ocsp_table_info_t *info = apr_palloc(p, sizeof(*info));

    if (history->table != NULL
        && ocsp_table_get_info(info, history->table, history->len)
               == APR_SUCCESS) {
        src->last = info;
        src->last_table = history->table;
        src->last_len = history->len;
        src->last_is_copy = true;
    }
}

void ocsp_history_read(ocsp_load_sources_t *src, const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si, apr_pool_t *p)
{
    const bool lacks_table = src->last == NULL || src->last->went_back;
    ocsp_table_history_t history;
    char name[OCSP_STATE_FILE_NAME_MAX];

    if (lacks_table && src->last != NULL && src->last->crls == 0) {
        /* it has revocations of a copy alone, and counts as made of a CRL */
        src->last = NULL;
        src->last_table = NULL;
    }
    if (!make_name(name, ctx, si)) {
        return;
    }
    src->consent = describe_consent(ctx, name, p);
    read_file(&history, ctx, si, name, lacks_table, p);
    src->newest = history.crls;
    if (lacks_table) {
        use_copy(src, &history, p);
    }
}

/* --- writing -------------------------------------------------------------- */

/* Count the issuers whose files cannot be written. The first one is logged, and
 * when there is none any more.
 * @param retry of the issuer's table */
static void log_unwritten(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry,
                          apr_status_t rv, const char *why)
{
    ocsp_retry_t *all = ocsp_load_ctx_get_retry(ctx, failures,
                                                sizeof(failures));

    retry->saved_at = ctx->now;
    if (atomic_exchange(&retry->faulty, true)) {
        return;
    }
    atomic_store(&all->faulty, true);
    if (all->failures++ == 0) {
        ocsp_load_ctx_log(ctx, APLOG_WARNING, rv,
                          "OCSP272: %s: OCSPStateDir does not have the newest "
                          "status data: %s; until it has, older status data "
                          "would be accepted after a stop and start of httpd; "
                          "make room on that file system, or correct the "
                          "owner and mode of the directory or the file",
                          si->loaded.name, why);
    }
}

static void log_written(const ocsp_load_ctx_t *ctx, ocsp_retry_t *retry)
{
    ocsp_retry_t *all = ocsp_load_ctx_get_retry(ctx, failures,
                                                sizeof(failures));

    if (!atomic_exchange(&retry->faulty, false) || all->failures == 0
        || --all->failures > 0) {
        return;
    }
    atomic_store(&all->faulty, false);
    ocsp_load_ctx_log(ctx, APLOG_WARNING, 0,
                      "OCSP273: OCSP272 is over: all files of OCSPStateDir are "
                      "written again");
}

/* Add the CRLs in use to those that the file has. Those that went back do not
 * replace any. */
static apr_array_header_t *find_crls(ocsp_der_t begin,
                                     const ocsp_issuers_issuer_t *si,
                                     const ocsp_arena_slot_t *slot, int64_t now,
                                     apr_pool_t *p)
{
    apr_array_header_t *crls = apr_array_make(p, 1,
                                              sizeof(ocsp_crl_set_part_t));
    apr_array_header_t *in_use = apr_array_make(p, 1,
                                                sizeof(ocsp_crl_set_part_t));
    const char *ignored; /* it was logged when the file was read */

    (void)ocsp_table_history_parse_crls(crls, begin, si->running.id, &ignored,
                                        p);
    ocsp_load_find_crls(in_use, &slot->info, slot->table, slot->len);
    ocsp_table_history_add(crls, in_use, !slot->info.went_back, now);
    return crls;
}

/* Whether nothing can be lost by writing the file again. */
static bool is_replaceable(apr_status_t rv)
{
    return rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv)
        || rv == OCSP_EMALFORMED;
}

/* A file that cannot be read, for example for lack of descriptors, is not
 * replaced: it may know of newer CRLs than those in use.
 * @return APR_SUCCESS: it is written, or was before */
static apr_status_t save(const ocsp_load_ctx_t *ctx,
                         const ocsp_issuers_issuer_t *si, const char *name,
                         const ocsp_arena_slot_t *slot, const char **why,
                         apr_pool_t *p)
{
    ocsp_table_history_t history = {.table = NULL};
    ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS], begin;
    apr_status_t rv = read_begin(&begin, ctx, name, why, p);

    if (!is_replaceable(rv)) {
        return rv;
    }
    history.crls = find_crls(begin, si, slot, ctx->now, p);
    if (slot->info.issuance) {
        history.table = slot->table;
        history.len = slot->len;
    }
    if (!ocsp_table_history_encode(parts, &history, si->running.id, p)) {
        *why = "libcrypto has no SHA-256";
        return OCSP_ECRYPTO;
    }
    return ocsp_table_history_is_same(begin, parts)
             ? APR_SUCCESS
             : ocsp_state_file_write(ctx->state_dir->path, name, parts,
                                     OCSP_TABLE_HISTORY_PARTS, why, p);
}

/* A table whose sources went back, and that has or had issuance data, is not
 * worth to be remembered. */
static bool is_worth_saving(const ocsp_arena_slot_t *slot,
                            const ocsp_issuers_issuer_t *si)
{
    return slot->table != NULL
        && !(slot->info.went_back
             && ocsp_issuer_config_names_issuance(si->config.level));
}

/* A large table, written or not, is not tried again for a while. */
static bool is_pausing(const ocsp_retry_t *retry, const ocsp_arena_slot_t *slot,
                       int64_t now)
{
    return slot->info.issuance && slot->len > LARGE && now >= retry->saved_at
        && now - retry->saved_at < LARGE_PAUSE_S;
}

void ocsp_history_save(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si)
{
    char name[OCSP_STATE_FILE_NAME_MAX];
    ocsp_arena_slot_t slot;
    ocsp_retry_t *retry;
    const char *why = "";
    apr_status_t rv;
    apr_pool_t *p;

    if (!si->running.has_slot || !make_name(name, ctx, si)
        || !ocsp_arena_read_slot(&slot, ctx->arena, si->running.slot,
                                 si->running.id)
        || !is_worth_saving(&slot, si)) {
        return;
    }
    retry = ocsp_load_ctx_get_retry(ctx, si->running.id, OCSP_TABLE_ID_LEN);
    if (retry == NULL || retry->saved == slot.generation
        || is_pausing(retry, &slot, ctx->now)) {
        return;
    }
    apr_pool_create(&p, ctx->ptemp);
    apr_pool_tag(p, "ocsp_history");
    rv = save(ctx, si, name, &slot, &why, p);
    if (rv == APR_SUCCESS) {
        retry->saved = slot.generation;
        retry->saved_at = ctx->now;
        log_written(ctx, retry);
    }
    else {
        log_unwritten(ctx, si, retry, rv, why);
    }
    apr_pool_destroy(p);
}

bool ocsp_history_is_failing(const ocsp_server_config_shared_t *shared)
{
    const ocsp_retry_t *retry =
        shared->retries != NULL && shared->arena != NULL
            ? ocsp_retries_find(shared->retries,
                                ocsp_arena_get_configuration(shared->arena),
                                failures, sizeof(failures))
            : NULL;

    return retry != NULL && atomic_load(&retry->faulty);
}
