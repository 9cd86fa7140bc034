/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The CRLs that a table is built from: the newest of each scope, and whether
 * together they cover every certificate of the CA. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SET_H
#define OCSP_STATUS_CRL_SET_H

#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/crl.h"

/* Bits of the kind of a CRL. None: a complete CRL by the CA's own key, or one
 * with a delta CRL applied to it. */

/** A delta CRL without the complete CRL that it needs, and perhaps with another
 * one: what it lists is revoked, and it covers nothing (R155). */
#define OCSP_CRL_SET_LISTED 1u
/** Signed by another key than the CA's, which is in the key of the scope. */
#define OCSP_CRL_SET_SIGNER 2u
/** Likewise, and for the certificates under that key: what it lists is revoked,
 * and it covers nothing (R136). */
#define OCSP_CRL_SET_OTHER_KEY 4u

/** One CRL, in the format of a table. */
typedef struct {
    ocsp_crl_ext_scope_t scope;
    uint32_t number_len; /* 0: no CRLNumber */
    int64_t this_update;
    int64_t next_update; /* or OCSP_CRL_NO_NEXT_UPDATE */
    unsigned char number[OCSP_CRL_NUMBER_MAX];
    uint32_t kind; /* OCSP_CRL_SET_ */
} ocsp_crl_set_part_t;

_Static_assert(sizeof(ocsp_crl_set_part_t) == 80, "no padding");

/* Below, parts is an array of ocsp_crl_set_part_t. */

/** @return the number of the part with the same scope and signer, which is
 * OCSP_CRL_SET_LISTED likewise or is not; or -1. Pure. */
int ocsp_crl_set_find(const apr_array_header_t *parts,
                      const ocsp_crl_set_part_t *like);

/** @return whether a set has a newer CRL in place of another one: that which
 * ocsp_crl_set_find finds, whatever its age, or a complete one that is not
 * older. Pure. */
bool ocsp_crl_set_replaces(const apr_array_header_t *parts,
                           const ocsp_crl_set_part_t *old);

/** No thisUpdate: the set does not cover every certificate. */
#define OCSP_CRL_SET_PARTIAL INT64_MIN

/**
 * Find the CRLs of a set that cover every certificate of the CA: user and CA
 * certificates, both for each reason of revocation (RFC 5280 section 6.3.3 (b),
 * (d)). A CRL with a distributionPoint covers none for certain. They supersede
 * all older CRLs.
 * @return the oldest thisUpdate of them, or OCSP_CRL_SET_PARTIAL. Pure.
 */
int64_t ocsp_crl_set_find_since(const apr_array_header_t *parts);

/** @return whether two sets have the same CRLs, in any order, by scope,
 * thisUpdate and CRLNumber. Pure. */
bool ocsp_crl_set_is_same(const apr_array_header_t *a,
                          const apr_array_header_t *b);

/** @return the scope bits of all parts together. Pure. */
uint32_t ocsp_crl_set_bits(const apr_array_header_t *parts);

/** @return the names of scope bits but reasons, for a message; made in p, or
 * static */
const char *ocsp_crl_set_print_bits(uint32_t bits, apr_pool_t *p);

#endif
