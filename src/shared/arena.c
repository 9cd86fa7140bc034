/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See arena.h, and segment.h for the bytes. Floor 3.
 */
#include "shared/arena.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <stdatomic.h>
#include <string.h>

#include "shared/segment.h"

#define ARENA_MAGIC UINT64_C(0x4f43535041524e41) /* OCSPARNA */
#define ARENA_VERSION 2u

/* How often a reader looks again before it gives up: each time a whole table
 * was published while it searched. */
#define LOOKUP_TRIES 16

_Static_assert(OCSP_ARENA_SLOTS == OCSP_SEGMENT_SLOTS, "slots are segments'");

apr_status_t ocsp_arena_make(ocsp_arena_t **out, apr_size_t room,
                             const char **why, apr_pool_t *p)
{
    apr_size_t pages = OCSP_SEGMENT_FIRST_PAGE + ocsp_segment_count_pages(room);
    apr_shm_t *shm;
    ocsp_arena_t *a;
    apr_status_t rv;
    uintptr_t base;

    *out = NULL;
    /* APR puts its own header in front of what it hands out: one page more
     * leaves room to align. */
    rv = apr_shm_create(&shm, (pages + 1) * OCSP_SEGMENT_PAGE, NULL, p);
    if (rv != APR_SUCCESS) {
        *why = apr_psprintf(p, "no shared memory of %" APR_SIZE_T_FMT " octets",
                            (pages + 1) * OCSP_SEGMENT_PAGE);
        return rv;
    }
    base = (uintptr_t)apr_shm_baseaddr_get(shm);
    a = (ocsp_arena_t *)((base + OCSP_SEGMENT_PAGE - 1)
                         & ~(uintptr_t)(OCSP_SEGMENT_PAGE - 1));
    /* Anonymous pages are zero: every slot is free without being touched. */
    a->magic = ARENA_MAGIC;
    a->version = ARENA_VERSION;
    a->table_version = OCSP_TABLE_VERSION;
    a->header_size = sizeof(ocsp_arena_t);
    a->pages = pages;
    *out = a;
    return APR_SUCCESS;
}

bool ocsp_arena_is_compatible(const ocsp_arena_t *a)
{
    return a->magic == ARENA_MAGIC && a->version == ARENA_VERSION
        && a->table_version == OCSP_TABLE_VERSION
        && a->header_size == sizeof(ocsp_arena_t);
}

apr_uint64_t ocsp_arena_get_room(const ocsp_arena_t *a)
{
    return (a->pages - OCSP_SEGMENT_FIRST_PAGE) * OCSP_SEGMENT_PAGE;
}

void ocsp_arena_begin(ocsp_arena_t *a)
{
    size_t i;

    a->configuration++;
    a->hint = 0;
    /* A writer that died left room reserved that nobody will publish. */
    for (i = 0; i < a->slot_count; i++) {
        a->slots[i].reserved_page = 0;
    }
}

/* The table of a slot goes; a reader that is in it looks again and finds
 * none. */
static void retire(ocsp_segment_slot_t *s)
{
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

    s->reserved_page = 0;
    atomic_store_explicit(&s->word,
                          OCSP_SEGMENT_WORD_MAKE(0, OCSP_SEGMENT_WORD_GEN(word)
                                                        + 1),
                          memory_order_release);
}

