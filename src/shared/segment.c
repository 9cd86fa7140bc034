/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The room in the segment: which pages are free, and how many there should be.
 * Floor 3.
 */
#include <apr_strings.h>
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

bool ocsp_segment_has_table(const ocsp_segment_slot_t *s)
{
    return OCSP_SEGMENT_WORD_PAGE(
               atomic_load_explicit(&s->word, memory_order_relaxed))
        != 0;
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

/* Where the pages from first on for count collide with a table that is or may
 * be in use: the page behind it; 0: nowhere. */
static apr_size_t collides(const ocsp_segment_slot_t *s, apr_size_t first,
                           apr_size_t count)
{
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);
    apr_size_t page = OCSP_SEGMENT_WORD_PAGE(word);
    apr_size_t end = page
                   + ocsp_segment_count_pages(
                         s->len[OCSP_SEGMENT_WORD_GEN(word) & 1]);

    if (page != 0 && first < end && page < first + count) {
        return end;
    }
    page = (apr_size_t)s->reserved_page;
    end = page + ocsp_segment_count_pages(s->reserved_len);
    if (page != 0 && first < end && page < first + count) {
        return end;
    }
    return 0;
}

/* First fit from a page on. */
static apr_size_t find_from(const ocsp_segment_t *a, apr_size_t first,
                            apr_size_t count)
{
    const apr_uint64_t limit = atomic_load(&a->limit);
    const uint32_t slots = atomic_load(&a->slot_count);
    apr_size_t end;
    size_t i = 0;

    while (i < slots && count + first <= limit) {
        end = collides(&a->slots[i], first, count);
        if (end == 0) {
            i++;
        }
        else if (end > limit) {
            return 0;
        }
        else {
            first = end;
            i = 0;
        }
    }
    return count + first <= limit ? first : 0;
}

/* Thousands of tables, each searched for from the start past all those before,
 * would take the cube of their number. The hint goes back to the start with
 * every configuration: pages that were used before are used again. */
apr_size_t ocsp_segment_find_pages(ocsp_segment_t *a, apr_size_t count)
{
    apr_size_t page = 0;

    if (a->hint > OCSP_SEGMENT_FIRST_PAGE && a->hint < atomic_load(&a->limit)) {
        page = find_from(a, (apr_size_t)a->hint, count);
    }
    if (page == 0) {
        page = find_from(a, OCSP_SEGMENT_FIRST_PAGE, count);
    }
    if (page != 0) {
        a->hint = page + count;
    }
    return page;
}

bool ocsp_segment_has_pages(const ocsp_segment_t *a, apr_size_t count)
{
    return find_from(a, OCSP_SEGMENT_FIRST_PAGE, count) != 0;
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
