/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See tables.h. Floor 4.
 */
#include "httpd/tables.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/log.h"
#include "httpd/outcome.h"
#include "httpd/sources.h"

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
    bool has_fingerprint;
    bool settled; /* fingerprint will show any further change */
    const char *why;
} attempt_t;

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

/* Graceful is how somebody says that issuance data has rightly lost something;
 * but not while it is being written: then its word counts for the first look
 * after. */
static bool may_shrink(const ocsp_pass_t *pass, const ocsp_scope_issuer_t *si,
                       bool settled)
{
    if (pass->trials == NULL) {
        return settled || !pass->defers;
    }
    return settled && ocsp_arena_has_consent(pass->arena, si->slot);
}

/* What the sources are now; nothing is read. */
static apr_status_t look(attempt_t *a, ocsp_pass_t *pass,
                         const ocsp_scope_issuer_t *si,
                         const ocsp_table_info_t *last)
{
    apr_status_t rv;

    memset(a, 0, sizeof(*a));
    a->why = "";
    a->src.last = last;
    if (last != NULL) {
        ocsp_arena_get_table(&a->src.last_table, &a->src.last_len, pass->arena,
                             si->slot);
    }
    if ((rv = ocsp_sources_find(&a->src, pass, si, &a->why)) != APR_SUCCESS) {
        return rv;
    }
    rv = ocsp_load_fingerprint(a->fingerprint, &a->settled, &a->src, pass->now,
                               &a->why, pass->ptemp);
    a->has_fingerprint = rv == APR_SUCCESS;
    a->src.may_shrink = may_shrink(pass, si, a->settled);
    if (rv == APR_SUCCESS && last != NULL
        && memcmp(last->fingerprint, a->fingerprint, sizeof(a->fingerprint))
               == 0) {
        return APR_EEXIST;
    }
    return rv;
}

static apr_status_t load(attempt_t *a, ocsp_pass_t *pass,
                         ocsp_scope_issuer_t *si)
{
    ocsp_load_result_t *result = &a->result;
    apr_status_t rv = ocsp_load_build(result, &a->src, pass->now, &a->why,
                                      pass->ptemp);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    si->crl_file = apr_pstrdup(pass->pconf, result->file);
    result->info.entries = ocsp_table_builder_count(result->builder);
    result->info.issued = ocsp_table_builder_count_issued(result->builder);
    note_size(pass, ocsp_table_builder_size(result->builder));
    memset(result->info.fingerprint, 0, sizeof(result->info.fingerprint));
    if (pass->arena != NULL) {
        memcpy(result->info.id, si->id, OCSP_TABLE_ID_LEN);
        if (a->settled && result->withheld == NULL) {
            memcpy(result->info.fingerprint, a->fingerprint,
                   sizeof(a->fingerprint));
        }
        rv = publish(pass, si, result, &a->why);
    }
    ocsp_table_builder_free(result->builder);
    return rv;
}

/* A file that was touched shortly before it was read is read once more, which
 * mostly is no news. */
static bool is_news(const attempt_t *a)
{
    const ocsp_table_info_t *last = a->src.last, *now = &a->result.info;

    return last == NULL || last->crl != now->crl
        || last->issuance != now->issuance
        || (now->crl && last->this_update != now->this_update)
        || last->next_update != now->next_update
        || last->entries != now->entries || last->issued != now->issued
        || last->rows != now->rows || last->number_len != now->number_len
        || memcmp(last->number, now->number, now->number_len) != 0;
}

/* --- at start, at graceful, under "httpd -t" ------------------------------ */

/* @return whether the slot has a table, which last then describes */
static bool open_slot(ocsp_pass_t *pass, ocsp_scope_issuer_t *si,
                      ocsp_table_info_t *last)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_arena_claim(&si->slot, pass->arena, si->id, &why);
    si->has_slot = rv == APR_SUCCESS;
    if (!si->has_slot) {
        ocsp_outcome_failed(pass, si, rv, why, false);
    }
    return si->has_slot
        && ocsp_arena_get_info(last, pass->arena, si->slot, si->id)
               == APR_SUCCESS;
}

/* Requests wait while the parent reads: what is large, and would be seen a
 * moment later all the same, is not for now. */
