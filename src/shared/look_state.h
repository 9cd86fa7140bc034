/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The state of the looks for changed sources, shared by all processes: when
 * the next look is due, when the last one ended, which source is being loaded,
 * which process signs ahead of need. So any child may take up a look where
 * another one stopped, and any process can tell that nobody looks. Floor 3.
 *
 * Times are seconds since 1970. A clock that was put back never keeps anything
 * from being done.
 */
#ifndef OCSP_SHARED_LOOK_STATE_H
#define OCSP_SHARED_LOOK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"

/** What is known of the looks. */
typedef struct {
    int64_t ended;     /* the last look that went over all issuers; 0: none */
    int64_t progress;  /* the last sign of life; 0: none */
    int64_t overdue_s; /* for how long there should have been a sign of life;
                          0: all is well */
    bool loading;      /* a source is being loaded: */
    size_t slot;       /* of which issuer */
    int32_t pid;       /* by which process */
    uint64_t octets;   /* of its files */
} ocsp_look_state_t;

/** @return whether a look is due. Any thread. */
bool ocsp_look_state_is_due(const ocsp_arena_t *a, int64_t now,
                            int64_t refresh_s);

/** Set when the next look is due; 0: at once. One writer at a time. */
void ocsp_look_state_set_due(ocsp_arena_t *a, int64_t due);

/** A look is under way. One writer at a time. */
void ocsp_look_state_progress(ocsp_arena_t *a, int64_t now);

/** A look has gone over all issuers. One writer at a time. */
void ocsp_look_state_end(ocsp_arena_t *a, int64_t now);

/** The issuer, of count, that a look begins with: not always the same.
 * Any thread. */
size_t ocsp_look_state_get_first(const ocsp_arena_t *a, size_t count);

/** Set the issuer that the next look begins with. One writer at a time. */
void ocsp_look_state_set_first(ocsp_arena_t *a, size_t first);

/**
 * An issuer's sources begin to be loaded: if this process dies meanwhile, the
 * next writer finds that out by ocsp_look_state_find_dead.
 * @param octets of all its files. One writer at a time.
 */
void ocsp_look_state_begin_load(ocsp_arena_t *a, size_t slot, uint64_t octets);

/** The load has ended, well or not. One writer at a time. */
void ocsp_look_state_end_load(ocsp_arena_t *a);

/**
 * Find a load whose process has died, once.
 * @param slot of the issuer whose sources it loaded
 * @return false: there is none. By a writer, before it loads anything.
 */
bool ocsp_look_state_find_dead(size_t *slot, int32_t *pid, ocsp_arena_t *a);

/**
 * Read the state.
 * @param refresh_s OCSPRefresh. Any thread.
 */
void ocsp_look_state_get(ocsp_look_state_t *out, const ocsp_arena_t *a,
                         int64_t now, int64_t refresh_s);

/**
 * @return whether it is to be logged now, by this process, that nobody looks:
 *         once, then each hour. Any thread.
 */
bool ocsp_look_state_log_overdue(ocsp_arena_t *a, int64_t now);

/** @return whether that was logged, and is over: to be logged by this process,
 *          once. Any thread. */
bool ocsp_look_state_log_resumed(ocsp_arena_t *a);

/**
 * Become, or go on as, the one process that signs ahead of need.
 * @return false: another one does. One writer at a time.
 */
bool ocsp_look_state_presign(ocsp_arena_t *a, int64_t now);

/** @return whether ocsp_look_state_presign would be true. Any thread. */
bool ocsp_look_state_may_presign(const ocsp_arena_t *a, int64_t now);

#endif
