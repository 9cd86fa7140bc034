/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/request: what is parsed. request_strict.c has
 * malformed requests, request_url.c the target of a GET.
 */
#include "wire/request.h"

#include <openssl/ocsp.h>

#include "hex.h"
#include "tap.h"

#define H20 "0102030405060708090a0b0c0d0e0f1011121314"
#define CERTID(serial)                                                         \
    "30 3a 30 09 06 05 2b0e03021a 05 00 04 14 " H20 "04 14 " H20 "02 "         \
    "01" serial
#define REQUEST(serial) "30 3c" CERTID(serial)
#define ONE REQUEST("05")
/* Extensions under id-pkix-ocsp with an empty SEQUENCE as value. */
#define KNOWN(arc) "30 0f 06 09 2b06010505073001" arc "04 02 30 00"
#define CRITICAL(arc) "30 12 06 09 2b06010505073001" arc "01 01 ff 04 02 30 00"
#define NONCE "30 11 06 09 2b0601050507300102 04 04 04 02 abcd"
#define OTHER "30 08 06 02 2a03 04 02 0500"
#define LIMIT 3

/* One request as its parts; NULL is absent, list NULL is ONE. */
static const struct {
    const char *name;
    bool want;
    const char *version;    /* with its tag */
    const char *requestor;  /* with its tag */
    const char *list;       /* content of requestList */
    const char *extensions; /* content of requestExtensions' SEQUENCE */
    const char *tail;       /* after requestExtensions */
    const char *signature;  /* after tbsRequest */
} requests[] = {
    {"nothing but one certificate", true, 0, 0, 0, 0, 0, 0},
    /* R33 */
    {"version 1 spelt out", true, "a0 03 02 01 00", 0, 0, 0, 0, 0},
    {"version 2", false, "a0 03 02 01 01", 0, 0, 0, 0, 0},
    {"version -1", false, "a0 03 02 01 ff", 0, 0, 0, 0, 0},
    {"version 0 of two octets", false, "a0 04 02 02 00 00", 0, 0, 0, 0, 0},
    {"an empty version", false, "a0 00", 0, 0, 0, 0, 0},
    {"a version that is implicit", false, "80 01 00", 0, 0, 0, 0, 0},
    {"a version and more in its tag", false, "a0 06 02 01 00 02 01 00", 0, 0, 0,
     0, 0},
    {"a version twice", false, "a0 03 02 01 00 a0 03 02 01 00", 0, 0, 0, 0, 0},
    /* R38 */
    {"a requestorName", true, 0, "a1 0f a4 0d 300b3109300706035504030c00", 0, 0,
     0, 0},
    {"version and requestorName", true, "a0 03 02 01 00", "a1 04 82 02 6162", 0,
     0, 0, 0},
    {"an empty requestorName", false, 0, "a1 00", 0, 0, 0, 0},
    {"two names in a requestorName", false, 0, "a1 06 82 01 61 82 01 62", 0, 0,
     0, 0},
    {"a requestorName before the version", false, 0,
     "a1 03 82 01 61 a0 03 02 01 00", 0, 0, 0, 0},
    {"a signature", true, 0, 0, 0, 0, 0,
     "a0 0b 30 09 30 03 06 01 2a 03 02 00"
     "aa"},
    {"an empty signature", false, 0, 0, 0, 0, 0, "a0 00"},
    {"a signature that is no SEQUENCE", false, 0, 0, 0, 0, 0, "a0 02 04 00"},
    {"two signatures in one tag", false, 0, 0, 0, 0, 0, "a0 04 30 00 30 00"},
    {"two signatures", false, 0, 0, 0, 0, 0, "a0 02 30 00 a0 02 30 00"},
    {"something after the signature", false, 0, 0, 0, 0, 0, "a0 02 30 00 0500"},
    {"something instead of a signature", false, 0, 0, 0, 0, 0, "05 00"},
    /* R35, R40 */
    {"an empty requestList", false, 0, 0, "", 0, 0, 0},
    {"as many certificates as allowed", true, 0, 0, ONE ONE REQUEST("06"), 0, 0,
     0},
    {"one certificate too many", false, 0, 0, ONE ONE ONE ONE, 0, 0, 0},
    {"a bare CertID in the list", false, 0, 0, CERTID("05"), 0, 0, 0},
    {"an empty Request", false, 0, 0, "30 00", 0, 0, 0},
    {"a good Request, then a broken one", false, 0, 0, ONE "30 00", 0, 0, 0},
    {"something after a CertID", false, 0, 0, "30 3e" CERTID("05") "05 00", 0,
     0, 0},
    /* R36 */
    {"empty requestExtensions", true, 0, 0, 0, "", 0, 0},
    {"empty singleRequestExtensions", true, 0, 0,
     "30 40" CERTID("05") "a0 02 30 00", 0, 0, 0},
    {"a requestExtensions tag around nothing", false, 0, 0, 0, 0, "a2 00", 0},
    {"requestExtensions that declare more", false, 0, 0, 0, 0, "a2 05 30 00",
     0},
    {"requestExtensions without SEQUENCE", false, 0, 0, 0, 0, "a2 02 31 00", 0},
    {"two Extensions in one tag", false, 0, 0, 0, 0, "a2 04 30 00 30 00", 0},
    {"requestExtensions twice", false, 0, 0, 0, "", "a2 02 30 00", 0},
    {"requestExtensions of another tag", false, 0, 0, 0, 0, "a3 02 30 00", 0},
    /* R37 */
    {"an unknown extension", true, 0, 0, 0, OTHER, 0, 0},
    {"an unknown critical extension", false, 0, 0, 0,
     "30 0b 06 02 2a03 01 01 ff 04 02 0500", 0, 0},
    {"an unknown critical extension of one certificate", false, 0, 0,
     "30 4d" CERTID("05") "a0 0f 30 0d 30 0b 06 02 2a03 01 01 ff 04 02 0500", 0,
     0, 0},
    {"an unknown extension of one certificate", true, 0, 0,
     "30 4a" CERTID("05") "a0 0c 30 0a" OTHER, 0, 0, 0},
    {"an unknown extension said to be uncritical", true, 0, 0, 0,
     "30 0b 06 02 2a03 01 01 00 04 02 0500", 0, 0},
    {"a critical extension under our arc that is unknown", false, 0, 0, 0,
     CRITICAL("09"), 0, 0},
    {"a critical extension whose OID only begins as ours", false, 0, 0, 0,
     "30 13 06 0a 2b060105050730010201 01 01 ff 04 02 3000", 0, 0},
    {"a critical extension whose OID is our arc", false, 0, 0, 0,
     "30 11 06 08 2b06010505073001 01 01 ff 04 02 3000", 0, 0},
    {"a critical extension of another arc as long as ours", false, 0, 0, 0,
     "30 12 06 09 2b0601050507030102 01 01 ff 04 02 3000", 0, 0},
    {"a criticality that is neither", false, 0, 0, 0,
     "30 0b 06 02 2a03 01 01 01 04 02 0500", 0, 0},
    {"criticality twice", false, 0, 0, 0,
     "30 0e 06 02 2a03 01 01 00 01 01 00 04 02 0500", 0, 0},
    {"an extension without a value", false, 0, 0, 0, "30 04 06 02 2a03", 0, 0},
    {"an extension of an empty OID", false, 0, 0, 0, "30 04 06 00 04 00", 0, 0},
    {"an extension with two values", false, 0, 0, 0,
     "30 08 06 02 2a03 04 00 04 00", 0, 0},
    {"an extension that is a SET", false, 0, 0, 0, "31 06 06 02 2a03 04 00", 0,
     0},
    {"a critical CrlID", true, 0, 0, 0, CRITICAL("03"), 0, 0},
    /* R117 */
    {"a critical AcceptableResponses", true, 0, 0, 0, CRITICAL("04"), 0, 0},
    {"a critical archive cutoff", true, 0, 0, 0, CRITICAL("06"), 0, 0},
    {"a critical service locator", true, 0, 0, 0, CRITICAL("07"), 0, 0},
    /* R119 */
    {"critical preferred signatures", true, 0, 0, 0, CRITICAL("08"), 0, 0},
    {"preferred signatures that are no DER", true, 0, 0, 0,
     "30 0f 06 09 2b0601050507300108 04 02 ffff", 0, 0},
    {"a critical service locator of one certificate", true, 0, 0,
     "30 54" CERTID("05") "a0 16 30 14" CRITICAL("07"), 0, 0, 0},
    {"AcceptableResponses, a nonce, another", true, 0, 0, 0,
     KNOWN("04") NONCE OTHER, 0, 0},
    /* R113 */
    {"a critical nonce", true, 0, 0, 0, CRITICAL("02"), 0, 0},
    /* R114 */
    {"two nonces", false, 0, 0, 0, NONCE NONCE, 0, 0},
    {"a nonce of one certificate, which is none", true, 0, 0,
     "30 53" CERTID("05") "a0 15 30 13" NONCE, 0, 0, 0},
};

