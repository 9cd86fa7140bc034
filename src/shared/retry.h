/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the looks for changes remember from one to the next, whichever process
 * looks: what was tried in vain, so that it is not read again, and what was
 * logged, so that it is logged once. One entry for each table, directory,
 * pattern or set of signers. In shared memory, of a fixed size. Floor 3.
 */
#ifndef OCSP_SHARED_RETRY_H
#define OCSP_SHARED_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Grows with every change of the layout. */
#define OCSP_RETRY_VERSION 3

#define OCSP_RETRY_DIGEST_LEN 32

typedef struct ocsp_retries_t ocsp_retries_t;

/** One subject's; all zero at first. */
typedef struct {
    _Atomic uint64_t name;          /* of the subject and the configuration */
    _Atomic uint32_t configuration; /* which it belongs to; 0: free */
    _Atomic bool faulty; /* of signers: their files are not in order */
    bool looked;         /* of a table: its files were checked for those that
                            workers cannot read; of signers: open them again */
    bool loaded;         /* of a table: its sources were read in this
                            configuration */
    bool known;          /* digest is that of what is not to be tried again */
    bool killed;         /* a load died, which is yet to be logged */
    unsigned char digest[OCSP_RETRY_DIGEST_LEN];
    uint32_t failures; /* in a row */
    uint32_t age;      /* of a table: which was last logged */
    uint64_t text;     /* hash of the text that was last logged; 0: none */
    uint64_t lacking;  /* octets that did not find room; 0: they did */
    uint32_t deaths;   /* of processes that loaded it, in a row */
    int32_t pid;       /* of the last of them */
    int64_t died;      /* when, seconds since 1970 */
} ocsp_retry_t;

/** Octets of shared memory. Pure. */
size_t ocsp_retries_size(void);

/** All entries in memory that was zero at first. @param mem aligned to 8 */
ocsp_retries_t *ocsp_retries_init(void *mem);

/**
 * What is remembered of a subject.
 * @param configuration see ocsp_arena_get_configuration: entries of others make
 *        room
 * @return never NULL; where there is no room left one that is forgotten at the
 *         next call. One writer at a time; likewise what follows.
 */
ocsp_retry_t *ocsp_retries_get(ocsp_retries_t *r, uint32_t configuration,
                               const void *subject, size_t len);

/** @return what is remembered of a subject, of which only what is atomic may be
 *          read; NULL: nothing. Any thread. */
const ocsp_retry_t *ocsp_retries_find(const ocsp_retries_t *r,
                                      uint32_t configuration,
                                      const void *subject, size_t len);

/** Remember a text. @param text NULL: none */
void ocsp_retry_set_text(ocsp_retry_t *one, const char *text);

/** @return whether the text that is remembered is this one */
bool ocsp_retry_has_text(const ocsp_retry_t *one, const char *text);

/** A process died while it loaded the subject. */
void ocsp_retry_count_death(ocsp_retry_t *one, int64_t now, int32_t pid);

/**
 * @return whether a subject whose loader died is to be left alone for now: at
 *         first for seconds, then for minutes, at last for an hour
 */
bool ocsp_retry_is_resting(const ocsp_retry_t *one, int64_t now);

#endif
