/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Selects the CRLs of one issuer. Floor 1.
 */
#include <apr_file_info.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/crl_delta.h"
#include "status/crl_directory.h"
#include "status/crl_select.h"
#include "status/crl_set.h"

/* So many rejected CRLs are named in a reason. */
#define REJECTED_MAX 3

/* Which CRL is newer than one that is rejected, for messages. */
#define IN_USE "in use"
#define BEFORE "that was in use before httpd was stopped"

/** A CRL that may be selected. */
typedef struct {
    const char *file;       /* its name, for messages */
    ocsp_crl_place_t place; /* where it is */
    int64_t this_update;    /* of its head: unverified */
    bool named;             /* for this issuer; false: found in a directory */
    bool named_twice;       /* by the same name, or through a link */
    bool beside_own;        /* named, in a file with a CRL in the CA's name */
} candidate_t;

/** A CRL that is selected so far, perhaps combined with a delta CRL; or a delta
 * CRL. */
typedef struct {
    candidate_t from;
    ocsp_table_builder_t *builder; /* its entries */
    ocsp_crl_info_t crl;
    uint32_t kind;  /* OCSP_CRL_SET_: bits */
    bool compared;  /* a delta CRL: with the complete one of its scope */
    bool went_back; /* older than one that was in use before httpd started */
} selected_t;

/** The selection so far. */
typedef struct {
    const ocsp_crl_select_input_t *in;
    int64_t last_since;             /* of in->last */
    int64_t newest_since;           /* of in->newest */
    apr_array_header_t *candidates; /* candidate_t, newest first */
    apr_hash_t *seen;               /* their names, by device and inode */
    apr_array_header_t *selected;   /* selected_t, of different scopes or
                                       signers */
    apr_array_header_t *deltas;     /* selected_t: delta CRLs, likewise */
    ocsp_crl_select_t out;          /* parts: of selected, in the same order */
    const char *other_key;          /* why a CRL is of another key, or NULL */
    const char *other_ca;           /* why it is another CA's, or NULL */
    unsigned rejected_count;
    unsigned went_back_count;
    apr_status_t status; /* of the CRL rejected last */
    bool stop;           /* nothing further may be selected */
    bool has_own;        /* a key that covers has signed a CRL without name */
    const char *why;     /* why the present candidate is rejected */
    apr_pool_t *pool;
} selection_t;

/* --- candidates ----------------------------------------------------------- */

/* The name under which a file is a candidate already, or NULL. A file that
 * cannot be found fails when it is read. */
static const char *find_seen(selection_t *s, const char *file)
{
    const char *seen;
    apr_finfo_t info = {0};
    uint64_t key[2];

    if (apr_stat(&info, file, APR_FINFO_DEV | APR_FINFO_INODE, s->pool)
        != APR_SUCCESS) {
        return NULL;
    }
    key[0] = (uint64_t)info.device;
    key[1] = (uint64_t)info.inode;
    seen = apr_hash_get(s->seen, key, sizeof(key));
    if (seen == NULL) {
        apr_hash_set(s->seen, apr_pmemdup(s->pool, key, sizeof(key)),
                     sizeof(key), file);
    }
    return seen;
}

static candidate_t *candidate_at(const selection_t *s, int i)
{
    return &APR_ARRAY_IDX(s->candidates, i, candidate_t);
}

/* In a directory, CRLs of other CAs are no fault, nor are they in a file that
 * has one of this CA. */
static void add_other_ca(selection_t *s, const candidate_t *from,
                         const char *reason)
{
    s->other_ca = reason;
    if (from->named && !from->beside_own) {
        s->out.missing = OCSP_CRL_SELECT_OTHER_CA;
        s->out.other_ca = s->out.other_ca == NULL
                            ? reason
                            : apr_pstrcat(s->pool, s->out.other_ca, "; ",
                                          reason, NULL);
    }
}

static void add_candidate(selection_t *s, const candidate_t *candidate)
{
    candidate_t *new = apr_array_push(s->candidates);

    *new = *candidate;
    new->file = ocsp_crl_print_place(&candidate->place, s->pool);
}

/* Add the CRLs that are by one of the keys from a named file. A PEM file may
 * also contain those of other CAs. */
