/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/key_file: certificates.
 */
#include <openssl/err.h>

#include "answer/key_file.h"
#include "files.h"
#include "party.h"
#include "tap.h"

static const struct {
    const char *name;
    pki_bytes_t (*make)(void);
    bool stray;
    bool want;
} certs[] = {
    {"a certificate in PEM", leaf_pem, false, true},
    {"a certificate in DER", leaf_der, false, true},
    {"with text in front", with_text, false, true},
    {"with the chain behind it", with_chain, false, true},
    {"with another responder's behind it", with_other, true, true},
    {"with the key in front", behind_key, false, true},
    {"DER with an octet more", der_and_more, false, false},
    {"DER with an octet less", der_cut, false, false},
    {"PEM without its end", pem_cut, false, false},
    {"an empty file", nothing, false, false},
    {"prose", prose, false, false},
    {"a key instead", key_pem, false, false},
    {"a file over the limit", too_long, false, false},
};

static void test_certs(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
        pki_bytes_t file = certs[i].make();
        const char *why = NULL;
        bool stray = !certs[i].stray;
        X509 *cert = NULL;
        apr_status_t rv = ocsp_key_file_parse_cert(&cert, &stray,
                                                   party_der(file), "ocsp.pem",
                                                   &why, p);

        if (certs[i].want) {
            ok(rv == APR_SUCCESS && cert != NULL
                   && X509_cmp(cert, made.leaf) == 0 && stray == certs[i].stray,
               "certificate: %s: taken", certs[i].name);
        }
        else {
            ok(rv == OCSP_EMALFORMED && cert == NULL && why != NULL
                   && strncmp(why, "ocsp.pem: RFC 5280 section 4.1: ", 32) == 0,
               "certificate: %s: refused", certs[i].name);
        }
        ok(ERR_peek_error() == 0, "certificate: %s: no error is left behind",
           certs[i].name);
        X509_free(cert);
        free(file.data);
    }
}

/* U8: by its first octets, in DER and with indefinite lengths. */
static void test_pkcs12(apr_pool_t *p)
{
    pki_bytes_t file = pkcs12_secret();
    const char *why = NULL;
    bool stray = false;
    X509 *cert = NULL;
    static const struct {
        const char *name;
        const char *hex;
        bool want;
    } rows[] = {
        {"with a length of one octet", "3010 020103 3000", true},
        {"with a length of two octets", "308201ff 020103 3080", true},
        {"with an indefinite length", "3080 020103 3080", true},
        {"of another version", "3010 020104 3000", false},
        {"a key of RSA", "3010 020100 0201", false},
        {"cut off", "3010 0201", false},
        {"a length that goes on for ever", "30ff 020103 3000", false},
        {"two octets", "3080", false},
        {"one octet", "30", false},
        {"nothing", "", false},
    };
    size_t i;

    ok(ocsp_key_file_parse_cert(&cert, &stray, party_der(file), "ocsp.p12",
                                &why, p)
               == OCSP_EMALFORMED
           && cert == NULL && why != NULL
           && strstr(why, "ocsp.p12: this is PKCS #12: extract the responder's"
                          " certificate with openssl pkcs12 -in ocsp.p12 ")
                  != NULL,
       "a certificate by PKCS #12: refused, with the command");
    ok(ERR_peek_error() == 0, "and no error is left behind");
    free(file.data);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t bytes = unhex(rows[i].hex);
        pki_bytes_t whole = exact(bytes.data, bytes.len);

        ok(ocsp_file_is_pkcs12(party_der(whole)) == rows[i].want,
           "PKCS #12, %s: %s", rows[i].name,
           rows[i].want ? "recognized" : "is none");
        free(whole.data);
        free(bytes.data);
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();

    files_begin();
    test_certs(p);
    test_pkcs12(p);
    files_end();
    party_end(p);
    return done_testing();
}
