/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/key_file: keys from bytes, with and without their
 * passphrase, and back to bytes.
 */
#include <openssl/err.h>

#include "answer/key_file.h"
#include "files.h"
#include "party.h"
#include "tap.h"

static const struct {
    const char *name;
    pki_bytes_t (*make)(void);
    const char *why;   /* contained in it; NULL: the key is taken */
    const char *known; /* passphrase; NULL: none */
    bool encrypted;
} keys[] = {
    {"a PKCS #8 key in PEM", key_pem, NULL, NULL, false},
    {"a PKCS #8 key in DER", key_der, NULL, NULL, false},
    {"an RSA PRIVATE KEY in PEM", old_rsa_pem, NULL, NULL, false},
    {"an RSA key in DER, without PKCS #8", old_rsa_der, NULL, NULL, false},
    {"an EC PRIVATE KEY behind its parameters", old_ec_pem, NULL, NULL, false},
    {"a key behind its certificate", behind_cert, NULL, NULL, false},
    {"a key in the clear, and a passphrase", key_pem, NULL, secret, false},
    {"DER in the clear, and a passphrase", key_der, NULL, secret, false},
    {"an encrypted PKCS #8 key in PEM", encrypted_pem, "passphrase is needed",
     NULL, true},
    {"an encrypted RSA PRIVATE KEY", encrypted_old_pem, "passphrase is needed",
     NULL, true},
    {"an encrypted PKCS #8 key in DER", encrypted_der, "passphrase is needed",
     NULL, true},
    {"PKCS #8 in PEM with its passphrase", encrypted_pem, NULL, secret, false},
    {"an RSA PRIVATE KEY with its passphrase", encrypted_old_pem, NULL, secret,
     false},
    {"PKCS #8 in DER with its passphrase", encrypted_der, NULL, secret, false},
    {"PKCS #8 in PEM with another's", encrypted_pem, "is not its own", wrong,
     true},
    {"an RSA PRIVATE KEY with another's", encrypted_old_pem, "is not its own",
     wrong, true},
    {"PKCS #8 in DER with another's", encrypted_der, "is not its own", wrong,
     true},
    {"PKCS #8 in PEM with an empty one", encrypted_pem, "is not its own", "",
     true},
    {"PKCS #8 in DER with one too long", encrypted_der, "is not its own",
     endless, true},
    {"PKCS #8 in PEM with one too long", encrypted_pem, "is not its own",
     endless, true},
    {"encrypted by nobody knows what, in DER", odd_der, "passphrase is needed",
     NULL, true},
    {"encrypted by nobody knows what, with its passphrase", odd_der,
     "not supported", secret, false},
    {"encrypted by nobody knows what, in PEM", odd_pem, "not supported", secret,
     false},
    {"an encryption scheme of nobody's", odd_scheme, "not supported", secret,
     false},
    {"encrypted DER with an octet more", encrypted_der_and_more,
     "not a private key", secret, false},
    {"encrypted DER with an octet less", encrypted_der_cut,
     "or it is incomplete", secret, false},
    {"a public key in PEM", public_pem, "not a private key", NULL, false},
    {"a public key in DER", public_der, "not a private key", NULL, false},
    {"a certificate in PEM", leaf_pem, "not a private key", NULL, false},
    {"a certificate in DER", leaf_der, "not a private key", NULL, false},
    {"DER with an octet more", key_der_and_more, "not a private key", NULL,
     false},
    {"DER with an octet less", key_der_cut, "or it is incomplete", NULL, false},
    {"an empty file", nothing, "not a private key", NULL, false},
    {"prose", prose, "or it is incomplete", secret, false},
    {"PKCS #12 without a passphrase", pkcs12_open, NULL, NULL, false},
    {"PKCS #12 with its passphrase", pkcs12_secret, NULL, secret, false},
    {"PKCS #12 that wants a passphrase", pkcs12_secret, "passphrase is needed",
     NULL, true},
    {"PKCS #12 with another's passphrase", pkcs12_secret, "is not its own",
     wrong, true},
    {"PKCS #12 with one too long", pkcs12_secret, "is not its own", endless,
     true},
    {"PKCS #12 that holds no key", pkcs12_no_key,
     "this is PKCS #12 without a private key that can be read", secret, false},
    {"PKCS #12 with an old encryption", pkcs12_old,
     "extract it with openssl pkcs12 -in ", secret, false},
    {"a key in a file over the limit", too_long_key, "not a private key", NULL,
     false},
};

