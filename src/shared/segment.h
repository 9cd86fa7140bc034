/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of the shared segment, for the files of the arena: header, slots,
 * pages. Everything inside is an index or an offset, never a pointer. Floor 3.
 */
#ifndef OCSP_SHARED_SEGMENT_H
#define OCSP_SHARED_SEGMENT_H

#include <apr_pools.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/load_result.h"
#include "shared/writer_lock.h"
#include "status/table.h"

/** How many issuers fit. */
#define OCSP_SEGMENT_SLOTS 4096

/** Of how many matters a slot knows when they were last said. */
#define OCSP_SEGMENT_COMPLAINTS 2

#define OCSP_SEGMENT_PAGE ((apr_size_t)4096)

/* A slot's word: page of its table in the upper half, generation in the lower.
 * The generation moves with every publication, so a word never comes back. */
#define OCSP_SEGMENT_WORD_MAKE(page, gen) (((uint64_t)(page) << 32) | (gen))
#define OCSP_SEGMENT_WORD_PAGE(word) ((apr_size_t)((word) >> 32))
#define OCSP_SEGMENT_WORD_GEN(word) ((uint32_t)(word))

typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN];
    _Atomic uint64_t word;    /* the published table; page 0: none */
    _Atomic uint64_t len[2];  /* its octets, by the lowest bit of generation */
    uint64_t reserved_page;   /* for the next table; 0: none */
    uint64_t reserved_len;    /* octets */
    _Atomic uint32_t held_by; /* last configuration that claimed; 0: free */
    ocsp_load_result_cell_t result;
    /* last complaint of a worker, seconds; by ocsp_arena_complaint_t */
    _Atomic int64_t raised[OCSP_SEGMENT_COMPLAINTS];
    _Atomic uint32_t signers; /* counts changes of the signers' certificates */
    _Atomic int64_t checked;  /* last load that ended well, seconds; 0: none */
} ocsp_segment_slot_t;

/* Pages in use, from page to before end. */
typedef struct {
    uint64_t page;
    uint64_t end;
} ocsp_segment_extent_t;

/* Which source is being loaded, so that its loader's death can be told from a
 * source that takes long. Written by the one writer, read by any process. */
typedef struct {
    _Atomic uint32_t slot;   /* + 1; 0: none is being loaded */
    _Atomic int32_t pid;     /* of the writer that loads */
    _Atomic uint64_t octets; /* of its files */
} ocsp_segment_loading_t;

/* The looks for changes of all processes. Times are seconds since 1970. */
typedef struct {
    _Atomic int64_t due;       /* the next look; 0: now */
    _Atomic int64_t ended;     /* the last look that went over all issuers */
    _Atomic int64_t progress;  /* the last sign of life of a look */
    _Atomic int64_t overdue;   /* when it was last logged that nobody looks; 0:
                                 somebody does */
    _Atomic uint32_t next;     /* the issuer that a look begins with */
    _Atomic int32_t presigner; /* the process that signs ahead of need */
    _Atomic int64_t presigned; /* its last sign of life */
    ocsp_segment_loading_t loading;
} ocsp_segment_looks_t;

/* The first four members stay where they are in every version: a process of
 * another version closes a segment that it replaces. */
typedef struct ocsp_segment_t {
    uint64_t magic;
    uint32_t version;        /* ARENA_VERSION */
    uint32_t table_version;  /* OCSP_TABLE_VERSION */
    _Atomic uint32_t closed; /* nobody refreshes these tables any more */
    uint32_t unused;
    uint64_t header_size;           /* sizeof(ocsp_segment_t) */
    uint64_t pages;                 /* of the whole segment */
    _Atomic uint64_t limit;         /* of these tables may use the first */
    _Atomic uint32_t configuration; /* counts them */
    _Atomic uint32_t serving;    /* the last that has claimed all its slots */
    _Atomic uint64_t epoch;      /* odd while something changes */
    _Atomic uint32_t slot_count; /* slots that were ever used */
    ocsp_writer_lock_t lock;
    bool lockable; /* false: the system has no such lock */
    ocsp_segment_looks_t looks;
    ocsp_segment_slot_t slots[OCSP_SEGMENT_SLOTS];
    /* for ocsp_segment_find_pages alone */
    ocsp_segment_extent_t extents[2 * OCSP_SEGMENT_SLOTS];
} ocsp_segment_t;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

#define OCSP_SEGMENT_FIRST_PAGE                                                \
    ((sizeof(ocsp_segment_t) + OCSP_SEGMENT_PAGE - 1) / OCSP_SEGMENT_PAGE)

/**
 * What answers tell begins to change: until the end no epoch counts, nor if its
 * writer dies in between, until the next end. One writer at a time.
 */
void ocsp_segment_begin_change(ocsp_segment_t *a);

/** It has changed, or whoever began has died: another epoch. One writer at a
 * time. */
void ocsp_segment_end_change(ocsp_segment_t *a);

/** Change a slot's word: the table of before is no longer published. One writer
 * at a time. */
void ocsp_segment_set_word(ocsp_segment_t *a, ocsp_segment_slot_t *s,
                           uint64_t word);

/**
 * @return whether the present configuration claims a slot or the previous did,
 *         whose workers may still be answering. One writer at a time.
 */
bool ocsp_segment_is_held(const ocsp_segment_t *a,
                          const ocsp_segment_slot_t *s);

/**
 * Where the published table of a slot lies.
 * @param word tells later whether what was read there may be believed
 * @return false: there is none. Any thread.
 */
bool ocsp_segment_locate(const unsigned char **mem, size_t *len, uint64_t *word,
                         const ocsp_segment_t *a, const ocsp_segment_slot_t *s);

/** @return whether the table was replaced since locate gave this word. Any
 *         thread. */
bool ocsp_segment_has_moved(const ocsp_segment_slot_t *s, uint64_t word);

/**
 * Give the memory of a table that is published no more back to the system.
 * Whoever still reads there sees zeros, and then that the word has moved.
 * @param word by which it was published. One writer at a time.
 */
void ocsp_segment_give_back(ocsp_segment_t *a, const ocsp_segment_slot_t *s,
                            uint64_t word);

/** How many pages so many octets take. */
apr_size_t ocsp_segment_count_pages(apr_uint64_t octets);

/** Where so many pages are free; 0: nowhere. One writer at a time. */
apr_size_t ocsp_segment_find_pages(ocsp_segment_t *a, apr_size_t count);

/** How many pages the published tables take. One writer at a time. */
apr_uint64_t ocsp_segment_count_published(const ocsp_segment_t *a);

/** Give the pages that a writer had reserved for a slot back to the system. One
 * writer at a time. */
void ocsp_segment_drop_reserved(ocsp_segment_t *a, ocsp_segment_slot_t *s);

/**
 * Say that a table of len octets does not fit, and how large OCSPTableSize
 * would do: all tables that there are and this one in two generations fit
 * twice.
 * @return newly made in p
 */
const char *ocsp_segment_explain_lack(const ocsp_segment_t *a, apr_size_t len,
                                      apr_pool_t *p);

#endif
