/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/material: files as operators have them, and broken.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "answer/material.h"
#include "party.h"
#include "tap.h"

/* What files are put together from. */
static struct {
    EVP_PKEY *rsa;
    EVP_PKEY *ec;
    X509 *ca;
    X509 *leaf;
    X509 *other;
} made;

static char secret[] = "secret";

static pki_bytes_t from_bio(BIO *bio, int done)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    pki_bytes_t out;

    if (done != 1 || len <= 0) {
        abort();
    }
    out = pki_copy(data, (size_t)len);
    BIO_free(bio);
    return out;
}

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static pki_bytes_t cut(pki_bytes_t b, size_t octets)
{
    pki_bytes_t out = pki_copy(b.data, b.len - octets);

    free(b.data);
    return out;
}

static pki_bytes_t leaf_pem(void)
{
    return pki_cert_pem(made.leaf);
}

static pki_bytes_t leaf_der(void)
{
    return pki_cert_der(made.leaf);
}

static pki_bytes_t with_text(void)
{
    return pki_cat(text("Certificate:\n    Data:\n"), leaf_pem());
}

static pki_bytes_t with_chain(void)
{
    return pki_cat(leaf_pem(), pki_cert_pem(made.ca));
}

static pki_bytes_t with_other(void)
{
    return pki_cat(with_chain(), pki_cert_pem(made.other));
}

static pki_bytes_t behind_key(void)
{
    return pki_cat(pki_key_pem(made.ec), leaf_pem());
}

static pki_bytes_t der_and_more(void)
{
    return pki_cat(leaf_der(), text("\n"));
}

static pki_bytes_t der_cut(void)
{
    return cut(leaf_der(), 1);
}

static pki_bytes_t pem_cut(void)
{
    return cut(leaf_pem(), 40);
}

static pki_bytes_t nothing(void)
{
    return text("");
}

static pki_bytes_t prose(void)
{
    return text("to be replaced by the real one\n");
}

static pki_bytes_t too_long(void)
{
    size_t len = (size_t)OCSP_ISSUER_FILE_MAX;
    pki_bytes_t pad = {malloc(len), len};

    if (pad.data == NULL) {
        abort();
    }
    memset(pad.data, '\n', len);
    return pki_cat(pad, leaf_pem());
}

static pki_bytes_t key_pem(void)
{
    return pki_key_pem(made.ec);
}

static pki_bytes_t key_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, i2d_PKCS8PrivateKey_bio(bio, made.ec, NULL, NULL, 0,
                                                 NULL, NULL));
}

static pki_bytes_t old_rsa_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio,
                    PEM_write_bio_PrivateKey_traditional(bio, made.rsa, NULL,
                                                         NULL, 0, NULL, NULL));
}

/* As openssl ecparam -genkey writes it. */
static pki_bytes_t old_ec_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return pki_cat(text("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                        "-----END EC PARAMETERS-----\n"),
                   from_bio(bio, PEM_write_bio_PrivateKey_traditional(
                                     bio, made.ec, NULL, NULL, 0, NULL, NULL)));
}

static pki_bytes_t old_rsa_der(void)
{
    unsigned char *der = NULL;
    int len = i2d_PrivateKey(made.rsa, &der);
    pki_bytes_t out;

    if (len <= 0) {
        abort();
    }
    out = pki_copy(der, (size_t)len);
    OPENSSL_free(der);
    return out;
}

static pki_bytes_t behind_cert(void)
{
    return pki_cat(leaf_pem(), pki_key_pem(made.ec));
}

static pki_bytes_t encrypted_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PKCS8PrivateKey(
                             bio, made.ec, EVP_aes_256_cbc(), secret,
                             (int)strlen(secret), NULL, NULL));
}

static pki_bytes_t encrypted_old_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PrivateKey_traditional(
                             bio, made.rsa, EVP_aes_128_cbc(),
                             (unsigned char *)secret, (int)strlen(secret), NULL,
                             NULL));
}

