/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Encodes OCSPResponses (RFC 6960 section 4.2.1): errors, which are static
 * bytes, and signed responses. Everything that depends on the signer alone is
 * encoded once, in a template. Floor 2.
 */
#ifndef OCSP_ANSWER_RESPONSE_H
#define OCSP_ANSWER_RESPONSE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/chain.h"
#include "answer/signer.h"
#include "status/error.h"
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

/** A SingleResponse. Times are in seconds since 1970. */
typedef struct {
    ocsp_der_t certid; /* of the request, echoed (R45) */
    ocsp_status_t status;
    int reason;              /* if revoked; or OCSP_CRL_NO_REASON */
    int64_t revocation_time; /* if revoked */
    int64_t this_update;
    int64_t next_update;
} ocsp_response_single_t;

/** The content of a response. */
typedef struct {
    const ocsp_response_single_t *singles; /* in the order of the request */
    size_t count;                          /* 1 or more */
    ocsp_der_t nonce;     /* the content of an extnValue, echoed, not critical
                             (R113); data NULL: none */
    bool extended_revoke; /* a certificate is revoked that was never issued
                             (RFC 6960 section 4.4.8) */
    int64_t produced_at;
} ocsp_response_content_t;

/** The certificates in a response (OCSPIncludeCertificate). */
typedef enum {
    OCSP_RESPONSE_INCLUDE_AUTO = 0, /* the signer's, if it is not the CA */
    OCSP_RESPONSE_INCLUDE_ON,       /* the signer's */
    OCSP_RESPONSE_INCLUDE_OFF,
    OCSP_RESPONSE_INCLUDE_CHAIN /* the signer's and its issuers', not the
                                   root's */
} ocsp_response_include_t;

/** How a signer identifies itself. */
typedef struct {
    bool by_name; /* ResponderID byName; false: byKey */
    ocsp_response_include_t include;
    ocsp_chain_t chain; /* of the CA, for OCSP_RESPONSE_INCLUDE_CHAIN */
} ocsp_response_style_t;

/** Octets of the id of a template. */
#define OCSP_RESPONSE_ID_LEN 16

/** Everything of a response that depends on its signer alone. */
typedef struct {
    const ocsp_signer_t *signer;
    ocsp_der_t responder;                   /* ResponderID */
    ocsp_der_t certs;                       /* certs; len 0: none */
    size_t cert_count;                      /* in certs */
    unsigned char id[OCSP_RESPONSE_ID_LEN]; /* a digest of everything that a
        template adds to a response, so that templates with equal ids make the
        same responses; zeros if libcrypto failed */
} ocsp_response_template_t;

/**
 * Make a template: ResponderID (R85, R86), algorithm and certificates (R87,
 * R88).
 * @param signer borrowed as long as the template lives
 * @return newly made in p
 * Startup only.
 */
ocsp_response_template_t *ocsp_response_template_make(
    const ocsp_signer_t *signer, const ocsp_response_style_t *style,
    apr_pool_t *p);

/** @return octets of the longest response for one CertID of certid_len octets,
 * without a nonce. Pure. */
size_t ocsp_response_template_get_max(const ocsp_response_template_t *t,
                                      size_t certid_len);

/**
 * Encode and sign a response.
 * @param out newly made in p
 * @param contexts of this thread, or NULL: see ocsp_signer_sign
 * @return OCSP_ECRYPTO; OCSP_EMALFORMED: too long, or a time that cannot be
 *         encoded
 * Any thread.
 */
apr_status_t ocsp_response_make(ocsp_der_t *out,
                                const ocsp_response_template_t *t,
                                const ocsp_response_content_t *content,
                                ocsp_signer_contexts_t *contexts,
                                const char **why, apr_pool_t *p);

/**
 * @param status not OCSP_RESPONSE_SUCCESSFUL
 * @return the response for an error, the static bytes 30 03 0A 01 0n (R75).
 *         Pure.
 */
ocsp_der_t ocsp_response_error(ocsp_response_status_t status);

#endif
