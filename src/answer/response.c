/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See response.h. A response is made in one buffer, from its end to its start:
 *
 *   | headers | tbsResponseData | algorithm, signature, certs | scratch |
 *
 * tbsResponseData first, with room before and behind; then what stands behind
 * it, once it is signed; the headers, which hold all lengths, at last. Floor 2.
 */
#include "answer/response.h"
#include "answer/response_layout.h"
#include "status/crl.h"
#include "wire/gtime.h"

/* No response is longer, so no sum of lengths overflows. */
#define LENGTH_MAX ((size_t)16 * 1024 * 1024)

#define GTIME_ELEMENT_LEN (2 + OCSP_GTIME_LEN)

/* Revoked, with a reason. */
#define STATUS_MAX (2 + GTIME_ELEMENT_LEN + 5)

/* A SingleResponse but for its CertID: header, status, times. */
#define SINGLE_MAX                                                             \
    (OCSP_DER_HEADER_MAX + STATUS_MAX + GTIME_ELEMENT_LEN + 2                  \
     + GTIME_ELEMENT_LEN)

/* The rest of tbsResponseData but for ID and nonce: headers, producedAt. */
#define DATA_MAX                                                               \
    ((size_t)6 * OCSP_DER_HEADER_MAX + GTIME_ELEMENT_LEN + sizeof(nonce_oid)   \
     + sizeof(extended_revoke))

/* All that stands before tbsResponseData. */
#define OUTER_MAX                                                              \
    ((size_t)5 * OCSP_DER_HEADER_MAX + sizeof(successful) + sizeof(basic_oid))

