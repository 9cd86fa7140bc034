/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks and reads status tables. The bytes may change meanwhile: so whatever
 * becomes an index is read once, as volatile, into a local variable, which is
 * then checked and used. Floor 1.
 */
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "status/table_layout.h"

/* A search interpolates so many times, since random serial numbers are evenly
 * distributed; then it halves, in case these are not. */
#define INTERPOLATIONS 8

/* A cursor has the number of the entry in its lower bits, and octets of serial
 * number less 1 above. */
#define GROUP_SHIFT 56

_Static_assert(sizeof(((ocsp_table_head_t *)NULL)->id) == OCSP_TABLE_ID_LEN
                   && sizeof(((ocsp_table_head_t *)NULL)->fingerprint)
                          == OCSP_TABLE_FINGERPRINT_LEN
                   && sizeof(((ocsp_table_head_t *)NULL)->number)
                          == OCSP_CRL_NUMBER_MAX,
               "a table holds what ocsp_table_info_t does");

typedef uint64_t word_t __attribute__((may_alias));

/** The entries with serial numbers of one length; inside the table. */
typedef struct {
    const unsigned char *entries;
    size_t count;
    size_t serial_len;
    size_t width;
} group_t;

/* Read each word once. mem is aligned to 8; offset and len are multiples. */
static void read_words(void *to, const void *mem, size_t offset, size_t len)
{
    const volatile word_t *words = mem;
    unsigned char *out = to;
    size_t i;

    for (i = 0; i < len; i += sizeof(word_t)) {
        uint64_t word = words[(offset + i) / sizeof(word_t)];

        memcpy(out + i, &word, sizeof(word));
    }
}

static bool read_head(ocsp_table_head_t *head, const void *mem, size_t len)
{
    if (mem == NULL || (uintptr_t)mem % sizeof(word_t) != 0
        || len < OCSP_TABLE_FIRST_ENTRY) {
        return false;
    }
    read_words(head, mem, 0, sizeof(*head));
    return memcmp(head->magic, OCSP_TABLE_MAGIC, sizeof(head->magic)) == 0
        && head->version == OCSP_TABLE_VERSION && head->len <= len
        && head->number_len <= sizeof(head->number)
        && (head->flags & OCSP_TABLE_UNUSED) == 0;
}

static size_t count_crls(const ocsp_table_head_t *head)
{
    return head->flags >> OCSP_TABLE_CRLS_SHIFT;
}

static bool read_group(group_t *g, const void *mem, size_t len,
                       size_t serial_len)
{
    ocsp_table_group_t raw;

    g->serial_len = serial_len;
    g->width = serial_len + OCSP_TABLE_VALUE_LEN;
    read_words(&raw, mem,
               sizeof(ocsp_table_head_t) + (serial_len - 1) * sizeof(raw),
               sizeof(raw));
    if (!ocsp_table_layout_is_inside(&raw, len, g->width)) {
        return false;
    }
    g->entries = (const unsigned char *)mem + raw.offset;
    g->count = (size_t)raw.count;
    return true;
}

static const unsigned char *entry_at(const group_t *g, size_t i)
{
    return g->entries + i * g->width;
}

/* The first octets, eight at most, as a big-endian number. */
static uint64_t read_key(const unsigned char *octets, size_t len)
{
    const volatile unsigned char *from = octets;
    uint64_t key = 0;
    size_t i;

    for (i = 0; i < len && i < 8; i++) {
        key = key << 8 | from[i];
    }
    return key;
}

static unsigned read_reason(const unsigned char *value)
{
    return (unsigned)read_key(value + OCSP_TABLE_VALUE_LEN - 1, 1) & 0x0fu;
}

static bool is_reason(unsigned reason)
{
    return reason <= 6 || reason == 9 || reason == 10
        || reason == OCSP_TABLE_NO_REASON;
}

static apr_status_t refuse(const char *what, const char **why)
{
    *why = what;
    return OCSP_EMALFORMED;
}

static apr_status_t check_group(const group_t *g, uint64_t *issued,
                                const char **why)
{
    size_t i;

    for (i = 0; i < g->count; i++) {
        const unsigned char *entry = entry_at(g, i);
        unsigned reason = read_reason(entry + g->serial_len);

        if (i > 0 && memcmp(entry - g->width, entry, g->serial_len) >= 0) {
            return refuse("status table: serial numbers out of order", why);
        }
        if (ocsp_table_layout_is_issued(reason)) {
            ++*issued;
        }
        else if (!is_reason(reason)) {
            return refuse("status table: an unknown reason", why);
        }
    }
    return g->serial_len > 1 && g->count > 0 && g->entries[0] == 0
             ? refuse("status table: a padded serial number", why)
             : APR_SUCCESS;
}

