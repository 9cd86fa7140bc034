/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See pki.h.
 */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pki.h"

#define NOT_BEFORE INT64_C(1735689600) /* 2025-01-01 */
#define NOT_AFTER INT64_C(2051222400)  /* 2035-01-01 */

static void need(bool done, const char *what)
{
    if (!done) {
        printf("Bail out! pki: %s\n", what);
        (void)fflush(stdout);
        ERR_print_errors_fp(stderr);
        abort();
    }
}

static void *need_mem(void *mem)
{
    need(mem != NULL, "out of memory");
    return mem;
}

EVP_PKEY *pki_make_key(pki_kind_t kind)
{
    EVP_PKEY *key = NULL;

    switch (kind) {
    case PKI_RSA2048:
        key = EVP_RSA_gen(2048);
        break;
    case PKI_P256:
        key = EVP_EC_gen("P-256");
        break;
    case PKI_P384:
        key = EVP_EC_gen("P-384");
        break;
    case PKI_ED25519:
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    case PKI_P521:
        key = EVP_EC_gen("P-521");
        break;
    case PKI_ED448:
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
        break;
    case PKI_BP256:
        key = EVP_EC_gen("brainpoolP256r1");
        break;
    case PKI_BP384:
        key = EVP_EC_gen("brainpoolP384r1");
        break;
    case PKI_BP512:
        key = EVP_EC_gen("brainpoolP512r1");
        break;
    }
    need(key != NULL, "key generation");
    return key;
}

static const EVP_MD *digest_for(EVP_PKEY *key, const EVP_MD *md)
{
    if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448")) {
        return NULL;
    }
    return md != NULL ? md : EVP_sha256();
}

static void add_ext(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *ext;

    if (value == NULL || value[0] == '\0') {
        return;
    }
    ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    need(ext != NULL && X509_add_ext(cert, ext, -1) == 1, "extension");
    X509_EXTENSION_free(ext);
}

static X509_NAME *make_name(const char *cn)
{
    X509_NAME *name = X509_NAME_new();

    need(name != NULL
             && X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                           (const unsigned char *)cn, -1, -1, 0)
                    == 1,
         "name");
    return name;
}

static X509 *make_cert(const char *cn, EVP_PKEY *key, const X509_NAME *issuer,
                       EVP_PKEY *issuer_key, const pki_cert_opts_t *o)
{
    X509 *cert = X509_new();
    X509_NAME *name = make_name(cn);
    int64_t from = o->not_before != 0 ? o->not_before : NOT_BEFORE;
    int64_t to = o->not_after != 0 ? o->not_after : NOT_AFTER;

    need(cert != NULL
             && ASN1_INTEGER_set(X509_get_serialNumber(cert),
                                 o->serial != 0 ? o->serial : 4096)
             && X509_set_subject_name(cert, name)
             && X509_set_issuer_name(cert, issuer != NULL ? issuer : name)
             && ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from) != NULL
             && ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)to) != NULL
             && X509_set_pubkey(cert, key)
             && X509_set_version(cert, o->v1 ? X509_VERSION_1 : X509_VERSION_3),
         "certificate");
    if (!o->v1) {
        add_ext(cert, NID_basic_constraints, o->basic);
        add_ext(cert, NID_key_usage, o->key_usage);
        add_ext(cert, NID_ext_key_usage, o->eku);
        add_ext(cert, NID_subject_key_identifier, o->key_id);
        add_ext(cert, NID_id_pkix_OCSP_noCheck, o->nocheck ? "ignored" : NULL);
    }
    need(X509_sign(cert, issuer_key, digest_for(issuer_key, o->md)) > 0, "certi"
                                                                         "ficat"
                                                                         "e "
                                                                         "signa"
                                                                         "tur"
                                                                         "e");
    X509_NAME_free(name);
    return cert;
}

X509 *pki_make_ca(const char *name, EVP_PKEY *key, const pki_cert_opts_t *opts)
{
    pki_cert_opts_t o = {0};

    if (opts != NULL) {
        o = *opts;
    }
    if (o.basic == NULL) {
        o.basic = "critical,CA:TRUE";
    }
    if (o.key_usage == NULL) {
        o.key_usage = "critical,keyCertSign,cRLSign";
    }
    return make_cert(name, key, NULL, key, &o);
}

