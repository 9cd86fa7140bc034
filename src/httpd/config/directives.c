/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of directives, and the functions that walk it: parse a value, set
 * defaults, inherit, print. A directive is rejected for its syntax only; files
 * are opened later, when no fault can stop httpd. A directive with one value
 * may be repeated, and the last one counts; those that name files add up.
 * Floor 4.
 */
#include "httpd/config/directives.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "answer/key_file.h"
#include "httpd/config/units.h"
#include "httpd/log.h"

/* Where a directive may be used. */
typedef enum {
    IN_SECTION = 0, /* <OCSPIssuer> */
    ANYWHERE,       /* that, a virtual host and the main server */
    IN_SERVER,      /* a virtual host and the main server */
    IN_MAIN         /* the main server */
} context_t;

/* The type of a field, and when it is inherited. A number: where it is not set.
 * A list of files: where no list of its group has any, because an inner key
 * must not meet an outer certificate. CRL signers and issuance data are groups
 * of their own, as they add to the CRLs of any level. */
typedef enum {
    NUMBER = 0, /* int64_t */
    PROGRAM,    /* const char *; of the main server, so not inherited */
    DIRECTORY,  /* likewise */
    CRLS,       /* apr_array_header_t * of const char *; and what follows */
    CRL_SIGNERS,
    ISSUANCE,
    SIGNERS
} field_t;

/* A directive, besides what httpd itself has to know of it. Its field is in
 * ocsp_issuer_config_t if a section may have it, else in ocsp_server_config_t.
 */
typedef struct {
    context_t context;
    field_t type;
    apr_size_t offset;
    int64_t fallback;         /* the default, or OCSP_ISSUER_CONFIG_UNSET */
    const char *const *words; /* keywords, the n-th sets n; or NULL */
    ocsp_units_t unit;        /* of a number; with its range: */
    int64_t min;
    int64_t max; /* 0: only keywords are accepted */
} row_t;

static bool is_of_issuers(const row_t *row)
{
    return row->context == IN_SECTION || row->context == ANYWHERE;
}

static void *get_field(void *config, const row_t *row)
{
    return (char *)config + row->offset;
}

static int64_t get_number(const void *config, const row_t *row)
{
    return *(const int64_t *)(const void *)((const char *)config + row->offset);
}

static apr_array_header_t *get_list(const void *config, const row_t *row)
{
    return *(apr_array_header_t *const *)(const void *)((const char *)config
                                                        + row->offset);
}

/* --- parsing -------------------------------------------------------------- */

/* Find the field that a directive sets, or why it must not be used here. */
static void *find_field(const char **why, cmd_parms *cmd)
{
    const row_t *row = cmd->info;
    ocsp_server_config_t *conf = ocsp_server_config_get(cmd->server);
    void *config = conf;

    *why = NULL;
    if (conf->section != NULL && !is_of_issuers(row)) {
        *why = apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " cannot be used in an <OCSPIssuer> section", NULL);
    }
    else if (conf->section == NULL && row->context == IN_SECTION) {
        *why = apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " belongs in an <OCSPIssuer> section", NULL);
    }
    else if (row->context == IN_MAIN) {
        *why = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    }
    if (is_of_issuers(row) && conf->section != NULL) {
        config = conf->section;
    }
    else if (is_of_issuers(row)) {
        config = conf->own_level;
        conf->sets_own_level = true;
    }
    return *why == NULL ? get_field(config, row) : NULL;
}

static const char *add_path(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why;
    const char *path = ap_server_root_relative(cmd->pool, arg);
    apr_array_header_t **list = find_field(&why, cmd);

    if (list == NULL) {
        return why;
    }
    if (path == NULL) {
        return apr_psprintf(cmd->pool, "%s: not a path: \"%s\"", cmd->cmd->name,
                            arg);
    }
    APR_ARRAY_PUSH(*list, const char *) = path;
    return NULL;
}

