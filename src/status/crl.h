/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A CRL (RFC 5280 section 5) -> one callback per revocation. Streams:
 * no object per entry, no copy of the file. The caller must throw away what
 * the callbacks gave unless the reading ends in APR_SUCCESS: signature and
 * critical extensions are known only then. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_H
#define OCSP_STATUS_CRL_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/crl_entry.h"
#include "status/crl_scope.h"
#include "status/issuer.h"
#include "status/status.h"
#include "status/stream.h"

/** A CRLNumber has at most 20 octets (RFC 5280 section 5.2.3). */
#define OCSP_CRL_NUMBER_MAX 20

/** How far a CA's clock may run ahead of ours, in seconds. */
#define OCSP_CRL_SKEW_S 300

/** next_update of a CRL that has none. */
#define OCSP_CRL_NO_NEXT_UPDATE INT64_MIN

/** reason of an entry without one (RFC 5280 section 5.3.1). */
#define OCSP_CRL_NO_REASON OCSP_CRL_ENTRY_NO_REASON

/** What a CRL says of itself. */
typedef struct {
    int64_t this_update;
    int64_t next_update;                       /* or OCSP_CRL_NO_NEXT_UPDATE */
    unsigned char number[OCSP_CRL_NUMBER_MAX]; /* magnitude, no leading 00 */
    size_t number_len;                         /* 0: no CRLNumber */
    apr_uint64_t entries;
    apr_uint64_t removals;  /* entries with removeFromCRL, taken as revoked */
    bool sha1;              /* signed over SHA-1 */
    ocsp_crl_scope_t scope; /* which certificates it is about */
} ocsp_crl_info_t;

/**
 * One revocation.
 * @param serial as ocsp_certid_serial makes it; valid during the call
 * @param time revocationDate
 * @param reason 0 to 6, 9, 10 or OCSP_CRL_NO_REASON: 7, 8 and what lies above
 *        10 come as none (R55, R154)
 * @return other than APR_SUCCESS ends the reading with that status
 */
typedef apr_status_t ocsp_crl_entry_fn(void *ctx, const unsigned char *serial,
                                       size_t serial_len, int64_t time,
                                       int reason, const char **why);

/**
 * Read a CRL, PEM or DER: its issuer, signature and critical extensions are
 * verified (RFC 5280 sections 5.1.1.3, 5.2, 5.3, 6.3.3). Dates are only read.
 * Delta and indirect CRLs are refused, and those of attribute certificates.
 * @param info untouched unless APR_SUCCESS
 * @param why file, section, cause and remedy
 * @return OCSP_EMALFORMED, OCSP_EUNKNOWNCA (name or signature),
 *         OCSP_EOTHERKEY (signature, and authorityKeyIdentifier or algorithm
 *         tell why), OCSP_ECRYPTO, OCSP_EUNSUPPORTED (delta, indirect, of
 *         attribute certificates), a file's error, or what fn returned
 */
apr_status_t ocsp_crl_read(ocsp_crl_info_t *info, const char *file,
                           const ocsp_issuer_t *issuer, ocsp_crl_entry_fn *fn,
                           void *ctx, const char **why, apr_pool_t *p);

/** The same from an open stream. */
apr_status_t ocsp_crl_read_stream(ocsp_crl_info_t *info, ocsp_stream_t *s,
                                  const ocsp_issuer_t *issuer,
                                  ocsp_crl_entry_fn *fn, void *ctx,
                                  const char **why, apr_pool_t *p);

/**
 * Read the head alone: whose CRL it says it is, and of when. Nothing is
 * verified.
 * @param issuer_name newly made in p
 * @param why file, cause
 * @return OCSP_EMALFORMED: not a CRL; a file's error
 */
apr_status_t ocsp_crl_read_head(ocsp_der_t *issuer_name, int64_t *this_update,
                                const char *file, const char **why,
                                apr_pool_t *p);

/** A time for a reason or warning: ISO 8601, newly made in p. */
const char *ocsp_crl_print_time(int64_t seconds, apr_pool_t *p);

/**
 * Compare two CRLNumbers as integers (R140).
 * @return below 0, 0 or above 0. Pure.
 */
int ocsp_crl_compare_number(const unsigned char *a, size_t a_len,
                            const unsigned char *b, size_t b_len);

#endif
