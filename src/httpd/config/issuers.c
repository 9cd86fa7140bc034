/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See scope.h. Floor 4.
 */
#include "httpd/config/issuers.h"

#include <string.h>

ocsp_issuers_t *ocsp_issuers_make(apr_pool_t *p)
{
    ocsp_issuers_t *scope = apr_pcalloc(p, sizeof(*scope));

    scope->issuers = apr_array_make(p, 2, sizeof(ocsp_issuers_issuer_t *));
    return scope;
}

void ocsp_issuers_add(ocsp_issuers_t *scope, ocsp_issuers_issuer_t *si)
{
    APR_ARRAY_PUSH(scope->issuers, ocsp_issuers_issuer_t *) = si;
}

ocsp_issuers_issuer_t *ocsp_issuers_get(const ocsp_issuers_t *scope, int i)
{
    return APR_ARRAY_IDX(scope->issuers, i, ocsp_issuers_issuer_t *);
}

const ocsp_issuers_issuer_t *ocsp_issuers_find_ca(const ocsp_issuers_t *scope,
                                                  const ocsp_issuer_t *ca)
{
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->loaded.issuer != NULL
            && ocsp_issuer_is_same(si->loaded.issuer, ca)) {
            return si;
        }
    }
    return NULL;
}

/* A hash is evenly spread by itself, whoever chose it: where strangers' lead
 * matters no more than where they end, in a free place soon. */
static unsigned find_home(const unsigned char *key_hash, unsigned mask)
{
    unsigned home;

    memcpy(&home, key_hash, sizeof(home));
    return home & mask;
}

static void enter(unsigned *slots, unsigned mask, const unsigned char *key_hash,
                  unsigned value)
{
    unsigned i = find_home(key_hash, mask);

    while (slots[i] != 0) {
        i = (i + 1) & mask;
    }
    slots[i] = value;
}

/* In the order of the configuration, so that of twins the first is found. */
void ocsp_issuers_freeze(ocsp_issuers_t *scope, apr_pool_t *p)
{
    unsigned size = 2;
    unsigned hash;
    int i;

    while (size < 2 * (unsigned)scope->issuers->nelts + 1) {
        size *= 2;
    }
    scope->mask = size - 1;
    scope->unreadable = scope->lost;
    for (hash = 0; hash < OCSP_CERTID_HASHES; hash++) {
        scope->slots[hash] = apr_pcalloc(p, size * sizeof(unsigned));
    }
    for (i = 0; i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->loaded.issuer == NULL) {
            scope->unreadable = true;
        }
        else if (!si->running.is_duplicate) {
            for (hash = 0; hash < OCSP_CERTID_HASHES; hash++) {
                enter(scope->slots[hash], scope->mask,
                      ocsp_issuer_get0_hashes(si->loaded.issuer)->key[hash],
                      (unsigned)i + 1);
            }
        }
    }
}

const ocsp_issuers_issuer_t *ocsp_issuers_find(const ocsp_issuers_t *scope,
                                               const ocsp_certid_t *id)
{
    const unsigned *slots;
    unsigned i;

    if (id->hash >= OCSP_CERTID_HASHES) {
        return NULL;
    }
    slots = scope->slots[id->hash];
    for (i = find_home(id->key_hash.data, scope->mask); slots[i] != 0;
         i = (i + 1) & scope->mask) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope,
                                                           (int)slots[i] - 1);

        if (ocsp_certid_is_issuer(id,
                                  ocsp_issuer_get0_hashes(si->loaded.issuer))) {
            return si;
        }
    }
    return NULL;
}

static bool is_good_unlisted(const ocsp_issuers_issuer_t *si)
{
    return si->config.policy.unlisted == OCSP_ANSWER_UNLISTED_GOOD
        || (si->config.policy.unlisted == OCSP_ANSWER_UNLISTED_AUTO
            && !ocsp_issuer_config_names_issuance(si->config.level));
}

bool ocsp_issuers_has_good_unlisted(const ocsp_issuers_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        if (is_good_unlisted(ocsp_issuers_get(scope, i))) {
            return true;
        }
    }
    return false;
}
