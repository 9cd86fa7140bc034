/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Computes the key of a draft, finds the stored response that may be sent for
 * it, or signs one and stores it. Floor 4.
 */
#include "httpd/request/response_cache.h"

#include <http_main.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "httpd/runtime/runtime.h"

void ocsp_response_cache_begin(ocsp_response_cache_item_t *item, apr_pool_t *p)
{
    unsigned char *key = apr_palloc(p, OCSP_ANSWER_KEY_MAX);

    item->key.data = key;
    item->key.len = ocsp_answer_get_key(key, &item->draft);
    item->room = NULL;
    item->digest = NULL;
    item->due = false;
    item->hits = 0;
}

bool ocsp_response_cache_find(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              apr_pool_t *p)
{
    ocsp_cache_entry_t *entry;
    ocsp_answer_times_t times;

    if (shared->cache == NULL || item->key.len == 0) {
        return false;
    }
    entry = apr_palloc(p, sizeof(*entry));
    if (item->room == NULL) {
        item->room = apr_palloc(p, ocsp_cache_get_response_max(shared->cache));
    }
    if (!ocsp_cache_find(entry, item->room, shared->cache, item->key)) {
        return false;
    }
    item->hits = entry->hits;
    times = (ocsp_answer_times_t){entry->produced_at, entry->this_update,
                                  entry->next_update};
    if (!ocsp_answer_may_reuse(&item->draft, &times)) {
        return false;
    }
    /* a new one that is valid no longer is not worth a signature */
    item->due = entry->renew_at <= item->draft.content.produced_at
             && ocsp_answer_is_better(&item->draft, &times);
    item->digest = entry->digest;
    ocsp_answer_reuse(&item->draft, &times,
                      (ocsp_der_t){item->room, entry->len});
    return true;
}

static void store(ocsp_response_cache_item_t *item, ocsp_cache_t *cache,
                  uint32_t hits, ocsp_cache_entry_t *entry)
{
    const ocsp_answer_t *a = &item->draft.answer;
    ocsp_answer_times_t times = {a->produced_at, a->this_update,
                                 a->next_update};
    uint32_t random = 0;
    bool is_stored;

    /* only how renewals are spread depends on it */
    (void)RAND_bytes((unsigned char *)&random, sizeof(random));
    entry->produced_at = a->produced_at;
    entry->this_update = a->this_update;
    entry->next_update = a->next_update;
    entry->renew_at = ocsp_answer_find_renewal(&times, item->draft.age_s,
                                               random);
    entry->hits = hits;
    entry->len = a->der.len;
    is_stored = ocsp_cache_put(cache, item->key, entry, a->der.data,
                               a->produced_at);
    if (!is_stored && ocsp_cache_log_too_long(cache, entry->len)) {
        /* A signer that was renewed since may have a longer certificate. */
        ocsp_runtime_log_too_long(
            ap_server_conf,
            item->issuer != NULL ? item->issuer->loaded.name : "-", a->der.len,
            "restart httpd gracefully: it makes places for the signers' "
            "certificates of now");
    }
}

void ocsp_response_cache_make(ocsp_response_cache_item_t *item,
                              const ocsp_server_config_shared_t *shared,
                              ocsp_signer_contexts_t *contexts, uint32_t hits,
                              apr_pool_t *p)
{
    const ocsp_answer_t *a = &item->draft.answer;
    ocsp_cache_entry_t *entry;

    ocsp_answer_sign(&item->draft, contexts, p);
    item->due = false;
    item->digest = NULL;
    if (a->status != OCSP_RESPONSE_SUCCESSFUL) {
        return;
    }
    if (shared->counters != NULL) {
        /* any number that differs from thread to thread */
        ocsp_counters_add(shared->counters, (unsigned long)(uintptr_t)p / 4096,
                          OCSP_COUNTER_SIGNATURE, 1);
    }
    if (item->key.len == 0) {
        return;
    }
    entry = apr_palloc(p, sizeof(*entry));
    if (EVP_Digest(a->der.data, a->der.len, entry->digest, NULL, EVP_sha256(),
                   NULL)
        != 1) {
        return;
    }
    item->digest = entry->digest;
    if (shared->cache != NULL) {
        store(item, shared->cache, hits, entry);
    }
}

bool ocsp_response_cache_renew(ocsp_response_cache_item_t *item,
                               const ocsp_server_config_shared_t *shared,
                               ocsp_signer_contexts_t *contexts, uint32_t hits,
                               apr_pool_t *p)
{
    if (!ocsp_cache_begin_renewal(shared->cache, item->key,
                                  item->draft.content.produced_at)) {
        return false;
    }
    ocsp_response_cache_make(item, shared, contexts, hits / 2, p);
    return true;
}
