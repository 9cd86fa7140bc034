/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/table_history.
 */
#include <apr_general.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "status/table_history.h"
#include "tap.h"

#define NOW INT64_C(1780000000)
#define YEAR (INT64_C(366) * 86400)
#define HEAD 64 /* octets; where in it these are: */
#define VERSION 8
#define TABLE_VERSION 12
#define ID 16
#define CRLS 48
#define UNUSED 52
#define TABLE_LEN 56
#define CRL 80
#define NUMBER_LEN 36 /* in a CRL */
#define DIGEST 32

static apr_pool_t *pool;
static const unsigned char id[OCSP_TABLE_ID_LEN] = {7, 1};

static ocsp_crl_set_part_t make_part(unsigned char scope, int64_t this_update,
                                     unsigned char number, uint32_t kind)
{
    ocsp_crl_set_part_t part = {.scope.bits = scope != 0 ? 1 : 0,
                                .scope.key = {scope},
                                .number_len = number != 0 ? 1 : 0,
                                .this_update = this_update,
                                .next_update = this_update + 100,
                                .number = {number},
                                .kind = kind};

    return part;
}

static apr_array_header_t *make_crls(const ocsp_crl_set_part_t *parts,
                                     size_t count)
{
    apr_array_header_t *crls = apr_array_make(pool, 1, sizeof(*parts));
    size_t i;

    for (i = 0; i < count; i++) {
        APR_ARRAY_PUSH(crls, ocsp_crl_set_part_t) = parts[i];
    }
    return crls;
}

static const ocsp_crl_set_part_t *part_at(const apr_array_header_t *crls, int i)
{
    return &APR_ARRAY_IDX(crls, i, ocsp_crl_set_part_t);
}

/* --- changes -------------------------------------------------------------- */

static void check_order(void)
{
    static const struct {
        const char *name;
        int64_t this_update;
        unsigned char number;
        unsigned char scope;
        uint32_t kind;
        int count; /* of CRLs afterwards */
        bool taken;
    } cases[] = {
        {"a later CRL is remembered", NOW + 1, 1, 0, 0, 1, true},
        {"also with a lower number", NOW + 1, 0, 0, 0, 1, true},
        {"an earlier one is not", NOW - 1, 9, 0, 0, 1, false},
        {"of the same time one with a higher number is", NOW, 6, 0, 0, 1, true},
        {"and one with a lower number is not", NOW, 4, 0, 0, 1, false},
        {"one of another scope is remembered beside it", NOW - 1, 9, 1, 0, 2,
         false},
        {"so is one that only lists revocations", NOW + 1, 9, 0,
         OCSP_CRL_SET_LISTED, 2, false},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const ocsp_crl_set_part_t old = make_part(0, NOW, 5, 0);
        const ocsp_crl_set_part_t new = make_part(cases[i].scope,
                                                  cases[i].this_update,
                                                  cases[i].number,
                                                  cases[i].kind);
        apr_array_header_t *crls = make_crls(&old, 1);

        ocsp_table_history_add(crls, make_crls(&new, 1), true, NOW);
        ok(crls->nelts == cases[i].count
               && (part_at(crls, 0)->this_update
                   == new.this_update &&part_at(crls, 0)->number[0]
                   == new.number[0])
                      == cases[i].taken,
           "R140: %s", cases[i].name);
    }
}

static void check_removal(void)
{
    ocsp_crl_set_part_t many[OCSP_TABLE_CRLS_MAX];
    ocsp_crl_set_part_t parts[] = {make_part(1, NOW, 1, 0),
                                   make_part(2, NOW, 1, 0),
                                   make_part(3, NOW, 1, 0)};
    apr_array_header_t *crls, *none = make_crls(NULL, 0);
    uint32_t i;

    parts[0].next_update = NOW - YEAR - 1;
    parts[1].next_update = OCSP_CRL_NO_NEXT_UPDATE;
    parts[2].next_update = NOW - YEAR;
    crls = make_crls(parts, 3);
    ocsp_table_history_add(crls, none, true, NOW);
    ok(crls->nelts == 2 && part_at(crls, 0)->scope.key[0] == 2
           && part_at(crls, 1)->scope.key[0] == 3,
       "a CRL that expired more than a year ago is forgotten");
    parts[0] = make_part(0, NOW, 1, OCSP_CRL_SET_LISTED);
    ocsp_table_history_add(crls, make_crls(parts, 1), false, NOW);
    is_int(crls->nelts, 2, "a CRL that went back is not remembered");
    for (i = 0; i < OCSP_TABLE_CRLS_MAX; i++) {
        many[i] = make_part(1, NOW, 1, 0);
        memcpy(many[i].scope.key + 1, &i, sizeof(i));
        many[i].next_update = i == 5 ? NOW + 1 : NOW + 10;
    }
    many[6].next_update = OCSP_CRL_NO_NEXT_UPDATE;
    crls = make_crls(many, OCSP_TABLE_CRLS_MAX);
    parts[0] = make_part(2, NOW, 1, 0);
    ocsp_table_history_add(crls, make_crls(parts, 1), true, NOW);
    ok(crls->nelts == OCSP_TABLE_CRLS_MAX
           && ocsp_crl_set_find(crls, &many[5]) < 0
           && ocsp_crl_set_find(crls, &many[6]) >= 0
           && ocsp_crl_set_find(crls, &parts[0]) >= 0,
       "of too many CRLs the first to expire is forgotten");
}

