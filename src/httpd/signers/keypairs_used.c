/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is said of certificates and keys besides whether they sign: who else can
 * read them, and which nobody uses: see pairs.h. Floor 4.
 */
#include <apr_file_info.h>
#include <unistd.h>
#include <unixd.h>

#include "answer/key_file.h"
#include "httpd/load/readers.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"

/* R126: a key that is no secret. Workers need not read it: they
 * have it from the parent, which as root reads it before they run as
 * somebody else. */
void ocsp_keypairs_warn_of_readers(const ocsp_load_ctx_t *pass,
                                   const ocsp_keypairs_key_t *k)
{
    const char *file = k->file, *who = NULL;
    apr_finfo_t info;

    if (ocsp_key_file_is_uri(file)) {
        file = ocsp_key_file_get_uri_file(file);
    }
    if (k->used || file == NULL
        || apr_stat(&info, file, APR_FINFO_PROT | APR_FINFO_OWNER, pass->ptemp)
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
        ocsp_load_ctx_log(
            pass, APLOG_WARNING, 0,
            "OCSP212: %s: a private key that %s can read: let root "
            "alone read it",
            k->file, who);
    }
}

static void say_unreadable(ocsp_load_ctx_t *pass, const char *directive,
                           apr_status_t rv, const char *why)
{
    ocsp_load_ctx_log(pass, APLOG_ERR, rv, "OCSP225: %s: %s; no issuer uses it",
                      directive, why);
}

void ocsp_keypairs_check_used(ocsp_load_ctx_t *pass,
                              const ocsp_issuer_config_t *level)
{
    const apr_array_header_t *certs =
        ocsp_keypairs_get_files(pass, level->cert_files);
    int i;

    for (i = 0; i < certs->nelts; i++) {
        ocsp_keypairs_cert_t *c =
            ocsp_keypairs_get_cert(pass, APR_ARRAY_IDX(certs, i, const char *));

        if (c->used) {
            continue;
        }
        c->used = true;
        if (c->cert == NULL) {
            say_unreadable(pass, "OCSPCertificateFile", c->rv, c->why);
        }
        else {
            ocsp_load_ctx_log(
                pass, APLOG_WARNING, 0,
                "OCSP218: %s: OCSPCertificateFile: no issuer that is "
                "answered for here has issued it: not used",
                c->file);
        }
    }
    for (i = 0; i < level->key_files->nelts; i++) {
        ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(
            pass, APR_ARRAY_IDX(level->key_files, i, const char *));

        if (!k->used && k->key == NULL && !k->encrypted) {
            k->used = true;
            say_unreadable(pass, "OCSPCertificateKeyFile", k->rv, k->why);
        }
    }
}

/* A certificate that stands beside its private key is for root alone. */
static void add_certs(apr_array_header_t *out, ocsp_load_ctx_t *pass,
                      const ocsp_issuer_config_t *level)
{
    static const char key[] = "PRIVATE KEY-----";
    const apr_array_header_t *files =
        ocsp_keypairs_get_files(pass, level->cert_files);
    int i;

    for (i = 0; i < files->nelts; i++) {
        const ocsp_keypairs_cert_t *c =
            ocsp_keypairs_get_cert(pass, APR_ARRAY_IDX(files, i, const char *));

        if (c->cert != NULL && c->content.data != NULL
            && memmem(c->content.data, c->content.len, key, sizeof(key) - 1)
                   == NULL) {
            APR_ARRAY_PUSH(out, const char *) = c->file;
        }
    }
}

void ocsp_keypairs_check_readers(ocsp_load_ctx_t *pass, server_rec *base)
{
    apr_array_header_t *paths = apr_array_make(pass->ptemp, 4,
                                               sizeof(const char *));
    const server_rec *s;
    int i;

    if (ocsp_server_config_get_refresh(ocsp_server_config_get(base)) == 0) {
        return; /* a graceful restart takes renewals up, as root */
    }
    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (s != base && conf == ocsp_server_config_get(base)) {
            continue;
        }
        add_certs(paths, pass, conf->said);
        for (i = 0; i < conf->sections->nelts; i++) {
            add_certs(paths, pass,
                      APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)
                          ->level);
        }
    }
    (void)ocsp_readers_check_paths(pass, paths);
}
