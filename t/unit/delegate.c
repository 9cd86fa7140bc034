/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/delegate: who may answer for a CA.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "answer/delegate.h"
#include "party.h"
#include "tap.h"

static struct {
    EVP_PKEY *ca_key;
    EVP_PKEY *old_key; /* of the same CA, before it was renewed */
    EVP_PKEY *key;     /* the responder's */
    X509 *ca;
    X509 *old_ca;
    X509 *other_ca;
    ocsp_issuer_t *issuer;
} made;

/* R123: a delegate is what the CA itself has issued for it, under this key. */
static const struct {
    const char *name;
    pki_cert_opts_t opts;
    const char *why; /* contained in it; NULL: it may */
} usages[] = {
    {"with OCSPSigning", {0}, NULL},
    {"with other purposes as well", {.eku = "serverAuth,OCSPSigning"}, NULL},
    {"with nonRepudiation only", {.key_usage = "nonRepudiation"}, NULL},
    {"without keyUsage", {.key_usage = ""}, NULL},
    {"expired: that is for later", {.not_after = PKI_NOW - PKI_DAY}, NULL},
    {"without extendedKeyUsage", {.eku = ""}, "lacks OCSPSigning"},
    {"for TLS", {.eku = "serverAuth"}, "lacks OCSPSigning"},
    {"for any purpose", {.eku = "anyExtendedKeyUsage"}, "lacks OCSPSigning"},
    {"of version 1", {.v1 = true}, "lacks OCSPSigning"},
    {"for encryption",
     {.key_usage = "keyEncipherment"},
     "lacks digitalSignature"},
    {"for CRLs", {.key_usage = "cRLSign"}, "lacks digitalSignature"},
};

static void is_fault(X509 *cert, const char *want, const char *name)
{
    const char *fault = ocsp_delegate_check(cert, made.issuer);

    ok(want == NULL ? fault == NULL
                    : fault != NULL && strncmp(fault, "RFC ", 4) == 0
                          && strstr(fault, want) != NULL,
       "%s: %s (got '%s')", name, want == NULL ? "may answer" : "refused",
       fault != NULL ? fault : "");
    ok(ERR_peek_error() == 0, "%s: no error is left behind", name);
    X509_free(cert);
}

static void test_usages(void)
{
    size_t i;

    for (i = 0; i < sizeof(usages) / sizeof(usages[0]); i++) {
        is_fault(pki_make_delegate("ocsp", made.key, made.ca, made.ca_key,
                                   &usages[i].opts),
                 usages[i].why, usages[i].name);
    }
}

/* R50 R123 */
static void test_origins(void)
{
    is_fault(pki_make_delegate("ocsp", made.key, made.old_ca, made.old_key,
                               NULL),
             "the key of its certificate in <OCSPIssuer>",
             "of the CA's former key");
    is_fault(pki_make_delegate("ocsp", made.key, made.other_ca, made.ca_key,
                               NULL),
             "nor issued by it", "of another name under the same key");
    is_fault(pki_make_delegate("ocsp", made.key, made.other_ca, made.old_key,
                               NULL),
             "nor issued by it", "of another CA");
    is_fault(pki_make_delegate("ocsp", made.key, made.ca, made.key, NULL),
             "but another key has signed it", "signed by itself");
}

static X509 *sign_again(X509 *cert)
{
    if (X509_sign(cert, made.ca_key, EVP_sha256()) <= 0) {
        abort();
    }
    return cert;
}

static X509 *with_ext(X509 *cert, X509_EXTENSION *ext)
{
    if (ext == NULL || X509_add_ext(cert, ext, -1) != 1) {
        abort();
    }
    X509_EXTENSION_free(ext);
    return sign_again(cert);
}

static X509 *make_usual(void)
{
    pki_cert_opts_t opts = {.nocheck = true};

    return pki_make_delegate("ocsp", made.key, made.ca, made.ca_key, &opts);
}

