/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See tables.h. Floor 4.
 */
#include "httpd/load/table_load.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/load/load_process.h"
#include "httpd/log.h"
#include "httpd/load/load_log.h"
#include "httpd/load/sources.h"
#include "shared/look_state.h"

/* So many looks in a row are kept to oneself: at what is being written, and for
 * what is not there. */
#define LOOKS_AT_WRITING 15
#define LOOKS_FOR_MISSING 3

/* So many octets of changed sources are read at graceful, while new requests
 * wait; what is more is left to the process that looks for changes. */
#define AT_ONCE (APR_UINT64_C(8) << 20)

/* One attempt to load a table. */
typedef struct {
    ocsp_load_sources_t src;
    ocsp_load_result_t result;
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN];
    unsigned char
        tried[OCSP_TABLE_FINGERPRINT_LEN]; /* of what is hidden, too */
    bool has_fingerprint;
    bool settled;         /* fingerprint will show any further change */
    const char *hidden;   /* NULL, or files that may be CRLs of this issuer and
                              cannot be read */
    apr_uint64_t octets;  /* of the table */
    apr_uint64_t lacking; /* octets that did not find room; 0: they did */
    const char *why;
} attempt_t;

/* --- loading -------------------------------------------------------------- */

/* Seal what was built, check it as readers do, and only then let them see
 * it. */
static apr_status_t publish(attempt_t *a, const ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si)
{
    ocsp_load_result_t *result = &a->result;
    size_t len = ocsp_table_builder_size(result->builder);
    apr_status_t rv;
    void *mem;

    rv = ocsp_arena_reserve(&mem, ctx->arena, si->slot, len, &a->why,
                            ctx->ptemp);
    a->lacking = APR_STATUS_IS_ENOSPC(rv) ? len : 0;
    if (rv == APR_SUCCESS) {
        ocsp_table_builder_seal(result->builder, mem, &result->info);
        rv = ocsp_table_check(mem, len, &a->why);
    }
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(ctx->arena, si->slot);
    }
    return rv;
}

static void note_size(ocsp_load_ctx_t *ctx, apr_uint64_t octets)
{
    ctx->counts.tables += octets;
    if (octets > ctx->counts.largest) {
        ctx->counts.largest = octets;
    }
}

/* Parts of a CRL do not cover all certificates while further ones may be there;
 * whichever host of those that share the table says that they do. */
static bool has_new_gap(const attempt_t *a, const ocsp_table_info_t *last)
{
    return a->hidden != NULL && last->partial && !last->gaps;
}

/* Whether unchanged sources must be read all the same: either it is not known
 * which CRLs are passed over, or an issuer that signed them, with the same name
 * and another key, may have been configured since.
 * @param first whether they were not read yet in this configuration */
static bool is_to_be_read(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, bool first)
{
    ocsp_load_outcome_doubt_t doubt = ocsp_arena_get_doubt(ctx->arena,
                                                           si->slot);

    return doubt == OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN
        || (doubt == OCSP_LOAD_OUTCOME_DOUBT_PASSED_OVER && first);
}

/* What the sources are now; nothing is read. */
static apr_status_t look(attempt_t *a, ocsp_load_ctx_t *ctx,
                         const ocsp_issuers_issuer_t *si,
                         const ocsp_table_info_t *last, bool first)
{
    apr_status_t rv;

    memset(a, 0, sizeof(*a));
    a->why = "";
    a->src.last = last;
    if (last != NULL) {
        ocsp_arena_get_table(&a->src.last_table, &a->src.last_len, ctx->arena,
                             si->slot);
    }
    rv = ocsp_sources_find(&a->src, ctx, si, &a->hidden, &a->why);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    a->src.hidden = a->hidden != NULL;
    rv = ocsp_load_fingerprint(a->fingerprint, &a->settled, &a->src, ctx->now,
                               &a->why, ctx->ptemp);
    a->has_fingerprint = rv == APR_SUCCESS;
    memcpy(a->tried, a->fingerprint, sizeof(a->tried));
    a->tried[0] ^= a->src.hidden ? 2 : 0;
    if (rv != APR_SUCCESS || last == NULL
        || memcmp(last->fingerprint, a->fingerprint, sizeof(a->fingerprint))
               != 0
        || has_new_gap(a, last)) {
        return rv;
    }
    return a->hidden == NULL && is_to_be_read(ctx, si, first) ? APR_SUCCESS
                                                              : APR_EEXIST;
}

