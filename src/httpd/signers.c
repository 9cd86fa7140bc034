/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See signers.h. Floor 4.
 */
#include "httpd/signers.h"

#include <apr_strings.h>

#include "httpd/log.h"
#include "httpd/pairs.h"

/* What is being put together for one issuer. */
typedef struct {
    ocsp_pass_t *pass;
    ocsp_scope_issuer_t *si;
    const apr_array_header_t *certs; /* const char *, files */
    const apr_array_header_t *keys;  /* likewise */
    bool is_pool;                    /* the files are not this issuer's alone */
    apr_array_header_t *templs;      /* const ocsp_response_template_t * */
    const char *unchecked; /* NULL, or a key file that lacks a passphrase, for
                              which "httpd -t" does not ask */
} job_t;

static const char *get_file(const apr_array_header_t *files, int i)
{
    return APR_ARRAY_IDX(files, i, const char *);
}

static const ocsp_signer_t *get_signer(const job_t *job, int i)
{
    return ocsp_response_template_get0_signer(
        APR_ARRAY_IDX(job->templs, i, const ocsp_response_template_t *));
}

static const char *keep_name(const job_t *job, const char *cert_file)
{
    return apr_pstrcat(job->pass->ptemp, "signer:", job->si->cert_file, "\n",
                       cert_file, NULL);
}

static void add_signer(job_t *job, const ocsp_signer_t *signer,
                       const char *cert_file)
{
    ocsp_response_style_t style;

    ocsp_level_get_style(&style, job->si->level);
    APR_ARRAY_PUSH(job->templs, const ocsp_response_template_t *) =
        ocsp_response_template_make(signer, &style, job->pass->pconf);
    APR_ARRAY_PUSH(job->si->signer_files, const char *) = cert_file;
}

static void warn(const job_t *job, const char *file, const char *warning)
{
    if (warning != NULL) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, job->pass->s,
                     "OCSP203: %s: signer: %s: %s", job->si->name, file,
                     warning);
    }
}

/* @return the signer of the pair that was kept, or NULL */
static const ocsp_signer_t *recall(const job_t *job, const char *cert_file)
{
    ocsp_signer_material_t m = {.cert_file = cert_file,
                                .key_file = cert_file,
                                .trusted = job->si->level->trusted == 1};
    const char *warning, *why;
    ocsp_signer_t *signer = NULL;

    if (ocsp_pairs_recall(&m.cert, &m.key, job->pass,
                          keep_name(job, cert_file))) {
        (void)ocsp_signer_make(&signer, &m, job->si->issuer, &warning, &why,
                               job->pass->pconf);
    }
    return signer;
}

/* A fault of one certificate: the pair that was kept signs instead. */
static void fail(job_t *job, const char *cert_file, apr_status_t rv,
                 const char *why)
{
    const ocsp_signer_t *signer = recall(job, cert_file);

    if (signer != NULL) {
        add_signer(job, signer, cert_file);
    }
    job->pass->failures++;
    if (job->si->signer_why == NULL) {
        job->si->signer_why = apr_pstrdup(job->pass->pconf, why);
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_pass_log_status(rv), job->pass->s,
                 "OCSP202: %s: signer not taken: %s; <OCSPIssuer> at %s %s",
                 job->si->name, why, job->si->where,
                 signer != NULL          ? "goes on with the one read before"
                 : job->certs->nelts > 1 ? "does without it"
                                         : "answers tryLater");
}

static void say_kept(const job_t *job, const ocsp_signer_t *signer,
                     const ocsp_signer_t *kept, const char *file)
{
    apr_pool_t *p = job->pass->ptemp;

    job->pass->failures++;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, job->pass->s,
                 "OCSP228: %s: %s: valid from %s to %s only: goes on with the "
                 "one read before, until %s or a stop: put a valid one there",
                 job->si->name, file,
                 ocsp_pass_print_time(p, ocsp_signer_get_not_before(signer)),
                 ocsp_pass_print_time(p, ocsp_signer_get_not_after(signer)),
                 ocsp_pass_print_time(p, ocsp_signer_get_not_after(kept)));
}

/* A good pair. One of yesterday or tomorrow does not take the place of one that
 * was kept and is valid today: that signs on beside it. */
