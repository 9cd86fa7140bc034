/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of a subject (a table, the signers of an issuer, a
 * directory, a pattern of files) from one check for changes to the next,
 * whichever process makes them: which files failed, so that they are not read
 * again, and what was logged, so that it is logged once. In shared memory, of a
 * fixed size. Floor 3.
 */
#ifndef OCSP_SHARED_RETRY_H
#define OCSP_SHARED_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Grows with every change of the layout. */
#define OCSP_RETRY_VERSION 7

#define OCSP_RETRY_DIGEST_LEN 32

/** Messages about one subject that are logged apart. */
enum {
    OCSP_RETRY_RESULT = 0, /* how its load ended; the only one of others */
    OCSP_RETRY_WARNING,    /* a warning about its table */
    OCSP_RETRY_NEWER,      /* newer CRLs that were rejected */
    OCSP_RETRY_MESSAGES
};

typedef struct ocsp_retries_t ocsp_retries_t;

/** One subject's; all zero at first. */
typedef struct {
    _Atomic uint64_t name;          /* of the subject and the configuration */
    _Atomic uint32_t configuration; /* which it belongs to; 0: free */
    _Atomic bool faulty;            /* signers: their files are not in order;
                                       a table: its history cannot be
                                       written */
    _Atomic bool revoked;           /* signers: the CA has revoked one */
    bool reload;                    /* signers: load them at the next check */
    bool known;  /* digest is that of what is not to be tried again */
    bool hidden; /* a table: and hidden files were beside it */
    unsigned char digest[OCSP_RETRY_DIGEST_LEN]; /* fingerprint of the files */
    uint32_t failures;                           /* in a row */
    uint32_t deaths;  /* of processes that loaded it, in a row */
    int64_t died;     /* when the last did, seconds since 1970 */
    uint64_t lacking; /* octets that did not find room; 0: they did */
    uint64_t saved; /* a table: the generation that OCSPStateDir has; 0: none */
    int64_t saved_at; /* when it was last written, or that was tried */
    uint64_t logged[OCSP_RETRY_MESSAGES]; /* see ocsp_log_once */
} ocsp_retry_t;

/** Octets of shared memory, which is zero at first. Pure. */
size_t ocsp_retries_size(void);

/**
 * Get what is remembered of a subject.
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

/** A number for a text, to be remembered as logged; 0: the text is NULL.
 * Pure. */
uint64_t ocsp_retry_hash_text(const char *text);

/** Count that a process died while it loaded the subject. */
void ocsp_retry_count_death(ocsp_retry_t *one, int64_t now);

/**
 * @return whether it is too early to try a subject again whose loader died: the
 *         pause grows from seconds to an hour
 */
bool ocsp_retry_is_pausing(const ocsp_retry_t *one, int64_t now);

/**
 * @return whether a condition that many processes see is to be logged by this
 *         one: once in so many seconds
 * @param logged when it last was, 0 at first. Any thread.
 */
bool ocsp_retry_may_log(_Atomic int64_t *logged, int64_t now, int64_t every_s);

#endif
