/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads text files line by line. The buffer does not grow. Floor 1.
 */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/file.h"
#include "status/lines.h"

/* Room for the longest line with its end, and for a block. */
#define CAPACITY (OCSP_LINES_MAX + 2 + 49152)

typedef struct {
    const char *name;
    ocsp_stream_source_fn *source;
    void *source_ctx;
    unsigned char *buf;
    size_t start; /* buf from start to end is not used yet */
    size_t end;
    bool ended;          /* the source has no more */
    apr_uint64_t number; /* of the line read last */
    const char **why;
    apr_pool_t *pool;
} reader_t;

static apr_status_t refuse(const reader_t *r, apr_status_t rv, const char *what)
{
    *r->why = apr_psprintf(r->pool, "%s: line %" APR_UINT64_T_FMT ": %s",
                           r->name, r->number, what);
    return rv;
}

static apr_status_t read_more(reader_t *r)
{
    size_t len;
    apr_status_t rv;

    if (r->start > 0) {
        memmove(r->buf, r->buf + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    len = CAPACITY - r->end;
    rv = r->source(r->source_ctx, r->buf + r->end, &len);
    if (rv != APR_SUCCESS) {
        *r->why = ocsp_file_reason(r->name, "cannot be read", rv, r->pool);
        return rv;
    }
    r->ended = len == 0;
    r->end += len;
    return APR_SUCCESS;
}

/* The next line, perhaps empty, and with its CR; data NULL: there is none. */
static apr_status_t next_raw(reader_t *r, ocsp_line_t *line)
{
    const unsigned char *lf = NULL;
    size_t seen = 0;
    apr_status_t rv;

    r->number++;
    while (
        (lf = memchr(r->buf + r->start + seen, '\n', r->end - r->start - seen))
            == NULL
        && !r->ended && r->end - r->start <= OCSP_LINES_MAX + 1) {
        seen = r->end - r->start;
        if ((rv = read_more(r)) != APR_SUCCESS) {
            return rv;
        }
    }
    line->data = r->buf + r->start;
    line->len = (lf != NULL ? (size_t)(lf - r->buf) : r->end) - r->start;
    line->ended = lf != NULL;
    line->number = r->number;
    r->start += line->len + (lf != NULL ? 1 : 0);
    if (lf == NULL && line->len == 0) {
        line->data = NULL;
    }
    return APR_SUCCESS;
}

/* The next line that is not ignored; data NULL: there is none. */
static apr_status_t next(reader_t *r, ocsp_line_t *line)
{
    apr_status_t rv;

    do {
        if ((rv = next_raw(r, line)) != APR_SUCCESS || line->data == NULL) {
            return rv;
        }
        if (line->len > 0 && line->data[line->len - 1] == '\r') {
            line->len--;
        }
        if (line->len > OCSP_LINES_MAX) {
            return refuse(r, OCSP_EMALFORMED, "is too long: restore the file");
        }
        if (memchr(line->data, '\0', line->len) != NULL) {
            return refuse(r, OCSP_EMALFORMED,
                          "has a NUL octet: save the file as plain text, not "
                          "UTF-16");
        }
    } while (line->len == 0 || line->data[0] == '#');
    return APR_SUCCESS;
}

apr_status_t ocsp_lines_read_source(const char *name,
                                    ocsp_stream_source_fn *source,
                                    void *source_ctx, ocsp_lines_fn *fn,
                                    void *ctx, const char **why, apr_pool_t *p)
{
    reader_t r = {.name = name,
                  .source = source,
                  .source_ctx = source_ctx,
                  .buf = calloc(1, CAPACITY),
                  .why = why,
                  .pool = p};
    const char *what = NULL;
    ocsp_line_t line;
    apr_status_t rv;

    if (r.buf == NULL) {
        *why = apr_psprintf(p, "%s: out of memory", name);
        return APR_ENOMEM;
    }
    while ((rv = next(&r, &line)) == APR_SUCCESS && line.data != NULL) {
        if ((rv = fn(ctx, &line, &what)) != APR_SUCCESS) {
            refuse(&r, rv, what);
            break;
        }
    }
    free(r.buf);
    return rv;
}

apr_status_t ocsp_lines_read(const char *file, ocsp_lines_fn *fn, void *ctx,
                             const char **why, apr_pool_t *p)
{
    apr_file_t *f;
    apr_status_t rv = ocsp_file_open(&f, file, why, p);

    if (rv == APR_SUCCESS) {
        rv = ocsp_lines_read_source(file, ocsp_file_read_block, f, fn, ctx, why,
                                    p);
        (void)apr_file_close(f);
    }
    return rv;
}
