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

#include "status/crl_directory.h"
#include "status/crl_select.h"
#include "status/crl_set.h"

/* So many rejected CRLs are named in a reason. */
#define REJECTED_MAX 3

/** A CRL that may be selected. */
typedef struct {
    const char *file;
    int64_t this_update; /* of its head: unverified */
    bool named;          /* for this issuer; false: found in a directory */
    bool named_twice;    /* by the same name, or through a link */
} candidate_t;

/** A CRL that is selected so far. */
typedef struct {
    candidate_t from;
    ocsp_table_builder_t *builder; /* its entries */
    ocsp_crl_info_t crl;
    uint32_t kind;                   /* OCSP_CRL_SET_ */
    const ocsp_crl_set_part_t *last; /* in use, of the same scope and signer; or
                                        NULL */
} selected_t;

/** The selection so far. */
typedef struct {
    const ocsp_crl_select_input_t *in;
    int64_t last_since;             /* of in->last */
    apr_array_header_t *candidates; /* candidate_t, newest first */
    apr_hash_t *seen;               /* their names, by device and inode */
    apr_array_header_t *selected;   /* selected_t, of different scopes */
    ocsp_crl_select_t out;          /* parts: of selected, in the same order */
    const char *other_key;          /* why a CRL is of another key, or NULL */
    const char *other_ca;           /* why it is another CA's, or NULL */
    unsigned rejected_count;
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

/* In a directory, CRLs of other CAs are no fault. */
static void add_other_ca(selection_t *s, const candidate_t *from,
                         const char *reason)
{
    s->other_ca = reason;
    if (from->named) {
        s->out.missing = OCSP_CRL_SELECT_OTHER_CA;
        s->out.other_ca = s->out.other_ca == NULL
                            ? reason
                            : apr_pstrcat(s->pool, s->out.other_ca, "; ",
                                          reason, NULL);
    }
}

static apr_status_t add_named(selection_t *s, const char *file,
                              const char **why)
{
    candidate_t candidate = {.file = file, .named = true};
    const char *seen = find_seen(s, file);
    ocsp_der_t name;
    apr_status_t rv;
    int i;

    if (seen != NULL) {
        for (i = 0; i < s->candidates->nelts; i++) {
            candidate_at(s, i)->named_twice |= candidate_at(s, i)->file == seen;
        }
        return APR_SUCCESS;
    }
    rv = ocsp_crl_read_head(&name, &candidate.this_update, file, why, s->pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (ocsp_crl_keys_has_name(s->in->keys, name,
                               ocsp_issuer_hash_name(name))) {
        APR_ARRAY_PUSH(s->candidates, candidate_t) = candidate;
    }
    else {
        add_other_ca(s, &candidate,
                     ocsp_issuer_describe_other(s->in->keys->issuer, file, name,
                                                s->pool));
    }
    return APR_SUCCESS;
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

        if (find_seen(s, entry->file) == NULL) {
            APR_ARRAY_PUSH(s->candidates, candidate_t) = (candidate_t){
                .file = entry->file, .this_update = entry->this_update};
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

static apr_status_t reject_older(selection_t *s, const char *file,
                                 int64_t this_update, int64_t last)
{
    s->why = apr_psprintf(s->pool,
                          "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                          "before %s, that of the CRL in use: put the "
                          "newest CRL there, or stop httpd and start it again "
                          "to accept this one",
                          file, ocsp_crl_print_time(this_update, s->pool),
                          ocsp_crl_print_time(last, s->pool));
    return OCSP_ESTALE;
}

/* Against the clock and, while nothing is selected, against the CRLs in use
 * that cover everything (R140). */
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
    return s->selected->nelts == 0 && this_update < s->last_since
             ? reject_older(s, file, this_update, s->last_since)
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

/* The CRL in use of the same scope and signer, or NULL. */
static const ocsp_crl_set_part_t *find_last(const selection_t *s,
                                            const ocsp_crl_set_part_t *part)
{
    int i = ocsp_crl_set_find(s->in->last, part);

    return i < 0 ? NULL : &APR_ARRAY_IDX(s->in->last, i, ocsp_crl_set_part_t);
}

/* Against the CRL in use of the same scope (R140), and the limit. */
static apr_status_t check_scope(selection_t *s, const char *file,
                                const ocsp_crl_info_t *crl,
                                const ocsp_crl_set_part_t *last)
{
    if (last != NULL && crl->this_update < last->this_update) {
        return reject_older(s, file, crl->this_update, last->this_update);
    }
    if (s->selected->nelts == OCSP_TABLE_CRLS_MAX) {
        s->why = apr_psprintf(s->pool, "%s: one of more than %d CRLs for parts",
                              file, OCSP_TABLE_CRLS_MAX);
        return APR_ENOSPC;
    }
    return APR_SUCCESS;
}

/* Against the CRL in use of the same scope (R140). */
static apr_status_t check_number(selection_t *s, const selected_t *selected)
{
    const ocsp_crl_info_t *crl = &selected->crl;
    const ocsp_crl_set_part_t *last = selected->last;

    if (last == NULL || last->number_len == 0 || crl->number_len == 0
        || ocsp_crl_compare_number(crl->number, crl->number_len, last->number,
                                   last->number_len)
               >= 0) {
        return APR_SUCCESS;
    }
    s->why = apr_psprintf(s->pool,
                          "%s: RFC 5280 section 5.2.3: CRLNumber is lower than "
                          "that of the CRL in use: put the newest CRL there, "
                          "or if the CA has begun to number again, stop httpd "
                          "and start it again",
                          selected->from.file);
    return OCSP_ESTALE;
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
    if (s->rejected_count++ < REJECTED_MAX || s->stop) {
        s->out.rejected = s->out.rejected == NULL
                            ? s->why
                            : apr_pstrcat(s->pool, s->out.rejected, "; ",
                                          s->why, NULL);
    }
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
        rv = ocsp_crl_read(crl, from->file, s->in->keys, ocsp_table_builder_add,
                           b, &s->why, s->pool);
    }
    if (rv == APR_SUCCESS) {
        rv = check_order(s, from->file, crl);
    }
    return rv == APR_SUCCESS ? check_age(s, from->file, crl->this_update) : rv;
}

/* Add a CRL, or replace the i-th, which has the same scope and signer. */
static void add_selected(selection_t *s, int i, const selected_t *new)
{
    if (i < 0) {
        i = s->selected->nelts;
        apr_array_push(s->selected);
        apr_array_push(s->out.parts);
    }
    else {
        ocsp_table_builder_free(selected_at(s, i)->builder);
    }
    *selected_at(s, i) = *new;
    APR_ARRAY_IDX(s->out.parts, i, ocsp_crl_set_part_t) = make_part(new);
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
    ocsp_crl_set_part_t part;
    int same = -1; /* the selected CRL of the same scope and signer */

    if (rv == APR_SUCCESS) {
        set_signer(s, &new);
        part = make_part(&new);
        same = ocsp_crl_set_find(s->out.parts, &part);
    }
    if (same >= 0 && is_superseded(&new.crl, &selected_at(s, same)->crl)) {
        if (from->named) {
            set_missing(s, OCSP_CRL_SELECT_SAME_SCOPE, from->file);
        }
        ocsp_table_builder_free(new.builder);
        return;
    }
    if (rv == APR_SUCCESS) {
        new.last = find_last(s, &part);
        rv = check_scope(s, from->file, &new.crl, new.last);
    }
    if (rv == APR_SUCCESS) {
        if (from->named_twice) {
            set_missing(s, OCSP_CRL_SELECT_NAMED_TWICE, from->file);
        }
        add_selected(s, same, &new);
        return;
    }
    ocsp_table_builder_free(new.builder);
    if (rv == OCSP_EOTHERCA) {
        add_other_ca(s, from, s->why);
        return;
    }
    reject(s, from, rv);
}

/* Check the numbers of the CRLs with this thisUpdate, once the highest of each
 * scope is selected. */
static void check_numbers(selection_t *s, int64_t this_update)
{
    int i = 0;

    while (i < s->selected->nelts) {
        const selected_t selected = *selected_at(s, i);
        apr_status_t rv = selected.from.this_update == this_update
                            ? check_number(s, &selected)
                            : APR_SUCCESS;

        if (rv == APR_SUCCESS) {
            i++;
            continue;
        }
        remove_selected(s, i);
        reject(s, &selected.from, rv);
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
        check_numbers(s, this_update);
        s->out.since = ocsp_crl_set_find_since(s->out.parts);
    }
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
        .candidates = apr_array_make(p, 8, sizeof(candidate_t)),
        .seen = apr_hash_make(p),
        .selected = apr_array_make(p, 1, sizeof(selected_t)),
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
