/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See choice.h.
 */
#include <apr_strings.h>

#include "status/crl_candidate.h"
#include "status/crl_select.h"

/** Of the CRLs that cannot be taken, so many are named. */
#define PASSED_MAX 3

/** One CRL that counts so far. */
typedef struct {
    ocsp_crl_candidate_t from;
    ocsp_table_builder_t *builder; /* its entries */
    ocsp_crl_info_t crl;
} taken_t;

/** The choice so far. */
typedef struct {
    const ocsp_crl_select_rules_t *rules;
    apr_array_header_t *taken; /* taken_t, each of another scope */
    apr_array_header_t *parts; /* ocsp_crl_set_part_t: what they are */
    const char
        *passed_over;   /* reasons of those that cannot be taken, or NULL */
    const char *others; /* reason of one that is another key's, or NULL */
    const char *doubt;  /* NULL, or why there may be gaps */
    unsigned passed_count;
    apr_status_t status; /* of the last of them */
    bool gaps;           /* one of them may be of a scope of its own */
    bool ended;          /* nothing further may be taken */
    const char *why;     /* of the present one */
    apr_pool_t *pool;
} choice_t;

static taken_t *taken_at(const choice_t *c, int i)
{
    return &APR_ARRAY_IDX(c->taken, i, taken_t);
}

/* What covers every certificate, of when: whatever is older is superseded. */
static bool covers(const choice_t *c)
{
    int64_t since;

    return ocsp_crl_set_covers(&since, c->parts);
}

static apr_status_t refuse_older(choice_t *c, const char *file,
                                 int64_t this_update, int64_t last)
{
    c->why = apr_psprintf(c->pool,
                          "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                          "before %s, that of the CRL in use: put the "
                          "newest CRL there",
                          file, ocsp_crl_print_time(this_update, c->pool),
                          ocsp_crl_print_time(last, c->pool));
    return OCSP_ESTALE;
}

/* Against the clock and, while nothing has been taken, against what covered
 * everything (R140). */
static apr_status_t check_age(choice_t *c, const char *file,
                              int64_t this_update)
{
    int64_t since;

    if (this_update > c->rules->latest) {
        c->why = apr_psprintf(c->pool,
                              "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                              "in the future: compare the clocks of the CA and "
                              "of this machine",
                              file, ocsp_crl_print_time(this_update, c->pool));
        return OCSP_ENOTYET;
    }
    return c->taken->nelts == 0 && ocsp_crl_set_covers(&since, c->rules->last)
                && this_update < since
             ? refuse_older(c, file, this_update, since)
             : APR_SUCCESS;
}

/* Against the one in use of the same scope (R140). */
static apr_status_t check_scope(choice_t *c, const char *file,
                                const ocsp_crl_info_t *crl)
{
    const ocsp_crl_set_part_t *last = ocsp_crl_set_find(c->rules->last,
                                                        &crl->scope);

    return last != NULL && crl->this_update < last->this_update
             ? refuse_older(c, file, crl->this_update, last->this_update)
             : APR_SUCCESS;
}

static apr_status_t check_order(choice_t *c, const char *file,
                                const ocsp_crl_info_t *crl)
{
    if (crl->next_update == OCSP_CRL_NO_NEXT_UPDATE
        || crl->next_update >= crl->this_update) {
        return APR_SUCCESS;
    }
    c->why = apr_psprintf(c->pool,
                          "%s: RFC 5280 section 5.1.2.5: nextUpdate %s is "
                          "before thisUpdate %s: have the CA's CRL written "
                          "again",
                          file, ocsp_crl_print_time(crl->next_update, c->pool),
                          ocsp_crl_print_time(crl->this_update, c->pool));
    return OCSP_EMALFORMED;
}

