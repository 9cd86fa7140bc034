/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates are read by libcrypto's PEM and DER parsers, private keys by
 * OSSL_STORE, which knows PKCS #8, the older formats and PKCS #12. libcrypto
 * never gets a chance to prompt for a passphrase at the terminal. Floor 2.
 */
#include "answer/key_file.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "status/file.h"
#include "status/issuer.h"

/* Objects of one file among which a key is looked for. */
#define OBJECTS_MAX 64

/* The PEM label of every kind of private key ends with it. */
#define KEY_LABEL "PRIVATE KEY"

/* The known passphrase, and whether libcrypto asked for it. */
typedef struct {
    const char *text; /* NULL: not known */
    bool asked;
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

/* libcrypto takes int and long lengths. */
static bool has_size(ocsp_der_t content)
{
    return content.len > 0 && content.len <= (size_t)OCSP_FILE_MAX;
}

/* --- certificates --------------------------------------------------------- */

static X509 *parse_next(BIO *bio)
{
    passphrase_t none = {NULL, false};

    return PEM_read_bio_X509(bio, NULL, give_passphrase, &none);
}

static X509 *parse_pem_cert(ocsp_der_t pem, bool *stray)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *first = NULL;

    if (bio != NULL) {
        first = parse_next(bio);
    }
    if (first != NULL) {
        X509 *next;

        while ((next = parse_next(bio)) != NULL) {
            *stray = *stray || X509_check_ca(next) == 0;
            X509_free(next);
        }
    }
    BIO_free(bio);
    return first;
}

static X509 *parse_der_cert(ocsp_der_t der)
{
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);

    if (cert != NULL && at != der.data + der.len) {
        X509_free(cert);
        cert = NULL;
    }
    return cert;
}

apr_status_t ocsp_key_file_parse_cert(X509 **out, bool *stray,
                                      ocsp_der_t content, const char *file,
                                      const char **why, apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;

    ERR_clear_error();
    *stray = false;
    *out = NULL;
    if (has_size(content)) {
        *out = content.data[0] == OCSP_DER_SEQUENCE
                 ? parse_der_cert(content)
                 : parse_pem_cert(content, stray);
    }
    if (*out == NULL && ocsp_file_is_pkcs12(content)) {
        *why = apr_psprintf(p,
                            "%s: this is PKCS #12: extract the responder's"
                            " certificate with openssl pkcs12 -in %s -clcerts"
                            " -nokeys -out responder.pem (-legacy if it is an"
                            " old one), and name that",
                            file, file);
        rv = OCSP_EMALFORMED;
    }
    else if (*out == NULL) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 4.1: no certificate in PEM"
                            " or DER (%s): give the responder's certificate",
                            file,
                            ocsp_issuer_explain(content, "CERTIFICATE", p));
        rv = OCSP_EMALFORMED;
    }
    ERR_clear_error();
    return rv;
}

ocsp_der_t ocsp_key_file_encode_cert(X509 *cert, apr_pool_t *p)
{
    ocsp_der_t out = {NULL, 0};
    int len = i2d_X509(cert, NULL);

    if (len > 0) {
        unsigned char *der = apr_palloc(p, (apr_size_t)len);

        out.data = der;
        out.len = (size_t)i2d_X509(cert, &der);
    }
    return out;
}

/* --- private keys --------------------------------------------------------- */

