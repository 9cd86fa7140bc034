/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and keys: small files, read as whoever starts httpd. Floor 4.
 */
#include "httpd/open.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>
#include <unixd.h>

#include "httpd/log.h"
#include "wire/gtime.h"

const char *ocsp_open_print_time(apr_pool_t *p, int64_t seconds)
{
    char *text = apr_pcalloc(p, OCSP_GTIME_ISO_LEN + 1);

    return ocsp_gtime_format_iso(text, seconds) ? text : "-";
}

/* APR cannot put our own status values into words, and why does. */
apr_status_t ocsp_open_log_status(apr_status_t rv)
{
    return rv >= APR_OS_START_USERERR && rv < APR_OS_START_EAIERR ? 0 : rv;
}

static apr_status_t read_issuer(const ocsp_issuer_t **out,
                                const ocsp_open_pass_t *pass, const char *file,
                                const char **why)
{
    const ocsp_der_t none = {NULL, 0};
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
static bool recall_issuer(const ocsp_issuer_t **out,
                          const ocsp_open_pass_t *pass, const char *file)
{
    ocsp_der_t content, none;
    ocsp_issuer_t *issuer;
    const char *why;

    if (pass->keep == NULL
        || !ocsp_keep_find(pass->keep,
                           apr_pstrcat(pass->ptemp, "ca:", file, NULL),
                           &content, &none)
        || ocsp_issuer_parse(&issuer, content, file, &why, pass->pconf)
               != APR_SUCCESS) {
        return false;
    }
    *out = issuer;
    return true;
}

void ocsp_open_issuer(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = read_issuer(&ci->issuer, pass, ci->cert_file, &why);
    if (rv != APR_SUCCESS) {
        pass->failures++;
        bool kept = recall_issuer(&ci->issuer, pass, ci->cert_file);
        ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_open_log_status(rv), pass->s,
                     "OCSP201: %s; <OCSPIssuer> at %s %s", why, ci->defined_at,
                     kept ? "goes on with the certificate read before"
                          : "cannot be answered for");
    }
    if (ci->issuer != NULL) {
        ci->name = ocsp_issuer_get0_subject(ci->issuer);
    }
}

/* Which files make the signer: the CA's own certificate goes without
 * saying, and one file may hold certificate and key. */
static bool name_signer_files(ocsp_signer_material_t *m,
                              const ocsp_conf_issuer_t *ci)
{
    memset(m, 0, sizeof(*m));
    m->cert_file = ci->signer_cert_file != NULL ? ci->signer_cert_file
                                                : ci->cert_file;
    m->key_file = ci->signer_key_file != NULL ? ci->signer_key_file
                                              : ci->signer_cert_file;
    return m->key_file != NULL;
}

static const char *signer_key(const ocsp_open_pass_t *pass,
                              const ocsp_signer_material_t *m,
                              const ocsp_conf_issuer_t *ci)
{
    return apr_pstrcat(pass->ptemp, "signer:", m->cert_file, "\n", m->key_file,
                       "\n", ci->cert_file, NULL);
}

/* REQUIREMENTS 126: a key that is no secret. Workers need not read it: they
 * have it from the parent, which as root reads it before they run as
 * somebody else. */
static void warn_of_readers(const ocsp_open_pass_t *pass,
                            const ocsp_conf_issuer_t *ci, const char *file)
{
    const char *who = NULL;
    apr_finfo_t info;

    if (apr_stat(&info, file, APR_FINFO_PROT | APR_FINFO_OWNER, pass->ptemp)
        != APR_SUCCESS) {
        return;
    }
    if (info.protection & APR_FPROT_WREAD) {
        who = "everybody";
    }
    else if (geteuid() == 0
             && ((info.user == ap_unixd_config.user_id
                  && (info.protection & APR_FPROT_UREAD))
                 || (info.group == ap_unixd_config.group_id
                     && (info.protection & APR_FPROT_GREAD)))) {
        who = "the user that workers run as";
    }
    if (who != NULL) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, pass->s,
                     "OCSP212: %s: %s: a private key that %s can read: let "
                     "root alone read it",
                     ci->name, file, who);
    }
}

