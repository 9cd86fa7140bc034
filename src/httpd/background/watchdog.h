/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Background work while httpd runs: checking source files for changes
 * (OCSPRefresh) and signing responses ahead of need (OCSPPreproduce). Any child
 * may do it, one at a time does, and any process can tell that none does.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_WATCHDOG_H
#define OCSP_HTTPD_BACKGROUND_WATCHDOG_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

#include "shared/arena.h"

/** The background work of one configuration; every process has a copy. */
typedef struct ocsp_watchdog_t ocsp_watchdog_t;

/** @return whether mod_watchdog is loaded. Startup only. */
bool ocsp_watchdog_is_possible(void);

/**
 * Log why background work is not possible.
 * @param arena NULL: there is none ("httpd -t")
 * @return whether it is possible. Startup, and "httpd -t".
 */
bool ocsp_watchdog_check(server_rec *base, const ocsp_arena_t *arena);

/**
 * Register the callback that works in every child.
 * @param base the main server, whose shared memory is open
 * @param presigns the result of ocsp_presign_check
 * @return newly made in pconf; NULL: not possible, which is logged. Startup
 *         only.
 */
ocsp_watchdog_t *ocsp_watchdog_start(apr_pool_t *pconf, server_rec *base,
                                     bool presigns);

/**
 * httpd's child_init: destroying pchild waits until the callback has ended in
 * this process. Its thread would otherwise use libcrypto after exit() has
 * cleaned it up.
 */
void ocsp_watchdog_start_child(ocsp_watchdog_t *w, apr_pool_t *pchild);

/** Log, once and then each hour, that no process checks the source files.
 * @param p for the message. Any process. */
void ocsp_watchdog_log_overdue(const ocsp_watchdog_t *w, apr_pool_t *p);

#endif
