/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Logs what comes of a load, and stores it for server-status. What was logged
 * of a table, its age or a signer is remembered in shared memory. Floor 4.
 */
#include "httpd/load/load_log.h"

#include <apr_strings.h>
#include <stdint.h>
#include <string.h>

#include "answer/expiry.h"
#include "httpd/config/server_config.h"
#include "httpd/load/readers.h"
#include "httpd/load/sources.h"
#include "httpd/log.h"

/* How much of its time a table has behind it. */
typedef enum {
    FRESH = 0,
    AGEING, /* less than a third is left */
    STALE
} age_t;

static bool log_once(ocsp_retry_t *retry, int message, uint64_t state)
{
    return ocsp_log_once(retry != NULL ? &retry->logged[message] : NULL, state);
}

static const char *print_end(const ocsp_load_ctx_t *ctx, int64_t end)
{
    return end == OCSP_TABLE_ENDLESS
             ? "without a time limit of its own"
             : apr_pstrcat(ctx->ptemp, "until ",
                           ocsp_load_ctx_print_time(ctx->ptemp, end), NULL);
}

/* --- tables --------------------------------------------------------------- */

static void log_published(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si,
                          const ocsp_load_result_t *result)
{
    const ocsp_table_info_t *info = &result->info;

    ocsp_load_ctx_log(ctx, APLOG_INFO, 0,
                      "OCSP205: %s: status data loaded from %s: "
                      "%" APR_UINT64_T_FMT
                      " revocations%s, thisUpdate %s, valid %s",
                      si->loaded.name, result->file, info->entries,
                      info->issuance ? apr_psprintf(ctx->ptemp,
                                                    ", %" APR_UINT64_T_FMT
                                                    " other certificates",
                                                    info->issued)
                                     : "",
                      ocsp_load_ctx_print_time(ctx->ptemp, info->this_update),
                      print_end(ctx, result->end));
}

/* After a full start without a history nothing is known of newer CRLs that were
 * in use before: one that was restored from a backup is accepted. */
static void log_old(const ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                    const ocsp_load_result_t *result)
{
    const ocsp_table_info_t *info = &result->info;

    if (ctx->mode == OCSP_LOAD_CTX_START && info->crl && !result->has_history
        && info->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && ctx->now - info->this_update
               > (info->next_update - info->this_update) / 3) {
        ocsp_load_ctx_log(
            ctx, APLOG_NOTICE, 0,
            "OCSP262: %s: %s has thisUpdate %s, and more than a third of its "
            "lifetime has passed; nothing is known of earlier CRLs, so an "
            "older one is accepted: make sure that it is the CA's newest",
            si->loaded.name, result->file,
            ocsp_load_ctx_print_time(ctx->ptemp, info->this_update));
    }
}

const char *ocsp_load_log_describe_newer(const ocsp_load_ctx_t *ctx,
                                         const ocsp_load_result_t *result)
{
    return result->rejected != NULL
             ? apr_psprintf(ctx->ptemp,
                            "using %s; newer CRLs were rejected: %s",
                            result->file, result->rejected)
             : NULL;
}

void ocsp_load_log_loaded(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry,
                          const ocsp_load_result_t *result, bool is_news)
{
    bool stale = result->end <= ctx->now;
    const char *newer = ocsp_load_log_describe_newer(ctx, result);

    if (result->uncovered) {
        ctx->counts->failures++; /* which is a warning: it may be meant so */
    }
    if (log_once(retry, OCSP_RETRY_WARNING,
                 ocsp_retry_hash_text(result->warning))) {
        ocsp_load_ctx_log(ctx, stale ? APLOG_ERR : APLOG_WARNING, 0,
                          "OCSP208: %s: %s", si->loaded.name, result->warning);
    }
    if (log_once(retry, OCSP_RETRY_NEWER, ocsp_retry_hash_text(newer))) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0, "OCSP220: %s: %s", si->loaded.name,
                          newer);
    }
    if (si->running.has_slot && is_news) {
        log_published(ctx, si, result);
    }
    if (!stale) {
        log_old(ctx, si, result);
    }
}

/* The state of ocsp_log_once. A process that dies of a source again is no news,
 * whatever its id. */
static uint64_t find_state(ocsp_load_result_kind_t kind, const char *text)
{
    return kind == OCSP_LOAD_RESULT_LOADED ? 0
         : kind == OCSP_LOAD_RESULT_KILLED ? 1
                                           : ocsp_retry_hash_text(text);
}

/* @return the tag of the message that logs a failure */
static const char *get_tag(ocsp_load_result_kind_t failure)
{
    return failure == OCSP_LOAD_RESULT_NEWER_REJECTED ? "OCSP220"
         : failure == OCSP_LOAD_RESULT_HIDDEN         ? "OCSP219"
         : failure == OCSP_LOAD_RESULT_KILLED         ? "OCSP245"
                                                      : "OCSP206";
}

