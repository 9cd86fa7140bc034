/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads the signers of an issuer from its own files, or from a pool of files
 * that several issuers share. Faults are collected first and logged at the end,
 * when their effect is known. Floor 4.
 */
#include "httpd/signers/signer_load.h"

#include <apr_strings.h>

#include "answer/client_limits.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"
#include "httpd/signers/signer_pool.h"

/* A certificate that should sign and does not. */
typedef struct {
    apr_status_t rv;
    const char *why;
    bool replaced; /* the last good signer is used instead */
} fault_t;

/* The signers of one issuer while they are loaded. */
typedef struct {
    ocsp_load_ctx_t *ctx;
    ocsp_issuers_issuer_t *si;
    const apr_array_header_t *certs; /* const ocsp_fingerprint_file_t * */
    const apr_array_header_t *keys;  /* const char *, files or URIs */
    apr_array_header_t *templs;      /* const ocsp_response_template_t * */
    apr_array_header_t *faults;      /* fault_t */
    const char *unchecked; /* a key file that "httpd -t" cannot check without
                              its passphrase, or NULL */
} load_t;

static const char *get_file(const apr_array_header_t *files, int i)
{
    return APR_ARRAY_IDX(files, i, const char *);
}

static const ocsp_signer_t *get_signer(const load_t *load, int i)
{
    return APR_ARRAY_IDX(load->templs, i, const ocsp_response_template_t *)
        ->signer;
}

/* Whether its certificate files are not named for this issuer alone. */
static bool has_pool(const ocsp_issuers_issuer_t *si)
{
    return si->config.section->is_glob
        || si->config.level->cert_files
               != si->config.section->level->cert_files;
}

const apr_array_header_t *ocsp_signer_load_find_files(
    ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si)
{
    unsigned long name = si->loaded.issuer->name_hash;

    return ocsp_signer_pool_find(ctx, si->config.level->cert_files,
                                 has_pool(si) ? &name : NULL);
}

static void warn(const load_t *load, const char *file, const char *warning)
{
    ocsp_load_ctx_log(load->ctx, APLOG_WARNING, 0,
                      "OCSP203: %s: signer accepted with a warning: %s%s%s",
                      load->si->loaded.name, file, *file != '\0' ? ": " : "",
                      warning);
}

static void count_fault(const load_t *load)
{
    load->si->loaded.signers_faulty = true;
}

static void add_signer(load_t *load, const ocsp_signer_t *signer)
{
    ocsp_response_style_t style;

    ocsp_issuer_config_get_style(&style, load->si->config.level);
    style.chain = load->si->loaded.chain;
    APR_ARRAY_PUSH(load->templs, const ocsp_response_template_t *) =
        ocsp_response_template_make(signer, &style, load->ctx->pconf);
}

/* --- one certificate ------------------------------------------------------ */

/* @return the signer of the last good pair of a certificate file, or NULL */
static const ocsp_signer_t *make_last_good(const load_t *load,
                                           const char *cert_file)
{
    ocsp_signer_pair_t pair = {.cert_file = cert_file,
                               .key_file = cert_file,
                               .trusted = load->si->config.level->trusted == 1};
    const char *warning, *why;
    ocsp_signer_t *signer = NULL;

    if (ocsp_keypairs_find_last_good(&pair.cert, &pair.key, load->ctx,
                                     load->si->config.cert_file, cert_file)) {
        (void)ocsp_signer_make(&signer, &pair, load->si->loaded.issuer,
                               &warning, &why, load->ctx->pconf);
    }
    return signer;
}

static void reject(load_t *load, const char *cert_file, apr_status_t rv,
                   const char *why)
{
    const ocsp_signer_t *last_good = make_last_good(load, cert_file);
    fault_t *fault = apr_array_push(load->faults);

    if (last_good != NULL) {
        add_signer(load, last_good);
    }
    /* while httpd runs, the signers in use are not replaced by fewer */
    *fault = (fault_t){rv, why,
                       load->ctx->mode == OCSP_LOAD_CTX_SIGNERS
                           || last_good != NULL};
    count_fault(load);
    if (load->si->loaded.signer_why == NULL) {
        load->si->loaded.signer_why = apr_pstrdup(load->ctx->pconf, why);
    }
}

