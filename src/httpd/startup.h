/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * httpd's hooks at start, at graceful restarts and in children: load issuers,
 * signers and sources, and publish their tables. No content of a file makes
 * them fail. Floor 4.
 */
#ifndef OCSP_HTTPD_STARTUP_H
#define OCSP_HTTPD_STARTUP_H

#include <httpd.h>

/**
 * httpd's post_config: load everything. Where that fails, which is logged, the
 * last good data stays in use.
 * @return OK, always: the other sites of this httpd go on. Startup only.
 */
int ocsp_startup_start(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s);

/**
 * httpd's check_config: under "httpd -t" load everything, and publish nothing.
 * @return OK: httpd would start. With -D OCSP_STRICT or -D DUMP_OCSP an error
 *         if any issuer could not be answered as configured. Startup only.
 */
int ocsp_startup_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s);

/** httpd's child_init: wipe what only the parent needs, load the signers that
 * were renewed since the start, and let the end of the child wait for its check
 * of sources. */
void ocsp_startup_start_child(apr_pool_t *pchild, server_rec *base);

/** httpd's monitor, called in the parent every ten seconds or so: log that no
 * child checks for changes. */
int ocsp_startup_monitor(apr_pool_t *p, server_rec *base);

#endif