/* --- the file ------------------------------------------------------------- */

/* A table with one revocation and two CRLs; malloc. */
static void *make_table(size_t *len, const unsigned char fingerprint[1])
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_info_t info = {.id = {7, 1}, .issuance = true, .rows = 3};
    const unsigned char serial = 9;
    const char *why = "";
    void *mem;

    info.fingerprint[0] = fingerprint[0];
    if (ocsp_table_builder_add(b, &serial, 1, NOW, 1, &why) != APR_SUCCESS) {
        abort();
    }
    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    if (mem == NULL) {
        abort();
    }
    ocsp_table_builder_seal(b, mem, &info);
    ocsp_table_builder_free(b);
    return mem;
}

/* The octets of a file, aligned to 8 as those that are read; malloc. */
static unsigned char *make_file(size_t *len, const ocsp_table_history_t *h)
{
    ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS];
    unsigned char *file, *at;
    size_t i;

    ok(ocsp_table_history_encode(parts, h, id, pool), "a file is encoded");
    *len = 0;
    for (i = 0; i < OCSP_TABLE_HISTORY_PARTS; i++) {
        *len += parts[i].len;
    }
    at = file = malloc(*len);
    for (i = 0; i < OCSP_TABLE_HISTORY_PARTS; i++) {
        if (parts[i].len != 0) {
            memcpy(at, parts[i].data, parts[i].len);
            at += parts[i].len;
        }
    }
    return file;
}

static apr_status_t parse(ocsp_table_history_t *out, const unsigned char *file,
                          size_t len)
{
    unsigned char *copy = malloc(len != 0 ? len : 1);
    const char *why = NULL;
    apr_status_t rv;

    memcpy(copy, file, len);
    rv = ocsp_table_history_parse(out, (ocsp_der_t){copy, len}, id, &why, pool);
    if (rv != APR_SUCCESS && why == NULL) {
        ok(0, "a failure has a reason");
    }
    out->table = NULL; /* it was in the copy */
    free(copy);
    return rv;
}

