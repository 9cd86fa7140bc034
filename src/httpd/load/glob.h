/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expands patterns of file names, such as "cas/<any>.pem". Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_GLOB_H
#define OCSP_HTTPD_LOAD_GLOB_H

#include <apr_tables.h>

#include "httpd/load/load_ctx.h"

/**
 * Find the files that match a pattern, in the order of their names; if there
 * are none, which is logged, those that did when it last matched any.
 * @param user directive or section that has the pattern, for the log
 * @return const char *, made in pconf
 */
apr_array_header_t *ocsp_glob_expand(const ocsp_load_ctx_t *ctx,
                                     const char *pattern, const char *user);

#endif
