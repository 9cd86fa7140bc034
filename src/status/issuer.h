/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One CA, or a signer of its CRLs, from the certificate: name and key, their
 * hashes, and whether the key may sign CRLs. Floor 1.
 */
#ifndef OCSP_STATUS_ISSUER_H
#define OCSP_STATUS_ISSUER_H

#include <apr_pools.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/error.h"
#include "wire/certid.h"
#include "wire/der.h"

#define OCSP_ISSUER_ID_LEN 32

/** A CA or a CRL signer; nothing in it changes once it is made. */
typedef struct {
    X509 *cert;
    EVP_PKEY *key;                        /* the public key in cert */
    ocsp_der_t name;                      /* the subject in DER */
    unsigned long name_hash;              /* see ocsp_issuer_hash_name */
    const char *subject;                  /* for messages (RFC 2253), escaped */
    ocsp_certid_issuer_t hashes;          /* for CertIDs */
    unsigned char id[OCSP_ISSUER_ID_LEN]; /* SHA-256 of name and key */
    bool may_sign_crls; /* keyUsage allows cRLSign, or is absent */
} ocsp_issuer_t;

/**
 * Parse a CA certificate in PEM or DER.
 * @param out newly made in p
 * @param file the name of the file, for reasons
 * @param why file, cause and remedy; if there are several certificates, their
 *        subjects
 * @return OCSP_EMALFORMED: not exactly one certificate, or not of a CA;
 *         OCSP_ECRYPTO
 * Startup only.
 */
apr_status_t ocsp_issuer_parse(ocsp_issuer_t **out, ocsp_der_t content,
                               const char *file, const char **why,
                               apr_pool_t *p);

/**
 * Parse the certificate of a CRL signer (OCSPCRLSignerFile), which need not be
 * a CA's. Arguments as above.
 * @return likewise; OCSP_EMALFORMED: its keyUsage has no cRLSign. Refresher
 *         only.
 */
apr_status_t ocsp_issuer_parse_crl_signer(ocsp_issuer_t **out,
                                          ocsp_der_t content, const char *file,
                                          const char **why, apr_pool_t *p);

/** @return whether both have the same name and key. Pure. */
bool ocsp_issuer_is_same(const ocsp_issuer_t *a, const ocsp_issuer_t *b);

/**
 * @return whether a self-issued certificate connects two CAs of one name: that
 *         of one of them is signed by the key of the other (RFC 5280 section
 *         3.2). Any thread.
 */
bool ocsp_issuer_is_linked(const ocsp_issuer_t *a, const ocsp_issuer_t *b);

/** @return whether the certificate is valid at a time, in seconds since 1970.
 * Any thread. */
bool ocsp_issuer_is_valid(const ocsp_issuer_t *issuer, int64_t time);

/** @return whether a Name is that of this CA, by the rules of RFC 5280 section
 * 7.1, which ignore case and white space. Any thread. */
bool ocsp_issuer_has_name(const ocsp_issuer_t *issuer, ocsp_der_t name);

/** @return a hash of a Name, valid or not: names that are the same for
 * ocsp_issuer_has_name have the same hash. Any thread. */
unsigned long ocsp_issuer_hash_name(ocsp_der_t name);

/**
 * Make the reason for the CRL of another CA.
 * @param name the whole Name in the CRL
 * @return file, cause and remedy, newly made in p
 */
const char *ocsp_issuer_describe_other(const ocsp_issuer_t *issuer,
                                       const char *file, ocsp_der_t name,
                                       apr_pool_t *p);

/** Empty libcrypto's error queue. @return its last error */
const char *ocsp_issuer_take_errors(apr_pool_t *p);

/**
 * Explain why libcrypto finds no such PEM object in a file, and empty its error
 * queue.
 * @param label see ocsp_file_find_kind
 * @return what the file is, or the last error; made in p or static
 */
const char *ocsp_issuer_explain(ocsp_der_t content, const char *label,
                                apr_pool_t *p);

#endif
