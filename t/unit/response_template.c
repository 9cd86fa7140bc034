/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/response: the id of a template, and the length of
 * its responses.
 */
#include <openssl/err.h>

#include "answer/response.h"
#include "byhand.h"
#include "tap.h"

static bool are_alike(const ocsp_response_template_t *a,
                      const ocsp_response_template_t *b)
{
    return memcmp(a->id, b->id, OCSP_RESPONSE_ID_LEN) == 0;
}

static const ocsp_response_template_t *template_of(
    const ocsp_signer_t *signer, bool by_name, ocsp_response_include_t include,
    apr_pool_t *p)
{
    ocsp_response_style_t style = {.by_name = by_name, .include = include};

    return ocsp_response_template_make(signer, &style, p);
}

static const ocsp_signer_t *sign_for(X509 *ca, X509 *cert, EVP_PKEY *key,
                                     apr_pool_t *p)
{
    party_t made = party_make(cert, key, true, party_issuer(ca, p), p);

    if (made.rv != APR_SUCCESS) {
        abort();
    }
    return made.signer;
}

static void test_styles(const responder_t *r, apr_pool_t *p)
{
    static const unsigned char none[OCSP_RESPONSE_ID_LEN];
    const ocsp_response_template_t *usual =
        template_of(r->signer, false, OCSP_RESPONSE_INCLUDE_ON, p);

    ok(memcmp(usual->id, none, sizeof(none)) != 0, "a template has an id");
    ok(are_alike(usual,
                 template_of(r->signer, false, OCSP_RESPONSE_INCLUDE_ON, p)),
       "one signer in one style: the same id");
    ok(are_alike(usual,
                 template_of(r->signer, false, OCSP_RESPONSE_INCLUDE_AUTO, p)),
       "what auto comes to counts");
    ok(!are_alike(usual,
                  template_of(r->signer, true, OCSP_RESPONSE_INCLUDE_ON, p)),
       "by name is another");
    ok(!are_alike(usual,
                  template_of(r->signer, false, OCSP_RESPONSE_INCLUDE_OFF, p)),
       "without the certificate is another");
}

/* R127: a renewed certificate is another signer, whatever is sent of it. */
static void test_signers(const responder_t *r, apr_pool_t *p)
{
    pki_cert_opts_t renewed = {.nocheck = true, .serial = 4097};
    EVP_PKEY *other_key = pki_make_key(PKI_P256);
    X509 *other_ca = pki_make_ca("Other CA", other_key, NULL);
    X509 *cert = pki_make_delegate("ocsp", r->key, r->ca, r->ca_key, &renewed);
    const ocsp_response_template_t *usual =
        template_of(r->signer, false, OCSP_RESPONSE_INCLUDE_OFF, p);

    ok(!are_alike(usual, template_of(sign_for(r->ca, cert, r->key, p), false,
                                     OCSP_RESPONSE_INCLUDE_OFF, p)),
       "a renewed certificate of the same key and name, not sent: another");
    ok(are_alike(usual, template_of(sign_for(other_ca, r->cert, r->key, p),
                                    false, OCSP_RESPONSE_INCLUDE_OFF, p)),
       "one certificate that two CAs' configurations trust: the same");
    X509_free(cert);
    X509_free(other_ca);
    EVP_PKEY_free(other_key);
}

static size_t make(const responder_t *r, size_t certid_len, bool longest,
                   apr_pool_t *p)
{
    unsigned char *id = calloc(1, certid_len > 0 ? certid_len : 1);
    ocsp_response_single_t single = {.certid = {id, certid_len},
                                     .status = longest ? OCSP_STATUS_REVOKED
                                                       : OCSP_STATUS_GOOD,
                                     .revocation_time = PKI_NOW,
                                     .reason = 6,
                                     .this_update = EARLIER,
                                     .next_update = PKI_NOW + PKI_DAY};
    ocsp_response_content_t content = {&single, 1, {NULL, 0}, longest, PKI_NOW};
    ocsp_der_t out = {NULL, 0};
    const char *why = NULL;

    if (ocsp_response_make(&out, r->templ, &content, NULL, &why, p)
        != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        abort();
    }
    free(id);
    return out.len;
}

/* An ECDSA signature is as long as it happens to be. */
static void test_max(const char *name, pki_kind_t kind, bool exact,
                     apr_pool_t *p)
{
    static const size_t lens[] = {0, 20, 73, 127, 150, 230, 300, 70000};
    responder_t r = make_responder(name, kind, true, p);
    size_t i;

    for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        size_t max = ocsp_response_template_get_max(r.templ, lens[i]);
        size_t longest = make(&r, lens[i], true, p);

        ok((exact ? longest == max : longest <= max)
               && make(&r, lens[i], false, p) < max,
           "%s, a CertID of %zu octets: the longest response", name, lens[i]);
    }
    ok(ocsp_response_template_get_max(r.templ, SIZE_MAX) == SIZE_MAX,
       "%s, a CertID of all memory: too long", name);
    free_responder(&r);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    responder_t r = make_responder("P-256 delegate", PKI_P256, true, p);

    test_styles(&r, p);
    test_signers(&r, p);
    test_max("RSA", PKI_RSA2048, true, p);
    test_max("Ed25519", PKI_ED25519, true, p);
    test_max("P-256", PKI_P256, false, p);
    free_responder(&r);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