/* Build the table, and publish it where there is an arena. */
static apr_status_t build(attempt_t *a, const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si)
{
    ocsp_load_result_t *result = &a->result;
    apr_status_t rv = ocsp_load_build(result, &a->src, ctx->now, &a->why,
                                      ctx->ptemp);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    result->info.entries = ocsp_table_builder_count(result->builder);
    result->info.issued = ocsp_table_builder_count_issued(result->builder);
    a->octets = ocsp_table_builder_size(result->builder);
    memset(result->info.fingerprint, 0, sizeof(result->info.fingerprint));
    if (ctx->arena != NULL) {
        memcpy(result->info.id, si->id, OCSP_TABLE_ID_LEN);
        if (a->settled && result->withheld == NULL) {
            memcpy(result->info.fingerprint, a->fingerprint,
                   sizeof(a->fingerprint));
        }
        rv = publish(a, ctx, si);
    }
    ocsp_table_builder_free(result->builder);
    result->builder = NULL;
    return rv;
}

/* For load_apart. */
typedef struct {
    attempt_t *attempt;
    const ocsp_load_ctx_t *ctx;
    const ocsp_issuers_issuer_t *si;
} task_t;

static apr_status_t build_task(ocsp_load_result_t *result, const char **why,
                               apr_uint64_t numbers[2], void *data)
{
    const task_t *task = data;
    apr_status_t rv = build(task->attempt, task->ctx, task->si);

    *result = task->attempt->result;
    *why = task->attempt->why;
    numbers[0] = task->attempt->octets;
    numbers[1] = task->attempt->lacking;
    return rv;
}

/* In a process that httpd's parent can lose: what does not fit into memory must
 * not end the parent. */
static apr_status_t build_apart(attempt_t *a, const ocsp_load_ctx_t *ctx,
                                const ocsp_issuers_issuer_t *si)
{
    task_t task = {a, ctx, si};
    apr_uint64_t numbers[2] = {0, 0};
    apr_status_t rv = ocsp_load_process_run(&a->result, &a->why, numbers,
                                            build_task, &task, ctx->ptemp);

    a->octets = numbers[0];
    a->lacking = numbers[1];
    return rv;
}

static apr_status_t load(attempt_t *a, ocsp_load_ctx_t *ctx,
                         ocsp_issuers_issuer_t *si)
{
    apr_uint64_t octets = ocsp_sources_count_octets(&a->src, ctx);
    bool apart = !ocsp_load_ctx_is_running(ctx) && ctx->arena != NULL
              && octets > AT_ONCE;
    apr_status_t rv;

    if (ctx->arena != NULL) {
        /* until it is noted: who loads may die before */
        ocsp_arena_set_doubt(ctx->arena, si->slot,
                             OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN);
        ocsp_look_state_begin_load(ctx->arena, si->slot, ctx->now, octets);
    }
    rv = apart ? build_apart(a, ctx, si) : build(a, ctx, si);
    if (ctx->arena != NULL) {
        ocsp_look_state_end_load(ctx->arena);
    }
    if (rv == APR_SUCCESS) {
        si->crl_file = apr_pstrdup(ctx->pconf, a->result.file);
        note_size(ctx, a->octets);
    }
    else if (rv == OCSP_EKILLED) {
        ocsp_arena_recover(ctx->arena);
        a->why = apr_pstrcat(ctx->ptemp,
                             ocsp_sources_name(si->level, ctx->ptemp), ": ",
                             a->why, NULL);
    }
    return rv;
}