static pki_bytes_t maybe(const char *hex)
{
    return unhex(hex ? hex : "");
}

static pki_bytes_t build(size_t i)
{
    pki_bytes_t tbs = pki_cat(maybe(requests[i].version),
                              maybe(requests[i].requestor));

    tbs = pki_cat(tbs, pki_wrap(0x30, unhex(requests[i].list ? requests[i].list
                                                             : ONE)));
    if (requests[i].extensions) {
        tbs = pki_cat(tbs,
                      pki_wrap(0xa2,
                               pki_wrap(0x30, unhex(requests[i].extensions))));
    }
    tbs = pki_wrap(0x30, pki_cat(tbs, maybe(requests[i].tail)));
    return pki_wrap(0x30, pki_cat(tbs, maybe(requests[i].signature)));
}

static bool parses(pki_bytes_t der, ocsp_request_t *request,
                   ocsp_certid_t *certids, size_t max)
{
    return ocsp_request_parse(request, certids, max, der.data, der.len);
}

static void test_requests(void)
{
    ocsp_certid_t certids[LIMIT];
    size_t i;

    for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        pki_bytes_t der = build(i);
        ocsp_request_t request = {.certid_count = 4711};

        ok(parses(der, &request, certids, LIMIT) == requests[i].want
               && (request.certid_count <= LIMIT) == requests[i].want
               && (request.certids == certids) == requests[i].want,
           "%s: %s", requests[i].name, requests[i].want ? "read" : "malformed");
        free(der.data);
    }
}

