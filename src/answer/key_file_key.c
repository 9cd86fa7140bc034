/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private keys of material.h: PEM, DER, and what OSSL_STORE reads. Nobody is
 * ever asked for a passphrase: it is known, or the key stays shut. Floor 2.
 */
#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <string.h>
#include <strings.h>

#include "answer/key_file.h"
#include "status/file.h"
#include "status/issuer.h"

/* In a store a key is looked for among so many things. */
#define STORED_MAX 64

/* Every kind of private key that libcrypto reads ends with it. */
#define KEY_LABEL "PRIVATE KEY"

/* libcrypto takes int and long lengths. */
static bool has_size(ocsp_der_t content)
{
    return content.len > 0 && content.len <= (size_t)OCSP_FILE_MAX;
}

/* What is known of a passphrase, and whether it was wanted. */
typedef struct {
    const char *text; /* NULL: nothing */
    bool asked;
    bool pkcs12; /* it is for a file of PKCS #12 */
} passphrase_t;

static int give_passphrase(char *buf, int size, int rwflag, void *passphrase)
{
    passphrase_t *known = passphrase;
    size_t len;

    known->asked = true;
    len = known->text != NULL ? strlen(known->text) : 0;
    if (known->text == NULL || size < 0 || len > (size_t)size) {
        return -1;
    }
    memcpy(buf, known->text, len);
    return (int)len;
}

/*
 * A wrong passphrase makes garbage of a key, and libcrypto finds this or that
 * wrong with it; but it is EVP that complains of an encryption it cannot undo.
 */
static bool is_passphrase_wrong(void)
{
    unsigned long error = ERR_peek_last_error();
    int reason = ERR_GET_REASON(error);

    return ERR_GET_LIB(error) != ERR_LIB_EVP
        || (reason != EVP_R_UNKNOWN_PBE_ALGORITHM
            && reason != EVP_R_UNKNOWN_CIPHER
            && reason != EVP_R_UNSUPPORTED_CIPHER
            && reason != EVP_R_UNSUPPORTED_PRF
            && reason != EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION
            && reason != ERR_R_UNSUPPORTED);
}

/* Why there is no key, or APR_SUCCESS if there is; the error queue is empty
 * after. kind: of ocsp_file_find_kind. */
static apr_status_t finish_key(const EVP_PKEY *key, bool *encrypted,
                               const passphrase_t *known, const char *kind,
                               const char *name, const char **why,
                               apr_pool_t *p)
{
    if (key != NULL) {
        ERR_clear_error();
        return APR_SUCCESS;
    }
    *encrypted = known->asked && (known->text == NULL || is_passphrase_wrong());
    if (known->pkcs12 && known->text != NULL && ERR_peek_last_error() == 0) {
        *encrypted = false; /* all could be read, and no key is in it */
    }
    if (known->asked && known->text == NULL) {
        *why = apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted: a"
                            " passphrase is needed",
                            name);
        ERR_clear_error();
    }
    else if (*encrypted) {
        *why = apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted, and"
                            " the passphrase is not its own (%s): check the"
                            " passphrase",
                            name, ocsp_issuer_take_errors(p));
    }
    else if (known->pkcs12) {
        *why = apr_psprintf(p,
                            "%s: this is PKCS #12 without a private key that"
                            " can be read (%s): extract it with openssl pkcs12"
                            " -in %s -nocerts -out responder.key (-legacy if it"
                            " is an old one), and name that",
                            name, ocsp_issuer_take_errors(p), name);
    }
    else if (known->asked) {
        *why = apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted in a"
                            " way that is not supported (%s): encrypt it with"
                            " openssl pkey -aes256",
                            name, ocsp_issuer_take_errors(p));
    }
    else {
        const char *errors = ocsp_issuer_take_errors(p);

        *why = apr_psprintf(p,
                            "%s: RFC 5958 section 2: no private key in PEM or"
                            " DER (%s): give the responder's key",
                            name, kind != NULL ? kind : errors);
    }
    return OCSP_EMALFORMED;
}

