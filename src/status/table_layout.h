/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a status table, for the files that write and read them.
 * Numbers are in the machine's own order: a table never leaves its machine.
 *
 *       0  +------------------------------------------------------------+
 *          | magic "OCSPTABL" | version 4 | number_len 4                |
 *          | len of all 8 | entries 8 | this_update 8 | next_update 8   |
 *          | id 32 | fingerprint 32 | number 20 | flags 4               |
 *          | issued 8 | changed 8 | rows 8                              |
 *     160  +------------------------------------------------------------+
 *          | 64 x { offset 8 | count 8 }: the n-th, from 1, is of the   |
 *          | entries whose serial number has n octets                   |
 *    1184  +------------------------------------------------------------+
 *          | group 1:  count x [ serial 1 octet   | value 6 ]           |
 *          | group 2:  count x [ serial 2 octets  | value 6 ]           |
 *          | ...                                                        |
 *          | group 64: count x [ serial 64 octets | value 6 ]           |
 *          | CRLs: flags >> 16 times ocsp_crl_set_part_t, 80 octets each |
 *     len  +------------------------------------------------------------+
 *
 * Each group is sorted by serial number and lists none twice; groups follow
 * one another without gaps. A value is 48 bits, big-endian: seconds since 1970
 * plus 2^43 (44 bits), then the reason (4 bits, 15: none); so that earlier
 * values are lower octets. Of what was issued and is not revoked the time is
 * the certificate's end, or if that is not known the last there is, and the
 * reason 14 (a source says that it is valid) or 13 (a source lists it);
 * head.entries counts revocations, head.issued the rest.
 */
#ifndef OCSP_STATUS_TABLE_LAYOUT_H
#define OCSP_STATUS_TABLE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/certid.h"
#include "wire/gtime.h"

#define OCSP_TABLE_MAGIC "OCSPTABL"
#define OCSP_TABLE_GROUPS OCSP_CERTID_SERIAL_MAX
#define OCSP_TABLE_VALUE_LEN 6
#define OCSP_TABLE_TIME_BIAS (INT64_C(1) << 43)
#define OCSP_TABLE_NO_REASON 15u
#define OCSP_TABLE_HOLD 6u /* certificateHold */
#define OCSP_TABLE_VALID 14u
#define OCSP_TABLE_ISSUED_ONLY 13u

/* Flags of a table: what it rests on, whether its CRLs cover every certificate
 * by their own words, and whether CRLs are missing in it. */
#define OCSP_TABLE_CRL 1u
#define OCSP_TABLE_ISSUANCE 2u
#define OCSP_TABLE_PARTIAL 4u
#define OCSP_TABLE_GAPS 8u
#define OCSP_TABLE_UNUSED 0xfff0u

/* Above them: of how many CRLs a table has the dates. */
#define OCSP_TABLE_CRLS_SHIFT 16

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
    uint32_t flags;
    uint64_t issued;
    int64_t changed;
    uint64_t rows;
} ocsp_table_head_t;

typedef struct {
    uint64_t offset; /* from the table's first octet */
    uint64_t count;  /* entries */
} ocsp_table_group_t;

#define OCSP_TABLE_FIRST_ENTRY                                                 \
    (sizeof(ocsp_table_head_t) + OCSP_TABLE_GROUPS * sizeof(ocsp_table_group_t))

/** @return whether these reason bits stand for a certificate not revoked. */
static inline bool ocsp_table_layout_is_issued(unsigned reason)
{
    return reason == OCSP_TABLE_VALID || reason == OCSP_TABLE_ISSUED_ONLY;
}

/** @return whether entries of so many octets each lie inside a table of len
 * octets. @param group a copy, which nobody changes meanwhile */
static inline bool ocsp_table_layout_is_inside(const ocsp_table_group_t *group,
                                               size_t len, size_t width)
{
    return group->offset >= OCSP_TABLE_FIRST_ENTRY && group->offset <= len
        && group->count <= (len - group->offset) / width;
}

_Static_assert(sizeof(ocsp_table_group_t) == 16, "no padding");
_Static_assert(offsetof(ocsp_table_head_t, id) == 48, "no padding before id");
_Static_assert(offsetof(ocsp_table_head_t, issued) == 136, "nor before issued");
_Static_assert(sizeof(ocsp_table_head_t) == 160, "as drawn");
_Static_assert(OCSP_TABLE_FIRST_ENTRY == 1184, "as drawn");
_Static_assert(OCSP_GTIME_MAX<OCSP_TABLE_TIME_BIAS
                              && OCSP_GTIME_MIN> - OCSP_TABLE_TIME_BIAS,
               "every time that can be written fits");

#endif
