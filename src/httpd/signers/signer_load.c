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
    bool replaced; /* signers of before are used instead */
} fault_t;

/* The signers of one issuer while they are loaded. */
typedef struct {
    ocsp_load_ctx_t *ctx;
    ocsp_issuers_issuer_t *si;
    const ocsp_signer_pool_t *pool;
    const apr_array_header_t *certs; /* const char *, the files of pool */
    const apr_array_header_t *keys;  /* const char *, files or URIs */
    apr_array_header_t *templs;      /* const ocsp_response_template_t * */
    apr_array_header_t *faults;      /* fault_t */
    const char *unchecked; /* a key file that "httpd -t" cannot check without
                              its passphrase, or NULL */
} job_t;

static const char *get_file(const apr_array_header_t *files, int i)
{
    return APR_ARRAY_IDX(files, i, const char *);
}

static const ocsp_signer_t *get_signer(const job_t *job, int i)
{
    return APR_ARRAY_IDX(job->templs, i, const ocsp_response_template_t *)
        ->signer;
}

bool ocsp_signer_load_has_pool(const ocsp_issuers_issuer_t *si)
{
    return si->config.section->is_glob
        || si->config.level->cert_files
               != si->config.section->level->cert_files;
}

static void warn(const job_t *job, const char *file, const char *warning)
{
    ocsp_load_ctx_log(job->ctx, APLOG_WARNING, 0, "OCSP203: %s: signer: %s%s%s",
                      job->si->loaded.name, file, *file != '\0' ? ": " : "",
                      warning);
}

static void count_fault(const job_t *job)
{
    job->si->loaded.signers_faulty = true;
}

static void add_signer(job_t *job, const ocsp_signer_t *signer,
                       const char *cert_file)
{
    ocsp_response_style_t style;

    ocsp_issuer_config_get_style(&style, job->si->config.level);
    style.chain = job->si->loaded.chain;
    APR_ARRAY_PUSH(job->templs, const ocsp_response_template_t *) =
        ocsp_response_template_make(signer, &style, job->ctx->pconf);
    APR_ARRAY_PUSH(job->si->loaded.signer_files, const char *) = cert_file;
}

/* --- one certificate ------------------------------------------------------ */

/* @return the signer of the last good pair of a certificate file, or NULL */
static const ocsp_signer_t *make_last_good(const job_t *job,
                                           const char *cert_file)
{
    ocsp_signer_pair_t pair = {.cert_file = cert_file,
                               .key_file = cert_file,
                               .trusted = job->si->config.level->trusted == 1};
    const char *warning, *why;
    ocsp_signer_t *signer = NULL;

    if (ocsp_keypairs_find_last_good(&pair.cert, &pair.key, job->ctx,
                                     cert_file)) {
        (void)ocsp_signer_make(&signer, &pair, job->si->loaded.issuer, &warning,
                               &why, job->ctx->pconf);
    }
    return signer;
}

static void reject(job_t *job, const char *cert_file, apr_status_t rv,
                   const char *why)
{
    const ocsp_signer_t *last_good = make_last_good(job, cert_file);
    fault_t *fault = apr_array_push(job->faults);

    if (last_good != NULL) {
        add_signer(job, last_good, cert_file);
    }
    /* while httpd runs, all signers of before remain in use */
    *fault = (fault_t){rv, why,
                       job->ctx->mode == OCSP_LOAD_CTX_SIGNERS
                           || last_good != NULL};
    count_fault(job);
    if (job->si->loaded.signer_why == NULL) {
        job->si->loaded.signer_why = apr_pstrdup(job->ctx->pconf, why);
    }
}

/* Under "httpd -t", which asks for no passphrase. */
static void check_without_key(job_t *job, const ocsp_keypairs_cert_t *c,
                              const char *key_file)
{
    const char *fault = job->si->config.level->trusted == 1
                          ? NULL
                          : ocsp_signer_check_cert(c->cert,
                                                   job->si->loaded.issuer);

    if (fault != NULL) {
        reject(job, c->file, OCSP_EMALFORMED,
               apr_psprintf(job->ctx->ptemp, "%s: %s", c->file, fault));
    }
    else {
        job->unchecked = key_file;
    }
}

