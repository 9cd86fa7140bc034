/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The directives: one row each with its name, context, default, range and merge
 * rule. All that is done with a configuration as a whole walks these rows:
 * parsing, defaults, inheritance and the dump. Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_DIRECTIVES_H
#define OCSP_HTTPD_CONFIG_DIRECTIVES_H

#include <httpd.h>

#include <http_config.h>

#include "httpd/config/server_config.h"

/** All directives, for mod_ocsp.c. */
extern const command_rec ocsp_directives[];

/** httpd's create_server_config: the main server gets the defaults, a virtual
 * host has nothing set. Startup only. */
void *ocsp_directives_make(apr_pool_t *p, server_rec *s);

/** httpd's merge_server_config: a virtual host inherits from the main server.
 * Startup only. */
void *ocsp_directives_merge(apr_pool_t *p, void *main, void *host);

/**
 * Make the configuration of an issuer: its section's, with the server's where
 * the section sets nothing. Newly made in p; lists are borrowed. Startup only.
 */
ocsp_issuer_config_t *ocsp_directives_merge_issuer(
    apr_pool_t *p, const ocsp_issuer_config_t *server,
    const ocsp_issuer_config_t *section);

/** Print the settings of an issuer as "OCSPNonce echo, OCSPUnlisted good ...",
 * without files. Made in p. Startup only. */
const char *ocsp_directives_print_issuer(const ocsp_issuer_config_t *config,
                                         apr_pool_t *p);

/** Print the settings of a server that no issuer has; likewise. */
const char *ocsp_directives_print_server(const ocsp_server_config_t *conf,
                                         apr_pool_t *p);

#endif
