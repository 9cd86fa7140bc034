/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See outcome.h. Floor 4.
 */
#include "httpd/load/load_log.h"

#include <apr_strings.h>
#include <stdint.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/load/sources.h"

/* How much of its time a table has behind it. */
typedef enum {
    FRESH = 0,
    AGEING, /* less than a third is left */
    STALE
} age_t;

/* From when on nobody can be told good. */
static bool is_stale(const ocsp_load_ctx_t *ctx,
                     const ocsp_issuers_issuer_t *si,
                     const ocsp_table_info_t *info)
{
    return ocsp_sources_find_end(si, info) <= ctx->now;
}

static void say_published(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si,
                          const ocsp_load_result_t *result)
{
    const ocsp_table_info_t *info = &result->info;
    int64_t end = ocsp_sources_find_end(si, info);

    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ctx->s,
                 "OCSP205: %s: table published: %" APR_UINT64_T_FMT
                 " revocations%s, from %s until %s (%s)",
                 si->name, info->entries,
                 info->issuance
                     ? apr_psprintf(ctx->ptemp,
                                    ", %" APR_UINT64_T_FMT " others issued",
                                    info->issued)
                     : "",
                 ocsp_load_ctx_print_time(ctx->ptemp, info->this_update),
                 end == OCSP_TABLE_ENDLESS
                     ? "the next change"
                     : ocsp_load_ctx_print_time(ctx->ptemp, end),
                 result->file);
}

/* A CA that writes often is not told the same as often; at graceful somebody
 * looks on. */
static bool is_new_warning(const ocsp_load_ctx_t *ctx,
                           const ocsp_issuers_issuer_t *si, const char *warning)
{
    ocsp_load_outcome_t note;

    if (warning == NULL || !ocsp_load_ctx_is_running(ctx)) {
        return warning != NULL;
    }
    ocsp_arena_get_note(&note, ctx->arena, si->slot, si->id);
    return strncmp(note.text, warning, sizeof(note.text) - 1) != 0;
}

static bool has_failed(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si)
{
    ocsp_load_outcome_t note;

    ocsp_arena_get_note(&note, ctx->arena, si->slot, si->id);
    return note.time != 0 && !note.ok;
}

/* A failure was logged as an error; its end is, too, or whoever looks at the
 * log would see the failure as the last word for ever. */
static void log_recovery(const ocsp_load_ctx_t *ctx,
                         const ocsp_issuers_issuer_t *si)
{
    if (has_failed(ctx, si)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ctx->s,
                     "OCSP244: %s: its sources are in order again", si->name);
    }
}

/* Which CRLs were passed over before is not known any more: that is found out
 * by reading all again, once nothing fails. */
static void note_failure(const ocsp_load_ctx_t *ctx,
                         const ocsp_issuers_issuer_t *si, const char *why)
{
    if (ocsp_arena_get_doubt(ctx->arena, si->slot)
        != OCSP_LOAD_OUTCOME_NO_DOUBT) {
        ocsp_arena_set_doubt(ctx->arena, si->slot,
                             OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN);
    }
    ocsp_arena_note(ctx->arena, si->slot, ctx->now, false, why);
}

/* Files that may hold the newest CRL cannot be read: the result of the look is
 * a failure, whatever else was loaded or found unchanged. The file names were
 * logged once for their directory (OCSP219). */
static void note_hidden(const ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si, const char *hidden)
{
    ocsp_arena_set_doubt(ctx->arena, si->slot, OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN);
    if (!ocsp_load_log_is_known(ctx, si, hidden)) {
        note_failure(ctx, si, hidden);
    }
}

/* Newer CRLs were passed over. @param text NULL: none were */
static void log_passed(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                       const char *text)
{
    const char *subject = apr_psprintf(ctx->ptemp,
                                       "passed over: %" APR_SIZE_T_FMT,
                                       si->slot);
    const char *noted = NULL; /* what a note keeps: later ones are compared */

    if (text != NULL) {
        noted = apr_pstrndup(ctx->ptemp, text, OCSP_LOAD_OUTCOME_MAX - 1);
    }
    if (si->has_slot ? ocsp_load_ctx_is_news(ctx, subject, noted)
                     : text != NULL) {
        ctx->counts.failures++;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ctx->s, "OCSP220: %s: %s",
                     si->name, text);
    }
}

/* A table is in use, and all that was named is in it. */
static void note_loaded(const ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si,
                        const ocsp_load_result_t *result,
                        const char *passed_over)
{
    if (passed_over != NULL) {
        if (!ocsp_load_log_is_known(ctx, si, passed_over)) {
            note_failure(ctx, si, passed_over);
        }
        ocsp_arena_set_doubt(ctx->arena, si->slot,
                             OCSP_LOAD_OUTCOME_DOUBT_PASSED_OVER);
        return;
    }
    log_recovery(ctx, si);
    ocsp_arena_set_doubt(ctx->arena, si->slot, OCSP_LOAD_OUTCOME_NO_DOUBT);
    ocsp_arena_note(ctx->arena, si->slot, ctx->now, true, result->warning);
}

