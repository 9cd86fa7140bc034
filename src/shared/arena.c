/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pages of the shared segment, the slots of its issuers, and how the tables
 * of a slot follow each other. src/README draws the segment. Floor 3.
 */
#include "shared/arena.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared/retry.h"
#include "shared/segment.h"

#define ARENA_MAGIC UINT64_C(0x4f43535041524e41) /* OCSPARNA */
#define ARENA_VERSION 9u

/* Since this version a process of another one can close an arena. */
#define CLOSABLE_VERSION 6u

/* How often a reader begins again before it gives up: each time a whole table
 * was published while it searched. */
#define LOOKUP_TRIES 16

#define PAGE OCSP_SEGMENT_PAGE
#define FIRST_PAGE ((sizeof(ocsp_segment_t) + PAGE - 1) / PAGE)

/* The word of a slot: the page of its table in the upper half, the generation
 * in the lower. The generation moves with every publication, so a word never
 * comes back. */
#define MAKE_WORD(page, gen) (((uint64_t)(page) << 32) | (gen))
#define PAGE_OF(word) ((apr_size_t)((word) >> 32))
#define GENERATION_OF(word) ((uint32_t)(word))

#define MEGABYTE (UINT64_C(1) << 20)
#define GIGABYTE_IN_MEGABYTES 1024

_Static_assert(OCSP_ARENA_COMPLAINTS == OCSP_SEGMENT_COMPLAINTS,
               "the segment has a time for each");

/* --- the segment ---------------------------------------------------------- */

/* Whether the system counts all reserved address space as used (strict
 * overcommit): then no more may be reserved than is needed. */
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

/* A robust mutex. APR's own (APR_LOCK_PROC_PTHREAD) will not do: a child that
 * exits destroys it for all others. @return false: this system has none */
static bool init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    bool ok;

    if (pthread_mutexattr_init(&attr) != 0) {
        return false;
    }
    ok = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
      && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0
      && pthread_mutex_init(lock, &attr) == 0;
    (void)pthread_mutexattr_destroy(&attr);
    return ok;
}

static apr_size_t count_pages(apr_uint64_t octets)
{
    return (apr_size_t)((octets + PAGE - 1) / PAGE);
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
        pages = FIRST_PAGE + count_pages(reserve);
        a = map(pages * PAGE);
        if (a != NULL || reserve == room) {
            break;
        }
        reserve = reserve / 2 > room ? reserve / 2 : room;
    }
    if (a == NULL) {
        *why = apr_psprintf(p,
                            "no shared memory of %" APR_UINT64_T_FMT " octets",
                            pages * PAGE);
        return APR_ENOMEM;
    }
    /* Anonymous pages are zero: every slot is free without being touched. */
    a->magic = ARENA_MAGIC;
    a->version = ARENA_VERSION;
    a->table_version = OCSP_TABLE_VERSION;
    a->header_size = sizeof(ocsp_arena_t);
    a->pages = pages;
    a->lockable = init_lock(&a->lock);
    (void)ocsp_arena_set_room(a, room);
    *out = a;
    return APR_SUCCESS;
}

size_t ocsp_arena_get_len(const ocsp_arena_t *a)
{
    return (size_t)a->pages * PAGE;
}

bool ocsp_arena_is_compatible(const ocsp_arena_t *a)
{
    return a->magic == ARENA_MAGIC && a->version == ARENA_VERSION
        && a->table_version == OCSP_TABLE_VERSION
        && a->header_size == sizeof(ocsp_arena_t);
}

apr_uint64_t ocsp_arena_get_room(const ocsp_arena_t *a)
{
    return (atomic_load(&a->limit) - FIRST_PAGE) * PAGE;
}

bool ocsp_arena_set_room(ocsp_arena_t *a, apr_uint64_t room)
{
    apr_uint64_t limit = FIRST_PAGE + count_pages(room);
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
    int error = a->lockable ? pthread_mutex_trylock(&a->lock) : EINVAL;

    if (error == EOWNERDEAD) {
        /* The caller repairs what the dead writer left: see
         * ocsp_arena_recover. */
        error = pthread_mutex_consistent(&a->lock);
    }
    return error == 0;
}

void ocsp_arena_unlock(ocsp_arena_t *a)
{
    (void)pthread_mutex_unlock(&a->lock);
}

/* --- pages ---------------------------------------------------------------- */

