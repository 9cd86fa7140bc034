/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What outlives a graceful restart, in the memory of the parent process: the
 * shared segments, and the contents of small files (certificates, keys) as they
 * were when they last proved good. Plain bytes and APR objects only: the code
 * of this module is unloaded and loaded again meanwhile. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_RETAINED_H
#define OCSP_HTTPD_RUNTIME_RETAINED_H

#include <apr_pools.h>
#include <stdbool.h>

#include "shared/arena.h"
#include "wire/der.h"

typedef struct ocsp_retained_t ocsp_retained_t;

/**
 * What was kept, or a new start. Begins a configuration: what it neither puts
 * nor finds is dropped by ocsp_retained_sweep. Startup only.
 */
ocsp_retained_t *ocsp_retained_get(apr_pool_t *process);

/**
 * The arena that was kept, or a new one. Address space is reserved generously
 * once, so that another size only changes how much of it tables may take:
 * nothing is ever copied.
 * @param crl_octets of all CRLs together, by which the room is sized
 * @param wanted OCSPTableSize in octets; 0: by crl_octets
 * @param why what is lacking; with APR_SUCCESS a warning, or NULL
 * @return a system error: there is no memory to be shared. Startup only.
 */
apr_status_t ocsp_retained_open_arena(ocsp_arena_t **out, ocsp_retained_t *k,
                                      apr_uint64_t crl_octets,
                                      apr_uint64_t wanted, const char **why);

/**
 * Shared memory by its name: what was kept, or a new one where nothing of this
 * size and version was.
 * @param fresh whether it is new, and so all zeroes
 * @return aligned to a page; NULL: no memory to be shared. Children of before
 *         go on with theirs. Startup only.
 */
void *ocsp_retained_open_memory(bool *fresh, ocsp_retained_t *k,
                                const char *name, apr_size_t size, int version);

/** Keep it no longer. Startup only. */
void ocsp_retained_drop_memory(ocsp_retained_t *k, const char *name);

/**
 * Keep copies of one or two files' contents.
 * @param name whose; what was kept under it is wiped
 * @param second data NULL: none. Startup only.
 */
void ocsp_retained_put(ocsp_retained_t *k, const char *name, ocsp_der_t first,
                       ocsp_der_t second);

/**
 * What was kept under a name.
 * @param first borrowed until the next put of the name; likewise second
 * @return false: nothing. Startup only.
 */
bool ocsp_retained_find(ocsp_retained_t *k, const char *name, ocsp_der_t *first,
                        ocsp_der_t *second);

/** How names begin under which passphrases are kept. */
#define OCSP_RETAINED_PASSPHRASE "passphrase:"

/** Wipe what this configuration has not asked for, but passphrases. Startup
 * only. */
void ocsp_retained_sweep(ocsp_retained_t *k);

/**
 * Wipe passphrases in a process that has no use for them: a child. The parent's
 * stay.
 */
void ocsp_retained_forget_passphrases(void);

#endif