/* Add a certificate that is, or should be, this issuer's signer. */
static void add_cert(job_t *job, ocsp_keypairs_cert_t *c)
{
    ocsp_signer_pair_t pair = {.cert = c->cert,
                               .cert_file = c->file,
                               .trusted = job->si->config.level->trusted == 1};
    const char *why = NULL, *warning = NULL, *unchecked = NULL;
    ocsp_keypairs_key_t *k = ocsp_keypairs_find_key(&why, &unchecked, job->ctx,
                                                    c, job->keys);
    ocsp_signer_t *signer = NULL;
    apr_status_t rv = OCSP_EMALFORMED;

    c->used = true;
    if (unchecked != NULL) {
        check_without_key(job, c, unchecked);
        return;
    }
    if (k != NULL) {
        ocsp_keypairs_warn_of_readers(job->ctx, k);
        k->used = true;
        pair.key = k->key;
        pair.key_file = k->file;
        pair.proven = k->signer;
        rv = ocsp_signer_make(&signer, &pair, job->si->loaded.issuer, &warning,
                              &why, job->ctx->pconf);
    }
    if (signer == NULL) {
        reject(job, c->file, rv, why);
        return;
    }
    k->signer = signer;
    add_signer(job, signer, c->file);
    ocsp_keypairs_retain(job->ctx, c, k);
    if (c->stray) {
        warn(job, c->file, "only the first certificate in it is used");
    }
    if (warning != NULL) {
        warn(job, "", warning);
    }
}

/* --- all certificates ----------------------------------------------------- */

/* Whether this issuer seems to have issued the certificate in a file. */
static bool is_meant(const job_t *job, const ocsp_keypairs_cert_t *c)
{
    /* names first, by their hashes: there may be hundreds of both */
    unsigned long name = job->si->loaded.issuer->name_hash;

    return (c->names[0] == name || c->names[1] == name)
        && (c->cert == NULL
            || ocsp_signer_concerns(c->cert, job->si->loaded.issuer));
}

static void add_file(job_t *job, const char *file, bool is_pool)
{
    ocsp_keypairs_cert_t *c = ocsp_keypairs_get_cert(job->ctx, file);

    if (is_pool && !is_meant(job, c)) {
        return;
    }
    if (c->cert != NULL) {
        add_cert(job, c);
    }
    else {
        c->used = true;
        reject(job, file, c->rv, c->why);
    }
}

static void add_files(job_t *job, bool is_pool)
{
    const apr_array_header_t *places;
    int i;

    if (!is_pool) {
        for (i = 0; i < job->certs->nelts; i++) {
            add_file(job, get_file(job->certs, i), false);
        }
        return;
    }
    places = ocsp_signer_pool_find(job->pool,
                                   job->si->loaded.issuer->name_hash);
    for (i = 0; i < places->nelts; i++) {
        add_file(job, get_file(job->certs, APR_ARRAY_IDX(places, i, int)),
                 true);
    }
}

/* The CA's own key makes the CA a signer, with the certificate that its issuer
 * section was loaded with. */
static void add_own_key(job_t *job, bool is_pool)
{
    X509 *cert = job->si->loaded.issuer->cert;
    /* keys alone, in the section itself, can only be meant as the CA's own */
    bool found = !is_pool && job->certs->nelts == 0 && job->keys->nelts != 0;
    int i;

    for (i = 0; i < job->templs->nelts; i++) {
        if (get_signer(job, i)->is_issuer) {
            return; /* OCSPCertificateFile names the certificate as well */
        }
    }
    for (i = 0; !found && i < job->keys->nelts; i++) {
        const ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(job->ctx,
                                                             get_file(job->keys,
                                                                      i));

        found = k->key != NULL && ocsp_signer_is_pair(cert, k->key);
    }
    if (found) {
        add_cert(job, ocsp_keypairs_make_cert(job->ctx,
                                              job->si->config.cert_file, cert));
    }
}

/* --- the log -------------------------------------------------------------- */

static void log_faults(const job_t *job)
{
    int i;

    for (i = 0; i < job->faults->nelts; i++) {
        const fault_t *fault = &APR_ARRAY_IDX(job->faults, i, fault_t);

        ocsp_load_ctx_log(
            job->ctx, APLOG_ERR, fault->rv,
            "OCSP202: %s: signer rejected: %s; <OCSPIssuer> at %s %s",
            job->si->loaded.name, fault->why, job->si->config.where,
            fault->replaced           ? "continues with the one read before"
            : job->templs->nelts != 0 ? "uses its other signers"
                                      : "answers tryLater");
    }
}

