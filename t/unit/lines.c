/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/lines.
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
    {"a NUL is refused with its line", "a\n\nb\0c\n", 7,
     "[a]line 3: has a NUL"},
    {"so is one in a comment", "#\0\n", 3, "line 1: has a NUL"},
};

/* Append a line to ctx, a string. */
static apr_status_t append(void *ctx, const ocsp_line_t *line, const char **why)
{
    char *got = ctx;

    (void)snprintf(got + strlen(got), 200 - strlen(got), "[%.*s%s]",
                   (int)line->len, (const char *)line->data,
                   line->ended ? "" : "!");
    if (line->data[0] == '!') {
        *why = "is enough";
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

static void run(size_t i, size_t chunk)
{
    size_t len = cases[i].len != 0 ? cases[i].len : strlen(cases[i].text);
    pki_bytes_t in = pki_copy(cases[i].text, len);
    feed_t feed = {.rest = {in.data, in.len}, .chunk = chunk};
    char got[200] = "";
    const char *why = NULL;
    apr_status_t rv = ocsp_lines_read_source("a.txt", feed_read, &feed, append,
                                             got, &why, pool);

    if (why != NULL && strncmp(why, "a.txt: ", 7) == 0) {
        (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s",
                       why + 7);
    }
    ok((rv == APR_SUCCESS) == (why == NULL)
           && (rv == APR_SUCCESS
                   ? strcmp(got, cases[i].want) == 0
                   : rv == OCSP_EMALFORMED
                         && strncmp(got, cases[i].want, strlen(cases[i].want))
                                == 0),
       "%s, %zu at a time", cases[i].name, chunk);
    free(in.data);
}

/* Keep the length and number of the longest line. */
static apr_status_t find_longest(void *ctx, const ocsp_line_t *line,
                                 const char **why)
{
    ocsp_line_t *longest = ctx;

    if (line->len > longest->len) {
        *longest = *line;
    }
    return APR_SUCCESS;
}

/* A line of this many octets, between two others. */
static void test_length(size_t octets, const char *end, bool taken)
{
    pki_bytes_t in = {.len = 2 + octets + strlen(end) + 2};
    feed_t feed = {.chunk = 4097};
    const char *why = NULL;
    ocsp_line_t longest = {.len = 0};
    apr_status_t rv;

    in.data = malloc(in.len);
    memset(in.data, 'x', in.len);
    memcpy(in.data, "a\n", 2);
    memcpy(in.data + 2 + octets, end, strlen(end));
    memcpy(in.data + in.len - 2, "b\n", 2);
    feed.rest = (ocsp_der_t){in.data, in.len};
    rv = ocsp_lines_read_source("a.txt", feed_read, &feed, find_longest,
                                &longest, &why, pool);
    if (taken) {
        ok(rv == APR_SUCCESS && longest.len == octets && longest.ended
               && longest.number == 2,
           "a line of %zu octets is read", octets);
    }
    else {
        ok(rv == OCSP_EMALFORMED && longest.len == 1
               && strstr(why, "line 2: is too long") != NULL,
           "one of %zu is not (%s)", octets, why != NULL ? why : "");
    }
    free(in.data);
}

static void test_failures(void)
{
    feed_t feed = {.fail = APR_EGENERAL};
    feed_t more = {.rest = {(const unsigned char *)"a\n!\nb\n", 6}};
    const char *why = "";
    char got[200] = "";
    char *path;

    ok(ocsp_lines_read_source("a.txt", feed_read, &feed, append, got, &why,
                              pool)
               == APR_EGENERAL
           && strncmp(why, "a.txt: cannot be read", 21) == 0,
       "an error of the source is returned (%s)", why);
    ok(ocsp_lines_read_source("a.txt", feed_read, &more, append, got, &why,
                              pool)
               == APR_EGENERAL
           && strcmp(why, "a.txt: line 2: is enough") == 0
           && strcmp(got, "[a][!]") == 0,
       "the function that gets the lines can end the reading (%s)", why);
    ok(APR_STATUS_IS_ENOENT(
           ocsp_lines_read("/nonexistent/a.txt", append, got, &why, pool))
           && strncmp(why, "/nonexistent/a.txt: ", 20) == 0,
       "a missing file is named (%s)", why);
    is_int(ocsp_lines_read("/", append, got, &why, pool), OCSP_EMALFORMED,
           "a directory is no file");
    path = pki_write_file("a.txt", "a\nb\n", 4);
    got[0] = '\0';
    ok(ocsp_lines_read(path, append, got, &why, pool) == APR_SUCCESS
           && strcmp(got, "[a][b]") == 0,
       "a file is read");
    pki_remove_file(path);
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
