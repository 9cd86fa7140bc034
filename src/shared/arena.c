/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See arena.h, and segment.h for the bytes. Floor 3.
 */
#include "shared/arena.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared/retry.h"
#include "shared/segment.h"

#define ARENA_MAGIC UINT64_C(0x4f43535041524e41) /* OCSPARNA */
#define ARENA_VERSION 8u

/* Since this version a process of another one can close a segment. */
#define CLOSABLE_VERSION 6u

/* How often a reader looks again before it gives up: each time a whole table
 * was published while it searched. */
#define LOOKUP_TRIES 16

_Static_assert(OCSP_ARENA_SLOTS == OCSP_SEGMENT_SLOTS, "slots are segments'");
_Static_assert(OCSP_ARENA_COMPLAINTS == OCSP_SEGMENT_COMPLAINTS,
               "complaints are segments'");

/* Whether the system counts every octet of address space as used (strict
 * overcommit): then nothing may be reserved that is not needed. */
static bool counts_reserved(void)
{
    char mode = '0';
    int fd = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        if (read(fd, &mode, 1) != 1) {
            mode = '0';
        }
        (void)close(fd);
    }
    return mode == '2';
}

#define MAP_PROT (PROT_READ | PROT_WRITE)
#define MAP_FLAGS (MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE)

/* Anonymous and shared, as apr_shm_create makes it, but without a claim to
 * memory that is not used: APR has no flag for that. Not in core dumps, which
 * would make all of it resident and be as large. */
