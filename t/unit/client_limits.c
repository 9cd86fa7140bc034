/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/client_limits.
 */
#include <apr_strings.h>

#include "answer/chain.h"
#include "answer/client_limits.h"

#include "party.h"
#include "tap.h"

#define SIGNERS 2

typedef struct {
    const char *name;
    pki_kind_t ca;
    pki_kind_t kinds[SIGNERS]; /* of delegates, in their order */
    size_t count;
    const char *want[SIGNERS]; /* part of the warning; NULL: none */
} row_t;

static const row_t rows[] = {
    {"RSA", PKI_RSA2048, {PKI_RSA2048}, 1, {NULL}},
    {"P-256 under an RSA CA", PKI_RSA2048, {PKI_P256}, 1, {NULL}},
    {"P-521", PKI_P521, {PKI_P521}, 1, {NULL}},
    {"Ed25519 alone",
     PKI_RSA2048,
     {PKI_ED25519},
     1,
     {"Ed25519: Firefox, NSS, Go (Caddy, Traefik), npm ocsp, certbot, Erlang"
      " and others cannot verify its responses, and many of them then accept"
      " revoked certificates: name an RSA or P-256 signer before it"}},
    {"Ed448 alone", PKI_P256, {PKI_ED448}, 1, {"Ed448: Firefox"}},
    {"Ed25519 of an Ed25519 CA, which is preferred to any other",
     PKI_ED25519,
     {PKI_RSA2048, PKI_ED25519},
     2,
     {NULL, "name an RSA or P-256 signer instead of it"}},
    {"Ed25519 before RSA under an RSA CA",
     PKI_RSA2048,
     {PKI_ED25519, PKI_RSA2048},
     2,
     {NULL, NULL}},
    {"Ed25519 before RSA under a P-256 CA",
     PKI_P256,
     {PKI_ED25519, PKI_RSA2048},
     2,
     {"before it", NULL}},
    {"Ed25519 behind RSA under a P-256 CA",
     PKI_P256,
     {PKI_RSA2048, PKI_ED25519},
     2,
     {NULL, NULL}},
    {"brainpool",
     PKI_RSA2048,
     {PKI_BP384},
     1,
     {"brainpoolP384r1 with SHA-384: Go (Caddy, Traefik) and others"}},
};

static ocsp_response_template_t *make_templ(X509 *cert, EVP_PKEY *key,
                                            const ocsp_issuer_t *issuer,
                                            apr_pool_t *p)
{
    static const ocsp_response_style_t style = {.by_name = false};
    party_t got = party_signer(cert, key, issuer, p);

    if (got.rv != APR_SUCCESS) {
        printf("Bail out! %s\n", got.why);
        abort();
    }
    return ocsp_response_template_make(got.signer, &style, p);
}

static void is_said(const char *got, const char *want, const char *name)
{
    ok(want == NULL ? got == NULL : got != NULL && strstr(got, want) != NULL,
       "%s: %s (got '%s')", name, want != NULL ? want : "nothing is said",
       got != NULL ? got : "");
}

static void test_row(const row_t *row, apr_pool_t *p)
{
    EVP_PKEY *ca_key = pki_make_key(row->ca);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    const ocsp_issuer_t *issuer = party_issuer(ca, p);
    const ocsp_response_template_t *templs[SIGNERS];
    ocsp_answer_signers_t signers = {templs, row->count};
    size_t i;

    for (i = 0; i < row->count; i++) {
        EVP_PKEY *key = pki_make_key(row->kinds[i]);
        X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);

        templs[i] = make_templ(cert, key, issuer, p);
        X509_free(cert);
        EVP_PKEY_free(key);
    }
    for (i = 0; i < row->count; i++) {
        is_said(ocsp_client_limits_warn(&signers, i, PKI_NOW, p), row->want[i],
                row->name);
    }
    /* if none is valid now, the first counts */
    is_said(ocsp_client_limits_warn(&signers, 0, 0, p),
            row->count == 1                ? row->want[0]
            : row->kinds[0] == PKI_ED25519 ? "Ed25519"
                                           : NULL,
            row->name);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
}

/* What is said of a delegate with this keyUsage, whose certificate is longer by
 * so many extendedKeyUsages. @param max its longest response */
static const char *warn_of(size_t *max, const char *key_usage, size_t more,
                           apr_pool_t *p)
{
    EVP_PKEY *ca_key = pki_make_key(PKI_P256), *key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    const char *eku = "OCSPSigning";
    const ocsp_response_template_t *templ;
    ocsp_answer_signers_t signers = {&templ, 1};
    pki_cert_opts_t opts = {.key_usage = key_usage};
    X509 *cert;

    while (more-- > 0) {
        eku = apr_pstrcat(p, eku, ",1.2.3.4.5.6.7", NULL);
    }
    opts.eku = eku;
    cert = pki_make_delegate("ocsp", key, ca, ca_key, &opts);
    templ = make_templ(cert, key, party_issuer(ca, p), p);
    *max = ocsp_response_template_get_max(templ, 107);
    X509_free(cert);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    return ocsp_client_limits_warn(&signers, 0, PKI_NOW, p);
}

