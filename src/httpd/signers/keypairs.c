/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and private keys of signers. Keys are read by the parent
 * process, which may be root; children use the key ring that it made. Floor 4.
 */
#include "httpd/signers/keypairs.h"

#include <apr_file_info.h>
#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <unixd.h>

#include "answer/key_file.h"
#include "httpd/load/glob.h"
#include "httpd/load/readers.h"
#include "httpd/log.h"
#include "status/file.h"

static apr_status_t free_cert(void *cert)
{
    X509_free(cert);
    return APR_SUCCESS;
}

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

/* The memory of ptemp is reused, also by processes that are forked later. */
static apr_status_t wipe_content(void *content)
{
    ocsp_der_t *c = content;

    if (c->data != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)c->data, c->len);
    }
    *c = (ocsp_der_t){NULL, 0};
    return APR_SUCCESS;
}

/* A pool searches all its cleanups when a file in it is closed: those of
 * thousands of certificates are in a pool of their own. */
static apr_pool_t *get_pool(ocsp_load_ctx_t *ctx)
{
    if (ctx->pairs == NULL) {
        apr_pool_create(&ctx->pairs, ctx->ptemp);
        apr_pool_tag(ctx->pairs, "ocsp_keypairs");
    }
    return ctx->pairs;
}

/* --- the last good pair of a file ----------------------------------------- */

/* A pair by server and issuer as well, since others may name other key files
 * for one certificate file, and one of them a wrong one. */
static const char *get_pair_name(const ocsp_load_ctx_t *ctx,
                                 const char *issuer_file, const char *file)
{
    const server_rec *s = ctx->s;

    return s != NULL && s->is_virtual && s->addrs != NULL
             ? apr_psprintf(ctx->ptemp, "signer:%s %s:%u\n%s\n%s",
                            s->server_hostname != NULL ? s->server_hostname
                                                       : "",
                            s->addrs->virthost, s->addrs->host_port,
                            issuer_file, file)
             : apr_pstrcat(ctx->ptemp, "signer:\n", issuer_file, "\n", file,
                           NULL);
}

/* The certificate alone, whichever server has used it. */
static const char *get_cert_name(const ocsp_load_ctx_t *ctx, const char *file)
{
    return apr_pstrcat(ctx->ptemp, "certificate:", file, NULL);
}

/* Newly allocated: X509_free. @param key its PKCS #8, borrowed */
static X509 *find_retained(ocsp_der_t *key, const ocsp_load_ctx_t *ctx,
                           const char *name, const char *file)
{
    X509 *cert = NULL;
    ocsp_der_t content;
    const char *why;
    bool unrelated;

    if (ocsp_load_ctx_find_retained(ctx, name, &content, key)) {
        (void)ocsp_key_file_parse_cert(&cert, &unrelated, content, file, &why,
                                       ctx->ptemp);
    }
    return cert;
}

void ocsp_keypairs_retain(const ocsp_load_ctx_t *ctx, const char *issuer_file,
                          const ocsp_keypairs_cert_t *cert,
                          const ocsp_keypairs_key_t *key)
{
    const ocsp_der_t none = {NULL, 0};

    ocsp_load_ctx_retain(ctx, get_pair_name(ctx, issuer_file, cert->file),
                         cert->content, key->content);
    ocsp_load_ctx_retain(ctx, get_cert_name(ctx, cert->file), cert->content,
                         none);
}

bool ocsp_keypairs_find_last_good(X509 **cert, EVP_PKEY **key,
                                  const ocsp_load_ctx_t *ctx,
                                  const char *issuer_file, const char *file)
{
    ocsp_der_t content = {NULL, 0}, unused;
    const char *why;
    bool encrypted;

    *key = NULL;
    *cert = ctx->mode == OCSP_LOAD_CTX_SIGNERS
              ? NULL
              : find_retained(&content, ctx,
                              get_pair_name(ctx, issuer_file, file), file);
    if (*cert != NULL) {
        apr_pool_cleanup_register(ctx->ptemp, *cert, free_cert,
                                  apr_pool_cleanup_null);
        (void)ocsp_key_file_parse_key(key, &encrypted, content, file, NULL,
                                      &why, ctx->ptemp);
        /* used, so that it is retained, too: it has the names of the pair */
        (void)ocsp_load_ctx_find_retained(ctx, get_cert_name(ctx, file),
                                          &content, &unused);
    }
    if (*key != NULL) {
        apr_pool_cleanup_register(ctx->ptemp, *key, free_key,
                                  apr_pool_cleanup_null);
    }
    return *key != NULL;
}

/* --- certificates --------------------------------------------------------- */