X509 *pki_make_delegate(const char *name, EVP_PKEY *key, X509 *ca,
                        EVP_PKEY *ca_key, const pki_cert_opts_t *opts)
{
    pki_cert_opts_t o = {0};

    if (opts != NULL) {
        o = *opts;
    }
    if (o.key_usage == NULL) {
        o.key_usage = "critical,digitalSignature";
    }
    if (o.eku == NULL) {
        o.eku = "OCSPSigning";
    }
    return make_cert(name, key, X509_get_subject_name(ca), ca_key, &o);
}

static void add_entry(X509_CRL *crl, const pki_entry_t *e, bool v1)
{
    X509_REVOKED *revoked = X509_REVOKED_new();
    BIGNUM *bn = BN_bin2bn(e->serial, (int)e->serial_len, NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(bn, NULL);
    ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)e->time);
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

    need(revoked != NULL && serial != NULL && date != NULL && reason != NULL
             && X509_REVOKED_set_serialNumber(revoked, serial)
             && X509_REVOKED_set_revocationDate(revoked, date),
         "entry");
    if (e->reason >= 0 && !v1) {
        need(ASN1_ENUMERATED_set(reason, e->reason)
                 && X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason,
                                              0, 0)
                        == 1,
             "reasonCode");
    }
    need(X509_CRL_add0_revoked(crl, revoked) == 1, "add entry");
    ASN1_ENUMERATED_free(reason);
    ASN1_TIME_free(date);
    ASN1_INTEGER_free(serial);
    BN_free(bn);
}

static void add_number(X509_CRL *crl, int nid, const char *hex, int critical)
{
    BIGNUM *bn = NULL;
    ASN1_INTEGER *number;

    need(BN_hex2bn(&bn, hex) > 0, "hex");
    number = BN_to_ASN1_INTEGER(bn, NULL);
    need(number != NULL
             && X509_CRL_add1_ext_i2d(crl, nid, number, critical, 0) == 1,
         "CRLNumber");
    ASN1_INTEGER_free(number);
    BN_free(bn);
}

static void add_crl_exts(X509_CRL *crl, const pki_crl_opts_t *o)
{
    X509_EXTENSION *ext;

    if (!o->no_number) {
        add_number(crl, NID_crl_number, o->number != NULL ? o->number : "01",
                   0);
    }
    if (o->base != NULL) {
        add_number(crl, NID_delta_crl, o->base, 1);
    }
    if (o->ext_nid != 0) {
        ext = X509V3_EXT_conf_nid(NULL, NULL, o->ext_nid, o->ext);
        need(ext != NULL && X509_CRL_add_ext(crl, ext, -1) == 1, "CRL "
                                                                 "extension");
        X509_EXTENSION_free(ext);
    }
}

static void sign_crl(X509_CRL *crl, EVP_PKEY *key, const pki_crl_opts_t *o)
{
    const EVP_MD *md = digest_for(key, o->md);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;

    need(ctx != NULL && EVP_DigestSignInit(ctx, &pctx, md, NULL, key) == 1,
         "signature context");
    if (o->pss) {
        need(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1,
             "RSA-PSS");
    }
    need(X509_CRL_sign_ctx(crl, ctx) > 0, "CRL signature");
    EVP_MD_CTX_free(ctx);
}

