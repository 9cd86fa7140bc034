/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Encodes responses. A response is made in one buffer, from its end to its
 * start:
 *
 *   | headers | tbsResponseData | algorithm, signature, certs | scratch |
 *
 * First tbsResponseData, with room before and after it; then, once it is
 * signed, the part after it; at last the headers, which have all lengths. Floor
 * 2.
 */
#include "answer/response.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "wire/gtime.h"

/* Longer responses are rejected, so that no sum of lengths overflows. */
#define LENGTH_MAX ((size_t)16 * 1024 * 1024)

#define GTIME_ELEMENT_LEN (2 + OCSP_GTIME_LEN)

/* The longest CertStatus: revoked, with a reason. */
#define STATUS_MAX (2 + GTIME_ELEMENT_LEN + 5)

/* A SingleResponse without its CertID: header, status, times. */
#define SINGLE_MAX                                                             \
    (OCSP_DER_HEADER_MAX + STATUS_MAX + GTIME_ELEMENT_LEN + 2                  \
     + GTIME_ELEMENT_LEN)

/* tbsResponseData without the former, ResponderID and nonce. */
#define DATA_MAX                                                               \
    ((size_t)6 * OCSP_DER_HEADER_MAX + GTIME_ELEMENT_LEN + sizeof(nonce_oid)   \
     + sizeof(extended_revoke))

/* Everything before tbsResponseData. */
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

/* --- templates ------------------------------------------------------------ */

/* The content in one or (inner not 0) two elements, made in p. */
static ocsp_der_t wrap_twice(unsigned outer, unsigned inner, ocsp_der_t content,
                             apr_pool_t *p)
{
    size_t cap = content.len + (size_t)2 * OCSP_DER_HEADER_MAX;
    ocsp_der_writer_t w;
    ocsp_der_t out;
    size_t end;

    ocsp_der_writer_init(&w, apr_palloc(p, cap), cap);
    end = ocsp_der_mark(&w);
    ocsp_der_put(&w, content.data, content.len);
    if (inner != 0) {
        ocsp_der_wrap(&w, inner, end);
    }
    ocsp_der_wrap(&w, outer, end);
    out.data = w.buf + w.pos;
    out.len = w.cap - w.pos;
    return out;
}

static ocsp_der_t concatenate(const ocsp_der_t *parts, size_t count,
                              apr_pool_t *p)
{
    unsigned char *all;
    ocsp_der_t out = {NULL, 0};
    size_t i;

    for (i = 0; i < count; i++) {
        out.len += parts[i].len;
    }
    out.data = all = apr_palloc(p, out.len);
    for (i = 0; i < count; i++) {
        memcpy(all, parts[i].data, parts[i].len);
        all += parts[i].len;
    }
    return out;
}

/* The certificates to send; @return how many. The signer's is the first. The
 * chain begins with the CA's, which is the signer's if the CA signs itself. A
 * responder that is trusted locally has no chain. */
static size_t select_certs(ocsp_der_t out[1 + OCSP_CHAIN_MAX],
                           const ocsp_signer_t *signer,
                           const ocsp_response_style_t *style)
{
    bool is_issuer = signer->is_issuer;
    size_t i, count = 0;

    switch (style->include) {
    case OCSP_RESPONSE_INCLUDE_OFF:
        return 0;
    case OCSP_RESPONSE_INCLUDE_AUTO:
        if (is_issuer) {
            return 0;
        }
        break;
    case OCSP_RESPONSE_INCLUDE_ON:
        break;
    case OCSP_RESPONSE_INCLUDE_CHAIN:
        if (is_issuer && style->chain.count == 0) {
            return 0; /* a root */
        }
        break;
    }
    out[count++] = signer->cert;
    if (style->include == OCSP_RESPONSE_INCLUDE_CHAIN && !signer->is_foreign) {
        for (i = is_issuer ? 1 : 0; i < style->chain.count; i++) {
            out[count++] = style->chain.certs[i];
        }
    }
    return count;
}

/* certs  [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL */
static void encode_certs(ocsp_response_template_t *t,
                         const ocsp_response_style_t *style, apr_pool_t *p)
{
    ocsp_der_t certs[1 + OCSP_CHAIN_MAX];

    t->cert_count = select_certs(certs, t->signer, style);
    if (t->cert_count != 0) {
        t->certs = wrap_twice(OCSP_DER_CONTEXT_CONSTRUCTED(0),
                              OCSP_DER_SEQUENCE,
                              concatenate(certs, t->cert_count, p), p);
    }
}

/*
 * ResponderID ::= CHOICE {                    (RFC 6960 section 4.2.1)
 *     byName  [1] Name,
 *     byKey   [2] KeyHash }                   KeyHash ::= OCTET STRING
 * The tags are EXPLICIT.
 */
static ocsp_der_t encode_responder(const ocsp_signer_t *signer, bool by_name,
                                   apr_pool_t *p)
{
    ocsp_der_t hash = {signer->key_hash, OCSP_SIGNER_KEY_HASH_LEN};

    if (by_name) {
        return wrap_twice(OCSP_DER_CONTEXT_CONSTRUCTED(1), 0, signer->name, p);
    }
    return wrap_twice(OCSP_DER_CONTEXT_CONSTRUCTED(2), OCSP_DER_OCTET_STRING,
                      hash, p);
}

