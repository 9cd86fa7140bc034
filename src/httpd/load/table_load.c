/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads the table of an issuer: finds out whether its sources have changed,
 * builds and publishes the table, and remembers what cannot be loaded. At start
 * and graceful restarts in httpd's parent, in between in a child. Floor 4.
 */
#include "httpd/load/table_load.h"

#include <apr_strings.h>
#include <string.h>
#include <unistd.h>

#include "httpd/load/history.h"
#include "httpd/load/load_log.h"
#include "httpd/load/readers.h"
#include "httpd/load/sources.h"
#include "httpd/log.h"
#include "httpd/runtime/subprocess.h"
#include "shared/refresh_state.h"

/* So many checks in a row a failure is not logged while files are being
 * written, or are not there. */
#define CHECKS_OF_WRITTEN 15
#define CHECKS_OF_MISSING 3

/* So many octets of changed sources are read at graceful, while new requests
 * wait; more is left to a child. A source that is larger is loaded in a process
 * of its own, or one that does not fit into memory would end httpd. */
#define AT_ONCE (APR_UINT64_C(8) << 20)

/* One attempt to load a table. */
typedef struct {
    ocsp_retry_t *retry; /* what is remembered of the table; NULL: nothing is */
    ocsp_load_sources_t src;
    ocsp_load_result_t result;
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN];
    bool has_fingerprint;
    bool settled;         /* fingerprint will show any further change */
    const char *hidden;   /* NULL, or files that may be CRLs of this issuer and
                             cannot be read */
    apr_uint64_t lacking; /* octets that did not find room; 0: they did */
    const char *why;
    ocsp_arena_slot_t slot;          /* before the attempt */
    const ocsp_table_info_t *in_use; /* of the table in use, before or after the
                                        attempt; NULL: none */
} attempt_t;

static ocsp_retry_t *get_retry(const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si)
{
    return si->running.has_slot
             ? ocsp_load_ctx_get_retry(ctx, si->running.id, OCSP_TABLE_ID_LEN)
             : NULL;
}

/* --- loading -------------------------------------------------------------- */

/* Seal the table, check it as readers do, and only then let them see it. */
static apr_status_t publish(attempt_t *a, const ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si)
{
    const ocsp_load_result_t *result = &a->result;
    apr_status_t rv;
    void *mem;

    rv = ocsp_arena_reserve(&mem, ctx->arena, si->running.slot, result->len,
                            &a->why, ctx->ptemp);
    if (rv != APR_SUCCESS) {
        a->lacking = APR_STATUS_IS_ENOSPC(rv) ? result->len : 0;
        return rv;
    }
    ocsp_table_builder_seal(result->builder, mem, &result->info);
    rv = ocsp_table_check(mem, result->len, &a->why);
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(ctx->arena, si->running.slot);
        a->in_use = &result->info;
    }
    return rv;
}

static void count_table(const ocsp_load_ctx_t *ctx, apr_uint64_t octets)
{
    ocsp_load_ctx_counts_t *counts = ctx->counts;

    counts->tables += octets;
    counts->largest = octets > counts->largest ? octets : counts->largest;
}

