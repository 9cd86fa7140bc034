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
#include "httpd/config/directives.h"
#include "httpd/load/glob.h"
#include "status/file.h"

static const char *keep_name(const ocsp_load_ctx_t *pass, const char *file)
{
    return apr_pstrcat(pass->ptemp, "ca:", file, NULL);
}

static apr_status_t read_issuer(const ocsp_issuer_t **out,
                                const ocsp_load_ctx_t *pass, const char *file,
                                const char **why)
{
    ocsp_issuer_t *issuer = NULL;
    ocsp_der_t content;
    apr_status_t rv;

    rv = ocsp_file_read(&content, file, why, pass->ptemp);
    if (rv == APR_SUCCESS) {
        rv = ocsp_issuer_parse(&issuer, content, file, why, pass->pconf);
    }
    *out = issuer;
    return rv;
}

/* The certificate as it was when it last counted, or NULL. */
static const ocsp_issuer_t *recall_issuer(const ocsp_load_ctx_t *pass,
                                          const char *file)
{
    ocsp_der_t content, nothing;
    ocsp_issuer_t *issuer = NULL;
    const char *why;

    if (pass->keep != NULL
        && ocsp_retained_find(pass->keep, keep_name(pass, file), &content,
                              &nothing)) {
        (void)ocsp_issuer_parse(&issuer, content, file, &why, pass->pconf);
    }
    return issuer;
}

static void open_certificate(ocsp_load_ctx_t *pass, ocsp_issuers_issuer_t *si)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = read_issuer(&si->issuer, pass, si->cert_file, &why);
    if (rv != APR_SUCCESS) {
        pass->failures++;
        si->issuer = recall_issuer(pass, si->cert_file);
        ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_load_ctx_log_status(rv),
                     pass->s, "OCSP201: %s; <OCSPIssuer> at %s %s", why,
                     si->where,
                     si->issuer != NULL
                         ? "goes on with the certificate read before"
                         : "cannot be answered for");
    }
    if (si->issuer != NULL) {
        si->name = ocsp_issuer_get0_subject(si->issuer);
    }
}

static void add_issuer(ocsp_load_ctx_t *pass, ocsp_issuers_t *scope,
                       const ocsp_issuers_section_t *section,
                       const ocsp_issuer_config_t *level, const char *file)
{
    ocsp_issuers_issuer_t *si = apr_pcalloc(pass->pconf, sizeof(*si));

    si->section = section;
    si->where = section->defined_at;
    si->level = level;
    si->cert_file = file;
    si->name = si->cert_file;
    ocsp_issuer_config_get_policy(&si->policy, level, pass->refreshes);
    si->http_max_age_s = level->http_max_age_s;
    si->preproduce = (ocsp_issuer_config_preproduce_t)level->preproduce;
    open_certificate(pass, si);
    ocsp_issuers_add(scope, si);
}

void ocsp_issuer_certs_section(ocsp_load_ctx_t *pass, ocsp_issuers_t *scope,
                               const ocsp_issuers_section_t *section,
                               const ocsp_issuer_config_t *outer)
{
    const ocsp_issuer_config_t *level =
        ocsp_directives_merge_issuer(pass->pconf, outer, section->level);
    apr_array_header_t *files;
    int i;

    if (!section->is_glob) {
        add_issuer(pass, scope, section, level, section->pattern);
        return;
    }
    files = ocsp_glob_expand(pass, section->pattern,
                             apr_pstrcat(pass->ptemp, "<OCSPIssuer> at ",
                                         section->defined_at, NULL));
    scope->lost = scope->lost || files->nelts == 0;
    for (i = 0; i < files->nelts; i++) {
        add_issuer(pass, scope, section, level,
                   APR_ARRAY_IDX(files, i, const char *));
    }
}

static void keep(const ocsp_load_ctx_t *pass, const ocsp_issuers_issuer_t *si)
{
    const ocsp_der_t none = {NULL, 0};
    unsigned char *der = NULL;
    int len = i2d_X509(ocsp_issuer_get0_cert(si->issuer), &der);

    if (len > 0) {
        ocsp_der_t content = {der, (size_t)len};

        ocsp_retained_put(pass->keep, keep_name(pass, si->cert_file), content,
                          none);
        OPENSSL_free(der);
    }
}

void ocsp_issuer_certs_close(ocsp_load_ctx_t *pass, const ocsp_issuers_t *scope)
{
    int i;

    for (i = 0; i < scope->issuers->nelts; i++) {
        ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (si->issuer != NULL && pass->keep != NULL) {
            keep(pass, si);
        }
    }
}
