/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the CRLs in a directory, and the issuer of each. Only their heads are
 * read, and in PEM files what follows. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_DIRECTORY_H
#define OCSP_STATUS_CRL_DIRECTORY_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#include "status/crl_keys.h"
#include "status/error.h"
#include "wire/der.h"

/** The most files that a directory may have. */
#define OCSP_CRL_DIRECTORY_FILES_MAX 65536

/** One CRL of a directory. */
typedef struct {
    const char *file;        /* with the path of the directory; entries of one
                                file have one pointer, one after the other */
    unsigned object;         /* see ocsp_crl_place_t */
    ocsp_der_t issuer_name;  /* unverified */
    unsigned long name_hash; /* ocsp_issuer_hash_name of it */
    int64_t this_update;     /* unverified */
} ocsp_crl_directory_entry_t;

/**
 * Find all CRLs in a directory, without its subdirectories. Names that begin
 * with a dot, and files that are not CRLs, are ignored.
 * @param out ocsp_crl_directory_entry_t, sorted by name; newly made in p
 * @param warning which files could not be read, or are incomplete CRLs; or NULL
 * @param why directory, cause and remedy
 * @return the error of the directory
 */
apr_status_t ocsp_crl_directory_scan(apr_array_header_t **out, const char *dir,
                                     const char **warning, const char **why,
                                     apr_pool_t *p);

/**
 * Find the CRLs that one of the keys may have signed, by name.
 * @param files gets ocsp_crl_directory_entry_t *
 * @param entries of ocsp_crl_directory_scan, borrowed
 */
void ocsp_crl_directory_find(apr_array_header_t *files,
                             const apr_array_header_t *entries,
                             const ocsp_crl_keys_t *keys);

#endif