const apr_array_header_t *ocsp_keypairs_get_files(
    ocsp_load_ctx_t *ctx, const apr_array_header_t *list)
{
    uintptr_t key = (uintptr_t)list; /* lists are borrowed, never copied */
    apr_array_header_t *files = apr_hash_get(ctx->lists, &key, sizeof(key));
    int i;

    if (files != NULL) {
        return files;
    }
    files = apr_array_make(ctx->pconf, list->nelts, sizeof(const char *));
    for (i = 0; i < list->nelts; i++) {
        const char *file = APR_ARRAY_IDX(list, i, const char *);

        if (apr_fnmatch_test(file) != 0) {
            apr_array_cat(files,
                          ocsp_glob_expand(ctx, file, "OCSPCertificateFile"));
        }
        else {
            APR_ARRAY_PUSH(files, const char *) = file;
        }
    }
    apr_hash_set(ctx->lists, apr_pmemdup(ctx->ptemp, &key, sizeof(key)),
                 sizeof(key), files);
    return files;
}

static unsigned long hash_name(const X509_NAME *name)
{
    ocsp_der_t der = {NULL, 0};

    (void)X509_NAME_get0_der(name, &der.data, &der.len);
    return ocsp_issuer_hash_name(der);
}

ocsp_keypairs_cert_t *ocsp_keypairs_make_cert(const ocsp_load_ctx_t *ctx,
                                              const char *file, X509 *cert)
{
    ocsp_keypairs_cert_t *c = apr_pcalloc(ctx->ptemp, sizeof(*c));

    c->file = file;
    c->cert = cert;
    c->content = ocsp_key_file_encode_cert(cert, ctx->ptemp);
    return c;
}

ocsp_keypairs_cert_t *ocsp_keypairs_get_cert(ocsp_load_ctx_t *ctx,
                                             const char *file)
{
    ocsp_keypairs_cert_t *c = apr_hash_get(ctx->certs, file,
                                           APR_HASH_KEY_STRING);
    ocsp_der_t none;
    apr_pool_t *p;

    if (c != NULL) {
        return c;
    }
    p = get_pool(ctx);
    c = apr_pcalloc(p, sizeof(*c));
    c->file = file;
    c->rv = ocsp_file_read(&c->content, file, &c->why, p);
    if (c->rv == APR_SUCCESS) {
        /* the file may contain a key as well */
        apr_pool_cleanup_register(p, &c->content, wipe_content,
                                  apr_pool_cleanup_null);
        c->rv = ocsp_key_file_parse_cert(&c->cert, &c->unrelated, c->content,
                                         file, &c->why, p);
    }
    c->latest = c->cert != NULL
                  ? c->cert
                  : find_retained(&none, ctx, get_cert_name(ctx, file), file);
    if (c->latest != NULL) {
        apr_pool_cleanup_register(p, c->latest, free_cert,
                                  apr_pool_cleanup_null);
        c->names[0] = hash_name(X509_get_issuer_name(c->latest));
        c->names[1] = hash_name(X509_get_subject_name(c->latest));
    }
    apr_hash_set(ctx->certs, file, APR_HASH_KEY_STRING, c);
    return c;
}

/* --- keys ----------------------------------------------------------------- */

static const char *passphrase_name(const ocsp_load_ctx_t *ctx, const char *file)
{
    return apr_pstrcat(ctx->ptemp, OCSP_RETAINED_PASSPHRASE, file, NULL);
}

void ocsp_keypairs_retain_passphrase(const ocsp_load_ctx_t *ctx,
                                     const char *file, const char *passphrase)
{
    const ocsp_der_t none = {NULL, 0};
    ocsp_der_t content = {(const unsigned char *)passphrase,
                          strlen(passphrase) + 1};

    ocsp_load_ctx_retain(ctx, passphrase_name(ctx, file), content, none);
}

/* The passphrase given when httpd started, borrowed, or NULL. */
static const char *find_passphrase(const ocsp_load_ctx_t *ctx, const char *file)
{
    ocsp_der_t passphrase, none;

    return ocsp_load_ctx_find_retained(ctx, passphrase_name(ctx, file),
                                       &passphrase, &none)
             ? (const char *)passphrase.data /* with its NUL */
             : NULL;
}