/* Templates for different CAs have the same id if they have the same
 * certificate, which both trust. Their responses differ only in the CertID. */
static void make_id(ocsp_response_template_t *t, apr_pool_t *p)
{
    const ocsp_der_t parts[] = {t->responder, t->signer->algorithm.id, t->certs,
                                t->signer->cert};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char *all;
    size_t len = 0;
    size_t i;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        len += sizeof(parts[i].len) + parts[i].len;
    }
    all = apr_palloc(p, len);
    len = 0;
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        memcpy(all + len, &parts[i].len, sizeof(parts[i].len));
        len += sizeof(parts[i].len);
        if (parts[i].len > 0) {
            memcpy(all + len, parts[i].data, parts[i].len);
        }
        len += parts[i].len;
    }
    if (EVP_Digest(all, len, digest, NULL, EVP_sha256(), NULL) == 1) {
        memcpy(t->id, digest, sizeof(t->id));
    }
    ERR_clear_error();
}

ocsp_response_template_t *ocsp_response_template_make(
    const ocsp_signer_t *signer, const ocsp_response_style_t *style,
    apr_pool_t *p)
{
    ocsp_response_template_t *t = apr_pcalloc(p, sizeof(*t));

    t->signer = signer;
    t->responder = encode_responder(signer, style->by_name, p);
    encode_certs(t, style, p);
    make_id(t, p);
    return t;
}

/* --- responses ------------------------------------------------------------ */

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

/* CRLReason has no 7, and 8 removes an entry from a CRL. Clients reject a
 * response with any other reason (R55, R152). */
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
 * nextUpdate is always there (R94), singleExtensions never.
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

/* Echoed: in some requests there is no inner OCTET STRING. */
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
 * The nonce, and extended-revoke.
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

/* @return octets of tbsResponseData at most; over LENGTH_MAX: too long */
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

/* The part after tbsResponseData: algorithm, signature, certificates. */
static void put_tail(ocsp_der_writer_t *w, const ocsp_response_template_t *t,
                     const unsigned char *signature, size_t signature_len)
{
    static const unsigned char no_unused_bits = 0;

    ocsp_der_put(w, t->certs.data, t->certs.len);
    ocsp_der_put(w, signature, signature_len);
    ocsp_der_put(w, &no_unused_bits, 1);
    ocsp_der_put_header(w, OCSP_DER_BIT_STRING, signature_len + 1);
    ocsp_der_put(w, t->signer->algorithm.id.data, t->signer->algorithm.id.len);
}

/* Octets of an element with so much content. */
static size_t element_len(size_t content_len)
{
    return ocsp_der_header_len(content_len) + content_len;
}

static size_t tail_len(const ocsp_response_template_t *t, size_t signature_len)
{
    return t->signer->algorithm.id.len + ocsp_der_header_len(signature_len + 1)
         + 1 + signature_len + t->certs.len;
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

/* As in put_single, put_data and wrap_up: revoked, with a reason, and with
 * extended-revoke (RFC 6960 section 4.4.8). */
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
    len = element_len(len + tail_len(t, t->signer->signature_max));
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
    size_t tail_max = tail_len(t, t->signer->signature_max);
    size_t signature_len = t->signer->signature_max;
    ocsp_der_writer_t w;
    unsigned char *buf;
    ocsp_der_t data;
    size_t end;
    apr_status_t rv;

    out->data = NULL;
    out->len = 0;
    if (data_end > LENGTH_MAX) {
        *why = "RFC 6960 section 4.2.1: the response is too long";
        return OCSP_EMALFORMED;
    }
    data_end += OUTER_MAX;
    buf = apr_palloc(p, data_end + tail_max + t->signer->signature_max);
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
    w.pos = (size_t)(data.data - buf); /* continue before tbsResponseData */
    wrap_up(&w, end);
    out->data = buf + w.pos;
    out->len = w.cap - w.pos;
    return APR_SUCCESS;
}

ocsp_der_t ocsp_response_error(ocsp_response_status_t status)
{
    static const unsigned char errors[][5] = {
        /* not an error status: internalError */
        [OCSP_RESPONSE_SUCCESSFUL] = {0x30, 0x03, 0x0a, 0x01, 0x02},
        [OCSP_RESPONSE_MALFORMED_REQUEST] = {0x30, 0x03, 0x0a, 0x01, 0x01},
        [OCSP_RESPONSE_INTERNAL_ERROR] = {0x30, 0x03, 0x0a, 0x01, 0x02},
        [OCSP_RESPONSE_TRY_LATER] = {0x30, 0x03, 0x0a, 0x01, 0x03},
        [OCSP_RESPONSE_SIG_REQUIRED] = {0x30, 0x03, 0x0a, 0x01, 0x05},
        [OCSP_RESPONSE_UNAUTHORIZED] = {0x30, 0x03, 0x0a, 0x01, 0x06}};

    return (ocsp_der_t){errors[status], sizeof(errors[status])};
}