/* Under "httpd -t", which asks for no passphrase. */
static void check_without_key(load_t *load, const ocsp_keypairs_cert_t *c,
                              const char *key_file)
{
    const char *fault = load->si->config.level->trusted == 1
                          ? NULL
                          : ocsp_signer_check_cert(c->cert,
                                                   load->si->loaded.issuer);

    if (fault != NULL) {
        reject(load, c->file, OCSP_EMALFORMED,
               apr_psprintf(load->ctx->ptemp, "%s: %s", c->file, fault));
    }
    else {
        load->unchecked = key_file;
    }
}

/* Add a certificate that is, or should be, this issuer's signer. */
/* @param effect for clients */
static void log_not_valid(const load_t *load, const ocsp_signer_t *signer,
                          const char *effect)
{
    bool is_early = load->ctx->now < signer->not_before;

    ocsp_load_ctx_log(
        load->ctx, APLOG_CRIT, 0,
        "OCSP204: %s: %s: the signer's certificate %s %s; %s; %s",
        load->si->loaded.name, signer->cert_file,
        is_early ? "is not valid before" : "expired on",
        ocsp_load_ctx_print_time(load->ctx->ptemp, is_early
                                                       ? signer->not_before
                                                       : signer->not_after),
        effect,
        is_early ? "wait until then, or compare the clocks of the CA and of "
                   "this machine"
                 : "renew it");
}

/* Until a signer is valid, the last good one of its file stays in use.
 * @return false: there is none that is valid, or it is not needed */
static bool add_predecessor(load_t *load, const ocsp_signer_t *signer)
{
    int64_t now = load->ctx->now;
    const ocsp_signer_t *last_good = now < signer->not_before
                                       ? make_last_good(load, signer->cert_file)
                                       : NULL;

    if (last_good == NULL || !ocsp_signer_is_valid(last_good, now)
        || ocsp_signer_is_same(last_good, signer)) {
        return false;
    }
    add_signer(load, last_good);
    count_fault(load);
    log_not_valid(load, signer, "the earlier signer stays in use");
    return true;
}

static void add_cert(load_t *load, ocsp_keypairs_cert_t *c)
{
    ocsp_signer_pair_t pair = {.cert = c->cert,
                               .cert_file = c->file,
                               .trusted = load->si->config.level->trusted == 1};
    const char *why = NULL, *warning = NULL, *unchecked = NULL;
    ocsp_keypairs_key_t *k = ocsp_keypairs_find_key(&why, &unchecked, load->ctx,
                                                    c, load->keys);
    ocsp_signer_t *signer = NULL;
    apr_status_t rv = OCSP_EMALFORMED;

    c->used = true;
    if (unchecked != NULL) {
        check_without_key(load, c, unchecked);
        return;
    }
    if (k != NULL) {
        ocsp_keypairs_warn_of_readers(load->ctx, k);
        k->used = true;
        pair.key = k->key;
        pair.key_file = k->file;
        pair.proven = k->signer;
        rv = ocsp_signer_make(&signer, &pair, load->si->loaded.issuer, &warning,
                              &why, load->ctx->pconf);
    }
    if (signer == NULL) {
        reject(load, c->file, rv, why);
        return;
    }
    k->signer = signer;
    add_signer(load, signer);
    if (!add_predecessor(load, signer)) {
        ocsp_keypairs_retain(load->ctx, load->si->config.cert_file, c, k);
    }
    if (c->unrelated) {
        warn(load, c->file,
             "holds several certificates that are not a CA's, and only the "
             "first is used: put each into a file of its own");
    }
    if (warning != NULL) {
        warn(load, "", warning);
    }
}