/* A file that was touched shortly before it was read is read once more, which
 * mostly is no news. */
static bool is_news(const attempt_t *a)
{
    const ocsp_table_info_t *last = a->src.last, *now = &a->result.info;

    return last == NULL || last->crl != now->crl
        || last->issuance != now->issuance || last->partial != now->partial
        || last->gaps != now->gaps || last->crls != now->crls
        || (now->crl && last->this_update != now->this_update)
        || last->next_update != now->next_update
        || last->entries != now->entries || last->issued != now->issued
        || last->rows != now->rows || last->number_len != now->number_len
        || memcmp(last->number, now->number, now->number_len) != 0;
}

/* --- at start, at graceful, under "httpd -t" ------------------------------ */

/* @return whether the slot has a table, which last then describes */
static bool open_slot(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                      ocsp_table_info_t *last)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_arena_claim(&si->slot, ctx->arena, si->id, ctx->is_writer, &why);
    si->has_slot = rv == APR_SUCCESS;
    if (!si->has_slot) {
        ocsp_load_log_failed(ctx, si, rv, why, false);
    }
    return si->has_slot
        && ocsp_arena_get_info(last, ctx->arena, si->slot, si->id)
               == APR_SUCCESS;
}

/* Requests wait while the parent reads: what is large, and would be seen a
 * moment later all the same, is not for now. */
static bool is_deferred(const attempt_t *a, ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si)
{
    if (!ctx->defers || a->src.last == NULL || !a->settled) {
        return false;
    }
    ctx->counts.changed += ocsp_sources_count_octets(&a->src, ctx);
    if (ctx->counts.changed <= AT_ONCE
        || !ocsp_sources_can_workers_read(&a->src, si->level, ctx->ptemp)) {
        return false;
    }
    if (is_to_be_read(ctx, si, true)) {
        ocsp_arena_set_doubt(ctx->arena, si->slot,
                             OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN);
    }
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ctx->s,
                 "OCSP231: %s: its sources have changed, and are large: they "
                 "are loaded while requests are answered",
                 si->name);
    return true;
}

/* Whether reading a file once more can tell nothing else. What the system or
 * libcrypto could not do just now, and what is of the future, is tried again.
 */
static bool is_of_the_file(apr_status_t rv)
{
    return rv == OCSP_EMALFORMED || rv == OCSP_EUNKNOWNCA
        || rv == OCSP_EUNSUPPORTED || rv == OCSP_EOTHERKEY || rv == OCSP_ESTALE
        || APR_STATUS_IS_ENOSPC(rv);
}

/* So that the next look, by whichever process, does not try it in vain. */
static void remember_failure(ocsp_retry_t *retry, const ocsp_load_ctx_t *ctx,
                             const attempt_t *a, apr_status_t rv)
{
    if (retry == NULL) {
        return;
    }
    retry->known = a->settled && (rv == APR_SUCCESS || is_of_the_file(rv));
    retry->lacking = a->lacking;
    ocsp_retry_set_text(retry, a->why);
    memcpy(retry->digest, a->tried, sizeof(a->tried));
    if (rv == OCSP_EKILLED) {
        ocsp_retry_count_death(retry, ctx->now, 0);
        retry->killed = false; /* which was logged as the failure */
    }
}

/* @return whether a table is in use after it */
static bool open_failed(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                        const attempt_t *a, apr_status_t rv, bool have_last)
{
    ocsp_load_log_failed(ctx, si, rv, a->why, have_last);
    remember_failure(ocsp_load_ctx_get_retry(ctx, si->id, OCSP_TABLE_ID_LEN),
                     ctx, a, rv);
    return have_last;
}

