/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/response: responses equal those of byhand.h, and
 * OpenSSL reads, verifies and encodes them.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "answer/response.h"
#include "byhand.h"
#include "status/crl.h"
#include "tap.h"

static OCSP_BASICRESP *parse(ocsp_der_t der, const char *name)
{
    const unsigned char *at = der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    OCSP_BASICRESP *basic = NULL;
    unsigned char *again = NULL;
    int len;

    ok(response != NULL && at == der.data + der.len
           && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL,
       "%s: OpenSSL reads all of it", name);
    if (response != NULL) {
        len = i2d_OCSP_RESPONSE(response, &again);
        ok(len >= 0 && (size_t)len == der.len
               && memcmp(again, der.data, der.len) == 0,
           "%s: OpenSSL writes the same octets", name);
        basic = OCSP_response_get1_basic(response);
        OPENSSL_free(again);
        OCSP_RESPONSE_free(response);
    }
    if (basic == NULL) {
        printf("Bail out! no basic response\n");
        abort();
    }
    return basic;
}

static bool verifies(OCSP_BASICRESP *basic, const responder_t *r)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *known = sk_X509_new_null();
    int rv;

    if (store == NULL || known == NULL || X509_STORE_add_cert(store, r->ca) != 1
        || sk_X509_push(known, r->ca) <= 0) {
        abort();
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)PKI_NOW);
    rv = OCSP_basic_verify(basic, known, store, 0);
    sk_X509_free(known);
    X509_STORE_free(store);
    return rv == 1;
}

static bool is_time(const ASN1_GENERALIZEDTIME *t, const char *text)
{
    return t != NULL && (size_t)ASN1_STRING_length(t) == strlen(text)
        && memcmp(ASN1_STRING_get0_data(t), text, strlen(text)) == 0;
}

/* What a client gets for a CertID. */
static void is_status(OCSP_BASICRESP *basic, ocsp_der_t id, int want_status,
                      int want_reason, const char *name)
{
    const unsigned char *at = id.data;
    OCSP_CERTID *asked = d2i_OCSP_CERTID(NULL, &at, (long)id.len);
    ASN1_GENERALIZEDTIME *revoked = NULL;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    int status = -1;
    int reason = -1;

    ok(asked != NULL
           && OCSP_resp_find_status(basic, asked, &status, &reason, &revoked,
                                    &this_update, &next_update)
                  == 1
           && status == want_status && reason == want_reason,
       "%s (status %d, reason %d)", name, status, reason);
    ok(is_time(this_update, EARLIER_TEXT) && is_time(next_update, TOMORROW_TEXT)
           && (status != V_OCSP_CERTSTATUS_REVOKED
               || is_time(revoked, NOW_TEXT)),
       "%s: its times", name);
    OCSP_CERTID_free(asked);
}

static ocsp_response_single_t single(ocsp_der_t id, ocsp_status_t status,
                                     int reason)
{
    return (ocsp_response_single_t){.certid = id,
                                    .status = status,
                                    .revocation_time = PKI_NOW,
                                    .reason = reason,
                                    .this_update = EARLIER,
                                    .next_update = PKI_NOW + PKI_DAY};
}

/* R83 R84 R92 R94: the status is given in hex; no singleExtensions. */
static pki_bytes_t single_der(ocsp_der_t id, const char *status)
{
    pki_bytes_t out = pki_cat(pki_copy(id.data, id.len), unhex(status));

    out = pki_cat(out, gtime(EARLIER_TEXT));
    return pki_wrap(0x30, pki_cat(out, pki_wrap(0xa0, gtime(TOMORROW_TEXT))));
}

static ocsp_der_t respond_with(const responder_t *r,
                               const ocsp_response_content_t *content,
                               apr_pool_t *p)
{
    ocsp_der_t out = {NULL, 1};
    const char *why = "";
    apr_status_t rv = ocsp_response_make(&out, r->templ, content, NULL, &why,
                                         p);

    if (!ok(rv == APR_SUCCESS && ERR_peek_error() == 0,
            "%s: made, no error left behind", r->name)) {
        printf("Bail out! %s\n", why);
        abort();
    }
    return out;
}

static ocsp_der_t respond(const responder_t *r,
                          const ocsp_response_single_t *singles, size_t count,
                          ocsp_der_t nonce, apr_pool_t *p)
{
    ocsp_response_content_t content = {singles, count, nonce, false, PKI_NOW};

    return respond_with(r, &content, p);
}

