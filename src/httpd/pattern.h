/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The files that a pattern like "cas/<any>.pem" means now, or meant before.
 * What is wrong is logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_PATTERN_H
#define OCSP_HTTPD_PATTERN_H

#include <apr_tables.h>
#include <stdbool.h>

#include "httpd/pass.h"

/** @return whether a path has wildcards. Pure. */
bool ocsp_pattern_is_one(const char *path);

/**
 * Find the files, in the order of their names; as it was when it last meant
 * anything, if it means nothing now.
 * @param whose for the log, after "OCSP214: pattern: cause; "
 * @return of const char *, made in pconf; empty: none now nor before
 * Startup only.
 */
apr_array_header_t *ocsp_pattern_expand(ocsp_pass_t *pass, const char *pattern,
                                        const char *whose);

#endif
