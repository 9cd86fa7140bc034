/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Claims requests by the handler of their location, and marks them in their
 * request_config. Floor 4.
 */
#include "httpd/request/url_claim.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <stdbool.h>
#include <string.h>

/* The handler's name, and its synonym. */
#define HANDLER "ocsp"
#define HANDLER_TYPE "application/ocsp-request"

/* The body of HTTP errors in place of an ErrorDocument. */
#define ERROR_TEXT "This OCSP request was not answered.\n"

bool ocsp_url_claim_is_our_name(const char *handler)
{
    return handler != NULL
        && (ap_cstr_casecmp(handler, HANDLER) == 0
            || ap_cstr_casecmp(handler, HANDLER_TYPE) == 0);
}

/* Evaluates SetHandler and ForceType: httpd does so only in the fixups, after
 * it has translated the URL. */
bool ocsp_url_claim_is_our_location(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    if (core->expr_handler != NULL) {
        const char *err = NULL;
        const char *name = ap_expr_str_exec(r, core->expr_handler, &err);
        return err == NULL && ocsp_url_claim_is_our_name(name);
    }
    return ocsp_url_claim_is_our_name(core->handler != NULL ? core->handler
                                                            : core->mime_type);
}

/* A proxy request, or an internal redirect to an ErrorDocument. */
static bool is_not_ours(const request_rec *r)
{
    return r->proxyreq != PROXYREQ_NONE
        || (r->prev != NULL && ap_is_HTTP_ERROR(r->prev->status));
}

static void set_mark(request_rec *r)
{
    /* any pointer that is not NULL */
    ap_set_module_config(r->request_config, &ocsp_module, r);
    ocsp_url_claim_drop_error_documents(r);
}

void ocsp_url_claim_drop_error_documents(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    const core_request_config *of_request;
    apr_hash_index_t *at;
    char *text;

    if (core->response_code_exprs == NULL) {
        return;
    }
    ap_custom_response(r, HTTP_INTERNAL_SERVER_ERROR, ERROR_TEXT);
    of_request = ap_get_core_module_config(r->request_config);
    text = of_request->response_code_strings[ap_index_of_response(
        HTTP_INTERNAL_SERVER_ERROR)];
    for (at = apr_hash_first(r->pool, core->response_code_exprs); at != NULL;
         at = apr_hash_next(at)) {
        const void *key;
        int index;

        apr_hash_this(at, &key, NULL, NULL);
        memcpy(&index, key, sizeof(index));
        of_request->response_code_strings[index] = text;
    }
}

int ocsp_url_claim_pre_translate_name(request_rec *r)
{
    if (is_not_ours(r) || !ocsp_url_claim_is_our_location(r)) {
        return DECLINED;
    }
    set_mark(r);
    return DONE;
}

static int set_no_file(request_rec *r)
{
    /* Not a path: modules that look for files beside it find no directory. */
    r->filename = apr_pstrdup(r->pool, HANDLER);
    return OK;
}

int ocsp_url_claim_translate_name(request_rec *r)
{
    return ocsp_url_claim_is_claimed(r) ? set_no_file(r) : DECLINED;
}

int ocsp_url_claim_translate_rewritten(request_rec *r)
{
    struct ap_conf_vector_t *per_dir_config = r->per_dir_config;

    if (r->uri == r->parsed_uri.path || is_not_ours(r)) {
        return DECLINED;
    }
    r->per_dir_config = r->server->lookup_defaults;
    if (ap_location_walk(r) == OK && ap_if_walk(r) == OK
        && ocsp_url_claim_is_our_location(r)) {
        set_mark(r);
        return set_no_file(r);
    }
    r->per_dir_config = per_dir_config;
    return DECLINED;
}

int ocsp_url_claim_map_to_storage(request_rec *r)
{
    return ocsp_url_claim_is_claimed(r) ? OK : DECLINED;
}

int ocsp_url_claim_fixup(request_rec *r)
{
    const char *path = r->unparsed_uri;
    /* as ap_invoke_handler finds it: ForceType sets a type only */
    const char *handler = r->handler != NULL ? r->handler : r->content_type;

    if (ocsp_url_claim_is_claimed(r) && !ocsp_url_claim_is_our_name(handler)) {
        ap_set_module_config(r->request_config, &ocsp_module, NULL);
    }
    else if (ocsp_url_claim_is_claimed(r)) {
        if (*path != '/') { /* scheme and authority */
            const char *authority = strstr(path, "://");
            const char *slash = authority != NULL ? strchr(authority + 3, '/')
                                                  : NULL;

            path = slash != NULL ? slash : path;
        }
        r->uri = apr_pstrmemdup(r->pool, path, strcspn(path, "?"));
    }
    return DECLINED;
}
