/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A source for ocsp_stream_make: bytes in memory, given a few at a time.
 */
#ifndef OCSP_UNIT_FEED_H
#define OCSP_UNIT_FEED_H

#include <apr_errno.h>
#include <string.h>

#include "wire/der.h"

typedef struct {
    ocsp_der_t rest;
    size_t chunk;      /* at most so many at once; 0: as many as asked for */
    apr_status_t fail; /* what to say instead of the end */
} feed_t;

__attribute__((unused)) static apr_status_t
feed_read(void *feed, unsigned char *buf, size_t *len)
{
    feed_t *f = feed;
    size_t n = f->rest.len < *len ? f->rest.len : *len;

    if (f->chunk != 0 && n > f->chunk) {
        n = f->chunk;
    }
    if (n > 0) {
        memcpy(buf, f->rest.data, n);
        f->rest.data += n;
        f->rest.len -= n;
    }
    *len = n;
    return n == 0 ? f->fail : APR_SUCCESS;
}

#endif
