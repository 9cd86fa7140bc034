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

/**
 * Have all issuers looked at, as often as the main server's OCSPRefresh says.
 * @param base the main server, whose shared is filled. Startup only.
 */
void ocsp_watch_start(apr_pool_t *pconf, server_rec *base);

#endif
