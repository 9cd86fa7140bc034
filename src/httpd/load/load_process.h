/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads a table in a process that httpd's parent can lose: a CRL that does not
 * fit into the memory there is makes the kernel kill that process and not the
 * parent, which would end every site of this httpd. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_LOAD_PROCESS_H
#define OCSP_HTTPD_LOAD_LOAD_PROCESS_H

#include <apr_pools.h>

#include "status/load.h"

/**
 * Load and publish a table.
 * @param result without builder; of APR_SUCCESS alone
 * @param why of anything else
 * @param numbers two that the caller wants as well
 */
typedef apr_status_t (*ocsp_load_process_t)(ocsp_load_result_t *result,
                                            const char **why,
                                            apr_uint64_t numbers[2],
                                            void *data);

/**
 * Run that in a process of its own, and take over what it gives.
 * @param result its strings are made in p, as is why
 * @return its value; OCSP_EKILLED: it was killed; or a system error. Startup
 *         only.
 */
apr_status_t ocsp_load_process_run(ocsp_load_result_t *result, const char **why,
                                   apr_uint64_t numbers[2],
                                   ocsp_load_process_t run, void *data,
                                   apr_pool_t *p);

#endif
