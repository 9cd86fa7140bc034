/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What outlives a graceful restart, in the memory of httpd's parent: shared
 * memory, and the contents of small files (certificates, keys) as they were
 * when they were last good. Plain bytes and APR objects only: this module is
 * unloaded and loaded again meanwhile. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_RETAINED_H
#define OCSP_HTTPD_RUNTIME_RETAINED_H

#include <apr_pools.h>
#include <stdbool.h>

#include "shared/arena.h"
#include "wire/der.h"

typedef struct ocsp_retained_t ocsp_retained_t;

/**
 * Get what was retained, and begin a configuration: contents that it neither
 * puts nor finds are dropped by ocsp_retained_sweep. Startup only; likewise
 * what follows.
 */
ocsp_retained_t *ocsp_retained_get(apr_pool_t *process);

/**
 * Get the arena, or make one. Address space is reserved generously once, so
 * that another size only changes how much of it tables may take.
 * @param crl_octets of all CRLs together, by which the room is sized
 * @param wanted OCSPTableSize in octets; 0: by crl_octets
 * @param why the cause of a failure; with APR_SUCCESS a warning, or NULL; made
 *        in p
 * @return a system error: there is no shared memory
 */
apr_status_t ocsp_retained_open_arena(ocsp_arena_t **out, ocsp_retained_t *k,
                                      apr_uint64_t crl_octets,
                                      apr_uint64_t wanted, const char **why,
                                      apr_pool_t *p);

/**
 * Get shared memory by its name, or make it where there was none of this size
 * and version.
 * @param fresh whether it is new, and so all zeroes
 * @return aligned to a page; NULL: there is no shared memory. Older
 *         children keep theirs.
 */
void *ocsp_retained_open_memory(bool *fresh, ocsp_retained_t *k,
                                const char *name, apr_size_t size, int version);

/** Drop shared memory. */
void ocsp_retained_drop_memory(ocsp_retained_t *k, const char *name);

/** Retain copies of one or two contents under a name, and wipe what was
 * retained under it. @param second data NULL: none */
void ocsp_retained_put(ocsp_retained_t *k, const char *name, ocsp_der_t first,
                       ocsp_der_t second);

/**
 * Find what was retained under a name.
 * @param first borrowed until the next put of the name; likewise second
 * @return false: nothing
 */
bool ocsp_retained_find(ocsp_retained_t *k, const char *name, ocsp_der_t *first,
                        ocsp_der_t *second);

/** The names of passphrases begin so. */
#define OCSP_RETAINED_PASSPHRASE "passphrase:"

/** Wipe contents that this configuration did not use, except passphrases. */
void ocsp_retained_sweep(ocsp_retained_t *k);

/** Wipe passphrases in a child, which has no use for them. */
void ocsp_retained_forget_passphrases(void);

#endif