static void take_pair(job_t *job, const ocsp_signer_t *signer,
                      const ocsp_pairs_cert_t *c, const ocsp_pairs_key_t *k)
{
    const ocsp_signer_t *kept = ocsp_signer_is_valid(signer, job->pass->now)
                                  ? NULL
                                  : recall(job, c->file);

    add_signer(job, signer, c->file);
    if (kept != NULL && ocsp_signer_is_valid(kept, job->pass->now)) {
        add_signer(job, kept, c->file);
        say_kept(job, signer, kept, c->file);
    }
    else {
        ocsp_pairs_keep(job->pass, keep_name(job, c->file), c, k);
    }
}

/* Try a certificate that is this issuer's, or should be. */
static void take_cert(job_t *job, ocsp_pairs_cert_t *c)
{
    ocsp_signer_material_t m = {.cert = c->cert,
                                .cert_file = c->file,
                                .trusted = job->si->level->trusted == 1};
    const char *why = NULL, *warning = NULL;
    const char *unchecked = job->unchecked;
    ocsp_signer_t *signer;
    ocsp_pairs_key_t *k;
    apr_status_t rv = OCSP_EMALFORMED;

    c->used = true;
    job->unchecked = NULL;
    k = ocsp_pairs_find_key(&why, &job->unchecked, job->pass, c, job->keys);
    if (k != NULL) {
        ocsp_pairs_warn_of_readers(job->pass, k);
        k->used = true;
        m.key = k->key;
        m.key_file = k->file;
        rv = ocsp_signer_make(&signer, &m, job->si->issuer, &warning, &why,
                              job->pass->pconf);
    }
    if (rv == APR_SUCCESS) {
        take_pair(job, signer, c, k);
        warn(job, c->file,
             c->stray ? "only the first certificate in it is used" : NULL);
        warn(job, c->file, warning);
    }
    else if (job->unchecked == NULL) {
        fail(job, c->file, rv, why);
    }
    if (job->unchecked == NULL) {
        job->unchecked = unchecked;
    }
}

/* Whether a certificate was issued for this issuer, as far as can be told.
 * Names first, by their hashes: there may be hundreds of both. */
static bool is_meant(const job_t *job, const ocsp_pairs_cert_t *c)
{
    unsigned long name = ocsp_issuer_get_name_hash(job->si->issuer);

    return c->cert != NULL && (c->names[0] == name || c->names[1] == name)
        && ocsp_signer_concerns(c->cert, job->si->issuer);
}

/* Of a file that cannot be read nobody knows whose it is, but of him who had
 * one from there. */
static bool was_mine(const job_t *job, const char *file)
{
    X509 *cert;
    EVP_PKEY *key;

    return ocsp_pairs_recall(&cert, &key, job->pass, keep_name(job, file));
}

static void take_files(job_t *job, bool strangers)
{
    const apr_array_header_t *files = job->certs;
    int i;

    for (i = 0; i < files->nelts; i++) {
        ocsp_pairs_cert_t *c = ocsp_pairs_get_cert(job->pass,
                                                   get_file(files, i));
        bool mine = !job->is_pool || is_meant(job, c);

        if (c->cert == NULL) {
            if (!strangers && (mine || was_mine(job, c->file))) {
                c->used = true;
                fail(job, c->file, c->rv, c->why);
            }
        }
        else if (strangers ? !mine : mine) {
            take_cert(job, c);
        }
    }
}

/* The CA's own key makes it a signer without more words. */
static void take_own_key(job_t *job)
{
    const apr_array_header_t *files = job->keys;
    ocsp_pairs_cert_t *own = ocsp_pairs_get_cert(job->pass, job->si->cert_file);
    int i;

    for (i = 0; i < job->templs->nelts; i++) {
        if (ocsp_signer_is_issuer(get_signer(job, i))) {
            return; /* by a certificate that was named */
        }
    }
    for (i = 0; own->cert != NULL && i < files->nelts; i++) {
        const ocsp_pairs_key_t *k = ocsp_pairs_get_key(job->pass,
                                                       get_file(files, i));

        if (k->key != NULL && ocsp_signer_is_pair(own->cert, k->key)) {
            take_cert(job, own);
            return;
        }
    }
    /* its own section names keys alone: then they are meant to be this one */
    if (!job->is_pool && job->certs->nelts == 0 && files->nelts != 0) {
        if (own->cert != NULL) {
            take_cert(job, own);
        }
        else {
            fail(job, own->file, own->rv, own->why);
        }
    }
}

/* A pool in which nothing is left for this issuer, but was: somebody else's
 * certificate in the place of its own, a key that is gone. */
