/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * lookup directory: how long a look-up takes in the table of make_crl's CRL, and
 * in one of as many serial numbers that follow each other, through the arena as
 * workers do it.
 *
 * One line for each kind of serial number, separated by tabs: "lookup", the kind,
 * then median nanoseconds
 *   warm    the same few serial numbers again and again
 *   once    each serial number once, one after the other: the table does not fit
 *           into the caches, but what all look-ups touch stays there
 *   cold    nothing of the table is in any cache
 */
#include <apr_general.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "entries.h"
#include "measure.h"
#include "shared/arena.h"
#include "status/file.h"
#include "status/load.h"

/** Serial numbers looked up once, in batches timed as one. */
#define SAMPLES ((size_t)100 * 1000)
#define BATCH ((size_t)1000)

/** Few enough that all they touch stays in the first two caches. */
#define WARM ((size_t)32)

#define COLD_SAMPLES ((size_t)100)

/** More than any core's last-level cache. */
#define CACHES ((size_t)128 << 20)

/** The tables, by slot; the tiny one warms the code but no table's memory. */
enum { RANDOM = 0, SEQUENTIAL, TINY, TABLES };

typedef struct {
    unsigned char octets[ENTRIES_SERIAL_LEN];
    size_t len;
    int reason; /* -1: not listed */
} serial_t;

typedef struct {
    ocsp_arena_t *arena;
    size_t slots[TABLES];
    size_t entries;
    serial_t *serials; /* SAMPLES of them */
    unsigned char *ballast;
    apr_pool_t *pool;
} bench_t;

static void need(bool done, const char *what)
{
    if (!done) {
        measure_die(what);
    }
}

static void need_apr(apr_status_t rv, const char *why)
{
    errno = 0;
    need(rv == APR_SUCCESS, why != NULL ? why : "no reason given");
}

/* As refresh.c does it. A table's id is its number. */
static void publish(bench_t *b, int table, ocsp_table_builder_t *builder,
                    ocsp_table_info_t *info)
{
    size_t len = ocsp_table_builder_finish(builder).len;
    const char *why = NULL;
    void *mem;

    memset(info->id, table, sizeof(info->id));
    need_apr(ocsp_arena_assign_slot(&b->slots[table], b->arena, info->id, true,
                                    &why),
             why);
    need_apr(ocsp_arena_reserve(&mem, b->arena, b->slots[table], len, &why,
                                b->pool),
             why);
    ocsp_table_builder_seal(builder, mem, info);
    need_apr(ocsp_table_check(mem, len, &why), why);
    ocsp_arena_publish(b->arena, b->slots[table]);
}

static void load_random(bench_t *b, const char *directory)
{
    char ca_file[4096], crl_file[4096];
    apr_array_header_t *files = apr_array_make(b->pool, 1, sizeof(char *));
    ocsp_load_sources_t src = {.files = files};
    const char *why = NULL;
    ocsp_load_result_t loaded;
    ocsp_issuer_t *issuer;
    ocsp_der_t der;

    (void)snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", directory);
    (void)snprintf(crl_file, sizeof(crl_file), "%s/ca.crl", directory);
    APR_ARRAY_PUSH(files, const char *) = crl_file;
    need_apr(ocsp_file_read(&der, ca_file, &why, b->pool), why);
    need_apr(ocsp_issuer_parse(&issuer, der, ca_file, &why, b->pool), why);
    src.keys = ocsp_crl_keys_make(issuer, NULL, NULL, OCSP_CRL_KEYS_SCOPE_AUTO,
                                  b->pool);
    need_apr(ocsp_load_build(&loaded, &src, (int64_t)time(NULL), &why, b->pool),
             why);
    need_apr(ocsp_arena_make(&b->arena, 8 * loaded.len, 8 * loaded.len, &why,
                             b->pool),
             why);
    ocsp_arena_begin(b->arena);
    publish(b, RANDOM, loaded.builder, &loaded.info);
    need_apr(ocsp_arena_get_info(&loaded.info, b->arena, b->slots[RANDOM],
                                 loaded.info.id),
             NULL);
    b->entries = (size_t)loaded.info.entries;
}

/* Serial numbers of 8 octets; every second one is listed. */
static void make_sequential(serial_t *s, size_t i, bool listed)
{
    uint64_t number = (UINT64_C(1) << 60) + 2 * i + (listed ? 0 : 1);

    s->len = sizeof(number);
    for (i = s->len; i > 0; i--) {
        s->octets[i - 1] = (unsigned char)number;
        number >>= 8;
    }
    s->reason = listed ? 4 : -1;
}

static void load_sequential(bench_t *b, int table, size_t entries)
{
    ocsp_table_builder_t *builder = ocsp_table_builder_make(b->pool);
    ocsp_table_info_t info;
    const char *why = NULL;
    serial_t s;
    size_t i;

    memset(&info, 0, sizeof(info));
    for (i = 0; i < entries; i++) {
        make_sequential(&s, i, true);
        need_apr(ocsp_table_builder_add(builder, s.octets, s.len, 1, s.reason,
                                        &why),
                 why);
    }
    publish(b, table, builder, &info);
}

