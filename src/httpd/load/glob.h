/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The files that a pattern like "cas/<any>.pem" means now, or meant before.
 * What is wrong is logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_GLOB_H
#define OCSP_HTTPD_LOAD_GLOB_H

#include <apr_tables.h>

#include "httpd/load/load_ctx.h"

/**
 * Find the files, in the order of their names; as it was when it last meant
 * anything, if it means nothing now.
 * @param whose for the log, after "OCSP214: pattern: cause; "
 * @return of const char *, made in pconf; empty: none now nor before
 * Startup only.
 */
apr_array_header_t *ocsp_glob_expand(const ocsp_load_ctx_t *ctx,
                                     const char *pattern, const char *whose);

#endif
