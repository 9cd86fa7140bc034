/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A directory of CRLs: which of its files are one, and whose they say they are.
 * Only heads are read. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_DIRECTORY_H
#define OCSP_STATUS_CRL_DIRECTORY_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "status/issuer.h"
#include "status/status.h"
#include "wire/der.h"

/** Files of one directory that are looked at. */
#define OCSP_CRL_DIRECTORY_FILES_MAX 65536

/** One CRL of a directory. */
typedef struct {
    const char *file;        /* with the directory */
    ocsp_der_t issuer_name;  /* as the CRL says: not verified */
    unsigned long name_hash; /* ocsp_issuer_hash_name of it */
    int64_t this_update;     /* likewise not verified */
} ocsp_crl_directory_entry_t;

/**
 * Look through a directory, not into those below it. What is not a regular
 * file, begins with a dot or is no CRL is passed over.
 * @param out of ocsp_crl_directory_entry_t, sorted by name; newly made in p
 * @param warning NULL, or which files could not be read, or are CRLs cut off
 * @param why directory, cause and remedy
 * @return a file's error
 * One writer at a time.
 */
apr_status_t ocsp_crl_directory_scan(apr_array_header_t **out, const char *dir,
                                     const char **warning, const char **why,
                                     apr_pool_t *p);

/**
 * Add to files (of ocsp_crl_directory_entry_t *) those that are in an issuer's name.
 * @param entries of ocsp_crl_directory_scan, borrowed
 */
void ocsp_crl_directory_find(apr_array_header_t *files,
                             const apr_array_header_t *entries,
                             const ocsp_issuer_t *issuer);

#endif
