/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The state of the checks for changed sources, shared by all processes: when
 * the next one is due, when the last one ended, which source is being loaded,
 * which process presigns. So any child can continue where another one stopped,
 * and any process can find out that no child checks. Floor 3.
 *
 * Times are seconds since 1970. A clock that was put back never keeps anything
 * from being done. Functions that change the state are for one writer at a
 * time, the others for any thread.
 */
#ifndef OCSP_SHARED_REFRESH_STATE_H
#define OCSP_SHARED_REFRESH_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"

/** A copy of the state. */
typedef struct {
    int64_t ended;     /* the last check of all issuers; 0: none */
    int64_t progress;  /* the last sign of progress; 0: none */
    int64_t overdue_s; /* seconds without any progress, if these are too many;
                          else 0 */
    bool loading;      /* a source is being loaded: */
    size_t slot;       /* of which issuer */
    int32_t pid;       /* by which process */
    uint64_t octets;   /* of its files */
} ocsp_refresh_state_t;

/** @return whether a check is due. @param refresh_s OCSPRefresh */
bool ocsp_refresh_state_is_due(const ocsp_arena_t *a, int64_t now,
                               int64_t refresh_s);

/** Set when the next check is due; 0: at once. */
void ocsp_refresh_state_set_due(ocsp_arena_t *a, int64_t due);

/** A check makes progress. */
void ocsp_refresh_state_progress(ocsp_arena_t *a, int64_t now);

/** A check of all issuers has ended. The next one is due then, and begins with
 * the issuer after the one that this began with. */
void ocsp_refresh_state_end(ocsp_arena_t *a, int64_t now, int64_t due);

/** The issuer, of count, that a check begins with: not always the same. */
size_t ocsp_refresh_state_get_first(const ocsp_arena_t *a, size_t count);

/** Set the issuer that the next check begins with. */
void ocsp_refresh_state_set_first(ocsp_arena_t *a, size_t first);

/** A load of an issuer's sources begins: if this process dies meanwhile, the
 * next writer finds it dead. @param octets of all its files */
void ocsp_refresh_state_begin_load(ocsp_arena_t *a, size_t slot,
                                   uint64_t octets);

/** The load has ended. */
void ocsp_refresh_state_end_load(ocsp_arena_t *a);

/**
 * Find, once, a process that died during a load. Before this one loads.
 * @param slot of the issuer whose sources it loaded
 * @return false: there is none
 */
bool ocsp_refresh_state_find_dead(size_t *slot, int32_t *pid, ocsp_arena_t *a);

/** Read the state. @param refresh_s OCSPRefresh */
void ocsp_refresh_state_get(ocsp_refresh_state_t *out, const ocsp_arena_t *a,
                            int64_t now, int64_t refresh_s);

/** @return whether this process is to log that checks are overdue: once, then
 *          each hour. Any thread. */
bool ocsp_refresh_state_log_overdue(ocsp_arena_t *a, int64_t now);

/** @return whether this process is to log, once, that they are not any more.
 *          Any thread. */
bool ocsp_refresh_state_log_resumed(ocsp_arena_t *a);

/** Become, or stay, the one process that presigns. @return false: another one
 * is. */
bool ocsp_refresh_state_presign(ocsp_arena_t *a, int64_t now);

/** @return whether ocsp_refresh_state_presign would be true */
bool ocsp_refresh_state_may_presign(const ocsp_arena_t *a, int64_t now);

#endif
