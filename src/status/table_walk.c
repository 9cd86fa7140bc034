/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Walks over a status table: see table.h, and table_layout.h for the bytes.
 * Unlike a look-up it wants a table that stays as it is; but where the bytes
 * send it is checked all the same. Floor 1.
 */
#include <string.h>

#include "status/table.h"
#include "status/table_layout.h"

/* A cursor: octets of the serial numbers less one, and from this bit down the
 * number of the entry among those. */
#define GROUP_SHIFT 56

/* The entries of one serial length. @return false: outside of the table */
static bool read_group(const unsigned char **entries, apr_uint64_t *count,
                       const void *mem, size_t len, size_t serial_len)
{
    ocsp_table_group_t group;

    memcpy(&group,
           (const unsigned char *)mem + sizeof(ocsp_table_head_t)
               + (serial_len - 1) * sizeof(group),
           sizeof(group));
    if (!ocsp_table_layout_is_inside(&group, len,
                                     serial_len + OCSP_TABLE_VALUE_LEN)) {
        return false;
    }
    *entries = (const unsigned char *)mem + group.offset;
    *count = group.count;
    return true;
}

static void read_entry(ocsp_table_item_t *out, const unsigned char *entry,
                       size_t serial_len)
{
    unsigned last = entry[serial_len + OCSP_TABLE_VALUE_LEN - 1];

    memcpy(out->serial, entry, serial_len);
    out->serial_len = serial_len;
    out->revoked = !ocsp_table_layout_is_issued(last & 0x0fu);
}

bool ocsp_table_next(ocsp_table_item_t *out, const void *mem, size_t len,
                     apr_uint64_t *cursor)
{
    apr_uint64_t at = *cursor & ((APR_UINT64_C(1) << GROUP_SHIFT) - 1);
    apr_uint64_t group = *cursor >> GROUP_SHIFT;
    ocsp_table_info_t info;
    const unsigned char *entries;
    apr_uint64_t count;

    if (ocsp_table_get_info(&info, mem, len) != APR_SUCCESS) {
        return false;
    }
    for (; group < OCSP_TABLE_GROUPS; group++, at = 0) {
        size_t serial_len = (size_t)group + 1;

        if (!read_group(&entries, &count, mem, len, serial_len)) {
            return false;
        }
        if (at < count) {
            read_entry(out,
                       entries
                           + (size_t)at * (serial_len + OCSP_TABLE_VALUE_LEN),
                       serial_len);
            *cursor = group << GROUP_SHIFT | (at + 1);
            return true;
        }
    }
    *cursor = group << GROUP_SHIFT;
    return false;
}
