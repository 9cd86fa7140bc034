/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks for changes while httpd runs (OCSPRefresh): each child may, one does at
 * a time, and any process can tell when none does. Floor 4.
 */
#ifndef OCSP_HTTPD_BACKGROUND_WATCHDOG_H
#define OCSP_HTTPD_BACKGROUND_WATCHDOG_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

#include "shared/arena.h"

/** @return whether mod_watchdog is there. Startup only. */
bool ocsp_watchdog_is_possible(void);

/** The looks of one configuration; every process has a copy. */
typedef struct ocsp_watchdog_t ocsp_watchdog_t;

/**
 * Log what keeps changes from being looked for.
 * @param arena NULL: only checking
 * @param refreshes whether OCSPRefresh is on
 * @return whether nothing does, or nobody wants it. Startup, and "httpd -t".
 */
bool ocsp_watchdog_report(server_rec *base, const ocsp_arena_t *arena,
                          bool refreshes, bool preproduces);

/** Log, once and then each hour, that nobody looks. @param p for the message.
 * Any process. */
void ocsp_watchdog_check(const ocsp_watchdog_t *w, apr_pool_t *p);

/**
 * Have all issuers looked at, as often as the main server's OCSPRefresh says,
 * and responses signed ahead of need.
 * @param base the main server, whose shared is filled
 * @param preproduces whether anybody wants that, see ocsp_preproduce_check
 * @return newly made in pconf; NULL: nobody looks, which is logged. Startup
 * only.
 */
ocsp_watchdog_t *ocsp_watchdog_start(apr_pool_t *pconf, server_rec *base,
                                     bool preproduces);

/**
 * httpd's child_init: the end of pchild waits until this process looks no
 * more. Without, the thread that looks would meet a libcrypto
 * that exit() has cleaned up.
 */
void ocsp_watchdog_start_child(ocsp_watchdog_t *w, apr_pool_t *pchild);

#endif
