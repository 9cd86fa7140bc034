/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a status table, for the two files that write and read them.
 * Numbers are in the machine's own order: a table never leaves its machine.
 *
 *       0  +------------------------------------------------------------+
 *          | magic "OCSPTABL" | version 4 | number_len 4                |
 *          | len of all 8 | entries 8 | this_update 8 | next_update 8   |
 *          | id 32 | fingerprint 32 | number 20 | zero 4                |
 *     136  +------------------------------------------------------------+
 *          | 64 x { offset 8 | count 8 }: the n-th, from 1, is of the   |
 *          | entries whose serial number has n octets                   |
 *    1160  +------------------------------------------------------------+
 *          | group 1:  count x [ serial 1 octet   | value 6 ]           |
 *          | group 2:  count x [ serial 2 octets  | value 6 ]           |
 *          | ...                                                        |
 *          | group 64: count x [ serial 64 octets | value 6 ]           |
 *     len  +------------------------------------------------------------+
 *
 * Each group is sorted by serial number and lists none twice; groups follow
 * one another without gaps. A value is 48 bits, big-endian: seconds since 1970
 * plus 2^43 (44 bits), then the reason (4 bits, 15: none); so that earlier
 * values are lower octets.
 */
#ifndef OCSP_STATUS_TABLE_LAYOUT_H
#define OCSP_STATUS_TABLE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "wire/certid.h"
#include "wire/gtime.h"

#define OCSP_TABLE_MAGIC "OCSPTABL"
#define OCSP_TABLE_GROUPS OCSP_CERTID_SERIAL_MAX
#define OCSP_TABLE_VALUE_LEN 6
#define OCSP_TABLE_TIME_BIAS (INT64_C(1) << 43)
#define OCSP_TABLE_NO_REASON 15u

typedef struct {
    unsigned char magic[8];
    uint32_t version;
    uint32_t number_len;
    uint64_t len;
    uint64_t entries;
    int64_t this_update;
    int64_t next_update;
    unsigned char id[32];
    unsigned char fingerprint[32];
    unsigned char number[20];
    unsigned char zero[4];
} ocsp_table_head_t;

typedef struct {
    uint64_t offset; /* from the table's first octet */
    uint64_t count;  /* entries */
} ocsp_table_group_t;

#define OCSP_TABLE_FIRST_ENTRY                                                 \
    (sizeof(ocsp_table_head_t) + OCSP_TABLE_GROUPS * sizeof(ocsp_table_group_t))

_Static_assert(sizeof(ocsp_table_group_t) == 16, "no padding");
_Static_assert(offsetof(ocsp_table_head_t, id) == 48, "no padding before id");
_Static_assert(sizeof(ocsp_table_head_t) == 136, "as drawn");
_Static_assert(OCSP_TABLE_FIRST_ENTRY == 1160, "as drawn");
_Static_assert(OCSP_GTIME_MAX<OCSP_TABLE_TIME_BIAS
                              && OCSP_GTIME_MIN> - OCSP_TABLE_TIME_BIAS,
               "every time that can be written fits");

#endif
