/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks httpd's own directives around the responder: which URLs are answered,
 * which rules OCSPQuickHandler skips, and which header fields other modules
 * add. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_LOCATION_RULES_H
#define OCSP_HTTPD_REQUEST_LOCATION_RULES_H

#include <httpd.h>

/**
 * Warn of a server with an <OCSPIssuer> but no URL that is answered, of access
 * rules without effect, of header fields that clients reject, and of redirects.
 * Startup only, while httpd has its configuration as a tree.
 */
void ocsp_location_rules_check(server_rec *base, apr_pool_t *ptemp);

#endif
