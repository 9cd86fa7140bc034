/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/issuer, and of ocsp_file_read in src/status/file.
 */
#include <apr_general.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki.h"
#include "status/file.h"
#include "status/issuer.h"
#include "tap.h"

static apr_pool_t *pool;
static EVP_PKEY *key;

/* Parse bytes of exactly this length; they are freed. */
static apr_status_t parse(ocsp_issuer_t **out, pki_bytes_t b, const char **why)
{
    ocsp_der_t content = {b.data, b.len};
    apr_status_t rv;

    *why = NULL;
    rv = ocsp_issuer_parse(out, content, "ca.pem", why, pool);
    free(b.data);
    return rv;
}

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static void accepts(pki_bytes_t b, const char *name)
{
    ocsp_issuer_t *issuer;
    const char *why;
    apr_status_t rv = parse(&issuer, b, &why);

    ok(rv == APR_SUCCESS && issuer != NULL && ERR_peek_error() == 0, "%s (%s)",
       name, rv == APR_SUCCESS ? "" : why);
}

static void refuses(pki_bytes_t b, const char *reason, const char *name)
{
    ocsp_issuer_t *issuer;
    const char *why;
    apr_status_t rv = parse(&issuer, b, &why);

    ok(rv == OCSP_EMALFORMED && issuer == NULL && why != NULL
           && strncmp(why, "ca.pem: ", 8) == 0 && strstr(why, reason) != NULL
           && ERR_peek_error() == 0,
       "%s (%s)", name, why != NULL ? why : "");
}

