/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The directives. What can be wrong without opening a file is said here; files
 * are opened by refresh.c, where nothing that they hold stops httpd. Floor 4.
 */
#include "httpd/conf.h"

#include <apr_strings.h>
#include <http_core.h>

#include "httpd/log.h"

void *ocsp_conf_make(apr_pool_t *p, server_rec *s)
{
    ocsp_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->issuers = apr_array_make(p, 2, sizeof(ocsp_conf_issuer_t *));
    return conf;
}

void *ocsp_conf_merge(apr_pool_t *p, void *base, void *add)
{
    const ocsp_conf_t *outer = base;
    const ocsp_conf_t *inner = add;
    ocsp_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->issuers = apr_array_append(p, inner->issuers, outer->issuers);
    conf->own = inner->own;
    return conf;
}

ocsp_conf_t *ocsp_conf_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ocsp_module);
}

ocsp_conf_issuer_t *ocsp_conf_get_issuer(const ocsp_conf_t *conf, int i)
{
    return APR_ARRAY_IDX(conf->issuers, i, ocsp_conf_issuer_t *);
}

/* Anything else would take effect outside the section, for the whole server. */
static const char *check_children(cmd_parms *cmd)
{
    const ap_directive_t *d;

    for (d = cmd->directive->first_child; d != NULL; d = d->next) {
        if (ap_cstr_casecmpn(d->directive, "OCSP", 4) != 0) {
            return apr_psprintf(cmd->pool,
                                "%s%s cannot stand in an <OCSPIssuer> section "
                                "(%s:%d)",
                                d->directive, *d->directive == '<' ? ">" : "",
                                d->filename, d->line_num);
        }
    }
    return NULL;
}

static const char *set_issuer(cmd_parms *cmd, void *dir, const char *arg)
{
    ocsp_conf_t *conf = ocsp_conf_get(cmd->server);
    const char *end = ap_strrchr_c(arg, '>');
    ocsp_conf_issuer_t *issuer;
    const char *file, *err;

    if ((err = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) != NULL) {
        return err;
    }
    if (conf->section != NULL) {
        return "<OCSPIssuer> cannot stand in another <OCSPIssuer>";
    }
    if (end == NULL || end[1] != '\0') {
        return "<OCSPIssuer> needs one certificate file and a closing '>'";
    }
    arg = apr_pstrmemdup(cmd->temp_pool, arg, (apr_size_t)(end - arg));
    file = ap_getword_conf(cmd->pool, &arg);
    if (*file == '\0' || *arg != '\0') {
        return "<OCSPIssuer> needs one argument: the file of a CA's "
               "certificate";
    }
    issuer = apr_pcalloc(cmd->pool, sizeof(*issuer));
    issuer->cert_file = ap_server_root_relative(cmd->pool, file);
    if (issuer->cert_file == NULL) {
        return apr_pstrcat(cmd->pool, "<OCSPIssuer>: not a path: ", file, NULL);
    }
    issuer->name = issuer->cert_file;
    issuer->defined_at = apr_psprintf(cmd->pool, "%s:%d",
                                      cmd->directive->filename,
                                      cmd->directive->line_num);
    if ((err = check_children(cmd)) != NULL) {
        return err;
    }
    conf->section = issuer;
    err = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    conf->section = NULL;
    if (err != NULL) {
        return err;
    }
    APR_ARRAY_PUSH(conf->issuers, ocsp_conf_issuer_t *) = issuer;
    conf->own++;
    return NULL;
}

/* A directive of a section that names one file, once. */
static const char *set_file(cmd_parms *cmd, void *dir, const char *arg)
{
    ocsp_conf_t *conf = ocsp_conf_get(cmd->server);
    apr_size_t offset = (apr_size_t)cmd->info;
    const char **field;
    const char *path;

    if (conf->section == NULL) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " belongs in an <OCSPIssuer> section", NULL);
    }
    field = (const char **)(void *)((char *)conf->section + offset);
    if (*field != NULL) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " is there already: ", *field, NULL);
    }
    path = ap_server_root_relative(cmd->pool, arg);
    if (path == NULL) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name, ": not a path: ", arg,
                           NULL);
    }
    *field = path;
    return NULL;
}

#define FILE_DIRECTIVE(name, field, help)                                      \
    AP_INIT_TAKE1(name, set_file,                                              \
                  (void *)APR_OFFSETOF(ocsp_conf_issuer_t, field), RSRC_CONF,  \
                  help)

const command_rec ocsp_conf_directives[] = {
    AP_INIT_RAW_ARGS("<OCSPIssuer", set_issuer, NULL, RSRC_CONF,
                     "the file of a CA's certificate (PEM or DER)"),
    FILE_DIRECTIVE("OCSPCRLFile", crl_file,
                   "the file of this CA's complete CRL (PEM or DER)"),
    FILE_DIRECTIVE("OCSPCertificateFile", signer_cert_file,
                   "the file of the certificate that signs responses"),
    FILE_DIRECTIVE("OCSPCertificateKeyFile", signer_key_file,
                   "the file of its private key"),
    {.name = NULL},
};
