/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/certid, compared with the CertIDs of libcrypto.
 */
#include "wire/certid.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "hex.h"
#include "tap.h"

#define SHA1 "30 09 06 05 2b0e03021a 05 00"
#define H20 "0102030405060708090a0b0c0d0e0f1011121314"
#define HASH20 "04 14 " H20
#define H32 H20 "15161718191a1b1c1d1e1f20"
#define H48 H32 "2122232425262728292a2b2c2d2e2f30"
#define H64 H48 "3132333435363738393a3b3c3d3e3f40"
#define SERIAL "02 03 010203"

static const struct {
    const char *name;
    const char *algorithm;
    const char *name_hash;
    const char *key_hash;
    const char *serial;
    bool want;
    ocsp_certid_hash_t hash;
} certids[] = {
    {"SHA-1 with NULL", SHA1, HASH20, HASH20, SERIAL, true, OCSP_CERTID_SHA1},
    /* R46 */
    {"SHA-1 without parameters", "30 07 06 05 2b0e03021a", HASH20, HASH20,
     SERIAL, true, OCSP_CERTID_SHA1},
    /* R44 */
    {"SHA-256 with NULL", "30 0d 06 09 608648016503040201 05 00", "04 20" H32,
     "04 20" H32, SERIAL, true, OCSP_CERTID_SHA256},
    {"SHA-256 without parameters", "30 0b 06 09 608648016503040201",
     "04 20" H32, "04 20" H32, SERIAL, true, OCSP_CERTID_SHA256},
    {"SHA-384", "30 0b 06 09 608648016503040202", "04 30" H48, "04 30" H48,
     SERIAL, true, OCSP_CERTID_SHA384},
    {"SHA-512", "30 0b 06 09 608648016503040203", "04 40" H64, "04 40" H64,
     SERIAL, true, OCSP_CERTID_SHA512},
    /* R52 */
    {"MD5", "30 0c 06 08 2a864886f70d0205 05 00", "04 02 0102", "04 02 0102",
     SERIAL, true, OCSP_CERTID_OTHER},
    {"SHA-224, with the lengths of SHA-1", "30 0b 06 09 608648016503040204",
     HASH20, HASH20, SERIAL, true, OCSP_CERTID_OTHER},
    {"an unknown hash with any parameters",
     "30 0e 06 02 2a03 30 08 02 01 01 02 03 010000", HASH20, HASH20, SERIAL,
     true, OCSP_CERTID_OTHER},
    {"SHA-1 with other parameters", "30 0a 06 05 2b0e03021a 02 01 00", HASH20,
     HASH20, SERIAL, true, OCSP_CERTID_OTHER},
    {"a name hash too short", SHA1, "04 02 0102", HASH20, SERIAL, true,
     OCSP_CERTID_OTHER},
    {"a key hash too long", SHA1, HASH20, "04 15 00" H20, SERIAL, true,
     OCSP_CERTID_OTHER},
    {"empty hashes", SHA1, "04 00", "04 00", SERIAL, true, OCSP_CERTID_OTHER},
    {"SHA-256's name with SHA-1's lengths", "30 0b 06 09 608648016503040201",
     HASH20, HASH20, SERIAL, true, OCSP_CERTID_OTHER},
    /* R34 */
    {"no algorithm", "30 00", HASH20, HASH20, SERIAL, false, 0},
    {"an empty OID", "30 02 06 00", HASH20, HASH20, SERIAL, false, 0},
    {"no OID", "30 02 05 00", HASH20, HASH20, SERIAL, false, 0},
    {"a NULL that holds something", "30 0a 06 05 2b0e03021a 05 01 00", HASH20,
     HASH20, SERIAL, false, 0},
    {"two parameters", "30 0b 06 05 2b0e03021a 05 00 05 00", HASH20, HASH20,
     SERIAL, false, 0},
    {"broken parameters", "30 09 06 05 2b0e03021a 05 01", HASH20, HASH20,
     SERIAL, false, 0},
    {"an algorithm that is a SET", "31 09 06 05 2b0e03021a 05 00", HASH20,
     HASH20, SERIAL, false, 0},
    {"a name hash that is a BIT STRING", SHA1, "03 14 " H20, HASH20, SERIAL,
     false, 0},
    {"a constructed key hash", SHA1, HASH20, "24 16 " HASH20, SERIAL, false, 0},
    {"no key hash", SHA1, HASH20, "", SERIAL, false, 0},
    {"no serial number", SHA1, HASH20, HASH20, "", false, 0},
    {"an ENUMERATED serial number", SHA1, HASH20, HASH20, "0a 01 01", false, 0},
    {"an empty serial number", SHA1, HASH20, HASH20, "02 00", false, 0},
    /* W2 */
    {"a padded serial number", SHA1, HASH20, HASH20, "02 02 00 05", false, 0},
    {"a serial number padded twice", SHA1, HASH20, HASH20, "02 03 00 00 85",
     false, 0},
    {"a padded zero", SHA1, HASH20, HASH20, "02 02 00 00", false, 0},
    {"a padded negative one", SHA1, HASH20, HASH20, "02 03 ff ff 05", false, 0},
    {"a padded minus one", SHA1, HASH20, HASH20, "02 02 ff ff", false, 0},
    {"a padded serial number of 64 octets", SHA1, HASH20, HASH20,
     "02 40 00 01 " H20 H20 H20 "0102", false, 0},
    {"zero", SHA1, HASH20, HASH20, "02 01 00", true, OCSP_CERTID_SHA1},
    {"a sign octet", SHA1, HASH20, HASH20, "02 02 00 85", true,
     OCSP_CERTID_SHA1},
    {"a negative serial number", SHA1, HASH20, HASH20, "02 02 ff 05", true,
     OCSP_CERTID_SHA1},
    {"a serial number of 64 octets", SHA1, HASH20, HASH20, "02 40" H64, true,
     OCSP_CERTID_SHA1},
    {"a serial number of 65 octets", SHA1, HASH20, HASH20, "02 41 01" H64,
     false, 0},
    {"something after the serial number", SHA1, HASH20, HASH20, SERIAL "05 00",
     false, 0},
};

