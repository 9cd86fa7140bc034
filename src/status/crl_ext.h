/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The extensions of a CRL and of its entries: which are understood, and which
 * make the whole CRL unusable (RFC 5280 sections 5.2 and 5.3). Floor 1.
 */
#ifndef OCSP_STATUS_CRL_EXT_H
#define OCSP_STATUS_CRL_EXT_H

#include "status/crl_scope.h"
#include "status/status.h"
#include "wire/der.h"

/** More extensions than this in one list are refused. */
#define OCSP_CRL_EXT_MAX 32

/** There is no reasonCode. */
#define OCSP_CRL_EXT_NO_REASON (-1)

/** What a CRL's extensions say; data NULL: nothing. Borrowed from the list. */
typedef struct {
    ocsp_der_t number;      /* the magnitude of CRLNumber, shortest form */
    ocsp_der_t key_id;      /* keyIdentifier of authorityKeyIdentifier */
    ocsp_crl_scope_t scope; /* by issuingDistributionPoint */
} ocsp_crl_ext_crl_t;

/**
 * Read a CRL's extensions.
 * @param out what was read until then, if it is refused
 * @param list the content of Extensions
 * @param oid the content of the extnID that why is about; data NULL: of none
 * @param why a static fragment without a file name
 * @return OCSP_EMALFORMED: not DER, or a CRL that must not be used;
 *         OCSP_EUNSUPPORTED: of a kind that is not understood
 */
apr_status_t ocsp_crl_ext_read_crl(ocsp_crl_ext_crl_t *out, ocsp_der_t list,
                                   ocsp_der_t *oid, const char **why);

/**
 * Read an entry's extensions.
 * @param reason what reasonCode says, 0 up; or OCSP_CRL_EXT_NO_REASON
 * @param list the content of Extensions
 * @param oid as above, but untouched if why is about none; likewise why
 * @return OCSP_EMALFORMED: not DER, or a CRL that must not be used
 * Pure.
 */
apr_status_t ocsp_crl_ext_read_entry(int *reason, ocsp_der_t list,
                                     ocsp_der_t *oid, const char **why);

#endif