static void open_loaded(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                        const attempt_t *a)
{
    si->info = apr_pmemdup(ctx->pconf, &a->result.info, sizeof(a->result.info));
    ocsp_load_log_loaded(ctx, si, &a->result, is_news(a), a->hidden);
    if (a->result.withheld != NULL) {
        ocsp_retry_t *retry = ocsp_load_ctx_get_retry(ctx, si->id,
                                                      OCSP_TABLE_ID_LEN);

        ocsp_load_log_withheld(ctx, si, a->result.withheld);
        if (retry != NULL) { /* the next look does not say it again */
            ocsp_retry_set_text(retry, a->result.withheld);
        }
    }
}

static void open_new(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    ocsp_table_info_t last = {.entries = 0};
    bool have_last = false;
    apr_status_t rv;
    attempt_t a;

    if (ctx->arena != NULL) {
        have_last = open_slot(ctx, si, &last);
        si->has_table = have_last;
        if (!si->has_slot || !ctx->is_writer) {
            return; /* what another process may write is for the next look */
        }
    }
    rv = look(&a, ctx, si, have_last ? &last : NULL, true);
    if (rv == APR_SUCCESS && is_deferred(&a, ctx, si)) {
        return;
    }
    if (rv == APR_SUCCESS) {
        rv = load(&a, ctx, si);
    }
    if (rv == APR_EEXIST) {
        ocsp_load_log_unchanged(ctx, si, a.hidden);
    }
    else if (rv != APR_SUCCESS) {
        si->has_table = open_failed(ctx, si, &a, rv, have_last);
    }
    else {
        si->has_table = true;
        open_loaded(ctx, si, &a);
    }
}

/* A list of what was issued tells of no revocation. */
static bool names_revocations(const ocsp_issuer_config_t *level)
{
    return level->crl_files->nelts != 0 || level->crl_paths->nelts != 0
        || level->index_files->nelts != 0;
}

void ocsp_table_load_open(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    const ocsp_issuers_issuer_t *other;

    if (!names_revocations(si->level)) {
        ocsp_load_log_failed(
            ctx, si, 0,
            "no OCSPCRLFile, no OCSPCRLPath, no OCSPIndexFile: "
            "name one",
            false);
        return;
    }
    if (si->section->is_glob && ocsp_issuer_config_names_issuance(si->level)) {
        ocsp_load_log_failed(ctx, si, 0,
                             "an OCSPIndexFile or OCSPIssuedFile is one CA's, "
                             "and the section is for all that match: name the "
                             "CA in a section of its own",
                             false);
        return;
    }
    if (!ocsp_sources_make_id(si)) {
        ocsp_load_log_failed(ctx, si, 0, "libcrypto has no SHA-256", false);
        return;
    }
    other = apr_hash_get(ctx->tables, si->id, OCSP_TABLE_ID_LEN);
    if (other == NULL) {
        apr_hash_set(ctx->tables, si->id, OCSP_TABLE_ID_LEN, si);
        si->warned_complete = si->policy.complete;
        open_new(ctx, si);
    }
    else {
        si->has_slot = other->has_slot;
        si->slot = other->slot;
        si->has_table = other->has_table;
        si->crl_file = other->crl_file;
        si->info = other->info;
        si->warned_complete = other->warned_complete;
    }
    if (si->has_slot) {
        ocsp_load_log_check_age(ctx, si, other == NULL && si->info != NULL);
    }
}

/* --- while httpd runs ----------------------------------------------------- */

/* What can be taken neither now nor at the next look is said, once: all of it,
 * or of APR_SUCCESS some, without which a table was published. */
static void fail_again(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                       const attempt_t *a, ocsp_retry_t *retry, apr_status_t rv,
                       bool have_last)
{
    unsigned patience = a->has_fingerprint ? LOOKS_AT_WRITING
                                           : LOOKS_FOR_MISSING;
    bool said = ocsp_retry_has_text(retry, a->why)
             && ocsp_load_log_is_known(ctx, si, a->why);

    retry->failures++;
    if (!a->settled && retry->failures < patience) {
        ctx->counts.unsettled = true;
        return;
    }
    remember_failure(retry, ctx, a, rv);
    if (said) {
        return;
    }
    if (rv == APR_SUCCESS) {
        ocsp_load_log_withheld(ctx, si, a->why);
    }
    else {
        ocsp_load_log_failed(ctx, si, rv, a->why, have_last);
    }
}

