/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decodes PEM. Floor 1.
 */
#include <apr_strings.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "status/file.h"
#include "status/pem.h"

/* Octets of the longest "-----BEGIN LABEL-----". */
#define MARK_MAX 64

/* Octets of text before the BEGIN line, such as "openssl crl -text" of ten
 * million entries. */
#define TEXT_BEFORE_MAX ((size_t)2 * 1024 * 1024 * 1024 - 1)

#define NO_END "2: no END line: the file is cut off"

struct ocsp_pem_t {
    ocsp_pem_input_t in;
    apr_pool_t *pool;
    EVP_ENCODE_CTX *base64;
    unsigned char *text; /* room for OCSP_PEM_ROOM octets */
    size_t start;        /* text from start to end is not decoded yet */
    size_t end;
    bool source_ended;
    bool padded; /* the base64 has ended: only the END line may follow */
    bool ended;  /* the END line has been read */
};

static apr_status_t refuse(const ocsp_pem_t *pem, const char *what,
                           const char **why)
{
    *why = apr_psprintf(pem->pool, "%s: RFC 7468 section %s", pem->in.name,
                        what);
    return OCSP_EMALFORMED;
}

static size_t make_mark(char mark[MARK_MAX], const char *word,
                        const ocsp_pem_t *pem)
{
    return (size_t)apr_snprintf(mark, MARK_MAX, "-----%s %s-----", word,
                                pem->in.label);
}

static void compact(ocsp_pem_t *pem)
{
    memmove(pem->text, pem->text + pem->start, pem->end - pem->start);
    pem->end -= pem->start;
    pem->start = 0;
}

static apr_status_t read_source(ocsp_pem_t *pem, const char **why)
{
    size_t len = OCSP_PEM_ROOM - pem->end;
    apr_status_t rv;

    rv = pem->in.source(pem->in.source_ctx, pem->text + pem->end, &len);
    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(pem->in.name, "cannot be read", rv, pem->pool);
        return rv;
    }
    pem->source_ended = len == 0;
    pem->end += len;
    return APR_SUCCESS;
}