static void test_broken_extension(void)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

    if (value == NULL
        || ASN1_OCTET_STRING_set(value, (const unsigned char *)"x", 1) != 1) {
        abort();
    }
    is_fault(with_ext(make_usual(),
                      X509_EXTENSION_create_by_NID(NULL, NID_basic_constraints,
                                                   1, value)),
             "cannot be read", "with an extension that is no DER");
    is_fault(with_ext(make_usual(),
                      X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment,
                                                   1, value)),
             "critical extension", "with a critical extension of no meaning");
    ASN1_OCTET_STRING_free(value);
}

/* Its issuer spelt otherwise, yet the same (RFC 5280 section 7.1). */
static X509 *make_respelt(void)
{
    X509 *cert = make_usual();
    X509_NAME *name = X509_NAME_new();

    if (name == NULL
        || X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                      (const unsigned char *)"ISSUING ca", -1,
                                      -1, 0)
               != 1
        || X509_set_issuer_name(cert, name) != 1) {
        abort();
    }
    X509_NAME_free(name);
    return sign_again(cert);
}

static X509 *with_value(X509 *cert, int nid, const char *value)
{
    return with_ext(cert, X509V3_EXT_conf_nid(NULL, NULL, nid, value));
}

static void is_warning(X509 *cert, const char *want, const char *name,
                       apr_pool_t *p)
{
    const char *warning = ocsp_delegate_warn(cert, made.issuer, p);

    ok(want == NULL ? warning == NULL
                    : warning != NULL && strstr(warning, want) != NULL,
       "%s: %s (got '%s')", name, want == NULL ? "no warning" : "a warning",
       warning != NULL ? warning : "");
    ok(ERR_peek_error() == 0, "%s: no error is left behind", name);
    X509_free(cert);
}

/* R124 R125 */
static void test_warnings(apr_pool_t *p)
{
    static const char aia[] = "OCSP;URI:http://ocsp.example.com/";
    static const char issuers[] = "caIssuers;URI:http://example.com/ca.crt";
    static const char crl[] = "URI:http://example.com/ca.crl";
    X509 *cert;

    is_warning(make_usual(), NULL, "nocheck and nothing else", p);
    is_warning(pki_make_delegate("ocsp", made.key, made.ca, made.ca_key, NULL),
               "without id-pkix-ocsp-nocheck", "without nocheck", p);
    is_warning(with_value(make_usual(), NID_info_access, aia),
               "authorityInfoAccess", "with a responder's address", p);
    is_warning(with_value(make_usual(), NID_info_access, issuers), NULL,
               "with the CA's certificate's address", p);
    is_warning(with_value(make_usual(), NID_crl_distribution_points, crl),
               "cRLDistributionPoints", "with a CRL's address", p);
    cert = make_respelt();
    ok(ocsp_delegate_check(cert, made.issuer) == NULL, "an issuer name in "
                                                       "other letters is the "
                                                       "same name");
    is_warning(cert, "encoded differently", "with an issuer name re-encoded",
               p);
    is_warning(with_value(pki_make_delegate("ocsp", made.key, made.ca,
                                            made.ca_key, NULL),
                          NID_crl_distribution_points, crl),
               "that extension; RFC 6960 section 4.2.2.2.1: cRLDistr",
               "with two faults: both", p);
}

int main(void)
{
    apr_pool_t *p = party_begin();

    made.ca_key = pki_make_key(PKI_P256);
    made.old_key = pki_make_key(PKI_RSA2048);
    made.key = pki_make_key(PKI_P256);
    made.ca = pki_make_ca("Issuing CA", made.ca_key, NULL);
    made.old_ca = pki_make_ca("Issuing CA", made.old_key, NULL);
    made.other_ca = pki_make_ca("Other CA", made.ca_key, NULL);
    made.issuer = party_issuer(made.ca, p);
    test_usages();
    test_origins();
    test_broken_extension();
    test_warnings(p);
    X509_free(made.other_ca);
    X509_free(made.old_ca);
    X509_free(made.ca);
    EVP_PKEY_free(made.key);
    EVP_PKEY_free(made.old_key);
    EVP_PKEY_free(made.ca_key);
    party_end(p);
    return done_testing();
}
