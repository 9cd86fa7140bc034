/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of several CRLs of one issuer those that count: of each scope the newest that
 * is its own, not of the future, and not older than the one in use. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SELECT_H
#define OCSP_STATUS_CRL_SELECT_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/issuer.h"
#include "status/status.h"
#include "status/table.h"

/** What may be taken. */
typedef struct {
    const ocsp_issuer_t *issuer;         /* must have signed it */
    const apr_array_header_t *namesakes; /* const ocsp_issuer_t *: who else has
                                            that name; or NULL */
    const apr_array_header_t *last; /* ocsp_crl_set_part_t, in use: of a scope
                                       nothing older than these */
    int64_t latest;                 /* a thisUpdate that is later is refused */
} ocsp_crl_select_rules_t;

/** What has been taken. */
typedef struct {
    const char *file;              /* of the newest */
    ocsp_table_builder_t *builder; /* of all; not finished; newly made in p */
    apr_array_header_t *parts;     /* ocsp_crl_set_part_t: which they are */
    ocsp_crl_info_t crl;           /* what they say together: all but scope,
                                      and number if there are several */
    bool gaps;                     /* some were passed over that may be of a
                                      scope which is not there */
    const char *doubt; /* NULL, or why there may be others that passed_over
                          does not name */
    const char *passed_over; /* NULL, or found CRLs that would have come first,
                                and why they were not taken; not those that a
                          namesake has signed */
} ocsp_crl_select_t;

/**
 * Read CRLs through, newest first, until those that are good cover every
 * certificate of the CA by their own words (crlset.h); and all others of the
 * last one's thisUpdate. Of those of one scope the newest counts, and of one
 * time the highest CRLNumber (R140).
 * @param out untouched unless APR_SUCCESS
 * @param candidates of ocsp_crl_candidate_t, in the order of ocsp_crl_candidate_list,
 *        at least one
 * @param why the reasons of all that could not be taken
 * @return the status of the last that could not: see load.h
 */
apr_status_t ocsp_crl_select_make(ocsp_crl_select_t *out,
                                  const apr_array_header_t *candidates,
                                  const ocsp_crl_select_rules_t *rules,
                                  const char **why, apr_pool_t *p);

#endif