/* After a full start nothing is known of newer CRLs that were in use before:
 * one that is put back from a backup counts. */
static void log_old(const ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                    const ocsp_load_result_t *result)
{
    const ocsp_table_info_t *info = &result->info;

    if (ctx->mode != OCSP_LOAD_CTX_START || !info->crl
        || info->next_update == OCSP_CRL_NO_NEXT_UPDATE
        || ctx->now - info->this_update
               <= (info->next_update - info->this_update) / 3) {
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ctx->s,
                 "OCSP262: %s: %s is of %s, more than a third of its time is "
                 "over: if the CA has written a newer one, put that there",
                 si->name, result->file,
                 ocsp_load_ctx_print_time(ctx->ptemp, info->this_update));
}

void ocsp_load_log_loaded(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                          const ocsp_load_result_t *result, bool is_news,
                          const char *hidden)
{
    bool stale = is_stale(ctx, si, &result->info);
    const char *passed_over = NULL;

    if (result->passed_over != NULL) {
        passed_over = apr_pstrcat(ctx->ptemp, result->file,
                                  " is in use, and not what is newer: ",
                                  result->passed_over, NULL);
    }
    ctx->counts.failures += stale
                         || ocsp_sources_is_uncovered(si, &result->info);
    if (is_new_warning(ctx, si, result->warning)) {
        ap_log_error(APLOG_MARK, stale ? APLOG_ERR : APLOG_WARNING, 0, ctx->s,
                     "OCSP208: %s: %s", si->name, result->warning);
    }
    log_passed(ctx, si, passed_over);
    if (si->has_slot && hidden != NULL) {
        note_hidden(ctx, si, hidden);
    }
    else if (si->has_slot && result->withheld == NULL) {
        note_loaded(ctx, si, result, passed_over);
    }
    if (si->has_slot && is_news) {
        say_published(ctx, si, result);
    }
    if (!stale) {
        log_old(ctx, si, result);
    }
}

static void say_failed(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                       apr_status_t rv, const char *why, const char *then)
{
    ctx->counts.failures++;
    if (si->has_slot) {
        note_failure(ctx, si, why);
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_load_ctx_log_status(rv), ctx->s,
                 "OCSP206: %s: %s; <OCSPIssuer> at %s %s", si->name, why,
                 si->where, then);
}

void ocsp_load_log_failed(ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                          apr_status_t rv, const char *why, bool have_last)
{
    log_passed(ctx, si, NULL); /* if they are again, that is news */
    say_failed(ctx, si, rv, why,
               have_last ? "goes on with the table loaded before"
                         : "answers tryLater");
}

void ocsp_load_log_withheld(ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si, const char *why)
{
    say_failed(ctx, si, 0, why, "goes on with the rest");
}

bool ocsp_load_log_is_known(const ocsp_load_ctx_t *ctx,
                            const ocsp_issuers_issuer_t *si, const char *why)
{
    ocsp_load_outcome_t note;

    ocsp_arena_get_note(&note, ctx->arena, si->slot, si->id);
    return note.time != 0 && !note.ok
        && strncmp(note.text, why, sizeof(note.text) - 1) == 0;
}

void ocsp_load_log_warn_of_closed(const ocsp_load_ctx_t *ctx,
                                  const ocsp_issuers_issuer_t *si,
                                  ocsp_retry_t *retry)
{
    const char *path, *text;
    ocsp_load_outcome_t note;

    if (retry->looked) {
        return;
    }
    retry->looked = true;
    path = ocsp_sources_find_unreadable(si->level);
    if (path == NULL) {
        return;
    }
    text = ocsp_sources_describe_closed(path, ctx->ptemp);
    ocsp_arena_get_note(&note, ctx->arena, si->slot, si->id);
    if (note.ok) {
        ocsp_arena_note(ctx->arena, si->slot, note.time, true, text);
        ocsp_sources_log_closed(ctx->s, text);
    }
}

void ocsp_load_log_log_death(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si,
                             ocsp_retry_t *retry)
{
    const char *files, *text;

    if (!retry->killed) {
        return;
    }
    retry->killed = false;
    files = ocsp_sources_name(si->level, ctx->ptemp);
    text = apr_psprintf(ctx->ptemp,
                        "%s: process %d ended while it loaded this, most "
                        "likely killed for lack of memory: it is tried again "
                        "with growing pauses, after all other issuers; give "
                        "this machine or its container more memory",
                        files, (int)retry->pid);
    note_failure(ctx, si, text);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, ctx->s, "OCSP245: %s: %s", si->name,
                 text);
}

static age_t find_age_of(int64_t begin, int64_t end, int64_t now)
{
    if (end == OCSP_TABLE_ENDLESS || end - now > (end - begin) / 3) {
        return FRESH;
    }
    return end > now ? AGEING : STALE;
}

/* A CRL's time begins at its thisUpdate, that of issuance data when it last
 * changed; the older of the two counts. */
