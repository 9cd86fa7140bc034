/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses certificates of CAs and of CRL signers. OpenSSL does it, since they
 * are few, small and not hostile, and OpenSSL verifies with them. Floor 1.
 */
#include <apr_strings.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "status/file.h"
#include "status/issuer.h"

/* So many subjects are listed for a file with several certificates. */
#define LISTED_MAX 8

const char *ocsp_issuer_take_errors(apr_pool_t *p)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long e = ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = ERR_reason_error_string(e);
    const char *text;

    if (reason == NULL) {
        text = "libcrypto gave no reason";
    }
    else if (data != NULL && data[0] != '\0' && (flags & ERR_TXT_STRING)) {
        text = apr_psprintf(p, "%s (%.200s)", reason, data);
    }
    else {
        text = apr_pstrdup(p, reason);
    }
    ERR_clear_error();
    return text;
}

const char *ocsp_issuer_explain(ocsp_der_t content, const char *label,
                                apr_pool_t *p)
{
    const char *errors = ocsp_issuer_take_errors(p);
    const char *kind = ocsp_file_find_kind(content, label, p);

    return kind != NULL ? kind : errors;
}

/* XN_FLAG_RFC2253 escapes control octets and all that is not ASCII. */
static const char *print_name(const X509_NAME *name, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const char *text = "(a name that cannot be printed)";
    char *data = NULL;
    long len;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0
        && (len = BIO_get_mem_data(bio, &data)) >= 0) {
        text = len > 0 ? apr_pstrmemdup(p, data, (apr_size_t)len)
                       : "(an empty name)";
    }
    BIO_free(bio);
    return text;
}

/* An encrypted certificate is an error: nobody is asked for a passphrase. */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
    return -1;
}

/* The certificates of a file. */
typedef struct {
    X509 *first; /* NULL: no certificate */
    int count;
    const char *subjects; /* of LISTED_MAX at most */
    bool whole;           /* nothing else was found */
} found_t;

static void add_found(found_t *found, X509 *cert, apr_pool_t *p)
{
    if (found->count < LISTED_MAX) {
        found->subjects =
            apr_pstrcat(p, found->subjects, found->count != 0 ? "; " : "",
                        print_name(X509_get_subject_name(cert), p), NULL);
    }
    found->count++;
    if (found->first == NULL) {
        found->first = cert;
    }
    else {
        X509_free(cert);
    }
}

static void parse_der(found_t *found, ocsp_der_t content, apr_pool_t *p)
{
    const unsigned char *at = content.data, *end = at + content.len;
    X509 *cert;

    while (at < end && (cert = d2i_X509(NULL, &at, (long)(end - at))) != NULL) {
        add_found(found, cert, p);
    }
    found->whole = at == end;
}

static void parse_pem(found_t *found, ocsp_der_t content, apr_pool_t *p)
{
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.len);
    X509 *cert;

    while (bio != NULL
           && (cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL))
                  != NULL) {
        add_found(found, cert, p);
    }
    BIO_free(bio);
    if (found->first != NULL
        && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
        ERR_clear_error(); /* the end of the file */
    }
    found->whole = ERR_peek_last_error() == 0;
}

/* @param is_ca of a CA; false: of a CRL signer */
static apr_status_t parse_cert(X509 **out, ocsp_der_t content, const char *file,
                               bool is_ca, const char **why, apr_pool_t *p)
{
    const char *whose = is_ca ? "the CA" : "the CRL signer";
    found_t found = {.subjects = ""};

    *out = NULL;
    ERR_clear_error();
    if (content.len > 0 && content.len <= OCSP_FILE_MAX) {
        if (content.data[0] == OCSP_DER_SEQUENCE) {
            parse_der(&found, content, p);
        }
        else {
            parse_pem(&found, content, p);
        }
    }
    if (ocsp_file_is_pkcs12(content)) {
        ERR_clear_error();
        *why = apr_psprintf(p,
                            "%s: this is PKCS #12: name the file of %s's"
                            " certificate: openssl pkcs12 -in %s -nokeys%s"
                            " prints those that it holds",
                            file, whose, file, is_ca ? " -cacerts" : "");
        return OCSP_EMALFORMED;
    }
    if (found.first == NULL || !found.whole) {
        X509_free(found.first);
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 4.1: not one X.509 "
                            "certificate in PEM or DER (%s): name the file of "
                            "%s's certificate",
                            file,
                            ocsp_issuer_explain(content, "CERTIFICATE", p),
                            whose);
        return OCSP_EMALFORMED;
    }
    if (found.count > 1) {
        X509_free(found.first);
        *why = apr_psprintf(p,
                            "%s: holds %d certificates (%s%s): name a file "
                            "that holds only the certificate of %s%s",
                            file, found.count, found.subjects,
                            found.count > LISTED_MAX ? "; ..." : "", whose,
                            is_ca ? " that issues" : "");
        return OCSP_EMALFORMED;
    }
    *out = found.first;
    return APR_SUCCESS;
}

