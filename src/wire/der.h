/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strict DER (X.690 section 10): a read cursor over bytes that it borrows, and
 * a writer that fills a buffer from its end towards its start, so that every
 * length is known when its header is written. Floor 0: libc only.
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

/** The longest header this code reads or writes: tag, 0x88, eight octets. */
#define OCSP_DER_HEADER_MAX 10

/**
 * A borrowed run of bytes; as a cursor, what is still to be read. data is NULL
 * where an optional element was absent.
 */
typedef struct {
    const unsigned char *data;
    size_t len;
} ocsp_der_t;

/** @return whether nothing is left over. Pure. */
bool ocsp_der_at_end(const ocsp_der_t *in);

/** @return whether the next element has this tag. Pure. */
bool ocsp_der_peek(const ocsp_der_t *in, unsigned tag);

/** @return whether both hold the same bytes. Pure. */
bool ocsp_der_equal(ocsp_der_t a, ocsp_der_t b);

/**
 * Read tag and length only; the content need not be there (a stream).
 * Single-octet tags, definite minimal lengths (X.690 section 10.1).
 * @param tag the identifier octet
 * @param content_len what the header declares, at most SIZE_MAX / 2
 * @return false: short, or not DER; in is where it was. Pure.
 */
bool ocsp_der_get_header(ocsp_der_t *in, unsigned *tag, size_t *content_len);

/**
 * Read one element of any tag.
 * @param element header and content; NULL if not wanted
 * @param content the content alone; NULL if not wanted
 * @return false: short, or not DER; in is where it was. Pure.
 */
bool ocsp_der_get_any(ocsp_der_t *in, unsigned *tag, ocsp_der_t *element,
                      ocsp_der_t *content);

/** Read one element of this tag, its content. Pure. */
bool ocsp_der_get(ocsp_der_t *in, unsigned tag, ocsp_der_t *content);

/** Read one element of this tag, header included. Pure. */
bool ocsp_der_get_element(ocsp_der_t *in, unsigned tag, ocsp_der_t *element);

/**
 * Read an element that may be absent.
 * @param content its content; data is NULL if the next tag is another
 * @return false only if an element of this tag is there and broken. Pure.
 */
bool ocsp_der_get_optional(ocsp_der_t *in, unsigned tag, ocsp_der_t *content);

/**
 * Read a BOOLEAN: FF is true, 00 is false, nothing else is DER
 * (X.690 section 11.1). Pure.
 */
bool ocsp_der_get_boolean(ocsp_der_t *in, bool *value);

/**
 * Read a small non-negative number in DER: an INTEGER, or with another tag an
 * ENUMERATED or an IMPLICIT one.
 * @param value 0 to 0x7fffffff
 * @return false also for a negative, larger or padded one. Pure.
 */
bool ocsp_der_get_uint(ocsp_der_t *in, unsigned tag, unsigned *value);

/** A buffer filled from its end: what is written last stands first. */
typedef struct {
    unsigned char *buf;
    size_t cap; /* octets in buf */
    size_t pos; /* octets of buf still free, in front of what is written */
    bool ok;    /* false once something did not fit; then nothing is written */
} ocsp_der_writer_t;

/** Start at the end of buf, which the writer borrows. */
void ocsp_der_writer_init(ocsp_der_writer_t *w, unsigned char *buf, size_t cap);

/** Put bytes in front of what is written. */
void ocsp_der_put(ocsp_der_writer_t *w, const void *data, size_t len);

/** Put the header of an element whose content is content_len octets. */
void ocsp_der_put_header(ocsp_der_writer_t *w, unsigned tag,
                         size_t content_len);

/** Where the writer is: to be handed to ocsp_der_wrap. Pure. */
size_t ocsp_der_mark(const ocsp_der_writer_t *w);

/** Make everything written since mark the content of one element. */
void ocsp_der_wrap(ocsp_der_writer_t *w, unsigned tag, size_t mark);

/** @return octets that a header for this content takes, 2 to 10. Pure. */
size_t ocsp_der_header_len(size_t content_len);

#endif
