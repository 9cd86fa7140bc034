/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where all processes see the sealed tables: one anonymous shared segment that
 * exists before the first fork and outlives graceful restarts. This file alone
 * knows how generations of a table follow each other: readers take no lock, a
 * writer fills free room, then publishes by one atomic word, and a reader whose
 * word moved meanwhile looks again. src/README draws the segment. Floor 3.
 *
 * A slot is one issuer with its sources, known by an id; it stays where it is
 * as long as the present or the previous configuration claims it.
 */
#ifndef OCSP_SHARED_ARENA_H
#define OCSP_SHARED_ARENA_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/load_result.h"
#include "status/status.h"
#include "status/table.h"

/** How many issuers fit. */
#define OCSP_ARENA_SLOTS 4096

/** What workers say of a slot, each once in a while. */
typedef enum {
    OCSP_ARENA_FAILED = 0, /* a signature failed */
    OCSP_ARENA_ENDED,      /* the signers have all ended */
    OCSP_ARENA_COMPLAINTS  /* how many there are */
} ocsp_arena_complaint_t;

/** The segment as one process sees it; there is no other handle. */
typedef struct ocsp_segment_t ocsp_arena_t;

/**
 * Make the segment. It lives as long as this process, or until it is unmapped;
 * children that were forked keep it until they end.
 * @param reserve octets of address space for tables, of which nothing is
 *        committed before it is used
 * @param room octets that tables may take for now: see ocsp_arena_set_room
 * @param why made in p. Startup only.
 */
apr_status_t ocsp_arena_make(ocsp_arena_t **out, apr_uint64_t reserve,
                             apr_uint64_t room, const char **why,
                             apr_pool_t *p);

/** Octets of address space that are mapped, for munmap. Pure. */
size_t ocsp_arena_get_len(const ocsp_arena_t *a);

/**
 * @return whether an arena kept over a restart was laid out by this very code:
 *         another build of the module may have made it. Startup only.
 */
bool ocsp_arena_is_compatible(const ocsp_arena_t *a);

/** Octets that tables may take, used or free. Any thread. */
apr_uint64_t ocsp_arena_get_room(const ocsp_arena_t *a);

/** Octets that the published tables take. One writer at a time. */
apr_uint64_t ocsp_arena_get_used(const ocsp_arena_t *a);

/**
 * Let tables take more or fewer octets from now on; those that are there stay.
 * @return false: more than the address space that was reserved, which is all
 *         that they may take then. Startup only.
 */
bool ocsp_arena_set_room(ocsp_arena_t *a, apr_uint64_t room);

/**
 * Close an arena that is replaced by another: processes that still have it
 * answer from it no more, since nobody refreshes its tables.
 * @param a of any version of this module. Startup only.
 */
void ocsp_arena_close(ocsp_arena_t *a);

/** @return whether processes can take turns as its writer. Any thread. */
bool ocsp_arena_has_lock(const ocsp_arena_t *a);

/**
 * Become the one writer, without waiting. A writer that dies has given it up;
 * the next one begins with ocsp_arena_recover.
 * @return false: another one is. Any thread.
 */
bool ocsp_arena_lock(ocsp_arena_t *a);

/** Be the writer no more. By the thread that became it. */
void ocsp_arena_unlock(ocsp_arena_t *a);

/** A new configuration begins to claim its slots. Startup only. */
void ocsp_arena_begin(ocsp_arena_t *a);

/**
 * The configuration has claimed all its slots. From now on the slots that it
 * has not claimed, which nobody refreshes any more, are not looked up in:
 * processes of before answer tryLater for them. Startup only.
 */
void ocsp_arena_serve(ocsp_arena_t *a);

/** Which configuration it is, counted from 1; 0: none yet. Any thread. */
uint32_t ocsp_arena_get_configuration(const ocsp_arena_t *a);

/**
 * Give back to the system what a writer that died had reserved. The first step
 * of each writer.
 */
void ocsp_arena_recover(ocsp_arena_t *a);

/** @return whether a slot is still an id's. One writer at a time. */
bool ocsp_arena_is_slot_of(const ocsp_arena_t *a, size_t slot,
                           const unsigned char id[OCSP_TABLE_ID_LEN]);

/**
 * Find or make the slot of an id, and hold it for this configuration.
 * @param is_writer false: another process is the writer, so only a slot of
 *        this id or one that was never used will do
 * @return APR_ENOSPC: all are held. Startup only.
 */
apr_status_t ocsp_arena_claim(size_t *slot, ocsp_arena_t *a,
                              const unsigned char id[OCSP_TABLE_ID_LEN],
                              bool is_writer, const char **why);

/** @return whether a table of so many octets would find room. One writer at a
 *          time. */
bool ocsp_arena_has_room(ocsp_arena_t *a, apr_uint64_t octets);

/**
 * Find room for the next table of a slot; the present one stays in use.
 * @param mem page-aligned, len octets, until published or reserved again
 * @return APR_ENOSPC. One writer at a time.
 */
apr_status_t ocsp_arena_reserve(void **mem, ocsp_arena_t *a, size_t slot,
                                apr_size_t len, const char **why,
                                apr_pool_t *p);

/**
 * Let all readers see the reserved room instead. The memory of the table before
 * goes back to the system. One writer at a time.
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

/** @return incomplete of ocsp_load_result_cell_t. One writer at a time. */
bool ocsp_arena_is_incomplete(const ocsp_arena_t *a, size_t slot);

/**
 * Look up one certificate in the table that is published now.
 * @return APR_ENOENT: the slot has no table of this id, or one that nobody
 *         refreshes any more; APR_EAGAIN: tables followed each other too
 *         quickly. Neither is good.
 * Any thread: takes no lock, allocates nothing.
 */
apr_status_t ocsp_arena_lookup(ocsp_record_t *out, const ocsp_arena_t *a,
                               size_t slot,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len);

/**
 * The octets of the published table, for the one writer, who alone replaces it.
 * @param mem valid until something is published or claimed; NULL: none
 */
void ocsp_arena_get_table(const void **mem, size_t *len, const ocsp_arena_t *a,
                          size_t slot);

/** What the published table says of itself; as ocsp_arena_lookup. */
apr_status_t ocsp_arena_get_info(ocsp_table_info_t *out, const ocsp_arena_t *a,
                                 size_t slot,
                                 const unsigned char id[OCSP_TABLE_ID_LEN]);

/** Tell all processes that the certificates of a slot's signers have changed.
 * One writer at a time. */
void ocsp_arena_renew_signers(ocsp_arena_t *a, size_t slot);

/**
 * What has become of all tables and signers, as one number: as long as it stays
 * the same, so does what is looked up here, but for the times of checks.
 * @return 0: something is just changing. Any thread.
 */
uint64_t ocsp_arena_get_epoch(const ocsp_arena_t *a);

/** How often that was told. Any thread. */
uint32_t ocsp_arena_get_signers(const ocsp_arena_t *a, size_t slot);

/**
 * @return whether something that all processes see is to be said of a slot now,
 *         by this one: once in so many seconds, whatever else was said of it.
 * Any thread.
 */
bool ocsp_arena_raise(ocsp_arena_t *a, size_t slot,
                      ocsp_arena_complaint_t which, int64_t now,
                      int64_t every_s);

/** How the last load ended; OCSP_LOAD_RESULT_NONE if the slot is not id's. Any
 * thread. */
void ocsp_arena_get_result(ocsp_load_result_record_t *out,
                           const ocsp_arena_t *a, size_t slot,
                           const unsigned char id[OCSP_TABLE_ID_LEN]);

#endif
