/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes OCSP's URLs out of httpd's hands before it unescapes, redirects or
 * looks for files: base64 with %2F and // then arrives as it was sent, under
 * httpd's defaults. Floor 4.
 */
#ifndef OCSP_HTTPD_REQUEST_URL_CLAIM_H
#define OCSP_HTTPD_REQUEST_URL_CLAIM_H

#include <httpd.h>

#include <stdbool.h>

/** httpd's pre_translate_name: DONE if the request's location is ours. */
int ocsp_url_claim_pre_translate_name(request_rec *r);

/** @return whether the location that per_dir_config is merged for is ours */
bool ocsp_url_claim_is_our_location(request_rec *r);

/** @return whether a name is our handler's. Pure. */
bool ocsp_url_claim_is_our_name(const char *handler);

/** @return whether a request was claimed and its handler is still ours */
bool ocsp_url_claim_is_claimed(const request_rec *r);

/** httpd's translate_name: a claimed request has no file. */
int ocsp_url_claim_translate_name(request_rec *r);

/** httpd's translate_name, after mod_rewrite: a URL that was rewritten into a
 * location of ours is claimed too (U17). */
int ocsp_url_claim_translate_rewritten(request_rec *r);

/** httpd's map_to_storage: nor a directory that could deny it. */
int ocsp_url_claim_map_to_storage(request_rec *r);

/**
 * httpd's fixups, the last: a claimed request gets back the path that was sent,
 * as caches find answers by it. httpd merges slashes, so that two requests
 * could have one path (H2). Locations and access rules are done by then.
 */
int ocsp_url_claim_fixup(request_rec *r);

/**
 * HTTP errors of this request have a text of ours, where per_dir_config has any
 * ErrorDocument: one that is a URL ends in a redirect, httpd's own or that of
 * the whole site to https (R7).
 */
void ocsp_url_claim_drop_error_documents(request_rec *r);

#endif