static void add_heads(selection_t *s, const char *file,
                      const apr_array_header_t *heads)
{
    const ocsp_crl_head_t *head = (const void *)heads->elts;
    candidate_t candidate = {.named = true};
    int count = s->candidates->nelts;
    int i;

    for (i = 0; i < heads->nelts; i++) {
        candidate.beside_own |= ocsp_issuer_has_name(s->in->keys->issuer,
                                                     head[i].issuer_name);
    }
    for (i = 0; i < heads->nelts; i++) {
        candidate.place = (ocsp_crl_place_t){file, head[i].object};
        candidate.this_update = head[i].this_update;
        if (ocsp_crl_keys_has_name(s->in->keys, head[i].issuer_name,
                                   ocsp_issuer_hash_name(
                                       head[i].issuer_name))) {
            add_candidate(s, &candidate);
        }
    }
    if (s->candidates->nelts == count) {
        candidate.place.object = head->object;
        add_other_ca(s, &candidate,
                     ocsp_issuer_describe_other(
                         s->in->keys->issuer,
                         ocsp_crl_print_place(&candidate.place, s->pool),
                         head->issuer_name, s->pool));
    }
}

static apr_status_t add_named(selection_t *s, const char *file,
                              const char **why)
{
    apr_array_header_t *heads = apr_array_make(s->pool, 1,
                                               sizeof(ocsp_crl_head_t));
    const char *seen = find_seen(s, file);
    apr_status_t rv;
    int i;

    if (seen != NULL) {
        for (i = 0; i < s->candidates->nelts; i++) {
            candidate_at(s, i)->named_twice |= candidate_at(s, i)->place.file
                                            == seen;
        }
        return APR_SUCCESS;
    }
    rv = ocsp_crl_read_heads(heads, file, why, s->pool);
    if (rv == APR_SUCCESS) {
        add_heads(s, file, heads);
    }
    return rv;
}

static int compare(const void *a, const void *b)
{
    const candidate_t *left = a;
    const candidate_t *right = b;

    if (left->this_update != right->this_update) {
        return left->this_update > right->this_update ? -1 : 1;
    }
    return strcmp(left->file, right->file);
}

/* Whether a CRL is a further one in the file of the candidate found last. */
static bool is_further(const selection_t *s,
                       const ocsp_crl_directory_entry_t *entry)
{
    int n = s->candidates->nelts;

    return n > 0 && candidate_at(s, n - 1)->place.file == entry->file
        && candidate_at(s, n - 1)->place.object < entry->object;
}