static void log_no_signer(const job_t *job)
{
    if (job->unchecked != NULL) {
        job->si->loaded.signer_why = "not checked, since the key is encrypted";
        ocsp_load_ctx_log(
            job->ctx, APLOG_NOTICE, 0,
            "OCSP217: %s: %s: the key is encrypted and was not "
            "checked: \"httpd -t\" does not ask for the passphrase",
            job->si->loaded.name, job->unchecked);
        return;
    }
    job->si->loaded.signer_why =
        job->certs->nelts + job->keys->nelts != 0
            ? "this CA has not issued any certificate that is named by "
              "OCSPCertificateFile: have it issue one"
            : "no OCSPCertificateFile and no OCSPCertificateKeyFile: name them";
    count_fault(job);
    ocsp_load_ctx_log(job->ctx, APLOG_ERR, 0,
                      "OCSP223: %s: no signer: %s; <OCSPIssuer> at %s answers "
                      "tryLater",
                      job->si->loaded.name, job->si->loaded.signer_why,
                      job->si->config.where);
}

/* R127: one valid signer is enough; others may be of tomorrow or yesterday. */
static void check_dates(const job_t *job)
{
    apr_pool_t *p = job->ctx->ptemp;
    bool valid = false;
    int i;

    for (i = 0; i < job->templs->nelts; i++) {
        valid = valid
             || ocsp_signer_is_valid(get_signer(job, i), job->ctx->now);
    }
    for (i = 0; i < job->templs->nelts; i++) {
        const ocsp_signer_t *signer = get_signer(job, i);
        const char *file = get_file(job->si->loaded.signer_files, i);
        int64_t start = signer->not_before;
        int64_t end = signer->not_after;

        if (!valid) {
            count_fault(job);
            ocsp_load_ctx_log(
                job->ctx, APLOG_CRIT, 0,
                "OCSP204: %s: %s: the signer's certificate is valid "
                "from %s to %s only: %s; issue a new one",
                job->si->loaded.name, file, ocsp_load_ctx_print_time(p, start),
                ocsp_load_ctx_print_time(p, end),
                job->ctx->mode == OCSP_LOAD_CTX_SIGNERS
                    ? "continues with the one read before"
                    : "answers tryLater at any other time");
        }
        else if (end < job->ctx->now) {
            ocsp_load_ctx_log(
                job->ctx, APLOG_WARNING, 0,
                "OCSP216: %s: %s: the signer's certificate expired on "
                "%s, and another signer is used: remove it",
                job->si->loaded.name, file, ocsp_load_ctx_print_time(p, end));
        }
    }
}

/* Only "httpd -t" warns of these: each start would repeat them. */
static void warn_of_clients(const job_t *job)
{
    size_t i;

    for (i = 0; job->ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST
                && i < job->si->loaded.signers.count;
         i++) {
        const char *warning = ocsp_client_limits_warn(&job->si->loaded.signers,
                                                      i, job->ctx->now,
                                                      job->ctx->ptemp);

        if (warning != NULL) {
            warn(job, get_file(job->si->loaded.signer_files, (int)i), warning);
        }
    }
}

void ocsp_signer_load_open(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    bool is_pool = ocsp_signer_load_has_pool(si);
    job_t job = {.ctx = ctx,
                 .si = si,
                 .pool = ocsp_signer_pool_get(ctx,
                                              si->config.level->cert_files),
                 .keys = si->config.level->key_files,
                 .templs = apr_array_make(ctx->pconf, 2, sizeof(void *)),
                 .faults = apr_array_make(ctx->ptemp, 1, sizeof(fault_t))};

    job.certs = ocsp_signer_pool_get_files(job.pool);
    si->loaded.signer_why = NULL;
    si->loaded.signers_faulty = false;
    si->loaded.signer_files = apr_array_make(ctx->pconf, 2,
                                             sizeof(const char *));
    add_files(&job, is_pool);
    add_own_key(&job, is_pool);
    if (job.templs->nelts == 0 && job.faults->nelts == 0) {
        log_no_signer(&job);
    }
    log_faults(&job);
    check_dates(&job);
    si->loaded.signers.templs =
        (const ocsp_response_template_t *const *)(void *)job.templs->elts;
    si->loaded.signers.count = (size_t)job.templs->nelts;
    warn_of_clients(&job);
}
