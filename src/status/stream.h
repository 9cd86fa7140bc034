/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file of DER, or of PEM that is decoded, as a stream: once, in blocks,
 * into private memory. The same bytes are parsed and hashed, so that replacing
 * the file meanwhile can only cause an error (DESIGN decision 2). Floor 1.
 */
#ifndef OCSP_STATUS_STREAM_H
#define OCSP_STATUS_STREAM_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/error.h"
#include "wire/der.h"

/** Octets of the longest element that can be read in one piece. */
#define OCSP_STREAM_WINDOW 262144

typedef struct ocsp_stream_t ocsp_stream_t;

/** Reads bytes. @param len in: room in buf; out: octets read, 0 at the end */
typedef apr_status_t ocsp_stream_source_fn(void *ctx, unsigned char *buf,
                                           size_t *len);

/** Gets, in order, every octet that is skipped while it is set. */
typedef bool ocsp_stream_tap_fn(void *ctx, const unsigned char *data,
                                size_t len);

/**
 * Open a file: DER if it begins with 0x30, else PEM, of which the first object
 * with this label is read.
 * @param out closed with p, or by ocsp_stream_close
 * @param name the file, and perhaps a part of it, for reasons
 * @param label the PEM label, such as "X509 CRL"
 * @param why file, cause and remedy
 */
apr_status_t ocsp_stream_open(ocsp_stream_t **out, const char *file,
                              const char *name, const char *label,
                              const char **why, apr_pool_t *p);

/** The same over any source, for tests. */
apr_status_t ocsp_stream_make(ocsp_stream_t **out, const char *name,
                              const char *label, ocsp_stream_source_fn *source,
                              void *ctx, const char **why, apr_pool_t *p);

/** Close the file and free the memory before the pool is destroyed. */
void ocsp_stream_close(ocsp_stream_t *s);

/**
 * Fill the window with want octets, or with what is left of the stream.
 * @param want at most OCSP_STREAM_WINDOW
 * @param window valid until the next call on s
 */
apr_status_t ocsp_stream_fill(ocsp_stream_t *s, size_t want, ocsp_der_t *window,
                              const char **why);

/** Remove len octets from the window, and give them to the tap. */
apr_status_t ocsp_stream_skip(ocsp_stream_t *s, size_t len, const char **why);

/**
 * Go to the next object of a PEM file (ocsp_pem_next). Window and position
 * begin anew, and the tap is removed.
 * @param found false: none follows, or the file is DER
 * @param why file and cause
 */
apr_status_t ocsp_stream_next(ocsp_stream_t *s, bool *found, const char **why);

/** Set a tap, or with NULL remove it. */
void ocsp_stream_tap(ocsp_stream_t *s, ocsp_stream_tap_fn *fn, void *ctx);

/** @return the name for reasons. Pure. */
const char *ocsp_stream_get0_name(const ocsp_stream_t *s);

/** @return octets of the file when it was opened; 0 of another source. Pure. */
apr_uint64_t ocsp_stream_get_size(const ocsp_stream_t *s);

/** @return octets of the object skipped so far. Pure. */
apr_uint64_t ocsp_stream_position(const ocsp_stream_t *s);

#endif
