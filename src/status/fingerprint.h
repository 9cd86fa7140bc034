/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Detects changes of files without reading them: a digest of names, devices,
 * inodes, sizes and times. Floor 1.
 */
#ifndef OCSP_STATUS_FINGERPRINT_H
#define OCSP_STATUS_FINGERPRINT_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/error.h"

#define OCSP_FINGERPRINT_LEN 32

/** Device, inode, size, time of modification, time of change. */
#define OCSP_FINGERPRINT_FIELDS 5

/** One file as it is at some time. */
typedef struct {
    const char *file;                        /* borrowed */
    int64_t fields[OCSP_FINGERPRINT_FIELDS]; /* all 0: it is not there */
    bool settled; /* any further change will show in fields: false if the file
                     was touched within seconds, or is not there */
    bool future;  /* of a CRL, set by the caller: its thisUpdate is still to
                     come, which will be a change */
} ocsp_fingerprint_file_t;

/** Fill all of a file but future, which is false. @return a system error: it is
 * not there, or out of reach */
apr_status_t ocsp_fingerprint_stat(ocsp_fingerprint_file_t *out,
                                   const char *file, int64_t now,
                                   apr_pool_t *p);

/**
 * Make the fingerprint of files.
 * @param settled whether all of them are
 * @param variant a digest of settings that make another fingerprint of the same
 *        files; or NULL
 * @return false: libcrypto has no SHA-256. Pure.
 */
bool ocsp_fingerprint_digest(unsigned char out[OCSP_FINGERPRINT_LEN],
                             bool *settled,
                             const ocsp_fingerprint_file_t *const *files,
                             size_t count, const unsigned char *variant);

/**
 * Make the fingerprint of an issuer's sources.
 * @param named const char *: each must be there; its pool is used
 * @param found ocsp_crl_directory_entry_t *: may have gone meanwhile; or NULL
 * @param variant as above
 * @param why file, cause and remedy
 * @return a named file's error; OCSP_ECRYPTO
 */
apr_status_t ocsp_fingerprint_make(unsigned char out[OCSP_FINGERPRINT_LEN],
                                   bool *settled,
                                   const apr_array_header_t *named,
                                   const apr_array_header_t *found,
                                   const unsigned char *variant, int64_t now,
                                   const char **why);

#endif