/* Workers of the previous configuration may still be answering from theirs. */
static bool is_held(const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
{
    return s->held_by != 0 && s->held_by + 1 >= a->configuration;
}

static bool has_table(const ocsp_segment_slot_t *s)
{
    return OCSP_SEGMENT_WORD_PAGE(
               atomic_load_explicit(&s->word, memory_order_relaxed))
        != 0;
}

static void assign(ocsp_segment_slot_t *s,
                   const unsigned char id[OCSP_TABLE_ID_LEN])
{
    retire(s);
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(s->id, id, OCSP_TABLE_ID_LEN);
    ocsp_note_write(&s->note, 0, false, NULL);
    s->doubtful = false;
    atomic_store_explicit(&s->raised, 0, memory_order_relaxed);
    atomic_store_explicit(&s->checked, 0, memory_order_relaxed);
}

apr_status_t ocsp_arena_claim(size_t *slot, ocsp_arena_t *a,
                              const unsigned char id[OCSP_TABLE_ID_LEN],
                              const char **why)
{
    size_t i, free_slot = OCSP_ARENA_SLOTS;

    for (i = 0; i < a->slot_count; i++) {
        if (a->slots[i].held_by != 0
            && memcmp(a->slots[i].id, id, OCSP_TABLE_ID_LEN) == 0) {
            a->slots[i].held_by = a->configuration;
            *slot = i;
            return APR_SUCCESS;
        }
        if (free_slot == OCSP_ARENA_SLOTS && !is_held(a, &a->slots[i])) {
            free_slot = i;
        }
    }
    if (free_slot == OCSP_ARENA_SLOTS) {
        if (a->slot_count == OCSP_ARENA_SLOTS) {
            *why = "more issuers than there are slots for";
            return APR_ENOSPC;
        }
        free_slot = a->slot_count++;
    }
    assign(&a->slots[free_slot], id);
    a->slots[free_slot].held_by = a->configuration;
    *slot = free_slot;
    return APR_SUCCESS;
}

apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why, apr_pool_t *p)
{
    ocsp_segment_slot_t *s = &a->slots[slot];
    apr_size_t page, i;

    *mem = NULL;
    s->reserved_page = 0;
    /* What no configuration holds any longer makes room. */
    for (i = 0; i < a->slot_count; i++) {
        if (!is_held(a, &a->slots[i])) {
            retire(&a->slots[i]);
            a->slots[i].held_by = 0;
        }
    }
    page = ocsp_segment_find_pages(a, ocsp_segment_count_pages(len));
    if (page == 0) {
        *why = ocsp_segment_explain_lack(a, len, p);
        return APR_ENOSPC;
    }
    s->reserved_page = page;
    s->reserved_len = len;
    /* The word that freed these pages must be seen before their new content. */
    atomic_thread_fence(memory_order_seq_cst);
    *mem = (unsigned char *)a + page * OCSP_SEGMENT_PAGE;
    return APR_SUCCESS;
}

void ocsp_arena_publish(ocsp_arena_t *a, size_t slot)
{
    ocsp_segment_slot_t *s = &a->slots[slot];
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);
    uint32_t gen = OCSP_SEGMENT_WORD_GEN(word) + 1;

    atomic_store_explicit(&s->len[gen & 1], s->reserved_len,
                          memory_order_relaxed);
    atomic_store_explicit(&s->word,
                          OCSP_SEGMENT_WORD_MAKE(s->reserved_page, gen),
                          memory_order_release);
    s->reserved_page = 0;
}

void ocsp_arena_note(ocsp_arena_t *a, size_t slot, int64_t time, bool ok,
                     const char *text)
{
    ocsp_segment_slot_t *s = &a->slots[slot];

    ocsp_note_write(&s->note, time, ok, text);
    if (ok && !s->doubtful) {
        /* Release: who sees it sees what the slot was before, as well. */
        atomic_store_explicit(&s->checked, time, memory_order_release);
    }
}

void ocsp_arena_set_doubtful(ocsp_arena_t *a, size_t slot, bool doubtful)
{
    a->slots[slot].doubtful = doubtful;
}

bool ocsp_arena_is_doubtful(const ocsp_arena_t *a, size_t slot)
{
    return a->slots[slot].doubtful;
}

/* Where the published table lies; false: there is none. The word tells later
 * whether what was read there may be believed. */
static bool locate(const unsigned char **mem, size_t *len, uint64_t *word,
                   const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
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
    /* A word and a length of two generations: moved() will say so. */
    return page < a->pages && *len <= (a->pages - page) * OCSP_SEGMENT_PAGE;
}

/* Whether the table was replaced since locate gave this word. */
static bool moved(const ocsp_segment_slot_t *s, uint64_t word)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&s->word, memory_order_relaxed) != word;
}

apr_status_t ocsp_arena_lookup(ocsp_record_t *out, const ocsp_arena_t *a,
                               size_t slot,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len)
{
    const ocsp_segment_slot_t *s = &a->slots[slot];
    const unsigned char *mem;
    ocsp_record_t record = {.listed = false};
    apr_status_t rv;
    uint64_t word;
    size_t len;
    int i;

    for (i = 0; i < LOOKUP_TRIES; i++) {
        rv = APR_ENOENT;
        if (locate(&mem, &len, &word, a, s)) {
            rv = ocsp_table_lookup(&record, mem, len, id, serial, serial_len);
            /* Of whoever has the slot now: moved() knows if that is another. */
            record.checked = atomic_load_explicit(&s->checked,
                                                  memory_order_relaxed);
        }
        if (!moved(s, word)) {
            if (rv != APR_SUCCESS) {
                return APR_ENOENT;
            }
            *out = record;
            return APR_SUCCESS;
        }
    }
    return APR_EAGAIN;
}

