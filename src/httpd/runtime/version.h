/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The version, for the log, server-status and the dump. Not for the Server
 * field: it would lengthen every answer for nobody's good. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_VERSION_H
#define OCSP_HTTPD_RUNTIME_VERSION_H

/** As in semantic versioning. */
#define OCSP_VERSION "0.9.0"

#endif
