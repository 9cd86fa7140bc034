/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See load.h.
 */
#include <apr_strings.h>
#include <string.h>

#include "status/crl_candidate.h"
#include "status/crl_select.h"
#include "status/crl.h"
#include "status/fingerprint.h"
#include "status/issuance.h"
#include "status/load.h"

/** Firefox drops answers whose thisUpdate is older: R98. */
#define FIREFOX_MAX_AGE_S INT64_C(864000)

/** What is being loaded, for whoever words a warning. */
typedef struct {
    const ocsp_load_sources_t *src;
    const apr_array_header_t *last; /* ocsp_crl_set_part_t: CRLs in use */
    int64_t now;
    apr_pool_t *pool;
} load_t;

/* No list is a list of nothing. */
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

static apr_status_t say_none(const ocsp_load_sources_t *src, const char **why,
                             apr_pool_t *p)
{
    const char *subject = ocsp_issuer_get0_subject(src->issuer);

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
    const apr_array_header_t *lists[] = {src->files, src->indexes, src->lists};
    apr_array_header_t *named = apr_array_make(p, 4, sizeof(const char *));
    size_t i;

    *settled = false;
    if (!has_crl(src) && !has_issuance(src)) {
        return say_none(src, why, p);
    }
    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i] != NULL) {
            apr_array_cat(named, lists[i]);
        }
    }
    /* other warnings are given with OCSPCRLCoverage complete */
    return ocsp_fingerprint_make(fingerprint, settled, named, src->found,
                                 src->complete, now, why);
}

/* Say one thing more; file and separators go around it. */
static void warn(const load_t *l, ocsp_load_result_t *out, const char *what)
{
    out->warning = out->warning == NULL
                     ? apr_psprintf(l->pool, "%s: %s", out->file, what)
                     : apr_pstrcat(l->pool, out->warning, "; ", what, NULL);
}

/* Say what is not as it should be, although there is a table. */
static void withhold(const load_t *l, ocsp_load_result_t *out, const char *what)
{
    out->withheld = out->withheld == NULL
                      ? what
                      : apr_pstrcat(l->pool, out->withheld, "; ", what, NULL);
}

static void warn_of_entries(const load_t *l, ocsp_load_result_t *out,
                            const ocsp_crl_info_t *crl, apr_uint64_t repeats)
{
    if (crl->removals > 0) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.3.1: %" APR_UINT64_T_FMT
                          " entries with removeFromCRL in a complete CRL are "
                          "taken as revoked",
                          crl->removals));
    }
    if (repeats > 0 && out->crls->nelts == 1) { /* two may list the same */
        warn(l, out,
             apr_psprintf(l->pool,
                          "%" APR_UINT64_T_FMT " entries repeat a serial "
                          "number: the earliest revocation counts",
                          repeats));
    }
    if (crl->sha1) {
        warn(l, out, "is signed over SHA-1: have the CA sign with SHA-256");
    }
}

/* What clients that count from thisUpdate no longer take. */
static void warn_of_age(const load_t *l, ocsp_load_result_t *out)
{
    if (!l->src->checked
        && l->now - out->info.this_update > FIREFOX_MAX_AGE_S) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "thisUpdate %s is more than 10 days old: Firefox "
                          "drops such answers; have the CA write CRLs more "
                          "often",
                          ocsp_crl_print_time(out->info.this_update, l->pool)));
    }
}

/* Of the CRL alone: until when it counts, and whether it does. */
static void warn_of_dates(const load_t *l, ocsp_load_result_t *out)
{
    const ocsp_table_info_t *info = &out->info;
    bool endless = info->next_update == OCSP_CRL_NO_NEXT_UPDATE;
    int64_t end = ocsp_table_find_end(true, info->this_update,
                                      info->next_update, 0, l->src->grace_s,
                                      l->src->max_age_s);
    const char *until = end == OCSP_TABLE_ENDLESS
                          ? "for ever"
                          : apr_psprintf(l->pool, "until %s",
                                         ocsp_crl_print_time(end, l->pool));

    if (endless) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: has no nextUpdate: counts "
                          "%s (OCSPSourceMaxAge)",
                          until));
    }
    if (end <= l->now) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: is out of date since %s: "
                          "only what it lists is answered; have the CA write "
                          "a new one",
                          ocsp_crl_print_time(end, l->pool)));
        return;
    }
    if (!endless && info->next_update <= l->now) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: is past its nextUpdate "
                          "%s: counts %s (OCSPStaleGrace)",
                          ocsp_crl_print_time(info->next_update, l->pool),
                          until));
    }
    warn_of_age(l, out);
}

/* The files of issuance data, for people. */
static const char *name_files(const load_t *l)
{
    return ocsp_issuance_name_files(l->src->indexes, l->src->lists, l->pool);
}

