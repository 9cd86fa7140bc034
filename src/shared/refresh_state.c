/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The state of the checks for changes: atomics in the arena's header. Floor 3.
 */
#include "shared/refresh_state.h"

#include <stdatomic.h>
#include <unistd.h>

#include "shared/retry.h"
#include "shared/segment.h"

/* Checks are overdue without progress for so many times OCSPRefresh, and for so
 * many seconds. */
#define OVERDUE_CHECKS 3
#define OVERDUE_LEAST_S 30

/* A load may take a second longer for so many octets of its files. */
#define OCTETS_PER_S (UINT64_C(10) << 20)

/* From one log line about it to the next, in seconds. */
#define LOG_EVERY_S 3600

/* A process that presigns makes progress each second. */
#define PRESIGNER_LOST_S 3

bool ocsp_refresh_state_is_due(const ocsp_arena_t *a, int64_t now,
                               int64_t refresh_s)
{
    int64_t due = atomic_load(&a->checks.due);

    return refresh_s != 0 && (now >= due || now < due - refresh_s);
}

void ocsp_refresh_state_set_due(ocsp_arena_t *a, int64_t due)
{
    atomic_store(&a->checks.due, due);
}

void ocsp_refresh_state_progress(ocsp_arena_t *a, int64_t now)
{
    atomic_store(&a->checks.progress, now);
}

void ocsp_refresh_state_end(ocsp_arena_t *a, int64_t now, int64_t due)
{
    atomic_fetch_add(&a->checks.next, 1);
    atomic_store(&a->checks.due, due);
    atomic_store(&a->checks.progress, now);
    atomic_store(&a->checks.ended, now);
}

size_t ocsp_refresh_state_get_first(const ocsp_arena_t *a, size_t count)
{
    return count > 0 ? atomic_load(&a->checks.next) % count : 0;
}

void ocsp_refresh_state_set_first(ocsp_arena_t *a, size_t first)
{
    atomic_store(&a->checks.next, (uint32_t)first);
}

void ocsp_refresh_state_begin_load(ocsp_arena_t *a, size_t slot,
                                   uint64_t octets)
{
    /* until the load ends, also if this process dies before */
    a->slots[slot].result.incomplete = true;
    atomic_store(&a->checks.loading.pid, (int32_t)getpid());
    atomic_store(&a->checks.loading.octets, octets);
    atomic_store(&a->checks.loading.slot, (uint32_t)slot + 1);
}

void ocsp_refresh_state_end_load(ocsp_arena_t *a)
{
    atomic_store(&a->checks.loading.slot, 0);
}

bool ocsp_refresh_state_find_dead(size_t *slot, int32_t *pid, ocsp_arena_t *a)
{
    uint32_t loading = atomic_load(&a->checks.loading.slot);

    if (loading == 0) {
        return false;
    }
    *slot = loading - 1;
    *pid = atomic_load(&a->checks.loading.pid);
    ocsp_refresh_state_end_load(a);
    return *slot < atomic_load(&a->slot_count);
}

/* How long there may be no progress, in seconds. */
static int64_t find_limit(const ocsp_refresh_state_t *state, int64_t refresh_s)
{
    int64_t limit_s = OVERDUE_CHECKS * refresh_s > OVERDUE_LEAST_S
                        ? OVERDUE_CHECKS * refresh_s
                        : OVERDUE_LEAST_S;

    return state->loading ? limit_s + (int64_t)(state->octets / OCTETS_PER_S)
                          : limit_s;
}

void ocsp_refresh_state_get(ocsp_refresh_state_t *out, const ocsp_arena_t *a,
                            int64_t now, int64_t refresh_s)
{
    uint32_t loading = atomic_load(&a->checks.loading.slot);
    int64_t silence;

    out->ended = atomic_load(&a->checks.ended);
    out->progress = atomic_load(&a->checks.progress);
    out->loading = loading != 0;
    out->slot = loading != 0 ? loading - 1 : 0;
    out->pid = atomic_load(&a->checks.loading.pid);
    out->octets = atomic_load(&a->checks.loading.octets);
    silence = now - out->progress;
    out->overdue_s = refresh_s != 0 && out->progress != 0
                          && silence > find_limit(out, refresh_s)
                       ? silence
                       : 0;
}

bool ocsp_refresh_state_log_overdue(ocsp_arena_t *a, int64_t now)
{
    return ocsp_retry_may_log(&a->checks.overdue, now, LOG_EVERY_S);
}

bool ocsp_refresh_state_log_resumed(ocsp_arena_t *a)
{
    return atomic_load(&a->checks.overdue) != 0
        && atomic_exchange(&a->checks.overdue, 0) != 0;
}

bool ocsp_refresh_state_may_presign(const ocsp_arena_t *a, int64_t now)
{
    int64_t last = atomic_load(&a->checks.presigned);

    return atomic_load(&a->checks.presigner) == (int32_t)getpid() || last > now
        || last <= now - PRESIGNER_LOST_S;
}

bool ocsp_refresh_state_presign(ocsp_arena_t *a, int64_t now)
{
    if (!ocsp_refresh_state_may_presign(a, now)) {
        return false;
    }
    atomic_store(&a->checks.presigner, (int32_t)getpid());
    atomic_store(&a->checks.presigned, now);
    return true;
}
