/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens the memory that all processes share, besides the tables': the response
 * cache, the counters and the slots of signers. Floor 4.
 */
#include "httpd/runtime/runtime.h"

#include <apr_strings.h>
#include <openssl/rand.h>

#include "httpd/log.h"

/* Octets of a CertID of SHA-512 with a serial number of 20 octets. */
#define CERTID_LEN 176

/* A renewed certificate may be longer, and does not need a new cache for that.
 */
#define RESPONSE_SLACK 192

/* Of a signer that is not there yet, at most: a delegate's certificate for
 * RSA-4096, by a CA of RSA-4096. */
#define RESPONSE_UNKNOWN 2560

/* Places in a cache of the size that is advised, at least. */
#define PLACES_ADVISED 1024

#define CACHE "cache"

/* A response about one certificate, and its issuer. */
typedef struct {
    size_t octets;
    const char *issuer;
} longest_t;

static void find_longest(longest_t *longest, const ocsp_issuers_t *scope)
{
    size_t j;
    int i;

    for (i = 0; scope != NULL && i < scope->issuers->nelts; i++) {
        const ocsp_issuers_loaded_t *si = &ocsp_issuers_get(scope, i)->loaded;
        size_t octets = si->signers.count == 0 ? RESPONSE_UNKNOWN : 0;

        for (j = 0; j < si->signers.count; j++) {
            size_t max = ocsp_response_template_get_max(si->signers.templs[j],
                                                        CERTID_LEN);

            octets = max > octets ? max : octets;
        }
        if (octets > longest->octets) {
            *longest = (longest_t){octets, si->name};
        }
    }
}

/* A retained cache is used as long as all responses fit into its places. */
static ocsp_cache_t *open_cache(ocsp_retained_t *retained, size_t size,
                                size_t response_max)
{
    unsigned char seed[16];
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, retained, CACHE, size,
                                          OCSP_CACHE_VERSION);

    if (mem != NULL && !fresh
        && !ocsp_cache_is_compatible(mem, size, response_max)) {
        ocsp_retained_drop_memory(retained, CACHE);
        mem = ocsp_retained_open_memory(&fresh, retained, CACHE, size,
                                        OCSP_CACHE_VERSION);
    }
    if (mem == NULL || (fresh && RAND_bytes(seed, sizeof(seed)) != 1)) {
        ocsp_retained_drop_memory(retained, CACHE);
        return NULL;
    }
    return fresh
             ? ocsp_cache_init(mem, size, response_max + RESPONSE_SLACK, seed)
             : mem;
}

void ocsp_runtime_log_too_long(const server_rec *s, const char *issuer,
                               size_t octets, const char *remedy)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OCSP242: %s: its responses have up to %" APR_SIZE_T_FMT
                 " octets, more than an entry of the response cache holds, so "
                 "each is signed on request; %s",
                 issuer, octets, remedy);
}

/* Log a cache that is too small for a single place. */
static void check_places(const ocsp_cache_t *cache, const longest_t *longest,
                         const server_rec *base)
{
    ocsp_cache_info_t info;

    ocsp_cache_get_info(&info, cache);
    if (info.places == 0) {
        size_t octets = longest->octets * PLACES_ADVISED;

        ocsp_runtime_log_too_long(base, longest->issuer, longest->octets,
                                  apr_psprintf(base->process->pconf,
                                               "set OCSPCacheSize to at least "
                                               "%" APR_SIZE_T_FMT "m",
                                               octets / (1024 * 1024) + 1));
    }
}

static void log_no_memory(const server_rec *base, const char *effect)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, base,
                 "OCSP243: no shared memory for %s; give this machine or its "
                 "container more memory",
                 effect);
}

static void open_counters(ocsp_server_config_shared_t *shared,
                          ocsp_retained_t *retained, const server_rec *base)
{
    bool fresh;
    void *mem = ocsp_retained_open_memory(&fresh, retained, "counters",
                                          ocsp_counters_size(),
                                          OCSP_COUNTERS_VERSION);

    shared->counters = mem != NULL ? ocsp_counters_init(mem) : NULL;
    mem = ocsp_retained_open_memory(&fresh, retained, "sign_slots",
                                    ocsp_sign_slots_size(),
                                    OCSP_SIGN_SLOTS_VERSION);
    shared->sign_slots = fresh && mem != NULL ? ocsp_sign_slots_init(mem) : mem;
    if (shared->counters == NULL) {
        log_no_memory(base, "the counters of server-status, which are not "
                            "shown");
    }
    if (shared->sign_slots == NULL) {
        log_no_memory(base, "OCSPSignLimit, which therefore has no effect");
    }
}

void ocsp_runtime_open(ocsp_server_config_shared_t *shared,
                       ocsp_retained_t *retained, const server_rec *base)
{
    size_t size = (size_t)ocsp_server_config_get(base)->cache_size;
    longest_t longest = {0, NULL};
    const server_rec *s;

    open_counters(shared, retained, base);
    shared->cache = NULL;
    if (size == 0) {
        ocsp_retained_drop_memory(retained, CACHE);
        return;
    }
    for (s = base; s != NULL; s = ocsp_server_config_get_next(s)) {
        find_longest(&longest, ocsp_server_config_get(s)->own);
        find_longest(&longest, ocsp_server_config_get(s)->inherited);
    }
    if (longest.octets == 0) {
        return;
    }
    shared->cache = open_cache(retained, size, longest.octets);
    if (shared->cache != NULL) {
        check_places(shared->cache, &longest, base);
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, base,
                 "OCSP239: no shared memory for OCSPCacheSize: every response "
                 "is signed on request; give this machine or its container "
                 "more memory, or set a smaller OCSPCacheSize");
}
