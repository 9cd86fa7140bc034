/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads DER and PEM files as streams. The window is a buffer that does not
 * grow. Floor 1.
 */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/file.h"
#include "status/pem.h"
#include "status/stream.h"

/* Octets that are read at once: still in the cache when they are hashed. */
#define BLOCK 131072

/* Room for the longest element and a block. */
#define CAPACITY (OCSP_STREAM_WINDOW + BLOCK)

_Static_assert(BLOCK >= OCSP_PEM_ROOM, "a block has room for decoded PEM");

struct ocsp_stream_t {
    const char *name;
    apr_pool_t *pool;
    ocsp_stream_source_fn *source;
    void *source_ctx;
    apr_file_t *file;  /* NULL: another source, or closed */
    apr_uint64_t size; /* of the file */
    ocsp_pem_t *pem;   /* NULL: the source is DER */
    bool ended;        /* the source has no more */
    unsigned char *buf;
    size_t start; /* the window: buf from start to end */
    size_t end;
    ocsp_stream_tap_fn *tap;
    void *tap_ctx;
    apr_uint64_t position; /* of start in the DER */
};

/* Read something more into the window, which has room for a block. */
static apr_status_t read_more(ocsp_stream_t *s, const char **why)
{
    unsigned char *buf = s->buf + s->end;
    size_t len = CAPACITY - s->end;
    apr_status_t rv;

    if (s->pem != NULL) {
        rv = ocsp_pem_read(s->pem, buf, &len, why);
    }
    else {
        rv = s->source(s->source_ctx, buf, &len);
        if (rv != APR_SUCCESS) {
            *why = ocsp_file_reason(s->name, "cannot be read", rv, s->pool);
        }
    }
    if (rv == APR_SUCCESS) {
        s->ended = len == 0;
        s->end += len;
    }
    return rv;
}

apr_status_t ocsp_stream_fill(ocsp_stream_t *s, size_t want, ocsp_der_t *window,
                              const char **why)
{
    apr_status_t rv = APR_SUCCESS;

    window->data = NULL;
    window->len = 0;
    if (want > OCSP_STREAM_WINDOW || s->buf == NULL) {
        *why = apr_psprintf(s->pool, "%s: asked beyond the window", s->name);
        return APR_EINVAL;
    }
    if (s->end - s->start < want && !s->ended) {
        memmove(s->buf, s->buf + s->start, s->end - s->start);
        s->end -= s->start;
        s->start = 0;
    }
    while (rv == APR_SUCCESS && s->end - s->start < want && !s->ended) {
        rv = read_more(s, why);
    }
    if (rv == APR_SUCCESS) {
        window->data = s->buf + s->start;
        window->len = s->end - s->start;
    }
    return rv;
}

apr_status_t ocsp_stream_skip(ocsp_stream_t *s, size_t len, const char **why)
{
    if (len > s->end - s->start) {
        *why = apr_psprintf(s->pool, "%s: skipped beyond the window", s->name);
        return APR_EINVAL;
    }
    if (len > 0 && s->tap != NULL
        && !s->tap(s->tap_ctx, s->buf + s->start, len)) {
        *why = apr_psprintf(s->pool, "%s: cannot be hashed", s->name);
        return OCSP_ECRYPTO;
    }
    s->start += len;
    s->position += len;
    return APR_SUCCESS;
}

apr_status_t ocsp_stream_next(ocsp_stream_t *s, bool *found, const char **why)
{
    apr_status_t rv;

    *found = false;
    if (s->pem == NULL) {
        return APR_SUCCESS;
    }
    rv = ocsp_pem_next(s->pem, found, why);
    *found = *found && rv == APR_SUCCESS;
    ocsp_stream_tap(s, NULL, NULL);
    s->start = s->end = 0;
    s->position = 0;
    s->ended = !*found;
    return rv;
}

void ocsp_stream_tap(ocsp_stream_t *s, ocsp_stream_tap_fn *fn, void *ctx)
{
    s->tap = fn;
    s->tap_ctx = ctx;
}

const char *ocsp_stream_get0_name(const ocsp_stream_t *s)
{
    return s->name;
}

