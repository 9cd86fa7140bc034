/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks a CertID up, and finds, signs and stores the response to it. Floor 4.
 */
#include "httpd/request/response_cache.h"

#include <http_main.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "httpd/runtime/runtime.h"
#include "httpd/signers/signer_reload.h"

/* A server's own issuers override those that it inherits. So if one of its own
 * has a certificate that cannot be read, that one may be meant, even where an
 * inherited issuer would match.
 * @param knowledge set where no issuer is found */
static const ocsp_issuers_issuer_t *find_issuer(
    ocsp_answer_knowledge_t *knowledge, const ocsp_server_config_t *conf,
    const ocsp_certid_t *id)
{
    const ocsp_issuers_issuer_t *si = ocsp_issuers_find(conf->own, id);
    bool unreadable = conf->own->unreadable;

    if (si == NULL && !unreadable && conf->inherited != NULL) {
        si = ocsp_issuers_find(conf->inherited, id);
        unreadable = conf->inherited->unreadable;
    }
    *knowledge = unreadable ? OCSP_ANSWER_UNREADABLE : OCSP_ANSWER_FOREIGN;
    return si;
}

void ocsp_response_cache_look_up(ocsp_answer_subject_t *subject,
                                 const ocsp_issuers_issuer_t **out,
                                 const ocsp_server_config_t *conf,
                                 const ocsp_certid_t *id)
{
    const ocsp_issuers_issuer_t *si;

    memset(subject, 0, sizeof(*subject));
    subject->certid = id->der;
    *out = si = find_issuer(&subject->knowledge, conf, id);
    if (si == NULL) {
        return;
    }
    subject->signers = ocsp_signer_reload_get_signers(si);
    subject->policy = &si->config.policy;
    subject->knowledge = OCSP_ANSWER_NO_TABLE;
    if (si->running.has_slot
        && ocsp_arena_lookup(&subject->record, conf->shared.arena,
                             si->running.slot, si->running.id, id->serial.data,
                             id->serial.len)
               == APR_SUCCESS) {
        subject->knowledge = OCSP_ANSWER_RECORD;
    }
}

void ocsp_response_cache_begin(ocsp_response_cache_item_t *item, apr_pool_t *p)
{
    unsigned char *key = apr_palloc(p, OCSP_ANSWER_KEY_MAX);

    item->key.data = key;
    item->key.len = ocsp_answer_get_key(key, &item->draft);
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
    unsigned char *der;

    if (shared->cache == NULL || item->key.len == 0) {
        return false;
    }
    entry = apr_palloc(p, sizeof(*entry));
    der = apr_palloc(p, ocsp_cache_get_response_max(shared->cache));
    if (!ocsp_cache_find(entry, der, shared->cache, item->key)) {
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
    ocsp_answer_reuse(&item->draft, &times, (ocsp_der_t){der, entry->len});
    return true;
}

/* The cache was laid out for the signers of the start; one that was renewed
 * since may have a longer certificate. */
static void log_too_long(const ocsp_response_cache_item_t *item)
{
    ocsp_der_t der = ocsp_answer_get_certid(item->key);
    const ocsp_issuers_issuer_t *si = NULL;
    ocsp_answer_knowledge_t knowledge;
    ocsp_certid_t id;
    server_rec *s;

    if (ocsp_certid_parse(&id, &der)) {
        for (s = ap_server_conf; s != NULL && si == NULL; s = s->next) {
            si = find_issuer(&knowledge, ocsp_server_config_get(s), &id);
        }
    }
    ocsp_runtime_log_too_long(ap_server_conf,
                              si != NULL ? si->loaded.name : "-",
                              item->draft.answer.der.len,
                              "restart httpd gracefully, which makes the "
                              "entries longer");
}

static void store(ocsp_response_cache_item_t *item, ocsp_cache_t *cache,
                  uint32_t hits, ocsp_cache_entry_t *entry)
{
    const ocsp_answer_t *a = &item->draft.answer;
    ocsp_answer_times_t times = {a->produced_at, a->this_update,
                                 a->next_update};
    uint32_t random = 0;

    /* only how renewals are spread depends on it */
    (void)RAND_bytes((unsigned char *)&random, sizeof(random));
    entry->produced_at = a->produced_at;
    entry->this_update = a->this_update;
    entry->next_update = a->next_update;
    entry->renew_at = ocsp_answer_find_renewal(&times, item->draft.age_s,
                                               random);
    entry->hits = hits;
    entry->len = a->der.len;
    (void)ocsp_cache_put(cache, item->key, entry, a->der.data, a->produced_at);
    if (entry->len > ocsp_cache_get_response_max(cache)
        && ocsp_cache_log_too_long(cache)) {
        log_too_long(item);
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
