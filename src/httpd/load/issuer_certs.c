/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the CA certificates of <OCSPIssuer> sections, and retains them for the
 * time when a file cannot be read. Floor 4.
 */
#include "httpd/load/issuer_certs.h"

#include <apr_strings.h>

#include "answer/key_file.h"
#include "httpd/config/directives.h"
#include "httpd/load/glob.h"
#include "httpd/log.h"
#include "status/file.h"

/* The certificate in a file, or the last one that could be read there. */
static void load_certificate(const ocsp_load_ctx_t *ctx,
                             ocsp_issuers_issuer_t *si)
{
    const char *name = apr_pstrcat(ctx->ptemp, "ca:", si->config.cert_file,
                                   NULL);
    const char *why = NULL, *ignored;
    ocsp_issuer_t *issuer = NULL;
    ocsp_der_t content, none = {NULL, 0};
    apr_status_t rv;

    rv = ocsp_file_read(&content, si->config.cert_file, &why, ctx->ptemp);
    if (rv == APR_SUCCESS) {
        rv = ocsp_issuer_parse(&issuer, content, si->config.cert_file, &why,
                               ctx->pconf);
    }
    if (rv == APR_SUCCESS) {
        /* the file may contain a private key as well */
        content = ocsp_key_file_encode_cert(issuer->cert, ctx->ptemp);
        ocsp_load_ctx_retain(ctx, name, content, none);
    }
    else {
        if (ocsp_load_ctx_find_retained(ctx, name, &content, &none)) {
            (void)ocsp_issuer_parse(&issuer, content, si->config.cert_file,
                                    &ignored, ctx->pconf);
        }
        ocsp_load_ctx_log(ctx, APLOG_ERR, rv,
                          "OCSP201: %s; %s (<OCSPIssuer> at %s)", why,
                          issuer != NULL
                              ? "the earlier certificate stays in use"
                              : "requests for this CA, and for CAs that this "
                                "server does not know, are answered tryLater",
                          si->config.where);
    }
    if (issuer != NULL) {
        ocsp_load_ctx_add_issuer(ctx, issuer);
    }
    si->loaded.issuer = issuer;
    si->loaded.name = issuer != NULL ? issuer->subject : si->config.cert_file;
}

void ocsp_issuer_certs_configure(const ocsp_load_ctx_t *ctx,
                                 ocsp_issuers_issuer_t *si,
                                 const ocsp_issuer_config_t *outer)
{
    si->config.level = ocsp_directives_merge_issuer(ctx->pconf, outer,
                                                    si->config.section->level);
    ocsp_issuer_config_get_policy(&si->config.policy, si->config.level,
                                  ctx->refreshes);
    if (si->config.policy.next_update_s < ctx->counts->shortest_s) {
        ctx->counts->shortest_s = si->config.policy.next_update_s;
    }
}

void ocsp_issuer_certs_load(const ocsp_load_ctx_t *ctx, ocsp_issuers_t *scope,
                            const ocsp_issuers_section_t *section,
                            const ocsp_issuer_config_t *outer)
{
    apr_array_header_t *files;
    int i;

    if (section->is_glob) {
        files = ocsp_glob_expand(ctx, section->pattern,
                                 apr_pstrcat(ctx->ptemp, "<OCSPIssuer> at ",
                                             section->defined_at, NULL));
        scope->lost = scope->lost || files->nelts == 0;
    }
    else {
        files = apr_array_make(ctx->ptemp, 1, sizeof(const char *));
        APR_ARRAY_PUSH(files, const char *) = section->pattern;
    }
    for (i = 0; i < files->nelts; i++) {
        ocsp_issuers_issuer_t *si = apr_pcalloc(ctx->pconf, sizeof(*si));

        si->config.section = section;
        si->config.where = section->defined_at;
        si->config.cert_file = APR_ARRAY_IDX(files, i, const char *);
        ocsp_issuer_certs_configure(ctx, si, outer);
        load_certificate(ctx, si);
        ocsp_issuers_add(scope, si);
    }
}
