/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See recent.h. Floor 3.
 */
#include "shared/hot_keys.h"

#include <stdatomic.h>
#include <string.h>

#include "shared/buffers.h"

typedef struct {
    atomic_flag taken;     /* by the thread that reads or writes the rest */
    _Atomic uint64_t hash; /* of what is there; read before it is taken */
    const void *whose;
    unsigned form;
    uint64_t epoch; /* 0: nothing is there */
    int64_t second;
    size_t asked_len;
    unsigned char asked[OCSP_HOT_KEYS_ASKED_MAX];
    void *said; /* a buffer's octets, held; NULL: nothing is there */
} entry_t;

struct ocsp_hot_keys_t {
    entry_t entries[OCSP_HOT_KEYS_ENTRIES];
};

ocsp_hot_keys_t *ocsp_hot_keys_make(apr_pool_t *p)
{
    ocsp_hot_keys_t *r = apr_pcalloc(p, sizeof(*r));
    int i;

    for (i = 0; i < OCSP_HOT_KEYS_ENTRIES; i++) {
        atomic_flag_clear(&r->entries[i].taken);
        atomic_init(&r->entries[i].hash, 0);
    }
    return r;
}

/* Of no secret: who chooses requests that meet in one entry gains no more than
 * by as many others. */
static uint64_t compute_hash(const ocsp_hot_keys_key_t *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key->whose ^ (uint64_t)key->form << 32
                  ^ key->asked.len;
    uint64_t word = 0;
    size_t left = key->asked.len;
    const unsigned char *at = key->asked.data;

    while (left > 0) {
        size_t n = left < sizeof(word) ? left : sizeof(word);

        memcpy(&word, at, n);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
        at += n;
        left -= n;
    }
    return hash;
}

static entry_t *get_entry(ocsp_hot_keys_t *r, uint64_t hash)
{
    return &r->entries[hash % OCSP_HOT_KEYS_ENTRIES];
}

static bool take(entry_t *e)
{
    return !atomic_flag_test_and_set_explicit(&e->taken, memory_order_acquire);
}

static void give_back(entry_t *e)
{
    atomic_flag_clear_explicit(&e->taken, memory_order_release);
}

static bool is_of_now(const entry_t *e, const ocsp_hot_keys_key_t *key)
{
    return e->epoch == key->epoch && e->second == key->second;
}

static bool is_same(const entry_t *e, const ocsp_hot_keys_key_t *key)
{
    return is_of_now(e, key) && e->whose == key->whose && e->form == key->form
        && e->asked_len == key->asked.len
        && memcmp(e->asked, key->asked.data, key->asked.len) == 0;
}

const void *ocsp_hot_keys_find(ocsp_hot_keys_t *r,
                               const ocsp_hot_keys_key_t *key, apr_pool_t *p)
{
    void *said = NULL;
    uint64_t hash;
    entry_t *e;

    if (key->epoch == 0 || key->asked.len > OCSP_HOT_KEYS_ASKED_MAX) {
        return NULL;
    }
    hash = compute_hash(key);
    e = get_entry(r, hash);
    if (atomic_load_explicit(&e->hash, memory_order_relaxed) != hash
        || !take(e)) {
        return NULL;
    }
    if (is_same(e, key)) {
        said = e->said;
        ocsp_buffers_hold(said);
    }
    give_back(e);
    if (said != NULL) {
        ocsp_buffers_give(said, p);
    }
    return said;
}

void ocsp_hot_keys_keep(ocsp_hot_keys_t *r, const ocsp_hot_keys_key_t *key,
                        void *said)
{
    uint64_t hash;
    entry_t *e;

    if (key->epoch == 0 || key->asked.len > OCSP_HOT_KEYS_ASKED_MAX) {
        return;
    }
    hash = compute_hash(key);
    e = get_entry(r, hash);
    if (!take(e)) {
        return;
    }
    if (!is_of_now(e, key)) {
        atomic_store_explicit(&e->hash, hash, memory_order_relaxed);
        e->whose = key->whose;
        e->form = key->form;
        e->epoch = key->epoch;
        e->second = key->second;
        e->asked_len = key->asked.len;
        memcpy(e->asked, key->asked.data, key->asked.len);
        if (e->said != NULL) {
            ocsp_buffers_release(e->said);
        }
        ocsp_buffers_hold(said);
        e->said = said;
    }
    give_back(e);
}