static apr_status_t find_candidates(selection_t *s, const char **why)
{
    const apr_array_header_t *files = s->in->files, *found = s->in->found;
    apr_status_t rv;
    int i;

    for (i = 0; files != NULL && i < files->nelts; i++) {
        rv = add_named(s, APR_ARRAY_IDX(files, i, const char *), why);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    for (i = 0; found != NULL && i < found->nelts; i++) {
        const ocsp_crl_directory_entry_t *entry =
            APR_ARRAY_IDX(found, i, const ocsp_crl_directory_entry_t *);

        if (find_seen(s, entry->file) == NULL || is_further(s, entry)) {
            add_candidate(s,
                          &(candidate_t){.place = {entry->file, entry->object},
                                         .this_update = entry->this_update});
        }
    }
    if (s->candidates->nelts == 0) {
        *why = s->out.other_ca;
        return OCSP_EUNKNOWNCA;
    }
    qsort(s->candidates->elts, (size_t)s->candidates->nelts,
          sizeof(candidate_t), compare);
    return APR_SUCCESS;
}

/* --- checks --------------------------------------------------------------- */

/* @param which the CRL that is newer */
static apr_status_t reject_older(selection_t *s, const char *file,
                                 int64_t this_update, int64_t last,
                                 const char *which)
{
    s->why = apr_psprintf(s->pool,
                          "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                          "before %s, that of the CRL %s: put the "
                          "newest CRL there, or %s to accept this one",
                          file, ocsp_crl_print_time(this_update, s->pool),
                          ocsp_crl_print_time(last, s->pool), which,
                          s->in->consent);
    return OCSP_ESTALE;
}

/* Against the clock and, while nothing is selected, against the CRLs in use
 * that cover everything (R140). A complete CRL may be older than these if a
 * delta CRL is newer: they are checked together. */
static apr_status_t check_age(selection_t *s, const char *file,
                              int64_t this_update)
{
    if (this_update > s->in->latest) {
        s->why = apr_psprintf(s->pool,
                              "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                              "in the future: compare the clocks of the CA and "
                              "of this machine",
                              file, ocsp_crl_print_time(this_update, s->pool));
        return OCSP_ENOTYET;
    }
    return s->selected->nelts == 0 && s->deltas->nelts == 0
                && this_update < s->last_since
             ? reject_older(s, file, this_update, s->last_since, IN_USE)
             : APR_SUCCESS;
}

static apr_status_t check_order(selection_t *s, const char *file,
                                const ocsp_crl_info_t *crl)
{
    if (crl->next_update == OCSP_CRL_NO_NEXT_UPDATE
        || crl->next_update >= crl->this_update) {
        return APR_SUCCESS;
    }
    s->why = apr_psprintf(s->pool,
                          "%s: RFC 5280 section 5.1.2.5: nextUpdate %s is "
                          "before thisUpdate %s: have the CA's CRL written "
                          "again",
                          file, ocsp_crl_print_time(crl->next_update, s->pool),
                          ocsp_crl_print_time(crl->this_update, s->pool));
    return OCSP_EMALFORMED;
}

_Static_assert(sizeof(((ocsp_crl_set_part_t *)NULL)->scope.key)
                   == OCSP_ISSUER_ID_LEN,
               "the id of a signer fits");

/* CRLs of one scope by several keys are several parts: AD CS issues one for
 * each key, often at the same time. */
static ocsp_crl_set_part_t make_part(const selected_t *selected)
{
    const ocsp_crl_info_t *crl = &selected->crl;
    ocsp_crl_set_part_t part = {.scope = crl->scope,
                                .number_len = (uint32_t)crl->number_len,
                                .this_update = crl->this_update,
                                .next_update = crl->next_update,
                                .kind = selected->kind};
    size_t i;

    memcpy(part.number, crl->number, crl->number_len);
    for (i = 0;
         (part.kind & OCSP_CRL_SET_SIGNER) != 0 && i < sizeof(part.scope.key);
         i++) {
        part.scope.key[i] ^= crl->key->signer->id[i];
    }
    return part;
}

static apr_status_t reject_lower(selection_t *s, const char *file,
                                 const char *which)
{
    s->why = apr_psprintf(s->pool,
                          "%s: RFC 5280 section 5.2.3: CRLNumber is lower than "
                          "that of the CRL %s: put the newest CRL there, "
                          "or if the CA has begun to number again, %s",
                          file, which, s->in->consent);
    return OCSP_ESTALE;
}

/* Against the CRL of the same scope and signer (R140).
 * @param list the CRLs to compare with, and which ones these are */
static apr_status_t compare_with(selection_t *s, const selected_t *selected,
                                 const apr_array_header_t *list,
                                 const char *which)
{
    const ocsp_crl_set_part_t part = make_part(selected);
    int i = ocsp_crl_set_find(list, &part);
    const ocsp_crl_set_part_t *last;

    if (i < 0) {
        return APR_SUCCESS;
    }
    last = &APR_ARRAY_IDX(list, i, ocsp_crl_set_part_t);
    if (part.this_update < last->this_update) {
        return reject_older(s, selected->from.file, part.this_update,
                            last->this_update, which);
    }
    return last->number_len == 0 || part.number_len == 0
                || ocsp_crl_compare_number(part.number, part.number_len,
                                           last->number, last->number_len)
                       >= 0
             ? APR_SUCCESS
             : reject_lower(s, selected->from.file, which);
}

static apr_status_t check_last(selection_t *s, const selected_t *selected)
{
    return compare_with(s, selected, s->in->last, IN_USE);
}

/* Every delta CRL may become a part of its own. */
static apr_status_t check_room(selection_t *s, const char *file)
{
    if (s->selected->nelts + s->deltas->nelts < OCSP_TABLE_CRLS_MAX) {
        return APR_SUCCESS;
    }
    s->why = apr_psprintf(s->pool, "%s: one of more than %d CRLs for parts",
                          file, OCSP_TABLE_CRLS_MAX);
    return APR_ENOSPC;
}

/* --- selection ------------------------------------------------------------ */

static selected_t *selected_at(const selection_t *s, int i)
{
    return &APR_ARRAY_IDX(s->selected, i, selected_t);
}

static void remove_last(selection_t *s)
{
    ocsp_table_builder_free(selected_at(s, s->selected->nelts - 1)->builder);
    apr_array_pop(s->selected);
    apr_array_pop(s->out.parts);
}

/* Remove one, and keep the order of the others. */
static void remove_selected(selection_t *s, int n)
{
    const selected_t removed = *selected_at(s, n);
    ocsp_crl_set_part_t *parts = (void *)s->out.parts->elts;
    size_t behind = (size_t)(s->selected->nelts - 1 - n);

    memmove(selected_at(s, n), selected_at(s, n + 1), behind * sizeof(removed));
    memmove(parts + n, parts + n + 1, behind * sizeof(*parts));
    *selected_at(s, s->selected->nelts - 1) = removed;
    remove_last(s);
}

/* Whether an older CRL may be used in place of one from a directory: perhaps
 * that is of another key of the CA, or only adds to a complete one. */
static bool is_optional(apr_status_t rv)
{
    return rv == OCSP_EUNKNOWNCA || rv == OCSP_ESTALE || rv == OCSP_ENOTYET
        || rv == OCSP_EUNSUPPORTED || APR_STATUS_IS_ENOENT(rv);
}

static void set_missing(selection_t *s, ocsp_crl_select_missing_t missing,
                        const char *file)
{
    s->out.missing = missing;
    s->out.missing_file = file;
}

/* Add s->why to others. */
static const char *add_text(const selection_t *s, const char *reasons)
{
    return reasons == NULL ? s->why
                           : apr_pstrcat(s->pool, reasons, "; ", s->why, NULL);
}

/* Add s->why to the reasons. */
static void add_reason(selection_t *s)
{
    if (s->rejected_count++ < REJECTED_MAX || s->stop) {
        s->out.rejected = add_text(s, s->out.rejected);
    }
}

/* Reject a CRL, for s->why. */
static void reject(selection_t *s, const candidate_t *from, apr_status_t rv)
{
    s->status = rv;
    if (rv == OCSP_EOTHERKEY && !from->named) {
        /* not an error, but its scope may be another one (RFC 5280 section 5:
         * CRLs are issued for a name) */
        s->other_key = s->why;
        set_missing(s, OCSP_CRL_SELECT_OTHER_KEY, from->file);
        return;
    }
    s->stop = from->named || !is_optional(rv);
    if (rv != OCSP_ESTALE && s->out.missing == OCSP_CRL_SELECT_NONE) {
        s->out.missing = OCSP_CRL_SELECT_REJECTED;
    }
    add_reason(s);
    while (s->stop && s->selected->nelts > 0) {
        remove_last(s);
    }
}

/* Whether the selected CRL of the same scope is newer or, with the same
 * thisUpdate, has no lower number. */
static bool is_superseded(const ocsp_crl_info_t *crl,
                          const ocsp_crl_info_t *old)
{
    return crl->this_update != old->this_update
             ? crl->this_update < old->this_update
             : ocsp_crl_compare_number(crl->number, crl->number_len,
                                       old->number, old->number_len)
                   <= 0;
}

/* Read a whole CRL, unless its head is enough to reject it. Its age is checked
 * again, as the file may have been replaced since its head was read. */
static apr_status_t read_crl(selection_t *s, ocsp_table_builder_t *b,
                             ocsp_crl_info_t *crl, const candidate_t *from)
{
    apr_status_t rv = check_age(s, from->file, from->this_update);

    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read(crl, &from->place, s->in->keys,
                           ocsp_table_builder_add, b, &s->why, s->pool);
    }
    if (rv == APR_SUCCESS) {
        rv = check_order(s, from->file, crl);
    }
    return rv == APR_SUCCESS ? check_age(s, from->file, crl->this_update) : rv;
}

