/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/table and src/status/table_builder.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "tap.h"
#include "wire/certid.h"
#include "wire/gtime.h"

#define HEADER 1184 /* octets before the first entry: src/README */

static apr_pool_t *pool;
static unsigned state;

static unsigned next_random(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static const ocsp_table_info_t sample = {
    .id = {1, 2, 3},
    .fingerprint = {4, 5, 6},
    .crl = true,
    .this_update = 1000,
    .next_update = 2000,
    .number = {7, 8},
    .number_len = 2,
};

/* Finish and seal into memory of exactly the table's size. */
static unsigned char *seal(ocsp_table_builder_t *b, size_t *len)
{
    unsigned char *mem;

    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    ocsp_table_builder_seal(b, mem, &sample);
    return mem;
}

static apr_status_t add(ocsp_table_builder_t *b, const void *serial, size_t len,
                        int64_t time, int reason)
{
    const char *why = NULL;

    return ocsp_table_builder_add(b, serial, len, time, reason, &why);
}

static void test_empty(void)
{
    size_t len;
    unsigned char *mem = seal(ocsp_table_builder_make(pool), &len);
    ocsp_table_info_t info;
    ocsp_record_t r = {.listed = true};
    const char *why = NULL;

    is_int((long long)len, HEADER, "an empty table is a header");
    is_int(ocsp_table_check(mem, len, &why), APR_SUCCESS, "and in order");
    ok(ocsp_table_get_info(&info, mem, len) == APR_SUCCESS
           && memcmp(info.id, sample.id, sizeof(info.id)) == 0
           && memcmp(info.fingerprint, sample.fingerprint,
                     sizeof(info.fingerprint))
                  == 0
           && info.this_update == 1000 && info.next_update == 2000
           && info.number_len == 2 && info.number[1] == 8 && info.entries == 0
           && info.crl && !info.issuance && info.issued == 0,
       "it says of itself what was said of it");
    ok(ocsp_table_lookup(&r, mem, len, sample.id, (const unsigned char *)"1", 1)
               == APR_SUCCESS
           && !r.listed && r.this_update == 1000 && r.next_update == 2000
           && r.reason == OCSP_CRL_NO_REASON && !r.issued && r.crl
           && !r.issuance,
       "and lists nothing");
    free(mem);
}

typedef struct {
    unsigned char serial[OCSP_CERTID_SERIAL_MAX];
    size_t len;
    int64_t time;
    int reason;
} plain_t;

/* Serial numbers of one shape each: R42, R149. */
static void make_serial(plain_t *e, unsigned shape, unsigned i)
{
    size_t j;

    memset(e->serial, 0x11, sizeof(e->serial));
    switch (shape) {
    case 0: /* random, of every length */
        e->len = i % OCSP_CERTID_SERIAL_MAX + 1;
        break;
    case 1: /* in sequence, behind a long common prefix */
    case 2: /* the same, backwards */
        e->len = 20;
        e->serial[18] = (unsigned char)((shape == 1 ? i : 60000 - i) >> 8);
        e->serial[19] = (unsigned char)(shape == 1 ? i : 60000 - i);
        return;
    case 3: /* powers of two: nothing to interpolate by */
        e->len = 64;
        memset(e->serial + 1, 0, 63);
        e->serial[1 + i % 504 / 8] = (unsigned char)(1u << i % 8);
        return;
    default: /* random, of 16 octets */
        e->len = 16;
        break;
    }
    for (j = 0; j < e->len; j++) {
        e->serial[j] = (unsigned char)next_random();
    }
    e->serial[0] |= 1;
}

static const plain_t *find_plain(const plain_t *all, size_t n,
                                 const plain_t *key)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (all[i].len == key->len
            && memcmp(all[i].serial, key->serial, key->len) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

/* Whether the table says of a serial number what the list says. */
static bool agrees(const unsigned char *mem, size_t len, const plain_t *all,
                   size_t n, const plain_t *key)
{
    const plain_t *want = find_plain(all, n, key);
    ocsp_record_t r;

    if (ocsp_table_lookup(&r, mem, len, sample.id, key->serial, key->len)
            != APR_SUCCESS
        || r.listed != (want != NULL)) {
        return false;
    }
    return want == NULL
        || (r.revocation_time == want->time && r.reason == want->reason);
}

static void test_shape(unsigned shape, size_t n, const char *name)
{
    plain_t *all = calloc(n, sizeof(*all));
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    const char *why = "";
    unsigned char *mem;
    size_t len;
    size_t i;
    size_t kept = 0;
    size_t right = 0;

    for (i = 0; i < n; i++) {
        make_serial(&all[kept], shape, (unsigned)i);
        all[kept].time = (int64_t)next_random() * 1000 - 999999;
        all[kept].reason = i % 4 == 0 ? OCSP_CRL_NO_REASON : (int)(i % 7);
        if (find_plain(all, kept, &all[kept]) == NULL) {
            (void)add(b, all[kept].serial, all[kept].len, all[kept].time,
                      all[kept].reason);
            kept++;
        }
    }
    mem = seal(b, &len);
    for (i = 0; i < kept; i++) {
        plain_t near = all[i];

        right += agrees(mem, len, all, kept, &all[i]);
        near.serial[near.len - 1] ^= (unsigned char)(1u << i % 7);
        near.serial[0] |= 1;
        right += agrees(mem, len, all, kept, &near);
        near.serial[0] ^= 0x40;
        right += agrees(mem, len, all, kept, &near);
    }
    ok(ocsp_table_check(mem, len, &why) == APR_SUCCESS && right == 3 * kept,
       "%s: %zu of %zu look-ups are right %s", name, right, 3 * kept, why);
    free(mem);
    free(all);
}

/* R148 */
static void test_repeats(void)
{
    static const struct {
        const char *name;
        int64_t times[3];
        int64_t time;
        int reasons[3];
        int reason;
    } cases[] = {
        {"the earliest time counts", {30, 10, 20}, 10, {1, 1, 1}, 1},
        {"the earliest one's reason counts", {30, 10, 20}, 10, {1, 4, 5}, 4},
        {"a final reason counts before a hold", {10, 20, 30}, 10, {6, 6, 1}, 1},
        {"no reason is final too", {10, 20, 30}, 10, {6, -1, 1}, -1},
        {"a hold alone stays a hold", {30, 20, 25}, 20, {6, 6, 6}, 6},
        {"times before 1970 are earlier", {5, -5, 0}, -5, {1, 2, 3}, 2},
    };
    size_t i;
    size_t order;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int right = 0;

        for (order = 0; order < 3; order++) {
            ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
            ocsp_table_sums_t sums;
            ocsp_record_t r = {0};
            unsigned char *mem;
            size_t len;
            size_t j;

            for (j = 0; j < 3; j++) {
                size_t k = (j + order) % 3;

                (void)add(b, "\x02", 1, cases[i].times[k], cases[i].reasons[k]);
            }
            (void)add(b, "\x03", 1, 1, 1);
            sums = ocsp_table_builder_finish(b);
            len = sums.len;
            mem = malloc(len);
            ocsp_table_builder_seal(b, mem, &sample);
            right += ocsp_table_lookup(&r, mem, len, sample.id,
                                       (const unsigned char *)"\x02", 1)
                      == APR_SUCCESS
                  && sums.repeats == 2 && r.revocation_time == cases[i].time
                  && r.reason == cases[i].reason && len == HEADER + 2 * 7;
            free(mem);
        }
        is_int(right, 3, cases[i].name);
    }
}

static void test_limits(void)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    unsigned char serial[OCSP_CERTID_SERIAL_MAX + 1];
    ocsp_record_t r = {0};
    unsigned char *mem;
    size_t len;

    memset(serial, 1, sizeof(serial));
    is_int(add(b, serial, 0, 1, 1), OCSP_EMALFORMED, "no serial of no octets");
    is_int(add(b, serial, 65, 1, 1), OCSP_EMALFORMED, "nor of 65");
    is_int(add(b, "\0\1", 2, 1, 1), OCSP_EMALFORMED, "nor a padded one");
    is_int(add(b, serial, 1, OCSP_GTIME_MAX + 1, 1), OCSP_EMALFORMED,
           "no time after 9999");
    is_int(add(b, serial, 64, OCSP_GTIME_MAX, 10), APR_SUCCESS, "64 octets do");
    is_int(add(b, "\0", 1, OCSP_GTIME_MIN, 0), APR_SUCCESS, "and zero does");
    mem = seal(b, &len);
    ok(ocsp_table_lookup(&r, mem, len, sample.id, serial, 64) == APR_SUCCESS
           && r.listed && r.revocation_time == OCSP_GTIME_MAX && r.reason == 10,
       "the latest time comes back");
    ok(ocsp_table_lookup(&r, mem, len, sample.id, (const unsigned char *)"\0",
                         1)
               == APR_SUCCESS
           && r.listed && r.revocation_time == OCSP_GTIME_MIN && r.reason == 0,
       "so does the earliest"); /* R105 */
    r.reason = 99;
    ok(ocsp_table_lookup(&r, mem, len, sample.fingerprint, serial, 64)
               == OCSP_EMALFORMED
           && r.reason == 99,
       "another issuer's look-up is refused"); /* R50 */
    is_int(ocsp_table_lookup(&r, mem, len, sample.id, serial, 65),
           OCSP_EMALFORMED, "so is one of 65 octets");
    is_int(ocsp_table_lookup(&r, mem, len, sample.id, serial, 0),
           OCSP_EMALFORMED, "or of none");
    is_int(ocsp_table_lookup(&r, mem, len, sample.id,
                             (const unsigned char *)"\0\1", 2),
           OCSP_EMALFORMED, "or a padded one: never good"); /* R43 */
    free(mem);
}

