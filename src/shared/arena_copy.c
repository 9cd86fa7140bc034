/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What one arena holds, published in another: see arena.h. Floor 3.
 */
#include <apr_strings.h>
#include <stdatomic.h>
#include <string.h>

#include "shared/arena.h"
#include "shared/segment.h"

/* Copy one table, if it is whole and its slot's own. */
static apr_status_t copy_table(ocsp_arena_t *to, size_t slot,
                               const ocsp_arena_t *from,
                               const ocsp_segment_slot_t *s, const char **why,
                               apr_pool_t *p)
{
    const unsigned char *mem;
    ocsp_table_info_t info;
    uint64_t word;
    size_t len;
    void *copy;
    apr_status_t rv;

    if (!ocsp_segment_locate(&mem, &len, &word, from, s)) {
        return APR_ENOENT;
    }
    if ((rv = ocsp_arena_reserve(&copy, to, slot, len, why, p))
        != APR_SUCCESS) {
        return rv;
    }
    memcpy(copy, mem, len);
    rv = ocsp_table_check(copy, len, why);
    if (rv == APR_SUCCESS
        && (ocsp_table_get_info(&info, copy, len) != APR_SUCCESS
            || memcmp(info.id, s->id, sizeof(info.id)) != 0
            || ocsp_segment_has_moved(s, word))) {
        *why = "status table: another issuer's, or replaced meanwhile";
        rv = OCSP_EMALFORMED;
    }
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(to, slot);
    }
    to->slots[slot].reserved_page = 0;
    return rv;
}

/* Copy a slot's table and note. A slot whose table cannot be had stays empty:
 * the next load will fill it. */
static apr_status_t copy_slot(ocsp_arena_t *to, const ocsp_arena_t *from,
                              size_t i, const char **why, apr_pool_t *p)
{
    const ocsp_segment_slot_t *s = &from->slots[i];
    ocsp_note_t note;
    size_t slot;
    apr_status_t rv = ocsp_arena_claim(&slot, to, s->id, why);

    if (rv != APR_SUCCESS
        || (rv = copy_table(to, slot, from, s, why, p)) != APR_SUCCESS) {
        return rv;
    }
    ocsp_arena_get_note(&note, from, i, s->id);
    to->slots[slot].doubtful = s->doubtful;
    ocsp_arena_note(to, slot, note.time, note.ok, note.text);
    atomic_store(&to->slots[slot].checked, atomic_load(&s->checked));
    return APR_SUCCESS;
}

void ocsp_arena_copy(ocsp_arena_t *to, const ocsp_arena_t *from,
                     const char **why, apr_pool_t *p)
{
    const char *reason = NULL;
    unsigned left = 0;
    size_t i;

    *why = NULL;
    if (!ocsp_arena_is_compatible(from)) {
        *why = "the status tables are of another version of mod_ocsp";
        return;
    }
    if (ocsp_arena_get_configuration(to) == 0) {
        ocsp_arena_begin(to); /* 0 would hold nothing */
    }
    for (i = 0; i < from->slot_count; i++) {
        const ocsp_segment_slot_t *s = &from->slots[i];

        if (ocsp_segment_is_held(from, s) && ocsp_segment_has_table(s)
            && copy_slot(to, from, i, &reason, p) != APR_SUCCESS) {
            left++;
            *why = *why != NULL ? *why : reason;
        }
    }
    if (left > 1) {
        *why = apr_psprintf(p, "%s; %u tables are left behind", *why, left);
    }
}