/* Newer CRLs and unreadable files were logged where they were found. */
static void log_end(const ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si,
                    ocsp_load_result_kind_t kind, apr_status_t rv,
                    const char *text, bool has_table)
{
    bool partly = kind == OCSP_LOAD_RESULT_PARTLY_REJECTED;
    bool went_back = kind == OCSP_LOAD_RESULT_WENT_BACK;

    if (kind == OCSP_LOAD_RESULT_ROOT_ONLY) {
        ocsp_readers_log_closed(ctx, text);
    }
    else if (partly || went_back || kind > OCSP_LOAD_RESULT_HIDDEN) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, rv,
                          kind == OCSP_LOAD_RESULT_KILLED
                              ? "OCSP245: %s: %s; %s (<OCSPIssuer> at %s)"
                              : "OCSP206: %s: %s; %s (<OCSPIssuer> at %s)",
                          si->loaded.name, text,
                          went_back   ? "until then requests for this CA are "
                                        "answered tryLater, except for revoked "
                                        "certificates"
                          : partly    ? "the other files are used"
                          : has_table ? "the earlier status data stays in use"
                                      : "requests for this CA are answered "
                                        "tryLater",
                          si->config.where);
    }
}

void ocsp_load_log_result(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry,
                          ocsp_load_result_kind_t kind, apr_status_t rv,
                          const char *text, const ocsp_arena_slot_t *before)
{
    bool is_news = log_once(retry, OCSP_RETRY_RESULT, find_state(kind, text));
    bool failed = ocsp_load_result_is_failure(kind);

    if (kind > OCSP_LOAD_RESULT_HIDDEN) {
        /* if newer CRLs are rejected again, that is news */
        (void)log_once(retry, OCSP_RETRY_NEWER, 0);
    }
    if (si->running.has_slot) {
        const ocsp_load_result_record_t *last = &before->result;

        if (!failed && ocsp_load_result_is_failure(last->kind)) {
            /* at the level of what it ends, or that would be the last word */
            ocsp_load_ctx_log(ctx, APLOG_ERR, 0,
                              "OCSP244: %s: %s is over: the files of this CA "
                              "are in order again",
                              si->loaded.name, get_tag(last->kind));
        }
        /* a load of which only the time is new is stored, too, if it was one */
        if (is_news || !failed || kind != last->kind
            || kind == OCSP_LOAD_RESULT_NEWER_REJECTED
            || strncmp(last->text, text != NULL ? text : "",
                       OCSP_LOAD_RESULT_MAX - 1)
                   != 0) {
            ocsp_arena_set_result(ctx->arena, si->running.slot, kind, ctx->now,
                                  text);
        }
    }
    if (is_news) {
        log_end(ctx, si, kind, rv, text,
                before != NULL && before->table != NULL);
    }
}

/* --- time ----------------------------------------------------------------- */

static age_t find_age_of(int64_t begin, int64_t end, int64_t now)
{
    if (end == OCSP_TABLE_ENDLESS || end - now > (end - begin) / 3) {
        return FRESH;
    }
    return end > now ? AGEING : STALE;
}

/* A CRL's time begins at its thisUpdate, that of issuance data when it last
 * changed; the older of the two counts. */
static age_t find_age(int64_t *end, const char **remedy,
                      const ocsp_issuers_issuer_t *si,
                      const ocsp_table_info_t *info, int64_t now)
{
    ocsp_table_info_t part = *info;
    age_t crl = FRESH, issuance = FRESH;
    int64_t part_end;

    *end = OCSP_TABLE_ENDLESS;
    if (info->crl) {
        part.changed = 0;
        *end = ocsp_sources_find_end(si, &part);
        crl = find_age_of(part.this_update, *end, now);
    }
    if (info->issuance) {
        part = *info;
        part.crl = false;
        part_end = ocsp_sources_find_end(si, &part);
        issuance = find_age_of(part.changed, part_end, now);
        *end = part_end < *end ? part_end : *end;
    }
    *remedy = issuance > crl ? "find out why the index or list no longer "
                               "changes, or set a longer OCSPSourceMaxAge"
                             : "fetch the CA's newest CRL, or have the CA "
                               "issue one";
    return crl > issuance ? crl : issuance;
}

/* Remember an age. @return the one that was logged last */
static age_t exchange_age(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, age_t age)
{
    /* an issuer as one server answers for it; 0 is signer_reload.c's */
    const uintptr_t subject[] = {(uintptr_t)si, 1};
    ocsp_retry_t *retry = ocsp_load_ctx_get_retry(ctx, subject,
                                                  sizeof(subject));
    age_t last = FRESH;

    if (retry != NULL) {
        last = (age_t)retry->logged[0];
        retry->logged[0] = age;
    }
    return last;
}

