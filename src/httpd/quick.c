/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See quick.h. Floor 4.
 */
#include "httpd/quick.h"

#include <apr_lib.h>
#include <http_config.h>
#include <http_core.h>
#include <http_request.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <util_cfgtree.h>

#include "httpd/claim.h"
#include "httpd/conf.h"
#include "httpd/handler.h"
#include "httpd/log.h"

/* What httpd makes of such a path is known only once it has taken it apart: no
 * base64 has dots, nor needs letters and digits to be escaped. */
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

int ocsp_quick_handle(request_rec *r, int lookup)
{
    struct ap_conf_vector_t *per_dir_config = r->per_dir_config;

    if (ocsp_conf_get(r->server)->quick != 1 || lookup || r->main != NULL
        || r->prev != NULL || r->proxyreq != PROXYREQ_NONE
        || r->method_number == M_TRACE || !is_plain(r->uri)) {
        return DECLINED;
    }
    if (ap_location_walk(r) == OK && ap_if_walk(r) == OK
        && ocsp_claim_is_our_location(r)) {
        ocsp_claim_drop_error_documents(r);
        return ocsp_handler_serve(r);
    }
    r->per_dir_config = per_dir_config;
    return DECLINED;
}

/* --- what is not asked ---------------------------------------------------- */

static bool is_directive(const ap_directive_t *d, const char *name)
{
    return ap_cstr_casecmp(d->directive, name) == 0;
}

static bool is_location(const ap_directive_t *d)
{
    return is_directive(d, "<Location") || is_directive(d, "<LocationMatch");
}

/* Those that let everybody in are no rules. */
static bool is_rule(const ap_directive_t *d)
{
    static const char *const names[] = {
        "Deny",          "Order",       "AuthType",        "AllowMethods",
        "SSLRequireSSL", "SSLRequire",  "SSLVerifyClient", "<RequireAll",
        "<RequireAny",   "<RequireNone"};
    bool found = (is_directive(d, "Require")
                  && ap_cstr_casecmp(d->args, "all granted") != 0)
              || (is_directive(d, "Allow")
                  && ap_cstr_casecmp(d->args, "from all") != 0);
    size_t i;

    for (i = 0; !found && i < sizeof(names) / sizeof(names[0]); i++) {
        found = is_directive(d, names[i]);
    }
    return found;
}

/* The location that a directive stands in, or NULL. */
static const ap_directive_t *find_location(const ap_directive_t *d)
{
    do {
        d = d->parent;
    } while (d != NULL && !is_location(d));
    return d;
}

static bool has_other_handler(const ap_directive_t *location, apr_pool_t *p)
{
    const ap_directive_t *d;
    bool other = false;

    for (d = location->first_child; d != NULL; d = d->next) {
        if (is_directive(d, "SetHandler") || is_directive(d, "ForceType")) {
            const char *args = d->args;

            other = !ocsp_claim_is_our_name(ap_getword_conf(p, &args));
        }
    }
    return other;
}

/* @param level the first directive of a server; @return 1, 0 or -1: not said */
static int get_quick(const ap_directive_t *level)
{
    const ap_directive_t *d;
    int quick = -1;

    for (d = level; d != NULL; d = d->next) {
        if (is_directive(d, "OCSPQuickHandler")) {
            quick = ap_cstr_casecmp(d->args, "on") == 0;
        }
    }
    return quick;
}

/* What stands in the main server, virtual hosts have as well. */
static bool is_in_quick_server(const ap_directive_t *d)
{
    int main = get_quick(ap_conftree), quick = main;
    const ap_directive_t *host;

    for (host = d; host != NULL && !is_directive(host, "<VirtualHost");
         host = host->parent) {
    }
    if (host != NULL) {
        quick = get_quick(host->first_child);
        return quick == 1 || (quick == -1 && main == 1);
    }
    for (d = ap_conftree; d != NULL && quick != 1; d = d->next) {
        if (is_directive(d, "<VirtualHost")) {
            quick = get_quick(d->first_child);
        }
    }
    return quick == 1;
}

static const ap_directive_t *get_next(const ap_directive_t *d)
{
    if (d->first_child != NULL) {
        return d->first_child;
    }
    while (d != NULL && d->next == NULL) {
        d = d->parent;
    }
    return d != NULL ? d->next : NULL;
}

void ocsp_quick_check(server_rec *base, apr_pool_t *ptemp)
{
    const ap_directive_t *d, *location, *last = NULL;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        if (!is_rule(d) || (location = find_location(d)) == NULL
            || location == last || has_other_handler(location, ptemp)
            || !is_in_quick_server(d)) {
            continue;
        }
        last = location;
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP238: %s:%d: OCSPQuickHandler: access rules of this "
                     "location are not asked where its handler is ocsp: "
                     "everybody is answered; set OCSPQuickHandler off, or "
                     "remove them",
                     d->filename, d->line_num);
    }
}
