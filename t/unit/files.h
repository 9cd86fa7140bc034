/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificate and key files, good and broken, for the tests of
 * src/answer/key_file.
 */
#ifndef OCSP_UNIT_FILES_H
#define OCSP_UNIT_FILES_H

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "pki.h"
#include "status/file.h"
#include "status/issuer.h"

#define FILES __attribute__((unused)) static

/* What files are put together from. */
__attribute__((unused)) static struct {
    EVP_PKEY *rsa;
    EVP_PKEY *ec;
    X509 *ca;
    X509 *leaf;
    X509 *other;
} made;

FILES char secret[] = "secret";
FILES const char wrong[] = "another's";
FILES char endless[2000]; /* a passphrase that no buffer takes */

FILES pki_bytes_t from_bio(BIO *bio, int done)
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

FILES pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

FILES pki_bytes_t cut(pki_bytes_t b, size_t octets)
{
    pki_bytes_t out = pki_copy(b.data, b.len - octets);

    free(b.data);
    return out;
}

FILES pki_bytes_t leaf_pem(void)
{
    return pki_cert_pem(made.leaf);
}

FILES pki_bytes_t leaf_der(void)
{
    return pki_cert_der(made.leaf);
}

FILES pki_bytes_t with_text(void)
{
    return pki_cat(text("Certificate:\n    Data:\n"), leaf_pem());
}

FILES pki_bytes_t with_chain(void)
{
    return pki_cat(leaf_pem(), pki_cert_pem(made.ca));
}

FILES pki_bytes_t with_other(void)
{
    return pki_cat(with_chain(), pki_cert_pem(made.other));
}

FILES pki_bytes_t behind_key(void)
{
    return pki_cat(pki_key_pem(made.ec), leaf_pem());
}

FILES pki_bytes_t der_and_more(void)
{
    return pki_cat(leaf_der(), text("\n"));
}

FILES pki_bytes_t der_cut(void)
{
    return cut(leaf_der(), 1);
}

FILES pki_bytes_t pem_cut(void)
{
    return cut(leaf_pem(), 40);
}

FILES pki_bytes_t nothing(void)
{
    return text("");
}

FILES pki_bytes_t prose(void)
{
    return text("to be replaced by the real one\n");
}

FILES pki_bytes_t too_long(void)
{
    size_t len = (size_t)OCSP_FILE_MAX;
    pki_bytes_t pad = {malloc(len), len};

    if (pad.data == NULL) {
        abort();
    }
    memset(pad.data, '\n', len);
    return pki_cat(pad, leaf_pem());
}

FILES pki_bytes_t key_pem(void)
{
    return pki_key_pem(made.ec);
}

FILES pki_bytes_t too_long_key(void)
{
    pki_bytes_t pad = too_long();

    return pki_cat(pad, key_pem());
}

FILES pki_bytes_t key_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, i2d_PKCS8PrivateKey_bio(bio, made.ec, NULL, NULL, 0,
                                                 NULL, NULL));
}

FILES pki_bytes_t old_rsa_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio,
                    PEM_write_bio_PrivateKey_traditional(bio, made.rsa, NULL,
                                                         NULL, 0, NULL, NULL));
}

/* As openssl ecparam -genkey writes it. */
FILES pki_bytes_t old_ec_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return pki_cat(text("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                        "-----END EC PARAMETERS-----\n"),
                   from_bio(bio, PEM_write_bio_PrivateKey_traditional(
                                     bio, made.ec, NULL, NULL, 0, NULL, NULL)));
}

FILES pki_bytes_t old_rsa_der(void)
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

FILES pki_bytes_t behind_cert(void)
{
    return pki_cat(leaf_pem(), pki_key_pem(made.ec));
}

FILES pki_bytes_t encrypted_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PKCS8PrivateKey(
                             bio, made.ec, EVP_aes_256_cbc(), secret,
                             (int)strlen(secret), NULL, NULL));
}

FILES pki_bytes_t encrypted_old_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PrivateKey_traditional(
                             bio, made.rsa, EVP_aes_128_cbc(),
                             (unsigned char *)secret, (int)strlen(secret), NULL,
                             NULL));
}

