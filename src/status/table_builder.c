/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Builds status tables (table.h). Entries are kept in the format of the table
 * from the start. Floor 1.
 */
#include <stdlib.h>
#include <string.h>

#include "status/sort.h"
#include "status/table.h"
#include "status/table_layout.h"

/* Entries that there is room for at first, for each serial length. */
#define ROOM_MIN 64

_Static_assert(OCSP_TABLE_GROUPS + OCSP_TABLE_VALUE_LEN <= OCSP_SORT_WIDTH_MAX
                   && 1 + OCSP_TABLE_VALUE_LEN >= OCSP_SORT_WIDTH_MIN,
               "entries of all widths can be sorted");

/** The entries with serial numbers of one length. */
typedef struct {
    unsigned char *data; /* malloc */
    size_t count;
    size_t room;
    size_t finished; /* of count: sorted and merged */
    size_t issued;   /* of finished: not revoked */
} group_t;

struct ocsp_table_builder_t {
    apr_pool_t *pool;
    group_t groups[OCSP_TABLE_GROUPS]; /* [0]: of one octet */
    const apr_array_header_t *crls;    /* ocsp_crl_set_part_t; NULL: none */
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

static apr_status_t grow(group_t *g, size_t width, size_t more,
                         const char **why)
{
    size_t room = g->room != 0 ? g->room + g->room / 2 : ROOM_MIN;
    unsigned char *data = NULL;

    if (room - g->count < more) {
        room = g->count + more;
    }
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

/* Add entries in the format of the table. */
static apr_status_t append(group_t *g, size_t width,
                           const unsigned char *entries, size_t count,
                           const char **why)
{
    apr_status_t rv = APR_SUCCESS;

    if (count > g->room - g->count) {
        rv = grow(g, width, count, why);
    }
    if (rv == APR_SUCCESS && count > 0) {
        memcpy(g->data + g->count * width, entries, count * width);
        g->count += count;
    }
    return rv;
}

static void pack_value(unsigned char *out, int64_t time, unsigned reason)
{
    uint64_t value = (uint64_t)(time + OCSP_TABLE_TIME_BIAS) << 4 | reason;
    int i;

    for (i = OCSP_TABLE_VALUE_LEN - 1; i >= 0; i--) {
        out[i] = (unsigned char)value;
        value >>= 8;
    }
}

/* @param reason the four bits of the entry */
static apr_status_t add(ocsp_table_builder_t *b, const unsigned char *serial,
                        size_t serial_len, int64_t time, unsigned reason,
                        const char **why)
{
    unsigned char entry[OCSP_SORT_WIDTH_MAX];

    if (serial_len == 0 || serial_len > OCSP_TABLE_GROUPS
        || (serial_len > 1 && serial[0] == 0)) {
        *why = "RFC 5280 section 4.1.2.2: a serial number of a wrong length";
        return OCSP_EMALFORMED;
    }
    if (time < OCSP_GTIME_MIN || time > OCSP_GTIME_MAX) {
        *why = "RFC 5280 section 5.1.2.6: a revocation time out of range";
        return OCSP_EMALFORMED;
    }
    memcpy(entry, serial, serial_len);
    pack_value(entry + serial_len, time, reason);
    return append(&b->groups[serial_len - 1], group_width(serial_len - 1),
                  entry, 1, why);
}

apr_status_t ocsp_table_builder_add(void *builder, const unsigned char *serial,
                                    size_t serial_len, int64_t time, int reason,
                                    const char **why)
{
    /* a reason above 10 would have another meaning */
    return add(builder, serial, serial_len, time,
               reason >= 0 && reason <= 10 ? (unsigned)reason
                                           : OCSP_TABLE_NO_REASON,
               why);
}

apr_status_t ocsp_table_builder_add_issued(ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len, bool valid,
                                           int64_t not_after, const char **why)
{
    return add(b, serial, serial_len,
               valid && not_after < OCSP_GTIME_MAX ? not_after : OCSP_GTIME_MAX,
               valid ? OCSP_TABLE_VALID : OCSP_TABLE_ISSUED_ONLY, why);
}

apr_status_t ocsp_table_builder_add_table(ocsp_table_builder_t *b,
                                          const void *mem, size_t len,
                                          const char **why)
{
    const unsigned char *bytes = mem;
    ocsp_table_group_t from[OCSP_TABLE_GROUPS];
    ocsp_table_info_t info;
    apr_status_t rv = ocsp_table_get_info(&info, mem, len);
    size_t i;

    if (rv != APR_SUCCESS) {
        *why = "status table: not one of this version";
        return rv;
    }
    memcpy(from, bytes + sizeof(ocsp_table_head_t), sizeof(from));
    for (i = 0; i < OCSP_TABLE_GROUPS && rv == APR_SUCCESS; i++) {
        size_t width = group_width(i);

        if (!ocsp_table_layout_is_inside(&from[i], len, width)) {
            *why = "status table: a group is out of place";
            return OCSP_EMALFORMED;
        }
        rv = append(&b->groups[i], width, bytes + from[i].offset,
                    (size_t)from[i].count, why);
    }
    return rv;
}

apr_status_t ocsp_table_builder_join(ocsp_table_builder_t *b,
                                     const ocsp_table_builder_t *from,
                                     const char **why)
{
    apr_status_t rv = APR_SUCCESS;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS && rv == APR_SUCCESS; i++) {
        rv = append(&b->groups[i], group_width(i), from->groups[i].data,
                    from->groups[i].count, why);
    }
    return rv;
}

void ocsp_table_builder_set_crls(ocsp_table_builder_t *b,
                                 const apr_array_header_t *parts)
{
    b->crls = parts;
}

static size_t count_crls(const ocsp_table_builder_t *b)
{
    return b->crls != NULL ? (size_t)b->crls->nelts : 0;
}

static unsigned entry_reason(const unsigned char *entry, size_t width)
{
    return entry[width - 1] & 0x0fu;
}

/*
 * Merge a further entry of the same serial number into the one that is kept.
 * They are sorted by time, then by reason: so of revocations the first has the
 * earliest time, and the first final reason replaces a hold. Any revocation
 * replaces removeFromCRL.
 */
static void merge(unsigned char *kept, const unsigned char *next, size_t width,
                  bool *disputed, ocsp_table_sums_t *sums)
{
    unsigned old = entry_reason(kept, width);
    unsigned new = entry_reason(next, width);
    bool was_issued = ocsp_table_layout_is_issued(old);
    bool is_issued = ocsp_table_layout_is_issued(new);

    if (old == OCSP_TABLE_REMOVED || new == OCSP_TABLE_REMOVED) {
        sums->repeats++;
        if (old == OCSP_TABLE_REMOVED) {
            memcpy(kept, next, width);
        }
        return;
    }
    if (was_issued != is_issued
        && (old == OCSP_TABLE_VALID || new == OCSP_TABLE_VALID)) {
        sums->disputes += !*disputed;
        *disputed = true;
    }
    if (was_issued) {
        if (!is_issued || (new == OCSP_TABLE_VALID &&old != OCSP_TABLE_VALID)) {
            memcpy(kept, next, width);
        }
    }
    else if (!is_issued) {
        sums->repeats++;
        if (old == OCSP_TABLE_HOLD) {
            kept[width - 1] = (unsigned char)((kept[width - 1] & 0xf0u) | new);
        }
    }
}

static void merge_all(group_t *g, size_t width, ocsp_table_sums_t *sums)
{
    size_t serial_len = width - OCSP_TABLE_VALUE_LEN;
    unsigned char *kept = g->data;
    const unsigned char *next = g->data;
    const unsigned char *end = g->data + g->count * width;
    bool disputed = false;

    g->count = 1;
    for (next += width; next < end; next += width) {
        if (memcmp(kept, next, serial_len) == 0) {
            merge(kept, next, width, &disputed, sums);
            continue;
        }
        g->issued += ocsp_table_layout_is_issued(entry_reason(kept, width));
        disputed = false;
        kept += width;
        g->count++;
        if (kept != next) {
            memcpy(kept, next, width);
        }
    }
    g->issued += ocsp_table_layout_is_issued(entry_reason(kept, width));
}

ocsp_table_sums_t ocsp_table_builder_finish(ocsp_table_builder_t *b)
{
    ocsp_table_sums_t sums = {.len = OCSP_TABLE_FIRST_ENTRY
                                   + count_crls(b)
                                         * sizeof(ocsp_crl_set_part_t)};
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        group_t *g = &b->groups[i];

        if (g->count != g->finished) {
            g->issued = 0;
            ocsp_sort_records(g->data, g->count, group_width(i));
            merge_all(g, group_width(i), &sums);
            g->finished = g->count;
        }
        sums.len += g->count * group_width(i);
        sums.entries += g->count - g->issued;
        sums.issued += g->issued;
    }
    return sums;
}