void ocsp_keypairs_load_key(ocsp_keypairs_key_t *k, const char *passphrase,
                            apr_pool_t *p, apr_pool_t *ptemp)
{
    const char *path = ocsp_key_file_get_path(k->file, &k->why, p);
    ocsp_der_t file;

    k->key = NULL;
    k->encrypted = false;
    k->rv = path != NULL ? ocsp_file_read(&file, path, &k->why, ptemp)
                         : OCSP_EMALFORMED;
    if (k->rv == APR_SUCCESS) {
        k->rv = ocsp_key_file_parse_key(&k->key, &k->encrypted, file, k->file,
                                        passphrase, &k->why, p);
        (void)wipe_content(&file);
    }
    if (k->rv == APR_SUCCESS) {
        apr_pool_cleanup_register(p, k->key, free_key, apr_pool_cleanup_null);
        k->rv = ocsp_key_file_encode_key(&k->content, k->key, &k->why, ptemp);
    }
    if (k->rv == APR_SUCCESS) {
        apr_pool_cleanup_register(ptemp, &k->content, wipe_content,
                                  apr_pool_cleanup_null);
    }
    else {
        k->key = NULL;
    }
}

/* Workers cannot read keys: they have those that the parent has read. */
static ocsp_keypairs_key_t *find_in_ring(const ocsp_load_ctx_t *ctx,
                                         const char *file)
{
    const ocsp_keypairs_key_t *loaded = apr_hash_get(ctx->key_ring, file,
                                                     APR_HASH_KEY_STRING);
    ocsp_keypairs_key_t *k = apr_pcalloc(ctx->ptemp, sizeof(*k));

    k->file = file;
    k->used = true;
    if (loaded != NULL && loaded->key != NULL) {
        k->key = loaded->key;
        k->signer = loaded->signer; /* its trial signatures count */
        return k;
    }
    k->rv = OCSP_EUNKNOWNCA;
    k->why = apr_pstrcat(ctx->ptemp, file,
                         ": a new private key is loaded by a graceful restart",
                         NULL);
    return k;
}

ocsp_keypairs_key_t *ocsp_keypairs_get_key(ocsp_load_ctx_t *ctx,
                                           const char *file)
{
    ocsp_keypairs_key_t *k = apr_hash_get(ctx->keys, file, APR_HASH_KEY_STRING);

    if (k == NULL && ctx->mode == OCSP_LOAD_CTX_SIGNERS) {
        k = find_in_ring(ctx, file);
    }
    else if (k == NULL) {
        k = apr_pcalloc(ctx->pconf, sizeof(*k));
        k->file = file;
        ocsp_keypairs_load_key(k, find_passphrase(ctx, file), ctx->pconf,
                               get_pool(ctx));
        apr_hash_set(ctx->keys, file, APR_HASH_KEY_STRING, k);
    }
    return k;
}

/* --- the key of a certificate --------------------------------------------- */

/* The remedy for a certificate and a key that are no pair. */
static const char *explain_mismatch(const ocsp_load_ctx_t *ctx,
                                    const ocsp_keypairs_cert_t *c)
{
    /* the CA's own, which no OCSPCertificateFile names */
    if (apr_hash_get(ctx->certs, c->file, APR_HASH_KEY_STRING) != c) {
        return "name the responder's certificate with OCSPCertificateFile";
    }
    return X509_check_ca(c->cert) == 1
             ? "the first certificate in it is a CA's: put the responder's "
               "first"
             : "name a key and a certificate that belong together";
}

static const char *explain_no_key(const ocsp_load_ctx_t *ctx,
                                  const ocsp_keypairs_cert_t *c,
                                  const apr_array_header_t *files)
{
    if (files->nelts == 1) {
        return apr_psprintf(ctx->ptemp,
                            "%s: not the key of the certificate in %s: %s",
                            APR_ARRAY_IDX(files, 0, const char *), c->file,
                            explain_mismatch(ctx, c));
    }
    return apr_psprintf(
        ctx->ptemp,
        "%s: its private key is not in %s: name the key file with "
        "OCSPCertificateKeyFile",
        c->file, files->nelts != 0 ? "any of the key files" : "the same file");
}

ocsp_keypairs_key_t *ocsp_keypairs_find_key(const char **why,
                                            const char **unchecked,
                                            ocsp_load_ctx_t *ctx,
                                            const ocsp_keypairs_cert_t *c,
                                            const apr_array_header_t *files)
{
    ocsp_keypairs_key_t *failed = NULL;
    int i;

    for (i = 0; i <= files->nelts; i++) {
        bool is_last = i == files->nelts;
        ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(
            ctx, is_last ? c->file : APR_ARRAY_IDX(files, i, const char *));

        if (k->key != NULL && ocsp_signer_is_pair(c->cert, k->key)) {
            return k;
        }
        /* a certificate file without a key is not at fault */
        if (k->key == NULL && (k->encrypted || !is_last)
            && (failed == NULL || (k->encrypted && !is_last))) {
            failed = k;
        }
    }
    if (failed == NULL) {
        *why = explain_no_key(ctx, c, files);
        return NULL;
    }
    failed->used = true; /* its fault is logged with the certificate's */
    *why = failed->encrypted
             ? apr_pstrcat(ctx->ptemp, failed->why,
                           ": stop and start httpd, which then asks for it",
                           NULL)
             : failed->why;
    if (failed->encrypted && ctx->mode == OCSP_LOAD_CTX_CONFIG_TEST) {
        *unchecked = failed->file;
    }
    return NULL;
}