/* R40 R45 R46 R53 R54: three at once, in order, CertIDs as they came. */
static void test_three(const responder_t *r, ocsp_der_t nonce, apr_pool_t *p)
{
    pki_bytes_t ids[] = {certid(r, SHA1_NULL, EVP_sha1(),
                                "021500ff0102030405060708090a0b0c0d0e0f1011121"
                                "3"),
                         certid(r, SHA1_ABSENT, EVP_sha1(), "020101"),
                         certid(r, SHA256_ABSENT, EVP_sha256(), "02021000")};
    ocsp_response_single_t singles[] = {
        single(party_der(ids[0]), OCSP_STATUS_GOOD, OCSP_CRL_NO_REASON),
        single(party_der(ids[1]), OCSP_STATUS_REVOKED, 1),
        single(party_der(ids[2]), OCSP_STATUS_UNKNOWN, OCSP_CRL_NO_REASON)};
    ocsp_der_t got = respond(r, singles, 3, nonce, p);
    OCSP_BASICRESP *basic = parse(got, r->name);
    pki_bytes_t want;

    want = pki_cat(single_der(party_der(ids[0]), "8000"),
                   single_der(party_der(ids[1]), "a116180f323032363036303130303"
                                                 "03030305a"
                                                 "a0030a0101"));
    want = pki_cat(want, single_der(party_der(ids[2]), "8200"));
    want = whole(r, response_data(r, want, nonce, false),
                 OCSP_resp_get0_signature(basic));
    ok(ocsp_der_equal(got, party_der(want)), "%s: every octet as built by hand",
       r->name);
    ok(verifies(basic, r), "%s: OpenSSL verifies it", r->name);
    is_int(OCSP_resp_count(basic), 3, "one SingleResponse each");
    is_status(basic, party_der(ids[0]), V_OCSP_CERTSTATUS_GOOD, -1, "good");
    is_status(basic, party_der(ids[1]), V_OCSP_CERTSTATUS_REVOKED, 1,
              "revoked");
    is_status(basic, party_der(ids[2]), V_OCSP_CERTSTATUS_UNKNOWN, -1,
              "unknown");
    is_int(sk_X509_num(OCSP_resp_get0_certs(basic)), r->included ? 1 : -1,
           "a delegate's certificate alone");
    OCSP_BASICRESP_free(basic);
    free(want.data);
    free(ids[0].data);
    free(ids[1].data);
    free(ids[2].data);
}

static void test_kinds(apr_pool_t *p)
{
    static const struct {
        const char *name;
        pki_kind_t kind;
        bool delegate;
    } rows[] = {
        {"RSA delegate", PKI_RSA2048, true},
        {"RSA CA", PKI_RSA2048, false},
        {"P-256 delegate", PKI_P256, true},
        {"P-256 CA", PKI_P256, false},
        {"P-384 delegate", PKI_P384, true},
        {"P-384 CA", PKI_P384, false},
        {"Ed25519 delegate", PKI_ED25519, true},
        {"Ed25519 CA", PKI_ED25519, false},
    };
    pki_bytes_t nonce = unhex("041000112233445566778899aabbccddeeff");
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        responder_t r = make_responder(rows[i].name, rows[i].kind,
                                       rows[i].delegate, p);

        test_three(&r, (ocsp_der_t){NULL, 0}, p);
        test_three(&r, party_der(nonce), p);
        ok(r.templ->signer == r.signer, "%s: the template knows its signer",
           rows[i].name);
        free_responder(&r);
    }
    free(nonce.data);
}

/* R129: PSS only for keys that are for nothing else. */
static void test_pss(apr_pool_t *p)
{
    pki_bytes_t nonce = unhex("0401aa");
    responder_t r = make_responder_of("RSA-PSS delegate",
                                      party_pss_key(2048, NULL, NULL, 0),
                                      party_pss_key(2048, NULL, NULL, 0), p);

    test_three(&r, party_der(nonce), p);
    free_responder(&r);
    r = make_responder_of("RSA-PSS CA",
                          party_pss_key(2048, "SHA2-256", "SHA2-256", 20), NULL,
                          p);
    test_three(&r, party_der(nonce), p);
    free_responder(&r);
    free(nonce.data);
}

