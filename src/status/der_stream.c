/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See walk.h.
 */
#include <apr_strings.h>

#include "status/der_stream.h"

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
    return w->cur.len < OCSP_DER_STREAM_SMALL
             ? ocsp_der_stream_pull(w, OCSP_DER_STREAM_SMALL)
             : APR_SUCCESS;
}

/* Have the next element whole in the window. */
static apr_status_t pull_element(ocsp_der_stream_t *w, apr_uint64_t end)
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
        return ocsp_der_stream_refuse(
            w, "5.1: an element is longer than any should "
               "be");
    }
    len += w->cur.len - head.len;
    if (ocsp_der_stream_position(w) > end
        || len > end - ocsp_der_stream_position(w)) {
        return ocsp_der_stream_refuse(
            w, "5.1: an element is longer than what it is "
               "in");
    }
    if ((rv = ocsp_der_stream_pull(w, len)) != APR_SUCCESS) {
        return rv;
    }
    return w->cur.len < len
             ? ocsp_der_stream_refuse(w, "5.1: the file is cut off")
             : APR_SUCCESS;
}

/* An element of less than 128 octets that lies in the window, as almost all of
 * a CRL do: ocsp_der_get_any would do, at three times the time. */
static bool next_short(ocsp_der_stream_t *w, unsigned tag, ocsp_der_t *element,
                       ocsp_der_t *content)
{
    const unsigned char *data = w->cur.data;
    size_t len;

    if (w->cur.len < 2 || data[0] != tag || data[1] >= 0x80
        || (len = data[1]) > w->cur.len - 2) {
        return false;
    }
    if (element != NULL) {
        element->data = data;
        element->len = len + 2;
    }
    if (content != NULL) {
        content->data = data + 2;
        content->len = len;
    }
    w->cur.data += len + 2;
    w->cur.len -= len + 2;
    return true;
}

apr_status_t ocsp_der_stream_next(ocsp_der_stream_t *w, apr_uint64_t end,
                                  unsigned tag, ocsp_der_t *element,
                                  ocsp_der_t *content)
{
    unsigned found;
    apr_status_t rv;

    if (next_short(w, tag, element, content)) {
        found = tag;
    }
    else if (!ocsp_der_get_any(&w->cur, &found, element, content)) {
        if ((rv = pull_element(w, end)) != APR_SUCCESS) {
            return rv;
        }
        if (!ocsp_der_get_any(&w->cur, &found, element, content)) {
            return ocsp_der_stream_refuse(w, "5.1: not DER");
        }
    }
    if (found != tag) {
        return ocsp_der_stream_refuse(
            w, "5.1: an element has another type than it "
               "must");
    }
    if (ocsp_der_stream_position(w) > end) {
        return ocsp_der_stream_refuse(
            w, "5.1: an element is longer than what it is "
               "in");
    }
    return APR_SUCCESS;
}

bool ocsp_der_stream_goes_on(const ocsp_der_stream_t *w, apr_uint64_t end,
                             unsigned tag)
{
    return ocsp_der_stream_position(w) < end && ocsp_der_peek(&w->cur, tag);
}

apr_status_t ocsp_der_stream_enter(ocsp_der_stream_t *w, apr_uint64_t end,
                                   apr_uint64_t *content_end)
{
    unsigned tag;
    size_t len;
    apr_status_t rv = ocsp_der_stream_pull_small(w);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_der_get_header(&w->cur, &tag, &len) || tag != OCSP_DER_SEQUENCE) {
        return ocsp_der_stream_refuse(w, "5.1: not a CertificateList");
    }
    if (ocsp_der_stream_position(w) > end
        || len > end - ocsp_der_stream_position(w)) {
        return ocsp_der_stream_refuse(
            w, "5.1: a SEQUENCE is longer than what it is "
               "in");
    }
    *content_end = ocsp_der_stream_position(w) + len;
    return APR_SUCCESS;
}
