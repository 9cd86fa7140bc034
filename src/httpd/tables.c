/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See tables.h. Floor 4.
 */
#include "httpd/tables.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/conf.h"
#include "httpd/log.h"
#include "httpd/sources.h"

/* --- loading -------------------------------------------------------------- */

/* Seal what was built, check it as readers do, and only then let them see
 * it. */
static apr_status_t publish(const ocsp_pass_t *pass,
                            const ocsp_scope_issuer_t *si,
                            const ocsp_load_result_t *result, const char **why)
{
    size_t len = ocsp_table_builder_size(result->builder);
    apr_status_t rv;
    void *mem;

    rv = ocsp_arena_reserve(&mem, pass->arena, si->slot, len, why, pass->ptemp);
    if (rv == APR_SUCCESS) {
        ocsp_table_builder_seal(result->builder, mem, &result->info);
        rv = ocsp_table_check(mem, len, why);
    }
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(pass->arena, si->slot);
    }
    return rv;
}

static void note_size(ocsp_pass_t *pass, apr_uint64_t octets)
{
    pass->octets += octets;
    if (octets > pass->largest) {
        pass->largest = octets;
    }
}

/* @return APR_EEXIST: nothing has changed */
static apr_status_t load(ocsp_load_result_t *result, ocsp_pass_t *pass,
                         ocsp_scope_issuer_t *si, const ocsp_table_info_t *last,
                         const char **why)
{
    ocsp_load_sources_t src = {.last = last};
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN];
    apr_status_t rv;
    bool settled;

    if ((rv = ocsp_sources_find(&src, pass, si, why)) != APR_SUCCESS
        || (rv = ocsp_load_fingerprint(fingerprint, &settled, &src, pass->now,
                                       why, pass->ptemp))
               != APR_SUCCESS) {
        return rv;
    }
    if (last != NULL
        && memcmp(last->fingerprint, fingerprint, sizeof(fingerprint)) == 0) {
        return APR_EEXIST;
    }
    rv = ocsp_load_build(result, &src, pass->now, why, pass->ptemp);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    si->crl_file = apr_pstrdup(pass->pconf, result->file);
    result->info.entries = ocsp_table_builder_count(result->builder);
    note_size(pass, ocsp_table_builder_size(result->builder));
    memset(result->info.fingerprint, 0, sizeof(result->info.fingerprint));
    if (pass->arena != NULL) {
        memcpy(result->info.id, si->id, OCSP_TABLE_ID_LEN);
        if (settled) {
            memcpy(result->info.fingerprint, fingerprint, sizeof(fingerprint));
        }
        rv = publish(pass, si, result, why);
    }
    ocsp_table_builder_free(result->builder);
    return rv;
}

/* --- what was not taken --------------------------------------------------- */

/* One issuer's CRLs that are newer than the one taken. */
typedef struct {
    server_rec *s;
    const ocsp_scope_issuer_t *si;
    ocsp_load_result_t result;
} passed_t;

/* Whether they are all another key's of the same name, and in use there. */
static bool are_others(const ocsp_pass_t *pass, const passed_t *passed)
{
    const apr_array_header_t *files = passed->result.passed_files;
    bool all = true;
    int i;

    for (i = 0; i < files->nelts; i++) {
        all = all
           && apr_hash_get(pass->taken, APR_ARRAY_IDX(files, i, const char *),
                           APR_HASH_KEY_STRING)
                  != NULL;
    }
    return all;
}

/* --- what came of it ------------------------------------------------------ */

/* Until when nobody can be told good. */
static bool is_stale(const ocsp_pass_t *pass, const ocsp_table_info_t *info)
{
    return info->next_update <= pass->now;
}

static void say_loaded(ocsp_pass_t *pass, const ocsp_scope_issuer_t *si,
                       const ocsp_load_result_t *result)
{
    const ocsp_table_info_t *info = &result->info;
    bool stale = is_stale(pass, info);

    pass->failures += stale;
    if (si->has_slot) {
        /* until it is known whose the others are: ocsp_tables_close */
        ocsp_arena_set_doubtful(pass->arena, si->slot,
                                result->passed_over != NULL);
        ocsp_arena_note(pass->arena, si->slot, pass->now, true,
                        result->warning);
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, pass->s,
                     "OCSP205: %s: table published: %" APR_UINT64_T_FMT
                     " revocations, from %s until %s (%s)",
                     si->name, info->entries,
                     ocsp_pass_print_time(pass->ptemp, info->this_update),
                     ocsp_pass_print_time(pass->ptemp, info->next_update),
                     result->file);
    }
    if (result->warning != NULL) {
        ap_log_error(APLOG_MARK, stale ? APLOG_ERR : APLOG_WARNING, 0, pass->s,
                     "OCSP208: %s: %s", si->name, result->warning);
    }
    if (result->passed_over != NULL) {
        passed_t *passed = apr_array_push(pass->passed);

        passed->s = pass->s;
        passed->si = si;
        passed->result = *result;
    }
    apr_hash_set(pass->taken, result->file, APR_HASH_KEY_STRING, "");
}

static void say_failed(ocsp_pass_t *pass, const ocsp_scope_issuer_t *si,
                       apr_status_t rv, const char *why, bool have_last)
{
    pass->failures++;
    if (si->has_slot) {
        ocsp_arena_note(pass->arena, si->slot, pass->now, false, why);
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_pass_log_status(rv), pass->s,
                 "OCSP206: %s: %s; <OCSPIssuer> at %s %s", si->name, why,
                 si->where,
                 have_last ? "goes on with the table loaded before"
                           : "answers tryLater");
}