/* Every cut, and every changed bit, is found out. */
static void check_damage(unsigned char *file, size_t len, const char *name)
{
    ocsp_table_history_t out;
    size_t i, passed = 0;
    unsigned char longer[8192];

    for (i = 0; i < len; i++) {
        passed += parse(&out, file, i) == APR_SUCCESS || out.crls != NULL;
    }
    is_int((long long)passed, 0, name);
    for (i = 0; i < 8 * len; i++) {
        file[i / 8] ^= (unsigned char)(1 << i % 8);
        /* another version of tables leaves the CRLs, but they have a digest */
        passed += parse(&out, file, len) == APR_SUCCESS || out.crls != NULL;
        file[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    is_int((long long)passed, 0, "every changed bit is found out");
    memcpy(longer, file, len);
    longer[len] = 0;
    ok(parse(&out, longer, len + 1) == OCSP_EMALFORMED, "so is an octet more");
}

static void check_file(void)
{
    const ocsp_crl_set_part_t parts[] = {make_part(0, NOW, 5, 0),
                                         make_part(1, NOW - 1, 0, 6)};
    ocsp_table_history_t history = {.crls = make_crls(parts, 2)}, out;
    size_t len;
    unsigned char *file = make_file(&len, &history);
    void *table;

    is_int((long long)len, HEAD + 2 * CRL + DIGEST, "it has the size as drawn");
    ok(parse(&out, file, len) == APR_SUCCESS && out.crls->nelts == 2
           && memcmp(out.crls->elts, parts, sizeof(parts)) == 0,
       "what was encoded is parsed");
    check_damage(file, len, "every file that is cut off is found out");
    free(file);
    table = make_table(&history.len, (const unsigned char *)"\1");
    history.table = table;
    file = make_file(&len, &history);
    is_int((long long)len,
           (long long)(HEAD + 2 * CRL + DIGEST + history.len + DIGEST),
           "likewise with a table");
    ok(parse(&out, file, len) == APR_SUCCESS && out.len == history.len,
       "it is parsed");
    check_damage(file, len, "with a table every file that is cut off is, too");
    free(file);
    free(table);
}

/* Fields that a digest of its own makes no less wrong. */
static void check_hostile(void)
{
    static const struct {
        const char *name;
        size_t at;
        unsigned char value;
        apr_status_t want;
    } cases[] = {
        {"another version", VERSION, 2, OCSP_EUNSUPPORTED},
        {"another issuer", ID, 8, OCSP_EMALFORMED},
        {"more CRLs than there are", CRLS, 2, OCSP_EMALFORMED},
        {"very many CRLs", CRLS + 3, 255, OCSP_EMALFORMED},
        {"a field that is not used", UNUSED, 1, OCSP_EMALFORMED},
        {"a version without a table", TABLE_VERSION, 5, OCSP_EMALFORMED},
        {"a table that is not there", TABLE_LEN + 7, 255, OCSP_EMALFORMED},
        {"a CRLNumber that is too long", HEAD + NUMBER_LEN, 21,
         OCSP_EMALFORMED},
        {"one without its length", HEAD + NUMBER_LEN, 0, OCSP_EMALFORMED},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ocsp_crl_set_part_t part = make_part(0, NOW, 5, 0);
        ocsp_table_history_t history = {.crls = make_crls(&part, 1)}, out;
        ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS];
        unsigned char file[HEAD + CRL + DIGEST];

        (void)ocsp_table_history_encode(parts, &history, id, pool);
        memcpy(file, parts[0].data, HEAD);
        memcpy(file + HEAD, parts[1].data, CRL);
        file[cases[i].at] = cases[i].value;
        (void)SHA256(file, HEAD + CRL, file + HEAD + CRL);
        is_int(parse(&out, file, sizeof(file)), cases[i].want, cases[i].name);
    }
}

/* A table of another version of the module: the CRLs count. */
static void check_upgrade(void)
{
    const ocsp_crl_set_part_t part = make_part(0, NOW, 5, 0);
    ocsp_table_history_t history = {.crls = make_crls(&part, 1)}, out;
    size_t len;
    void *table = make_table(&history.len, (const unsigned char *)"\1");
    unsigned char *file;

    history.table = table;
    file = make_file(&len, &history);
    file[TABLE_VERSION] ^= 1;
    (void)SHA256(file, HEAD + CRL, file + HEAD + CRL);
    ok(parse(&out, file, len) == OCSP_EUNSUPPORTED && out.crls != NULL
           && out.crls->nelts == 1,
       "a table of another version is not used, but the CRLs are");
    free(file);
    free(table);
}

static void check_same(void)
{
    const ocsp_crl_set_part_t part = make_part(0, NOW, 5, 0);
    ocsp_table_history_t history = {.crls = make_crls(&part, 1)};
    ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS];
    size_t len, i, same = 0;
    void *table = make_table(&history.len, (const unsigned char *)"\1");
    void *unsettled = make_table(&history.len, (const unsigned char *)"");
    const size_t sample = HEAD + CRL + DIGEST + OCSP_TABLE_HISTORY_SAMPLE_LEN;
    unsigned char *file;

    history.table = table;
    file = make_file(&len, &history);
    (void)ocsp_table_history_encode(parts, &history, id, pool);
    ok(ocsp_table_history_is_same((ocsp_der_t){file, sample}, parts),
       "the same content is the same");
    for (i = 0; i < sample; i++) {
        file[i] ^= 1;
        same += ocsp_table_history_is_same((ocsp_der_t){file, sample}, parts);
        file[i] ^= 1;
        same += ocsp_table_history_is_same((ocsp_der_t){file, i}, parts);
    }
    is_int((long long)same, 0, "another one is not, nor is a shorter one");
    free(file);
    history.table = unsettled;
    file = make_file(&len, &history);
    (void)ocsp_table_history_encode(parts, &history, id, pool);
    ok(!ocsp_table_history_is_same((ocsp_der_t){file, sample}, parts),
       "nor a table without fingerprint, which may be another one");
    ok(!ocsp_table_history_is_same((ocsp_der_t){NULL, 0}, parts),
       "nor where there is no file");
    free(file);
    free(table);
    free(unsettled);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    check_order();
    check_removal();
    check_file();
    check_hostile();
    check_upgrade();
    check_same();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