static age_t find_age(const char **cure, const ocsp_issuers_issuer_t *si,
                      const ocsp_table_info_t *info, int64_t now)
{
    ocsp_table_info_t part = *info;
    age_t crl = FRESH, rest = FRESH;

    if (info->crl) {
        part.changed = 0;
        crl = find_age_of(part.this_update, ocsp_sources_find_end(si, &part),
                          now);
    }
    if (info->issuance) {
        part = *info;
        part.crl = false;
        rest = find_age_of(part.changed, ocsp_sources_find_end(si, &part), now);
    }
    *cure = rest > crl ? "see why its index or list does not change any more, "
                         "or set OCSPSourceMaxAge"
                       : "have the CA write a new CRL";
    return crl > rest ? crl : rest;
}

/* The age of an issuer's table that was last logged; at start and at graceful
 * all is logged. */
static unsigned exchange_age(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si, age_t age)
{
    const uintptr_t key[] = {(uintptr_t)si, 1}; /* apart from renewal.c's */
    ocsp_retry_t *retry = ocsp_load_ctx_get_retry(ctx, key, sizeof(key));
    unsigned logged = FRESH;

    if (retry != NULL) {
        logged = ocsp_load_ctx_is_running(ctx) ? retry->age : FRESH;
        retry->age = age;
    }
    return logged;
}

/* At the level of what was logged of its age before, which it ends. */
static void log_renewal(const ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si, unsigned said,
                        int64_t until)
{
    ap_log_error(APLOG_MARK, said == STALE ? APLOG_ERR : APLOG_WARNING, 0,
                 ctx->s, "OCSP260: %s: status data is current again, until %s",
                 si->name,
                 until == OCSP_TABLE_ENDLESS
                     ? "its next change"
                     : ocsp_load_ctx_print_time(ctx->ptemp, until));
}

void ocsp_load_log_check_age(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si, bool warned)
{
    ocsp_table_info_t info;
    int64_t until, checked, check_end;
    unsigned said;
    const char *cure, *end;
    age_t age, own;

    if (ocsp_arena_get_info(&info, ctx->arena, si->slot, si->id)
        != APR_SUCCESS) {
        return;
    }
    own = find_age(&cure, si, &info, ctx->now);
    age = own;
    until = ocsp_sources_find_end(si, &info);
    check_end = ocsp_sources_find_check_end(&checked, ctx->arena, si, &info);
    if (check_end != 0 && find_age_of(checked, check_end, ctx->now) > age) {
        age = find_age_of(checked, check_end, ctx->now);
        until = check_end;
        cure = "its files could not be checked since: mend what OCSP206, "
               "OCSP219, OCSP220 or OCSP245 names";
    }
    said = exchange_age(ctx, si, age);
    if (age < said) {
        log_renewal(ctx, si, said, until);
    }
    if (age <= said || (warned && own == STALE)) {
        return;
    }
    end = ocsp_load_ctx_print_time(ctx->ptemp, until);
    if (age == STALE) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ctx->s,
                     "OCSP213: %s: what is known ended at %s: <OCSPIssuer> at "
                     "%s answers tryLater but for what is revoked; %s",
                     si->name, end, si->where, cure);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ctx->s,
                     "OCSP230: %s: what is known ends at %s for <OCSPIssuer> "
                     "at %s, and two thirds of its time are over: %s",
                     si->name, end, si->where, cure);
    }
}

/* What is on disk is what is in use, whatever the last try ended in; a warning
 * of then stands, and that newer CRLs were passed over. */
void ocsp_load_log_unchanged(ocsp_load_ctx_t *ctx,
                             const ocsp_issuers_issuer_t *si,
                             const char *hidden)
{
    ocsp_load_outcome_t note;

    if (hidden != NULL) {
        note_hidden(ctx, si, hidden);
        return;
    }
    ocsp_arena_get_note(&note, ctx->arena, si->slot, si->id);
    if (ocsp_arena_get_doubt(ctx->arena, si->slot)
        != OCSP_LOAD_OUTCOME_NO_DOUBT) {
        log_passed(ctx, si, note.text);
    }
    else {
        log_recovery(ctx, si);
        ocsp_arena_note(ctx->arena, si->slot, ctx->now, true,
                        note.ok ? note.text : NULL);
    }
    ap_log_error(APLOG_MARK,
                 ocsp_load_ctx_is_running(ctx) ? APLOG_TRACE1 : APLOG_DEBUG, 0,
                 ctx->s, "OCSP207: %s: sources unchanged", si->name);
}

/* A check has no room to run out of; so it counts. */
void ocsp_load_log_check_room(ocsp_load_ctx_t *ctx, server_rec *base)
{
    int64_t size = ocsp_server_config_get(base)->table_size;

    if (ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST
        && size != OCSP_ISSUER_CONFIG_UNSET
        && ctx->counts.tables + ctx->counts.largest > (apr_uint64_t)size) {
        ctx->counts.failures++;
        ap_log_error(
            APLOG_MARK, APLOG_ERR, 0, base,
            "OCSP226: OCSPTableSize: the tables take %" APR_UINT64_T_FMT
            " octets, and as much again while they are replaced: "
            "OCSPTableSize %" APR_UINT64_T_FMT "m would do",
            ctx->counts.tables, (ctx->counts.tables >> 19) + 2);
    }
}
