/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a text file line by line, in blocks. LF or CRLF ends a line; empty
 * lines and those that begin with "#" are ignored. Floor 1.
 */
#ifndef OCSP_STATUS_LINES_H
#define OCSP_STATUS_LINES_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/error.h"
#include "status/stream.h"

/** Octets of the longest line. */
#define OCSP_LINES_MAX 16384

/** One line. */
typedef struct {
    const unsigned char *data; /* without its end; valid during the call */
    size_t len;                /* 1 or more */
    bool ended;                /* false: the file ends without a line end */
    apr_uint64_t number;       /* in the file, from 1 */
} ocsp_line_t;

/**
 * Gets each line.
 * @param why a fragment: cause and remedy
 * @return anything but APR_SUCCESS ends the reading with that status
 */
typedef apr_status_t ocsp_lines_fn(void *ctx, const ocsp_line_t *line,
                                   const char **why);

/**
 * Read a file.
 * @param why file, line, cause and remedy
 * @return OCSP_EMALFORMED: a line is too long, or has a NUL octet; the error of
 *         the file; or what fn returned
 */
apr_status_t ocsp_lines_read(const char *file, ocsp_lines_fn *fn, void *ctx,
                             const char **why, apr_pool_t *p);

/** The same from any source, for tests. @param name for reasons */
apr_status_t ocsp_lines_read_source(const char *name,
                                    ocsp_stream_source_fn *source,
                                    void *source_ctx, ocsp_lines_fn *fn,
                                    void *ctx, const char **why, apr_pool_t *p);

#endif
