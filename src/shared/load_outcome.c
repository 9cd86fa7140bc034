/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See note.h. A generation that moved tells a reader that he read half of two.
 * Floor 3.
 */
#include "shared/load_outcome.h"

#include <apr_strings.h>

/* How often a reader looks again before he gives up. */
#define READ_TRIES 16

void ocsp_load_outcome_write(ocsp_load_outcome_cell_t *cell, int64_t time,
                             bool ok, const char *text)
{
    uint32_t generation = atomic_load_explicit(&cell->generation,
                                               memory_order_relaxed)
                        | 1u;

    atomic_store_explicit(&cell->generation, generation, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    cell->note.time = time;
    cell->note.ok = ok;
    apr_cpystrn(cell->note.text, text != NULL ? text : "",
                OCSP_LOAD_OUTCOME_MAX);
    atomic_store_explicit(&cell->generation, generation + 1u,
                          memory_order_release);
}

bool ocsp_load_outcome_read(ocsp_load_outcome_t *out,
                            const ocsp_load_outcome_cell_t *cell)
{
    int i;

    for (i = 0; i < READ_TRIES; i++) {
        uint32_t generation = atomic_load_explicit(&cell->generation,
                                                   memory_order_acquire);

        *out = cell->note;
        atomic_thread_fence(memory_order_acquire);
        if ((generation & 1u) == 0
            && generation
                   == atomic_load_explicit(&cell->generation,
                                           memory_order_relaxed)) {
            out->text[OCSP_LOAD_OUTCOME_MAX - 1] = '\0';
            return true;
        }
    }
    return false;
}

bool ocsp_load_outcome_raise(_Atomic int64_t *raised, int64_t now,
                             int64_t every_s)
{
    int64_t last = atomic_load_explicit(raised, memory_order_relaxed);

    /* a clock that went back must not silence it for long */
    return (last > now || last <= now - every_s)
        && atomic_compare_exchange_strong(raised, &last, now);
}