static bool is_deferred(const attempt_t *a, ocsp_pass_t *pass,
                        const ocsp_scope_issuer_t *si)
{
    if (pass->locked_out && a->src.last != NULL) {
        return true; /* its slot may be the other's */
    }
    /* nor what graceful alone may take: see may_shrink */
    if (!pass->defers || a->src.last == NULL || !a->settled
        || ocsp_level_names_issuance(si->level)) {
        return false;
    }
    pass->loading += ocsp_sources_count_octets(&a->src, pass);
    if (pass->loading <= AT_ONCE
        || !ocsp_sources_can_workers_read(&a->src, si->level, pass->ptemp)) {
        return false;
    }
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, pass->s,
                 "OCSP231: %s: its sources have changed, and are large: they "
                 "are loaded while requests are answered",
                 si->name);
    return true;
}

static void open_new(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    ocsp_table_info_t last = {.entries = 0};
    bool have_last = false;
    apr_status_t rv;
    attempt_t a;

    if (pass->arena != NULL) {
        have_last = open_slot(pass, si, &last);
        if (!si->has_slot) {
            return;
        }
    }
    rv = look(&a, pass, si, have_last ? &last : NULL);
    if (rv == APR_SUCCESS && is_deferred(&a, pass, si)) {
        si->has_table = true;
        return;
    }
    if (rv == APR_SUCCESS) {
        rv = load(&a, pass, si);
    }
    si->has_table = rv == APR_SUCCESS || have_last;
    if (rv == APR_EEXIST) {
        ocsp_outcome_unchanged(pass, si, &last);
    }
    else if (rv != APR_SUCCESS) {
        ocsp_outcome_failed(pass, si, rv, a.why, have_last);
        if (have_last && !a.settled) {
            ocsp_arena_set_consent(pass->arena, si->slot, true);
        }
    }
    else {
        si->info = apr_pmemdup(pass->pconf, &a.result.info,
                               sizeof(a.result.info));
        ocsp_outcome_loaded(pass, si, &a.result, is_news(&a));
        if (a.result.withheld != NULL) {
            ocsp_outcome_failed(pass, si, OCSP_EMALFORMED, a.result.withheld,
                                true);
        }
    }
}

/* A list of what was issued tells of no revocation. */
static bool names_revocations(const ocsp_level_t *level)
{
    return level->crl_files->nelts != 0 || level->crl_paths->nelts != 0
        || level->index_files->nelts != 0;
}

void ocsp_tables_open(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    const ocsp_scope_issuer_t *other;

    if (!names_revocations(si->level)) {
        ocsp_outcome_failed(pass, si, 0,
                            "no OCSPCRLFile, no OCSPCRLPath, no OCSPIndexFile: "
                            "name one",
                            false);
        return;
    }
    if (si->section->is_glob && ocsp_level_names_issuance(si->level)) {
        ocsp_outcome_failed(pass, si, 0,
                            "an OCSPIndexFile or OCSPIssuedFile is one CA's, "
                            "and the section is for all that match: name the "
                            "CA in a section of its own",
                            false);
        return;
    }
    if (!ocsp_sources_make_id(si)) {
        ocsp_outcome_failed(pass, si, 0, "libcrypto has no SHA-256", false);
        return;
    }
    other = apr_hash_get(pass->tables, si->id, OCSP_TABLE_ID_LEN);
    if (other == NULL) {
        apr_hash_set(pass->tables, si->id, OCSP_TABLE_ID_LEN, si);
        open_new(pass, si);
    }
    else {
        si->has_slot = other->has_slot;
        si->slot = other->slot;
        si->has_table = other->has_table;
        si->crl_file = other->crl_file;
        si->info = other->info;
    }
    if (si->has_slot) {
        ocsp_outcome_check_age(pass, si, other == NULL && si->info != NULL);
    }
}

/* --- while httpd runs ----------------------------------------------------- */

/* Whether reading a file once more can tell nothing else. What the system or
 * libcrypto could not do just now, and what is of the future, is tried again.
 */
