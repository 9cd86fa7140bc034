/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signature of a CRL, judged by OpenSSL while the CRL streams past: the
 * octets of tbsCertList go in one by one piece, the verdict comes at the end.
 * Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SIGNATURE_H
#define OCSP_STATUS_CRL_SIGNATURE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/issuer.h"
#include "status/status.h"
#include "wire/der.h"

typedef struct ocsp_crl_signature_t ocsp_crl_signature_t;

/**
 * Begin to verify.
 * @param out newly made in p, which frees what it holds; or ocsp_crl_signature_free
 * @param algorithm a whole AlgorithmIdentifier
 * @param why a fragment without a file name
 * @return OCSP_EMALFORMED, OCSP_EOTHERKEY: not an algorithm of this issuer's
 *         key; OCSP_ECRYPTO: not one that is trusted here
 */
apr_status_t ocsp_crl_signature_make(ocsp_crl_signature_t **out,
                                     const ocsp_issuer_t *issuer,
                                     ocsp_der_t algorithm, const char **why,
                                     apr_pool_t *p);

/** Take signed octets: an ocsp_stream_tap_fn, ctx being the ocsp_crl_signature_t. */
bool ocsp_crl_signature_update(void *sig, const unsigned char *data,
                               size_t len);

/**
 * The verdict, once.
 * @param signature the value of the BIT STRING, without its first octet
 * @return OCSP_EUNKNOWNCA: this issuer's key has not signed this
 */
apr_status_t ocsp_crl_signature_check(ocsp_crl_signature_t *sig,
                                      ocsp_der_t signature, const char **why);

/** @return whether it is over SHA-1, which OpenSSL's policy allowed. Pure. */
bool ocsp_crl_signature_is_sha1(const ocsp_crl_signature_t *sig);

/** Give the memory back now. */
void ocsp_crl_signature_free(ocsp_crl_signature_t *sig);

#endif
