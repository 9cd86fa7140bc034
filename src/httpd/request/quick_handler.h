/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPQuickHandler: answers before httpd maps URLs, asks access rules and runs
 * other modules' filters. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_QUICK_HANDLER_H
#define OCSP_HTTPD_REQUEST_QUICK_HANDLER_H

#include <httpd.h>

/**
 * httpd's quick_handler: a request of its own whose location is ours is
 * answered, where that is switched on. Any thread.
 */
int ocsp_quick_handler_handle(request_rec *r, int lookup);

#endif
