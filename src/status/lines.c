/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See lines.h. The buffer does not grow: a line that does not fit is refused.
 */
#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/file.h"
#include "status/lines.h"

/** As much as the longest line and its end, and a block behind it. */
#define CAPACITY (OCSP_LINES_MAX + 2 + 49152)

struct ocsp_lines_t {
    const char *name;
    apr_pool_t *pool;
    ocsp_stream_source_fn *source;
    void *source_ctx;
    apr_file_t *file;   /* NULL: another source, or closed */
    unsigned char *buf; /* NULL: closed */
    size_t start;       /* what has not been given out: buf from here */
    size_t end;
    bool ended;          /* nothing more comes */
    apr_uint64_t number; /* of the line read last, from 1 */
};

apr_status_t ocsp_lines_refuse(const ocsp_lines_t *l, apr_status_t rv,
                               const char *what, const char **why)
{
    *why = apr_psprintf(l->pool, "%s: line %" APR_UINT64_T_FMT ": %s", l->name,
                        l->number, what);
    return rv;
}

static apr_status_t read_more(ocsp_lines_t *l, const char **why)
{
    size_t len;
    apr_status_t rv;

    if (l->start > 0) {
        memmove(l->buf, l->buf + l->start, l->end - l->start);
        l->end -= l->start;
        l->start = 0;
    }
    len = CAPACITY - l->end;
    rv = l->source(l->source_ctx, l->buf + l->end, &len);
    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(l->name, "cannot be read", rv, l->pool);
        return rv;
    }
    l->ended = len == 0;
    l->end += len;
    return APR_SUCCESS;
}

/* The next line as it stands, empty or not; with its CR. */
static apr_status_t next_raw(ocsp_lines_t *l, ocsp_line_t *line,
                             const char **why)
{
    const unsigned char *lf = NULL;
    size_t seen = 0;
    apr_status_t rv;

    l->number++;
    while (
        (lf = memchr(l->buf + l->start + seen, '\n', l->end - l->start - seen))
            == NULL
        && !l->ended && l->end - l->start <= OCSP_LINES_MAX + 1) {
        seen = l->end - l->start;
        if ((rv = read_more(l, why)) != APR_SUCCESS) {
            return rv;
        }
    }
    line->data = l->buf + l->start;
    line->len = (lf != NULL ? (size_t)(lf - l->buf) : l->end) - l->start;
    line->ended = lf != NULL;
    l->start += line->len + (lf != NULL ? 1 : 0);
    return lf == NULL && line->len == 0 ? APR_EOF : APR_SUCCESS;
}

apr_status_t ocsp_lines_next(ocsp_lines_t *l, ocsp_line_t *line,
                             const char **why)
{
    apr_status_t rv;

    if (l->buf == NULL) {
        return APR_EOF;
    }
    do {
        if ((rv = next_raw(l, line, why)) != APR_SUCCESS) {
            return rv;
        }
        if (line->len > 0 && line->data[line->len - 1] == '\r') {
            line->len--;
        }
        if (line->len > OCSP_LINES_MAX) {
            return ocsp_lines_refuse(l, OCSP_EMALFORMED,
                                     "is longer than any should be: restore "
                                     "the file",
                                     why);
        }
        if (memchr(line->data, '\0', line->len) != NULL) {
            return ocsp_lines_refuse(l, OCSP_EMALFORMED,
                                     "holds a NUL octet: save the file as "
                                     "plain text, not UTF-16",
                                     why);
        }
    } while (line->len == 0 || line->data[0] == '#');
    return APR_SUCCESS;
}

static apr_status_t free_lines(void *lines)
{
    ocsp_lines_t *l = lines;

    if (l->file != NULL) {
        (void)apr_file_close(l->file);
        l->file = NULL;
    }
    free(l->buf);
    l->buf = NULL;
    return APR_SUCCESS;
}

void ocsp_lines_close(ocsp_lines_t *l)
{
    apr_pool_cleanup_run(l->pool, l, free_lines);
}

static apr_status_t begin(ocsp_lines_t **out, ocsp_lines_t *l, const char **why)
{
    l->buf = malloc(CAPACITY);
    if (l->buf == NULL) {
        *why = apr_psprintf(l->pool, "%s: out of memory", l->name);
        return APR_ENOMEM;
    }
    *out = l;
    return APR_SUCCESS;
}

static ocsp_lines_t *make(const char *name, apr_pool_t *p)
{
    ocsp_lines_t *l = apr_pcalloc(p, sizeof(*l));

    l->name = apr_pstrdup(p, name);
    l->pool = p;
    /* Before the pool closes the file that this still points to. */
    apr_pool_pre_cleanup_register(p, l, free_lines);
    return l;
}

apr_status_t ocsp_lines_make(ocsp_lines_t **out, const char *name,
                             ocsp_stream_source_fn *source, void *ctx,
                             const char **why, apr_pool_t *p)
{
    ocsp_lines_t *l = make(name, p);

    *out = NULL;
    l->source = source;
    l->source_ctx = ctx;
    return begin(out, l, why);
}

static apr_status_t read_file(void *lines, unsigned char *buf, size_t *len)
{
    const ocsp_lines_t *l = lines;
    apr_status_t rv = apr_file_read(l->file, buf, len);

    return rv == APR_EOF ? APR_SUCCESS : rv;
}

apr_status_t ocsp_lines_open(ocsp_lines_t **out, const char *file,
                             const char **why, apr_pool_t *p)
{
    ocsp_lines_t *l = make(file, p);
    apr_status_t rv;

    *out = NULL;
    l->source = read_file;
    l->source_ctx = l;
    rv = ocsp_file_open(&l->file, file, why, p);
    return rv == APR_SUCCESS ? begin(out, l, why) : rv;
}
