/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A responder's certificate and key: whether they may answer for an issuer, how
 * they sign, and how long they are valid. Private key bytes stay in libcrypto
 * and in the pool they were read into. Floor 2: libcrypto's X509 and EVP.
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
#include "status/issuer.h"
#include "status/status.h"
#include "wire/der.h"

#define OCSP_SIGNER_KEY_HASH_LEN 20

typedef struct ocsp_signer_t ocsp_signer_t;

/** What a signer is made of. */
typedef struct {
    X509 *cert;    /* borrowed; the signer takes references of its own */
    EVP_PKEY *key; /* likewise */
    const char *cert_file;
    const char *key_file;
    bool trusted;                /* OCSPTrustedResponder: whoever issued it */
    const ocsp_signer_t *proven; /* a signer that was made before, or NULL: if
                                    it has the same private key, public key and
                                    algorithm, its trial signatures count */
} ocsp_signer_material_t;

/**
 * @return whether a certificate may be meant for this issuer: it has the
 *         issuer's key, or was issued in its name. Cheap; ocsp_signer_make has
 *         the last word. Startup only.
 */
bool ocsp_signer_concerns(const X509 *cert, const ocsp_issuer_t *issuer);

/**
 * Check of a certificate what needs no key.
 * @return NULL, or why it may not answer for the issuer, static. Startup only.
 */
const char *ocsp_signer_check_cert(X509 *cert, const ocsp_issuer_t *issuer);

/** @return whether a private key is a certificate's. Startup only. */
bool ocsp_signer_is_pair(const X509 *cert, const EVP_PKEY *key);

/**
 * Make the signer of an issuer: its own key, or a delegate with
 * id-kp-OCSPSigning that this very key issued (RFC 6960 section 4.2.2.2;
 * R123), or one that is trusted locally (item 1 there). Key and
 * certificate must match. It signs once to see that it can.
 * RSA (sha256WithRSAEncryption), RSA-PSS keys (by their own parameters, else
 * SHA-256 with a salt of 32), P-256, P-384 and P-521 and brainpoolP256r1,
 * -P384r1 and -P512r1 with the digest of their size, Ed25519, Ed448 (R129);
 * never SHA-1 or MD5 (R130).
 * @param out newly made in p, which frees what OpenSSL holds for it. Expired
 *        or not yet valid is no failure: ocsp_signer_is_valid tells
 * @param warning NULL, or what clients may stumble over (R124, R125)
 * @param why file, cause and remedy
 * @return OCSP_EMALFORMED, OCSP_EUNKNOWNCA, OCSP_ECRYPTO
 * Startup only.
 */
apr_status_t ocsp_signer_make(ocsp_signer_t **out,
                              const ocsp_signer_material_t *material,
                              const ocsp_issuer_t *issuer, const char **warning,
                              const char **why, apr_pool_t *p);

/** @return whether now lies in notBefore to notAfter, both included. Pure. */
bool ocsp_signer_is_valid(const ocsp_signer_t *signer, int64_t now);

/** Pure. */
int64_t ocsp_signer_get_not_before(const ocsp_signer_t *signer);

/** Pure. */
int64_t ocsp_signer_get_not_after(const ocsp_signer_t *signer);

/** SHA-1 of the key bits, OCSP_SIGNER_KEY_HASH_LEN octets. Pure. */
const unsigned char *ocsp_signer_get0_key_hash(const ocsp_signer_t *signer);

/** The DER AlgorithmIdentifier of its signatures (R129). Pure. */
ocsp_der_t ocsp_signer_get_algorithm(const ocsp_signer_t *signer);

/** What clients have to know to verify its signatures. Pure. */
ocsp_algorithm_family_t ocsp_signer_get_family(const ocsp_signer_t *signer);

/** For people: "P-256 with SHA-256", "RSA 2048 with SHA-256". Pure. */
const char *ocsp_signer_get0_description(const ocsp_signer_t *signer);

/** The certificate in DER. Pure. */
ocsp_der_t ocsp_signer_get_cert(const ocsp_signer_t *signer);

/** The DER of the certificate's subject. Pure. */
ocsp_der_t ocsp_signer_get_name(const ocsp_signer_t *signer);

/** @return whether the issuer signs itself: no delegate. Pure. */
bool ocsp_signer_is_issuer(const ocsp_signer_t *signer);

/** @return whether the issuer has not issued its certificate: clients trust it
 *          locally. Pure. */
bool ocsp_signer_is_foreign(const ocsp_signer_t *signer);

/**
 * @return whether its key is of the issuer's kind (algorithm and curve):
 *         whoever checks the issuer's certificates and CRLs can check its
 *         signatures
 *         (RFC 6960 section 4.4.7.2.1 item 2). Pure.
 */
bool ocsp_signer_is_like_issuer(const ocsp_signer_t *signer);

/** @return whether two have one certificate: either signs for both. Pure. */
bool ocsp_signer_is_same(const ocsp_signer_t *a, const ocsp_signer_t *b);

/**
 * @return whether an AlgorithmIdentifier that somebody wishes for is this
 *         signer's; absent parameters and NULL are the same, and absent ones
 *         fit any RSASSA-PSS. Pure.
 */
bool ocsp_signer_has_algorithm(const ocsp_signer_t *signer,
                               ocsp_der_t algorithm);

/** The longest signature that ocsp_signer_sign makes, in octets. Pure. */
size_t ocsp_signer_get_signature_max(const ocsp_signer_t *signer);

/** Say how long a signature takes, in microseconds: floors below have no clock.
 * Startup only. */
void ocsp_signer_set_cost(ocsp_signer_t *signer, unsigned us);

/** What was said; 0: nothing. Pure. */
unsigned ocsp_signer_get_cost(const ocsp_signer_t *signer);

/** What one thread keeps from one signature to the next: libcrypto's contexts,
 * set up for the keys that it has signed with last. */
typedef struct ocsp_sign_context_t ocsp_signer_contexts_t;

/** Newly made in p, which frees them: that thread's pool, or one that ends
 * before libcrypto does. */
ocsp_signer_contexts_t *ocsp_signer_make_contexts(apr_pool_t *p);

/**
 * Sign bytes.
 * @param contexts of this very thread, or NULL: made and freed here
 * @param signature_len in: room, at least ocsp_signer_get_signature_max; out:
 *        octets written
 * @param why libcrypto's own words, made in p
 * @return OCSP_ECRYPTO. libcrypto's error queue is left empty. Any thread.
 */
apr_status_t ocsp_signer_sign(const ocsp_signer_t *signer,
                              ocsp_signer_contexts_t *contexts,
                              unsigned char *signature, size_t *signature_len,
                              ocsp_der_t data, const char **why, apr_pool_t *p);

#endif
