/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A text file as lines, read once in blocks: LF or CRLF ends a line, empty ones
 * and those that begin with "#" are passed over, a NUL octet is refused. Floor
 * 1.
 */
#ifndef OCSP_STATUS_LINES_H
#define OCSP_STATUS_LINES_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/status.h"
#include "status/stream.h"

/** Octets of the longest line that is read. */
#define OCSP_LINES_MAX 16384

typedef struct ocsp_lines_t ocsp_lines_t;

/** One line. */
typedef struct {
    const unsigned char *data; /* without its end; valid until the next call */
    size_t len;                /* 1 or more */
    bool ended;                /* false: the last one, and the file stops */
} ocsp_line_t;

/**
 * Open a file; closed with p, or by ocsp_lines_close.
 * @param why file, cause and remedy
 */
apr_status_t ocsp_lines_open(ocsp_lines_t **out, const char *file,
                             const char **why, apr_pool_t *p);

/** The same over any source, for fuzzers and tests. name is used in reasons. */
apr_status_t ocsp_lines_make(ocsp_lines_t **out, const char *name,
                             ocsp_stream_source_fn *source, void *ctx,
                             const char **why, apr_pool_t *p);

/** Give file and memory back now. */
void ocsp_lines_close(ocsp_lines_t *l);

/**
 * Read the next line.
 * @return APR_EOF, without a reason; OCSP_EMALFORMED: longer than
 *         OCSP_LINES_MAX, or with a NUL; a file's error
 */
apr_status_t ocsp_lines_next(ocsp_lines_t *l, ocsp_line_t *line,
                             const char **why);

/**
 * Say why the line read last cannot be taken.
 * @param what the cause
 * @return rv
 */
apr_status_t ocsp_lines_refuse(const ocsp_lines_t *l, apr_status_t rv,
                               const char *what, const char **why);

#endif
