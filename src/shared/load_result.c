/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The result of a load in shared memory. A reader that sees the generation move
 * has read parts of two results, and reads again. Floor 3.
 */
#include "shared/load_result.h"

#include <apr_strings.h>

/* How often a reader tries. */
#define READ_TRIES 16

bool ocsp_load_result_is_failure(ocsp_load_result_kind_t kind)
{
    return kind >= OCSP_LOAD_RESULT_NEWER_REJECTED;
}

bool ocsp_load_result_write(ocsp_load_result_cell_t *cell,
                            ocsp_load_result_kind_t kind, int64_t time,
                            const char *text)
{
    uint32_t generation = atomic_load_explicit(&cell->generation,
                                               memory_order_relaxed)
                        | 1u;

    /* Set first and cleared last: a process that dies in between must not make
     * a rejected CRL forgotten. */
    if (kind == OCSP_LOAD_RESULT_HIDDEN
        || (kind > OCSP_LOAD_RESULT_NEWER_REJECTED
            && cell->record.kind == OCSP_LOAD_RESULT_NEWER_REJECTED)) {
        cell->incomplete = true;
    }
    atomic_store_explicit(&cell->generation, generation, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    cell->record.time = time;
    cell->record.kind = kind;
    apr_cpystrn(cell->record.text, text != NULL ? text : "",
                OCSP_LOAD_RESULT_MAX);
    atomic_store_explicit(&cell->generation, generation + 1u,
                          memory_order_release);
    if (kind <= OCSP_LOAD_RESULT_NEWER_REJECTED) {
        atomic_signal_fence(memory_order_seq_cst);
        cell->incomplete = false;
    }
    return ocsp_load_result_is_failure(kind);
}

bool ocsp_load_result_read(ocsp_load_result_record_t *out,
                           const ocsp_load_result_cell_t *cell)
{
    int i;

    for (i = 0; i < READ_TRIES; i++) {
        uint32_t generation = atomic_load_explicit(&cell->generation,
                                                   memory_order_acquire);

        *out = cell->record;
        atomic_thread_fence(memory_order_acquire);
        if ((generation & 1u) == 0
            && generation
                   == atomic_load_explicit(&cell->generation,
                                           memory_order_relaxed)) {
            out->text[OCSP_LOAD_RESULT_MAX - 1] = '\0';
            return true;
        }
    }
    return false;
}
