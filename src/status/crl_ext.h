/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses the extensions of CRLs and of their entries (RFC 5280 sections 5.2 and
 * 5.3): reads those that are understood, and rejects a CRL that must not be
 * used because of one. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_EXT_H
#define OCSP_STATUS_CRL_EXT_H

#include <stdint.h>

#include "status/error.h"
#include "wire/der.h"

/** The most extensions that a list can have. */
#define OCSP_CRL_EXT_MAX 32

/** The value of an absent reasonCode. */
#define OCSP_CRL_EXT_NO_REASON (-1)

/* Members of issuingDistributionPoint that restrict a CRL to some certificates
 * (RFC 5280 section 5.2.5). */
#define OCSP_CRL_EXT_SCOPE_NAME 1u    /* distributionPoint */
#define OCSP_CRL_EXT_SCOPE_USERS 2u   /* onlyContainsUserCerts */
#define OCSP_CRL_EXT_SCOPE_CAS 4u     /* onlyContainsCACerts */
#define OCSP_CRL_EXT_SCOPE_REASONS 8u /* onlySomeReasons */

/** The certificates that a CRL covers. All zero: every one of the CA. */
typedef struct {
    uint32_t bits;         /* OCSP_CRL_EXT_SCOPE_ */
    unsigned char key[32]; /* digest of the extension; equal scopes have equal
                              keys */
} ocsp_crl_ext_scope_t;

/** The extensions of a CRL. Borrowed from the list; data NULL: absent. */
typedef struct {
    ocsp_der_t number; /* CRLNumber, without leading zero octets */
    ocsp_der_t base;   /* BaseCRLNumber of a delta CRL, likewise */
    ocsp_der_t key_id; /* keyIdentifier of authorityKeyIdentifier */
    ocsp_crl_ext_scope_t scope;
} ocsp_crl_ext_crl_t;

/**
 * Parse the extensions of a CRL.
 * @param out has what was parsed until an error
 * @param list the content of Extensions
 * @param oid the extnID that why is about, without its header; data NULL: none
 * @param why a static fragment without a file name
 * @return OCSP_EMALFORMED: not DER, or a CRL that must not be used;
 *         OCSP_EUNSUPPORTED: an indirect CRL, one of attribute certificates, or
 *         of no certificates; OCSP_ECRYPTO
 */
apr_status_t ocsp_crl_ext_read_crl(ocsp_crl_ext_crl_t *out, ocsp_der_t list,
                                   ocsp_der_t *oid, const char **why);

/**
 * Parse the extensions of an entry.
 * @param reason reasonCode, 0 or more, or OCSP_CRL_EXT_NO_REASON
 * @param list, oid, why as above
 * @return OCSP_EMALFORMED: not DER, or a CRL that must not be used. Pure.
 */
apr_status_t ocsp_crl_ext_read_entry(int *reason, ocsp_der_t list,
                                     ocsp_der_t *oid, const char **why);

#endif