/* The one with the scope and the signer of a CRL, of selected or deltas; or
 * NULL. */
static selected_t *find_scope(const apr_array_header_t *list,
                              const ocsp_crl_info_t *crl)
{
    selected_t *one = (void *)list->elts;
    const selected_t *end = one + list->nelts;

    for (; one < end; one++) {
        if (memcmp(one->crl.scope.key, crl->scope.key, sizeof(crl->scope.key))
                == 0
            && ocsp_issuer_is_same(one->crl.key->signer, crl->key->signer)) {
            return one;
        }
    }
    return NULL;
}

/* Select a CRL in addition, or in place of an older one. */
static apr_status_t add_selected(selection_t *s, selected_t *same,
                                 const selected_t *new)
{
    apr_status_t rv;

    if (same != NULL) {
        ocsp_table_builder_free(same->builder);
        *same = *new;
        return APR_SUCCESS;
    }
    if ((rv = check_room(s, new->from.file)) == APR_SUCCESS) {
        APR_ARRAY_PUSH(s->selected, selected_t) = *new;
        APR_ARRAY_PUSH(s->out.parts, ocsp_crl_set_part_t) = make_part(new);
    }
    return rv;
}

/* Select a complete CRL, unless a newer one of its scope is selected. */
static apr_status_t add_complete(selection_t *s, const selected_t *new)
{
    selected_t *same = find_scope(s->selected, &new->crl);

    if (same != NULL && is_superseded(&new->crl, &same->crl)) {
        if (new->from.named) {
            set_missing(s, OCSP_CRL_SELECT_SAME_SCOPE, new->from.file);
        }
        ocsp_table_builder_free(new->builder);
        return APR_SUCCESS;
    }
    if (new->crl.removals > 0) {
        ocsp_table_builder_revoke_removed(new->builder);
    }
    return add_selected(s, same, new);
}

