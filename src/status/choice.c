/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See choice.h.
 */
#include <apr_strings.h>

#include "status/candidate.h"
#include "status/choice.h"

/** Of the CRLs that cannot be taken, so many are named. */
#define PASSED_MAX 3

/** The choice so far. */
typedef struct {
    const ocsp_choice_rules_t *rules;
    ocsp_candidate_t from;         /* where the best comes from */
    ocsp_table_builder_t *builder; /* its entries; NULL: none yet */
    ocsp_crl_info_t crl;
    const char
        *passed_over; /* reasons of those that cannot be taken, or NULL */
    apr_array_header_t *passed_files; /* const char * */
    const char *others; /* reason of one that is another key's, or NULL */
    unsigned passed_count;
    apr_status_t status; /* of the last of them */
    bool ended;          /* nothing further may be taken */
    const char *why;     /* of the present one */
    apr_pool_t *pool;
} choice_t;

/* Against the clock and the table in use (R140). */
static apr_status_t check_age(choice_t *c, const char *file,
                              int64_t this_update)
{
    const ocsp_table_info_t *last = c->rules->last;
    const char *text = ocsp_crl_print_time(this_update, c->pool);

    if (this_update > c->rules->latest) {
        c->why = apr_psprintf(c->pool,
                              "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                              "in the future: compare the clocks of the CA and "
                              "of this machine",
                              file, text);
        return OCSP_ENOTYET;
    }
    if (last != NULL && this_update < last->this_update) {
        c->why = apr_psprintf(c->pool,
                              "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                              "before %s, that of the CRL in use: put the "
                              "newest CRL there",
                              file, text,
                              ocsp_crl_print_time(last->this_update, c->pool));
        return OCSP_ESTALE;
    }
    return APR_SUCCESS;
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
static apr_status_t check_number(choice_t *c)
{
    const ocsp_table_info_t *last = c->rules->last;

    if (last == NULL || last->number_len == 0 || c->crl.number_len == 0
        || ocsp_crl_compare_number(c->crl.number, c->crl.number_len,
                                   last->number, last->number_len)
               >= 0) {
        return APR_SUCCESS;
    }
    c->why = apr_psprintf(c->pool,
                          "%s: RFC 5280 section 5.2.3: CRLNumber is lower than "
                          "that of the CRL in use (if the CA began to number "
                          "anew, stop and start httpd): put the newest CRL "
                          "there",
                          c->from.file);
    return OCSP_ESTALE;
}

static void drop(choice_t *c)
{
    if (c->builder != NULL) {
        ocsp_table_builder_free(c->builder);
        c->builder = NULL;
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
static void pass_over(choice_t *c, const ocsp_candidate_t *from,
                      apr_status_t rv)
{
    c->status = rv;
    if (rv == OCSP_EOTHERKEY && !from->named) {
        c->others = c->why; /* does not concern this one */
        return;
    }
    c->ended = from->named || !may_be_passed(rv);
    APR_ARRAY_PUSH(c->passed_files, const char *) = from->file;
    if (c->passed_count++ < PASSED_MAX || c->ended) {
        c->passed_over = c->passed_over == NULL
                           ? c->why
                           : apr_pstrcat(c->pool, c->passed_over, "; ", c->why,
                                         NULL);
    }
    if (c->ended) {
        drop(c);
    }
}

/* Read one CRL through, if its head is worth it. The head of a file that was
 * replaced meanwhile was another, so what is read is judged again. */
static apr_status_t read_whole(choice_t *c, ocsp_table_builder_t *b,
                               ocsp_crl_info_t *crl,
                               const ocsp_candidate_t *from)
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

/* Of several CRLs of one time the highest number counts, or else the first. */
static void try_one(choice_t *c, const ocsp_candidate_t *from)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(c->pool);
    ocsp_crl_info_t crl;
    apr_status_t rv = read_whole(c, b, &crl, from);

    if (rv != APR_SUCCESS) {
        pass_over(c, from, rv);
    }
    else if (c->builder == NULL
             || ocsp_crl_compare_number(crl.number, crl.number_len,
                                        c->crl.number, c->crl.number_len)
                    > 0) {
        drop(c);
        c->from = *from;
        c->builder = b;
        c->crl = crl;
        return;
    }
    ocsp_table_builder_free(b);
}

/* All CRLs of the time of the one at first: where the next time begins. */
static int try_time(choice_t *c, const apr_array_header_t *candidates,
                    int first)
{
    const ocsp_candidate_t *from = &APR_ARRAY_IDX(candidates, first,
                                                  ocsp_candidate_t);
    int64_t time = from->this_update;
    apr_status_t rv;
    int i = first;

    while (from->this_update == time) {
        try_one(c, from);
        i++;
        if (c->ended || i == candidates->nelts) {
            break;
        }
        from = &APR_ARRAY_IDX(candidates, i, ocsp_candidate_t);
    }
    if (c->builder != NULL && (rv = check_number(c)) != APR_SUCCESS) {
        pass_over(c, &c->from, rv);
        drop(c);
    }
    return i;
}

apr_status_t ocsp_choice_make(ocsp_choice_t *out,
                              const apr_array_header_t *candidates,
                              const ocsp_choice_rules_t *rules,
                              const char **why, apr_pool_t *p)
{
    choice_t c = {.rules = rules,
                  .status = APR_ENOENT,
                  .passed_files = apr_array_make(p, 1, sizeof(const char *)),
                  .pool = p};
    int i = 0;

    while (i < candidates->nelts && c.builder == NULL && !c.ended) {
        i = try_time(&c, candidates, i);
    }
    if (c.passed_count > PASSED_MAX) {
        c.passed_over = apr_psprintf(p, "%s; %u CRLs were passed over in all",
                                     c.passed_over, c.passed_count);
    }
    if (c.builder == NULL) {
        *why = c.passed_over != NULL ? c.passed_over : c.others;
        return c.status;
    }
    out->file = c.from.file;
    out->builder = c.builder;
    out->crl = c.crl;
    out->passed_over = c.passed_over;
    out->passed_files = c.passed_files;
    return APR_SUCCESS;
}