/* clang-format off */
static const unsigned char successful[] = {OCSP_DER_ENUMERATED, 1, 0};
/* id-pkix-ocsp-basic */
static const unsigned char basic_oid[] = {
    OCSP_DER_OID, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
/* id-pkix-ocsp-nonce */
static const unsigned char nonce_oid[] = {
    OCSP_DER_OID, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};
/* an Extension: id-pkix-ocsp-extended-revoke, NULL (RFC 6960 section 4.4.8) */
static const unsigned char extended_revoke[] = {
    OCSP_DER_SEQUENCE, 15,
    OCSP_DER_OID, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x09,
    OCSP_DER_OCTET_STRING, 2, OCSP_DER_NULL, 0};
/* clang-format on */

static void put_gtime(ocsp_der_writer_t *w, int64_t seconds)
{
    char text[OCSP_GTIME_LEN];

    if (!ocsp_gtime_format(text, seconds)) {
        w->ok = false;
        return;
    }
    ocsp_der_put(w, text, sizeof(text));
    ocsp_der_put_header(w, OCSP_DER_GENERALIZED_TIME, sizeof(text));
}

/* CRLReason has no 7; 8 takes an entry out of a CRL and is no reason to revoke.
 * Clients reject a response over any other (R55, R152). */
static bool is_reason(int reason)
{
    return reason >= 0 && reason <= 10 && reason != 7 && reason != 8;
}

/*
 * RevokedInfo ::= SEQUENCE {                  (RFC 6960 section 4.2.1)
 *     revocationTime    GeneralizedTime,
 *     revocationReason  [0] EXPLICIT CRLReason OPTIONAL }
 */
static void put_revoked(ocsp_der_writer_t *w, const ocsp_response_single_t *s)
{
    size_t end = ocsp_der_mark(w);

    if (is_reason(s->reason)) {
        unsigned char reason[] = {OCSP_DER_CONTEXT_CONSTRUCTED(0), 3,
                                  OCSP_DER_ENUMERATED, 1,
                                  (unsigned char)s->reason};

        ocsp_der_put(w, reason, sizeof(reason));
    }
    put_gtime(w, s->revocation_time);
    ocsp_der_wrap(w, OCSP_DER_CONTEXT_CONSTRUCTED(1), end);
}

/*
 * CertStatus ::= CHOICE {                     (RFC 6960 section 4.2.1)
 *     good     [0] IMPLICIT NULL,
 *     revoked  [1] IMPLICIT RevokedInfo,
 *     unknown  [2] IMPLICIT UnknownInfo }     UnknownInfo ::= NULL
 */
static void put_status(ocsp_der_writer_t *w, const ocsp_response_single_t *s)
{
    switch (s->status) {
    case OCSP_STATUS_GOOD:
        ocsp_der_put_header(w, OCSP_DER_CONTEXT(0), 0);
        break;
    case OCSP_STATUS_REVOKED:
        put_revoked(w, s);
        break;
    case OCSP_STATUS_UNKNOWN:
        ocsp_der_put_header(w, OCSP_DER_CONTEXT(2), 0);
        break;
    }
}

/*
 * SingleResponse ::= SEQUENCE {               (RFC 6960 section 4.2.1)
 *     certID            CertID,
 *     certStatus        CertStatus,
 *     thisUpdate        GeneralizedTime,
 *     nextUpdate        [0] EXPLICIT GeneralizedTime OPTIONAL,
 *     singleExtensions  [1] EXPLICIT Extensions OPTIONAL }
 * nextUpdate always (R94), singleExtensions never.
 */
static void put_single(ocsp_der_writer_t *w, const ocsp_response_single_t *s)
{
    size_t end = ocsp_der_mark(w);

    put_gtime(w, s->next_update);
    ocsp_der_wrap(w, OCSP_DER_CONTEXT_CONSTRUCTED(0), end);
    put_gtime(w, s->this_update);
    put_status(w, s);
    ocsp_der_put(w, s->certid.data, s->certid.len);
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
}

/* As it came: some have no OCTET STRING within. */
static void put_nonce(ocsp_der_writer_t *w, ocsp_der_t nonce)
{
    size_t end = ocsp_der_mark(w);

    if (nonce.data != NULL) {
        ocsp_der_put(w, nonce.data, nonce.len);
        ocsp_der_wrap(w, OCSP_DER_OCTET_STRING, end);
        ocsp_der_put(w, nonce_oid, sizeof(nonce_oid));
        ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
    }
}

/*
 * Extensions ::= SEQUENCE OF SEQUENCE {       (RFC 5280 section 4.1)
 *     extnID     OBJECT IDENTIFIER,
 *     critical   BOOLEAN DEFAULT FALSE,
 *     extnValue  OCTET STRING }
 * The nonce, and whether some are revoked that never were issued.
 */
static void put_extensions(ocsp_der_writer_t *w,
                           const ocsp_response_content_t *content)
{
    size_t end = ocsp_der_mark(w);

    if (content->extended_revoke) {
        ocsp_der_put(w, extended_revoke, sizeof(extended_revoke));
    }
    put_nonce(w, content->nonce);
    if (ocsp_der_mark(w) != end) {
        ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
        ocsp_der_wrap(w, OCSP_DER_CONTEXT_CONSTRUCTED(1), end);
    }
}

/* What tbsResponseData takes at most; more than LENGTH_MAX: too much. */
static size_t measure(const ocsp_response_template_t *t,
                      const ocsp_response_content_t *content)
{
    size_t len = DATA_MAX + t->responder.len;
    size_t i;

    if (content->nonce.len > LENGTH_MAX) {
        return SIZE_MAX;
    }
    len += content->nonce.len;
    for (i = 0; i < content->count && len <= LENGTH_MAX; i++) {
        if (content->singles[i].certid.len > LENGTH_MAX) {
            return SIZE_MAX;
        }
        len += content->singles[i].certid.len + SINGLE_MAX;
    }
    return len;
}

/*
 * ResponseData ::= SEQUENCE {                 (RFC 6960 section 4.2.1)
 *     version             [0] EXPLICIT Version DEFAULT v1,
 *     responderID         ResponderID,
 *     producedAt          GeneralizedTime,
 *     responses           SEQUENCE OF SingleResponse,
 *     responseExtensions  [1] EXPLICIT Extensions OPTIONAL }
 */
static void put_data(ocsp_der_writer_t *w, const ocsp_response_template_t *t,
                     const ocsp_response_content_t *content)
{
    size_t end = ocsp_der_mark(w);
    size_t end_of_singles;
    size_t i;

    put_extensions(w, content);
    end_of_singles = ocsp_der_mark(w);
    for (i = content->count; i > 0; i--) {
        put_single(w, &content->singles[i - 1]);
    }
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end_of_singles);
    put_gtime(w, content->produced_at);
    ocsp_der_put(w, t->responder.data, t->responder.len);
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
}

/* What stands behind tbsResponseData: algorithm, signature, certificate. */
static void put_tail(ocsp_der_writer_t *w, const ocsp_response_template_t *t,
                     const unsigned char *signature, size_t signature_len)
{
    static const unsigned char no_unused_bits = 0;

    ocsp_der_put(w, t->certs.data, t->certs.len);
    ocsp_der_put(w, signature, signature_len);
    ocsp_der_put(w, &no_unused_bits, 1);
    ocsp_der_put_header(w, OCSP_DER_BIT_STRING, signature_len + 1);
    ocsp_der_put(w, t->algorithm.data, t->algorithm.len);
}

/* Of an element whose content is so long. */
static size_t element_len(size_t content_len)
{
    return ocsp_der_header_len(content_len) + content_len;
}

static size_t tail_len(const ocsp_response_template_t *t, size_t signature_len)
{
    return t->algorithm.len + ocsp_der_header_len(signature_len + 1) + 1
         + signature_len + t->certs.len;
}

