/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tests of src/status/lines.c.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "status/lines.h"
#include "tap.h"

static apr_pool_t *pool;

/* What a file's lines are: each in brackets, "!" behind one without an end,
 * then the status unless it was the end. */
static const struct {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen(text) */
    const char *want;
} cases[] = {
    {"an empty file has no lines", "", 0, ""},
    {"LF ends a line", "a\nbc\n", 0, "[a][bc]"},
    {"so does CRLF", "a\r\nbc\r\n", 0, "[a][bc]"},
    {"a CR elsewhere does not", "a\rb\r\r\n", 0, "[a\rb\r]"},
    {"the last line may lack its end", "a\nb", 0, "[a][b!]"},
    {"or half of it", "a\r", 0, "[a!]"},
    {"empty lines are passed over", "\n\r\na\n\n", 0, "[a]"},
    {"and comments, also the last", "#a\nb\n# c\n#d", 0, "[b]"},
    {"a blank is not empty", " \n #a\n", 0, "[ ][ #a]"},
    {"a NUL is refused with its line", "a\n\nb\0c\n", 7, "[a]line 3: holds"},
    {"so is one in a comment", "#\0\n", 3, "line 1: holds a NUL"},
};

static void run(size_t i, size_t chunk)
{
    size_t len = cases[i].len != 0 ? cases[i].len : strlen(cases[i].text);
    pki_bytes_t in = pki_copy(cases[i].text, len);
    feed_t feed = {.rest = {in.data, in.len}, .chunk = chunk};
    char got[200] = "";
    size_t used = 0;
    const char *why = NULL;
    ocsp_lines_t *lines;
    ocsp_line_t line;
    apr_status_t rv = ocsp_lines_make(&lines, "a.txt", feed_read, &feed, &why,
                                      pool);

    while (rv == APR_SUCCESS
           && (rv = ocsp_lines_next(lines, &line, &why)) == APR_SUCCESS) {
        used += (size_t)snprintf(got + used, sizeof(got) - used, "[%.*s%s]",
                                 (int)line.len, (const char *)line.data,
                                 line.ended ? "" : "!");
    }
    if (rv != APR_EOF && why != NULL && strncmp(why, "a.txt: ", 7) == 0) {
        (void)snprintf(got + used, sizeof(got) - used, "%s", why + 7);
    }
    ok((rv == APR_EOF) == (why == NULL)
           && (rv == APR_EOF
                   ? strcmp(got, cases[i].want) == 0
                   : rv == OCSP_EMALFORMED
                         && strncmp(got, cases[i].want, strlen(cases[i].want))
                                == 0),
       "%s, %zu at a time", cases[i].name, chunk);
    ocsp_lines_close(lines);
    is_int(ocsp_lines_next(lines, &line, &why), APR_EOF,
           "... and a closed file has no more");
    free(in.data);
}

/* A line of this many octets, between two others. */
static void test_length(size_t octets, const char *end, bool taken)
{
    pki_bytes_t in = {.len = 2 + octets + strlen(end) + 2};
    feed_t feed = {.chunk = 4097};
    const char *why = NULL;
    ocsp_lines_t *lines;
    ocsp_line_t line = {.len = 0};
    apr_status_t rv;

    in.data = malloc(in.len);
    memset(in.data, 'x', in.len);
    memcpy(in.data, "a\n", 2);
    memcpy(in.data + 2 + octets, end, strlen(end));
    memcpy(in.data + in.len - 2, "b\n", 2);
    feed.rest = (ocsp_der_t){in.data, in.len};
    rv = ocsp_lines_make(&lines, "a.txt", feed_read, &feed, &why, pool);
    ok(rv == APR_SUCCESS && ocsp_lines_next(lines, &line, &why) == APR_SUCCESS
           && line.len == 1,
       "(a line)");
    rv = ocsp_lines_next(lines, &line, &why);
    if (taken) {
        ok(rv == APR_SUCCESS && line.len == octets && line.ended
               && ocsp_lines_next(lines, &line, &why) == APR_SUCCESS
               && line.data[0] == 'b',
           "a line of %zu octets is taken", octets);
    }
    else {
        ok(rv == OCSP_EMALFORMED && strstr(why, "line 2: is longer") != NULL,
           "one of %zu is not (%s)", octets, why != NULL ? why : "");
    }
    ocsp_lines_close(lines);
    free(in.data);
}

static void test_failures(void)
{
    feed_t feed = {.fail = APR_EGENERAL};
    const char *why = "";
    ocsp_lines_t *lines = NULL;
    ocsp_line_t line;

    ok(ocsp_lines_make(&lines, "a.txt", feed_read, &feed, &why, pool)
               == APR_SUCCESS
           && ocsp_lines_next(lines, &line, &why) == APR_EGENERAL
           && strncmp(why, "a.txt: cannot be read", 21) == 0,
       "what cannot be read is said (%s)", why);
    ocsp_lines_close(lines);
    ok(APR_STATUS_IS_ENOENT(
           ocsp_lines_open(&lines, "/nonexistent/a.txt", &why, pool))
           && lines == NULL,
       "so is what cannot be opened (%s)", why);
    is_int(ocsp_lines_open(&lines, "/", &why, pool), OCSP_EMALFORMED,
           "a directory is no file");
}

int main(void)
{
    static const size_t chunks[] = {0, 1, 3};
    size_t i;
    size_t j;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (j = 0; j < 3; j++) {
            run(i, chunks[j]);
        }
    }
    test_length(OCSP_LINES_MAX, "\n", true);
    test_length(OCSP_LINES_MAX, "\r\n", true);
    test_length(OCSP_LINES_MAX + 1, "\n", false);
    test_length(OCSP_LINES_MAX * 20, "\n", false);
    test_failures();
    apr_terminate();
    return done_testing();
}
