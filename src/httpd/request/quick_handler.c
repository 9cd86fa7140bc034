/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds a request's location itself, since httpd has not done so yet. Floor 4.
 */
#include "httpd/request/quick_handler.h"

#include <apr_lib.h>
#include <http_core.h>
#include <http_request.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/request/handler.h"
#include "httpd/request/url_claim.h"

/* httpd would normalize other paths before it finds their location. Base64 has
 * no dots, and needs no escapes of letters and digits. */
static bool is_plain(const char *path)
{
    const char *at;

    if (path == NULL || *path != '/' || strstr(path, "/.") != NULL) {
        return false;
    }
    for (at = strchr(path, '%'); at != NULL; at = strchr(at + 1, '%')) {
        char c = apr_isxdigit(at[1]) && apr_isxdigit(at[2])
                   ? (char)strtol((char[]){at[1], at[2], '\0'}, NULL, 16)
                   : '%';

        if (apr_isalnum(c) || (c != '\0' && strchr("-._~", c) != NULL)) {
            return false;
        }
    }
    return true;
}

int ocsp_quick_handler_handle(request_rec *r, int lookup)
{
    struct ap_conf_vector_t *per_dir_config = r->per_dir_config;

    if (ocsp_server_config_get(r->server)->quick != 1 || lookup
        || r->main != NULL || r->prev != NULL || r->proxyreq != PROXYREQ_NONE
        || r->method_number == M_TRACE || !is_plain(r->uri)) {
        return DECLINED;
    }
    if (ap_location_walk(r) == OK && ap_if_walk(r) == OK
        && ocsp_url_claim_is_our_location(r)) {
        ocsp_url_claim_drop_error_documents(r);
        return ocsp_handler_answer(r);
    }
    r->per_dir_config = per_dir_config;
    return DECLINED;
}