/* --- checks --------------------------------------------------------------- */

/* R126: workers get the key from the parent process, and need not read it. */
void ocsp_keypairs_warn_of_readers(const ocsp_load_ctx_t *ctx,
                                   const ocsp_keypairs_key_t *k)
{
    const char *path = ocsp_key_file_get_path(k->file, NULL, ctx->ptemp);
    const char *readers = NULL;
    apr_finfo_t info;

    if (k->used || path == NULL
        || apr_stat(&info, path, APR_FINFO_PROT | APR_FINFO_OWNER, ctx->ptemp)
               != APR_SUCCESS) {
        return;
    }
    if (info.protection & APR_FPROT_WREAD) {
        readers = "all users";
    }
    else if (geteuid() == 0
             && ((info.user == ap_unixd_config.user_id
                  && (info.protection & APR_FPROT_UREAD))
                 || (info.group == ap_unixd_config.group_id
                     && (info.protection & APR_FPROT_GREAD)))) {
        readers = "the user that workers run as";
    }
    if (readers != NULL) {
        ocsp_load_ctx_log(ctx, APLOG_WARNING, 0,
                          "OCSP212: %s: the private key can be read by %s; "
                          "make it readable by root only",
                          k->file, readers);
    }
}

static void log_unusable(ocsp_load_ctx_t *ctx, const char *directive,
                         apr_status_t rv, const char *why)
{
    ocsp_load_ctx_log(ctx, APLOG_ERR, rv,
                      "OCSP225: %s: %s; no issuer needs this file, so it may "
                      "also be removed from the configuration",
                      directive, why);
}

void ocsp_keypairs_check_used(ocsp_load_ctx_t *ctx,
                              const ocsp_issuer_config_t *level)
{
    const apr_array_header_t *certs =
        ocsp_keypairs_get_files(ctx, level->cert_files);
    int i;

    for (i = 0; i < certs->nelts; i++) {
        ocsp_keypairs_cert_t *c =
            ocsp_keypairs_get_cert(ctx, APR_ARRAY_IDX(certs, i, const char *));

        if (c->used) {
            continue;
        }
        c->used = true;
        if (c->cert == NULL) {
            log_unusable(ctx, "OCSPCertificateFile", c->rv, c->why);
        }
        else {
            ocsp_load_ctx_log(
                ctx, APLOG_WARNING, 0,
                "OCSP218: %s: this certificate is not used as a signer, "
                "because no <OCSPIssuer> of this server has issued it; add an "
                "<OCSPIssuer> for its CA, or remove the file from "
                "OCSPCertificateFile",
                c->file);
        }
    }
    for (i = 0; i < level->key_files->nelts; i++) {
        ocsp_keypairs_key_t *k = ocsp_keypairs_get_key(
            ctx, APR_ARRAY_IDX(level->key_files, i, const char *));

        if (!k->used && k->key == NULL && !k->encrypted) {
            k->used = true;
            log_unusable(ctx, "OCSPCertificateKeyFile", k->rv, k->why);
        }
    }
}

/* A file that contains a private key as well is for root only. */
static void add_paths(apr_array_header_t *out, ocsp_load_ctx_t *ctx,
                      const ocsp_issuer_config_t *level)
{
    static const char key[] = "PRIVATE KEY-----";
    const apr_array_header_t *files =
        ocsp_keypairs_get_files(ctx, level->cert_files);
    int i;

    for (i = 0; i < files->nelts; i++) {
        const ocsp_keypairs_cert_t *c =
            ocsp_keypairs_get_cert(ctx, APR_ARRAY_IDX(files, i, const char *));

        if (c->cert != NULL
            && memmem(c->content.data, c->content.len, key, sizeof(key) - 1)
                   == NULL) {
            APR_ARRAY_PUSH(out, const char *) = c->file;
        }
    }
}

void ocsp_keypairs_check_readers(ocsp_load_ctx_t *ctx, server_rec *base)
{
    apr_array_header_t *paths = apr_array_make(ctx->ptemp, 4,
                                               sizeof(const char *));
    const server_rec *s;
    int i;

    for (s = base; s != NULL; s = ocsp_server_config_get_next(s)) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        add_paths(paths, ctx, conf->own_level);
        for (i = 0; i < conf->sections->nelts; i++) {
            add_paths(paths, ctx,
                      APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)
                          ->level);
        }
    }
    (void)ocsp_readers_check_paths(ctx, paths);
}
