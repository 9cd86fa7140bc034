/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/serial_list.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "pki.h"
#include "status/serial_list.h"
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
    {"as openssl x509 -serial prints it", "serial=1A2B", "1a2b"},
    {"in lower case, too", "serial=1a2b # and a comment", "1a2b"},
    {"nothing behind serial=", "serial=", NULL},
    {"both prefixes", "serial=0x1A2B", NULL},
    {"another name", "number=1A2B", NULL},
    {"a byte order mark that is not the file's first",
     "\xef\xbb\xbf"
     "1A",
     NULL},
    {"20 octets", "7A00000000000000000000000000000000000001",
     "7a00000000000000000000000000000000000001"},
    {"20 octets behind zeros", "00007A00000000000000000000000000000000000001",
     "7a00000000000000000000000000000000000001"},
    {"40 decimal digits, which nobody can tell",
     "1234567890123456789012345678901234567890",
     "1234567890123456789012345678901234567890"},
};

/* F1: what lists that are none have in common, and what they are told. */
static const struct {
    const char *name;
    const char *line;
    const char *why;
} refused[] = {
    {"48 decimal digits", "563892847562938475629384756293847562938475629384",
     "has more than 20 octets: is it decimal?"},
    {"41 of them", "12345678901234567890123456789012345678901",
     "has more than 20 octets: is it decimal?"},
    {"a hundred of them",
     "1234567890123456789012345678901234567890123456789012345678901234567890"
     "123456789012345678901234567890",
     "has more than 20 octets: is it decimal?"},
    {"21 octets", "7A0000000000000000000000000000000000000001",
     "has more than 20 octets: write"},
    {"21 octets behind 0x, which is not decimal",
     "0x110000000000000000000000000000000000000001",
     "has more than 20 octets: write"},
    {"21 octets with colons",
     "11:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01",
     "has more than 20 octets: write"},
    {"a CSV file", "1A,2B", "is a row of columns, as in a CSV file"},
    {"one with semicolons", "1A;CN=a;good", "is a row of columns"},
    {"one with quotes", "\"1A\"", "is a row of columns"},
    {"a row of openssl ca", "V\t300101000000Z\t\t01\tunknown\t/CN=a",
     "is a row of columns"},
    {"its head", "serialNumber", "is no serial number in hexadecimal"},
};

static void test_refused(void)
{
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        pki_bytes_t in = pki_copy(refused[i].line, strlen(refused[i].line));
        const ocsp_line_t line = {in.data, in.len, true, 2};
        ocsp_serial_t serial = {.len = 0};
        const char *why = "";

        ok(ocsp_serial_list_parse(&serial, &line, &why) == OCSP_EMALFORMED
               && strncmp(why, refused[i].why, strlen(refused[i].why)) == 0,
           "%s: %s", refused[i].name, why);
        free(in.data);
    }
}

static void test_lines(void)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pki_bytes_t in = pki_copy(cases[i].line, strlen(cases[i].line));
        const ocsp_line_t line = {in.data, in.len, true, 2};
        char got[2 * OCSP_CERTID_SERIAL_MAX + 1] = "";
        ocsp_serial_t serial = {.len = 0};
        const char *why = "";
        apr_status_t rv = ocsp_serial_list_parse(&serial, &line, &why);
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

/* Append a serial number to ctx, a string. */
static apr_status_t append(void *ctx, const ocsp_line_t *line, const char **why)
{
    char *got = ctx;
    ocsp_serial_t serial;
    apr_status_t rv = ocsp_serial_list_parse(&serial, line, why);

    if (rv == APR_SUCCESS && serial.len > 0) {
        (void)snprintf(got + strlen(got), 40, "%02x/%zu ", serial.data[0],
                       serial.len);
    }
    return rv;
}

static const struct {
    const char *name;
    const char *text;
    apr_status_t want;
    const char *got;
    const char *why;
} files[] = {
    {"nothing was issued yet", "", APR_SUCCESS, "", ""},
    {"nor here", "# later\n\n", APR_SUCCESS, "", ""},
    {"two, and the last lacks its end", "01\r\n\n #\n0203", APR_SUCCESS,
     "01/1 02/2 ", ""},
    {"what is none is named by its line", "01\n#\nxx\n02\n", OCSP_EMALFORMED,
     "01/1 ", "serials: line 3: is no serial number in hexadecimal"},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "01\r\n02\r\n",
     APR_SUCCESS, "01/1 02/1 ", ""},
    {"one before a comment",
     "\xef\xbb\xbf"
     "# x\n02\n",
     APR_SUCCESS, "02/1 ", ""},
    {"a second one",
     "\xef\xbb\xbf"
     "01\n\xef\xbb\xbf"
     "02\n",
     OCSP_EMALFORMED, "01/1 ", "serials: line 2: is no serial number"},
    {"a CSV file is named, and the line", "01\n02,CN=a\n", OCSP_EMALFORMED,
     "01/1 ", "serials: line 2: is a row of columns, as in a CSV file"},
};

static void test_files(void)
{
    size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        feed_t feed = {.rest = {(const unsigned char *)files[i].text,
                                strlen(files[i].text)},
                       .chunk = 3};
        char got[200] = "";
        const char *why = "";
        apr_status_t rv = ocsp_lines_read_source("serials", feed_read, &feed,
                                                 append, got, &why, pool);

        ok(rv == files[i].want && strcmp(got, files[i].got) == 0
               && strncmp(why, files[i].why, strlen(files[i].why)) == 0,
           "%s (%s)", files[i].name, why);
    }
}

static void test_utf16(void)
{
    static const char texts[][9] = {"\xff\xfe"
                                    "0\0001\0\n",
                                    "\xfe\xff\0000\0001\0"};
    size_t i;

    for (i = 0; i < 2; i++) {
        feed_t feed = {.rest = {(const unsigned char *)texts[i], 8},
                       .chunk = 8};
        char got[200] = "";
        const char *why = "";
        apr_status_t rv = ocsp_lines_read_source("serials", feed_read, &feed,
                                                 append, got, &why, pool);

        ok(rv == OCSP_EMALFORMED && strstr(why, "UTF-16") != NULL,
           "UTF-16, %s endian: %s", i == 0 ? "little" : "big", why);
    }
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_lines();
    test_refused();
    test_files();
    test_utf16();
    apr_terminate();
    return done_testing();
}
