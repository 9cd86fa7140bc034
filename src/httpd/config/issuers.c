/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lists of issuers, and a hash table over each that finds an issuer by the key
 * hash in a CertID. Floor 4.
 */
#include "httpd/config/issuers.h"

#include <string.h>

ocsp_issuers_t *ocsp_issuers_make(apr_pool_t *p)
{
    ocsp_issuers_t *list = apr_pcalloc(p, sizeof(*list));

    list->issuers = apr_array_make(p, 2, sizeof(ocsp_issuers_issuer_t *));
    return list;
}

void ocsp_issuers_add(ocsp_issuers_t *list, ocsp_issuers_issuer_t *si)
{
    APR_ARRAY_PUSH(list->issuers, ocsp_issuers_issuer_t *) = si;
}

ocsp_issuers_issuer_t *ocsp_issuers_get(const ocsp_issuers_t *list, int i)
{
    return APR_ARRAY_IDX(list->issuers, i, ocsp_issuers_issuer_t *);
}

const ocsp_issuers_issuer_t *ocsp_issuers_find_ca(const ocsp_issuers_t *list,
                                                  const ocsp_issuer_t *ca)
{
    int i;

    for (i = 0; i < list->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(list, i);

        if (si->loaded.issuer != NULL
            && ocsp_issuer_is_same(si->loaded.issuer, ca)) {
            return si;
        }
    }
    return NULL;
}

/* Cryptographic hashes of the issuers' keys are spread evenly. Hashes in
 * requests may be chosen by an attacker, but they are only looked up. */
static unsigned find_first_slot(const unsigned char *key_hash, unsigned mask)
{
    unsigned first;

    memcpy(&first, key_hash, sizeof(first));
    return first & mask;
}

static void insert(unsigned *slots, unsigned mask,
                   const unsigned char *key_hash, unsigned value)
{
    unsigned i = find_first_slot(key_hash, mask);

    while (slots[i] != 0) {
        i = (i + 1) & mask;
    }
    slots[i] = value;
}

/* Issuers are inserted in the order of the configuration, so that the first of
 * those with the same key is found. */
void ocsp_issuers_freeze(ocsp_issuers_t *list, apr_pool_t *p)
{
    unsigned size = 2;
    unsigned hash;
    int i;

    while (size < 2 * (unsigned)list->issuers->nelts + 1) {
        size *= 2;
    }
    list->mask = size - 1;
    list->unreadable = list->lost;
    for (hash = 0; hash < OCSP_CERTID_HASHES; hash++) {
        list->slots[hash] = apr_pcalloc(p, size * sizeof(unsigned));
    }
    for (i = 0; i < list->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(list, i);

        if (si->loaded.issuer == NULL) {
            list->unreadable = true;
        }
        else if (!si->running.is_duplicate) {
            for (hash = 0; hash < OCSP_CERTID_HASHES; hash++) {
                insert(list->slots[hash], list->mask,
                       si->loaded.issuer->hashes.key[hash], (unsigned)i + 1);
            }
        }
    }
}

const ocsp_issuers_issuer_t *ocsp_issuers_find(const ocsp_issuers_t *list,
                                               const ocsp_certid_t *id)
{
    const unsigned *slots;
    unsigned i;

    if (id->hash >= OCSP_CERTID_HASHES) {
        return NULL;
    }
    slots = list->slots[id->hash];
    for (i = find_first_slot(id->key_hash.data, list->mask); slots[i] != 0;
         i = (i + 1) & list->mask) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(list,
                                                           (int)slots[i] - 1);

        if (ocsp_certid_is_issuer(id, &si->loaded.issuer->hashes)) {
            return si;
        }
    }
    return NULL;
}

bool ocsp_issuers_has_good_unlisted(const ocsp_issuers_t *list)
{
    int i;

    for (i = 0; i < list->issuers->nelts; i++) {
        if (ocsp_issuers_get(list, i)->config.policy.unlisted
            == OCSP_ANSWER_UNLISTED_GOOD) {
            return true;
        }
    }
    return false;
}
