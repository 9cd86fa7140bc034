/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Claims requests by the handler of their location, before URL translation.
 * Floor 4.
 */
#include "httpd/claim.h"

#include <apr_strings.h>
#include <http_core.h>
#include <stdbool.h>
#include <string.h>

#include "httpd/log.h"

/* Our handler's name, and its synonym. */
#define HANDLER "ocsp"
#define HANDLER_TYPE "application/ocsp-request"

bool ocsp_claim_is_our_name(const char *handler)
{
    return handler != NULL
        && (ap_cstr_casecmp(handler, HANDLER) == 0
            || ap_cstr_casecmp(handler, HANDLER_TYPE) == 0);
}

/* What SetHandler or ForceType will say once httpd asks: they are evaluated
 * only in the fixups, when the URL has long been taken apart. */
bool ocsp_claim_is_our_location(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    if (core->expr_handler != NULL) {
        const char *err = NULL;
        const char *name = ap_expr_str_exec(r, core->expr_handler, &err);
        return err == NULL && ocsp_claim_is_our_name(name);
    }
    return ocsp_claim_is_our_name(core->handler != NULL ? core->handler
                                                        : core->mime_type);
}

static bool has_mark(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &ocsp_module) != NULL;
}

bool ocsp_claim_is_claimed(const request_rec *r)
{
    return has_mark(r) && ocsp_claim_is_our_name(r->handler);
}

int ocsp_claim_pre_translate_name(request_rec *r)
{
    /* An ErrorDocument below our location is httpd's own business. */
    if (r->proxyreq != PROXYREQ_NONE
        || (r->prev != NULL && ap_is_HTTP_ERROR(r->prev->status))
        || !ocsp_claim_is_our_location(r)) {
        return DECLINED;
    }
    /* Any pointer that is not NULL. */
    ap_set_module_config(r->request_config, &ocsp_module, r);
    return DONE;
}

int ocsp_claim_translate_name(request_rec *r)
{
    if (!has_mark(r)) {
        return DECLINED;
    }
    /* Not a path: what looks for files beside it must find no directory. */
    r->filename = apr_pstrdup(r->pool, HANDLER);
    return OK;
}

int ocsp_claim_map_to_storage(request_rec *r)
{
    return has_mark(r) ? OK : DECLINED;
}
