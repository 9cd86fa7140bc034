/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The memory that all processes share besides the tables', retained over
 * graceful restarts: the response cache, the counters and the slots of signers.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_RUNTIME_H
#define OCSP_HTTPD_RUNTIME_RUNTIME_H

#include <httpd.h>

#include "httpd/config/server_config.h"
#include "httpd/runtime/retained.h"

/** Warn that responses of an issuer are too long for the cache. @param remedy
 * what to do. Any thread. */
void ocsp_runtime_log_too_long(const server_rec *s, const char *issuer,
                               size_t octets, const char *remedy);

/**
 * Open the memory.
 * @param shared its counters, cache and sign_slots are filled; NULL: there is
 *        no shared memory, which is logged
 * @param base the main server, when all issuers are loaded. Startup only.
 */
void ocsp_runtime_open(ocsp_server_config_shared_t *shared,
                       ocsp_retained_t *retained, const server_rec *base);

#endif
