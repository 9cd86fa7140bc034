/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See signers.h. Floor 4.
 */
#include "httpd/signers/signer_load.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer/client_limits.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"
#include "httpd/signers/signer_list.h"
#include "httpd/signers/signer_pool.h"

/* The pair that signed last is kept under this name as well: its file may not
 * be there any more, nor among those that a pattern means. */
#define LAST "the signer of before"

/* The names of the files whose pairs are kept for an issuer of a pool. */
#define FILES "signers:"

/* Trial signatures by which it is known how long one takes, and what is surely
 * not quick, in microseconds. */
#define COST_TRIES 5
#define COST_SURE_US 400

/* The first one of a process may take so much more: libcrypto begins then. */
#define COST_COLD_US 5000

/* What is being put together for one issuer. */
typedef struct {
    ocsp_load_ctx_t *pass;
    ocsp_issuers_issuer_t *si;
    const apr_array_header_t *certs; /* const char *, files */
    const apr_array_header_t *keys;  /* likewise */
    bool is_pool;                    /* the files are not this issuer's alone */
    const ocsp_signer_pool_t *pool;  /* the files of certs */
    apr_array_header_t *kept; /* of a pool: const char *, files whose pairs were
                                 kept for this issuer */
    apr_array_header_t *keeps; /* likewise, for the next pass */
    ocsp_signer_list_t roster;
} job_t;

static const char *get_file(const apr_array_header_t *files, int i)
{
    return APR_ARRAY_IDX(files, i, const char *);
}

/* By server, CA and certificate: no line of the configuration is in it, which
 * comments move. */
static const char *name_kept(const job_t *job, const char *what,
                             const char *cert_file)
{
    const server_rec *s = job->pass->s;
    const char *server = "";

    if (s->is_virtual && s->addrs != NULL) {
        server = apr_psprintf(job->pass->ptemp, "%s %s:%u",
                              s->server_hostname != NULL ? s->server_hostname
                                                         : "",
                              s->addrs->virthost, s->addrs->host_port);
    }
    return apr_pstrcat(job->pass->ptemp, what, server, "\n",
                       job->si->config.cert_file, "\n", cert_file, NULL);
}

static const char *keep_name(const job_t *job, const char *cert_file)
{
    return name_kept(job, "signer:", cert_file);
}

static void warn(const job_t *job, const char *warning)
{
    if (warning != NULL) {
        ocsp_load_ctx_log(job->pass, APLOG_WARNING, 0,
                          "OCSP203: %s: signer: %s", job->si->loaded.name,
                          warning);
    }
}

/* @return the signer of the pair that was kept, or NULL */
static const ocsp_signer_t *recall(const job_t *job, const char *cert_file)
{
    ocsp_signer_material_t m = {.cert_file = cert_file,
                                .key_file = cert_file,
                                .trusted = job->si->config.level->trusted == 1};
    const char *warning, *why;
    ocsp_signer_t *signer = NULL;

    if (ocsp_keypairs_recall(&m.cert, &m.key, job->pass,
                             keep_name(job, cert_file))) {
        (void)ocsp_signer_make(&signer, &m, job->si->loaded.issuer, &warning,
                               &why, job->pass->pconf);
    }
    return signer;
}

/* A fault of one certificate: the pair that was kept signs instead. */
static void fail(job_t *job, const char *cert_file, apr_status_t rv,
                 const char *why)
{
    /* who only renews goes on with all signers that there are */
    bool renewing = job->pass->mode == OCSP_LOAD_CTX_SIGNERS;
    const ocsp_signer_t *signer = renewing ? NULL : recall(job, cert_file);

    if (signer != NULL) {
        ocsp_signer_list_add(&job->roster, signer, cert_file);
    }
    ocsp_signer_list_add_fault(&job->roster, rv, why,
                               renewing || signer != NULL);
}

static void say_kept(const job_t *job, const ocsp_signer_t *signer,
                     const ocsp_signer_t *kept, const char *file)
{
    apr_pool_t *p = job->pass->ptemp;

    /* no reason to leave all signers of the issuer as they are */
    if (job->pass->mode != OCSP_LOAD_CTX_SIGNERS) {
        job->pass->counts->failures++;
    }
    ocsp_load_ctx_log(
        job->pass, APLOG_ERR, 0,
        "OCSP228: %s: %s: valid from %s to %s only: goes on with the "
        "one read before, until %s or a stop: put a valid one there",
        job->si->loaded.name, file,
        ocsp_load_ctx_print_time(p, ocsp_signer_get_not_before(signer)),
        ocsp_load_ctx_print_time(p, ocsp_signer_get_not_after(signer)),
        ocsp_load_ctx_print_time(p, ocsp_signer_get_not_after(kept)));
}

