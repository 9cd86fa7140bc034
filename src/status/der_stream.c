/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the DER of a stream. Floor 1.
 */
#include <apr_strings.h>

#include "status/der_stream.h"

/* Octets of the longest small element. */
#define SMALL 32

apr_status_t ocsp_der_stream_refuse(const ocsp_der_stream_t *w,
                                    const char *what)
{
    *w->why = apr_psprintf(w->pool,
                           "%s: RFC 5280 section %s (at octet "
                           "%" APR_UINT64_T_FMT "): have the CA's CRL written "
                           "again",
                           w->name, what, ocsp_der_stream_position(w));
    return OCSP_EMALFORMED;
}

apr_status_t ocsp_der_stream_pull(ocsp_der_stream_t *w, size_t want)
{
    apr_status_t rv = ocsp_stream_skip(w->s, w->win_len - w->cur.len, w->why);

    if (rv == APR_SUCCESS) {
        rv = ocsp_stream_fill(w->s, want, &w->cur, w->why);
    }
    if (rv == APR_SUCCESS) {
        w->win_len = w->cur.len;
        w->win_end = ocsp_stream_position(w->s) + w->cur.len;
    }
    return rv;
}

apr_status_t ocsp_der_stream_pull_small(ocsp_der_stream_t *w)
{
    return w->cur.len < SMALL ? ocsp_der_stream_pull(w, SMALL) : APR_SUCCESS;
}

/* Whether so many octets end inside the SEQUENCE around. */
static bool is_inside(const ocsp_der_stream_t *w, size_t len)
{
    apr_uint64_t at = ocsp_der_stream_position(w);

    return at <= w->end && len <= w->end - at;
}

static apr_status_t refuse_length(const ocsp_der_stream_t *w)
{
    return ocsp_der_stream_refuse(w, "5.1: an element is longer than the one "
                                     "that contains it");
}

/* Fill cur with the whole next element. */
static apr_status_t pull_element(ocsp_der_stream_t *w)
{
    ocsp_der_t head;
    unsigned tag;
    size_t len;
    apr_status_t rv = ocsp_der_stream_pull(w, OCSP_DER_HEADER_MAX);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    head = w->cur;
    if (!ocsp_der_get_header(&head, &tag, &len)) {
        return ocsp_der_stream_refuse(w, "5.1: not DER, or cut off");
    }
    if (len > OCSP_STREAM_WINDOW - OCSP_DER_HEADER_MAX) {
        return ocsp_der_stream_refuse(w, "5.1: an element is too long");
    }
    len += w->cur.len - head.len;
    if (!is_inside(w, len)) {
        return refuse_length(w);
    }
    rv = ocsp_der_stream_pull(w, len);
    return rv == APR_SUCCESS && w->cur.len < len
             ? ocsp_der_stream_refuse(w, "5.1: the file is cut off")
             : rv;
}

apr_status_t ocsp_der_stream_next(ocsp_der_stream_t *w, unsigned tag,
                                  ocsp_der_t *element, ocsp_der_t *content)
{
    ocsp_der_t ignored;
    const unsigned char *start = w->cur.data;
    apr_status_t rv;

    if (content == NULL) {
        content = &ignored;
    }
    if (!ocsp_der_get(&w->cur, tag, content)) {
        if ((rv = pull_element(w)) != APR_SUCCESS) {
            return rv;
        }
        start = w->cur.data;
        if (!ocsp_der_get(&w->cur, tag, content)) {
            return ocsp_der_stream_refuse(w, "5.1: an element has the wrong "
                                             "type");
        }
    }
    if (element != NULL) {
        *element = (ocsp_der_t){start, (size_t)(w->cur.data - start)};
    }
    return is_inside(w, 0) ? APR_SUCCESS : refuse_length(w);
}

apr_status_t ocsp_der_stream_peek(ocsp_der_stream_t *w, unsigned tag,
                                  bool *found)
{
    apr_status_t rv = ocsp_der_stream_pull_small(w);

    *found = rv == APR_SUCCESS && ocsp_der_stream_position(w) < w->end
          && ocsp_der_peek(&w->cur, tag);
    return rv;
}

apr_status_t ocsp_der_stream_enter(ocsp_der_stream_t *w,
                                   apr_uint64_t *outer_end)
{
    unsigned tag;
    size_t len;
    apr_status_t rv = ocsp_der_stream_pull_small(w);

    *outer_end = w->end;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_der_get_header(&w->cur, &tag, &len) || tag != OCSP_DER_SEQUENCE) {
        return ocsp_der_stream_refuse(w, "5.1: not a CertificateList");
    }
    if (!is_inside(w, len)) {
        return refuse_length(w);
    }
    w->end = ocsp_der_stream_position(w) + len;
    return APR_SUCCESS;
}

apr_status_t ocsp_der_stream_leave(ocsp_der_stream_t *w, apr_uint64_t outer_end,
                                   const char *what)
{
    apr_uint64_t end = w->end;

    w->end = outer_end;
    return ocsp_der_stream_position(w) == end ? APR_SUCCESS
                                              : ocsp_der_stream_refuse(w, what);
}
