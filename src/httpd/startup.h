/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keeps what is answered from current: opens issuers and signers, loads
 * sources, seals and publishes tables. At start and at graceful restarts;
 * nothing that a file holds makes it fail. Floor 4.
 */
#ifndef OCSP_HTTPD_STARTUP_H
#define OCSP_HTTPD_STARTUP_H

#include <httpd.h>

/**
 * httpd's post_config: open and load everything, keep what was good before
 * where that fails, and log file, cause and remedy.
 * @return OK, always: the other sites of this httpd go on. Startup only.
 */
int ocsp_startup_start(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s);

/**
 * httpd's check_config: under "httpd -t" the same, but nothing is kept.
 * @return OK: httpd would start. With -D OCSP_STRICT or -D DUMP_OCSP not OK if
 *         any issuer could not be answered as configured. Startup only.
 */
int ocsp_startup_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s);

/** httpd's child_init: what only the parent needs is wiped; its end is made
 * to wait for a look. */
void ocsp_startup_start_child(apr_pool_t *pchild, server_rec *base);

/** httpd's monitor, called in the parent every ten seconds or so: logs that
 * nobody looks for changes. */
int ocsp_startup_monitor(apr_pool_t *p, server_rec *base);

#endif
