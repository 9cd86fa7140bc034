/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See pairs.h. Floor 4.
 */
#include "httpd/signers/keypairs.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>

#include "answer/key_file.h"
#include "answer/signer.h"
#include "httpd/log.h"
#include "httpd/load/glob.h"

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

/* ptemp's memory is used again, also by what comes after the fork */
static apr_status_t wipe_content(void *content)
{
    const ocsp_der_t *c = content;

    if (c->data != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)c->data, c->len);
    }
    return APR_SUCCESS;
}

const apr_array_header_t *ocsp_keypairs_get_files(
    ocsp_load_ctx_t *pass, const apr_array_header_t *list)
{
    uintptr_t key = (uintptr_t)list; /* lists are borrowed, never copied */
    apr_array_header_t *files = apr_hash_get(pass->lists, &key, sizeof(key));
    int i;

    if (files != NULL) {
        return files;
    }
    files = apr_array_make(pass->pconf, list->nelts, sizeof(const char *));
    for (i = 0; i < list->nelts; i++) {
        const char *file = APR_ARRAY_IDX(list, i, const char *);

        if (apr_fnmatch_test(file) != 0) {
            apr_array_cat(files,
                          ocsp_glob_expand(pass, file, "OCSPCertificateFile"));
        }
        else {
            APR_ARRAY_PUSH(files, const char *) = file;
        }
    }
    apr_hash_set(pass->lists, apr_pmemdup(pass->ptemp, &key, sizeof(key)),
                 sizeof(key), files);
    return files;
}

static unsigned long hash_name(const X509_NAME *name)
{
    ocsp_der_t der = {NULL, 0};

    (void)X509_NAME_get0_der(name, &der.data, &der.len);
    return ocsp_issuer_hash_name(der);
}

ocsp_keypairs_cert_t *ocsp_keypairs_make_cert(const ocsp_load_ctx_t *pass,
                                              const char *file, X509 *cert)
{
    ocsp_keypairs_cert_t *c = apr_pcalloc(pass->ptemp, sizeof(*c));
    int len = i2d_X509(cert, NULL);

    c->file = file;
    c->cert = cert;
    if (len > 0) {
        unsigned char *der = apr_palloc(pass->ptemp, (apr_size_t)len);

        c->content.data = der;
        c->content.len = (size_t)i2d_X509(cert, &der);
    }
    return c;
}

/* A pool looks through all its cleanups when a stream in it is closed: so those
 * of thousands of certificates are in another one. */
static apr_pool_t *get_pool(ocsp_load_ctx_t *pass)
{
    if (pass->pairs == NULL) {
        apr_pool_create(&pass->pairs, pass->ptemp);
        apr_pool_tag(pass->pairs, "ocsp_pairs");
    }
    return pass->pairs;
}

ocsp_keypairs_cert_t *ocsp_keypairs_get_cert(ocsp_load_ctx_t *pass,
                                             const char *file)
{
    ocsp_keypairs_cert_t *c = apr_hash_get(pass->certs, file,
                                           APR_HASH_KEY_STRING);
    apr_pool_t *p;

    if (c != NULL) {
        return c;
    }
    p = get_pool(pass);
    c = apr_pcalloc(p, sizeof(*c));
    c->file = file;
    c->rv = ocsp_issuer_read_file(&c->content, file, &c->why, p);
    if (c->rv == APR_SUCCESS) {
        /* a key may stand beside the certificate */
        apr_pool_cleanup_register(p, &c->content, wipe_content,
                                  apr_pool_cleanup_null);
        c->rv = ocsp_key_file_parse_cert(&c->cert, &c->stray, c->content, file,
                                         &c->why, p);
    }
    if (c->cert != NULL) {
        apr_pool_cleanup_register(p, c->cert, free_cert, apr_pool_cleanup_null);
        c->names[0] = hash_name(X509_get_issuer_name(c->cert));
        c->names[1] = hash_name(X509_get_subject_name(c->cert));
    }
    apr_hash_set(pass->certs, file, APR_HASH_KEY_STRING, c);
    return c;
}

static const char *passphrase_name(const ocsp_load_ctx_t *pass,
                                   const char *file)
{
    return apr_pstrcat(pass->ptemp, OCSP_RETAINED_PASSPHRASE, file, NULL);
}

