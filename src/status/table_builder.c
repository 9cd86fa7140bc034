/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Builds a status table: see table.h, and table_layout.h for the bytes. Entries
 * are packed as they will stand in the table from the moment they come.
 */
#include <stdlib.h>
#include <string.h>

#include "status/sort.h"
#include "status/table.h"
#include "status/table_layout.h"

/** First room for a serial length, in entries. */
#define ROOM_MIN 64

#define CERTIFICATE_HOLD 6u

_Static_assert(OCSP_TABLE_GROUPS + OCSP_TABLE_VALUE_LEN <= OCSP_SORT_WIDTH_MAX,
               "the widest entry can be sorted");
_Static_assert(1 + OCSP_TABLE_VALUE_LEN >= OCSP_SORT_WIDTH_MIN, "the narrowest "
                                                                "entry can be "
                                                                "sorted");

/** The entries of one serial length. */
typedef struct {
    unsigned char *data; /* malloc */
    size_t count;
    size_t room;
} group_t;

struct ocsp_table_builder_t {
    apr_pool_t *pool;
    group_t groups[OCSP_TABLE_GROUPS]; /* [0]: serials of one octet */
};

static size_t group_width(size_t group)
{
    return group + 1 + OCSP_TABLE_VALUE_LEN;
}

static apr_status_t free_groups(void *data)
{
    ocsp_table_builder_t *b = data;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        free(b->groups[i].data);
        b->groups[i] = (group_t){0};
    }
    return APR_SUCCESS;
}

ocsp_table_builder_t *ocsp_table_builder_make(apr_pool_t *p)
{
    ocsp_table_builder_t *b = apr_pcalloc(p, sizeof(*b));

    b->pool = p;
    apr_pool_cleanup_register(p, b, free_groups, apr_pool_cleanup_null);
    return b;
}

void ocsp_table_builder_free(ocsp_table_builder_t *b)
{
    apr_pool_cleanup_run(b->pool, b, free_groups);
}

static apr_status_t grow(group_t *g, size_t width, const char **why)
{
    size_t room = g->room != 0 ? g->room + g->room / 2 : ROOM_MIN;
    unsigned char *data = NULL;

    if (room <= SIZE_MAX / 2 / width) {
        data = realloc(g->data, room * width);
    }
    if (data == NULL) {
        *why = "out of memory for the status table";
        return APR_ENOMEM;
    }
    g->data = data;
    g->room = room;
    return APR_SUCCESS;
}

static void pack_value(unsigned char *out, int64_t time, int reason)
{
    uint64_t value = (uint64_t)(time + OCSP_TABLE_TIME_BIAS) << 4;
    int i;

    value |= reason >= 0 && reason < (int)OCSP_TABLE_NO_REASON
               ? (uint64_t)reason
               : OCSP_TABLE_NO_REASON;
    for (i = OCSP_TABLE_VALUE_LEN - 1; i >= 0; i--) {
        out[i] = (unsigned char)value;
        value >>= 8;
    }
}

apr_status_t ocsp_table_builder_add(void *builder, const unsigned char *serial,
                                    size_t serial_len, int64_t time, int reason,
                                    const char **why)
{
    ocsp_table_builder_t *b = builder;
    size_t width;
    group_t *g;
    unsigned char *entry;
    apr_status_t rv;

    if (serial_len == 0 || serial_len > OCSP_TABLE_GROUPS
        || (serial_len > 1 && serial[0] == 0)) {
        *why = "RFC 5280 section 4.1.2.2: a serial number of a wrong length";
        return OCSP_EMALFORMED;
    }
    if (time < OCSP_GTIME_MIN || time > OCSP_GTIME_MAX) {
        *why = "RFC 5280 section 5.1.2.6: a revocation time out of range";
        return OCSP_EMALFORMED;
    }
    g = &b->groups[serial_len - 1];
    width = group_width(serial_len - 1);
    if (g->count == g->room && (rv = grow(g, width, why)) != APR_SUCCESS) {
        return rv;
    }
    entry = g->data + g->count * width;
    memcpy(entry, serial, serial_len);
    pack_value(entry + serial_len, time, reason);
    g->count++;
    return APR_SUCCESS;
}

static unsigned entry_reason(const unsigned char *entry, size_t width)
{
    return entry[width - 1] & 0x0fu;
}

/*
 * Keep one entry of each serial number. They stand by time, then by reason: the
 * first has the earliest time, and the first final reason replaces a hold.
 */
static size_t drop_repeats(group_t *g, size_t width)
{
    size_t serial_len = width - OCSP_TABLE_VALUE_LEN;
    unsigned char *kept = g->data;
    const unsigned char *next = g->data;
    const unsigned char *end = g->data + g->count * width;
    size_t dropped = 0;

    for (next += width; next < end; next += width) {
        if (memcmp(kept, next, serial_len) == 0) {
            unsigned reason = entry_reason(next, width);

            if (entry_reason(kept, width) == CERTIFICATE_HOLD) {
                kept[width - 1] = (unsigned char)((kept[width - 1] & 0xf0u)
                                                  | reason);
            }
            dropped++;
            continue;
        }
        kept += width;
        if (dropped != 0) {
            memcpy(kept, next, width);
        }
    }
    g->count -= dropped;
    return dropped;
}

void ocsp_table_builder_finish(ocsp_table_builder_t *b, apr_uint64_t *repeats)
{
    apr_uint64_t dropped = 0;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        group_t *g = &b->groups[i];

        if (g->count > 1) {
            ocsp_sort_records(g->data, g->count, group_width(i));
            dropped += drop_repeats(g, group_width(i));
        }
    }
    if (repeats != NULL) {
        *repeats = dropped;
    }
}

apr_uint64_t ocsp_table_builder_count(const ocsp_table_builder_t *b)
{
    apr_uint64_t count = 0;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        count += b->groups[i].count;
    }
    return count;
}

size_t ocsp_table_builder_size(const ocsp_table_builder_t *b)
{
    size_t size = OCSP_TABLE_FIRST_ENTRY;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        size += b->groups[i].count * group_width(i);
    }
    return size;
}

static void write_head(ocsp_table_head_t *head, const ocsp_table_info_t *info)
{
    size_t number_len = info->number_len < sizeof(head->number)
                          ? info->number_len
                          : sizeof(head->number);

    memcpy(head->magic, OCSP_TABLE_MAGIC, sizeof(head->magic));
    head->this_update = info->this_update;
    head->next_update = info->next_update;
    memcpy(head->id, info->id, sizeof(head->id));
    memcpy(head->fingerprint, info->fingerprint, sizeof(head->fingerprint));
    memcpy(head->number, info->number, number_len);
    head->number_len = (uint32_t)number_len;
}

void ocsp_table_builder_seal(const ocsp_table_builder_t *b, void *mem,
                             const ocsp_table_info_t *info)
{
    ocsp_table_head_t head = {.version = OCSP_TABLE_VERSION};
    ocsp_table_group_t groups[OCSP_TABLE_GROUPS];
    unsigned char *bytes = mem;
    size_t offset = OCSP_TABLE_FIRST_ENTRY;
    size_t i;

    write_head(&head, info);
    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        const group_t *g = &b->groups[i];
        size_t len = g->count * group_width(i);

        groups[i].offset = offset;
        groups[i].count = g->count;
        if (len != 0) {
            memcpy(bytes + offset, g->data, len);
        }
        head.entries += g->count;
        offset += len;
    }
    head.len = offset;
    memcpy(bytes, &head, sizeof(head));
    memcpy(bytes + sizeof(head), groups, sizeof(groups));
}