static void *map(apr_uint64_t octets)
{
    void *mem;

    if (octets > SIZE_MAX) {
        return NULL;
    }
    /* cppcheck-suppress invalidFunctionArg ; no file: -1 */
    mem = mmap(NULL, (size_t)octets, MAP_PROT, MAP_FLAGS, -1, 0);
    if (mem == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(mem, (size_t)octets, MADV_DONTDUMP);
    return mem;
}

apr_status_t ocsp_arena_make(ocsp_arena_t **out, apr_uint64_t reserve,
                             apr_uint64_t room, const char **why, apr_pool_t *p)
{
    apr_uint64_t pages;
    ocsp_arena_t *a = NULL;

    *out = NULL;
    if (reserve < room || counts_reserved()) {
        reserve = room;
    }
    for (;;) {
        pages = OCSP_SEGMENT_FIRST_PAGE + ocsp_segment_count_pages(reserve);
        a = map(pages * OCSP_SEGMENT_PAGE);
        if (a != NULL || reserve == room) {
            break;
        }
        reserve = reserve / 2 > room ? reserve / 2 : room;
    }
    if (a == NULL) {
        *why = apr_psprintf(p,
                            "no shared memory of %" APR_UINT64_T_FMT " octets",
                            pages * OCSP_SEGMENT_PAGE);
        return APR_ENOMEM;
    }
    /* Anonymous pages are zero: every slot is free without being touched. */
    a->magic = ARENA_MAGIC;
    a->version = ARENA_VERSION;
    a->table_version = OCSP_TABLE_VERSION;
    a->header_size = sizeof(ocsp_arena_t);
    a->pages = pages;
    a->lockable = ocsp_writer_lock_init(&a->lock);
    (void)ocsp_arena_set_room(a, room);
    *out = a;
    return APR_SUCCESS;
}

size_t ocsp_arena_get_len(const ocsp_arena_t *a)
{
    return (size_t)a->pages * OCSP_SEGMENT_PAGE;
}

bool ocsp_arena_is_compatible(const ocsp_arena_t *a)
{
    return a->magic == ARENA_MAGIC && a->version == ARENA_VERSION
        && a->table_version == OCSP_TABLE_VERSION
        && a->header_size == sizeof(ocsp_arena_t);
}

apr_uint64_t ocsp_arena_get_room(const ocsp_arena_t *a)
{
    return (atomic_load(&a->limit) - OCSP_SEGMENT_FIRST_PAGE)
         * OCSP_SEGMENT_PAGE;
}

apr_uint64_t ocsp_arena_get_used(const ocsp_arena_t *a)
{
    return ocsp_segment_count_published(a) * OCSP_SEGMENT_PAGE;
}

bool ocsp_arena_set_room(ocsp_arena_t *a, apr_uint64_t room)
{
    apr_uint64_t limit = OCSP_SEGMENT_FIRST_PAGE
                       + ocsp_segment_count_pages(room);
    bool fits = limit <= a->pages;

    atomic_store(&a->limit, fits ? limit : a->pages);
    return fits;
}

void ocsp_arena_close(ocsp_arena_t *a)
{
    if (a->magic == ARENA_MAGIC && a->version >= CLOSABLE_VERSION) {
        atomic_store(&a->closed, 1);
    }
}

bool ocsp_arena_has_lock(const ocsp_arena_t *a)
{
    return a->lockable;
}

bool ocsp_arena_lock(ocsp_arena_t *a)
{
    return a->lockable && ocsp_writer_lock_try(&a->lock);
}

void ocsp_arena_unlock(ocsp_arena_t *a)
{
    ocsp_writer_lock_release(&a->lock);
}

bool ocsp_arena_has_room(ocsp_arena_t *a, apr_uint64_t octets)
{
    return ocsp_segment_find_pages(a, ocsp_segment_count_pages(octets)) != 0;
}

void ocsp_arena_recover(ocsp_arena_t *a)
{
    size_t i;

    for (i = 0; i < a->slot_count; i++) {
        ocsp_segment_drop_reserved(a, &a->slots[i]);
    }
    if (atomic_load(&a->epoch) % 2 != 0) {
        ocsp_segment_end_change(a);
    }
}

void ocsp_arena_begin(ocsp_arena_t *a)
{
    atomic_fetch_add(&a->configuration, 1u);
}

void ocsp_arena_serve(ocsp_arena_t *a)
{
    atomic_store(&a->serving, atomic_load(&a->configuration));
    /* Another epoch, even while a writer is at work: what was remembered of a
     * slot that is no longer looked up in does not count. */
    atomic_fetch_add(&a->epoch, 2);
}

/* Whether somebody refreshes the table of a slot. */
static bool is_refreshed(const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
{
    return atomic_load_explicit(&s->held_by, memory_order_relaxed)
            >= atomic_load_explicit(&a->serving, memory_order_relaxed)
        && atomic_load_explicit(&a->closed, memory_order_relaxed) == 0;
}

uint32_t ocsp_arena_get_configuration(const ocsp_arena_t *a)
{
    return atomic_load(&a->configuration);
}

bool ocsp_arena_is_slot_of(const ocsp_arena_t *a, size_t slot,
                           const unsigned char id[OCSP_TABLE_ID_LEN])
{
    return slot < a->slot_count
        && memcmp(a->slots[slot].id, id, OCSP_TABLE_ID_LEN) == 0;
}

/* The table of a slot goes; a reader that is in it looks again and finds
 * none. */
static void retire(ocsp_arena_t *a, ocsp_segment_slot_t *s)
{
    uint64_t word = atomic_load_explicit(&s->word, memory_order_relaxed);

    ocsp_segment_drop_reserved(a, s);
    ocsp_segment_set_word(a, s,
                          OCSP_SEGMENT_WORD_MAKE(0, OCSP_SEGMENT_WORD_GEN(word)
                                                        + 1));
    ocsp_segment_give_back(a, s, word);
}

static void assign(ocsp_arena_t *a, ocsp_segment_slot_t *s,
                   const unsigned char id[OCSP_TABLE_ID_LEN])
{
    size_t i;

    retire(a, s);
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(s->id, id, OCSP_TABLE_ID_LEN);
    ocsp_load_result_write(&s->result, OCSP_LOAD_RESULT_NONE, 0, NULL);
    for (i = 0; i < OCSP_SEGMENT_COMPLAINTS; i++) {
        atomic_store_explicit(&s->raised[i], 0, memory_order_relaxed);
    }
    atomic_store_explicit(&s->checked, 0, memory_order_relaxed);
}

/* A slot that no configuration holds; else one that was never used, which the
 * writer, if it is another process, does not know of.
 * @return OCSP_ARENA_SLOTS: all are held */
static size_t find_free_slot(const ocsp_arena_t *a, bool is_writer)
{
    size_t count = atomic_load(&a->slot_count);
    size_t i = 0;

    while (i < count && (!is_writer || ocsp_segment_is_held(a, &a->slots[i]))) {
        i++;
    }
    return i;
}

apr_status_t ocsp_arena_claim(size_t *slot, ocsp_arena_t *a,
                              const unsigned char id[OCSP_TABLE_ID_LEN],
                              bool is_writer, const char **why)
{
    size_t i, count = atomic_load(&a->slot_count);

    for (i = 0; i < count; i++) {
        if ((is_writer ? atomic_load(&a->slots[i].held_by) != 0
                       : ocsp_segment_is_held(a, &a->slots[i]))
            && memcmp(a->slots[i].id, id, OCSP_TABLE_ID_LEN) == 0) {
            break;
        }
    }
    if (i == count) {
        i = find_free_slot(a, is_writer);
        if (i == OCSP_ARENA_SLOTS) {
            *why = "more issuers than there are slots for";
            return APR_ENOSPC;
        }
        if (is_writer) {
            assign(a, &a->slots[i], id);
        }
        else {
            memcpy(a->slots[i].id, id, OCSP_TABLE_ID_LEN);
        }
    }
    atomic_store(&a->slots[i].held_by, atomic_load(&a->configuration));
    if (i == count) {
        atomic_store(&a->slot_count, (uint32_t)count + 1);
    }
    *slot = i;
    return APR_SUCCESS;
}

apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why, apr_pool_t *p)
{
    ocsp_segment_slot_t *s = &a->slots[slot];
    apr_size_t page, i;

    *mem = NULL;
    ocsp_segment_drop_reserved(a, s);
    /* What no configuration holds any longer makes room. */
    for (i = 0; i < a->slot_count; i++) {
        if (!ocsp_segment_is_held(a, &a->slots[i])) {
            retire(a, &a->slots[i]);
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
    ocsp_segment_set_word(a, s, OCSP_SEGMENT_WORD_MAKE(s->reserved_page, gen));
    s->reserved_page = 0;
    ocsp_segment_give_back(a, s, word);
}

void ocsp_arena_set_result(ocsp_arena_t *a, size_t slot,
                           ocsp_load_result_kind_t kind, int64_t time,
                           const char *text)
{
    ocsp_segment_slot_t *s = &a->slots[slot];

    ocsp_load_result_write(&s->result, kind, time, text);
    if (!ocsp_load_result_is_failure(kind)) {
        /* Release: who sees it sees what the slot was before, as well. */
        atomic_store_explicit(&s->checked, time, memory_order_release);
    }
}

int64_t ocsp_arena_get_checked(const ocsp_arena_t *a, size_t slot)
{
    return atomic_load_explicit(&a->slots[slot].checked, memory_order_relaxed);
}

bool ocsp_arena_is_incomplete(const ocsp_arena_t *a, size_t slot)
{
    return a->slots[slot].result.incomplete;
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
        if (ocsp_segment_locate(&mem, &len, &word, a, s)) {
            rv = ocsp_table_lookup(&record, mem, len, id, serial, serial_len);
            /* Of whoever has the slot now: the word knows if it is another. */
            record.checked = atomic_load_explicit(&s->checked,
                                                  memory_order_relaxed);
        }
        if (!ocsp_segment_has_moved(s, word)) {
            if (rv != APR_SUCCESS || !is_refreshed(a, s)) {
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
        if (ocsp_segment_locate(&mem, &len, &word, a, s)) {
            rv = ocsp_table_get_info(&info, mem, len);
        }
        if (!ocsp_segment_has_moved(s, word)) {
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

void ocsp_arena_renew_signers(ocsp_arena_t *a, size_t slot)
{
    ocsp_segment_begin_change(a);
    atomic_fetch_add_explicit(&a->slots[slot].signers, 1u,
                              memory_order_release);
    ocsp_segment_end_change(a);
}

uint64_t ocsp_arena_get_epoch(const ocsp_arena_t *a)
{
    uint64_t epoch = atomic_load(&a->epoch);

    return epoch % 2 == 0 ? epoch : 0;
}

uint32_t ocsp_arena_get_signers(const ocsp_arena_t *a, size_t slot)
{
    return atomic_load_explicit(&a->slots[slot].signers, memory_order_acquire);
}

bool ocsp_arena_raise(ocsp_arena_t *a, size_t slot,
                      ocsp_arena_complaint_t which, int64_t now,
                      int64_t every_s)
{
    return ocsp_retry_may_log(&a->slots[slot].raised[which], now, every_s);
}

void ocsp_arena_get_result(ocsp_load_result_record_t *out,
                           const ocsp_arena_t *a, size_t slot,
                           const unsigned char id[OCSP_TABLE_ID_LEN])
{
    const ocsp_segment_slot_t *s = &a->slots[slot];

    if (!ocsp_load_result_read(out, &s->result)
        || memcmp(s->id, id, OCSP_TABLE_ID_LEN) != 0) {
        memset(out, 0, sizeof(*out));
    }
}

void ocsp_arena_get_table(const void **mem, size_t *len, const ocsp_arena_t *a,
                          size_t slot)
{
    const unsigned char *octets = NULL;
    uint64_t word;

    *len = 0;
    *mem = ocsp_segment_locate(&octets, len, &word, a, &a->slots[slot]) ? octets
                                                                        : NULL;
}
