/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The keys that may have signed a CRL of one CA: its own, those of its CRL
 * signers (OCSPCRLSignerFile), and those of other configured CAs of the same
 * name (RFC 5280 section 6.3.3 (f)). Floor 1.
 */
#ifndef OCSP_STATUS_CRL_KEYS_H
#define OCSP_STATUS_CRL_KEYS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>

#include "status/issuer.h"
#include "wire/der.h"

#define OCSP_CRL_KEYS_DIGEST_LEN 32

/** Why a key may have signed a CRL. */
typedef enum {
    OCSP_CRL_KEYS_OWN = 0, /* the CA's */
    OCSP_CRL_KEYS_NAMED,   /* of an OCSPCRLSignerFile */
    OCSP_CRL_KEYS_NAMESAKE /* of another configured CA of that name */
} ocsp_crl_keys_kind_t;

/** Whether one CRL is for the certificates under all keys of a CA's name
 * (OCSPCRLScope): RFC 5280 section 5 has one CRL for a name, AD CS has one for
 * each key. */
typedef enum {
    OCSP_CRL_KEYS_SCOPE_KEY = 0,
    OCSP_CRL_KEYS_SCOPE_NAME,
    OCSP_CRL_KEYS_SCOPE_AUTO /* not configured: by the key, unless a self-issued
                                certificate connects two keys, of which only one
                                has a CRL */
} ocsp_crl_keys_scope_t;

/** A key. */
typedef struct {
    const ocsp_issuer_t *signer; /* its certificate */
    ocsp_crl_keys_kind_t kind;
    bool covers; /* its CRLs are for the CA's certificates; false: only
                    the revocations in them are used (R136) */
} ocsp_crl_keys_key_t;

/** The keys of a CA; nothing in it changes once it is made. */
typedef struct {
    const ocsp_issuer_t *issuer; /* the CA */
    ocsp_crl_keys_scope_t scope;
    apr_array_header_t *keys; /* ocsp_crl_keys_key_t: those that may sign CRLs,
                                 the CA's first; may be empty */
} ocsp_crl_keys_t;

/**
 * Collect the keys. A certificate whose keyUsage has no cRLSign is left out.
 * @param signers const ocsp_issuer_t *, borrowed; or NULL
 * @param namesakes const ocsp_issuer_t *, borrowed: those of another name, and
 *        the CA itself, are left out; or NULL
 * @return newly made in p
 */
const ocsp_crl_keys_t *ocsp_crl_keys_make(const ocsp_issuer_t *issuer,
                                          const apr_array_header_t *signers,
                                          const apr_array_header_t *namesakes,
                                          ocsp_crl_keys_scope_t scope,
                                          apr_pool_t *p);

/** @return whether a Name is that of the CA or of one of the keys. @param hash
 * ocsp_issuer_hash_name of it. Any thread. */
bool ocsp_crl_keys_has_name(const ocsp_crl_keys_t *keys, ocsp_der_t name,
                            unsigned long hash);

/** Make a digest of all certificates and of the use of each. @return false:
 * libcrypto has no SHA-256. */
bool ocsp_crl_keys_digest(unsigned char out[OCSP_CRL_KEYS_DIGEST_LEN],
                          const ocsp_crl_keys_t *keys);

#endif
