/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What can be wrong without opening a file is said here; files are opened by
 * refresh.c, where nothing that they hold stops httpd. Of a directive with one
 * value the last counts, as everywhere in httpd; those that name files add up.
 * Floor 4.
 */
#include "httpd/config/directives.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <string.h>

#include "answer/key_file.h"
#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/config/units.h"

/* --- where a directive may stand ------------------------------------------ */

/* Where, and what of the struct that counts there. */
typedef struct {
    unsigned where;
    apr_size_t offset;
    int64_t min; /* of numbers, durations and sizes */
    int64_t max;
    const char *const *words; /* of keywords: the n-th means n */
} spec_t;

#define IN_SECTION 1u
#define IN_SERVER 2u
#define IN_MAIN 4u /* but not in a virtual host */

/* @return what the directive writes to, or NULL with why */
static void *find_field(const char **why, cmd_parms *cmd, const spec_t *spec)
{
    ocsp_server_config_t *conf = ocsp_server_config_get(cmd->server);
    const char *name = cmd->cmd->name;
    void *level = conf->section != NULL ? conf->section : conf->said;

    *why = NULL;
    if (conf->section != NULL && !(spec->where & IN_SECTION)) {
        *why = apr_pstrcat(cmd->pool, name,
                           " cannot stand in an <OCSPIssuer> section", NULL);
    }
    else if (conf->section == NULL && !(spec->where & (IN_SERVER | IN_MAIN))) {
        *why = apr_pstrcat(cmd->pool, name,
                           " belongs in an <OCSPIssuer> section", NULL);
    }
    else if (spec->where & IN_MAIN) {
        *why = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    }
    if (*why != NULL) {
        return NULL;
    }
    return (char *)(spec->where & IN_SECTION ? level : conf) + spec->offset;
}

/* --- values --------------------------------------------------------------- */

static const char *add_path(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why, *path;
    apr_array_header_t **list = find_field(&why, cmd, cmd->info);

    if (list == NULL) {
        return why;
    }
    path = ap_server_root_relative(cmd->pool, arg);
    if (path == NULL) {
        return apr_psprintf(cmd->pool, "%s: not a path: \"%s\"", cmd->cmd->name,
                            arg);
    }
    APR_ARRAY_PUSH(*list, const char *) = path;
    return NULL;
}

/* Files whose names are no patterns and no URLs. */
static const char *add_source(cmd_parms *cmd, void *dir, const char *arg)
{
    if (strstr(arg, "://") != NULL) {
        return apr_psprintf(cmd->pool,
                            "%s: name a file, not a URL (\"%s\"): "
                            "conf/fetch-crl fetches a CRL by cron",
                            cmd->cmd->name, arg);
    }
    if (strchr(arg, '*') != NULL) {
        return apr_psprintf(cmd->pool,
                            "%s: takes no pattern (\"%s\"): name each file, or "
                            "the directory of the CRLs with OCSPCRLPath",
                            cmd->cmd->name, arg);
    }
    return add_path(cmd, dir, arg);
}

static const char *add_path_or_uri(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why;
    apr_array_header_t **list;

    if (!ocsp_key_file_is_uri(arg)) {
        return add_path(cmd, dir, arg);
    }
    if ((list = find_field(&why, cmd, cmd->info)) != NULL) {
        APR_ARRAY_PUSH(*list, const char *) = apr_pstrdup(cmd->pool, arg);
    }
    return why;
}

static const char *set_number(cmd_parms *cmd, const char *arg,
                              bool (*parse)(int64_t *, const char *),
                              const char *what, const char *unit)
{
    const spec_t *spec = cmd->info;
    const char *why;
    int64_t *field = find_field(&why, cmd, spec), value;

    if (field == NULL) {
        return why;
    }
    if (!parse(&value, arg) || value < spec->min || value > spec->max) {
        return apr_psprintf(cmd->pool,
                            "%s: %s, from %" APR_INT64_T_FMT
                            " to %" APR_INT64_T_FMT "%s, not \"%s\"",
                            cmd->cmd->name, what, (apr_int64_t)spec->min,
                            (apr_int64_t)spec->max, unit, arg);
    }
    *field = value;
    return NULL;
}

static const char *set_duration(cmd_parms *cmd, void *dir, const char *arg)
{
    return set_number(cmd, arg, ocsp_units_parse_duration,
                      "a duration like 90, 30min, 12h or 7d", " seconds");
}