/* Keep a delta CRL, unless there is a newer one of its scope (R157). */
static apr_status_t add_delta(selection_t *s, const selected_t *new)
{
    selected_t *same = find_scope(s->deltas, &new->crl);
    apr_status_t rv = APR_SUCCESS;

    if (same != NULL && is_superseded(&new->crl, &same->crl)) {
        ocsp_table_builder_free(new->builder);
    }
    else if (same != NULL) {
        ocsp_table_builder_free(same->builder);
        *same = *new;
    }
    else if ((rv = check_room(s, new->from.file)) == APR_SUCCESS) {
        APR_ARRAY_PUSH(s->deltas, selected_t) = *new;
    }
    return rv;
}

/* Note by whom a CRL is. */
static void set_signer(selection_t *s, selected_t *new)
{
    const ocsp_crl_info_t *crl = &new->crl;

    new->kind = (crl->key->kind != OCSP_CRL_KEYS_OWN ? OCSP_CRL_SET_SIGNER : 0)
              | (crl->key->covers ? 0 : OCSP_CRL_SET_OTHER_KEY);
    s->has_own = s->has_own
              || (crl->key->covers
                  && (crl->scope.bits & OCSP_CRL_EXT_SCOPE_NAME) == 0);
}

static void try_candidate(selection_t *s, const candidate_t *from)
{
    selected_t new = {.from = *from,
                      .builder = ocsp_table_builder_make(s->pool)};
    apr_status_t rv = read_crl(s, new.builder, &new.crl, from);

    if (rv == APR_SUCCESS) {
        set_signer(s, &new);
        rv = new.crl.base_len > 0 ? add_delta(s, &new) : add_complete(s, &new);
    }
    if (rv == APR_SUCCESS) {
        if (from->named_twice) {
            set_missing(s, OCSP_CRL_SELECT_NAMED_TWICE, from->file);
        }
        return;
    }
    ocsp_table_builder_free(new.builder);
    if (rv == OCSP_EOTHERCA) {
        add_other_ca(s, from, s->why);
        return;
    }
    reject(s, from, rv);
}

/* --- delta CRLs ----------------------------------------------------------- */

/* Apply the entries of a delta CRL to those of a complete one. */
static apr_status_t apply(selection_t *s, ocsp_table_builder_t *b,
                          const selected_t *delta)
{
    s->out.repeats += ocsp_table_builder_finish(b).repeats;
    s->out.repeats += ocsp_table_builder_finish(delta->builder).repeats;
    return ocsp_table_builder_apply(b, delta->builder, &s->why);
}