/* A table of 200 entries, of three serial lengths. */
static unsigned char *seal_three_lengths(size_t *len)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    unsigned i;

    for (i = 0; i < 200; i++) {
        plain_t e;

        make_serial(&e, 0, i % 3 + 15);
        (void)add(b, e.serial, e.len, (int64_t)i, 1);
    }
    return seal(b, len);
}

static void test_check(const unsigned char *mem, size_t len)
{
    unsigned char *bad = malloc(len);
    const char *why = NULL;
    ocsp_record_t r;
    size_t unseen = 0;
    size_t i;

    for (i = 0; i < HEADER; i++) {
        /* Neither times, id, fingerprint and number, nor changed and rows. */
        bool matters = i < 32 || (i >= 132 && i < 144) || i >= 160;

        memcpy(bad, mem, len);
        bad[i] ^= 0xff;
        unseen += matters && ocsp_table_check(bad, len, &why) == APR_SUCCESS;
    }
    is_int((long long)unseen, 0, "no octet of the layout changes unseen");
    for (i = 0; i < len; i++) {
        unsigned char *cut = malloc(i);

        memcpy(cut, mem, i);
        unseen += ocsp_table_check(cut, i, &why) == APR_SUCCESS;
        unseen += ocsp_table_lookup(&r, cut, i, sample.id, mem + HEADER, 16)
               == APR_SUCCESS;
        free(cut);
    }
    is_int((long long)unseen, 0, "no truncation is seen as a table");
    memcpy(bad, mem, len);
    memcpy(bad + HEADER, mem + HEADER + 22, 22);
    ok(ocsp_table_check(bad, len, &why) == OCSP_EMALFORMED
           && strstr(why, "out of order") != NULL,
       "one serial number twice is seen (%s)", why);
    free(bad);
}

