/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The memory that all processes share, kept over graceful restarts: room for
 * the tables, counters, the cache of signed responses, the gate before signing.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_RUNTIME_H
#define OCSP_HTTPD_RUNTIME_RUNTIME_H

#include <httpd.h>

#include "httpd/config/server_config.h"
#include "httpd/runtime/retained.h"

/**
 * Warn that the cache has no place for a response.
 * @param whose issuer's it is
 * @param remedy what to do. Any thread.
 */
void ocsp_runtime_say_too_long(const server_rec *s, const char *whose,
                               size_t octets, const char *remedy);

/**
 * Open the rest, kept or new.
 * @param shared its counters, cache and gate are filled; NULL where there is no
 *        memory to be shared, which is logged
 * @param base the main server, whose issuers are all open. Startup only.
 */
void ocsp_runtime_open(ocsp_server_config_shared_t *shared,
                       ocsp_retained_t *keep, server_rec *base);

#endif