/* Of the best alone: others of its time may have lower numbers (R140). */
static apr_status_t check_number(choice_t *c, const taken_t *t)
{
    const ocsp_crl_set_part_t *last = ocsp_crl_set_find(c->rules->last,
                                                        &t->crl.scope);

    if (last == NULL || last->number_len == 0 || t->crl.number_len == 0
        || ocsp_crl_compare_number(t->crl.number, t->crl.number_len,
                                   last->number, last->number_len)
               >= 0) {
        return APR_SUCCESS;
    }
    c->why = apr_psprintf(c->pool,
                          "%s: RFC 5280 section 5.2.3: CRLNumber is lower than "
                          "that of the CRL in use (if the CA began to number "
                          "anew, stop and start httpd): put the newest CRL "
                          "there",
                          t->from.file);
    return OCSP_ESTALE;
}

/* Forget the n-th that was taken. */
static void drop(choice_t *c, int n)
{
    int i;

    ocsp_table_builder_free(taken_at(c, n)->builder);
    for (i = n + 1; i < c->taken->nelts; i++) {
        *taken_at(c, i - 1) = *taken_at(c, i);
        APR_ARRAY_IDX(c->parts, i - 1,
                      ocsp_crl_set_part_t) = APR_ARRAY_IDX(c->parts, i,
                                                           ocsp_crl_set_part_t);
    }
    c->taken->nelts--;
    c->parts->nelts--;
}

static void drop_all(choice_t *c)
{
    while (c->taken->nelts > 0) {
        drop(c, c->taken->nelts - 1);
    }
}

/* What a found CRL may be without being this key's next one: perhaps of another
 * key of the CA's name, of another clock, of a kind that only adds to a
 * complete one; or gone since it was found. */
static bool may_be_passed(apr_status_t rv)
{
    return rv == OCSP_EUNKNOWNCA || rv == OCSP_ESTALE || rv == OCSP_ENOTYET
        || rv == OCSP_EUNSUPPORTED || APR_STATUS_IS_ENOENT(rv);
}

/*
 * A CRL cannot be taken, as c->why says. If it was named, or is broken or
 * cannot be read, nothing else is taken: an older CRL would hide revocations.
 */
static void pass_over(choice_t *c, const ocsp_crl_candidate_t *from,
                      apr_status_t rv)
{
    c->status = rv;
    if (rv == OCSP_EOTHERKEY && !from->named) {
        /* no older one of this key is taken instead; but where parts are all
         * there is, it may be one of them (RFC 5280 section 5: CRLs are of a
         * name) */
        c->others = c->why;
        c->doubt = c->why;
        return;
    }
    c->ended = from->named || !may_be_passed(rv);
    c->gaps = c->gaps || rv != OCSP_ESTALE; /* which leaves a newer one */
    if (c->passed_count++ < PASSED_MAX || c->ended) {
        c->passed_over = c->passed_over == NULL
                           ? c->why
                           : apr_pstrcat(c->pool, c->passed_over, "; ", c->why,
                                         NULL);
    }
    if (c->ended) {
        drop_all(c);
    }
}

/* Which of those that were taken is of the same scope; -1: none. */
static int find_taken(const choice_t *c, const ocsp_crl_info_t *crl)
{
    const ocsp_crl_set_part_t *part = ocsp_crl_set_find(c->parts, &crl->scope);

    return part == NULL ? -1
                        : (int)(part
                                - (const ocsp_crl_set_part_t *)(const void *)
                                      c->parts->elts);
}

/* Of one scope the newest counts, of one time the highest number, else the
 * first. */
static bool is_superseded(const choice_t *c, const ocsp_crl_info_t *crl)
{
    int i = find_taken(c, crl);
    const ocsp_crl_info_t *old;

    if (i < 0) {
        return false;
    }
    old = &taken_at(c, i)->crl;
    return crl->this_update != old->this_update
             ? crl->this_update < old->this_update
             : ocsp_crl_compare_number(crl->number, crl->number_len,
                                       old->number, old->number_len)
                   <= 0;
}