/*
 * With a wrong passphrase a key decrypts to garbage, in which libcrypto may
 * find any fault. An encryption that it does not support is reported by EVP.
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

/* Explain by the error queue why there is no key. */
static const char *explain_no_key(bool *encrypted, const passphrase_t *known,
                                  ocsp_der_t content, const char *file,
                                  apr_pool_t *p)
{
    bool pkcs12 = ocsp_file_is_pkcs12(content);
    /* a PKCS #12 without an error was read, and contains no key */
    bool was_read = pkcs12 && ERR_peek_last_error() == 0;
    const char *errors, *kind;

    *encrypted = known->asked
              && (known->text == NULL || (is_passphrase_wrong() && !was_read));
    errors = ocsp_issuer_take_errors(p);
    if (known->asked && known->text == NULL) {
        return apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted: a"
                            " passphrase is needed",
                            file);
    }
    if (*encrypted) {
        return apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted, and"
                            " the passphrase is not its own (%s): check the"
                            " passphrase",
                            file, errors);
    }
    if (pkcs12) {
        return apr_psprintf(p,
                            "%s: this is PKCS #12 without a private key that"
                            " can be read (%s): extract it with openssl pkcs12"
                            " -in %s -nocerts -out responder.key (-legacy if it"
                            " is an old one), and name that",
                            file, errors, file);
    }
    if (known->asked) {
        return apr_psprintf(p,
                            "%s: RFC 5958 section 3: the key is encrypted in a"
                            " way that is not supported (%s): encrypt it with"
                            " openssl pkey -aes256",
                            file, errors);
    }
    kind = ocsp_file_find_kind(content, KEY_LABEL, p);
    return apr_psprintf(p,
                        "%s: RFC 5958 section 2: no private key in PEM or DER"
                        " (%s): give the responder's key",
                        file, kind != NULL ? kind : errors);
}

static EVP_PKEY *load_first_key(OSSL_STORE_CTX *store)
{
    EVP_PKEY *key = NULL;
    int i;

    for (i = 0; key == NULL && i < OBJECTS_MAX && OSSL_STORE_eof(store) != 1;
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

/* From bytes, so that OSSL_STORE opens nothing; and with a method of ours for
 * passphrases, or it would prompt for them at the terminal. */
static EVP_PKEY *read_store(ocsp_der_t content, passphrase_t *known)
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

/* OSSL_STORE would ignore what follows the first DER object. PKCS #12 is
 * written in BER as well, with lengths that only libcrypto reads. */
static bool is_complete(ocsp_der_t content)
{
    ocsp_der_t value;

    return content.data[0] != OCSP_DER_SEQUENCE || ocsp_file_is_pkcs12(content)
        || (ocsp_der_get(&content, OCSP_DER_SEQUENCE, &value)
            && ocsp_der_at_end(&content));
}

apr_status_t ocsp_key_file_parse_key(EVP_PKEY **out, bool *encrypted,
                                     ocsp_der_t content, const char *file,
                                     const char *passphrase, const char **why,
                                     apr_pool_t *p)
{
    passphrase_t known = {passphrase, false};

    ERR_clear_error();
    *encrypted = false;
    *out = NULL;
    if (has_size(content) && is_complete(content)) {
        *out = read_store(content, &known);
    }
    if (*out == NULL) {
        *why = explain_no_key(encrypted, &known, content, file, p);
    }
    ERR_clear_error();
    return *out != NULL ? APR_SUCCESS : OCSP_EMALFORMED;
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

/* --- names and URIs ------------------------------------------------------- */

/*
 * URI = scheme ":" ..., scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
 * (RFC 3986 section 3.1)
 * @return the length of the scheme; 0: there is none
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

/* The absolute path in a "file:" URI of this host, or NULL. */
static const char *find_local_path(const char *uri)
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
        path += 2; /* a host has no "/" in front */
    }
    return path[0] == '/' ? path : NULL;
}

const char *ocsp_key_file_get_path(const char *name, const char **why,
                                   apr_pool_t *p)
{
    const char *path = ocsp_key_file_is_uri(name) ? find_local_path(name)
                                                  : name;
    int len = (int)find_scheme(name);

    if (path != NULL || why == NULL) {
        return path;
    }
    if (strncasecmp(name, "file:", 5) == 0) {
        *why = apr_psprintf(p,
                            "%s: RFC 8089 section 2: not a file of this"
                            " machine: give file:/ and its path",
                            name);
    }
    else if (strncasecmp(name, "pkcs11:", 7) == 0) {
        *why = apr_psprintf(p,
                            "%.*s:...: RFC 7512 section 2: keys in tokens are"
                            " not supported yet: name a file",
                            len, name);
    }
    else {
        *why = apr_psprintf(p,
                            "%.*s:...: RFC 3986 section 3.1: keys of this"
                            " scheme are not supported: name a file",
                            len, name);
    }
    return NULL;
}
