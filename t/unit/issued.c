/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tests of src/status/issued.c.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "pki.h"
#include "status/issued.h"
#include "tap.h"

static apr_pool_t *pool;

/* A line and its serial number in hexadecimal; "": none; NULL: refused. */
static const struct {
    const char *name;
    const char *line;
    const char *want;
} cases[] = {
    {"a serial number", "1A2B", "1a2b"},
    {"in lower case", "1a2b", "1a2b"},
    {"of an odd number of digits", "ABC", "0abc"},
    {"one that looks decimal is none the less hexadecimal", "1234", "1234"},
    {"with leading zeros", "0001", "01"},
    {"zero", "00", "00"},
    {"with 0x", "0x1A2B", "1a2b"},
    {"with 0X", "0X1A", "1a"},
    {"with colons", "1A:2B:3C", "1a2b3c"},
    {"with both", "0x1a:2b", "1a2b"},
    {"a negative one", "-7B", "85"},
    {"blanks around it", " \t1A2B \t", "1a2b"},
    {"a comment behind it", "1A2B # the mail server", "1a2b"},
    {"and at once behind it", "1A2B#", "1a2b"},
    {"a comment alone", "  # nothing", ""},
    {"blanks alone", " \t ", ""},
    {"two on one line", "1A 2B", NULL},
    {"one with a comma", "1A,2B", NULL},
    {"0x alone", "0x", NULL},
    {"0x twice", "0x0x1A", NULL},
    {"a minus behind 0x", "0x-1A", NULL},
    {"0x behind a minus", "-0x1A", NULL},
    {"a colon at the end", "1A:", NULL},
    {"a name", "serial=1A2B", NULL},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "1A",
     NULL},
    {"a row of openssl ca", "V\t300101000000Z\t\t01\tunknown\t/CN=a", NULL},
};

static void test_lines(void)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pki_bytes_t in = pki_copy(cases[i].line, strlen(cases[i].line));
        const ocsp_line_t line = {in.data, in.len, true};
        char got[2 * OCSP_CERTID_SERIAL_MAX + 1] = "";
        ocsp_serial_t serial = {.len = 0};
        const char *why = "";
        apr_status_t rv = ocsp_issued_parse(&serial, &line, &why);
        size_t j;

        for (j = 0; rv == APR_SUCCESS && j < serial.len; j++) {
            (void)snprintf(got + 2 * j, 3, "%02x", serial.data[j]);
        }
        ok(cases[i].want != NULL
               ? rv == APR_SUCCESS && strcmp(got, cases[i].want) == 0
               : rv == OCSP_EMALFORMED && strstr(why, "hexadecimal") != NULL,
           "%s: %s", cases[i].name, got);
        free(in.data);
    }
}

static apr_status_t note(void *ctx, const unsigned char *serial,
                         size_t serial_len, const char **why)
{
    char *got = ctx;

    (void)snprintf(got + strlen(got), 10, "%02x/%zu ", serial[0], serial_len);
    *why = "is enough";
    return serial[0] == 0xee ? APR_EGENERAL : APR_SUCCESS;
}

static const struct {
    const char *name;
    const char *text;
    apr_status_t want;
    unsigned count;
    const char *got;
    const char *why;
} files[] = {
    {"nothing was issued yet", "", APR_SUCCESS, 0, "", ""},
    {"nor here", "# later\n\n", APR_SUCCESS, 0, "", ""},
    {"two, and the last lacks its end", "01\r\n\n #\n0203", APR_SUCCESS, 2,
     "01/1 02/2 ", ""},
    {"what is none is named by its line", "01\n#\nxx\n02\n", OCSP_EMALFORMED, 0,
     "01/1 ", "serials: line 3: RFC 5280 section 4.1.2.2"},
    {"whoever is called may end it", "EE\n01\n", APR_EGENERAL, 0, "ee/1 ",
     "serials: line 1: is enough"},
};

static void test_files(void)
{
    size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        feed_t feed = {.rest = {(const unsigned char *)files[i].text,
                                strlen(files[i].text)},
                       .chunk = 3};
        char got[200] = "";
        apr_uint64_t count = 0;
        const char *why = "";
        ocsp_lines_t *lines;
        apr_status_t rv = ocsp_lines_make(&lines, "serials", feed_read, &feed,
                                          &why, pool);

        if (rv == APR_SUCCESS) {
            rv = ocsp_issued_read_lines(&count, lines, note, got, &why);
            ocsp_lines_close(lines);
        }
        ok(rv == files[i].want && count == files[i].count
               && strcmp(got, files[i].got) == 0
               && strncmp(why, files[i].why, strlen(files[i].why)) == 0,
           "%s (%s)", files[i].name, why);
    }
}

static void test_read(void)
{
    char *path = pki_write_file("serials", "1A\n", 3);
    char got[200] = "";
    apr_uint64_t count = 0;
    const char *why = "";

    ok(ocsp_issued_read(&count, path, note, got, &why, pool) == APR_SUCCESS
           && count == 1 && strcmp(got, "1a/1 ") == 0,
       "a file is read");
    pki_remove_file(path);
    ok(ocsp_issued_read(NULL, "/", note, got, &why, pool) == OCSP_EMALFORMED,
       "a directory is none (%s)", why);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_lines();
    test_files();
    test_read();
    apr_terminate();
    return done_testing();
}
