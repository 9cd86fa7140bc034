/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What server-status says of us. Floor 4.
 */
#ifndef OCSP_HTTPD_MONITOR_SERVER_STATUS_H
#define OCSP_HTTPD_MONITOR_SERVER_STATUS_H

#include <httpd.h>

/** mod_status's status_hook: HTML, or lines for ?auto. Any thread. */
int ocsp_server_status_show(request_rec *r, int flags);

#endif
