/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the configuration of a server. Floor 4.
 */
#include "httpd/config/server_config.h"

#include "httpd/log.h"

ocsp_server_config_t *ocsp_server_config_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ocsp_module);
}

server_rec *ocsp_server_config_get_next(const server_rec *s)
{
    server_rec *next = s->next;

    while (next != NULL && ocsp_server_config_get(next)->outer == NULL) {
        next = next->next;
    }
    return next;
}
