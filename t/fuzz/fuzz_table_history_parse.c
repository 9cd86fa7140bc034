/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_table_history_parse: what is parsed is valid, and encoded
 * again gives the same octets. Each input is parsed as it is, and with digests
 * that are right, since whoever can write the file can make these, too.
 */
#include <apr_general.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/table_history.h"

#define HEAD 64
#define TABLE_VERSION 12
#define IN_TABLE 8 /* where it is in a table */
#define ID 16
#define CRLS 48
#define CRL 80
#define DIGEST 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_table(const ocsp_table_history_t *history)
{
    ocsp_table_info_t info;
    apr_uint64_t cursor = 0, count = 0;
    ocsp_table_item_t item;
    const char *why = NULL;

    check(ocsp_table_check(history->table, history->len, &why) == APR_SUCCESS);
    check(ocsp_table_get_info(&info, history->table, history->len)
          == APR_SUCCESS);
    while (ocsp_table_next(&item, history->table, history->len, &cursor)) {
        count++;
    }
    check(count == info.entries + info.issued);
}

static void check_same(const ocsp_table_history_t *history,
                       const unsigned char *file, size_t size, apr_pool_t *p)
{
    ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS];
    size_t i, at = 0;

    check(ocsp_table_history_encode(parts, history, file + ID, p));
    for (i = 0; i < OCSP_TABLE_HISTORY_PARTS; i++) {
        check(parts[i].len <= size - at
              && (parts[i].len == 0
                  || memcmp(parts[i].data, file + at, parts[i].len) == 0));
        at += parts[i].len;
    }
    check(at == size);
}

static void parse(const unsigned char *file, size_t size, apr_pool_t *p)
{
    unsigned char id[OCSP_TABLE_ID_LEN] = {0};
    ocsp_table_history_t history;
    const char *why = NULL;
    apr_status_t rv;

    if (size >= HEAD) {
        memcpy(id, file + ID, sizeof(id));
    }
    rv = ocsp_table_history_parse(&history, (ocsp_der_t){file, size}, id, &why,
                                  p);
    check(rv == APR_SUCCESS || why != NULL);
    check(rv == APR_SUCCESS || history.table == NULL);
    if (rv == APR_SUCCESS) {
        check(history.crls != NULL);
        check_same(&history, file, size, p);
        if (history.table != NULL) {
            check_table(&history);
        }
        ocsp_table_history_add(history.crls, history.crls, true, 0);
        check(history.crls->nelts <= OCSP_TABLE_CRLS_MAX);
    }
}

/* Put the digests where they belong, and the version of tables of this build. */
static void repair(unsigned char *file, size_t size)
{
    const uint32_t version = OCSP_TABLE_VERSION;
    uint32_t crls;
    size_t len, rest;

    if (size < HEAD + DIGEST) {
        return;
    }
    memcpy(&crls, file + CRLS, sizeof(crls));
    if (crls > (size - HEAD - DIGEST) / CRL) {
        return;
    }
    len = HEAD + (size_t)crls * CRL;
    rest = size - len - DIGEST;
    if (rest >= DIGEST + TABLE_VERSION + sizeof(version)) {
        memcpy(file + TABLE_VERSION, &version, sizeof(version));
        memcpy(file + len + DIGEST + IN_TABLE, &version, sizeof(version));
    }
    (void)SHA256(file, len, file + len);
    if (rest >= DIGEST) {
        (void)SHA256(file + len + DIGEST, rest - DIGEST, file + size - DIGEST);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *root;
    unsigned char *file = malloc(size != 0 ? size : 1);
    apr_pool_t *p;

    if (root == NULL) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    apr_pool_create(&p, root);
    memcpy(file, data, size);
    parse(file, size, p);
    repair(file, size);
    parse(file, size, p);
    apr_pool_destroy(p);
    free(file);
    return 0;
}