/*
 * OCSPResponse ::= SEQUENCE {                 (RFC 6960 section 4.2.1)
 *     responseStatus  OCSPResponseStatus,
 *     responseBytes   [0] EXPLICIT SEQUENCE {
 *         responseType  OBJECT IDENTIFIER,
 *         response      OCTET STRING } OPTIONAL }
 * response holds BasicOCSPResponse ::= SEQUENCE {
 *     tbsResponseData     ResponseData,
 *     signatureAlgorithm  AlgorithmIdentifier,
 *     signature           BIT STRING,
 *     certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
 */
static void wrap_up(ocsp_der_writer_t *w, size_t end)
{
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
    ocsp_der_wrap(w, OCSP_DER_OCTET_STRING, end);
    ocsp_der_put(w, basic_oid, sizeof(basic_oid));
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
    ocsp_der_wrap(w, OCSP_DER_CONTEXT_CONSTRUCTED(0), end);
    ocsp_der_put(w, successful, sizeof(successful));
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, end);
}

/* As put_single, put_data and wrap_up have it: revoked, with a reason, and with
 * what RFC 6960 section 4.4.8 wants. */
size_t ocsp_response_template_get_max(const ocsp_response_template_t *t,
                                      size_t certid_len)
{
    size_t len;

    if (certid_len > LENGTH_MAX) {
        return SIZE_MAX;
    }
    len = element_len(certid_len + STATUS_MAX + GTIME_ELEMENT_LEN
                      + element_len(GTIME_ELEMENT_LEN));
    len = element_len(t->responder.len + GTIME_ELEMENT_LEN + element_len(len)
                      + element_len(element_len(sizeof(extended_revoke))));
    len = element_len(len + tail_len(t, t->signature_max));
    len = element_len(sizeof(basic_oid) + element_len(len));
    return element_len(sizeof(successful) + element_len(len));
}

apr_status_t ocsp_response_make(ocsp_der_t *out,
                                const ocsp_response_template_t *t,
                                const ocsp_response_content_t *content,
                                ocsp_signer_contexts_t *contexts,
                                const char **why, apr_pool_t *p)
{
    size_t data_end = measure(t, content);
    size_t tail_max = tail_len(t, t->signature_max);
    size_t signature_len = t->signature_max;
    ocsp_der_writer_t w;
    unsigned char *buf;
    ocsp_der_t data;
    size_t end;
    apr_status_t rv;

    out->data = NULL;
    out->len = 0;
    if (data_end > LENGTH_MAX) {
        *why = "RFC 6960 section 4.2.1: more than one response should hold";
        return OCSP_EMALFORMED;
    }
    data_end += OUTER_MAX;
    buf = apr_palloc(p, data_end + tail_max + t->signature_max);
    ocsp_der_writer_init(&w, buf, data_end);
    put_data(&w, t, content);
    if (!w.ok) {
        *why = "RFC 6960 section 4.2.2.1: a time before year 0 or after 9999";
        return OCSP_EMALFORMED;
    }
    data.data = buf + w.pos;
    data.len = data_end - w.pos;
    rv = ocsp_signer_sign(t->signer, contexts, buf + data_end + tail_max,
                          &signature_len, data, why, p);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    ocsp_der_writer_init(&w, buf, data_end + tail_len(t, signature_len));
    end = ocsp_der_mark(&w);
    put_tail(&w, t, buf + data_end + tail_max, signature_len);
    w.pos = (size_t)(data.data - buf); /* the data is there: on in front */
    wrap_up(&w, end);
    out->data = buf + w.pos;
    out->len = w.cap - w.pos;
    return APR_SUCCESS;
}

ocsp_der_t ocsp_response_error(ocsp_response_status_t status)
{
    static const unsigned char errors[][5] = {
        /* not an error: whoever asks for it has made one */
        [OCSP_RESPONSE_SUCCESSFUL] = {0x30, 0x03, 0x0a, 0x01, 0x02},
        [OCSP_RESPONSE_MALFORMED_REQUEST] = {0x30, 0x03, 0x0a, 0x01, 0x01},
        [OCSP_RESPONSE_INTERNAL_ERROR] = {0x30, 0x03, 0x0a, 0x01, 0x02},
        [OCSP_RESPONSE_TRY_LATER] = {0x30, 0x03, 0x0a, 0x01, 0x03},
        [OCSP_RESPONSE_SIG_REQUIRED] = {0x30, 0x03, 0x0a, 0x01, 0x05},
        [OCSP_RESPONSE_UNAUTHORIZED] = {0x30, 0x03, 0x0a, 0x01, 0x06}};

    return (ocsp_der_t){errors[status], sizeof(errors[status])};
}