static EVP_PKEY *parse_pem_key(ocsp_der_t pem, passphrase_t *known)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *key = NULL;

    if (bio != NULL) {
        key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, known);
        BIO_free(bio);
    }
    return key;
}

/*
 * EncryptedPrivateKeyInfo ::= SEQUENCE {     (RFC 5958 section 3)
 *     encryptionAlgorithm  AlgorithmIdentifier,
 *     encryptedData        OCTET STRING }
 * while every key in the clear begins with an INTEGER, its version.
 */
static bool is_encrypted_der(ocsp_der_t der)
{
    ocsp_der_t content, algorithm, data;

    return ocsp_der_get(&der, OCSP_DER_SEQUENCE, &content)
        && ocsp_der_at_end(&der)
        && ocsp_der_get_element(&content, OCSP_DER_SEQUENCE, &algorithm)
        && ocsp_der_get(&content, OCSP_DER_OCTET_STRING, &data)
        && ocsp_der_at_end(&content);
}

static EVP_PKEY *parse_der_key(ocsp_der_t der, passphrase_t *known)
{
    const unsigned char *at = der.data;
    EVP_PKEY *key = NULL;

    if (is_encrypted_der(der)) {
        BIO *bio = BIO_new_mem_buf(der.data, (int)der.len);

        if (bio != NULL) {
            key = d2i_PKCS8PrivateKey_bio(bio, NULL, give_passphrase, known);
            BIO_free(bio);
        }
        return key;
    }
    key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
    if (key != NULL && at != der.data + der.len) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* The first private key among all that is stored in one file. */
static EVP_PKEY *load_first_key(OSSL_STORE_CTX *store)
{
    EVP_PKEY *key = NULL;
    int i;

    for (i = 0; key == NULL && i < STORED_MAX && OSSL_STORE_eof(store) != 1;
         i++) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);

        if (info != NULL
            && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
            key = OSSL_STORE_INFO_get1_PKEY(info);
        }
        OSSL_STORE_INFO_free(info);
    }
    return key;
}

/* Given bytes OSSL_STORE need not open anything, and without a method of ours
 * for passphrases it would ask at the terminal. */
static EVP_PKEY *parse_stored_key(ocsp_der_t content, passphrase_t *known)
{
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.len);
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give_passphrase, 0);
    OSSL_STORE_CTX *store = NULL;
    EVP_PKEY *key = NULL;

    if (bio != NULL && ui != NULL) {
        store = OSSL_STORE_attach(bio, "file", NULL, NULL, ui, known, NULL,
                                  NULL, NULL);
    }
    if (store != NULL && OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY) == 1) {
        key = load_first_key(store);
    }
    OSSL_STORE_close(store);
    UI_destroy_method(ui);
    BIO_free(bio);
    return key;
}

apr_status_t ocsp_key_file_parse_key(EVP_PKEY **out, bool *encrypted,
                                     ocsp_der_t content, const char *file,
                                     const char *passphrase, const char **why,
                                     apr_pool_t *p)
{
    passphrase_t known = {passphrase, false, ocsp_file_is_pkcs12(content)};
    const char *kind = ocsp_file_find_kind(content, KEY_LABEL, p);

    ERR_clear_error();
    *encrypted = false;
    *out = NULL;
    if (!has_size(content)) {
        return finish_key(NULL, encrypted, &known, kind, file, why, p);
    }
    if (known.pkcs12) {
        *out = parse_stored_key(content, &known);
    }
    else {
        *out = content.data[0] == OCSP_DER_SEQUENCE
                 ? parse_der_key(content, &known)
                 : parse_pem_key(content, &known);
    }
    return finish_key(*out, encrypted, &known, kind, file, why, p);
}

/*
 * URI = scheme ":" ..., scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
 * (RFC 3986 section 3.1)
 * @return the scheme's length, 0: it has none
 */
