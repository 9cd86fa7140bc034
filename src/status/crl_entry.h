/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One entry of a CRL as a value. A CRL may have millions, so the form that
 * nearly all have is read by a short way. Floor 1, but libc only.
 */
#ifndef OCSP_STATUS_CRL_ENTRY_H
#define OCSP_STATUS_CRL_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "status/status.h"
#include "wire/der.h"

/** reason of an entry without one (RFC 5280 section 5.3.1). */
#define OCSP_CRL_ENTRY_NO_REASON (-1)

/** Pointers are into the CRL. */
typedef struct {
    ocsp_der_t serial; /* as ocsp_certid_serial makes it */
    int64_t time;      /* revocationDate */
    int reason;        /* as ocsp_crl_entry_fn has it */
    bool removal;      /* reasonCode was removeFromCRL */
} ocsp_crl_entry_t;

/**
 * Parse an entry of revokedCertificates.
 * @param in the content of its SEQUENCE
 * @param v2 whether it may have extensions
 * @param oid the extension that why is about: see crlext.h
 * @param why a static fragment without a file name
 * @return OCSP_EMALFORMED: not DER, or a CRL that must not be used
 * Pure.
 */
apr_status_t ocsp_crl_entry_parse(ocsp_crl_entry_t *out, ocsp_der_t in, bool v2,
                                  ocsp_der_t *oid, const char **why);

#endif
