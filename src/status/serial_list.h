/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses the lines of a list of issued serial numbers: hexadecimal, one a line,
 * with colons or without, perhaps after 0x or "serial="; "#" begins a comment.
 * Floor 1.
 */
#ifndef OCSP_STATUS_SERIAL_LIST_H
#define OCSP_STATUS_SERIAL_LIST_H

#include "status/lines.h"
#include "status/serial.h"
#include "status/error.h"

/**
 * Parse a line.
 * @param out of length 0: the line is only a comment
 * @param why a fragment: cause and remedy
 * @return OCSP_EMALFORMED: not a serial number of at most 20 octets, which
 *         rules out most decimal numbers. Pure.
 */
apr_status_t ocsp_serial_list_parse(ocsp_serial_t *out, const ocsp_line_t *line,
                                    const char **why);

#endif
