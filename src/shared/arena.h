/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sealed status tables in one anonymous shared segment, which exists before
 * the first fork and outlives graceful restarts. A writer fills free memory,
 * then publishes it by one atomic word. Readers take no lock; a reader that
 * finds the word moved tries again. A slot is one issuer with its sources,
 * which an id names; the issuer keeps it as long as the present or the previous
 * configuration has it. Floor 3.
 */
#ifndef OCSP_SHARED_ARENA_H
#define OCSP_SHARED_ARENA_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/load_result.h"
#include "status/error.h"
#include "status/table.h"

/** What workers log of a slot, each once in a while. */
typedef enum {
    OCSP_ARENA_FAILED = 0, /* a signature failed */
    OCSP_ARENA_ENDED,      /* the certificates of all signers have expired */
    OCSP_ARENA_COMPLAINTS  /* how many there are */
} ocsp_arena_complaint_t;

/** The segment as one process sees it; there is no other handle. */
typedef struct ocsp_segment_t ocsp_arena_t;

/**
 * Map the segment. It exists until this process unmaps it, and in each child
 * until that ends.
 * @param reserve octets of address space for tables; no memory is committed
 *        before it is used
 * @param room octets that tables may take for now: see ocsp_arena_set_room
 * @param why newly made in p
 * @return APR_ENOMEM. Startup only.
 */
apr_status_t ocsp_arena_make(ocsp_arena_t **out, apr_uint64_t reserve,
                             apr_uint64_t room, const char **why,
                             apr_pool_t *p);

/** Octets of address space that are mapped, for munmap. Pure. */
size_t ocsp_arena_get_len(const ocsp_arena_t *a);

/**
 * @return whether an arena that was kept over a restart has the layout of this
 *         build of the module. Startup only.
 */
bool ocsp_arena_is_compatible(const ocsp_arena_t *a);

/** Octets that tables may take, used and free. Any thread. */
apr_uint64_t ocsp_arena_get_room(const ocsp_arena_t *a);

/** Octets that the published tables take. One writer at a time. */
apr_uint64_t ocsp_arena_get_used(const ocsp_arena_t *a);

/**
 * Set how many octets tables may take from now on. Published tables stay.
 * @return false: it is more than the reserved address space, and now that.
 *         Startup only.
 */
bool ocsp_arena_set_room(ocsp_arena_t *a, apr_uint64_t room);

/**
 * Close an arena that another one replaces: processes that still use it find no
 * tables in it, since none of them is refreshed.
 * @param a of any version of this module. Startup only.
 */
void ocsp_arena_close(ocsp_arena_t *a);

/** @return whether this system has a lock that makes one process at a time the
 *          writer. Any thread. */
bool ocsp_arena_has_lock(const ocsp_arena_t *a);

/**
 * Become the one writer, without waiting. The system unlocks for a writer that
 * dies; the next one begins with ocsp_arena_recover.
 * @return false: another thread or process is the writer. Any thread.
 */
bool ocsp_arena_lock(ocsp_arena_t *a);

/** Unlock. By the thread that locked. */
void ocsp_arena_unlock(ocsp_arena_t *a);

/** Begin a new configuration, which now assigns its slots. Startup only. */
void ocsp_arena_begin(ocsp_arena_t *a);

/**
 * The configuration has assigned all its slots. From now on look-ups in other
 * slots, whose tables are no longer refreshed, find no table: processes of the
 * previous configuration answer tryLater. Startup only.
 */
void ocsp_arena_serve(ocsp_arena_t *a);

/** The number of the configuration, from 1; 0: none yet. Any thread. */
uint32_t ocsp_arena_get_configuration(const ocsp_arena_t *a);

/**
 * Release the memory that a writer that died had reserved, and end its change.
 * The first step of each writer.
 */
void ocsp_arena_recover(ocsp_arena_t *a);

/**
 * Find the slot of an id, or take a free one, for this configuration.
 * @param is_writer false: another process is the writer, so the slot has this
 *        id already or was never used
 * @return APR_ENOSPC: there is no free slot. Startup only.
 */
