/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See election.h. No signer of ours is weak, so whoever is chosen will do.
 * Floor 2.
 */
#include "answer/signer_select.h"
#include "wire/request.h"

typedef bool fits_fn(const ocsp_signer_t *signer, ocsp_der_t algorithm);

static bool fits_any(const ocsp_signer_t *signer, ocsp_der_t algorithm)
{
    return true;
}

static bool fits_issuer(const ocsp_signer_t *signer, ocsp_der_t algorithm)
{
    return ocsp_signer_is_like_issuer(signer);
}

static bool fits_algorithm(const ocsp_signer_t *signer, ocsp_der_t algorithm)
{
    return algorithm.data != NULL
        && ocsp_signer_has_algorithm(signer, algorithm);
}

static const ocsp_signer_t *signer_of(const ocsp_response_template_t *templ)
{
    return ocsp_response_template_get0_signer(templ);
}

static int64_t end_of(const ocsp_response_template_t *templ)
{
    return ocsp_signer_get_not_after(signer_of(templ));
}

size_t ocsp_signer_select_drop_ended(ocsp_signer_select_t *e)
{
    size_t left = 0;
    size_t i;

    for (i = 0; i < e->count; i++) {
        if (ocsp_signer_is_valid(signer_of(e->templs[i]), e->now)
            && end_of(e->templs[i]) > e->now) {
            e->templs[left++] = e->templs[i];
        }
    }
    e->count = left;
    return left;
}

/* Of those that fit the first that lasts until the end that is wanted, else the
 * one that lasts longest: so a renewed certificate takes over in time. */
static const ocsp_response_template_t *find_longest(
    const ocsp_signer_select_t *e, fits_fn *fits, ocsp_der_t algorithm)
{
    const ocsp_response_template_t *best = NULL;
    size_t i;

    for (i = 0; i < e->count; i++) {
        if (fits(signer_of(e->templs[i]), algorithm)
            && (best == NULL || end_of(e->templs[i]) > end_of(best))) {
            best = e->templs[i];
            if (end_of(best) >= e->until) {
                break;
            }
        }
    }
    return best;
}

const ocsp_response_template_t *ocsp_signer_select_choose_usual(
    const ocsp_signer_select_t *e, ocsp_der_t signed_with)
{
    static fits_fn *const order[] = {fits_issuer, fits_algorithm, fits_any};
    const ocsp_response_template_t *first = NULL;
    size_t i;

    for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        const ocsp_response_template_t *templ = find_longest(e, order[i],
                                                             signed_with);

        if (templ != NULL && end_of(templ) >= e->until) {
            return templ;
        }
        if (first == NULL) {
            first = templ;
        }
    }
    return first != NULL && end_of(first) - e->now >= OCSP_SIGNER_SELECT_SHORT_S
             ? first
             : find_longest(e, fits_any, signed_with);
}

const ocsp_response_template_t *ocsp_signer_select_choose(
    const ocsp_signer_select_t *e, ocsp_der_t preferred, ocsp_der_t signed_with)
{
    const ocsp_response_template_t *usual =
        ocsp_signer_select_choose_usual(e, signed_with);
    bool is_short = end_of(usual) - e->now < OCSP_SIGNER_SELECT_SHORT_S;
    ocsp_der_t algorithm;

    while (ocsp_request_next_preferred(&preferred, &algorithm)) {
        const ocsp_response_template_t *templ = find_longest(e, fits_algorithm,
                                                             algorithm);

        if (templ != NULL
            && (is_short
                || end_of(templ) - e->now >= OCSP_SIGNER_SELECT_SHORT_S)) {
            return templ;
        }
    }
    return usual;
}
