/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPQuickHandler: answers a request before httpd maps its URL, checks access
 * and inserts filters. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_QUICK_HANDLER_H
#define OCSP_HTTPD_REQUEST_QUICK_HANDLER_H

#include <httpd.h>

/** httpd's quick_handler hook: answers a main request whose location has our
 * handler, if OCSPQuickHandler is on. Any thread. */
int ocsp_quick_handler_handle(request_rec *r, int lookup);

#endif