apr_uint64_t ocsp_stream_get_size(const ocsp_stream_t *s)
{
    return s->size;
}

apr_uint64_t ocsp_stream_position(const ocsp_stream_t *s)
{
    return s->position;
}

/* Decode PEM from now on, including what has been read. */
static apr_status_t begin_pem(ocsp_stream_t *s, const char *label,
                              const char **why)
{
    ocsp_pem_input_t in = {.name = s->name,
                           .label = label,
                           .source = s->source,
                           .source_ctx = s->source_ctx,
                           .seen = {.data = s->buf, .len = s->end}};

    s->end = 0;
    return ocsp_pem_make(&s->pem, &in, why, s->pool);
}

/* Find out by the first octet whether it is DER or PEM. */
static apr_status_t begin(ocsp_stream_t *s, const char *label, const char **why)
{
    size_t len;
    apr_status_t rv = APR_SUCCESS;

    s->start = s->end = 0;
    s->buf = malloc(CAPACITY);
    if (s->buf == NULL) {
        *why = apr_psprintf(s->pool, "%s: out of memory", s->name);
        return APR_ENOMEM;
    }
    /* three octets, since PEM may begin with a byte order mark */
    while (s->end < 3 && !s->ended && rv == APR_SUCCESS) {
        len = OCSP_PEM_ROOM - s->end;
        rv = s->source(s->source_ctx, s->buf + s->end, &len);
        if (rv == APR_SUCCESS) {
            s->end += len;
            s->ended = len == 0;
        }
    }
    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(s->name, "cannot be read", rv, s->pool);
        return rv;
    }
    if (s->end == 0) {
        *why = apr_psprintf(s->pool, "%s: the file is empty: write it again",
                            s->name);
        return OCSP_EMALFORMED;
    }
    if (s->buf[0] == OCSP_DER_SEQUENCE) {
        return APR_SUCCESS;
    }
    s->ended = false;
    return begin_pem(s, label, why);
}

static apr_status_t free_stream(void *stream)
{
    ocsp_stream_t *s = stream;

    if (s->file != NULL) {
        (void)apr_file_close(s->file);
        s->file = NULL;
    }
    if (s->pem != NULL) {
        ocsp_pem_free(s->pem);
        s->pem = NULL;
    }
    free(s->buf);
    s->buf = NULL;
    s->start = s->end = 0;
    s->ended = true;
    return APR_SUCCESS;
}

void ocsp_stream_close(ocsp_stream_t *s)
{
    apr_pool_cleanup_run(s->pool, s, free_stream);
}

apr_status_t ocsp_stream_make(ocsp_stream_t **out, const char *name,
                              const char *label, ocsp_stream_source_fn *source,
                              void *ctx, const char **why, apr_pool_t *p)
{
    ocsp_stream_t *s = apr_pcalloc(p, sizeof(*s));
    apr_status_t rv;

    *out = NULL;
    s->name = apr_pstrdup(p, name);
    s->pool = p;
    s->source = source;
    s->source_ctx = ctx;
    /* before the pool closes the file */
    apr_pool_pre_cleanup_register(p, s, free_stream);
    rv = begin(s, label, why);
    if (rv != APR_SUCCESS) {
        ocsp_stream_close(s);
        return rv;
    }
    *out = s;
    return APR_SUCCESS;
}

apr_status_t ocsp_stream_open(ocsp_stream_t **out, const char *file,
                              const char *name, const char *label,
                              const char **why, apr_pool_t *p)
{
    apr_finfo_t info = {.size = 0};
    apr_file_t *f;
    apr_status_t rv = ocsp_file_open(&f, file, why, p);

    *out = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = ocsp_stream_make(out, name, label, ocsp_file_read_block, f, why, p);
    if (rv != APR_SUCCESS) {
        (void)apr_file_close(f);
        return rv;
    }
    (void)apr_file_info_get(&info, APR_FINFO_SIZE, f);
    (*out)->file = f;
    (*out)->size = (apr_uint64_t)info.size;
    return APR_SUCCESS;
}
