/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The status values of floors 1 to 3, for where APR has none that says it.
 * Floor 1.
 */
#ifndef OCSP_STATUS_STATUS_H
#define OCSP_STATUS_STATUS_H

#include <apr_errno.h>

/** The bytes are not what they should be: not DER, not PEM, a wrong value. */
#define OCSP_EMALFORMED (APR_OS_START_USERERR + 1)
/** Another issuer's, or signed by another key. */
#define OCSP_EUNKNOWNCA (APR_OS_START_USERERR + 2)
/** Older than what is there, or valid no longer. */
#define OCSP_ESTALE (APR_OS_START_USERERR + 3)
/** libcrypto failed; its own words are in the reason. */
#define OCSP_ECRYPTO (APR_OS_START_USERERR + 4)
/** Whole, but of a kind that is not understood yet. */
#define OCSP_EUNSUPPORTED (APR_OS_START_USERERR + 5)
/** Of the issuer's name, but certainly of another of its keys. */
#define OCSP_EOTHERKEY (APR_OS_START_USERERR + 6)
/** Of the future: it may be taken later as it is. */
#define OCSP_ENOTYET (APR_OS_START_USERERR + 7)
/** The process that did it was killed. */
#define OCSP_EKILLED (APR_OS_START_USERERR + 8)

#endif
