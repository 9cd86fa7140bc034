/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * "httpd -t -D DUMP_OCSP": what every issuer would be answered from. Floor 4.
 */
#ifndef OCSP_HTTPD_MONITOR_CONFIG_DUMP_H
#define OCSP_HTTPD_MONITOR_CONFIG_DUMP_H

#include <httpd.h>

#include "httpd/load/load_ctx.h"

/**
 * Print to standard output, after a pass that only checked.
 * @param readers of ocsp_readers_check_paths. Startup only.
 */
void ocsp_config_dump_print(const ocsp_load_ctx_t *pass, server_rec *base,
                            apr_hash_t *readers);

#endif
