/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See open.h. Floor 4.
 */
#include "httpd/open.h"

#include <apr_strings.h>

#include "httpd/log.h"
#include "httpd/pattern.h"

static const ocsp_der_t none = {NULL, 0};

static apr_status_t read_issuer(const ocsp_issuer_t **out,
                                const ocsp_pass_t *pass, const char *file,
                                const char **why)
{
    ocsp_issuer_t *issuer;
    ocsp_der_t content;
    apr_status_t rv;

    rv = ocsp_issuer_read_file(&content, file, why, pass->ptemp);
    if (rv == APR_SUCCESS) {
        rv = ocsp_issuer_parse(&issuer, content, file, why, pass->pconf);
    }
    if (rv == APR_SUCCESS) {
        *out = issuer;
        if (pass->keep != NULL) {
            ocsp_keep_put(pass->keep,
                          apr_pstrcat(pass->ptemp, "ca:", file, NULL), content,
                          none);
        }
    }
    return rv;
}

/* The certificate as it was when it was last good. */
static bool recall_issuer(const ocsp_issuer_t **out, const ocsp_pass_t *pass,
                          const char *file)
{
    ocsp_der_t content, nothing;
    ocsp_issuer_t *issuer;
    const char *why;

    if (pass->keep == NULL
        || !ocsp_keep_find(pass->keep,
                           apr_pstrcat(pass->ptemp, "ca:", file, NULL),
                           &content, &nothing)
        || ocsp_issuer_parse(&issuer, content, file, &why, pass->pconf)
               != APR_SUCCESS) {
        return false;
    }
    *out = issuer;
    return true;
}

static void open_certificate(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = read_issuer(&si->issuer, pass, si->cert_file, &why);
    if (rv != APR_SUCCESS) {
        bool kept = recall_issuer(&si->issuer, pass, si->cert_file);

        pass->failures++;
        ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_pass_log_status(rv), pass->s,
                     "OCSP201: %s; <OCSPIssuer> at %s %s", why,
                     si->section->defined_at,
                     kept ? "goes on with the certificate read before"
                          : "cannot be answered for");
    }
    if (si->issuer != NULL) {
        si->name = ocsp_issuer_get0_subject(si->issuer);
    }
}

static void add_issuer(ocsp_pass_t *pass, ocsp_scope_t *scope,
                       const ocsp_scope_section_t *section,
                       const ocsp_level_t *level, const char *file)
{
    ocsp_scope_issuer_t *si = apr_pcalloc(pass->pconf, sizeof(*si));

    si->section = section;
    si->where = section->defined_at;
    si->level = level;
    si->cert_file = file;
    si->name = si->cert_file;
    ocsp_level_get_policy(&si->policy, level);
    si->http_max_age_s = ocsp_level_get_http_max_age(level);
    open_certificate(pass, si);
    ocsp_scope_add(scope, si);
}

void ocsp_open_section(ocsp_pass_t *pass, ocsp_scope_t *scope,
                       const ocsp_scope_section_t *section,
                       const ocsp_level_t *outer)
{
    const ocsp_level_t *level = ocsp_level_merge(pass->pconf, outer,
                                                 section->level);
    apr_array_header_t *files;
    int i;

    if (!section->is_glob) {
        add_issuer(pass, scope, section, level, section->pattern);
        return;
    }
    files = ocsp_pattern_expand(pass, section->pattern,
                                apr_pstrcat(pass->ptemp, "<OCSPIssuer> at ",
                                            section->defined_at, NULL));
    scope->lost = scope->lost || files->nelts == 0;
    for (i = 0; i < files->nelts; i++) {
        add_issuer(pass, scope, section, level,
                   APR_ARRAY_IDX(files, i, const char *));
    }
}
