/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The directives: their names, where they may stand, what values they take.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_DIRECTIVES_H
#define OCSP_HTTPD_CONFIG_DIRECTIVES_H

#include <httpd.h>

#include <http_config.h>

/** All of them, for mod_ocsp.c. */
extern const command_rec ocsp_directives[];

#endif
