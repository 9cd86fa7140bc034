/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A set-associative cache: the hash of a key names a set of eight slots, of
 * which the entry has one. src/README draws the block of memory.
 *
 * Eviction: an entry without hits is evicted before any with hits, so a stream
 * of keys that are requested once takes up one slot of each set. In a set where
 * all have hits, new entries without are rejected, but for each
 * REJECTED_MAX-th: it replaces the entry with the fewest hits, and the hits of
 * the whole set fade, so that what was requested often long ago gives way to
 * what is now. t/unit/cache_eviction.c holds by simulation what that comes to.
 * Floor 3.
 */
#include "shared/cache.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "shared/cache_slot.h"
#include "shared/siphash.h"

#define CACHE_MAGIC UINT64_C(0x4f43535043414348) /* OCSPCACH */
#define CACHE_LINE 64

/* Slots of a set: their tags share a cache line. */
#define WAYS 8

/* More hits are not counted: that would only move cache lines about. */
#define HITS_MAX 255

/* How often put chooses a slot again that another writer was faster to lock. */
#define PUT_TRIES 3

#define REJECTED_MAX 8
#define FADE_BITS 2

struct ocsp_cache_t {
    uint64_t magic;
    uint32_t version; /* OCSP_CACHE_VERSION */
    uint32_t header_size;
    uint64_t len; /* octets of the block */
    uint64_t response_max;
    uint64_t sets;
    uint64_t slot_words;
    uint64_t seed[2];
    /* These change; the line above does not. */
    alignas(CACHE_LINE) _Atomic uint64_t evicted;
    _Atomic uint64_t rejected;
    _Atomic uint64_t logged; /* that a response is too long */
    /* tags of all slots, 0: empty; their hits; the slots */
    alignas(CACHE_LINE) ocsp_cache_slot_word_t words[];
};

/* An entry up to its hits is the meta of its slot. */
_Static_assert(offsetof(ocsp_cache_entry_t, hits) == 8 * OCSP_CACHE_SLOT_META,
               "an entry fits into the words of a slot");
_Static_assert(OCSP_CACHE_KEY_MAX == OCSP_CACHE_SLOT_KEY_MAX, "keys fit");

#define META_LEN offsetof(ocsp_cache_entry_t, hits)
#define META_NEXT_UPDATE (offsetof(ocsp_cache_entry_t, next_update) / 8)

/* The set of a key. */
typedef struct {
    uint64_t tag; /* of the key, not 0 */
    size_t first; /* slot */
} set_t;

/* --- layout --------------------------------------------------------------- */