/* A good pair. One of yesterday or tomorrow does not take the place of one that
 * was kept and is valid today: that signs on beside it. */
static void take_pair(job_t *job, const ocsp_signer_t *signer,
                      const ocsp_keypairs_cert_t *c,
                      const ocsp_keypairs_key_t *k)
{
    const ocsp_signer_t *kept = ocsp_signer_is_valid(signer, job->pass->now)
                                  ? NULL
                                  : recall(job, c->file);

    ocsp_signer_list_add(&job->roster, signer, c->file);
    if (kept != NULL && ocsp_signer_is_valid(kept, job->pass->now)) {
        ocsp_signer_list_add(&job->roster, kept, c->file);
        say_kept(job, signer, kept, c->file);
    }
    else {
        ocsp_keypairs_keep(job->pass, keep_name(job, c->file), c, k);
        ocsp_keypairs_keep(job->pass, keep_name(job, LAST), c, k);
    }
}

/* Processor time of this thread, in microseconds. */
static int64_t get_spent_us(void)
{
    struct timespec spent = {0, 0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* How long a signature takes: the shortest of some, since others run as well;
 * of what takes its time of the processor one is enough. */
static unsigned measure(const ocsp_signer_t *signer, apr_pool_t *p)
{
    static const unsigned char data[64];
    unsigned char *signature = apr_palloc(p, ocsp_signer_get_signature_max(
                                                 signer));
    apr_time_t shortest = APR_INT32_MAX; /* which stays if none is made */
    int64_t spent_us = 0;
    const char *why;
    int i;

    for (i = 0;
         i < COST_TRIES && spent_us < (i == 1 ? COST_COLD_US : COST_SURE_US);
         i++) {
        apr_time_t start = apr_time_now(), took;
        int64_t before_us = get_spent_us();
        size_t len = ocsp_signer_get_signature_max(signer);

        if (ocsp_signer_sign(signer, NULL, signature, &len,
                             (ocsp_der_t){data, sizeof(data)}, &why, p)
            != APR_SUCCESS) {
            break; /* said when it is asked for; until then it is not quick */
        }
        took = apr_time_now() - start;
        spent_us = get_spent_us() - before_us;
        shortest = took >= 0 && took < shortest ? took : shortest;
    }
    return (unsigned)shortest;
}

/* One key may serve thousands of certificates. */
static void set_cost(ocsp_signer_t *signer, ocsp_keypairs_key_t *k,
                     apr_pool_t *p)
{
    if (k->cost_us == 0) {
        unsigned cost_us = measure(signer, p);

        k->cost_us = cost_us != 0 ? cost_us : 1;
    }
    ocsp_signer_set_cost(signer, k->cost_us);
}

/* Try a certificate that is this issuer's, or should be. */
static void take_cert(job_t *job, ocsp_keypairs_cert_t *c)
{
    ocsp_signer_material_t m = {.cert = c->cert,
                                .cert_file = c->file,
                                .trusted = job->si->config.level->trusted == 1};
    const char *why = NULL, *warning = NULL, *fault;
    const char *unchecked = job->roster.unchecked;
    ocsp_signer_t *signer;
    ocsp_keypairs_key_t *k;
    apr_status_t rv = OCSP_EMALFORMED;

    c->used = true;
    job->roster.unchecked = NULL;
    k = ocsp_keypairs_find_key(&why, &job->roster.unchecked, job->pass, c,
                               job->keys);
    if (k != NULL) {
        ocsp_keypairs_warn_of_readers(job->pass, k);
        k->used = true;
        m.key = k->key;
        m.key_file = k->file;
        m.proven = k->signer;
        rv = ocsp_signer_make(&signer, &m, job->si->loaded.issuer, &warning,
                              &why, job->pass->pconf);
    }
    else if (job->roster.unchecked != NULL && !m.trusted
             && (fault = ocsp_signer_check_cert(c->cert,
                                                job->si->loaded.issuer))
                    != NULL) {
        why = apr_psprintf(job->pass->ptemp, "%s: %s", c->file, fault);
        job->roster.unchecked = NULL;
    }
    if (rv == APR_SUCCESS) {
        set_cost(signer, k, job->pass->ptemp);
        k->signer = signer;
        take_pair(job, signer, c, k);
        warn(job, c->stray
                      ? apr_pstrcat(job->pass->ptemp, c->file,
                                    ": only the first certificate in it is "
                                    "used",
                                    NULL)
                      : NULL);
        warn(job, warning);
    }
    else if (job->roster.unchecked == NULL) {
        fail(job, c->file, rv, why);
    }
    if (job->roster.unchecked == NULL) {
        job->roster.unchecked = unchecked;
    }
}

/* Whether a certificate was issued for this issuer, as far as can be told.
 * Names first, by their hashes: there may be hundreds of both. */
static bool is_meant(const job_t *job, const ocsp_keypairs_cert_t *c)
{
    unsigned long name = ocsp_issuer_get_name_hash(job->si->loaded.issuer);

    return c->cert != NULL && (c->names[0] == name || c->names[1] == name)
        && ocsp_signer_concerns(c->cert, job->si->loaded.issuer);
}

/* Of a file that cannot be read nobody knows whose it is, but of him who had
 * one from there. */
static bool was_mine(const job_t *job, const char *file)
{
    X509 *cert;
    EVP_PKEY *key;

    return ocsp_keypairs_recall(&cert, &key, job->pass, keep_name(job, file));
}

/* The files whose pairs were kept, each with its NUL: names hold anything else.
 */
static void recall_files(job_t *job)
{
    ocsp_der_t content = {NULL, 0}, nothing;
    size_t i;

    if (!ocsp_load_ctx_find_retained(job->pass, name_kept(job, FILES, ""),
                                     &content, &nothing)) {
        return;
    }
    for (i = 0; i < content.len;
         i += strlen((const char *)content.data + i) + 1) {
        APR_ARRAY_PUSH(job->kept, const char *) =
            apr_pstrdup(job->pass->pconf, (const char *)content.data + i);
    }
}

static void keep_files(const job_t *job)
{
    ocsp_der_t none = {NULL, 0}, content = {NULL, 0};
    unsigned char *at;
    int i;

    if (job->keeps->nelts == 0) {
        return;
    }
    for (i = 0; i < job->keeps->nelts; i++) {
        content.len += strlen(get_file(job->keeps, i)) + 1;
    }
    content.data = at = apr_palloc(job->pass->ptemp, content.len);
    for (i = 0; i < job->keeps->nelts; i++) {
        size_t len = strlen(get_file(job->keeps, i)) + 1;

        memcpy(at, get_file(job->keeps, i), len);
        at += len;
    }
    ocsp_load_ctx_retain(job->pass, name_kept(job, FILES, ""), content, none);
}

static void take_file(job_t *job, const char *file)
{
    ocsp_keypairs_cert_t *c = ocsp_keypairs_get_cert(job->pass, file);
    bool mine = !job->is_pool || is_meant(job, c);

    if (c->cert == NULL && (mine || was_mine(job, file))) {
        c->used = true;
        fail(job, file, c->rv, c->why);
    }
    else if (c->cert != NULL && mine) {
        take_cert(job, c);
    }
    else {
        return;
    }
    APR_ARRAY_PUSH(job->keeps, const char *) = file;
}

static int compare_places(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Of a pool those files that have to do with this issuer: by the names in them,
 * and those that were its before and cannot be read. */
static void take_pool(job_t *job)
{
    apr_array_header_t *places = ocsp_signer_pool_find(
        job->pool, ocsp_issuer_get_name_hash(job->si->loaded.issuer),
        job->pass->ptemp);
    int i, before = -1;

    for (i = 0; i < job->kept->nelts; i++) {
        int place = ocsp_signer_pool_find_file(job->pool,
                                               get_file(job->kept, i));

        if (place >= 0) {
            APR_ARRAY_PUSH(places, int) = place;
        }
    }
    qsort(places->elts, (size_t)places->nelts, sizeof(int), compare_places);
    for (i = 0; i < places->nelts; i++) {
        int place = APR_ARRAY_IDX(places, i, int);

        if (place != before) {
            take_file(job, get_file(job->certs, place));
        }
        before = place;
    }
}

static void take_files(job_t *job)
{
    int i;

    if (job->is_pool) {
        take_pool(job);
        return;
    }
    for (i = 0; i < job->certs->nelts; i++) {
        take_file(job, get_file(job->certs, i));
    }
}

/* The CA's own key makes it a signer without more words. Its certificate is the
 * one that is answered for, whatever its file holds by now. */
static void take_own_key(job_t *job)
{
    const apr_array_header_t *files = job->keys;
    X509 *cert = ocsp_issuer_get0_cert(job->si->loaded.issuer);
    bool found = false;
    int i;

    for (i = 0; i < job->roster.templs->nelts; i++) {
        if (ocsp_signer_is_issuer(
                ocsp_signer_list_get_signer(&job->roster, i))) {
            return; /* by a certificate that was named */
        }
    }
    for (i = 0; !found && i < files->nelts; i++) {
        const ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(job->pass,
                                                             get_file(files,
                                                                      i));

        found = k->key != NULL && ocsp_signer_is_pair(cert, k->key);
    }
    /* its own section names keys alone: then they are meant to be this one */
    if (found
        || (!job->is_pool && job->certs->nelts == 0 && files->nelts != 0)) {
        take_cert(job,
                  ocsp_keypairs_make_cert(job->pass, job->si->config.cert_file,
                                          cert));
    }
}

/* A pool in which nothing is left for this issuer, but was: somebody else's
 * certificate in the place of its own, a key that is gone. */
static void take_lost(job_t *job)
{
    const char *why = "RFC 6960 section 4.2.2.2: not issued by this CA any "
                      "more: put its signer there again";
    int i;

    for (i = 0; i < job->kept->nelts; i++) {
        const char *file = get_file(job->kept, i);

        if (ocsp_signer_pool_find_file(job->pool, file) >= 0
            && was_mine(job, file)) {
            APR_ARRAY_PUSH(job->keeps, const char *) = file;
            ocsp_keypairs_get_cert(job->pass, file)->used = true;
            fail(job, file, OCSP_EUNKNOWNCA,
                 apr_psprintf(job->pass->ptemp, "%s: %s", file, why));
        }
    }
    for (i = 0; i < job->keys->nelts; i++) {
        ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(job->pass,
                                                       get_file(job->keys, i));

        if (k->key == NULL && was_mine(job, job->si->config.cert_file)) {
            k->used = true;
            fail(job, job->si->config.cert_file, k->rv, k->why);
            return;
        }
    }
    if (job->roster.templs->nelts == 0 && was_mine(job, LAST)) {
        fail(job, LAST, OCSP_EUNKNOWNCA,
             "none of the certificates that the server names was issued by it "
             "any more: put its signer there again");
    }
}

bool ocsp_signer_load_has_pool(const ocsp_issuers_issuer_t *si)
{
    return si->config.section->is_glob
        || si->config.level->cert_files
               != si->config.section->level->cert_files;
}

/* Only "httpd -t" names them: at each start it would be the same again. */
static void warn_of_clients(const job_t *job)
{
    size_t i;

    for (i = 0; job->pass->mode == OCSP_LOAD_CTX_CONFIG_TEST
                && i < job->si->loaded.signers.count;
         i++) {
        const char *warning = ocsp_client_limits_warn(&job->si->loaded.signers,
                                                      i, job->pass->now,
                                                      job->pass->ptemp);

        if (warning != NULL) {
            warn(job,
                 apr_pstrcat(job->pass->ptemp,
                             get_file(job->si->loaded.signer_files, (int)i),
                             ": ", warning, NULL));
        }
    }
}

void ocsp_signer_load_open(ocsp_load_ctx_t *pass, ocsp_issuers_issuer_t *si)
{
    job_t job = {.pass = pass,
                 .si = si,
                 .pool = ocsp_signer_pool_get(pass,
                                              si->config.level->cert_files),
                 .keys = si->config.level->key_files,
                 .is_pool = ocsp_signer_load_has_pool(si),
                 .kept = apr_array_make(pass->ptemp, 2, sizeof(const char *)),
                 .keeps = apr_array_make(pass->ptemp, 2, sizeof(const char *))};
    const apr_array_header_t *templs;
    bool is_named;

    job.certs = ocsp_signer_pool_get_files(job.pool);
    is_named = job.certs->nelts + job.keys->nelts != 0;
    ocsp_signer_list_begin(&job.roster, pass, si);
    templs = job.roster.templs;
    if (job.is_pool) {
        recall_files(&job);
    }
    take_files(&job);
    take_own_key(&job);
    if (templs->nelts == 0 && job.is_pool && is_named
        && si->loaded.signer_why == NULL) {
        take_lost(&job);
    }
    if (job.is_pool) {
        keep_files(&job);
    }
    ocsp_signer_list_close(&job.roster, is_named);
    warn_of_clients(&job);
}