static bool is_of_the_file(apr_status_t rv)
{
    return rv == OCSP_EMALFORMED || rv == OCSP_EUNKNOWNCA
        || rv == OCSP_EUNSUPPORTED || rv == OCSP_EOTHERKEY || rv == OCSP_ESTALE
        || APR_STATUS_IS_ENOSPC(rv);
}

/* What can be taken neither now nor at the next look is said, once. */
static void fail_again(ocsp_pass_t *pass, const ocsp_scope_issuer_t *si,
                       const attempt_t *a, ocsp_trial_t *trial, apr_status_t rv,
                       bool have_last)
{
    unsigned patience = a->has_fingerprint ? LOOKS_AT_WRITING
                                           : LOOKS_FOR_MISSING;

    trial->failures++;
    if (!a->settled && trial->failures < patience) {
        pass->retry = true;
        return;
    }
    trial->known = a->settled && is_of_the_file(rv);
    memcpy(trial->digest, a->fingerprint, sizeof(a->fingerprint));
    if (!ocsp_outcome_is_known(pass, si, a->why)) {
        ocsp_outcome_failed(pass, si, rv, a->why, have_last);
    }
}

/* Sources that cannot be read, and that are not what is in use. */
static void fail_closed(ocsp_pass_t *pass, const ocsp_scope_issuer_t *si,
                        const attempt_t *a, const char *text)
{
    static const unsigned char unknown[OCSP_TABLE_FINGERPRINT_LEN];

    if (a->has_fingerprint && a->settled
        && memcmp(a->src.last->fingerprint, unknown, sizeof(unknown)) != 0
        && !ocsp_outcome_is_known(pass, si, text)) {
        ocsp_outcome_failed(pass, si, APR_EACCES, text, true);
    }
}

/* @return whether it was loaded */
static bool load_again(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    ocsp_trial_t *trial = ocsp_trials_get(pass->trials, si->id,
                                          OCSP_TABLE_ID_LEN);
    ocsp_table_info_t last;
    bool have_last = ocsp_arena_get_info(&last, pass->arena, si->slot, si->id)
                  == APR_SUCCESS;
    const char *closed = have_last ? ocsp_outcome_find_closed(pass, si, trial)
                                   : NULL;
    attempt_t a;
    apr_status_t rv = look(&a, pass, si, have_last ? &last : NULL);

    if (closed != NULL && rv != APR_EEXIST) {
        fail_closed(pass, si, &a, closed);
        return false;
    }
    if (rv == APR_SUCCESS && trial->known
        && memcmp(trial->digest, a.fingerprint, sizeof(trial->digest)) == 0) {
        return false;
    }
    if (rv == APR_SUCCESS) {
        rv = load(&a, pass, si);
    }
    if (a.settled) {
        ocsp_arena_set_consent(pass->arena, si->slot, false);
    }
    if (rv == APR_EEXIST) {
        ocsp_outcome_unchanged(pass, si, &last);
    }
    else if (rv != APR_SUCCESS) {
        fail_again(pass, si, &a, trial, rv, have_last);
        return false;
    }
    else {
        ocsp_outcome_loaded(pass, si, &a.result, is_news(&a));
        if (a.result.withheld != NULL) {
            a.why = a.result.withheld;
            fail_again(pass, si, &a, trial, OCSP_EMALFORMED, true);
            return true;
        }
    }
    trial->failures = 0;
    trial->known = false;
    pass->retry = pass->retry || !a.settled;
    return rv == APR_SUCCESS;
}

void ocsp_tables_look(ocsp_pass_t *pass, const ocsp_scope_issuer_t *si)
{
    ocsp_scope_issuer_t *copy;
    bool loaded = false;

    if (!si->has_slot
        || !ocsp_arena_is_slot_of(pass->arena, si->slot, si->id)) {
        return;
    }
    if (apr_hash_get(pass->tables, si->id, OCSP_TABLE_ID_LEN) == NULL) {
        /* the process's own is read by its workers */
        copy = apr_pmemdup(pass->ptemp, si, sizeof(*si));
        apr_hash_set(pass->tables, copy->id, OCSP_TABLE_ID_LEN, copy);
        loaded = load_again(pass, copy);
    }
    ocsp_outcome_check_age(pass, si, loaded);
}
