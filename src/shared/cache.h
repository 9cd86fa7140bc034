/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The response cache: signed responses in one block of shared memory, which
 * outlives graceful restarts. Readers take no lock and never get parts of two
 * responses. A writer that dies leaves a slot that no reader uses and that the
 * next writer takes over. An entry is found by all octets of its key; the
 * meaning of a key is the caller's. Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_H
#define OCSP_SHARED_CACHE_H

#include <apr.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/der.h"

/** Incremented with every change of the layout. */
#define OCSP_CACHE_VERSION 3

/** The longest key, in octets. */
#define OCSP_CACHE_KEY_MAX 256

/** Octets of the digest that is stored with a response. */
#define OCSP_CACHE_DIGEST_LEN 32

/** The least memory that has room for entries, in octets. */
#define OCSP_CACHE_SIZE_MIN ((size_t)256 * 1024)

/** For how long a renewal that was begun keeps others from renewing the same
 * entry, in seconds. */
#define OCSP_CACHE_RENEWAL_S 10

/** The cache as one process sees it; there is no other handle. */
typedef struct ocsp_cache_t ocsp_cache_t;

/** An entry, without its key and response. Times are in seconds since 1970. */
typedef struct {
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;
    int64_t renew_at; /* from when on it is to be renewed */
    unsigned char digest[OCSP_CACHE_DIGEST_LEN]; /* SHA-256 of the response */
    uint32_t hits; /* how often it was found since it was put, up to 255 */
    size_t len;    /* octets of the response */
} ocsp_cache_entry_t;

/** For server-status. */
typedef struct {
    apr_uint64_t places;  /* slots, each for one entry */
    apr_uint64_t used;    /* slots with an entry, whether expired or not */
    apr_uint64_t evicted; /* valid entries that were replaced by others */
} ocsp_cache_info_t;

/**
 * Initialize a cache.
 * @param mem zeros, aligned to a page; the cache is in it
 * @param len octets, OCSP_CACHE_SIZE_MIN or more
 * @param response_max octets of the longest response; longer ones are not
 *        stored (none is if there is no room for eight of this length)
 * @param seed secret, so that clients cannot choose which entries share a set
 * Startup only.
 */
ocsp_cache_t *ocsp_cache_init(void *mem, size_t len, size_t response_max,
                              const unsigned char seed[16]);

/**
 * @return whether memory that was kept over a restart is a cache of this
 *         version and length that takes responses of response_max octets.
 *         Startup only.
 */
bool ocsp_cache_is_compatible(const void *mem, size_t len, size_t response_max);

/**
 * Find an entry.
 * @param der room for the response, ocsp_cache_get_response_max octets; the hit
 *        is counted. NULL: the response is not copied and no hit is counted
 * @return false: there is none; out and der are undefined. Any thread: takes no
 *         lock, allocates nothing.
 */
bool ocsp_cache_find(ocsp_cache_entry_t *out, unsigned char *der,
                     ocsp_cache_t *c, ocsp_der_t key);

/** Octets of the longest response. Pure. */
size_t ocsp_cache_get_response_max(const ocsp_cache_t *c);

/**
 * Store a response; it replaces the one of the same key. Without a free slot an
 * expired entry is evicted, else the one with the fewest hits. An entry with
 * fewer hits than all others is stored only if enough before it were rejected.
 * @param entry len and digest are the response's; hits is the initial count
 * @param now seconds since 1970
 * @return false: not stored, because it is too long, its slot is being written,
 *         or all others have more hits. Any thread.
 */
bool ocsp_cache_put(ocsp_cache_t *c, ocsp_der_t key,
                    const ocsp_cache_entry_t *entry, const unsigned char *der,
                    int64_t now);

/** @return whether the caller is to log that a response of len octets is too
 *          long for the cache: once for each cache. Any thread. */
bool ocsp_cache_log_too_long(ocsp_cache_t *c, size_t len);

/** Remove an entry. Any thread. */
void ocsp_cache_remove(ocsp_cache_t *c, ocsp_der_t key);

/**
 * Begin to renew an entry: others get false until it is put, or for
 * OCSP_CACHE_RENEWAL_S, since the caller may die.
 * @return false: another one has begun, or there is no such entry. Any thread.
 */
bool ocsp_cache_begin_renewal(ocsp_cache_t *c, ocsp_der_t key, int64_t now);

/**
 * Get the next entry of a walk over all; those that are put or removed during
 * the walk may be missed.
 * @param cursor 0 at first
 * @param key room for OCSP_CACHE_KEY_MAX octets, of which key_len are used
 * @return false: there are no more. Any thread.
 */
bool ocsp_cache_next(ocsp_cache_entry_t *out, unsigned char *key,
                     size_t *key_len, const ocsp_cache_t *c, size_t *cursor);

/** How many valid entries were replaced by others. Any thread. */
apr_uint64_t ocsp_cache_get_evicted(const ocsp_cache_t *c);

/** For server-status: counts the slots in use. Any thread. */
void ocsp_cache_get_info(ocsp_cache_info_t *out, const ocsp_cache_t *c);

#endif
