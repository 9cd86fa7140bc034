/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A list of the serial numbers that a CA has issued -> one callback per serial
 * number. Hexadecimal, in upper or lower case, one a line, with colons or a
 * leading 0x or "serial=" or without; "#" begins a comment. At most 20 octets:
 * decimal numbers are longer, mostly. Floor 1.
 */
#ifndef OCSP_STATUS_SERIAL_LIST_H
#define OCSP_STATUS_SERIAL_LIST_H

#include <apr_pools.h>
#include <stddef.h>

#include "status/lines.h"
#include "status/serial.h"
#include "status/status.h"

/** @return other than APR_SUCCESS ends the reading with that status */
typedef apr_status_t ocsp_serial_list_serial_fn(void *ctx,
                                                const unsigned char *serial,
                                                size_t serial_len,
                                                const char **why);

/**
 * Read a list.
 * @param count how many serial numbers; may be NULL
 * @param why file, line number, cause and remedy
 * @return OCSP_EMALFORMED: a line that is no serial number; a file's error; or
 *         what fn returned
 */
apr_status_t ocsp_serial_list_read(apr_uint64_t *count, const char *file,
                                   ocsp_serial_list_serial_fn *fn, void *ctx,
                                   const char **why, apr_pool_t *p);

/** The same from lines that are open. */
apr_status_t ocsp_serial_list_read_lines(apr_uint64_t *count,
                                         ocsp_lines_t *lines,
                                         ocsp_serial_list_serial_fn *fn,
                                         void *ctx, const char **why);

/**
 * Parse one line.
 * @param out of length 0: there is nothing but a comment
 * @param why a fragment: cause and remedy
 * @return OCSP_EMALFORMED. Pure.
 */
apr_status_t ocsp_serial_list_parse(ocsp_serial_t *out, const ocsp_line_t *line,
                                    const char **why);

#endif
