/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Status values of floors 1 to 3, in addition to those of APR. Floor 1.
 */
#ifndef OCSP_STATUS_ERROR_H
#define OCSP_STATUS_ERROR_H

#include <apr_errno.h>

/** Malformed: not DER, not PEM, an invalid value. */
#define OCSP_EMALFORMED (APR_OS_START_USERERR + 1)
/** Of another issuer, or not signed by its key. */
#define OCSP_EUNKNOWNCA (APR_OS_START_USERERR + 2)
/** Older than the data in use, or no longer valid. */
#define OCSP_ESTALE (APR_OS_START_USERERR + 3)
/** libcrypto failed; its error is in the reason. */
#define OCSP_ECRYPTO (APR_OS_START_USERERR + 4)
/** Well-formed, but of a kind that is not supported. */
#define OCSP_EUNSUPPORTED (APR_OS_START_USERERR + 5)
/** Of the name of the issuer, but of another of its keys. */
#define OCSP_EOTHERKEY (APR_OS_START_USERERR + 6)
/** From the future: it may become valid. */
#define OCSP_ENOTYET (APR_OS_START_USERERR + 7)
/** A CRL for the certificates of another CA. */
#define OCSP_EOTHERCA (APR_OS_START_USERERR + 9)
/** The process that loaded it was killed. */
#define OCSP_EKILLED (APR_OS_START_USERERR + 8)

#endif