/* Build the table, and publish it where there is an arena. */
static apr_status_t build(attempt_t *a, const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, apr_pool_t *p)
{
    ocsp_load_result_t *result = &a->result;
    apr_status_t rv = ocsp_load_build(result, &a->src, ctx->now, &a->why, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    count_table(ctx, result->len);
    memset(result->info.fingerprint, 0, sizeof(result->info.fingerprint));
    if (ctx->arena != NULL) {
        memcpy(result->info.id, si->running.id, OCSP_TABLE_ID_LEN);
        if (a->settled && result->not_used == NULL
            && result->went_back == NULL) {
            memcpy(result->info.fingerprint, a->fingerprint,
                   sizeof(a->fingerprint));
        }
        rv = publish(a, ctx, si);
    }
    return rv;
}

/* --- what comes of it ----------------------------------------------------- */

/* Whether the table differs from the last one: a file that was touched shortly
 * before it was read is read again, mostly for nothing. */
static bool is_news(const attempt_t *a)
{
    const ocsp_table_info_t *last = a->src.last, *now = &a->result.info;

    return last == NULL || a->src.last_is_copy || last->crl != now->crl
        || last->issuance != now->issuance || last->partial != now->partial
        || last->missing_crls != now->missing_crls || last->crls != now->crls
        || (now->crl && last->this_update != now->this_update)
        || last->next_update != now->next_update
        || last->entries != now->entries || last->issued != now->issued
        || last->rows != now->rows || last->number_len != now->number_len
        || memcmp(last->number, now->number, now->number_len) != 0;
}

/* Find how an attempt ended. @param text of the result */
static ocsp_load_result_kind_t classify(const char **text, const attempt_t *a,
                                        const ocsp_load_ctx_t *ctx,
                                        apr_status_t rv)
{
    *text = a->why;
    if (rv != APR_SUCCESS && rv != APR_EEXIST) {
        return rv == OCSP_ESTALE        ? OCSP_LOAD_RESULT_OLDER
             : APR_STATUS_IS_ENOSPC(rv) ? OCSP_LOAD_RESULT_NO_ROOM
             : APR_STATUS_IS_EACCES(rv) ? OCSP_LOAD_RESULT_UNREADABLE
                                        : OCSP_LOAD_RESULT_REJECTED;
    }
    if ((*text = a->result.went_back) != NULL) {
        return OCSP_LOAD_RESULT_WENT_BACK;
    }
    if ((*text = a->result.not_used) != NULL) {
        return OCSP_LOAD_RESULT_PARTLY_REJECTED;
    }
    if ((*text = a->hidden) != NULL) {
        return OCSP_LOAD_RESULT_HIDDEN;
    }
    if ((*text = ocsp_load_log_describe_newer(ctx, &a->result)) != NULL) {
        return OCSP_LOAD_RESULT_NEWER_REJECTED;
    }
    *text = a->result.warning;
    return OCSP_LOAD_RESULT_LOADED;
}

/* Whether reading a file again can have no other end. What the system or
 * libcrypto could not do just now, and what is of the future, is tried again.
 */
static bool is_final(apr_status_t rv)
{
    return rv == APR_SUCCESS || rv == OCSP_EMALFORMED || rv == OCSP_EUNKNOWNCA
        || rv == OCSP_EUNSUPPORTED || rv == OCSP_EOTHERKEY || rv == OCSP_ESTALE
        || APR_STATUS_IS_ENOSPC(rv);
}

static void remember_sources(const attempt_t *a)
{
    ocsp_retry_t *retry = a->retry;

    memcpy(retry->digest, a->fingerprint, sizeof(a->fingerprint));
    retry->hidden = a->src.unreadable;
}

/* So that the next check, by any process, does not read the same files again.
 */
static void remember_failure(const attempt_t *a, apr_status_t rv)
{
    if (a->retry != NULL) {
        remember_sources(a);
        a->retry->known = a->settled && is_final(rv);
        a->retry->lacking = a->lacking;
    }
}

/* Whether a failure may still be over at the next check: files are being
 * written. At start all is logged at once. */
static bool may_pass(const attempt_t *a, const ocsp_load_ctx_t *ctx)
{
    uint32_t checks = a->has_fingerprint ? CHECKS_OF_WRITTEN
                                         : CHECKS_OF_MISSING;

    if (a->retry == NULL || !ocsp_load_ctx_is_running(ctx)) {
        return false;
    }
    a->retry->failures++;
    if (a->settled || a->retry->failures >= checks) {
        return false;
    }
    ctx->counts->unsettled = true;
    return true;
}

/* The table in use is made from the sources as they are now. */
static void succeed(const attempt_t *a, const ocsp_load_ctx_t *ctx)
{
    if (a->retry != NULL) {
        a->retry->failures = 0;
        a->retry->known = false;
        a->retry->deaths = 0;
    }
    ctx->counts->unsettled = ctx->counts->unsettled || !a->settled;
}

/* Sources were read, or could not be. */
static void finish(const attempt_t *a, const ocsp_load_ctx_t *ctx,
                   const ocsp_issuers_issuer_t *si, apr_status_t rv)
{
    const char *text;
    ocsp_load_result_kind_t kind = classify(&text, a, ctx, rv);

    if (rv == APR_SUCCESS) {
        ocsp_load_log_loaded(ctx, si, a->retry, &a->result, is_news(a));
    }
    if (rv == APR_SUCCESS && kind != OCSP_LOAD_RESULT_PARTLY_REJECTED
        && kind != OCSP_LOAD_RESULT_WENT_BACK) {
        succeed(a, ctx);
    }
    else if (may_pass(a, ctx)) {
        return;
    }
    else {
        remember_failure(a, rv);
    }
    ocsp_load_log_result(ctx, si, a->retry, kind, rv, text, &a->slot);
}

/* The sources are those of the table in use, whatever the last attempt ended
 * in. A warning about them still holds, and so does that newer CRLs were
 * rejected. */
static void finish_unchanged(const attempt_t *a, const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si)
{
    const char *text, *closed = NULL;
    ocsp_load_result_kind_t kind = classify(&text, a, ctx, APR_EEXIST);

    succeed(a, ctx);
    ocsp_load_ctx_log(ctx,
                      ocsp_load_ctx_is_running(ctx) ? APLOG_TRACE1
                                                    : APLOG_DEBUG,
                      0, "OCSP207: %s: sources unchanged", si->loaded.name);
    if (kind == OCSP_LOAD_RESULT_LOADED) {
        if (a->slot.result.kind == OCSP_LOAD_RESULT_NEWER_REJECTED) {
            return;
        }
        if (ocsp_load_ctx_is_running(ctx)) {
            closed = ocsp_readers_find_closed(si->config.level, ctx->ptemp);
        }
        if (closed != NULL) {
            kind = OCSP_LOAD_RESULT_ROOT_ONLY;
            text = ocsp_readers_describe_closed(closed, ctx->ptemp);
        }
        else if (a->slot.result.kind == OCSP_LOAD_RESULT_LOADED) {
            text = a->slot.result.text;
        }
    }
    ocsp_load_log_result(ctx, si, a->retry, kind, 0, text, &a->slot);
}

/* Read the sources. If this process dies of them, others know it. */
static bool load(attempt_t *a, const ocsp_load_ctx_t *ctx,
                 const ocsp_issuers_issuer_t *si, apr_uint64_t octets)
{
    apr_status_t rv;
    apr_pool_t *p;

    if (a->retry != NULL) {
        remember_sources(a);
        a->retry->known = false;
    }
    if (ctx->arena != NULL) {
        ocsp_refresh_state_begin_load(ctx->arena, si->running.slot, octets);
    }
    apr_pool_create(&p, ctx->ptemp);
    apr_pool_tag(p, "ocsp_table_load");
    ocsp_history_read(&a->src, ctx, si, p);
    rv = build(a, ctx, si, p);
    if (ctx->arena != NULL) {
        ocsp_refresh_state_end_load(ctx->arena);
    }
    finish(a, ctx, si, rv);
    if (rv == APR_SUCCESS) {
        a->result.file = apr_pstrdup(ctx->ptemp, a->result.file);
    }
    apr_pool_destroy(p); /* frees the entries, which takes a tenth of a load */
    return rv == APR_SUCCESS;
}

/* For load_apart. */
typedef struct {
    attempt_t *attempt;
    const ocsp_load_ctx_t *ctx;
    const ocsp_issuers_issuer_t *si;
    apr_uint64_t octets;
} task_t;

/* One octet is written for a table. */
static int run_task(int fd, void *data)
{
    const task_t *task = data;

    return load(task->attempt, task->ctx, task->si, task->octets)
                && !ocsp_subprocess_write(fd, "", 1)
             ? 1
             : 0;
}

/* In a process that httpd's parent can lose. It logs and stores the result. */
static bool load_apart(attempt_t *a, const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si, apr_uint64_t octets)
{
    task_t task = {a, ctx, si, octets};
    ocsp_subprocess_result_t end = {.len = 0};
    apr_status_t rv = ocsp_subprocess_run(&end, run_task, &task, ctx->ptemp);
    int32_t pid = 0;
    size_t slot;

    if (rv != APR_SUCCESS) {
        a->why = "no process could be started to load it";
        finish(a, ctx, si, rv);
    }
    else if (ocsp_refresh_state_find_dead(&slot, &pid, ctx->arena)
             || end.signal != 0) {
        ocsp_arena_recover(ctx->arena);
        ocsp_table_load_count_death(ctx, si, end.pid);
    }
    return end.len != 0;
}

void ocsp_table_load_count_death(const ocsp_load_ctx_t *ctx,
                                 const ocsp_issuers_issuer_t *si, int32_t pid)
{
    ocsp_retry_t *retry = get_retry(ctx, si);
    ocsp_arena_slot_t slot;

    (void)ocsp_arena_read_slot(&slot, ctx->arena, si->running.slot,
                               si->running.id);
    ocsp_retry_count_death(retry, ctx->now);
    ocsp_load_log_result(
        ctx, si, retry, OCSP_LOAD_RESULT_KILLED, 0,
        apr_psprintf(ctx->ptemp,
                     "process %d died while it loaded %s, probably because "
                     "memory ran out: give this machine or its container more "
                     "memory (loading is tried again, after longer and longer "
                     "pauses)",
                     (int)pid, ocsp_sources_name(si->config.level, ctx->ptemp)),
        &slot);
}

/* --- whether to load ------------------------------------------------------ */

/* Parts of a CRL do not cover all certificates while further ones may be there,
 * even if OCSPCRLCoverage is complete. */
static bool has_new_gap(const attempt_t *a, const ocsp_table_info_t *last)
{
    return a->hidden != NULL && last->partial && !last->missing_crls;
}

/* Find the sources; nothing is read but directories.
 * @return APR_EEXIST: they are those of the table in use */
static apr_status_t find_changes(attempt_t *a, const ocsp_load_ctx_t *ctx,
                                 const ocsp_issuers_issuer_t *si)
{
    const ocsp_table_info_t *last = a->in_use;
    apr_status_t rv;

    a->src.last = last;
    a->src.last_table = a->slot.table;
    a->src.last_len = a->slot.len;
    rv = ocsp_sources_find(&a->src, ctx, si, &a->hidden, &a->why);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    a->src.unreadable = a->hidden != NULL;
    rv = ocsp_load_fingerprint(a->fingerprint, &a->settled, &a->src, ctx->now,
                               &a->why, ctx->ptemp);
    a->has_fingerprint = rv == APR_SUCCESS;
    if (rv != APR_SUCCESS || last == NULL
        || memcmp(last->fingerprint, a->fingerprint, sizeof(a->fingerprint))
               != 0
        || has_new_gap(a, last)) {
        return rv;
    }
    /* they are read all the same if it is not known which CRLs were rejected */
    return a->hidden == NULL && a->slot.incomplete ? APR_SUCCESS : APR_EEXIST;
}

/* Whether the same sources failed before, and would fail again. */
static bool would_fail(const ocsp_load_ctx_t *ctx, const attempt_t *a)
{
    const ocsp_retry_t *retry = a->retry;

    if (retry == NULL || retry->hidden != a->src.unreadable
        || memcmp(retry->digest, a->fingerprint, sizeof(retry->digest)) != 0) {
        return false;
    }
    return ocsp_retry_is_pausing(retry, ctx->now)
        || (retry->known
            && (retry->lacking == 0
                || !ocsp_arena_has_room(ctx->arena, retry->lacking)));
}

/* Whether a child can probably not load what this process can: by the last
 * check of a child, or by the modes of the files. */
static bool is_for_root(const attempt_t *a, bool is_public)
{
    return geteuid() == 0
        && (!is_public || a->slot.result.kind == OCSP_LOAD_RESULT_ROOT_ONLY
            || a->slot.result.kind == OCSP_LOAD_RESULT_UNREADABLE
            || a->slot.result.kind == OCSP_LOAD_RESULT_HIDDEN);
}

/* Requests wait while the parent reads: large sources, which a child would load
 * a moment later, are left to it. */
static bool is_deferred(const attempt_t *a, const ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si, apr_uint64_t octets,
                        bool is_public)
{
    if (!ctx->defers || a->src.last == NULL || !a->settled) {
        return false;
    }
    ctx->counts->changed += octets;
    if (ctx->counts->changed <= AT_ONCE || is_for_root(a, is_public)) {
        return false;
    }
    ocsp_load_ctx_log(ctx, APLOG_INFO, 0,
                      "OCSP231: %s: its files have changed and are large; "
                      "they are loaded in the background, and the earlier "
                      "status data stays in use until then",
                      si->loaded.name);
    return true;
}

/* Load an issuer's sources if they have changed. @return whether they were */
static bool update(attempt_t *a, const ocsp_load_ctx_t *ctx,
                   const ocsp_issuers_issuer_t *si)
{
    apr_uint64_t octets;
    apr_status_t rv;
    bool is_public;

    memset(a, 0, sizeof(*a));
    a->why = "";
    if (ctx->arena != NULL
        && !ocsp_arena_read_slot(&a->slot, ctx->arena, si->running.slot,
                                 si->running.id)) {
        return false;
    }
    a->in_use = a->slot.table != NULL ? &a->slot.info : NULL;
    a->retry = get_retry(ctx, si);
    rv = find_changes(a, ctx, si);
    if (rv == APR_EEXIST) {
        finish_unchanged(a, ctx, si);
        return false;
    }
    if (rv != APR_SUCCESS) {
        finish(a, ctx, si, rv);
        return false;
    }
    if (would_fail(ctx, a)) {
        return false;
    }
    octets = ocsp_sources_count_octets(&is_public, &a->src, ctx);
    if (a->in_use == NULL || a->in_use->went_back) {
        octets += ocsp_history_count_octets(ctx, si);
    }
    if (is_deferred(a, ctx, si, octets, is_public)) {
        return false;
    }
    return ctx->arena != NULL && !ocsp_load_ctx_is_running(ctx)
                && octets > AT_ONCE
             ? load_apart(a, ctx, si, octets)
             : load(a, ctx, si, octets);
}

/* --- at start, at graceful, under "httpd -t" ------------------------------ */

/* @return what is wrong with the configuration of its sources, or NULL */
static const char *check_config(ocsp_issuers_issuer_t *si)
{
    const ocsp_issuer_config_t *level = si->config.level;

    /* a list of what was issued has no revocations */
    if (level->crl_files->nelts + level->crl_paths->nelts
            + level->index_files->nelts
        == 0) {
        return "no OCSPCRLFile, no OCSPCRLPath, no OCSPIndexFile: name one";
    }
    if (si->config.section->is_glob
        && ocsp_issuer_config_names_issuance(level)) {
        return "an OCSPIndexFile or OCSPIssuedFile is one CA's, and the "
               "section is for all that match: name the CA in a section of its "
               "own";
    }
    return ocsp_sources_make_id(si) ? NULL : "libcrypto has no SHA-256";
}

/* @return whether a table was loaded */
static bool open_new(const ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    const char *why = NULL;
    attempt_t a;
    bool loaded;

    if (ctx->arena == NULL) {
        loaded = si->loaded.has_table = update(&a, ctx, si);
        if (loaded) {
            si->loaded.crl_file = apr_pstrdup(ctx->pconf, a.result.file);
            si->loaded.info = apr_pmemdup(ctx->pconf, &a.result.info,
                                          sizeof(a.result.info));
        }
        return loaded;
    }
    si->running.has_slot = ocsp_arena_assign_slot(&si->running.slot, ctx->arena,
                                                  si->running.id,
                                                  ctx->is_writer, &why)
                        == APR_SUCCESS;
    if (!si->running.has_slot) {
        ocsp_load_log_result(ctx, si, NULL, OCSP_LOAD_RESULT_NO_ROOM, 0, why,
                             NULL);
        return false;
    }
    /* a table that another process may write is for the next check */
    return ctx->is_writer && update(&a, ctx, si);
}

static bool read_info(ocsp_table_info_t *out, const ocsp_load_ctx_t *ctx,
                      const ocsp_issuers_issuer_t *si)
{
    return ocsp_arena_get_info(out, ctx->arena, si->running.slot,
                               si->running.id)
        == APR_SUCCESS;
}

void ocsp_table_load_open(const ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    const char *fault = check_config(si);
    const ocsp_issuers_issuer_t *other;
    ocsp_table_info_t info;
    bool loaded = false;

    if (fault != NULL) {
        ocsp_load_log_result(ctx, si, NULL, OCSP_LOAD_RESULT_REJECTED, 0, fault,
                             NULL);
        return;
    }
    other = apr_hash_get(ctx->tables, si->running.id, OCSP_TABLE_ID_LEN);
    if (other == NULL) {
        apr_hash_set(ctx->tables, si->running.id, OCSP_TABLE_ID_LEN, si);
        si->running.warned_complete = si->config.policy.complete;
        loaded = open_new(ctx, si);
    }
    else {
        si->running.has_slot = other->running.has_slot;
        si->running.slot = other->running.slot;
        si->loaded.has_table = other->loaded.has_table;
        si->loaded.crl_file = other->loaded.crl_file;
        si->loaded.info = other->loaded.info;
        si->running.warned_complete = other->running.warned_complete;
    }
    if (si->running.has_slot) {
        si->loaded.has_table = read_info(&info, ctx, si);
        if (si->loaded.has_table) {
            ocsp_load_log_age(ctx, si, &info, loaded);
        }
    }
}

/* --- while httpd runs ----------------------------------------------------- */

bool ocsp_table_load_has_died(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si)
{
    return si->running.has_slot && get_retry(ctx, si)->deaths != 0;
}

void ocsp_table_load_refresh(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si)
{
    const ocsp_table_info_t *in_use = NULL;
    ocsp_table_info_t info;
    bool loaded = false;
    attempt_t a;

    if (!si->running.has_slot) {
        return;
    }
    if (apr_hash_get(ctx->tables, si->running.id, OCSP_TABLE_ID_LEN) == NULL) {
        apr_hash_set(ctx->tables, si->running.id, OCSP_TABLE_ID_LEN, si);
        loaded = update(&a, ctx, si);
        in_use = a.in_use;
    }
    else if (read_info(&info, ctx, si)) {
        in_use = &info;
    }
    if (in_use != NULL) {
        ocsp_load_log_age(ctx, si, in_use, loaded);
    }
}