/* Extensions that OpenSSL cannot read are no rights. */
static apr_status_t check_extensions(const ocsp_issuer_t *issuer,
                                     const char *file, const char **why,
                                     apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;

    if ((X509_get_extension_flags(issuer->cert) & EXFLAG_INVALID) != 0) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 4.2: %s has extensions that "
                            "cannot be read",
                            file, issuer->subject);
        rv = OCSP_EMALFORMED;
    }
    ERR_clear_error();
    return rv;
}

/* A CA has cA (RFC 5280 section 4.2.1.9), for which X509_check_ca returns 1, or
 * is a root in version 1: 3. */
static apr_status_t check_ca(const ocsp_issuer_t *issuer, const char *file,
                             const char **why, apr_pool_t *p)
{
    int kind = X509_check_ca(issuer->cert);

    ERR_clear_error();
    if (kind != 1 && kind != 3) {
        *why = apr_psprintf(
            p,
            "%s: RFC 5280 section 4.2.1.9: %s is not a CA: "
            "name the certificate of the CA that issued the certificates",
            file, issuer->subject);
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}

static apr_status_t check_crl_signer(const ocsp_issuer_t *issuer,
                                     const char *file, const char **why,
                                     apr_pool_t *p)
{
    if (!issuer->may_sign_crls) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 6.3.3 (f): the keyUsage of "
                            "%s has no cRLSign: name the certificate that "
                            "signs the CA's CRLs, or have it issued again with "
                            "cRLSign",
                            file, issuer->subject);
        return OCSP_EMALFORMED;
    }
    return APR_SUCCESS;
}

/* The name is DER, so its end, where the key begins, is unambiguous. */
static bool hash_id(ocsp_issuer_t *issuer, ocsp_der_t key)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
             && EVP_DigestUpdate(ctx, issuer->name.data, issuer->name.len) == 1
             && EVP_DigestUpdate(ctx, key.data, key.len) == 1
             && EVP_DigestFinal_ex(ctx, issuer->id, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return done;
}

static bool hash_all(ocsp_issuer_t *issuer)
{
    const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(issuer->cert);
    size_t name_len = 0;
    ocsp_der_t key;

    if (bits == NULL
        || X509_NAME_get0_der(X509_get_subject_name(issuer->cert),
                              &issuer->name.data, &name_len)
               != 1) {
        return false;
    }
    issuer->name.len = name_len;
    issuer->name_hash = ocsp_issuer_hash_name(issuer->name);
    key.data = ASN1_STRING_get0_data(bits);
    key.len = (size_t)ASN1_STRING_length(bits);
    return hash_id(issuer, key)
        && ocsp_certid_hash_issuer(&issuer->hashes, issuer->name, key);
}

static apr_status_t free_cert(void *cert)
{
    X509_free(cert);
    return APR_SUCCESS;
}

static apr_status_t parse(ocsp_issuer_t **out, ocsp_der_t content,
                          const char *file, bool is_ca, const char **why,
                          apr_pool_t *p)
{
    ocsp_issuer_t *issuer = apr_pcalloc(p, sizeof(*issuer));
    apr_status_t rv;

    *out = NULL;
    rv = parse_cert(&issuer->cert, content, file, is_ca, why, p);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    apr_pool_cleanup_register(p, issuer->cert, free_cert,
                              apr_pool_cleanup_null);
    issuer->subject = print_name(X509_get_subject_name(issuer->cert), p);
    issuer->may_sign_crls = (X509_get_key_usage(issuer->cert) & KU_CRL_SIGN)
                         != 0;
    rv = check_extensions(issuer, file, why, p);
    if (rv == APR_SUCCESS) {
        rv = (is_ca ? check_ca : check_crl_signer)(issuer, file, why, p);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    issuer->key = X509_get0_pubkey(issuer->cert);
    if (issuer->key == NULL || !hash_all(issuer)) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 4.1.2.7: the key of %s "
                            "cannot be used: %s",
                            file, issuer->subject, ocsp_issuer_take_errors(p));
        return OCSP_ECRYPTO;
    }
    *out = issuer;
    return APR_SUCCESS;
}

