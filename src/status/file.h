/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Operators' files are opened here and nowhere else: a path may turn out to be
 * a directory, a FIFO or a device, and none of them may hang the server. Floor
 * 1.
 */
#ifndef OCSP_STATUS_FILE_H
#define OCSP_STATUS_FILE_H

#include <apr_file_io.h>
#include <apr_pools.h>

#include "status/status.h"

/**
 * Open a regular file for reading; anything else is refused and never waited
 * for.
 * @param out closed with p, or by apr_file_close
 * @param why file, cause and remedy
 * Any thread.
 */
apr_status_t ocsp_file_open(apr_file_t **out, const char *file,
                            const char **why, apr_pool_t *p);

/** @return the fragment "file: what: APR's words for rv", newly made in p. */
const char *ocsp_file_reason(const char *file, const char *what,
                             apr_status_t rv, apr_pool_t *p);

#endif