FILES pki_bytes_t encrypted_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio,
                    i2d_PKCS8PrivateKey_bio(bio, made.ec, EVP_aes_256_cbc(),
                                            secret, (int)strlen(secret), NULL,
                                            NULL));
}

/* EncryptedPrivateKeyInfo by PBES2 and a cipher that nobody has. */
FILES pki_bytes_t odd_der(void)
{
    static const unsigned char aes[] = {0x60, 0x86, 0x48, 0x01, 0x65,
                                        0x03, 0x04, 0x01, 0x2a};
    pki_bytes_t der = encrypted_der();
    unsigned char *at = memmem(der.data, der.len, aes, sizeof(aes));

    if (at == NULL) {
        abort();
    }
    at[sizeof(aes) - 1] = 0x7f;
    return der;
}

FILES pki_bytes_t odd_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    pki_bytes_t der = odd_der();
    int written = PEM_write_bio(bio, "ENCRYPTED PRIVATE KEY", "", der.data,
                                (long)der.len);

    free(der.data);
    return from_bio(bio, written > 0);
}

FILES pki_bytes_t odd_scheme(void)
{
    return unhex("300c 3006 06022a03 0500 0402abcd");
}

FILES pki_bytes_t encrypted_der_and_more(void)
{
    return pki_cat(encrypted_der(), text("\n"));
}

FILES pki_bytes_t encrypted_der_cut(void)
{
    return cut(encrypted_der(), 1);
}

/* A PKCS #12 file with key and certificate. */
FILES pki_bytes_t pkcs12(const char *passphrase)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS12 *p12 = PKCS12_create(passphrase, "ocsp", made.ec, made.leaf, NULL, 0,
                                0, 0, 0, 0);
    int written = p12 != NULL ? i2d_PKCS12_bio(bio, p12) : 0;

    PKCS12_free(p12);
    return from_bio(bio, written);
}

/* As Windows and older versions of OpenSSL export it: RC2 is not in libcrypto's
 * default provider. */
FILES pki_bytes_t pkcs12_old(void)
{
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    BIO *bio = BIO_new(BIO_s_mem());
    int pbe = NID_pbe_WithSHA1And40BitRC2_CBC;
    PKCS12 *p12 = PKCS12_create(secret, "ocsp", made.ec, made.leaf, NULL, pbe,
                                pbe, 0, 0, 0);
    int written = p12 != NULL ? i2d_PKCS12_bio(bio, p12) : 0;

    PKCS12_free(p12);
    OSSL_PROVIDER_unload(legacy);
    return from_bio(bio, written);
}

FILES pki_bytes_t pkcs12_no_key(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS12 *p12 = PKCS12_create(secret, "ocsp", NULL, made.leaf, NULL, 0, 0, 0,
                                0, 0);
    int written = p12 != NULL ? i2d_PKCS12_bio(bio, p12) : 0;

    PKCS12_free(p12);
    return from_bio(bio, written);
}

FILES pki_bytes_t pkcs12_secret(void)
{
    return pkcs12(secret);
}

FILES pki_bytes_t pkcs12_open(void)
{
    return pkcs12("");
}

FILES pki_bytes_t public_pem(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, PEM_write_bio_PUBKEY(bio, made.ec));
}

FILES pki_bytes_t public_der(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return from_bio(bio, i2d_PUBKEY_bio(bio, made.ec));
}

FILES pki_bytes_t key_der_and_more(void)
{
    return pki_cat(key_der(), text("\n"));
}

FILES pki_bytes_t key_der_cut(void)
{
    return cut(key_der(), 1);
}

/* Made when a test begins, freed when it ends. */
FILES void files_begin(void)
{
    made.rsa = pki_make_key(PKI_RSA2048);
    made.ec = pki_make_key(PKI_P256);
    made.ca = pki_make_ca("CA", made.rsa, NULL);
    made.leaf = pki_make_delegate("one", made.ec, made.ca, made.rsa, NULL);
    made.other = pki_make_delegate("two", made.ec, made.ca, made.rsa, NULL);
    memset(endless, 'x', sizeof(endless) - 1);
}

FILES void files_end(void)
{
    X509_free(made.other);
    X509_free(made.leaf);
    X509_free(made.ca);
    EVP_PKEY_free(made.ec);
    EVP_PKEY_free(made.rsa);
}

#endif