/* Find an entry among the finished ones. @return NULL: it is not there */
static unsigned char *find_entry(const group_t *g, size_t width,
                                 const unsigned char *serial)
{
    size_t low = 0, end = g->finished;

    while (low < end) {
        size_t at = low + (end - low) / 2;
        unsigned char *entry = g->data + at * width;
        int order = memcmp(serial, entry, width - OCSP_TABLE_VALUE_LEN);

        if (order == 0) {
            return entry;
        }
        end = order < 0 ? at : end;
        low = order < 0 ? low : at + 1;
    }
    return NULL;
}

ocsp_table_state_t ocsp_table_builder_find(const ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len)
{
    const unsigned char *entry;
    size_t width = serial_len + OCSP_TABLE_VALUE_LEN;

    if (serial_len == 0 || serial_len > OCSP_TABLE_GROUPS
        || (entry = find_entry(&b->groups[serial_len - 1], width, serial))
               == NULL) {
        return OCSP_TABLE_UNLISTED;
    }
    return ocsp_table_layout_is_issued(entry_reason(entry, width))
             ? OCSP_TABLE_ISSUED
             : OCSP_TABLE_REVOKED;
}

void ocsp_table_builder_revoke_removed(ocsp_table_builder_t *b)
{
    size_t i, j;

    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        size_t width = group_width(i);

        for (j = 0; j < b->groups[i].count; j++) {
            unsigned char *entry = b->groups[i].data + j * width;

            if (entry_reason(entry, width) == OCSP_TABLE_REMOVED) {
                entry[width - 1] = (unsigned char)(entry[width - 1]
                                                   | OCSP_TABLE_NO_REASON);
            }
        }
    }
}

