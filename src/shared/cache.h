/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signed responses that all processes share, in one block of shared memory that
 * outlives graceful restarts. Readers take no lock and never see half of one
 * response and half of another; a writer that dies in the middle leaves a place
 * that nobody reads and that the next takes over. Entries are found by all the
 * octets of a key; what the key means is for the caller. Floor 3.
 */
#ifndef OCSP_SHARED_CACHE_H
#define OCSP_SHARED_CACHE_H

#include <apr.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/der.h"

/** Grows with every change of the layout. */
#define OCSP_CACHE_VERSION 3

/** The longest key, in octets. */
#define OCSP_CACHE_KEY_MAX 256

/** Octets of the digest that is kept beside a response. */
#define OCSP_CACHE_DIGEST_LEN 32

/** The least memory in which there is room for entries, in octets. */
#define OCSP_CACHE_SIZE_MIN ((size_t)256 * 1024)

/** The cache as one process sees it; there is no other handle. */
typedef struct ocsp_cache_t ocsp_cache_t;

/** What is kept beside a response. Times are seconds since 1970. */
typedef struct {
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;
    int64_t renew_at; /* from when on it is to be made anew */
    unsigned char digest[OCSP_CACHE_DIGEST_LEN]; /* SHA-256 of the response */
    uint32_t hits; /* how often it was found since it was put; saturates */
    size_t len;    /* octets of the response */
} ocsp_cache_entry_t;

/** What server-status shows. */
typedef struct {
    apr_uint64_t places;  /* entries that there is room for */
    apr_uint64_t used;    /* places that hold one, of whatever age */
    apr_uint64_t evicted; /* entries that had to go for others */
} ocsp_cache_info_t;

/**
 * Lay a cache out.
 * @param mem zeroes, aligned to a page; the cache is in it
 * @param len octets, OCSP_CACHE_SIZE_MIN or more
 * @param response_max octets of the longest response; longer ones are not kept
 *        (none are where eight such have no room)
 * @param seed secret, so that nobody outside can choose where entries go
 * Startup only.
 */
ocsp_cache_t *ocsp_cache_init(void *mem, size_t len, size_t response_max,
                              const unsigned char seed[16]);

/**
 * @return whether memory kept over a restart was laid out by this very code,
 *         has this length, and takes responses so long. Startup only.
 */
bool ocsp_cache_is_compatible(const void *mem, size_t len, size_t response_max);

/**
 * Find a response, and count that it was asked for.
 * @param der room for the response, ocsp_cache_get_response_max octets
 * @return false: there is none; out and der are undefined then. Any thread:
 *         takes no lock, allocates nothing.
 */
bool ocsp_cache_find(ocsp_cache_entry_t *out, unsigned char *der,
                     ocsp_cache_t *c, ocsp_der_t key);

/** As ocsp_cache_find, but nothing is counted and no response copied. */
bool ocsp_cache_peek(ocsp_cache_entry_t *out, const ocsp_cache_t *c,
                     ocsp_der_t key);

/** Octets of the longest response. Pure. */
size_t ocsp_cache_get_response_max(const ocsp_cache_t *c);

/**
 * Keep a response, in place of one of the same key. Where there is no room,
 * those go first that are past their next_update, then those that were seldom
 * asked for; an entry that was never asked for puts none out that was, until
 * that has been outlived by many.
 * @param entry len and digest are the response's; hits: to begin with
 * @param now seconds since 1970
 * @return false: not kept: too long, others are writing just there, or all that
 *         could go was asked for more often. Any thread.
 */
bool ocsp_cache_put(ocsp_cache_t *c, ocsp_der_t key,
                    const ocsp_cache_entry_t *entry, const unsigned char *der,
                    int64_t now);

/** @return true once since the cache was laid out: to the one who is to say
 *          that a response is too long for it. Any thread. */
bool ocsp_cache_tell(ocsp_cache_t *c);

/** Forget a response. Any thread. */
void ocsp_cache_drop(ocsp_cache_t *c, ocsp_der_t key);

/**
 * Become the one who makes an entry anew, if nobody is.
 * @param for_s how long others leave it to him, in seconds, should he die
 *        (the same for all callers)
 * @return false: another one is, or there is no such entry. Any thread.
 */
bool ocsp_cache_claim_renewal(ocsp_cache_t *c, ocsp_der_t key, int64_t now,
                              int64_t for_s);

/**
 * Walk over all entries; those that come or go meanwhile may be missed.
 * @param cursor 0 at first
 * @param key room for OCSP_CACHE_KEY_MAX octets; key_len octets of it are used
 * @return false: that was all. Any thread.
 */
bool ocsp_cache_next(ocsp_cache_entry_t *out, unsigned char *key,
                     size_t *key_len, const ocsp_cache_t *c, size_t *cursor);

/** For people. Any thread. */
void ocsp_cache_get_info(ocsp_cache_info_t *out, const ocsp_cache_t *c);

#endif
