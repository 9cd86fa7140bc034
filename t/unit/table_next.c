/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of ocsp_table_next in src/status/table.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "tap.h"

#define HEADER 1184 /* octets before the first entry: src/README */
#define OF_EACH 5   /* entries of each serial length that is there */

static apr_pool_t *pool;

/** Serial numbers of which a table is made. */
typedef struct {
    const char *name;
    size_t first; /* lengths: from, to, in steps of */
    size_t last;
    size_t step;
    bool revoked; /* every third; and issued the others, if so said: */
    bool issued;
} case_t;

static const case_t cases[] = {
    {.name = "a table that lists nothing", .first = 1, .last = 0, .step = 1},
    {"one that lists revocations of every length", 1, 64, 1, true, false},
    {"one of what was issued, of every length", 1, 64, 1, false, true},
    {"one of both, with lengths that nobody has", 3, 59, 7, true, true},
    {"one of both, of the shortest", 1, 1, 1, true, true},
    {"one of both, of the longest", 64, 64, 1, true, true},
};

static bool is_revoked(size_t i)
{
    return i % 3 == 0;
}

/* The i-th of its length, in their order. */
static void make_serial(unsigned char *serial, size_t len, size_t i)
{
    memset(serial, (int)len, len);
    serial[0] = 0x7f;
    serial[len - 1] = (unsigned char)(10 * i + 3);
}

static bool is_there(const case_t *c, size_t i)
{
    return is_revoked(i) ? c->revoked : c->issued;
}

/* Added backwards; into memory of exactly the table's size. */
static unsigned char *make_table(const case_t *c, size_t *len)
{
    static const ocsp_table_info_t info = {.id = {1}, .crl = true};
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    unsigned char serial[OCSP_CERTID_SERIAL_MAX];
    const char *why = "";
    unsigned char *mem;
    size_t n;
    size_t i;

    for (n = c->first; n <= c->last; n += c->step) {
        for (i = OF_EACH; i-- > 0;) {
            make_serial(serial, n, i);
            if (!is_there(c, i)) {
                continue;
            }
            if (is_revoked(i)) {
                (void)ocsp_table_builder_add(b, serial, n, 7, 1, &why);
            }
            else {
                (void)ocsp_table_builder_add_issued(b, serial, n, i % 2 == 0,
                                                    OCSP_TABLE_ENDLESS, &why);
            }
        }
    }
    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    ocsp_table_builder_seal(b, mem, &info);
    return mem;
}

static bool equals(const ocsp_table_item_t *item, size_t len, size_t i)
{
    unsigned char serial[OCSP_CERTID_SERIAL_MAX];

    make_serial(serial, len, i);
    return item->serial_len == len && memcmp(item->serial, serial, len) == 0
        && item->revoked == is_revoked(i);
}

static void test_case(const case_t *c)
{
    size_t len;
    unsigned char *mem = make_table(c, &len);
    ocsp_table_item_t item;
    apr_uint64_t cursor = 0;
    size_t right = 0;
    size_t added = 0;
    size_t more = 0;
    size_t n;
    size_t i;

    for (n = c->first; n <= c->last; n += c->step) {
        for (i = 0; i < OF_EACH; i++) {
            if (is_there(c, i)) {
                added++;
                right += ocsp_table_next(&item, mem, len, &cursor)
                      && equals(&item, n, i);
            }
        }
    }
    ok(right == added, "%s: %zu of %zu in their order", c->name, right, added);
    for (i = 0; i < 3; i++) {
        more += ocsp_table_next(&item, mem, len, &cursor);
    }
    ok(more == 0, "%s: and no more, however often it is asked", c->name);
    free(mem);
}

/* @return how many it walked over; the sanitizers see where */
static size_t walk(const unsigned char *mem, size_t len, apr_uint64_t cursor)
{
    ocsp_table_item_t item;
    size_t n = 0;

    while (n < 100000 && ocsp_table_next(&item, mem, len, &cursor)) {
        n++;
    }
    return n;
}

static void test_damaged(void)
{
    size_t len;
    unsigned char *mem = make_table(&cases[3], &len);
    size_t all = walk(mem, len, 0);
    size_t most = 0;
    size_t found = 0;
    size_t i;

    for (i = 1; i < len; i++) {
        unsigned char *cut = malloc(i);

        memcpy(cut, mem, i);
        found += walk(cut, i, 0);
        free(cut);
    }
    is_int((long long)found, 0, "nothing is listed by a table that is cut off");
    for (i = 0; i < HEADER; i++) {
        size_t n;

        mem[i] ^= 0xff;
        n = walk(mem, len, 0);
        most = n > most ? n : most;
        mem[i] ^= 0xff;
    }
    ok(most < all + len / 7,
       "none of %zu damaged octets makes a walk long: "
       "%zu entries at most",
       i, most);
    is_int((long long)walk(mem, len, 0), (long long)all,
           "and undamaged it is what it was");
    ok(walk(mem, len, UINT64_MAX) == 0
           && walk(mem, len, APR_UINT64_C(1) << 63) == 0,
       "a cursor from nowhere is at the end");
    free(mem);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i]);
    }
    test_damaged();
    apr_terminate();
    return done_testing();
}