apr_status_t ocsp_arena_get_info(ocsp_table_info_t *out, const ocsp_arena_t *a,
                                 size_t slot,
                                 const unsigned char id[OCSP_TABLE_ID_LEN])
{
    const ocsp_segment_slot_t *s = &a->slots[slot];
    const unsigned char *mem;
    ocsp_table_info_t info;
    apr_status_t rv;
    uint64_t word;
    size_t len;
    int i;

    for (i = 0; i < LOOKUP_TRIES; i++) {
        rv = APR_ENOENT;
        if (locate(&mem, &len, &word, a, s)) {
            rv = ocsp_table_get_info(&info, mem, len);
        }
        if (!moved(s, word)) {
            if (rv != APR_SUCCESS
                || memcmp(info.id, id, OCSP_TABLE_ID_LEN) != 0) {
                return APR_ENOENT;
            }
            *out = info;
            return APR_SUCCESS;
        }
    }
    return APR_EAGAIN;
}

bool ocsp_arena_raise(ocsp_arena_t *a, size_t slot, int64_t now,
                      int64_t every_s)
{
    return ocsp_note_raise(&a->slots[slot].raised, now, every_s);
}

void ocsp_arena_get_note(ocsp_note_t *out, const ocsp_arena_t *a, size_t slot,
                         const unsigned char id[OCSP_TABLE_ID_LEN])
{
    const ocsp_segment_slot_t *s = &a->slots[slot];

    if (!ocsp_note_read(out, &s->note)
        || memcmp(s->id, id, OCSP_TABLE_ID_LEN) != 0) {
        memset(out, 0, sizeof(*out));
    }
}

/* Copy one table, if it is whole and its slot's own. */
static apr_status_t copy_table(ocsp_arena_t *to, size_t slot,
                               const ocsp_arena_t *from,
                               const ocsp_segment_slot_t *s, const char **why,
                               apr_pool_t *p)
{
    const unsigned char *mem;
    ocsp_table_info_t info;
    uint64_t word;
    size_t len;
    void *copy;
    apr_status_t rv;

    if (!locate(&mem, &len, &word, from, s)) {
        return APR_ENOENT;
    }
    if ((rv = ocsp_arena_reserve(&copy, to, slot, len, why, p))
        != APR_SUCCESS) {
        return rv;
    }
    memcpy(copy, mem, len);
    rv = ocsp_table_check(copy, len, why);
    if (rv == APR_SUCCESS
        && (ocsp_table_get_info(&info, copy, len) != APR_SUCCESS
            || memcmp(info.id, s->id, sizeof(info.id)) != 0
            || moved(s, word))) {
        *why = "status table: another issuer's, or replaced meanwhile";
        rv = OCSP_EMALFORMED;
    }
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(to, slot);
    }
    to->slots[slot].reserved_page = 0;
    return rv;
}

/* Copy a slot's table and note. A slot whose table cannot be had stays empty:
 * the next load will fill it. */
static apr_status_t copy_slot(ocsp_arena_t *to, const ocsp_arena_t *from,
                              size_t i, const char **why, apr_pool_t *p)
{
    const ocsp_segment_slot_t *s = &from->slots[i];
    ocsp_note_t note;
    size_t slot;
    apr_status_t rv = ocsp_arena_claim(&slot, to, s->id, why);

    if (rv != APR_SUCCESS
        || (rv = copy_table(to, slot, from, s, why, p)) != APR_SUCCESS) {
        return rv;
    }
    ocsp_arena_get_note(&note, from, i, s->id);
    to->slots[slot].doubtful = s->doubtful;
    ocsp_arena_note(to, slot, note.time, note.ok, note.text);
    atomic_store(&to->slots[slot].checked, atomic_load(&s->checked));
    return APR_SUCCESS;
}

void ocsp_arena_copy(ocsp_arena_t *to, const ocsp_arena_t *from,
                     const char **why, apr_pool_t *p)
{
    const char *reason = NULL;
    unsigned left = 0;
    size_t i;

    *why = NULL;
    if (!ocsp_arena_is_compatible(from)) {
        *why = "the status tables are of another version of mod_ocsp";
        return;
    }
    if (to->configuration == 0) {
        ocsp_arena_begin(to); /* 0 would hold nothing */
    }
    for (i = 0; i < from->slot_count; i++) {
        const ocsp_segment_slot_t *s = &from->slots[i];

        if (is_held(from, s) && has_table(s)
            && copy_slot(to, from, i, &reason, p) != APR_SUCCESS) {
            left++;
            *why = *why != NULL ? *why : reason;
        }
    }
    if (left > 1) {
        *why = apr_psprintf(p, "%s; %u tables are left behind", *why, left);
    }
}