static void log_expiry(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si, bool stale, int64_t end,
                       const char *remedy)
{
    const char *time = ocsp_load_ctx_print_time(ctx->ptemp, end);

    if (stale) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0,
                          "OCSP213: %s: status data expired at %s; requests "
                          "for this CA are answered tryLater, except for "
                          "revoked certificates (<OCSPIssuer> at %s); %s",
                          si->loaded.name, time, si->config.where, remedy);
    }
    else {
        ocsp_load_ctx_log(ctx, APLOG_WARNING, 0,
                          "OCSP230: %s: status data expires at %s, and two "
                          "thirds of its lifetime have passed (<OCSPIssuer> at "
                          "%s); %s",
                          si->loaded.name, time, si->config.where, remedy);
    }
}

void ocsp_load_log_age(const ocsp_load_ctx_t *ctx,
                       const ocsp_issuers_issuer_t *si,
                       const ocsp_table_info_t *info, bool warned)
{
    int64_t end, checked, check_end;
    const char *remedy;
    age_t age, own, last;

    age = own = find_age(&end, &remedy, si, info, ctx->now);
    check_end = ocsp_sources_find_check_end(&checked, ctx->arena, si, info);
    if (check_end != 0 && find_age_of(checked, check_end, ctx->now) > age) {
        age = find_age_of(checked, check_end, ctx->now);
        end = check_end;
        remedy = "its files could not be checked: see OCSP206, OCSP219, "
                 "OCSP220, OCSP236 or OCSP245 in this log";
    }
    last = exchange_age(ctx, si, age);
    if (age < last) { /* at the level of what it ends */
        ocsp_load_ctx_log(ctx, last == STALE ? APLOG_ERR : APLOG_WARNING, 0,
                          "OCSP260: %s: %s is over: status data is valid "
                          "%s",
                          si->loaded.name,
                          last == STALE ? "OCSP213" : "OCSP230",
                          print_end(ctx, end));
    }
    if (age > last && !(warned && own == STALE)) {
        log_expiry(ctx, si, age == STALE, end, remedy);
    }
}

/* Of an issuer and a certificate: a renewed one is another subject. */
static bool is_expiry_news(const ocsp_load_ctx_t *ctx,
                           const ocsp_issuers_issuer_t *si,
                           const ocsp_signer_t *signer, ocsp_expiry_t expiry)
{
    unsigned char subject[OCSP_ISSUER_ID_LEN + OCSP_SIGNER_KEY_HASH_LEN
                          + sizeof(int64_t)];
    unsigned char *key = subject + OCSP_ISSUER_ID_LEN;
    int64_t end = signer->not_after;

    memcpy(subject, si->loaded.issuer->id, OCSP_ISSUER_ID_LEN);
    memcpy(key, signer->key_hash, OCSP_SIGNER_KEY_HASH_LEN);
    memcpy(key + OCSP_SIGNER_KEY_HASH_LEN, &end, sizeof(end));
    return ocsp_load_ctx_log_once(ctx, subject, sizeof(subject), expiry);
}

void ocsp_load_log_signers(const ocsp_load_ctx_t *ctx,
                           const ocsp_issuers_issuer_t *si,
                           const ocsp_answer_signers_t *signers)
{
    const ocsp_signer_t *signer;
    ocsp_expiry_t expiry = ocsp_expiry_find(&signer, signers, ctx->now);
    bool past = expiry == OCSP_EXPIRY_PAST;

    if (expiry == OCSP_EXPIRY_FAR || !is_expiry_news(ctx, si, signer, expiry)
        || (past && !ocsp_load_ctx_is_running(ctx))) {
        return; /* at start OCSP204 is logged */
    }
    /* not a failure under "httpd -t": it signs */
    ap_log_error(
        APLOG_MARK, expiry == OCSP_EXPIRY_SOON ? APLOG_WARNING : APLOG_ERR, 0,
        ctx->s,
        "OCSP248: %s: %s: the signer's certificate %s on %s%s; renew it with "
        "the same key%s",
        si->loaded.name, signer->cert_file, past ? "expired" : "expires",
        ocsp_load_ctx_print_time(ctx->ptemp, signer->not_after),
        past ? ", and requests for this CA are answered tryLater" : "",
        /* the CA's own certificate is the one that is answered for */
        signer->is_issuer ? ", then restart httpd gracefully"
                          : " (no restart is needed)");
}

void ocsp_load_log_table_size(const ocsp_load_ctx_t *ctx)
{
    int64_t size = ocsp_server_config_get(ctx->s)->table_size;
    const ocsp_load_ctx_counts_t *counts = ctx->counts;

    if (ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST
        && size != OCSP_ISSUER_CONFIG_UNSET
        && counts->tables + counts->largest > (apr_uint64_t)size) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0,
                          "OCSP226: OCSPTableSize is too small: the status "
                          "data takes %" APR_UINT64_T_FMT
                          " octets, and as much again while it is replaced; "
                          "set OCSPTableSize to at least %" APR_UINT64_T_FMT
                          "m",
                          counts->tables, (counts->tables >> 19) + 2);
    }
}
