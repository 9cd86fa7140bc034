/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See cache_room.h.
 *
 * Who goes for whom. An entry that was never asked for goes before any that
 * was, so a stream of keys that nobody asks for twice runs through one place of
 * each set. Where all eight were asked for, a newcomer is turned away, but
 * every REFUSALS-th: it takes the place of the one with the fewest hits, and
 * the hits of the others fade, so that what was hot once gives way in time to
 * what is hot now, and what is hot now earns them again. t/unit/cache_room.c
 * holds by simulation what that comes to.
 * Floor 3.
 */
#include "shared/cache_room.h"

#include <stdatomic.h>

#include "shared/cache_slot.h"

#define REFUSALS 8
#define FADE_BITS 2

/* Costs of a place, lowest first; those that are asked for add to theirs. */
#define COST_SAME UINT64_C(0)
#define COST_FREE (UINT64_C(1) << 60)
#define COST_PAST (UINT64_C(2) << 60)

/* Whether a place of the key's tag is to be the key's: it is, or it cannot be
 * read. */
static bool is_same(const ocsp_cache_t *c, size_t i, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;

    return !ocsp_cache_layout_read(&copy, NULL, c, i)
        || ocsp_cache_layout_is_key(&copy, key);
}

static ocsp_cache_room_t reckon(const ocsp_cache_t *c, size_t i, ocsp_der_t key,
                                uint64_t tag, int64_t now)
{
    const ocsp_cache_slot_word_t *place =
        &c->words[ocsp_cache_layout_index(c, i)];
    ocsp_cache_room_t o = {.sequence = ocsp_cache_slot_look(place),
                           .hits = ocsp_cache_layout_get_hits(c, i),
                           .at = i};
    uint64_t there = ocsp_cache_layout_get_tag(c, i);

    if (ocsp_cache_slot_is_busy(o.sequence, now)) {
        o.cost = OCSP_CACHE_ROOM_BUSY;
    }
    else if (there == 0 || ocsp_cache_slot_is_held(o.sequence)) {
        o.cost = COST_FREE;
    }
    else if (there == tag && is_same(c, i, key)) {
        o.cost = COST_SAME;
    }
    else if ((int64_t)ocsp_cache_slot_guess(place,
                                            OCSP_CACHE_LAYOUT_NEXT_UPDATE)
             <= now) {
        o.cost = COST_PAST;
    }
    else {
        /* Among those of equal hits, the oldest. */
        o.cost = OCSP_CACHE_ROOM_KEPT | (uint64_t)(o.hits & 0xffff) << 32
               | (UINT32_MAX - ocsp_cache_slot_get_age(o.sequence, now));
    }
    return o;
}

ocsp_cache_room_t ocsp_cache_room_choose(const ocsp_cache_t *c,
                                         const ocsp_cache_home_t *home,
                                         ocsp_der_t key, int64_t now)
{
    ocsp_cache_room_t best = {.cost = OCSP_CACHE_ROOM_BUSY};
    size_t i;

    for (i = home->first; i < home->first + OCSP_CACHE_LAYOUT_WAYS; i++) {
        ocsp_cache_room_t o = reckon(c, i, key, home->tag, now);

        if (o.cost == OCSP_CACHE_ROOM_BUSY
            && ocsp_cache_layout_get_tag(c, i) == home->tag) {
            return o;
        }
        if (o.cost < best.cost) {
            best = o;
        }
    }
    return best;
}

static void fade(ocsp_cache_t *c, const ocsp_cache_home_t *home)
{
    size_t i;

    for (i = home->first; i < home->first + OCSP_CACHE_LAYOUT_WAYS; i++) {
        ocsp_cache_layout_set_hits(c, i,
                                   ocsp_cache_layout_get_hits(c, i)
                                       >> FADE_BITS);
    }
}

bool ocsp_cache_room_is_due(ocsp_cache_t *c, const ocsp_cache_home_t *home)
{
    if (atomic_fetch_add_explicit(&c->refused, 1, memory_order_relaxed)
            % REFUSALS
        != REFUSALS - 1) {
        return false;
    }
    fade(c, home);
    return true;
}
