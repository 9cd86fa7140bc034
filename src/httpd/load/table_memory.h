/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The shared memory for status tables, kept over graceful restarts. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_TABLE_MEMORY_H
#define OCSP_HTTPD_LOAD_TABLE_MEMORY_H

#include <httpd.h>

#include "httpd/config/server_config.h"
#include "httpd/load/load_ctx.h"

/**
 * Open the arena of a load, retained or new, with room for all sources; become
 * its writer, unless another process is for seconds; and set mode, retries and
 * is_writer. What is wrong is logged.
 * @param shared its retries are filled. Startup only.
 */
void ocsp_table_memory_open(ocsp_load_ctx_t *ctx,
                            ocsp_server_config_shared_t *shared,
                            server_rec *base);

#endif