/* R126: the file is named, what to do about it, and never a passphrase. */
static void test_keys(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        pki_bytes_t made_file = keys[i].make();
        pki_bytes_t file = exact(made_file.data, made_file.len);
        bool encrypted = !keys[i].encrypted;
        const char *why = NULL;
        EVP_PKEY *key = NULL;
        apr_status_t rv = ocsp_key_file_parse_key(&key, &encrypted,
                                                  party_der(file), "ocsp.key",
                                                  keys[i].known, &why, p);

        free(made_file.data);
        ok(ERR_peek_error() == 0, "key: %s: no error is left behind",
           keys[i].name);
        ok(encrypted == keys[i].encrypted, "key: %s: %s", keys[i].name,
           keys[i].encrypted ? "lacks its passphrase" : "lacks no passphrase");
        if (keys[i].why == NULL) {
            ok(rv == APR_SUCCESS && key != NULL
                   && (EVP_PKEY_eq(key, made.ec) == 1
                       || EVP_PKEY_eq(key, made.rsa) == 1),
               "key: %s: taken (%s)", keys[i].name, why != NULL ? why : "");
            ERR_clear_error(); /* EVP_PKEY_eq's over two types */
        }
        else {
            ok(rv == OCSP_EMALFORMED && key == NULL && why != NULL
                   && (strncmp(why, "ocsp.key: RFC 5958 section", 26) == 0
                       || strncmp(why, "ocsp.key: this is PKCS #12", 26) == 0)
                   && strstr(why, keys[i].why) != NULL
                   && strstr(why, secret) == NULL && strstr(why, wrong) == NULL,
               "key: %s: refused (%s)", keys[i].name, why != NULL ? why : "");
        }
        EVP_PKEY_free(key);
        free(file.data);
    }
}

/* Of 256 wrong passphrases one decrypts to something that ends as it should:
 * that it is no key has to be the passphrase's fault as well. */
static void test_wrong_ones(apr_pool_t *p)
{
    pki_bytes_t file = encrypted_old_pem();
    int blamed = 0;
    int i;

    for (i = 0; i < 1500; i++) {
        bool encrypted = false;
        const char *why = NULL;
        EVP_PKEY *key = NULL;
        char guess[20];

        (void)snprintf(guess, sizeof(guess), "guess %d", i);
        if (ocsp_key_file_parse_key(&key, &encrypted, party_der(file),
                                    "ocsp.key", guess, &why, p)
                == OCSP_EMALFORMED
            && encrypted) {
            blamed++;
        }
        EVP_PKEY_free(key);
    }
    is_int(blamed, 1500, "every wrong passphrase is known for one");
    free(file.data);
}

static void is_kept(EVP_PKEY *key, const char *name, apr_pool_t *p)
{
    ocsp_der_t der = {NULL, 0};
    EVP_PKEY *again = NULL;
    bool encrypted = true;
    const char *why = NULL;

    ok(ocsp_key_file_encode_key(&der, key, &why, p) == APR_SUCCESS
           && ocsp_key_file_parse_key(&again, &encrypted, der, "ocsp.key", NULL,
                                      &why, p)
                  == APR_SUCCESS
           && !encrypted && EVP_PKEY_eq(again, key) == 1,
       "a key of %s comes back from its bytes", name);
    ok(again != NULL
           && strcmp(EVP_PKEY_get0_type_name(again),
                     EVP_PKEY_get0_type_name(key))
                  == 0,
       "and is of the same type");
    EVP_PKEY_free(again);
}

static void test_encoding(apr_pool_t *p)
{
    static const struct {
        const char *name;
        pki_kind_t kind;
    } rows[] = {{"RSA", PKI_RSA2048},
                {"P-256", PKI_P256},
                {"P-384", PKI_P384},
                {"Ed25519", PKI_ED25519}};
    EVP_PKEY *pss = party_pss_key(2048, "SHA2-384", "SHA2-384", 48);
    ocsp_der_t der = {(const unsigned char *)"", 1};
    EVP_PKEY *empty = EVP_PKEY_new();
    const char *why = NULL;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EVP_PKEY *key = pki_make_key(rows[i].kind);

        is_kept(key, rows[i].name, p);
        EVP_PKEY_free(key);
    }
    is_kept(pss, "restricted RSA-PSS", p);
    ok(ocsp_key_file_encode_key(&der, empty, &why, p) == OCSP_ECRYPTO
           && der.data == NULL && der.len == 0 && why != NULL,
       "a key that is none cannot be kept");
    ok(ERR_peek_error() == 0, "no error is left behind");
    EVP_PKEY_free(empty);
    EVP_PKEY_free(pss);
}

int main(void)
{
    apr_pool_t *p = party_begin();

    files_begin();
    test_keys(p);
    test_wrong_ones(p);
    test_encoding(p);
    files_end();
    party_end(p);
    return done_testing();
}
