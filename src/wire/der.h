/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strict DER (X.690 section 10): a read cursor over borrowed bytes, and a
 * writer that fills a buffer from its end to its start, so that every length is
 * known when its header is written. Knows the encoding, no type of any
 * protocol. Floor 0.
 */
#ifndef OCSP_WIRE_DER_H
#define OCSP_WIRE_DER_H

#include <stdbool.h>
#include <stddef.h>

#define OCSP_DER_BOOLEAN 0x01u
#define OCSP_DER_INTEGER 0x02u
#define OCSP_DER_BIT_STRING 0x03u
#define OCSP_DER_OCTET_STRING 0x04u
#define OCSP_DER_NULL 0x05u
#define OCSP_DER_OID 0x06u
#define OCSP_DER_ENUMERATED 0x0au
#define OCSP_DER_UTC_TIME 0x17u
#define OCSP_DER_GENERALIZED_TIME 0x18u
#define OCSP_DER_SEQUENCE 0x30u
/** [n] IMPLICIT of a primitive type, n from 0 to 30. */
#define OCSP_DER_CONTEXT(n) (0x80u | (n))
/** [n] EXPLICIT, or IMPLICIT of a constructed type, n from 0 to 30. */
#define OCSP_DER_CONTEXT_CONSTRUCTED(n) (0xa0u | (n))

/** Octets of the longest header that is read or written: tag, 0x88, eight. */
#define OCSP_DER_HEADER_MAX 10

/**
 * Borrowed bytes; as a cursor, the bytes that are not read yet. data is NULL if
 * an optional element is absent.
 */
typedef struct {
    const unsigned char *data;
    size_t len;
} ocsp_der_t;

/*
 * The readers: each returns false, and leaves the cursor where it is, if the
 * next element is absent, cut off, not DER, or has another tag. All are Pure.
 */

/** @return whether everything has been read. */
bool ocsp_der_at_end(const ocsp_der_t *in);

/** @return whether the next element has this tag. */
bool ocsp_der_peek(const ocsp_der_t *in, unsigned tag);

/** @return whether both have the same bytes. */
bool ocsp_der_equal(ocsp_der_t a, ocsp_der_t b);

/**
 * Read the header of an element: a tag of one octet and a definite length of
 * minimal encoding (X.690 section 10.1). The content need not be there.
 * @param content_len at most SIZE_MAX / 2
 */
bool ocsp_der_get_header(ocsp_der_t *in, unsigned *tag, size_t *content_len);

/**
 * Read an element of any tag.
 * @param element header and content; NULL if not wanted
 * @param content NULL if not wanted
 */
bool ocsp_der_get_any(ocsp_der_t *in, unsigned *tag, ocsp_der_t *element,
                      ocsp_der_t *content);

/** Read the content of an element. Inline: CRLs have millions of short ones. */
static inline bool ocsp_der_get(ocsp_der_t *in, unsigned tag,
                                ocsp_der_t *content)
{
    unsigned found;

    if (in->len >= 2 && in->data[0] == tag && in->data[1] < 0x80
        && in->data[1] <= in->len - 2) {
        content->data = in->data + 2;
        content->len = in->data[1];
        in->data += 2 + content->len;
        in->len -= 2 + content->len;
        return true;
    }
    return ocsp_der_peek(in, tag)
        && ocsp_der_get_any(in, &found, NULL, content);
}

/** Read an element with its header. */
bool ocsp_der_get_element(ocsp_der_t *in, unsigned tag, ocsp_der_t *element);

/**
 * Read the content of an element that may be absent.
 * @param content data is NULL if the next element has another tag
 */
bool ocsp_der_get_optional(ocsp_der_t *in, unsigned tag, ocsp_der_t *content);

/** Read a BOOLEAN, 00 or FF (X.690 section 11.1). */
bool ocsp_der_get_boolean(ocsp_der_t *in, bool *value);

/**
 * Read a non-negative number.
 * @param tag OCSP_DER_INTEGER, OCSP_DER_ENUMERATED, or that of an IMPLICIT one
 * @param value 0 to 0x7fffffff
 */
bool ocsp_der_get_uint(ocsp_der_t *in, unsigned tag, unsigned *value);

/** A buffer that is filled from its end. */
typedef struct {
    unsigned char *buf;
    size_t cap; /* octets in buf */
    size_t pos; /* octets free at the start of buf */
    bool ok;    /* false: something did not fit; nothing is written any more */
} ocsp_der_writer_t;

/** Start with an empty buffer, which is borrowed. */
void ocsp_der_writer_init(ocsp_der_writer_t *w, unsigned char *buf, size_t cap);

/** Write bytes before those written last. */
void ocsp_der_put(ocsp_der_writer_t *w, const void *data, size_t len);

/** Write the header of an element with content_len octets of content. */
void ocsp_der_put_header(ocsp_der_writer_t *w, unsigned tag,
                         size_t content_len);

/** @return the position of the writer, for ocsp_der_wrap. Pure. */
size_t ocsp_der_mark(const ocsp_der_writer_t *w);

/** Make all that was written since mark the content of one element. */
void ocsp_der_wrap(ocsp_der_writer_t *w, unsigned tag, size_t mark);

/** @return octets of the header for so much content, 2 to 10. Pure. */
size_t ocsp_der_header_len(size_t content_len);

#endif