static void test_forms(X509 *ca)
{
    pki_bytes_t der = pki_cert_der(ca);

    accepts(pki_cert_pem(ca), "a PEM certificate is taken");
    accepts(pki_cert_der(ca), "a DER certificate is taken");
    accepts(pki_cat(text("Issuing CA\r\n\r\n"), pki_cert_pem(ca)), "text "
                                                                   "before the "
                                                                   "certificate"
                                                                   " is passed "
                                                                   "over");
    accepts(pki_cat(pki_key_pem(key), pki_cert_pem(ca)), "a key beside the "
                                                         "certificate is "
                                                         "passed over");
    accepts(pki_cat(pki_cert_pem(ca), text("\n\n")), "empty lines at the end "
                                                     "do no harm");
    refuses(pki_copy("", 0), "not one X.509", "an empty file is refused");
    refuses(text("hello\n"), "not one X.509", "a text is refused");
    refuses(pki_cat(pki_cert_der(ca), text("x")), "section 4.1",
            "DER with an octet left over is refused");
    refuses(pki_copy(der.data, der.len - 1), "section 4.1",
            "DER that is cut off is refused");
    refuses(pki_cat(pki_cert_pem(ca), text("-----BEGIN CERTIFICATE-----\nAA")),
            "not one X.509", "PEM with a broken second object is refused");
    refuses(text("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
                 "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                 "AAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n"),
            "not one X.509", "an encrypted object is refused without asking");
    free(der.data);
}

static void test_several(X509 *ca)
{
    X509 *other = pki_make_ca("Other CA", key, NULL);
    pki_bytes_t many = pki_cat(pki_cert_pem(ca), pki_cert_pem(other));
    int i;

    refuses(pki_copy(many.data, many.len),
            "2 certificates (CN=Test CA; "
            "CN=Other CA)",
            "two certificates are refused and named");
    for (i = 0; i < 10; i++) {
        many = pki_cat(many, pki_cert_pem(other));
    }
    refuses(many, "12 certificates", "twelve certificates are counted");
    many = pki_cat(pki_cert_der(ca), pki_cert_der(other));
    refuses(pki_copy(many.data, many.len),
            "2 certificates (CN=Test CA; CN=Other CA): name a file",
            "two in DER as well");
    refuses(pki_copy(many.data, many.len - 1), "not one X.509",
            "the second of which is cut off");
    refuses(pki_cat(many, text("\n")), "not one X.509",
            "with something behind them");
    X509_free(other);
}

static void test_ca(X509 *ca)
{
    pki_cert_opts_t v1 = {.v1 = true};
    pki_cert_opts_t no_basic = {.basic = ""};
    pki_cert_opts_t not_ca = {.basic = "critical,CA:FALSE"};
    pki_cert_opts_t no_crls = {.key_usage = "critical,keyCertSign"};
    pki_cert_opts_t no_usage = {.key_usage = ""};
    X509 *cert;
    ocsp_issuer_t *issuer;
    const char *why;

    cert = pki_make_ca("Old Root", key, &v1);
    accepts(pki_cert_der(cert), "a self-signed certificate of version 1 is a "
                                "CA's");
    X509_free(cert);
    cert = pki_make_delegate("Old Leaf", key, ca, key, &v1);
    refuses(pki_cert_der(cert), "is not a CA",
            "another of version 1 is not a CA's");
    X509_free(cert);
    cert = pki_make_ca("No Basic", key, &no_basic);
    refuses(pki_cert_der(cert), "section 4.2.1.9",
            "version 3 without basicConstraints is not a CA's");
    X509_free(cert);
    cert = pki_make_ca("Leaf", key, &not_ca);
    refuses(pki_cert_der(cert), "CN=Leaf is not a CA: name the certificate",
            "basicConstraints without cA is refused, with the remedy");
    X509_free(cert);
    cert = pki_make_delegate("Responder", key, ca, key, NULL);
    refuses(pki_cert_der(cert), "is not a CA", "a delegate's is refused");
    X509_free(cert);
    cert = pki_make_ca("No CRLs", key, &no_crls);
    ok(parse(&issuer, pki_cert_der(cert), &why) == APR_SUCCESS
           && !issuer->may_sign_crls,
       "keyUsage without cRLSign: a CA that signs no CRLs"); /* R135 */
    X509_free(cert);
    cert = pki_make_ca("No Usage", key, &no_usage);
    ok(parse(&issuer, pki_cert_der(cert), &why) == APR_SUCCESS
           && issuer->may_sign_crls,
       "no keyUsage: a CA that may sign CRLs");
    X509_free(cert);
}

/* What OpenSSL hashes for OCSP_cert_to_id: R49. */
/* Parse a CRL signer's certificate, which is freed. */
static const ocsp_issuer_t *parse_signer(X509 *cert, const char **why)
{
    pki_bytes_t der = pki_cert_der(cert);
    ocsp_issuer_t *signer;

    *why = "";
    (void)ocsp_issuer_parse_crl_signer(&signer, (ocsp_der_t){der.data, der.len},
                                       "signer.pem", why, pool);
    free(der.data);
    X509_free(cert);
    return signer;
}

static void refuses_signer(X509 *cert, const char *reason, const char *name)
{
    const char *why = "";
    const ocsp_issuer_t *signer = parse_signer(cert, &why);

    ok(signer == NULL && strncmp(why, "signer.pem: ", 12) == 0
           && strstr(why, reason) != NULL && ERR_peek_error() == 0,
       "%s (%s)", name, why);
}

/* R135: certificates that sign CRLs alone. */
static void test_crl_signer(X509 *ca)
{
    pki_cert_opts_t opts = {.key_usage = "critical,cRLSign", .eku = ""};
    const ocsp_issuer_t *signer;
    const char *why;
    ocsp_issuer_t *none;

    signer = parse_signer(pki_make_delegate("Signer", key, ca, key, &opts),
                          &why);
    ok(signer != NULL && signer->may_sign_crls
           && strcmp(signer->subject, "CN=Signer") == 0,
       "a CRL signer that is not a CA (%s)", why);
    opts.key_usage = "";
    signer = parse_signer(pki_make_delegate("Signer", key, ca, key, &opts),
                          &why);
    ok(signer != NULL, "one without keyUsage (%s)", why);
    signer = parse_signer(pki_make_ca("Signer", key, NULL), &why);
    ok(signer != NULL, "one that is a CA (%s)", why);
    opts.key_usage = "critical,digitalSignature";
    refuses_signer(pki_make_delegate("Signer", key, ca, key, &opts),
                   "section 6.3.3 (f): the keyUsage of CN=Signer has no "
                   "cRLSign",
                   "not one whose keyUsage has no cRLSign");
    opts.key_usage = "DER:0500";
    refuses_signer(pki_make_delegate("Signer", key, ca, key, &opts),
                   "has extensions that cannot be read",
                   "not one with a keyUsage that cannot be read");
    ok(ocsp_issuer_parse_crl_signer(&none, (ocsp_der_t){(const void *)"x", 1},
                                    "signer.pem", &why, pool)
               == OCSP_EMALFORMED
           && none == NULL
           && strstr(why, "name the file of the CRL signer's certificate")
                  != NULL,
       "nor what is no certificate (%s)", why);
}

/* R135: when a certificate is valid, its limits included. */
static void test_validity(X509 *ca)
{
    const pki_cert_opts_t opts = {.key_usage = "critical,cRLSign",
                                  .not_before = PKI_NOW,
                                  .not_after = PKI_NOW + 5};
    const char *why;
    const ocsp_issuer_t *signer =
        parse_signer(pki_make_delegate("Signer", key, ca, key, &opts), &why);

    ok(!ocsp_issuer_is_valid(signer, PKI_NOW - 1)
           && ocsp_issuer_is_valid(signer, PKI_NOW)
           && ocsp_issuer_is_valid(signer, PKI_NOW + 5)
           && !ocsp_issuer_is_valid(signer, PKI_NOW + 6),
       "a certificate is valid from notBefore to notAfter");
}

static const ocsp_issuer_t *parse_ca(X509 *cert)
{
    ocsp_issuer_t *issuer;
    const char *why;

    (void)parse(&issuer, pki_cert_der(cert), &why);
    X509_free(cert);
    return issuer;
}

/* C6: self-issued certificates for a new key, and for the old one. */
static void test_is_linked(X509 *ca)
{
    const pki_cert_opts_t opts = {.basic = "critical,CA:TRUE",
                                  .key_usage = "critical,keyCertSign,cRLSign",
                                  .eku = ""};
    EVP_PKEY *key2 = pki_make_key(PKI_P256);
    X509 *parent = pki_make_ca("Parent", key, NULL);
    const ocsp_issuer_t *old = parse_ca(pki_make_ca("Test CA", key, NULL));
    const ocsp_issuer_t *new = parse_ca(pki_make_ca("Test CA", key2, NULL));
    const ocsp_issuer_t *new_with_old = parse_ca(
        pki_make_delegate("Test CA", key2, ca, key, &opts));
    const ocsp_issuer_t *forged = parse_ca(
        pki_make_delegate("Test CA", key2, ca, key2, &opts));
    const ocsp_issuer_t *child = parse_ca(
        pki_make_delegate("Test CA", key2, parent, key, &opts));
    const ocsp_issuer_t *other = parse_ca(
        pki_make_delegate("Other CA", key2, ca, key, &opts));

    ok(ocsp_issuer_is_linked(old, new_with_old)
           && ocsp_issuer_is_linked(new_with_old, old),
       "C6: a self-issued certificate connects two keys, either way");
    ok(!ocsp_issuer_is_linked(old, new), "two self-signed ones do not");
    ok(!ocsp_issuer_is_linked(old, old), "nor a certificate with itself");
    ok(!ocsp_issuer_is_linked(old, forged),
       "nor one that the other key has not signed");
    ok(!ocsp_issuer_is_linked(old, child), "nor one by a CA of another name");
    ok(!ocsp_issuer_is_linked(old, other), "nor one for another name");
    is_int((long long)ERR_peek_error(), 0, "and no error is left");
    EVP_PKEY_free(key2);
    X509_free(parent);
}

static void test_identity(X509 *ca)
{
    ocsp_issuer_t *issuer = NULL;
    ocsp_issuer_t *again = NULL;
    ocsp_issuer_t *other = NULL;
    EVP_PKEY *key2 = pki_make_key(PKI_P256);
    X509 *renewed = pki_make_ca("Test CA", key,
                                &(pki_cert_opts_t){.serial = 9});
    X509 *rekeyed = pki_make_ca("Test CA", key2, NULL);
    const ocsp_certid_issuer_t *h;
    unsigned char want[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const char *why;

    (void)parse(&issuer, pki_cert_der(ca), &why);
    (void)parse(&again, pki_cert_der(renewed), &why);
    (void)parse(&other, pki_cert_der(rekeyed), &why);
    ok(issuer != NULL && again != NULL && other != NULL,
       "three certificates under one name are taken");
    if (issuer == NULL || again == NULL || other == NULL) {
        exit(1);
    }
    h = &issuer->hashes;
    ok(X509_NAME_digest(X509_get_subject_name(ca), EVP_sha1(), want, &len) == 1
           && memcmp(h->name[OCSP_CERTID_SHA1], want, len) == 0,
       "the name's SHA-1 is OpenSSL's");
    ok(X509_pubkey_digest(ca, EVP_sha256(), want, &len) == 1
           && memcmp(h->key[OCSP_CERTID_SHA256], want, len) == 0,
       "the key's SHA-256 is OpenSSL's");
    is_mem(issuer->id, again->id, OCSP_ISSUER_ID_LEN,
           "a renewed CA is the same issuer"); /* R50 */
    ok(memcmp(issuer->id, other->id, OCSP_ISSUER_ID_LEN) != 0,
       "the same name with another key is another issuer"); /* R50 */
    is_str(issuer->subject, "CN=Test CA", "the subject");
    ok(EVP_PKEY_eq(issuer->key, key) == 1, "the key");
    ok(X509_cmp(issuer->cert, ca) == 0, "the certificate");
    EVP_PKEY_free(key2);
    X509_free(renewed);
    X509_free(rekeyed);
}

static void test_subject(void)
{
    X509 *ca = pki_make_ca("caf\xc3\xa9, \n \xc2\x85<b>", key, NULL);
    ocsp_issuer_t *issuer;
    const char *why;
    const char *s;
    int bad = 0;

    if (ok(parse(&issuer, pki_cert_der(ca), &why) == APR_SUCCESS, "a subject "
                                                                  "of odd "
                                                                  "characters "
                                                                  "is taken")) {
        for (s = issuer->subject; *s != '\0'; s++) {
            bad += *s < 0x20 || *s > 0x7e;
        }
        ok(bad == 0, "and is escaped (%s)", issuer->subject);
    }
    X509_free(ca);
}

/* RDNSequence of one CN in this string type. */
static pki_bytes_t make_name(unsigned tag, const char *cn)
{
    static const unsigned char oid[] = {0x06, 0x03, 0x55, 0x04, 0x03};

    return pki_wrap(0x30,
                    pki_wrap(0x31,
                             pki_wrap(0x30, pki_cat(pki_copy(oid, sizeof(oid)),
                                                    pki_wrap(tag, text(cn))))));
}

static void test_has_name(X509 *ca)
{
    static const struct {
        const char *name;
        const char *cn;
        unsigned tag;
        bool want;
    } cases[] = {
        {"the same name is the CA's", "Test CA", 0x0c, true},
        {"another string type is the CA's", "Test CA", 0x13, true},
        {"case does not matter", "tEST cA", 0x0c, true},
        {"white space does not matter", "  Test   CA ", 0x0c, true},
        {"another name is not the CA's", "Test CB", 0x0c, false},
        {"a longer name is not the CA's", "Test CA 2", 0x0c, false},
        {"an empty value is not the CA's", "", 0x0c, false},
    };
    ocsp_issuer_t *issuer;
    const char *why;
    size_t i;
    pki_bytes_t b;

    (void)parse(&issuer, pki_cert_der(ca), &why);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        b = make_name(cases[i].tag, cases[i].cn);
        ok(ocsp_issuer_has_name(issuer, (ocsp_der_t){b.data, b.len})
                   == cases[i].want
               && (ocsp_issuer_hash_name((ocsp_der_t){b.data, b.len})
                   == issuer->name_hash)
                      == cases[i].want
               && ERR_peek_error() == 0,
           "%s, and so says the hash", cases[i].name);
        free(b.data);
    }
    b = pki_cat(make_name(0x0c, "test ca"), text("x"));
    ok(!ocsp_issuer_has_name(issuer, (ocsp_der_t){b.data, b.len}), "a name "
                                                                   "with an "
                                                                   "octet left "
                                                                   "over is "
                                                                   "not the "
                                                                   "CA's");
    ok(!ocsp_issuer_has_name(issuer, (ocsp_der_t){b.data, 5}), "half a name is "
                                                               "not the CA's");
    ok(!ocsp_issuer_has_name(issuer, (ocsp_der_t){NULL, 0}), "nothing is not "
                                                             "the CA's");
    free(b.data);
}

/* What is no Name has a hash of its octets, and is its own CA's alone. */
static void test_hash_octets(X509 *ca)
{
    pki_bytes_t name = make_name(0x0c, "Test CA");
    pki_bytes_t more = pki_cat(make_name(0x0c, "Test CA"), text("x"));
    pki_bytes_t half = pki_copy(name.data, name.len - 1);
    pki_bytes_t huge = {calloc(1, OCSP_FILE_MAX + 1), OCSP_FILE_MAX + 1};
    unsigned long own = ocsp_issuer_hash_name(
        (ocsp_der_t){name.data, name.len});
    unsigned long hash = ocsp_issuer_hash_name(
        (ocsp_der_t){half.data, half.len});
    ocsp_issuer_t *issuer = NULL;
    const char *why;

    (void)parse(&issuer, pki_cert_der(ca), &why);
    ok(issuer != NULL && own == issuer->name_hash,
       "a CA has the hash of its name");
    ok(hash != own
           && hash == ocsp_issuer_hash_name((ocsp_der_t){half.data, half.len}),
       "half a name has another, and always the same");
    ok(ocsp_issuer_hash_name((ocsp_der_t){more.data, more.len}) != own,
       "so has a name with an octet left over");
    hash = ocsp_issuer_hash_name((ocsp_der_t){huge.data, huge.len});
    huge.data[huge.len - 1] = 1;
    ok(ocsp_issuer_hash_name((ocsp_der_t){huge.data, huge.len}) != hash,
       "of a long one every octet counts");
    is_int((long long)ocsp_issuer_hash_name((ocsp_der_t){NULL, 0}), 2166136261,
           "nothing has one as well");
    is_int((long long)ERR_peek_error(), 0, "and no error is left behind");
    free(name.data);
    free(more.data);
    free(half.data);
    free(huge.data);
}

static void refuses_file(const char *path, apr_status_t want,
                         const char *reason, const char *name)
{
    ocsp_der_t content;
    const char *why = NULL;
    apr_status_t rv = ocsp_file_read(&content, path, &why, pool);

    ok(rv == want && content.data == NULL && why != NULL
           && strstr(why, reason) != NULL,
       "%s (%s)", name, why != NULL ? why : "");
}

static void test_files(void)
{
    char *path = pki_write_file("small", "0123", 4);
    char *big = malloc(OCSP_FILE_MAX + 1);
    ocsp_der_t content;
    const char *why = NULL;

    ok(ocsp_file_read(&content, path, &why, pool) == APR_SUCCESS
           && content.len == 4 && memcmp(content.data, "0123", 5) == 0,
       "a file is read whole, a NUL behind it");
    (void)unlink(path);
    refuses_file(path, APR_ENOENT, "cannot be opened", "a missing file");
    ok(mkfifo(path, 0600) == 0, "(a FIFO)");
    refuses_file(path, OCSP_EMALFORMED, "is a FIFO",
                 "a FIFO is refused and not waited for");
    (void)unlink(path);
    refuses_file("/dev/zero", OCSP_EMALFORMED, "is a device",
                 "a device is refused");
    refuses_file("/", OCSP_EMALFORMED, "is a directory",
                 "a directory is refused");
    pki_remove_file(path);
    memset(big, '0', OCSP_FILE_MAX + 1);
    path = pki_write_file("big", big, OCSP_FILE_MAX);
    ok(ocsp_file_read(&content, path, &why, pool) == APR_SUCCESS
           && content.len == OCSP_FILE_MAX,
       "the largest file is read");
    pki_remove_file(path);
    path = pki_write_file("bigger", big, OCSP_FILE_MAX + 1);
    refuses_file(path, OCSP_EMALFORMED, "is larger than",
                 "a larger file is refused");
    pki_remove_file(path);
    free(big);
}

int main(void)
{
    X509 *ca;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    key = pki_make_key(PKI_P256);
    ca = pki_make_ca("Test CA", key, NULL);
    test_forms(ca);
    test_several(ca);
    test_ca(ca);
    test_crl_signer(ca);
    test_validity(ca);
    test_is_linked(ca);
    test_identity(ca);
    test_subject();
    test_has_name(ca);
    test_hash_octets(ca);
    test_files();
    X509_free(ca);
    EVP_PKEY_free(key);
    apr_terminate();
    return done_testing();
}