apr_status_t ocsp_arena_assign_slot(size_t *slot, ocsp_arena_t *a,
                                    const unsigned char id[OCSP_TABLE_ID_LEN],
                                    bool is_writer, const char **why);

/** @return whether there is room for a table of so many octets. One writer at a
 *          time. */
bool ocsp_arena_has_room(ocsp_arena_t *a, apr_uint64_t octets);

/**
 * Reserve memory for the next table of a slot; the present one stays in use.
 * @param mem page-aligned, len octets, valid until it is published or memory is
 *        reserved again
 * @param why newly made in p
 * @return APR_ENOSPC. One writer at a time.
 */
apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why,
                                apr_pool_t *p);

/**
 * Publish the table in the reserved memory, and release that of the table
 * before. One writer at a time.
 */
void ocsp_arena_publish(ocsp_arena_t *a, size_t slot);

/** When the last check of a slot's sources succeeded, seconds since 1970; 0:
 * none has. Any thread. */
int64_t ocsp_arena_get_checked(const ocsp_arena_t *a, size_t slot);

/**
 * Store how a load ended; unless that is a failure, its time is that of the
 * last check from now on.
 * @param text NULL: none. One writer at a time.
 */
void ocsp_arena_set_result(ocsp_arena_t *a, size_t slot,
                           ocsp_load_result_kind_t kind, int64_t time,
                           const char *text);

/**
 * Look up one certificate in the published table of a slot.
 * @return APR_ENOENT: the slot has no table of this id, or one that is no
 *         longer refreshed; APR_EAGAIN: tables were replaced too quickly.
 *         Neither means good.
 * Any thread: takes no lock, allocates nothing.
 */
apr_status_t ocsp_arena_lookup(ocsp_record_t *out, const ocsp_arena_t *a,
                               size_t slot,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len);

/** The content of a slot, for its writer. */
typedef struct {
    const void *table;      /* its octets, valid until the writer publishes or
                               assigns a slot; NULL: it has none of this id,
                               and no info */
    size_t len;             /* of table */
    uint32_t generation;    /* of table: another one has another number */
    ocsp_table_info_t info; /* of table */
    ocsp_load_result_record_t result; /* how the last load ended */
    bool incomplete;                  /* see ocsp_load_result_cell_t */
} ocsp_arena_slot_t;

/** Read a slot. @return false: it does not have this id any more. One writer at
 * a time. */
bool ocsp_arena_read_slot(ocsp_arena_slot_t *out, const ocsp_arena_t *a,
                          size_t slot,
                          const unsigned char id[OCSP_TABLE_ID_LEN]);

/** The header of the published table; otherwise as ocsp_arena_lookup. */
apr_status_t ocsp_arena_get_info(ocsp_table_info_t *out, const ocsp_arena_t *a,
                                 size_t slot,
                                 const unsigned char id[OCSP_TABLE_ID_LEN]);

/** Count a change of the certificates of a slot's signers, for all processes.
 * One writer at a time. */
void ocsp_arena_renew_signers(ocsp_arena_t *a, size_t slot);

/** How many such changes there were. Any thread. */
uint32_t ocsp_arena_get_signers(const ocsp_arena_t *a, size_t slot);

/**
 * A number that changes with every table and signer: while it is the same, so
 * are all results of look-ups, except for the times of checks.
 * @return 0: a change is under way. Any thread.
 */
uint64_t ocsp_arena_get_epoch(const ocsp_arena_t *a);

/**
 * @return whether the caller is to log a complaint that all processes may have:
 *         once in so many seconds for each slot. Any thread.
 */
bool ocsp_arena_log_complaint(ocsp_arena_t *a, size_t slot,
                              ocsp_arena_complaint_t which, int64_t now,
                              int64_t every_s);

/** How the last load ended; OCSP_LOAD_RESULT_NONE if the slot is not id's. Any
 * thread. */
void ocsp_arena_get_result(ocsp_load_result_record_t *out,
                           const ocsp_arena_t *a, size_t slot,
                           const unsigned char id[OCSP_TABLE_ID_LEN]);

#endif
