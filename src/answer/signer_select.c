/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Selects one of the signers of an issuer for a response. None has a weak
 * algorithm, so any of them will do.
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
    return signer->is_like_issuer;
}

static bool fits_algorithm(const ocsp_signer_t *signer, ocsp_der_t algorithm)
{
    return algorithm.data != NULL
        && ocsp_signer_has_algorithm(signer, algorithm);
}

/* The end of none is earlier than any. */
static int64_t end_of(const ocsp_response_template_t *templ)
{
    return templ != NULL ? templ->signer->not_after : INT64_MIN;
}

static bool is_long(const ocsp_signer_select_t *s,
                    const ocsp_response_template_t *templ)
{
    return end_of(templ) >= s->now + OCSP_SIGNER_SELECT_SHORT_S;
}

size_t ocsp_signer_select_remove_invalid(ocsp_signer_select_t *s)
{
    size_t left = 0;
    size_t i;

    for (i = 0; i < s->count; i++) {
        if (ocsp_signer_is_valid(s->templs[i]->signer, s->now)
            && end_of(s->templs[i]) > s->now) {
            s->templs[left++] = s->templs[i];
        }
    }
    s->count = left;
    return left;
}

/* Of those that fit the first that is valid long enough, else the one that is
 * valid longest: so a renewed certificate replaces the old one in time. */
static const ocsp_response_template_t *find_longest(
    const ocsp_signer_select_t *s, fits_fn *fits, ocsp_der_t algorithm)
{
    const ocsp_response_template_t *best = NULL;
    size_t i;

    for (i = 0; i < s->count; i++) {
        if (fits(s->templs[i]->signer, algorithm)
            && end_of(s->templs[i]) > end_of(best)) {
            best = s->templs[i];
            if (end_of(best) >= s->until) {
                break;
            }
        }
    }
    return best;
}

static const ocsp_response_template_t *find_usual(const ocsp_signer_select_t *s,
                                                  ocsp_der_t signed_with)
{
    static fits_fn *const order[] = {fits_issuer, fits_algorithm, fits_any};
    const ocsp_response_template_t *first = NULL;
    size_t i;

    for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        const ocsp_response_template_t *templ = find_longest(s, order[i],
                                                             signed_with);

        if (end_of(templ) >= s->until) {
            return templ;
        }
        if (first == NULL) {
            first = templ;
        }
    }
    return is_long(s, first) ? first : find_longest(s, fits_any, signed_with);
}

const ocsp_response_template_t *ocsp_signer_select_find(
    bool *is_usual, const ocsp_signer_select_t *s, ocsp_der_t preferred,
    ocsp_der_t signed_with)
{
    const ocsp_response_template_t *usual = find_usual(s, signed_with);
    ocsp_der_t algorithm;

    while (ocsp_request_next_preferred(&preferred, &algorithm)) {
        const ocsp_response_template_t *templ = find_longest(s, fits_algorithm,
                                                             algorithm);

        if (templ != NULL && (is_long(s, templ) || !is_long(s, usual))) {
            *is_usual = templ == usual;
            return templ;
        }
    }
    *is_usual = true;
    return usual;
}
