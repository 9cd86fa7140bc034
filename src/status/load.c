/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads the sources of one issuer into a table. Floor 1.
 */
#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

#include "status/crl_select.h"
#include "status/crl_set.h"
#include "status/fingerprint.h"
#include "status/issuance.h"
#include "status/load.h"

/* Firefox rejects responses whose thisUpdate is older (R98). */
#define FIREFOX_MAX_AGE_S INT64_C(864000)

/** A load. */
typedef struct {
    const ocsp_load_sources_t *src;
    const apr_array_header_t *last; /* ocsp_crl_set_part_t: CRLs in use */
    int64_t now;
    apr_pool_t *pool;
} load_t;

/* How an administrator accepts older data. */
static const char *get_consent(const load_t *l)
{
    return l->src->consent != NULL ? l->src->consent
                                   : "stop httpd and start it again";
}

static int count(const apr_array_header_t *list)
{
    return list != NULL ? list->nelts : 0;
}

static bool has_crl(const ocsp_load_sources_t *src)
{
    return count(src->files) + count(src->found) > 0;
}

static bool has_issuance(const ocsp_load_sources_t *src)
{
    return count(src->indexes) + count(src->lists) > 0;
}

static apr_status_t reject_none(const ocsp_load_sources_t *src,
                                const char **why, apr_pool_t *p)
{
    const char *subject = src->keys->issuer->subject;

    *why = src->places != NULL
             ? apr_psprintf(p, "%s: no CRL of %s: put one there", src->places,
                            subject)
             : apr_psprintf(p, "no CRL of %s is named", subject);
    return APR_ENOENT;
}

apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p)
{
    const apr_array_header_t *lists[] = {src->files, src->crl_signers,
                                         src->indexes, src->lists};
    apr_array_header_t *named = apr_array_make(p, 4, sizeof(const char *));
    unsigned char variant[OCSP_FINGERPRINT_LEN];
    size_t i;

    *settled = false;
    if (!has_crl(src) && !has_issuance(src)) {
        return reject_none(src, why, p);
    }
    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i] != NULL) {
            apr_array_cat(named, lists[i]);
        }
    }
    if (!ocsp_crl_keys_digest(variant, src->keys)) {
        *why = "libcrypto has no SHA-256";
        return OCSP_ECRYPTO;
    }
    /* other warnings are given with OCSPCRLCoverage complete */
    variant[0] ^= src->complete;
    return ocsp_fingerprint_make(fingerprint, settled, named, src->found,
                                 variant, now, why);
}