/* @param base the complete CRL of its scope, or NULL */
static void report_unfit(selection_t *s, const ocsp_crl_info_t *base,
                         const selected_t *delta)
{
    s->why = ocsp_crl_delta_describe_unfit(base, &delta->crl, delta->from.file,
                                           s->pool);
    add_reason(s);
    if (s->out.missing == OCSP_CRL_SELECT_NONE) {
        s->out.missing = OCSP_CRL_SELECT_REJECTED;
    }
}

/* Add the revocations of a delta CRL to those of a complete one with which it
 * cannot be combined. They are certain, but others are missing (R155). */
static apr_status_t join_unfit(selection_t *s, selected_t *base,
                               const selected_t *delta)
{
    ocsp_table_builder_t *revoked = ocsp_table_builder_make(s->pool);
    int64_t next_update = base->crl.next_update;
    apr_status_t rv = apply(s, revoked, delta);

    if (rv == APR_SUCCESS) {
        rv = ocsp_table_builder_join(base->builder, revoked, &s->why);
    }
    ocsp_table_builder_free(revoked);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    report_unfit(s, &base->crl, delta);
    ocsp_crl_delta_combine(&base->crl, &delta->crl);
    if (next_update < base->crl.next_update) {
        base->crl.next_update = next_update;
    }
    base->kind |= OCSP_CRL_SET_LISTED;
    return APR_SUCCESS;
}

/* Combine a complete CRL with the delta CRL of its scope, if that is newer. */
static apr_status_t combine(selection_t *s, selected_t *base)
{
    selected_t *delta = find_scope(s->deltas, &base->crl);
    apr_status_t rv = APR_SUCCESS;

    if (delta == NULL) {
        return APR_SUCCESS;
    }
    delta->compared = true;
    switch (ocsp_crl_delta_compare(&base->crl, &delta->crl)) {
    case OCSP_CRL_DELTA_OLD:
        break;
    case OCSP_CRL_DELTA_FITS:
        rv = apply(s, base->builder, delta);
        ocsp_crl_delta_combine(&base->crl, &delta->crl);
        base->from.file = delta->from.file;
        base->from.named = base->from.named || delta->from.named;
        break;
    case OCSP_CRL_DELTA_UNFIT:
        rv = join_unfit(s, base, delta);
        break;
    }
    return rv;
}

/* Whether a newer CRL is selected, but for those that went back. */
static bool has_newer_than(const selection_t *s, int64_t this_update)
{
    int i = s->selected->nelts - 1;

    while (i >= 0
           && (selected_at(s, i)->went_back
               || selected_at(s, i)->crl.this_update <= this_update)) {
        i--;
    }
    return i >= 0;
}

/* Against the newest CRLs that were in use before httpd started, which may not
 * be there any more: of its scope and signer, and those that covered
 * everything. */
static apr_status_t check_newest(selection_t *s, const selected_t *selected,
                                 bool is_first)
{
    const int64_t this_update = selected->crl.this_update;
    apr_status_t rv = s->in->newest != NULL
                        ? compare_with(s, selected, s->in->newest, BEFORE)
                        : APR_SUCCESS;

    return rv == APR_SUCCESS && this_update < s->newest_since && is_first
             ? reject_older(s, selected->from.file, this_update,
                            s->newest_since, BEFORE)
             : rv;
}

/* A CRL that went back, such as one restored from a backup, lists revocations,
 * and covers nothing: certificates may be revoked that it does not list. */
static void go_back(selection_t *s, selected_t *selected)
{
    selected->went_back = true;
    selected->kind |= OCSP_CRL_SET_LISTED;
    if (s->out.missing == OCSP_CRL_SELECT_NONE) {
        s->out.missing = OCSP_CRL_SELECT_REJECTED;
    }
    if (s->went_back_count++ < REJECTED_MAX) {
        s->out.went_back = add_text(s, s->out.went_back);
    }
}

/* Complete the CRLs with this thisUpdate: all newer delta CRLs have been read,
 * and of each scope the CRL with the highest number. */
