/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/openssl_index: every form of a row.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "pki.h"
#include "status/crl.h"
#include "status/openssl_index.h"
#include "tap.h"
#include "wire/gtime.h"

#define V OCSP_OPENSSL_INDEX_VALID
#define E OCSP_OPENSSL_INDEX_EXPIRED
#define R OCSP_OPENSSL_INDEX_REVOKED
#define NO OCSP_CRL_NO_REASON

#define IN_2030 INT64_C(1893456000) /* 2030-01-01T00:00:00Z */
#define IN_2026 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define WHEN "260101000000Z"
#define HEAD "300101000000Z\t"
#define TAIL "\t1A2B\tunknown\t/CN=a"

static apr_pool_t *pool;

/** One row and what it says. */
typedef struct {
    const char *name;
    const char *row;
    int64_t not_after;
    int64_t time;
    const char *serial; /* in hexadecimal */
    ocsp_openssl_index_state_t state;
    int reason;
} case_t;

static const case_t cases[] = {
    {"a valid row", "V\t" HEAD TAIL, IN_2030, 0, "1a2b", V, NO},
    {"an expired row", "E\t" HEAD TAIL, IN_2030, 0, "1a2b", E, NO},
    {"a revoked row", "R\t" HEAD WHEN TAIL, IN_2030, IN_2026, "1a2b", R, NO},
    {"years of four digits", "R\t20300101000000Z\t20260101000000Z" TAIL,
     IN_2030, IN_2026, "1a2b", R, NO},
    {"R105: an expiry after 2049", "V\t99991231235959Z\t" TAIL, OCSP_GTIME_MAX,
     0, "1a2b", V, NO},
    {"R105: one of the last century", "V\t991231235959Z\t" TAIL,
     INT64_C(946684799), 0, "1a2b", V, NO},
    {"times without seconds", "R\t3001010000Z\t2601010000Z" TAIL, IN_2030,
     IN_2026, "1a2b", R, NO},
    {"a serial of an odd number of digits", "V\t" HEAD "\tABC\tunknown\t/CN=a",
     IN_2030, 0, "0abc", V, NO},
    {"in lower case", "V\t" HEAD "\t0abc\tunknown\t/CN=a", IN_2030, 0, "0abc",
     V, NO},
    {"with leading zeros", "V\t" HEAD "\t00001\tunknown\t/CN=a", IN_2030, 0,
     "01", V, NO},
    {"zero", "V\t" HEAD "\t00\tunknown\t/CN=a", IN_2030, 0, "00", V, NO},
    {"R43: a negative one", "V\t" HEAD "\t-7B\tunknown\t/CN=a", IN_2030, 0,
     "85", V, NO},
    {"a file that is not unknown", "V\t" HEAD "\t01\tcerts/01.pem\t/CN=a",
     IN_2030, 0, "01", V, NO},
    {"a tab in the subject", "V\t" HEAD "\t01\tunknown\t/CN=a\\\tb", IN_2030, 0,
     "01", V, NO},
    {"backslashes in the subject", "V\t" HEAD "\t01\tunknown\t/CN=a\\\\x\\",
     IN_2030, 0, "01", V, NO},
    {"a subject in UTF-8", "V\t" HEAD "\t01\tunknown\t/CN=\xc3\xa4", IN_2030, 0,
     "01", V, NO},
    {"no subject", "V\t" HEAD "\t01\tunknown\t", IN_2030, 0, "01", V, NO},
    {"unspecified", "R\t" HEAD WHEN ",unspecified" TAIL, IN_2030, IN_2026,
     "1a2b", R, NO},
    {"keyCompromise", "R\t" HEAD WHEN ",keyCompromise" TAIL, IN_2030, IN_2026,
     "1a2b", R, 1},
    {"CACompromise", "R\t" HEAD WHEN ",CACompromise" TAIL, IN_2030, IN_2026,
     "1a2b", R, 2},
    {"affiliationChanged", "R\t" HEAD WHEN ",affiliationChanged" TAIL, IN_2030,
     IN_2026, "1a2b", R, 3},
    {"superseded", "R\t" HEAD WHEN ",superseded" TAIL, IN_2030, IN_2026, "1a2b",
     R, 4},
    {"cessationOfOperation", "R\t" HEAD WHEN ",cessationOfOperation" TAIL,
     IN_2030, IN_2026, "1a2b", R, 5},
    {"certificateHold", "R\t" HEAD WHEN ",certificateHold" TAIL, IN_2030,
     IN_2026, "1a2b", R, 6},
    {"R154: removeFromCRL is revoked", "R\t" HEAD WHEN ",removeFromCRL" TAIL,
     IN_2030, IN_2026, "1a2b", R, NO},
    {"privilegeWithdrawn", "R\t" HEAD WHEN ",privilegeWithdrawn" TAIL, IN_2030,
     IN_2026, "1a2b", R, 9},
    {"AACompromise", "R\t" HEAD WHEN ",AACompromise" TAIL, IN_2030, IN_2026,
     "1a2b", R, 10},
    {"holdInstruction",
     "R\t" HEAD WHEN ",holdInstruction,1.2.840.10040.2.3" TAIL, IN_2030,
     IN_2026, "1a2b", R, 6},
    {"keyTime", "R\t" HEAD WHEN ",keyTime,20251231000000Z" TAIL, IN_2030,
     IN_2026, "1a2b", R, 1},
    {"CAkeyTime", "R\t" HEAD WHEN ",CAkeyTime,20251231000000Z" TAIL, IN_2030,
     IN_2026, "1a2b", R, 2},
    {"a reason in another case", "R\t" HEAD WHEN ",SUPERSEDED" TAIL, IN_2030,
     IN_2026, "1a2b", R, 4},
    {"a reason that there is not", "R\t" HEAD WHEN ",stolen,a,b" TAIL, IN_2030,
     IN_2026, "1a2b", R, NO},
    {"a beginning of one", "R\t" HEAD WHEN ",key" TAIL, IN_2030, IN_2026,
     "1a2b", R, NO},
    {"none behind the comma", "R\t" HEAD WHEN "," TAIL, IN_2030, IN_2026,
     "1a2b", R, NO},
};