/* Where the system cannot take pages back, they stay for the next table. */
static void release_pages(ocsp_arena_t *a, apr_size_t page, uint64_t len)
{
    if (page != 0) {
        (void)madvise((unsigned char *)a + page * PAGE, count_pages(len) * PAGE,
                      MADV_REMOVE);
    }
}

static uint64_t get_len(const ocsp_segment_slot_t *s, uint64_t word)
{
    return atomic_load_explicit(&s->len[GENERATION_OF(word) & 1],
                                memory_order_relaxed);
}

/* Give the memory of a table that is no longer published back to the system. A
 * reader that is still there gets zeros, and then finds that the word has
 * moved. */
static void release_table(ocsp_arena_t *a, const ocsp_segment_slot_t *s,
                          uint64_t word)
{
    release_pages(a, PAGE_OF(word), get_len(s, word));
}

static uint64_t get_word(const ocsp_segment_slot_t *s)
{
    return atomic_load_explicit(&s->word, memory_order_relaxed);
}

/* A writer may have died after it had published the table. */
static void release_reserved(ocsp_arena_t *a, ocsp_segment_slot_t *s)
{
    apr_size_t page = (apr_size_t)s->reserved_page;

    s->reserved_page = 0;
    if (page != PAGE_OF(get_word(s))) {
        release_pages(a, page, s->reserved_len);
    }
}

static int compare_extents(const void *a, const void *b)
{
    const ocsp_segment_extent_t *left = a;
    const ocsp_segment_extent_t *right = b;

    return left->page < right->page ? -1 : left->page > right->page;
}

static void add_extent(ocsp_arena_t *a, size_t *n, uint64_t page, uint64_t len)
{
    if (page != 0) {
        a->extents[*n].page = page;
        a->extents[*n].end = page + count_pages(len);
        (*n)++;
    }
}

/* The pages of all tables, published or reserved, in order. */
static size_t list_extents(ocsp_arena_t *a)
{
    const uint32_t slots = atomic_load(&a->slot_count);
    size_t n = 0;
    uint32_t i;

    for (i = 0; i < slots; i++) {
        const ocsp_segment_slot_t *s = &a->slots[i];
        uint64_t word = get_word(s);

        add_extent(a, &n, PAGE_OF(word), get_len(s, word));
        add_extent(a, &n, s->reserved_page, s->reserved_len);
    }
    qsort(a->extents, n, sizeof(a->extents[0]), compare_extents);
    return n;
}

/* Find free pages: the smallest gap that is large enough, so that small tables
 * do not break up the room of large ones. @return 0: there is none */
