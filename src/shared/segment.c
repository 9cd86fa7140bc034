/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The room in the segment: which pages are free, and how many there should be.
 * Floor 3.
 */
#include <apr_strings.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "shared/segment.h"

#define MEGABYTE (UINT64_C(1) << 20)
#define GIGABYTE_IN_MEGABYTES 1024

apr_size_t ocsp_segment_count_pages(apr_uint64_t octets)
{
    return (apr_size_t)((octets + OCSP_SEGMENT_PAGE - 1) / OCSP_SEGMENT_PAGE);
}

void ocsp_segment_begin_change(ocsp_segment_t *a)
{
    atomic_fetch_or(&a->epoch, 1);
}

void ocsp_segment_end_change(ocsp_segment_t *a)
{
    atomic_store(&a->epoch, (atomic_load(&a->epoch) | 1) + 1);
}

void ocsp_segment_set_word(ocsp_segment_t *a, ocsp_segment_slot_t *s,
                           uint64_t word)
{
    ocsp_segment_begin_change(a);
    atomic_store_explicit(&s->word, word, memory_order_release);
    ocsp_segment_end_change(a);
}

bool ocsp_segment_is_held(const ocsp_segment_t *a, const ocsp_segment_slot_t *s)
{
    return s->held_by != 0
        && s->held_by + 1
               >= atomic_load_explicit(&a->configuration, memory_order_relaxed);
}

bool ocsp_segment_locate(const unsigned char **mem, size_t *len, uint64_t *word,
                         const ocsp_segment_t *a, const ocsp_segment_slot_t *s)
{
    apr_size_t page;

    *word = atomic_load_explicit(&s->word, memory_order_acquire);
    page = OCSP_SEGMENT_WORD_PAGE(*word);
    if (page == 0) {
        return false;
    }
    *len = (size_t)atomic_load_explicit(
        &s->len[OCSP_SEGMENT_WORD_GEN(*word) & 1], memory_order_relaxed);
    *mem = (const unsigned char *)a + page * OCSP_SEGMENT_PAGE;
    /* A word and a length of two generations: has_moved will say so. */
    return page < a->pages && *len <= (a->pages - page) * OCSP_SEGMENT_PAGE;
}

bool ocsp_segment_has_moved(const ocsp_segment_slot_t *s, uint64_t word)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&s->word, memory_order_relaxed) != word;
}

/* Where the system cannot do it, it keeps the pages for the next table. */
static void give_pages_back(ocsp_segment_t *a, apr_size_t page, uint64_t len)
{
    if (page != 0) {
        (void)madvise((unsigned char *)a + page * OCSP_SEGMENT_PAGE,
                      ocsp_segment_count_pages(len) * OCSP_SEGMENT_PAGE,
                      MADV_REMOVE);
    }
}

void ocsp_segment_give_back(ocsp_segment_t *a, const ocsp_segment_slot_t *s,
                            uint64_t word)
{
    apr_size_t page = OCSP_SEGMENT_WORD_PAGE(word);
    uint64_t len = s->len[OCSP_SEGMENT_WORD_GEN(word) & 1];

    give_pages_back(a, page, len);
}

void ocsp_segment_drop_reserved(ocsp_segment_t *a, ocsp_segment_slot_t *s)
{
    apr_size_t page = (apr_size_t)s->reserved_page;

    s->reserved_page = 0;
    give_pages_back(a, page, s->reserved_len);
}

static int compare_extents(const void *a, const void *b)
{
    const ocsp_segment_extent_t *left = a;
    const ocsp_segment_extent_t *right = b;

    return left->page < right->page ? -1 : left->page > right->page;
}

static void add_extent(ocsp_segment_t *a, size_t *n, uint64_t page,
                       uint64_t len)
{
    if (page != 0) {
        a->extents[*n].page = page;
        a->extents[*n].end = page + ocsp_segment_count_pages(len);
        (*n)++;
    }
}

/* All pages of tables that are or may be in use, in order. */
static size_t list_extents(ocsp_segment_t *a)
{
    const uint32_t slots = atomic_load(&a->slot_count);
    size_t n = 0;
    uint32_t i;

    for (i = 0; i < slots; i++) {
        const ocsp_segment_slot_t *s = &a->slots[i];
        uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

        add_extent(a, &n, OCSP_SEGMENT_WORD_PAGE(word),
                   s->len[OCSP_SEGMENT_WORD_GEN(word) & 1]);
        add_extent(a, &n, s->reserved_page, s->reserved_len);
    }
    qsort(a->extents, n, sizeof(a->extents[0]), compare_extents);
    return n;
}

/* The smallest gap that is large enough: what is small must not break up the
 * room of what is large. */
apr_size_t ocsp_segment_find_pages(ocsp_segment_t *a, apr_size_t count)
{
    const uint64_t limit = atomic_load(&a->limit);
    size_t n = list_extents(a), i;
    uint64_t begin = OCSP_SEGMENT_FIRST_PAGE;
    uint64_t best = 0, best_size = UINT64_MAX;

    for (i = 0; i <= n && begin < limit; i++) {
        uint64_t end = i < n && a->extents[i].page < limit ? a->extents[i].page
                                                           : limit;

        if (end >= begin + count && end - begin < best_size) {
            best = begin;
            best_size = end - begin;
        }
        if (i < n && a->extents[i].end > begin) {
            begin = a->extents[i].end;
        }
    }
    return (apr_size_t)best;
}

apr_uint64_t ocsp_segment_count_published(const ocsp_segment_t *a)
{
    apr_uint64_t pages = 0;
    uint32_t i;

    for (i = 0; i < a->slot_count; i++) {
        const ocsp_segment_slot_t *s = &a->slots[i];
        uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

        if (OCSP_SEGMENT_WORD_PAGE(word) != 0) {
            pages += ocsp_segment_count_pages(
                s->len[OCSP_SEGMENT_WORD_GEN(word) & 1]);
        }
    }
    return pages;
}

const char *ocsp_segment_explain_lack(const ocsp_segment_t *a, apr_size_t len,
                                      apr_pool_t *p)
{
    apr_uint64_t room = (atomic_load(&a->limit) - OCSP_SEGMENT_FIRST_PAGE)
                      * OCSP_SEGMENT_PAGE;
    apr_uint64_t need = 2 * OCSP_SEGMENT_PAGE
                      * (ocsp_segment_count_published(a)
                         + 2 * (apr_uint64_t)ocsp_segment_count_pages(len));
    bool giga;

    /* What is free lies in pieces. */
    if (need <= room) {
        need = 2 * room;
    }
    need = (need + MEGABYTE - 1) / MEGABYTE;
    giga = need % GIGABYTE_IN_MEGABYTES == 0;
    return apr_psprintf(p,
                        "a table of %" APR_SIZE_T_FMT " octets does not fit "
                        "into the shared memory of %" APR_UINT64_T_FMT
                        " octets: OCSPTableSize %" APR_UINT64_T_FMT
                        "%s would do",
                        len, room, giga ? need / GIGABYTE_IN_MEGABYTES : need,
                        giga ? "g" : "m");
}
