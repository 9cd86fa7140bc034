/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a CRL (RFC 5280 section 5) as a stream, with one callback for each
 * revocation: no object for an entry, no copy of the file. Signature and
 * critical extensions are checked at the end, so the caller must discard what
 * the callbacks gave unless reading ends in APR_SUCCESS. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_H
#define OCSP_STATUS_CRL_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/crl_ext.h"
#include "status/crl_keys.h"
#include "status/error.h"
#include "status/stream.h"

/** Octets of the longest CRLNumber (RFC 5280 section 5.2.3). */
#define OCSP_CRL_NUMBER_MAX 20

/** How far the clock of a CA may be ahead, in seconds. */
#define OCSP_CRL_SKEW_S 300

/** Octets in which tbsCertList up to signature must lie, and of the longest
 * issuer name that ocsp_crl_read_heads reads. */
#define OCSP_CRL_HEAD_MAX 4096

/** A PEM file with several CRLs: so many octets, and so many CRLs at most. */
#define OCSP_CRL_BUNDLE_MAX ((apr_uint64_t)16 * 1024 * 1024)
#define OCSP_CRL_BUNDLE_CRLS_MAX 1000

/** The nextUpdate of a CRL without one. */
#define OCSP_CRL_NO_NEXT_UPDATE INT64_MIN

/** The reason of a revocation without one (RFC 5280 section 5.3.1). */
#define OCSP_CRL_NO_REASON OCSP_CRL_EXT_NO_REASON

/** The reason of an entry of a delta CRL that is no revocation, but the end of
 * one: removeFromCRL (RFC 5280 section 5.3.1). */
#define OCSP_CRL_REMOVE 8

/** Where a CRL is. */
typedef struct {
    const char *file;
    unsigned object; /* number in a PEM file of several CRLs, from 1; 0: the
                        only CRL of its file */
} ocsp_crl_place_t;

/** The start of a CRL, unverified. */
typedef struct {
    unsigned object;        /* as above */
    ocsp_der_t issuer_name; /* a whole Name */
    int64_t this_update;
} ocsp_crl_head_t;

/** Everything of a CRL but its entries. */
typedef struct {
    int64_t this_update;
    int64_t next_update;                       /* or OCSP_CRL_NO_NEXT_UPDATE */
    unsigned char number[OCSP_CRL_NUMBER_MAX]; /* without leading zero octets */
    size_t number_len;                         /* 0: no CRLNumber */
    unsigned char base[OCSP_CRL_NUMBER_MAX];   /* BaseCRLNumber, likewise */
    size_t base_len; /* 0: a complete CRL; else a delta CRL */
    apr_uint64_t entries;
    apr_uint64_t removals;          /* entries with OCSP_CRL_REMOVE */
    bool sha1;                      /* the signature uses SHA-1 */
    const ocsp_crl_keys_key_t *key; /* that signed it; borrowed */
    ocsp_crl_ext_scope_t scope;
} ocsp_crl_info_t;

/**
 * Gets each revocation.
 * @param serial see ocsp_certid_serial; valid during the call
 * @param time revocationDate
 * @param reason 0 to 6, 9, 10 or OCSP_CRL_NO_REASON, which stands for any other
 *        (R55); or OCSP_CRL_REMOVE, which a complete CRL should not have
 * @return anything but APR_SUCCESS ends the reading with that status
 */
typedef apr_status_t ocsp_crl_entry_fn(void *ctx, const unsigned char *serial,
                                       size_t serial_len, int64_t time,
                                       int reason, const char **why);

/**
 * Read a CRL in PEM or DER, and verify issuer, signature and critical
 * extensions (RFC 5280 sections 5.1.1.3, 5.2, 5.3, 6.3.3). Its dates are not
 * checked, except against those of the certificate of a CRL signer. Of the
 * other CRLs in the file only the BEGIN and END lines are checked.
 * @param info untouched unless APR_SUCCESS
 * @param keys outlive info
 * @param why file, section, cause and remedy
 * @return OCSP_EMALFORMED; OCSP_EUNKNOWNCA: another issuer, or not signed by
 *         any of the keys; OCSP_EOTHERKEY: likewise, and authorityKeyIdentifier
 *         or the algorithm says that it is of another key than those whose CRLs
 *         are for this CA's certificates; OCSP_EOTHERCA: by a CRL signer of
 *         another name, for certificates of that name; OCSP_ECRYPTO;
 *         OCSP_EUNSUPPORTED: an indirect CRL, or one of attribute certificates;
 *         the error of the file; or what fn returned
 */
apr_status_t ocsp_crl_read(ocsp_crl_info_t *info, const ocsp_crl_place_t *place,
                           const ocsp_crl_keys_t *keys, ocsp_crl_entry_fn *fn,
                           void *ctx, const char **why, apr_pool_t *p);

/** The same from an open stream. */
apr_status_t ocsp_crl_read_stream(ocsp_crl_info_t *info, ocsp_stream_t *s,
                                  const ocsp_crl_keys_t *keys,
                                  ocsp_crl_entry_fn *fn, void *ctx,
                                  const char **why, apr_pool_t *p);

/**
 * Read the heads of all CRLs in a file. DER, and PEM of over
 * OCSP_CRL_BUNDLE_MAX octets, has one: ocsp_crl_read checks that.
 * @param heads gets an ocsp_crl_head_t, newly made in p, of each CRL whose head
 *        can be read, also if there is an error
 * @param why file and cause, of the first CRL whose head cannot be read
 * @return OCSP_EMALFORMED: not a CRL; APR_ENOSPC: more than
 *         OCSP_CRL_BUNDLE_CRLS_MAX; or the error of the file
 */
apr_status_t ocsp_crl_read_heads(apr_array_header_t *heads, const char *file,
                                 const char **why, apr_pool_t *p);

/** @return the name of a CRL for a message, newly made in p, or its file. */
const char *ocsp_crl_print_place(const ocsp_crl_place_t *place, apr_pool_t *p);

/** Format a time for a message in ISO 8601, newly made in p. */
const char *ocsp_crl_print_time(int64_t seconds, apr_pool_t *p);

/** Compare two CRLNumbers as integers (R140). @return below 0, 0 or above 0.
 * Pure. */
int ocsp_crl_compare_number(const unsigned char *a, size_t a_len,
                            const unsigned char *b, size_t b_len);

#endif
