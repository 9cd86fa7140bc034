/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP side of a request: reads the OCSPRequest, sends the answer. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_HANDLER_H
#define OCSP_HTTPD_REQUEST_HANDLER_H

#include <httpd.h>

/**
 * httpd's handler hook, for SetHandler ocsp. OCSP errors are sent with status
 * 200 (R74); 405, 413 and 414 are plain HTTP (R80). Any thread.
 */
int ocsp_handler_handle(request_rec *r);

/** Answer a request that is known to be for this handler. Any thread. */
int ocsp_handler_answer(request_rec *r);

#endif