/* --- all certificates ----------------------------------------------------- */

/* Whether the load has another CA of the same name: another generation of keys
 * (R50). */
static bool has_namesake(const load_t *load)
{
    const ocsp_issuer_t *issuer = load->si->loaded.issuer;
    const apr_array_header_t *all = ocsp_load_ctx_get_namesakes(load->ctx,
                                                                issuer);

    return all != NULL
        && (all->nelts > 1
            || !ocsp_issuer_is_same(APR_ARRAY_IDX(all, 0,
                                                  const ocsp_issuer_t *),
                                    issuer));
}

/* Whether a certificate of a pool concerns this issuer: by the issuer's name;
 * between issuers of one name its signature decides. */
static bool concerns(const load_t *load, const ocsp_keypairs_cert_t *c)
{
    /* names first, by their hashes: there may be hundreds of both */
    unsigned long name = load->si->loaded.issuer->name_hash;

    return (c->names[0] == name || c->names[1] == name)
        && ocsp_signer_concerns(c->latest, load->si->loaded.issuer,
                                has_namesake(load));
}

static void add_file(load_t *load, const char *file, bool is_pool)
{
    ocsp_keypairs_cert_t *c = ocsp_keypairs_get_cert(load->ctx, file);

    if (is_pool && !concerns(load, c)) {
        return;
    }
    if (c->cert != NULL) {
        add_cert(load, c);
    }
    else {
        c->used = true;
        reject(load, file, c->rv, c->why);
    }
}

static void add_files(load_t *load, bool is_pool)
{
    int i;

    for (i = 0; i < load->certs->nelts; i++) {
        const ocsp_fingerprint_file_t *cert =
            APR_ARRAY_IDX(load->certs, i, const ocsp_fingerprint_file_t *);

        add_file(load, cert->file, is_pool);
    }
}

/* The CA's own key makes the CA a signer, with the certificate that its issuer
 * section was loaded with. */
static void add_own_key(load_t *load, bool is_pool)
{
    X509 *cert = load->si->loaded.issuer->cert, *last_cert;
    /* keys alone, in the section itself, can only be meant as the CA's own */
    bool found = !is_pool && load->certs->nelts == 0 && load->keys->nelts != 0;
    bool has_broken = false;
    EVP_PKEY *last_key;
    int i;

    for (i = 0; i < load->templs->nelts; i++) {
        if (get_signer(load, i)->is_issuer) {
            return; /* OCSPCertificateFile names the certificate as well */
        }
    }
    for (i = 0; !found && i < load->keys->nelts; i++) {
        EVP_PKEY *key =
            ocsp_keypairs_get_key(load->ctx, get_file(load->keys, i))->key;

        has_broken = has_broken || key == NULL;
        found = key != NULL && ocsp_signer_is_pair(cert, key);
    }
    /* with another signer, its own may as well have left the configuration */
    if (found
        || (has_broken && load->templs->nelts == 0 && load->faults->nelts == 0
            && ocsp_keypairs_find_last_good(&last_cert, &last_key, load->ctx,
                                            load->si->config.cert_file,
                                            load->si->config.cert_file))) {
        add_cert(load,
                 ocsp_keypairs_make_cert(load->ctx, load->si->config.cert_file,
                                         cert));
    }
}

/* --- the log -------------------------------------------------------------- */

/* A child that reloads signers uses them only if they have no fault. */
static const char *describe_no_signer(const load_t *load)
{
    return load->ctx->mode == OCSP_LOAD_CTX_SIGNERS
             ? "the earlier signer stays in use"
             : "requests for this CA are answered tryLater";
}

