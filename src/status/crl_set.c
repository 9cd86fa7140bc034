/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Searches and compares sets of CRLs, and finds out whether they cover every
 * certificate. Floor 1.
 */
#include <apr_strings.h>
#include <string.h>

#include "status/crl_set.h"

static const ocsp_crl_set_part_t *part_at(const apr_array_header_t *parts,
                                          int i)
{
    return &APR_ARRAY_IDX(parts, i, ocsp_crl_set_part_t);
}

/* The signers are in the keys of the scopes, so it does not matter for which
 * certificates a CRL is. @param listed OCSP_CRL_SET_LISTED, or 0 */
static int find(const apr_array_header_t *parts,
                const ocsp_crl_ext_scope_t *scope, uint32_t listed)
{
    int i = parts->nelts - 1;

    while (i >= 0
           && ((part_at(parts, i)->kind & OCSP_CRL_SET_LISTED) != listed
               || memcmp(part_at(parts, i)->scope.key, scope->key,
                         sizeof(scope->key))
                      != 0)) {
        i--;
    }
    return i;
}

int ocsp_crl_set_find(const apr_array_header_t *parts,
                      const ocsp_crl_set_part_t *like)
{
    return find(parts, &like->scope, like->kind & OCSP_CRL_SET_LISTED);
}

bool ocsp_crl_set_replaces(const apr_array_header_t *parts,
                           const ocsp_crl_set_part_t *old)
{
    int complete = find(parts, &old->scope, 0);

    return ocsp_crl_set_find(parts, old) >= 0
        || (complete >= 0
            && part_at(parts, complete)->this_update >= old->this_update);
}

/* The thisUpdate of the newest complete CRL without any of these restrictions,
 * or INT64_MIN. */
static int64_t find_newest(const apr_array_header_t *parts,
                           uint32_t restrictions)
{
    int64_t newest = INT64_MIN;
    int i;

    for (i = 0; i < parts->nelts; i++) {
        const ocsp_crl_set_part_t *part = part_at(parts, i);

        if ((part->kind & (OCSP_CRL_SET_LISTED | OCSP_CRL_SET_OTHER_KEY)) == 0
            && (part->scope.bits & restrictions) == 0
            && part->this_update > newest) {
            newest = part->this_update;
        }
    }
    return newest;
}

/* A name restricts a CRL to certificates that nothing here describes. */
int64_t ocsp_crl_set_find_since(const apr_array_header_t *parts)
{
    int64_t since = INT64_MAX;
    unsigned reason;

    for (reason = 1; reason <= OCSP_CRL_EXT_REASONS; reason++) {
        const uint32_t common = OCSP_CRL_EXT_SCOPE_NAME
                              | OCSP_CRL_EXT_SCOPE_WITHOUT(reason);
        int64_t users = find_newest(parts, common | OCSP_CRL_EXT_SCOPE_CAS);
        int64_t cas = find_newest(parts, common | OCSP_CRL_EXT_SCOPE_USERS);

        since = users < since ? users : since;
        since = cas < since ? cas : since;
    }
    return since;
}

static bool is_same_crl(const ocsp_crl_set_part_t *a,
                        const ocsp_crl_set_part_t *b)
{
    return a->this_update == b->this_update && a->number_len == b->number_len
        && memcmp(a->number, b->number, sizeof(a->number)) == 0;
}

bool ocsp_crl_set_is_same(const apr_array_header_t *a,
                          const apr_array_header_t *b)
{
    int i;

    for (i = 0; i < a->nelts; i++) {
        int j = ocsp_crl_set_find(b, part_at(a, i));

        if (j < 0 || !is_same_crl(part_at(a, i), part_at(b, j))) {
            return false;
        }
    }
    return a->nelts == b->nelts;
}

uint32_t ocsp_crl_set_bits(const apr_array_header_t *parts)
{
    uint32_t bits = 0;
    int i;

    for (i = 0; i < parts->nelts; i++) {
        bits |= part_at(parts, i)->scope.bits;
    }
    return bits;
}

const char *ocsp_crl_set_print_bits(uint32_t bits, apr_pool_t *p)
{
    static const char *const names[] = {"distributionPoint",
                                        "onlyContainsUserCerts",
                                        "onlyContainsCACerts",
                                        "onlySomeReasons"};
    const char *text = "";
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((bits & 1u << i) != 0) {
            text = apr_pstrcat(p, text, *text != '\0' ? ", " : "", names[i],
                               NULL);
        }
    }
    return text;
}
