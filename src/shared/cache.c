/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See cache.h, and place.h for one place; src/README draws the block. Floor 3.
 */
#include "shared/cache.h"

#include <stdatomic.h>
#include <string.h>

#include "shared/cache_layout.h"
#include "shared/cache_room.h"
#include "shared/cache_slot.h"
#include "shared/siphash.h"

_Static_assert(OCSP_CACHE_KEY_MAX == OCSP_CACHE_SLOT_KEY_MAX, "keys fit");
_Static_assert(OCSP_CACHE_DIGEST_LEN == 32, "digests fit into four words");

#define CACHE_MAGIC UINT64_C(0x4f43535043414348) /* OCSPCACH */
#define WAYS OCSP_CACHE_LAYOUT_WAYS
#define HITS_MAX OCSP_CACHE_LAYOUT_HITS_MAX

/* How often put looks for another place where it is outrun. */
#define PUT_TRIES 3

/* ------------------------------------------------------------------- layout */

ocsp_cache_t *ocsp_cache_init(void *mem, size_t len, size_t response_max,
                              const unsigned char seed[16])
{
    ocsp_cache_t *c = mem;
    size_t room = (len - sizeof(*c)) / sizeof(ocsp_cache_slot_word_t);

    c->len = len;
    c->response_max = response_max;
    memcpy(c->seed, seed, sizeof(c->seed));
    c->place_words = ocsp_cache_slot_count_words(response_max);
    /* a tag, hits and the place itself */
    c->sets = room / (WAYS * (c->place_words + 2));
    c->version = OCSP_CACHE_VERSION;
    c->header_size = sizeof(*c);
    c->magic = CACHE_MAGIC;
    return c;
}

bool ocsp_cache_is_compatible(const void *mem, size_t len, size_t response_max)
{
    const ocsp_cache_t *c = mem;

    return c->magic == CACHE_MAGIC && c->version == OCSP_CACHE_VERSION
        && c->header_size == sizeof(*c) && c->len == len
        && c->response_max >= response_max;
}

size_t ocsp_cache_get_response_max(const ocsp_cache_t *c)
{
    return (size_t)c->response_max;
}

static void set_tag(ocsp_cache_t *c, size_t i, uint64_t tag)
{
    atomic_store_explicit(&c->words[i], tag, memory_order_release);
}

static bool find_home(ocsp_cache_home_t *out, const ocsp_cache_t *c,
                      ocsp_der_t key)
{
    uint64_t hash;

    if (key.len > OCSP_CACHE_KEY_MAX || c->sets == 0) {
        return false;
    }
    hash = ocsp_siphash_compute(c->seed, key.data, key.len);
    out->tag = hash | 1;
    out->first = (size_t)(((hash >> 32) * c->sets) >> 32) * WAYS;
    return true;
}

/* ------------------------------------------------------------------ reading */

static bool locate(size_t *at, ocsp_cache_slot_copy_t *copy, unsigned char *der,
                   const ocsp_cache_t *c, ocsp_der_t key)
{
    ocsp_cache_home_t home;
    size_t i;

    if (!find_home(&home, c, key)) {
        return false;
    }
    for (i = home.first; i < home.first + WAYS; i++) {
        if (ocsp_cache_layout_get_tag(c, i) == home.tag
            && ocsp_cache_layout_read(copy, der, c, i)
            && ocsp_cache_layout_is_key(copy, key)) {
            *at = i;
            return true;
        }
    }
    return false;
}

static void unpack(ocsp_cache_entry_t *out, const ocsp_cache_slot_copy_t *copy,
                   uint32_t hits)
{
    out->produced_at = (int64_t)copy->meta[OCSP_CACHE_LAYOUT_PRODUCED_AT];
    out->this_update = (int64_t)copy->meta[OCSP_CACHE_LAYOUT_THIS_UPDATE];
    out->next_update = (int64_t)copy->meta[OCSP_CACHE_LAYOUT_NEXT_UPDATE];
    out->renew_at = (int64_t)copy->meta[OCSP_CACHE_LAYOUT_RENEW_AT];
    memcpy(out->digest, &copy->meta[OCSP_CACHE_LAYOUT_DIGEST],
           sizeof(out->digest));
    out->hits = hits < HITS_MAX ? hits : HITS_MAX;
    out->len = copy->len;
}

bool ocsp_cache_find(ocsp_cache_entry_t *out, unsigned char *der,
                     ocsp_cache_t *c, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;
    uint32_t hits;
    size_t at;

    if (!locate(&at, &copy, der, c, key)) {
        return false;
    }
    hits = ocsp_cache_layout_get_hits(c, at);
    if (hits < HITS_MAX) {
        hits++;
        atomic_fetch_add_explicit(&c->words[ocsp_cache_layout_count(c) + at], 1,
                                  memory_order_relaxed);
    }
    unpack(out, &copy, hits);
    return true;
}

bool ocsp_cache_peek(ocsp_cache_entry_t *out, const ocsp_cache_t *c,
                     ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;
    size_t at;

    if (!locate(&at, &copy, NULL, c, key)) {
        return false;
    }
    unpack(out, &copy, ocsp_cache_layout_get_hits(c, at));
    return true;
}

