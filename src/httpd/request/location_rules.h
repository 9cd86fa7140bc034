/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks of httpd's own directives around the responder: which URLs are
 * answered, what OCSPQuickHandler passes by, and which header fields other
 * modules add. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_LOCATION_RULES_H
#define OCSP_HTTPD_REQUEST_LOCATION_RULES_H

#include <httpd.h>

/**
 * Warn where no URL of a server with an <OCSPIssuer> is answered, where access
 * rules are not asked, and where a header field is added that clients reject.
 * Startup only, while httpd has its configuration as a tree.
 */
void ocsp_location_rules_check(server_rec *base, apr_pool_t *ptemp);

#endif
