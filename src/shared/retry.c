/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered between checks: a hash table with linear probing. Entries
 * of configurations that are over are free; no other is ever removed. Floor 3.
 */
#include "shared/retry.h"

#include <string.h>

#include "shared/siphash.h"

/* Entries: three for each of 4096 tables (itself, its age, its signers), and
 * several for each virtual host with settings of its own. */
#define ENTRIES 32768u

/* Entries that are tried for one subject. */
#define PROBES 64u

/* From one death of a loader to the next try, in seconds. */
#define PAUSES 5
static const int64_t pauses_s[PAUSES] = {0, 10, 60, 600, 3600};

struct ocsp_retries_t {
    ocsp_retry_t overflow;
    ocsp_retry_t entries[ENTRIES];
};

/* Subjects are the operator's file names: no seed need be secret. */
static uint64_t hash(uint64_t seed, const void *data, size_t len)
{
    const uint64_t seeds[2] = {seed, 0};

    return ocsp_siphash_compute(seeds, data, len);
}

size_t ocsp_retries_size(void)
{
    return sizeof(ocsp_retries_t);
}

ocsp_retry_t *ocsp_retries_get(ocsp_retries_t *r, uint32_t configuration,
                               const void *subject, size_t len)
{
    uint64_t name = hash(configuration, subject, len);
    ocsp_retry_t *free_one = &r->overflow;
    unsigned i;

    for (i = 0; i < PROBES; i++) {
        ocsp_retry_t *one = &r->entries[(name + i) % ENTRIES];

        if (one->configuration == configuration && one->name == name) {
            return one;
        }
        if (free_one == &r->overflow && one->configuration != configuration) {
            free_one = one;
        }
        if (one->configuration == 0) {
            break;
        }
    }
    memset(free_one, 0, sizeof(*free_one));
    free_one->name = name;
    free_one->configuration = configuration;
    return free_one;
}

const ocsp_retry_t *ocsp_retries_find(const ocsp_retries_t *r,
                                      uint32_t configuration,
                                      const void *subject, size_t len)
{
    uint64_t name = hash(configuration, subject, len);
    unsigned i;

    for (i = 0; i < PROBES; i++) {
        const ocsp_retry_t *one = &r->entries[(name + i) % ENTRIES];

        if (one->configuration == configuration && one->name == name) {
            return one;
        }
    }
    return NULL;
}

uint64_t ocsp_retry_hash_text(const char *text)
{
    return text != NULL ? hash(1, text, strlen(text)) | 1 : 0;
}

void ocsp_retry_count_death(ocsp_retry_t *one, int64_t now)
{
    one->deaths++;
    one->died = now;
}

bool ocsp_retry_is_pausing(const ocsp_retry_t *one, int64_t now)
{
    int64_t pause_s;

    if (one->deaths == 0) {
        return false;
    }
    pause_s = pauses_s[one->deaths < PAUSES ? one->deaths - 1 : PAUSES - 1];
    /* a clock that was put back must not make the pause long */
    return now >= one->died && now < one->died + pause_s;
}

bool ocsp_retry_may_log(_Atomic int64_t *logged, int64_t now, int64_t every_s)
{
    int64_t last = atomic_load_explicit(logged, memory_order_relaxed);

    /* a clock that went back must not silence it for long */
    return (last > now || last <= now - every_s)
        && atomic_compare_exchange_strong(logged, &last, now);
}
