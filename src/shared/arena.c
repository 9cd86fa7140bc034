/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The shared segment: header, slots, pages. Everything inside is an index or an
 * offset, never a pointer. Floor 3.
 */
#include "shared/arena.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <stdatomic.h>
#include <string.h>

#define ARENA_MAGIC UINT64_C(0x4f43535041524e41) /* OCSPARNA */
#define ARENA_VERSION 1u
#define PAGE ((apr_size_t)4096)

/* How often a reader looks again before it gives up: each time a whole table
 * was published while it searched. */
#define LOOKUP_TRIES 16

/* A slot's word: page of its table in the upper half, generation in the lower.
 * The generation moves with every publication, so a word never comes back. */
#define WORD_MAKE(page, gen) (((uint64_t)(page) << 32) | (gen))
#define WORD_PAGE(word) ((apr_size_t)((word) >> 32))
#define WORD_GEN(word) ((uint32_t)(word))

typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN];
    _Atomic uint64_t word;     /* the published table; page 0: none */
    _Atomic uint64_t len[2];   /* its octets, by the lowest bit of generation */
    uint64_t reserved_page;    /* for the next table; 0: none */
    uint64_t reserved_len;     /* octets */
    uint32_t held_by;          /* last configuration that claimed; 0: free */
    _Atomic uint32_t note_gen; /* odd while the note is written */
    ocsp_arena_note_t note;
} slot_t;

