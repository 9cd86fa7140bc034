/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Claims the URLs of the responder before httpd unescapes them, redirects them
 * or looks for files: base64 with %2F and // then arrives as it was sent, under
 * httpd's defaults. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_URL_CLAIM_H
#define OCSP_HTTPD_REQUEST_URL_CLAIM_H

#include <httpd.h>

#include <http_config.h>
#include <stdbool.h>

extern module AP_MODULE_DECLARE_DATA ocsp_module;

/** httpd's pre_translate_name hook: claims a request whose location has our
 * handler. */
int ocsp_url_claim_pre_translate_name(request_rec *r);

/** httpd's translate_name hook: a claimed request has no file. */
int ocsp_url_claim_translate_name(request_rec *r);

/** httpd's translate_name hook, after mod_rewrite: also claims a URL that was
 * rewritten into a location with our handler (U17). */
int ocsp_url_claim_translate_rewritten(request_rec *r);

/** httpd's map_to_storage hook: a claimed request has no directory either,
 * whose rules could deny it. */
int ocsp_url_claim_map_to_storage(request_rec *r);

/**
 * httpd's fixups hook, the last: a request that got another handler meanwhile
 * is no longer claimed. The others get the path back that the client sent,
 * since mod_cache stores answers by it: httpd merges slashes, and two requests
 * could get one path (H2). Locations and access rules have been applied by
 * then.
 */
int ocsp_url_claim_fixup(request_rec *r);

/** @return whether a request is claimed; valid once the fixups have run */
static inline bool ocsp_url_claim_is_claimed(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &ocsp_module) != NULL;
}

/** @return whether the location that per_dir_config was merged for has our
 *          handler */
bool ocsp_url_claim_is_our_location(request_rec *r);

/** @return whether a name is our handler's. Pure. */
bool ocsp_url_claim_is_our_name(const char *handler);

/**
 * Replace all ErrorDocuments of per_dir_config by a short text: one that is a
 * URL would redirect, or be redirected with the whole site to https (R7).
 */
void ocsp_url_claim_drop_error_documents(request_rec *r);

#endif