/* Read one CRL through, if its head is worth it. The head of a file that was
 * replaced meanwhile was another, so what is read is judged again. */
static apr_status_t read_whole(choice_t *c, ocsp_table_builder_t *b,
                               ocsp_crl_info_t *crl,
                               const ocsp_crl_candidate_t *from)
{
    apr_status_t rv = check_age(c, from->file, from->this_update);

    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read(crl, from->file, c->rules->issuer,
                           ocsp_table_builder_add, b, &c->why, c->pool);
    }
    if (rv == APR_SUCCESS) {
        rv = check_order(c, from->file, crl);
    }
    return rv == APR_SUCCESS ? check_age(c, from->file, crl->this_update) : rv;
}

static apr_status_t ignore_entry(void *ctx, const unsigned char *serial,
                                 size_t serial_len, int64_t time, int reason,
                                 const char **why)
{
    return APR_SUCCESS;
}

/* Whether it is the CRL of another key of the CA's name, for which another
 * issuer is configured. Where neither an authorityKeyIdentifier nor the
 * algorithm tells, a good signature does. */
static bool is_namesakes(const choice_t *c, const char *file)
{
    const apr_array_header_t *all = c->rules->namesakes;
    bool found = false;
    int i;

    for (i = 0; all != NULL && i < all->nelts && !found; i++) {
        const ocsp_issuer_t *other = APR_ARRAY_IDX(all, i,
                                                   const ocsp_issuer_t *);
        ocsp_crl_info_t crl;
        const char *why;

        found = !ocsp_issuer_is_same(other, c->rules->issuer)
             && ocsp_crl_read(&crl, file, other, ignore_entry, NULL, &why,
                              c->pool)
                    == APR_SUCCESS;
    }
    return found;
}

/* Whether it may stand beside those that were taken. */
static apr_status_t check_place(choice_t *c, const char *file,
                                const ocsp_crl_info_t *crl)
{
    apr_status_t rv = check_scope(c, file, crl);

    if (rv == APR_SUCCESS && c->taken->nelts == OCSP_TABLE_CRLS_MAX) {
        c->why = apr_psprintf(c->pool, "%s: one of more than %d parts of a CRL",
                              file, OCSP_TABLE_CRLS_MAX);
        return APR_ENOSPC;
    }
    return rv;
}

static void take(choice_t *c, const ocsp_crl_candidate_t *from,
                 ocsp_table_builder_t *b, const ocsp_crl_info_t *crl)
{
    const taken_t new = {*from, b, *crl};
    int i = find_taken(c, crl);

    if (i < 0) {
        APR_ARRAY_PUSH(c->taken, taken_t) = new;
        APR_ARRAY_PUSH(c->parts,
                       ocsp_crl_set_part_t) = ocsp_crl_set_make_part(crl);
        return;
    }
    ocsp_table_builder_free(taken_at(c, i)->builder);
    *taken_at(c, i) = new;
    APR_ARRAY_IDX(c->parts, i,
                  ocsp_crl_set_part_t) = ocsp_crl_set_make_part(crl);
}

static void try_one(choice_t *c, const ocsp_crl_candidate_t *from)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(c->pool);
    ocsp_crl_info_t crl;
    apr_status_t rv = read_whole(c, b, &crl, from);

    if (rv == APR_SUCCESS && is_superseded(c, &crl)) {
        if (from->named) { /* perhaps a part of another name was meant */
            c->doubt = apr_pstrcat(c->pool, from->file,
                                   ": is no newer than another CRL of its "
                                   "scope",
                                   NULL);
        }
        ocsp_table_builder_free(b);
        return;
    }
    if (rv == APR_SUCCESS) {
        rv = check_place(c, from->file, &crl);
    }
    if (rv != APR_SUCCESS) {
        ocsp_table_builder_free(b);
        if (!from->named && (rv == OCSP_EUNKNOWNCA || rv == OCSP_ENOTYET)
            && is_namesakes(c, from->file)) {
            rv = OCSP_EOTHERKEY;
        }
        pass_over(c, from, rv);
        return;
    }
    if (from->twice) { /* likewise */
        c->doubt = apr_pstrcat(c->pool, from->file, ": is named twice", NULL);
    }
    take(c, from, b, &crl);
}

