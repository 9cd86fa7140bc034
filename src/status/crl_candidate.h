/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The files that an issuer's status may be taken from: which there are, each
 * once, and which is the newest by its own word. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_CANDIDATE_H
#define OCSP_STATUS_CRL_CANDIDATE_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/issuer.h"
#include "status/status.h"

typedef struct {
    const char *file;    /* borrowed */
    int64_t this_update; /* as the CRL says: not verified */
    bool named;          /* for this issuer; else found in a directory */
    bool twice;          /* so, and once more by the same or another name */
} ocsp_crl_candidate_t;

/**
 * Bring all files of an issuer into one order.
 * @param out of ocsp_crl_candidate_t, newest first, then by name; newly made in p.
 *        A file that has several names, say by links, is there once, and twice
 *        tells of those that are named
 * @param files const char *, named for this issuer; NULL: none
 * @param found ocsp_crl_directory_entry_t *; NULL: none
 * @param foreign NULL, or which named ones are another CA's: the rest counts
 * @return the error of a named file; OCSP_EMALFORMED: a named one is no CRL;
 *         OCSP_EUNKNOWNCA: they all are another CA's
 */
apr_status_t ocsp_crl_candidate_list(apr_array_header_t **out,
                                     const char **foreign,
                                     const apr_array_header_t *files,
                                     const apr_array_header_t *found,
                                     const ocsp_issuer_t *issuer,
                                     const char **why, apr_pool_t *p);

#endif
