/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes strict DER (X.690 section 10). Floor 0.
 */
#include "wire/der.h"

#include <stdint.h>
#include <string.h>

bool ocsp_der_at_end(const ocsp_der_t *in)
{
    return in->len == 0;
}

bool ocsp_der_peek(const ocsp_der_t *in, unsigned tag)
{
    return in->len > 0 && in->data[0] == tag;
}

bool ocsp_der_equal(ocsp_der_t a, ocsp_der_t b)
{
    return a.len == b.len && (a.len == 0 || !memcmp(a.data, b.data, a.len));
}

static void skip(ocsp_der_t *in, size_t len)
{
    in->data += len;
    in->len -= len;
}

/* Tag 0 ends an indefinite length; after tag number 31 more octets follow. */
static bool is_single_octet_tag(unsigned char tag)
{
    return tag != 0 && (tag & 0x1f) != 0x1f;
}

/*
 * The long form of a length, with as few octets as possible, and only for 128
 * or more (X.690 section 10.1). At most half of the address space, so that the
 * sum of the lengths of a header and a content does not wrap.
 */
static bool get_long_length(ocsp_der_t *in, size_t octets, size_t *len)
{
    size_t value = 0, i;

    if (octets == 0 || octets > sizeof(value) || octets > in->len
        || in->data[0] == 0) {
        return false;
    }
    for (i = 0; i < octets; i++) {
        value = (value << 8) | in->data[i];
    }
    if (value < 0x80 || value > SIZE_MAX / 2) {
        return false;
    }
    skip(in, octets);
    *len = value;
    return true;
}

bool ocsp_der_get_header(ocsp_der_t *in, unsigned *tag, size_t *content_len)
{
    ocsp_der_t rest = *in;
    size_t len;

    if (rest.len < 2 || !is_single_octet_tag(rest.data[0])) {
        return false;
    }
    len = rest.data[1];
    skip(&rest, 2);
    if (len >= 0x80 && !get_long_length(&rest, len & 0x7f, &len)) {
        return false;
    }
    *tag = in->data[0];
    *content_len = len;
    *in = rest;
    return true;
}

bool ocsp_der_get_any(ocsp_der_t *in, unsigned *tag, ocsp_der_t *element,
                      ocsp_der_t *content)
{
    ocsp_der_t rest = *in;
    size_t len;

    if (!ocsp_der_get_header(&rest, tag, &len) || len > rest.len) {
        return false;
    }
    if (content) {
        content->data = rest.data;
        content->len = len;
    }
    skip(&rest, len);
    if (element) {
        element->data = in->data;
        element->len = in->len - rest.len;
    }
    *in = rest;
    return true;
}

bool ocsp_der_get_element(ocsp_der_t *in, unsigned tag, ocsp_der_t *element)
{
    unsigned found;

    return ocsp_der_peek(in, tag)
        && ocsp_der_get_any(in, &found, element, NULL);
}

bool ocsp_der_get_optional(ocsp_der_t *in, unsigned tag, ocsp_der_t *content)
{
    if (!ocsp_der_peek(in, tag)) {
        content->data = NULL;
        content->len = 0;
        return true;
    }
    return ocsp_der_get(in, tag, content);
}

bool ocsp_der_get_boolean(ocsp_der_t *in, bool *value)
{
    ocsp_der_t rest = *in, content;

    if (!ocsp_der_get(&rest, OCSP_DER_BOOLEAN, &content) || content.len != 1
        || (content.data[0] != 0x00 && content.data[0] != 0xff)) {
        return false;
    }
    *value = content.data[0] != 0;
    *in = rest;
    return true;
}

bool ocsp_der_get_uint(ocsp_der_t *in, unsigned tag, unsigned *value)
{
    ocsp_der_t rest = *in, content;
    unsigned number = 0;
    size_t i;

    /* Not negative, and without padding (X.690 section 8.3.2): a leading zero
     * octet only if the next bit is set. */
    if (!ocsp_der_get(&rest, tag, &content) || content.len == 0
        || content.len > 4 || (content.data[0] & 0x80)
        || (content.len > 1 && content.data[0] == 0
            && !(content.data[1] & 0x80))) {
        return false;
    }
    for (i = 0; i < content.len; i++) {
        number = (number << 8) | content.data[i];
    }
    *value = number;
    *in = rest;
    return true;
}

void ocsp_der_writer_init(ocsp_der_writer_t *w, unsigned char *buf, size_t cap)
{
    w->buf = buf;
    w->cap = cap;
    w->pos = cap;
    w->ok = true;
}

void ocsp_der_put(ocsp_der_writer_t *w, const void *data, size_t len)
{
    if (!w->ok || len > w->pos) {
        w->ok = false;
        return;
    }
    w->pos -= len;
    if (len > 0) { /* data may be NULL then */
        memcpy(w->buf + w->pos, data, len);
    }
}

void ocsp_der_put_header(ocsp_der_writer_t *w, unsigned tag, size_t content_len)
{
    size_t len = ocsp_der_header_len(content_len);
    unsigned char *header;

    if (!w->ok || len > w->pos) {
        w->ok = false;
        return;
    }
    w->pos -= len;
    header = w->buf + w->pos;
    header[0] = (unsigned char)tag;
    if (len == 2) {
        header[1] = (unsigned char)content_len;
    }
    else {
        size_t i;

        header[1] = (unsigned char)(0x80 | (len - 2));
        for (i = len - 1; i > 1; i--) {
            header[i] = (unsigned char)(content_len & 0xff);
            content_len >>= 8;
        }
    }
}

size_t ocsp_der_mark(const ocsp_der_writer_t *w)
{
    return w->pos;
}

void ocsp_der_wrap(ocsp_der_writer_t *w, unsigned tag, size_t mark)
{
    ocsp_der_put_header(w, tag, mark - w->pos);
}

size_t ocsp_der_header_len(size_t content_len)
{
    size_t octets = 0;

    if (content_len < 0x80) {
        return 2;
    }
    for (; content_len > 0; content_len >>= 8) {
        octets++;
    }
    return 2 + octets;
}