static void combine_all(selection_t *s, int64_t this_update)
{
    const bool is_first = !has_newer_than(s, this_update);
    int i = 0;

    while (i < s->selected->nelts) {
        selected_t *selected = selected_at(s, i);
        candidate_t from = selected->from;
        apr_status_t rv = APR_SUCCESS;

        if (from.this_update == this_update
            && (rv = combine(s, selected)) == APR_SUCCESS) {
            from = selected->from;
            rv = check_last(s, selected);
            if (rv == APR_SUCCESS && (selected->kind & OCSP_CRL_SET_LISTED) == 0
                && check_newest(s, selected, is_first) != APR_SUCCESS) {
                go_back(s, selected);
            }
            APR_ARRAY_IDX(s->out.parts, i,
                          ocsp_crl_set_part_t) = make_part(selected);
        }
        if (rv == APR_SUCCESS) {
            i++;
            continue;
        }
        remove_selected(s, i);
        reject(s, &from, rv);
    }
}

/* Select the revocations of a delta CRL without a complete CRL of its scope
 * (R155). */
static apr_status_t add_lone(selection_t *s, const selected_t *delta)
{
    selected_t new = *delta;
    apr_status_t rv;

    new.kind |= OCSP_CRL_SET_LISTED;
    new.crl.removals = 0; /* only those of complete CRLs are warned of */
    new.builder = ocsp_table_builder_make(s->pool);
    if ((rv = apply(s, new.builder, delta)) != APR_SUCCESS
        || (rv = check_last(s, &new)) != APR_SUCCESS
        || (rv = add_selected(s, NULL, &new)) != APR_SUCCESS) {
        ocsp_table_builder_free(new.builder);
    }
    return rv;
}

/* Select delta CRLs without a complete CRL of their scope, unless others, which
 * are newer, cover every certificate. A complete CRL with which they were not
 * compared is newer, too. */
static void add_lone_deltas(selection_t *s)
{
    int i;

    for (i = 0; i < s->deltas->nelts && !s->stop; i++) {
        const selected_t *delta = &APR_ARRAY_IDX(s->deltas, i, selected_t);
        apr_status_t rv;

        if (delta->compared || delta->crl.this_update < s->out.since
            || find_scope(s->selected, &delta->crl) != NULL) {
            continue;
        }
        if ((rv = add_lone(s, delta)) != APR_SUCCESS) {
            reject(s, &delta->from, rv);
        }
        else if (s->out.since == OCSP_CRL_SET_PARTIAL) {
            report_unfit(s, NULL, delta);
        }
    }
}

static void free_deltas(selection_t *s)
{
    int i;

    for (i = 0; i < s->deltas->nelts; i++) {
        ocsp_table_builder_free(
            APR_ARRAY_IDX(s->deltas, i, selected_t).builder);
    }
}

static void select_crls(selection_t *s)
{
    int i = 0;

    while (i < s->candidates->nelts && !s->stop
           && s->out.since == OCSP_CRL_SET_PARTIAL) {
        int64_t this_update = candidate_at(s, i)->this_update;

        for (; i < s->candidates->nelts && !s->stop
               && candidate_at(s, i)->this_update == this_update;
             i++) {
            try_candidate(s, candidate_at(s, i));
        }
        combine_all(s, this_update);
        s->out.since = ocsp_crl_set_find_since(s->out.parts);
    }
    add_lone_deltas(s);
    free_deltas(s);
    if (s->rejected_count > REJECTED_MAX) {
        s->out.rejected = apr_psprintf(s->pool,
                                       "%s; %u CRLs were rejected in all",
                                       s->out.rejected, s->rejected_count);
    }
}

/* Whether a CRL in use is the CA's own, and its scope is not a distribution
 * point alone. */
static bool has_own_last(const selection_t *s)
{
    const ocsp_crl_set_part_t *part = (const void *)s->in->last->elts;
    const ocsp_crl_set_part_t *end = part + s->in->last->nelts;

    while (part < end
           && ((part->kind & OCSP_CRL_SET_SIGNER) != 0
               || (part->scope.bits & OCSP_CRL_EXT_SCOPE_NAME) != 0)) {
        part++;
    }
    return part < end;
}

