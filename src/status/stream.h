/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A file as a stream of DER: read once in blocks into private memory, PEM
 * decoded on the way. What is parsed and what is hashed are the same bytes, so
 * a file rewritten meanwhile can only fail (DESIGN decision 2). Floor 1.
 */
#ifndef OCSP_STATUS_STREAM_H
#define OCSP_STATUS_STREAM_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/status.h"
#include "wire/der.h"

/** The longest element that can be looked at in one piece, in octets. */
#define OCSP_STREAM_WINDOW 262144

typedef struct ocsp_stream_t ocsp_stream_t;

/**
 * Where raw bytes come from.
 * @param len in: room in buf; out: octets read, 0 at the end
 */
typedef apr_status_t ocsp_stream_source_fn(void *ctx, unsigned char *buf,
                                           size_t *len);

/** Sees every octet that the stream passes while the tap is open, in order. */
typedef bool ocsp_stream_tap_fn(void *ctx, const unsigned char *data,
                                size_t len);

/**
 * Open a file.
 * @param label the PEM label ("X509 CRL"); what begins with octet 0x30 is
 *        taken as DER
 * @param why file, cause and remedy
 * The file is closed with p, or by ocsp_stream_close.
 */
apr_status_t ocsp_stream_open(ocsp_stream_t **out, const char *file,
                              const char *label, const char **why,
                              apr_pool_t *p);

/** The same over any source, for fuzzers and tests. name is used in reasons. */
apr_status_t ocsp_stream_make(ocsp_stream_t **out, const char *name,
                              const char *label, ocsp_stream_source_fn *source,
                              void *ctx, const char **why, apr_pool_t *p);

/** Give file and window back now. */
void ocsp_stream_close(ocsp_stream_t *s);

/**
 * Have at least want octets in the window, if the stream still has so many.
 * @param want at most OCSP_STREAM_WINDOW
 * @param window what can be looked at: fewer than want only at the end. Valid
 *        until the next call on s
 */
apr_status_t ocsp_stream_fill(ocsp_stream_t *s, size_t want, ocsp_der_t *window,
                              const char **why);

/** Pass over len octets of the window: the tap sees them. */
apr_status_t ocsp_stream_skip(ocsp_stream_t *s, size_t len, const char **why);

/** Start or (fn NULL) end a tap at the present position. */
void ocsp_stream_tap(ocsp_stream_t *s, ocsp_stream_tap_fn *fn, void *ctx);

/** What the stream was named. Pure. */
const char *ocsp_stream_get0_name(const ocsp_stream_t *s);

/** Octets passed so far. */
apr_uint64_t ocsp_stream_position(const ocsp_stream_t *s);

#endif