/* Fill text with want octets, or with what is left. */
static apr_status_t fill(ocsp_pem_t *pem, size_t want, const char **why)
{
    apr_status_t rv = APR_SUCCESS;

    if (pem->end - pem->start < want) {
        compact(pem);
    }
    while (rv == APR_SUCCESS && pem->end - pem->start < want
           && !pem->source_ended) {
        rv = read_source(pem, why);
    }
    return rv;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(const unsigned char *text, size_t len)
{
    while (len > 0 && is_space(text[len - 1])) {
        len--;
    }
    return len == 0;
}

/* At the first '-' after the base64; out has room for 48 octets. */
static apr_status_t read_end_line(ocsp_pem_t *pem, unsigned char *out, int *len,
                                  const char **why)
{
    char mark[MARK_MAX];
    size_t mark_len = make_mark(mark, "END", pem);
    apr_status_t rv = fill(pem, mark_len, why);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (pem->end - pem->start < mark_len
        || memcmp(pem->text + pem->start, mark, mark_len) != 0) {
        return refuse(pem, "2: the END line is wrong", why);
    }
    if (EVP_DecodeFinal(pem->base64, out, len) < 0) {
        return refuse(pem, "3: base64 of a wrong length", why);
    }
    pem->start += mark_len;
    pem->ended = true;
    return APR_SUCCESS;
}

/* Decode the text up to a '-'. */
static apr_status_t decode(ocsp_pem_t *pem, unsigned char *out, int *out_len,
                           const char **why)
{
    const unsigned char *text = pem->text + pem->start;
    size_t len = pem->end - pem->start;
    const unsigned char *dash = memchr(text, '-', len);
    int more = 1;
    int last_len = 0;
    apr_status_t rv = APR_SUCCESS;

    if (dash != NULL) {
        len = (size_t)(dash - text);
    }
    if (!pem->padded && len > 0) {
        more = EVP_DecodeUpdate(pem->base64, out, out_len, text, (int)len);
    }
    /* it returns 0 at padding, and would begin again after that */
    if (more < 0 || (pem->padded && !is_blank(text, len))) {
        return refuse(pem, "3: not base64", why);
    }
    pem->padded = pem->padded || more == 0;
    pem->start += len;
    if (dash != NULL) {
        rv = read_end_line(pem, out + *out_len, &last_len, why);
        *out_len += last_len;
    }
    return rv;
}

apr_status_t ocsp_pem_read(ocsp_pem_t *pem, unsigned char *buf, size_t *len,
                           const char **why)
{
    int out_len = 0;
    apr_status_t rv = APR_SUCCESS;

    if (*len < OCSP_PEM_ROOM) {
        return APR_EINVAL;
    }
    *len = 0;
    while (rv == APR_SUCCESS && out_len == 0 && !pem->ended) {
        rv = fill(pem, 1, why);
        if (rv == APR_SUCCESS && pem->end == pem->start) {
            rv = refuse(pem, NO_END, why);
        }
        if (rv == APR_SUCCESS) {
            rv = decode(pem, buf, &out_len, why);
        }
    }
    if (rv == APR_SUCCESS) {
        *len = (size_t)out_len;
    }
    return rv;
}

static bool begins_line(const ocsp_pem_t *pem, size_t at)
{
    return at == pem->start || pem->text[at - 1] == '\n'
        || pem->text[at - 1] == '\r';
}

/* @return the end of the BEGIN mark in the text from at on, or 0 */
static size_t find_mark(const ocsp_pem_t *pem, size_t at, const char *mark,
                        size_t mark_len)
{
    const unsigned char *hit;

    while ((hit = memmem(pem->text + at, pem->end - at, mark, mark_len))
           != NULL) {
        at = (size_t)(hit - pem->text);
        if (begins_line(pem, at)) {
            return at + mark_len;
        }
        at++;
    }
    return 0;
}

/* Whether the first octets can be text. */
static bool is_text(const ocsp_pem_t *pem, size_t len)
{
    return memchr(pem->text, '\0', len) == NULL;
}

/*
 * Skip the text before the BEGIN line, and that line. As many octets are kept
 * as a mark has: a mark may be read all but its last octet, and begins_line
 * needs one octet before it. It stops at a file that is not text, which may be
 * huge.
 */
static apr_status_t find_begin(ocsp_pem_t *pem, const char **why)
{
    char mark[MARK_MAX];
    size_t mark_len = make_mark(mark, "BEGIN", pem);
    size_t at = pem->start;
    size_t before = 0;
    size_t found;
    apr_status_t rv;

    while ((found = find_mark(pem, at, mark, mark_len)) == 0
           && !pem->source_ended && before <= TEXT_BEFORE_MAX
           && is_text(pem, pem->end)) {
        before += pem->end;
        if (pem->end - pem->start > mark_len) {
            pem->start = pem->end - mark_len;
        }
        compact(pem);
        at = pem->end == mark_len ? 1 : 0;
        if ((rv = read_source(pem, why)) != APR_SUCCESS) {
            return rv;
        }
    }
    if (found == 0 || !is_text(pem, found)) {
        const char *kind = ocsp_file_find_kind(pem->in.seen, pem->in.label,
                                               pem->pool);

        *why = apr_psprintf(pem->pool,
                            "%s: neither DER (RFC 5280 section 5.1) nor PEM "
                            "with a line %s%s%s: give a file of that kind",
                            pem->in.name, mark, kind != NULL ? "; " : "",
                            kind != NULL ? kind : "");
        return OCSP_EMALFORMED;
    }
    pem->start = found;
    return APR_SUCCESS;
}

/* Whether the last line of the file is the start of a mark. */
static bool is_cut_off(const ocsp_pem_t *pem, const char *mark, size_t mark_len)
{
    size_t at = pem->end;

    while (at > pem->start && pem->end - at < mark_len
           && pem->text[at - 1] != '\n' && pem->text[at - 1] != '\r') {
        at--;
    }
    return at < pem->end && pem->end - at < mark_len
        && memcmp(pem->text + at, mark, pem->end - at) == 0;
}

/*
 * Find the end of the next mark of this label, be it a BEGIN or an END mark;
 * NULL: there is none. As many octets as a mark has are kept.
 */
static apr_status_t find_label(ocsp_pem_t *pem, const unsigned char **out,
                               size_t mark_len, const char **why)
{
    char tail[MARK_MAX];
    size_t tail_len = (size_t)apr_snprintf(tail, MARK_MAX, "%s-----",
                                           pem->in.label);
    const unsigned char *hit;
    apr_status_t rv;

    for (;;) {
        hit = memmem(pem->text + pem->start, pem->end - pem->start, tail,
                     tail_len);
        if (!is_text(pem, hit != NULL ? (size_t)(hit - pem->text) : pem->end)) {
            return refuse(pem, "2: the file is no text: write it again", why);
        }
        if (hit != NULL || pem->source_ended) {
            *out = hit != NULL ? hit + tail_len : NULL;
            return APR_SUCCESS;
        }
        if (pem->end - pem->start > mark_len) {
            pem->start = pem->end - mark_len;
        }
        compact(pem);
        if ((rv = read_source(pem, why)) != APR_SUCCESS) {
            return rv;
        }
    }
}

/* Skip the text before the next mark of this label, which must be of this word,
 * and the mark. */
static apr_status_t skip_to(ocsp_pem_t *pem, const char *word, bool *found,
                            const char **why)
{
    char mark[MARK_MAX];
    size_t mark_len = make_mark(mark, word, pem);
    const unsigned char *end = NULL;
    apr_status_t rv = find_label(pem, &end, mark_len, why);

    *found = end != NULL;
    if (rv != APR_SUCCESS || end == NULL) {
        return rv == APR_SUCCESS && is_cut_off(pem, mark, mark_len)
                 ? refuse(pem, "2: the file is cut off in a line of dashes",
                          why)
                 : rv;
    }
    if ((size_t)(end - pem->text) - pem->start < mark_len
        || memcmp(end - mark_len, mark, mark_len) != 0) {
        return refuse(pem, "2: BEGIN and END lines do not alternate", why);
    }
    pem->start = (size_t)(end - pem->text);
    return APR_SUCCESS;
}

apr_status_t ocsp_pem_next(ocsp_pem_t *pem, bool *found, const char **why)
{
    apr_status_t rv = APR_SUCCESS;

    *found = true;
    if (!pem->ended) {
        rv = skip_to(pem, "END", found, why);
        pem->ended = true;
    }
    if (rv == APR_SUCCESS && !*found) {
        return refuse(pem, NO_END, why);
    }
    if (rv == APR_SUCCESS) {
        rv = skip_to(pem, "BEGIN", found, why);
    }
    if (rv == APR_SUCCESS && *found) {
        EVP_DecodeInit(pem->base64);
        pem->padded = false;
        pem->ended = false;
    }
    return rv;
}

static apr_status_t free_buffers(void *data)
{
    ocsp_pem_t *pem = data;

    EVP_ENCODE_CTX_free(pem->base64);
    pem->base64 = NULL;
    free(pem->text);
    pem->text = NULL;
    pem->start = pem->end = 0;
    pem->ended = true;
    return APR_SUCCESS;
}

void ocsp_pem_free(ocsp_pem_t *pem)
{
    apr_pool_cleanup_run(pem->pool, pem, free_buffers);
}

/* Some editors write a byte order mark at the start of a file. */
static void skip_byte_order_mark(ocsp_pem_t *pem)
{
    if (pem->end >= 3 && memcmp(pem->text, "\xef\xbb\xbf", 3) == 0) {
        pem->start = 3;
    }
}

apr_status_t ocsp_pem_make(ocsp_pem_t **out, const ocsp_pem_input_t *in,
                           const char **why, apr_pool_t *p)
{
    ocsp_pem_t *pem = apr_pcalloc(p, sizeof(*pem));
    apr_status_t rv;

    *out = NULL;
    pem->in = *in;
    pem->pool = p;
    pem->text = malloc(OCSP_PEM_ROOM);
    pem->base64 = EVP_ENCODE_CTX_new();
    apr_pool_cleanup_register(p, pem, free_buffers, apr_pool_cleanup_null);
    if (pem->text == NULL || pem->base64 == NULL) {
        *why = apr_psprintf(p, "%s: out of memory", in->name);
        rv = APR_ENOMEM;
    }
    else {
        EVP_DecodeInit(pem->base64);
        memcpy(pem->text, in->seen.data, in->seen.len);
        pem->end = in->seen.len;
        skip_byte_order_mark(pem);
        rv = find_begin(pem, why);
    }
    if (rv != APR_SUCCESS) {
        ocsp_pem_free(pem);
        return rv;
    }
    *out = pem;
    return APR_SUCCESS;
}
