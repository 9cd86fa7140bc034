/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tables for tests of the arena.
 */
#ifndef OCSP_UNIT_TABLES_H
#define OCSP_UNIT_TABLES_H

#include <string.h>

#include "shared/arena.h"

__attribute__((unused)) static const unsigned char id_a[OCSP_TABLE_ID_LEN] = {
    'a'};
__attribute__((unused)) static const unsigned char id_b[OCSP_TABLE_ID_LEN] = {
    'b'};
__attribute__((unused)) static const unsigned char id_c[OCSP_TABLE_ID_LEN] = {
    'c'};
__attribute__((unused)) static const unsigned char listed[] = {0x11, 0x22,
                                                               0x33};
__attribute__((unused)) static const unsigned char unlisted[] = {0x11, 0x22,
                                                                 0x34};

/* Publish a table of entries revocations whose every number tells of mark. */
__attribute__((unused)) static apr_status_t publish(
    ocsp_arena_t *a, size_t slot, const unsigned char *id, int64_t mark,
    unsigned entries, apr_pool_t *p)
{
    ocsp_table_info_t info = {.this_update = mark, .next_update = mark * 3};
    ocsp_table_builder_t *b = ocsp_table_builder_make(p);
    unsigned char serial[8] = {0x7f};
    const char *why;
    apr_status_t rv;
    unsigned i;
    void *mem;
    size_t len;

    memcpy(info.id, id, OCSP_TABLE_ID_LEN);
    rv = ocsp_table_builder_add(b, listed, sizeof(listed), mark * 2, 1, &why);
    for (i = 1; i < entries && rv == APR_SUCCESS; i++) {
        serial[1] = (unsigned char)(i >> 8);
        serial[2] = (unsigned char)i;
        rv = ocsp_table_builder_add(b, serial, sizeof(serial), mark * 2, 1,
                                    &why);
    }
    len = ocsp_table_builder_finish(b).len;
    if (rv == APR_SUCCESS) {
        rv = ocsp_arena_reserve(&mem, a, slot, len, &why, p);
    }
    if (rv == APR_SUCCESS) {
        ocsp_table_builder_seal(b, mem, &info);
        ocsp_arena_publish(a, slot);
    }
    else {
        ocsp_table_builder_free(b);
    }
    return rv;
}

#endif