static apr_size_t find_pages(ocsp_arena_t *a, apr_size_t count)
{
    const uint64_t limit = atomic_load(&a->limit);
    size_t n = list_extents(a), i;
    uint64_t begin = FIRST_PAGE;
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

apr_uint64_t ocsp_arena_get_used(const ocsp_arena_t *a)
{
    apr_uint64_t pages = 0;
    uint32_t i;

    for (i = 0; i < a->slot_count; i++) {
        uint64_t word = get_word(&a->slots[i]);

        if (PAGE_OF(word) != 0) {
            pages += count_pages(get_len(&a->slots[i], word));
        }
    }
    return pages * PAGE;
}

bool ocsp_arena_has_room(ocsp_arena_t *a, apr_uint64_t octets)
{
    return find_pages(a, count_pages(octets)) != 0;
}

/* That a table of len octets does not fit, and which OCSPTableSize is large
 * enough: all present tables and two generations of this one fit twice. */
static const char *explain_lack(const ocsp_arena_t *a, apr_size_t len,
                                apr_pool_t *p)
{
    apr_uint64_t room = ocsp_arena_get_room(a);
    apr_uint64_t need = 2
                      * (ocsp_arena_get_used(a)
                         + 2 * PAGE * (apr_uint64_t)count_pages(len));
    bool giga;

    /* The free pages are not in one piece. */
    if (need <= room) {
        need = 2 * room;
    }
    need = (need + MEGABYTE - 1) / MEGABYTE;
    giga = need % GIGABYTE_IN_MEGABYTES == 0;
    return apr_psprintf(p,
                        "status data of %" APR_SIZE_T_FMT
                        " octets does not fit into the shared memory of "
                        "%" APR_UINT64_T_FMT
                        " octets: set OCSPTableSize to at least "
                        "%" APR_UINT64_T_FMT "%s",
                        len, room, giga ? need / GIGABYTE_IN_MEGABYTES : need,
                        giga ? "g" : "m");
}

/* --- changes -------------------------------------------------------------- */

/* Answers begin to change: until the end the epoch is odd, also if the writer
 * dies in between. */
static void begin_change(ocsp_arena_t *a)
{
    atomic_fetch_or(&a->epoch, 1);
}

static void end_change(ocsp_arena_t *a)
{
    atomic_store(&a->epoch, (atomic_load(&a->epoch) | 1) + 1);
}

/* The table before is no longer published. */
static void set_word(ocsp_arena_t *a, ocsp_segment_slot_t *s, uint64_t word)
{
    begin_change(a);
    atomic_store_explicit(&s->word, word, memory_order_release);
    end_change(a);
}

uint64_t ocsp_arena_get_epoch(const ocsp_arena_t *a)
{
    uint64_t epoch = atomic_load(&a->epoch);

    return epoch % 2 == 0 ? epoch : 0;
}

void ocsp_arena_recover(ocsp_arena_t *a)
{
    size_t i;

    for (i = 0; i < a->slot_count; i++) {
        release_reserved(a, &a->slots[i]);
    }
    if (atomic_load(&a->epoch) % 2 != 0) {
        end_change(a);
    }
}

/* --- configurations and their slots --------------------------------------- */

void ocsp_arena_begin(ocsp_arena_t *a)
{
    atomic_fetch_add(&a->configuration, 1u);
}

void ocsp_arena_serve(ocsp_arena_t *a)
{
    atomic_store(&a->serving, atomic_load(&a->configuration));
    /* Another epoch, even while a writer is at work: look-ups in the slots that
     * were not assigned have other results now. */
    atomic_fetch_add(&a->epoch, 2);
}

uint32_t ocsp_arena_get_configuration(const ocsp_arena_t *a)
{
    return atomic_load(&a->configuration);
}

/* Whether any process refreshes the table of a slot. */
static bool is_refreshed(const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
{
    return atomic_load_explicit(&s->held_by, memory_order_relaxed)
            >= atomic_load_explicit(&a->serving, memory_order_relaxed)
        && atomic_load_explicit(&a->closed, memory_order_relaxed) == 0;
}

/* Whether a slot is assigned by the present configuration or the previous one,
 * whose workers may still be answering. */
static bool is_assigned(const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
{
    return s->held_by != 0
        && s->held_by + 1
               >= atomic_load_explicit(&a->configuration, memory_order_relaxed);
}

/* Remove the table of a slot. A reader that is in it tries again, and finds
 * none. */
static void remove_table(ocsp_arena_t *a, ocsp_segment_slot_t *s)
{
    uint64_t word = get_word(s);

    release_reserved(a, s);
    set_word(a, s, MAKE_WORD(0, GENERATION_OF(word) + 1));
    release_table(a, s, word);
}

static void assign(ocsp_arena_t *a, ocsp_segment_slot_t *s,
                   const unsigned char id[OCSP_TABLE_ID_LEN])
{
    size_t i;

    remove_table(a, s);
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(s->id, id, OCSP_TABLE_ID_LEN);
    (void)ocsp_load_result_write(&s->result, OCSP_LOAD_RESULT_NONE, 0, NULL);
    for (i = 0; i < OCSP_SEGMENT_COMPLAINTS; i++) {
        atomic_store_explicit(&s->logged[i], 0, memory_order_relaxed);
    }
    atomic_store_explicit(&s->checked, 0, memory_order_relaxed);
}

/* A slot that is not assigned; else one that was never used, of which a writer
 * in another process does not know.
 * @return OCSP_SEGMENT_SLOTS: all are assigned */
static size_t find_free_slot(const ocsp_arena_t *a, bool is_writer)
{
    size_t count = atomic_load(&a->slot_count);
    size_t i = 0;

    while (i < count && (!is_writer || is_assigned(a, &a->slots[i]))) {
        i++;
    }
    return i;
}

apr_status_t ocsp_arena_assign_slot(size_t *slot, ocsp_arena_t *a,
                                    const unsigned char id[OCSP_TABLE_ID_LEN],
                                    bool is_writer, const char **why)
{
    size_t i, count = atomic_load(&a->slot_count);

    for (i = 0; i < count; i++) {
        if ((is_writer ? atomic_load(&a->slots[i].held_by) != 0
                       : is_assigned(a, &a->slots[i]))
            && memcmp(a->slots[i].id, id, OCSP_TABLE_ID_LEN) == 0) {
            break;
        }
    }
    if (i == count) {
        i = find_free_slot(a, is_writer);
        if (i == OCSP_SEGMENT_SLOTS) {
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

/* --- tables --------------------------------------------------------------- */

apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why, apr_pool_t *p)
{
    ocsp_segment_slot_t *s = &a->slots[slot];
    apr_size_t page, i;

    *mem = NULL;
    release_reserved(a, s);
    /* Tables of slots that are no longer assigned make room. */
    for (i = 0; i < a->slot_count; i++) {
        if (!is_assigned(a, &a->slots[i])) {
            remove_table(a, &a->slots[i]);
            a->slots[i].held_by = 0;
        }
    }
    page = find_pages(a, count_pages(len));
    if (page == 0) {
        *why = explain_lack(a, len, p);
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
    ocsp_segment_slot_t *s = &a->slots[slot];
    uint64_t word = get_word(s);
    uint32_t generation = GENERATION_OF(word) + 1;

    atomic_store_explicit(&s->len[generation & 1], s->reserved_len,
                          memory_order_relaxed);
    set_word(a, s, MAKE_WORD(s->reserved_page, generation));
    s->reserved_page = 0;
    release_table(a, s, word);
}

void ocsp_arena_set_result(ocsp_arena_t *a, size_t slot,
                           ocsp_load_result_kind_t kind, int64_t time,
                           const char *text)
{
    ocsp_segment_slot_t *s = &a->slots[slot];

    if (!ocsp_load_result_write(&s->result, kind, time, text)) {
        /* Release: a reader of it also sees the changes made before. */
        atomic_store_explicit(&s->checked, time, memory_order_release);
    }
}

int64_t ocsp_arena_get_checked(const ocsp_arena_t *a, size_t slot)
{
    return atomic_load_explicit(&a->slots[slot].checked, memory_order_relaxed);
}

/* Find the published table of a slot.
 * @param word for has_moved @return false: there is none */
static bool find_table(const unsigned char **mem, size_t *len, uint64_t *word,
                       const ocsp_arena_t *a, const ocsp_segment_slot_t *s)
{
    apr_size_t page;

    *word = atomic_load_explicit(&s->word, memory_order_acquire);
    page = PAGE_OF(*word);
    if (page == 0) {
        return false;
    }
    *len = (size_t)get_len(s, *word);
    *mem = (const unsigned char *)a + page * PAGE;
    /* The length may be of another generation: has_moved finds that out. */
    return page < a->pages && *len <= (a->pages - page) * PAGE;
}

/* Whether the table was replaced since it was located, so that what was read
 * there does not count. */
static bool has_moved(const ocsp_segment_slot_t *s, uint64_t word)
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
        if (find_table(&mem, &len, &word, a, s)) {
            rv = ocsp_table_lookup(&record, mem, len, id, serial, serial_len);
            /* If the slot has another id by now, the word has moved. */
            record.checked = atomic_load_explicit(&s->checked,
                                                  memory_order_relaxed);
        }
        if (!has_moved(s, word)) {
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
        if (find_table(&mem, &len, &word, a, s)) {
            rv = ocsp_table_get_info(&info, mem, len);
        }
        if (!has_moved(s, word)) {
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
    begin_change(a);
    atomic_fetch_add_explicit(&a->slots[slot].signers, 1u,
                              memory_order_release);
    end_change(a);
}

uint32_t ocsp_arena_get_signers(const ocsp_arena_t *a, size_t slot)
{
    return atomic_load_explicit(&a->slots[slot].signers, memory_order_acquire);
}

bool ocsp_arena_log_complaint(ocsp_arena_t *a, size_t slot,
                              ocsp_arena_complaint_t which, int64_t now,
                              int64_t every_s)
{
    return ocsp_retry_may_log(&a->slots[slot].logged[which], now, every_s);
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

bool ocsp_arena_read_slot(ocsp_arena_slot_t *out, const ocsp_arena_t *a,
                          size_t slot,
                          const unsigned char id[OCSP_TABLE_ID_LEN])
{
    const ocsp_segment_slot_t *s = &a->slots[slot];
    const unsigned char *octets;
    uint64_t word;

    memset(out, 0, sizeof(*out));
    if (slot >= a->slot_count || memcmp(s->id, id, OCSP_TABLE_ID_LEN) != 0) {
        return false;
    }
    if (ocsp_arena_get_info(&out->info, a, slot, id) == APR_SUCCESS
        && find_table(&octets, &out->len, &word, a, s)) {
        out->table = octets;
        out->generation = (uint32_t)word;
    }
    ocsp_arena_get_result(&out->result, a, slot, id);
    out->incomplete = s->result.incomplete;
    return true;
}