X509_CRL *pki_make_crl(X509 *ca, EVP_PKEY *key, const pki_entry_t *entries,
                       size_t n, const pki_crl_opts_t *opts)
{
    pki_crl_opts_t o = {0};
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *t = ASN1_TIME_new();
    size_t i;

    if (opts != NULL) {
        o = *opts;
    }
    if (o.this_update == 0) {
        o.this_update = PKI_NOW - PKI_DAY;
    }
    if (o.next_update == 0) {
        o.next_update = PKI_NOW + 7 * PKI_DAY;
    }
    need(crl != NULL && t != NULL
             && X509_CRL_set_version(crl, o.v1 ? X509_CRL_VERSION_1
                                               : X509_CRL_VERSION_2)
             && X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca))
             && ASN1_TIME_set(t, (time_t)o.this_update) != NULL
             && X509_CRL_set1_lastUpdate(crl, t),
         "CRL");
    if (o.next_update != PKI_NO_NEXT_UPDATE) {
        need(ASN1_TIME_set(t, (time_t)o.next_update) != NULL
                 && X509_CRL_set1_nextUpdate(crl, t),
             "nextUpdate");
    }
    ASN1_TIME_free(t);
    for (i = 0; i < n; i++) {
        add_entry(crl, &entries[i], o.v1);
    }
    if (!o.v1) {
        add_crl_exts(crl, &o);
    }
    sign_crl(crl, key, &o);
    return crl;
}

pki_bytes_t pki_copy(const void *data, size_t len)
{
    pki_bytes_t out;

    out.data = need_mem(malloc(len != 0 ? len : 1));
    out.len = len;
    if (len != 0) {
        memcpy(out.data, data, len);
    }
    return out;
}

static pki_bytes_t take_der(unsigned char *der, int len)
{
    pki_bytes_t out;

    need(len > 0, "DER");
    out = pki_copy(der, (size_t)len);
    OPENSSL_free(der);
    return out;
}

static pki_bytes_t take_bio(BIO *bio, int written)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    pki_bytes_t out;

    need(written == 1 && len > 0, "PEM");
    out = pki_copy(data, (size_t)len);
    BIO_free(bio);
    return out;
}

static BIO *make_bio(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    need(bio != NULL, "BIO");
    return bio;
}

pki_bytes_t pki_cert_der(X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);

    return take_der(der, len);
}

pki_bytes_t pki_crl_der(X509_CRL *crl)
{
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);

    return take_der(der, len);
}

pki_bytes_t pki_cert_pem(X509 *cert)
{
    BIO *bio = make_bio();

    return take_bio(bio, PEM_write_bio_X509(bio, cert));
}

pki_bytes_t pki_crl_pem(X509_CRL *crl)
{
    BIO *bio = make_bio();

    return take_bio(bio, PEM_write_bio_X509_CRL(bio, crl));
}

pki_bytes_t pki_key_pem(EVP_PKEY *key)
{
    BIO *bio = make_bio();

    return take_bio(bio, PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0,
                                                       NULL, NULL));
}

pki_bytes_t pki_cat(pki_bytes_t a, pki_bytes_t b)
{
    pki_bytes_t out;

    out.len = a.len + b.len;
    out.data = need_mem(malloc(out.len != 0 ? out.len : 1));
    memcpy(out.data, a.data, a.len);
    memcpy(out.data + a.len, b.data, b.len);
    free(a.data);
    free(b.data);
    return out;
}

pki_bytes_t pki_wrap(unsigned tag, pki_bytes_t content)
{
    unsigned char header[6] = {(unsigned char)tag};
    size_t len = 2;

    need(content.len <= 0xffffff, "length");
    if (content.len < 0x80) {
        header[1] = (unsigned char)content.len;
    }
    else {
        size_t octets = content.len > 0xffff ? 3 : content.len > 0xff ? 2 : 1;

        header[1] = (unsigned char)(0x80 + octets);
        for (; octets > 0; octets--) {
            header[len++] = (unsigned char)(content.len >> (8 * (octets - 1)));
        }
    }
    return pki_cat(pki_copy(header, len), content);
}

pki_bytes_t pki_signature(EVP_PKEY *key, const EVP_MD *md, pki_bytes_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[1024] = {0}; /* in front: no unused bits */
    size_t len = sizeof(sig) - 1;

    need(ctx != NULL
             && EVP_DigestSignInit(ctx, NULL, digest_for(key, md), NULL, key)
                    == 1
             && EVP_DigestSign(ctx, sig + 1, &len, data.data, data.len) == 1,
         "signature");
    EVP_MD_CTX_free(ctx);
    return pki_wrap(0x03, pki_copy(sig, len + 1));
}