void ocsp_keypairs_keep_passphrase(const ocsp_load_ctx_t *pass,
                                   const char *file, const char *passphrase)
{
    const ocsp_der_t none = {NULL, 0};
    ocsp_der_t kept = {(const unsigned char *)passphrase,
                       strlen(passphrase) + 1};

    ocsp_load_ctx_retain(pass, passphrase_name(pass, file), kept, none);
}

/* What was asked for when httpd started; borrowed. */
static const char *find_passphrase(const ocsp_load_ctx_t *pass,
                                   const char *file)
{
    ocsp_der_t passphrase, nothing;

    return ocsp_load_ctx_find_retained(pass, passphrase_name(pass, file),
                                       &passphrase, &nothing)
             ? (const char *)passphrase.data /* with its NUL */
             : NULL;
}

void ocsp_keypairs_load_key(ocsp_keypairs_key_t *k, const char *passphrase,
                            apr_pool_t *p)
{
    ocsp_der_t file;

    k->encrypted = false;
    if (ocsp_key_file_is_uri(k->file)) {
        k->rv = ocsp_key_file_load_key(&k->key, &k->encrypted, k->file,
                                       passphrase, &k->why, p);
    }
    else {
        k->rv = ocsp_issuer_read_file(&file, k->file, &k->why, p);
        if (k->rv == APR_SUCCESS) {
            k->rv = ocsp_key_file_parse_key(&k->key, &k->encrypted, file,
                                            k->file, passphrase, &k->why, p);
            (void)wipe_content(&file);
        }
    }
    if (k->rv == APR_SUCCESS) {
        apr_pool_cleanup_register(p, k->key, free_key, apr_pool_cleanup_null);
        k->rv = ocsp_key_file_encode_key(&k->content, k->key, &k->why, p);
    }
    if (k->rv == APR_SUCCESS) {
        apr_pool_cleanup_register(p, &k->content, wipe_content,
                                  apr_pool_cleanup_null);
    }
    else {
        k->key = NULL;
    }
}

/* Workers cannot read keys: they have those that the parent has read. */
static ocsp_keypairs_key_t *find_in_ring(const ocsp_load_ctx_t *pass,
                                         const char *file)
{
    const ocsp_keypairs_key_t *read = apr_hash_get(pass->key_ring, file,
                                                   APR_HASH_KEY_STRING);
    ocsp_keypairs_key_t *k = apr_pcalloc(pass->ptemp, sizeof(*k));

    k->file = file;
    k->used = true;
    if (read != NULL) {
        k->key = read->key;
        k->cost_us = read->cost_us;
        return k;
    }
    k->rv = OCSP_EUNKNOWNCA;
    k->why = apr_pstrcat(pass->ptemp, file,
                         ": new private keys are read at graceful", NULL);
    return k;
}

apr_hash_t *ocsp_keypairs_make_ring(const ocsp_load_ctx_t *pass)
{
    apr_hash_t *ring = apr_hash_make(pass->pconf);
    apr_hash_index_t *hi;
    const void *file;
    void *value;

    for (hi = apr_hash_first(pass->ptemp, pass->keys); hi;
         hi = apr_hash_next(hi)) {
        const ocsp_keypairs_key_t *k;
        ocsp_keypairs_key_t *copy;

        apr_hash_this(hi, &file, NULL, &value);
        k = value;
        if (k->key == NULL || EVP_PKEY_up_ref(k->key) != 1) {
            continue;
        }
        copy = apr_pcalloc(pass->pconf, sizeof(*copy));
        copy->file = apr_pstrdup(pass->pconf, file);
        copy->key = k->key;
        copy->cost_us = k->cost_us;
        apr_pool_cleanup_register(pass->pconf, copy->key, free_key,
                                  apr_pool_cleanup_null);
        apr_hash_set(ring, copy->file, APR_HASH_KEY_STRING, copy);
    }
    return ring;
}

ocsp_keypairs_key_t *ocsp_keypairs_get_key(ocsp_load_ctx_t *pass,
                                           const char *file)
{
    ocsp_keypairs_key_t *k = apr_hash_get(pass->keys, file,
                                          APR_HASH_KEY_STRING);

    if (k == NULL && pass->mode == OCSP_LOAD_CTX_SIGNERS) {
        k = find_in_ring(pass, file);
    }
    else if (k == NULL) {
        apr_pool_t *p = get_pool(pass);

        k = apr_pcalloc(p, sizeof(*k));
        k->file = file;
        ocsp_keypairs_load_key(k, find_passphrase(pass, file), p);
        apr_hash_set(pass->keys, file, APR_HASH_KEY_STRING, k);
    }
    return k;
}

