/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What outlives a graceful restart, in the memory of the parent process: the
 * shared segments, and the contents of small files (certificates, keys) as they
 * were when they last proved good. Plain bytes and APR objects only: the code
 * of this module is unloaded and loaded again meanwhile. Floor 4.
 */
#ifndef OCSP_HTTPD_KEEP_H
#define OCSP_HTTPD_KEEP_H

#include <apr_pools.h>
#include <stdbool.h>

#include "shared/arena.h"
#include "shared/counters.h"
#include "wire/der.h"

typedef struct ocsp_keep_t ocsp_keep_t;

/**
 * What was kept, or a new start. Begins a configuration: what it neither puts
 * nor finds is dropped by ocsp_keep_sweep. Startup only.
 */
ocsp_keep_t *ocsp_keep_get(apr_pool_t *process);

/** The arena, or NULL. Startup only. */
ocsp_arena_t *ocsp_keep_get0_arena(const ocsp_keep_t *k);

/** Startup only. */
void ocsp_keep_set0_arena(ocsp_keep_t *k, ocsp_arena_t *arena);

/** The counters, or NULL. Startup only. */
ocsp_counters_t *ocsp_keep_get0_counters(const ocsp_keep_t *k);

/** Startup only. */
void ocsp_keep_set0_counters(ocsp_keep_t *k, ocsp_counters_t *counters);

/**
 * Keep copies of one or two files' contents.
 * @param name whose; what was kept under it is wiped
 * @param second data NULL: none. Startup only.
 */
void ocsp_keep_put(ocsp_keep_t *k, const char *name, ocsp_der_t first,
                   ocsp_der_t second);

/**
 * What was kept under a name.
 * @param first borrowed until the next put of the name; likewise second
 * @return false: nothing. Startup only.
 */
bool ocsp_keep_find(ocsp_keep_t *k, const char *name, ocsp_der_t *first,
                    ocsp_der_t *second);

/** Wipe what this configuration has not asked for. Startup only. */
void ocsp_keep_sweep(ocsp_keep_t *k);

#endif
