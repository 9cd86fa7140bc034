/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See response.h: what of a response its signer decides. Floor 2.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "answer/response.h"
#include "answer/response_layout.h"

_Static_assert(sizeof(((ocsp_response_template_t *)0)->id)
                   == OCSP_RESPONSE_ID_LEN,
               "the id is what response.h says");

/* Content in up to two elements, made in p. */
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

/* Which certificates are sent, in their order; @return how many. A delegate's
 * comes before the CA's, which a CA that signs itself sends in place of a
 * delegate's. A responder that is trusted locally has no chain to a root. */
static size_t select_certs(ocsp_der_t out[1 + OCSP_CHAIN_MAX],
                           const ocsp_signer_t *signer,
                           const ocsp_response_style_t *style)
{
    bool is_issuer = ocsp_signer_is_issuer(signer);
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
    out[count++] = ocsp_signer_get_cert(signer);
    if (style->include == OCSP_RESPONSE_INCLUDE_CHAIN
        && !ocsp_signer_is_foreign(signer)) {
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
 * The module's tags are EXPLICIT.
 */
static ocsp_der_t encode_responder(const ocsp_signer_t *signer, bool by_name,
                                   apr_pool_t *p)
{
    ocsp_der_t hash = {ocsp_signer_get0_key_hash(signer),
                       OCSP_SIGNER_KEY_HASH_LEN};

    if (by_name) {
        return wrap_twice(OCSP_DER_CONTEXT_CONSTRUCTED(1), 0,
                          ocsp_signer_get_name(signer), p);
    }
    return wrap_twice(OCSP_DER_CONTEXT_CONSTRUCTED(2), OCSP_DER_OCTET_STRING,
                      hash, p);
}

/* Two that answer for different CAs may be equal in all that is digested, if
 * they are one certificate that both CAs' configurations trust. Then either's
 * responses are right for the other: what differs is in the CertID. */
static void make_id(ocsp_response_template_t *t, apr_pool_t *p)
{
    const ocsp_der_t parts[] = {t->responder, t->algorithm, t->certs,
                                ocsp_signer_get_cert(t->signer)};
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
    t->algorithm = ocsp_signer_get_algorithm(signer);
    encode_certs(t, style, p);
    t->signature_max = ocsp_signer_get_signature_max(signer);
    make_id(t, p);
    return t;
}

const ocsp_signer_t *ocsp_response_template_get0_signer(
    const ocsp_response_template_t *t)
{
    return t->signer;
}

const unsigned char *ocsp_response_template_get0_id(
    const ocsp_response_template_t *t)
{
    return t->id;
}

size_t ocsp_response_template_get_cert_count(const ocsp_response_template_t *t)
{
    return t->cert_count;
}
