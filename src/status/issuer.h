/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One CA, as its certificate shows it: name, key, their hashes, and what the
 * key may sign. Floor 1: pools, files, libcrypto's X509.
 */
#ifndef OCSP_STATUS_ISSUER_H
#define OCSP_STATUS_ISSUER_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "status/status.h"
#include "wire/certid.h"
#include "wire/der.h"

#define OCSP_ISSUER_ID_LEN 32

/** Largest certificate file that is read, in octets. */
#define OCSP_ISSUER_FILE_MAX 262144

typedef struct ocsp_issuer_t ocsp_issuer_t;

/**
 * Read a small file whole: certificates, keys.
 * @param content newly made in p, private to this process; its len at most
 *        OCSP_ISSUER_FILE_MAX. A NUL stands behind it.
 * @param why file, cause and remedy
 * Startup only.
 */
apr_status_t ocsp_issuer_read_file(ocsp_der_t *content, const char *file,
                                   const char **why, apr_pool_t *p);

/**
 * @return whether bytes are PKCS #12 (RFC 7292), which holds a key and
 *         certificates, mostly encrypted. Pure.
 */
bool ocsp_issuer_is_pkcs12(ocsp_der_t content);

/**
 * Take a CA certificate, PEM or DER, from bytes.
 * @param out newly made in p, which frees what OpenSSL holds for it
 * @param file what to call the bytes in a reason
 * @param why file, cause and remedy; a file with several certificates is
 *        refused and their subjects listed
 * @return OCSP_EMALFORMED: not one certificate, or not a CA's
 * Startup only.
 */
apr_status_t ocsp_issuer_parse(ocsp_issuer_t **out, ocsp_der_t content,
                               const char *file, const char **why,
                               apr_pool_t *p);

/**
 * SHA-256 over name and key: who this CA is. OCSP_ISSUER_ID_LEN octets. Pure.
 */
const unsigned char *ocsp_issuer_get0_id(const ocsp_issuer_t *issuer);

/** @return whether both are one CA: the same name and key. Pure. */
bool ocsp_issuer_is_same(const ocsp_issuer_t *a, const ocsp_issuer_t *b);

/** Pure. */
const ocsp_certid_issuer_t *ocsp_issuer_get0_hashes(
    const ocsp_issuer_t *issuer);

/** The subject for people (RFC 2253), escaped. Pure. */
const char *ocsp_issuer_get0_subject(const ocsp_issuer_t *issuer);

/** The DER of the subject. Pure. */
ocsp_der_t ocsp_issuer_get_name(const ocsp_issuer_t *issuer);

/** Pure. */
X509 *ocsp_issuer_get0_cert(const ocsp_issuer_t *issuer);

/** The public key. Pure. */
EVP_PKEY *ocsp_issuer_get0_key(const ocsp_issuer_t *issuer);

/**
 * @return whether a Name is this CA's, compared as RFC 5280 section 7.1 says:
 *         case and white space of a re-encoded name do not matter
 * Any thread.
 */
bool ocsp_issuer_has_name(const ocsp_issuer_t *issuer, ocsp_der_t name);

/**
 * Hash a Name so that names which ocsp_issuer_has_name calls the same have the
 * same hash; whether or not it can be read. Any thread.
 */
unsigned long ocsp_issuer_hash_name(ocsp_der_t name);

/** The same of its own subject, computed before. Pure. */
unsigned long ocsp_issuer_get_name_hash(const ocsp_issuer_t *issuer);

/**
 * Say that a CRL is another CA's, and what to do: newly made in p.
 * @param name a whole Name, as the CRL has it
 */
const char *ocsp_issuer_describe_other(const ocsp_issuer_t *issuer,
                                       const char *file, ocsp_der_t name,
                                       apr_pool_t *p);

/**
 * What libcrypto said last, newly made in p; its error queue is empty after.
 */
const char *ocsp_issuer_take_errors(apr_pool_t *p);

/**
 * Why libcrypto found no such PEM object in a file: what the file is instead,
 * or what libcrypto said last. Its error queue is empty after.
 * @param label see ocsp_file_kind_find
 */
const char *ocsp_issuer_explain(ocsp_der_t content, const char *label,
                                apr_pool_t *p);

/** @return whether keyUsage, if there is one, has cRLSign. Pure. */
bool ocsp_issuer_may_sign_crls(const ocsp_issuer_t *issuer);

#endif