/* Where sources disagree (R73), and whether one has been left. */
static void warn_of_issuance(const load_t *l, ocsp_load_result_t *out,
                             apr_uint64_t missed, apr_uint64_t disputes)
{
    const ocsp_table_info_t *info = &out->info;
    int64_t end = ocsp_table_find_end(false, info->this_update,
                                      info->next_update, info->changed,
                                      l->src->grace_s, l->src->max_age_s);

    if (missed > 0) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 3.3: does not list "
                          "%" APR_UINT64_T_FMT " certificates that are revoked "
                          "in %s: revoked counts; have the CA write a new CRL",
                          missed, name_files(l)));
    }
    if (disputes > 0) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "%" APR_UINT64_T_FMT " certificates are revoked, "
                          "but valid in %s: revoked counts; have the CA's "
                          "records corrected",
                          disputes, name_files(l)));
    }
    if (end <= l->now) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "%s: last changed %s, longer ago than "
                          "OCSPSourceMaxAge: only revocations are answered",
                          name_files(l),
                          ocsp_crl_print_time(info->changed, l->pool)));
    }
}

/* A CA that lost its records may write a CRL of what is left of them. */
static void warn_of_loss(const load_t *l, ocsp_load_result_t *out)
{
    const ocsp_table_info_t *last = l->src->last;
    apr_uint64_t entries = ocsp_table_builder_count(out->builder);

    if (last != NULL && entries < last->entries - last->entries / 2) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "%" APR_UINT64_T_FMT " revocations, "
                          "%" APR_UINT64_T_FMT " before: more than half are "
                          "gone; see whether the CA has lost any",
                          entries, last->entries));
    }
}

/* The CRLs that the table in use rests on. Of a table without one, of when the
 * rest was read, none: it holds no CRL off. */
static apr_array_header_t *find_last(const ocsp_load_sources_t *src,
                                     apr_pool_t *p)
{
    apr_array_header_t *parts = apr_array_make(p, 1,
                                               sizeof(ocsp_crl_set_part_t));
    const ocsp_table_info_t *last = src->last;
    ocsp_crl_set_part_t *one;

    if (last == NULL || !last->crl) {
        return parts;
    }
    if (src->last_table != NULL) {
        ocsp_table_get_crls(parts, src->last_table, src->last_len);
    }
    if (parts->nelts == 0) { /* one that nothing narrows is told by info */
        one = apr_array_push(parts);
        *one = (ocsp_crl_set_part_t){.number_len = (uint32_t)last->number_len,
                                     .this_update = last->this_update,
                                     .next_update = last->next_update};
        memcpy(one->number, last->number, last->number_len);
    }
    return parts;
}

/* What no CRL lists is good only if one covers it, by its own words or by the
 * operator's; an index is enough of itself, and a CRL then only adds to it. */
