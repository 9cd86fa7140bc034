/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keys, certificates and CRLs made at run time for the unit tests, with
 * libcrypto's X509 functions: the other opinion on what our own code reads and
 * writes. Everything here ends the test program when it fails, so results need
 * no check; the caller frees them.
 */
#ifndef OCSP_UNIT_PKI_H
#define OCSP_UNIT_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The present of all tests: 2026-06-01T00:00:00Z. */
#define PKI_NOW INT64_C(1780272000)
#define PKI_DAY INT64_C(86400)

/** Bytes of our own, exactly len of them by malloc: ASan sees the next one. */
typedef struct {
    unsigned char *data;
    size_t len;
} pki_bytes_t;

typedef enum {
    PKI_RSA2048 = 0,
    PKI_P256,
    PKI_P384,
    PKI_ED25519,
    PKI_P521,
    PKI_ED448,
    PKI_BP256,
    PKI_BP384,
    PKI_BP512
} pki_kind_t;

/** A new key; EVP_PKEY_free. */
EVP_PKEY *pki_make_key(pki_kind_t kind);

/**
 * How a certificate differs from the usual. Zero it, set what matters. Strings
 * are in OpenSSL's notation (x509v3_config(5)); NULL is the default, "" is
 * without that extension.
 */
typedef struct {
    int64_t not_before;    /* 0: 2025-01-01 */
    int64_t not_after;     /* 0: 2035-01-01 */
    long serial;           /* 0: 4096 */
    bool v1;               /* version 1, no extensions */
    bool nocheck;          /* id-pkix-ocsp-nocheck (delegates) */
    const char *basic;     /* CA: "critical,CA:TRUE"; delegate: none */
    const char *key_usage; /* CA: "critical,keyCertSign,cRLSign"; delegate:
                              "critical,digitalSignature" */
    const char *key_id;    /* subjectKeyIdentifier in hex; NULL: none */
    const char *eku;       /* CA: none; delegate: "OCSPSigning" */
    const EVP_MD *md;      /* NULL: SHA-256, or none for Ed25519, Ed448 */
} pki_cert_opts_t;

/**
 * A self-signed CA certificate, subject CN=name; X509_free.
 * @param opts NULL: the usual
 */
X509 *pki_make_ca(const char *name, EVP_PKEY *key, const pki_cert_opts_t *opts);

/**
 * A certificate that ca issued for key: a delegated responder's unless opts
 * make something else of it; X509_free.
 * @param ca_key what signs: need not be ca's, so that tests can lie
 */
X509 *pki_make_delegate(const char *name, EVP_PKEY *key, X509 *ca,
                        EVP_PKEY *ca_key, const pki_cert_opts_t *opts);

/** One entry of a CRL. */
typedef struct {
    const unsigned char *serial; /* magnitude, as ocsp_certid_serial makes it */
    size_t serial_len;
    int64_t time;
    int reason; /* a CRLReason, or -1: no reasonCode */
} pki_entry_t;

/** No nextUpdate. */
#define PKI_NO_NEXT_UPDATE INT64_MIN

/** How a CRL differs from the usual. Zero it, set what matters. */
typedef struct {
    int64_t this_update; /* 0: a day before PKI_NOW */
    int64_t next_update; /* 0: a week after PKI_NOW; or PKI_NO_NEXT_UPDATE */
    bool v1;             /* version 1: no extensions, reasons are ignored */
    bool no_number;      /* without CRLNumber */
    const char *number;  /* CRLNumber in hex; NULL: "01" */
    const char *base;    /* BaseCRLNumber in hex; NULL: a complete CRL */
    int ext_nid;         /* 0, or NID of one more CRL extension */
    const char *ext;     /* its value in OpenSSL's notation */
    bool pss;            /* sign by RSA-PSS */
    const EVP_MD *md;    /* NULL: SHA-256, or none for Ed25519 */
} pki_crl_opts_t;

/** A CRL that ca (its name) and key (its signature) issue; X509_CRL_free. */
X509_CRL *pki_make_crl(X509 *ca, EVP_PKEY *key, const pki_entry_t *entries,
                       size_t n, const pki_crl_opts_t *opts);

/** free(data) each. */
pki_bytes_t pki_cert_der(X509 *cert);
pki_bytes_t pki_cert_pem(X509 *cert);
pki_bytes_t pki_crl_der(X509_CRL *crl);
pki_bytes_t pki_crl_pem(X509_CRL *crl);
pki_bytes_t pki_key_pem(EVP_PKEY *key);

/** DER by hand: what OpenSSL would refuse to make. pki_cat and pki_wrap free
 * what they are given. */
pki_bytes_t pki_copy(const void *data, size_t len);
pki_bytes_t pki_cat(pki_bytes_t a, pki_bytes_t b);
pki_bytes_t pki_wrap(unsigned tag, pki_bytes_t content);

/** The signature of key over data, in a BIT STRING element; md as above. */
pki_bytes_t pki_signature(EVP_PKEY *key, const EVP_MD *md, pki_bytes_t data);

/** A new file in a new directory of the system's temporary directory; the path
 * is the caller's: pki_remove_file removes both and frees it. */
char *pki_write_file(const char *name, const void *data, size_t len);
void pki_remove_file(char *path);

#endif
