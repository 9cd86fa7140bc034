/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See file_kind.h.
 */
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "status/file_kind.h"

#define BEGIN "-----BEGIN "
#define BEGIN_LEN (sizeof(BEGIN) - 1)

/** Octets of the longest label that is printed. */
#define LABEL_MAX 40

/** 1.2.840.113549.1.7.2, signedData, which stands near the beginning (RFC 2315
 * section 14). */
static const unsigned char pkcs7[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                      0xf7, 0x0d, 0x01, 0x07, 0x02};

/** Octets in which it stands. */
#define PKCS7_HEAD 32

/** Files that are told by how they begin. */
static const struct {
    const char *magic;
    size_t len;
    const char *kind;
} kinds[] = {
    {"\xff\xfe", 2,
     "the file is text in UTF-16: convert it by iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff", 2,
     "the file is text in UTF-16: convert it by iconv -f UTF-16 -t UTF-8"},
    {"\x1f\x8b", 2, "the file is compressed by gzip"},
    {"PK\x03\x04", 4, "the file is a ZIP archive"},
    {"<", 1, "the file begins with \"<\", as a web page does"},
    {"MII", 3, "the file is base64 without the BEGIN and END lines"},
};

static bool begins_with(ocsp_der_t text, const char *magic, size_t len)
{
    return text.len >= len && memcmp(text.data, magic, len) == 0;
}

/* @return how long the label is that text begins with, or 0 */
static size_t measure_label(ocsp_der_t text)
{
    size_t len = 0;

    while (len < text.len && len < LABEL_MAX
           && (apr_isupper(text.data[len]) || apr_isdigit(text.data[len])
               || text.data[len] == ' ')) {
        len++;
    }
    if (text.len - len < 5 || memcmp(text.data + len, "-----", 5) != 0) {
        return 0;
    }
    return len;
}

/* The next label of a BEGIN line; text moves behind it. */
static ocsp_der_t find_label(ocsp_der_t *text)
{
    ocsp_der_t label = {NULL, 0};
    const unsigned char *hit;

    while (label.len == 0
           && (hit = memmem(text->data, text->len, BEGIN, BEGIN_LEN)) != NULL) {
        text->len -= (size_t)(hit - text->data) + BEGIN_LEN;
        text->data = hit + BEGIN_LEN;
        label = (ocsp_der_t){text->data, measure_label(*text)};
    }
    return label;
}

static bool ends_with(ocsp_der_t label, const char *end)
{
    size_t len = strlen(end);

    return label.len >= len
        && memcmp(label.data + label.len - len, end, len) == 0;
}

/* libcrypto does not read it, whatever its label ends with. */
static bool is_openssh(ocsp_der_t label)
{
    return begins_with(label, "OPENSSH ", 8);
}

const char *ocsp_file_kind_find(ocsp_der_t head, const char *label,
                                apr_pool_t *p)
{
    ocsp_der_t rest = head;
    ocsp_der_t first = find_label(&rest);
    ocsp_der_t next;
    size_t i;

    for (next = first; next.len > 0; next = find_label(&rest)) {
        if (ends_with(next, label) && !is_openssh(next)) {
            return NULL;
        }
    }
    if (first.len > 0) {
        return apr_psprintf(p, "the file has " BEGIN "%.*s-----",
                            (int)first.len, (const char *)first.data);
    }
    if (head.len == 0) {
        return "the file is empty";
    }
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (begins_with(head, kinds[i].magic, kinds[i].len)) {
            return kinds[i].kind;
        }
    }
    return memmem(head.data, head.len < PKCS7_HEAD ? head.len : PKCS7_HEAD,
                  pkcs7, sizeof(pkcs7))
                != NULL
             ? "the file is PKCS#7: openssl pkcs7 -inform DER -print_certs "
               "prints what is in it, each to go into a file of its own"
             : NULL;
}
