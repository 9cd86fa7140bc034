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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/issuer.h"
#include "status/status.h"
#include "wire/der.h"

#define OCSP_SIGNER_KEY_HASH_LEN 20

typedef struct ocsp_signer_t ocsp_signer_t;

/** What a signer is made of: the contents of two files, and their names. */
typedef struct {
    ocsp_der_t cert;
    ocsp_der_t key;
    const char *cert_file;
    const char *key_file;
} ocsp_signer_material_t;

/**
 * Make the signer of an issuer: its own key, or a delegate with
 * id-kp-OCSPSigning that this very key issued (RFC 6960 section 4.2.2.2;
 * REQUIREMENTS 123). Key and certificate must match; an encrypted key is
 * refused without asking. Of several certificates the first counts.
 * Certificate and key are PEM or DER.
 * @param out newly made in p, which frees what OpenSSL holds for it. Expired
 *        or not yet valid is no failure: ocsp_signer_is_valid tells
 * @param warning NULL, or what clients may stumble over (REQUIREMENTS 124, 125)
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

/** The DER AlgorithmIdentifier of its signatures (REQUIREMENTS 129). Pure. */
ocsp_der_t ocsp_signer_get_algorithm(const ocsp_signer_t *signer);

/** A delegate's certificate in DER; data NULL if the CA signs itself. Pure. */
ocsp_der_t ocsp_signer_get_delegate(const ocsp_signer_t *signer);

/** The longest signature that ocsp_signer_sign makes, in octets. Pure. */
size_t ocsp_signer_get_signature_max(const ocsp_signer_t *signer);

/**
 * Sign bytes.
 * @param signature_len in: room, at least ocsp_signer_get_signature_max; out:
 *        octets written
 * @param why libcrypto's own words, made in p
 * @return OCSP_ECRYPTO. libcrypto's error queue is left empty. Any thread.
 */
apr_status_t ocsp_signer_sign(const ocsp_signer_t *signer,
                              unsigned char *signature, size_t *signature_len,
                              ocsp_der_t data, const char **why, apr_pool_t *p);

#endif