static void shuffle(bench_t *b)
{
    uint64_t state = 3;
    serial_t held;
    size_t i, j;

    for (i = SAMPLES - 1; i > 0; i--) {
        j = entries_random(&state) % (i + 1);
        held = b->serials[i];
        b->serials[i] = b->serials[j];
        b->serials[j] = held;
    }
}

/* From all over the CRL: small ones give some several times. */
static void choose_listed(bench_t *b)
{
    uint64_t state = ENTRIES_LISTED;
    size_t i, chosen = 0;
    entries_t e;

    for (i = 0; i < b->entries; i++) {
        entries_make(&e, i, b->entries, 0, &state);
        while (chosen < SAMPLES && chosen * b->entries / SAMPLES <= i) {
            memcpy(b->serials[chosen].octets, e.serial, sizeof(e.serial));
            b->serials[chosen].len = sizeof(e.serial);
            b->serials[chosen++].reason = e.reason;
        }
    }
}

static void choose_unlisted(bench_t *b)
{
    uint64_t state = ENTRIES_UNLISTED;
    size_t i;

    for (i = 0; i < SAMPLES; i++) {
        entries_make_serial(b->serials[i].octets, &state);
        b->serials[i].len = ENTRIES_SERIAL_LEN;
        b->serials[i].reason = -1;
    }
}

static void choose_sequential(bench_t *b, bool listed)
{
    size_t i;

    for (i = 0; i < SAMPLES; i++) {
        make_sequential(&b->serials[i], i * b->entries / SAMPLES, listed);
    }
}

static void look_up(const bench_t *b, int table, const serial_t *s)
{
    unsigned char id[OCSP_TABLE_ID_LEN];
    ocsp_record_t record;

    memset(id, table, sizeof(id));
    if (ocsp_arena_lookup(&record, b->arena, b->slots[table], id, s->octets,
                          s->len)
            != APR_SUCCESS
        || record.listed != (s->reason >= 0)
        || (record.listed && record.reason != s->reason)) {
        errno = 0;
        measure_die("a wrong answer");
    }
}

static double time_batches(const bench_t *b, int table, size_t different)
{
    static double times[SAMPLES / BATCH];
    size_t i, j;
    double start;

    for (i = 0; i < SAMPLES / BATCH; i++) {
        start = measure_ns();
        for (j = 0; j < BATCH; j++) {
            look_up(b, table, &b->serials[(i * BATCH + j) % different]);
        }
        times[i] = (measure_ns() - start) / (double)BATCH;
    }
    return measure_median(times, SAMPLES / BATCH);
}

/* What the clock itself takes comes off. */
static double time_cold(const bench_t *b, int table)
{
    static double times[COLD_SAMPLES], clock[COLD_SAMPLES];
    const serial_t *s;
    double start;
    serial_t tiny;
    size_t i, j;

    for (i = 0; i < COLD_SAMPLES; i++) {
        for (j = 0; j < CACHES; j += 64) {
            b->ballast[j]++;
        }
        make_sequential(&tiny, i % 2, true);
        s = &b->serials[i];
        look_up(b, TINY, &tiny);
        (void)*(volatile const unsigned char *)s->octets;
        start = measure_ns();
        clock[i] = measure_ns() - start;
        start = measure_ns();
        look_up(b, table, s);
        times[i] = measure_ns() - start;
    }
    return measure_median(times, COLD_SAMPLES)
         - measure_median(clock, COLD_SAMPLES);
}

static void report(bench_t *b, int table, const char *kind)
{
    double warm, once;

    shuffle(b);
    warm = time_batches(b, table, WARM);
    once = time_batches(b, table, SAMPLES);
    (void)printf("lookup\t%s\t%.0f\t%.0f\t%.0f\n", kind, warm, once,
                 time_cold(b, table));
}

int main(int argc, char **argv)
{
    bench_t b;

    memset(&b, 0, sizeof(b));
    if (argc != 2) {
        (void)fputs("usage: lookup directory\n", stderr);
        return 2;
    }
    need(apr_initialize() == APR_SUCCESS
             && apr_pool_create(&b.pool, NULL) == APR_SUCCESS,
         "APR");
    b.serials = calloc(SAMPLES, sizeof(*b.serials));
    b.ballast = calloc(CACHES, 1);
    need(b.serials != NULL && b.ballast != NULL, "memory");
    load_random(&b, argv[1]);
    load_sequential(&b, SEQUENTIAL, b.entries);
    load_sequential(&b, TINY, 2);
    choose_listed(&b);
    report(&b, RANDOM, "random, listed");
    choose_unlisted(&b);
    report(&b, RANDOM, "random, not listed");
    choose_sequential(&b, true);
    report(&b, SEQUENTIAL, "sequential, listed");
    choose_sequential(&b, false);
    report(&b, SEQUENTIAL, "sequential, not listed");
    free(b.serials);
    free(b.ballast);
    apr_terminate();
    return 0;
}