ocsp_cache_t *ocsp_cache_init(void *mem, size_t len, size_t response_max,
                              const unsigned char seed[16])
{
    ocsp_cache_t *c = mem;
    size_t room = (len - sizeof(*c)) / sizeof(ocsp_cache_slot_word_t);

    c->len = len;
    c->response_max = response_max;
    memcpy(c->seed, seed, sizeof(c->seed));
    c->slot_words = ocsp_cache_slot_count_words(response_max);
    c->sets = room / (WAYS * (c->slot_words + 2)); /* with tag and hits */
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

static size_t count_slots(const ocsp_cache_t *c)
{
    return (size_t)c->sets * WAYS;
}

/* Which of the words the n-th slot begins with. */
static size_t find_word(const ocsp_cache_t *c, size_t n)
{
    return 2 * count_slots(c) + n * (size_t)c->slot_words;
}

static uint64_t get_tag(const ocsp_cache_t *c, size_t n)
{
    return atomic_load_explicit(&c->words[n], memory_order_acquire);
}

static uint32_t get_hits(const ocsp_cache_t *c, size_t n)
{
    return (uint32_t)atomic_load_explicit(&c->words[count_slots(c) + n],
                                          memory_order_relaxed);
}

static void set_hits(ocsp_cache_t *c, size_t n, uint32_t hits)
{
    atomic_store_explicit(&c->words[count_slots(c) + n], hits,
                          memory_order_relaxed);
}

static uint32_t limit_hits(uint32_t hits)
{
    return hits < HITS_MAX ? hits : HITS_MAX;
}

static bool read_slot(ocsp_cache_slot_copy_t *out, unsigned char *der,
                      const ocsp_cache_t *c, size_t n)
{
    return ocsp_cache_slot_read(out, der, &c->words[find_word(c, n)],
                                (size_t)c->response_max);
}

static bool is_key(const ocsp_cache_slot_copy_t *copy, ocsp_der_t key)
{
    return ocsp_der_equal((ocsp_der_t){copy->key, copy->key_len}, key);
}

/* @return false: the key is too long, or there are no slots */
static bool find_set(set_t *out, const ocsp_cache_t *c, ocsp_der_t key)
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

/* --- reading -------------------------------------------------------------- */

static bool locate(size_t *n, ocsp_cache_slot_copy_t *copy, unsigned char *der,
                   const ocsp_cache_t *c, ocsp_der_t key)
{
    set_t set;
    size_t i;

    if (!find_set(&set, c, key)) {
        return false;
    }
    for (i = set.first; i < set.first + WAYS; i++) {
        if (get_tag(c, i) == set.tag && read_slot(copy, der, c, i)
            && is_key(copy, key)) {
            *n = i;
            return true;
        }
    }
    return false;
}

static void unpack(ocsp_cache_entry_t *out, const ocsp_cache_slot_copy_t *copy,
                   uint32_t hits)
{
    memcpy(out, copy->meta, META_LEN);
    out->hits = limit_hits(hits);
    out->len = copy->len;
}

bool ocsp_cache_find(ocsp_cache_entry_t *out, unsigned char *der,
                     ocsp_cache_t *c, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;
    uint32_t hits;
    size_t n;

    if (!locate(&n, &copy, der, c, key)) {
        return false;
    }
    hits = get_hits(c, n);
    if (der != NULL && hits < HITS_MAX) {
        hits++;
        atomic_fetch_add_explicit(&c->words[count_slots(c) + n], 1,
                                  memory_order_relaxed);
    }
    unpack(out, &copy, hits);
    return true;
}

bool ocsp_cache_next(ocsp_cache_entry_t *out, unsigned char *key,
                     size_t *key_len, const ocsp_cache_t *c, size_t *cursor)
{
    ocsp_cache_slot_copy_t copy;
    size_t n;

    while (*cursor < count_slots(c)) {
        n = (*cursor)++;
        if (get_tag(c, n) != 0 && read_slot(&copy, NULL, c, n)) {
            memcpy(key, copy.key, copy.key_len);
            *key_len = copy.key_len;
            unpack(out, &copy, get_hits(c, n));
            return true;
        }
    }
    return false;
}

apr_uint64_t ocsp_cache_get_evicted(const ocsp_cache_t *c)
{
    return atomic_load_explicit(&c->evicted, memory_order_relaxed);
}

void ocsp_cache_get_info(ocsp_cache_info_t *out, const ocsp_cache_t *c)
{
    size_t n;

    out->places = count_slots(c);
    out->used = 0;
    for (n = 0; n < count_slots(c); n++) {
        out->used += get_tag(c, n) != 0;
    }
    out->evicted = ocsp_cache_get_evicted(c);
}

/* --- choosing a slot ------------------------------------------------------ */

/* The cost of a slot; the cheapest one is chosen. Valid entries add their hits
 * and, among equals, how new they are. */
#define COST_SAME_KEY UINT64_C(0)
#define COST_EMPTY (UINT64_C(1) << 60)
#define COST_EXPIRED (UINT64_C(2) << 60)
#define COST_VALID (UINT64_C(3) << 60)
#define COST_BUSY UINT64_MAX

/* A slot for a new entry. */
typedef struct {
    uint64_t cost;
    uint64_t sequence; /* of the slot when its cost was found */
    uint32_t hits;
    size_t n; /* the slot */
} choice_t;

/* Whether a slot with the key's tag has the key, or cannot be read. */
static bool is_same(const ocsp_cache_t *c, size_t n, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;

    return !read_slot(&copy, NULL, c, n) || is_key(&copy, key);
}

static choice_t find_cost(const ocsp_cache_t *c, size_t n, ocsp_der_t key,
                          uint64_t key_tag, int64_t now)
{
    const ocsp_cache_slot_word_t *slot = &c->words[find_word(c, n)];
    choice_t o = {.sequence = ocsp_cache_slot_get_sequence(slot),
                  .hits = get_hits(c, n),
                  .n = n};
    uint64_t tag = get_tag(c, n);

    if (ocsp_cache_slot_is_busy(o.sequence, now)) {
        o.cost = COST_BUSY;
    }
    else if (tag == 0 || ocsp_cache_slot_is_locked(o.sequence)) {
        o.cost = COST_EMPTY;
    }
    else if (tag == key_tag && is_same(c, n, key)) {
        o.cost = COST_SAME_KEY;
    }
    else if ((int64_t)ocsp_cache_slot_get_meta(slot, META_NEXT_UPDATE) <= now) {
        o.cost = COST_EXPIRED;
    }
    else {
        o.cost = COST_VALID | (uint64_t)(o.hits & 0xffff) << 32
               | (UINT32_MAX - ocsp_cache_slot_get_age(o.sequence, now));
    }
    return o;
}

/* The cheapest slot of a set; a busy one if another writer has this very
 * key. */
static choice_t choose(const ocsp_cache_t *c, const set_t *set, ocsp_der_t key,
                       int64_t now)
{
    choice_t best = {.cost = COST_BUSY};
    size_t i;

    for (i = set->first; i < set->first + WAYS; i++) {
        choice_t o = find_cost(c, i, key, set->tag, now);

        if (o.cost == COST_BUSY && get_tag(c, i) == set->tag) {
            return o;
        }
        if (o.cost < best.cost) {
            best = o;
        }
    }
    return best;
}

/* Whether a new entry may replace one with more hits. If so, the hits of the
 * set fade. */
static bool may_replace_hit(ocsp_cache_t *c, const set_t *set)
{
    size_t i;

    if (atomic_fetch_add_explicit(&c->rejected, 1, memory_order_relaxed)
            % REJECTED_MAX
        != REJECTED_MAX - 1) {
        return false;
    }
    for (i = set->first; i < set->first + WAYS; i++) {
        set_hits(c, i, get_hits(c, i) >> FADE_BITS);
    }
    return true;
}

/* --- writing -------------------------------------------------------------- */

static void pack(ocsp_cache_slot_copy_t *out, ocsp_der_t key,
                 const ocsp_cache_entry_t *entry)
{
    memcpy(out->meta, entry, META_LEN);
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
    bool may_replace = false;
    set_t set;
    int i;

    if (entry->len > c->response_max || !find_set(&set, c, key)) {
        return false;
    }
    pack(&copy, key, entry);
    for (i = 0; i < PUT_TRIES; i++) {
        choice_t o = choose(c, &set, key, now);
        ocsp_cache_slot_word_t *slot = &c->words[find_word(c, o.n)];
        uint64_t lock;

        if (o.cost == COST_BUSY) {
            return false;
        }
        if (o.cost >= COST_VALID && o.hits > entry->hits && !may_replace
            && !(may_replace = may_replace_hit(c, &set))) {
            return false;
        }
        if (ocsp_cache_slot_lock(&lock, slot, o.sequence, now)) {
            atomic_store_explicit(&c->words[o.n], set.tag,
                                  memory_order_release);
            set_hits(c, o.n, limit_hits(entry->hits));
            if (o.cost >= COST_VALID) {
                atomic_fetch_add_explicit(&c->evicted, 1, memory_order_relaxed);
            }
            return ocsp_cache_slot_write(slot, lock, &copy, der);
        }
    }
    return false;
}

bool ocsp_cache_log_too_long(ocsp_cache_t *c, size_t len)
{
    return len > c->response_max
        && atomic_load_explicit(&c->logged, memory_order_relaxed) == 0
        && atomic_exchange_explicit(&c->logged, 1, memory_order_relaxed) == 0;
}

void ocsp_cache_remove(ocsp_cache_t *c, ocsp_der_t key)
{
    ocsp_cache_slot_copy_t copy;
    set_t set;
    size_t i;

    if (!find_set(&set, c, key)) {
        return;
    }
    for (i = set.first; i < set.first + WAYS; i++) {
        ocsp_cache_slot_word_t *slot = &c->words[find_word(c, i)];
        uint64_t sequence = ocsp_cache_slot_get_sequence(slot);
        uint64_t tag = set.tag;

        /* An entry that is put from here on moves the sequence, and stays. */
        if (get_tag(c, i) == tag && read_slot(&copy, NULL, c, i)
            && is_key(&copy, key) && ocsp_cache_slot_clear(slot, sequence)) {
            /* unless another writer has the slot already */
            atomic_compare_exchange_strong(&c->words[i], &tag, 0);
        }
    }
}

bool ocsp_cache_begin_renewal(ocsp_cache_t *c, ocsp_der_t key, int64_t now)
{
    ocsp_cache_slot_copy_t copy;
    size_t n;

    return locate(&n, &copy, NULL, c, key)
        && ocsp_cache_slot_begin_renewal(&c->words[find_word(c, n)], now,
                                         OCSP_CACHE_RENEWAL_S);
}
