/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The layout of the shared segment, for the files that read and write it: a
 * header, slots, pages. It has indexes and offsets, no pointers. Floor 3.
 */
#ifndef OCSP_SHARED_SEGMENT_H
#define OCSP_SHARED_SEGMENT_H

#include <apr.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/load_result.h"
#include "status/table.h"

/** How many issuers there is room for. */
#define OCSP_SEGMENT_SLOTS 4096

/** How many complaints a slot has a time for: see ocsp_arena_complaint_t. */
#define OCSP_SEGMENT_COMPLAINTS 2

#define OCSP_SEGMENT_PAGE ((apr_size_t)4096)

typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN];
    _Atomic uint64_t word;    /* the published table; page 0: none */
    _Atomic uint64_t len[2];  /* its octets, by the lowest bit of generation */
    uint64_t reserved_page;   /* for the next table; 0: none */
    uint64_t reserved_len;    /* octets */
    _Atomic uint32_t held_by; /* last configuration that has it; 0: free */
    ocsp_load_result_cell_t result;
    /* when each was last logged, seconds since 1970 */
    _Atomic int64_t logged[OCSP_SEGMENT_COMPLAINTS];
    _Atomic uint32_t signers; /* counts changes of the signers' certificates */
    _Atomic int64_t checked;  /* last load that ended well, seconds; 0: none */
} ocsp_segment_slot_t;

/* Pages in use, from page to before end. */
typedef struct {
    uint64_t page;
    uint64_t end;
} ocsp_segment_extent_t;

/* Which source is being loaded: a process may die of it, and it may take long.
 * Written by the one writer, read by any process. */
typedef struct {
    _Atomic uint32_t slot;   /* + 1; 0: none is being loaded */
    _Atomic int32_t pid;     /* of the writer that loads */
    _Atomic uint64_t octets; /* of its files */
} ocsp_segment_loading_t;

/* The checks for changes by all processes. Times are seconds since 1970. */
typedef struct {
    _Atomic int64_t due;       /* the next check; 0: now */
    _Atomic int64_t ended;     /* the last check of all issuers */
    _Atomic int64_t progress;  /* the last progress of a check */
    _Atomic int64_t overdue;   /* when it was last logged that no process
                                 checks; 0: one does */
    _Atomic uint32_t next;     /* the issuer that a check begins with */
    _Atomic int32_t presigner; /* the process that presigns */
    _Atomic int64_t presigned; /* its last progress */
    ocsp_segment_loading_t loading;
} ocsp_segment_checks_t;

/* The first four members have their places in every version: a process of
 * another version closes a segment that it replaces. */
typedef struct ocsp_segment_t {
    uint64_t magic;
    uint32_t version;        /* ARENA_VERSION */
    uint32_t table_version;  /* OCSP_TABLE_VERSION */
    _Atomic uint32_t closed; /* no process refreshes these tables */
    uint32_t unused;
    uint64_t header_size;           /* sizeof(ocsp_segment_t) */
    uint64_t pages;                 /* of the whole segment */
    _Atomic uint64_t limit;         /* of these, tables may use the first */
    _Atomic uint32_t configuration; /* counts them */
    _Atomic uint32_t serving;       /* the last that has all its slots */
    _Atomic uint64_t epoch;         /* odd while something changes */
    _Atomic uint32_t slot_count;    /* slots that were ever used */
    pthread_mutex_t lock; /* of the one writer: process-shared, robust */
    bool lockable;        /* false: the system has no such lock */
    ocsp_segment_checks_t checks;
    ocsp_segment_slot_t slots[OCSP_SEGMENT_SLOTS];
    /* scratch of the writer: the pages in use */
    ocsp_segment_extent_t extents[2 * OCSP_SEGMENT_SLOTS];
} ocsp_segment_t;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

#endif
