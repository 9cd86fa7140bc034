/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which complete CRL a delta CRL can be combined with, and what the combination
 * is (RFC 5280 section 5.2.4). The entries are combined by
 * ocsp_table_builder_apply. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_DELTA_H
#define OCSP_STATUS_CRL_DELTA_H

#include <apr_pools.h>

#include "status/crl.h"

/** What a delta CRL is to a complete CRL. */
typedef enum {
    OCSP_CRL_DELTA_FITS = 0, /* they can be combined */
    OCSP_CRL_DELTA_OLD,      /* the complete CRL has all of it (R157) */
    OCSP_CRL_DELTA_UNFIT     /* it is newer, and needs another complete CRL */
} ocsp_crl_delta_relation_t;

/**
 * Compare a delta CRL with a complete CRL that has the same issuer, key and
 * scope. They can be combined if the CRLNumber of the complete CRL is at least
 * BaseCRLNumber, and lower than that of the delta CRL (R150). Pure.
 */
ocsp_crl_delta_relation_t ocsp_crl_delta_compare(const ocsp_crl_info_t *base,
                                                 const ocsp_crl_info_t *delta);

/** Make of a complete CRL its combination with a delta CRL: number and dates
 * are those of the delta CRL (R151). Pure. */
void ocsp_crl_delta_combine(ocsp_crl_info_t *base,
                            const ocsp_crl_info_t *delta);

/**
 * Describe why a delta CRL can be combined with none, and the remedy.
 * @param base the complete CRL of its scope, or NULL
 * @param file the delta CRL
 * @return newly made in p
 */
const char *ocsp_crl_delta_describe_unfit(const ocsp_crl_info_t *base,
                                          const ocsp_crl_info_t *delta,
                                          const char *file, apr_pool_t *p);

#endif
