/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens and reads files, and recognizes unexpected ones. Floor 1.
 */
#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "status/file.h"

#define BEGIN "-----BEGIN "
#define BEGIN_LEN (sizeof(BEGIN) - 1)

/* Octets of the longest label that is printed. */
#define LABEL_MAX 40

const char *ocsp_file_reason(const char *file, const char *what,
                             apr_status_t rv, apr_pool_t *p)
{
    char text[120];

    return apr_psprintf(p, "%s: %s: %s", file, what,
                        apr_strerror(rv, text, sizeof(text)));
}

static const char *type_name(apr_filetype_e type)
{
    if (type == APR_DIR) {
        return "a directory";
    }
    if (type == APR_CHR || type == APR_BLK) {
        return "a device";
    }
    if (type == APR_PIPE) {
        return "a FIFO";
    }
    if (type == APR_SOCK) {
        return "a socket";
    }
    return "of an unknown type";
}

static apr_status_t check_type(const apr_finfo_t *info, const char *file,
                               const char **why, apr_pool_t *p)
{
    if (info->filetype == APR_REG) {
        return APR_SUCCESS;
    }
    *why = apr_psprintf(p, "%s: is %s: name a regular file", file,
                        type_name(info->filetype));
    return OCSP_EMALFORMED;
}

apr_status_t ocsp_file_open(apr_file_t **out, const char *file,
                            const char **why, apr_pool_t *p)
{
    apr_finfo_t info;
    apr_file_t *f = NULL;
    apr_status_t rv;

    *out = NULL;
    /* Checked by name first, since opening a device may have effects; then
     * opened without blocking, and checked again, in case it was replaced. */
    rv = apr_stat(&info, file, APR_FINFO_TYPE, p);
    if (rv == APR_SUCCESS || rv == APR_INCOMPLETE) {
        if ((rv = check_type(&info, file, why, p)) != APR_SUCCESS) {
            return rv;
        }
        rv = apr_file_open(&f, file, APR_FOPEN_READ | APR_FOPEN_NONBLOCK,
                           APR_FPROT_OS_DEFAULT, p);
    }
    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(file,
                                "cannot be opened (check path and permissions)",
                                rv, p);
        return rv;
    }
    rv = apr_file_info_get(&info, APR_FINFO_TYPE, f);
    if (rv != APR_SUCCESS && rv != APR_INCOMPLETE) {
        *why = ocsp_file_reason(file, "cannot be read", rv, p);
    }
    else {
        rv = check_type(&info, file, why, p);
    }
    if (rv != APR_SUCCESS) {
        (void)apr_file_close(f);
        return rv;
    }
    *out = f;
    return APR_SUCCESS;
}

apr_status_t ocsp_file_read_block(void *file, unsigned char *buf, size_t *len)
{
    apr_status_t rv = apr_file_read(file, buf, len);

    return rv == APR_EOF ? APR_SUCCESS : rv;
}

apr_status_t ocsp_file_read(ocsp_der_t *content, const char *file,
                            const char **why, apr_pool_t *p)
{
    apr_file_t *f;
    unsigned char *buf;
    apr_size_t len = 0;
    apr_status_t rv = ocsp_file_open(&f, file, why, p);

    content->data = NULL;
    content->len = 0;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    buf = apr_palloc(p, OCSP_FILE_MAX + 2);
    rv = apr_file_read_full(f, buf, OCSP_FILE_MAX + 1, &len);
    (void)apr_file_close(f);
    if (rv != APR_SUCCESS && rv != APR_EOF) {
        *why = ocsp_file_reason(file, "cannot be read", rv, p);
        return rv;
    }
    if (len > OCSP_FILE_MAX) {
        *why = apr_psprintf(p,
                            "%s: is larger than %d octets: not a certificate "
                            "or key",
                            file, OCSP_FILE_MAX);
        return OCSP_EMALFORMED;
    }
    buf[len] = '\0';
    content->data = buf;
    content->len = len;
    return APR_SUCCESS;
}

/* 1.2.840.113549.1.7.2, signedData (RFC 2315 section 14). */
static const unsigned char pkcs7[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                      0xf7, 0x0d, 0x01, 0x07, 0x02};

/* The first octets of a file, in which it is. */
#define PKCS7_HEAD 32

/** Files that are recognized by their first octets. */
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

/* @return octets of the label that text begins with, or 0 */
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

/* The next label of a BEGIN line; text moves on. */
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

/* libcrypto does not read these keys. */
static bool is_openssh(ocsp_der_t label)
{
    return begins_with(label, "OPENSSH ", 8);
}

const char *ocsp_file_find_kind(ocsp_der_t head, const char *label,
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

/*
 * PFX ::= SEQUENCE {                          (RFC 7292 section 4)
 *     version   INTEGER {v3(3)},
 *     authSafe  ContentInfo,
 *     macData   MacData OPTIONAL }
 *
 * No certificate begins with an INTEGER, and no key with this one. In BER the
 * length of the SEQUENCE may be indefinite.
 */
bool ocsp_file_is_pkcs12(ocsp_der_t content)
{
    static const unsigned char version[] = {0x02, 0x01, 0x03, 0x30};
    size_t at = 2;

    if (content.len < 2 || content.data[0] != OCSP_DER_SEQUENCE) {
        return false;
    }
    if (content.data[1] > 0x80) {
        at += content.data[1] & 0x7fu;
    }
    return content.len > at + sizeof(version)
        && memcmp(content.data + at, version, sizeof(version)) == 0;
}