bool ocsp_cache_next(ocsp_cache_entry_t *out, unsigned char *key,
                     size_t *key_len, const ocsp_cache_t *c, size_t *cursor)
{
    ocsp_cache_slot_copy_t copy;
    size_t i;

    while (*cursor < ocsp_cache_layout_count(c)) {
        i = (*cursor)++;
        if (ocsp_cache_layout_get_tag(c, i) != 0
            && ocsp_cache_layout_read(&copy, NULL, c, i)) {
            memcpy(key, copy.key, copy.key_len);
            *key_len = copy.key_len;
            unpack(out, &copy, ocsp_cache_layout_get_hits(c, i));
            return true;
        }
    }
    return false;
}

void ocsp_cache_get_info(ocsp_cache_info_t *out, const ocsp_cache_t *c)
{
    size_t i;

    out->places = ocsp_cache_layout_count(c);
    out->used = 0;
    for (i = 0; i < ocsp_cache_layout_count(c); i++) {
        out->used += ocsp_cache_layout_get_tag(c, i) != 0;
    }
    out->evicted = atomic_load_explicit(&c->evicted, memory_order_relaxed);
}

/* ------------------------------------------------------------------ writing */

static void pack(ocsp_cache_slot_copy_t *out, ocsp_der_t key,
                 const ocsp_cache_entry_t *entry)
{
    out->meta[OCSP_CACHE_LAYOUT_PRODUCED_AT] = (uint64_t)entry->produced_at;
    out->meta[OCSP_CACHE_LAYOUT_THIS_UPDATE] = (uint64_t)entry->this_update;
    out->meta[OCSP_CACHE_LAYOUT_NEXT_UPDATE] = (uint64_t)entry->next_update;
    out->meta[OCSP_CACHE_LAYOUT_RENEW_AT] = (uint64_t)entry->renew_at;
    memcpy(&out->meta[OCSP_CACHE_LAYOUT_DIGEST], entry->digest,
           sizeof(entry->digest));
    if (key.len > 0) {
        memcpy(out->key, key.data, key.len);
    }
    out->key_len = key.len;
    out->len = entry->len;
}

bool ocsp_cache_put(ocsp_cache_t *c, ocsp_der_t key,
                    const ocsp_cache_entry_t *entry, const unsigned char *der,
                    int64_t now)
{
    ocsp_cache_slot_copy_t copy;
    bool due = false;
    ocsp_cache_home_t home;
    int i;

    if (entry->len > c->response_max || !find_home(&home, c, key)) {
        return false;
    }
    pack(&copy, key, entry);
    for (i = 0; i < PUT_TRIES; i++) {
        ocsp_cache_room_t o = ocsp_cache_room_choose(c, &home, key, now);
        ocsp_cache_slot_word_t *place =
            &c->words[ocsp_cache_layout_index(c, o.at)];
        uint64_t held;

        if (o.cost == OCSP_CACHE_ROOM_BUSY) {
            return false;
        }
        if (o.cost >= OCSP_CACHE_ROOM_KEPT && o.hits > entry->hits && !due
            && !(due = ocsp_cache_room_is_due(c, &home))) {
            return false;
        }
        if (ocsp_cache_slot_take(&held, place, o.sequence, now)) {
            set_tag(c, o.at, home.tag);
            ocsp_cache_layout_set_hits(c, o.at,
                                       entry->hits < HITS_MAX ? entry->hits
                                                              : HITS_MAX);
            if (o.cost >= OCSP_CACHE_ROOM_KEPT) {
                atomic_fetch_add_explicit(&c->evicted, 1, memory_order_relaxed);
            }
            return ocsp_cache_slot_fill(place, held, &copy, der);
        }
    }
    return false;
}

bool ocsp_cache_tell(ocsp_cache_t *c)
{
    return atomic_load_explicit(&c->told, memory_order_relaxed) == 0
        && atomic_exchange_explicit(&c->told, 1, memory_order_relaxed) == 0;
}

void ocsp_cache_drop(ocsp_cache_t *c, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;
    uint64_t sequence;
    ocsp_cache_home_t home;
    size_t i;

    if (!find_home(&home, c, key)) {
        return;
    }
    for (i = home.first; i < home.first + WAYS; i++) {
        ocsp_cache_slot_word_t *place =
            &c->words[ocsp_cache_layout_index(c, i)];

        sequence = ocsp_cache_slot_look(place);
        /* What changes from here on was put after this began. */
        if (ocsp_cache_layout_get_tag(c, i) == home.tag
            && ocsp_cache_layout_read(&copy, NULL, c, i)
            && ocsp_cache_layout_is_key(&copy, key)
            && ocsp_cache_slot_clear(place, sequence)) {
            uint64_t tag = home.tag;

            /* unless another has the place already */
            atomic_compare_exchange_strong(&c->words[i], &tag, 0);
        }
    }
}

bool ocsp_cache_claim_renewal(ocsp_cache_t *c, ocsp_der_t key, int64_t now,
                              int64_t for_s)
{
    ocsp_cache_slot_copy_t copy;
    size_t at;

    return locate(&at, &copy, NULL, c, key)
        && ocsp_cache_slot_claim(&c->words[ocsp_cache_layout_index(c, at)], now,
                                 for_s);
}