/* CRLs and issuance data: neither a URL nor a pattern. */
static const char *add_source(cmd_parms *cmd, void *dir, const char *arg)
{
    if (strstr(arg, "://") != NULL) {
        return apr_psprintf(cmd->pool,
                            "%s: name a file, not a URL (\"%s\"): "
                            "conf/fetch-crl fetches CRLs as a cron job",
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
    if ((list = find_field(&why, cmd)) != NULL) {
        APR_ARRAY_PUSH(*list, const char *) = arg;
    }
    return why;
}

static const char *set_number(cmd_parms *cmd, void *dir, const char *arg)
{
    static const struct {
        const char *what;
        const char *unit;
    } shown[] = {
        [OCSP_UNITS_COUNT] = {"a number", ""},
        [OCSP_UNITS_DURATION] = {"a duration like 90, 30min, 12h or 7d",
                                 " seconds"},
        [OCSP_UNITS_SIZE] = {"a size like 10k, 64m or 2g", " octets"},
    };
    const row_t *row = cmd->info;
    const char *why, *all = "";
    int64_t *field = find_field(&why, cmd), value;
    int i;

    if (field == NULL) {
        return why;
    }
    for (i = 0; row->words != NULL && row->words[i] != NULL; i++) {
        if (ap_cstr_casecmp(arg, row->words[i]) == 0) {
            *field = i;
            return NULL;
        }
        all = apr_pstrcat(cmd->temp_pool, all, i != 0 ? "|" : "", row->words[i],
                          NULL);
    }
    if (row->max == 0) {
        return apr_psprintf(cmd->pool, "%s: one of %s, not \"%s\"",
                            cmd->cmd->name, all, arg);
    }
    if (!ocsp_units_parse(&value, arg, row->unit) || value < row->min
        || value > row->max) {
        return apr_psprintf(cmd->pool,
                            "%s: %s%s%s, from %" APR_INT64_T_FMT
                            " to %" APR_INT64_T_FMT "%s, not \"%s\"",
                            cmd->cmd->name, all, *all != '\0' ? " or " : "",
                            shown[row->unit].what, (apr_int64_t)row->min,
                            (apr_int64_t)row->max, shown[row->unit].unit, arg);
    }
    *field = value;
    return NULL;
}

static const char *set_dialog(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why;
    const char **field = find_field(&why, cmd);

    if (field == NULL) {
        return why;
    }
    *field = NULL;
    if (ap_cstr_casecmp(arg, "builtin") == 0) {
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

static const char *set_directory(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *why;
    const char **field = find_field(&why, cmd);

    if (field == NULL) {
        return why;
    }
    *field = *arg != '\0' ? ap_server_root_relative(cmd->pool, arg) : NULL;
    return *field != NULL ? NULL
                          : apr_psprintf(cmd->pool, "%s: not a path: \"%s\"",
                                         cmd->cmd->name, arg);
}

/* --- whole configurations ------------------------------------------------- */

/* Go on to the next row of one of the two structs; n begins at 0, which is the
 * section. */
static const row_t *get_next(int *n, bool of_issuers)
{
    while (ocsp_directives[++*n].name != NULL) {
        const row_t *row = ocsp_directives[*n].cmd_data;

        if (is_of_issuers(row) == of_issuers) {
            return row;
        }
    }
    return NULL;
}

static void reset(void *config, bool of_issuers, bool use_defaults,
                  apr_pool_t *p)
{
    const row_t *row;
    int n = 0;

    while ((row = get_next(&n, of_issuers)) != NULL) {
        if (row->type == NUMBER) {
            *(int64_t *)get_field(config, row) = use_defaults
                                                   ? row->fallback
                                                   : OCSP_ISSUER_CONFIG_UNSET;
        }
        else if (row->type > DIRECTORY) {
            *(apr_array_header_t **)get_field(config, row) =
                apr_array_make(p, 1, sizeof(const char *));
        }
    }
}

static bool has_files(const void *config, field_t type)
{
    const row_t *row;
    int n = 0;

    while ((row = get_next(&n, true)) != NULL) {
        if (row->type == type && get_list(config, row)->nelts != 0) {
            return true;
        }
    }
    return false;
}

/* @param out a copy of inner */
static void inherit(void *out, const void *inner, const void *outer,
                    bool of_issuers)
{
    const row_t *row;
    int n = 0;

    while ((row = get_next(&n, of_issuers)) != NULL) {
        if (row->type == NUMBER) {
            if (get_number(inner, row) == OCSP_ISSUER_CONFIG_UNSET) {
                *(int64_t *)get_field(out, row) = get_number(outer, row);
            }
        }
        else if (row->type > DIRECTORY && !has_files(inner, row->type)) {
            *(apr_array_header_t **)get_field(out, row) = get_list(outer, row);
        }
    }
}

static ocsp_issuer_config_t *make_issuer_config(bool use_defaults,
                                                apr_pool_t *p)
{
    ocsp_issuer_config_t *config = apr_pcalloc(p, sizeof(*config));

    reset(config, true, use_defaults, p);
    return config;
}

/* Count the processors that this process may use: taskset or a container may
 * limit them. */
static int64_t count_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof(usable), &usable) == 0) {
        count = CPU_COUNT(&usable);
    }
#endif
    return count < 1                   ? 1
         : count > OCSP_SIGN_SLOTS_MAX ? OCSP_SIGN_SLOTS_MAX
                                       : count;
}

void *ocsp_directives_make(apr_pool_t *p, server_rec *s)
{
    ocsp_server_config_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->sections = apr_array_make(p, 2, sizeof(ocsp_issuers_section_t *));
    conf->own_level = make_issuer_config(!s->is_virtual, p);
    conf->level = conf->own_level;
    reset(conf, false, !s->is_virtual, p);
    if (!s->is_virtual) {
        conf->sign_limit = count_processors();
    }
    return conf;
}

void *ocsp_directives_merge(apr_pool_t *p, void *main, void *host)
{
    const ocsp_server_config_t *outer = main;
    const ocsp_server_config_t *inner = host;
    ocsp_server_config_t *conf = apr_pmemdup(p, inner, sizeof(*inner));
    ocsp_issuer_config_t *level = apr_pmemdup(p, inner->own_level,
                                              sizeof(*level));

    inherit(conf, inner, outer, false);
    inherit(level, inner->own_level, outer->own_level, true);
    conf->outer = outer;
    conf->level = level;
    return conf;
}

ocsp_issuer_config_t *ocsp_directives_merge_issuer(
    apr_pool_t *p, const ocsp_issuer_config_t *server,
    const ocsp_issuer_config_t *section)
{
    ocsp_issuer_config_t *config = apr_pmemdup(p, section, sizeof(*section));

    inherit(config, section, server, true);
    if (config->unlisted == OCSP_ISSUER_CONFIG_UNSET) {
        config->unlisted = ocsp_issuer_config_names_issuance(config)
                             ? OCSP_ANSWER_UNLISTED_UNKNOWN
                             : OCSP_ANSWER_UNLISTED_GOOD;
    }
    return config;
}

static const char *print_value(const void *config, const row_t *row,
                               apr_pool_t *p)
{
    int64_t number;
    int i;

    if (row->type == PROGRAM) {
        const char *program = ((const ocsp_server_config_t *)config)->dialog;

        return program != NULL ? apr_pstrcat(p, "exec:", program, NULL)
                               : "builtin";
    }
    if (row->type == DIRECTORY) {
        const char *dir = ((const ocsp_server_config_t *)config)->state_dir;

        return dir != NULL ? dir : "default";
    }
    number = get_number(config, row);
    for (i = 0; row->words != NULL && row->words[i] != NULL; i++) {
        if (i == number) {
            return row->words[i];
        }
    }
    return number == OCSP_ISSUER_CONFIG_UNSET
             ? "default"
             : apr_psprintf(p, "%" APR_INT64_T_FMT, (apr_int64_t)number);
}

/* @param main whether rows of the main server are printed */
static const char *print(const void *config, bool of_issuers, bool main,
                         apr_pool_t *p)
{
    const char *text = "";
    const row_t *row;
    int n = 0;

    while ((row = get_next(&n, of_issuers)) != NULL) {
        if (row->type <= DIRECTORY && (main || row->context != IN_MAIN)) {
            text = apr_pstrcat(p, text, *text != '\0' ? ", " : "",
                               ocsp_directives[n].name, " ",
                               print_value(config, row, p), NULL);
        }
    }
    return text;
}

const char *ocsp_directives_print_issuer(const ocsp_issuer_config_t *config,
                                         apr_pool_t *p)
{
    return print(config, true, false, p);
}

const char *ocsp_directives_print_server(const ocsp_server_config_t *conf,
                                         apr_pool_t *p)
{
    return print(conf, false, conf->outer == NULL, p);
}

/* --- <OCSPIssuer> --------------------------------------------------------- */

/* Reject directives of other modules, which httpd would apply to the whole
 * server. */
static const char *check_children(cmd_parms *cmd)
{
    const ap_directive_t *d;

    for (d = cmd->directive->first_child; d != NULL; d = d->next) {
        if (ap_cstr_casecmpn(d->directive, "OCSP", 4) != 0) {
            return apr_psprintf(cmd->pool,
                                "%s%s cannot be used in an <OCSPIssuer> "
                                "section (%s:%d)",
                                d->directive, *d->directive == '<' ? ">" : "",
                                d->filename, d->line_num);
        }
    }
    return NULL;
}

/* Parse the argument of the section. */
static const char *parse_pattern(const char **pattern, cmd_parms *cmd,
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

    if ((why = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) != NULL
        || (why = parse_pattern(&section->pattern, cmd, arg)) != NULL
        || (why = check_children(cmd)) != NULL) {
        return why;
    }
    section->is_glob = apr_fnmatch_test(section->pattern) != 0;
    section->defined_at = apr_psprintf(cmd->pool, "%s:%d",
                                       cmd->directive->filename,
                                       cmd->directive->line_num);
    conf->section = make_issuer_config(false, cmd->pool);
    section->level = conf->section;
    why = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    conf->section = NULL;
    APR_ARRAY_PUSH(conf->sections, ocsp_issuers_section_t *) = section;
    return why;
}

/* --- the table ------------------------------------------------------------ */

#define ISSUER(field) APR_OFFSETOF(ocsp_issuer_config_t, field)
#define SERVER(field) APR_OFFSETOF(ocsp_server_config_t, field)
#define ROW(init, name, set, help, ...)                                        \
    init(name, set, (void *)(uintptr_t) & ((const row_t){__VA_ARGS__}),        \
         RSRC_CONF, help)
#define FILES(init, name, set, help, where, group, at)                         \
    ROW(init, name, set, help, .context = (where), .type = (group),            \
        .offset = (at))
#define KEYWORD(name, help, where, at, value, ...)                             \
    ROW(AP_INIT_TAKE1, name, set_number, help, .context = (where),             \
        .offset = (at), .fallback = (value),                                   \
        .words = (const char *const[]){__VA_ARGS__, NULL})
#define RANGE(name, help, where, at, value, keywords, units, from, to)         \
    ROW(AP_INIT_TAKE1, name, set_number, help, .context = (where),             \
        .offset = (at), .fallback = (value), .words = (keywords),              \
        .unit = OCSP_UNITS_##units, .min = (from), .max = (to))

static const char *const off[] = {"off", NULL};

#define UNSET OCSP_ISSUER_CONFIG_UNSET
#define HOUR 3600
#define DAY 86400
#define YEAR (366 * DAY) /* nobody means more */
#define KB INT64_C(1024)
#define MB (KB * KB)
#define GB (KB * MB)

_Static_assert(OCSP_ANSWER_UNLISTED_REVOKED == 3
                   && OCSP_RESPONSE_INCLUDE_CHAIN == 3
                   && OCSP_ANSWER_THIS_UPDATE_CHECKED == 1
                   && OCSP_CRL_KEYS_SCOPE_NAME == 1
                   && OCSP_ISSUER_CONFIG_PREPRODUCE_ALL == 2,
               "keywords are in the order of their enums");

/* First the files, then in the order in which "httpd -t -D DUMP_OCSP" prints
 * the settings of an issuer and of a server. */
const command_rec ocsp_directives[] = {
    AP_INIT_RAW_ARGS("<OCSPIssuer", set_issuer, NULL, RSRC_CONF,
                     "certificate file of a CA, or a pattern of such files"),
    FILES(AP_INIT_ITERATE, "OCSPCRLFile", add_source,
          "CRLs of this CA, PEM or DER", IN_SECTION, CRLS, ISSUER(crl_files)),
    FILES(AP_INIT_TAKE1, "OCSPCRLPath", add_source,
          "a directory of CRLs, each for the issuer that signed it", ANYWHERE,
          CRLS, ISSUER(crl_paths)),
    FILES(AP_INIT_ITERATE, "OCSPCRLSignerFile", add_path,
          "certificates that sign the CRLs of this CA, besides its own",
          IN_SECTION, CRL_SIGNERS, ISSUER(crl_signers)),
    FILES(AP_INIT_ITERATE, "OCSPIndexFile", add_source,
          "index.txt of \"openssl ca\": issued and revoked certificates",
          IN_SECTION, ISSUANCE, ISSUER(index_files)),
    FILES(AP_INIT_ITERATE, "OCSPIssuedFile", add_source,
          "lists of the serial numbers that this CA has issued", IN_SECTION,
          ISSUANCE, ISSUER(issued_files)),
    FILES(AP_INIT_TAKE1, "OCSPCertificateFile", add_path,
          "certificate file of a signer, or a pattern of such files", ANYWHERE,
          SIGNERS, ISSUER(cert_files)),
    FILES(AP_INIT_TAKE1, "OCSPCertificateKeyFile", add_path_or_uri,
          "private key of a signer, a file or URI", ANYWHERE, SIGNERS,
          ISSUER(key_files)),

    KEYWORD("OCSPUnlisted", "status of a serial number that no source lists",
            IN_SECTION, ISSUER(unlisted), UNSET, "good", "unknown",
            "unauthorized", "revoked"),
    RANGE("OCSPStaleGrace", "how long a CRL is used after its nextUpdate",
          ANYWHERE, ISSUER(grace_s), 0, NULL, DURATION, 0, YEAR),
    RANGE("OCSPSourceMaxAge",
          "how long a source without nextUpdate is used, or off", ANYWHERE,
          ISSUER(max_age_s), UNSET, off, DURATION, 60, YEAR),
    RANGE("OCSPNextUpdate", "longest validity of a response", ANYWHERE,
          ISSUER(next_update_s), 12 * HOUR, NULL, DURATION, 60, YEAR),
    RANGE("OCSPHTTPMaxAge", "upper limit of Cache-Control: max-age", ANYWHERE,
          ISSUER(http_max_age_s), HOUR, NULL, DURATION, 1, YEAR),
    RANGE("OCSPAnswerAge", "how old a response may be when sent", ANYWHERE,
          ISSUER(answer_age_s), UNSET, NULL, DURATION, 0, YEAR),
    KEYWORD("OCSPThisUpdate",
            "thisUpdate: that of the source, or the time of the last check",
            ANYWHERE, ISSUER(this_update), OCSP_ANSWER_THIS_UPDATE_SOURCE,
            "source", "checked"),
    KEYWORD("OCSPNonce", "whether a nonce is echoed or ignored", ANYWHERE,
            ISSUER(ignore_nonce), 0, "echo", "ignore"),
    KEYWORD("OCSPResponderID",
            "whether responses name the signer by key hash or by name",
            ANYWHERE, ISSUER(by_name), 0, "key", "name"),
    KEYWORD("OCSPIncludeCertificate", "which certificates a response includes",
            ANYWHERE, ISSUER(include), OCSP_RESPONSE_INCLUDE_AUTO, "auto", "on",
            "off", "chain"),
    KEYWORD("OCSPTrustedResponder",
            "on: a signer need not be issued by this CA", IN_SECTION,
            ISSUER(trusted), 0, "off", "on"),
    KEYWORD("OCSPPreproduce",
            "responses to sign in advance: none, requested ones or all",
            IN_SECTION, ISSUER(preproduce), OCSP_ISSUER_CONFIG_PREPRODUCE_OFF,
            "off", "hot", "all"),
    KEYWORD("OCSPCRLCoverage",
            "whether the CRLs cover every certificate of this CA", IN_SECTION,
            ISSUER(complete), 0, "auto", "complete"),
    KEYWORD("OCSPCRLScope",
            "whether a CRL is for one key of this CA's name, or for all",
            IN_SECTION, ISSUER(crl_scope), UNSET, "key", "name"),

    RANGE("OCSPMaxCerts", "most certificates in one request", IN_SERVER,
          SERVER(max_certs), 20, NULL, COUNT, 1, 1000),
    RANGE("OCSPMaxRequestSize", "largest request, in octets", IN_SERVER,
          SERVER(max_request_size), 10 * KB, NULL, SIZE, 128, MB),
    KEYWORD("OCSPQuickHandler", "on: respond before httpd checks access rules",
            IN_SERVER, SERVER(quick), 0, "off", "on"),
    RANGE("OCSPTableSize", "shared memory for status tables", IN_MAIN,
          SERVER(table_size), UNSET, NULL, SIZE, MB, 8192 * GB),
    RANGE("OCSPRefresh", "interval of checks of files for changes, or off",
          IN_MAIN, SERVER(refresh_s), 60, off, DURATION, 1, DAY),
    RANGE("OCSPCacheSize", "shared memory for signed responses, or off",
          IN_MAIN, SERVER(cache_size), 32 * MB, off, SIZE, OCSP_CACHE_SIZE_MIN,
          1024 * GB),
    RANGE("OCSPSignLimit", "signatures made at the same time by all processes",
          IN_MAIN, SERVER(sign_limit), UNSET, NULL, COUNT, 1,
          OCSP_SIGN_SLOTS_MAX),
    FILES(AP_INIT_TAKE1, "OCSPStateDir", set_directory,
          "where the newest status data is remembered over a stop and start",
          IN_MAIN, DIRECTORY, SERVER(state_dir)),
    FILES(AP_INIT_TAKE1, "OCSPPassPhraseDialog", set_dialog,
          "builtin or exec:/path: how passphrases of keys are obtained",
          IN_MAIN, PROGRAM, SERVER(dialog)),
    {.name = NULL},
};