static void take_lost(job_t *job)
{
    const char *why = "RFC 6960 section 4.2.2.2: not issued by this CA any "
                      "more: put its signer there again";
    int i;

    for (i = 0; i < job->certs->nelts; i++) {
        const char *file = get_file(job->certs, i);

        if (was_mine(job, file)) {
            ocsp_pairs_get_cert(job->pass, file)->used = true;
            fail(job, file, OCSP_EUNKNOWNCA,
                 apr_psprintf(job->pass->ptemp, "%s: %s", file, why));
        }
    }
    for (i = 0; i < job->keys->nelts; i++) {
        const ocsp_pairs_key_t *k = ocsp_pairs_get_key(job->pass,
                                                       get_file(job->keys, i));

        if (k->key == NULL && was_mine(job, job->si->cert_file)) {
            fail(job, job->si->cert_file, k->rv, k->why);
            return;
        }
    }
}

static void say_nobody(job_t *job)
{
    const char *why = job->certs->nelts == 0 && job->keys->nelts == 0
                        ? "no OCSPCertificateFile, no OCSPCertificateKeyFile: "
                          "name them"
                        : "none of the certificates that the server names was "
                          "issued by it: have it issue one";

    job->pass->failures++;
    job->si->signer_why = why;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, job->pass->s,
                 "OCSP223: %s: no signer: %s; <OCSPIssuer> at %s answers "
                 "tryLater",
                 job->si->name, why, job->si->where);
}

/* Whether the pair that was kept stands behind it, of which more was said. */
static bool is_replaced(const job_t *job, int i)
{
    return i + 1 < job->templs->nelts
        && get_file(job->si->signer_files, i)
               == get_file(job->si->signer_files, i + 1);
}

/* REQUIREMENTS 127: one that is valid is enough; those of tomorrow and of
 * yesterday are no fault beside it. */
static void check_dates(const job_t *job)
{
    apr_pool_t *p = job->pass->ptemp;
    bool valid = false;
    int i;

    for (i = 0; i < job->templs->nelts; i++) {
        valid = valid
             || ocsp_signer_is_valid(get_signer(job, i), job->pass->now);
    }
    for (i = 0; i < job->templs->nelts; i++) {
        const ocsp_signer_t *signer = get_signer(job, i);
        const char *file = get_file(job->si->signer_files, i);
        int64_t end = ocsp_signer_get_not_after(signer);

        if (!valid) {
            job->pass->failures++;
            ap_log_error(
                APLOG_MARK, APLOG_CRIT, 0, job->pass->s,
                "OCSP204: %s: %s: the signer's certificate is valid from %s to "
                "%s only: answers tryLater outside; issue a new one",
                job->si->name, file,
                ocsp_pass_print_time(p, ocsp_signer_get_not_before(signer)),
                ocsp_pass_print_time(p, end));
        }
        else if (end < job->pass->now && !is_replaced(job, i)) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, job->pass->s,
                         "OCSP216: %s: %s: expired on %s, another signer does: "
                         "remove it",
                         job->si->name, file, ocsp_pass_print_time(p, end));
        }
    }
}

void ocsp_signers_open(ocsp_pass_t *pass, ocsp_scope_issuer_t *si)
{
    job_t job = {.pass = pass,
                 .si = si,
                 .certs = ocsp_pairs_get_files(pass, si->level->cert_files),
                 .keys = si->level->key_files,
                 .is_pool = si->section->is_glob
                         || si->level->cert_files
                                != si->section->level->cert_files,
                 .templs = apr_array_make(pass->pconf, 2,
                                          sizeof(ocsp_response_template_t *))};

    si->signer_why = NULL;
    si->signer_files = apr_array_make(pass->pconf, 2, sizeof(const char *));
    take_files(&job, false);
    take_own_key(&job);
    if (job.templs->nelts == 0 && job.is_pool && si->level->trusted == 1) {
        take_files(&job, true);
    }
    if (job.templs->nelts == 0 && job.is_pool && si->signer_why == NULL) {
        take_lost(&job);
    }
    if (job.templs->nelts == 0 && si->signer_why == NULL) {
        if (job.unchecked != NULL) {
            ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, pass->s,
                         "OCSP217: %s: %s: the key is encrypted, and nobody is "
                         "asked for the passphrase now: not checked",
                         si->name, job.unchecked);
        }
        else {
            say_nobody(&job);
        }
    }
    check_dates(&job);
    si->signers.templs = (const ocsp_response_template_t *const *)(void *)
                             job.templs->elts;
    si->signers.count = (size_t)job.templs->nelts;
}
