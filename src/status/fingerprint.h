/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A digest of what tells that files have changed: names, devices, inodes, sizes
 * and times. Nothing is read. Floor 1.
 */
#ifndef OCSP_STATUS_FINGERPRINT_H
#define OCSP_STATUS_FINGERPRINT_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/status.h"

#define OCSP_FINGERPRINT_LEN 32

/**
 * Make the fingerprint of files.
 * @param settled false if one was touched so shortly before now, or may be so
 *        later, that a further change might leave its times as they are
 * @param named const char *: each must be there
 * @param found ocsp_crl_directory_entry_t *: may have gone meanwhile; or NULL
 * @param why file, cause and remedy
 * @return a named file's error; OCSP_ECRYPTO
 */
apr_status_t ocsp_fingerprint_make(unsigned char out[OCSP_FINGERPRINT_LEN],
                                   bool *settled,
                                   const apr_array_header_t *named,
                                   const apr_array_header_t *found, int64_t now,
                                   const char **why, apr_pool_t *p);

#endif
