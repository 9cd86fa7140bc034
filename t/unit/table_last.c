/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/table and src/status/table_builder: adding the
 * entries of another table.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "tap.h"

#define HEADER 1184 /* octets before the first entry: src/README */
#define VERSION 8   /* where these are in it */
#define LEN 16

static apr_pool_t *pool;

static const ocsp_table_info_t sample = {.id = {1}, .crl = true};

/* Seal into memory of exactly the table's size. */
static unsigned char *seal(ocsp_table_builder_t *b, size_t *len)
{
    unsigned char *mem;

    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    ocsp_table_builder_seal(b, mem, &sample);
    return mem;
}

/* What is known of a number: revoked, valid or only issued; of two octets
 * always revoked. */
static void add(ocsp_table_builder_t *b, unsigned i)
{
    const unsigned char serial[2] = {(unsigned char)i, (unsigned char)i};
    const char *why = "";
    apr_status_t rv = i % 3 == 0
                        ? ocsp_table_builder_add(b, serial, 1, i, 6, &why)
                        : ocsp_table_builder_add_issued(b, serial, 1,
                                                        i % 3 == 1,
                                                        OCSP_TABLE_ENDLESS,
                                                        &why);

    if (rv == APR_SUCCESS && i > 0) {
        rv = ocsp_table_builder_add(b, serial, 2, 1000 - i, 1, &why);
    }
    if (rv != APR_SUCCESS) {
        ok(0, "an entry cannot be added: %s", why);
    }
}

static ocsp_table_builder_t *make(unsigned first, unsigned end)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);

    for (; first < end; first++) {
        add(b, first);
    }
    (void)ocsp_table_builder_finish(b);
    return b;
}

/* Whether a builder's table is this one, to the octet. */
static bool is_table(ocsp_table_builder_t *b, const unsigned char *want,
                     size_t want_len)
{
    size_t len;
    unsigned char *mem = seal(b, &len);
    bool is = len == want_len && memcmp(mem, want, len) == 0;

    free(mem);
    return is;
}

/* R71: nothing that was known is lost; there is more than the first room has. */
static void test_add_table(void)
{
    ocsp_table_builder_t *b = make(0, 10);
    const char *why = "";
    unsigned char *last;
    unsigned char *want;
    size_t last_len;
    size_t len;

    last = seal(make(5, 250), &last_len);
    want = seal(make(0, 250), &len);
    is_int(ocsp_table_builder_add_table(b, last, last_len, &why), APR_SUCCESS,
           "a table can be added to a builder");
    ok(is_table(b, want, len), "which then has every entry of both, as it was");
    b = ocsp_table_builder_make(pool);
    is_int(ocsp_table_builder_add_table(b, want, len, &why), APR_SUCCESS,
           "a table can be added to an empty builder");
    ok(is_table(b, want, len), "which then is that table");
    free(last);
    free(want);
}

static void test_no_table(void)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    const uint64_t header_len = HEADER;
    unsigned char *mem = malloc(HEADER);
    const char *why = NULL;
    unsigned char *table;
    size_t len;

    is_int(ocsp_table_builder_add_table(b, mem, 0, &why), OCSP_EMALFORMED,
           "nothing is no table");
    table = seal(make(0, 9), &len);
    memcpy(mem, table, HEADER);
    is_int(ocsp_table_builder_add_table(b, mem, HEADER, &why), OCSP_EMALFORMED,
           "nor is one that was cut off");
    memcpy(mem + LEN, &header_len, sizeof(header_len));
    is_int(ocsp_table_builder_add_table(b, mem, HEADER, &why), OCSP_EMALFORMED,
           "nor one whose entries are elsewhere");
    table[VERSION]++;
    is_int(ocsp_table_builder_add_table(b, table, len, &why), OCSP_EMALFORMED,
           "nor one of another version");
    free(mem);
    free(table);
}

static void test_same_crl(void)
{
    static const struct {
        const char *name;
        ocsp_table_info_t other;
        bool same;
    } others[] = {
        {"a CRL is itself",
         {.crl = true, .this_update = 9, .number = {7, 8}, .number_len = 2},
         true},
        {"and not one of another time",
         {.crl = true, .this_update = 8, .number = {7, 8}, .number_len = 2},
         false},
        {"nor of another number",
         {.crl = true, .this_update = 9, .number = {7, 9}, .number_len = 2},
         false},
        {"nor of one that begins alike",
         {.crl = true, .this_update = 9, .number = {7, 8}, .number_len = 3},
         false},
        {"nor none",
         {.this_update = 9, .number = {7, 8}, .number_len = 2},
         false},
    };
    const ocsp_table_info_t none[2] = {{.this_update = 1}, {.this_update = 2}};
    size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        is_int(ocsp_table_is_same_crl(&others[0].other, &others[i].other),
               others[i].same, others[i].name);
    }
    ok(ocsp_table_is_same_crl(&none[0], &none[1]), "no CRL is no CRL");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_add_table();
    test_no_table();
    test_same_crl();
    apr_terminate();
    return done_testing();
}