/** One row that ends the reading. */
static const struct {
    const char *name;
    const char *row;
    const char *why;
} refused[] = {
    {"a row of five fields", "V\t" HEAD "\t01\tunknown", "six fields"},
    {"one of seven", "V\t" HEAD "\t01\tunknown\t/CN=a\tb", "six fields"},
    {"one of one", "V", "six fields"},
    {"a tab too few, by its backslash", "V\t" HEAD "\t01\tunknown\\\t/CN=a",
     "six fields"},
    {"blanks for tabs", "V 300101000000Z  01 unknown /CN=a", "six fields"},
    {"another letter", "S\t" HEAD TAIL, "neither with V"},
    {"one in lower case", "r\t" HEAD WHEN TAIL, "neither with V"},
    {"two letters", "VR\t" HEAD TAIL, "neither with V"},
    {"none", "\t" HEAD TAIL, "neither with V"},
    {"a byte order mark", "\xef\xbb\xbfV\t" HEAD TAIL, "neither with V"},
    {"no expiry", "V\t\t" TAIL, "no expiry date"},
    {"one that is no day", "V\t300230000000Z\t" TAIL, "no expiry date"},
    {"one with a zone", "V\t300101000000+0100\t" TAIL, "no expiry date"},
    {"one without Z", "V\t300101000000\t" TAIL, "no expiry date"},
    {"R71: revoked at no time", "R\t" HEAD TAIL, "has no revocation date"},
    {"revoked at a time that is none", "R\t" HEAD "yesterday" TAIL,
     "has no revocation date"},
    {"revoked for a reason alone", "R\t" HEAD ",superseded" TAIL,
     "has no revocation date"},
    {"R73: valid, and revoked at some time", "V\t" HEAD WHEN TAIL,
     "not revoked, but has a revocation date"},
    {"R71: expired, and revoked at some time", "E\t" HEAD WHEN TAIL,
     "not revoked, but has a revocation date"},
    {"no serial number", "V\t" HEAD "\t\tunknown\t/CN=a", "serial number"},
    {"one that is no hexadecimal", "V\t" HEAD "\t1G\tunknown\t/CN=a",
     "serial number"},
    {"one with colons", "V\t" HEAD "\t1A:2B\tunknown\t/CN=a", "serial number"},
};

static apr_status_t parse(ocsp_openssl_index_row_t *row, const char *text,
                          bool ended, const char **why)
{
    pki_bytes_t in = pki_copy(text, strlen(text));
    const ocsp_line_t line = {in.data, in.len, ended, 1};
    apr_status_t rv = ocsp_openssl_index_parse(row, &line, why);

    free(in.data);
    return rv;
}

