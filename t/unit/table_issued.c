/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/table and src/status/table_builder: certificates
 * that were issued, and when a table is stale.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "tap.h"
#include "wire/gtime.h"

#define HEADER 1184 /* octets before the first entry: src/README */
#define NO_NEXT OCSP_CRL_NO_NEXT_UPDATE

static apr_pool_t *pool;

static const ocsp_table_info_t sample = {.id = {1},
                                         .crl = true,
                                         .issuance = true,
                                         .this_update = 1000,
                                         .next_update = 2000,
                                         .changed = 900,
                                         .rows = 77};

/** What is added, in any order, of one serial number. */
typedef enum {
    NONE = 0,
    REVOKED,
    HOLD,
    LATEST,
    VALID,
    ENDS_FIRST, /* valid until before the revocations */
    ENDS_BETWEEN,
    ISSUED
} what_t;

static void add(ocsp_table_builder_t *b, what_t what, unsigned char serial)
{
    const char *why = "";
    apr_status_t rv = APR_SUCCESS;

    switch (what) {
    case NONE:
        break;
    case REVOKED:
        rv = ocsp_table_builder_add(b, &serial, 1, 500, 4, &why);
        break;
    case HOLD:
        rv = ocsp_table_builder_add(b, &serial, 1, 400, 6, &why);
        break;
    case LATEST: /* which sorts behind what was only issued */
        rv = ocsp_table_builder_add(b, &serial, 1, OCSP_GTIME_MAX,
                                    OCSP_CRL_NO_REASON, &why);
        break;
    case VALID:
        rv = ocsp_table_builder_add_issued(b, &serial, 1, true,
                                           OCSP_TABLE_ENDLESS, &why);
        break;
    case ENDS_FIRST:
        rv = ocsp_table_builder_add_issued(b, &serial, 1, true, 100, &why);
        break;
    case ENDS_BETWEEN:
        rv = ocsp_table_builder_add_issued(b, &serial, 1, true, 450, &why);
        break;
    case ISSUED:
        /* a list does not tell */
        rv = ocsp_table_builder_add_issued(b, &serial, 1, false, 100, &why);
        break;
    }
    if (rv != APR_SUCCESS) {
        ok(0, "an entry cannot be added: %s", why);
    }
}

/* Seal into memory of exactly the table's size. */
static unsigned char *seal(ocsp_table_builder_t *b, size_t *len)
{
    unsigned char *mem;

    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    ocsp_table_builder_seal(b, mem, &sample);
    return mem;
}

static const struct {
    const char *name;
    int64_t time;
    what_t add[4];
    what_t then[2]; /* added after the builder was finished once */
    int reason;
    unsigned repeats;
    unsigned disputes;
    bool listed; /* else it is issued */
} cases[] = {
    {.name = "what an index has is issued", .add = {VALID}},
    {.name = "so is what a list has", .add = {ISSUED}},
    {.name = "and what both have", .add = {ISSUED, VALID, ISSUED, VALID}},
    {.name = "the end of what an index has",
     .add = {ENDS_BETWEEN},
     .time = 450},
    {.name = "a list does not change it",
     .add = {ISSUED, ENDS_BETWEEN, ISSUED},
     .time = 450},
    {.name = "of two ends the first counts",
     .add = {VALID, ENDS_BETWEEN, ENDS_FIRST},
     .time = 100},
    {.name = "nor does what was added before",
     .add = {ISSUED},
     .then = {ENDS_FIRST},
     .time = 100},
    {.name = "R73: revoked after its end",
     .add = {REVOKED, ENDS_FIRST, ISSUED},
     .listed = true,
     .time = 500,
     .reason = 4,
     .disputes = 1},
    {.name = "two revocations, and an end between them",
     .add = {REVOKED, ENDS_BETWEEN, HOLD},
     .listed = true,
     .time = 400,
     .reason = 4,
     .repeats = 1,
     .disputes = 1},
    {.name = "two revocations after its end",
     .add = {REVOKED, ENDS_FIRST, HOLD},
     .listed = true,
     .time = 400,
     .reason = 4,
     .repeats = 1,
     .disputes = 1},
    {.name = "R73: an end that comes after the builder was finished",
     .add = {HOLD},
     .then = {ENDS_FIRST},
     .listed = true,
     .time = 400,
     .reason = 6,
     .disputes = 1},
    {.name = "R73: revoked counts before valid, which is disputed",
     .add = {VALID, REVOKED},
     .listed = true,
     .time = 500,
     .reason = 4,
     .disputes = 1},
    {.name = "R73: and before listed as issued, which is not",
     .add = {ISSUED, REVOKED, ISSUED},
     .listed = true,
     .time = 500,
     .reason = 4},
    {.name = "two sources that say valid are one dispute",
     .add = {VALID, HOLD, ISSUED, VALID},
     .listed = true,
     .time = 400,
     .reason = 6,
     .disputes = 1},
    {.name = "revocations repeat each other, and nothing else does",
     .add = {VALID, REVOKED, HOLD, ISSUED},
     .listed = true,
     .time = 400,
     .reason = 4,
     .repeats = 1,
     .disputes = 1},
    {.name = "R73: a revocation at the end of time counts",
     .add = {ISSUED, LATEST, VALID},
     .listed = true,
     .time = OCSP_GTIME_MAX,
     .reason = OCSP_CRL_NO_REASON,
     .disputes = 1},
    {.name = "R73: valid after the builder was finished is disputed",
     .add = {REVOKED},
     .then = {VALID},
     .listed = true,
     .time = 500,
     .reason = 4,
     .disputes = 1},
    {.name = "R73: revoked after it counts as well",
     .add = {ISSUED, VALID},
     .then = {REVOKED},
     .listed = true,
     .time = 500,
     .reason = 4,
     .disputes = 1},
    {.name = "a final reason that comes later replaces a hold",
     .add = {HOLD},
     .then = {REVOKED},
     .listed = true,
     .time = 400,
     .reason = 4,
     .repeats = 1},
};

