/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A small table with an entry for each hash of a request. A thread that finds
 * an entry in use by another does without it. Floor 4.
 */
#include "httpd/request/hot_responses.h"

#include <apr_strings.h>
#include <stdatomic.h>
#include <string.h>

#include "httpd/log.h"

/* Clients that vary their requests replace no more than these. */
#define ENTRIES 32

/* The longest request, and the longest response, in octets. */
#define REQUEST_MAX 256
#define RESPONSE_MAX 4096

typedef struct {
    atomic_flag in_use; /* by the thread that reads or writes the rest */
    _Atomic uint64_t hash;
    ocsp_hot_responses_key_t key; /* its bytes are in request; epoch 0: free */
    ocsp_hot_responses_response_t response; /* likewise der in der */
    unsigned char request[REQUEST_MAX];
    unsigned char der[RESPONSE_MAX];
} entry_t;

struct ocsp_hot_responses_t {
    entry_t entries[ENTRIES];
};

ocsp_hot_responses_t *ocsp_hot_responses_make(
    const ocsp_server_config_shared_t *shared, apr_pool_t *pconf)
{
    ocsp_hot_responses_t *hot;
    int i;

    if (shared->cache == NULL || shared->arena == NULL) {
        return NULL;
    }
    hot = apr_pcalloc(pconf, sizeof(*hot));
    for (i = 0; i < ENTRIES; i++) {
        atomic_flag_clear(&hot->entries[i].in_use);
    }
    return hot;
}

void ocsp_hot_responses_make_key(ocsp_hot_responses_key_t *key,
                                 const request_rec *r,
                                 const ocsp_server_config_t *conf,
                                 ocsp_der_t body)
{
    key->conf = conf;
    key->method = r->method_number;
    key->bytes = r->method_number == M_POST
                   ? body
                   : (ocsp_der_t){(const unsigned char *)r->unparsed_uri,
                                  strlen(r->unparsed_uri)};
    key->second = (int64_t)apr_time_sec(apr_time_now());
    key->epoch = conf->shared.hot_responses != NULL
                      && key->bytes.len <= REQUEST_MAX
                   ? ocsp_arena_get_epoch(conf->shared.arena)
                   : 0;
}

/* A client that chooses requests with the hash of others gains no more than by
 * sending many: no secret is needed. */
static uint64_t compute_hash(const ocsp_hot_responses_key_t *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key->conf
                  ^ (uint64_t)(unsigned)key->method << 32 ^ key->bytes.len;
    size_t left = key->bytes.len, n;
    const unsigned char *at = key->bytes.data;
    uint64_t word = 0;

    for (; left > 0; at += n, left -= n) {
        n = left < sizeof(word) ? left : sizeof(word);
        memcpy(&word, at, n);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* @return the entry for a hash, for the caller alone; NULL: it is in use */
static entry_t *get_entry(ocsp_hot_responses_t *hot, uint64_t hash)
{
    entry_t *e = &hot->entries[hash % ENTRIES];

    return atomic_flag_test_and_set_explicit(&e->in_use, memory_order_acquire)
             ? NULL
             : e;
}

static void release(entry_t *e)
{
    atomic_flag_clear_explicit(&e->in_use, memory_order_release);
}

static bool is_current(const entry_t *e, const ocsp_hot_responses_key_t *key)
{
    return e->key.epoch == key->epoch && e->key.second == key->second;
}

bool ocsp_hot_responses_find(ocsp_hot_responses_response_t *out, request_rec *r,
                             const ocsp_hot_responses_key_t *key)
{
    ocsp_hot_responses_t *hot = key->conf->shared.hot_responses;
    bool found = false;
    uint64_t hash;
    entry_t *e;

    if (key->epoch == 0
        || APLOGrtrace1(r)) { /* trace1 logs what is looked up */
        return false;
    }
    hash = compute_hash(key);
    if (atomic_load_explicit(&hot->entries[hash % ENTRIES].hash,
                             memory_order_relaxed)
            != hash
        || (e = get_entry(hot, hash)) == NULL) {
        return false;
    }
    /* The Date of a request that came before is older than Last-Modified. */
    if (is_current(e, key) && e->key.conf == key->conf
        && e->key.method == key->method
        && ocsp_der_equal(e->key.bytes, key->bytes)
        && e->response.headers.modified
               <= (int64_t)apr_time_sec(r->request_time)) {
        *out = e->response;
        out->answer.der.data = apr_pmemdup(r->pool, e->der,
                                           e->response.answer.der.len);
        found = true;
    }
    release(e);
    return found;
}

void ocsp_hot_responses_store(const ocsp_hot_responses_key_t *key, int64_t now,
                              const ocsp_hot_responses_response_t *response)
{
    ocsp_der_t der = response->answer.der;
    uint64_t hash;
    entry_t *e;

    if (key->epoch == 0 || now != key->second || !response->headers.cacheable
        || response->headers.modified != response->answer.produced_at
        || der.len > RESPONSE_MAX) {
        return;
    }
    hash = compute_hash(key);
    e = get_entry(key->conf->shared.hot_responses, hash);
    if (e == NULL) {
        return;
    }
    if (!is_current(e, key)) { /* the first one of a second stays */
        atomic_store_explicit(&e->hash, hash, memory_order_relaxed);
        e->key = *key;
        e->key.bytes.data = memcpy(e->request, key->bytes.data, key->bytes.len);
        e->response = *response;
        e->response.answer.der.data = memcpy(e->der, der.data, der.len);
        e->response.answer.signer = NULL; /* it may be freed before */
    }
    release(e);
}
