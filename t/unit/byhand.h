/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An OCSPResponse as RFC 6960 section 4.2.1 has it, built by hand from the
 * inside out: what src/answer/response makes has to equal it to the octet.
 */
#ifndef OCSP_UNIT_BYHAND_H
#define OCSP_UNIT_BYHAND_H

#include <openssl/x509.h>

#include "answer/response.h"
#include "hex.h"
#include "party.h"

#define BYHAND __attribute__((unused)) static

#define SHA1_NULL "300906052b0e03021a0500"
#define SHA1_ABSENT "300706052b0e03021a"
#define SHA256_ABSENT "300b0609608648016503040201"
/* The encoding that each text stands for is checked where it is used. */
#define NOW_TEXT "20260601000000Z"      /* PKI_NOW */
#define TOMORROW_TEXT "20260602000000Z" /* PKI_NOW + PKI_DAY */
#define EARLIER_TEXT "19991231235959Z"
#define EARLIER INT64_C(946684799)

/* A responder and who trusts it. */
typedef struct {
    const char *name;
    EVP_PKEY *ca_key;
    EVP_PKEY *key;
    X509 *ca;
    X509 *cert; /* == ca: the CA itself */
    const ocsp_signer_t *signer;
    ocsp_response_style_t style;
    bool included; /* its certificate is to be sent */
    ocsp_response_template_t *templ;
} responder_t;

/* Takes two keys; key is NULL for a CA that signs itself. */
BYHAND responder_t make_responder_of(const char *name, EVP_PKEY *ca_key,
                                     EVP_PKEY *key, apr_pool_t *p)
{
    bool delegate = key != NULL;
    responder_t r = {.name = name, .ca_key = ca_key, .included = delegate};
    pki_cert_opts_t opts = {.nocheck = true};
    party_t made;

    r.ca = pki_make_ca("CA", r.ca_key, NULL);
    r.key = delegate ? key : ca_key;
    r.cert = delegate ? pki_make_delegate("ocsp", r.key, r.ca, r.ca_key, &opts)
                      : r.ca;
    made = party_signer(r.cert, r.key, party_issuer(r.ca, p), p);
    if (made.rv != APR_SUCCESS) {
        printf("Bail out! %s\n", made.why);
        abort();
    }
    r.signer = made.signer;
    r.templ = ocsp_response_template_make(made.signer, &r.style, p);
    return r;
}

BYHAND responder_t make_responder(const char *name, pki_kind_t kind,
                                  bool delegate, apr_pool_t *p)
{
    return make_responder_of(name, pki_make_key(kind),
                             delegate ? pki_make_key(kind) : NULL, p);
}

/** Let it present itself otherwise. */
BYHAND void restyle(responder_t *r, bool by_name,
                    ocsp_response_include_t include, apr_pool_t *p)
{
    r->style = (ocsp_response_style_t){.by_name = by_name, .include = include};
    r->included = include == OCSP_RESPONSE_INCLUDE_ON
               || (include == OCSP_RESPONSE_INCLUDE_AUTO && r->cert != r->ca);
    r->templ = ocsp_response_template_make(r->signer, &r->style, p);
}

BYHAND void free_responder(responder_t *r)
{
    if (r->cert != r->ca) {
        X509_free(r->cert);
        EVP_PKEY_free(r->key);
    }
    X509_free(r->ca);
    EVP_PKEY_free(r->ca_key);
}

/* OpenSSL checks that the CertIDs are of the CA whose responder signed. */
BYHAND pki_bytes_t certid(const responder_t *r, const char *algorithm,
                          const EVP_MD *md, const char *serial)
{
    unsigned char name[EVP_MAX_MD_SIZE];
    unsigned char key[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    pki_bytes_t id = unhex(algorithm);

    if (X509_NAME_digest(X509_get_subject_name(r->ca), md, name, &len) != 1
        || X509_pubkey_digest(r->ca, md, key, &len) != 1) {
        abort();
    }
    id = pki_cat(id, pki_wrap(0x04, pki_copy(name, len)));
    id = pki_cat(id, pki_wrap(0x04, pki_copy(key, len)));
    return pki_wrap(OCSP_DER_SEQUENCE, pki_cat(id, unhex(serial)));
}

BYHAND pki_bytes_t usual_certid(const responder_t *r)
{
    return certid(r, SHA1_NULL, EVP_sha1(), "020101");
}

BYHAND pki_bytes_t gtime(const char *text)
{
    return pki_wrap(0x18, pki_copy(text, strlen(text)));
}

/* responseExtensions: a nonce and what RFC 6960 section 4.4.8 wants, or either,
 * or nothing. */
BYHAND pki_bytes_t response_extensions(ocsp_der_t nonce, bool extended_revoke)
{
    pki_bytes_t all = pki_copy("", 0);

    if (nonce.data != NULL) {
        pki_bytes_t value = pki_wrap(0x04, pki_copy(nonce.data, nonce.len));

        value = pki_cat(unhex("06092b0601050507300102"), value);
        all = pki_cat(all, pki_wrap(0x30, value));
    }
    if (extended_revoke) {
        all = pki_cat(all, unhex("300f 06092b0601050507300109 0402 0500"));
    }
    return all.len == 0 ? all : pki_wrap(0xa1, pki_wrap(0x30, all));
}

/* R85 R86 */
BYHAND pki_bytes_t responder_id(const responder_t *r)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    const unsigned char *name = NULL;
    size_t name_len = 0;

    if (X509_pubkey_digest(r->cert, EVP_sha1(), hash, NULL) != 1
        || X509_NAME_get0_der(X509_get_subject_name(r->cert), &name, &name_len)
               != 1) {
        abort();
    }
    return r->style.by_name
             ? pki_wrap(0xa1, pki_copy(name, name_len))
             : pki_wrap(0xa2, pki_wrap(0x04, pki_copy(hash, 20)));
}

BYHAND pki_bytes_t response_data(const responder_t *r, pki_bytes_t singles,
                                 ocsp_der_t nonce, bool extended_revoke)
{
    pki_bytes_t data = pki_cat(responder_id(r), gtime(NOW_TEXT));

    data = pki_cat(data, pki_wrap(0x30, singles));
    return pki_wrap(0x30,
                    pki_cat(data, response_extensions(nonce, extended_revoke)));
}

/* R81 R82 R87 R88 R129: what is not here is absent in the response. */
BYHAND pki_bytes_t whole(const responder_t *r, pki_bytes_t data,
                         const ASN1_BIT_STRING *signature)
{
    ocsp_der_t algorithm = r->signer->algorithm.id;
    pki_bytes_t basic = pki_cat(data, pki_copy(algorithm.data, algorithm.len));
    pki_bytes_t bits = pki_cat(unhex("00"),
                               pki_copy(ASN1_STRING_get0_data(signature),
                                        (size_t)ASN1_STRING_length(signature)));

    basic = pki_cat(basic, pki_wrap(0x03, bits));
    if (r->included) {
        basic = pki_cat(basic,
                        pki_wrap(0xa0, pki_wrap(0x30, pki_cert_der(r->cert))));
    }
    basic = pki_wrap(0x04, pki_wrap(0x30, basic));
    basic = pki_cat(unhex("06092b0601050507300101"), basic);
    basic = pki_wrap(0xa0, pki_wrap(0x30, basic));
    return pki_wrap(0x30, pki_cat(unhex("0a0100"), basic));
}

#endif
