/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A signer: a responder's certificate and private key that were checked to be
 * allowed to answer for an issuer. Private key bytes stay in libcrypto and in
 * the pool that they were read into. Floor 2.
 */
#ifndef OCSP_ANSWER_SIGNER_H
#define OCSP_ANSWER_SIGNER_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/algorithm.h"
#include "answer/sign_context.h"
#include "status/issuer.h"
#include "status/error.h"
#include "wire/der.h"

#define OCSP_SIGNER_KEY_HASH_LEN 20

/** A signer; nothing in it changes once it is made. */
typedef struct {
    ocsp_algorithm_t algorithm; /* of its signatures (R129) */
    const char *cert_file;      /* the file of its certificate */
    ocsp_der_t cert;            /* its certificate */
    ocsp_der_t name;            /* the certificate's subject */
    ocsp_der_t serial;   /* its serial number: big-endian magnitude, no leading
                          zero octet */
    bool is_issuer;      /* it has the issuer's own key and name */
    bool is_foreign;     /* another CA has issued its certificate, which clients
                        then have to trust locally */
    bool is_like_issuer; /* its key has the algorithm and curve of the issuer's:
                            clients that verify the issuer's certificates can
                            verify its signatures (RFC 6960 section 4.4.7.2.1
                            item 2) */
    int64_t not_before;  /* seconds since 1970 */
    int64_t not_after;
    size_t signature_max; /* octets of its longest signature */
    unsigned char key_hash[OCSP_SIGNER_KEY_HASH_LEN]; /* SHA-1 of the key bits
                                                       */
    /* for signer.c alone: */
    EVP_PKEY *key;
    EVP_MD_CTX *ready;   /* set up to sign; only copied, never used itself */
    bool reuses_context; /* a trial signature with a reused context verified */
} ocsp_signer_t;

/** A certificate and its private key. */
typedef struct {
    X509 *cert;    /* borrowed; a signer takes references of its own */
    EVP_PKEY *key; /* likewise */
    const char *cert_file;
    const char *key_file;
    bool trusted; /* OCSPTrustedResponder: another CA may have issued it */
    const ocsp_signer_t *proven; /* another signer, or NULL: with the same
                                    private key, public key and algorithm, its
                                    trial signatures count for this one */
} ocsp_signer_pair_t;

/**
 * @return whether a certificate has the issuer's key or names it as its issuer
 * @param verify whether the issuer's key must have signed it as well. Startup
 *        only.
 */
bool ocsp_signer_concerns(X509 *cert, const ocsp_issuer_t *issuer, bool verify);

/**
 * Check a certificate as far as that needs no private key.
 * @return NULL, or why it may not answer for the issuer, static. Startup only.
 */
const char *ocsp_signer_check_cert(X509 *cert, const ocsp_issuer_t *issuer);

/** @return whether a private key belongs to a certificate. Startup only. */
bool ocsp_signer_is_pair(const X509 *cert, const EVP_PKEY *key);

/**
 * Make a signer of an issuer: the issuer itself, a delegate with
 * id-kp-OCSPSigning issued by the same key (RFC 6960 section 4.2.2.2; R123), or
 * one that is trusted locally (item 1 there). Key and certificate must belong
 * together; a trial signature is made and verified.
 * Keys may be RSA (sha256WithRSAEncryption), RSA-PSS (by their own parameters,
 * else SHA-256 with a salt of 32), P-256, P-384, P-521, brainpoolP256r1,
 * -P384r1 and -P512r1 with the digest of their size, Ed25519, Ed448 (R129);
 * never with SHA-1 or MD5 (R130).
 * @param out newly made in p. It may have expired or not be valid yet: see
 *        ocsp_signer_is_valid
 * @param warning NULL, or what clients may reject (R124, R125)
 * @param why file, cause and remedy
 * @return OCSP_EMALFORMED, OCSP_EUNKNOWNCA, OCSP_ECRYPTO
 * Startup only.
 */
apr_status_t ocsp_signer_make(ocsp_signer_t **out,
                              const ocsp_signer_pair_t *pair,
                              const ocsp_issuer_t *issuer, const char **warning,
                              const char **why, apr_pool_t *p);

/** @return whether now lies in notBefore to notAfter, both included. Pure. */
bool ocsp_signer_is_valid(const ocsp_signer_t *signer, int64_t now);

/** @return whether two signers have the same certificate. Pure. */
bool ocsp_signer_is_same(const ocsp_signer_t *a, const ocsp_signer_t *b);

/**
 * @return whether an AlgorithmIdentifier that a client prefers is that of this
 *         signer. Absent parameters equal NULL, and match any RSASSA-PSS. Pure.
 */
bool ocsp_signer_has_algorithm(const ocsp_signer_t *signer,
                               ocsp_der_t algorithm);

/** libcrypto's contexts that one thread reuses for its next signatures, see
 * sign_context.h. */
typedef struct ocsp_sign_context_t ocsp_signer_contexts_t;

/**
 * Sign bytes.
 * @param contexts of this thread; NULL: one is made for this signature
 * @param signature_len in: room, at least the signer's signature_max; out:
 *        octets written
 * @param why libcrypto's reason, made in p
 * @return OCSP_ECRYPTO. libcrypto's error queue is left empty. Any thread.
 */
apr_status_t ocsp_signer_sign(const ocsp_signer_t *signer,
                              ocsp_signer_contexts_t *contexts,
                              unsigned char *signature, size_t *signature_len,
                              ocsp_der_t data, const char **why, apr_pool_t *p);

#endif