static const char *set_off(cmd_parms *cmd)
{
    const char *why;
    int64_t *field = find_field(&why, cmd, cmd->info);

    if (field != NULL) {
        *field = 0;
    }
    return why;
}

static const char *set_duration_or_off(cmd_parms *cmd, void *dir,
                                       const char *arg)
{
    return ap_cstr_casecmp(arg, "off") == 0
             ? set_off(cmd)
             : set_number(cmd, arg, ocsp_units_parse_duration,
                          "off or a duration like 90, 30min, 12h or 7d",
                          " seconds");
}

static const char *set_size(cmd_parms *cmd, void *dir, const char *arg)
{
    return set_number(cmd, arg, ocsp_units_parse_size,
                      "a size like 10k, 64m or 2g", " octets");
}

static const char *set_size_or_off(cmd_parms *cmd, void *dir, const char *arg)
{
    return ap_cstr_casecmp(arg, "off") == 0
             ? set_off(cmd)
             : set_number(cmd, arg, ocsp_units_parse_size,
                          "off or a size like 1m, 64m or 2g", " octets");
}

static const char *set_count(cmd_parms *cmd, void *dir, const char *arg)
{
    return set_number(cmd, arg, ocsp_units_parse_count, "a number", "");
}

static const char *set_word(cmd_parms *cmd, void *dir, const char *arg)
{
    const spec_t *spec = cmd->info;
    const char *why, *all = "";
    int *field = find_field(&why, cmd, spec), i;

    if (field == NULL) {
        return why;
    }
    for (i = 0; spec->words[i] != NULL; i++) {
        if (ap_cstr_casecmp(arg, spec->words[i]) == 0) {
            *field = i;
            return NULL;
        }
        all = apr_pstrcat(cmd->temp_pool, all, i != 0 ? "|" : "",
                          spec->words[i], NULL);
    }
    return apr_psprintf(cmd->pool, "%s: one of %s, not \"%s\"", cmd->cmd->name,
                        all, arg);
}

static const char *set_dialog(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why;
    const char **field = find_field(&why, cmd, cmd->info);

    if (field == NULL) {
        return why;
    }
    if (ap_cstr_casecmp(arg, "builtin") == 0) {
        *field = NULL;
        return NULL;
    }
    if (ap_cstr_casecmpn(arg, "exec:", 5) != 0 || arg[5] == '\0') {
        return apr_psprintf(cmd->pool,
                            "%s: builtin or exec:/path/to/program, not \"%s\"",
                            cmd->cmd->name, arg);
    }
    *field = ap_server_root_relative(cmd->pool, arg + 5);
    return *field != NULL ? NULL
                          : apr_psprintf(cmd->pool, "%s: not a path: %s",
                                         cmd->cmd->name, arg + 5);
}

/* --- <OCSPIssuer> --------------------------------------------------------- */

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

/* The one argument of the section. */
static const char *read_pattern(const char **pattern, cmd_parms *cmd,
                                const char *arg)
{
    const char *end = ap_strrchr_c(arg, '>');
    const char *file;

    if (end == NULL || end[1] != '\0') {
        return "<OCSPIssuer> needs one certificate file and a closing '>'";
    }
    arg = apr_pstrmemdup(cmd->temp_pool, arg, (apr_size_t)(end - arg));
    file = ap_getword_conf(cmd->pool, &arg);
    if (*file == '\0' || *arg != '\0') {
        return "<OCSPIssuer> needs one argument: the file of a CA's "
               "certificate, or a pattern like \"cas/*.pem\"";
    }
    *pattern = ap_server_root_relative(cmd->pool, file);
    return *pattern != NULL
             ? NULL
             : apr_pstrcat(cmd->pool, "<OCSPIssuer>: not a path: ", file, NULL);
}

