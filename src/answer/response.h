/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPResponse bytes (RFC 6960 section 4.2.1): five that never change for an
 * error; for an answer a template, in which all but CertIDs, statuses, times
 * and nonce was encoded when the signer was loaded. Floor 2.
 */
#ifndef OCSP_ANSWER_RESPONSE_H
#define OCSP_ANSWER_RESPONSE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/chain.h"
#include "answer/signer.h"
#include "status/status.h"
#include "wire/der.h"

/** OCSPResponseStatus. */
typedef enum {
    OCSP_RESPONSE_SUCCESSFUL = 0,
    OCSP_RESPONSE_MALFORMED_REQUEST = 1,
    OCSP_RESPONSE_INTERNAL_ERROR = 2,
    OCSP_RESPONSE_TRY_LATER = 3,
    OCSP_RESPONSE_SIG_REQUIRED = 5,
    OCSP_RESPONSE_UNAUTHORIZED = 6
} ocsp_response_status_t;

/** CertStatus. */
typedef enum {
    OCSP_STATUS_GOOD = 0,
    OCSP_STATUS_REVOKED,
    OCSP_STATUS_UNKNOWN
} ocsp_status_t;

/** One SingleResponse to be. */
typedef struct {
    ocsp_der_t certid; /* the request's bytes, echoed (R45) */
    ocsp_status_t status;
    int reason;              /* of a revoked one, or OCSP_CRL_NO_REASON */
    int64_t revocation_time; /* of a revoked one */
    int64_t this_update;
    int64_t next_update;
} ocsp_response_single_t;

/** What a response says. */
typedef struct {
    const ocsp_response_single_t *singles; /* in the request's order */
    size_t count;                          /* at least one */
    ocsp_der_t nonce;     /* an extnValue's content, echoed, never critical
                             (R113); data NULL: none */
    bool extended_revoke; /* some single is revoked without ever having been
                             issued, RFC 6960 section 4.4.8 */
    int64_t produced_at;  /* the time of signing */
} ocsp_response_content_t;

/** Everything of a response that its signer decides. */
typedef struct ocsp_response_template_t ocsp_response_template_t;

/** Whether the signer's certificate is sent (OCSPIncludeCertificate). */
typedef enum {
    OCSP_RESPONSE_INCLUDE_AUTO = 0, /* unless the CA signs itself */
    OCSP_RESPONSE_INCLUDE_ON,
    OCSP_RESPONSE_INCLUDE_OFF,
    OCSP_RESPONSE_INCLUDE_CHAIN /* and its issuers' without the root */
} ocsp_response_include_t;

/** How a signer presents itself. */
typedef struct {
    bool by_name; /* ResponderID; else byKey */
    ocsp_response_include_t include;
    ocsp_chain_t chain; /* of the CA, for OCSP_RESPONSE_INCLUDE_CHAIN */
} ocsp_response_style_t;

/**
 * Encode what stays the same: responder ID byKey or byName (R85,
 * R86), algorithm, certificates: none, the signer's, or the signer's first and
 * then those that link it to a root (R87, R88).
 * @param signer borrowed as long as the template lives
 * Startup only.
 */
ocsp_response_template_t *ocsp_response_template_make(
    const ocsp_signer_t *signer, const ocsp_response_style_t *style,
    apr_pool_t *p);

/** The signer behind it. Pure. */
const ocsp_signer_t *ocsp_response_template_get0_signer(
    const ocsp_response_template_t *t);

/** Octets of what tells templates apart. */
#define OCSP_RESPONSE_ID_LEN 16

/** A digest of all that a template puts into a response: two that are equal
 * make the same responses. Zeros: libcrypto could not make it. Pure. */
const unsigned char *ocsp_response_template_get0_id(
    const ocsp_response_template_t *t);

/** How many certificates its responses have. Pure. */
size_t ocsp_response_template_get_cert_count(const ocsp_response_template_t *t);

/** The longest response about one certificate, without a nonce, with a CertID
 * of so many octets. Pure. */
size_t ocsp_response_template_get_max(const ocsp_response_template_t *t,
                                      size_t certid_len);

/**
 * Encode and sign.
 * @param contexts of this thread, or NULL: see ocsp_signer_sign
 * @param out the OCSPResponse, newly made in p
 * @return OCSP_ECRYPTO, OCSP_EMALFORMED (a time that cannot be written)
 * Any thread.
 */
apr_status_t ocsp_response_make(ocsp_der_t *out,
                                const ocsp_response_template_t *t,
                                const ocsp_response_content_t *content,
                                ocsp_signer_contexts_t *contexts,
                                const char **why, apr_pool_t *p);

/**
 * The response for an error: static bytes, exactly 30 03 0A 01 0n
 * (R75).
 * @param status not OCSP_RESPONSE_SUCCESSFUL. Pure.
 */
ocsp_der_t ocsp_response_error(ocsp_response_status_t status);

#endif