/* A CA that renews its key with a self-issued certificate issues one CRL for
 * its name: it covers the certificates under the other key, too. With AD CS,
 * which also issues such certificates, each key has a CRL of its own, so this
 * is so only if the CA's own key has none, and none may be missing. */
static void use_linked(selection_t *s)
{
    const ocsp_crl_keys_t *keys = s->in->keys;
    int i;

    if (s->out.since != OCSP_CRL_SET_PARTIAL || s->has_own || has_own_last(s)
        || s->out.missing != OCSP_CRL_SELECT_NONE || s->in->unreadable
        || keys->scope != OCSP_CRL_KEYS_SCOPE_AUTO) {
        return;
    }
    for (i = 0; i < s->selected->nelts; i++) {
        const ocsp_crl_keys_key_t *key = selected_at(s, i)->crl.key;

        if (!key->covers && ocsp_issuer_is_linked(keys->issuer, key->signer)) {
            APR_ARRAY_IDX(s->out.parts, i, ocsp_crl_set_part_t).kind &=
                ~OCSP_CRL_SET_OTHER_KEY;
        }
    }
    s->out.since = ocsp_crl_set_find_since(s->out.parts);
}

/* Find out whether all selected CRLs are for certificates under other keys. */
static void find_own(selection_t *s)
{
    bool found = false;
    int i;

    for (i = 0; i < s->out.parts->nelts && !found; i++) {
        found = (APR_ARRAY_IDX(s->out.parts, i, ocsp_crl_set_part_t).kind
                 & OCSP_CRL_SET_OTHER_KEY)
             == 0;
    }
    if (!found) {
        s->out.missing = OCSP_CRL_SELECT_NO_OWN;
    }
}

/* Join the entries of all selected CRLs, and what else they have. */
static apr_status_t join(selection_t *s, const char **why)
{
    ocsp_crl_info_t *sum = &s->out.crl;
    apr_status_t rv = APR_SUCCESS;
    int i;

    *sum = selected_at(s, 0)->crl;
    s->out.file = selected_at(s, 0)->from.file;
    s->out.builder = selected_at(s, 0)->builder;
    for (i = 1; i < s->selected->nelts && rv == APR_SUCCESS; i++) {
        const ocsp_crl_info_t *crl = &selected_at(s, i)->crl;

        sum->this_update = crl->this_update < sum->this_update
                             ? crl->this_update
                             : sum->this_update;
        sum->next_update = crl->next_update < sum->next_update
                             ? crl->next_update
                             : sum->next_update;
        sum->entries += crl->entries;
        sum->removals += crl->removals;
        sum->sha1 = sum->sha1 || crl->sha1;
        sum->number_len = 0;
        rv = ocsp_table_builder_join(s->out.builder, selected_at(s, i)->builder,
                                     why);
        ocsp_table_builder_free(selected_at(s, i)->builder);
    }
    return rv;
}

apr_status_t ocsp_crl_select_make(ocsp_crl_select_t *out,
                                  const ocsp_crl_select_input_t *in,
                                  const char **why, apr_pool_t *p)
{
    selection_t s = {
        .in = in,
        .last_since = ocsp_crl_set_find_since(in->last),
        .newest_since = in->newest != NULL ? ocsp_crl_set_find_since(in->newest)
                                           : OCSP_CRL_SET_PARTIAL,
        .candidates = apr_array_make(p, 8, sizeof(candidate_t)),
        .seen = apr_hash_make(p),
        .selected = apr_array_make(p, 1, sizeof(selected_t)),
        .deltas = apr_array_make(p, 1, sizeof(selected_t)),
        .out = {.parts = apr_array_make(p, 1, sizeof(ocsp_crl_set_part_t)),
                .since = OCSP_CRL_SET_PARTIAL},
        .status = OCSP_EUNKNOWNCA,
        .pool = p};
    apr_status_t rv = find_candidates(&s, why);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    select_crls(&s);
    if (s.selected->nelts == 0) {
        *why = s.out.rejected != NULL ? s.out.rejected
             : s.other_key != NULL    ? s.other_key
                                      : s.other_ca;
        return s.status;
    }
    use_linked(&s);
    find_own(&s);
    rv = join(&s, why);
    if (rv == APR_SUCCESS) {
        *out = s.out;
    }
    return rv;
}
