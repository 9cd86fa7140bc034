/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/response: how a signer identifies itself, and
 * extensions, compared with byhand.h and OpenSSL.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "answer/response.h"
#include "byhand.h"
#include "status/crl.h"
#include "tap.h"

static OCSP_BASICRESP *parse(ocsp_der_t der)
{
    const unsigned char *at = der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);

    OCSP_RESPONSE_free(response);
    if (basic == NULL || at != der.data + der.len) {
        printf("Bail out! no basic response\n");
        abort();
    }
    return basic;
}

/* A client that has no certificate but the CA's, and the responder's if known. */
static bool verifies(OCSP_BASICRESP *basic, const responder_t *r, bool known)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *certs = sk_X509_new_null();
    int rv;

    if (store == NULL || certs == NULL || X509_STORE_add_cert(store, r->ca) != 1
        || (known && sk_X509_push(certs, r->cert) <= 0)) {
        abort();
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)PKI_NOW);
    rv = OCSP_basic_verify(basic, certs, store, 0);
    sk_X509_free(certs);
    X509_STORE_free(store);
    ERR_clear_error();
    return rv == 1;
}

static ocsp_der_t respond(const responder_t *r, ocsp_der_t id, ocsp_der_t nonce,
                          bool extended_revoke, apr_pool_t *p)
{
    ocsp_response_single_t single = {.certid = id,
                                     .status = OCSP_STATUS_GOOD,
                                     .reason = OCSP_CRL_NO_REASON,
                                     .this_update = EARLIER,
                                     .next_update = PKI_NOW + PKI_DAY};
    ocsp_response_content_t content = {.singles = &single,
                                       .count = 1,
                                       .nonce = nonce,
                                       .extended_revoke = extended_revoke,
                                       .produced_at = PKI_NOW};
    ocsp_der_t out = {NULL, 1};
    const char *why = "";

    if (ocsp_response_make(&out, r->templ, &content, NULL, &why, p)
        != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        abort();
    }
    return out;
}

static void is_by_hand(const responder_t *r, ocsp_der_t got, ocsp_der_t id,
                       ocsp_der_t nonce, bool extended_revoke, const char *name)
{
    OCSP_BASICRESP *basic = parse(got);
    pki_bytes_t single = pki_cat(pki_copy(id.data, id.len), unhex("8000"));
    pki_bytes_t want;

    single = pki_cat(single, gtime(EARLIER_TEXT));
    single = pki_cat(single, pki_wrap(0xa0, gtime(TOMORROW_TEXT)));
    want = whole(r,
                 response_data(r, pki_wrap(0x30, single), nonce,
                               extended_revoke),
                 OCSP_resp_get0_signature(basic));
    ok(ocsp_der_equal(got, party_der(want)), "%s: every octet as built by hand",
       name);
    OCSP_BASICRESP_free(basic);
    free(want.data);
}

/* R85 R86 R87 R88: what is sent, and whether a client that lacks the
 * responder's certificate can do with it. */
static const struct {
    const char *name;
    bool delegate;
    bool by_name;
    ocsp_response_include_t include;
    int certs; /* sent */
} styles[] = {
    {"a delegate, auto", true, false, OCSP_RESPONSE_INCLUDE_AUTO, 1},
    {"a delegate, on", true, false, OCSP_RESPONSE_INCLUDE_ON, 1},
    {"a delegate, off", true, false, OCSP_RESPONSE_INCLUDE_OFF, 0},
    {"a delegate by name, auto", true, true, OCSP_RESPONSE_INCLUDE_AUTO, 1},
    {"a delegate by name, off", true, true, OCSP_RESPONSE_INCLUDE_OFF, 0},
    {"a CA, auto", false, false, OCSP_RESPONSE_INCLUDE_AUTO, 0},
    {"a CA, on", false, false, OCSP_RESPONSE_INCLUDE_ON, 1},
    {"a CA, off", false, false, OCSP_RESPONSE_INCLUDE_OFF, 0},
    {"a CA by name, on", false, true, OCSP_RESPONSE_INCLUDE_ON, 1},
    {"a CA by name, off", false, true, OCSP_RESPONSE_INCLUDE_OFF, 0},
};