static void test_cases(void)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
        ocsp_table_sums_t sums[2];
        ocsp_table_state_t state;
        ocsp_record_t r = {0};
        const unsigned char serial = 5;
        const char *why = "";
        unsigned char *mem;
        size_t len;
        size_t j;

        for (j = 0; j < 4; j++) {
            add(b, cases[i].add[j], 5);
        }
        add(b, ISSUED, 6);
        sums[0] = ocsp_table_builder_finish(b);
        add(b, cases[i].then[0], 5);
        add(b, cases[i].then[1], 5);
        sums[1] = ocsp_table_builder_finish(b);
        state = ocsp_table_builder_find(b, &serial, 1);
        mem = seal(b, &len);
        ok(ocsp_table_lookup(&r, mem, len, sample.id, &serial, 1) == APR_SUCCESS
               && r.listed == cases[i].listed && r.issued != r.listed
               && (r.listed ? r.revocation_time == cases[i].time
                                  && r.reason == cases[i].reason
                            : r.not_after == cases[i].time)
               && sums[0].repeats + sums[1].repeats == cases[i].repeats
               && sums[0].disputes + sums[1].disputes == cases[i].disputes
               && sums[1].entries == cases[i].listed
               && sums[1].issued == 1u + !cases[i].listed
               && state
                      == (cases[i].listed ? OCSP_TABLE_REVOKED
                                          : OCSP_TABLE_ISSUED)
               && ocsp_table_check(mem, len, &why) == APR_SUCCESS,
           "%s %s", cases[i].name, why);
        free(mem);
    }
}

static void test_lists(void)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    unsigned char serial[65] = {1};
    unsigned i;
    unsigned right = 0;

    for (i = 0; i < 200; i++) {
        add(b, i % 2 == 0 ? REVOKED : VALID, (unsigned char)i);
    }
    (void)ocsp_table_builder_finish(b);
    add(b, REVOKED, 201);
    for (i = 0; i < 256; i++) {
        unsigned char one = (unsigned char)i;

        right += (ocsp_table_builder_find(b, &one, 1) == OCSP_TABLE_REVOKED)
              == (i < 200 && i % 2 == 0);
    }
    is_int(right, 256, "a builder lists what was revoked when it was finished");
    ok(ocsp_table_builder_find(b, serial, 0) == OCSP_TABLE_UNLISTED
           && ocsp_table_builder_find(b, serial, 2) == OCSP_TABLE_UNLISTED
           && ocsp_table_builder_find(b, serial, 65) == OCSP_TABLE_UNLISTED,
       "and nothing of another length");
}