/* R106 R111 R112 R113: OpenSSL's request, its nonce marked critical. */
static void test_nonce(const responder_t *r, apr_pool_t *p)
{
    static const unsigned char octets[32] = {0, 1, 2, 0xff};
    unsigned char copy[sizeof(octets)];
    pki_bytes_t id = usual_certid(r);
    pki_bytes_t raw = unhex("ffeedd");
    ocsp_response_single_t one = single(party_der(id), OCSP_STATUS_GOOD,
                                        OCSP_CRL_NO_REASON);
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_BASICRESP *basic;
    X509_EXTENSION *ext;
    ASN1_OCTET_STRING *value;
    ocsp_der_t nonce;

    memcpy(copy, octets, sizeof(copy));
    if (OCSP_request_add1_nonce(request, copy, sizeof(copy)) != 1) {
        abort();
    }
    ext = OCSP_REQUEST_get_ext(request, 0);
    X509_EXTENSION_set_critical(ext, 1);
    value = X509_EXTENSION_get_data(ext);
    nonce.data = ASN1_STRING_get0_data(value);
    nonce.len = (size_t)ASN1_STRING_length(value);
    basic = parse(respond(r, &one, 1, nonce, p), "with a nonce");
    is_int(OCSP_check_nonce(request, basic), 1, "OpenSSL finds its nonce");
    ok(X509_EXTENSION_get_critical(OCSP_BASICRESP_get_ext(basic, 0)) == 0,
       "and it is not critical");
    OCSP_BASICRESP_free(basic);
    basic = parse(respond(r, &one, 1, (ocsp_der_t){NULL, 0}, p), "without");
    is_int(OCSP_check_nonce(request, basic), -1, "no nonce unless asked");
    is_int(OCSP_BASICRESP_get_ext_count(basic), 0, "and no extensions at all");
    OCSP_BASICRESP_free(basic);
    basic = parse(respond(r, &one, 1, party_der(raw), p), "a raw nonce");
    value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, 0));
    ok(ASN1_STRING_length(value) == 3
           && memcmp(ASN1_STRING_get0_data(value), raw.data, 3) == 0,
       "a nonce without an OCTET STRING in it comes back as it was");
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(request);
    free(id.data);
    free(raw.data);
}

/* R54 R55 R152: what CRLReason has, and nothing else. */
static void test_reasons(const responder_t *r, apr_pool_t *p)
{
    static const struct {
        int reason;
        int want;
    } rows[] = {{OCSP_CRL_NO_REASON, -1},
                {0, 0},
                {1, 1},
                {2, 2},
                {3, 3},
                {4, 4},
                {5, 5},
                {6, 6},
                {7, -1},
                {8, -1},
                {9, 9},
                {10, 10},
                {11, -1},
                {257, -1},
                {INT32_MIN, -1}};
    pki_bytes_t id = usual_certid(r);
    char name[40];
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ocsp_response_single_t one = single(party_der(id), OCSP_STATUS_REVOKED,
                                            rows[i].reason);
        OCSP_BASICRESP *basic = parse(respond(r, &one, 1, (ocsp_der_t){NULL, 0},
                                              p),
                                      "with a reason");

        (void)snprintf(name, sizeof(name), "reason %d", rows[i].reason);
        is_status(basic, party_der(id), V_OCSP_CERTSTATUS_REVOKED, rows[i].want,
                  name);
        OCSP_BASICRESP_free(basic);
    }
    free(id.data);
}

/* Lengths of one to three octets in every header. */
static void test_many(const responder_t *r, apr_pool_t *p)
{
    static const size_t counts[] = {1, 2, 20, 400, 700};
    static ocsp_response_single_t singles[700];
    pki_bytes_t id = certid(r, SHA256_ABSENT, EVP_sha256(), "020101");
    size_t i;

    for (i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
        singles[i] = single(party_der(id),
                            i % 2 ? OCSP_STATUS_REVOKED : OCSP_STATUS_GOOD, 1);
    }
    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        ocsp_der_t got = respond(r, singles, counts[i], (ocsp_der_t){NULL, 0},
                                 p);
        OCSP_BASICRESP *basic = parse(got, "of many");

        ok(verifies(basic, r) && (size_t)OCSP_resp_count(basic) == counts[i]
               && got.len > counts[i] * 130,
           "%zu certificates in %zu octets", counts[i], got.len);
        OCSP_BASICRESP_free(basic);
    }
    free(id.data);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    responder_t r = make_responder("P-256 delegate", PKI_P256, true, p);

    test_kinds(p);
    test_pss(p);
    test_nonce(&r, p);
    test_reasons(&r, p);
    test_many(&r, p);
    free_responder(&r);
    party_end(p);
    return done_testing();
}
