/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See commons.h. Floor 4.
 */
#include "httpd/runtime/runtime.h"

#include <apr_strings.h>
#include <openssl/rand.h>

#include "httpd/log.h"

/* A CertID of SHA-512 with a serial number of 20 octets. */
#define CERTID_LEN 176

/* A renewed certificate may be longer, and does not need a new cache for that.
 */
#define RESPONSE_SLACK 192

/* Of a signer that is not there yet nobody knows: a delegate's certificate for
 * RSA-4096, by a CA of RSA-4096. */
#define RESPONSE_UNKNOWN 2560

/* How many places there are at least in a cache of the size that is advised. */
#define PLACES_ADVISED 1024

#define CACHE "cache"

/* A response, and whose it is. */
typedef struct {
    size_t octets;
    const char *whose;
} longest_t;

static void note_longer(longest_t *longest, size_t octets, const char *whose)
{
    if (octets > longest->octets) {
        *longest = (longest_t){octets, whose};
    }
}

static void find_longest(longest_t *longest, const ocsp_issuers_t *scope)
{
    size_t j;
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->signers.count == 0) {
            note_longer(longest, RESPONSE_UNKNOWN, si->name);
        }
        for (j = 0; j < si->signers.count; j++) {
            note_longer(longest,
                        ocsp_response_template_get_max(si->signers.templs[j],
                                                       CERTID_LEN),
                        si->name);
        }
    }
}

/* The longest response that anyone here signs about one certificate. */
static longest_t find_response_max(const server_rec *s)
{
    longest_t longest = {0, NULL};

    for (; s != NULL; s = ocsp_server_config_get_next(s)) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        find_longest(&longest, conf->own);
        if (conf->inherited != NULL) {
            find_longest(&longest, conf->inherited);
        }
    }
    return longest;
}

/* One that was kept goes on as long as all responses fit into its places. */
static ocsp_cache_t *open_cache(ocsp_retained_t *keep, size_t size,
                                size_t response_max)
{
    unsigned char seed[16];
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, keep, CACHE, size,
                                          OCSP_CACHE_VERSION);

    if (mem != NULL && !fresh
        && !ocsp_cache_is_compatible(mem, size, response_max)) {
        ocsp_retained_drop_memory(keep, CACHE);
        mem = ocsp_retained_open_memory(&fresh, keep, CACHE, size,
                                        OCSP_CACHE_VERSION);
    }
    if (mem == NULL || (fresh && RAND_bytes(seed, sizeof(seed)) != 1)) {
        ocsp_retained_drop_memory(keep, CACHE);
        return NULL;
    }
    return fresh
             ? ocsp_cache_init(mem, size, response_max + RESPONSE_SLACK, seed)
             : mem;
}

void ocsp_runtime_say_too_long(const server_rec *s, const char *whose,
                               size_t octets, const char *remedy)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OCSP242: %s: its responses have up to %" APR_SIZE_T_FMT
                 " octets, for which OCSPCacheSize has no place: they are "
                 "signed whenever they are asked for; %s",
                 whose, octets, remedy);
}

/* Where places are so large that there is none. */
static void check_places(const ocsp_cache_t *cache, const longest_t *longest,
                         const server_rec *base)
{
    ocsp_cache_info_t info;

    ocsp_cache_get_info(&info, cache);
    if (info.places == 0) {
        size_t octets = longest->octets * PLACES_ADVISED;

        ocsp_runtime_say_too_long(base, longest->whose, longest->octets,
                                  apr_psprintf(base->process->pconf,
                                               "OCSPCacheSize %" APR_SIZE_T_FMT
                                               "m has places",
                                               octets / (1024 * 1024) + 1));
    }
}

static ocsp_counters_t *open_counters(ocsp_retained_t *keep)
{
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, keep, "counters",
                                          ocsp_counters_size(),
                                          OCSP_COUNTERS_VERSION);

    return mem != NULL ? ocsp_counters_init(mem) : NULL;
}

static ocsp_sign_slots_t *open_sign_slots(ocsp_retained_t *keep)
{
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, keep, "sign_slots",
                                          ocsp_sign_slots_size(),
                                          OCSP_SIGN_SLOTS_VERSION);

    return fresh && mem != NULL ? ocsp_sign_slots_init(mem) : mem;
}

void ocsp_runtime_open(ocsp_server_config_shared_t *shared,
                       ocsp_retained_t *keep, server_rec *base)
{
    size_t size = ocsp_server_config_get_cache_size(
        ocsp_server_config_get(base));
    longest_t longest = find_response_max(base);

    shared->counters = open_counters(keep);
    shared->sign_slots = open_sign_slots(keep);
    if (shared->counters == NULL || shared->sign_slots == NULL) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, base,
                     "OCSP243: no shared memory for server-status's counters "
                     "or for OCSPSignLimit: there are no counters, or any "
                     "number sign at once; give this machine or its container "
                     "more memory");
    }
    shared->cache = NULL;
    if (size == 0) {
        ocsp_retained_drop_memory(keep, CACHE);
        return;
    }
    if (longest.octets != 0) {
        shared->cache = open_cache(keep, size, longest.octets);
    }
    if (shared->cache != NULL) {
        check_places(shared->cache, &longest, base);
    }
    else if (longest.octets != 0) {
        ap_log_error(
            APLOG_MARK, APLOG_ERR, 0, base,
            "OCSP239: no shared memory for OCSPCacheSize: every answer "
            "is signed when it is asked for; give this machine or its "
            "container more memory, or set a smaller OCSPCacheSize");
    }
}