static void is_style(responder_t *r, size_t i, apr_pool_t *p)
{
    pki_bytes_t id = usual_certid(r);
    ocsp_der_t none = {NULL, 0};
    const X509_NAME *by_name = NULL;
    const ASN1_OCTET_STRING *by_key = NULL;
    OCSP_BASICRESP *basic;
    ocsp_der_t got;

    restyle(r, styles[i].by_name, styles[i].include, p);
    got = respond(r, party_der(id), none, false, p);
    is_by_hand(r, got, party_der(id), none, false, styles[i].name);
    basic = parse(got);
    ok(OCSP_resp_get0_id(basic, &by_key, &by_name) == 1
           && (by_name != NULL) == styles[i].by_name
           && (by_key != NULL) == !styles[i].by_name,
       "%s: OpenSSL finds its ID", styles[i].name);
    is_int(sk_X509_num(OCSP_resp_get0_certs(basic)) > 0, styles[i].certs,
           "its certificate is sent or not");
    ok(verifies(basic, r, true), "%s: verifies where it is known",
       styles[i].name);
    ok(verifies(basic, r, false) == (styles[i].certs == 1),
       "%s: %s where only the CA is", styles[i].name,
       styles[i].certs == 1 ? "verifies" : "does not verify");
    OCSP_BASICRESP_free(basic);
    free(id.data);
}

static void test_styles(responder_t *delegate, responder_t *ca, apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        is_style(styles[i].delegate ? delegate : ca, i, p);
    }
}

/* A name is as long as its owner wants, and room is made for it. */
static void test_long_name(apr_pool_t *p)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("CA", key, NULL);
    X509_NAME *name = X509_NAME_new();
    responder_t r = {
        .name = "a long name", .ca_key = key, .key = key, .ca = ca, .cert = ca};
    ocsp_der_t none = {NULL, 0};
    pki_bytes_t id;
    party_t made;
    int i;

    for (i = 0; i < 2000; i++) {
        if (X509_NAME_add_entry_by_NID(name, NID_organizationalUnitName,
                                       MBSTRING_ASC,
                                       (const unsigned char *)"Certificates",
                                       -1, -1, 0)
            != 1) {
            abort();
        }
    }
    if (X509_set_subject_name(ca, name) != 1
        || X509_set_issuer_name(ca, name) != 1
        || X509_sign(ca, key, EVP_sha256()) <= 0) {
        abort();
    }
    X509_NAME_free(name);
    made = party_signer(ca, key, party_issuer(ca, p), p);
    r.signer = made.signer;
    restyle(&r, true, OCSP_RESPONSE_INCLUDE_AUTO, p);
    id = usual_certid(&r);
    is_by_hand(&r, respond(&r, party_der(id), none, false, p), party_der(id),
               none, false, "a name of 40 kB");
    free(id.data);
    free_responder(&r);
}

/* R62: in responseExtensions, not critical, behind the nonce. */
static void test_extended_revoke(responder_t *r, apr_pool_t *p)
{
    pki_bytes_t id = usual_certid(r);
    pki_bytes_t nonce = unhex("041000112233445566778899aabbccddeeff");
    ocsp_der_t none = {NULL, 0};
    ocsp_der_t got;
    OCSP_BASICRESP *basic;
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.5.5.7.48.1.9", 1);
    X509_EXTENSION *ext;

    restyle(r, false, OCSP_RESPONSE_INCLUDE_AUTO, p);
    got = respond(r, party_der(id), party_der(nonce), true, p);
    is_by_hand(r, got, party_der(id), party_der(nonce), true,
               "extended revoke and a nonce");
    got = respond(r, party_der(id), none, true, p);
    is_by_hand(r, got, party_der(id), none, true, "extended revoke alone");
    basic = parse(got);
    is_int(OCSP_BASICRESP_get_ext_count(basic), 1, "one extension");
    is_int(OCSP_BASICRESP_get_ext_by_OBJ(basic, oid, -1), 0, "of this OID");
    ext = OCSP_BASICRESP_get_ext(basic, 0);
    ok(X509_EXTENSION_get_critical(ext) == 0, "not critical");
    ok(ASN1_STRING_length(X509_EXTENSION_get_data(ext)) == 2
           && memcmp(ASN1_STRING_get0_data(X509_EXTENSION_get_data(ext)),
                     "\x05\x00", 2)
                  == 0,
       "its value is NULL");
    is_int(OCSP_SINGLERESP_get_ext_count(OCSP_resp_get0(basic, 0)), 0,
           "and nothing at the certificate");
    ok(verifies(basic, r, false), "OpenSSL verifies it");
    OCSP_BASICRESP_free(basic);
    ASN1_OBJECT_free(oid);
    free(nonce.data);
    free(id.data);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    responder_t delegate = make_responder("delegate", PKI_P256, true, p);
    responder_t ca = make_responder("CA", PKI_P256, false, p);

    test_styles(&delegate, &ca, p);
    test_long_name(p);
    test_extended_revoke(&delegate, p);
    ok(ERR_peek_error() == 0, "no error is left behind");
    free_responder(&delegate);
    free_responder(&ca);
    party_end(p);
    return done_testing();
}