/* Whether what the sources are was tried in vain, and still is in vain. */
static bool is_in_vain(const ocsp_load_ctx_t *ctx, const ocsp_retry_t *retry,
                       const attempt_t *a)
{
    if (memcmp(retry->digest, a->tried, sizeof(retry->digest)) != 0) {
        return false;
    }
    if (ocsp_retry_is_resting(retry, ctx->now)) {
        return true;
    }
    return retry->known
        && (retry->lacking == 0
            || !ocsp_arena_has_room(ctx->arena, retry->lacking));
}

/* A table that is in use is what the sources say now. */
static void succeed(ocsp_load_ctx_t *ctx, const attempt_t *a,
                    ocsp_retry_t *retry)
{
    retry->failures = 0;
    retry->known = false;
    retry->deaths = 0;
    ocsp_retry_set_text(retry, NULL);
    ctx->counts.unsettled = ctx->counts.unsettled || !a->settled;
}

/* @return whether it was loaded */
static bool load_again(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si,
                       ocsp_retry_t *retry)
{
    ocsp_table_info_t last;
    bool have_last = ocsp_arena_get_info(&last, ctx->arena, si->slot, si->id)
                  == APR_SUCCESS;
    attempt_t a;
    apr_status_t rv = look(&a, ctx, si, have_last ? &last : NULL,
                           !retry->loaded);

    if (rv == APR_EEXIST) {
        ocsp_load_log_unchanged(ctx, si, a.hidden);
        ocsp_load_log_warn_of_closed(ctx, si, retry);
        succeed(ctx, &a, retry);
        return false;
    }
    if (rv == APR_SUCCESS && is_in_vain(ctx, retry, &a)) {
        return false;
    }
    if (rv == APR_SUCCESS) {
        /* if this process dies of it, another one knows what it was */
        retry->known = false;
        retry->loaded = true;
        memcpy(retry->digest, a.tried, sizeof(retry->digest));
        rv = load(&a, ctx, si);
    }
    if (rv != APR_SUCCESS) {
        fail_again(ctx, si, &a, retry, rv, have_last);
        return false;
    }
    ocsp_load_log_loaded(ctx, si, &a.result, is_news(&a), a.hidden);
    if (a.result.withheld != NULL) {
        a.why = a.result.withheld;
        fail_again(ctx, si, &a, retry, APR_SUCCESS, true);
    }
    else {
        succeed(ctx, &a, retry);
    }
    return true;
}

bool ocsp_table_load_has_died(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si)
{
    return si->has_slot
        && ocsp_load_ctx_get_retry(ctx, si->id, OCSP_TABLE_ID_LEN)->deaths != 0;
}

void ocsp_table_load_look(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_issuer_t *copy;
    ocsp_retry_t *retry;
    bool loaded = false;

    if (!si->has_slot || !ocsp_arena_is_slot_of(ctx->arena, si->slot, si->id)) {
        return;
    }
    if (apr_hash_get(ctx->tables, si->id, OCSP_TABLE_ID_LEN) == NULL) {
        /* the process's own is read by its workers */
        copy = apr_pmemdup(ctx->ptemp, si, sizeof(*si));
        apr_hash_set(ctx->tables, copy->id, OCSP_TABLE_ID_LEN, copy);
        retry = ocsp_load_ctx_get_retry(ctx, si->id, OCSP_TABLE_ID_LEN);
        ocsp_load_log_log_death(ctx, si, retry);
        loaded = load_again(ctx, copy, retry);
    }
    ocsp_load_log_check_age(ctx, si, loaded);
}
