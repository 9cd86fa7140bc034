/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a status table, for the files that write and read them;
 * src/README draws them. Numbers are in the byte order of the machine, since a
 * table never leaves it. Floor 1.
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
/* The value of an entry: seconds + OCSP_TABLE_TIME_BIAS << 4 | reason. */
#define OCSP_TABLE_VALUE_LEN 6
#define OCSP_TABLE_TIME_BIAS (INT64_C(1) << 43)
/* Reasons, besides those of RFC 5280 section 5.3.1. */
#define OCSP_TABLE_HOLD 6u         /* certificateHold */
#define OCSP_TABLE_REMOVED 8u      /* removeFromCRL: in builders alone */
#define OCSP_TABLE_ISSUED_ONLY 13u /* not revoked: a list has it */
#define OCSP_TABLE_VALID 14u       /* not revoked: an index has it */
#define OCSP_TABLE_NO_REASON 15u   /* revoked without a reason */

/* Flags: the members of ocsp_table_info_t with these names. */
#define OCSP_TABLE_CRL 1u
#define OCSP_TABLE_ISSUANCE 2u
#define OCSP_TABLE_PARTIAL 4u
#define OCSP_TABLE_MISSING_CRLS 8u
#define OCSP_TABLE_WENT_BACK 16u
#define OCSP_TABLE_UNUSED 0xffe0u

/* The flags above these 16 bits are the number of CRLs. */
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

/** @return whether an entry with this reason is not revoked. */
static inline bool ocsp_table_layout_is_issued(unsigned reason)
{
    return reason == OCSP_TABLE_VALID || reason == OCSP_TABLE_ISSUED_ONLY;
}

/** @return whether all entries of a group are inside a table of len octets.
 * @param group a copy. @param width octets of an entry */
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
