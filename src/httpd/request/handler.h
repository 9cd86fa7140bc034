/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * HTTP in, HTTP out: GET and POST to bytes, an answer to status, headers and
 * body. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_HANDLER_H
#define OCSP_HTTPD_REQUEST_HANDLER_H

#include <httpd.h>

/**
 * httpd's handler, for SetHandler ocsp. Every OCSP error is a body with status
 * 200 (R74); 405, 413 and 414 are plain HTTP (R80). Any thread.
 */
int ocsp_handler_handle(request_rec *r);

/** Answer a request that is surely ours; as ocsp_handler_handle. Any thread. */
int ocsp_handler_serve(request_rec *r);

#endif