static void warn_of_coverage(const load_t *l, ocsp_load_result_t *out,
                             const char *doubt)
{
    if (!out->info.partial || (l->src->complete && !out->info.gaps)
        || count(l->src->indexes) > 0) {
        return;
    }
    if (l->src->complete) {
        warn(l, out,
             apr_pstrcat(l->pool,
                         "OCSPCRLCoverage complete does not count while not "
                         "all CRLs that are there are taken: what no CRL lists "
                         "is answered tryLater",
                         doubt != NULL ? ": " : "", doubt, NULL));
        return;
    }
    warn(l, out,
         apr_pstrcat(l->pool,
                     "RFC 5280 section 5.2.5: by its own words "
                     "(issuingDistributionPoint: ",
                     ocsp_crl_scope_print(ocsp_crl_set_bits(out->crls),
                                          l->pool),
                     ") it may cover a part of the certificates only: what no "
                     "CRL lists is answered tryLater; if the CRLs named here "
                     "cover every certificate of this CA, say OCSPCRLCoverage "
                     "complete",
                     NULL));
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

/* The dates of all CRLs that out->crls names. */
static void sum_up_dates(ocsp_table_info_t *info,
                         const apr_array_header_t *parts, int64_t max_age_s)
{
    bool some = false;
    int i;

    for (i = 0; i < parts->nelts; i++) {
        some = some
            || APR_ARRAY_IDX(parts, i, ocsp_crl_set_part_t).next_update
                   != OCSP_CRL_NO_NEXT_UPDATE;
    }
    for (i = 0; i < parts->nelts; i++) {
        const ocsp_crl_set_part_t *part = &APR_ARRAY_IDX(parts, i,
                                                         ocsp_crl_set_part_t);
        int64_t end = part->next_update;

        if (some && end == OCSP_CRL_NO_NEXT_UPDATE) {
            end = find_endless_end(part, max_age_s);
        }
        if (i == 0 || part->this_update < info->this_update) {
            info->this_update = part->this_update;
        }
        if (i == 0 || end < info->next_update) {
            info->next_update = end;
        }
    }
}

static bool is_gone(const ocsp_crl_set_part_t *part,
                    const apr_array_header_t *parts)
{
    int64_t since;

    return ocsp_crl_set_find(parts, &part->scope) == NULL
        && (!ocsp_crl_set_covers(&since, parts) || since < part->this_update);
}

/* A CRL that was in use and is no longer there, and that no newer one covers:
 * what it lists would no longer be revoked. It counts on as it was. */
static apr_status_t keep_gone(const load_t *l, ocsp_load_result_t *out,
                              apr_array_header_t *parts, const char **why)
{
    const apr_array_header_t *taken = apr_array_copy(l->pool, parts);
    int i;

    for (i = 0; i < l->last->nelts; i++) {
        const ocsp_crl_set_part_t *part = &APR_ARRAY_IDX(l->last, i,
                                                         ocsp_crl_set_part_t);

        if (is_gone(part, taken)) {
            APR_ARRAY_PUSH(parts, ocsp_crl_set_part_t) = *part;
            *why = apr_psprintf(
                l->pool,
                "%s: the CRL of %s that was in use (thisUpdate %s, %s) has "
                "gone, and this one may not cover what it did: put it back, "
                "or stop httpd and start it again to accept that",
                out->file, ocsp_issuer_get0_subject(l->src->issuer),
                ocsp_crl_print_time(part->this_update, l->pool),
                part->scope.bits == 0
                    ? "of every certificate"
                    : ocsp_crl_scope_print(part->scope.bits, l->pool));
            withhold(l, out, *why);
        }
    }
    if (parts->nelts == taken->nelts) {
        return APR_SUCCESS;
    }
    return l->src->last_table == NULL
             ? OCSP_ESTALE
             : ocsp_table_builder_add_table(out->builder, l->src->last_table,
                                            l->src->last_len, why);
}

/* The CRLs that count, and those that still do; their entries are in
 * out->builder, finished. */
static apr_status_t take_choice(const load_t *l, ocsp_load_result_t *out,
                                const ocsp_crl_select_t *choice,
                                const char **why)
{
    ocsp_table_info_t *info = &out->info;
    apr_uint64_t repeats;
    int64_t since;
    apr_status_t rv;

    out->builder = choice->builder;
    out->file = choice->file;
    out->passed_over = choice->passed_over;
    out->crls = choice->parts;
    if ((rv = keep_gone(l, out, choice->parts, why)) != APR_SUCCESS) {
        return rv;
    }
    ocsp_table_builder_finish(out->builder, &repeats, NULL);
    info->crl = true;
    info->partial = !ocsp_crl_set_covers(&since, out->crls);
    sum_up_dates(info, out->crls, l->src->max_age_s);
    if (out->crls->nelts == 1) {
        memcpy(info->number, choice->crl.number, choice->crl.number_len);
        info->number_len = choice->crl.number_len;
    }
    if (out->crls->nelts > 1 || info->partial) {
        ocsp_table_builder_set_crls(out->builder, out->crls);
        info->crls = (unsigned)out->crls->nelts;
    }
    warn_of_entries(l, out, &choice->crl, repeats);
    warn_of_dates(l, out);
    return APR_SUCCESS;
}

static apr_status_t build_crl(const load_t *l, ocsp_load_result_t *out,
                              ocsp_crl_info_t *crl, const char **why)
{
    const ocsp_load_sources_t *src = l->src;
    const ocsp_crl_select_rules_t rules = {.issuer = src->issuer,
                                           .namesakes = src->namesakes,
                                           .last = l->last,
                                           .latest = l->now + OCSP_CRL_SKEW_S};
    apr_array_header_t *list;
    ocsp_crl_select_t choice;
    const char *foreign;
    apr_status_t rv;

    if ((rv = ocsp_crl_candidate_list(&list, &foreign, src->files, src->found,
                                      src->issuer, why, l->pool))
            != APR_SUCCESS
        || (rv = ocsp_crl_select_make(&choice, list, &rules, why, l->pool))
               != APR_SUCCESS) {
        return rv;
    }
    if (foreign != NULL) {
        withhold(l, out, foreign);
    }
    out->info.gaps = choice.gaps || foreign != NULL || src->hidden;
    if ((rv = take_choice(l, out, &choice, why)) != APR_SUCCESS) {
        return rv;
    }
    warn_of_coverage(l, out, choice.doubt);
    *crl = choice.crl;
    return APR_SUCCESS;
}

/* No CRL, though there was one: what it listed would no longer be revoked. */
static apr_status_t begin_without_crl(const load_t *l, ocsp_load_result_t *out,
                                      const char **why)
{
    const ocsp_load_sources_t *src = l->src;
    const apr_array_header_t *first = count(src->indexes) > 0 ? src->indexes
                                                              : src->lists;

    if (src->needs_crl) {
        return say_none(src, why, l->pool);
    }
    if (src->last != NULL && src->last->crl) {
        *why = apr_psprintf(l->pool,
                            "%s: the CRL of %s has gone: put it back (or, if "
                            "there is to be none, stop and start httpd)",
                            src->places != NULL ? src->places : name_files(l),
                            ocsp_issuer_get0_subject(src->issuer));
        return APR_ENOENT;
    }
    out->builder = ocsp_table_builder_make(l->pool);
    out->file = APR_ARRAY_IDX(first, 0, const char *);
    out->info.this_update = l->now;
    out->info.next_update = OCSP_CRL_NO_NEXT_UPDATE;
    return APR_SUCCESS;
}

/* A loss is refused while there is a table to compare with: a graceful restart,
 * which log rotation causes as well, is no consent. */
static apr_status_t judge_loss(const load_t *l, const char *loss,
                               const char **why)
{
    if (loss == NULL) {
        return APR_SUCCESS;
    }
    *why = apr_pstrcat(l->pool, name_files(l), ": ", loss,
                       ": restore it, or stop httpd and start it again to "
                       "accept it",
                       NULL);
    return OCSP_ESTALE;
}

/* Whether the table rests on the CRLs that the one in use does. */
static bool has_same_crls(const load_t *l, const ocsp_load_result_t *out)
{
    return ocsp_table_is_same_crl(l->src->last, &out->info)
        && (out->crls == NULL || ocsp_crl_set_is_same(l->last, out->crls));
}

/* Whether there is a table to compare with. */
static bool has_last(const load_t *l)
{
    const ocsp_load_sources_t *src = l->src;

    return src->last != NULL && src->last->issuance && src->last_table != NULL;
}

/* What was issued, into the table of the CRL or one of its own. */
static apr_status_t take_issuance(const load_t *l, ocsp_load_result_t *out,
                                  const ocsp_crl_info_t *crl, const char **why)
{
    const ocsp_load_sources_t *src = l->src;
    const char *loss;
    apr_uint64_t disputes;
    ocsp_issuance_t added;
    /* a part of a CRL has an excuse for what it does not list */
    apr_status_t rv = ocsp_issuance_add(&added, out->builder,
                                        out->info.partial ? NULL : crl,
                                        src->indexes, src->lists, why, l->pool);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    loss = ocsp_issuance_find_lost_rows(added.rows, src->last, l->pool);
    if ((rv = judge_loss(l, loss, why)) != APR_SUCCESS) {
        return rv;
    }
    ocsp_table_builder_finish(out->builder, NULL, &disputes);
    out->info.changed = added.changed;
    out->info.rows = added.rows;
    warn_of_issuance(l, out, added.missed, disputes);
    if (loss == NULL && has_last(l)) {
        loss = ocsp_issuance_find_loss(out->builder, src->last_table,
                                       src->last_len, has_same_crls(l, out),
                                       l->pool);
        rv = judge_loss(l, loss, why);
    }
    return rv;
}

/* What was known counts on beside a new CRL: what that revokes is not held back
 * by a bad index. The CRL is read once more, as rows of that index may be among
 * the entries already. */
static apr_status_t keep_issuance(const load_t *l, ocsp_load_result_t *out,
                                  apr_status_t refused, const char *reason)
{
    const ocsp_load_sources_t *src = l->src;
    ocsp_crl_info_t crl;
    const char *unsaid;

    ocsp_table_builder_free(out->builder);
    *out = (ocsp_load_result_t){.builder = NULL};
    if (build_crl(l, out, &crl, &unsaid) != APR_SUCCESS
        || ocsp_table_builder_add_table(out->builder, src->last_table,
                                        src->last_len, &unsaid)
               != APR_SUCCESS) {
        return refused;
    }
    ocsp_table_builder_finish(out->builder, NULL, NULL);
    out->info.issuance = true;
    out->info.changed = src->last->changed;
    out->info.rows = src->last->rows;
    withhold(l, out, reason);
    warn_of_issuance(l, out, 0, 0);
    return APR_SUCCESS;
}

static apr_status_t build_issuance(const load_t *l, ocsp_load_result_t *out,
                                   const ocsp_crl_info_t *crl, const char **why)
{
    apr_status_t rv = take_issuance(l, out, crl, why);

    out->info.issuance = true;
    return rv != APR_SUCCESS && crl != NULL && has_last(l)
                && !has_same_crls(l, out)
             ? keep_issuance(l, out, rv, *why)
             : rv;
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
        return say_none(src, why, p);
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
        return rv;
    }
    warn_of_loss(&l, &result);
    result.info.issued = ocsp_table_builder_count_issued(result.builder);
    *out = result;
    return APR_SUCCESS;
}