static void test_info(void)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_info_t info;
    ocsp_record_t r = {.listed = true};
    const unsigned char none = 9;
    unsigned char *mem;
    size_t len;

    add(b, REVOKED, 1);
    add(b, VALID, 2);
    add(b, ISSUED, 3);
    mem = seal(b, &len);
    ok(ocsp_table_get_info(&info, mem, len) == APR_SUCCESS && info.crl
           && info.issuance && info.changed == 900 && info.rows == 77
           && info.entries == 1 && info.issued == 2,
       "a table tells what it rests on, and how much there is of each");
    ok(ocsp_table_lookup(&r, mem, len, sample.id, &none, 1) == APR_SUCCESS
           && !r.listed && !r.issued && r.crl && r.issuance && r.changed == 900
           && r.this_update == 1000 && r.next_update == 2000,
       "so does a look-up, also of what was not issued");
    is_int((long long)len, HEADER + 3 * 7, "each entry takes seven octets");
    free(mem);
}

static void test_reasons(void)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    const unsigned char serial = 1;
    unsigned char *mem;
    const char *why = NULL;
    ocsp_record_t r = {0};
    unsigned reason;
    unsigned refused = 0;
    size_t len;

    add(b, ISSUED, 1);
    mem = seal(b, &len);
    for (reason = 0; reason < 16; reason++) {
        mem[len - 1] = (unsigned char)((mem[len - 1] & 0xf0u) | reason);
        if (ocsp_table_check(mem, len, &why) != APR_SUCCESS) {
            refused |= 1u << reason;
        }
        if (ocsp_table_lookup(&r, mem, len, sample.id, &serial, 1)
                != APR_SUCCESS
            || r.listed == (reason == 13 || reason == 14)) {
            refused |= 0x10000u;
        }
    }
    /* 13 and 14 are one issued; all else is a revocation, or nothing at all. */
    is_int(refused, 0xffff & ~(1 << 13 | 1 << 14),
           "a table with another reason than its head counts is refused");
    free(mem);
    b = ocsp_table_builder_make(pool);
    add(b, REVOKED, 1);
    mem = seal(b, &len);
    refused = 0;
    for (reason = 0; reason < 16; reason++) {
        mem[len - 1] = (unsigned char)((mem[len - 1] & 0xf0u) | reason);
        if (ocsp_table_check(mem, len, &why) != APR_SUCCESS) {
            refused |= 1u << reason;
        }
    }
    is_int(refused, 1 << 7 | 1 << 8 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14,
           "so is one with a reason that there is not");
    free(mem);
}

/* R67, R139 */
static void test_end(void)
{
    static const struct {
        const char *name;
        bool crl;
        int64_t next_update;
        int64_t changed;
        int64_t grace_s;
        int64_t max_age_s;
        int64_t end;
    } ends[] = {
        {"a CRL ends at its nextUpdate", true, 2000, 0, 0, -1, 2000},
        {"and a grace later", true, 2000, 0, 50, -1, 2050},
        {"whatever the greatest age is", true, 2000, 0, 0, 10, 2000},
        {"without nextUpdate after 7 days", true, NO_NEXT, 0, 50, -1,
         1000 + OCSP_TABLE_MAX_AGE_S},
        {"or the greatest age", true, NO_NEXT, 0, 50, 10, 1010},
        {"or never", true, NO_NEXT, 0, 50, 0, OCSP_TABLE_ENDLESS},
        {"an index never does", false, NO_NEXT, 900, 50, -1,
         OCSP_TABLE_ENDLESS},
        {"also where that is said", false, NO_NEXT, 900, 50, 0,
         OCSP_TABLE_ENDLESS},
        {"but after the greatest age", false, NO_NEXT, 900, 50, 10, 910},
        {"no nextUpdate without a CRL", false, 2000, 900, 50, -1,
         OCSP_TABLE_ENDLESS},
        {"of both the earlier counts: the index", true, 2000, 900, 50, 10, 910},
        {"or the CRL", true, 2000, 1900, 50, 1000, 2050},
        {"no sum is too large", true, INT64_MAX - 1, 0, 2, -1,
         OCSP_TABLE_ENDLESS},
        {"nor of an age", false, NO_NEXT, 900, 0, INT64_MAX,
         OCSP_TABLE_ENDLESS},
    };
    size_t i;

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        is_int(ocsp_table_find_end(ends[i].crl, 1000, ends[i].next_update,
                                   ends[i].changed, ends[i].grace_s,
                                   ends[i].max_age_s),
               ends[i].end, ends[i].name);
    }
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_cases();
    test_lists();
    test_info();
    test_reasons();
    test_end();
    apr_terminate();
    return done_testing();
}