static void log_faults(const load_t *load)
{
    int i;

    for (i = 0; i < load->faults->nelts; i++) {
        const fault_t *fault = &APR_ARRAY_IDX(load->faults, i, fault_t);

        ocsp_load_ctx_log(
            load->ctx, APLOG_ERR, fault->rv,
            "OCSP202: %s: signer rejected: %s; %s (<OCSPIssuer> at %s)",
            load->si->loaded.name, fault->why,
            fault->replaced            ? "the earlier signer stays in use"
            : load->templs->nelts != 0 ? "its other signers are used"
                                       : describe_no_signer(load),
            load->si->config.where);
    }
}

static void log_no_signer(const load_t *load)
{
    if (load->unchecked != NULL) {
        load->si->loaded.signer_why = "not checked, since the key is encrypted";
        ocsp_load_ctx_log(
            load->ctx, APLOG_NOTICE, 0,
            "OCSP217: %s: %s: the key is encrypted and was not "
            "checked: \"httpd -t\" does not ask for the passphrase",
            load->si->loaded.name, load->unchecked);
        return;
    }
    load->si->loaded.signer_why =
        load->si->config.level->cert_files->nelts + load->keys->nelts != 0
            ? "none of the certificates of OCSPCertificateFile was issued by "
              "this CA: have it issue one"
            : "no OCSPCertificateFile and no OCSPCertificateKeyFile: name "
              "them";
    count_fault(load);
    ocsp_load_ctx_log(load->ctx, APLOG_ERR, 0,
                      "OCSP223: %s: no signer: %s; %s (<OCSPIssuer> at %s)",
                      load->si->loaded.name, load->si->loaded.signer_why,
                      describe_no_signer(load), load->si->config.where);
}

/* R127: one valid signer is enough; others may be of tomorrow or yesterday. */
static void check_dates(const load_t *load)
{
    bool valid = false;
    int i;

    for (i = 0; i < load->templs->nelts; i++) {
        valid = valid
             || ocsp_signer_is_valid(get_signer(load, i), load->ctx->now);
    }
    for (i = 0; i < load->templs->nelts; i++) {
        const ocsp_signer_t *signer = get_signer(load, i);

        if (!valid) {
            count_fault(load);
            log_not_valid(load, signer, describe_no_signer(load));
        }
        else if (signer->not_after < load->ctx->now) {
            ocsp_load_ctx_log(
                load->ctx, APLOG_WARNING, 0,
                "OCSP216: %s: %s: the signer's certificate expired on %s; "
                "another signer is used; renew or remove the expired one",
                load->si->loaded.name, signer->cert_file,
                ocsp_load_ctx_print_time(load->ctx->ptemp, signer->not_after));
        }
    }
}

/* Only "httpd -t" warns of these: each start would repeat them. */
static void warn_of_clients(const load_t *load)
{
    size_t i;

    for (i = 0; load->ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST
                && i < load->si->loaded.signers.count;
         i++) {
        const char *warning = ocsp_client_limits_warn(&load->si->loaded.signers,
                                                      i, load->ctx->now,
                                                      load->ctx->ptemp);

        if (warning != NULL) {
            warn(load, load->si->loaded.signers.templs[i]->signer->cert_file,
                 warning);
        }
    }
}

void ocsp_signer_load_open(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    bool is_pool = has_pool(si);
    load_t load = {.ctx = ctx,
                   .si = si,
                   .certs = ocsp_signer_load_find_files(ctx, si),
                   .keys = si->config.level->key_files,
                   .templs = apr_array_make(ctx->pconf, 2, sizeof(void *)),
                   .faults = apr_array_make(ctx->ptemp, 1, sizeof(fault_t))};

    si->loaded.signer_why = NULL;
    si->loaded.signers_faulty = false;
    add_files(&load, is_pool);
    add_own_key(&load, is_pool);
    if (load.templs->nelts == 0 && load.faults->nelts == 0) {
        log_no_signer(&load);
    }
    log_faults(&load);
    check_dates(&load);
    si->loaded.signers.templs =
        (const ocsp_response_template_t *const *)(void *)load.templs->elts;
    si->loaded.signers.count = (size_t)load.templs->nelts;
    warn_of_clients(&load);
}
