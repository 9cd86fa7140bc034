/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * To be included by every file that logs: its messages then belong to this
 * module, so that "LogLevel ocsp:debug" works. Each message begins with a tag,
 * OCSP2nn outside requests and OCSP3nn in them; README lists the tags. Floor 4.
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
