/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which of a CA's certificates a CRL is about, by its own words:
 * issuingDistributionPoint (RFC 5280 section 5.2.5). Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SCOPE_H
#define OCSP_STATUS_CRL_SCOPE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/status.h"
#include "wire/der.h"

/* What narrows a scope. */
#define OCSP_CRL_SCOPE_NAME 1u    /* distributionPoint */
#define OCSP_CRL_SCOPE_USERS 2u   /* onlyContainsUserCerts */
#define OCSP_CRL_SCOPE_CAS 4u     /* onlyContainsCACerts */
#define OCSP_CRL_SCOPE_REASONS 8u /* onlySomeReasons */
#define OCSP_CRL_SCOPE_BITS 15u

#define OCSP_CRL_SCOPE_KEY_LEN 32

/** All zero: every certificate of the CA. */
typedef struct {
    uint32_t bits;                             /* OCSP_CRLSCOPE_ */
    unsigned char key[OCSP_CRL_SCOPE_KEY_LEN]; /* the same of one scope, another
                                                 of another */
} ocsp_crl_scope_t;

/**
 * Parse an issuingDistributionPoint.
 * @param out untouched unless APR_SUCCESS
 * @param in the content of extnValue
 * @param why a static fragment without a file name
 * @return OCSP_EMALFORMED: not DER; OCSP_EUNSUPPORTED: of certificates that
 *         nobody asks about here, of other CAs', or of none; OCSP_ECRYPTO
 */
apr_status_t ocsp_crl_scope_parse(ocsp_crl_scope_t *out, ocsp_der_t in,
                                  const char **why);

/** What narrows a scope, for people: newly made in p. @param bits not 0 */
const char *ocsp_crl_scope_print(uint32_t bits, apr_pool_t *p);

#endif
