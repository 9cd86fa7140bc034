/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlset.h.
 */
#include <string.h>

#include "status/crl_set.h"

static const ocsp_crl_set_part_t *part_at(const apr_array_header_t *parts,
                                          int i)
{
    return &APR_ARRAY_IDX(parts, i, ocsp_crl_set_part_t);
}

ocsp_crl_set_part_t ocsp_crl_set_make_part(const ocsp_crl_info_t *crl)
{
    ocsp_crl_set_part_t part = {.scope = crl->scope,
                                .number_len = (uint32_t)crl->number_len,
                                .this_update = crl->this_update,
                                .next_update = crl->next_update};

    memcpy(part.number, crl->number, crl->number_len);
    return part;
}

const ocsp_crl_set_part_t *ocsp_crl_set_find(const apr_array_header_t *parts,
                                             const ocsp_crl_scope_t *scope)
{
    int i;

    for (i = 0; i < parts->nelts; i++) {
        if (memcmp(part_at(parts, i)->scope.key, scope->key, sizeof(scope->key))
            == 0) {
            return part_at(parts, i);
        }
    }
    return NULL;
}

/* The newest CRL whose scope exactly these bits narrow; NULL: none. A name
 * beside them would narrow it further (RFC 5280 section 6.3.3 (b)). */
static const ocsp_crl_set_part_t *find_bits(const apr_array_header_t *parts,
                                            uint32_t bits)
{
    const ocsp_crl_set_part_t *newest = NULL;
    int i;

    for (i = 0; i < parts->nelts; i++) {
        const ocsp_crl_set_part_t *part = part_at(parts, i);

        if (part->scope.bits == bits
            && (newest == NULL || part->this_update > newest->this_update)) {
            newest = part;
        }
    }
    return newest;
}

bool ocsp_crl_set_covers(int64_t *since, const apr_array_header_t *parts)
{
    const ocsp_crl_set_part_t *all = find_bits(parts, 0);
    const ocsp_crl_set_part_t *users = find_bits(parts, OCSP_CRL_SCOPE_USERS);
    const ocsp_crl_set_part_t *cas = find_bits(parts, OCSP_CRL_SCOPE_CAS);

    *since = INT64_MIN;
    if (all != NULL) {
        *since = all->this_update;
    }
    if (users != NULL && cas != NULL) {
        int64_t both = users->this_update < cas->this_update
                         ? users->this_update
                         : cas->this_update;

        *since = both > *since ? both : *since;
    }
    return all != NULL || (users != NULL && cas != NULL);
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
        const ocsp_crl_set_part_t *other =
            ocsp_crl_set_find(b, &part_at(a, i)->scope);

        if (other == NULL || !is_same_crl(part_at(a, i), other)) {
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