struct ocsp_arena_t {
    uint64_t magic;
    uint32_t version;       /* ARENA_VERSION */
    uint32_t table_version; /* OCSP_TABLE_VERSION */
    uint64_t header_size;   /* sizeof(ocsp_arena_t): as many slots, as large */
    uint64_t pages;         /* of the whole segment */
    uint32_t configuration; /* counts them */
    uint32_t slot_count;    /* slots that were ever used */
    slot_t slots[OCSP_ARENA_SLOTS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

#define FIRST_PAGE ((sizeof(ocsp_arena_t) + PAGE - 1) / PAGE)

static apr_size_t pages_for(apr_uint64_t octets)
{
    return (apr_size_t)((octets + PAGE - 1) / PAGE);
}

static const unsigned char *page_at(const ocsp_arena_t *a, apr_size_t page)
{
    return (const unsigned char *)a + page * PAGE;
}

apr_status_t ocsp_arena_make(ocsp_arena_t **out, apr_size_t room,
                             const char **why, apr_pool_t *p)
{
    apr_size_t pages = FIRST_PAGE + pages_for(room);
    apr_shm_t *shm;
    ocsp_arena_t *a;
    apr_status_t rv;
    uintptr_t base;

    *out = NULL;
    /* APR puts its own header in front of what it hands out: one page more
     * leaves room to align. */
    rv = apr_shm_create(&shm, (pages + 1) * PAGE, NULL, p);
    if (rv != APR_SUCCESS) {
        *why = apr_psprintf(p, "no shared memory of %" APR_SIZE_T_FMT " octets",
                            (pages + 1) * PAGE);
        return rv;
    }
    base = (uintptr_t)apr_shm_baseaddr_get(shm);
    a = (ocsp_arena_t *)((base + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
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
    return (a->pages - FIRST_PAGE) * PAGE;
}

void ocsp_arena_begin(ocsp_arena_t *a)
{
    size_t i;

    a->configuration++;
    /* A writer that died left room reserved that nobody will publish. */
    for (i = 0; i < a->slot_count; i++) {
        a->slots[i].reserved_page = 0;
    }
}

/* The table of a slot goes; a reader that is in it looks again and finds
 * none. */
static void retire(slot_t *s)
{
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

    s->reserved_page = 0;
    atomic_store_explicit(&s->word, WORD_MAKE(0, WORD_GEN(word) + 1),
                          memory_order_release);
}

/* Workers of the previous configuration may still be answering from theirs. */
static bool is_held(const ocsp_arena_t *a, const slot_t *s)
{
    return s->held_by != 0 && s->held_by + 1 >= a->configuration;
}

static void assign(slot_t *s, const unsigned char id[OCSP_TABLE_ID_LEN])
{
    retire(s);
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(s->id, id, OCSP_TABLE_ID_LEN);
    memset(&s->note, 0, sizeof(s->note));
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

/* Where the pages from first on for count collide with a table that is or may
 * be in use: the page behind it; 0: nowhere. */
static apr_size_t collides(const slot_t *s, apr_size_t first, apr_size_t count)
{
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);
    apr_size_t page = WORD_PAGE(word);
    apr_size_t end = page + pages_for(s->len[WORD_GEN(word) & 1]);

    if (page != 0 && first < end && page < first + count) {
        return end;
    }
    page = (apr_size_t)s->reserved_page;
    end = page + pages_for(s->reserved_len);
    if (page != 0 && first < end && page < first + count) {
        return end;
    }
    return 0;
}

/* First fit: tables are few and large, and every one is replaced whole. */
static apr_size_t find_pages(const ocsp_arena_t *a, apr_size_t count)
{
    apr_size_t first = FIRST_PAGE, end;
    size_t i = 0;

    while (i < a->slot_count && count <= a->pages - first) {
        end = collides(&a->slots[i], first, count);
        if (end == 0) {
            i++;
        }
        else if (end > a->pages) {
            return 0;
        }
        else {
            first = end;
            i = 0;
        }
    }
    return count <= a->pages - first ? first : 0;
}

apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why, apr_pool_t *p)
{
    slot_t *s = &a->slots[slot];
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
    page = find_pages(a, pages_for(len));
    if (page == 0) {
        *why = apr_psprintf(p,
                            "a table of %" APR_SIZE_T_FMT " octets does not "
                            "fit into the shared memory of %" APR_UINT64_T_FMT
                            ", stop and start httpd",
                            len, ocsp_arena_get_room(a));
        return APR_ENOSPC;
    }
    s->reserved_page = page;
    s->reserved_len = len;
    /* The word that freed these pages must be seen before their new content. */
    atomic_thread_fence(memory_order_seq_cst);
    *mem = (unsigned char *)a + page * PAGE;
    return APR_SUCCESS;
}

void ocsp_arena_publish(ocsp_arena_t *a, size_t slot)
{
    slot_t *s = &a->slots[slot];
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);
    uint32_t gen = WORD_GEN(word) + 1;

    atomic_store_explicit(&s->len[gen & 1], s->reserved_len,
                          memory_order_relaxed);
    atomic_store_explicit(&s->word, WORD_MAKE(s->reserved_page, gen),
                          memory_order_release);
    s->reserved_page = 0;
}

void ocsp_arena_note(ocsp_arena_t *a, size_t slot, int64_t time, bool ok,
                     const char *text)
{
    slot_t *s = &a->slots[slot];
    uint32_t gen = atomic_load_explicit(&s->note_gen, memory_order_relaxed);

    atomic_store_explicit(&s->note_gen, gen | 1u, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    s->note.time = time;
    s->note.ok = ok;
    apr_cpystrn(s->note.text, text != NULL ? text : "", sizeof(s->note.text));
    atomic_store_explicit(&s->note_gen, (gen | 1u) + 1u, memory_order_release);
}

/* Where the published table lies; false: there is none. The word tells later
 * whether what was read there may be believed. */
static bool locate(const unsigned char **mem, size_t *len, uint64_t *word,
                   const ocsp_arena_t *a, const slot_t *s)
{
    apr_size_t page;

    *word = atomic_load_explicit(&s->word, memory_order_acquire);
    page = WORD_PAGE(*word);
    if (page == 0) {
        return false;
    }
    *len = (size_t)atomic_load_explicit(&s->len[WORD_GEN(*word) & 1],
                                        memory_order_relaxed);
    *mem = page_at(a, page);
    /* A word and a length of two generations: moved() will say so. */
    return page < a->pages && *len <= (a->pages - page) * PAGE;
}

/* Whether the table was replaced since locate gave this word. */
static bool moved(const slot_t *s, uint64_t word)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&s->word, memory_order_relaxed) != word;
}

apr_status_t ocsp_arena_lookup(ocsp_record_t *out, const ocsp_arena_t *a,
                               size_t slot,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len)
{
    const slot_t *s = &a->slots[slot];
    const unsigned char *mem;
    ocsp_record_t record;
    apr_status_t rv;
    uint64_t word;
    size_t len;
    int i;

    for (i = 0; i < LOOKUP_TRIES; i++) {
        rv = APR_ENOENT;
        if (locate(&mem, &len, &word, a, s)) {
            rv = ocsp_table_lookup(&record, mem, len, id, serial, serial_len);
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
    const slot_t *s = &a->slots[slot];
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

void ocsp_arena_get_note(ocsp_arena_note_t *out, const ocsp_arena_t *a,
                         size_t slot, const unsigned char id[OCSP_TABLE_ID_LEN])
{
    const slot_t *s = &a->slots[slot];
    int i;

    for (i = 0; i < LOOKUP_TRIES; i++) {
        uint32_t gen = atomic_load_explicit(&s->note_gen, memory_order_acquire);

        *out = s->note;
        atomic_thread_fence(memory_order_acquire);
        if ((gen & 1u) == 0
            && gen == atomic_load_explicit(&s->note_gen, memory_order_relaxed)
            && memcmp(s->id, id, OCSP_TABLE_ID_LEN) == 0) {
            out->text[OCSP_ARENA_NOTE_MAX - 1] = '\0';
            return;
        }
    }
    memset(out, 0, sizeof(*out));
}