static const char *set_issuer(cmd_parms *cmd, void *dir, const char *arg)
{
    ocsp_server_config_t *conf = ocsp_server_config_get(cmd->server);
    ocsp_issuers_section_t *section = apr_pcalloc(cmd->pool, sizeof(*section));
    const char *why;

    if ((why = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) != NULL) {
        return why;
    }
    if ((why = read_pattern(&section->pattern, cmd, arg)) != NULL
        || (why = check_children(cmd)) != NULL) {
        return why;
    }
    section->is_glob = apr_fnmatch_test(section->pattern) != 0;
    section->defined_at = apr_psprintf(cmd->pool, "%s:%d",
                                       cmd->directive->filename,
                                       cmd->directive->line_num);
    conf->section = ocsp_issuer_config_make(cmd->pool);
    section->level = conf->section;
    why = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    conf->section = NULL;
    APR_ARRAY_PUSH(conf->sections, ocsp_issuers_section_t *) = section;
    return why;
}

/* --- the table ------------------------------------------------------------ */

#define ANYWHERE (IN_SECTION | IN_SERVER)
#define LEVEL(field) APR_OFFSETOF(ocsp_issuer_config_t, field)
#define CONF(field) APR_OFFSETOF(ocsp_server_config_t, field)

/* Where keywords stand in their enums. */
_Static_assert(OCSP_ANSWER_UNLISTED_REVOKED == 3
                   && OCSP_RESPONSE_INCLUDE_CHAIN == 3
                   && OCSP_ANSWER_THIS_UPDATE_CHECKED == 1
                   && OCSP_ISSUER_CONFIG_PREPRODUCE_ALL == 2,
               "the n-th word means n");
static const char *const key_or_name[] = {"key", "name", NULL};
static const char *const auto_on_off_chain[] = {"auto", "on", "off", "chain",
                                                NULL};
static const char *const echo_or_ignore[] = {"echo", "ignore", NULL};
static const char *const source_or_checked[] = {"source", "checked", NULL};
static const char *const auto_or_complete[] = {"auto", "complete", NULL};
static const char *const off_or_on[] = {"off", "on", NULL};
static const char *const off_hot_all[] = {"off", "hot", "all", NULL};
static const char *const unlisted[] = {"good", "unknown", "unauthorized",
                                       "revoked", NULL};

/* What clients and caches can live with, and what is surely a slip. */
#define DURATION_MIN 60
#define DURATION_MAX INT64_C(31622400) /* 366 days */
#define REFRESH_MAX 86400              /* a day */

static const spec_t crl_file = {IN_SECTION, LEVEL(crl_files), 0, 0, NULL};
static const spec_t crl_path = {ANYWHERE, LEVEL(crl_paths), 0, 0, NULL};
static const spec_t index_file = {IN_SECTION, LEVEL(index_files), 0, 0, NULL};
static const spec_t issued_file = {IN_SECTION, LEVEL(issued_files), 0, 0, NULL};
static const spec_t cert_file = {ANYWHERE, LEVEL(cert_files), 0, 0, NULL};
static const spec_t key_file = {ANYWHERE, LEVEL(key_files), 0, 0, NULL};
static const spec_t trusted = {IN_SECTION, LEVEL(trusted), 0, 0, off_or_on};
static const spec_t by_name = {ANYWHERE, LEVEL(by_name), 0, 0, key_or_name};
static const spec_t include = {ANYWHERE, LEVEL(include), 0, 0,
                               auto_on_off_chain};
static const spec_t nonce = {ANYWHERE, LEVEL(ignore_nonce), 0, 0,
                             echo_or_ignore};
static const spec_t this_update = {ANYWHERE, LEVEL(this_update), 0, 0,
                                   source_or_checked};
static const spec_t unlisted_as = {IN_SECTION, LEVEL(unlisted), 0, 0, unlisted};
static const spec_t coverage = {IN_SECTION, LEVEL(complete), 0, 0,
                                auto_or_complete};
static const spec_t next_update = {ANYWHERE, LEVEL(next_update_s), DURATION_MIN,
                                   DURATION_MAX, NULL};
static const spec_t http_max_age = {ANYWHERE, LEVEL(http_max_age_s), 1,
                                    DURATION_MAX, NULL};
static const spec_t answer_age = {ANYWHERE, LEVEL(answer_age_s), 0,
                                  DURATION_MAX, NULL};
static const spec_t grace = {ANYWHERE, LEVEL(grace_s), 0, DURATION_MAX, NULL};
static const spec_t max_age = {ANYWHERE, LEVEL(max_age_s), DURATION_MIN,
                               DURATION_MAX, NULL};
