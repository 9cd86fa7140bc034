/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which place of its set a new entry of the cache has, and who goes for it.
 * Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_ROOM_H
#define OCSP_SHARED_CACHE_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/cache_layout.h"
#include "wire/der.h"

/** From this cost on, an entry goes that is still good. */
#define OCSP_CACHE_ROOM_KEPT (UINT64_C(3) << 60)

/** The cost of what cannot be had. */
#define OCSP_CACHE_ROOM_BUSY UINT64_MAX

/** A place that a new entry may have. */
typedef struct {
    uint64_t cost;
    uint64_t sequence; /* of the place when its cost was reckoned */
    uint32_t hits;
    size_t at; /* the place */
} ocsp_cache_room_t;

/** The cheapest place of a set; none where another writes this very key. Any
 * thread. */
ocsp_cache_room_t ocsp_cache_room_choose(const ocsp_cache_t *c,
                                         const ocsp_cache_home_t *home,
                                         ocsp_der_t key, int64_t now);

/** @return whether a newcomer may have the place of one that was asked for more
 *         often. If so, the hits of the set have faded. Any thread. */
bool ocsp_cache_room_is_due(ocsp_cache_t *c, const ocsp_cache_home_t *home);

#endif
