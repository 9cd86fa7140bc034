/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See open.h. Floor 4.
 */
#include "httpd/load/issuer_certs.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <string.h>

#include "httpd/log.h"
#include "httpd/load/glob.h"

static const char *keep_name(const ocsp_load_ctx_t *ctx, const char *file)
{
    return apr_pstrcat(ctx->ptemp, "ca:", file, NULL);
}

static apr_status_t read_issuer(const ocsp_issuer_t **out,
                                const ocsp_load_ctx_t *ctx, const char *file,
                                const char **why)
{
    ocsp_issuer_t *issuer = NULL;
    ocsp_der_t content;
    apr_status_t rv;

    rv = ocsp_issuer_read_file(&content, file, why, ctx->ptemp);
    if (rv == APR_SUCCESS) {
        rv = ocsp_issuer_parse(&issuer, content, file, why, ctx->pconf);
    }
    *out = issuer;
    return rv;
}

/* The certificate as it was when it last counted, or NULL. */
static const ocsp_issuer_t *recall_issuer(const ocsp_load_ctx_t *ctx,
                                          const char *file)
{
    ocsp_der_t content, nothing;
    ocsp_issuer_t *issuer = NULL;
    const char *why;

    if (ocsp_load_ctx_find_retained(ctx, keep_name(ctx, file), &content,
                                    &nothing)) {
        (void)ocsp_issuer_parse(&issuer, content, file, &why, ctx->pconf);
    }
    return issuer;
}

static void open_certificate(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    const ocsp_issuer_t *kept = recall_issuer(ctx, si->cert_file);
    const char *why = NULL;
    apr_status_t rv;

    rv = read_issuer(&si->issuer, ctx, si->cert_file, &why);
    if (rv != APR_SUCCESS) {
        si->issuer = kept;
        ocsp_load_ctx_log(ctx, APLOG_ERR, rv,
                          "OCSP201: %s; <OCSPIssuer> at %s %s", why, si->where,
                          kept != NULL
                              ? "goes on with the certificate read before"
                              : "cannot be answered for");
    }
    else if (kept != NULL && !ocsp_issuer_is_same(kept, si->issuer)) {
        si->previous = kept;
    }
    if (si->issuer != NULL) {
        si->name = ocsp_issuer_get0_subject(si->issuer);
    }
}

static void add_issuer(ocsp_load_ctx_t *ctx, ocsp_issuers_t *scope,
                       const ocsp_issuers_section_t *section,
                       const ocsp_issuer_config_t *level, const char *file)
{
    ocsp_issuers_issuer_t *si = apr_pcalloc(ctx->pconf, sizeof(*si));

    si->section = section;
    si->where = section->defined_at;
    si->level = level;
    si->cert_file = file;
    si->name = si->cert_file;
    ocsp_issuer_config_get_policy(&si->policy, level, ctx->refreshes);
    si->http_max_age_s = ocsp_issuer_config_get_http_max_age(level);
    si->preproduce = ocsp_issuer_config_get_preproduce(level);
    open_certificate(ctx, si);
    ocsp_issuers_add(scope, si);
}

void ocsp_issuer_certs_section(ocsp_load_ctx_t *ctx, ocsp_issuers_t *scope,
                               const ocsp_issuers_section_t *section,
                               const ocsp_issuer_config_t *outer)
{
    const ocsp_issuer_config_t *level =
        ocsp_issuer_config_merge(ctx->pconf, outer, section->level);
    apr_array_header_t *files;
    int i;

    if (!section->is_glob) {
        add_issuer(ctx, scope, section, level, section->pattern);
        return;
    }
    files = ocsp_glob_expand(ctx, section->pattern,
                             apr_pstrcat(ctx->ptemp, "<OCSPIssuer> at ",
                                         section->defined_at, NULL));
    scope->lost = scope->lost || files->nelts == 0;
    for (i = 0; i < files->nelts; i++) {
        add_issuer(ctx, scope, section, level,
                   APR_ARRAY_IDX(files, i, const char *));
    }
}

/* A file that held another CA's certificate until now, and now holds one that
 * is here already, was overwritten: a CA does not go because of that. */
static void restore(ocsp_load_ctx_t *ctx, const ocsp_issuers_t *scope, int i)
{
    ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);
    const ocsp_issuers_issuer_t *other = ocsp_issuers_find_ca(scope, si->issuer,
                                                              i);

    if (other == NULL || ocsp_issuers_find_ca(scope, si->previous, i) != NULL) {
        return;
    }
    ocsp_load_ctx_log(
        ctx, APLOG_ERR, 0,
        "OCSP229: %s: holds the certificate of %s, as %s does: "
        "<OCSPIssuer> at %s goes on with that of %s, which was there "
        "before: put it there again",
        si->cert_file, si->name, other->cert_file, si->where,
        ocsp_issuer_get0_subject(si->previous));
    si->issuer = si->previous;
    si->name = ocsp_issuer_get0_subject(si->issuer);
}

static void keep(const ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si)
{
    const ocsp_der_t none = {NULL, 0};
    unsigned char *der = NULL;
    int len = i2d_X509(ocsp_issuer_get0_cert(si->issuer), &der);

    if (len > 0) {
        ocsp_der_t content = {der, (size_t)len};

        ocsp_load_ctx_retain(ctx, keep_name(ctx, si->cert_file), content, none);
        OPENSSL_free(der);
    }
}

void ocsp_issuer_certs_close(ocsp_load_ctx_t *ctx, const ocsp_issuers_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->previous != NULL) {
            restore(ctx, scope, i);
        }
        if (si->issuer != NULL) {
            keep(ctx, si);
        }
    }
}