static const spec_t max_certs = {IN_SERVER, CONF(max_certs), 1, 1000, NULL};
static const spec_t max_request_size = {IN_SERVER, CONF(max_request_size), 128,
                                        1024 * 1024, NULL};
static const spec_t table_size = {IN_MAIN, CONF(table_size), 1024 * 1024,
                                  INT64_C(1) << 43, NULL};
static const spec_t refresh = {IN_MAIN, CONF(refresh_s), 1, REFRESH_MAX, NULL};
static const spec_t cache_size = {IN_MAIN, CONF(cache_size),
                                  OCSP_CACHE_SIZE_MIN, INT64_C(1) << 40, NULL};
static const spec_t sign_limit = {IN_MAIN, CONF(sign_limit), 1,
                                  OCSP_SIGN_SLOTS_MAX, NULL};
static const spec_t quick = {IN_SERVER, CONF(quick), 0, 0, off_or_on};
static const spec_t preproduce = {IN_SECTION, LEVEL(preproduce), 0, 0,
                                  off_hot_all};
static const spec_t dialog = {IN_MAIN, CONF(dialog), 0, 0, NULL};

#define DIRECTIVE(kind, name, set, spec, help)                                 \
    kind(name, set, (void *)(uintptr_t) & (spec), RSRC_CONF, help)

const command_rec ocsp_directives[] = {
    AP_INIT_RAW_ARGS("<OCSPIssuer", set_issuer, NULL, RSRC_CONF,
                     "the file of a CA's certificate, or a pattern of several"),
    DIRECTIVE(AP_INIT_ITERATE, "OCSPCRLFile", add_source, crl_file,
              "files of this CA's CRL, or of its parts (PEM or DER)"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPCRLPath", add_source, crl_path,
              "a directory of CRLs: each goes to the issuer that signed it"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPCRLCoverage", set_word, coverage,
              "auto or complete: whether the CRLs cover every certificate"),
    DIRECTIVE(AP_INIT_ITERATE, "OCSPIndexFile", add_source, index_file,
              "files of \"openssl ca\": what this CA has issued and revoked"),
    DIRECTIVE(AP_INIT_ITERATE, "OCSPIssuedFile", add_source, issued_file,
              "lists of the serial numbers that this CA has issued"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPStaleGrace", set_duration, grace,
              "how long past its nextUpdate a CRL still counts"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPSourceMaxAge", set_duration_or_off, max_age,
              "off, or how long what has no nextUpdate counts"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPRefresh", set_duration_or_off, refresh,
              "off, or how often files are looked at for changes"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPCertificateFile", add_path, cert_file,
              "the file of a certificate that signs responses, or a pattern"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPCertificateKeyFile", add_path_or_uri,
              key_file, "the file or URI of its private key"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPTrustedResponder", set_word, trusted,
              "on: also a signer that this CA did not issue"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPPassPhraseDialog", set_dialog, dialog,
              "builtin or exec:/path: how passphrases of keys are asked for"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPResponderID", set_word, by_name,
              "key or name: how responses name their signer"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPIncludeCertificate", set_word, include,
              "auto, on or off: whether the signer's certificate is sent"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPNextUpdate", set_duration, next_update,
              "the longest validity of a response"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPHTTPMaxAge", set_duration, http_max_age,
              "cap of max-age in Cache-Control"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPAnswerAge", set_duration, answer_age,
              "how old a response may be when it is sent"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPThisUpdate", set_word, this_update,
              "source or checked: where thisUpdate comes from"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPUnlisted", set_word, unlisted_as,
              "good, unknown, unauthorized or revoked: what is said of a "
              "serial number that no source lists"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPNonce", set_word, nonce,
              "echo or ignore: what becomes of a request's nonce"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPMaxCerts", set_count, max_certs,
              "certificates in one request at most"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPMaxRequestSize", set_size, max_request_size,
              "octets of a request at most"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPTableSize", set_size, table_size,
              "room in shared memory for the status tables"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPCacheSize", set_size_or_off, cache_size,
              "off, or room in shared memory for signed responses"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPSignLimit", set_count, sign_limit,
              "signatures under way at once, over all processes"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPQuickHandler", set_word, quick,
              "on: answer before access rules are asked"),
    DIRECTIVE(AP_INIT_TAKE1, "OCSPPreproduce", set_word, preproduce,
              "off, hot or all: what is signed ahead of need"),
    {.name = NULL},
};