static bool is_hex(const ocsp_openssl_index_row_t *row, const char *want)
{
    char got[2 * OCSP_CERTID_SERIAL_MAX + 1] = "";
    size_t i;

    for (i = 0; i < row->serial.len; i++) {
        (void)snprintf(got + 2 * i, 3, "%02x", row->serial.data[i]);
    }
    return strcmp(got, want) == 0;
}

static void test_rows(void)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const case_t *c = &cases[i];
        ocsp_openssl_index_row_t row = {.reason = -2};
        const char *why = "";
        apr_status_t rv = parse(&row, c->row, true, &why);

        ok(rv == APR_SUCCESS && row.state == c->state
               && row.not_after == c->not_after
               && (row.state != R || row.revocation_time == c->time)
               && row.reason == c->reason && is_hex(&row, c->serial),
           "%s is read %s", c->name, why);
    }
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ocsp_openssl_index_row_t row = {.not_after = 1};
        const char *why = "";

        ok(parse(&row, refused[i].row, true, &why) == OCSP_EMALFORMED
               && row.not_after == 1 && strstr(why, refused[i].why) != NULL,
           "%s is refused (%s)", refused[i].name, why);
    }
}

/* R71: what is cut off may be a revocation. */
static void test_cuts(void)
{
    static const char whole[] = "R\t" HEAD WHEN ",superseded" TAIL;
    size_t enough = strlen(whole) - strlen("/CN=a");
    size_t len;
    unsigned wrong = 0;

    for (len = 1; len <= strlen(whole); len++) {
        char *text = apr_pstrmemdup(pool, whole, len);
        ocsp_openssl_index_row_t row;
        const char *why;
        apr_status_t rv = parse(&row, text, false, &why);

        wrong += rv != (len > enough ? APR_SUCCESS : OCSP_EMALFORMED);
    }
    is_int(wrong, 0, "a last row without its end is taken if it is whole");
}

/* Append a row to ctx, a string. */
static apr_status_t append(void *ctx, const ocsp_line_t *line, const char **why)
{
    char *got = ctx;
    ocsp_openssl_index_row_t row;
    apr_status_t rv = ocsp_openssl_index_parse(&row, line, why);

    if (rv == APR_SUCCESS) {
        (void)snprintf(got + strlen(got), 40, "%c%02x%02x", "VER"[row.state],
                       row.serial.data[0], row.serial.data[row.serial.len - 1]);
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
    {"an empty file is a new CA's", "", APR_SUCCESS, "", ""},
    {"rows come in their order", "V\t" HEAD TAIL "\nR\t" HEAD WHEN TAIL "\n",
     APR_SUCCESS, "V1a2bR1a2b", ""},
    {"CRLF ends them as well", "V\t" HEAD TAIL "\r\nE\t" HEAD TAIL "\r\n",
     APR_SUCCESS, "V1a2bE1a2b", ""},
    {"lines with # are none", "# CA\nV\t" HEAD TAIL "\n\n#V\n", APR_SUCCESS,
     "V1a2b", ""},
    {"twins of one subject are two",
     "V\t" HEAD "\t01\tunknown\t/CN=a\nV\t" HEAD "\t02\tunknown\t/CN=a\n",
     APR_SUCCESS, "V0101V0202", ""},
    {"the last row may lack its end", "V\t" HEAD TAIL, APR_SUCCESS, "V1a2b",
     ""},
    {"but nothing else", "V\t" HEAD TAIL "\nR\t30010", OCSP_EMALFORMED, "V1a2b",
     "index.txt: line 2: does not have the six fields"},
    {"a bad row is named by its line",
     "#\n\nV\t" HEAD TAIL "\nS\t" HEAD TAIL "\nV\t" HEAD TAIL "\n",
     OCSP_EMALFORMED, "V1a2b", "index.txt: line 4: begins neither"},
};

static void test_files(void)
{
    size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        feed_t feed = {.rest = {(const unsigned char *)files[i].text,
                                strlen(files[i].text)},
                       .chunk = 5};
        char got[200] = "";
        const char *why = "";
        apr_status_t rv = ocsp_lines_read_source("index.txt", feed_read, &feed,
                                                 append, got, &why, pool);

        ok(rv == files[i].want && strcmp(got, files[i].got) == 0
               && strncmp(why, files[i].why, strlen(files[i].why)) == 0
               && (rv != APR_SUCCESS) == (why[0] != '\0'),
           "%s (%s)", files[i].name, why);
    }
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_rows();
    test_cuts();
    test_files();
    apr_terminate();
    return done_testing();
}