/* A request of this list with these requestExtensions, which it takes. */
static pki_bytes_t make(const char *list, pki_bytes_t extensions)
{
    extensions = pki_wrap(0xa2, pki_wrap(0x30, extensions));
    return pki_wrap(0x30, pki_wrap(0x30, pki_cat(pki_wrap(0x30, unhex(list)),
                                                 extensions)));
}

static pki_bytes_t make_nonce(const unsigned char *value, size_t len)
{
    return make(ONE,
                pki_wrap(0x30, pki_cat(unhex("06 09 2b0601050507300102"),
                                       pki_wrap(0x04, pki_copy(value, len)))));
}

static void test_result(void)
{
    ocsp_certid_t certids[LIMIT];
    ocsp_request_t request;
    pki_bytes_t der = make(ONE REQUEST("85") ONE, unhex(NONCE));

    ok(parses(der, &request, certids, LIMIT) && request.certid_count == 3,
       "three certificates and a nonce are read");
    /* R40, R41 */
    ok(certids[0].serial.data[0] == 5 && certids[1].serial.data[0] == 0x85
           && certids[2].serial.data[0] == 5,
       "in order, and the same one twice is twice there");
    ok(certids[0].hash == OCSP_CERTID_SHA1 && certids[0].der.len == 60
           && certids[0].der.data[0] == 0x30,
       "each CertID is kept whole");
    /* R106, R113: what is echoed is the value, without criticality. */
    ok(request.nonce.len == 4
           && request.nonce.data + request.nonce.len == der.data + der.len,
       "the nonce is the extnValue's content");
    ok(!parses(der, &request, certids, 2), "a lower limit holds");
    ok(!parses(der, &request, certids, 0), "a limit of none refuses all");
    free(der.data);
}

/* R106, R107, R108, R112: filler, alone or in the OCTET STRING that RFC 9654
 * section 2.1 wants. */