static size_t find_scheme(const char *name)
{
    size_t len;

    if (!apr_isalpha(name[0])) {
        return 0;
    }
    len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789+-.");
    return name[len] == ':' ? len : 0;
}

/* A scheme of one letter is a drive's. */
bool ocsp_key_file_is_uri(const char *name)
{
    return find_scheme(name) >= 2;
}

const char *ocsp_key_file_get_uri_file(const char *uri)
{
    static const char local[] = "//localhost/";
    const char *path = uri + 5;

    if (strncasecmp(uri, "file:", 5) != 0) {
        return NULL;
    }
    if (strncasecmp(path, local, sizeof(local) - 1) == 0) {
        path += sizeof(local) - 2;
    }
    else if (strncmp(path, "//", 2) == 0) {
        path += 2;
        if (path[0] != '/') {
            return NULL; /* another host's */
        }
    }
    return path[0] == '/' ? path : NULL; /* relative to what, nobody knows */
}

/* Keys in tokens have their PIN in their URI: only its scheme is printed. */
static const char *refuse_uri(const char *uri, apr_pool_t *p)
{
    int len = (int)find_scheme(uri);

    if (strncasecmp(uri, "pkcs11:", 7) == 0) {
        return apr_psprintf(p,
                            "%.*s:...: RFC 7512 section 2: keys in tokens are"
                            " not supported yet: name a file",
                            len, uri);
    }
    if (strncasecmp(uri, "file:", 5) == 0) {
        return apr_psprintf(
            p,
            "%s: RFC 8089 section 2: not a file of this machine:"
            " give file:/ and its path",
            uri);
    }
    return apr_psprintf(
        p,
        "%.*s:...: RFC 3986 section 3.1: keys of this scheme are"
        " not supported: name a file",
        len, uri);
}

apr_status_t ocsp_key_file_load_key(EVP_PKEY **out, bool *encrypted,
                                    const char *uri, const char *passphrase,
                                    const char **why, apr_pool_t *p)
{
    const char *file = ocsp_key_file_get_uri_file(uri);
    passphrase_t known = {passphrase, false, false};
    unsigned char *wiped = NULL;
    const char *kind;
    ocsp_der_t content;
    apr_status_t rv;

    *out = NULL;
    *encrypted = false;
    if (file == NULL) {
        *why = refuse_uri(uri, p);
        return OCSP_EMALFORMED;
    }
    if ((rv = ocsp_file_read(&content, file, why, p)) != APR_SUCCESS) {
        return rv;
    }
    ERR_clear_error();
    known.pkcs12 = ocsp_file_is_pkcs12(content);
    kind = ocsp_file_find_kind(content, KEY_LABEL, p);
    if (has_size(content)) {
        *out = parse_stored_key(content, &known);
    }
    memcpy(&wiped, &content.data, sizeof(wiped)); /* read into p for us alone */
    OPENSSL_cleanse(wiped, content.len);
    return finish_key(*out, encrypted, &known, kind, uri, why, p);
}

apr_status_t ocsp_key_file_encode_key(ocsp_der_t *out, const EVP_PKEY *key,
                                      const char **why, apr_pool_t *p)
{
    PKCS8_PRIV_KEY_INFO *info;
    unsigned char *der = NULL;
    int len = -1;

    out->data = NULL;
    out->len = 0;
    ERR_clear_error();
    info = EVP_PKEY2PKCS8(key);
    if (info != NULL) {
        len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
        PKCS8_PRIV_KEY_INFO_free(info);
    }
    if (len <= 0) {
        *why = ocsp_issuer_take_errors(p);
        return OCSP_ECRYPTO;
    }
    out->data = apr_pmemdup(p, der, (apr_size_t)len);
    out->len = (size_t)len;
    OPENSSL_clear_free(der, (size_t)len);
    ERR_clear_error();
    return APR_SUCCESS;
}
