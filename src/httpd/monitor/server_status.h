/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of mod_status's page that is about the responder. Floor 4.
 */
#ifndef OCSP_HTTPD_MONITOR_SERVER_STATUS_H
#define OCSP_HTTPD_MONITOR_SERVER_STATUS_H

#include <httpd.h>

/** mod_status's status_hook: prints HTML, or lines of text for "?auto".
 * @return OK, or DECLINED: no issuer is configured. Any thread. */
int ocsp_server_status_show(request_rec *r, int flags);

#endif