static pki_bytes_t make_certid(size_t i)
{
    return pki_wrap(0x30, pki_cat(pki_cat(unhex(certids[i].algorithm),
                                          unhex(certids[i].name_hash)),
                                  pki_cat(unhex(certids[i].key_hash),
                                          unhex(certids[i].serial))));
}

static void test_parse(void)
{
    size_t i;

    for (i = 0; i < sizeof(certids) / sizeof(certids[0]); i++) {
        pki_bytes_t der = make_certid(i);
        pki_bytes_t more = pki_cat(pki_copy(der.data, der.len), unhex("aa"));
        ocsp_der_t in = {der.data, der.len}, longer = {more.data, more.len};
        ocsp_certid_t id = {.hash = OCSP_CERTID_HASHES};

        ok(ocsp_certid_parse(&id, &in) == certids[i].want
               && id.hash
                      == (certids[i].want ? certids[i].hash
                                          : OCSP_CERTID_HASHES)
               && in.len == (certids[i].want ? 0 : der.len),
           "a CertID with %s is %s", certids[i].name,
           !certids[i].want                       ? "refused"
           : certids[i].hash == OCSP_CERTID_OTHER ? "nobody's"
                                                  : "read");
        if (certids[i].want) {
            /* R45: what is echoed is all of it and nothing else. */
            ok(ocsp_certid_parse(&id, &longer) && longer.len == 1
                   && id.der.data == more.data && id.der.len == der.len,
               "and its bytes are kept whole");
        }
        free(der.data);
        free(more.data);
    }
}

static void test_cut(void)
{
    pki_bytes_t der = make_certid(0);
    size_t cut;

    for (cut = 0; cut < der.len; cut++) {
        pki_bytes_t piece = pki_copy(der.data, cut);
        ocsp_der_t in = {piece.data, piece.len};
        ocsp_certid_t id = {.hash = OCSP_CERTID_HASHES};

        ok(!ocsp_certid_parse(&id, &in) && in.len == cut
               && id.hash == OCSP_CERTID_HASHES,
           "a CertID cut to %zu octets is refused", cut);
        free(piece.data);
    }
    free(der.data);
}

/* R42, R43 */
static void test_serial(void)
{
    static const struct {
        const char *name;
        const char *content;
        const char *want; /* NULL: refused */
    } rows[] = {
        {"a small one", "05", "05"},
        {"zero", "00", "00"},
        {"zero, padded", "00 00 00", "00"},
        {"a sign octet is cut", "00 80", "80"},
        {"20 octets with the high bit set", "00 ff" H20, "ff" H20},
        {"padding is cut", "00 00 00 05", "05"},
        {"padding and sign octet are cut", "00 00 00 85", "85"},
        {"only one of the zeros inside a number is a sign", "00 80 00",
         "80 00"},
        {"a negative one meets its positive twin", "85", "85"},
        {"FF that could be padding or number", "ff 85", NULL},
        {"FF twice", "ff ff 85", NULL},
        {"a negative one that needs its FF", "ff 05", "ff 05"},
        {"a positive one that begins with FF", "00 ff 85", "ff 85"},
        {"minus one", "ff", "ff"},
        {"minus one, padded", "ff ff ff", NULL},
        {"64 octets", H64, H64},
        {"65 octets, one of them padding", "00" H64, NULL},
        {"65 octets", "01" H64, NULL},
        {"nothing", "", NULL},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t content = unhex(rows[i].content);
        pki_bytes_t want = unhex(rows[i].want ? rows[i].want : "");
        ocsp_der_t in = {content.data, content.len}, out = {NULL, 4711};
        bool got = ocsp_certid_serial(&out, in);

        ok(got == (rows[i].want != NULL)
               && (got ? out.len == want.len
                             && !memcmp(out.data, want.data, want.len)
                       : out.data == NULL && out.len == 4711),
           "serial number: %s", rows[i].name);
        free(content.data);
        free(want.data);
    }
}