/* Whatever the bytes: no fault. That the sanitizers see. */
static void test_mutations(const unsigned char *mem, size_t len)
{
    unsigned char *bad = malloc(len);
    const char *why = NULL;
    ocsp_record_t r;
    ocsp_table_info_t info;
    unsigned rounds;
    size_t answered = 0;

    for (rounds = 0; rounds < 100000; rounds++) {
        size_t at = next_random() % len;

        if (rounds % 16 == 0) {
            memcpy(bad, mem, len);
        }
        if (rounds % 3 == 0) {
            at = 160 + (15 + at % 3) * 16 + at % 10; /* a group in use */
        }
        bad[at] = (unsigned char)next_random();
        (void)ocsp_table_check(bad, len, &why);
        (void)ocsp_table_get_info(&info, bad, len);
        answered += ocsp_table_lookup(&r, bad, len, sample.id,
                                      mem + at % (len - 64), rounds % 20 + 1)
                 == APR_SUCCESS;
    }
    ok(answered > 0 && answered < rounds,
       "%zu of %u look-ups in changed bytes were answered, the rest refused",
       answered, rounds);
    free(bad);
}

int main(void)
{
    unsigned char *mem;
    size_t len;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_empty();
    test_shape(0, 1500, "every length");
    test_shape(1, 1500, "in sequence");
    test_shape(2, 1500, "backwards");
    test_shape(3, 504, "powers of two");
    test_shape(4, 2500, "random");
    test_repeats();
    test_limits();
    mem = seal_three_lengths(&len);
    test_check(mem, len);
    test_mutations(mem, len);
    free(mem);
    apr_terminate();
    return done_testing();
}