static void test_key_usage(apr_pool_t *p)
{
    size_t max;

    is_said(warn_of(&max, "critical,digitalSignature", 0, p), NULL,
            "keyUsage digitalSignature");
    is_said(warn_of(&max, "critical,nonRepudiation", 0, p),
            "keyUsage lacks digitalSignature, which Bouncy Castle requires",
            "keyUsage nonRepudiation alone");
    is_said(warn_of(&max, "", 0, p), NULL, "no keyUsage");
}

/* Each extendedKeyUsage takes 8 octets; signatures differ by two. */
static void test_size(apr_pool_t *p)
{
    static const char usage[] = "critical,digitalSignature";
    size_t max, more;

    (void)warn_of(&max, usage, 0, p);
    more = (4080 - max) / 8;
    is_said(warn_of(&max, usage, more, p), NULL, "a long response");
    ok(max > 4050 && max <= 4096, "4096 octets at most (%zu)", max);
    is_said(warn_of(&max, usage, more + 4, p),
            " octets, but AWS IoT accepts at most 4096: ",
            "a response that is too long for one kind of client");
    ok(max > 4096 && max <= 4125, "4125 octets at most (%zu)", max);
    is_said(warn_of(&max, usage, more + 8, p),
            "AWS IoT accepts at most 4096, OCPP 1.6 and 2.0.1 4125: for these",
            "a response that is too long for two");
    ok(max > 4125, "more (%zu)", max);
}

/* Of a CA that signs with its own key, or of its delegate, when so much is
 * sent. @param below whether a root issued the CA */
static void test_include(bool below, bool delegate,
                         ocsp_response_include_t include, bool said,
                         apr_pool_t *p)
{
    static const pki_cert_opts_t ca_opts = {
        .basic = "critical,CA:TRUE",
        .key_usage = "critical,keyCertSign,cRLSign,digitalSignature",
        .eku = ""};
    EVP_PKEY *ca_key = pki_make_key(PKI_P256), *key = pki_make_key(PKI_P256);
    X509 *root = pki_make_ca("Root", key, NULL);
    X509 *ca = below ? pki_make_delegate("CA", ca_key, root, key, &ca_opts)
                     : pki_make_ca("CA", ca_key, &ca_opts);
    X509 *cert = pki_make_delegate("ocsp", key, ca, ca_key, NULL);
    const ocsp_issuer_t *issuer = party_issuer(ca, p);
    ocsp_chain_t chain;
    ocsp_response_style_t style = {.include = include};
    const ocsp_response_template_t *templ;
    ocsp_answer_signers_t signers = {&templ, 1};
    party_t got = delegate ? party_signer(cert, key, issuer, p)
                           : party_signer(ca, ca_key, issuer, p);
    apr_array_header_t *known = apr_array_make(p, 1, sizeof(void *));

    APR_ARRAY_PUSH(known, const ocsp_issuer_t *) = issuer;
    ocsp_chain_build(&chain, issuer, known, p);
    style.chain = chain;
    if (got.rv != APR_SUCCESS) {
        printf("Bail out! %s\n", got.why);
        abort();
    }
    templ = ocsp_response_template_make(got.signer, &style, p);
    is_said(ocsp_client_limits_warn(&signers, 0, PKI_NOW, p),
            said ? "the CA's own certificate is sent, which Go (Caddy, Traefik)"
                   " takes for a delegate's"
                 : NULL,
            apr_psprintf(p, "%s signs, %" APR_SIZE_T_FMT " certificates",
                         delegate ? "a delegate"
                         : below  ? "an intermediate"
                                  : "a root",
                         templ->cert_count));
    X509_free(cert);
    X509_free(ca);
    X509_free(root);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
}

/* golang.org/x/crypto/ocsp looks at the first certificate alone, and wants it
 * signed by the CA. */
static void test_includes(apr_pool_t *p)
{
    test_include(true, true, OCSP_RESPONSE_INCLUDE_CHAIN, false, p);
    test_include(true, false, OCSP_RESPONSE_INCLUDE_CHAIN, true, p);
    test_include(true, false, OCSP_RESPONSE_INCLUDE_ON, true, p);
    test_include(true, false, OCSP_RESPONSE_INCLUDE_AUTO, false, p);
    test_include(false, false, OCSP_RESPONSE_INCLUDE_ON, false, p);
    test_include(false, false, OCSP_RESPONSE_INCLUDE_CHAIN, false, p);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(&rows[i], p);
    }
    test_key_usage(p);
    test_size(p);
    test_includes(p);
    party_end(p);
    return done_testing();
}