static void hash_cert(ocsp_certid_issuer_t *out, X509 *cert)
{
    const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
    const unsigned char *name = NULL;
    size_t name_len = 0;

    X509_NAME_get0_der(X509_get_subject_name(cert), &name, &name_len);
    ocsp_der_t dn = {name, name_len};
    ocsp_der_t key = {ASN1_STRING_get0_data(bits),
                      (size_t)ASN1_STRING_length(bits)};

    ok(ocsp_certid_hash_issuer(out, dn, key), "an issuer is hashed");
}

static const struct {
    const char *name;
    const EVP_MD *(*md)(void);
    size_t len;
} digests[OCSP_CERTID_HASHES] = {
    {"SHA-1", EVP_sha1, 20},
    {"SHA-256", EVP_sha256, 32},
    {"SHA-384", EVP_sha384, 48},
    {"SHA-512", EVP_sha512, 64},
};

/* R44, R49, R50: what libcrypto asks for with each hash. */
static void test_against_libcrypto(X509 *ca, X509 *namesake, X509 *other,
                                   unsigned hash)
{
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    unsigned char *der = NULL;
    ocsp_certid_issuer_t issuer, twin, stranger;
    ocsp_certid_t id = {.hash = OCSP_CERTID_OTHER};
    OCSP_CERTID *theirs;
    ocsp_der_t in;
    int len;

    hash_cert(&issuer, ca);
    hash_cert(&twin, namesake);
    hash_cert(&stranger, other);
    ASN1_INTEGER_set_uint64(serial, 0xfedcba9876543210);
    theirs = OCSP_cert_id_new(digests[hash].md(), X509_get_subject_name(ca),
                              X509_get0_pubkey_bitstr(ca), serial);
    len = i2d_OCSP_CERTID(theirs, &der);
    in.data = der;
    in.len = len > 0 ? (size_t)len : 0;
    ok(ocsp_certid_parse(&id, &in) && ocsp_der_at_end(&in) && id.hash == hash
           && ocsp_certid_hash_len(id.hash) == digests[hash].len,
       "libcrypto's CertID with %s is read", digests[hash].name);
    ok(id.serial.len == 8 && id.serial.data[0] == 0xfe, "its serial number is "
                                                        "without the sign "
                                                        "octet");
    ok(ocsp_certid_is_issuer(&id, &issuer), "it names its issuer");
    ok(!ocsp_certid_is_issuer(&id, &twin), "not one of the same name");
    ok(!ocsp_certid_is_issuer(&id, &stranger), "not one of the same key");
    id.hash = OCSP_CERTID_OTHER;
    ok(!ocsp_certid_is_issuer(&id, &issuer), "under no hash it names nobody");
    OPENSSL_free(der);
    OCSP_CERTID_free(theirs);
    ASN1_INTEGER_free(serial);
}

/* A failing libcrypto: a digest that no provider has. */
static void test_failure(void)
{
    static const unsigned char byte[] = {0x30};
    ocsp_der_t in = {byte, 1};
    ocsp_certid_issuer_t out;

    memset(&out, 0xee, sizeof(out));
    EVP_set_default_properties(NULL, "provider=nobody");
    ok(!ocsp_certid_hash_issuer(&out, in, in), "a failing digest is reported");
    EVP_set_default_properties(NULL, "");
    ok(out.name[0][0] == 0xee && out.key[3][63] == 0xee, "and nothing is "
                                                         "written");
    is_int((long long)ERR_peek_error(), 0, "OpenSSL's error queue is empty");
    ok(ocsp_certid_hash_issuer(&out, in, in) && out.name[0][20] == 0
           && out.key[0][63] == 0,
       "what a digest does not fill is zero");
}

int main(void)
{
    EVP_PKEY *key = pki_make_key(PKI_P256), *key2 = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("Example CA", key, NULL);
    X509 *namesake = pki_make_ca("Example CA", key2, NULL);
    X509 *other = pki_make_ca("Other CA", key, NULL);
    unsigned hash;

    test_parse();
    test_cut();
    test_serial();
    for (hash = 0; hash < OCSP_CERTID_HASHES; hash++) {
        test_against_libcrypto(ca, namesake, other, hash);
    }
    is_int((long long)ocsp_certid_hash_len(OCSP_CERTID_OTHER), 0,
           "an unknown hash has no length");
    test_failure();
    X509_free(ca);
    X509_free(namesake);
    X509_free(other);
    EVP_PKEY_free(key);
    EVP_PKEY_free(key2);
    return done_testing();
}