static pki_bytes_t encrypted_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio,
                    i2d_PKCS8PrivateKey_bio(bio, made.ec, EVP_aes_256_cbc(),
                                            secret, (int)strlen(secret), NULL,
                                            NULL));
}

static pki_bytes_t public_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PUBKEY(bio, made.ec));
}

static pki_bytes_t public_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, i2d_PUBKEY_bio(bio, made.ec));
}

static pki_bytes_t key_der_and_more(void)
{
    return pki_cat(key_der(), text("\n"));
}

static pki_bytes_t key_der_cut(void)
{
    return cut(key_der(), 1);
}

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

static const struct {
    const char *name;
    pki_bytes_t (*make)(void);
    const char *why; /* contained in it; NULL: the key is taken */
} keys[] = {
    {"a PKCS #8 key in PEM", key_pem, NULL},
    {"a PKCS #8 key in DER", key_der, NULL},
    {"an RSA PRIVATE KEY in PEM", old_rsa_pem, NULL},
    {"an RSA key in DER, without PKCS #8", old_rsa_der, NULL},
    {"an EC PRIVATE KEY behind its parameters", old_ec_pem, NULL},
    {"a key behind its certificate", behind_cert, NULL},
    {"an encrypted PKCS #8 key in PEM", encrypted_pem, "is encrypted"},
    {"an encrypted RSA PRIVATE KEY", encrypted_old_pem, "is encrypted"},
    {"an encrypted PKCS #8 key in DER", encrypted_der, "is encrypted"},
    {"a public key in PEM", public_pem, "no private key"},
    {"a public key in DER", public_der, "no private key"},
    {"a certificate in PEM", leaf_pem, "no private key"},
    {"a certificate in DER", leaf_der, "no private key"},
    {"DER with an octet more", key_der_and_more, "no private key"},
    {"DER with an octet less", key_der_cut, "no private key"},
    {"an empty file", nothing, "no private key"},
    {"prose", prose, "no private key"},
};

static void test_certs(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
        pki_bytes_t file = certs[i].make();
        const char *why = NULL;
        bool stray = !certs[i].stray;
        X509 *cert = NULL;
        apr_status_t rv = ocsp_material_parse_cert(&cert, &stray,
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

/* R126: the file is named, and what to do about it. */
static void test_keys(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        pki_bytes_t file = keys[i].make();
        const char *why = NULL;
        EVP_PKEY *key = NULL;
        apr_status_t rv = ocsp_material_parse_key(&key, party_der(file),
                                                  "ocsp.key", &why, p);

        if (keys[i].why == NULL) {
            ok(rv == APR_SUCCESS && key != NULL
                   && (EVP_PKEY_eq(key, made.ec) == 1
                       || EVP_PKEY_eq(key, made.rsa) == 1),
               "key: %s: taken", keys[i].name);
            ERR_clear_error(); /* EVP_PKEY_eq's over two types */
        }
        else {
            ok(rv == OCSP_EMALFORMED && key == NULL && why != NULL
                   && strncmp(why, "ocsp.key: ", 10) == 0
                   && strstr(why, keys[i].why) != NULL,
               "key: %s: refused", keys[i].name);
            ok(ERR_peek_error() == 0, "key: %s: no error is left behind",
               keys[i].name);
        }
        EVP_PKEY_free(key);
        free(file.data);
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();

    made.rsa = pki_make_key(PKI_RSA2048);
    made.ec = pki_make_key(PKI_P256);
    made.ca = pki_make_ca("CA", made.rsa, NULL);
    made.leaf = pki_make_delegate("one", made.ec, made.ca, made.rsa, NULL);
    made.other = pki_make_delegate("two", made.ec, made.ca, made.rsa, NULL);
    test_certs(p);
    test_keys(p);
    X509_free(made.other);
    X509_free(made.leaf);
    X509_free(made.ca);
    EVP_PKEY_free(made.ec);
    EVP_PKEY_free(made.rsa);
    party_end(p);
    return done_testing();
}
