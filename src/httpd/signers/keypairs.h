/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The files of signers: certificates and private keys, each read once a pass
 * and shared by all issuers that name it. Passphrases are known from the start
 * of httpd, or not at all. Floor 4.
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
    X509 *cert; /* or NULL, and then rv and why */
    apr_status_t rv;
    const char *why;
    ocsp_der_t content;
    unsigned long names[2]; /* ocsp_issuer_hash_name of issuer and subject */
    bool stray; /* other certificates follow that are not its chain */
    bool used;  /* some issuer is signed for with it, or complained of it */
} ocsp_keypairs_cert_t;

/** A key file or URI. */
typedef struct {
    const char *file;
    EVP_PKEY *key; /* or NULL, and then rv and why */
    apr_status_t rv;
    const char *why;
    bool encrypted;     /* it lacks nothing but its passphrase */
    ocsp_der_t content; /* in the clear: wiped when ptemp goes */
    bool used;
    unsigned cost_us; /* how long a signature takes; 0: not measured yet */
    const ocsp_signer_t *signer; /* the last one of this pass that has it, or
                                    NULL */
} ocsp_keypairs_key_t;

/**
 * A level's certificate files with its patterns expanded.
 * @return of const char *, made in pconf or the list itself. Startup only;
 *         likewise what follows
 */
const apr_array_header_t *ocsp_keypairs_get_files(
    ocsp_load_ctx_t *pass, const apr_array_header_t *list);

/** The certificate in a file. */
ocsp_keypairs_cert_t *ocsp_keypairs_get_cert(ocsp_load_ctx_t *pass,
                                             const char *file);

/** A certificate that is there already, borrowed. */
ocsp_keypairs_cert_t *ocsp_keypairs_make_cert(const ocsp_load_ctx_t *pass,
                                              const char *file, X509 *cert);

/** The key in a file, or behind a URI. */
ocsp_keypairs_key_t *ocsp_keypairs_get_key(ocsp_load_ctx_t *pass,
                                           const char *file);

/**
 * All private keys that a pass has read, for passes that only renew signers.
 * @return file -> ocsp_keypairs_key_t without content, in pconf
 */
apr_hash_t *ocsp_keypairs_make_ring(const ocsp_load_ctx_t *pass);

/**
 * The key of a certificate: in one of the key files, else beside the
 * certificate.
 * @param why NULL is returned: the cause
 * @param unchecked set to a key file that lacks the passphrase, for which
 *        "httpd -t" does not ask
 */
ocsp_keypairs_key_t *ocsp_keypairs_find_key(const char **why,
                                            const char **unchecked,
                                            ocsp_load_ctx_t *pass,
                                            const ocsp_keypairs_cert_t *c,
                                            const apr_array_header_t *files);

/**
 * A pair as it was kept, both in a form to be used until ptemp goes.
 * @return false: none is kept, or it is good no more
 */
bool ocsp_keypairs_recall(X509 **cert, EVP_PKEY **key,
                          const ocsp_load_ctx_t *pass, const char *name);

/** Keep a pair that has signed. */
void ocsp_keypairs_keep(const ocsp_load_ctx_t *pass, const char *name,
                        const ocsp_keypairs_cert_t *cert,
                        const ocsp_keypairs_key_t *key);

/** Warn, once, if others than root can read a key (R126). */
void ocsp_keypairs_warn_of_readers(const ocsp_load_ctx_t *pass,
                                   const ocsp_keypairs_key_t *k);

/**
 * After all issuers of a level: complain of its certificates and keys that no
 * issuer has any use for, or that could not even be read. Startup only.
 */
void ocsp_keypairs_check_used(ocsp_load_ctx_t *pass,
                              const ocsp_issuer_config_t *level);

/** Read a key afresh, with this passphrase or none (NULL). @param p ptemp */
void ocsp_keypairs_load_key(ocsp_keypairs_key_t *k, const char *passphrase,
                            apr_pool_t *p);

/** Keep a passphrase that fits, for later passes. */
void ocsp_keypairs_keep_passphrase(const ocsp_load_ctx_t *pass,
                                   const char *file, const char *passphrase);

/**
 * Warn of certificates of signers, that the workers'
 * user cannot read, so that their renewals are not taken up, but for those that stand in one file with their private key. Startup
 * only.
 */
void ocsp_keypairs_check_readers(ocsp_load_ctx_t *pass, server_rec *base);

#endif