static apr_status_t read_signer(ocsp_signer_t **out,
                                const ocsp_open_pass_t *pass,
                                ocsp_signer_material_t *m,
                                const ocsp_conf_issuer_t *ci,
                                const char **warning, const char **why)
{
    apr_status_t rv;

    rv = ocsp_issuer_read_file(&m->cert, m->cert_file, why, pass->ptemp);
    if (rv == APR_SUCCESS) {
        rv = ocsp_issuer_read_file(&m->key, m->key_file, why, pass->ptemp);
    }
    if (rv == APR_SUCCESS) {
        rv = ocsp_signer_make(out, m, ci->issuer, warning, why, pass->pconf);
    }
    if (rv == APR_SUCCESS) {
        warn_of_readers(pass, ci, m->key_file);
    }
    if (rv == APR_SUCCESS && pass->keep != NULL) {
        ocsp_keep_put(pass->keep, signer_key(pass, m, ci), m->cert, m->key);
    }
    if (m->key.data != NULL) {
        /* ptemp's memory is used again, also by what comes after the fork */
        OPENSSL_cleanse((void *)(uintptr_t)m->key.data, m->key.len);
    }
    return rv;
}

static bool recall_signer(ocsp_signer_t **out, const ocsp_open_pass_t *pass,
                          ocsp_signer_material_t *m,
                          const ocsp_conf_issuer_t *ci)
{
    const char *warning, *why;

    return pass->keep != NULL
        && ocsp_keep_find(pass->keep, signer_key(pass, m, ci), &m->cert,
                          &m->key)
        && ocsp_signer_make(out, m, ci->issuer, &warning, &why, pass->pconf)
               == APR_SUCCESS;
}

static void check_signer_dates(ocsp_open_pass_t *pass,
                               const ocsp_conf_issuer_t *ci,
                               const char *cert_file,
                               const ocsp_signer_t *signer)
{
    if (!ocsp_signer_is_valid(signer, pass->now)) {
        pass->failures++;
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, pass->s,
                     "OCSP204: %s: %s: the signer's certificate is valid from "
                     "%s to %s only: answers tryLater outside; issue a new one",
                     ci->name, cert_file,
                     ocsp_open_print_time(pass->ptemp,
                                          ocsp_signer_get_not_before(signer)),
                     ocsp_open_print_time(pass->ptemp,
                                          ocsp_signer_get_not_after(signer)));
    }
}

void ocsp_open_signer(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci)
{
    const char *why = NULL, *warning = NULL;
    ocsp_signer_material_t m;
    ocsp_signer_t *signer = NULL;
    apr_status_t rv;

    if (!name_signer_files(&m, ci)) {
        rv = OCSP_EMALFORMED;
        why = "no OCSPCertificateFile, no OCSPCertificateKeyFile: name them";
    }
    else {
        rv = read_signer(&signer, pass, &m, ci, &warning, &why);
    }
    if (rv != APR_SUCCESS) {
        pass->failures++;
        if (m.key_file == NULL || !recall_signer(&signer, pass, &m, ci)) {
            signer = NULL;
        }
        ci->signer_why = apr_pstrdup(pass->pconf, why);
        ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_open_log_status(rv), pass->s,
                     "OCSP202: %s: signer not taken: %s; <OCSPIssuer> at %s %s",
                     ci->name, why, ci->defined_at,
                     signer != NULL ? "goes on with the one read before"
                                    : "answers tryLater");
    }
    if (warning != NULL) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, pass->s,
                     "OCSP203: %s: signer: %s", ci->name, warning);
    }
    if (signer != NULL) {
        check_signer_dates(pass, ci, m.cert_file, signer);
        ci->templ = ocsp_response_template_make(signer, pass->pconf);
    }
}
