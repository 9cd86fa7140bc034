/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * "httpd -t -D DUMP_OCSP": prints every issuer with its sources, signers and
 * settings. Floor 4.
 */
#ifndef OCSP_HTTPD_MONITOR_CONFIG_DUMP_H
#define OCSP_HTTPD_MONITOR_CONFIG_DUMP_H

#include <httpd.h>

#include "httpd/load/load_ctx.h"

/**
 * Print all servers to standard output, after their files were checked.
 * @param base the main server
 * @param readers from ocsp_sources_check_readers. Startup only.
 */
void ocsp_config_dump_print(const ocsp_load_ctx_t *ctx, server_rec *base,
                            apr_hash_t *readers);

#endif