/* Nobody is asked at graceful, when there is no terminal any more. */
static const char *explain(const ocsp_load_ctx_t *pass,
                           const ocsp_keypairs_key_t *k)
{
    return k->encrypted
             ? apr_pstrcat(pass->ptemp, k->why,
                           ": stop httpd and start it: it asks then", NULL)
             : k->why;
}

/* What to do about a certificate whose key is another. */
static const char *explain_mismatch(const ocsp_load_ctx_t *pass,
                                    const ocsp_keypairs_cert_t *c)
{
    /* the CA's own, which no directive names */
    if (apr_hash_get(pass->certs, c->file, APR_HASH_KEY_STRING) != c) {
        return "name the responder's certificate with OCSPCertificateFile";
    }
    return X509_check_ca(c->cert) == 1
             ? "the first certificate in it is a CA's: put the responder's "
               "first"
             : "give the two that belong together";
}

ocsp_keypairs_key_t *ocsp_keypairs_find_key(const char **why,
                                            const char **unchecked,
                                            ocsp_load_ctx_t *pass,
                                            const ocsp_keypairs_cert_t *c,
                                            const apr_array_header_t *files)
{
    ocsp_keypairs_key_t *k, *blamed = NULL;
    int i;

    *why = NULL;
    for (i = 0; i < files->nelts; i++) {
        k = ocsp_keypairs_get_key(pass, APR_ARRAY_IDX(files, i, const char *));
        if (k->key != NULL && ocsp_signer_is_pair(c->cert, k->key)) {
            return k;
        }
        if (k->key == NULL && (blamed == NULL || k->encrypted)) {
            *why = explain(pass, k);
            blamed = k;
        }
    }
    k = ocsp_keypairs_get_key(pass, c->file);
    if (k->key != NULL && ocsp_signer_is_pair(c->cert, k->key)) {
        return k;
    }
    if (k->encrypted && blamed == NULL) {
        *why = explain(pass, k);
        blamed = k;
    }
    if (blamed != NULL) {
        blamed->used = true; /* no more is to be said of it */
        if (blamed->encrypted && pass->mode == OCSP_LOAD_CTX_CONFIG_TEST) {
            *unchecked = blamed->file;
        }
        return NULL;
    }
    if (files->nelts == 1) {
        *why = apr_psprintf(pass->ptemp,
                            "%s: not the key of the certificate in %s: %s",
                            APR_ARRAY_IDX(files, 0, const char *), c->file,
                            explain_mismatch(pass, c));
    }
    else {
        *why = apr_psprintf(pass->ptemp,
                            "%s: no private key for it in %s: name it with "
                            "OCSPCertificateKeyFile",
                            c->file,
                            files->nelts != 0 ? "any of the key files"
                                              : "the same file");
    }
    return NULL;
}

bool ocsp_keypairs_recall(X509 **cert, EVP_PKEY **key,
                          const ocsp_load_ctx_t *pass, const char *name)
{
    ocsp_der_t cert_content, key_content;
    bool encrypted, stray;
    const char *why;

    *cert = NULL;
    *key = NULL;
    if (!ocsp_load_ctx_find_retained(pass, name, &cert_content, &key_content)
        || ocsp_key_file_parse_cert(cert, &stray, cert_content, name, &why,
                                    pass->ptemp)
               != APR_SUCCESS) {
        return false;
    }
    apr_pool_cleanup_register(pass->ptemp, *cert, free_cert,
                              apr_pool_cleanup_null);
    if (ocsp_key_file_parse_key(key, &encrypted, key_content, name, NULL, &why,
                                pass->ptemp)
        != APR_SUCCESS) {
        return false;
    }
    apr_pool_cleanup_register(pass->ptemp, *key, free_key,
                              apr_pool_cleanup_null);
    return true;
}

void ocsp_keypairs_keep(const ocsp_load_ctx_t *pass, const char *name,
                        const ocsp_keypairs_cert_t *cert,
                        const ocsp_keypairs_key_t *key)
{
    ocsp_load_ctx_retain(pass, name, cert->content, key->content);
}
