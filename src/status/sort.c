/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An in-place radix sort from the first octet on ("American flag sort",
 * McIlroy, Bostic, McIlroy 1993): count the records of each value of an octet,
 * move each record into the range of its value, and sort each range by the next
 * octet. Small ranges are sorted by insertion. Floor 1.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "status/sort.h"

/* Records of the largest small range, which fits in the first-level cache. */
#define SMALL 40

typedef struct {
    unsigned char *base;
    size_t width;
} records_t;

static unsigned char *at(const records_t *r, size_t i)
{
    return r->base + i * r->width;
}

/* memcpy for OCSP_SORT_WIDTH_MIN octets or more: the last piece overlaps the
 * one before, so that there is no loop over single octets. */
static inline void copy(unsigned char *to, const unsigned char *from,
                        size_t width)
{
    size_t i;

    if (width < 8) {
        memcpy(to, from, 4);
        memcpy(to + width - 4, from + width - 4, 4);
        return;
    }
    for (i = 0; i + 8 <= width; i += 8) {
        memcpy(to + i, from + i, 8);
    }
    memcpy(to + width - 8, from + width - 8, 8);
}

/* Eight octets at most from depth on, as a big-endian number. */
static uint64_t load_key(const unsigned char *record, size_t depth,
                         size_t width)
{
    uint64_t key = 0;
    size_t end = width - depth > 8 ? depth + 8 : width;

    if (width - depth >= 8) {
        memcpy(&key, record + depth, 8);
        return be64toh(key);
    }
    for (; depth < end; depth++) {
        key = key << 8 | record[depth];
    }
    return key;
}

static bool is_less(const records_t *r, size_t a, size_t b, size_t depth)
{
    return depth < r->width
        && memcmp(at(r, a) + depth, at(r, b) + depth, r->width - depth) < 0;
}

/* Sort SMALL records or fewer with the same first depth octets. Keys and
 * numbers are sorted, then each record is moved twice. */
static void sort_small(const records_t *r, size_t count, size_t depth)
{
    uint64_t keys[SMALL];
    unsigned char order[SMALL];
    unsigned char copies[SMALL * OCSP_SORT_WIDTH_MAX];
    size_t i;
    size_t j;

    for (i = 0; i < count; i++) {
        uint64_t key = load_key(at(r, i), depth, r->width);

        for (j = i; j > 0
                    && (key < keys[j - 1]
                        || (key == keys[j - 1]
                            && is_less(r, i, order[j - 1], depth + 8)));
             j--) {
            keys[j] = keys[j - 1];
            order[j] = order[j - 1];
        }
        keys[j] = key;
        order[j] = (unsigned char)i;
    }
    for (i = 0; i < count && order[i] == i; i++) {
    }
    if (i == count) {
        return;
    }
    for (i = 0; i < count; i++) {
        copy(copies + i * r->width, at(r, order[i]), r->width);
    }
    memcpy(r->base, copies, count * r->width);
}

/* Order the records by their octet at depth. heads[v] is the place of the next
 * record with value v, tails[v] the end of its range. */
static void permute(const records_t *r, size_t count, size_t depth)
{
    size_t heads[256] = {0};
    size_t tails[256];
    unsigned char buffers[2][OCSP_SORT_WIDTH_MAX];
    size_t held = 0; /* the buffer with the record that has no place */
    size_t i;
    size_t sum = 0;
    unsigned v;

    for (i = 0; i < count; i++) {
        heads[at(r, i)[depth]]++;
    }
    if (heads[r->base[depth]] == count) {
        return;
    }
    for (v = 0; v < 256; v++) {
        size_t n = heads[v];

        heads[v] = sum;
        sum += n;
        tails[v] = sum;
    }
    for (v = 0; v < 256; v++) {
        for (; heads[v] < tails[v]; heads[v]++) {
            unsigned char octet = at(r, heads[v])[depth];

            if (octet == v) {
                continue;
            }
            copy(buffers[held], at(r, heads[v]), r->width);
            while (octet != v) {
                unsigned char *place = at(r, heads[octet]++);

                copy(buffers[!held], place, r->width);
                copy(place, buffers[held], r->width);
                held = !held;
                octet = buffers[held][depth];
            }
            copy(at(r, heads[v]), buffers[held], r->width);
        }
    }
}

/* How many records, from the first on, have the same octet at depth: in steps
 * that double, then halve. */
static size_t run_length(const records_t *r, size_t count, size_t depth)
{
    unsigned char octet = r->base[depth];
    size_t low = 0; /* has it */
    size_t step = 1;
    size_t high;

    while (low + step < count && at(r, low + step)[depth] == octet) {
        low += step;
        step *= 2;
    }
    high = low + step < count ? low + step : count; /* has not */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (at(r, middle)[depth] == octet) {
            low = middle;
        }
        else {
            high = middle;
        }
    }
    return high;
}

/* Depth first, without recursion: at each depth the rest of one range, already
 * ordered by the octet at that depth, is left, so only its end is kept. */
void ocsp_sort_records(unsigned char *records, size_t count, size_t width)
{
    size_t ends[OCSP_SORT_WIDTH_MAX];
    size_t first = 0;
    size_t depth = 0;
    records_t r = {.base = records, .width = width};

    if (count < 2) {
        return;
    }
    if (count <= SMALL) {
        sort_small(&r, count, 0);
        return;
    }
    permute(&r, count, 0);
    ends[0] = count;
    while (first < ends[0]) {
        size_t run;

        if (first == ends[depth]) {
            depth--;
            continue;
        }
        r.base = records + first * width;
        run = run_length(&r, ends[depth] - first, depth);
        if (run <= SMALL || depth + 1 == width) {
            if (run > 1 && depth + 1 < width) {
                sort_small(&r, run, depth + 1);
            }
            first += run;
            continue;
        }
        permute(&r, run, ++depth);
        ends[depth] = first + run;
    }
}