static void warn(const load_t *l, ocsp_load_result_t *out, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* Add to the warnings. */
static void warn(const load_t *l, ocsp_load_result_t *out, const char *format,
                 ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = apr_pvsprintf(l->pool, format, args);
    va_end(args);
    out->warning = out->warning == NULL
                     ? apr_psprintf(l->pool, "%s: %s", out->file, text)
                     : apr_pstrcat(l->pool, out->warning, "; ", text, NULL);
}

/* Add to the reasons why sources are not used. */
static void add_not_used(const load_t *l, ocsp_load_result_t *out,
                         const char *why)
{
    out->not_used = out->not_used == NULL
                      ? why
                      : apr_pstrcat(l->pool, out->not_used, "; ", why, NULL);
}

/* --- warnings ------------------------------------------------------------- */

static const char *print_time(const load_t *l, int64_t seconds)
{
    return ocsp_crl_print_time(seconds, l->pool);
}

static void warn_of_entries(const load_t *l, ocsp_load_result_t *out,
                            const ocsp_crl_info_t *crl, apr_uint64_t repeats)
{
    if (crl->removals > 0) {
        warn(l, out,
             "RFC 5280 section 5.3.1: %" APR_UINT64_T_FMT
             " entries with removeFromCRL in a complete CRL are read as "
             "revoked",
             crl->removals);
    }
    if (repeats > 0 && out->crls->nelts == 1) { /* two CRLs may list the same */
        warn(l, out,
             "%" APR_UINT64_T_FMT " entries repeat a serial number: the "
             "earliest revocation counts",
             repeats);
    }
    if (crl->sha1) {
        warn(l, out, "is signed with SHA-1: have the CA sign with SHA-256");
    }
}

static void warn_of_dates(const load_t *l, ocsp_load_result_t *out)
{
    const ocsp_table_info_t *info = &out->info;
    bool endless = info->next_update == OCSP_CRL_NO_NEXT_UPDATE;
    int64_t end = ocsp_table_find_end(true, info->this_update,
                                      info->next_update, 0, l->src->grace_s,
                                      l->src->max_age_s);
    const char *until = end == OCSP_TABLE_ENDLESS
                          ? "without end"
                          : apr_pstrcat(l->pool, "until ", print_time(l, end),
                                        NULL);

    out->end = end;
    if (endless) {
        warn(l, out,
             "RFC 5280 section 5.1.2.5: has no nextUpdate, and is used %s "
             "(OCSPSourceMaxAge)",
             until);
    }
    if (end <= l->now) {
        warn(l, out,
             "RFC 5280 section 5.1.2.5: expired at %s, so requests are "
             "answered tryLater, except for revoked certificates; fetch the "
             "CA's newest CRL, or have the CA issue one",
             print_time(l, end));
        return;
    }
    if (!endless && info->next_update <= l->now) {
        warn(l, out,
             "RFC 5280 section 5.1.2.5: is past its nextUpdate %s, and is used "
             "%s (OCSPStaleGrace)",
             print_time(l, info->next_update), until);
    }
    if (!l->src->checked && l->now - info->this_update > FIREFOX_MAX_AGE_S) {
        warn(l, out,
             "thisUpdate %s is more than 10 days old: Firefox rejects such "
             "responses; set OCSPThisUpdate checked, or have the CA issue CRLs "
             "more often",
             print_time(l, info->this_update));
    }
}

/* The CRLs are by other keys of the CA, for which AD CS would write others. */
static void warn_of_keys(const load_t *l, ocsp_load_result_t *out)
{
    warn(l, out,
         "RFC 5280 section 5: is signed by another key of the CA, and might "
         "not cover the certificates of this one: those that no CRL lists are "
         "answered tryLater; add the CRL by the key of this CA, or, if one CRL "
         "of the CA serves all its keys, set OCSPCRLScope name");
}

/* Whether a CRL only lists revocations: see crl_set.h. */
static bool has_lone_delta(const apr_array_header_t *parts)
{
    int i = 0;

    while (i < parts->nelts
           && (APR_ARRAY_IDX(parts, i, ocsp_crl_set_part_t).kind
               & (OCSP_CRL_SET_LISTED | OCSP_CRL_SET_OTHER_KEY))
                  != OCSP_CRL_SET_LISTED) {
        i++;
    }
    return i < parts->nelts;
}

/* A certificate that no CRL lists is good only if a CRL covers it, as its scope
 * or the administrator says. Beside an index no CRL need cover it. */
static void warn_of_coverage(const load_t *l, ocsp_load_result_t *out,
                             const ocsp_crl_select_t *selected)
{
    static const char *const reasons[] = {
        [OCSP_CRL_SELECT_OTHER_KEY] = " is signed by another key of the CA",
        [OCSP_CRL_SELECT_NAMED_TWICE] = " is named twice",
        [OCSP_CRL_SELECT_SAME_SCOPE] = " has the scope of another CRL"};

    out->uncovered = out->info.partial && count(l->src->indexes) == 0
                  && !(l->src->complete && !out->info.missing_crls);
    if (!out->uncovered || out->went_back != NULL) {
        return;
    }
    if (selected->missing == OCSP_CRL_SELECT_NO_OWN) {
        warn_of_keys(l, out);
    }
    else if (has_lone_delta(out->crls)) {
        warn(
            l, out,
            "RFC 5280 section 5.2.4: a delta CRL without the complete CRL that "
            "it needs: certificates that they do not list are answered "
            "tryLater; put the CA's newest complete CRL there");
    }
    else if (!l->src->complete) {
        warn(l, out,
             "RFC 5280 section 5.2.5: might not cover every certificate "
             "(issuingDistributionPoint: %s): those that no CRL lists are "
             "answered tryLater; add the CA's other CRLs, or, if the "
             "configured CRLs cover every certificate of this CA, set "
             "OCSPCRLCoverage complete",
             ocsp_crl_set_print_bits(ocsp_crl_set_bits(out->crls), l->pool));
    }
    else {
        bool known = selected->missing_file != NULL;

        warn(l, out,
             "OCSPCRLCoverage complete has no effect while a CRL may be "
             "missing%s%s%s: certificates that no CRL lists are answered "
             "tryLater",
             known ? ": " : "", known ? selected->missing_file : "",
             known ? reasons[selected->missing] : "");
    }
}

static const char *name_files(const load_t *l)
{
    return ocsp_issuance_name_files(l->src->indexes, l->src->lists, l->pool);
}

/* @param missed, disputes see ocsp_issuance_t, ocsp_table_sums_t */
static void warn_of_issuance(const load_t *l, ocsp_load_result_t *out,
                             apr_uint64_t missed, apr_uint64_t disputes)
{
    const ocsp_table_info_t *info = &out->info;
    int64_t end = ocsp_table_find_end(false, info->this_update,
                                      info->next_update, info->changed,
                                      l->src->grace_s, l->src->max_age_s);

    out->end = end < out->end ? end : out->end;
    if (missed > 0) {
        warn(l, out,
             "RFC 5280 section 3.3: does not list %" APR_UINT64_T_FMT
             " certificates that are revoked in %s: they are answered revoked; "
             "fetch the CA's newest CRL, or have the CA issue one",
             missed, name_files(l));
    }
    if (disputes > 0) {
        warn(l, out,
             "%" APR_UINT64_T_FMT " certificates are revoked, but valid in "
             "%s: they are answered revoked; have the CA's records corrected",
             disputes, name_files(l));
    }
    if (end <= l->now) {
        warn(l, out,
             "%s: last changed %s, longer ago than OCSPSourceMaxAge, so "
             "requests are answered tryLater, except for revoked certificates",
             name_files(l), print_time(l, info->changed));
    }
}

/* A CA that lost its records may issue a CRL of what is left of them. */
static void warn_of_loss(const load_t *l, ocsp_load_result_t *out)
{
    const ocsp_table_info_t *last = l->src->last;
    apr_uint64_t entries = out->info.entries;

    if (last != NULL && entries < last->entries - last->entries / 2) {
        warn(l, out,
             "%" APR_UINT64_T_FMT " revocations, %" APR_UINT64_T_FMT
             " before: more than half are gone; check whether the CA has lost "
             "any",
             entries, last->entries);
    }
}

/* Finish the builder, and take over its sums. */
static ocsp_table_sums_t finish(ocsp_load_result_t *out)
{
    ocsp_table_sums_t sums = ocsp_table_builder_finish(out->builder);

    out->len = sums.len;
    out->info.entries = sums.entries;
    out->info.issued = sums.issued;
    return sums;
}

/* --- CRLs ----------------------------------------------------------------- */

void ocsp_load_find_crls(apr_array_header_t *parts,
                         const ocsp_table_info_t *info, const void *table,
                         size_t len)
{
    const int before = parts->nelts;
    ocsp_crl_set_part_t *one;

    if (!info->crl) {
        return;
    }
    if (table != NULL && info->crls > 0) {
        ocsp_table_get_crls(parts, table, len);
    }
    if (parts->nelts == before) { /* a single CRL that covers everything */
        one = apr_array_push(parts);
        *one = (ocsp_crl_set_part_t){.number_len = (uint32_t)info->number_len,
                                     .this_update = info->this_update,
                                     .next_update = info->next_update};
        memcpy(one->number, info->number, info->number_len);
    }
}

/* The CRLs of the table in use. */
static apr_array_header_t *find_last(const ocsp_load_sources_t *src,
                                     apr_pool_t *p)
{
    apr_array_header_t *parts = apr_array_make(p, 1,
                                               sizeof(ocsp_crl_set_part_t));

    if (src->last != NULL) {
        ocsp_load_find_crls(parts, src->last, src->last_table, src->last_len);
    }
    return parts;
}

/* The end of a CRL without nextUpdate beside others that have one. */
static int64_t find_endless_end(const ocsp_crl_set_part_t *part,
                                int64_t max_age_s)
{
    int64_t end = part->this_update + OCSP_TABLE_MAX_AGE_S;
    int64_t own = ocsp_table_find_end(true, part->this_update,
                                      OCSP_CRL_NO_NEXT_UPDATE, 0, 0, max_age_s);

    return own < end ? own : end;
}

/* The CRLs that are for the certificates of the CA; if there are none, all. */
static const apr_array_header_t *find_own(const apr_array_header_t *parts,
                                          apr_pool_t *p)
{
    apr_array_header_t *own = apr_array_make(p, 1, sizeof(ocsp_crl_set_part_t));
    int i;

    for (i = 0; i < parts->nelts; i++) {
        const ocsp_crl_set_part_t *part = &APR_ARRAY_IDX(parts, i,
                                                         ocsp_crl_set_part_t);

        if ((part->kind & OCSP_CRL_SET_OTHER_KEY) == 0) {
            APR_ARRAY_PUSH(own, ocsp_crl_set_part_t) = *part;
        }
    }
    return own->nelts != 0 ? own : parts;
}

/* The oldest thisUpdate and the earliest nextUpdate. */
static void set_dates(ocsp_table_info_t *info, const apr_array_header_t *parts,
                      int64_t max_age_s)
{
    const ocsp_crl_set_part_t *part = (const void *)parts->elts;
    const ocsp_crl_set_part_t *end = part + parts->nelts;
    bool has_end = false;

    info->this_update = INT64_MAX;
    info->next_update = INT64_MAX;
    for (; part < end; part++) {
        has_end = has_end || part->next_update != OCSP_CRL_NO_NEXT_UPDATE;
    }
    for (part = end - parts->nelts; part < end; part++) {
        int64_t next = has_end && part->next_update == OCSP_CRL_NO_NEXT_UPDATE
                         ? find_endless_end(part, max_age_s)
                         : part->next_update;

        if (part->this_update < info->this_update) {
            info->this_update = part->this_update;
        }
        if (next < info->next_update) {
            info->next_update = next;
        }
    }
}

/* One that has the scope, and went back. */
static int find_listed(const apr_array_header_t *parts,
                       const ocsp_crl_set_part_t *part)
{
    ocsp_crl_set_part_t listed = *part;

    listed.kind |= OCSP_CRL_SET_LISTED;
    return ocsp_crl_set_find(parts, &listed);
}

/* Keep the CRLs in use that are gone and not covered by newer ones, as if they
 * were still there: else their revocations would be lost. */
static apr_status_t keep_gone(const load_t *l, ocsp_load_result_t *out,
                              const ocsp_crl_select_t *selected,
                              const char **why)
{
    apr_array_header_t *parts = apr_array_copy(l->pool, selected->parts);
    int i;

    out->crls = parts;
    out->info.partial = selected->since == OCSP_CRL_SET_PARTIAL;
    for (i = 0; i < l->last->nelts; i++) {
        const ocsp_crl_set_part_t *part = &APR_ARRAY_IDX(l->last, i,
                                                         ocsp_crl_set_part_t);

        if (selected->since < part->this_update
            && !ocsp_crl_set_replaces(selected->parts, part)) {
            APR_ARRAY_PUSH(parts, ocsp_crl_set_part_t) = *part;
            *why = apr_psprintf(
                l->pool,
                "%s: the CRL of %s that was in use (thisUpdate %s, %s) is "
                "gone, and this one might not cover the same certificates: "
                "restore it, or %s to accept that",
                out->file, l->src->keys->issuer->subject,
                print_time(l, part->this_update),
                part->scope.bits != 0
                    ? ocsp_crl_set_print_bits(part->scope.bits, l->pool)
                : (part->kind & OCSP_CRL_SET_SIGNER) != 0
                    ? "by another key"
                    : "for every certificate",
                get_consent(l));
            add_not_used(l, out, *why);
        }
    }
    if (parts->nelts == selected->parts->nelts) {
        return APR_SUCCESS;
    }
    out->info.partial = ocsp_crl_set_find_since(parts) == OCSP_CRL_SET_PARTIAL;
    return l->src->last_table == NULL || l->src->last_is_copy
             ? OCSP_ESTALE
             : ocsp_table_builder_add_table(out->builder, l->src->last_table,
                                            l->src->last_len, why);
}

static bool is_gone(const load_t *l, const ocsp_load_result_t *out,
                    const ocsp_crl_set_part_t *part)
{
    return (part->kind & OCSP_CRL_SET_LISTED) == 0 && part->next_update > l->now
        && !ocsp_crl_set_replaces(out->crls, part)
        && find_listed(out->crls, part) < 0;
}

static const char *describe_gone(const load_t *l, const ocsp_load_result_t *out,
                                 const ocsp_crl_set_part_t *part)
{
    return apr_psprintf(
        l->pool,
        "%s: a CRL of %s that was in use before httpd was stopped (thisUpdate "
        "%s, nextUpdate %s) is gone, and this one might not cover the same "
        "certificates: restore it, or %s to accept that",
        out->file, l->src->keys->issuer->subject,
        print_time(l, part->this_update), print_time(l, part->next_update),
        get_consent(l));
}

/* With OCSPCRLCoverage complete all CRLs together cover everything: then one
 * that was in use before httpd started, has not ended and is gone is missing.
 * Otherwise those that are there say themselves what they cover. The first one
 * is described. */
static void find_gone(const load_t *l, ocsp_load_result_t *out)
{
    const apr_array_header_t *newest = l->src->newest;
    const char *why;
    int i = 0;

    if (!l->src->complete || newest == NULL || !out->info.partial) {
        return;
    }
    while (
        i < newest->nelts
        && !is_gone(l, out, &APR_ARRAY_IDX(newest, i, ocsp_crl_set_part_t))) {
        i++;
    }
    if (i == newest->nelts) {
        return;
    }
    why = describe_gone(l, out, &APR_ARRAY_IDX(newest, i, ocsp_crl_set_part_t));
    out->went_back = out->went_back == NULL
                       ? why
                       : apr_pstrcat(l->pool, out->went_back, "; ", why, NULL);
    out->info.went_back = true;
    out->info.missing_crls = true;
}

/* Whether a table need not list its CRLs: see find_last. */
static bool is_plain(const apr_array_header_t *parts)
{
    const ocsp_crl_set_part_t *part = (const void *)parts->elts;

    return parts->nelts == 1 && part->scope.bits == 0 && part->kind == 0;
}

static apr_status_t use_selected(const load_t *l, ocsp_load_result_t *out,
                                 const ocsp_crl_select_t *selected,
                                 const char **why)
{
    ocsp_table_info_t *info = &out->info;
    apr_status_t rv;

    out->builder = selected->builder;
    out->file = selected->file;
    out->rejected = selected->rejected;
    out->went_back = selected->went_back;
    info->went_back = out->went_back != NULL;
    if (selected->other_ca != NULL) {
        add_not_used(l, out, selected->other_ca);
    }
    if ((rv = keep_gone(l, out, selected, why)) != APR_SUCCESS) {
        return rv;
    }
    info->crl = true;
    info->missing_crls = selected->missing != OCSP_CRL_SELECT_NONE
                      || l->src->unreadable;
    find_gone(l, out);
    set_dates(info, find_own(out->crls, l->pool), l->src->max_age_s);
    if (out->crls->nelts == 1) {
        memcpy(info->number, selected->crl.number, selected->crl.number_len);
        info->number_len = selected->crl.number_len;
    }
    if (!is_plain(out->crls)) {
        ocsp_table_builder_set_crls(out->builder, out->crls);
        info->crls = (unsigned)out->crls->nelts;
    }
    warn_of_entries(l, out, &selected->crl,
                    finish(out).repeats + selected->repeats);
    warn_of_dates(l, out);
    warn_of_coverage(l, out, selected);
    return APR_SUCCESS;
}

static apr_status_t build_crl(const load_t *l, ocsp_load_result_t *out,
                              ocsp_crl_info_t *crl, const char **why)
{
    const ocsp_crl_select_input_t in = {.keys = l->src->keys,
                                        .files = l->src->files,
                                        .found = l->src->found,
                                        .last = l->last,
                                        .newest = l->src->newest,
                                        .consent = get_consent(l),
                                        .latest = l->now + OCSP_CRL_SKEW_S,
                                        .unreadable = l->src->unreadable};
    ocsp_crl_select_t selected;
    apr_status_t rv = ocsp_crl_select_make(&selected, &in, why, l->pool);

    if (rv == APR_SUCCESS) {
        rv = use_selected(l, out, &selected, why);
        *crl = selected.crl;
    }
    return rv;
}

/* --- issuance data -------------------------------------------------------- */

/* Begin a table of issuance data alone, unless there was a CRL, whose
 * revocations would be lost. */
static apr_status_t begin_without_crl(const load_t *l, ocsp_load_result_t *out,
                                      const char **why)
{
    const ocsp_load_sources_t *src = l->src;
    const apr_array_header_t *first = count(src->indexes) > 0 ? src->indexes
                                                              : src->lists;

    if (src->needs_crl) {
        return reject_none(src, why, l->pool);
    }
    if (src->last != NULL && src->last->crl) {
        *why = apr_psprintf(l->pool,
                            "%s: the CRL of %s is gone: restore it, or %s to "
                            "do without",
                            src->places != NULL ? src->places : name_files(l),
                            src->keys->issuer->subject, get_consent(l));
        return APR_ENOENT;
    }
    out->builder = ocsp_table_builder_make(l->pool);
    out->file = APR_ARRAY_IDX(first, 0, const char *);
    out->info.this_update = l->now;
    out->info.next_update = OCSP_CRL_NO_NEXT_UPDATE;
    out->end = OCSP_TABLE_ENDLESS;
    return APR_SUCCESS;
}

/* A loss is accepted only by a full stop and start, and if there is a state
 * directory not even by that: log rotation restarts gracefully, too. */
static apr_status_t reject_loss(const load_t *l, const char *loss,
                                const char **why)
{
    *why = apr_pstrcat(l->pool, name_files(l), ": ", loss, ": restore it, or ",
                       get_consent(l), " to accept it", NULL);
    return OCSP_ESTALE;
}

/* Whether there is a table in use with issuance data. */
static bool has_last(const load_t *l)
{
    return l->src->last != NULL && l->src->last->issuance
        && l->src->last_table != NULL;
}

static bool has_same_crls(const load_t *l, const ocsp_load_result_t *out)
{
    return ocsp_table_is_same_crl(l->src->last, &out->info)
        && (out->crls == NULL || ocsp_crl_set_is_same(l->last, out->crls));
}

static apr_status_t check_rows(const load_t *l, apr_uint64_t rows,
                               const char **why)
{
    const ocsp_table_info_t *last = l->src->last;

    return last == NULL || !last->issuance || rows >= last->rows
             ? APR_SUCCESS
             : reject_loss(l,
                           apr_psprintf(l->pool,
                                        "%" APR_UINT64_T_FMT
                                        " lines, but %" APR_UINT64_T_FMT
                                        " before (an index never loses lines)",
                                        rows, last->rows),
                           why);
}

/* Check that no final revocation of the table in use is gone. A new CRL may
 * omit those that have expired. */
static apr_status_t check_revocations(const load_t *l,
                                      const ocsp_load_result_t *out,
                                      const char **why)
{
    apr_uint64_t lost = !has_last(l)
                          ? 0
                          : ocsp_table_count_lost(l->src->last_table,
                                                  l->src->last_len,
                                                  out->builder,
                                                  !has_same_crls(l, out));

    return lost == 0
             ? APR_SUCCESS
             : reject_loss(l,
                           apr_psprintf(l->pool,
                                        "%" APR_UINT64_T_FMT " certificates "
                                        "are no longer revoked, as in an old "
                                        "copy",
                                        lost),
                           why);
}

static apr_status_t add_issuance(const load_t *l, ocsp_load_result_t *out,
                                 const ocsp_crl_info_t *crl, const char **why)
{
    ocsp_issuance_t added;
    /* a partial CRL need not list the revocations of an index */
    apr_status_t rv = ocsp_issuance_add(&added, out->builder,
                                        out->info.partial ? NULL : crl,
                                        l->src->indexes, l->src->lists, why,
                                        l->pool);

    if (rv != APR_SUCCESS
        || (rv = check_rows(l, added.rows, why)) != APR_SUCCESS) {
        return rv;
    }
    out->info.changed = added.changed;
    out->info.rows = added.rows;
    warn_of_issuance(l, out, added.missed, finish(out).disputes);
    return check_revocations(l, out, why);
}

/* Use a new CRL with the issuance data of the table in use, since the files
 * were rejected. The CRL is read again, as rows of these files may have been
 * added to its entries. */
static apr_status_t keep_issuance(const load_t *l, ocsp_load_result_t *out,
                                  apr_status_t rejected, const char *reason)
{
    const ocsp_load_sources_t *src = l->src;
    ocsp_crl_info_t crl;
    const char *ignored;

    ocsp_table_builder_free(out->builder);
    *out = (ocsp_load_result_t){.builder = NULL};
    if (build_crl(l, out, &crl, &ignored) != APR_SUCCESS
        || ocsp_table_builder_add_table(out->builder, src->last_table,
                                        src->last_len, &ignored)
               != APR_SUCCESS) {
        return rejected;
    }
    (void)finish(out);
    out->info.issuance = true;
    out->info.changed = src->last->changed;
    out->info.rows = src->last->rows;
    add_not_used(l, out, reason);
    warn_of_issuance(l, out, 0, 0);
    return APR_SUCCESS;
}

static apr_status_t build_issuance(const load_t *l, ocsp_load_result_t *out,
                                   const ocsp_crl_info_t *crl, const char **why)
{
    apr_status_t rv = add_issuance(l, out, crl, why);

    out->info.issuance = true;
    return rv != APR_SUCCESS && crl != NULL && has_last(l)
                && !l->src->last_is_copy && !has_same_crls(l, out)
             ? keep_issuance(l, out, rv, *why)
             : rv;
}

/* --- sources that went back ----------------------------------------------- */

/* Add the revocations of the last table. */
static apr_status_t add_revoked(const load_t *l, ocsp_table_builder_t *b,
                                const char **why)
{
    const ocsp_load_sources_t *src = l->src;
    apr_uint64_t cursor = 0;
    apr_status_t rv = APR_SUCCESS;
    ocsp_table_item_t item;
    ocsp_record_t record;

    while (rv == APR_SUCCESS
           && ocsp_table_next(&item, src->last_table, src->last_len, &cursor)) {
        if (item.revoked) {
            rv = ocsp_table_lookup(&record, src->last_table, src->last_len,
                                   src->last->id, item.serial, item.serial_len);
        }
        if (item.revoked && rv == APR_SUCCESS) {
            rv = ocsp_table_builder_add(b, item.serial, item.serial_len,
                                        record.revocation_time, record.reason,
                                        why);
        }
    }
    return rv;
}

/* A table of the revocations that were known before httpd started, since its
 * sources have been rejected as older. It counts as made of a CRL that covers
 * nothing. @param rejected, reason why */
static apr_status_t keep_revoked(const load_t *l, ocsp_load_result_t *out,
                                 apr_status_t rejected, const char *reason)
{
    const ocsp_table_info_t *last = l->src->last;
    const char *ignored;

    *out = (ocsp_load_result_t){.builder = ocsp_table_builder_make(l->pool),
                                .file = "its state",
                                .went_back = reason,
                                .uncovered = true};
    out->crls = apr_array_make(l->pool, 1, sizeof(ocsp_crl_set_part_t));
    out->info.crl = true;
    out->info.partial = true;
    out->info.missing_crls = true;
    out->info.went_back = true;
    out->info.this_update = last->this_update;
    out->info.next_update = last->next_update;
    if (add_revoked(l, out->builder, &ignored) != APR_SUCCESS) {
        ocsp_table_builder_free(out->builder);
        return rejected;
    }
    (void)finish(out);
    out->end = ocsp_table_find_end(true, last->this_update, last->next_update,
                                   0, l->src->grace_s, l->src->max_age_s);
    return APR_SUCCESS;
}

/* Whether a failure is that the sources lack what they had before httpd
 * started. */
static bool lacks_earlier(const load_t *l, apr_status_t rv)
{
    return l->src->last_is_copy && l->src->last_table != NULL
        && (rv == OCSP_ESTALE || APR_STATUS_IS_ENOENT(rv));
}

apr_status_t ocsp_load_build(ocsp_load_result_t *out,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p)
{
    const load_t l = {.src = src,
                      .last = find_last(src, p),
                      .now = now,
                      .pool = p};
    ocsp_load_result_t result = {.builder = NULL};
    ocsp_crl_info_t crl;
    apr_status_t rv;

    if (!has_crl(src) && !has_issuance(src)) {
        return reject_none(src, why, p);
    }
    rv = has_crl(src) ? build_crl(&l, &result, &crl, why)
                      : begin_without_crl(&l, &result, why);
    if (rv == APR_SUCCESS && has_issuance(src)) {
        rv = build_issuance(&l, &result, has_crl(src) ? &crl : NULL, why);
    }
    if (rv != APR_SUCCESS) {
        if (result.builder != NULL) {
            ocsp_table_builder_free(result.builder);
        }
        if (lacks_earlier(&l, rv)) {
            rv = keep_revoked(&l, &result, rv, *why);
        }
        *out = rv == APR_SUCCESS ? result : *out;
        return rv;
    }
    warn_of_loss(&l, &result);
    result.has_history = src->newest != NULL || src->last_is_copy;
    *out = result;
    return APR_SUCCESS;
}