static void check_nonce(size_t len, bool inner)
{
    unsigned char filler[140];
    pki_bytes_t value, der;
    ocsp_certid_t certids[LIMIT];
    ocsp_request_t request = {0};
    bool want = len >= 1 && len <= OCSP_REQUEST_NONCE_MAX;

    memset(filler, 0xdd, sizeof(filler));
    value = exact(filler, len);
    if (inner) {
        value = pki_wrap(0x04, value);
    }
    der = make_nonce(value.data, value.len);
    ok(parses(der, &request, certids, LIMIT) == want
           && request.nonce.len == (want ? value.len : 0)
           && (!want || !memcmp(request.nonce.data, value.data, value.len)),
       "a nonce of %zu octets %s is %s", len,
       inner ? "as it should be" : "bare", want ? "kept whole" : "malformed");
    free(value.data);
    free(der.data);
}

static void test_nonce(void)
{
    static const struct {
        const char *name;
        const char *value;
        bool want;
    } rows[] = {
        {"RFC 9654 section 2.1's 32 octets",
         "04 20" H20 "a0a1a2a3a4a5a6a7a8a9"
         "aaab",
         true},
        {"an empty inner OCTET STRING", "04 00", false},
        {"an inner one that wants more is bare", "04 05 aabb", true},
        {"an inner one with something after it is bare", "04 01 aa bb", true},
        {"an empty inner one with something after it is bare", "04 00 aa",
         true},
        {"an inner tag alone is bare", "04", true},
        {"an inner INTEGER is bare", "02 01 05", true},
    };
    size_t i;

    for (i = 0; i <= 140; i++) {
        check_nonce(i, true);
        check_nonce(i, false);
    }
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t value = unhex(rows[i].value);
        pki_bytes_t der = make_nonce(value.data, value.len);
        ocsp_certid_t certids[LIMIT];
        ocsp_request_t request = {0};

        ok(parses(der, &request, certids, LIMIT) == rows[i].want
               && request.nonce.len == (rows[i].want ? value.len : 0),
           "nonce: %s", rows[i].name);
        free(value.data);
        free(der.data);
    }
}

/* What libcrypto asks, with every hash and signed: the other opinion. */
static void test_against_libcrypto(const EVP_MD *md, bool sign)
{
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("Example CA", key, NULL);
    OCSP_REQUEST *theirs = OCSP_REQUEST_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ocsp_certid_t certids[LIMIT];
    ocsp_request_t request = {0};
    unsigned char *der = NULL;
    int i, len;

    for (i = 1; i <= LIMIT; i++) {
        ASN1_INTEGER_set_uint64(serial, 0x8f00 + (unsigned)i);
        OCSP_request_add0_id(theirs,
                             OCSP_cert_id_new(md, X509_get_subject_name(ca),
                                              X509_get0_pubkey_bitstr(ca),
                                              serial));
    }
    OCSP_request_add1_nonce(theirs, NULL, 32);
    if (sign) {
        OCSP_request_sign(theirs, ca, key, EVP_sha256(), NULL, 0);
    }
    len = i2d_OCSP_REQUEST(theirs, &der);
    ok(len > 0 && ocsp_request_parse(&request, certids, LIMIT, der, (size_t)len)
           && request.certid_count == LIMIT && request.nonce.len == 34
           && (request.signed_with.data != NULL) == sign,
       "libcrypto's request with %s%s is read", EVP_MD_get0_name(md),
       sign ? " and a signature" : "");
    for (i = 0; i < (int)request.certid_count; i++) {
        ok(certids[i].serial.len == 2
               && certids[i].serial.data[1] == (unsigned char)(i + 1)
               && certids[i].name_hash.len == (size_t)EVP_MD_get_size(md),
           "its serial number %d is what was asked for", i + 1);
    }
    OPENSSL_free(der);
    ASN1_INTEGER_free(serial);
    OCSP_REQUEST_free(theirs);
    X509_free(ca);
    EVP_PKEY_free(key);
}

int main(void)
{
    test_requests();
    test_result();
    test_nonce();
    test_against_libcrypto(EVP_sha1(), false);
    test_against_libcrypto(EVP_sha256(), true);
    test_against_libcrypto(EVP_sha512(), false);
    return done_testing();
}
