/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The CRLs that a table rests on: the newest of each scope (crlscope.h), and
 * whether together they cover every certificate of the CA. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SET_H
#define OCSP_STATUS_CRL_SET_H

#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/crl_scope.h"

/** One CRL, as it stands in a table. */
typedef struct {
    ocsp_crl_scope_t scope;
    uint32_t number_len; /* 0: no CRLNumber */
    int64_t this_update;
    int64_t next_update; /* or OCSP_CRL_NO_NEXT_UPDATE */
    unsigned char number[OCSP_CRL_NUMBER_MAX];
    uint32_t unused;
} ocsp_crl_set_part_t;

_Static_assert(sizeof(ocsp_crl_set_part_t) == 80, "no padding");

/** What a CRL says, as a part. Pure. */
ocsp_crl_set_part_t ocsp_crl_set_make_part(const ocsp_crl_info_t *crl);

/**
 * @param parts of ocsp_crl_set_part_t
 * @return the one of this scope, or NULL. Pure.
 */
const ocsp_crl_set_part_t *ocsp_crl_set_find(const apr_array_header_t *parts,
                                             const ocsp_crl_scope_t *scope);

/**
 * Tell since when a set covers every certificate of the CA by its own words:
 * by a CRL that nothing narrows, or by one of all user certificates and one of
 * all CA certificates.
 * @param since the oldest thisUpdate of those that do: what any older CRL lists
 *        is superseded
 * @return false: it does not. Pure.
 */
bool ocsp_crl_set_covers(int64_t *since, const apr_array_header_t *parts);

/** @return whether two sets are of the same CRLs, in any order, by thisUpdate
 * and CRLNumber. Pure. */
bool ocsp_crl_set_is_same(const apr_array_header_t *a,
                          const apr_array_header_t *b);

/** What narrows the scopes of all parts; 0: nothing. Pure. */
uint32_t ocsp_crl_set_bits(const apr_array_header_t *parts);

#endif
