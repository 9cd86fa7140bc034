/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes every message of floor 4 one of [ocsp:level], so that "LogLevel
 * ocsp:debug" works. Messages are numbered OCSPnnn in their text: 1nn conf,
 * 2nn refresh, 3nn handler, 4nn status; README lists them.
 */
#ifndef OCSP_HTTPD_LOG_H
#define OCSP_HTTPD_LOG_H

#include <httpd.h>

#include <http_config.h>
#include <http_log.h>
#include <stdbool.h>
#include <stdint.h>

extern module AP_MODULE_DECLARE_DATA ocsp_module;

APLOG_USE_MODULE(ocsp);

/**
 * Decide whether the state of something is to be logged, and remember it: a
 * state that lasts is logged once.
 * @param logged the state that was logged last, 0 at first; NULL: nothing is
 *        remembered, and everything is logged
 * @param state a number for it, or a hash of its text; 0: nothing to log
 */
bool ocsp_log_once(uint64_t *logged, uint64_t state);

#endif