apr_status_t ocsp_issuer_parse(ocsp_issuer_t **out, ocsp_der_t content,
                               const char *file, const char **why,
                               apr_pool_t *p)
{
    return parse(out, content, file, true, why, p);
}

apr_status_t ocsp_issuer_parse_crl_signer(ocsp_issuer_t **out,
                                          ocsp_der_t content, const char *file,
                                          const char **why, apr_pool_t *p)
{
    return parse(out, content, file, false, why, p);
}

bool ocsp_issuer_is_same(const ocsp_issuer_t *a, const ocsp_issuer_t *b)
{
    return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

/* Whether the key of another CA has signed a self-issued certificate. */
static bool has_signed(const ocsp_issuer_t *by, X509 *cert)
{
    bool good = X509_NAME_cmp(X509_get_subject_name(cert),
                              X509_get_issuer_name(cert))
                 == 0
             && X509_verify(cert, by->key) == 1;

    ERR_clear_error();
    return good;
}

bool ocsp_issuer_is_linked(const ocsp_issuer_t *a, const ocsp_issuer_t *b)
{
    return !ocsp_issuer_is_same(a, b) && ocsp_issuer_has_name(a, b->name)
        && (has_signed(a, b->cert) || has_signed(b, a->cert));
}

bool ocsp_issuer_is_valid(const ocsp_issuer_t *issuer, int64_t time)
{
    int begin = ASN1_TIME_cmp_time_t(X509_get0_notBefore(issuer->cert),
                                     (time_t)time);
    int end = ASN1_TIME_cmp_time_t(X509_get0_notAfter(issuer->cert),
                                   (time_t)time);

    ERR_clear_error();
    return (begin == -1 || begin == 0) && (end == 0 || end == 1);
}

/* @return NULL: not a Name */
static X509_NAME *parse_name(ocsp_der_t name)
{
    const unsigned char *end = name.data;
    X509_NAME *parsed = NULL;

    if (name.data != NULL && name.len <= OCSP_FILE_MAX) {
        parsed = d2i_X509_NAME(NULL, &end, (long)name.len);
    }
    if (parsed != NULL && end != name.data + name.len) {
        X509_NAME_free(parsed);
        parsed = NULL;
    }
    ERR_clear_error();
    return parsed;
}

bool ocsp_issuer_has_name(const ocsp_issuer_t *issuer, ocsp_der_t name)
{
    X509_NAME *other;
    bool same;

    if (ocsp_der_equal(issuer->name, name)) {
        return true;
    }
    other = parse_name(name);
    same = other != NULL
        && X509_NAME_cmp(X509_get_subject_name(issuer->cert), other) == 0;
    X509_NAME_free(other);
    ERR_clear_error();
    return same;
}

const char *ocsp_issuer_describe_other(const ocsp_issuer_t *issuer,
                                       const char *file, ocsp_der_t name,
                                       apr_pool_t *p)
{
    X509_NAME *parsed = parse_name(name);
    const char *whose = parsed != NULL ? print_name(parsed, p) : "no Name";

    X509_NAME_free(parsed);
    return apr_psprintf(p,
                        "%s: is the CRL of another CA (%s): name a CRL of %s "
                        "instead (RFC 5280 section 5.1.2.3)",
                        file, whose, issuer->subject);
}

unsigned long ocsp_issuer_hash_name(ocsp_der_t name)
{
    X509_NAME *parsed = parse_name(name);
    unsigned long hash = 2166136261u; /* FNV-1a, if it is not a Name */
    size_t i;

    if (parsed != NULL) {
        /* 0 if it fails: equal hashes are compared anyway */
        hash = X509_NAME_hash_ex(parsed, NULL, NULL, NULL);
        X509_NAME_free(parsed);
        ERR_clear_error();
        return hash;
    }
    for (i = 0; i < name.len; i++) {
        hash = ((hash ^ name.data[i]) * 16777619u) & 0xffffffffu;
    }
    return hash;
}
