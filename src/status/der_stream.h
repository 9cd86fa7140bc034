/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A walk through the DER of a stream: knows where it is, and that nothing
 * reaches beyond what it is in. What has been walked over goes to the stream's
 * tap in big pieces, not element by element. Floor 1.
 */
#ifndef OCSP_STATUS_DER_STREAM_H
#define OCSP_STATUS_DER_STREAM_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/status.h"
#include "status/stream.h"
#include "wire/der.h"

/** Octets that ocsp_der_stream_pull_small has to look at, if the file has them. */
#define OCSP_DER_STREAM_SMALL 32

/** Zero it, set the first four. */
typedef struct {
    ocsp_stream_t *s;
    const char *name; /* of the file, for reasons */
    const char **why;
    apr_pool_t *pool;
    ocsp_der_t cur;       /* what can be looked at and has not been */
    size_t win_len;       /* of the whole window */
    apr_uint64_t win_end; /* where the window ends in the file */
} ocsp_der_stream_t;

/** @return where cur begins in the file. Pure. */
static inline apr_uint64_t ocsp_der_stream_position(const ocsp_der_stream_t *w)
{
    return w->win_end - w->cur.len;
}

/**
 * Say why.
 * @param what begins with its section of RFC 5280
 * @return OCSP_EMALFORMED
 */
apr_status_t ocsp_der_stream_refuse(const ocsp_der_stream_t *w,
                                    const char *what);

/** Hand what lies before cur to the tap, and have want octets to look at. */
apr_status_t ocsp_der_stream_pull(ocsp_der_stream_t *w, size_t want);

/** Have what is small to look at: a header, a Time, a version. */
apr_status_t ocsp_der_stream_pull_small(ocsp_der_stream_t *w);

/**
 * Read the next element, which must have this tag and end at or before end.
 * @param element header and content; NULL if not wanted
 * @param content NULL if not wanted. Both are valid until the next call on w
 */
apr_status_t ocsp_der_stream_next(ocsp_der_stream_t *w, apr_uint64_t end,
                                  unsigned tag, ocsp_der_t *element,
                                  ocsp_der_t *content);

/** @return whether what ends at end goes on with this tag; after pull_small. */
bool ocsp_der_stream_goes_on(const ocsp_der_stream_t *w, apr_uint64_t end,
                             unsigned tag);

/**
 * Step into a SEQUENCE of any size, which must end at or before end.
 * @param content_end where it ends
 */
apr_status_t ocsp_der_stream_enter(ocsp_der_stream_t *w, apr_uint64_t end,
                                   apr_uint64_t *content_end);

#endif
