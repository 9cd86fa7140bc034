/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the DER of a stream, element by element, and checks that each ends
 * inside the one that contains it. The tap of the stream gets what was read in
 * large pieces. Floor 1.
 */
#ifndef OCSP_STATUS_DER_STREAM_H
#define OCSP_STATUS_DER_STREAM_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/error.h"
#include "status/stream.h"
#include "wire/der.h"

/** The members up to end are the caller's to set, the others are zero at first.
 */
typedef struct {
    ocsp_stream_t *s;
    const char *name; /* of the file, for reasons */
    const char **why;
    apr_pool_t *pool;
    apr_uint64_t end;     /* of the SEQUENCE around; UINT64_MAX: none */
    ocsp_der_t cur;       /* what is in the window and not read */
    size_t win_len;       /* of the whole window */
    apr_uint64_t win_end; /* where the window ends in the file */
} ocsp_der_stream_t;

/** @return where cur begins in the file. Pure. */
static inline apr_uint64_t ocsp_der_stream_position(const ocsp_der_stream_t *w)
{
    return w->win_end - w->cur.len;
}

/**
 * Make the reason for malformed data.
 * @param what section of RFC 5280 and cause
 * @return OCSP_EMALFORMED
 */
apr_status_t ocsp_der_stream_refuse(const ocsp_der_stream_t *w,
                                    const char *what);

/** Give what was read to the tap, and fill cur with want octets, or with what
 * is left of the file. */
apr_status_t ocsp_der_stream_pull(ocsp_der_stream_t *w, size_t want);

/** Fill cur with a small element: a header, a Time, a version. */
apr_status_t ocsp_der_stream_pull_small(ocsp_der_stream_t *w);

/**
 * Read the next element, which must have this tag.
 * @param element header and content; NULL if not wanted
 * @param content NULL if not wanted. Both are valid until the next call
 */
apr_status_t ocsp_der_stream_next(ocsp_der_stream_t *w, unsigned tag,
                                  ocsp_der_t *element, ocsp_der_t *content);

/** Find out whether the next element of the SEQUENCE around has this tag. */
apr_status_t ocsp_der_stream_peek(ocsp_der_stream_t *w, unsigned tag,
                                  bool *found);

/**
 * Read the header of a SEQUENCE of any size; what follows is inside of it.
 * @param outer_end for ocsp_der_stream_leave
 */
apr_status_t ocsp_der_stream_enter(ocsp_der_stream_t *w,
                                   apr_uint64_t *outer_end);

/** Leave the SEQUENCE, which must have been read to its end.
 * @param what for ocsp_der_stream_refuse, if it was not */
apr_status_t ocsp_der_stream_leave(ocsp_der_stream_t *w, apr_uint64_t outer_end,
                                   const char *what);

#endif
