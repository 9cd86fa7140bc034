/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks for changes while httpd runs (OCSPRefresh): in one thread of one child
 * at a time, of which mod_watchdog takes care. Floor 4.
 */
#ifndef OCSP_HTTPD_WATCH_H
#define OCSP_HTTPD_WATCH_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

/** @return whether mod_watchdog is there. Startup only. */
bool ocsp_watch_is_possible(void);

/** The looks of one configuration; every child has a copy. */
typedef struct ocsp_watch_t ocsp_watch_t;

/**
 * Have all issuers looked at, as often as the main server's OCSPRefresh says,
 * and responses signed ahead of need.
 * @param base the main server, whose shared is filled
 * @param preproduces whether anybody wants that, see ocsp_preproduce_check
 * @return newly made in pconf; NULL: nobody looks, which is logged. Startup
 * only.
 */
ocsp_watch_t *ocsp_watch_start(apr_pool_t *pconf, server_rec *base,
                               bool preproduces);

/**
 * httpd's child_init: the end of pchild waits, for seconds at most, until this
 * process looks no more. Without, the thread that looks would meet a libcrypto
 * that exit() has cleaned up.
 */
void ocsp_watch_start_child(ocsp_watch_t *w, apr_pool_t *pchild);

#endif