/* What is on disk is what is in use, whatever the last try ended in; a warning
 * of then stands. */
static void say_unchanged(const ocsp_pass_t *pass,
                          const ocsp_scope_issuer_t *si,
                          const ocsp_table_info_t *info)
{
    ocsp_note_t note;

    if (is_stale(pass, info)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, pass->s,
                     "OCSP213: %s: its CRL is unchanged, and past its "
                     "nextUpdate %s: have the CA write a new one",
                     si->name,
                     ocsp_pass_print_time(pass->ptemp, info->next_update));
    }
    ocsp_arena_get_note(&note, pass->arena, si->slot, si->id);
    ocsp_arena_note(pass->arena, si->slot, pass->now, true,
                    note.ok ? note.text : NULL);
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, pass->s,
                 "OCSP207: %s: sources unchanged", si->name);
}

/* --- one issuer ----------------------------------------------------------- */

/* @return whether the slot has a table, which last then describes */
static bool open_slot(ocsp_pass_t *pass, ocsp_scope_issuer_t *si,
                      ocsp_table_info_t *last)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_arena_claim(&si->slot, pass->arena, si->id, &why);
    si->has_slot = rv == APR_SUCCESS;
    if (!si->has_slot) {
        say_failed(pass, si, rv, why, false);
    }
    return si->has_slot
        && ocsp_arena_get_info(last, pass->arena, si->slot, si->id)
               == APR_SUCCESS;
}

static void open_new(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    ocsp_table_info_t last = {.entries = 0};
    ocsp_load_result_t result = {.builder = NULL};
    const char *why = NULL;
    bool have_last = false;
    apr_status_t rv;

    if (pass->arena != NULL) {
        have_last = open_slot(pass, si, &last);
        if (!si->has_slot) {
            return;
        }
    }
    rv = load(&result, pass, si, have_last ? &last : NULL, &why);
    si->has_table = rv == APR_SUCCESS || have_last;
    if (rv == APR_EEXIST) {
        say_unchanged(pass, si, &last);
    }
    else if (rv != APR_SUCCESS) {
        say_failed(pass, si, rv, why, have_last);
    }
    else {
        si->info = apr_pmemdup(pass->pconf, &result.info, sizeof(result.info));
        say_loaded(pass, si, &result);
    }
}

void ocsp_tables_open(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    const ocsp_scope_issuer_t *other;

    if (pass->passed == NULL) {
        pass->passed = apr_array_make(pass->ptemp, 2, sizeof(passed_t));
    }
    if (si->level->crl_files->nelts == 0 && si->level->crl_paths->nelts == 0) {
        say_failed(pass, si, 0, "no OCSPCRLFile, no OCSPCRLPath: name one",
                   false);
        return;
    }
    if (!ocsp_sources_make_id(si)) {
        say_failed(pass, si, 0, "libcrypto has no SHA-256", false);
        return;
    }
    other = apr_hash_get(pass->tables, si->id, OCSP_TABLE_ID_LEN);
    if (other == NULL) {
        apr_hash_set(pass->tables, si->id, OCSP_TABLE_ID_LEN, si);
        open_new(pass, si);
        return;
    }
    si->has_slot = other->has_slot;
    si->slot = other->slot;
    si->has_table = other->has_table;
    si->crl_file = other->crl_file;
    si->info = other->info;
}

static void close_passed(ocsp_pass_t *pass, const passed_t *passed)
{
    const ocsp_scope_issuer_t *si = passed->si;
    const ocsp_load_result_t *result = &passed->result;
    bool doubtful = !are_others(pass, passed);

    if (si->has_slot) {
        ocsp_arena_set_doubtful(pass->arena, si->slot, doubtful);
        ocsp_arena_note(pass->arena, si->slot, pass->now, true,
                        doubtful ? apr_pstrcat(pass->ptemp, "not the newest: ",
                                               result->passed_over, NULL)
                                 : result->warning);
    }
    if (doubtful) {
        pass->failures++;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, passed->s,
                     "OCSP220: %s: %s taken, and not what is newer: %s",
                     si->name, result->file, result->passed_over);
    }
}

/* A check has no room to run out of; so it counts. */
static void check_room(ocsp_pass_t *pass, server_rec *base)
{
    int64_t size = ocsp_conf_get(base)->table_size;

    if (pass->keep == NULL && size != OCSP_LEVEL_UNSET
        && pass->octets + pass->largest > (apr_uint64_t)size) {
        pass->failures++;
        ap_log_error(
            APLOG_MARK, APLOG_ERR, 0, base,
            "OCSP226: OCSPTableSize: the tables take %" APR_UINT64_T_FMT
            " octets, and as much again while they are replaced: "
            "OCSPTableSize %" APR_UINT64_T_FMT "m would do",
            pass->octets, (pass->octets >> 19) + 2);
    }
}

void ocsp_tables_close(ocsp_pass_t *pass, server_rec *base)
{
    int i;

    check_room(pass, base);
    for (i = 0; pass->passed != NULL && i < pass->passed->nelts; i++) {
        const passed_t *passed = &APR_ARRAY_IDX(pass->passed, i, passed_t);

        close_passed(pass, passed);
    }
}