/* Let an entry of a delta CRL replace one of a complete CRL.
 * @return whether this is to be removed */
static bool update(unsigned char *entry, const unsigned char *delta,
                   size_t width)
{
    unsigned reason = entry_reason(delta, width);
    bool is_final = reason != OCSP_TABLE_HOLD && reason != OCSP_TABLE_REMOVED;

    if (!is_final && entry_reason(entry, width) != OCSP_TABLE_HOLD) {
        return false;
    }
    memcpy(entry, delta, width);
    return reason == OCSP_TABLE_REMOVED;
}

static void delete_removed(group_t *g, size_t width)
{
    unsigned char *kept = g->data;
    const unsigned char *entry = g->data;
    const unsigned char *end = g->data + g->count * width;

    g->count = 0;
    for (; entry < end; entry += width) {
        if (entry_reason(entry, width) != OCSP_TABLE_REMOVED) {
            memmove(kept, entry, width);
            kept += width;
            g->count++;
        }
    }
}

static apr_status_t apply_group(group_t *g, const group_t *delta, size_t width,
                                const char **why)
{
    const unsigned char *entry = delta->data;
    bool added = false, removed = false;
    apr_status_t rv = APR_SUCCESS;
    size_t i;

    for (i = 0; i < delta->count && rv == APR_SUCCESS; i++, entry += width) {
        unsigned char *old = find_entry(g, width, entry);

        if (old != NULL) {
            removed = update(old, entry, width) || removed;
        }
        else if (entry_reason(entry, width) != OCSP_TABLE_REMOVED) {
            rv = append(g, width, entry, 1, why);
            added = true;
        }
    }
    if (removed) {
        delete_removed(g, width);
    }
    g->finished = added ? 0 : g->count; /* else they are still in order */
    return rv;
}

apr_status_t ocsp_table_builder_apply(ocsp_table_builder_t *b,
                                      const ocsp_table_builder_t *delta,
                                      const char **why)
{
    apr_status_t rv = APR_SUCCESS;
    size_t i;

    for (i = 0; i < OCSP_TABLE_GROUPS && rv == APR_SUCCESS; i++) {
        rv = apply_group(&b->groups[i], &delta->groups[i], group_width(i), why);
    }
    return rv;
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
    head->flags = (info->crl ? OCSP_TABLE_CRL : 0)
                | (info->issuance ? OCSP_TABLE_ISSUANCE : 0)
                | (info->partial ? OCSP_TABLE_PARTIAL : 0)
                | (info->missing_crls ? OCSP_TABLE_MISSING_CRLS : 0)
                | (info->went_back ? OCSP_TABLE_WENT_BACK : 0);
    head->changed = info->changed;
    head->rows = info->rows;
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
    head.flags |= (uint32_t)count_crls(b) << OCSP_TABLE_CRLS_SHIFT;
    for (i = 0; i < OCSP_TABLE_GROUPS; i++) {
        const group_t *g = &b->groups[i];
        size_t len = g->count * group_width(i);

        groups[i].offset = offset;
        groups[i].count = g->count;
        if (len != 0) {
            memcpy(bytes + offset, g->data, len);
        }
        head.entries += g->count - g->issued;
        head.issued += g->issued;
        offset += len;
    }
    if (count_crls(b) > 0) {
        size_t len = count_crls(b) * sizeof(ocsp_crl_set_part_t);

        memcpy(bytes + offset, b->crls->elts, len);
        offset += len;
    }
    head.len = offset;
    memcpy(bytes, &head, sizeof(head));
    memcpy(bytes + sizeof(head), groups, sizeof(groups));
}