/* What was taken at a time has its best number now. */
static void check_numbers(choice_t *c, int64_t time)
{
    int i = 0;

    while (i < c->taken->nelts) {
        const taken_t t = *taken_at(c, i);
        apr_status_t rv = t.from.this_update == time ? check_number(c, &t)
                                                     : APR_SUCCESS;

        if (rv == APR_SUCCESS) {
            i++;
            continue;
        }
        drop(c, i);
        pass_over(c, &t.from, rv);
    }
}

/* All CRLs of the time of the one at first: where the next time begins. */
static int try_time(choice_t *c, const apr_array_header_t *candidates,
                    int first)
{
    const ocsp_crl_candidate_t *from = &APR_ARRAY_IDX(candidates, first,
                                                      ocsp_crl_candidate_t);
    int64_t time = from->this_update;
    int i = first;

    while (from->this_update == time) {
        try_one(c, from);
        i++;
        if (c->ended || i == candidates->nelts) {
            break;
        }
        from = &APR_ARRAY_IDX(candidates, i, ocsp_crl_candidate_t);
    }
    check_numbers(c, time);
    return i;
}

/* What all that was taken says together. */
static void sum_up(ocsp_crl_select_t *out, const choice_t *c)
{
    ocsp_crl_info_t *sum = &out->crl;
    int i;

    *sum = taken_at(c, 0)->crl;
    for (i = 1; i < c->taken->nelts; i++) {
        const ocsp_crl_info_t *crl = &taken_at(c, i)->crl;

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
    }
}

/* All entries into the first one's builder. */
static apr_status_t join(const choice_t *c, const char **why)
{
    ocsp_table_builder_t *all = taken_at(c, 0)->builder;
    apr_status_t rv = APR_SUCCESS;
    int i;

    for (i = 1; i < c->taken->nelts && rv == APR_SUCCESS; i++) {
        rv = ocsp_table_builder_join(all, taken_at(c, i)->builder, why);
        ocsp_table_builder_free(taken_at(c, i)->builder);
    }
    return rv;
}

apr_status_t ocsp_crl_select_make(ocsp_crl_select_t *out,
                                  const apr_array_header_t *candidates,
                                  const ocsp_crl_select_rules_t *rules,
                                  const char **why, apr_pool_t *p)
{
    choice_t c = {.rules = rules,
                  .taken = apr_array_make(p, 1, sizeof(taken_t)),
                  .parts = apr_array_make(p, 1, sizeof(ocsp_crl_set_part_t)),
                  .status = APR_ENOENT,
                  .pool = p};
    apr_status_t rv;
    int i = 0;

    while (i < candidates->nelts && !covers(&c) && !c.ended) {
        i = try_time(&c, candidates, i);
    }
    if (c.passed_count > PASSED_MAX) {
        c.passed_over = apr_psprintf(p, "%s; %u CRLs were passed over in all",
                                     c.passed_over, c.passed_count);
    }
    if (c.taken->nelts == 0) {
        *why = c.passed_over != NULL ? c.passed_over : c.others;
        return c.status;
    }
    if ((rv = join(&c, why)) != APR_SUCCESS) {
        return rv;
    }
    sum_up(out, &c);
    out->file = taken_at(&c, 0)->from.file;
    out->builder = taken_at(&c, 0)->builder;
    out->parts = c.parts;
    out->gaps = c.gaps || c.doubt != NULL;
    out->doubt = c.doubt;
    out->passed_over = c.passed_over;
    return APR_SUCCESS;
}
