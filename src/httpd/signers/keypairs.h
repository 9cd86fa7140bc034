/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates and private keys of signers: reads each file once per load,
 * shares it among all issuers, and finds the key of a certificate. The last
 * good pair of a certificate file is retained over graceful restarts. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_KEYPAIRS_H
#define OCSP_HTTPD_SIGNERS_KEYPAIRS_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "answer/signer.h"
#include "httpd/config/server_config.h"
#include "httpd/load/load_ctx.h"

/** A certificate file. */
typedef struct {
    const char *file;
    X509 *cert; /* NULL: the file cannot be used, see rv and why */
    apr_status_t rv;
    const char *why;
    X509 *latest;           /* cert, else the last good one, or NULL */
    ocsp_der_t content;     /* of the whole file */
    unsigned long names[2]; /* ocsp_issuer_hash_name of issuer and subject of
                               latest; 0: there is none */
    bool unrelated;         /* certificates outside of its chain follow it */
    bool used; /* some issuer signs with it, or has logged a fault of it */
} ocsp_keypairs_cert_t;

/** A key file or URI, in pconf: loads of child processes use its key. */
typedef struct {
    const char *file;
    EVP_PKEY *key; /* NULL: the file cannot be used, see rv and why */
    apr_status_t rv;
    const char *why;
    bool encrypted;     /* only the passphrase is missing or wrong */
    ocsp_der_t content; /* the unencrypted key, wiped when ptemp ends */
    bool used;
    const ocsp_signer_t *signer; /* one that has it, made by this load or the
                                    parent process, or NULL */
} ocsp_keypairs_key_t;

/**
 * Get the certificate files of a configuration level, with patterns expanded.
 * @return of const char *, made in pconf, or the list itself. One thread at a
 *         time; likewise all functions below.
 */
const apr_array_header_t *ocsp_keypairs_get_files(
    ocsp_load_ctx_t *ctx, const apr_array_header_t *list);

/** Get the certificate in a file. */
ocsp_keypairs_cert_t *ocsp_keypairs_get_cert(ocsp_load_ctx_t *ctx,
                                             const char *file);

/** Wrap a certificate that was read before, borrowed. */
ocsp_keypairs_cert_t *ocsp_keypairs_make_cert(const ocsp_load_ctx_t *ctx,
                                              const char *file, X509 *cert);

/** Get the key in a file or behind a URI; while httpd runs, the one that the
 * parent process read. */
ocsp_keypairs_key_t *ocsp_keypairs_get_key(ocsp_load_ctx_t *ctx,
                                           const char *file);

/**
 * Read a key, or read it again.
 * @param passphrase NULL: none
 * @param p the key lives as long
 * @param ptemp content and why live as long
 */
void ocsp_keypairs_load_key(ocsp_keypairs_key_t *k, const char *passphrase,
                            apr_pool_t *p, apr_pool_t *ptemp);

/** Retain a passphrase that fits, for later loads. */
void ocsp_keypairs_retain_passphrase(const ocsp_load_ctx_t *ctx,
                                     const char *file, const char *passphrase);

/**
 * Find the key of a certificate: in one of the key files, else in the file of
 * the certificate.
 * @param why the reason if NULL is returned
 * @param unchecked set to a key file whose passphrase "httpd -t" does not ask
 *        for; NULL is returned then
 */
ocsp_keypairs_key_t *ocsp_keypairs_find_key(const char **why,
                                            const char **unchecked,
                                            ocsp_load_ctx_t *ctx,
                                            const ocsp_keypairs_cert_t *c,
                                            const apr_array_header_t *files);

/** Retain a pair that has signed as the last good one of its certificate file,
 * for this server and the issuer of that file. Has no effect while httpd runs.
 */
void ocsp_keypairs_retain(const ocsp_load_ctx_t *ctx, const char *issuer_file,
                          const ocsp_keypairs_cert_t *cert,
                          const ocsp_keypairs_key_t *key);

/**
 * Find the last good pair of a certificate file, usable until ptemp ends.
 * @return false: there is none, or httpd runs
 */
bool ocsp_keypairs_find_last_good(X509 **cert, EVP_PKEY **key,
                                  const ocsp_load_ctx_t *ctx,
                                  const char *issuer_file, const char *file);

/** Warn, once, if users other than root can read a key (R126). */
void ocsp_keypairs_warn_of_readers(const ocsp_load_ctx_t *ctx,
                                   const ocsp_keypairs_key_t *k);

/**
 * Log the certificates and keys of a configuration level that no issuer uses,
 * or that cannot be read, after all its issuers were loaded. Startup only.
 */
void ocsp_keypairs_check_used(ocsp_load_ctx_t *ctx,
                              const ocsp_issuer_config_t *level);

/**
 * Warn of certificates that the workers' user cannot read, so that a renewal is
 * not loaded without a restart. Certificates in one file with their key are
 * left out. Startup only.
 */
void ocsp_keypairs_check_readers(ocsp_load_ctx_t *ctx, server_rec *base);

#endif