apr_status_t ocsp_table_check(const void *mem, size_t len, const char **why)
{
    const unsigned char *bytes = mem;
    ocsp_table_head_t head;
    group_t g;
    uint64_t expected = OCSP_TABLE_FIRST_ENTRY;
    uint64_t entries = 0;
    uint64_t issued = 0;
    size_t serial_len;
    apr_status_t rv;

    if (!read_head(&head, mem, len)) {
        return refuse("status table: not one of this version", why);
    }
    if (head.len != len) {
        return refuse("status table: cut off, or something follows", why);
    }
    for (serial_len = 1; serial_len <= OCSP_TABLE_GROUPS; serial_len++) {
        if (!read_group(&g, mem, len, serial_len)
            || g.entries != bytes + expected) {
            return refuse("status table: a group is out of place", why);
        }
        if ((rv = check_group(&g, &issued, why)) != APR_SUCCESS) {
            return rv;
        }
        expected += g.count * g.width;
        entries += g.count;
    }
    expected += count_crls(&head) * sizeof(ocsp_crl_set_part_t);
    if (expected != len || issued != head.issued
        || entries - issued != head.entries) {
        return refuse("status table: the sums are wrong", why);
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_table_get_info(ocsp_table_info_t *info, const void *mem,
                                 size_t len)
{
    ocsp_table_head_t head;

    if (!read_head(&head, mem, len)) {
        return OCSP_EMALFORMED;
    }
    memcpy(info->id, head.id, sizeof(info->id));
    memcpy(info->fingerprint, head.fingerprint, sizeof(info->fingerprint));
    memcpy(info->number, head.number, sizeof(info->number));
    info->number_len = head.number_len;
    info->this_update = head.this_update;
    info->next_update = head.next_update;
    info->crl = (head.flags & OCSP_TABLE_CRL) != 0;
    info->issuance = (head.flags & OCSP_TABLE_ISSUANCE) != 0;
    info->partial = (head.flags & OCSP_TABLE_PARTIAL) != 0;
    info->missing_crls = (head.flags & OCSP_TABLE_MISSING_CRLS) != 0;
    info->went_back = (head.flags & OCSP_TABLE_WENT_BACK) != 0;
    info->crls = (unsigned)count_crls(&head);
    info->changed = head.changed;
    info->entries = head.entries;
    info->issued = head.issued;
    info->rows = head.rows;
    return APR_SUCCESS;
}

void ocsp_table_get_crls(apr_array_header_t *parts, const void *mem, size_t len)
{
    const unsigned char *end = (const unsigned char *)mem + len;
    ocsp_table_head_t head;
    size_t n;

    if (!read_head(&head, mem, len)
        || count_crls(&head)
               > (len - OCSP_TABLE_FIRST_ENTRY) / sizeof(ocsp_crl_set_part_t)) {
        return;
    }
    for (n = count_crls(&head); n > 0; n--) {
        memcpy(apr_array_push(parts), end - n * sizeof(ocsp_crl_set_part_t),
               sizeof(ocsp_crl_set_part_t));
    }
}

bool ocsp_table_is_same_crl(const ocsp_table_info_t *a,
                            const ocsp_table_info_t *b)
{
    return a->crl == b->crl
        && (!a->crl
            || (a->this_update == b->this_update
                && a->number_len == b->number_len
                && memcmp(a->number, b->number, a->number_len) == 0));
}

/* Saturates: the time may be read from bytes that changed. */
static int64_t add_up(int64_t time, int64_t seconds)
{
    if (seconds <= 0) {
        return time;
    }
    return time > OCSP_TABLE_ENDLESS - seconds ? OCSP_TABLE_ENDLESS
                                               : time + seconds;
}

int64_t ocsp_table_find_end(bool crl, int64_t this_update, int64_t next_update,
                            int64_t changed, int64_t grace_s, int64_t max_age_s)
{
    int64_t end = OCSP_TABLE_ENDLESS;
    int64_t changed_end = OCSP_TABLE_ENDLESS;

    if (crl && next_update != OCSP_CRL_NO_NEXT_UPDATE) {
        end = add_up(next_update, grace_s);
    }
    else if (crl && max_age_s != 0) {
        end = add_up(this_update,
                     max_age_s > 0 ? max_age_s : OCSP_TABLE_MAX_AGE_S);
    }
    if (changed != 0 && max_age_s > 0) {
        changed_end = add_up(changed, max_age_s);
    }
    return changed_end < end ? changed_end : end;
}

/* Octets that all serial numbers begin with. */
static size_t common_prefix(const group_t *g)
{
    const unsigned char *first = g->entries;
    const unsigned char *last = entry_at(g, g->count - 1);
    size_t n = 0;

    while (n < g->serial_len && first[n] == last[n]) {
        n++;
    }
    return n;
}

/* The likely place of key among entries low to high. */
static size_t interpolate(size_t low, size_t high, uint64_t key,
                          const uint64_t key_of[2])
{
    double part = (double)(key - key_of[0]) / (double)(key_of[1] - key_of[0]);
    size_t step = (size_t)(part * (double)(high - low));

    return step < high - low ? low + step : high;
}

/* @return the number of the entry, or count. O(log count) for any bytes. */
static size_t find(const group_t *g, const unsigned char *serial)
{
    size_t low = 0;
    size_t end = g->count;
    size_t skip;
    size_t tries;
    uint64_t key;
    uint64_t bounds[2];

    if (g->count == 0) {
        return 0;
    }
    skip = common_prefix(g);
    key = read_key(serial + skip, g->serial_len - skip);
    bounds[0] = read_key(g->entries + skip, g->serial_len - skip);
    bounds[1] = read_key(entry_at(g, end - 1) + skip, g->serial_len - skip);
    for (tries = 0; low < end; tries++) {
        size_t at = low + (end - low) / 2;
        const unsigned char *entry;
        int order;

        if (tries < INTERPOLATIONS && bounds[0] < bounds[1] && key >= bounds[0]
            && key <= bounds[1]) {
            at = interpolate(low, end - 1, key, bounds);
        }
        entry = entry_at(g, at);
        order = memcmp(serial, entry, g->serial_len);
        if (order == 0) {
            return at;
        }
        if (order < 0) {
            end = at;
            bounds[1] = read_key(entry + skip, g->serial_len - skip);
        }
        else {
            low = at + 1;
            bounds[0] = read_key(entry + skip, g->serial_len - skip);
        }
    }
    return g->count;
}

static void read_value(ocsp_record_t *out, const unsigned char *value)
{
    uint64_t packed = read_key(value, OCSP_TABLE_VALUE_LEN);
    unsigned reason = (unsigned)packed & 0x0fu;
    int64_t time = (int64_t)(packed >> 4) - OCSP_TABLE_TIME_BIAS;

    if (ocsp_table_layout_is_issued(reason)) {
        out->issued = true;
        out->issued_only = reason == OCSP_TABLE_ISSUED_ONLY;
        out->not_after = time != OCSP_GTIME_MAX ? time : 0;
        return;
    }
    out->listed = true;
    out->revocation_time = time;
    out->reason = is_reason(reason) && reason != OCSP_TABLE_NO_REASON
                    ? (int)reason
                    : OCSP_CRL_NO_REASON;
}

apr_status_t ocsp_table_lookup(ocsp_record_t *out, const void *mem, size_t len,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len)
{
    ocsp_record_t record = {.reason = OCSP_CRL_NO_REASON, .checked = 0};
    ocsp_table_head_t head;
    group_t g;
    size_t at;

    /* a padded serial number would not be found, and so be good */
    if (serial_len == 0 || serial_len > OCSP_TABLE_GROUPS
        || (serial_len > 1 && serial[0] == 0) || !read_head(&head, mem, len)
        || memcmp(head.id, id, sizeof(head.id)) != 0
        || !read_group(&g, mem, len, serial_len)) {
        return OCSP_EMALFORMED;
    }
    record.crl = (head.flags & OCSP_TABLE_CRL) != 0;
    record.issuance = (head.flags & OCSP_TABLE_ISSUANCE) != 0;
    record.partial = (head.flags & OCSP_TABLE_PARTIAL) != 0;
    record.missing_crls = (head.flags & OCSP_TABLE_MISSING_CRLS) != 0;
    record.this_update = head.this_update;
    record.next_update = head.next_update;
    record.changed = head.changed;
    at = find(&g, serial);
    if (at < g.count) {
        read_value(&record, entry_at(&g, at) + serial_len);
    }
    *out = record;
    return APR_SUCCESS;
}

apr_uint64_t ocsp_table_count_lost(const void *mem, size_t len,
                                   const ocsp_table_builder_t *b, bool undone)
{
    apr_uint64_t lost = 0;
    size_t serial_len, i;
    group_t g;

    for (serial_len = 1; serial_len <= OCSP_TABLE_GROUPS; serial_len++) {
        if (!read_group(&g, mem, len, serial_len)) {
            return lost;
        }
        for (i = 0; i < g.count; i++) {
            const unsigned char *serial = entry_at(&g, i);
            unsigned reason = read_reason(serial + serial_len);
            ocsp_table_state_t now;

            if (reason == OCSP_TABLE_HOLD
                || ocsp_table_layout_is_issued(reason)) {
                continue;
            }
            now = ocsp_table_builder_find(b, serial, serial_len);
            lost += now == OCSP_TABLE_ISSUED
                 || (now == OCSP_TABLE_UNLISTED && !undone);
        }
    }
    return lost;
}

bool ocsp_table_next(ocsp_table_item_t *out, const void *mem, size_t len,
                     apr_uint64_t *cursor)
{
    apr_uint64_t at = *cursor & ((APR_UINT64_C(1) << GROUP_SHIFT) - 1);
    apr_uint64_t group = *cursor >> GROUP_SHIFT;
    ocsp_table_head_t head;
    group_t g;

    if (!read_head(&head, mem, len)) {
        return false;
    }
    for (; group < OCSP_TABLE_GROUPS; group++, at = 0) {
        if (!read_group(&g, mem, len, (size_t)group + 1)) {
            return false;
        }
        if (at < g.count) {
            const unsigned char *entry = entry_at(&g, (size_t)at);

            memcpy(out->serial, entry, g.serial_len);
            out->serial_len = g.serial_len;
            out->revoked = !ocsp_table_layout_is_issued(
                read_reason(entry + g.serial_len));
            *cursor = group << GROUP_SHIFT | (at + 1);
            return true;
        }
    }
    *cursor = group << GROUP_SHIFT;
    return false;
}
